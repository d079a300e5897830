//! Where the memory that a stream leaves behind lies in the stream: of a page that comes several times the last one
//! counts, and what never came is zeros.

use std::collections::BTreeMap;
use std::io;

use migcore::ram::Run;

use super::{Chunk, Content, Step, Tally, Walk};
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
pub struct Span {
    /// How many.
    pub length: u64,
    /// Where they lie in the stream; `None`: they are zeros.
    pub place: Option<u64>,
}

/// The memory is in more pieces than are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Latest {
    /// That of a stream that was found right.
    ///
    /// # Errors
    /// Those of the system; [`TooMany`].
    pub fn of(input: &Input) -> io::Result<Result<Latest, TooMany>> {
        let (mut walk, mut latest) = (Walk::heads(input, u64::MAX), Latest::default());
        while let Step::Chunk(chunk) = walk.next()? {
            if let Err(TooMany) = latest.take(&chunk) {
                return Ok(Err(TooMany));
            }
        }
        Ok(Ok(latest))
    }

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

    /// What lies in a block from `from` on, which is before its end: as much as lies in one piece.
    #[must_use]
    pub fn span(&self, block: usize, from: u64) -> Span {
        let length = self.tally.blocks().get(block).map_or(0, |block| block.length);
        let zeros = |end: u64| Span { length: end.saturating_sub(from), place: None };
        let Some(pieces) = self.blocks.get(block) else { return zeros(length) };
        match pieces.range(..=from).next_back() {
            Some((start, piece)) if start.saturating_add(piece.length) > from => {
                let Piece { length, place } = piece.behind(from.saturating_sub(*start));
                Span { length, place: Some(place) }
            }
            _ => zeros(pieces.range(from..).next().map_or(length, |(start, _)| *start)),
        }
    }

    /// Reads what lies in a block from `from` on, out of the stream.
    ///
    /// # Errors
    /// Those of the system.
    pub fn read(&self, block: usize, from: u64, input: &Input, out: &mut [u8]) -> io::Result<()> {
        let mut done = 0usize;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let Span { length, place } = self.span(block, from.saturating_add(told(done)));
            let most = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len()).max(1);
            let piece = rest.get_mut(..most).unwrap_or_default();
            match place {
                Some(place) => input.read_exact_at(place, piece)?,
                None => piece.fill(0),
            }
            done = done.saturating_add(most);
        }
        Ok(())
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
