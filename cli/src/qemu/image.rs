//! A block of memory as a file with holes where nothing but zeros is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use migcore::codec::legacy::ram::PageSize;

use crate::input::told;

/// Bytes that are written at once, if so many pages follow one another.
const RUN: usize = 1 << 20;

/// The most pages of a block: for these, a bit each is kept.
const MOST_PAGES: u64 = 1 << 32;

/// The file of a block that is written page by page, in any order. The last content of a page counts.
#[derive(Debug)]
pub(super) struct Image<'f> {
    file: &'f File,
    size: PageSize,
    /// Pages that follow one another and are not written yet, and where the first belongs.
    run: Vec<u8>,
    start: u64,
    /// The pages that are no holes.
    written: Bits,
    /// The pages that came.
    seen: Bits,
}

impl<'f> Image<'f> {
    /// An image of `length` bytes in an empty file; `None` if it is too long.
    pub(super) fn new(file: &'f File, length: u64, size: PageSize) -> Option<Self> {
        let pages = pages(length, size);
        let written = Bits::new(pages)?;
        let seen = Bits::new(pages)?;
        Some(Image { file, size, run: Vec::with_capacity(RUN), start: 0, written, seen })
    }

    /// The size of a page.
    pub(super) fn page_size(&self) -> PageSize {
        self.size
    }

    /// How many bytes came, each page counted once.
    pub(super) fn seen(&self) -> u64 {
        self.seen.count.saturating_mul(self.size.bytes().into())
    }

    /// A page has this content.
    pub(super) fn page(&mut self, offset: u64, content: &[u8]) -> io::Result<()> {
        let number = self.number(offset);
        self.seen.set(number);
        // What was never written is zeros already.
        if !self.written.has(number) && content.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        self.written.set(number);
        let behind = self.start.saturating_add(told(self.run.len()));
        if behind != offset || self.run.len() >= RUN {
            self.flush()?;
            self.start = offset;
        }
        self.run.extend_from_slice(content);
        Ok(())
    }

    /// The content that a page has.
    pub(super) fn content(&mut self, offset: u64, content: &mut [u8]) -> io::Result<()> {
        if !self.written.has(self.number(offset)) {
            content.fill(0);
            return Ok(());
        }
        self.flush()?;
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(content)
    }

    /// Writes what is not written yet.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if !self.run.is_empty() {
            self.file.seek(SeekFrom::Start(self.start))?;
            self.file.write_all(&self.run)?;
            self.run.clear();
        }
        Ok(())
    }

    fn number(&self, offset: u64) -> u64 {
        pages(offset, self.size)
    }
}

/// How many whole pages there are in a length.
fn pages(length: u64, size: PageSize) -> u64 {
    // A size is a power of two.
    length.checked_shr(size.bytes().trailing_zeros()).unwrap_or(0)
}

/// A set of numbers below a bound.
#[derive(Debug)]
struct Bits {
    words: Vec<u64>,
    count: u64,
}

impl Bits {
    /// For numbers up to `most`; the memory is taken when it is touched.
    fn new(most: u64) -> Option<Self> {
        if most > MOST_PAGES {
            return None;
        }
        let words = usize::try_from(most >> 6).ok()?.saturating_add(1);
        Some(Bits { words: vec![0; words], count: 0 })
    }

    fn has(&self, number: u64) -> bool {
        let word = usize::try_from(number >> 6).ok().and_then(|at| self.words.get(at));
        word.is_some_and(|word| word & bit(number) != 0)
    }

    fn set(&mut self, number: u64) {
        let at = usize::try_from(number >> 6).unwrap_or(usize::MAX);
        if let Some(word) = self.words.get_mut(at).filter(|word| **word & bit(number) == 0) {
            *word |= bit(number);
            self.count = self.count.saturating_add(1);
        }
    }
}

fn bit(number: u64) -> u64 {
    1 << (number & 63)
}
