//! Strings inside of quotes, as QEMU escapes them.

use crate::error::Put;

/// Puts text with everything escaped that is not printable ASCII. What is not UTF-8 is replaced, as everywhere.
pub(crate) fn escape(text: &[u8], put: Put<'_>) {
    if text.iter().all(|byte| is_plain(*byte)) {
        return put(text);
    }
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|character| one(character, put));
        if !chunk.invalid().is_empty() {
            one(char::REPLACEMENT_CHARACTER, put);
        }
    }
}

/// Whether a byte stands for itself.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

#[cold]
fn one(character: char, put: Put<'_>) {
    match character {
        '"' => put(b"\\\""),
        '\\' => put(b"\\\\"),
        '\x08' => put(b"\\b"),
        '\x0c' => put(b"\\f"),
        '\n' => put(b"\\n"),
        '\r' => put(b"\\r"),
        '\t' => put(b"\\t"),
        ' '..='~' => put(&[u8::try_from(character).unwrap_or(b'?')]),
        _ => units(u32::from(character), put),
    }
}

/// The one or two units of UTF-16 that are the character.
fn units(character: u32, put: Put<'_>) {
    match character.checked_sub(0x1_0000) {
        None => unit(character, put),
        Some(above) => {
            unit(0xd800 | above >> 10, put);
            unit(0xdc00 | above & 0x3ff, put);
        }
    }
}

fn unit(unit: u32, put: Put<'_>) {
    put(b"\\u");
    for shift in [12, 8, 4, 0] {
        put(&[digit(unit >> shift & 0xf)]);
    }
}

fn digit(value: u32) -> u8 {
    match u8::try_from(value).unwrap_or(0) {
        low @ 0..10 => low.wrapping_add(b'0'),
        high => high.wrapping_sub(10).wrapping_add(b'A'),
    }
}
