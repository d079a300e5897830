//! Values in words for people: whole where they are short, else visibly cut.

use migcore::codec::observe::Event;
use migcore::visit::{widen, Extent, Kind};

use super::values::elements;

/// Characters of a value that are shown.
const ROOM: usize = 72;

/// Bytes of a buffer that are shown in hexadecimal.
const BYTES: usize = 16;

/// Fewer zeros at the end of a buffer are shown as they are.
const ZEROS: usize = 8;

/// Fewer characters are no text, though they could be.
const TEXT: usize = 3;

/// A value.
pub(super) fn value(value: &Event<'_>) -> String {
    match value {
        Event::Scalar(kind, bits) => scalar(*kind, *bits),
        Event::Array(kind, _, bytes) => array(*kind, bytes),
        Event::Bytes(_, data) => buffer(data),
        Event::Text(text) => string(text),
        _ => "null".to_owned(),
    }
}

/// The type of a value. `named` is what the writer of the stream calls it; empty if that is not known.
pub(super) fn type_of(value: &Event<'_>, named: &str) -> String {
    let name = |ours: &'static str| match named {
        "" => ours.to_owned(),
        named => printable(named.as_bytes()),
    };
    match value {
        Event::Scalar(kind, _) => name(kind.text()),
        Event::Array(kind, extent, bytes) => {
            counted(&name(kind.text()), *extent, kind.width().elements_in(bytes.len()))
        }
        Event::Bytes(extent, data) => counted(&name("bytes"), *extent, data.len()),
        Event::Text(text) => counted(&name("text"), Extent::Variable, text.len()),
        _ => name("null"),
    }
}

/// A type with a number of elements; a star says that the number is part of the state.
pub(super) fn counted(what: &str, extent: Extent, length: usize) -> String {
    let star = if extent == Extent::Variable { "*" } else { "" };
    format!("{what}[{star}{length}]")
}

/// A number; larger ones without a sign also in hexadecimal.
fn scalar(kind: Kind, bits: u64) -> String {
    match kind {
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64 if bits > 15 => format!("{bits} ({bits:#x})"),
        Kind::F32 | Kind::F64 => float(kind, bits),
        _ => plain(kind, bits),
    }
}

/// A float, with its bits if its digits do not tell all of it, or are likely to be something else.
fn float(kind: Kind, bits: u64) -> String {
    let digits = plain(kind, bits);
    let value = f64::from_bits(widen(kind, Kind::F64, bits).unwrap_or(bits));
    match value.is_nan() || value.is_subnormal() {
        true => format!("{digits} ({bits:#x})"),
        false => digits,
    }
}

fn plain(kind: Kind, bits: u64) -> String {
    match kind {
        Kind::Bool => (bits != 0).to_string(),
        Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
            widen(kind, Kind::I64, bits).unwrap_or(bits).cast_signed().to_string()
        }
        Kind::F32 => format!("{:?}", f32::from_bits(u32::try_from(bits).unwrap_or(0))),
        Kind::F64 => format!("{:?}", f64::from_bits(bits)),
        _ => bits.to_string(),
    }
}

/// Elements of an array, all in hexadecimal where one of them is large.
fn array(kind: Kind, bytes: &[u8]) -> String {
    let count = kind.width().elements_in(bytes.len());
    if count > 1 && bytes.iter().all(|byte| *byte == 0) && kind != Kind::Bool {
        return "all 0".to_owned();
    }
    let unsigned = matches!(kind, Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64);
    let hexadecimal = unsigned && elements(kind, bytes).any(|bits| bits > 0xffff);
    let one = |bits: u64| match hexadecimal {
        true => format!("{bits:#x}"),
        false => plain(kind, bits),
    };
    listed(elements(kind, bytes).map(one), count)
}

/// Words with spaces between them: as many as there is room for, and how many more there are.
fn listed(words: impl Iterator<Item = String>, count: usize) -> String {
    let mut text = String::new();
    for (at, word) in words.enumerate() {
        if text.len().saturating_add(word.len()) > ROOM {
            return format!("{text} and {} more", count.saturating_sub(at));
        }
        if at > 0 {
            text.push(' ');
        }
        text.push_str(&word);
    }
    text
}

/// A buffer: as text if it is plainly that, else in hexadecimal. Zeros at the end are counted.
fn buffer(data: &[u8]) -> String {
    let zeros = data.iter().rev().take_while(|byte| **byte == 0).count();
    let rest = data.get(..data.len().saturating_sub(zeros)).unwrap_or_default();
    if rest.is_empty() && zeros > 1 {
        return "all 0".to_owned();
    }
    match std::str::from_utf8(rest) {
        Ok(text) if text.len() >= TEXT && rest.iter().copied().all(is_text) => {
            format!("{}{}", string(text), more(zeros))
        }
        _ if zeros >= ZEROS => format!("{}{}", hexadecimal(rest), more(zeros)),
        _ => hexadecimal(data),
    }
}

/// Bytes in hexadecimal; `shown` of `length` bytes are at hand.
pub(super) fn excerpt(shown: &[u8], length: u64) -> String {
    let shown = shown.get(..BYTES).unwrap_or(shown);
    let bytes: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    let length = length.saturating_sub(u64::try_from(shown.len()).unwrap_or(0));
    match length {
        0 => bytes.join(" "),
        more => format!("{} and {more} more", bytes.join(" ")),
    }
}

fn hexadecimal(data: &[u8]) -> String {
    excerpt(data, u64::try_from(data.len()).unwrap_or(u64::MAX))
}

fn more(zeros: usize) -> String {
    match zeros {
        0 => String::new(),
        1 => ", then a zero".to_owned(),
        zeros => format!(", then {zeros} zeros"),
    }
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn string(text: &str) -> String {
    let shown: String = text.chars().take(ROOM).flat_map(char::escape_debug).collect();
    match text.chars().count().saturating_sub(ROOM) {
        0 => format!("\"{shown}\""),
        more => format!("\"{shown}\" and {more} more"),
    }
}

/// Text whose bytes that do not print show as `?`.
pub(super) fn printable(text: &[u8]) -> String {
    let shown = |byte: &u8| if matches!(byte, b' '..=b'~') { char::from(*byte) } else { '?' };
    text.iter().map(shown).collect()
}

/// A number of bytes, larger ones also in larger units.
pub(crate) fn sized(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        bytes if bytes < 1 << 10 => format!("{bytes} bytes"),
        bytes => format!("{bytes} bytes ({})", short(bytes)),
    }
}

/// A number of bytes in the largest unit that leaves digits before the point.
pub(crate) fn short(bytes: u64) -> String {
    const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = |(bits, _): &&(u32, &str)| bytes.wrapping_shr(*bits) > 0;
    let Some((bits, unit)) = UNITS.iter().find(fits) else { return format!("{bytes} B") };
    let whole = bytes.wrapping_shr(*bits);
    let rest = bytes.wrapping_sub(whole.wrapping_shl(*bits));
    // Tenths, cut and not rounded: nothing is said to be more than it is.
    match (rest, rest.saturating_mul(10).wrapping_shr(*bits)) {
        (0, _) => format!("{whole} {unit}"),
        (_, tenths) => format!("{whole}.{tenths} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_text_only_if_it_is_plainly_that() {
        for (bytes, text) in [
            (&b"running\0\0\0"[..], "\"running\", then 3 zeros"),
            (b"pc-i440fx-7.2", "\"pc-i440fx-7.2\""),
            (b"abc\0", "\"abc\", then a zero"),
            (b"ab", "61 62"),
            (b"a\0bcd", "61 00 62 63 64"),
            (b"\x1b[31m", "1b 5b 33 31 6d"),
            (&[0; 20], "all 0"),
            (&[0], "00"),
            (&[], ""),
            (&[1, 0, 0], "01 00 00"),
            (&[1, 0, 0, 0, 0, 0, 0, 0, 0], "01, then 8 zeros"),
            (&[7; 18], "07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 and 2 more"),
        ] {
            assert_eq!(buffer(bytes), text);
        }
    }

    #[test]
    fn numbers_are_in_hexadecimal_where_that_helps() {
        assert_eq!(scalar(Kind::U32, 15), "15");
        assert_eq!(scalar(Kind::U32, 0x9300), "37632 (0x9300)");
        assert_eq!(scalar(Kind::I16, 0xfffb), "-5");
        assert_eq!(scalar(Kind::F64, 1), "5e-324 (0x1)");
        let of = |values: &[u32]| -> Vec<u8> {
            values.iter().flat_map(|value| value.to_ne_bytes()).collect()
        };
        assert_eq!(array(Kind::U32, &of(&[1, 2, 65535])), "1 2 65535");
        assert_eq!(array(Kind::U32, &of(&[1, 65536])), "0x1 0x10000");
        assert_eq!(array(Kind::U32, &of(&[0, 0])), "all 0");
        assert!(array(Kind::U32, &of(&[1; 100])).ends_with(" 1 1 and 63 more"));
    }

    #[test]
    fn sizes_are_never_said_to_be_more() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1024 bytes (1 KiB)"),
            (2047, "2047 bytes (1.9 KiB)"),
            (16 << 20, "16777216 bytes (16 MiB)"),
            (u64::MAX, "18446744073709551615 bytes (16777215.9 TiB)"),
        ] {
            assert_eq!(sized(bytes), text);
        }
    }
}
