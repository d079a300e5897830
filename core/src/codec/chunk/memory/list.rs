//! Which blocks there are: the data of `MBLK`.

use crate::error::{Code, Result};
use crate::ram::{check_heads, BlockHead, Flaw, Layout, PageSize};

/// The size of a page, and the number of blocks.
const NUMBERS: usize = 6;

/// What an entry has beside its name: the length of that, and that of the block.
const ENTRY: usize = 9;

/// The blocks of memory that a stream has.
#[derive(Clone, Copy, Debug)]
pub struct BlockList<'b> {
    page_size: PageSize,
    count: u16,
    entries: &'b [u8],
}

impl<'b> BlockList<'b> {
    /// Reads the data of a chunk of blocks, and checks all of it.
    ///
    /// # Errors
    /// [`Code::BadText`] for a name with a NUL; [`Code::BadValue`].
    pub fn parse(data: &'b [u8]) -> Result<Self> {
        let list = BlockList::again(data).ok_or(Code::BadValue)?;
        let mut heads = list.heads();
        let count = heads.by_ref().count();
        if count != usize::from(list.count) || !heads.rest.is_empty() {
            return Err(Code::BadValue);
        }
        match check_heads(list.heads(), list.page_size) {
            Ok(()) => Ok(list),
            Err(Flaw::Nul) => Err(Code::BadText),
            Err(_) => Err(Code::BadValue),
        }
    }

    /// Reads data that were found right before, and looks at no entries.
    pub(in crate::codec::chunk) fn again(data: &'b [u8]) -> Option<Self> {
        let (numbers, entries) = data.split_first_chunk::<NUMBERS>()?;
        let [a, b, c, d, e, f] = *numbers;
        let page_size = PageSize::new(u32::from_be_bytes([a, b, c, d]))?;
        Some(BlockList { page_size, count: u16::from_be_bytes([e, f]), entries })
    }

    /// The size of the pages of all blocks.
    #[must_use]
    pub fn page_size(&self) -> PageSize {
        self.page_size
    }

    /// How many blocks there are.
    #[must_use]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// What is said of a block; `None` for one that there is not.
    #[must_use]
    pub fn head(&self, block: u16) -> Option<BlockHead<'b>> {
        self.heads().nth(usize::from(block))
    }

    /// How many pages a block has; none for one that there is not.
    #[must_use]
    pub fn pages(&self, block: u16) -> u64 {
        self.head(block).map_or(0, |head| self.page_size.pages_in(head.length))
    }

    /// The blocks, in the order of their numbers.
    #[must_use]
    pub fn heads(&self) -> BlockHeads<'b> {
        BlockHeads { left: self.count, rest: self.entries }
    }
}

/// Gives what a list says of each block.
#[derive(Clone, Debug)]
pub struct BlockHeads<'b> {
    left: u16,
    rest: &'b [u8],
}

impl<'b> Iterator for BlockHeads<'b> {
    type Item = BlockHead<'b>;

    fn next(&mut self) -> Option<BlockHead<'b>> {
        self.left = self.left.checked_sub(1)?;
        let (length, rest) = self.rest.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (length, rest) = rest.split_first_chunk()?;
        self.rest = rest;
        Some(BlockHead { name, length: u64::from_be_bytes(*length) })
    }
}

/// How long the data of such a chunk is.
pub(in crate::codec::chunk) fn length(layout: &dyn Layout) -> usize {
    let entry = |head: BlockHead<'_>| head.name.len().saturating_add(ENTRY);
    heads(layout).fold(NUMBERS, |length, head| length.saturating_add(entry(head)))
}

/// Gives the data of such a chunk part by part.
pub(in crate::codec::chunk) fn emit(
    layout: &dyn Layout,
    size: PageSize,
    part: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    part(&size.bytes().to_be_bytes())?;
    part(&u16::try_from(layout.count()).unwrap_or(u16::MAX).to_be_bytes())?;
    for head in heads(layout) {
        part(&[u8::try_from(head.name.len()).unwrap_or(u8::MAX)])?;
        part(head.name)?;
        part(&head.length.to_be_bytes())?;
    }
    Ok(())
}

/// What is said of each block.
pub(in crate::codec::chunk) fn heads(
    layout: &dyn Layout,
) -> impl Iterator<Item = BlockHead<'_>> + Clone {
    (0..layout.count()).map_while(|block| layout.head(block))
}
