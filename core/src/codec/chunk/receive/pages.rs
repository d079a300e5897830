//! The chunks of memory in a receiver: pages go to their places, and nothing of these chunks is kept. The runs of
//! the present one stand in the buffer behind what is kept, until it ends.

use super::{check_crc, place, Receiver, Spot, Stage, CRC};
use crate::codec::chunk::header::Totals;
use crate::codec::chunk::memory::{run, BlockList, PagesHead, RunReader};
use crate::codec::chunk::rules::{check_end, check_padding, Breach, FRAME, HEAD};
use crate::codec::chunk::ChunkType;
use crate::error::Code;
use crate::io::{copy, told, Kernels};
use crate::ram::{Counts, Memory, Run};

/// How many bytes are set to 0 for one unit of work.
const ZEROED: u64 = 4096;

/// How often a stream may set all memory to 0 before that is work.
const ROUNDS: u64 = 16;

/// A part of a chunk of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// What it begins with.
    Head,
    /// The runs.
    Runs,
    /// Padding and pages.
    Pages,
    Crc,
}

/// Chunks of memory that stood beside each other, and are not kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// Where in what is kept.
    pub(super) at: u64,
    /// How many bytes are not kept up to here.
    pub(super) dropped: u64,
}

/// How many gaps are told apart: one before the devices, one between, and so on.
const GAPS: usize = 4;

/// What the last error is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Blamed {
    Nothing,
    /// A block of the list in the present chunk.
    Listed(u16),
    /// A block of the reader.
    Own(usize),
}

/// What is known of the memory of the stream, and of the present chunk of pages.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) counts: Counts,
    pub(super) blamed: Blamed,
    /// How many bytes before the present chunk are not kept.
    pub(super) dropped: u64,
    pub(super) gaps: heapless::Vec<Gap, GAPS>,
    /// Of the chunks that are kept.
    kept: Totals,
    /// How many bytes may still be set to 0.
    zeros: u64,
    /// The block, as the reader counts.
    block: usize,
    crc: u32,
    /// How long the runs are.
    table: usize,
    /// How many bytes of padding are to come, and how many of padding and pages together.
    padding: usize,
    left: usize,
    /// Which run the next bytes are of, and how many of that were there.
    run: usize,
    within: u64,
    /// What is wrong with the chunk. It is told once the CRC was found right; the pages are dropped.
    breach: Option<Breach>,
}

impl Pages {
    pub(super) fn new(work: u64) -> Self {
        Pages {
            counts: Counts::default(),
            blamed: Blamed::Nothing,
            dropped: 0,
            gaps: heapless::Vec::new(),
            kept: Totals::default(),
            zeros: work.saturating_mul(ZEROED),
            block: 0,
            crc: 0,
            table: 0,
            padding: 0,
            left: 0,
            run: 0,
            within: 0,
            breach: None,
        }
    }

    /// How far a part that stands in the buffer goes, of data that are so long.
    pub(super) fn goal(&self, part: Part, length: usize) -> usize {
        let head = length.min(PagesHead::LENGTH);
        match part {
            Part::Head => head,
            Part::Runs | Part::Pages => head.saturating_add(self.table),
            Part::Crc => head.saturating_add(self.table).saturating_add(CRC),
        }
    }
}

impl<K: Kernels, M: Memory> Receiver<'_, K, M> {
    /// How many bytes of the present chunk were there and are not in the buffer.
    pub(super) fn elsewhere(&self) -> usize {
        match self.stage {
            Stage::Pages(Part::Pages | Part::Crc, length) => {
                let buffered = self.pages.goal(Part::Pages, length);
                length.saturating_sub(buffered).saturating_sub(self.pages.left)
            }
            _ => 0,
        }
    }

    /// A chunk is complete and right: of those that are not kept only what they say is taken.
    pub(super) fn sort(&mut self, kind: ChunkType, crc: u32) -> core::result::Result<(), Breach> {
        match kind {
            ChunkType::BLOCKS => {
                self.find_blocks()?;
                self.drop_chunk(self.used.saturating_sub(self.chunk));
                Ok(())
            }
            ChunkType::END => self.end_anew(),
            _ => {
                self.pages.kept.add(crc, &self.kernels);
                Ok(())
            }
        }
    }

    /// Takes the present chunk, which has so many bytes, out of the buffer.
    fn drop_chunk(&mut self, length: usize) {
        self.used = self.chunk;
        let pages = &mut self.pages;
        pages.dropped = pages.dropped.saturating_add(told(length));
        let gap = Gap { at: told(self.chunk), dropped: pages.dropped };
        let full = pages.gaps.is_full();
        match pages.gaps.last_mut() {
            Some(last) if full || last.at == gap.at => last.dropped = gap.dropped,
            // There is room.
            _ => _ = pages.gaps.push(gap),
        }
    }

    /// Finds the place of each block of the list in the present chunk.
    fn find_blocks(&mut self) -> core::result::Result<(), Breach> {
        let data = self.buffer.get(self.chunk.saturating_add(HEAD)..self.used).unwrap_or_default();
        let list = BlockList::again(data).ok_or(Breach::bare(Code::BadValue))?;
        let own = 0..self.memory.count();
        own.clone().for_each(|block| self.memory.note(block, None));
        for (number, listed) in (0..list.count()).zip(list.heads()) {
            self.pages.blamed = Blamed::Listed(number);
            let named = |block: usize| self.memory.head(block).filter(|it| it.name == listed.name);
            let found = own.clone().find_map(|block| Some((block, named(block)?.length)));
            let (block, length) = found.ok_or(Breach::bare(Code::UnknownMemory))?;
            if length != listed.length {
                return Err(Breach::numbers(Code::MemoryDiffers, length, listed.length));
            }
            self.memory.note(block, Some(number));
        }
        self.pages.blamed = Blamed::Nothing;
        self.allow_zeros();
        self.check_missing()
    }

    /// Allows what the blocks may be set to 0.
    fn allow_zeros(&mut self) {
        let lengths = (0..self.memory.count()).filter_map(|block| self.memory.head(block));
        let all = lengths.fold(0u64, |all, head| all.saturating_add(head.length));
        let pages = &mut self.pages;
        pages.zeros = pages.zeros.saturating_add(all.saturating_mul(ROUNDS));
    }

    /// Checks that the stream has all blocks of the reader.
    fn check_missing(&mut self) -> core::result::Result<(), Breach> {
        let known = self.rules.have_memory();
        let missing = |block: &usize| !known || self.memory.noted(*block).is_none();
        match (0..self.memory.count()).find(missing) {
            None => Ok(()),
            Some(block) => {
                self.pages.blamed = Blamed::Own(block);
                Err(Breach::bare(Code::Missing))
            }
        }
    }

    /// Makes the end chunk one of what is kept.
    fn end_anew(&mut self) -> core::result::Result<(), Breach> {
        self.check_missing()?;
        let chunk = self.buffer.get_mut(self.chunk..self.used).unwrap_or_default();
        if let Some((frame, crc)) = chunk.split_last_chunk_mut::<CRC>() {
            copy(frame.get_mut(HEAD..).unwrap_or_default(), &self.pages.kept.emit());
            *crc = self.kernels.crc32(0, frame.get(4..).unwrap_or_default()).to_be_bytes();
        }
        Ok(())
    }

    /// A chunk of pages begins, whose data are so long.
    pub(super) fn begin_pages(&mut self, length: usize) {
        match length {
            // Nothing is to come that could be reached.
            0 => self.take_head(0),
            _ => self.stage = Stage::Pages(Part::Head, length),
        }
    }

    /// A part of a chunk of pages is complete in the buffer.
    pub(super) fn reached_pages(
        &mut self,
        part: Part,
        length: usize,
    ) -> core::result::Result<(), Breach> {
        match part {
            Part::Head => self.take_head(length),
            Part::Runs => self.take_runs(length),
            Part::Pages => {}
            Part::Crc => self.end_pages(length)?,
        }
        Ok(())
    }

    fn take_head(&mut self, length: usize) {
        let chunk = self.buffer.get(self.chunk..self.used).unwrap_or_default();
        let start = chunk.get(HEAD..).unwrap_or_default();
        let head = self.rules.pages_head(start, length);
        let pages = &mut self.pages;
        pages.crc = self.kernels.crc32(0, chunk.get(4..).unwrap_or_default());
        (pages.run, pages.within) = (0, 0);
        (pages.table, pages.padding) = match &head {
            Ok(head) => (head.table(), usize::try_from(head.padding).unwrap_or(usize::MAX)),
            Err(_) => (0, 0),
        };
        pages.left = length.saturating_sub(start.len()).saturating_sub(pages.table);
        pages.breach = head.err();
        match pages.breach {
            None => self.stage = Stage::Pages(Part::Runs, length),
            Some(_) => self.go_on(length),
        }
    }

    fn take_runs(&mut self, length: usize) {
        let data = self.buffer.get(self.chunk.saturating_add(HEAD)..self.used).unwrap_or_default();
        let (start, table) = data.split_at_checked(PagesHead::LENGTH).unwrap_or_default();
        self.pages.crc = self.kernels.crc32(self.pages.crc, table);
        let checked = self.rules.pages_head(start, length).and_then(|head| {
            let runs = self.rules.runs(&head, table, length)?;
            let mut own = 0..self.memory.count();
            let block = own.find(|block| self.memory.noted(*block) == Some(head.block));
            let there = block.and_then(|block| self.memory.head(block));
            let size = self.rules.page_size()?;
            check_end(there.map_or(0, |it| size.pages_in(it.length)), runs.end())?;
            Ok(block.unwrap_or(0))
        });
        match checked {
            Ok(block) => self.pages.block = block,
            Err(breach) => self.pages.breach = Some(breach),
        }
        self.go_on(length);
    }

    /// Goes on to the pages, if there are any, and to the first run that has some.
    fn go_on(&mut self, length: usize) {
        self.skip_zeros();
        let part = if self.pages.left == 0 { Part::Crc } else { Part::Pages };
        self.stage = Stage::Pages(part, length);
    }

    fn skip_zeros(&mut self) {
        while self.run(self.pages.run).is_some_and(|run| run.zero) {
            self.pages.run = self.pages.run.saturating_add(1);
        }
    }

    /// A run of the present chunk.
    fn run(&self, number: usize) -> Option<Run> {
        let start = self.chunk.saturating_add(HEAD + PagesHead::LENGTH);
        let table = self.buffer.get(start..start.saturating_add(self.pages.table))?;
        let entry = table.get(number.saturating_mul(RunReader::ENTRY)..)?;
        entry.first_chunk().map(|entry| run(*entry))
    }

    /// How many bytes a run has.
    fn bytes_of(&self, run: &Run) -> u64 {
        self.rules.page_size().map_or(0, |size| size.bytes_of(u64::from(run.pages)))
    }

    /// Where a run begins in its block.
    fn offset_of(&self, run: &Run) -> u64 {
        self.rules.page_size().map_or(0, |size| size.bytes_of(run.first))
    }

    /// Where the next bytes of padding and pages belong.
    pub(super) fn spot_of_pages(&self) -> Spot {
        let Pages { block, padding, left, within, .. } = self.pages;
        if padding > 0 {
            return Spot::Nowhere(padding.min(left));
        }
        match self.run(self.pages.run) {
            Some(run) if self.pages.breach.is_none() => {
                let rest = self.bytes_of(&run).saturating_sub(within);
                let length = usize::try_from(rest).unwrap_or(usize::MAX).min(left);
                let offset = self.offset_of(&run).saturating_add(within);
                Spot::Memory { block, offset, length }
            }
            _ => Spot::Nowhere(left),
        }
    }

    /// Copies bytes of pages to their place, as many as belong there, and goes on behind them.
    pub(super) fn fill(&mut self, spot: Spot, input: &[u8]) -> usize {
        let free = self.buffer.get_mut(self.used..).unwrap_or_default();
        let bytes = place(spot, free, &mut self.memory);
        let length = bytes.len().min(input.len());
        self.pages.crc = self.kernels.copy_crc32(self.pages.crc, bytes, input);
        self.passed(spot, length);
        length
    }

    /// Goes on behind bytes of padding and pages that are in their place.
    pub(super) fn advance_pages(&mut self, spot: Spot, length: usize) {
        let free = self.buffer.get_mut(self.used..).unwrap_or_default();
        let bytes = place(spot, free, &mut self.memory);
        let bytes = bytes.get(..length).unwrap_or_default();
        let pages = &mut self.pages;
        pages.crc = self.kernels.crc32(pages.crc, bytes);
        if pages.padding > 0 {
            pages.padding = pages.padding.saturating_sub(length);
            pages.breach = pages.breach.or(check_padding(bytes).err());
        }
        self.passed(spot, length);
    }

    /// Goes on behind bytes that were summed up.
    fn passed(&mut self, spot: Spot, length: usize) {
        self.pages.left = self.pages.left.saturating_sub(length);
        if let Spot::Memory { .. } = spot {
            self.advance_run(told(length));
        }
        if let (0, Stage::Pages(_, length)) = (self.pages.left, self.stage) {
            self.stage = Stage::Pages(Part::Crc, length);
        }
    }

    fn advance_run(&mut self, length: u64) {
        self.pages.within = self.pages.within.saturating_add(length);
        let all = self.run(self.pages.run).map_or(0, |run| self.bytes_of(&run));
        if self.pages.within >= all {
            self.pages.within = 0;
            self.pages.run = self.pages.run.saturating_add(1);
            self.skip_zeros();
        }
    }

    /// All of the chunk was there: what is told to be 0 becomes so.
    fn end_pages(&mut self, length: usize) -> core::result::Result<(), Breach> {
        let chunk = self.buffer.get(self.chunk..self.used).unwrap_or_default();
        let crc = chunk.last_chunk().copied().unwrap_or_default();
        check_crc(self.pages.crc, u32::from_be_bytes(crc))?;
        if let Some(breach) = self.pages.breach {
            return Err(breach);
        }
        let whole = length.saturating_add(FRAME);
        let mut counts = Counts { chunks: 1, bytes: told(whole), ..Counts::default() };
        let mut number = 0usize;
        while let Some(run) = self.run(number) {
            counts.count(&run);
            if run.zero {
                self.zero(&run)?;
            }
            number = number.saturating_add(1);
        }
        self.pages.counts.add(counts);
        self.rules.pass(self.pages.crc, &self.kernels);
        self.drop_chunk(whole);
        self.next_chunk();
        Ok(())
    }

    fn zero(&mut self, run: &Run) -> core::result::Result<(), Breach> {
        let (offset, length) = (self.offset_of(run), self.bytes_of(run));
        let block = self.pages.block;
        if self.memory.bytes(block, offset).is_empty() {
            return Ok(());
        }
        let left = self.pages.zeros.checked_sub(length);
        self.pages.zeros = left.ok_or(Breach::bare(Code::TooMuchWork))?;
        self.memory.zero(block, offset, length);
        Ok(())
    }
}
