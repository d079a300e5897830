//! The rules of memory. The chunks of pages may be checked in pieces, as nobody has all of one in memory.

use super::{Breach, Content, Rules};
use crate::codec::chunk::memory::{BlockList, PagesHead, RunReader};
use crate::error::Code;
use crate::io::{copy, told, Kernels};
use crate::ram::{zero_prefix, PageSize};

impl Rules {
    /// Whether there was a list of blocks.
    pub(in crate::codec::chunk) fn have_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// Lets chunks of pages be of any length.
    pub(in crate::codec::chunk) fn place_pages(&mut self) {
        self.placed = true;
    }

    /// The size of the pages, if there was a list of blocks.
    pub(in crate::codec::chunk) fn page_size(&self) -> Result<PageSize, Breach> {
        self.memory.map(|(size, _)| size).ok_or(Breach::bare(Code::BadOrder))
    }

    /// Counts a chunk of pages whose data were checked in pieces.
    pub(in crate::codec::chunk) fn pass(&mut self, crc: u32, kernels: &impl Kernels) {
        self.totals.add(crc, kernels);
    }

    pub(super) fn blocks(&mut self, data: &[u8]) -> Result<Content, Breach> {
        let list = BlockList::parse(data).map_err(Breach::bare)?;
        self.memory = Some((list.page_size(), list.count()));
        Ok(Content::Blocks)
    }

    pub(super) fn pages(&self, data: &[u8]) -> Result<Content, Breach> {
        let head = self.pages_head(data, data.len())?;
        let rest = data.get(PagesHead::LENGTH..).unwrap_or_default();
        let (table, rest) = rest.split_at_checked(head.table()).unwrap_or_default();
        let runs = self.runs(&head, table, data.len())?;
        let padding = usize::try_from(head.padding).unwrap_or(usize::MAX);
        check_padding(rest.get(..padding).unwrap_or_default())?;
        Ok(Content::Pages(head.block, runs.end()))
    }

    /// Checks what a chunk of pages begins with: `start`, of data that are so long. Its runs are there then.
    pub(in crate::codec::chunk) fn pages_head(
        &self,
        start: &[u8],
        length: usize,
    ) -> Result<PagesHead, Breach> {
        // Of a head that is cut off, the rest counts as 0: the data are too short for its runs.
        let mut bytes = [0; PagesHead::LENGTH];
        copy(&mut bytes, start);
        let head = PagesHead::parse(bytes).map_err(Breach::bare)?;
        let count = self.memory.map_or(0, |(_, count)| count);
        if head.block >= count {
            let last = u64::from(count.saturating_sub(1));
            return Err(Breach::numbers(Code::BadValue, last, u64::from(head.block)));
        }
        match head.length(0) {
            least if least <= told(length) => Ok(head),
            least => Err(Breach::numbers(Code::BadValue, least, told(length))),
        }
    }

    /// Checks the runs of a chunk of pages, and that its data are as long as they say.
    pub(in crate::codec::chunk) fn runs(
        &self,
        head: &PagesHead,
        table: &[u8],
        length: usize,
    ) -> Result<RunReader, Breach> {
        let mut runs = self.run_reader()?;
        let (entries, _) = table.as_chunks();
        for entry in entries {
            runs.read(*entry).map_err(Breach::bare)?;
        }
        check_length(head, &runs, length)?;
        Ok(runs)
    }

    /// A reader for the runs of a chunk.
    pub(in crate::codec::chunk) fn run_reader(&self) -> Result<RunReader, Breach> {
        self.page_size().map(RunReader::new)
    }
}

/// Checks bytes of the padding of a chunk of pages.
pub(in crate::codec::chunk) fn check_padding(bytes: &[u8]) -> Result<(), Breach> {
    match zero_prefix(bytes) == bytes.len() {
        true => Ok(()),
        false => Err(Breach::bare(Code::BadValue)),
    }
}

/// Checks that the data of a chunk of pages, whose runs were all read, are as long as it says.
pub(in crate::codec::chunk) fn check_length(
    head: &PagesHead,
    runs: &RunReader,
    length: usize,
) -> Result<(), Breach> {
    match head.length(runs.length()) {
        due if due == told(length) => Ok(()),
        due => Err(Breach::numbers(Code::BadValue, due, told(length))),
    }
}

/// Checks that runs, which go up to the page `end`, lie within a block of the list.
pub(in crate::codec::chunk) fn check_within(
    list: Option<BlockList<'_>>,
    block: u16,
    end: u64,
) -> Result<(), Breach> {
    check_end(list.map_or(0, |list| list.pages(block)), end)
}

/// The same for a block of so many pages.
pub(in crate::codec::chunk) fn check_end(pages: u64, end: u64) -> Result<(), Breach> {
    match end <= pages {
        true => Ok(()),
        false => Err(Breach::numbers(Code::BadValue, pages, end)),
    }
}
