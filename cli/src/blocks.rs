//! Blocks of guest memory, whatever stream they are in: what they are called, how long they are, and in which forms
//! their pages came.

use std::io::{self, Write};

use serde_json::{json, Value};

use crate::input::told;
use crate::show::{counted, fact, short, sized, table};

/// A block of guest memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub name: Vec<u8>,
    /// Its length in bytes.
    pub length: u64,
    /// Its page size, where the sender says it.
    pub page_size: Option<u64>,
    /// Its address in the guest, where the sender says it.
    pub address: Option<u64>,
}

/// How many pages of each form there are. One that comes several times counts each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages of zeros.
    pub zero: u64,
    /// Whole pages.
    pub normal: u64,
    /// Pages as differences to their last content.
    pub xbzrle: u64,
    /// Pages compressed with zlib.
    pub compressed: u64,
    /// The bytes of all of them, heads included.
    pub bytes: u64,
}

impl Counts {
    /// Adds those of another section.
    pub fn add(&mut self, other: &Counts) {
        self.zero = self.zero.saturating_add(other.zero);
        self.normal = self.normal.saturating_add(other.normal);
        self.xbzrle = self.xbzrle.saturating_add(other.xbzrle);
        self.compressed = self.compressed.saturating_add(other.compressed);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// A block and its pages as one JSON value.
#[must_use]
pub fn json(block: &Block, counts: &Counts) -> Value {
    json!({
        "name": String::from_utf8_lossy(&block.name),
        "length": block.length,
        "page_size": block.page_size,
        "address": block.address,
        "zero": counts.zero,
        "normal": counts.normal,
        "xbzrle": counts.xbzrle,
        "compressed": counts.compressed,
        "bytes": counts.bytes,
    })
}

/// How long all blocks are together, for people.
#[must_use]
pub fn length(blocks: &[Block]) -> String {
    let sum = blocks.iter().try_fold(0u64, |sum, block| sum.checked_add(block.length));
    sum.map_or_else(|| "more than 2^64 bytes".to_owned(), sized)
}

/// Prints how much memory the blocks are, for people.
///
/// # Errors
/// Those of `to`.
pub fn summary(to: &mut dyn Write, blocks: &[Block], page_size: Option<u32>) -> io::Result<()> {
    let all = length(blocks);
    let mut text = format!("{}, {all}", counted(told(blocks.len()), "block"));
    if let Some(size) = page_size {
        text.push_str(&format!(", in pages of {}", counted(size.into(), "byte")));
    }
    fact(to, "memory", &text)
}

/// Prints a line for each block, for people.
///
/// # Errors
/// Those of `to`.
pub fn rows<'b>(
    to: &mut dyn Write,
    blocks: impl Iterator<Item = (&'b Block, Counts)>,
) -> io::Result<()> {
    let head =
        ["block", "size", "zero pages", "whole", "differences", "compressed", "in the stream"];
    let line = |(block, counts): (&Block, Counts)| {
        let Counts { zero, normal, xbzrle, compressed, bytes } = counts;
        let numbers = [zero, normal, xbzrle, compressed].map(|number| number.to_string());
        let ends = [block.name.escape_ascii().to_string(), short(block.length)];
        ends.into_iter().chain(numbers).chain([format!("{bytes} bytes")]).collect()
    };
    table(to, &head, blocks.map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_added_up_as_far_as_they_can_be() {
        let block = |length| Block { length, ..Block::default() };
        assert_eq!(length(&[block(1), block(2)]), "3 bytes");
        assert_eq!(length(&[block(u64::MAX), block(1)]), "more than 2^64 bytes");
    }
}
