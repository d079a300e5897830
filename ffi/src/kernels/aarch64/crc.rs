//! CRC-32 by the CRC32 instructions, and by carry-less products where there is PMULL.

use core::arch::aarch64::*;
use core::ffi::c_void;

use crate::kernels::blocks::Fold;
use crate::kernels::polynomial::{fold_by, power_of_x, times_x};
use crate::memory;

/// CRC-32 with the CRC32 instructions; as `migcore_kernels::crc32`.
#[target_feature(enable = "crc")]
pub(super) unsafe extern "C" fn crc32_crc(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Ok(bytes) => !update_streams(!crc, bytes),
        Err(_) => crc,
    }
}

/// CRC-32 with PMULL and the CRC32 instructions; as `migcore_kernels::crc32`.
#[target_feature(enable = "neon,aes,crc")]
pub(super) unsafe extern "C" fn crc32_pmull(crc: u32, data: *const u8, length: usize) -> u32 {
    // SAFETY: the caller promises `length` readable bytes.
    match unsafe { memory::bytes(data.cast::<c_void>(), length) } {
        Ok(bytes) if length >= WORTH_PMULL => !update_folding(!crc, bytes),
        Ok(bytes) => !update_words(!crc, bytes),
        Err(_) => crc,
    }
}

/// Where folding begins to be faster than single instructions: four times two vectors.
const WORTH_PMULL: usize = 128;

/// Continues the register `crc`, which is the CRC before its final inversion, by eight bytes at a
/// time.
#[target_feature(enable = "crc")]
#[inline]
fn update_words(mut crc: u32, bytes: &[u8]) -> u32 {
    let (words, tail) = bytes.as_chunks::<8>();
    for word in words {
        crc = __crc32d(crc, u64::from_le_bytes(*word));
    }
    let (words, tail) = tail.as_chunks::<4>();
    for word in words {
        crc = __crc32w(crc, u32::from_le_bytes(*word));
    }
    for byte in tail {
        crc = __crc32b(crc, *byte);
    }
    crc
}

/// The bytes of a stream: the longer, the less the two products weigh that join three of them.
const STREAM: usize = 1024;

/// As [`update_words`], in three streams: an instruction takes two or three cycles, but a new one can
/// start in each.
#[target_feature(enable = "crc")]
#[inline]
fn update_streams(mut crc: u32, bytes: &[u8]) -> u32 {
    const BY_ONE: u32 = power_of_x(8 * STREAM);
    const BY_TWO: u32 = power_of_x(16 * STREAM);
    let (streams, _) = bytes.as_chunks::<STREAM>();
    let (groups, _) = streams.as_chunks::<3>();
    for [a, b, c] in groups {
        let (mut first, mut second, mut third) = (crc, 0, 0);
        let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).zip(c.as_chunks::<8>().0);
        for ((a, b), c) in words {
            first = __crc32d(first, u64::from_le_bytes(*a));
            second = __crc32d(second, u64::from_le_bytes(*b));
            third = __crc32d(third, u64::from_le_bytes(*c));
        }
        crc = product(first, BY_TWO) ^ product(second, BY_ONE) ^ third;
    }
    update_words(crc, bytes.as_chunks::<{ 3 * STREAM }>().1)
}

/// The product of two registers, modulo P.
fn product(mut a: u32, mut b: u32) -> u32 {
    let mut sum = 0;
    // The coefficients of b from x^0, the highest bit, on, while a grows with them.
    for _ in 0..u32::BITS {
        sum ^= if b >> 31 == 1 { a } else { 0 };
        a = times_x(a);
        b <<= 1;
    }
    sum
}

/// Distances of 1 to 4 pairs of vectors.
static BY_PAIRS: [[u64; 2]; 4] = [fold_by(256), fold_by(512), fold_by(768), fold_by(1024)];
/// The distance of the two vectors of a pair.
static BY_HALF: [u64; 2] = fold_by(128);

/// As [`update_words`], by folding: pairs of vectors, so that eight products are under way.
#[target_feature(enable = "neon,aes,crc")]
#[inline]
fn update_folding(crc: u32, bytes: &[u8]) -> u32 {
    let fold = Fold {
        load: |block: &[u8; 32]| load_pair(block),
        fold: |uint8x16x2_t(a, b), uint8x16x2_t(by, _), uint8x16x2_t(next_a, next_b)| {
            uint8x16x2_t(fold_vector(a, by, next_a), fold_vector(b, by, next_b))
        },
        by: BY_PAIRS.map(|by| uint8x16x2_t(vector(by), vector(by))),
    };
    let begin = |block: &[u8; 32]| {
        let uint8x16x2_t(low, high) = load_pair(block);
        uint8x16x2_t(veorq_u8(low, vector([u64::from(crc), 0])), high)
    };
    let Some((uint8x16x2_t(low, high), tail)) = fold.blocks(bytes, begin) else {
        return update_words(crc, bytes);
    };
    let folded = vreinterpretq_u64_u8(fold_vector(low, vector(BY_HALF), high));
    // What is left is a message of 16 bytes with the same CRC.
    let crc = __crc32d(0, vgetq_lane_u64::<0>(folded));
    let crc = __crc32d(crc, vgetq_lane_u64::<1>(folded));
    update_words(crc, tail)
}

/// Moves `vector` by the distance of `by`, and adds `next`.
#[target_feature(enable = "neon,aes")]
#[inline]
fn fold_vector(vector: uint8x16_t, by: uint8x16_t, next: uint8x16_t) -> uint8x16_t {
    let (vector, by) = (vreinterpretq_p64_u8(vector), vreinterpretq_p64_u8(by));
    let low = vmull_p64(vgetq_lane_p64::<0>(vector), vgetq_lane_p64::<0>(by));
    let high = vmull_high_p64(vector, by);
    let sum = veorq_u8(vreinterpretq_u8_p128(low), vreinterpretq_u8_p128(high));
    veorq_u8(sum, next)
}

/// Two halves as a vector.
#[target_feature(enable = "neon")]
#[inline]
fn vector([low, high]: [u64; 2]) -> uint8x16_t {
    vreinterpretq_u8_u64(vcombine_u64(vcreate_u64(low), vcreate_u64(high)))
}

#[target_feature(enable = "neon")]
#[inline]
fn load_pair(block: &[u8; 32]) -> uint8x16x2_t {
    // SAFETY: the reference is to 32 readable bytes, and the load asks for no alignment.
    unsafe { vld1q_u8_x2(block.as_ptr()) }
}
