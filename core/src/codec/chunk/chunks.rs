//! The chunks of a stream in memory, one after the other.

use super::rules::{Breach, FRAME, HEAD};
use super::{ChunkType, SIGNATURE};
use crate::error::{Code, Fault, Result};
use crate::io::{told, Kernels};

/// A chunk of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'b> {
    /// Its type.
    pub kind: ChunkType,
    /// Where it begins in the stream, in bytes.
    pub offset: usize,
    /// Its data.
    pub data: &'b [u8],
    /// Its CRC, as the stream holds it.
    pub crc: u32,
}

/// Walks the chunks of a stream that lies in memory, up to and with its end chunk, and checks the
/// signature, types and CRCs. Order, limits and contents are not looked at.
#[derive(Clone, Debug)]
pub struct Chunks<'b, K> {
    bytes: &'b [u8],
    at: usize,
    ended: bool,
    fault: Fault,
    kernels: K,
}

impl<'b, K: Kernels> Chunks<'b, K> {
    /// Walks the chunks of `bytes`, which begin with the signature.
    pub fn new(bytes: &'b [u8], kernels: K) -> Self {
        Chunks { bytes, at: 0, ended: false, fault: Fault::default(), kernels }
    }

    /// Goes on at `offset`, where a chunk begins that an earlier walk came to.
    pub fn at(bytes: &'b [u8], offset: usize, kernels: K) -> Self {
        Chunks { at: offset, ..Chunks::new(bytes, kernels) }
    }

    /// The next chunk; `None` behind the end chunk.
    ///
    /// # Errors
    /// [`Code::BadSignature`], [`Code::Truncated`], [`Code::UnknownChunk`] for a type that is none,
    /// [`Code::BadCrc`].
    #[inline]
    #[allow(clippy::should_implement_trait, reason = "a chunk may be damaged")]
    pub fn next(&mut self) -> Result<Option<Chunk<'b>>> {
        if self.ended {
            return Ok(None);
        }
        if self.at == 0 {
            signed(self.bytes).map_err(|breach| self.refuse(breach))?;
            self.at = SIGNATURE.len();
        }
        let found = chunk_at(self.bytes, self.at).map_err(|breach| self.refuse(breach))?;
        let (chunk, covered) = found;
        let crc = self.kernels.crc32(0, covered);
        if crc != chunk.crc {
            let (due, found) = (u64::from(crc), u64::from(chunk.crc));
            return Err(self.refuse(Breach::numbers(Code::BadCrc, due, found)));
        }
        // The chunk lies in memory, so its end is no more than an index.
        self.at = self.at.wrapping_add(FRAME).wrapping_add(chunk.data.len());
        self.ended = chunk.kind == ChunkType::END;
        Ok(Some(chunk))
    }

    /// The place and numbers of the last error.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// What follows the chunks that were given.
    #[must_use]
    pub fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    #[cold]
    fn refuse(&mut self, breach: Breach) -> Code {
        let Breach { code, expected, found, .. } = breach;
        self.fault = Fault { offset: told(self.at), expected, found, cause: 0 };
        code
    }
}

/// Checks that a stream begins as it must.
pub(super) fn signed(bytes: &[u8]) -> core::result::Result<(), Breach> {
    let there = bytes.get(..SIGNATURE.len()).unwrap_or(bytes);
    if !SIGNATURE.starts_with(there) {
        return Err(Breach::numbers(Code::BadSignature, 0, 0));
    }
    match there.len() == SIGNATURE.len() {
        true => Ok(()),
        false => Err(Breach::truncated(SIGNATURE.len(), there.len())),
    }
}

/// The chunk at `at`, and the bytes of it that its CRC covers. That is not computed.
#[inline]
fn chunk_at(bytes: &[u8], at: usize) -> core::result::Result<(Chunk<'_>, &[u8]), Breach> {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some((head, behind)) = rest.split_first_chunk::<HEAD>() else {
        return Err(Breach::truncated(FRAME, rest.len()));
    };
    let [a, b, c, d, letters @ ..] = *head;
    let Some(kind) = ChunkType::from_bytes(letters) else {
        return Err(Breach::numbers(Code::UnknownChunk, 0, 0));
    };
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    let covered = rest.get(4..length.saturating_add(HEAD)).unwrap_or_default();
    match framed(behind, length) {
        Some((data, crc)) => Ok((Chunk { kind, offset: at, data, crc }, covered)),
        None => Err(Breach::truncated(length.saturating_add(FRAME), rest.len())),
    }
}

/// The data of this length at the beginning of `bytes`, and the CRC behind it.
#[inline]
pub(super) fn framed(bytes: &[u8], length: usize) -> Option<(&[u8], u32)> {
    let (data, behind) = bytes.split_at_checked(length)?;
    Some((data, u32::from_be_bytes(*behind.first_chunk()?)))
}
