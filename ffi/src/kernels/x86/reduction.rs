//! The last step, from 128 bits to the 32 of the CRC.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

use super::vector::pair;
use crate::kernels::polynomial::{power_of_x, times_x, P};

/// x^95 modulo P, times x^32: with the x of the product (see `polynomial`), the low half of a vector
/// L x^64 + H becomes L x^96, moved up by x^32 so that it meets H where a shift puts it.
const FOLD: u64 = times_x32(power_of_x(95));

/// floor(x^96 / P) without its lowest coefficient, divided by x: 64 of 65 bits. Times A and the x
/// of the product, its low half is the quotient floor(A x^32 / P), since the missing coefficient
/// only touches powers that are cut off.
const QUOTIENT: u64 = quotient();

/// All 33 bits of P, times x^31: with the x of the product, the low half of the product's high
/// half is what a quotient takes away from the remainder.
const POLYNOMIAL: u64 = (times_x32(P) << 1) | 1;

/// A register of 32 bits as one of 64, times x^32.
#[allow(clippy::as_conversions, reason = "From is not const yet")]
const fn times_x32(register: u32) -> u64 {
    register as u64
}

/// Divides x^96 by P as on paper: the coefficients of x^64 to x^1 in bits 0 to 63.
#[allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "the compiler evaluates this and stops at an overflow; From is not const yet"
)]
const fn quotient() -> u64 {
    // The coefficients of x^96 to x^65 are 0: P does not go into what is there until x^31 moves up.
    let mut remainder = power_of_x(31);
    let mut quotient = 0;
    let mut bit = 0;
    while bit < 64 {
        quotient |= ((remainder & 1) as u64) << bit;
        remainder = times_x(remainder);
        bit += 1;
    }
    quotient
}

/// The CRC register of a vector R to which a message was folded: R x^32 modulo P, by one product that
/// leaves 96 bits and the two of Barrett's reduction.
#[target_feature(enable = "pclmulqdq,sse4.1")]
#[inline]
pub(super) fn reduce(vector: __m128i) -> u32 {
    let factors = pair([FOLD, QUOTIENT]);
    // A x^32 + B: 64 bits of A in the low half, the 32 of B next to them.
    let folded = _mm_clmulepi64_si128::<0x00>(vector, factors);
    let sum = _mm_xor_si128(folded, _mm_srli_si128::<8>(vector));
    let quotient = _mm_clmulepi64_si128::<0x10>(sum, factors);
    let taken = _mm_clmulepi64_si128::<0x00>(quotient, pair([POLYNOMIAL, 0]));
    _mm_extract_epi32::<2>(_mm_xor_si128(sum, taken)).cast_unsigned()
}
