//! The C side, as `c/w1.h` and `c/scalars.h` declare it.

use crate::device::Device;

// Keeps the C ABI's functions in the link: only C code calls them.
use migcore_ffi as _;

mod raw {
    use crate::device::Device;

    // `n` devices at `d`; a place or source of `size` bytes.
    unsafe extern "C" {
        pub(super) safe fn w1_size() -> usize;
        pub(super) safe fn w1_kernels_detect() -> i32;
        pub(super) fn w1_save_hand(d: *const Device, n: usize, to: *mut u8, size: usize) -> i32;
        pub(super) fn w1_load_hand(d: *mut Device, n: usize, of: *const u8, size: usize) -> i32;
        pub(super) fn w1_save_buffered(d: *const Device, n: usize, to: *mut u8, size: usize)
            -> i32;
        pub(super) fn w1_load_buffered(d: *mut Device, n: usize, of: *const u8, size: usize)
            -> i32;
        pub(super) fn w1_save_migcore(d: *const Device, n: usize, to: *mut u8, size: usize) -> i32;
        pub(super) fn w1_load_migcore(d: *mut Device, n: usize, of: *const u8, size: usize) -> i32;
        pub(super) fn w1_save_kernels(d: *const Device, n: usize, to: *mut u8, size: usize) -> i32;
        pub(super) fn w1_load_kernels(d: *mut Device, n: usize, of: *const u8, size: usize) -> i32;
        pub(super) fn w1_save_chunks(d: *const Device, n: usize, to: *mut u8, size: usize) -> i32;
        pub(super) fn w1_load_chunks(d: *mut Device, n: usize, of: *const u8, size: usize) -> i32;
        pub(super) fn w1_save_chunks_kernels(
            d: *const Device,
            n: usize,
            to: *mut u8,
            size: usize,
        ) -> i32;
        pub(super) fn w1_load_chunks_kernels(
            d: *mut Device,
            n: usize,
            of: *const u8,
            size: usize,
        ) -> i32;
        pub(super) fn scalars_save_bare(x: *const u32, to: *mut u8, size: usize) -> i32;
        pub(super) fn scalars_load_bare(x: *mut u32, of: *const u8, size: usize) -> i32;
        pub(super) fn scalars_save_migcore(x: *const u32, to: *mut u8, size: usize) -> i32;
        pub(super) fn scalars_load_migcore(x: *mut u32, of: *const u8, size: usize) -> i32;
    }
}

/// `sizeof(struct w1_device)` as the C compiler sees it.
pub fn device_size() -> usize {
    raw::w1_size()
}

/// Lets the `*_kernels` functions use what this processor has.
pub fn detect_kernels() {
    assert_eq!(raw::w1_kernels_detect(), 0, "detecting kernels never fails on valid storage");
}

/// A save function and the load function that reads its bytes.
#[derive(Clone, Copy)]
pub struct Way {
    save: unsafe extern "C" fn(*const Device, usize, *mut u8, usize) -> i32,
    load: unsafe extern "C" fn(*mut Device, usize, *const u8, usize) -> i32,
}

/// Hand-written C.
pub const HAND: Way = Way { save: raw::w1_save_hand, load: raw::w1_load_hand };
/// A buffered file, one byte at a time.
pub const BUFFERED: Way = Way { save: raw::w1_save_buffered, load: raw::w1_load_buffered };
/// The library, portable kernels.
pub const MIGCORE: Way = Way { save: raw::w1_save_migcore, load: raw::w1_load_migcore };
/// The library, with this processor's kernels.
pub const KERNELS: Way = Way { save: raw::w1_save_kernels, load: raw::w1_load_kernels };
/// As chunks, portable kernels.
pub const CHUNKS: Way = Way { save: raw::w1_save_chunks, load: raw::w1_load_chunks };
/// As chunks, with this processor's kernels.
pub const CHUNKS_KERNELS: Way =
    Way { save: raw::w1_save_chunks_kernels, load: raw::w1_load_chunks_kernels };

impl Way {
    /// Saves all `devices`; the status is 0 on success.
    pub fn save(self, devices: &[Device], out: &mut [u8]) -> i32 {
        // SAFETY: both pointers cover the lengths given with them, and the C
        // functions write at most `out.len()` bytes.
        unsafe { (self.save)(devices.as_ptr(), devices.len(), out.as_mut_ptr(), out.len()) }
    }

    /// Loads all `devices`; the status is 0 on success.
    pub fn load(self, devices: &mut [Device], bytes: &[u8]) -> i32 {
        // SAFETY: as for `save`; a `Device` holds only numbers and bools, and
        // the C functions write 0 or 1 to the bools.
        unsafe { (self.load)(devices.as_mut_ptr(), devices.len(), bytes.as_ptr(), bytes.len()) }
    }
}

/// As [`Way`], for the 64 u32 fields of the scalars workload.
#[derive(Clone, Copy)]
pub struct ScalarWay {
    save: unsafe extern "C" fn(*const u32, *mut u8, usize) -> i32,
    load: unsafe extern "C" fn(*mut u32, *const u8, usize) -> i32,
}

/// A call per field that does nothing but its bytes.
pub const SCALARS_BARE: ScalarWay =
    ScalarWay { save: raw::scalars_save_bare, load: raw::scalars_load_bare };
/// The library.
pub const SCALARS_MIGCORE: ScalarWay =
    ScalarWay { save: raw::scalars_save_migcore, load: raw::scalars_load_migcore };

impl ScalarWay {
    /// Saves the fields; the status is 0 on success.
    pub fn save(self, values: &[u32; 64], out: &mut [u8]) -> i32 {
        // SAFETY: `values` has the 64 elements that the C functions read.
        unsafe { (self.save)(values.as_ptr(), out.as_mut_ptr(), out.len()) }
    }

    /// Loads the fields; the status is 0 on success.
    pub fn load(self, values: &mut [u32; 64], bytes: &[u8]) -> i32 {
        // SAFETY: `values` has the 64 elements that the C functions write.
        unsafe { (self.load)(values.as_mut_ptr(), bytes.as_ptr(), bytes.len()) }
    }
}
