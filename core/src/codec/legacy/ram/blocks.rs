//! The list of blocks: which memory a machine has.

use super::{put_name, refuse, take_name, BlockName, PageSize};
use crate::error::{Code, Result, MAX_NAME};
use crate::io::{Reader, Writer};

/// How many bytes an entry takes at most; nothing behind it is looked at.
pub const MAX_ENTRY: usize = 1 + MAX_NAME + 8 + 8 + 8 + Mapped::LENGTH;

/// The smallest size of the pages of a block.
const SMALLEST_BLOCK_PAGE: u64 = 1 << 12;

/// A size of pages has to be below this, so that its first byte is 0.
const BEYOND_BLOCK_PAGES: u64 = 1 << 56;

/// Which words the entries of a list may have. The stream does not say it there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListForm {
    /// The command POSTCOPY_ADVISE came before, with data: an entry may tell the size of its pages. Then no block
    /// is mapped, as QEMU does not allow both.
    pub postcopy_advised: bool,
    /// The capability `x-ignore-shared` is on: every entry has an address.
    pub ignore_shared: bool,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockEntry {
    /// Its name.
    pub name: BlockName,
    /// How many bytes of it are in use.
    pub length: u64,
    /// The size of its pages, where it is not the usual one and postcopy may follow.
    pub page_size: Option<u64>,
    /// Its address in the guest.
    pub address: Option<u64>,
    /// Where in the file its pages are, if they are not in the stream.
    pub mapped: Option<Mapped>,
}

impl BlockEntry {
    /// Writes an entry.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a name that is empty or has a NUL; those of the writer.
    pub fn write(&self, writer: &mut impl Writer) -> Result<()> {
        put_name(writer, &self.name)?;
        writer.put(self.length.to_be_bytes())?;
        for word in [self.page_size, self.address].into_iter().flatten() {
            writer.put(word.to_be_bytes())?;
        }
        match self.mapped {
            None => Ok(()),
            Some(mapped) => mapped.write(writer),
        }
    }
}

/// What an entry has when the pages of its block lie at a place of their own in the file (capability
/// `mapped-ram`). What follows it in the file is not the next entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The size of a page of the target.
    pub page_size: u64,
    /// Where in the file the bitmap of the pages is.
    pub bitmap: u64,
    /// Where in the file the pages are.
    pub pages: u64,
}

impl Mapped {
    /// How many bytes it takes.
    pub const LENGTH: usize = 28;
    /// The only version.
    const VERSION: u32 = 1;
    /// The pages begin at a multiple of this.
    const ALIGNMENT: u64 = 1 << 20;

    /// What these bytes say, of which the version was looked at, if they are such a head.
    fn parse(bytes: [u8; Mapped::LENGTH]) -> Option<Mapped> {
        let (_, rest) = bytes.split_first_chunk::<4>()?;
        let (page_size, rest) = rest.split_first_chunk()?;
        let (bitmap, rest) = rest.split_first_chunk()?;
        let (pages, _) = rest.split_first_chunk()?;
        let mapped = Mapped {
            page_size: u64::from_be_bytes(*page_size),
            bitmap: u64::from_be_bytes(*bitmap),
            pages: u64::from_be_bytes(*pages),
        };
        mapped.is_sane().then_some(mapped)
    }

    fn is_sane(&self) -> bool {
        let size = u32::try_from(self.page_size).ok().and_then(PageSize::new);
        let aligned = self.pages & (Mapped::ALIGNMENT.wrapping_sub(1)) == 0;
        size.is_some() && aligned && self.bitmap < self.pages
    }

    fn write(&self, writer: &mut impl Writer) -> Result<()> {
        writer.put(Mapped::VERSION.to_be_bytes())?;
        writer.put(self.page_size.to_be_bytes())?;
        writer.put(self.bitmap.to_be_bytes())?;
        writer.put(self.pages.to_be_bytes())
    }
}

/// Reads the entries of a list one by one.
#[derive(Clone, Debug)]
pub struct BlockList {
    /// The lengths of the blocks that are still to come, together.
    rest: u64,
    form: ListForm,
}

impl BlockList {
    /// The list behind the word [`BlockList`](super::Word::BlockList) that told `total`.
    #[must_use]
    pub fn new(total: u64, form: ListForm) -> Self {
        BlockList { rest: total, form }
    }

    /// Reads the next entry; `None` when the lengths of those before make up the total.
    ///
    /// The size of its pages, which an entry may have or not, is told apart by what it must be: a power of two
    /// from 4096 on and below 2^56. Another entry cannot begin so, as a name has at least one byte and so its
    /// length is not 0; nor can a word, as all words that may follow have flags, which are below 1024. Where an
    /// address follows in any case, that may be such a power too: then both are there if what is behind the
    /// first could be an address, which has no bits where a word has flags.
    ///
    /// # Errors
    /// [`Code::BadValue`] for an empty name and for a length beyond what is left of the total; [`Code::BadText`]
    /// for a name with a NUL; those of the reader, which must be able to look ahead by [`Mapped::LENGTH`].
    pub fn next_entry(&mut self, reader: &mut impl Reader) -> Result<Option<BlockEntry>> {
        if self.rest == 0 {
            return Ok(None);
        }
        let name = take_name(reader)?;
        let length = self.take_length(reader)?;
        let page_size = self.take_page_size(reader)?;
        let address = match self.form.ignore_shared {
            true => Some(reader.take_as(u64::from_be_bytes)?),
            false => None,
        };
        let mapped = match self.form.postcopy_advised {
            true => None,
            false => take_mapped(reader)?,
        };
        Ok(Some(BlockEntry { name, length, page_size, address, mapped }))
    }

    fn take_length(&mut self, reader: &mut impl Reader) -> Result<u64> {
        let start = reader.position();
        let length = reader.take_as(u64::from_be_bytes)?;
        match self.rest.checked_sub(length) {
            Some(rest) => self.rest = rest,
            None => return Err(refuse(reader, Code::BadValue, start, self.rest, length)),
        }
        Ok(length)
    }

    fn take_page_size(&self, reader: &mut impl Reader) -> Result<Option<u64>> {
        if !self.form.postcopy_advised {
            return Ok(None);
        }
        let size = peek_word(reader, 0)?.filter(|word| is_block_page_size(*word));
        if size.is_some()
            && self.form.ignore_shared
            && !peek_word(reader, 8)?.is_some_and(is_address)
        {
            return Ok(None);
        }
        if size.is_some() {
            reader.take::<8>()?;
        }
        Ok(size)
    }
}

fn is_block_page_size(word: u64) -> bool {
    word.is_power_of_two() && (SMALLEST_BLOCK_PAGE..BEYOND_BLOCK_PAGES).contains(&word)
}

fn is_address(word: u64) -> bool {
    word < BEYOND_BLOCK_PAGES && word & (SMALLEST_BLOCK_PAGE.wrapping_sub(1)) == 0
}

fn peek_word(reader: &mut impl Reader, ahead: usize) -> Result<Option<u64>> {
    let mut word = [0; 8];
    let whole = reader.peek(ahead, &mut word)? == word.len();
    Ok(whole.then_some(u64::from_be_bytes(word)))
}

fn peek_mapped(reader: &mut impl Reader) -> Result<Option<Mapped>> {
    // Never looks further ahead than it must: a source need not have more bytes yet.
    let mut version = [0; 4];
    if reader.peek(0, &mut version)? < version.len()
        || u32::from_be_bytes(version) != Mapped::VERSION
    {
        return Ok(None);
    }
    let mut bytes = [0; Mapped::LENGTH];
    match reader.peek(0, &mut bytes)? {
        Mapped::LENGTH => Ok(Mapped::parse(bytes)),
        _ => Ok(None),
    }
}

fn take_mapped(reader: &mut impl Reader) -> Result<Option<Mapped>> {
    let mapped = peek_mapped(reader)?;
    if mapped.is_some() {
        reader.take::<{ Mapped::LENGTH }>()?;
    }
    Ok(mapped)
}
