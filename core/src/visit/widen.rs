//! Values of one kind as those of a wider one, without loss.

use super::Kind;

/// The bits of a value of kind `from` as one of kind `to`; `None` where that could lose something. A bool
/// is no number.
#[must_use]
pub fn widen(from: Kind, to: Kind, bits: u64) -> Option<u64> {
    if from == to {
        return Some(bits);
    }
    let bytes = |kind: Kind| kind.width().bytes();
    match (class(from), class(to)) {
        (Class::Unsigned, Class::Unsigned | Class::Signed) if bytes(from) < bytes(to) => Some(bits),
        (Class::Signed, Class::Signed) if bytes(from) < bytes(to) => Some(extended(from, to, bits)),
        #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
        (Class::Float, Class::Float) if to == Kind::F64 => Some(double(bits as u32)),
        _ => None,
    }
}

enum Class {
    Flag,
    Unsigned,
    Signed,
    Float,
}

fn class(kind: Kind) -> Class {
    match kind {
        Kind::Bool => Class::Flag,
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 => Class::Unsigned,
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => Class::Signed,
        Kind::F32 | Kind::F64 => Class::Float,
    }
}

/// Repeats the sign of a number up to the width of `to`.
#[allow(clippy::as_conversions, reason = "bits change width, on purpose")]
fn extended(from: Kind, to: Kind, bits: u64) -> u64 {
    let wide = match from {
        Kind::I8 => i64::from(bits as i8),
        Kind::I16 => i64::from(bits as i16),
        Kind::I32 => i64::from(bits as i32),
        _ => bits as i64,
    } as u64;
    match to {
        Kind::I16 => u64::from(wide as u16),
        Kind::I32 => u64::from(wide as u32),
        _ => wide,
    }
}

/// The bits of a float as those of a double. By integers: it is the same on every machine, also for what is
/// not a number, and one without a unit for doubles needs no library for them.
fn double(bits: u32) -> u64 {
    let (exponent, fraction) = (bits >> 23 & 0xff, bits & 0x007f_ffff);
    let (exponent, fraction) = match exponent {
        0 if fraction == 0 => (0, 0),
        // A double has room for the leading 1 that is missing here.
        0 => {
            let places = fraction.leading_zeros().wrapping_sub(8);
            (BIAS.wrapping_add(1).wrapping_sub(places), fraction << places & 0x007f_ffff)
        }
        0xff => (0x7ff, fraction),
        exponent => (exponent.wrapping_add(BIAS), fraction),
    };
    u64::from(bits >> 31) << 63 | u64::from(exponent) << 52 | u64::from(fraction) << 29
}

/// How much larger the exponent of a double is.
const BIAS: u32 = 1023 - 127;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::Scalar;

    #[test]
    fn numbers_keep_their_value() {
        assert_eq!(widen(Kind::U8, Kind::U32, 0xff), Some(0xff));
        assert_eq!(widen(Kind::U8, Kind::I16, 0xff), Some(0xff));
        for (to, expected) in [
            (Kind::I16, (-3i16).to_wire_bits()),
            (Kind::I32, (-3i32).to_wire_bits()),
            (Kind::I64, (-3i64).to_wire_bits()),
        ] {
            assert_eq!(widen(Kind::I8, to, (-3i8).to_wire_bits()), Some(expected));
        }
    }

    #[test]
    fn a_float_is_as_a_double_what_it_was() {
        let edges =
            [0u32, 1, 2, 0x3f_ffff, 0x40_0000, 0x7f_ffff, 0x80_0000, 0x7f7f_ffff, 0x7f80_0000];
        let spread = (0..0x7f80u32).map(|high| high << 16 | high.wrapping_mul(0x9e37) & 0xffff);
        for bits in edges.into_iter().chain(spread).flat_map(|bits| [bits, bits | 1 << 31]) {
            let expected = f64::from(f32::from_bits(bits)).to_wire_bits();
            assert_eq!(widen(Kind::F32, Kind::F64, bits.into()), Some(expected), "{bits:x}");
        }
        let signalling = widen(Kind::F32, Kind::F64, 0xff80_0001);
        assert_eq!(signalling, Some(0xfff0_0000_2000_0000));
    }

    #[test]
    fn what_could_lose_is_refused() {
        let lossless = |from: Kind, to: Kind| widen(from, to, 0).is_some();
        for kind in Kind::ALL {
            assert!(lossless(kind, kind));
            assert!(kind == Kind::Bool || !lossless(Kind::Bool, kind));
        }
        assert!(!lossless(Kind::U32, Kind::U16));
        assert!(!lossless(Kind::U32, Kind::I32));
        assert!(!lossless(Kind::I8, Kind::U64));
        assert!(!lossless(Kind::F64, Kind::F32));
        assert!(!lossless(Kind::U16, Kind::F64));
    }
}
