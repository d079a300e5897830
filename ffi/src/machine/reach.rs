//! The visitor of a caller, which devices hold on their own.

use migcore::machine::Reach;
use migcore::visit::Visitor;
use migcore::{Code, Result};

use super::device::migcore_device;
use crate::object::{migcore_visitor, reach, settle};

/// A visitor of the caller.
pub(super) struct CReach(*mut migcore_visitor);

impl CReach {
    /// # Safety
    /// `v` is NULL or points to a migcore_visitor, while this value lives.
    pub(super) unsafe fn new(v: *mut migcore_visitor) -> Self {
        CReach(v)
    }

    /// Visits the scratch instance of a device.
    fn visit_scratch(&mut self, device: &mut migcore_device) -> Result<()> {
        let (scratch, opaque) = (device.scratch, device.opaque);
        // SAFETY: the caller promised callbacks for this `scratch` and `opaque`.
        let refused = device.scratch_begin.map_or(0, |begin| unsafe { begin(scratch, opaque) });
        if refused != 0 {
            return self.with(|v| Err(v.fail_as(Code::Refused, refused, &"")));
        }
        let done = self.call(device, scratch);
        if let Some(end) = device.scratch_end {
            // SAFETY: as above.
            unsafe { end(scratch, opaque) };
        }
        done
    }

    fn call(&mut self, device: &migcore_device, state: *mut core::ffi::c_void) -> Result<()> {
        let Some(visit) = device.visit else { return Err(Code::NullPointer) };
        // SAFETY: the caller promised callbacks for this state; the object is not busy.
        unsafe {
            settle(
                self.0,
                match device.blob {
                    None => visit(self.0, state),
                    Some(blob) => blob(self.0, device.fields_since, device.visit, state),
                },
            )
        }
    }
}

impl Reach<migcore_device> for CReach {
    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        // SAFETY: `new` was promised a visitor.
        unsafe { reach(self.0, call) }
    }

    fn visit(&mut self, device: &mut migcore_device, scratch: bool) -> Result<()> {
        match scratch {
            true => self.visit_scratch(device),
            false => self.call(device, device.opaque),
        }
    }
}
