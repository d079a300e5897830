//! Pages of a block: what precedes them in the data of `MRAM`.

use crate::error::{Code, Result};
use crate::io::told;
use crate::ram::{PageSize, Run, MOST_PAGES};

/// The most runs of a chunk.
pub const MAX_RUNS: usize = 64;

/// The bit of a count of pages that says that all of them are 0.
const ZERO: u32 = 1 << 31;

/// What the data of a chunk of pages begin with. Behind it stand the runs, the padding, and then the bytes of those
/// runs that are not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagesHead {
    /// The number of the block in the list of the stream.
    pub block: u16,
    /// How many runs there are.
    pub runs: u16,
    /// How many bytes, all of them 0, stand between the runs and the pages.
    pub padding: u32,
}

impl PagesHead {
    /// How long it is.
    pub const LENGTH: usize = 8;

    /// Reads it.
    ///
    /// # Errors
    /// [`Code::BadValue`] when there are no runs, or more than [`MAX_RUNS`].
    pub fn parse(bytes: [u8; PagesHead::LENGTH]) -> Result<Self> {
        let [a, b, c, d, e, f, g, h] = bytes;
        let head = PagesHead {
            block: u16::from_be_bytes([a, b]),
            runs: u16::from_be_bytes([c, d]),
            padding: u32::from_be_bytes([e, f, g, h]),
        };
        match usize::from(head.runs) {
            1..=MAX_RUNS => Ok(head),
            _ => Err(Code::BadValue),
        }
    }

    /// How long the runs are.
    #[must_use]
    pub fn table(&self) -> usize {
        usize::from(self.runs).saturating_mul(RunReader::ENTRY)
    }

    /// The length of all data, with so many bytes of pages.
    #[must_use]
    pub fn length(&self, pages: u64) -> u64 {
        let before = PagesHead::LENGTH.saturating_add(self.table());
        told(before).saturating_add(u64::from(self.padding)).saturating_add(pages)
    }

    pub(in crate::codec::chunk) fn emit(&self) -> [u8; PagesHead::LENGTH] {
        let [a, b] = self.block.to_be_bytes();
        let [c, d] = self.runs.to_be_bytes();
        let [e, f, g, h] = self.padding.to_be_bytes();
        [a, b, c, d, e, f, g, h]
    }
}

/// Reads the runs of a chunk of pages one by one, and checks that they ascend.
#[derive(Clone, Copy, Debug)]
pub struct RunReader {
    size: PageSize,
    end: u64,
    data: u64,
    zero: u64,
}

impl RunReader {
    /// How long a run is.
    pub const ENTRY: usize = 12;

    /// Begins a chunk, in a stream with pages of this size.
    #[must_use]
    pub fn new(size: PageSize) -> Self {
        RunReader { size, end: 0, data: 0, zero: 0 }
    }

    /// Reads the next run.
    ///
    /// # Errors
    /// [`Code::BadValue`] when it has no pages, does not begin behind the one before, or has no end.
    pub fn read(&mut self, entry: [u8; RunReader::ENTRY]) -> Result<Run> {
        let run = run(entry);
        let end = run.first.checked_add(u64::from(run.pages)).ok_or(Code::BadValue)?;
        if run.pages == 0 || run.first < self.end {
            return Err(Code::BadValue);
        }
        self.end = end;
        let pages = if run.zero { &mut self.zero } else { &mut self.data };
        *pages = pages.saturating_add(u64::from(run.pages));
        Ok(run)
    }

    /// The page behind the last run.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// How many pages have their bytes in the chunk.
    #[must_use]
    pub fn data_pages(&self) -> u64 {
        self.data
    }

    /// How many pages are told to be 0.
    #[must_use]
    pub fn zero_pages(&self) -> u64 {
        self.zero
    }

    /// How many bytes of pages there are.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.size.bytes_of(self.data)
    }

    /// Whether all runs lie within a block of this length.
    #[must_use]
    pub fn lies_within(&self, block: u64) -> bool {
        self.end <= self.size.pages_in(block)
    }
}

/// A run as it stands in a chunk.
pub(in crate::codec::chunk) fn run(entry: [u8; RunReader::ENTRY]) -> Run {
    let [a, b, c, d, e, f, g, h, pages @ ..] = entry;
    let pages = u32::from_be_bytes(pages);
    let first = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    Run { first, pages: pages & MOST_PAGES, zero: pages & ZERO != 0 }
}

/// A run as it stands in a chunk, for a writer.
pub(in crate::codec::chunk) fn entry(run: &Run) -> [u8; RunReader::ENTRY] {
    let [a, b, c, d, e, f, g, h] = run.first.to_be_bytes();
    let zero = if run.zero { ZERO } else { 0 };
    let [i, j, k, l] = (run.pages | zero).to_be_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l]
}
