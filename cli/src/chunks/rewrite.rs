//! The memory of a stream written anew: what it is in the end, each page once.

use std::io;
use std::path::Path;

use migcore::codec::chunk::ChunkEncoder;
use migcore::io::{Kernels, Writer};
use migcore::ram::BlockHead;
use migcore::Code;

use super::{Latest, MOST_MEMORY};
use crate::blocks::Block;
use crate::failure::Failure;
use crate::input::{told, Input};

/// Bytes that are written at once, if a page is not longer.
const ROOM: usize = 1 << 20;

/// Why memory was not written.
#[derive(Debug)]
pub enum Unwritten {
    /// The stream cannot be read.
    Read(io::Error),
    /// The writer refused.
    Write(Code),
    /// A page is longer than what is given for it.
    Page(u32),
}

impl Unwritten {
    /// The same as a failure of a command that reads `path`.
    #[must_use]
    pub fn failure(self, path: &Path) -> Failure {
        let refused =
            |why: &dyn std::fmt::Display| Failure::Refused(format!("{}: {why}", path.display()));
        match self {
            Unwritten::Read(error) => Failure::reading(path)(error),
            Unwritten::Write(code) => refused(&code.text()),
            Unwritten::Page(size) => refused(&format!("pages of {size} bytes are too long")),
        }
    }
}

impl From<Code> for Unwritten {
    fn from(code: Code) -> Self {
        Unwritten::Write(code)
    }
}

/// Writes the blocks and what is in them. Says how many blocks there were.
///
/// # Errors
/// [`Unwritten`].
pub fn rewrite<W: Writer, K: Kernels>(
    latest: &Latest,
    input: &Input,
    encoder: &mut ChunkEncoder<'_, W, K>,
) -> Result<usize, Unwritten> {
    let Some(layout) = &latest.tally().layout else { return Ok(0) };
    let page = layout.page.bytes();
    let room = usize::try_from(page).unwrap_or(usize::MAX).max(ROOM);
    if room > MOST_MEMORY {
        return Err(Unwritten::Page(page));
    }
    let heads = layout.blocks.iter();
    let heads = heads.map(|Block { name, length, .. }| BlockHead { name, length: *length });
    let heads: Vec<_> = heads.collect();
    encoder.blocks(&heads.as_slice(), layout.page)?;
    let mut memory = vec![0; room];
    for (number, block) in layout.blocks.iter().enumerate() {
        let mut at = 0u64;
        while at < block.length {
            let span = latest.span(number, at);
            if span.place.is_none() {
                at = at.saturating_add(span.length);
                continue;
            }
            let left = block.length.saturating_sub(at);
            let most = usize::try_from(left).unwrap_or(room).min(room);
            let pages = memory.get_mut(..most).unwrap_or_default();
            latest.read(number, at, input, pages).map_err(Unwritten::Read)?;
            encoder.pages(&heads.as_slice(), number, layout.page.pages_in(at), pages)?;
            at = at.saturating_add(told(most));
        }
    }
    Ok(heads.len())
}
