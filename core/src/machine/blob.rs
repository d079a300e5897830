//! A device that was a run of bytes in older versions.

use super::device::{Device, Hooked};
use crate::codec::legacy::visit_blob;
use crate::error::Result;
use crate::visit::{Visit, Visitor};

/// A device that is written as fields since a version of its state, and in those before as bytes without names, as a
/// pair of functions put and got them; it is loaded from either. See
/// [`visit_blob`](crate::codec::legacy::visit_blob).
///
/// To save for such an older version, put the device into its [`Slot`](super::Slot) with that as its current version.
#[derive(Debug)]
pub struct BlobDevice<'d, D: ?Sized> {
    fields_since: u32,
    device: &'d mut D,
}

impl<'d, D: Device + ?Sized> BlobDevice<'d, D> {
    /// `device`, which is fields since version `fields_since`;
    /// [`ALWAYS_BLOB`](crate::codec::legacy::ALWAYS_BLOB): never.
    pub fn new(fields_since: u32, device: &'d mut D) -> Self {
        BlobDevice { fields_since, device }
    }

    /// The device.
    pub fn device(&mut self) -> &mut D {
        self.device
    }
}

impl<D: Device + ?Sized> Visit for BlobDevice<'_, D> {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        visit_blob(v, self.fields_since, |v| self.device.visit(v))
    }
}

impl<D: Device + ?Sized> Device for BlobDevice<'_, D> {
    fn pre_save(&mut self) -> Hooked {
        self.device.pre_save()
    }

    fn post_save(&mut self) -> Hooked {
        self.device.post_save()
    }

    fn pre_load(&mut self) -> Hooked {
        self.device.pre_load()
    }

    fn post_load(&mut self, version: u32) -> Hooked {
        self.device.post_load(version)
    }

    fn load_done(&mut self) -> Hooked {
        self.device.load_done()
    }

    fn on_run(&mut self) -> Hooked {
        self.device.on_run()
    }

    fn has_scratch(&self) -> bool {
        self.device.has_scratch()
    }

    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        visit_blob(v, self.fields_since, |v| self.device.visit_scratch(v))
    }
}
