//! All devices, one after the other.

use super::device::Hook;
use super::reach::{run, visit, Reach};
use super::slot::Registered;
use super::Machine;
use crate::error::{Code, Result};
use crate::visit::Marks;

impl<S: Registered> Machine<'_, S> {
    /// [`save`](Machine::save) for devices that hold their visitor on their own.
    ///
    /// # Errors
    /// As [`save`](Machine::save).
    pub fn save_over(&mut self, reach: &mut impl Reach<S>) -> Result<()> {
        if self.dirty {
            return reach.with(|v| Err(v.fail_as(Code::Dirty, 0, &"")));
        }
        reach.with(|v| match v.is_loading() {
            true => Err(v.fail_as(Code::WrongDirection, 0, &"")),
            false => v.check(),
        })?;
        for device in self.devices.iter_mut() {
            save(device, reach)?;
        }
        Ok(())
    }
}

fn save<S: Registered>(device: &mut S, reach: &mut impl Reach<S>) -> Result<()> {
    run(reach, device, Hook::PreSave)?;
    let done = save_marked(device, reach);
    let after = run(reach, device, Hook::PostSave);
    done.and(after)
}

fn save_marked<S: Registered>(device: &mut S, reach: &mut impl Reach<S>) -> Result<()> {
    let identity = device.identity();
    let (marks, oldest_reader) = (identity.marks, identity.oldest_reader);
    reach.with(|v| {
        if marks != Marks::NONE {
            v.mark(marks)?;
        }
        v.set_oldest_reader(oldest_reader)
    })?;
    visit(reach, device, false)
}
