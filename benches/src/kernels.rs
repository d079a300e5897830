//! The loops of this processor, as a Rust program uses them.

use std::mem::{size_of, MaybeUninit};

use migcore::io::{copy_crc32_by_pieces, Kernels, Portable, Width};
use migcore_ffi::kernels::{migcore_kernels, migcore_kernels_detect};

/// What `migcore_kernels_detect` found.
#[derive(Clone, Copy, Debug)]
pub struct Fast(migcore_kernels);

impl Fast {
    /// Asks the processor.
    pub fn detect() -> Self {
        let mut kernels = MaybeUninit::uninit();
        // SAFETY: the place has the size that is told, and is filled when the status is 0.
        let found = unsafe {
            let status = migcore_kernels_detect(kernels.as_mut_ptr(), size_of::<migcore_kernels>());
            assert_eq!(status, 0, "detecting kernels never fails on valid storage");
            kernels.assume_init()
        };
        Self(found)
    }
}

impl Fast {
    /// As a call of the C interface takes them.
    pub fn raw(&self) -> &migcore_kernels {
        &self.0
    }
}

impl Kernels for Fast {
    fn copy_swapped(&self, width: Width, to: &mut [u8], from: &[u8]) {
        let swap = match width {
            Width::One => None,
            Width::Two => self.0.swap16,
            Width::Four => self.0.swap32,
            Width::Eight => self.0.swap64,
        };
        assert_eq!(to.len(), from.len(), "elements are copied into as much room");
        match swap {
            // SAFETY: both slices have the length that is told, whole elements, and cannot overlap.
            Some(swap) => unsafe { swap(to.as_mut_ptr(), from.as_ptr(), to.len()) },
            None => Portable.copy_swapped(width, to, from),
        }
    }

    fn crc32(&self, crc: u32, bytes: &[u8]) -> u32 {
        match self.0.crc32 {
            // SAFETY: the slice has the length that is told.
            Some(crc32) => unsafe { crc32(crc, bytes.as_ptr(), bytes.len()) },
            None => Portable.crc32(crc, bytes),
        }
    }

    fn copy_crc32(&self, crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
        assert_eq!(to.len(), from.len(), "bytes are copied into as much room");
        match self.0.copy_crc32 {
            // SAFETY: both slices have the length that is told, and cannot overlap.
            Some(copy) => unsafe { copy(crc, to.as_mut_ptr(), from.as_ptr(), to.len()) },
            None => copy_crc32_by_pieces(self, crc, to, from),
        }
    }
}
