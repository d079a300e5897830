//! Values of a file of rules: numbers, bytes, types.

use migcore::visit::Kind;

use super::file::Literal;

/// The most bytes of a value, and of all values of a file together.
pub(super) const MOST_BYTES: u64 = 16 << 20;

type Result<T> = std::result::Result<T, String>;

/// The kind of scalars of this name.
pub(super) fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.text() == name)
}

/// The bits of a scalar.
pub(super) fn bits(kind: Kind, literal: &Literal) -> Result<u64> {
    match (kind, literal) {
        (Kind::Bool, Literal::Flag(flag)) => Ok(u64::from(*flag)),
        (Kind::Bool, _) => Err("a bool is true or false".to_owned()),
        (Kind::F32, literal) => float(literal).and_then(|value| narrow(value, literal)),
        (Kind::F64, literal) => Ok(float(literal)?.to_bits()),
        (kind, literal) => integer(kind, whole(literal)?),
    }
}

fn float(literal: &Literal) -> Result<f64> {
    match literal {
        Literal::Float(value) => Ok(*value),
        Literal::Integer(value) => {
            let exact = i32::try_from(*value).map(f64::from);
            exact.map_err(|_| format!("{value} is written with a point: {value}.0"))
        }
        _ => Err("a float is a number".to_owned()),
    }
}

#[allow(clippy::as_conversions, reason = "whether it is the same is looked at")]
fn narrow(value: f64, literal: &Literal) -> Result<u64> {
    let narrow = value as f32;
    match f64::from(narrow) == value || value.is_nan() || matches!(literal, Literal::Float(_)) {
        true if narrow.is_finite() == value.is_finite() => Ok(u64::from(narrow.to_bits())),
        _ => Err(format!("{value} is no f32")),
    }
}

/// A whole number of any size.
fn whole(literal: &Literal) -> Result<i128> {
    match literal {
        Literal::Integer(value) => Ok(i128::from(*value)),
        Literal::Text(text) => {
            parsed(text).ok_or_else(|| format!("{text:?} is no number, such as \"0xff\""))
        }
        _ => Err("a whole number is a number, or a text such as \"0xff\"".to_owned()),
    }
}

fn parsed(text: &str) -> Option<i128> {
    let plain: String = text.chars().filter(|one| *one != '_').collect();
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.as_str()),
    };
    let (digits, radix) = match (digits.strip_prefix("0x"), digits.strip_prefix("0b")) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 2),
        (None, None) => (digits, 10),
    };
    // Signs belong before the prefix.
    let number = digits.chars().all(|digit| digit.is_digit(radix));
    let value = i128::from_str_radix(digits, radix).ok().filter(|_| number)?;
    Some(if negative { value.checked_neg()? } else { value })
}

/// The bits of a whole number that the kind has.
fn integer(kind: Kind, value: i128) -> Result<u64> {
    let none = || format!("{value} is no {}", kind.text());
    let signed = |value: i128| i64::try_from(value).map(i64::cast_unsigned);
    let fits = match kind {
        Kind::U8 => u8::try_from(value).map(u64::from),
        Kind::U16 => u16::try_from(value).map(u64::from),
        Kind::U32 => u32::try_from(value).map(u64::from),
        Kind::U64 => u64::try_from(value),
        Kind::I8 => i8::try_from(value).map(|value| u64::from(value.cast_unsigned())),
        Kind::I16 => i16::try_from(value).map(|value| u64::from(value.cast_unsigned())),
        Kind::I32 => i32::try_from(value).map(|value| u64::from(value.cast_unsigned())),
        _ => signed(value),
    };
    fits.map_err(|_| none())
}

/// A number of bits, as masks are written.
pub(super) fn number(literal: &Literal) -> Result<u64> {
    bits(Kind::U64, literal)
}

/// Bytes as they lie in a tree: elements in the machine's order.
pub(super) fn put(kind: Kind, bits: u64, to: &mut Vec<u8>) {
    let width = kind.width().bytes();
    let bytes = bits.to_le_bytes();
    let low = bytes.get(..width).unwrap_or(&bytes);
    match cfg!(target_endian = "little") {
        true => to.extend_from_slice(low),
        false => to.extend(low.iter().rev()),
    }
}

/// Bytes of hexadecimal digits, with spaces between them if anybody likes.
pub(crate) fn hex(text: &str) -> Result<Vec<u8>> {
    let digits: Option<Vec<u32>> = text
        .chars()
        .filter(|one| !one.is_ascii_whitespace())
        .map(|digit| digit.to_digit(16))
        .collect();
    let digits = digits.ok_or_else(|| format!("{text:?} are no hexadecimal digits"))?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err("a byte has two hexadecimal digits".to_owned());
    }
    let byte = |[high, low]: &[u32; 2]| u8::try_from(high.wrapping_shl(4) | low).unwrap_or(0);
    Ok(pairs.iter().map(byte).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

    use super::*;

    fn text(text: &str) -> Literal {
        Literal::Text(text.to_owned())
    }

    #[test]
    fn numbers_fit_their_kinds_or_are_refused() {
        assert_eq!(bits(Kind::U64, &text("0xffff_ffff_ffff_ffff")), Ok(u64::MAX));
        assert_eq!(bits(Kind::I8, &Literal::Integer(-1)), Ok(0xff));
        assert_eq!(bits(Kind::I64, &text("-0x8000000000000000")), Ok(1 << 63));
        assert_eq!(bits(Kind::U16, &text("0b101")), Ok(5));
        assert_eq!(bits(Kind::F32, &Literal::Float(0.1)), Ok(u64::from(0.1f32.to_bits())));
        assert_eq!(bits(Kind::F64, &Literal::Float(-0.0)), Ok(1 << 63));
        for (kind, wrong) in [
            (Kind::U8, Literal::Integer(256)),
            (Kind::U8, Literal::Integer(-1)),
            (Kind::I8, Literal::Integer(128)),
            (Kind::U64, text("0x1_0000_0000_0000_0000")),
            (Kind::U64, text("0x-1")),
            (Kind::U64, text("")),
            (Kind::U64, text("99999999999999999999999999999999999999999999")),
            (Kind::U32, Literal::Float(1.0)),
            (Kind::Bool, Literal::Integer(1)),
            (Kind::F32, Literal::Float(1e300)),
            (Kind::F64, Literal::Integer(i64::MAX)),
        ] {
            assert!(bits(kind, &wrong).is_err(), "{kind:?} {wrong:?}");
        }
    }

    #[test]
    fn bytes_are_pairs_of_digits() {
        assert_eq!(hex("52 54\n00fF"), Ok(vec![0x52, 0x54, 0, 0xff]));
        assert_eq!(hex(""), Ok(vec![]));
        assert!(hex("1").is_err());
        assert!(hex("0x11").is_err());
        assert!(hex("\u{661}\u{661}").is_err());
    }

    #[test]
    fn elements_lie_in_the_order_of_the_machine() {
        let mut bytes = Vec::new();
        put(Kind::U16, 0x1234, &mut bytes);
        assert_eq!(bytes, 0x1234u16.to_ne_bytes());
    }
}
