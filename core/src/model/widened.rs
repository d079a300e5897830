//! Elements of an array into the places of a device.

use crate::error::Result;
use crate::io::copy;
use crate::visit::{widen, Kind, Slots};

/// Fills `count` slots of kind `to` from elements of kind `from`, which do not lose anything by that.
pub(super) fn fill_widened(
    elements: &[u8],
    from: Kind,
    to: Kind,
    count: usize,
    slots: Slots<'_>,
) -> Result<()> {
    let mut rest = elements;
    slots.fill(to, count, |out| {
        let taken = from.width().bytes().saturating_mul(to.width().elements_in(out.len()));
        let (piece, others) = rest.split_at_checked(taken).unwrap_or((rest, &[]));
        rest = others;
        match from == to {
            true => {
                copy(out, piece);
            }
            false => widen_all(piece, from, to, out),
        }
        Ok(())
    })
}

fn widen_all(elements: &[u8], from: Kind, to: Kind, out: &mut [u8]) {
    let (mut elements, mut places) = (elements, out);
    while let (Some((element, rest)), Some((place, others))) = (
        elements.split_at_checked(from.width().bytes()),
        places.split_at_mut_checked(to.width().bytes()),
    ) {
        if let Some(bits) = widen(from, to, bits_of(element)) {
            put_bits(place, bits);
        }
        (elements, places) = (rest, others);
    }
}

/// The bits of an element of the machine's byte order.
pub(super) fn bits_of(element: &[u8]) -> u64 {
    match *element {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_ne_bytes([a, b])),
        [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => u64::from_ne_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

#[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
fn put_bits(place: &mut [u8], bits: u64) {
    match place.len() {
        1 => copy(place, &[bits as u8]),
        2 => copy(place, &(bits as u16).to_ne_bytes()),
        4 => copy(place, &(bits as u32).to_ne_bytes()),
        _ => copy(place, &bits.to_ne_bytes()),
    };
}
