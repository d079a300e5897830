//! The pass over a stream that fills the devices.

use super::check::{Checked, Pass};
use super::save::refused;
use super::slot::Registered;
use super::Machine;
use crate::error::{Code, Result};
use crate::visit::{Scope, ScopeKind, Visitor};

impl<S: Registered> Machine<'_, S> {
    /// Loads the devices from a stream that was checked. One that fails half-way leaves the machine
    /// [dirty](Machine::is_dirty).
    ///
    /// # Errors
    /// As [`check`](Machine::check); those of the visits and of the hooks; [`Code::Dirty`];
    /// [`Code::BadCrc`] when the stream is not the one that was checked. The report is in the visitor.
    pub fn load(&mut self, v: &mut Visitor<'_>, checked: &Checked) -> Result<()> {
        if self.dirty {
            return Err(v.fail_as(Code::Dirty, 0, &""));
        }
        self.fill(v, Some(checked))
    }

    /// Loads the devices from a stream, which is one that was `checked`, or of the machine's own making.
    pub(super) fn fill(&mut self, v: &mut Visitor<'_>, checked: Option<&Checked>) -> Result<()> {
        let mut pass = self.begin_pass();
        let done = self.load_all(&mut pass, v, checked);
        self.dirty = done.is_err() && pass.touched;
        done
    }

    fn load_all(
        &mut self,
        pass: &mut Pass,
        v: &mut Visitor<'_>,
        checked: Option<&Checked>,
    ) -> Result<()> {
        while let Some((at, version)) = self.next_known(pass, v)? {
            pass.touched = true;
            if let Some(device) = self.devices.get_mut(at) {
                load(device, version, v)?;
            }
        }
        let found = self.end_pass(pass, v)?;
        match checked {
            Some(checked) if !found.is(checked) => Err(v.fail_as(Code::BadCrc, 0, &"")),
            _ => Ok(()),
        }
    }
}

fn load(device: &mut impl Registered, version: u32, v: &mut Visitor<'_>) -> Result<()> {
    let before = device.pre_load();
    before.map_err(|cause| refused(device, cause, v))?;
    let identity = device.identity();
    let (instance, versions) = (identity.instance, identity.versions);
    v.begin(&identity.name, Scope::Device { instance, versions })?;
    let done = device.visit(v);
    done.map_err(|code| v.fail_as(code, 0, &""))?;
    v.end(ScopeKind::Device)?;
    let after = device.post_load(version);
    after.map_err(|cause| refused(device, cause, v))
}
