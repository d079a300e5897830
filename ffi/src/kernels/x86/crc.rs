//! CRC-32 by carry-less products, of 128, 256 and 512 bits.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;
use core::ffi::c_void;

use super::reduction::reduce;
use super::vector::{load_128, load_256, load_512, pair, places, prefetch, splat, store_512};
use crate::kernels::blocks::Fold;
use crate::kernels::polynomial::fold_by;
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
        Ok(bytes) => !update_128(!crc, bytes),
        Err(_) => crc,
    }
}

/// CRC-32 with VPCLMULQDQ on 256 bits; as `migcore_kernels::crc32`.
#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
pub(super) unsafe extern "C" fn crc32_avx2(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Ok(bytes) => !update_256(!crc, bytes),
        Err(_) => crc,
    }
}

/// CRC-32 with VPCLMULQDQ on 512 bits; as `migcore_kernels::crc32`.
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
pub(super) unsafe extern "C" fn crc32_avx512(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Ok(bytes) => !update_512(!crc, bytes),
        Err(_) => crc,
    }
}

/// A copy with its CRC-32, with VPCLMULQDQ on 512 bits; as `migcore_kernels::copy_crc32`.
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
pub(super) unsafe extern "C" fn copy_crc32_avx512(
    crc: u32,
    to: *mut u8,
    from: *const u8,
    length: usize,
) -> u32 {
    // SAFETY: the caller promises `length` readable and as many writable bytes, which do not overlap.
    let both =
        unsafe { (memory::bytes_mut(to.cast(), length), memory::bytes(from.cast(), length)) };
    match both {
        (Ok(to), Ok(from)) => !copy_512(!crc, to, from),
        _ => crc,
    }
}

/// Where 512 bits begin to be faster than 256: four vectors.
const WORTH_512: usize = 256;

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
    let begin =
        |block: &[u8; 32]| _mm256_xor_si256(load_256(block), _mm256_zextsi128_si256(register(crc)));
    match fold.blocks(bytes, begin) {
        Some((vector, rest)) => finish(narrow_256(vector), rest, bytes),
        None => update_128(crc, bytes),
    }
}

/// As [`update_128`].
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn update_512(crc: u32, bytes: &[u8]) -> u32 {
    if bytes.len() < WORTH_512 {
        return update_256(crc, bytes);
    }
    let fold = Fold {
        load: |block: &[u8; 64]| load_512(block),
        fold: |vector, by, next| fold_512(vector, by, next),
        by: BY_512.map(|by| _mm512_broadcast_i32x4(pair(by))),
    };
    let begin =
        |block: &[u8; 64]| _mm512_xor_si512(load_512(block), _mm512_zextsi128_si512(register(crc)));
    match fold.blocks(bytes, begin) {
        Some((vector, rest)) => finish(narrow_512(vector), rest, bytes),
        None => update_256(crc, bytes),
    }
}

/// How far ahead a copy asks for the next lines, so that what lies in the last cache arrives in time: beyond
/// what the processor does by itself, and not so far that memory behind the caches is asked for too often.
const AHEAD: usize = 512;

/// As [`update_512`], and copies `from` to `to`, which has the same length. Products and stores take turns in
/// different parts of the processor, so that both together take hardly longer than one. What lies before the first
/// line of `to` goes first: a store over two lines takes twice as long.
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn copy_512(crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
    let head = from.len().min(to.as_ptr().addr().wrapping_neg() & 63);
    let (Some((to_head, to)), Some((from_head, from))) =
        (to.split_at_mut_checked(head), from.split_at_checked(head))
    else {
        return crc;
    };
    copy_lines(copy_short(crc, to_head, from_head), to, from)
}

/// As [`copy_512`], for few bytes.
#[target_feature(enable = "avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn copy_short(crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    update_256(crc, from)
}

/// As [`copy_512`], from the first line of `to` on.
#[target_feature(enable = "avx512f,avx512vl,avx2,vpclmulqdq,pclmulqdq")]
#[inline]
fn copy_lines(crc: u32, to: &mut [u8], from: &[u8]) -> u32 {
    let (Some(last_to), Some(last_from)) = (to.last_chunk_mut::<64>(), from.last_chunk::<64>())
    else {
        return copy_short(crc, to, from);
    };
    store_512(last_to, load_512(last_from));
    let (to_start, from_start) = (to.as_mut_ptr(), from.as_ptr());
    let copy = |block: &[u8; 64]| {
        prefetch(block, AHEAD);
        let vector = load_512(block);
        // SAFETY: the block lies in `from`; as far into `to`, which is as long, there are 64 bytes, and
        // nothing refers to them.
        unsafe {
            let at = block.as_ptr().offset_from_unsigned(from_start);
            store_512(&mut *to_start.add(at).cast(), vector);
        }
        vector
    };
    let fold = Fold {
        load: copy,
        fold: |vector, by, next| fold_512(vector, by, next),
        by: BY_512.map(|by| _mm512_broadcast_i32x4(pair(by))),
    };
    let begin =
        |block: &[u8; 64]| _mm512_xor_si512(copy(block), _mm512_zextsi128_si512(register(crc)));
    match fold.blocks(from, begin) {
        Some((vector, rest)) => finish(narrow_512(vector), rest, from),
        None => update_256(crc, from),
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
    // The shuffle uses the low four bits of an index, and gives 0 if its highest bit is set: a sum
    // of place and `count` selects a byte of `low` up to 15, and one of `high` from 16 on.
    let index = _mm_add_epi8(places(), splat(count));
    let low_index = _mm_add_epi8(index, splat(0x70));
    let high_index = _mm_sub_epi8(index, splat(0x10));
    let high = _mm_shuffle_epi8(vector, high_index);
    let low = _mm_shuffle_epi8(vector, low_index);
    let [one, ..] = BY_128;
    fold_128(high, pair(one), _mm_blendv_epi8(low, load_128(last), low_index))
}

/// As [`update_128`], for fewer than 16 bytes.
#[target_feature(enable = "pclmulqdq,ssse3,sse4.1")]
#[inline]
fn update_short(crc: u32, bytes: &[u8]) -> u32 {
    let bits = bits(bytes.len());
    // The message goes to the end of the vector; of fewer than four bytes, a part of the old CRC
    // is left over.
    let message = number(bytes) ^ u128::from(crc);
    let vector = message.checked_shl(128_u32.wrapping_sub(bits)).unwrap_or(0);
    reduce(load_128(&vector.to_le_bytes())) ^ crc.checked_shr(bits).unwrap_or(0)
}

/// Fewer than 16 bytes as a little-endian number: two parts that may overlap.
fn number(bytes: &[u8]) -> u128 {
    let (first, last, size): (u64, u64, _) =
        if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (u64::from_le_bytes(*first), u64::from_le_bytes(*last), 8)
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk()) {
            (u32::from_le_bytes(*first).into(), u32::from_le_bytes(*last).into(), 4)
        } else if let (Some(first), Some(last)) = (bytes.first_chunk::<2>(), bytes.last_chunk()) {
            (u16::from_le_bytes(*first).into(), u16::from_le_bytes(*last).into(), 2)
        } else {
            return bytes.first().copied().unwrap_or(0).into();
        };
    u128::from(first) | u128::from(last).wrapping_shl(bits(bytes.len().wrapping_sub(size)))
}

/// The bits in a few bytes.
fn bits(bytes: usize) -> u32 {
    let [bytes, ..] = bytes.to_le_bytes();
    u32::from(bytes).wrapping_mul(8)
}

/// Moves `vector` by the distance of `by`, and adds `next`.
#[target_feature(enable = "pclmulqdq")]
#[inline]
fn fold_128(vector: __m128i, by: __m128i, next: __m128i) -> __m128i {
    let low = _mm_clmulepi64_si128::<0x00>(vector, by);
    let high = _mm_clmulepi64_si128::<0x11>(vector, by);
    _mm_xor_si128(_mm_xor_si128(low, high), next)
}

/// As [`fold_128`], for each of two lanes.
#[target_feature(enable = "avx2,vpclmulqdq")]
#[inline]
fn fold_256(vector: __m256i, by: __m256i, next: __m256i) -> __m256i {
    let low = _mm256_clmulepi64_epi128::<0x00>(vector, by);
    let high = _mm256_clmulepi64_epi128::<0x11>(vector, by);
    _mm256_xor_si256(_mm256_xor_si256(low, high), next)
}

/// As [`fold_128`], for each of four lanes.
#[target_feature(enable = "avx512f,vpclmulqdq")]
#[inline]
fn fold_512(vector: __m512i, by: __m512i, next: __m512i) -> __m512i {
    let low = _mm512_clmulepi64_epi128::<0x00>(vector, by);
    let high = _mm512_clmulepi64_epi128::<0x11>(vector, by);
    _mm512_xor_si512(_mm512_xor_si512(low, high), next)
}

/// Folds the two lanes into one.
#[target_feature(enable = "avx2,pclmulqdq")]
#[inline]
fn narrow_256(vector: __m256i) -> __m128i {
    let [one, ..] = BY_128;
    let (low, high) = (_mm256_castsi256_si128(vector), _mm256_extracti128_si256::<1>(vector));
    fold_128(low, pair(one), high)
}

/// Folds the four lanes into one.
#[target_feature(enable = "avx512f,avx2,vpclmulqdq")]
#[inline]
fn narrow_512(vector: __m512i) -> __m128i {
    let [one, two, three, _] = BY_128.map(|by| by.map(u64::cast_signed));
    // The last lane stays where it is: its factors are 0, and it is added as such.
    let by = _mm512_setr_epi64(three[0], three[1], two[0], two[1], one[0], one[1], 0, 0);
    let sum = fold_512(vector, by, _mm512_maskz_mov_epi64(0b1100_0000, vector));
    let (low, high) = (_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum));
    let sum = _mm256_xor_si256(low, high);
    let (low, high) = (_mm256_castsi256_si128(sum), _mm256_extracti128_si256::<1>(sum));
    _mm_xor_si128(low, high)
}

/// A CRC in front of a message: its register covers the first four bytes.
#[target_feature(enable = "sse2")]
#[inline]
fn register(crc: u32) -> __m128i {
    _mm_cvtsi32_si128(crc.cast_signed())
}
