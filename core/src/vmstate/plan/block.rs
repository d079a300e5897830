//! How a plan lies in memory: a head, then its steps, each with what belongs to it. All of it can lie anywhere.

use super::moves::MOVE;
use super::run::{number, Fixed, Measure};
use crate::visit::{Packed, ENDS};

/// What a plan says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The version that it is for.
    pub(super) version: u32,
    /// How many fields the table has.
    pub(super) fields: u32,
}

const HEAD: usize = 8;

/// A step: so many fields in a run, or in none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StepHead {
    first: u32,
    fields: u32,
    shape: u32,
    moves: u32,
    lists: u32,
    ends: u32,
    length: u32,
    depth: u32,
    low: u32,
    high: u32,
}

const STEP: usize = 40;

impl StepHead {
    /// Fields that are in no run.
    pub(super) fn walked(first: u32, fields: u32) -> Self {
        StepHead { first, fields, ..StepHead::default() }
    }

    /// The fields are a run that is so large.
    pub(super) fn measure(&mut self, measure: &Measure) -> Fixed {
        self.shape = number(measure.shape)?;
        self.moves = number(measure.moves)?;
        self.lists = number(measure.lists)?;
        self.ends = number(measure.ends)?;
        self.length = number(measure.length)?;
        self.depth = number(measure.depth)?;
        self.low = number(measure.low)?;
        self.high = number(measure.high)?;
        Ok(())
    }

    fn words(&self) -> [u32; STEP / 4] {
        let StepHead { first, fields, shape, moves, lists, ends, length, depth, low, high } = *self;
        [first, fields, shape, moves, lists, ends, length, depth, low, high]
    }

    fn emit(&self, place: &mut [u8; STEP]) {
        let (places, _) = place.as_chunks_mut::<4>();
        places.iter_mut().zip(self.words()).for_each(|(place, word)| *place = word.to_ne_bytes());
    }

    #[inline]
    fn parse(bytes: &[u8; STEP]) -> Self {
        let (words, _) = bytes.as_chunks::<4>();
        let mut words = words.iter().map(|word| u32::from_ne_bytes(*word));
        let mut next = || words.next().unwrap_or(0);
        StepHead {
            first: next(),
            fields: next(),
            shape: next(),
            moves: next(),
            lists: next(),
            ends: next(),
            length: next(),
            depth: next(),
            low: next(),
            high: next(),
        }
    }
}

/// The places of what belongs to a run.
type Places<'m> = (&'m mut [u8], &'m mut [[u8; MOVE]], &'m mut [[u8; 8]], &'m mut [[u8; ENDS]]);

/// Writes a plan, counted beyond the end of the memory for it.
pub(super) struct BlockWriter<'m> {
    memory: &'m mut [u8],
    used: usize,
}

impl<'m> BlockWriter<'m> {
    pub(super) fn new(memory: &'m mut [u8]) -> Self {
        BlockWriter { memory, used: 0 }
    }

    pub(super) fn skip_head(&mut self) {
        self.used = HEAD;
    }

    /// Writes the head, and says how long the plan is.
    pub(super) fn finish(&mut self, head: &Head) -> usize {
        if let Some(place) = self.memory.first_chunk_mut::<HEAD>() {
            let [a, b, c, d] = head.version.to_ne_bytes();
            let [e, f, g, h] = head.fields.to_ne_bytes();
            *place = [a, b, c, d, e, f, g, h];
        }
        self.used
    }

    /// Writes a step, and gives the places of what belongs to it if there is room.
    pub(super) fn step(&mut self, head: &StepHead) -> Option<Places<'_>> {
        let start = self.used;
        self.used = start.saturating_add(STEP).saturating_add(Sizes::of(head).sum());
        let place = self.memory.get_mut(start..self.used)?;
        let (place, rest) = place.split_first_chunk_mut::<STEP>()?;
        head.emit(place);
        let sizes = Sizes::of(head);
        let (shape, rest) = rest.split_at_mut_checked(sizes.shape)?;
        let (moves, rest) = rest.split_at_mut_checked(sizes.moves)?;
        let (lists, ends) = rest.split_at_mut_checked(sizes.lists)?;
        let (moves, lists) = (moves.as_chunks_mut().0, lists.as_chunks_mut().0);
        Some((shape, moves, lists, ends.as_chunks_mut().0))
    }
}

/// The bytes of what belongs to a run.
struct Sizes {
    shape: usize,
    moves: usize,
    lists: usize,
    ends: usize,
}

impl Sizes {
    #[inline]
    fn of(head: &StepHead) -> Self {
        let bytes = |count: u32, each: usize| size(count).saturating_mul(each);
        Sizes {
            shape: size(head.shape),
            moves: bytes(head.moves, MOVE),
            lists: bytes(head.lists, 8),
            ends: bytes(head.ends, ENDS),
        }
    }

    fn sum(&self) -> usize {
        let rest = self.lists.saturating_add(self.ends);
        self.shape.saturating_add(self.moves).saturating_add(rest)
    }
}

#[inline]
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A step as it is read.
pub(super) struct Step<'p> {
    /// The index of its first field, and the one behind its last.
    pub(super) first: usize,
    pub(super) end: usize,
    /// The run that its fields are.
    pub(super) run: Option<Run<'p>>,
}

/// A run.
pub(super) struct Run<'p> {
    pub(super) packed: Packed<'p>,
    /// Its moves, in groups.
    pub(super) groups: &'p [[u8; MOVE]],
    /// Where in the object its values begin, and how many bytes are between that and their end.
    pub(super) low: usize,
    pub(super) span: usize,
}

/// Reads a plan.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BlockReader<'p> {
    rest: &'p [u8],
}

impl<'p> BlockReader<'p> {
    /// The plan in `memory`: its head, and its steps.
    #[inline]
    pub(super) fn new(memory: &'p [u8]) -> Option<(Head, Self)> {
        let ([a, b, c, d, e, f, g, h], rest) = memory.split_first_chunk::<HEAD>()?;
        let version = u32::from_ne_bytes([*a, *b, *c, *d]);
        let fields = u32::from_ne_bytes([*e, *f, *g, *h]);
        Some((Head { version, fields }, BlockReader { rest }))
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<Step<'p>> {
        let (head, rest) = self.rest.split_first_chunk::<STEP>()?;
        let head = StepHead::parse(head);
        let sizes = Sizes::of(&head);
        let (shape, rest) = rest.split_at_checked(sizes.shape)?;
        let (moves, rest) = rest.split_at_checked(sizes.moves)?;
        let (lists, rest) = rest.split_at_checked(sizes.lists)?;
        let (ends, rest) = rest.split_at_checked(sizes.ends)?;
        self.rest = rest;
        let run = (head.length > 0).then(|| Run {
            packed: Packed {
                length: size(head.length),
                depth: size(head.depth),
                shape,
                lists: lists.as_chunks().0,
                ends: ends.as_chunks().0,
            },
            groups: moves.as_chunks().0,
            low: size(head.low),
            span: size(head.high.saturating_sub(head.low)),
        });
        let first = size(head.first);
        Some(Step { first, end: first.saturating_add(size(head.fields)), run })
    }
}
