//! Runs of items that a wire takes or gives at once.
//!
//! Items of fixed size that always follow each other are a run: scalars, arrays and buffers of fixed length,
//! the structs that hold such, and lists of them. Who knows a run beforehand can give all of its values in one
//! call, as the bytes that the items have on a wire of packed values, one after the other: big-endian, bools
//! as 0 or 1. A wire takes the whole run or none of it. If none, the items are visited one by one, and so
//! whatever is told of an error, told by the item, stays the same.

use super::{Kind, Scope};

/// What a run is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member<'a> {
    /// A scalar.
    Scalar(Kind),
    /// An array of fixed length: so many elements.
    Array(Kind, u32),
    /// A byte buffer of fixed length.
    Bytes(u32),
    /// A struct, a list of fixed length or an element of one begins. A run has no other scopes.
    Begin(Scope<'a>),
    /// The innermost scope ends.
    End,
}

/// What is known of a run before it is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed<'p> {
    /// How many bytes the values take.
    pub length: usize,
    /// How many scopes are open at once in the run, elements not counted.
    pub depth: usize,
    /// The run as the chunk wire describes it: see
    /// [`ShapeWriter`](crate::codec::chunk::ShapeWriter).
    pub shape: &'p [u8],
    /// The lists of the run that have elements, in order: [`Elements`] as bytes.
    pub lists: &'p [[u8; 8]],
}

impl Packed<'_> {
    /// The lists that have elements, each with the number of bytes before its elements.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.lists.iter().map(|list| {
            let Elements { at, count } = Elements::from_bytes(*list);
            (usize::try_from(at).unwrap_or(usize::MAX), count)
        })
    }
}

/// Where the elements of a list lie in a run. They all have the same form, and no lists in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elements {
    /// How many bytes of the run lie before them.
    pub at: u32,
    /// How many there are: more than none.
    pub count: u32,
}

impl Elements {
    /// As bytes, so that they can lie anywhere.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 8] {
        let [a, b, c, d] = self.at.to_ne_bytes();
        let [e, f, g, h] = self.count.to_ne_bytes();
        [a, b, c, d, e, f, g, h]
    }

    /// What [`to_bytes`](Elements::to_bytes) gave.
    #[must_use]
    pub const fn from_bytes([a, b, c, d, e, f, g, h]: [u8; 8]) -> Self {
        Elements { at: u32::from_ne_bytes([a, b, c, d]), count: u32::from_ne_bytes([e, f, g, h]) }
    }
}

/// What a reader makes of the bytes of a bool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flags {
    /// Any byte but 0 is true.
    Any,
    /// Another byte than 0 or 1 is not to be taken.
    Exact,
}

/// Where a run can be put at once, lent by an encoder that has nothing else to do with the next items.
#[derive(Debug)]
pub struct Room<'w> {
    /// The place of the values, and what is free behind it.
    pub values: &'w mut [u8],
    /// What a wire needs that describes its values.
    pub described: Option<Described<'w>>,
}

/// What comes next, lent by a decoder: all of the items before it were read.
#[derive(Debug)]
pub struct Ahead<'w> {
    /// The values, and what is behind them.
    pub values: &'w [u8],
    /// What a wire has that describes its values.
    pub described: Option<Described<'w>>,
}

/// The shape and the places of a wire that describes its values, to be moved on.
#[derive(Debug)]
pub struct Described<'w> {
    /// What comes next of the shape.
    pub shape: &'w [u8],
    /// Where that begins.
    pub place: &'w mut usize,
    /// Where the values begin.
    pub values: &'w mut usize,
}

impl Described<'_> {
    /// Goes on behind a run whose values take so many bytes here.
    fn pass(self, run: &Packed<'_>, values: usize) {
        *self.place = self.place.saturating_add(run.shape.len());
        *self.values = self.values.saturating_add(values);
    }
}

/// What stands before the elements of a list where values are described: that all are of its first form, and
/// how many there are.
const HEAD: usize = 6;

fn head(count: u32) -> [u8; HEAD] {
    let [a, b, c, d] = count.to_be_bytes();
    [0, 0, a, b, c, d]
}

impl Packed<'_> {
    /// How many bytes the values take where they are described.
    fn described_length(&self) -> usize {
        self.lists.len().saturating_mul(HEAD).saturating_add(self.length)
    }
}

impl Room<'_> {
    /// Puts a run there if the shape has it next; says whether it has.
    pub(super) fn put(self, run: &Packed<'_>, put: &mut dyn FnMut(&mut [u8])) -> bool {
        let Some(described) = self.described else {
            put(self.values);
            return true;
        };
        let length = run.described_length();
        let Some(values) = self.values.get_mut(..length) else { return false };
        if !described.shape.starts_with(run.shape) {
            return false;
        }
        put_all(run, values, put);
        described.pass(run, length);
        true
    }
}

fn put_all(run: &Packed<'_>, values: &mut [u8], put: &mut dyn FnMut(&mut [u8])) {
    let (mut rest, mut done) = (values, 0usize);
    for (at, count) in run.lists() {
        let piece = at.saturating_sub(done);
        let (values, behind) = rest.split_at_mut_checked(piece).unwrap_or_default();
        put(values);
        let Some((place, behind)) = behind.split_first_chunk_mut() else { return };
        *place = head(count);
        (rest, done) = (behind, at);
    }
    put(rest);
}

impl Ahead<'_> {
    /// Takes a run from there if it is next, and says whether it was.
    pub(super) fn take(self, run: &Packed<'_>, take: &mut dyn FnMut(&[u8], Flags) -> bool) -> bool {
        let Some(described) = self.described else {
            take(self.values, Flags::Any);
            return true;
        };
        let length = run.described_length();
        let taken = match self.values.get(..length) {
            Some(values) if described.shape.starts_with(run.shape) => take_all(run, values, take),
            _ => None,
        };
        if taken.is_some() {
            described.pass(run, length);
        }
        taken.is_some()
    }
}

fn take_all(
    run: &Packed<'_>,
    values: &[u8],
    take: &mut dyn FnMut(&[u8], Flags) -> bool,
) -> Option<()> {
    let (mut rest, mut done) = (values, 0usize);
    for (at, count) in run.lists() {
        let (piece, behind) = rest.split_at_checked(at.saturating_sub(done))?;
        let (found, behind) = behind.split_first_chunk()?;
        if *found != head(count) || !take(piece, Flags::Exact) {
            return None;
        }
        (rest, done) = (behind, at);
    }
    take(rest, Flags::Exact).then_some(())
}
