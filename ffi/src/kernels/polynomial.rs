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

/// P without x^32, reflected: 0x04c1_1db7 in the usual order of bits.
const P: u32 = 0x04c1_1db7_u32.reverse_bits();

/// The polynomial 1 as a reflected register.
const ONE: u32 = 1 << 31;

/// Multiplies by x, modulo P.
const fn times_x(register: u32) -> u32 {
    let carry = register & 1;
    (register >> 1) ^ if carry == 1 { P } else { 0 }
}

/// x^n modulo P.
pub(super) const fn power_of_x(n: u32) -> u32 {
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
    widen_times_x32(register) << 32
}

/// A register of 32 bits as one of 64, times x^32.
const fn widen_times_x32(register: u32) -> u64 {
    register as u64
}

/// What moves a register of 128 bits `distance` bits away from the end of the message: the factor
/// for its low half, which holds the high powers, and the one for its high half.
///
/// The register is L x^64 + H, so L must gain x^(distance + 64) and H x^distance, each one less for
/// the x that the product brings along.
pub(super) const fn fold_by(distance: u32) -> [u64; 2] {
    [widen(power_of_x(distance + 63)), widen(power_of_x(distance - 1))]
}

/// The last step from 128 bits to 32, which is Barrett's: R = L x^64 + H becomes R x^32 modulo P.
pub(super) struct Reduction {
    /// x^95 x^32, the first factor reduced modulo P: times L and the x of the product, this is
    /// L x^96, moved up by x^32 so that it meets H, once that is moved to the low half.
    pub(super) fold: u64,
    /// floor(x^96 / P) without its lowest coefficient, over x: 64 of 65 bits. Times A and the x of the
    /// product, its low half is the quotient floor(A x^32 / P), as the missing coefficient only
    /// touches powers that are cut off.
    pub(super) quotient: u64,
    /// All of P, times x^31. Times the quotient and the x of the product, the lowest quarter
    /// of its high half is what the quotient takes away from the remainder.
    pub(super) polynomial: u64,
}

/// The constants of [`Reduction`].
pub(super) const REDUCTION: Reduction = Reduction {
    fold: widen_times_x32(power_of_x(95)),
    quotient: quotient(),
    polynomial: (widen_times_x32(P) << 1) | 1,
};

/// Divides x^96 by P as on paper; the quotient has the coefficients of x^64 to x^1 in bits 0 to 63.
const fn quotient() -> u64 {
    // The first 32 coefficients, of x^96 to x^65, are 0: P does not go into x^31.
    let mut remainder = power_of_x(31);
    let mut quotient = 0;
    let mut bit = 0;
    while bit < 64 {
        // x^32 appears when the coefficient of x^31, which is bit 0, moves up.
        quotient |= ((remainder & 1) as u64) << bit;
        remainder = times_x(remainder);
        bit += 1;
    }
    quotient
}
