//! Pages next to each other.

use super::zeros::is_zero;
use super::{zero_prefix, PageSize};
use crate::io::told;

/// The most pages of a run.
pub const MOST_PAGES: u32 = 0x7fff_ffff;

/// Pages of one block, next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The number of the first page in its block.
    pub first: u64,
    /// How many there are: at least one, at most [`MOST_PAGES`].
    pub pages: u32,
    /// All bytes are 0, and so none of them travels.
    pub zero: bool,
}

/// What was written or read of memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pages with their bytes.
    pub data_pages: u64,
    /// Pages that were told to be 0.
    pub zero_pages: u64,
    /// The chunks that hold them.
    pub chunks: u64,
    /// How many bytes of the stream these are, all in all.
    pub bytes: u64,
}

impl Counts {
    /// Counts the pages of a run.
    pub(crate) fn count(&mut self, run: &Run) {
        let pages = if run.zero { &mut self.zero_pages } else { &mut self.data_pages };
        *pages = pages.saturating_add(u64::from(run.pages));
    }

    /// Adds what came next.
    pub fn add(&mut self, other: Counts) {
        self.data_pages = self.data_pages.saturating_add(other.data_pages);
        self.zero_pages = self.zero_pages.saturating_add(other.zero_pages);
        self.chunks = self.chunks.saturating_add(other.chunks);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}

/// Cuts pages into runs of those that are 0 and those that are not.
#[derive(Clone, Debug)]
pub struct Runs<'p> {
    rest: &'p [u8],
    first: u64,
    size: PageSize,
    most: u32,
    /// Whether the next page is known to be 0.
    zero: bool,
}

impl<'p> Runs<'p> {
    /// Cuts `pages`, the first of which has the number `first`. A run that is not 0 has at most `most` pages, so
    /// that it can be sent before what follows is looked at. What is left behind the last whole page is left out.
    #[must_use]
    pub fn new(pages: &'p [u8], first: u64, size: PageSize, most: u32) -> Self {
        Runs { rest: pages, first, size, most: most.clamp(1, MOST_PAGES), zero: false }
    }

    /// How many pages at the beginning are 0.
    fn zeros(&self) -> u32 {
        let known = if self.zero { self.page() } else { 0 };
        let zeros = zero_prefix(self.rest.get(known..).unwrap_or_default());
        let pages = self.size.pages_in(told(zeros.saturating_add(known)));
        u32::try_from(pages).unwrap_or(MOST_PAGES).min(MOST_PAGES)
    }

    /// How many pages at the beginning are not 0.
    fn data(&mut self) -> u32 {
        let (mut rest, mut pages) = (self.rest, 0u32);
        while let Some((page, behind)) = rest.split_at_checked(self.page()) {
            self.zero = pages < self.most && is_zero(page);
            if pages == self.most || self.zero {
                break;
            }
            (rest, pages) = (behind, pages.wrapping_add(1));
        }
        pages
    }

    fn page(&self) -> usize {
        usize::try_from(self.size.bytes()).unwrap_or(usize::MAX)
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        let zeros = self.zeros();
        self.zero = false;
        let pages = if zeros > 0 { zeros } else { self.data() };
        if pages == 0 {
            return None;
        }
        let run = Run { first: self.first, pages, zero: zeros > 0 };
        let length = usize::try_from(self.size.bytes_of(u64::from(pages))).unwrap_or(usize::MAX);
        self.rest = self.rest.get(length..).unwrap_or_default();
        self.first = self.first.saturating_add(u64::from(pages));
        Some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn runs(pages: &[u8], most: u32) -> Vec<(u64, u32, bool)> {
        let size = PageSize::new(2).unwrap();
        Runs::new(pages, 7, size, most).map(|run| (run.first, run.pages, run.zero)).collect()
    }

    #[test]
    fn pages_are_cut_where_zeros_begin_and_end() {
        assert_eq!(runs(&[], 9), []);
        assert_eq!(runs(&[0; 6], 9), [(7, 3, true)]);
        assert_eq!(
            runs(&[0, 1, 1, 0, 0, 0, 2, 2], 9),
            [(7, 2, false), (9, 1, true), (10, 1, false)]
        );
        // What is 0 up to the middle of a page is not a page of zeros.
        assert_eq!(runs(&[0, 0, 0, 1], 9), [(7, 1, true), (8, 1, false)]);
    }

    #[test]
    fn data_is_cut_where_it_gets_long() {
        assert_eq!(runs(&[1; 10], 2), [(7, 2, false), (9, 2, false), (11, 1, false)]);
        assert_eq!(runs(&[0; 10], 2), [(7, 5, true)]);
        assert_eq!(runs(&[1; 4], 0), [(7, 1, false), (8, 1, false)]);
    }

    #[test]
    fn a_part_of_a_page_is_left_out() {
        assert_eq!(runs(&[1, 1, 1], 9), [(7, 1, false)]);
        assert_eq!(runs(&[0, 0, 0], 9), [(7, 1, true)]);
        assert_eq!(runs(&[0], 9), []);
    }
}
