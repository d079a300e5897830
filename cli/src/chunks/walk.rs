//! The chunks of a file, one after the other. Only one window of it is held.

use std::io;

use migcore::codec::chunk::{ChunkType, SIGNATURE};
use migcore::error::{Fault, Path};
use migcore::io::{Kernels, Portable};
use migcore::{Code, Report};

use crate::input::{told, Input, PIECE};

/// The bytes of a chunk before its data.
const HEAD: usize = 8;

/// The bytes of a chunk beside its data.
const FRAME: u64 = 12;

/// Bytes of the data that are kept: the head of a fragment, and that of a device.
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
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A chunk, whose CRC is right.
    Chunk(Chunk),
    /// Damage: nothing behind it can be told.
    Damaged(Report),
    /// The end chunk was the last.
    End,
}

/// Walks the chunks of a file up to and with the end chunk. Signature, types and CRCs are checked; order,
/// limits and contents are not.
#[derive(Debug)]
pub struct Walk {
    input: Input,
    at: u64,
    ended: bool,
}

impl Walk {
    /// From the beginning of the file.
    #[must_use]
    pub fn new(input: &Input) -> Self {
        Walk { input: input.again(), at: 0, ended: false }
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
        if self.ended {
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
        let due = self.crc_of_data(kind, length)?;
        let offset = self.at;
        let end = offset.saturating_add(whole);
        let crc = self.input.window(end.saturating_sub(4), 4)?.first_chunk().copied();
        let crc = u32::from_be_bytes(crc.unwrap_or_default());
        if crc != due {
            return Ok(self.damaged(Code::BadCrc, due.into(), crc.into()));
        }
        let kept = usize::try_from(length).unwrap_or(KEPT).min(KEPT);
        let start = self.input.window(offset.saturating_add(told(HEAD)), kept)?;
        let start = start.get(..kept).unwrap_or(start).to_vec();
        self.at = end;
        Ok(Step::Chunk(Chunk { kind, offset, length, crc, start }))
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
            let wanted = usize::try_from(end.saturating_sub(at)).unwrap_or(PIECE).min(PIECE);
            let piece = self.input.window(at, wanted)?;
            let piece = piece.get(..wanted).unwrap_or(piece);
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            crc = Portable.crc32(crc, piece);
            at = at.saturating_add(told(piece.len()));
        }
        Ok(crc)
    }

    fn truncated(&self, expected: u64, found: u64) -> Step {
        self.damaged(Code::Truncated, expected, found)
    }

    fn damaged(&self, code: Code, expected: u64, found: u64) -> Step {
        let fault = Fault { offset: self.at, expected, found, cause: 0 };
        Step::Damaged(Report { code, fault, path: Path::new() })
    }
}
