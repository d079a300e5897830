//! The rules that hold between the chunks of a stream: their order, limits and totals
//! (`docs/format.md`, sections 4, 5, 7 and 15). Both stores and the receiver go by them.

mod memory;

pub(super) use memory::{check_end, check_length, check_padding, check_within};

use super::header::{FragmentHead, NO_SHAPE};
use super::nesting::check_shape;
use super::{ChunkType, Header, Totals};
use crate::error::Code;
use crate::io::{told, Kernels};
use crate::ram::PageSize;
use crate::visit::DeviceHead;

/// The longest data of a chunk.
const MAX_LENGTH: u32 = 0x7fff_ffff;

/// The bytes of a chunk before its data: length and type.
pub(super) const HEAD: usize = 8;

/// The bytes of a chunk that are not its data: those, and the CRC.
pub(super) const FRAME: usize = 12;

/// What a reader accepts at most, whatever a stream asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Shape slots; more than [`MAX_SLOTS`](super::MAX_SLOTS) are never accepted.
    pub slots: u16,
    /// Data of a chunk that holds a shape, in bytes.
    pub shape: u32,
    /// Data of any chunk, in bytes; but not of one of pages that a [`Receiver`](super::Receiver) puts to their
    /// places.
    pub chunk: u32,
    /// Operations that are walked in one stream, beside those that a device asks for in order: in search of
    /// an item, passing over what nobody asked for, looking ahead in raw bytes. Where texts and arrays of
    /// bools are checked on the way, 64 bytes count as one more.
    ///
    /// A [`Receiver`](super::Receiver) sets memory to 0 for as many bytes as 16 times the length of all its blocks,
    /// and 4096 more for each unit of this. A block whose memory nobody wants costs nothing.
    pub work: u64,
    /// Whether the stream may hold memory. A reader of devices passes over it, so somebody else must take it.
    pub memory: bool,
}

impl Default for Limits {
    /// What fits into an address space, and about a second of work; no memory.
    fn default() -> Self {
        Limits { slots: 32, shape: MAX_LENGTH, chunk: MAX_LENGTH, work: 1 << 26, memory: false }
    }
}

/// How a chunk breaks the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Breach {
    pub(super) code: Code,
    /// Where in the chunk, in bytes.
    pub(super) at: usize,
    pub(super) expected: u64,
    pub(super) found: u64,
}

impl Breach {
    pub(super) fn bare(code: Code) -> Self {
        Breach { code, at: 0, expected: 0, found: 0 }
    }

    pub(super) fn numbers(code: Code, expected: u64, found: u64) -> Self {
        Breach { code, at: 0, expected, found }
    }

    /// The stream ends in this chunk, of which `found` bytes are there.
    pub(super) fn truncated(expected: usize, found: usize) -> Self {
        Breach::numbers(Code::Truncated, told(expected), told(found))
    }
}

/// What a chunk is for its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Header,
    /// A shape for a slot; its operations are the data behind [`SLOT`] bytes.
    Shape(usize),
    /// A fragment, and where in the data its values begin.
    Fragment(FragmentHead, usize),
    /// The blocks of memory.
    Blocks,
    /// Pages of this block, which go up to this page.
    Pages(u16, u64),
    End,
    Unknown,
}

/// The bytes of the number of a slot.
pub(super) const SLOT: usize = 2;

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Header,
    Any,
    /// The next fragment of a device: its type and number.
    Device(ChunkType, u32),
    Nothing,
}

/// What was seen of a stream so far, as far as the rules need it. Never grows.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    limits: Limits,
    stage: Stage,
    pub(super) slots: u16,
    pub(super) shape_limit: u32,
    pub(super) fragment_limit: u32,
    /// The slots that hold a shape, one bit each.
    filled: u32,
    /// Once there was a list of blocks: the size of a page, and how many blocks there are.
    memory: Option<(PageSize, u16)>,
    /// Pages go to their places, so the limit of chunks is none of them.
    placed: bool,
    pub(super) totals: Totals,
}

impl Rules {
    #[inline(always)]
    pub(super) fn new(limits: Limits) -> Self {
        Rules {
            limits,
            stage: Stage::Header,
            slots: 0,
            shape_limit: 0,
            fragment_limit: 0,
            filled: 0,
            memory: None,
            placed: false,
            totals: Totals { chunks: 0, crc: 0 },
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether the end was seen.
    pub(super) fn ended(&self) -> bool {
        self.stage == Stage::Nothing
    }

    /// Whether the header was not seen yet.
    pub(super) fn fresh(&self) -> bool {
        self.stage == Stage::Header
    }

    /// Whether a chunk that begins with these bytes may come here: its type and the length of its data.
    #[inline]
    pub(super) fn admit(
        &self,
        head: [u8; HEAD],
    ) -> core::result::Result<(ChunkType, usize), Breach> {
        let [a, b, c, d, letters @ ..] = head;
        let length = u32::from_be_bytes([a, b, c, d]);
        let Some(kind) = ChunkType::from_bytes(letters) else {
            return Err(Breach::bare(Code::UnknownChunk));
        };
        let limit = self.limit(kind).min(MAX_LENGTH);
        if !self.in_place(kind) {
            return Err(Breach::bare(Code::BadOrder));
        }
        if !kind.is_known() && !kind.is_ancillary() {
            return Err(Breach::bare(Code::UnknownChunk));
        }
        if kind.is_memory() && !self.limits.memory {
            return Err(Breach::bare(Code::UnknownMemory));
        }
        match usize::try_from(length) {
            Ok(size) if length <= limit => Ok((kind, size)),
            _ => Err(Breach::numbers(Code::TooLong, u64::from(limit), u64::from(length))),
        }
    }

    /// The most data that the stream allows itself, and its reader allows it, in a chunk of this type.
    fn limit(&self, kind: ChunkType) -> u32 {
        let most = self.limits.chunk;
        match kind {
            ChunkType::PAGES if self.placed => MAX_LENGTH,
            ChunkType::SHAPE => self.shape_limit.min(most),
            _ if kind.is_device() => self.fragment_limit.min(most),
            _ => most,
        }
    }

    fn in_place(&self, kind: ChunkType) -> bool {
        match self.stage {
            Stage::Header => kind == ChunkType::HEADER,
            _ if kind == ChunkType::HEADER => false,
            Stage::Any if kind == ChunkType::BLOCKS => self.memory.is_none(),
            Stage::Any if kind == ChunkType::PAGES => self.memory.is_some(),
            Stage::Any => true,
            Stage::Device(device, _) => kind == device || kind == ChunkType::SHAPE,
            Stage::Nothing => false,
        }
    }

    /// Takes an admitted chunk with its data and its CRC, which was found right. Of the data of an unknown
    /// chunk nothing is needed.
    pub(super) fn take(
        &mut self,
        kind: ChunkType,
        data: &[u8],
        crc: u32,
        kernels: &impl Kernels,
    ) -> core::result::Result<Content, Breach> {
        let content = match kind {
            ChunkType::HEADER => self.header(data)?,
            ChunkType::SHAPE => self.shape(data)?,
            ChunkType::BLOCKS => self.blocks(data)?,
            ChunkType::PAGES => self.pages(data)?,
            ChunkType::END => return self.end(data),
            _ if kind.is_device() => self.fragment(kind, data)?,
            _ => Content::Unknown,
        };
        self.totals.add(crc, kernels);
        Ok(content)
    }

    fn header(&mut self, data: &[u8]) -> core::result::Result<Content, Breach> {
        let header = Header::parse(data).map_err(|code| match (code, data.first()) {
            (Code::UnknownFormat, Some(major @ (0 | 2..))) => {
                Breach::numbers(code, 1, u64::from(*major))
            }
            _ => Breach::bare(code),
        })?;
        let most = self.limits.slots.min(MOST_SLOTS);
        if header.slots > most {
            let found = u64::from(header.slots);
            return Err(Breach::numbers(Code::TooMany, u64::from(most), found));
        }
        if header.shape_limit > self.limits.shape {
            let (most, found) = (u64::from(self.limits.shape), u64::from(header.shape_limit));
            return Err(Breach::numbers(Code::TooMany, most, found));
        }
        self.slots = header.slots;
        self.shape_limit = header.shape_limit;
        self.fragment_limit = header.fragment_limit;
        self.stage = Stage::Any;
        Ok(Content::Header)
    }

    fn shape(&mut self, data: &[u8]) -> core::result::Result<Content, Breach> {
        let Some((slot, operations)) = data.split_first_chunk::<SLOT>() else {
            return Err(Breach::numbers(Code::BadValue, told(SLOT), told(data.len())));
        };
        let slot = u16::from_be_bytes(*slot);
        if slot >= self.slots {
            let last = self.slots.saturating_sub(1);
            return Err(Breach::numbers(Code::BadValue, u64::from(last), u64::from(slot)));
        }
        check_shape(operations).map_err(|(code, at)| Breach {
            at: at.saturating_add(HEAD).saturating_add(SLOT),
            ..Breach::bare(code)
        })?;
        self.filled |= bit(slot);
        Ok(Content::Shape(usize::from(slot)))
    }

    fn fragment(&mut self, kind: ChunkType, data: &[u8]) -> core::result::Result<Content, Breach> {
        let (head, rest) = FragmentHead::parse(data).map_err(Breach::bare)?;
        let due = match self.stage {
            Stage::Device(_, number) => number,
            _ => 0,
        };
        if head.number != due {
            return Err(Breach::numbers(Code::BadOrder, u64::from(due), u64::from(head.number)));
        }
        if head.slot != NO_SHAPE && (head.slot >= self.slots || self.filled & bit(head.slot) == 0) {
            return Err(Breach::bare(Code::BadShape));
        }
        let values = if due == 0 { first(kind, rest)? } else { rest };
        self.stage = match head.last {
            true => Stage::Any,
            false => Stage::Device(kind, due.saturating_add(1)),
        };
        Ok(Content::Fragment(head, data.len().saturating_sub(values.len())))
    }

    fn end(&mut self, data: &[u8]) -> core::result::Result<Content, Breach> {
        let found = Totals::parse(data).map_err(Breach::bare)?;
        let due = self.totals;
        if found.chunks != due.chunks {
            let (due, found) = (u64::from(due.chunks), u64::from(found.chunks));
            return Err(Breach::numbers(Code::BadOrder, due, found));
        }
        if found.crc != due.crc {
            let (due, found) = (u64::from(due.crc), u64::from(found.crc));
            return Err(Breach::numbers(Code::BadCrc, due, found));
        }
        self.stage = Stage::Nothing;
        Ok(Content::End)
    }
}

/// [`MAX_SLOTS`](super::MAX_SLOTS) as the header counts them.
const MOST_SLOTS: u16 = 32;

fn bit(slot: u16) -> u32 {
    1u32.checked_shl(u32::from(slot)).unwrap_or(0)
}

/// What follows the head of a device in its first fragment.
fn first(kind: ChunkType, data: &[u8]) -> core::result::Result<&[u8], Breach> {
    let (head, values) = DeviceHead::parse(data).map_err(Breach::bare)?;
    match ChunkType::of_device(head.marks) == kind {
        true => Ok(values),
        false => Err(Breach::bare(Code::BadValue)),
    }
}
