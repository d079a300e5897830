//! Fast loops for CRC-32 and byte swaps, chosen once for this processor.
//!
//! A struct of function pointers belongs to the caller, who fills it by `migcore_kernels_detect`, or
//! with loops of their own, and hands it to the calls that begin a visitor. So no state is global,
//! and a firmware that never asks for fast loops links none.
//!
//! * `blocks`: the shape of the loops, the same for all processors
//! * `polynomial`: the constants of the CRC
//! * `x86`, `aarch64`: the instructions, and how to find out which ones there are

use core::mem;

use migcore::io::{copy_crc32_by_pieces, Kernels, Portable, Width};
use migcore::{Code, Result};

use crate::status::{
    migcore_status, MIGCORE_BAD_SIZE, MIGCORE_MISALIGNED, MIGCORE_NULL_POINTER, MIGCORE_OK,
};

#[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
mod aarch64;
#[cfg(any(
    all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2")
))]
mod blocks;
#[cfg(any(
    all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"),
    all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2")
))]
mod polynomial;
#[cfg(test)]
mod tests;
#[cfg(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"))]
mod x86;

/// Fast loops for this processor. A NULL member means the portable loop. The functions may be called
/// from any thread, keep no state, and may not use a visitor.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct migcore_kernels {
    /// sizeof(migcore_kernels)
    pub size: usize,
    /// Continues the CRC-32 (ISO-HDLC, the one of PNG and zlib) `crc` over `length` bytes and
    /// returns it; a new one begins with 0. `data` may be NULL if `length` is 0.
    pub crc32: Option<unsafe extern "C" fn(crc: u32, data: *const u8, length: usize) -> u32>,
    /// Copies `length` bytes, a multiple of 2, and reverses the bytes of each element of 2. The
    /// buffers do not overlap and need not be aligned; they may be NULL if `length` is 0.
    pub swap16: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
    /// As `swap16`, for elements of 4 bytes.
    pub swap32: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
    /// As `swap16`, for elements of 8 bytes.
    pub swap64: Option<unsafe extern "C" fn(to: *mut u8, from: *const u8, length: usize)>,
    /// Copies `length` bytes and continues the CRC-32 `crc` over them, as `crc32` does. The buffers do not
    /// overlap and need not be aligned; they may be NULL if `length` is 0. NULL: `crc32` and a copy in turns.
    pub copy_crc32:
        Option<unsafe extern "C" fn(crc: u32, to: *mut u8, from: *const u8, length: usize) -> u32>,
}

/// Fills `kernels` with the fastest loops for this processor. `size` is sizeof(migcore_kernels).
///
/// Call it once and keep the struct: asking the processor can take microseconds in a virtual
/// machine. On a processor of another kind than x86 and aarch64 all loops are the portable ones. On
/// aarch64 under Linux it needs Linux 4.11; on bare metal it reads ID_AA64ISAR0_EL1, which exception
/// level 0 may not do. Errors: MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE, MIGCORE_MISALIGNED;
/// `kernels` is then unchanged.
#[no_mangle]
pub unsafe extern "C" fn migcore_kernels_detect(
    kernels: *mut migcore_kernels,
    size: usize,
) -> migcore_status {
    if kernels.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    if size != mem::size_of::<migcore_kernels>() {
        return MIGCORE_BAD_SIZE;
    }
    if !kernels.is_aligned() {
        return MIGCORE_MISALIGNED;
    }
    // SAFETY: not null, aligned, and the caller promises `size` writable bytes.
    unsafe { kernels.write(detected()) };
    MIGCORE_OK
}

/// The loops for this processor.
fn detected() -> migcore_kernels {
    let kernels = PORTABLE;
    #[cfg(all(target_arch = "aarch64", target_feature = "neon", target_endian = "little"))]
    let kernels = aarch64::improve(kernels);
    #[cfg(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2"))]
    let kernels = x86::improve(kernels);
    kernels
}

/// Portable loops only.
const PORTABLE: migcore_kernels = migcore_kernels {
    size: mem::size_of::<migcore_kernels>(),
    crc32: None,
    swap16: None,
    swap32: None,
    swap64: None,
    copy_crc32: None,
};

/// The loops that a caller gave, or the portable ones where there are none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CKernels(*const migcore_kernels);

impl CKernels {
    /// # Safety
    /// `kernels` is NULL or points to kernels whose members keep their contract, and which do not
    /// change as long as the new object or a copy of it is used.
    pub(crate) unsafe fn new(kernels: *const migcore_kernels) -> Result<Self> {
        if kernels.is_null() {
            return Ok(CKernels(kernels));
        }
        if !kernels.is_aligned() {
            return Err(Code::Misaligned);
        }
        // SAFETY: not null, aligned; the caller promises a size. It is read alone.
        match unsafe { (*kernels).size } == mem::size_of::<migcore_kernels>() {
            true => Ok(CKernels(kernels)),
            false => Err(Code::BadSize),
        }
    }

    /// The caller's struct, if there is one.
    #[inline]
    fn get(&self) -> Option<&migcore_kernels> {
        // SAFETY: NULL, or valid and unchanging as promised to `new`.
        unsafe { self.0.as_ref() }
    }
}

impl Kernels for CKernels {
    fn copy_swapped(&self, width: Width, to: &mut [u8], from: &[u8]) {
        let swap = self.get().and_then(|kernels| match width {
            Width::One => None,
            Width::Two => kernels.swap16,
            Width::Four => kernels.swap32,
            Width::Eight => kernels.swap64,
        });
        let Some(swap) = swap else {
            return Portable.copy_swapped(width, to, from);
        };
        let length = to.len().min(from.len());
        let length = length & !width.bytes().wrapping_sub(1);
        // SAFETY: both slices have at least `length` bytes, a multiple of the width, and cannot
        // overlap; `new` was promised a function with this contract.
        unsafe { swap(to.as_mut_ptr(), from.as_ptr(), length) }
    }

    fn crc32(&self, crc: u32, bytes: &[u8]) -> u32 {
        match self.get().and_then(|kernels| kernels.crc32) {
            // SAFETY: the slice is readable; `new` was promised a function with this contract.
            Some(crc32) => unsafe { crc32(crc, bytes.as_ptr(), bytes.len()) },
            None => Portable.crc32(crc, bytes),
        }
    }

    fn copy_crc32(&self, crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
        let Some(copy) = self.get().and_then(|kernels| kernels.copy_crc32) else {
            return copy_crc32_by_pieces(self, crc, to, from);
        };
        let length = to.len().min(from.len());
        // SAFETY: both slices have at least `length` bytes, and cannot overlap; `new` was promised a
        // function with this contract.
        unsafe { copy(crc, to.as_mut_ptr(), from.as_ptr(), length) }
    }
}
