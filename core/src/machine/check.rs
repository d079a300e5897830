//! The pass over a stream that changes no device, and what both passes have in common.

use super::label::Label;
use super::reach::{visit, Reach};
use super::slot::{Note, Registered};
use super::Machine;
use crate::error::{Code, Fault, Result};
use crate::visit::{Marks, Visitor};

/// A stream that was found right for a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many devices of it the machine has.
    pub devices: u64,
    /// How many ancillary ones it has not.
    pub skipped: u64,
    /// Of how many devices the state was checked for its form alone, since they have no scratch instance. What
    /// such a device does not know, misses or takes for another type is found only when it is loaded.
    pub unproven: u64,
    /// Tells it from other streams, as a CRC does: see [`Visitor::fingerprint`].
    pub fingerprint: u64,
}

/// A pass over the devices of a stream.
#[derive(Default)]
pub(super) struct Pass {
    /// The device that is expected next.
    next: usize,
    devices: u64,
    skipped: u64,
    unproven: u64,
    /// A device was changed.
    pub(super) touched: bool,
}

impl<S: Registered> Machine<'_, S> {
    /// [`check`](Machine::check) for devices that hold their visitor on their own.
    ///
    /// # Errors
    /// As [`check`](Machine::check).
    pub fn check_over(&mut self, reach: &mut impl Reach<S>) -> Result<Checked> {
        let mut pass = self.begin_pass();
        while let Some((at, _)) = reach.with(|v| self.next_known(&mut pass, v))? {
            match self.devices.get_mut(at) {
                Some(device) if device.has_scratch() => visit(reach, device, true)?,
                _ => {
                    reach.with(|v| v.check_device())?;
                    pass.unproven = pass.unproven.saturating_add(1);
                }
            }
        }
        reach.with(|v| self.end_pass(&pass, v))
    }

    pub(super) fn begin_pass(&mut self) -> Pass {
        for device in self.devices.iter_mut() {
            let note = device.note();
            device.set_note(Note { seen: false, ..note });
        }
        Pass::default()
    }

    /// The next device of the stream that this machine has, with the version its state is taken for.
    pub(super) fn next_known(
        &mut self,
        pass: &mut Pass,
        v: &mut Visitor<'_>,
    ) -> Result<Option<(usize, u32)>> {
        loop {
            let Some(head) = v.next_device()? else { return Ok(None) };
            let Some(at) = self.find(head.name, head.instance, &mut pass.next) else {
                if !head.marks.contains(Marks::ANCILLARY) {
                    let label = Label::new(head.name, head.instance);
                    return Err(v.fail_as(Code::UnknownDevice, 0, &label));
                }
                v.skip_device()?;
                pass.skipped = pass.skipped.saturating_add(1);
                continue;
            };
            let (version, oldest_reader) = (head.version, head.oldest_reader);
            let version = self.admit(at, version, oldest_reader, v)?;
            pass.devices = pass.devices.saturating_add(1);
            return Ok(Some((at, version)));
        }
    }

    /// Checks that the machine takes this state of this device.
    fn admit(
        &mut self,
        at: usize,
        version: u32,
        oldest_reader: u32,
        v: &mut Visitor<'_>,
    ) -> Result<u32> {
        let Some(device) = self.devices.get_mut(at) else {
            return Err(v.fail_as(Code::UnknownDevice, 0, &""));
        };
        let note = device.note();
        let identity = device.identity();
        let label = || Label::of(&identity);
        if note.seen {
            return Err(v.fail_as(Code::BadOrder, 0, &label()));
        }
        let known = identity.versions;
        let version = known.taken_for(version, oldest_reader);
        let numbers = |bound: u32| Fault {
            offset: v.position(),
            expected: u64::from(bound),
            found: u64::from(version),
            cause: 0,
        };
        if version > known.current {
            return Err(v.fail_with(Code::TooNew, numbers(known.current), &label()));
        }
        if version < known.minimum {
            return Err(v.fail_with(Code::TooOld, numbers(known.minimum), &label()));
        }
        device.set_note(Note { seen: true, ..note });
        Ok(version)
    }

    /// The stream has no more devices.
    pub(super) fn end_pass(&self, pass: &Pass, v: &mut Visitor<'_>) -> Result<Checked> {
        let missing =
            self.devices.iter().find(|device| !device.note().seen && !device.identity().optional);
        if let Some(device) = missing {
            return Err(v.fail_as(Code::Missing, 0, &Label::of(&device.identity())));
        }
        v.finish()?;
        let Pass { devices, skipped, unproven, .. } = *pass;
        Ok(Checked { devices, skipped, unproven, fingerprint: v.fingerprint() })
    }
}

impl Checked {
    /// Whether this is the same stream, as far as it can be told.
    pub(super) fn is(&self, other: &Checked) -> bool {
        let told = |checked: &Checked| (checked.fingerprint, checked.devices, checked.skipped);
        told(self) == told(other)
    }
}
