//! The section `ram`: its words, and what follows each of them.
//!
//! A payload is a sequence of words of 64 bits: an address within a block of memory, whose low bits, those
//! below the size of a page, say what follows. A [`Word`] is one of them with the head of what follows; the
//! bytes of pages are left to the caller, who may have no use for gigabytes of them. See `docs/format.md`,
//! section 13.

mod blocks;
mod xbzrle;

pub use blocks::{BlockEntry, BlockList, ListForm, Mapped, MAX_ENTRY};
pub use xbzrle::xbzrle_decode;

use super::{put_name, refuse, take_name, Counted};
use crate::error::{Code, Result};
use crate::io::{Reader, Writer};

/// The version of the section.
pub const VERSION: u32 = 4;

/// What the low bits of a word say.
mod flags {
    pub(super) const ZERO: u64 = 0x002;
    pub(super) const MEM_SIZE: u64 = 0x004;
    pub(super) const PAGE: u64 = 0x008;
    pub(super) const END: u64 = 0x010;
    pub(super) const CONTINUE: u64 = 0x020;
    pub(super) const XBZRLE: u64 = 0x040;
    pub(super) const HOOK: u64 = 0x080;
    pub(super) const COMPRESSED: u64 = 0x100;
    pub(super) const MULTIFD_FLUSH: u64 = 0x200;
}

/// The byte before the length of a page that is encoded as a difference.
const XBZRLE_HEAD: u8 = 0x01;

/// The size of a page of the target. It is not in the stream of the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// The smallest: all flags are below it.
    const SMALLEST: u32 = 1 << 10;
    /// The largest that a target has.
    const LARGEST: u32 = 1 << 16;

    /// A power of two from 1 KiB to 64 KiB.
    #[must_use]
    pub fn new(bytes: u32) -> Option<PageSize> {
        let known = bytes.is_power_of_two() && (Self::SMALLEST..=Self::LARGEST).contains(&bytes);
        known.then_some(PageSize(bytes))
    }

    /// The size whose addresses have so many bits within a page, as the configuration says it.
    #[must_use]
    pub fn from_bits(bits: u32) -> Option<PageSize> {
        1u32.checked_shl(bits).and_then(PageSize::new)
    }

    /// How many bytes a page has.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        self.0
    }

    /// Those bits of a word that are flags.
    fn mask(self) -> u64 {
        u64::from(self.0).wrapping_sub(1)
    }
}

/// The name of a block of memory.
pub type BlockName = Counted;

/// Which page a word is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Where it begins in its block, in bytes.
    pub offset: u64,
    /// The block. `None`: the block of the page before, which may be in an earlier part of the section.
    pub block: Option<BlockName>,
}

/// One word and the head of what follows it.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, and there is no memory to put the large one"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Word {
    /// The list of blocks follows, whose lengths are `total` together; see [`BlockList`].
    BlockList {
        /// The sum of all lengths.
        total: u64,
    },
    /// A page all of whose bytes are `fill`. Writers write 0; newer readers refuse anything else.
    Zero {
        /// Which page.
        page: Page,
        /// The byte.
        fill: u8,
    },
    /// A page; its bytes follow.
    Page(Page),
    /// A page as a difference to what the reader has; `length` bytes follow, for [`xbzrle_decode`].
    Xbzrle {
        /// Which page.
        page: Page,
        /// How many bytes follow, at most those of a page.
        length: u16,
    },
    /// A page that was compressed by zlib; `length` bytes follow. Written by releases before 9.1.
    Compressed {
        /// Which page.
        page: Page,
        /// How many bytes follow.
        length: u32,
    },
    /// The reader is to wait for the other channels.
    MultifdFlush,
    /// Something of a transport of its own follows, whose end cannot be known.
    Hook,
    /// The payload ends.
    End,
}

impl Word {
    /// Reads a word and the head of what follows.
    ///
    /// # Errors
    /// [`Code::BadValue`] for flags that do not stand together, among them those that nobody knows, for an
    /// address where none belongs, and for what does not begin or is not as long as it must; [`Code::BadText`]
    /// for the name of a block with a NUL; those of the reader.
    pub fn read(reader: &mut impl Reader, size: PageSize) -> Result<Word> {
        let start = reader.position();
        let word = reader.take_as(u64::from_be_bytes)?;
        let (offset, flags) = (word & !size.mask(), word & size.mask());
        if let Some(alone) = Word::alone(offset, flags) {
            return Ok(alone);
        }
        let kind = flags & !flags::CONTINUE;
        if !matches!(kind, flags::ZERO | flags::PAGE | flags::XBZRLE | flags::COMPRESSED) {
            return Err(refuse(reader, Code::BadValue, start, 0, word));
        }
        let page = take_page(reader, offset, flags & flags::CONTINUE != 0)?;
        Ok(match kind {
            flags::ZERO => Word::Zero { page, fill: reader.take_as(u8::from_be_bytes)? },
            flags::XBZRLE => Word::Xbzrle { page, length: take_xbzrle_length(reader, size)? },
            flags::COMPRESSED => {
                Word::Compressed { page, length: reader.take_as(u32::from_be_bytes)? }
            }
            _ => Word::Page(page),
        })
    }

    /// A word that is about no page.
    fn alone(offset: u64, flags: u64) -> Option<Word> {
        match (flags, offset) {
            (flags::MEM_SIZE, total) => Some(Word::BlockList { total }),
            (flags::END, 0) => Some(Word::End),
            (flags::MULTIFD_FLUSH, 0) => Some(Word::MultifdFlush),
            (flags::HOOK, 0) => Some(Word::Hook),
            _ => None,
        }
    }

    /// Writes a word and the head of what follows.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for an address that is not that of a page, for a length beyond that of a page,
    /// and for the name of a block that is empty or has a NUL; those of the writer.
    pub fn write(&self, writer: &mut impl Writer, size: PageSize) -> Result<()> {
        match self {
            Word::BlockList { total } => put_word(writer, size, *total, flags::MEM_SIZE),
            Word::Zero { page, fill } => {
                put_page(writer, size, page, flags::ZERO)?;
                writer.put([*fill])
            }
            Word::Page(page) => put_page(writer, size, page, flags::PAGE),
            Word::Xbzrle { page, length } => {
                if u32::from(*length) > size.bytes() {
                    let (most, given) = (u64::from(size.bytes()), u64::from(*length));
                    return Err(writer.raise(Code::InvalidArgument, most, given));
                }
                put_page(writer, size, page, flags::XBZRLE)?;
                writer.put([XBZRLE_HEAD])?;
                writer.put(length.to_be_bytes())
            }
            Word::Compressed { page, length } => {
                put_page(writer, size, page, flags::COMPRESSED)?;
                writer.put(length.to_be_bytes())
            }
            Word::MultifdFlush => put_word(writer, size, 0, flags::MULTIFD_FLUSH),
            Word::Hook => put_word(writer, size, 0, flags::HOOK),
            Word::End => put_word(writer, size, 0, flags::END),
        }
    }

    /// How many bytes of data follow, which [`read`](Word::read) leaves where they are. The entries of a list of
    /// blocks and what follows a hook are not such.
    #[must_use]
    pub fn data_length(&self, size: PageSize) -> u32 {
        match self {
            Word::Page(_) => size.bytes(),
            Word::Xbzrle { length, .. } => u32::from(*length),
            Word::Compressed { length, .. } => *length,
            _ => 0,
        }
    }
}

fn take_page(reader: &mut impl Reader, offset: u64, continued: bool) -> Result<Page> {
    let block = match continued {
        true => None,
        false => Some(take_name(reader)?),
    };
    Ok(Page { offset, block })
}

fn take_xbzrle_length(reader: &mut impl Reader, size: PageSize) -> Result<u16> {
    let start = reader.position();
    let head = reader.take_as(u8::from_be_bytes)?;
    if head != XBZRLE_HEAD {
        return Err(refuse(reader, Code::BadValue, start, u64::from(XBZRLE_HEAD), u64::from(head)));
    }
    let start = reader.position();
    let length = reader.take_as(u16::from_be_bytes)?;
    if u32::from(length) > size.bytes() {
        let (most, found) = (u64::from(size.bytes()), u64::from(length));
        return Err(refuse(reader, Code::BadValue, start, most, found));
    }
    Ok(length)
}

fn put_word(writer: &mut impl Writer, size: PageSize, offset: u64, flags: u64) -> Result<()> {
    if offset & size.mask() != 0 {
        return Err(writer.raise(Code::InvalidArgument, offset & !size.mask(), offset));
    }
    writer.put((offset | flags).to_be_bytes())
}

fn put_page(writer: &mut impl Writer, size: PageSize, page: &Page, flags: u64) -> Result<()> {
    match &page.block {
        None => put_word(writer, size, page.offset, flags | flags::CONTINUE),
        Some(block) => {
            put_word(writer, size, page.offset, flags)?;
            put_name(writer, block)
        }
    }
}
