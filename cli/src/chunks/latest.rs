//! Where the memory that a stream leaves behind lies in the stream: of a page that comes several times the last one
//! counts, and what never came is zeros.

use std::collections::BTreeMap;
use std::io;

use migcore::ram::Run;

use super::{Chunk, Content, Tally};
use crate::blocks::Block;
use crate::input::{told, Input};

/// The most pieces that are kept, of all blocks: about 1 GiB.
const MOST: usize = 1 << 24;

/// The memory of a stream, as places in the stream. What is kept are pieces: pages that lie next to each other in
/// their block and in the stream.
#[derive(Debug, Default)]
pub struct Latest {
    tally: Tally,
    /// The pieces of each block, by where they begin.
    blocks: Vec<BTreeMap<u64, Piece>>,
    pieces: usize,
}

/// Bytes of a block that lie in the stream as they are.
#[derive(Clone, Copy, Debug)]
struct Piece {
    length: u64,
    place: u64,
}

/// Bytes of a block, next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read<'m> {
    /// How many.
    pub length: u64,
    /// The bytes; `None`: they are zeros.
    pub bytes: Option<&'m [u8]>,
}

/// The memory is in more pieces than are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Latest {
    /// Takes a chunk, which comes behind those before.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn take(&mut self, chunk: &Chunk) -> Result<(), TooMany> {
        self.tally.take(chunk);
        match &chunk.content {
            Content::Blocks(layout) => self.blocks.resize_with(layout.blocks.len(), BTreeMap::new),
            Content::Pages(pages) => {
                let mut place = chunk.data().saturating_add(pages.data());
                for run in &pages.runs {
                    place = self.run(pages.block, run, place);
                }
            }
            Content::Other => {}
        }
        if self.pieces > MOST {
            Err(TooMany)
        } else {
            Ok(())
        }
    }

    /// What was counted.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The number of the block of this name, and what is known of it.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<(usize, &Block)> {
        self.tally.blocks().iter().enumerate().find(|(_, block)| block.name == name)
    }

    /// Reads what lies in a block from `from` on, which is before its end, out of the stream: as much as lies in one
    /// piece and fits into `memory`. Zeros that are not in the stream may be more.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read<'m>(
        &self,
        block: usize,
        from: u64,
        input: &Input,
        memory: &'m mut [u8],
    ) -> io::Result<Read<'m>> {
        let Piece { length, place } = match self.piece(block, from) {
            Ok(piece) => piece,
            Err(length) => return Ok(Read { length, bytes: None }),
        };
        let most = usize::try_from(length).unwrap_or(usize::MAX).min(memory.len());
        let memory = memory.get_mut(..most).unwrap_or_default();
        input.read_exact_at(place, memory)?;
        Ok(Read { length: told(memory.len()), bytes: Some(memory) })
    }

    /// The piece that lies from `from` on, or else how many zeros.
    fn piece(&self, block: usize, from: u64) -> Result<Piece, u64> {
        let length = self.tally.blocks().get(block).map_or(0, |block| block.length);
        let pieces = self.blocks.get(block).ok_or(length.saturating_sub(from))?;
        match pieces.range(..=from).next_back() {
            Some((start, piece)) if start.saturating_add(piece.length) > from => {
                Ok(piece.behind(from.saturating_sub(*start)))
            }
            _ => {
                let end = pieces.range(from..).next().map_or(length, |(start, _)| *start);
                Err(end.saturating_sub(from))
            }
        }
    }

    /// Takes pages, which lie at `place` if they are no zeros, and says where the next ones lie.
    fn run(&mut self, block: usize, run: &Run, place: u64) -> u64 {
        let Some(page) = self.tally.layout.as_ref().map(|layout| layout.page) else { return place };
        let Some(pieces) = self.blocks.get_mut(block) else { return place };
        let (start, length) = (page.bytes_of(run.first), page.bytes_of(run.pages.into()));
        self.pieces = self.pieces.saturating_sub(pieces.len());
        clear(pieces, start, start.saturating_add(length));
        if !run.zero {
            insert(pieces, start, Piece { length, place });
        }
        self.pieces = self.pieces.saturating_add(pieces.len());
        if run.zero {
            place
        } else {
            place.saturating_add(length)
        }
    }
}

impl Piece {
    /// What is left of it behind so many bytes.
    fn behind(self, bytes: u64) -> Piece {
        Piece { length: self.length.saturating_sub(bytes), place: self.place.saturating_add(bytes) }
    }
}

/// Takes out what lies from `start` to `end`.
fn clear(pieces: &mut BTreeMap<u64, Piece>, start: u64, end: u64) {
    if let Some((&first, piece)) = pieces.range_mut(..start).next_back() {
        let before = start.saturating_sub(first);
        let rest = *piece;
        piece.length = rest.length.min(before);
        let behind = first.saturating_add(rest.length);
        if behind > end {
            pieces.insert(end, rest.behind(end.saturating_sub(first)));
        }
    }
    while let Some((&first, &piece)) = pieces.range(start..end).next() {
        pieces.remove(&first);
        if first.saturating_add(piece.length) > end {
            pieces.insert(end, piece.behind(end.saturating_sub(first)));
        }
    }
}

/// Puts a piece where nothing is, together with the one before if it goes on with that.
fn insert(pieces: &mut BTreeMap<u64, Piece>, start: u64, piece: Piece) {
    if let Some((first, before)) = pieces.range_mut(..start).next_back() {
        let joined = first.saturating_add(before.length) == start
            && before.place.saturating_add(before.length) == piece.place;
        if joined {
            before.length = before.length.saturating_add(piece.length);
            return;
        }
    }
    pieces.insert(start, piece);
}
