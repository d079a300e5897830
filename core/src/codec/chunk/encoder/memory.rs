//! Memory: its blocks, and pages of them, which go out from where they are.

use core::ops::Range;

use super::ChunkEncoder;
use crate::codec::chunk::memory::{emit, entry, heads, length, PagesHead, RunReader, MAX_RUNS};
use crate::codec::chunk::rules::{FRAME, HEAD};
use crate::codec::chunk::ChunkType;
use crate::error::{Code, Result, MAX_NAME};
use crate::io::{told, Kernels, Writer};
use crate::ram::{check_heads, Counts, Flaw, Layout, Marked, PageSize, Run, Runs, MAX_BLOCKS};

/// About how many bytes of pages go into a chunk: enough that what is around them does not count.
const GATHERED: u64 = 1 << 20;

/// Zeros for the padding.
const PADDING: [u8; 256] = [0; 256];

/// What a writer of memory must know.
#[derive(Debug)]
pub(super) struct Paging {
    /// Once the blocks are told: the size of a page, and the CRC of the list.
    told: Option<(PageSize, u32)>,
    /// See [`Settings::alignment`](crate::codec::chunk::Settings::alignment).
    alignment: u32,
}

impl Paging {
    #[inline(always)]
    pub(super) fn new(alignment: u32) -> Self {
        Paging { told: None, alignment }
    }

    /// The padding of pages that would begin at `position`, counted from the beginning of the stream.
    fn padding(&self, position: u64) -> u32 {
        let within = u64::from(self.alignment.saturating_sub(1));
        // The distance to the next multiple.
        u32::try_from(position.wrapping_neg() & within).unwrap_or(0)
    }
}

/// Memory that goes out: bytes of a block, from the page `first` on.
struct Source<'p> {
    block: u16,
    size: PageSize,
    first: u64,
    bytes: &'p [u8],
}

impl<'p> Source<'p> {
    /// The bytes of pages by their numbers.
    fn pages(&self, pages: Range<u64>) -> &'p [u8] {
        let at = |page: u64| {
            let offset = self.size.bytes_of(page.saturating_sub(self.first));
            usize::try_from(offset).unwrap_or(usize::MAX)
        };
        self.bytes.get(at(pages.start)..at(pages.end)).unwrap_or_default()
    }

    /// The bytes that a run has in a chunk.
    fn data(&self, run: &Run) -> &'p [u8] {
        match run.zero {
            true => &[],
            false => self.pages(run.first..run.first.saturating_add(u64::from(run.pages))),
        }
    }
}

/// The runs of the next chunk.
#[derive(Default)]
struct Gathered {
    runs: heapless::Vec<Run, MAX_RUNS>,
    /// How many bytes they have in the chunk.
    length: u64,
}

impl Gathered {
    /// Whether another run belongs into another chunk.
    fn is_full(&self) -> bool {
        self.runs.is_full() || self.length >= GATHERED
    }

    fn take(&mut self, run: Run, size: PageSize) {
        if !run.zero {
            self.length = self.length.saturating_add(size.bytes_of(u64::from(run.pages)));
        }
        // It was seen not to be full.
        let _ = self.runs.push(run);
    }
}

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// Tells the blocks of the machine's memory, once and before any pages.
    ///
    /// # Errors
    /// [`Code::Unbalanced`] in a device, behind the end, and the second time; [`Code::InvalidArgument`] for marks, and for
    /// blocks that are none, too many, have no name, one that another has or that holds a NUL, or a length that
    /// is not one of whole pages; [`Code::NameTooLong`]; those of the writer.
    pub fn blocks(&mut self, layout: &(impl Layout + ?Sized), size: PageSize) -> Result<()> {
        self.send_blocks(&layout, size)
    }

    fn send_blocks(&mut self, layout: &dyn Layout, size: PageSize) -> Result<()> {
        self.refuse_marks()?;
        if self.in_device || self.closed || self.paging.told.is_some() {
            return Err(self.misplaced());
        }
        check_heads(heads(layout), size).map_err(|flaw| match flaw {
            Flaw::LongName(length) => self.out.raise(Code::NameTooLong, MAX_NAME, length),
            Flaw::Count => self.out.raise(Code::InvalidArgument, MAX_BLOCKS, layout.count()),
            _ => self.out.raise(Code::InvalidArgument, 0, 0),
        })?;
        if layout.page_size().is_some_and(|known| known != size) {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        self.open_stream()?;
        let out = &mut self.out;
        out.begin(ChunkType::BLOCKS, length(layout))?;
        emit(layout, size, &mut |part| out.part(part))?;
        out.end()?;
        self.paging.told = Some((size, self.list_crc(layout, size)));
        Ok(())
    }

    /// The CRC of the list of blocks, by which it is known again.
    fn list_crc(&self, layout: &dyn Layout, size: PageSize) -> u32 {
        let mut crc = 0;
        let _ = emit(layout, layout.page_size().unwrap_or(size), &mut |part| {
            crc = self.out.kernels().crc32(crc, part);
            Ok(())
        });
        crc
    }

    /// Writes pages of a block, which `pages` holds from the page `first` on: runs that are 0 without their
    /// bytes, all others straight from where they are. They may not change meanwhile.
    ///
    /// # Errors
    /// [`Code::Unbalanced`] in a device, behind the end, and before [`blocks`](ChunkEncoder::blocks);
    /// [`Code::InvalidArgument`] for blocks that are not those that were told, and for what is not whole pages of
    /// one; those of the writer.
    pub fn pages(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        first: u64,
        pages: &[u8],
    ) -> Result<Counts> {
        let source = self.source(&layout, block, first, pages)?;
        let end = first.saturating_add(source.size.pages_in(told(pages.len())));
        self.send_pages(&source, core::iter::once(first..end))
    }

    /// Writes those pages of a block that are marked in a bitmap, of the pages `range`. Both `memory` and the
    /// bitmap begin with the first page of the block; the bitmap as [`Marked`] says.
    ///
    /// # Errors
    /// As [`pages`](ChunkEncoder::pages).
    pub fn marked(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        memory: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        let source = self.source(&layout, block, 0, memory)?;
        if range.end > source.size.pages_in(told(memory.len())) {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        self.send_pages(&source, Marked::new(bitmap, range))
    }

    /// Checks that pages may be written here, and that they are those of a block.
    fn source<'p>(
        &mut self,
        layout: &dyn Layout,
        block: usize,
        first: u64,
        bytes: &'p [u8],
    ) -> Result<Source<'p>> {
        self.refuse_marks()?;
        let Some((size, list)) = self.paging.told.filter(|_| !self.in_device && !self.closed)
        else {
            return Err(self.misplaced());
        };
        let length = layout.head(block).map_or(0, |head| head.length);
        let whole = size.divides(told(bytes.len())) && block < layout.count();
        let same = self.list_crc(layout, size) == list;
        let left = size.pages_in(length).checked_sub(first).filter(|_| whole && same);
        match (left, u16::try_from(block)) {
            (Some(left), Ok(block)) if size.pages_in(told(bytes.len())) <= left => {
                Ok(Source { block, size, first, bytes })
            }
            _ => Err(self.out.raise(Code::InvalidArgument, 0, 0)),
        }
    }

    fn send_pages(
        &mut self,
        source: &Source<'_>,
        ranges: impl Iterator<Item = Range<u64>>,
    ) -> Result<Counts> {
        let most = u32::try_from(source.size.pages_in(GATHERED)).unwrap_or(u32::MAX);
        let (mut counts, mut gathered) = (Counts::default(), Gathered::default());
        for range in ranges {
            for run in Runs::new(source.pages(range.clone()), range.start, source.size, most) {
                if gathered.is_full() {
                    self.send_runs(source, &gathered, &mut counts)?;
                    gathered = Gathered::default();
                }
                gathered.take(run, source.size);
            }
        }
        if !gathered.runs.is_empty() {
            self.send_runs(source, &gathered, &mut counts)?;
        }
        Ok(counts)
    }

    fn send_runs(
        &mut self,
        source: &Source<'_>,
        gathered: &Gathered,
        counts: &mut Counts,
    ) -> Result<()> {
        let runs = &gathered.runs;
        let mut head = PagesHead {
            block: source.block,
            runs: u16::try_from(runs.len()).unwrap_or(u16::MAX),
            padding: 0,
        };
        let before = told(HEAD).saturating_add(head.length(0));
        if gathered.length > 0 {
            head.padding = self.paging.padding(self.out.length().saturating_add(before));
        }
        let length = usize::try_from(head.length(gathered.length)).unwrap_or(usize::MAX);
        let out = &mut self.out;
        out.begin(ChunkType::PAGES, length)?;
        out.part(&head.emit())?;
        for run in runs {
            let part: [u8; RunReader::ENTRY] = entry(run);
            out.part(&part)?;
        }
        let mut padding = usize::try_from(head.padding).unwrap_or(usize::MAX);
        while padding > 0 {
            let piece = PADDING.get(..padding.min(PADDING.len())).unwrap_or_default();
            out.part(piece)?;
            padding = padding.saturating_sub(piece.len());
        }
        for run in runs {
            out.long_part(source.data(run))?;
        }
        out.end()?;
        let whole = told(length.saturating_add(FRAME));
        counts.add(Counts { chunks: 1, bytes: whole, ..Counts::default() });
        runs.iter().for_each(|run| counts.count(run));
        Ok(())
    }
}
