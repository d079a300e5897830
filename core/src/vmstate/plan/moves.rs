//! Moves of values between an object and their place on a wire.
//!
//! A run is a list of moves, in the order of the wire. Values that lie next to each other in the object, and are of
//! one width, are one move; the elements of a list are moves that are repeated.

use crate::io::{Swap, Width};
use crate::visit::Flags;
use crate::vmstate::Memory;

/// What a move does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Action {
    /// Bools, which are 0 or 1 on the wire.
    Flags = 0,
    /// Bytes.
    Bytes = 1,
    /// Numbers of 16 bits.
    Two = 2,
    /// Numbers of 32 bits.
    Four = 4,
    /// Numbers of 64 bits.
    Eight = 8,
    /// Bytes that are 0 on the wire and not in the object.
    Nothing = 3,
    /// The moves that follow are those of an element.
    Repeat = 5,
}

impl Action {
    const fn of(number: u8) -> Self {
        match number {
            0 => Action::Flags,
            2 => Action::Two,
            3 => Action::Nothing,
            4 => Action::Four,
            5 => Action::Repeat,
            8 => Action::Eight,
            _ => Action::Bytes,
        }
    }
}

/// One move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) action: Action,
    /// Where in the object, or in the element, the values begin.
    pub(super) offset: u32,
    /// How many bytes they take; how often is repeated.
    pub(super) length: u32,
    /// From element to element.
    pub(super) stride: u32,
    /// How many moves an element has.
    pub(super) body: u16,
}

/// The bytes of a move, which can lie anywhere.
pub(super) const MOVE: usize = 16;

impl Move {
    #[allow(clippy::as_conversions, reason = "the discriminant is the number")]
    pub(super) const fn to_bytes(self) -> [u8; MOVE] {
        let [a, b, c, d] = self.offset.to_ne_bytes();
        let [e, f, g, h] = self.length.to_ne_bytes();
        let [i, j, k, l] = self.stride.to_ne_bytes();
        let [m, n] = self.body.to_ne_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, self.action as u8, 0]
    }

    #[inline]
    const fn from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, action, _]: [u8; MOVE]) -> Self {
        Move {
            action: Action::of(action),
            offset: u32::from_ne_bytes([a, b, c, d]),
            length: u32::from_ne_bytes([e, f, g, h]),
            stride: u32::from_ne_bytes([i, j, k, l]),
            body: u16::from_ne_bytes([m, n]),
        }
    }
}

/// A number of 32 bits as one of memory.
#[inline]
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// So many bytes are worth the call of a loop that is made for this processor.
const MANY: usize = 64;

/// Copies numbers from one byte order to the other.
#[inline]
fn numbers<const N: usize>(
    width: Width,
    to: &mut [u8],
    from: &[u8],
    swap: &dyn Swap,
    swapped: impl Fn([u8; N]) -> [u8; N],
) {
    if to.len() >= MANY && cfg!(target_endian = "little") {
        return swap.swap(width, to, from);
    }
    let (to, from) = (to.as_chunks_mut::<N>().0, from.as_chunks::<N>().0);
    for (to, from) in to.iter_mut().zip(from) {
        *to = swapped(*from);
    }
}

/// Copies what is not bools.
#[inline]
fn copy(action: Action, to: &mut [u8], from: &[u8], swap: &dyn Swap) {
    match action {
        Action::Two => {
            numbers(Width::Two, to, from, swap, |bytes| u16::from_be_bytes(bytes).to_ne_bytes())
        }
        Action::Four => {
            numbers(Width::Four, to, from, swap, |bytes| u32::from_be_bytes(bytes).to_ne_bytes())
        }
        Action::Eight => {
            numbers(Width::Eight, to, from, swap, |bytes| u64::from_be_bytes(bytes).to_ne_bytes())
        }
        _ => {
            crate::io::copy(to, from);
        }
    }
}

fn normalise(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from != 0));
}

/// From an object to a wire.
pub(super) struct Gather<'g, M: Memory> {
    pub(super) memory: &'g M,
    pub(super) object: M::Place,
    /// The moves that are still to be done.
    pub(super) moves: &'g [[u8; MOVE]],
}

impl<M: Memory> Gather<'_, M> {
    /// Fills the next piece of the run, which ends where a move does.
    pub(super) fn fill(&mut self, piece: &mut [u8], swap: &dyn Swap) {
        let mut free = piece;
        while let (false, Some((first, rest))) = (free.is_empty(), self.moves.split_first()) {
            let one = Move::from_bytes(*first);
            (free, self.moves) = match one.action {
                Action::Repeat => {
                    let (body, rest) = rest.split_at_checked(one.body.into()).unwrap_or_default();
                    (self.repeat(&one, body, free, swap), rest)
                }
                _ => (self.one(&one, self.object, free, swap), rest),
            };
        }
    }

    fn repeat<'f>(
        &self,
        of: &Move,
        body: &[[u8; MOVE]],
        mut free: &'f mut [u8],
        swap: &dyn Swap,
    ) -> &'f mut [u8] {
        let mut offset = 0usize;
        for _ in 0..of.length {
            let Ok(element) = self.memory.at(self.object, offset) else { return free };
            for one in body {
                free = self.one(&Move::from_bytes(*one), element, free, swap);
            }
            offset = offset.saturating_add(size(of.stride));
        }
        free
    }

    #[inline]
    fn one<'f>(
        &self,
        one: &Move,
        base: M::Place,
        free: &'f mut [u8],
        swap: &dyn Swap,
    ) -> &'f mut [u8] {
        let length = size(one.length);
        let Some((to, free)) = free.split_at_mut_checked(length) else { return &mut [] };
        // These have no place in the object, and may be more than it has.
        if one.action == Action::Nothing {
            to.fill(0);
            return free;
        }
        let place = self.memory.at(base, size(one.offset));
        match place.and_then(|place| self.memory.bytes(place, length)) {
            Ok(from) if one.action == Action::Flags => normalise(to, from),
            Ok(from) => copy(one.action, to, from, swap),
            // Before the first move it was seen that the object has all of them.
            Err(_) => to.fill(0),
        }
        free
    }
}

/// From a wire to an object.
pub(super) struct Scatter<'s, M: Memory> {
    pub(super) memory: &'s mut M,
    pub(super) object: M::Place,
    /// The moves that are still to be done.
    pub(super) moves: &'s [[u8; MOVE]],
}

impl<M: Memory> Scatter<'_, M> {
    /// Stores the next piece of the run; false at a bool that is none.
    pub(super) fn store(&mut self, piece: &[u8], flags: Flags, swap: &dyn Swap) -> bool {
        let mut left = Some(piece);
        while let (Some(given), Some((first, rest))) = (left, self.moves.split_first()) {
            if given.is_empty() {
                break;
            }
            let one = Move::from_bytes(*first);
            (left, self.moves) = match one.action {
                Action::Repeat => {
                    let (body, rest) = rest.split_at_checked(one.body.into()).unwrap_or_default();
                    (self.repeat(&one, body, given, flags, swap), rest)
                }
                _ => (self.one(&one, self.object, given, flags, swap), rest),
            };
        }
        left.is_some()
    }

    fn repeat<'v>(
        &mut self,
        of: &Move,
        body: &[[u8; MOVE]],
        mut given: &'v [u8],
        flags: Flags,
        swap: &dyn Swap,
    ) -> Option<&'v [u8]> {
        let mut offset = 0usize;
        for _ in 0..of.length {
            let element = self.memory.at(self.object, offset).ok()?;
            for one in body {
                given = self.one(&Move::from_bytes(*one), element, given, flags, swap)?;
            }
            offset = offset.saturating_add(size(of.stride));
        }
        Some(given)
    }

    #[inline]
    fn one<'v>(
        &mut self,
        one: &Move,
        base: M::Place,
        given: &'v [u8],
        flags: Flags,
        swap: &dyn Swap,
    ) -> Option<&'v [u8]> {
        let length = size(one.length);
        let (from, rest) = given.split_at_checked(length)?;
        if one.action == Action::Nothing {
            return Some(rest);
        }
        if one.action == Action::Flags && flags == Flags::Exact && from.iter().any(|byte| *byte > 1)
        {
            return None;
        }
        let place = self.memory.at(base, size(one.offset)).ok()?;
        let to = self.memory.bytes_mut(place, length).ok()?;
        match one.action {
            Action::Flags => normalise(to, from),
            action => copy(action, to, from, swap),
        }
        Some(rest)
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test may panic: that is how it fails")]
mod tests {
    use super::*;
    use crate::error::{Code, Result};
    use crate::io::Portable;

    /// An object that may not be touched.
    struct Untouched;

    impl Memory for Untouched {
        type Place = usize;

        const POINTER: usize = 8;
        const LONG: usize = 8;

        fn at(&self, place: usize, offset: usize) -> Result<usize> {
            Ok(place.saturating_add(offset))
        }

        fn follow(&self, _: usize) -> Result<Option<usize>> {
            Err(Code::BadTable)
        }

        fn point(&mut self, _: usize, _: Option<usize>) -> Result<()> {
            Err(Code::BadTable)
        }

        fn bytes(&self, _: usize, length: usize) -> Result<&[u8]> {
            panic!("{length} bytes were asked for")
        }

        fn bytes_mut(&mut self, _: usize, length: usize) -> Result<&mut [u8]> {
            panic!("{length} bytes were asked for")
        }
    }

    #[test]
    fn bytes_that_mean_nothing_are_not_looked_for_in_the_object() {
        let nothing =
            Move { action: Action::Nothing, offset: 0, length: 100, stride: 0, body: 0 }.to_bytes();
        let mut piece = [7; 100];
        let mut memory = Untouched;
        let mut gather = Gather { memory: &memory, object: 0, moves: &[nothing] };
        gather.fill(&mut piece, &Portable);
        assert_eq!(piece, [0; 100]);
        let mut scatter = Scatter { memory: &mut memory, object: 0, moves: &[nothing] };
        assert!(scatter.store(&piece, Flags::Exact, &Portable));
    }

    #[test]
    fn a_move_is_what_its_bytes_say() {
        for number in 0..=8 {
            let one = Move {
                action: Action::of(number),
                offset: 0x0102_0304,
                length: 5,
                stride: u32::MAX,
                body: 0x0607,
            };
            assert_eq!(Move::from_bytes(one.to_bytes()), one);
        }
    }
}
