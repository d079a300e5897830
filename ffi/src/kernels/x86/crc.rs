//! CRC-32 by carry-less products, of 128, 256 and 512 bits.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;
use core::ffi::c_void;

use crate::kernels::blocks::Fold;
use crate::kernels::polynomial::{fold_by, REDUCTION};
use crate::memory;

/// Distances of 1 to 4 vectors of 128, 256 and 512 bits.
static BY_128: [[u64; 2]; 4] = [fold_by(128), fold_by(256), fold_by(384), fold_by(512)];
static BY_256: [[u64; 2]; 4] = [fold_by(256), fold_by(512), fold_by(768), fold_by(1024)];
static BY_512: [[u64; 2]; 4] = [fold_by(512), fold_by(1024), fold_by(1536), fold_by(2048)];

/// CRC-32 with PCLMULQDQ; as `migcore_kernels::crc32`.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
pub(super) unsafe extern "C" fn crc32_pclmulqdq(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Some(bytes) => !update_128(!crc, bytes),
        None => crc,
    }
}

/// CRC-32 with VPCLMULQDQ on 256 bits; as `migcore_kernels::crc32`.
#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
pub(super) unsafe extern "C" fn crc32_avx2(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Some(bytes) => !update_256(!crc, bytes),
        None => crc,
    }
}

/// CRC-32 with VPCLMULQDQ on 512 bits; as `migcore_kernels::crc32`.
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
pub(super) unsafe extern "C" fn crc32_avx512(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Some(bytes) => !update_512(!crc, bytes),
        None => crc,
    }
}

/// Continues the register `crc`, which is the CRC before its final inversion.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
#[inline]
fn update_128(crc: u32, bytes: &[u8]) -> u32 {
    let fold = Fold {
        load: |block: &[u8; 16]| load_128(block),
        fold: |vector, by, next| fold_128(vector, by, next),
        by: BY_128.map(|by| pair(by)),
    };
    match fold.blocks(bytes, |block| _mm_xor_si128(load_128(block), register(crc))) {
        Some((vector, rest)) => finish(vector, rest, bytes),
        None => update_short(crc, bytes),
    }
}

/// As [`update_128`].
#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn update_256(crc: u32, bytes: &[u8]) -> u32 {
    let fold = Fold {
        load: |block: &[u8; 32]| load_256(block),
        fold: |vector, by, next| fold_256(vector, by, next),
        by: BY_256.map(|by| _mm256_broadcastsi128_si256(pair(by))),
    };
    let begin = |block: &[u8; 32]| {
        _mm256_xor_si256(load_256(block), _mm256_zextsi128_si256(register(crc)))
    };
    match fold.blocks(bytes, begin) {
        Some((vector, rest)) => finish(narrow_256(vector), rest, bytes),
        None => update_128(crc, bytes),
    }
}

/// As [`update_128`].
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn update_512(crc: u32, bytes: &[u8]) -> u32 {
    let fold = Fold {
        load: |block: &[u8; 64]| load_512(block),
        fold: |vector, by, next| fold_512(vector, by, next),
        by: BY_512.map(|by| _mm512_broadcast_i32x4(pair(by))),
    };
    let begin = |block: &[u8; 64]| {
        _mm512_xor_si512(load_512(block), _mm512_zextsi128_si512(register(crc)))
    };
    match fold.blocks(bytes, begin) {
        Some((vector, rest)) => finish(narrow_512(vector), rest, bytes),
        None => update_128(crc, bytes),
    }
}

/// Folds `rest`, fewer than four blocks of 16 bytes and the end of `bytes`, into `vector`, and makes
/// a CRC of it.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
#[inline]
fn finish(vector: __m128i, rest: &[u8], bytes: &[u8]) -> u32 {
    let fold = Fold {
        load: |block: &[u8; 16]| load_128(block),
        fold: |vector, by, next| fold_128(vector, by, next),
        by: BY_128.map(|by| pair(by)),
    };
    let (blocks, tail) = rest.as_chunks::<16>();
    let vector = fold.few(vector, blocks);
    match bytes.last_chunk::<16>() {
        Some(last) if !tail.is_empty() => reduce(fold_tail(vector, tail.len(), last)),
        _ => reduce(vector),
    }
}

/// Folds `count` (1 to 15) bytes, the last ones of `last`, into `vector`.
///
/// `vector` and these bytes are 16 + `count` bytes: the first `count` of them, moved to the end of a
/// vector, are folded over 128 bits into the other 16.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
#[inline]
fn fold_tail(vector: __m128i, count: usize, last: &[u8; 16]) -> __m128i {
    let [count, ..] = count.to_le_bytes();
    let index = _mm_set_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    let index = _mm_add_epi8(index, _mm_set1_epi8(count.cast_signed()));
    // The shuffle uses the low four bits of an index, and gives 0 if its highest bit is set: the
    // sum of place and `count` selects a byte of `high` from 16 on, and one of `low` up to 15.
    let high_index = _mm_sub_epi8(index, _mm_set1_epi8(16));
    let low_index = _mm_add_epi8(index, _mm_set1_epi8(0x70));
    let high = _mm_shuffle_epi8(vector, high_index);
    let low = _mm_shuffle_epi8(vector, low_index);
    let [one, ..] = BY_128;
    fold_128(high, pair(one), _mm_blendv_epi8(low, load_128(last), low_index))
}

/// As [`update_128`], for fewer than 16 bytes.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
#[inline]
fn update_short(crc: u32, bytes: &[u8]) -> u32 {
    let bits = bytes.len().wrapping_mul(8);
    let (Some(above), Ok(bits)) = (128_usize.checked_sub(bits), u32::try_from(bits)) else {
        return crc;
    };
    todo!()
}
