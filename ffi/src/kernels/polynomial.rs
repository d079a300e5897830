//! The polynomial of the CRC-32, and the constants that its fast loops multiply by.
//!
//! A CRC is a remainder: the message, read as a polynomial over GF(2), times x^32, modulo P. This
//! one is reflected: in a register of `w` bits, bit `i` is the coefficient of x^(w - 1 - i), so that
//! a little-endian load puts the first byte of the message at the highest powers.
//!
//! A carry-less product of two such registers of 64 bits has 127 bits, in a register of 128. Its
//! lowest bit should stand for x^126 and stands for x^127: the product comes out times x. Every
//! constant here allows for that.
//!
//! That a long message may be folded with carry-less products is described in Intel's white paper
//! "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction"; the constants are
//! worked out here from P alone.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "the compiler evaluates these and stops at an overflow; From is not const yet"
)]

/// P without x^32, reflected: 0x04c1_1db7 in the usual order of bits.
pub(super) const P: u32 = 0x04c1_1db7_u32.reverse_bits();

/// The polynomial 1 as a reflected register.
const ONE: u32 = 1 << 31;

/// Multiplies by x, modulo P.
pub(super) const fn times_x(register: u32) -> u32 {
    let carry = register & 1;
    (register >> 1) ^ if carry == 1 { P } else { 0 }
}

/// x^n modulo P.
pub(super) const fn power_of_x(n: usize) -> u32 {
    let mut register = ONE;
    let mut done = 0;
    while done < n {
        register = times_x(register);
        done += 1;
    }
    register
}

/// A register of 32 bits as one of 64: the same polynomial.
const fn widen(register: u32) -> u64 {
    (register as u64) << 32
}

/// What moves a register of 128 bits `distance` bits away from the end of the message: the factor
/// for its low half, which holds the high powers, and the one for its high half.
///
/// The register is L x^64 + H, so L must gain x^(distance + 64) and H x^distance, each one less for
/// the x that the product brings along.
pub(super) const fn fold_by(distance: usize) -> [u64; 2] {
    [widen(power_of_x(distance + 63)), widen(power_of_x(distance - 1))]
}
