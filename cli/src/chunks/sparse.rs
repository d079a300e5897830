//! A block of memory as a file with holes where nothing but zeros is.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use migcore::ram::zero_prefix;

use super::Latest;
use crate::input::{told, Input, PIECE};

/// So many zeros next to each other are no hole if they are fewer.
const HOLE: usize = 4096;

/// Why a block was not written.
#[derive(Debug)]
pub enum Stopped {
    /// The stream cannot be read.
    Read(io::Error),
    /// The file cannot be written.
    Write(io::Error),
}

/// Writes a block into an empty file.
///
/// # Errors
/// [`Stopped`].
pub fn extract(latest: &Latest, block: usize, input: &Input, file: &File) -> Result<(), Stopped> {
    let length = latest.tally().blocks().get(block).map_or(0, |block| block.length);
    let (mut at, mut memory) = (0u64, vec![0; PIECE]);
    while at < length {
        let span = latest.span(block, at);
        let Some(place) = span.place else {
            at = at.saturating_add(span.length);
            continue;
        };
        let most = usize::try_from(span.length).unwrap_or(PIECE).min(PIECE);
        let bytes = memory.get_mut(..most).unwrap_or_default();
        input.read_exact_at(place, bytes).map_err(Stopped::Read)?;
        data(file, at, bytes).map_err(Stopped::Write)?;
        at = at.saturating_add(told(most));
    }
    file.set_len(length).map_err(Stopped::Write)
}

/// Writes bytes to their place, without those that are zeros.
fn data(mut file: &File, at: u64, bytes: &[u8]) -> io::Result<()> {
    let is_zero = |piece: &[u8]| zero_prefix(piece) == piece.len();
    let mut done = 0usize;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        let zeros = rest.chunks(HOLE).take_while(|piece| is_zero(piece));
        let zeros = zeros.fold(0, |sum: usize, piece| sum.saturating_add(piece.len()));
        let rest = rest.get(zeros..).unwrap_or_default();
        let whole = rest.chunks(HOLE).take_while(|piece| !is_zero(piece));
        let whole = whole.fold(0, |sum: usize, piece| sum.saturating_add(piece.len()));
        done = done.saturating_add(zeros);
        if whole > 0 {
            file.seek(SeekFrom::Start(at.saturating_add(told(done))))?;
            file.write_all(rest.get(..whole).unwrap_or_default())?;
        }
        done = done.saturating_add(whole);
    }
    Ok(())
}
