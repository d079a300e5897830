//! Two sections `ram`: which blocks there are, and whether the records are the same. Pages are not compared
//! one by one: the same memory may be sent in another order, in other forms, and more than once.

use std::collections::{HashMap, HashSet};
use std::io;

use super::bytes::{self, Range};
use super::listing::{Found, Listing};
use super::side::Side;
use super::value::shown;
use crate::blocks::{Block, Counts};
use crate::qemu::ram::Summary;

/// All parts of the section `ram`.
#[derive(Debug, Default)]
pub(super) struct Ram {
    /// The records.
    pub(super) bytes: Vec<Range>,
    blocks: Vec<Block>,
    counts: HashMap<Vec<u8>, Counts>,
}

impl Ram {
    /// Adds a part.
    pub(super) fn add(&mut self, part: Range, summary: &Summary) {
        self.bytes.push(part);
        self.blocks.extend(summary.blocks.iter().cloned());
        for (name, counts) in &summary.pages {
            self.counts.entry(name.clone()).or_default().add(counts);
        }
    }

    fn of(&self, name: &[u8]) -> Counts {
        self.counts.get(name).copied().unwrap_or_default()
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.counts.values().for_each(|counts| total.add(counts));
        total
    }
}

/// Compares two of them, which are called `path`.
pub(super) fn compare(
    path: &str,
    (left_side, left): (&Side, &Ram),
    (right_side, right): (&Side, &Ram),
    listing: &mut Listing<'_>,
) -> io::Result<()> {
    let known: HashMap<&[u8], &Block> =
        right.blocks.iter().map(|block| (block.name.as_slice(), block)).collect();
    let mut seen = HashSet::new();
    for block in &left.blocks {
        seen.insert(block.name.as_slice());
        match known.get(block.name.as_slice()) {
            Some(other) => both(path, (block, left), (other, right), listing),
            None => listing.tell(&Found::removed(name(path, block), length(block))),
        }
    }
    for block in right.blocks.iter().filter(|block| !seen.contains(block.name.as_slice())) {
        listing.tell(&Found::added(name(path, block), length(block)));
    }
    let unlike =
        bytes::compare((left_side.input(), &left.bytes), (right_side.input(), &right.bytes))?;
    if !unlike.is_same() {
        let (left, right) = (pages(&left.total()), pages(&right.total()));
        let what = unlike.text("bytes of records");
        let text = format!("{what}; {left} -> {right}; memory is not compared page by page");
        listing.tell(&Found::value(path.to_owned(), text).sides(left, right));
    }
    Ok(())
}

/// Compares a block that both have.
fn both(
    path: &str,
    (left, left_ram): (&Block, &Ram),
    (right, right_ram): (&Block, &Ram),
    listing: &mut Listing<'_>,
) {
    if left != right {
        let sides = (facts(left), facts(right));
        listing.tell(&Found::sided(name(path, left), sides.0, sides.1));
    }
    let (one, other) = (left_ram.of(&left.name), right_ram.of(&right.name));
    let forms = |counts: &Counts| (counts.zero, counts.normal, counts.xbzrle, counts.compressed);
    if forms(&one) != forms(&other) {
        listing.tell(&Found::sided(name(path, left), pages(&one), pages(&other)));
    }
}

fn name(path: &str, block: &Block) -> String {
    format!("{path}.{}", shown(&block.name))
}

fn length(block: &Block) -> String {
    format!("block of {} bytes", block.length)
}

fn facts(block: &Block) -> String {
    let mut text = length(block);
    if let Some(size) = block.page_size {
        text.push_str(&format!(", pages of {size}"));
    }
    if let Some(address) = block.address {
        text.push_str(&format!(", at {address:#x}"));
    }
    text
}

/// How many pages came in which form.
fn pages(counts: &Counts) -> String {
    let Counts { zero, normal, xbzrle, compressed, .. } = counts;
    let mut text = format!("{zero} zero and {normal} whole pages");
    for (count, what) in [(xbzrle, "as differences"), (compressed, "compressed")] {
        if *count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}
