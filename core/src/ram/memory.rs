//! Where pages are put.

use super::{clear, BlockHead, Layout};

/// The memory of a machine, for a reader of pages.
///
/// A stream counts the blocks in an order of its own. What it calls a block is kept beside the block, so that a
/// reader needs no memory for it.
pub trait Memory: Layout {
    /// Whether there may be any: for what has none, nothing is linked.
    const ANY: bool = true;

    /// The number that the stream gives to a block, as it was [noted](Memory::note) last.
    fn noted(&self, block: usize) -> Option<u16>;

    /// Notes the number that the stream gives to a block, or that none is known.
    fn note(&mut self, block: usize, number: Option<u16>);

    /// The bytes of a block from `offset` on, as far as they lie in one piece. None: nobody wants them, so they
    /// are checked and dropped.
    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8];

    /// Sets `length` bytes from `offset` on to 0. What is 0 already should not be written to. Where reading what nobody
    /// used takes memory from the system, as with shared memory, this should give it back instead.
    fn zero(&mut self, block: usize, offset: u64, length: u64) {
        let (mut at, end) = (offset, offset.saturating_add(length));
        while at < end {
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            let bytes = self.bytes(block, at);
            let piece = left.min(bytes.len());
            if piece == 0 {
                return;
            }
            clear(bytes.get_mut(..piece).unwrap_or_default());
            at = at.saturating_add(crate::io::told(piece));
        }
    }
}

impl<M: Memory> Memory for &mut M {
    const ANY: bool = M::ANY;

    fn noted(&self, block: usize) -> Option<u16> {
        (**self).noted(block)
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        (**self).note(block, number);
    }

    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8] {
        (**self).bytes(block, offset)
    }

    fn zero(&mut self, block: usize, offset: u64, length: u64) {
        (**self).zero(block, offset, length);
    }
}

/// A block of memory in one piece.
#[derive(Debug)]
pub struct Block<'m> {
    name: &'m str,
    memory: &'m mut [u8],
    number: Option<u16>,
}

impl<'m> Block<'m> {
    /// A block of this name.
    pub fn new(name: &'m str, memory: &'m mut [u8]) -> Self {
        Block { name, memory, number: None }
    }
}

/// Blocks that lie in memory.
#[derive(Debug)]
pub struct Blocks<'b, 'm>(pub &'b mut [Block<'m>]);

impl Layout for Blocks<'_, '_> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        let length = |block: &Block<'_>| crate::io::told(block.memory.len());
        self.0.get(block).map(|it| BlockHead { name: it.name.as_bytes(), length: length(it) })
    }
}

impl Memory for Blocks<'_, '_> {
    fn noted(&self, block: usize) -> Option<u16> {
        self.0.get(block)?.number
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        if let Some(block) = self.0.get_mut(block) {
            block.number = number;
        }
    }

    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8] {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        self.0.get_mut(block).and_then(|it| it.memory.get_mut(offset..)).unwrap_or_default()
    }
}

/// No memory: where a stream has some, that is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMemory;

impl Layout for NoMemory {
    fn count(&self) -> usize {
        0
    }

    fn head(&self, _block: usize) -> Option<BlockHead<'_>> {
        None
    }
}

impl Memory for NoMemory {
    const ANY: bool = false;

    fn noted(&self, _block: usize) -> Option<u16> {
        None
    }

    fn note(&mut self, _block: usize, _number: Option<u16>) {}

    fn bytes(&mut self, _block: usize, _offset: u64) -> &mut [u8] {
        &mut []
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory that is no more than two bytes in one piece.
    struct Torn([u8; 9]);

    impl Layout for Torn {
        fn count(&self) -> usize {
            1
        }

        fn head(&self, _: usize) -> Option<BlockHead<'_>> {
            Some(BlockHead { name: b"torn", length: 9 })
        }
    }

    impl Memory for Torn {
        fn noted(&self, _: usize) -> Option<u16> {
            None
        }

        fn note(&mut self, _: usize, _: Option<u16>) {}

        fn bytes(&mut self, _: usize, offset: u64) -> &mut [u8] {
            let at = usize::try_from(offset).unwrap();
            &mut self.0[at..(at / 2 * 2 + 2).min(9)]
        }
    }

    #[test]
    fn memory_in_pieces_is_cleared() {
        let mut torn = Torn([5; 9]);
        torn.zero(0, 3, 4);
        assert_eq!(torn.0, [5, 5, 5, 0, 0, 0, 0, 5, 5]);
    }

    #[test]
    fn blocks_lie_where_they_were_given() {
        let (mut ram, mut rom) = ([5; 8], [6; 4]);
        let mut blocks = [Block::new("ram", &mut ram), Block::new("rom", &mut rom)];
        let mut blocks = Blocks(&mut blocks);
        assert_eq!(blocks.count(), 2);
        assert_eq!(blocks.head(1), Some(BlockHead { name: b"rom", length: 4 }));
        assert_eq!((blocks.head(2), blocks.noted(1)), (None, None));
        blocks.note(1, Some(0));
        assert_eq!(blocks.noted(1), Some(0));
        blocks.zero(0, 2, 100);
        assert_eq!(blocks.bytes(0, 1), [5, 0, 0, 0, 0, 0, 0]);
        assert!(blocks.bytes(2, 0).is_empty() && blocks.bytes(0, 9).is_empty());
    }
}
