//! The memory of two streams of chunks, page by page, as it is in the end: in which order pages came, and how often, is
//! no difference.

use migcore::ram::PageSize;

use super::listing::{Found, Listing};
use super::value::shown;
use crate::blocks::Block;
use crate::chunks::{Latest, Span};
use crate::failure::{Failure, Result};
use crate::input::{told, Input, PIECE};
use crate::show::counted;

/// Runs of different pages that are told one by one.
const TOLD: usize = 8;

/// The memory of one side.
#[derive(Debug)]
pub(super) struct Guest {
    /// The stream that the pages lie in.
    pub(super) stream: Input,
    /// Where they lie.
    pub(super) latest: Latest,
}

impl Guest {
    /// Reads the bytes of a span; zeros where nothing lies in the stream.
    fn read(&self, place: Option<u64>, memory: &mut [u8]) -> Result<()> {
        match place {
            None => memory.fill(0),
            Some(place) => {
                let read = self.stream.read_exact_at(place, memory);
                read.map_err(Failure::reading(self.stream.path()))?;
            }
        }
        Ok(())
    }
}

/// A block of one side.
#[derive(Clone, Copy)]
struct Part<'g> {
    guest: &'g Guest,
    number: usize,
    block: &'g Block,
    /// The size of its pages.
    page: PageSize,
}

/// The blocks of a side, none if it has no memory.
fn parts(guest: Option<&Guest>) -> impl Iterator<Item = Part<'_>> {
    guest.into_iter().flat_map(|guest| {
        guest.latest.tally().layout.iter().flat_map(move |layout| {
            let part = move |(number, block)| Part { guest, number, block, page: layout.page };
            layout.blocks.iter().enumerate().map(part)
        })
    })
}

/// Compares the blocks of both, which belong together by their names.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn compare(
    left: Option<&Guest>,
    right: Option<&Guest>,
    listing: &mut Listing<'_>,
) -> Result<()> {
    let same = |one: &Part<'_>, other: &Part<'_>| one.block.name == other.block.name;
    for one in parts(left) {
        match parts(right).find(|other| same(&one, other)) {
            Some(other) => both(one, other, listing)?,
            None => {
                listing.counts.only_left = listing.counts.only_left.saturating_add(1);
                listing.tell(&Found::removed(path(one.block), length(one.block)));
            }
        }
        if listing.failed() {
            return Ok(());
        }
    }
    for other in parts(right).filter(|other| !parts(left).any(|one| same(&one, other))) {
        listing.counts.only_right = listing.counts.only_right.saturating_add(1);
        listing.tell(&Found::added(path(other.block), length(other.block)));
    }
    Ok(())
}

/// Compares a block that both have.
fn both(left: Part<'_>, right: Part<'_>, listing: &mut Listing<'_>) -> Result<()> {
    let (one, two) = (left.block, right.block);
    let before = listing.counts.differences;
    if one.length != two.length {
        listing.tell(&Found::sided(path(one), length(one), length(two)));
    }
    let end = one.length.min(two.length);
    let unlike = unlike(left, right, end)?;
    if unlike.pages > 0 {
        listing.tell(&Found::value(path(one), unlike.text(end)));
    }
    let counts = &mut listing.counts;
    counts.compared = counts.compared.saturating_add(1);
    let differ = u64::from(counts.differences > before);
    counts.different = counts.different.saturating_add(differ);
    Ok(())
}

/// Compares a block up to `end`. Only what lies in one of the streams is read.
fn unlike(left: Part<'_>, right: Part<'_>, end: u64) -> Result<Unlike> {
    let mut unlike = Unlike::new(left.page);
    let mut memory = (vec![0; PIECE], vec![0; PIECE]);
    let mut at = 0u64;
    while at < end {
        let span = |part: Part<'_>| part.guest.latest.span(part.number, at);
        let (one, two): (Span, Span) = (span(left), span(right));
        let both = one.length.min(two.length).min(end.saturating_sub(at));
        if (one.place, two.place) == (None, None) {
            at = at.saturating_add(both);
            continue;
        }
        let most = usize::try_from(both).unwrap_or(PIECE).min(PIECE);
        let pieces = (memory.0.get_mut(..most), memory.1.get_mut(..most));
        let (Some(first), Some(second)) = pieces else { break };
        left.guest.read(one.place, first)?;
        right.guest.read(two.place, second)?;
        unlike.add(at, first, second);
        at = at.saturating_add(told(most));
    }
    Ok(unlike)
}

/// In which pages two blocks differ.
struct Unlike {
    size: PageSize,
    /// How many.
    pages: u64,
    /// The last of them.
    last: Option<u64>,
    /// The first runs of them: the first page and the last.
    runs: Vec<(u64, u64)>,
    /// How many runs there are more.
    more: u64,
    /// The first byte that differs, and what it is on each side.
    first: Option<(u64, u8, u8)>,
}

impl Unlike {
    /// Nothing yet, in pages of this size.
    fn new(size: PageSize) -> Self {
        Unlike { size, pages: 0, last: None, runs: Vec::new(), more: 0, first: None }
    }

    /// Compares what lies at `at` on both sides.
    fn add(&mut self, at: u64, left: &[u8], right: &[u8]) {
        if left == right {
            return;
        }
        let (mut at, mut pairs) = (at, left.iter().zip(right));
        while let Some(same) = pairs.clone().position(|(one, other)| one != other) {
            at = at.saturating_add(told(same));
            let Some((one, other)) = pairs.nth(same) else { break };
            self.first.get_or_insert((at, *one, *other));
            let page = self.size.pages_in(at);
            self.page(page);
            // The rest of the page says nothing more.
            let end = self.size.bytes_of(page.saturating_add(1));
            let rest = end.saturating_sub(at).saturating_sub(1);
            if let Some(last) = usize::try_from(rest).ok().and_then(|rest| rest.checked_sub(1)) {
                pairs.nth(last);
            }
            at = end;
        }
    }

    fn page(&mut self, page: u64) {
        let last = self.last.replace(page);
        if last == Some(page) {
            return;
        }
        self.pages = self.pages.saturating_add(1);
        let goes_on = last.is_some_and(|last| last.saturating_add(1) == page);
        match (goes_on, self.more) {
            (true, 0) => self.runs.last_mut().into_iter().for_each(|(_, end)| *end = page),
            (true, _) => {}
            (false, _) if self.runs.len() < TOLD => self.runs.push((page, page)),
            (false, more) => self.more = more.saturating_add(1),
        }
    }

    /// What differs up to `end`, in words.
    fn text(&self, end: u64) -> String {
        let run = |(first, last): &(u64, u64)| match first == last {
            true => first.to_string(),
            false => format!("{first} to {last}"),
        };
        let runs: Vec<_> = self.runs.iter().map(run).collect();
        // Pages of one side need not fill a block of the other.
        let all = end.div_ceil(self.size.bytes().into());
        let mut text = format!("{} of {all} pages differ: {}", self.pages, runs.join(", "));
        if self.more > 0 {
            text.push_str(&format!(" and {} more", counted(self.more, "run")));
        }
        if let Some((at, left, right)) = self.first {
            text.push_str(&format!("; first at {at} ({at:#x}): {left:02x} -> {right:02x}"));
        }
        text
    }
}

fn path(block: &Block) -> String {
    format!("memory.{}", shown(&block.name))
}

fn length(block: &Block) -> String {
    format!("block of {} bytes", block.length)
}
