//! The section `ram`: pages are passed over and counted, not read.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;

use migcore::codec::legacy::ram::{
    BlockEntry, BlockList, ListForm, Page, PageSize, Word, MAX_ENTRY,
};
use migcore::error::Fault;
use migcore::io::{Reader, SliceReader};
use migcore::Code;

use crate::blocks::{Block, Counts};
use crate::input::Input;

/// The version of the section that every QEMU writes.
pub const VERSION: u32 = 4;

/// The sizes of a page that are tried where nothing tells it, the most common one first.
const PAGE_SIZES: [u32; 6] = [4096, 1024, 2048, 8192, 16384, 65536];

/// The most blocks that are taken in. QEMU has some dozens.
const MAX_BLOCKS: usize = 1 << 16;

/// The name under which pages are counted whose block was told in what could not be read. No block has it.
pub const LOST: &[u8] = b"";

/// What one section holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The blocks that it lists.
    pub blocks: Vec<Block>,
    /// The pages by the name of their block or [`LOST`], in the order in which the blocks came.
    pub pages: Vec<(Vec<u8>, Counts)>,
    /// Marks that other channels have to be waited for.
    pub flushes: u64,
    /// The size of a page, where a page or the stream told it.
    pub page_size: Option<u32>,
    /// Whether the pages lie at fixed places of the file. They are not counted then.
    pub mapped: bool,
}

impl Counts {
    fn count(&mut self, word: &Word, bytes: u64) {
        let form = match word {
            Word::Zero { .. } => &mut self.zero,
            Word::Page(_) => &mut self.normal,
            Word::Xbzrle { .. } => &mut self.xbzrle,
            _ => &mut self.compressed,
        };
        *form = form.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

/// What the sections before say, and the stream as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// The size of a page, if it is known.
    pub(super) page: Option<PageSize>,
    /// Whether pages of this size came. What only a description says may be that of another stream, or stand in
    /// the memory of a guest.
    seen: bool,
    /// What the entries of the list of blocks have beside name and length.
    pub(super) form: ListForm,
    /// The length of each block that was listed.
    blocks: Rc<HashMap<Vec<u8>, u64>>,
    /// The block of the page before; [`LOST`] behind damage.
    last: Option<Vec<u8>>,
}

impl Facts {
    /// What is known before the first section.
    pub(super) fn new(page: Option<PageSize>) -> Self {
        Facts { page, ..Facts::default() }
    }

    /// Whether pages came, so that their size is known.
    pub(super) fn is_seen(&self) -> bool {
        self.seen
    }

    /// Pages may have come that were not read: of which block the next one is, is not known until one says it.
    pub(super) fn lose_block(&mut self) {
        self.last = Some(LOST.to_vec());
    }
}

/// How far the words of a section could be read.
#[derive(Debug)]
pub(super) enum Walked {
    /// To its end, which is here.
    Ends(u64),
    /// Not so far.
    Broken(Broken),
}

/// What stopped the walk.
#[derive(Debug)]
pub(super) struct Broken {
    /// Where.
    pub(super) offset: u64,
    pub(super) why: Why,
}

/// Why it stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The stream ends.
    Cut,
    /// This is wrong.
    Wrong(String),
}

/// The walk through one section.
pub(super) struct Walk<'a> {
    input: &'a mut Input,
    facts: Facts,
    size: PageSize,
    at: u64,
    limit: u64,
    saw_page: bool,
    summary: Summary,
    /// The place of each block in the pages of the summary.
    places: HashMap<Vec<u8>, usize>,
    /// That of the page before, if it was in this section.
    place: Option<usize>,
}

/// The sizes of a page to try.
pub(super) fn page_sizes(facts: &Facts) -> Vec<PageSize> {
    if let (Some(size), true) = (facts.page, facts.seen) {
        return vec![size];
    }
    let others = PAGE_SIZES.iter().filter_map(|bytes| PageSize::new(*bytes));
    facts.page.into_iter().chain(others.filter(|size| Some(*size) != facts.page)).collect()
}

impl<'a> Walk<'a> {
    /// A walk from `start` on, at most to `limit`.
    pub(super) fn new(
        input: &'a mut Input,
        facts: &Facts,
        size: PageSize,
        start: u64,
        limit: u64,
    ) -> Self {
        Walk {
            input,
            facts: facts.clone(),
            size,
            at: start,
            limit,
            saw_page: false,
            summary: Summary::default(),
            places: HashMap::new(),
            place: None,
        }
    }

    /// Walks to the end of the section.
    pub(super) fn run(&mut self) -> io::Result<Walked> {
        loop {
            let start = self.at;
            let (word, data) = match self.word()? {
                Ok(read) => read,
                Err(why) => return Ok(self.broken(start, why)),
            };
            if self.at.saturating_add(data) > self.limit {
                return Ok(self.broken(start, Why::Cut));
            }
            self.at = self.at.saturating_add(data);
            match self.take(&word, start)? {
                Ok(true) => return Ok(Walked::Ends(self.at)),
                Ok(false) => {}
                Err(why) => return Ok(self.broken(start, why)),
            }
        }
    }

    /// What was found, for the sections that follow and of this one.
    pub(super) fn into_results(mut self) -> (Facts, Summary) {
        if self.saw_page {
            (self.facts.page, self.facts.seen) = (Some(self.size), true);
        }
        self.summary.page_size = self.facts.page.map(PageSize::bytes);
        (self.facts, self.summary)
    }

    fn broken(&self, offset: u64, why: Why) -> Walked {
        Walked::Broken(Broken { offset, why })
    }

    /// Reads the next word, without its data, and says how long that is.
    fn word(&mut self) -> io::Result<Result<(Word, u64), Why>> {
        let size = self.size;
        let read = self.read(|reader| Word::read(reader, size), bad_word)?;
        Ok(read.map(|word| {
            let data = u64::from(word.data_length(size));
            (word, data)
        }))
    }

    /// Reads something of at most an entry's length and goes on behind it.
    fn read<T>(
        &mut self,
        read: impl FnOnce(&mut SliceReader<'_>) -> migcore::Result<T>,
        bad: impl FnOnce(Fault) -> String,
    ) -> io::Result<Result<T, Why>> {
        let window = self.input.window(self.at, MAX_ENTRY)?;
        let left = usize::try_from(self.limit.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let mut reader = SliceReader::new(window.get(..left.min(window.len())).unwrap_or_default());
        let done = read(&mut reader).map_err(|code| why(code, reader.fault(), bad));
        self.at = self.at.saturating_add(reader.position());
        Ok(done)
    }

    /// Takes a word in, which began at `start`, and says whether it is the last.
    fn take(&mut self, word: &Word, start: u64) -> io::Result<Result<bool, Why>> {
        let page = match word {
            Word::BlockList { total } => return self.blocks(*total),
            Word::End => return Ok(Ok(true)),
            Word::MultifdFlush => {
                self.summary.flushes = self.summary.flushes.saturating_add(1);
                return Ok(Ok(false));
            }
            Word::Page(page) => {
                self.saw_page = true;
                page
            }
            Word::Zero { page, .. } | Word::Xbzrle { page, .. } | Word::Compressed { page, .. } => {
                page
            }
            // Records of RDMA, whose length only its code knows.
            _ => return Ok(Err(Why::Wrong("a record of RDMA".to_owned()))),
        };
        let length = self.at.saturating_sub(start);
        Ok(self.page(page).map(|counts| {
            counts.count(word, length);
            false
        }))
    }

    /// The counts of the block that a page belongs to.
    fn page(&mut self, page: &Page) -> Result<&mut Counts, Why> {
        if let Some(name) = &page.block {
            if self.facts.last.as_deref() != Some(name.as_slice()) {
                (self.facts.last, self.place) = (Some(name.to_vec()), None);
            }
        }
        let Some(name) = self.facts.last.as_deref() else {
            return Err(Why::Wrong("a page without a block".to_owned()));
        };
        match self.facts.blocks.get(name) {
            _ if name == LOST => {}
            Some(length) if page.offset >= *length => {
                return Err(Why::Wrong(outside(name, page.offset)))
            }
            None if !self.facts.blocks.is_empty() => return Err(Why::Wrong(unknown(name))),
            _ => {}
        }
        let place = match self.place {
            Some(place) => place,
            None => self.place_of_last()?,
        };
        let counts = self.summary.pages.get_mut(place).map(|(_, counts)| counts);
        counts.ok_or_else(|| Why::Wrong("a page without a block".to_owned()))
    }

    /// The place of the last block in the pages of the summary, a new one for a new block.
    fn place_of_last(&mut self) -> Result<usize, Why> {
        let name = self.facts.last.clone().unwrap_or_default();
        let next = self.summary.pages.len();
        let place = *self.places.entry(name.clone()).or_insert(next);
        if place == next {
            if next >= MAX_BLOCKS {
                return Err(Why::Wrong("more blocks than are believed".to_owned()));
            }
            self.summary.pages.push((name, Counts::default()));
        }
        self.place = Some(place);
        Ok(place)
    }

    fn blocks(&mut self, total: u64) -> io::Result<Result<bool, Why>> {
        let mut list = BlockList::new(total, self.facts.form);
        let mut lengths = HashMap::new();
        loop {
            match self.read(|reader| list.next_entry(reader), bad_entry)? {
                Err(why) => return Ok(Err(why)),
                Ok(None) => break,
                Ok(Some(_)) if self.summary.blocks.len() >= MAX_BLOCKS => {
                    return Ok(Err(Why::Wrong("more blocks than are believed".to_owned())));
                }
                Ok(Some(entry)) => {
                    if let Err(why) = self.pass_mapped(&entry) {
                        return Ok(Err(why));
                    }
                    lengths.insert(entry.name.to_vec(), entry.length);
                    self.summary.blocks.push(Block::from(entry));
                }
            }
        }
        self.facts.blocks = Rc::new(lengths);
        Ok(Ok(false))
    }

    /// Goes on behind the pages of a block, if they lie behind its entry.
    fn pass_mapped(&mut self, entry: &BlockEntry) -> Result<(), Why> {
        let Some(mapped) = &entry.mapped else { return Ok(()) };
        let end = mapped.pages.saturating_add(entry.length);
        if mapped.pages < self.at {
            return Err(Why::Wrong("pages that lie before their block".to_owned()));
        }
        if end > self.limit {
            return Err(Why::Cut);
        }
        (self.at, self.summary.mapped) = (end, true);
        Ok(())
    }
}

impl Summary {
    /// Whether a block comes several times, in one list or in several, and not with one length.
    #[must_use]
    pub fn lengths_differ(&self, name: &[u8]) -> bool {
        let mut lengths =
            self.blocks.iter().filter(|block| block.name == name).map(|block| block.length);
        let first = lengths.next();
        lengths.any(|length| Some(length) != first)
    }

    /// All pages of the section.
    #[must_use]
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.pages.iter().for_each(|(_, counts)| total.add(counts));
        total
    }
}

impl From<BlockEntry> for Block {
    fn from(entry: BlockEntry) -> Self {
        Block {
            name: entry.name.to_vec(),
            length: entry.length,
            page_size: entry.page_size,
            address: entry.address,
        }
    }
}

fn why(code: Code, fault: Fault, bad: impl FnOnce(Fault) -> String) -> Why {
    match code {
        Code::Truncated => Why::Cut,
        Code::BadValue => Why::Wrong(bad(fault)),
        code => Why::Wrong(code.text().to_owned()),
    }
}

/// What is wrong with a word: its flags, or what a page begins with, which lies behind them.
fn bad_word(fault: Fault) -> String {
    match fault.offset {
        0 => format!("unknown flags {:#x}", fault.found),
        _ => format!("{:#x} as the name, mark or length of a page", fault.found),
    }
}

/// What is wrong with an entry of the list of blocks.
fn bad_entry(fault: Fault) -> String {
    format!("{:#x} as the name or length of a block", fault.found)
}

fn outside(name: &[u8], offset: u64) -> String {
    format!("a page at {offset:#x} outside of block {}", name.escape_ascii())
}

fn unknown(name: &[u8]) -> String {
    format!("a page of block {}, which is not listed", name.escape_ascii())
}
