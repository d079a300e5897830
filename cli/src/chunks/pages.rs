//! What the chunks of memory say: which blocks there are, and which of their pages come.

use std::rc::Rc;

use migcore::codec::chunk::{BlockList, PagesHead, RunReader, MAX_RUNS};
use migcore::ram::{BlockHead, PageSize, Run, MAX_BLOCKS};
use migcore::Code;

use super::Chunk;
use crate::blocks::{Block, Counts};
use crate::input::told;

/// The most data that a list of blocks can have.
pub(super) const MOST_BLOCKS: usize = 6 + MAX_BLOCKS * (1 + 255 + 8);

/// The most that stands before the pages of a chunk and what aligns them.
pub(super) const MOST_RUNS: usize = PagesHead::LENGTH + MAX_RUNS * RunReader::ENTRY;

/// What a chunk says of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Which blocks there are.
    Blocks(Rc<Layout>),
    /// Pages.
    Pages(Pages),
    /// Nothing.
    Other,
}

/// The blocks of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The size of a page.
    pub page: PageSize,
    /// The blocks, in order.
    pub blocks: Vec<Block>,
}

/// Pages of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pages {
    /// The number of the block.
    pub block: usize,
    /// Which pages, in order.
    pub runs: Vec<Run>,
    /// How many bytes stand between the runs and the pages.
    pub padding: u32,
    /// Where in the data of the chunk these stand.
    pub padded: u64,
    /// How many pages of each form there are.
    pub counts: Counts,
}

/// What is wrong: the code, and the numbers of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub(super) code: Code,
    pub(super) expected: u64,
    pub(super) found: u64,
}

impl From<Code> for Breach {
    fn from(code: Code) -> Self {
        Breach { code, expected: 0, found: 0 }
    }
}

impl Layout {
    /// Reads the data of a chunk.
    pub(super) fn parse(data: &[u8]) -> Result<Layout, Breach> {
        let list = BlockList::parse(data)?;
        let page_size = Some(u64::from(list.page_size().bytes()));
        let block = |BlockHead { name, length }: BlockHead<'_>| Block {
            name: name.to_vec(),
            length,
            page_size,
            address: None,
        };
        Ok(Layout { page: list.page_size(), blocks: list.heads().map(block).collect() })
    }
}

impl Pages {
    /// Reads what the data of a chunk begin with, which are `length` bytes.
    pub(super) fn parse(layout: &Layout, start: &[u8], length: u64) -> Result<Pages, Breach> {
        let (head, rest) = start.split_first_chunk().ok_or(Code::BadValue)?;
        let head = PagesHead::parse(*head)?;
        let block = layout.blocks.get(usize::from(head.block)).ok_or(Code::BadValue)?;
        let (entries, _) = rest.get(..head.table()).ok_or(Code::BadValue)?.as_chunks();
        let mut reader = RunReader::new(layout.page);
        let runs = entries.iter().map(|entry| reader.read(*entry)).collect::<Result<_, _>>()?;
        let within = layout.page.pages_in(block.length);
        if !reader.lies_within(block.length) {
            let (expected, found) = (within, reader.end());
            return Err(Breach { code: Code::BadValue, expected, found });
        }
        let due = head.length(reader.length());
        if due != length {
            return Err(Breach { code: Code::BadValue, expected: due, found: length });
        }
        let (zero, normal) = (reader.zero_pages(), reader.data_pages());
        Ok(Pages {
            block: head.block.into(),
            runs,
            padding: head.padding,
            padded: told(PagesHead::LENGTH.saturating_add(head.table())),
            counts: Counts { zero, normal, ..Counts::default() },
        })
    }

    /// Where in the data of the chunk its pages begin.
    #[must_use]
    pub fn data(&self) -> u64 {
        self.padded.saturating_add(self.padding.into())
    }
}

/// What a stream says of memory, chunk by chunk.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// The blocks, once they were told.
    pub layout: Option<Rc<Layout>>,
    /// The pages by block. One that comes several times counts each time.
    pub counts: Vec<Counts>,
    /// The bytes of all chunks of memory, frames included.
    pub bytes: u64,
}

impl Tally {
    /// Counts a chunk.
    pub fn take(&mut self, chunk: &Chunk) {
        let bytes = chunk.whole();
        match &chunk.content {
            Content::Blocks(layout) => {
                self.counts = vec![Counts::default(); layout.blocks.len()];
                self.layout = Some(Rc::clone(layout));
            }
            Content::Pages(pages) => {
                if let Some(counts) = self.counts.get_mut(pages.block) {
                    counts.add(&Counts { bytes, ..pages.counts });
                }
            }
            Content::Other => return,
        }
        self.bytes = self.bytes.saturating_add(bytes);
    }

    /// The blocks.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        self.layout.as_ref().map_or(&[], |layout| &layout.blocks)
    }

    /// The blocks with their pages.
    pub fn each(&self) -> impl Iterator<Item = (&Block, Counts)> {
        self.blocks().iter().zip(self.counts.iter().copied())
    }

    /// All pages.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.counts.iter().for_each(|counts| total.add(counts));
        total
    }

    /// The size of a page.
    #[must_use]
    pub fn page_size(&self) -> Option<u32> {
        self.layout.as_ref().map(|layout| layout.page.bytes())
    }
}
