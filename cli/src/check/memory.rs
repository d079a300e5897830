//! Blocks of memory that are not the same on both sides. What follows from that each kind of stream says itself.

use std::collections::HashMap;

use crate::blocks::Block;
use crate::show::sized;

/// A block that is not the same on both sides.
pub(super) enum Mismatch<'b> {
    /// Only the stream has it.
    Sent(&'b Block),
    /// Only the receiver has it.
    Ours(&'b Block),
    /// At the receiver it has this length.
    Length(&'b Block, u64),
}

impl<'b> Mismatch<'b> {
    pub(super) fn block(&self) -> &'b Block {
        match self {
            Mismatch::Sent(block) | Mismatch::Ours(block) | Mismatch::Length(block, _) => block,
        }
    }

    /// What is said of it, if `ours` is what is said of one that only the receiver has.
    pub(super) fn text(&self, ours: &str) -> String {
        match self {
            Mismatch::Sent(_) => "the receiver does not have this block of memory".to_owned(),
            Mismatch::Ours(_) => ours.to_owned(),
            Mismatch::Length(block, length) => {
                format!("{} here, {} at the receiver", sized(block.length), sized(*length))
            }
        }
    }
}

/// Compares the blocks of both sides by their names: those of the stream first, each side in its order.
pub(super) fn mismatches<'b>(sent: &'b [Block], ours: &'b [Block]) -> Vec<Mismatch<'b>> {
    let lengths = |blocks: &'b [Block]| -> HashMap<&'b [u8], u64> {
        // Of several with one name the first counts.
        blocks.iter().rev().map(|block| (&block.name[..], block.length)).collect()
    };
    let (left, right) = (lengths(sent), lengths(ours));
    let of_stream = sent.iter().filter_map(|block| match right.get(&block.name[..]) {
        None => Some(Mismatch::Sent(block)),
        Some(length) if *length == block.length => None,
        Some(length) => Some(Mismatch::Length(block, *length)),
    });
    let missing = ours.iter().filter(|block| !left.contains_key(&block.name[..]));
    of_stream.chain(missing.map(Mismatch::Ours)).collect()
}
