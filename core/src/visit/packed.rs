//! Runs of items that a wire takes or gives at once.
//!
//! Items of fixed size that always follow each other are a run: scalars, arrays and buffers of fixed length,
//! the structs that hold such, and lists of them. Who knows a run beforehand can give all of its values in one
//! call, as the bytes that the items have on a wire of packed values, one after the other: big-endian, bools
//! as 0 or 1. A wire takes the whole run or none of it. If none, the items are visited one by one, and so
//! whatever is told of an error, told by the item, stays the same.

use super::{Kind, Scope};
use crate::io::Swap;

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
    /// Where structs of the run end that a subsection could follow, which no run has: [`Ends`] as bytes.
    pub ends: &'p [[u8; ENDS]],
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

/// Where a struct ends, once or in each element of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// How many bytes of the run lie before the first end.
    pub at: u32,
    /// From end to end.
    pub each: u32,
    /// How many there are.
    pub count: u32,
    /// What a subsection begins with: a marker, and a name that is longer than that of the struct's description and
    /// begins like it. Of that name this is the length, and the first bytes.
    pub owner: [u8; 4],
}

/// The bytes of [`Ends`].
pub const ENDS: usize = 16;

impl Ends {
    /// How the name of a description is kept.
    #[must_use]
    pub fn owner(name: &[u8]) -> [u8; 4] {
        let at = |index: usize| name.get(index).copied().unwrap_or(0);
        [u8::try_from(name.len()).unwrap_or(u8::MAX), at(0), at(1), at(2)]
    }

    /// As bytes, so that they can lie anywhere.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; ENDS] {
        let [a, b, c, d] = self.at.to_ne_bytes();
        let [e, f, g, h] = self.each.to_ne_bytes();
        let [i, j, k, l] = self.count.to_ne_bytes();
        let [m, n, o, p] = self.owner;
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }

    /// What [`to_bytes`](Ends::to_bytes) gave.
    #[must_use]
    pub const fn from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]: [u8; ENDS]) -> Self {
        Ends {
            at: u32::from_ne_bytes([a, b, c, d]),
            each: u32::from_ne_bytes([e, f, g, h]),
            count: u32::from_ne_bytes([i, j, k, l]),
            owner: [m, n, o, p],
        }
    }

    /// Whether what follows an end is for certain no subsection. `last`: no more bytes follow these.
    fn is_plain(&self, behind: &[u8], marker: u8, last: bool) -> bool {
        let [length, begin @ ..] = self.owner;
        let known = begin.get(..begin.len().min(length.into())).unwrap_or_default();
        match behind {
            [] => last,
            [found, ..] if *found != marker => true,
            [_] => last,
            [_, found, name @ ..] => {
                *found <= length || (name.len() >= known.len() && !name.starts_with(known))
            }
        }
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

/// Fills places of values, with the loops of the wire.
pub type Put<'p> = &'p mut dyn FnMut(&mut [u8], &dyn Swap);

/// Takes values, with the loops of the wire, or refuses them.
pub type Take<'t> = &'t mut dyn FnMut(&[u8], Flags, &dyn Swap) -> bool;

/// Where a run can be put at once, lent by an encoder that has nothing else to do with the next items.
pub struct Room<'w> {
    /// The place of the next value, and what is free behind it.
    pub values: &'w mut [u8],
    /// Where that begins, to be moved on.
    pub at: &'w mut usize,
    /// The wire's loops.
    pub swap: &'w dyn Swap,
    /// The shape, where values have one.
    pub described: Option<Described<'w>>,
}

/// What comes next, lent by a decoder: all of the items before it were read.
pub struct Ahead<'w> {
    /// The next value, and what is behind it.
    pub values: &'w [u8],
    /// Where that begins, to be moved on.
    pub at: &'w mut usize,
    /// The wire's loops.
    pub swap: &'w dyn Swap,
    /// What says which values these are.
    pub form: Form<'w>,
}

/// What says which values are ahead.
pub enum Form<'w> {
    /// The shape.
    Described(Described<'w>),
    /// The reader alone.
    Bare {
        /// Where a struct ends, something may follow that begins with this byte.
        marker: u8,
        /// The stream ends behind these values.
        last: bool,
    },
}

/// A shape, and the place in it.
#[derive(Debug)]
pub struct Described<'w> {
    /// What comes next of the shape.
    pub shape: &'w [u8],
    /// Where that begins, to be moved on.
    pub place: &'w mut usize,
}

impl Described<'_> {
    /// Whether a run is next.
    fn has(&self, run: &Packed<'_>) -> bool {
        self.shape.starts_with(run.shape)
    }

    /// Passes a run, which is next.
    fn pass(self, run: &Packed<'_>) {
        *self.place = self.place.saturating_add(run.shape.len());
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

    /// The lists, each with the number of bytes before its elements.
    fn lists(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.lists.iter().map(|list| {
            let Elements { at, count } = Elements::from_bytes(*list);
            (size(at), count)
        })
    }

    /// Whether nothing is between the values that no run has: at the end of a struct, a subsection.
    fn is_bare(&self, values: &[u8], marker: u8, last: bool) -> bool {
        self.ends.iter().all(|end| {
            let end = Ends::from_bytes(*end);
            (0..end.count).all(|index| {
                let at = size(end.at).saturating_add(size(end.each).saturating_mul(size(index)));
                values.get(at..).is_some_and(|behind| end.is_plain(behind, marker, last))
            })
        })
    }
}

fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Room<'_> {
    /// Puts a run there if it fits, and is what the shape has next; says whether it does.
    pub(super) fn put(self, run: &Packed<'_>, put: Put<'_>) -> bool {
        let Room { values, at, swap, described } = self;
        let length = match described {
            Some(_) => run.described_length(),
            None => run.length,
        };
        let Some(values) = values.get_mut(..length) else { return false };
        match described {
            None => put(values, swap),
            Some(described) if described.has(run) => {
                put_all(run, values, &mut |place| put(place, swap));
                described.pass(run);
            }
            Some(_) => return false,
        }
        *at = at.saturating_add(length);
        true
    }
}

fn put_all(run: &Packed<'_>, values: &mut [u8], put: &mut impl FnMut(&mut [u8])) {
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
    /// Takes a run from there if it is next, whole, and `take` takes all of it; says whether that is so.
    pub(super) fn take(self, run: &Packed<'_>, take: Take<'_>) -> bool {
        let Ahead { values, at, swap, form } = self;
        let length = match form {
            Form::Described(_) => run.described_length(),
            Form::Bare { .. } => run.length,
        };
        let Some(given) = values.get(..length) else { return false };
        let taken = match form {
            Form::Described(described) => {
                let taken = described.has(run)
                    && take_all(run, given, &mut |piece| take(piece, Flags::Exact, swap)).is_some();
                if taken {
                    described.pass(run);
                }
                taken
            }
            Form::Bare { marker, last } => {
                run.is_bare(values, marker, last) && take(given, Flags::Any, swap)
            }
        };
        if taken {
            *at = at.saturating_add(length);
        }
        taken
    }
}

fn take_all(run: &Packed<'_>, values: &[u8], take: &mut impl FnMut(&[u8]) -> bool) -> Option<()> {
    let (mut rest, mut done) = (values, 0usize);
    for (at, count) in run.lists() {
        let (piece, behind) = rest.split_at_checked(at.saturating_sub(done))?;
        let (found, behind) = behind.split_first_chunk()?;
        if *found != head(count) || !take(piece) {
            return None;
        }
        (rest, done) = (behind, at);
    }
    take(rest).then_some(())
}
