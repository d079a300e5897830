//! Pages by a bitmap.

use core::ops::Range;

use crate::io::told;

/// The pages whose bits are set in a bitmap, as ranges: those of a machine that were written to. The bit of page 0
/// is the lowest one of the first byte.
#[derive(Clone, Debug)]
pub struct Marked<'m> {
    bitmap: &'m [u8],
    rest: Range<u64>,
}

impl<'m> Marked<'m> {
    /// Looks at the bits of `pages`. Those that the bitmap does not have are not set.
    #[must_use]
    pub fn new(bitmap: &'m [u8], pages: Range<u64>) -> Self {
        let there = told(bitmap.len()).saturating_mul(8);
        Marked { bitmap, rest: pages.start..pages.end.min(there) }
    }

    /// The first bit from `at` on that is set, or that is not; the end, if there is none.
    fn seek(&self, mut at: u64, set: bool) -> u64 {
        let other = if set { 0 } else { u64::MAX };
        while at < self.rest.end {
            let within = at & 7;
            let bits = (self.word(at >> 3) ^ other).wrapping_shr(narrow(within));
            if bits != 0 {
                let found = at.saturating_add(u64::from(bits.trailing_zeros()));
                return found.min(self.rest.end);
            }
            at = at.saturating_add(64u64.saturating_sub(within));
        }
        self.rest.end
    }

    /// The 64 bits from this byte on.
    fn word(&self, byte: u64) -> u64 {
        let start = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.bitmap.get(start..).unwrap_or_default();
        match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => {
                let mut word = [0; 8];
                crate::io::copy(&mut word, rest);
                u64::from_le_bytes(word)
            }
        }
    }
}

/// A number of bits within a byte.
fn narrow(bits: u64) -> u32 {
    u32::try_from(bits).unwrap_or(0)
}

impl Iterator for Marked<'_> {
    type Item = Range<u64>;

    fn next(&mut self) -> Option<Range<u64>> {
        let start = self.seek(self.rest.start, true);
        let end = self.seek(start, false);
        self.rest.start = end;
        (start < end).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// The same, bit by bit.
    fn slowly(bitmap: &[u8], pages: Range<u64>) -> Vec<u64> {
        let set = |page: &u64| {
            let byte = bitmap.get(usize::try_from(page / 8).unwrap()).copied().unwrap_or(0);
            byte & (1 << (page % 8)) != 0
        };
        pages.filter(set).collect()
    }

    #[test]
    fn ranges_are_those_of_the_bits() {
        let mut bitmap = [0; 40];
        for (at, byte) in bitmap.iter_mut().enumerate() {
            *byte = [0, 0xff, 0x81, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff][at % 11];
        }
        for start in (0..330).step_by(7) {
            for end in (start..340).step_by(5) {
                let ranges: Vec<_> = Marked::new(&bitmap, start..end).collect();
                let pages: Vec<u64> = ranges.iter().cloned().flatten().collect();
                assert_eq!(pages, slowly(&bitmap, start..end));
                assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }
    }

    #[test]
    fn numbers_may_be_large() {
        assert_eq!(Marked::new(&[0xff], u64::MAX - 1..u64::MAX).next(), None);
        assert_eq!(Marked::new(&[0xff], 8..8).next(), None);
        let mut ranges = Marked::new(&[0xff], 4..u64::MAX);
        assert_eq!((ranges.next(), ranges.next()), (Some(4..8), None));
    }
}
