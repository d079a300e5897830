//! Byte swaps by REV16, REV32 and REV64 on vectors of 16 bytes.

use core::arch::aarch64::*;
use core::ffi::c_void;

use migcore::io::{Kernels, Portable, Width};

use crate::kernels::blocks::copy_blocks;
use crate::memory;

macro_rules! swaps {
    ($($name:ident, $reverse:ident, $width:ident, $bytes:literal;)*) => {$(
        #[doc = concat!("Elements of ", $bytes, " bytes; as in `migcore_kernels`.")]
        #[target_feature(enable = "neon")]
        pub(super) unsafe extern "C" fn $name(to: *mut u8, from: *const u8, length: usize) {
            // SAFETY: the caller promises `length` writable bytes that do not overlap `from`.
            let to = unsafe { memory::bytes_mut(to.cast::<c_void>(), length) };
            // SAFETY: the caller promises `length` readable bytes.
            let from = unsafe { memory::bytes(from.cast::<c_void>(), length) };
            let (Ok(to), Ok(from)) = (to, from) else { return };
            // Two at a time, as a load of two registers takes no longer than one of one.
            let pairs = |to: &mut [u8; 32], from: &[u8; 32]| {
                let uint8x16x2_t(low, high) = load_pair(from);
                store_pair(to, uint8x16x2_t($reverse(low), $reverse(high)));
            };
            let ones = |to: &mut [u8; 16], from: &[u8; 16]| store(to, $reverse(load(from)));
            if !copy_blocks(to, from, pairs) && !copy_blocks(to, from, ones) {
                Portable.copy_swapped(Width::$width, to, from);
            }
        }
    )*};
}

swaps! {
    swap16, vrev16q_u8, Two, 2;
    swap32, vrev32q_u8, Four, 4;
    swap64, vrev64q_u8, Eight, 8;
}

#[target_feature(enable = "neon")]
#[inline]
fn load(block: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the reference is to 16 readable bytes, and the load asks for no alignment.
    unsafe { vld1q_u8(block.as_ptr()) }
}

#[target_feature(enable = "neon")]
#[inline]
fn load_pair(block: &[u8; 32]) -> uint8x16x2_t {
    // SAFETY: the reference is to 32 readable bytes, and the load asks for no alignment.
    unsafe { vld1q_u8_x2(block.as_ptr()) }
}

#[target_feature(enable = "neon")]
#[inline]
fn store(block: &mut [u8; 16], vector: uint8x16_t) {
    // SAFETY: the reference is to 16 writable bytes, and the store asks for no alignment.
    unsafe { vst1q_u8(block.as_mut_ptr(), vector) }
}

#[target_feature(enable = "neon")]
#[inline]
fn store_pair(block: &mut [u8; 32], pair: uint8x16x2_t) {
    // SAFETY: the reference is to 32 writable bytes, and the store asks for no alignment.
    unsafe { vst1q_u8_x2(block.as_mut_ptr(), pair) }
}
