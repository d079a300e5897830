//! Which blocks there are.

use crate::error::MAX_NAME;

/// The most blocks of a machine.
pub const MAX_BLOCKS: usize = 256;

/// The size of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// The largest that there is.
    const LARGEST: u32 = 1 << 30;

    /// A power of two, from 1 to 2^30.
    #[must_use]
    pub const fn new(bytes: u32) -> Option<PageSize> {
        match bytes.is_power_of_two() && bytes <= Self::LARGEST {
            true => Some(PageSize(bytes)),
            false => None,
        }
    }

    /// How many bytes a page has.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.0
    }

    /// How many whole pages so many bytes are.
    #[must_use]
    pub const fn pages_in(self, bytes: u64) -> u64 {
        // A shift, since a division by what is not known may fail.
        bytes.wrapping_shr(self.0.trailing_zeros())
    }

    /// How many bytes so many pages have; the largest number, if that is too many.
    #[must_use]
    pub fn bytes_of(self, pages: u64) -> u64 {
        pages.saturating_mul(u64::from(self.0))
    }

    /// Whether so many bytes are whole pages.
    #[must_use]
    pub fn divides(self, bytes: u64) -> bool {
        bytes & u64::from(self.0.wrapping_sub(1)) == 0
    }
}

/// What is said of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHead<'n> {
    /// Its name, which no other block of the machine has.
    pub name: &'n [u8],
    /// Its length in bytes: whole pages.
    pub length: u64,
}

/// The blocks of a machine, by their numbers.
pub trait Layout {
    /// How many blocks there are, at most [`MAX_BLOCKS`].
    fn count(&self) -> usize;

    /// What is said of a block; `None` for one that there is not.
    fn head(&self, block: usize) -> Option<BlockHead<'_>>;

    /// The size of a page, where that is known beside the blocks: a writer compares it with the one it was told.
    fn page_size(&self) -> Option<PageSize> {
        None
    }
}

impl Layout for [BlockHead<'_>] {
    fn count(&self) -> usize {
        self.len()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        self.get(block).copied()
    }
}

impl<const N: usize> Layout for [BlockHead<'_>; N] {
    fn count(&self) -> usize {
        N
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        self.get(block).copied()
    }
}

impl<L: Layout + ?Sized> Layout for &L {
    fn count(&self) -> usize {
        (**self).count()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        (**self).head(block)
    }

    fn page_size(&self) -> Option<PageSize> {
        (**self).page_size()
    }
}

impl<L: Layout + ?Sized> Layout for &mut L {
    fn count(&self) -> usize {
        (**self).count()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        (**self).head(block)
    }

    fn page_size(&self) -> Option<PageSize> {
        (**self).page_size()
    }
}

/// What is wrong with a list of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// There are none, or more than [`MAX_BLOCKS`].
    Count,
    /// A name is empty, or another block has it too.
    Name,
    /// A name has more than 255 bytes: so many.
    LongName(usize),
    /// A name holds a byte 0.
    Nul,
    /// A length is not one of whole pages.
    Length,
}

/// Checks what is said of all blocks of a machine.
pub(crate) fn check_heads<'n>(
    heads: impl Iterator<Item = BlockHead<'n>> + Clone,
    size: PageSize,
) -> Result<(), Flaw> {
    let mut rest = heads;
    let mut count = 0usize;
    while let Some(head) = rest.next() {
        count = count.saturating_add(1);
        match head.name {
            _ if count > MAX_BLOCKS => return Err(Flaw::Count),
            [] => return Err(Flaw::Name),
            name if name.len() > MAX_NAME => return Err(Flaw::LongName(name.len())),
            name if name.contains(&0) => return Err(Flaw::Nul),
            _ if !size.divides(head.length) => return Err(Flaw::Length),
            name if rest.clone().any(|other| other.name == name) => return Err(Flaw::Name),
            _ => {}
        }
    }
    match count {
        0 => Err(Flaw::Count),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn head(name: &[u8], length: u64) -> BlockHead<'_> {
        BlockHead { name, length }
    }

    #[test]
    fn a_page_is_a_power_of_two() {
        for wrong in [0, 3, 4095, (1 << 30) + 1, 1 << 31, u32::MAX] {
            assert_eq!(PageSize::new(wrong), None);
        }
        for bits in 0..=30 {
            let size = PageSize::new(1 << bits).unwrap();
            assert_eq!((size.bytes(), size.bytes_of(3)), (1 << bits, 3 << bits));
            assert_eq!(size.pages_in((5 << bits) + size.bytes_of(1) - 1), 5);
            assert!(size.divides(0) && size.divides(7 << bits));
            assert_eq!(size.divides(1), bits == 0);
            assert_eq!(size.bytes_of(u64::MAX), u64::MAX);
        }
    }

    #[test]
    fn heads_are_checked() {
        let size = PageSize::new(16).unwrap();
        let check = |heads: &[BlockHead<'_>]| check_heads(heads.iter().copied(), size);
        assert_eq!(check(&[head(b"ram", 32), head(b"rom", 0)]), Ok(()));
        assert_eq!(check(&[]), Err(Flaw::Count));
        assert_eq!(check(&[head(b"", 32)]), Err(Flaw::Name));
        assert_eq!(check(&[head(&[b'a'; 255], 32)]), Ok(()));
        assert_eq!(check(&[head(&[b'a'; 256], 32)]), Err(Flaw::LongName(256)));
        assert_eq!(check(&[head(b"r\0m", 32)]), Err(Flaw::Nul));
        assert_eq!(check(&[head(b"ram", 33)]), Err(Flaw::Length));
        assert_eq!(check(&[head(b"a", 32), head(b"b", 0), head(b"a", 16)]), Err(Flaw::Name));
        let names: vec::Vec<_> = (0..=256u16).map(|number| (number + 257).to_be_bytes()).collect();
        let heads: vec::Vec<_> =
            names.iter().filter(|n| !n.contains(&0)).map(|name| head(name, 16)).collect();
        assert_eq!(check(&heads[..250]), Ok(()));
    }
}
