//! Byte swaps by one shuffle for each vector of 16 or 32 bytes.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;
use core::ffi::c_void;

use migcore::io::{Kernels, Portable, Width};

use super::vector::{load_128, load_256, places, splat, store_128, store_256};
use crate::kernels::blocks::copy_blocks;
use crate::memory;

macro_rules! swaps {
    ($($name:ident, $features:literal, $copy:ident, $width:ident, $bytes:literal;)*) => {$(
        #[doc = concat!("Elements of ", $bytes, " bytes with ", $features, "; as in `migcore_kernels`.")]
        #[target_feature(enable = $features)]
        pub(super) unsafe extern "C" fn $name(to: *mut u8, from: *const u8, length: usize) {
            // SAFETY: the caller promises `length` writable bytes that do not overlap `from`.
            let to = unsafe { memory::bytes_mut(to.cast::<c_void>(), length) };
            // SAFETY: the caller promises `length` readable bytes.
            let from = unsafe { memory::bytes(from.cast::<c_void>(), length) };
            let (Ok(to), Ok(from)) = (to, from) else { return };
            if !$copy::<$bytes>(to, from) {
                Portable.copy_swapped(Width::$width, to, from);
            }
        }
    )*};
}

swaps! {
    swap16_ssse3, "ssse3", copy_128, Two, 2;
    swap32_ssse3, "ssse3", copy_128, Four, 4;
    swap64_ssse3, "ssse3", copy_128, Eight, 8;
    swap16_avx2, "avx2", copy_256, Two, 2;
    swap32_avx2, "avx2", copy_256, Four, 4;
    swap64_avx2, "avx2", copy_256, Eight, 8;
}

/// Elements of `N` bytes through vectors of 16; `false` if there are fewer.
#[target_feature(enable = "ssse3")]
#[inline]
fn copy_128<const N: usize>(to: &mut [u8], from: &[u8]) -> bool {
    let order = order::<N>();
    let block = |to: &mut [u8; 16], from: &[u8; 16]| {
        store_128(to, _mm_shuffle_epi8(load_128(from), order));
    };
    copy_blocks(to, from, block)
}

/// Elements of `N` bytes through vectors of 32, or of 16; `false` if there are fewer.
#[target_feature(enable = "avx2")]
#[inline]
fn copy_256<const N: usize>(to: &mut [u8], from: &[u8]) -> bool {
    let order = _mm256_broadcastsi128_si256(order::<N>());
    let block = |to: &mut [u8; 32], from: &[u8; 32]| {
        store_256(to, _mm256_shuffle_epi8(load_256(from), order));
    };
    copy_blocks(to, from, block) || copy_128::<N>(to, from)
}

/// Where each byte of a vector comes from in a swap of elements of `N` bytes.
#[target_feature(enable = "sse2")]
#[inline]
fn order<const N: usize>() -> __m128i {
    let [size, ..] = N.to_le_bytes();
    _mm_xor_si128(places(), splat(size.wrapping_sub(1)))
}
