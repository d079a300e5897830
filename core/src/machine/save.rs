//! All devices, one after the other.

use super::label::Label;
use super::slot::Registered;
use super::Machine;
use crate::error::{Code, Fault, Result};
use crate::visit::{Marks, Scope, ScopeKind, Visitor};

impl<S: Registered> Machine<'_, S> {
    /// Saves all devices in their order. Whoever made `v` finishes it.
    ///
    /// # Errors
    /// Those of the visitor, which has the report; [`Code::Dirty`]; [`Code::Refused`] by a hook.
    pub fn save(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        if self.dirty {
            return Err(v.fail_as(Code::Dirty, 0, &""));
        }
        for device in self.devices.iter_mut() {
            save(device, v)?;
        }
        Ok(())
    }
}

fn save(device: &mut impl Registered, v: &mut Visitor<'_>) -> Result<()> {
    let before = device.pre_save();
    before.map_err(|cause| refused(device, cause, v))?;
    let done = visit(device, v);
    let after = device.post_save();
    done?;
    after.map_err(|cause| refused(device, cause, v))
}

fn visit(device: &mut impl Registered, v: &mut Visitor<'_>) -> Result<()> {
    let identity = device.identity();
    if identity.marks != Marks::NONE {
        v.mark(identity.marks)?;
    }
    v.set_oldest_reader(identity.oldest_reader)?;
    let (instance, versions) = (identity.instance, identity.versions);
    v.begin(&identity.name, Scope::Device { instance, versions })?;
    let done = device.visit(v);
    done.map_err(|code| v.fail_as(code, 0, &""))?;
    v.end(ScopeKind::Device)
}

/// A hook of a device refused.
#[cold]
pub(super) fn refused(device: &impl Registered, cause: i32, v: &mut Visitor<'_>) -> Code {
    let fault = Fault { offset: v.position(), cause, ..Fault::default() };
    v.fail_with(Code::Refused, fault, &Label::of(&device.identity()))
}
