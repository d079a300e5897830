//! The content of one block of guest memory, as the pages of a stream make it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use migcore::codec::legacy::ram::{xbzrle_decode, Page, PageSize, Word, MAX_ENTRY};
use migcore::io::SliceReader;

use super::item::Section;
use super::ram::Summary;
use crate::input::{told, Input};

/// The largest block that is written, in bytes: it takes memory for a bit for each of its pages.
const LARGEST: u64 = 1 << 42;

/// Why the pages of a section could not be taken.
#[derive(Debug)]
pub enum Stopped {
    /// The stream cannot be read.
    Reading(io::Error),
    /// The file cannot be written.
    Writing(io::Error),
    /// What cannot be done with these pages.
    Refused(String),
}

/// Writes the pages of one block to a file, each at its place. A page that comes again takes the place of the
/// one before.
#[derive(Debug)]
pub struct Pages<'f> {
    file: &'f File,
    name: Vec<u8>,
    length: Option<u64>,
    /// The block of the page before, also of another section.
    last: Vec<u8>,
    /// Which pages came: a bit each.
    came: Vec<u64>,
    size: u64,
    /// How many came, each counted once.
    number: u64,
}

type Result<T = ()> = std::result::Result<T, Stopped>;

impl<'f> Pages<'f> {
    /// Of the block `name`.
    pub fn new(file: &'f File, name: &[u8]) -> Self {
        let (name, last) = (name.to_vec(), Vec::new());
        Pages { file, name, length: None, last, came: Vec::new(), size: 0, number: 0 }
    }

    /// How long the block is; `None` if no section listed it.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many bytes of it never came. In the file these are zeros.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let there = self.number.saturating_mul(self.size);
        self.length.unwrap_or(0).saturating_sub(there)
    }

    /// Takes the pages of a section, whose words were found right.
    ///
    /// # Errors
    /// See [`Stopped`].
    pub fn take(&mut self, input: &mut Input, section: &Section, summary: &Summary) -> Result {
        // Without any page the size does not matter.
        let size = PageSize::new(summary.page_size.unwrap_or(4096));
        let size = size.ok_or_else(|| Stopped::Refused("no page is of this size".to_owned()))?;
        self.size = size.bytes().into();
        let mut at = section.start;
        let end = section.start.saturating_add(section.length);
        while at < end {
            let window = input.window(at, MAX_ENTRY).map_err(Stopped::Reading)?;
            let mut reader = SliceReader::new(window);
            let word = Word::read(&mut reader, size);
            let word = word.map_err(|code| Stopped::Refused(code.text().to_owned()))?;
            at = at.saturating_add(migcore::io::Reader::position(&reader));
            let length = word.data_length(size);
            match &word {
                Word::BlockList { .. } => {
                    at = at.saturating_add(self.list(summary)?);
                }
                Word::End => return Ok(()),
                Word::MultifdFlush | Word::Hook => {}
                Word::Page(page)
                | Word::Zero { page, .. }
                | Word::Xbzrle { page, .. }
                | Word::Compressed { page, .. } => {
                    if let Some(name) = &page.block {
                        self.last = name.to_vec();
                    }
                    if self.last == self.name {
                        let wanted = usize::try_from(length).unwrap_or(usize::MAX);
                        let data = input.window(at, wanted).map_err(Stopped::Reading)?;
                        self.page(&word, page, data.get(..wanted).unwrap_or(data))?;
                    }
                }
            }
            at = at.saturating_add(length.into());
        }
        Ok(())
    }

    /// Finds the block in a list, and says how long the list is in the stream.
    fn list(&mut self, summary: &Summary) -> Result<u64> {
        let mut length = 0u64;
        for block in &summary.blocks {
            let told_too = [block.page_size, block.address].iter().flatten().count();
            let numbers = told(told_too).saturating_add(1);
            length = length.saturating_add(1).saturating_add(told(block.name.len()));
            length = length.saturating_add(numbers.saturating_mul(8));
            if block.name == self.name {
                self.begin(block.length)?;
            }
        }
        Ok(length)
    }

    fn begin(&mut self, length: u64) -> Result {
        if length > LARGEST {
            return Err(Stopped::Refused(format!("a block of {length} bytes is not written")));
        }
        // What never comes is a hole.
        self.file.set_len(length).map_err(Stopped::Writing)?;
        self.length = Some(length);
        Ok(())
    }

    fn page(&mut self, word: &Word, page: &Page, data: &[u8]) -> Result {
        let size = usize::try_from(self.size).unwrap_or(0);
        if page.offset.saturating_add(self.size) > self.length.unwrap_or(0) {
            return Err(Stopped::Refused(format!("a page at {:#x} is outside", page.offset)));
        }
        let again = self.mark(page.offset);
        match word {
            Word::Zero { fill: 0, .. } if !again => Ok(()),
            Word::Zero { fill, .. } => self.put(page.offset, &vec![*fill; size]),
            Word::Page(_) => self.put(page.offset, data),
            Word::Xbzrle { .. } => {
                let mut content = vec![0; size];
                self.get(page.offset, &mut content)?;
                let decoded = xbzrle_decode(&mut SliceReader::new(data), &mut content);
                decoded
                    .map_err(|code| Stopped::Refused(format!("a difference: {}", code.text())))?;
                self.put(page.offset, &content)
            }
            _ => Err(Stopped::Refused("its pages are compressed with zlib".to_owned())),
        }
    }

    /// Notes that a page came, and says whether it did before.
    fn mark(&mut self, offset: u64) -> bool {
        let number = offset.checked_div(self.size).unwrap_or(0);
        let place = usize::try_from(number / 64).unwrap_or(usize::MAX);
        if self.came.is_empty() {
            let pages = self.length.unwrap_or(0).checked_div(self.size).unwrap_or(0);
            self.came = vec![0; usize::try_from(pages / 64).unwrap_or(0).saturating_add(1)];
        }
        let Some(bits) = self.came.get_mut(place) else { return false };
        let bit = 1u64 << (number % 64);
        let again = *bits & bit != 0;
        *bits |= bit;
        self.number = self.number.saturating_add(u64::from(!again));
        again
    }

    fn put(&mut self, offset: u64, content: &[u8]) -> Result {
        let mut file = self.file;
        let done = file.seek(SeekFrom::Start(offset)).and_then(|_| file.write_all(content));
        done.map_err(Stopped::Writing)
    }

    fn get(&mut self, offset: u64, content: &mut [u8]) -> Result {
        let mut file = self.file;
        let done = file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(content));
        done.map_err(Stopped::Writing)
    }
}
