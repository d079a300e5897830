//! Vectors from and to memory.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

/// Two halves as a vector.
#[target_feature(enable = "sse2")]
#[inline]
pub(super) fn pair([low, high]: [u64; 2]) -> __m128i {
    _mm_set_epi64x(high.cast_signed(), low.cast_signed())
}

/// The number of each byte in a vector.
#[target_feature(enable = "sse2")]
#[inline]
pub(super) fn places() -> __m128i {
    _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
}

/// The same number in each byte.
#[target_feature(enable = "sse2")]
#[inline]
pub(super) fn splat(byte: u8) -> __m128i {
    _mm_set1_epi8(byte.cast_signed())
}

#[target_feature(enable = "sse2")]
#[inline]
pub(super) fn load_128(block: &[u8; 16]) -> __m128i {
    // SAFETY: the reference is to 16 readable bytes, and the load asks for no alignment.
    unsafe { _mm_loadu_si128(block.as_ptr().cast()) }
}

#[target_feature(enable = "avx")]
#[inline]
pub(super) fn load_256(block: &[u8; 32]) -> __m256i {
    // SAFETY: the reference is to 32 readable bytes, and the load asks for no alignment.
    unsafe { _mm256_loadu_si256(block.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn load_512(block: &[u8; 64]) -> __m512i {
    // SAFETY: the reference is to 64 readable bytes, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
}

/// Asks for the cache line `ahead` bytes behind the start of a block, which need not be there.
#[target_feature(enable = "sse")]
#[inline]
#[allow(unused_unsafe, reason = "the prefetch became a safe function in a later release of Rust")]
pub(super) fn prefetch(block: &[u8; 64], ahead: usize) {
    // SAFETY: a prefetch reads nothing, whatever the address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(block.as_ptr().wrapping_add(ahead).cast()) }
}

#[target_feature(enable = "sse2")]
#[inline]
pub(super) fn store_128(block: &mut [u8; 16], vector: __m128i) {
    // SAFETY: the reference is to 16 writable bytes, and the store asks for no alignment.
    unsafe { _mm_storeu_si128(block.as_mut_ptr().cast(), vector) }
}

#[target_feature(enable = "avx")]
#[inline]
pub(super) fn store_256(block: &mut [u8; 32], vector: __m256i) {
    // SAFETY: the reference is to 32 writable bytes, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(block.as_mut_ptr().cast(), vector) }
}

#[target_feature(enable = "avx512f")]
#[inline]
pub(super) fn store_512(block: &mut [u8; 64], vector: __m512i) {
    // SAFETY: the reference is to 64 writable bytes, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(block.as_mut_ptr().cast(), vector) }
}
