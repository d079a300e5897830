//! A block of memory taken out of a stream.

use std::collections::HashMap;
use std::fs::File;
use std::io;

use migcore::codec::legacy::framing::commands;
use migcore::codec::legacy::ram::{xbzrle_decode, BlockList, Page, PageSize, Word, MAX_ENTRY};
use migcore::io::{Reader, SliceReader};
use miniz_oxide::inflate::decompress_slice_iter_to_slice as inflate;

use super::image::Image;
use super::item::{Content, Damage, Payload, Section, Trouble};
use super::ram::{page_sizes, Summary};
use super::scan::Scanner;
use crate::blocks::{Block, Counts};
use crate::input::Input;

/// What a stream says of the memory of the guest.
#[derive(Debug, Default)]
pub struct Memory {
    /// The blocks, in order.
    pub blocks: Vec<Block>,
    /// The pages by the name of their block.
    pub pages: HashMap<Vec<u8>, Counts>,
    /// Blocks that are shared with the receiver are not in the stream.
    pub ignore_shared: bool,
    /// Why pages are not known, if some are not.
    pub unread: Option<String>,
    /// What is damaged first. All else holds for what stands before it.
    pub damage: Option<Damage>,
    /// The section that is damaged.
    broken: Option<Section>,
}

impl Memory {
    /// The block of this name.
    #[must_use]
    pub fn block(&self, name: &[u8]) -> Option<&Block> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// How many pages of a block came in which form.
    #[must_use]
    pub fn counts(&self, name: &[u8]) -> Counts {
        self.pages.get(name).copied().unwrap_or_default()
    }

    /// Takes a section in. A list that comes again says what holds from there on.
    fn add(&mut self, summary: &Summary) {
        if !summary.blocks.is_empty() {
            self.blocks.clone_from(&summary.blocks);
        }
        for (name, counts) in &summary.pages {
            self.pages.entry(name.clone()).or_default().add(counts);
        }
    }
}

/// What was taken out.
#[derive(Debug)]
pub struct Taken {
    /// What the stream says; of a block that is not there, only up to the first list.
    pub memory: Memory,
    /// How many bytes of the block never came. In the file these are zeros.
    pub missing: u64,
}

/// Why nothing was taken out.
#[derive(Debug)]
pub enum Stopped {
    /// The stream cannot be read.
    Read(io::Error),
    /// The block cannot be written.
    Write(io::Error),
    /// The block is too long.
    TooLong,
    /// The size of a page is not the same everywhere, or cannot be told.
    PageSize,
    /// A later list says another length.
    Changed,
}

/// Reads what the stream says of memory.
///
/// # Errors
/// Those of the system.
pub fn survey(scanner: &mut Scanner) -> io::Result<Memory> {
    let mut memory = Memory::default();
    while let Some(section) = next(scanner, &mut memory)? {
        if let Payload::Ram(summary) = &section.payload {
            memory.add(summary);
        }
    }
    Ok(memory)
}

/// Writes a block into an empty file, up to the first damage.
///
/// # Errors
/// [`Stopped`].
pub fn take(scanner: &mut Scanner, name: &[u8], file: &File) -> Result<Taken, Stopped> {
    let mut memory = Memory::default();
    let input = scanner.input().again();
    let mut taking =
        Taking { input, name, file, wanted: false, length: 0, image: None, page: vec![] };
    while let Some(section) = next(scanner, &mut memory).map_err(Stopped::Read)? {
        let Payload::Ram(summary) = &section.payload else { continue };
        memory.add(summary);
        match memory.block(name) {
            Some(block) if taking.image.is_some() && taking.length != block.length => {
                return Err(Stopped::Changed);
            }
            Some(block) if summary.lengths_differ(&block.name) => return Err(Stopped::Changed),
            Some(block) => taking.length = block.length,
            // The list stands before all pages.
            None => break,
        }
        if let Err(damage) = taking.section(scanner, &section, summary)? {
            memory.damage = Some(damage);
            break;
        }
    }
    if let (Some(_), Some(section)) = (&memory.damage, &memory.broken) {
        taking.rest(scanner, section)?;
    }
    taking.end(memory)
}

/// The next section `ram`; `None` at the end and at the first damage, which is noted.
fn next(scanner: &mut Scanner, memory: &mut Memory) -> io::Result<Option<Section>> {
    while let Some(item) = scanner.next_item()? {
        let unread = match item.content {
            Content::Damage(damage) => {
                memory.damage = Some(damage);
                return Ok(None);
            }
            Content::Section(section) => match &section.payload {
                Payload::Ram(_) => {
                    memory.ignore_shared = scanner.facts.form.ignore_shared;
                    return Ok(Some(section));
                }
                Payload::Opaque(why) if section.named.name == b"ram" => {
                    let unread = format!("pages are not read, since {why}");
                    memory.broken = Some(section);
                    Some(unread)
                }
                _ => None,
            },
            Content::Command(head) if head.number == commands::POSTCOPY_RAM_DISCARD => {
                Some("pages are discarded, as in a postcopy migration".to_owned())
            }
            _ => None,
        };
        let unread = unread.map(|why| format!("at byte {}, {why}", item.offset));
        memory.unread = memory.unread.take().or(unread);
    }
    Ok(None)
}

/// A block on its way out.
struct Taking<'f> {
    input: Input,
    name: &'f [u8],
    file: &'f File,
    /// Whether the block of the page before is the one: the next page may be of that, in another section too.
    wanted: bool,
    length: u64,
    image: Option<Image<'f>>,
    /// Memory for one page.
    page: Vec<u8>,
}

/// Where a section is read.
struct Place {
    at: u64,
    end: u64,
    size: PageSize,
}

impl Taking<'_> {
    /// Takes the pages of a section, through which the scanner went before.
    fn section(
        &mut self,
        scanner: &Scanner,
        section: &Section,
        summary: &Summary,
    ) -> Result<Result<(), Damage>, Stopped> {
        let size = match summary.page_size.and_then(PageSize::new) {
            Some(size) => size,
            // No page tells: then any size will do with which all words can be read.
            None => self.fitting(scanner, section)?,
        };
        self.words(scanner, section, size, true)
    }

    /// Takes what can be read of a section that is damaged: that is told already.
    fn rest(&mut self, scanner: &Scanner, section: &Section) -> Result<(), Stopped> {
        let size = self.image.as_ref().map(Image::page_size).or(scanner.facts.page);
        match size.filter(|_| self.length > 0) {
            Some(size) => self.words(scanner, section, size, true).map(drop),
            None => Ok(()),
        }
    }

    fn fitting(&mut self, scanner: &Scanner, section: &Section) -> Result<PageSize, Stopped> {
        for size in page_sizes(&scanner.facts) {
            let wanted = self.wanted;
            let fits = self.words(scanner, section, size, false)?.is_ok();
            self.wanted = wanted;
            if fits {
                return Ok(size);
            }
        }
        Err(Stopped::PageSize)
    }

    /// Goes through the words of a section, and takes pages if it is to.
    fn words(
        &mut self,
        scanner: &Scanner,
        section: &Section,
        size: PageSize,
        take: bool,
    ) -> Result<Result<(), Damage>, Stopped> {
        let end = section.start.saturating_add(section.length);
        let mut place = Place { at: section.start, end, size };
        while place.at < place.end {
            let start = place.at;
            let word = self.read(&mut place, |reader| Word::read(reader, size))?;
            let Some(word) = word else { return Ok(Err(damage(start, "an unreadable word"))) };
            let data = u64::from(word.data_length(size));
            let page = match &word {
                Word::BlockList { total } => {
                    let mut list = BlockList::new(*total, scanner.facts.form);
                    loop {
                        match self.read(&mut place, |reader| list.next_entry(reader))? {
                            Some(Some(_)) => {}
                            Some(None) => break,
                            None => return Ok(Err(damage(place.at, "an unreadable block"))),
                        }
                    }
                    None
                }
                Word::Zero { page, .. }
                | Word::Page(page)
                | Word::Xbzrle { page, .. }
                | Word::Compressed { page, .. } => Some(page),
                _ => None,
            };
            if let Some(Page { block: Some(name), .. }) = page {
                self.wanted = name.as_slice() == self.name;
            }
            if let Some(page) = page.filter(|_| take && self.wanted) {
                if let Err(why) = self.take(page.offset, &word, &place)? {
                    return Ok(Err(damage(start, why)));
                }
            }
            place.at = place.at.saturating_add(data);
        }
        Ok(match place.at == place.end {
            true => Ok(()),
            false => Err(damage(place.end, "the section ends inside of a page")),
        })
    }

    /// Reads something and goes on behind it; `None` if that cannot be read.
    fn read<T>(
        &mut self,
        place: &mut Place,
        read: impl FnOnce(&mut SliceReader<'_>) -> migcore::Result<T>,
    ) -> Result<Option<T>, Stopped> {
        let window = self.input.window(place.at, MAX_ENTRY).map_err(Stopped::Read)?;
        let left = usize::try_from(place.end.saturating_sub(place.at)).unwrap_or(usize::MAX);
        let mut reader = SliceReader::new(window.get(..left).unwrap_or(window));
        let done = read(&mut reader).ok();
        place.at = place.at.saturating_add(reader.position());
        Ok(done)
    }

    /// Takes a page, whose data begins at the place; the inner error says what is wrong with it.
    fn take(
        &mut self,
        offset: u64,
        word: &Word,
        place: &Place,
    ) -> Result<Result<(), &'static str>, Stopped> {
        let size = usize::try_from(place.size.bytes()).unwrap_or(usize::MAX);
        let length = usize::try_from(word.data_length(place.size)).unwrap_or(usize::MAX);
        // What is compressed is hardly longer than what it was.
        if length > size.saturating_mul(2) {
            return Ok(Err("a compressed page that is far too long"));
        }
        let image = match &mut self.image {
            Some(image) if image.page_size() == place.size => image,
            Some(_) => return Err(Stopped::PageSize),
            none => {
                let image = Image::new(self.file, self.length, place.size);
                none.insert(image.ok_or(Stopped::TooLong)?)
            }
        };
        let window = self.input.window(place.at, length).map_err(Stopped::Read)?;
        let data = window.get(..length).unwrap_or_default();
        self.page.resize(size, 0);
        let content = match word {
            Word::Page(_) => data,
            Word::Zero { fill, .. } => {
                self.page.fill(*fill);
                &self.page
            }
            Word::Xbzrle { .. } => {
                image.content(offset, &mut self.page).map_err(Stopped::Write)?;
                if xbzrle_decode(&mut SliceReader::new(data), &mut self.page).is_err() {
                    return Ok(Err("a page that is no difference to the one before"));
                }
                &self.page
            }
            _ => {
                let inflated = inflate(&mut self.page, std::iter::once(data), true, false);
                if inflated != Ok(size) {
                    return Ok(Err("a compressed page that cannot be read"));
                }
                &self.page
            }
        };
        image.page(offset, content).map_err(Stopped::Write)?;
        Ok(Ok(()))
    }

    fn end(mut self, memory: Memory) -> Result<Taken, Stopped> {
        let mut missing = self.length;
        if let Some(image) = &mut self.image {
            image.flush().map_err(Stopped::Write)?;
            missing = missing.saturating_sub(image.seen());
        }
        self.file.set_len(self.length).map_err(Stopped::Write)?;
        Ok(Taken { memory, missing })
    }
}

fn damage(offset: u64, why: &str) -> Damage {
    let what = Trouble::Payload(format!("section ram/0: {why}"));
    Damage { offset, what, resumed_at: None }
}
