//! Moves of values between an object and their place on a wire.
//!
//! A run is a list of moves, in the order of the wire. Many values of one width that lie next to each other are one
//! move; of the others, as many as possible are in [windows](super::window). The elements of a list are moves that are
//! repeated.

use super::window::{self, Window};
use crate::io::{Swap, Width};
use crate::visit::Flags;

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
    /// Bytes that are 0 on the wire and not in the object.
    Nothing = 3,
    /// Numbers of 32 bits.
    Four = 4,
    /// The moves that follow are those of an element.
    Repeat = 5,
    /// What follows are windows.
    Windows = 6,
    /// Numbers of 64 bits.
    Eight = 8,
}

impl Action {
    const fn of(number: u8) -> Self {
        match number {
            0 => Action::Flags,
            2 => Action::Two,
            3 => Action::Nothing,
            4 => Action::Four,
            5 => Action::Repeat,
            6 => Action::Windows,
            8 => Action::Eight,
            _ => Action::Bytes,
        }
    }

    /// The width of the values, if they are any.
    pub(super) const fn width(self) -> Option<u8> {
        match self {
            Action::Flags | Action::Bytes => Some(1),
            Action::Two => Some(2),
            Action::Four => Some(4),
            Action::Eight => Some(8),
            _ => None,
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
    /// From element to element; of another move, whether it is one that cannot be in windows.
    pub(super) stride: u32,
    /// How many moves an element has, or how many windows there are.
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

    /// The bytes of the object that it is about, which begins at `base`.
    #[inline]
    fn of<'o>(&self, object: &'o [u8], base: usize) -> &'o [u8] {
        let start = base.saturating_add(size(self.offset));
        object.get(start..start.saturating_add(size(self.length))).unwrap_or_default()
    }
}

/// A number of 32 bits as one of memory.
#[inline]
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Moves, or windows.
type Moves<'m> = &'m [[u8; MOVE]];

/// The moves that belong to the first, and those behind.
#[inline]
fn parts<'m>(rest: Moves<'m>, of: &Move) -> (Moves<'m>, Moves<'m>) {
    rest.split_at_checked(of.body.into()).unwrap_or_default()
}

/// Where each element begins.
fn elements(of: &Move) -> impl Iterator<Item = usize> {
    let stride = size(of.stride);
    (0..of.length).scan(0usize, move |next, _| {
        let element = *next;
        *next = next.saturating_add(stride);
        Some(element)
    })
}

/// Copies values from one side to the other.
fn copy(action: Action, to: &mut [u8], from: &[u8], swap: &dyn Swap) {
    let width = match action {
        Action::Two => Width::Two,
        Action::Four => Width::Four,
        Action::Eight => Width::Eight,
        _ => Width::One,
    };
    match action {
        Action::Flags => {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from != 0));
        }
        _ if width == Width::One || cfg!(target_endian = "big") => {
            crate::io::copy(to, from);
        }
        _ => swap.swap(width, to, from),
    }
}

/// From an object to a wire.
pub(super) struct Gather<'g> {
    /// The bytes of the object, as far as the run has some.
    pub(super) object: &'g [u8],
    /// The moves that are still to be done.
    pub(super) moves: Moves<'g>,
}

impl Gather<'_> {
    /// Fills the next piece of the run, which ends where a move does.
    pub(super) fn fill(&mut self, piece: &mut [u8], swap: &dyn Swap) {
        let mut free = piece;
        while let (false, Some((first, rest))) = (free.is_empty(), self.moves.split_first()) {
            let one = Move::from_bytes(*first);
            let (body, behind) = parts(rest, &one);
            free = match one.action {
                Action::Repeat => self.repeat(&one, body, free, swap),
                _ => self.one(&one, body, 0, free, swap),
            };
            self.moves = behind;
        }
    }

    fn repeat<'f>(
        &self,
        of: &Move,
        moves: Moves<'_>,
        mut free: &'f mut [u8],
        swap: &dyn Swap,
    ) -> &'f mut [u8] {
        for base in elements(of) {
            let mut rest = moves;
            while let Some((first, behind)) = rest.split_first() {
                let one = Move::from_bytes(*first);
                let (body, behind) = parts(behind, &one);
                free = self.one(&one, body, base, free, swap);
                rest = behind;
            }
        }
        free
    }

    #[inline]
    fn one<'f>(
        &self,
        one: &Move,
        windows: Moves<'_>,
        base: usize,
        free: &'f mut [u8],
        swap: &dyn Swap,
    ) -> &'f mut [u8] {
        if one.action == Action::Windows {
            return self.windows(windows, base, free);
        }
        let Some((to, free)) = free.split_at_mut_checked(size(one.length)) else { return &mut [] };
        match one.action {
            Action::Nothing => to.fill(0),
            action => copy(action, to, one.of(self.object, base), swap),
        }
        free
    }

    #[inline]
    fn windows<'f>(&self, windows: Moves<'_>, base: usize, mut free: &'f mut [u8]) -> &'f mut [u8] {
        for window in windows {
            let window = Window::from_bytes(*window);
            let start = base.saturating_add(size(window.offset));
            let turned = window.turn(window::get(self.object.get(start..).unwrap_or_default()));
            let length = usize::from(window.length);
            match free.first_chunk_mut() {
                // What is too much is overwritten by the next one.
                Some(eight) => *eight = turned.to_le_bytes(),
                None => window::put(free.get_mut(..length).unwrap_or_default(), turned),
            }
            free = free.get_mut(length..).unwrap_or_default();
        }
        free
    }
}

/// From a wire to an object.
pub(super) struct Scatter<'s> {
    /// The bytes of the object, as far as the run has some.
    pub(super) object: &'s mut [u8],
    /// The moves that are still to be done.
    pub(super) moves: Moves<'s>,
}

impl Scatter<'_> {
    /// Stores the next piece of the run; false at a bool that is none.
    pub(super) fn store(&mut self, piece: &[u8], flags: Flags, swap: &dyn Swap) -> bool {
        let mut given = piece;
        while let (false, Some((first, rest))) = (given.is_empty(), self.moves.split_first()) {
            let one = Move::from_bytes(*first);
            let (body, behind) = parts(rest, &one);
            let left = match one.action {
                Action::Repeat => self.repeat(&one, body, given, flags, swap),
                _ => self.one(&one, body, 0, given, flags, swap),
            };
            let Some(left) = left else { return false };
            (given, self.moves) = (left, behind);
        }
        true
    }

    fn repeat<'v>(
        &mut self,
        of: &Move,
        moves: Moves<'_>,
        mut given: &'v [u8],
        flags: Flags,
        swap: &dyn Swap,
    ) -> Option<&'v [u8]> {
        for base in elements(of) {
            let mut rest = moves;
            while let Some((first, behind)) = rest.split_first() {
                let one = Move::from_bytes(*first);
                let (body, behind) = parts(behind, &one);
                given = self.one(&one, body, base, given, flags, swap)?;
                rest = behind;
            }
        }
        Some(given)
    }

    /// Does one move, and gives what follows; `None` at a bool that is none.
    #[inline]
    fn one<'v>(
        &mut self,
        one: &Move,
        windows: Moves<'_>,
        base: usize,
        given: &'v [u8],
        flags: Flags,
        swap: &dyn Swap,
    ) -> Option<&'v [u8]> {
        if one.action == Action::Windows {
            return self.windows(windows, base, given, flags);
        }
        let (from, rest) = given.split_at_checked(size(one.length))?;
        let odd = |byte: &u8| *byte > 1;
        if one.action == Action::Flags && flags == Flags::Exact && from.iter().any(odd) {
            return None;
        }
        if one.action != Action::Nothing {
            let start = base.saturating_add(size(one.offset));
            let to = self.object.get_mut(start..).and_then(|to| to.get_mut(..from.len()));
            copy(one.action, to.unwrap_or_default(), from, swap);
        }
        Some(rest)
    }

    #[inline]
    fn windows<'v>(
        &mut self,
        windows: Moves<'_>,
        base: usize,
        mut given: &'v [u8],
        flags: Flags,
    ) -> Option<&'v [u8]> {
        for window in windows {
            let window = Window::from_bytes(*window);
            let values = window::get(given);
            if flags == Flags::Exact && window.is_odd(values) {
                return None;
            }
            let (start, length) = (base.saturating_add(size(window.offset)), window.length.into());
            let to = self.object.get_mut(start..).and_then(|to| to.get_mut(..length));
            let (to, turned) = (to.unwrap_or_default(), window.turn(values));
            match to.first_chunk_mut() {
                Some(eight) => *eight = turned.to_le_bytes(),
                None => window::put(to, turned),
            }
            given = given.get(length..)?;
        }
        Some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
