//! Bytes in and out: checked readers and writers over memory or over a caller's stream.
//!
//! A [`Writer`] or [`Reader`] is what a wire works on. Both exist twice: over a slice
//! ([`SliceWriter`], [`SliceReader`]), and over a [`Sink`] or [`Source`] with a buffer that the
//! caller gives ([`StreamWriter`], [`StreamReader`]). A buffer of no bytes is allowed: then nothing
//! is ever held back or read ahead, so other code may use the same stream between two calls.
//!
//! Nothing here panics, and nothing is read or written that was not asked for. After an error a
//! writer or reader tells where and why in its [`Fault`](crate::error::Fault).

pub mod json;
mod kernels;
mod reader;
mod slice;
mod stream;
mod writer;

pub(crate) use kernels::copy_big_endian;
pub use kernels::{copy_crc32_by_pieces, Kernels, Portable, Swap, Width};
pub use reader::{Lent, Reader};
pub use slice::{SliceReader, SliceWriter};
pub use stream::{Failure, Sink, Source, StreamReader, StreamWriter, RETRIES};
pub use writer::Writer;

use crate::error::Result;

/// Bytes on the stack through which elements go when they cannot be swapped in place.
const BOUNCE: usize = 256;

/// Copies as many bytes as both sides hold and says how many.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let length = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..length), from.get(..length)) {
        to.copy_from_slice(from);
    }
    length
}

/// Moves the bytes from `start` to `end` to `to`, where they may lie over what they were; those that do not
/// lie within `bytes` stay. `copy_within` would be shorter, but can panic.
pub(crate) fn move_within(bytes: &mut [u8], start: usize, end: usize, to: usize) {
    let length = end.saturating_sub(start);
    let Some((before, behind)) = bytes.split_at_mut_checked(start.max(to)) else { return };
    if end <= to {
        copy(behind, before.get(start..end).unwrap_or_default());
    } else if to.saturating_add(length) <= start {
        copy(before.get_mut(to..).unwrap_or_default(), behind.get(..length).unwrap_or_default());
    } else if to < start {
        (0..length).for_each(|at| move_one(bytes, start, to, at));
    } else {
        (0..length).rev().for_each(|at| move_one(bytes, start, to, at));
    }
}

fn move_one(bytes: &mut [u8], from: usize, to: usize, at: usize) {
    let byte = bytes.get(from.saturating_add(at)).copied();
    if let (Some(byte), Some(place)) = (byte, bytes.get_mut(to.saturating_add(at))) {
        *place = byte;
    }
}

/// Gives `length` bytes that are 0, in pieces.
pub(crate) fn zeros(length: usize, mut give: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    static PIECE: [u8; 64] = [0; 64];
    let mut left = length;
    while left > 0 {
        let piece = PIECE.get(..left).unwrap_or(&PIECE);
        give(piece)?;
        left = left.saturating_sub(piece.len());
    }
    Ok(())
}

/// A length as it is told in positions and reports.
pub(crate) fn told(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_moved_as_by_copy_within() {
        let bytes: [u8; 9] = core::array::from_fn(|at| u8::try_from(at).unwrap());
        for start in 0..=9 {
            for end in start..=9 {
                for to in 0..=9 - (end - start) {
                    let (mut moved, mut expected) = (bytes, bytes);
                    move_within(&mut moved, start, end, to);
                    expected.copy_within(start..end, to);
                    assert_eq!(moved, expected, "{start}..{end} to {to}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_lie_within_stays() {
        let mut bytes = [1, 2, 3, 4];
        move_within(&mut bytes, 3, 2, 0);
        move_within(&mut bytes, 5, 9, 0);
        move_within(&mut bytes, 0, 2, 5);
        assert_eq!(bytes, [1, 2, 3, 4]);
    }
}
