//! The pass over a stream that fills the devices.

use super::check::{Checked, Pass};
use super::device::Hook;
use super::reach::{run, visit, Reach};
use super::slot::Registered;
use super::undo::{keep, put_back, Undoing};
use super::Machine;
use crate::error::{Code, Fault, Result};
use crate::io::told;

impl<S: Registered> Machine<'_, S> {
    /// [`load`](Machine::load) for devices that hold their visitor on their own.
    ///
    /// # Errors
    /// As [`load`](Machine::load).
    pub fn load_over(&mut self, reach: &mut impl Reach<S>, checked: &Checked) -> Result<()> {
        if self.dirty {
            return reach.with(|v| Err(v.fail_as(Code::Dirty, 0, &"")));
        }
        if !self.may_be_of_a_check(checked) {
            return reach.with(|v| Err(v.fail_as(Code::NotChecked, 0, &"")));
        }
        let mut pass = self.begin_pass();
        let done = self.load_all(&mut pass, reach, checked);
        self.dirty = done.is_err() && pass.touched;
        done
    }

    /// [`load_atomic`](Machine::load_atomic) for devices that hold their visitor on their own.
    ///
    /// # Errors
    /// As [`load_atomic`](Machine::load_atomic).
    pub fn load_atomic_over(
        &mut self,
        reach: &mut impl Reach<S>,
        checked: &Checked,
        undoing: &mut impl Undoing<S>,
    ) -> Result<()> {
        let kept = match keep(self, undoing) {
            Ok(kept) => kept,
            Err(report) => {
                let path = report.path.as_str();
                return reach.with(|v| Err(v.fail_with(report.code, report.fault, &path)));
            }
        };
        let done = self.load_over(reach, checked);
        if self.dirty {
            self.dirty = false;
            if let Err(report) = put_back(self, undoing, &kept) {
                self.dirty = true;
                undoing.failed(report);
            }
        }
        done
    }

    /// Whether a check of this machine can have had this result: of one that was never made, zeros.
    fn may_be_of_a_check(&self, checked: &Checked) -> bool {
        let needed = self.devices.iter().filter(|device| !device.identity().optional).count();
        (told(needed)..=told(self.devices.len())).contains(&checked.devices)
    }

    fn load_all(
        &mut self,
        pass: &mut Pass,
        reach: &mut impl Reach<S>,
        checked: &Checked,
    ) -> Result<()> {
        while let Some((at, version)) = reach.with(|v| self.next_known(pass, v))? {
            pass.touched = true;
            if let Some(device) = self.devices.get_mut(at) {
                load(device, version, reach)?;
            }
        }
        reach.with(|v| {
            let found = self.end_pass(pass, v)?;
            if found.is(checked) {
                return Ok(());
            }
            let (expected, found) = (checked.fingerprint, found.fingerprint);
            let fault = Fault { offset: v.position(), expected, found, cause: 0 };
            Err(v.fail_with(Code::NotChecked, fault, &""))
        })?;
        pass.touched = true;
        self.devices.iter_mut().try_for_each(|device| run(reach, device, Hook::LoadDone))
    }
}

fn load<S: Registered>(device: &mut S, version: u32, reach: &mut impl Reach<S>) -> Result<()> {
    run(reach, device, Hook::PreLoad)?;
    visit(reach, device, false)?;
    run(reach, device, Hook::PostLoad(version))
}
