//! Moves of values between an object and their place on a wire.
//!
//! A run is a list of moves, in the order of the wire, in groups: each is repeated for the elements of a list, or done
//! once for what is in none. Values that lie next to each other in the object, and are of one width, are one move.

use crate::io::{Swap, Width};
use crate::visit::Flags;
use crate::vmstate::Memory;

/// What a move does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Action {
    /// Bools, which are 0 or 1 on the wire.
    Flags = 0,
    /// One byte, or one number: of 16, 32, or 64 bits.
    Byte = 1,
    Two = 2,
    Four = 3,
    Eight = 4,
    /// As many as there are.
    Bytes = 5,
    Twos = 6,
    Fours = 7,
    Eights = 8,
    /// Bytes that are 0 on the wire and not in the object.
    Nothing = 9,
}

impl Action {
    #[inline]
    const fn of(number: u32) -> Self {
        match number {
            0 => Action::Flags,
            1 => Action::Byte,
            2 => Action::Two,
            3 => Action::Four,
            4 => Action::Eight,
            6 => Action::Twos,
            7 => Action::Fours,
            8 => Action::Eights,
            9 => Action::Nothing,
            _ => Action::Bytes,
        }
    }
}

/// The bytes of a move or of the head of a group, which can lie anywhere.
pub(super) const MOVE: usize = 12;

/// One move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) action: Action,
    /// Where in the object the values begin; of the elements of a list, in the first.
    pub(super) offset: u32,
    /// How many bytes they take.
    pub(super) length: u32,
}

impl Move {
    #[allow(clippy::as_conversions, reason = "the discriminant is the number")]
    pub(super) fn to_bytes(self) -> [u8; MOVE] {
        emit([self.action as u32, self.offset, self.length])
    }

    #[inline]
    fn from_bytes(bytes: &[u8; MOVE]) -> Self {
        let [action, offset, length] = parse(bytes);
        Move { action: Action::of(action), offset, length }
    }

    /// What moves each of its numbers, and how long that is, if they are few: a loop would cost more than it saves.
    pub(super) fn few(self) -> Option<(Action, u32)> {
        let (action, width): (Action, u32) = match self.action {
            Action::Bytes => (Action::Byte, 1),
            Action::Twos => (Action::Two, 2),
            Action::Fours => (Action::Four, 4),
            Action::Eights => (Action::Eight, 8),
            _ => return None,
        };
        (self.length <= width.saturating_mul(FEW)).then_some((action, width))
    }
}

/// So many numbers are few.
const FEW: u32 = 3;

/// What stands before the moves of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// How many elements there are, and how far one is from the next.
    pub(super) count: u32,
    pub(super) stride: u32,
    /// How many moves each has.
    pub(super) moves: u32,
}

impl Group {
    pub(super) fn to_bytes(self) -> [u8; MOVE] {
        emit([self.count, self.stride, self.moves])
    }

    #[inline]
    fn from_bytes(bytes: &[u8; MOVE]) -> Self {
        let [count, stride, moves] = parse(bytes);
        Group { count, stride, moves }
    }
}

fn emit(words: [u32; 3]) -> [u8; MOVE] {
    let mut bytes = [0; MOVE];
    let (places, _) = bytes.as_chunks_mut();
    places.iter_mut().zip(words).for_each(|(place, word)| *place = word.to_ne_bytes());
    bytes
}

#[inline]
fn parse([a, b, c, d, e, f, g, h, i, j, k, l]: &[u8; MOVE]) -> [u32; 3] {
    let word = |bytes| u32::from_ne_bytes(bytes);
    [word([*a, *b, *c, *d]), word([*e, *f, *g, *h]), word([*i, *j, *k, *l])]
}

/// A number of 32 bits as one of memory.
#[inline]
fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn two(bytes: [u8; 2]) -> [u8; 2] {
    u16::from_be_bytes(bytes).to_ne_bytes()
}

fn four(bytes: [u8; 4]) -> [u8; 4] {
    u32::from_be_bytes(bytes).to_ne_bytes()
}

fn eight(bytes: [u8; 8]) -> [u8; 8] {
    u64::from_be_bytes(bytes).to_ne_bytes()
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

/// Copies values that are as many as there are.
#[inline]
fn copy(action: Action, to: &mut [u8], from: &[u8], swap: &dyn Swap) {
    match action {
        Action::Flags => to.iter_mut().zip(from).for_each(|(to, from)| *to = u8::from(*from != 0)),
        Action::Twos => numbers(Width::Two, to, from, swap, two),
        Action::Fours => numbers(Width::Four, to, from, swap, four),
        Action::Eights => numbers(Width::Eight, to, from, swap, eight),
        _ => {
            crate::io::copy(to, from);
        }
    }
}

/// An object that values are moved from or to. A move uses up what it has of the bytes of a wire.
trait Side<Wire> {
    type Place: Copy;

    fn is_empty(wire: &Wire) -> bool;

    /// Where an element lies that begins so far in the object.
    fn element(&self, offset: usize) -> Option<Self::Place>;

    /// Moves a number that lies so far in an element.
    fn number<const N: usize>(
        &mut self,
        wire: Wire,
        element: Self::Place,
        offset: usize,
        swapped: impl Fn([u8; N]) -> [u8; N],
    ) -> Option<Wire>;

    /// Moves what is not one number.
    fn piece(&mut self, wire: Wire, element: Self::Place, one: Move) -> Option<Wire>;
}

/// Moves all of the wire, which ends where a group does, and gives the groups behind it. `None` where that cannot be.
#[inline]
fn carry<Wire, S: Side<Wire>>(
    mut side: S,
    mut wire: Wire,
    mut groups: &[[u8; MOVE]],
) -> Option<&[[u8; MOVE]]> {
    while let (false, Some((head, rest))) = (S::is_empty(&wire), groups.split_first()) {
        let group = Group::from_bytes(head);
        let (moves, rest) = rest.split_at_checked(size(group.moves))?;
        let mut begin = 0usize;
        for _ in 0..group.count {
            let element = side.element(begin)?;
            for one in moves {
                let one = Move::from_bytes(one);
                let offset = size(one.offset);
                wire = match one.action {
                    Action::Byte => side.number(wire, element, offset, |byte: [u8; 1]| byte)?,
                    Action::Two => side.number(wire, element, offset, two)?,
                    Action::Four => side.number(wire, element, offset, four)?,
                    Action::Eight => side.number(wire, element, offset, eight)?,
                    _ => side.piece(wire, element, one)?,
                };
            }
            begin = begin.saturating_add(size(group.stride));
        }
        groups = rest;
    }
    Some(groups)
}

/// From an object to the next piece of a wire; gives the groups behind it.
pub(super) fn gather<'g, M: Memory>(
    memory: &M,
    object: M::Place,
    groups: &'g [[u8; MOVE]],
    piece: &mut [u8],
    swap: &dyn Swap,
) -> &'g [[u8; MOVE]] {
    carry(Source { memory, object, swap }, piece, groups).unwrap_or_default()
}

struct Source<'s, M: Memory> {
    memory: &'s M,
    object: M::Place,
    swap: &'s dyn Swap,
}

impl<M: Memory> Source<'_, M> {
    /// Before the first move it was seen that the object has all of them.
    #[inline]
    fn bytes(&self, element: M::Place, offset: usize, length: usize) -> &[u8] {
        let place = self.memory.at(element, offset);
        place.and_then(|place| self.memory.bytes(place, length)).unwrap_or_default()
    }
}

impl<'w, M: Memory> Side<&'w mut [u8]> for Source<'_, M> {
    type Place = M::Place;

    #[inline]
    fn is_empty(wire: &&'w mut [u8]) -> bool {
        wire.is_empty()
    }

    #[inline]
    fn element(&self, offset: usize) -> Option<M::Place> {
        self.memory.at(self.object, offset).ok()
    }

    #[inline]
    fn number<const N: usize>(
        &mut self,
        wire: &'w mut [u8],
        element: M::Place,
        offset: usize,
        swapped: impl Fn([u8; N]) -> [u8; N],
    ) -> Option<&'w mut [u8]> {
        let (to, wire) = wire.split_first_chunk_mut()?;
        *to = self.bytes(element, offset, N).first_chunk().map_or([0; N], |from| swapped(*from));
        Some(wire)
    }

    #[inline]
    fn piece(&mut self, wire: &'w mut [u8], element: M::Place, one: Move) -> Option<&'w mut [u8]> {
        let length = size(one.length);
        let (to, wire) = wire.split_at_mut_checked(length)?;
        match one.action {
            // These have no place in the object, and may be more than it has.
            Action::Nothing => to.fill(0),
            action => copy(action, to, self.bytes(element, size(one.offset), length), self.swap),
        }
        Some(wire)
    }
}

/// From the next piece of a wire to an object; gives the groups behind it, or `None` at a bool that is none.
pub(super) fn scatter<'g, M: Memory>(
    memory: &mut M,
    object: M::Place,
    groups: &'g [[u8; MOVE]],
    piece: &[u8],
    flags: Flags,
    swap: &dyn Swap,
) -> Option<&'g [[u8; MOVE]]> {
    carry(Target { memory, object, flags, swap }, piece, groups)
}

struct Target<'t, M: Memory> {
    memory: &'t mut M,
    object: M::Place,
    flags: Flags,
    swap: &'t dyn Swap,
}

impl<M: Memory> Target<'_, M> {
    #[inline]
    fn bytes_mut(&mut self, element: M::Place, offset: usize, length: usize) -> Option<&mut [u8]> {
        let place = self.memory.at(element, offset).ok()?;
        self.memory.bytes_mut(place, length).ok()
    }
}

impl<'w, M: Memory> Side<&'w [u8]> for Target<'_, M> {
    type Place = M::Place;

    #[inline]
    fn is_empty(wire: &&'w [u8]) -> bool {
        wire.is_empty()
    }

    #[inline]
    fn element(&self, offset: usize) -> Option<M::Place> {
        self.memory.at(self.object, offset).ok()
    }

    #[inline]
    fn number<const N: usize>(
        &mut self,
        wire: &'w [u8],
        element: M::Place,
        offset: usize,
        swapped: impl Fn([u8; N]) -> [u8; N],
    ) -> Option<&'w [u8]> {
        let (from, wire) = wire.split_first_chunk()?;
        *self.bytes_mut(element, offset, N)?.first_chunk_mut()? = swapped(*from);
        Some(wire)
    }

    #[inline]
    fn piece(&mut self, wire: &'w [u8], element: M::Place, one: Move) -> Option<&'w [u8]> {
        let length = size(one.length);
        let (from, wire) = wire.split_at_checked(length)?;
        let exact = one.action == Action::Flags && self.flags == Flags::Exact;
        if exact && from.iter().any(|byte| *byte > 1) {
            return None;
        }
        if one.action != Action::Nothing {
            let swap = self.swap;
            copy(one.action, self.bytes_mut(element, size(one.offset), length)?, from, swap);
        }
        Some(wire)
    }
}

#[cfg(test)]
#[allow(clippy::panic, clippy::as_conversions, reason = "a test may panic: that is how it fails")]
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
        let nothing = Move { action: Action::Nothing, offset: 0, length: 100 };
        let group = Group { count: 1, stride: 0, moves: 1 };
        let groups = [group.to_bytes(), nothing.to_bytes()];
        let mut piece = [7; 100];
        let mut memory = Untouched;
        assert_eq!(gather(&memory, 0, &groups, &mut piece, &Portable), [[0; MOVE]; 0]);
        assert_eq!(piece, [0; 100]);
        let behind = scatter(&mut memory, 0, &groups, &piece, Flags::Exact, &Portable);
        assert_eq!(behind, Some(&[][..]));
    }

    #[test]
    fn a_move_is_what_its_bytes_say() {
        for number in 0..=9 {
            let one = Move { action: Action::of(number), offset: 0x0102_0304, length: u32::MAX };
            assert_eq!(Move::from_bytes(&one.to_bytes()), one);
            assert_eq!(one.action as u32, number);
        }
        let group = Group { count: 0x0102_0304, stride: 5, moves: u32::MAX };
        assert_eq!(Group::from_bytes(&group.to_bytes()), group);
    }
}
