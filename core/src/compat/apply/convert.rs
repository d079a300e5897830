//! Values as those of other types, where nothing is lost by it.

use crate::compat::declare::item::normal;
use crate::visit::Kind;

/// The least bits of a binary64 that a binary32 does not have.
const FINE: u32 = 29;

/// The sign of a binary64.
const SIGN: u64 = 1 << 63;

/// 2 to the 64th as a binary64.
const BEYOND: u64 = (1023 + 64) << 52;

/// The bits of a value in another kind; `None` where they would not give the same value again.
pub(super) fn converted(from: Kind, to: Kind, bits: u64) -> Option<u64> {
    let bits = normal(from, bits);
    match (from, to) {
        (Kind::F32, Kind::F64) => Some(widened(bits)),
        (Kind::F64, Kind::F32) => narrowed(bits),
        _ if from == to => Some(bits),
        _ => of_whole(to, whole(from, bits)?),
    }
}

/// A whole number of up to 64 bits beside its sign. Processors without numbers of 128 bits have no conversions of
/// such from and to floating point.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Whole {
    negative: bool,
    magnitude: u64,
}

/// The whole number that a value is. A negative zero is none.
#[allow(clippy::as_conversions, reason = "numbers of other widths, on purpose")]
fn whole(kind: Kind, bits: u64) -> Option<Whole> {
    let signed = |value: i64| Whole { negative: value < 0, magnitude: value.unsigned_abs() };
    match kind {
        Kind::I8 => Some(signed(i64::from(bits as i8))),
        Kind::I16 => Some(signed(i64::from(bits as i16))),
        Kind::I32 => Some(signed(i64::from(bits as i32))),
        Kind::I64 => Some(signed(bits as i64)),
        Kind::F32 => whole(Kind::F64, widened(bits)),
        Kind::F64 => {
            let (negative, positive) = (bits & SIGN != 0, bits & !SIGN);
            let magnitude = f64::from_bits(positive) as u64;
            // The cast gives the nearest there is, and beyond all numbers the greatest.
            let exact = positive < BEYOND && (magnitude as f64).to_bits() == positive;
            (exact && !(negative && magnitude == 0)).then_some(Whole { negative, magnitude })
        }
        _ => Some(Whole { negative: false, magnitude: bits }),
    }
}

#[allow(clippy::as_conversions, reason = "numbers of other widths, on purpose")]
fn of_whole(kind: Kind, value: Whole) -> Option<u64> {
    let Whole { negative, magnitude } = value;
    let bits = match kind {
        Kind::Bool => u64::from(magnitude != 0),
        Kind::F32 => u64::from((magnitude as f32).to_bits()) | u64::from(negative) << 31,
        Kind::F64 => (magnitude as f64).to_bits() | u64::from(negative) << 63,
        _ if negative => normal(kind, magnitude.wrapping_neg()),
        _ => normal(kind, magnitude),
    };
    (whole(kind, bits) == Some(value)).then_some(bits)
}

/// A binary32 as a binary64: all there is has a place in that, also of what is no number.
fn widened(bits: u64) -> u64 {
    let narrow = f32::from_bits(u32::try_from(bits).unwrap_or_default());
    match narrow.is_nan() {
        false => f64::from(narrow).to_bits(),
        true => (bits >> 31) << 63 | 0x7ff << 52 | (bits & 0x007f_ffff) << FINE,
    }
}

#[allow(clippy::as_conversions, reason = "numbers of other widths, on purpose")]
fn narrowed(bits: u64) -> Option<u64> {
    let wide = f64::from_bits(bits);
    let narrow = match wide.is_nan() {
        false => u64::from((wide as f32).to_bits()),
        true => (bits >> 63) << 31 | 0xff << 23 | bits >> FINE & 0x007f_ffff,
    };
    (widened(narrow) == bits).then_some(narrow)
}

/// The bits of one element in the machine's byte order.
pub(super) fn element(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

/// Puts bits to the place of one element.
pub(super) fn put_element(place: &mut [u8], bits: u64) {
    let bytes = bits.to_le_bytes();
    for (to, from) in place.iter_mut().zip(bytes) {
        *to = from;
    }
    if cfg!(target_endian = "big") {
        place.reverse();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_comes_back_and_what_does_not_is_none() {
        let f64s = [0.5f64, 1.0, -3.0, 1e300, f64::NAN, f64::INFINITY, -0.0, 2f64.powi(63)];
        let f32s = [0.1f32, 7.0, f32::MIN_POSITIVE / 2.0, f32::NAN, -0.0];
        let mut values = std::vec![0u64, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x8000_0000, u64::MAX];
        values.extend([1 << 53, (1 << 53) + 1, 1 << 63, i64::MAX as u64, i64::MIN as u64]);
        values.extend(f64s.map(f64::to_bits));
        values.extend(f32s.map(|value| u64::from(value.to_bits())));
        // Signalling, in both widths: no arithmetic may have touched them.
        values.extend([0x7f80_0001, 0x7ff0_0000_2000_0000, 0x7ff0_0000_0000_0001]);
        for from in Kind::ALL {
            for to in Kind::ALL {
                for &value in &values {
                    let value = normal(from, value);
                    if let Some(there) = converted(from, to, value) {
                        assert_eq!(normal(to, there), there);
                        assert_eq!(converted(to, from, there), Some(value), "{from:?} {to:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn borders_are_where_they_are() {
        let f = |value: f64| value.to_bits();
        assert_eq!(converted(Kind::U32, Kind::U8, 255), Some(255));
        assert_eq!(converted(Kind::U32, Kind::U8, 256), None);
        assert_eq!(converted(Kind::U8, Kind::I8, 0x80), None);
        assert_eq!(converted(Kind::I8, Kind::I32, 0xff), Some(0xffff_ffff));
        assert_eq!(converted(Kind::I8, Kind::U32, 0xff), None);
        assert_eq!(converted(Kind::U8, Kind::Bool, 2), None);
        assert_eq!(converted(Kind::Bool, Kind::I64, 1), Some(1));
        assert_eq!(converted(Kind::U64, Kind::F64, (1 << 53) + 1), None);
        assert_eq!(converted(Kind::I64, Kind::F64, i64::MAX as u64), None);
        assert_eq!(converted(Kind::U64, Kind::F64, 1 << 63), Some(f(2f64.powi(63))));
        assert_eq!(converted(Kind::F64, Kind::U64, f(2f64.powi(64))), None);
        assert_eq!(converted(Kind::U64, Kind::F64, u64::MAX), None);
        assert_eq!(converted(Kind::I64, Kind::F32, i64::MIN as u64), Some(0xdf00_0000));
        assert_eq!(converted(Kind::F64, Kind::I64, f(-(2f64.powi(63)))), Some(1 << 63));
        assert_eq!(converted(Kind::F64, Kind::I64, f(2f64.powi(63))), None);
        assert_eq!(converted(Kind::F64, Kind::I64, f(-0.0)), None);
        assert_eq!(converted(Kind::F64, Kind::I64, f(0.5)), None);
        assert_eq!(converted(Kind::F64, Kind::I64, f(f64::NAN)), None);
        assert_eq!(converted(Kind::F64, Kind::I64, f(-2.0)), Some(-2i64 as u64));
        assert_eq!(converted(Kind::F64, Kind::F32, f(0.1)), None);
        assert_eq!(converted(Kind::F32, Kind::F64, 0x7f80_0001), Some(0x7ff0_0000_2000_0000));
        assert_eq!(converted(Kind::F64, Kind::F32, 0x7ff0_0000_0000_0001), None);
    }

    #[test]
    fn elements_are_in_the_order_of_the_machine() {
        let mut place = [0; 4];
        put_element(&mut place, 0x1_0203_0405);
        assert_eq!(place, 0x0203_0405u32.to_ne_bytes());
        assert_eq!(element(&place), 0x0203_0405);
    }
}
