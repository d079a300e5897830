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
const PADDING: [u8; 4096] = [0; 4096];

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

/// A block whose pages may be written.
#[derive(Clone, Copy)]
struct Place {
    block: u16,
    size: PageSize,
    /// How many pages it has.
    pages: u64,
}

impl Place {
    /// Whether there are pages up to this one.
    fn reaches(&self, end: Option<u64>) -> bool {
        end.is_some_and(|end| end <= self.pages)
    }

    /// How many bytes so many pages have.
    fn bytes_of(&self, pages: u64) -> usize {
        usize::try_from(self.size.bytes_of(pages)).unwrap_or(usize::MAX)
    }

    /// How many pages these bytes are, if they are whole ones.
    fn pages_in(&self, bytes: &[u8]) -> Option<u64> {
        let length = told(bytes.len());
        self.size.divides(length).then(|| self.size.pages_in(length))
    }
}

/// Pages next to each other: the number of the first, and their bytes.
type Pages<'p> = (u64, &'p [u8]);

/// The runs of the next chunk, with the bytes that they have in it.
#[derive(Default)]
struct Gathered<'p> {
    runs: heapless::Vec<(Run, &'p [u8]), MAX_RUNS>,
    /// How many bytes these are.
    length: u64,
}

impl<'p> Gathered<'p> {
    /// Whether another run belongs into another chunk.
    fn is_full(&self) -> bool {
        self.runs.is_full() || self.length >= GATHERED
    }

    fn take(&mut self, run: Run, bytes: &'p [u8]) {
        let data = if run.zero { &[] } else { bytes };
        self.length = self.length.saturating_add(told(data.len()));
        // It was seen not to be full.
        let _ = self.runs.push((run, data));
    }

    /// What the chunk begins with.
    fn start(&self, head: &PagesHead) -> Start {
        let mut start = Start::new();
        // There is room for all runs.
        let _ = start.extend_from_slice(&head.emit());
        for (run, _) in &self.runs {
            let _ = start.extend_from_slice(&entry(run));
        }
        start
    }
}

/// What a chunk of pages begins with: its head and its runs.
type Start = heapless::Vec<u8, { PagesHead::LENGTH + MAX_RUNS * RunReader::ENTRY }>;

impl<W: Writer, K: Kernels> ChunkEncoder<'_, W, K> {
    /// Tells the blocks of the machine's memory, once and before any pages: one that is added or resized later needs
    /// a new stream.
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
    /// bytes, all others straight from where they are. They may not change meanwhile: while the machine runs, give a
    /// copy. For pages that are scattered see [`packed`](ChunkEncoder::packed).
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
        let place = self.place(&layout, block)?;
        let end = place.pages_in(pages).and_then(|count| first.checked_add(count));
        self.refuse_unless(place.reaches(end))?;
        self.send_pages(place, core::iter::once((first, pages)))
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
        let place = self.place(&layout, block)?;
        let there = place.pages_in(memory);
        self.refuse_unless(place.reaches(there) && Some(range.end) <= there)?;
        let pages = |pages: Range<u64>| {
            let bytes = memory.get(place.bytes_of(pages.start)..place.bytes_of(pages.end));
            (pages.start, bytes.unwrap_or_default())
        };
        self.send_pages(place, Marked::new(bitmap, range).map(pages))
    }

    /// The same with a copy of the marked pages alone: `pages` are their bytes, one behind the other.
    ///
    /// # Errors
    /// As [`pages`](ChunkEncoder::pages); [`Code::InvalidArgument`] also when the bytes are not as many as the marked
    /// pages have.
    pub fn packed(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        pages: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        let place = self.place(&layout, block)?;
        self.refuse_unless(place.reaches(Some(range.end)))?;
        let marked = Marked::new(bitmap, range);
        let length = |pages: &Range<u64>| pages.end.saturating_sub(pages.start);
        let count = marked.clone().fold(0u64, |all, pages| all.saturating_add(length(&pages)));
        self.refuse_unless(place.pages_in(pages) == Some(count))?;
        let mut rest = pages;
        let taken = |pages: Range<u64>| {
            let bytes = place.bytes_of(length(&pages));
            let (bytes, behind) = rest.split_at_checked(bytes).unwrap_or_default();
            rest = behind;
            (pages.start, bytes)
        };
        self.send_pages(place, marked.map(taken))
    }

    /// Checks that pages may be written here, and gives the block that they are of.
    fn place(&mut self, layout: &dyn Layout, block: usize) -> Result<Place> {
        self.refuse_marks()?;
        let Some((size, list)) = self.paging.told.filter(|_| !self.in_device && !self.closed)
        else {
            return Err(self.misplaced());
        };
        let same = block < layout.count() && self.list_crc(layout, size) == list;
        match (layout.head(block), u16::try_from(block)) {
            (Some(head), Ok(block)) if same => {
                Ok(Place { block, size, pages: size.pages_in(head.length) })
            }
            _ => Err(self.out.raise(Code::InvalidArgument, 0, 0)),
        }
    }

    fn refuse_unless(&mut self, right: bool) -> Result<()> {
        match right {
            true => Ok(()),
            false => Err(self.out.raise(Code::InvalidArgument, 0, 0)),
        }
    }

    fn send_pages<'p>(
        &mut self,
        place: Place,
        pieces: impl Iterator<Item = Pages<'p>>,
    ) -> Result<Counts> {
        let most = u32::try_from(place.size.pages_in(GATHERED)).unwrap_or(u32::MAX);
        let (mut counts, mut gathered) = (Counts::default(), Gathered::default());
        for (first, mut rest) in pieces {
            for run in Runs::new(rest, first, place.size, most) {
                if gathered.is_full() {
                    self.send_runs(place, &gathered, &mut counts)?;
                    gathered = Gathered::default();
                }
                let length = place.bytes_of(u64::from(run.pages));
                let (bytes, behind) = rest.split_at_checked(length).unwrap_or_default();
                rest = behind;
                gathered.take(run, bytes);
            }
        }
        if !gathered.runs.is_empty() {
            self.send_runs(place, &gathered, &mut counts)?;
        }
        Ok(counts)
    }

    fn send_runs(
        &mut self,
        place: Place,
        gathered: &Gathered<'_>,
        counts: &mut Counts,
    ) -> Result<()> {
        let runs = &gathered.runs;
        let mut head = PagesHead {
            block: place.block,
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
        out.part(&gathered.start(&head))?;
        let mut padding = usize::try_from(head.padding).unwrap_or(usize::MAX);
        while padding > 0 {
            let piece = PADDING.get(..padding.min(PADDING.len())).unwrap_or_default();
            out.part(piece)?;
            padding = padding.saturating_sub(piece.len());
        }
        for (_, bytes) in runs {
            out.long_part(bytes)?;
        }
        out.end()?;
        let whole = told(length.saturating_add(FRAME));
        counts.add(Counts { chunks: 1, bytes: whole, ..Counts::default() });
        runs.iter().for_each(|(run, _)| counts.count(run));
        Ok(())
    }
}
