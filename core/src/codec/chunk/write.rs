//! Chunks as they go out: framed, summed up.

use super::header::Totals;
use super::rules::FRAME;
use super::{ChunkType, SIGNATURE};
use crate::error::{Code, Fault, Result};
use crate::io::{copy_big_endian, told, Kernels, Width, Writer};
use crate::visit::Kind;

/// Length and type, before the data of a chunk.
pub(super) const FRAME_HEAD: usize = 8;

/// How much of a long part goes out at once where it is not copied: enough that the calls of a sink do not count.
const PIECE: usize = 1 << 16;

/// Bytes on the stack through which elements go to their place.
const BOUNCE: usize = 256;

/// Writes chunks and keeps their totals.
#[derive(Debug)]
pub(super) struct ChunkWriter<W, K> {
    writer: W,
    kernels: K,
    totals: Totals,
    /// Of the chunk that is open.
    crc: u32,
    /// Where it ends, counted from the first byte of the stream: a position that a sink tells may be anything.
    end: u64,
}

impl<W: Writer, K: Kernels> ChunkWriter<W, K> {
    pub(super) fn new(writer: W, kernels: K) -> Self {
        ChunkWriter { writer, kernels, totals: Totals::default(), crc: 0, end: 0 }
    }

    pub(super) fn position(&self) -> u64 {
        self.writer.position()
    }

    /// How long the stream is with all chunks that were begun.
    pub(super) fn length(&self) -> u64 {
        self.end
    }

    pub(super) fn fault(&self) -> Fault {
        self.writer.fault()
    }

    pub(super) fn raise(&mut self, code: Code, expected: usize, found: usize) -> Code {
        self.writer.raise(code, told(expected), told(found))
    }

    pub(super) fn kernels(&self) -> &K {
        &self.kernels
    }

    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    pub(super) fn signature(&mut self) -> Result<()> {
        self.end = told(SIGNATURE.len());
        self.writer.put_slice(&SIGNATURE)
    }

    /// Writes the end of the stream, which does not count itself.
    pub(super) fn last(&mut self) -> Result<()> {
        let totals = self.totals.emit();
        self.begin(ChunkType::END, totals.len())?;
        self.part(&totals)?;
        self.writer.put(self.crc.to_be_bytes())
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.writer.flush()
    }

    /// Writes a chunk from two pieces of data.
    pub(super) fn chunk(&mut self, kind: ChunkType, head: &[u8], data: &[u8]) -> Result<()> {
        self.begin(kind, head.len().saturating_add(data.len()))?;
        self.part(head)?;
        self.part(data)?;
        self.end()
    }

    /// Writes a chunk from data that has room for length and type before it.
    pub(super) fn framed(&mut self, kind: ChunkType, frame: &mut [u8]) -> Result<()> {
        let length = frame.len().saturating_sub(FRAME_HEAD);
        if let Some(head) = frame.first_chunk_mut() {
            *head = self.head(kind, length)?;
        }
        self.crc = self.kernels.crc32(0, frame.get(4..).unwrap_or_default());
        self.writer.put_slice(frame)?;
        self.end()
    }

    /// Begins a chunk with `length` bytes of data, which follow in parts.
    pub(super) fn begin(&mut self, kind: ChunkType, length: usize) -> Result<()> {
        let head: [u8; FRAME_HEAD] = self.head(kind, length)?;
        self.crc = self.kernels.crc32(0, &kind.bytes());
        self.writer.put(head)
    }

    pub(super) fn part(&mut self, data: &[u8]) -> Result<()> {
        self.crc = self.kernels.crc32(self.crc, data);
        self.writer.put_slice(data)
    }

    /// A part that is long: summed up and moved in pieces, so that a cache holds them for the second.
    pub(super) fn long_part(&mut self, data: &[u8]) -> Result<()> {
        for piece in data.chunks(PIECE) {
            match self.writer.window(piece.len())? {
                Some(window) => self.crc = self.kernels.copy_crc32(self.crc, window, piece),
                None => self.part(piece)?,
            }
        }
        Ok(())
    }

    /// A part from elements of the machine's byte order.
    pub(super) fn elements(&mut self, kind: Kind, elements: &[u8]) -> Result<()> {
        if kind.width() == Width::One && kind != Kind::Bool {
            return self.part(elements);
        }
        for piece in elements.chunks(BOUNCE) {
            let mut bounce = [0; BOUNCE];
            let bounce = bounce.get_mut(..piece.len()).unwrap_or_default();
            pack(&self.kernels, kind, bounce, piece);
            self.part(bounce)?;
        }
        Ok(())
    }

    /// Ends a chunk.
    pub(super) fn end(&mut self) -> Result<()> {
        self.totals.add(self.crc, &self.kernels);
        self.writer.put(self.crc.to_be_bytes())
    }

    fn head(&mut self, kind: ChunkType, length: usize) -> Result<[u8; FRAME_HEAD]> {
        let length = match u32::try_from(length) {
            Ok(length) if length <= super::LONGEST_DATA => length,
            _ => {
                let longest = usize::try_from(super::LONGEST_DATA).unwrap_or(usize::MAX);
                return Err(self.raise(Code::TooLong, longest, length));
            }
        };
        self.end = self.end.saturating_add(told(FRAME)).saturating_add(u64::from(length));
        let [a, b, c, d] = length.to_be_bytes();
        let [e, f, g, h] = kind.bytes();
        Ok([a, b, c, d, e, f, g, h])
    }
}

/// Elements of the machine's byte order as values: big-endian, flags 0 or 1.
pub(super) fn pack(kernels: &impl Kernels, kind: Kind, to: &mut [u8], from: &[u8]) {
    match kind {
        // C code may hold any byte in a flag.
        Kind::Bool => {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from != 0));
        }
        _ => copy_big_endian(kernels, kind.width(), to, from),
    }
}
