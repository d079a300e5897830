//! The chunks of a file, one after the other. Only one window of it is held.

use std::io;
use std::rc::Rc;

use migcore::codec::chunk::{ChunkType, Totals, SIGNATURE};
use migcore::error::{Fault, Path};
use migcore::io::{Kernels, Portable};
use migcore::ram::zero_prefix;
use migcore::{Code, Report};

use super::pages::{Breach, Content, Layout, Pages, MOST_BLOCKS, MOST_RUNS};
use crate::input::{told, Input, PIECE};

/// The bytes of a chunk before its data.
const HEAD: usize = 8;

/// The bytes of a chunk beside its data.
const FRAME: u64 = 12;

/// The bit of a fragment, in the third byte of its data, that says that it is the last.
const LAST: u8 = 1 << 7;

/// Bytes that are read at once where heads alone are looked at: behind a head often lies much that is not.
const GLANCE: usize = 4 << 10;

/// Bytes of the data of a device that are kept: the head of a fragment, and that of the device.
const KEPT: usize = 6 + 14 + 255;

/// A chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its type.
    pub kind: ChunkType,
    /// Where it begins in the stream.
    pub offset: u64,
    /// How long its data is.
    pub length: u32,
    /// Its CRC, as the stream holds it.
    pub crc: u32,
    /// What its data begins with.
    pub start: Vec<u8>,
    /// What it says of memory.
    pub content: Content,
}

impl Chunk {
    /// How long it is, with its frame.
    #[must_use]
    pub fn whole(&self) -> u64 {
        FRAME.saturating_add(self.length.into())
    }

    /// Where in the stream its data begins.
    #[must_use]
    pub fn data(&self) -> u64 {
        self.offset.saturating_add(told(HEAD))
    }
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A chunk, whose CRC is right, unless CRCs are not looked at.
    Chunk(Chunk),
    /// Damage: nothing behind it can be told.
    Damaged(Report),
    /// The end chunk was the last.
    End,
}

/// Walks the chunks of a file up to and with the end chunk. Signature, types, CRCs, totals and the heads of memory are
/// checked; the order of other chunks, limits and contents are not.
#[derive(Debug)]
pub struct Walk {
    input: Input,
    at: u64,
    ended: bool,
    /// Nothing that begins here or behind is read, and no CRC.
    heads: Option<u64>,
    layout: Option<Rc<Layout>>,
    /// Whether a device is open.
    open: bool,
    totals: Totals,
}

impl Walk {
    /// From the beginning of the file.
    #[must_use]
    pub fn new(input: &Input) -> Self {
        let (input, totals) = (input.again(), Totals { chunks: 0, crc: 0 });
        Walk { input, at: 0, ended: false, heads: None, layout: None, open: false, totals }
    }

    /// The same by the heads of the chunks alone, up to `end`: without CRCs.
    #[must_use]
    pub fn heads(input: &Input, end: u64) -> Self {
        Walk { input: input.again_in(GLANCE), heads: Some(end), ..Walk::new(input) }
    }

    /// How far the walk came, in bytes.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.at
    }

    /// The next chunk.
    ///
    /// # Errors
    /// Those of the system.
    #[allow(
        clippy::should_implement_trait,
        reason = "a chunk may be damaged, or the file unreadable"
    )]
    pub fn next(&mut self) -> io::Result<Step> {
        if self.ended || self.heads.is_some_and(|end| self.at >= end) {
            return Ok(Step::End);
        }
        let step = self.step()?;
        self.ended = match &step {
            Step::Chunk(chunk) => chunk.kind == ChunkType::END,
            _ => true,
        };
        Ok(step)
    }

    /// Where the next fragment of a device begins that lies at `from` or behind; `None` if there is none. Only
    /// heads are looked at.
    ///
    /// # Errors
    /// Those of the system.
    pub fn device_from(&mut self, from: u64) -> io::Result<Option<u64>> {
        self.at = from.max(told(SIGNATURE.len()));
        while let Some((length, Some(kind))) = self.head()? {
            if kind.is_device() {
                return Ok(Some(self.at));
            }
            self.at = self.at.saturating_add(FRAME).saturating_add(length.into());
        }
        Ok(None)
    }

    fn step(&mut self) -> io::Result<Step> {
        if self.at == 0 {
            let start = self.input.window(0, SIGNATURE.len())?;
            if !start.starts_with(&SIGNATURE) {
                let cut = start.len() < SIGNATURE.len() && SIGNATURE.starts_with(start);
                let there = start.len();
                return Ok(match cut {
                    true => self.truncated(told(SIGNATURE.len()), told(there)),
                    false => self.damaged(Code::BadSignature, 0, 0),
                });
            }
            self.at = told(SIGNATURE.len());
        }
        let behind = self.input.length().saturating_sub(self.at);
        let (length, kind) = match self.head()? {
            None => return Ok(self.truncated(FRAME, behind)),
            Some((_, None)) => return Ok(self.damaged(Code::UnknownChunk, 0, 0)),
            Some((length, Some(kind))) => (length, kind),
        };
        let whole = FRAME.saturating_add(length.into());
        if whole > behind {
            return Ok(self.truncated(whole, behind));
        }
        let start = self.start(kind, length)?;
        let crc = match self.crc(kind, length)? {
            Ok(crc) => crc,
            Err(breach) => return Ok(self.broken(breach)),
        };
        let offset = self.at;
        let content = match self.content(kind, &start, length) {
            Ok(content) => content,
            Err(breach) => return Ok(self.broken(breach)),
        };
        let chunk = Chunk { kind, offset, length, crc, start, content };
        if let Err(breach) = self.rest(&chunk)? {
            return Ok(self.broken(breach));
        }
        self.at = offset.saturating_add(whole);
        Ok(Step::Chunk(chunk))
    }

    /// As much of the data of the chunk at the place as is needed.
    fn start(&mut self, kind: ChunkType, length: u32) -> io::Result<Vec<u8>> {
        let most = match kind {
            ChunkType::BLOCKS => MOST_BLOCKS,
            ChunkType::PAGES => MOST_RUNS,
            _ => KEPT,
        };
        let kept = usize::try_from(length).unwrap_or(most).min(most);
        let start = self.input.window(self.at.saturating_add(told(HEAD)), kept)?;
        Ok(start.get(..kept).unwrap_or(start).to_vec())
    }

    /// The CRC of the chunk at the place, if it is looked at.
    fn crc(&mut self, kind: ChunkType, length: u32) -> io::Result<Result<u32, Breach>> {
        if self.heads.is_some() {
            return Ok(Ok(0));
        }
        let due = self.crc_of_data(kind, length)?;
        let end = self.at.saturating_add(told(HEAD)).saturating_add(length.into());
        let found = self.input.window(end, 4)?.first_chunk().copied();
        let found = u32::from_be_bytes(found.unwrap_or_default());
        Ok(match found == due {
            true => Ok(found),
            false => {
                let (expected, found) = (due.into(), found.into());
                Err(Breach { code: Code::BadCrc, expected, found })
            }
        })
    }

    /// What a chunk says of memory.
    fn content(&mut self, kind: ChunkType, start: &[u8], length: u32) -> Result<Content, Breach> {
        if kind.is_device() {
            self.open = start.get(2).is_none_or(|number| number & LAST == 0);
        }
        match (kind, &self.layout) {
            _ if kind.is_memory() && self.open => Err(Code::BadOrder.into()),
            (ChunkType::BLOCKS, None) if told(start.len()) < length.into() => {
                Err(Code::BadValue.into())
            }
            (ChunkType::BLOCKS, None) => {
                let layout = Rc::new(Layout::parse(start)?);
                self.layout = Some(Rc::clone(&layout));
                Ok(Content::Blocks(layout))
            }
            (ChunkType::PAGES, Some(layout)) => {
                Ok(Content::Pages(Pages::parse(layout, start, length.into())?))
            }
            (ChunkType::BLOCKS, Some(_)) | (ChunkType::PAGES, None) => Err(Code::BadOrder.into()),
            _ => Ok(Content::Other),
        }
    }

    /// Checks what is left of a chunk, if more than heads is looked at, and counts it.
    fn rest(&mut self, chunk: &Chunk) -> io::Result<Result<(), Breach>> {
        if self.heads.is_some() {
            return Ok(Ok(()));
        }
        if chunk.kind == ChunkType::END {
            return Ok(self.end(&chunk.start));
        }
        self.totals.chunks = self.totals.chunks.saturating_add(1);
        self.totals.crc = Portable.crc32(self.totals.crc, &chunk.crc.to_be_bytes());
        match &chunk.content {
            Content::Pages(pages) => self.padding(pages),
            _ => Ok(Ok(())),
        }
    }

    /// Checks the totals of the end chunk.
    fn end(&self, data: &[u8]) -> Result<(), Breach> {
        let [chunks, crc] = data.as_chunks().0 else { return Err(Code::BadValue.into()) };
        let differs = |code, expected: u32, found| {
            Err(Breach { code, expected: expected.into(), found: u64::from(found) })
        };
        let Totals { chunks: due, crc: due_crc } = self.totals;
        match (u32::from_be_bytes(*chunks), u32::from_be_bytes(*crc)) {
            _ if data.len() != 8 => Err(Code::BadValue.into()),
            (chunks, _) if chunks != due => differs(Code::BadOrder, due, chunks),
            (_, crc) if crc != due_crc => differs(Code::BadCrc, due_crc, crc),
            _ => Ok(()),
        }
    }

    /// Checks that what aligns pages is zeros.
    fn padding(&mut self, pages: &Pages) -> io::Result<Result<(), Breach>> {
        let mut at = self.at.saturating_add(told(HEAD)).saturating_add(pages.padded);
        let end = at.saturating_add(pages.padding.into());
        while at < end {
            let piece = self.piece(at, end)?;
            if zero_prefix(piece) < piece.len() {
                return Ok(Err(Code::BadValue.into()));
            }
            at = at.saturating_add(told(piece.len()));
        }
        Ok(Ok(()))
    }

    /// The length and type of the chunk at the place; `None` where the file ends.
    fn head(&mut self) -> io::Result<Option<(u32, Option<ChunkType>)>> {
        let head = self.input.window(self.at, HEAD)?.first_chunk::<HEAD>().copied();
        Ok(head.map(|[a, b, c, d, letters @ ..]| {
            (u32::from_be_bytes([a, b, c, d]), ChunkType::from_bytes(letters))
        }))
    }

    fn crc_of_data(&mut self, kind: ChunkType, length: u32) -> io::Result<u32> {
        let mut crc = Portable.crc32(0, &kind.bytes());
        let mut at = self.at.saturating_add(told(HEAD));
        let end = at.saturating_add(length.into());
        while at < end {
            let piece = self.piece(at, end)?;
            crc = Portable.crc32(crc, piece);
            at = at.saturating_add(told(piece.len()));
        }
        Ok(crc)
    }

    /// What lies at a place before the end, as far as one piece goes.
    fn piece(&mut self, at: u64, end: u64) -> io::Result<&[u8]> {
        let wanted = usize::try_from(end.saturating_sub(at)).unwrap_or(PIECE).min(PIECE);
        // What is held already is not read again.
        let held = self.input.window(at, 1)?;
        match held.get(..wanted).unwrap_or(held) {
            [] => Err(io::ErrorKind::UnexpectedEof.into()),
            piece => Ok(piece),
        }
    }

    fn broken(&self, Breach { code, expected, found }: Breach) -> Step {
        self.damaged(code, expected, found)
    }

    fn truncated(&self, expected: u64, found: u64) -> Step {
        self.damaged(Code::Truncated, expected, found)
    }

    fn damaged(&self, code: Code, expected: u64, found: u64) -> Step {
        let fault = Fault { offset: self.at, expected, found, cause: 0 };
        Step::Damaged(Report { code, fault, path: Path::new() })
    }
}
