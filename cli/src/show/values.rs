//! What both forms need to know of values.

use migcore::visit::{Kind, Marks};

/// The elements of an array as bits; they are in the machine's byte order.
pub(crate) fn elements(kind: Kind, bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    bytes.chunks_exact(kind.width().bytes()).map(bits_of)
}

fn bits_of(element: &[u8]) -> u64 {
    match *element {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

/// The names of marks.
pub(crate) fn marks_of(marks: Marks) -> impl Iterator<Item = &'static str> {
    const NAMES: [(Marks, &str); 5] = [
        (Marks::ANCILLARY, "ancillary"),
        (Marks::SECRET, "secret"),
        (Marks::VOLATILE, "volatile"),
        (Marks::SAFE_TO_COPY, "safe to copy"),
        (Marks::OPAQUE, "opaque"),
    ];
    NAMES.into_iter().filter(move |(mark, _)| marks.contains(*mark)).map(|(_, name)| name)
}
