//! The C side of tables, as `c/tables.h` declares it.

use crate::device::Device;

// Keeps the C ABI's functions in the link: only C code calls them.
use migcore_ffi as _;

/// The registers of the device that has little else.
pub const REGISTERS: usize = 32768;

/// That device.
pub type Registers = [u32; REGISTERS];

mod raw {
    use super::Registers;
    use crate::device::Device;

    unsafe extern "C" {
        pub(super) safe fn tables_prepare() -> i32;
        pub(super) fn tables_save_w1(
            wire: i32,
            way: i32,
            d: *const Device,
            n: usize,
            to: *mut u8,
            size: usize,
            written: *mut usize,
        ) -> i32;
        pub(super) fn tables_load_w1(
            wire: i32,
            way: i32,
            d: *mut Device,
            n: usize,
            of: *const u8,
            size: usize,
        ) -> i32;
        pub(super) fn tables_save_array(
            wire: i32,
            way: i32,
            d: *const Registers,
            to: *mut u8,
            size: usize,
            written: *mut usize,
        ) -> i32;
        pub(super) fn tables_load_array(
            wire: i32,
            way: i32,
            d: *mut Registers,
            of: *const u8,
            size: usize,
        ) -> i32;
    }
}

/// Makes the plans; to be called before the others.
pub fn prepare() {
    assert_eq!(raw::tables_prepare(), 0, "the plans have room");
}

/// A wire, and how a table is visited over it.
#[derive(Clone, Copy)]
pub struct Way {
    wire: i32,
    way: i32,
}

/// The walk over the legacy wire.
pub const WALK: Way = Way { wire: 0, way: 0 };
/// The plan over the legacy wire.
pub const PLAN: Way = Way { wire: 0, way: 1 };
/// The walk over chunks.
pub const CHUNK_WALK: Way = Way { wire: 1, way: 0 };
/// The plan over chunks.
pub const CHUNK_PLAN: Way = Way { wire: 1, way: 1 };

impl Way {
    /// Saves all `devices`, and says how long that is; `None` when it failed.
    pub fn save(self, devices: &[Device], out: &mut [u8]) -> Option<usize> {
        let mut written = 0;
        // SAFETY: both pointers cover the lengths given with them, and the C function writes at most `out.len()`
        // bytes, and one length.
        let status = unsafe {
            let (to, size) = (out.as_mut_ptr(), out.len());
            let devices = (devices.as_ptr(), devices.len());
            raw::tables_save_w1(self.wire, self.way, devices.0, devices.1, to, size, &mut written)
        };
        (status == 0).then_some(written)
    }

    /// Loads all `devices`; the status is 0 on success.
    pub fn load(self, devices: &mut [Device], bytes: &[u8]) -> i32 {
        // SAFETY: as for `save`; a `Device` holds only numbers and bools, and loading writes 0 or 1 to the bools.
        unsafe {
            let (to, count) = (devices.as_mut_ptr(), devices.len());
            raw::tables_load_w1(self.wire, self.way, to, count, bytes.as_ptr(), bytes.len())
        }
    }

    /// Saves the registers, and says how long that is; `None` when it failed.
    pub fn save_array(self, registers: &Registers, out: &mut [u8]) -> Option<usize> {
        let mut written = 0;
        // SAFETY: as for `save`.
        let status = unsafe {
            let (to, size) = (out.as_mut_ptr(), out.len());
            raw::tables_save_array(self.wire, self.way, registers, to, size, &mut written)
        };
        (status == 0).then_some(written)
    }

    /// Loads the registers; the status is 0 on success.
    pub fn load_array(self, registers: &mut Registers, bytes: &[u8]) -> i32 {
        // SAFETY: as for `save`.
        unsafe {
            raw::tables_load_array(self.wire, self.way, registers, bytes.as_ptr(), bytes.len())
        }
    }
}
