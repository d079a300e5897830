//! Each name is stored once, and then is a number: the place of its entry, or 0 for the empty one.
//!
//! The entries form a tree of four branches, which is walked by the bits of a name's hash, two at
//! each entry, and after these by those of the name itself. So a name is found in a few steps whatever
//! the number of names, and names made to have one hash cost no more than their own length.

use super::arena::Arena;

/// Before the name: four branches, the hash and the length.
const HEAD: usize = 4 * 4 + 4 + 1;

/// The same as a distance of places.
const HEAD_PLACES: u32 = 21;

/// Steps that the hash decides, two bits each.
const HASH_STEPS: usize = 16;

/// The names of a tree.
#[derive(Debug)]
pub(super) struct Names {
    root: u32,
}

/// Where a name is, or where it would be: a branch of an entry.
enum Sought {
    Found(u32),
    Vacant { entry: u32, branch: usize },
}

impl Names {
    pub(super) const fn new() -> Self {
        Names { root: 0 }
    }

    /// The number of a name, if it was ever interned.
    pub(super) fn find(&self, arena: &Arena<'_>, name: &[u8]) -> Option<u32> {
        match self.seek(arena, name, hash(name)) {
            Sought::Found(number) => Some(number),
            Sought::Vacant { .. } => None,
        }
    }

    /// The bytes that interning a name takes.
    pub(super) fn cost(&self, arena: &Arena<'_>, name: &[u8]) -> usize {
        match self.seek(arena, name, hash(name)) {
            Sought::Found(_) => 0,
            Sought::Vacant { entry, .. } => {
                HEAD.saturating_add(name.len()).saturating_add(arena.link_cost(entry))
            }
        }
    }

    /// The bytes that interning two names takes, one after the other.
    pub(super) fn cost_of_both(&self, arena: &Arena<'_>, first: &[u8], second: &[u8]) -> usize {
        let seek = |name| self.seek(arena, name, hash(name));
        let more = match (seek(first), seek(second)) {
            _ if first == second => 0,
            // The link to the second one is in the entry of the first one, which nobody records.
            (Sought::Vacant { entry, branch }, Sought::Vacant { entry: e, branch: b })
                if (entry, branch) == (e, b) =>
            {
                HEAD.saturating_add(second.len())
            }
            _ => self.cost(arena, second),
        };
        self.cost(arena, first).saturating_add(more)
    }

    /// The number of a name, interned now if it is new. There is room for it.
    pub(super) fn intern(&mut self, arena: &mut Arena<'_>, name: &[u8]) -> u32 {
        let hash = hash(name);
        match self.seek(arena, name, hash) {
            Sought::Found(number) => number,
            Sought::Vacant { entry, branch } => {
                let number = add(arena, name, hash);
                self.link(arena, entry, branch, number);
                number
            }
        }
    }

    /// Forgets the first name, if its place was taken since so many bytes were taken at the back.
    pub(super) fn forget_beyond(&mut self, back: usize) {
        if usize::try_from(self.root).is_ok_and(|root| root > back) {
            self.root = 0;
        }
    }

    fn seek(&self, arena: &Arena<'_>, name: &[u8], hash: u32) -> Sought {
        if name.is_empty() {
            return Sought::Found(0);
        }
        let (mut entry, mut branch, mut next) = (0, 0, self.root);
        // The entries are a tree, so each step meets another one.
        for depth in 0usize.. {
            if next == 0 {
                break;
            }
            let bytes = arena.at(next);
            if stored_hash(bytes) == hash && stored(bytes) == name {
                return Sought::Found(next);
            }
            entry = next;
            branch = turn(name, hash, depth);
            next = branches(bytes).get(branch).copied().unwrap_or(0);
        }
        Sought::Vacant { entry, branch }
    }

    fn link(&mut self, arena: &mut Arena<'_>, entry: u32, branch: usize, number: u32) {
        if entry == 0 {
            self.root = number;
            return;
        }
        // Places are counted from the end of the block.
        let ahead = u32::try_from(branch.wrapping_mul(4)).unwrap_or(0);
        let link = entry.wrapping_sub(ahead);
        arena.log_link(entry, link);
        arena.store(link, &number.to_ne_bytes());
    }
}

/// The name of a number.
pub(super) fn name<'a>(arena: &'a Arena<'_>, number: u32) -> &'a [u8] {
    match number {
        0 => &[],
        _ => stored(arena.at(number)),
    }
}

fn add(arena: &mut Arena<'_>, name: &[u8], hash: u32) -> u32 {
    let place = arena.take(HEAD.saturating_add(name.len()));
    let mut head = [0; HEAD];
    let [.., h0, h1, h2, h3, length] = &mut head;
    [*h0, *h1, *h2, *h3] = hash.to_ne_bytes();
    // Names are never longer than their length byte can tell.
    *length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    arena.store(place, &head);
    // Places are counted from the end of the block.
    arena.store(place.wrapping_sub(HEAD_PLACES), name);
    place
}

fn stored(entry: &[u8]) -> &[u8] {
    let length = entry.get(20).copied().map_or(0, usize::from);
    entry.get(HEAD..).and_then(|rest| rest.get(..length)).unwrap_or_default()
}

fn stored_hash(entry: &[u8]) -> u32 {
    let hash = entry.get(16..).and_then(|rest| rest.first_chunk::<4>());
    hash.map_or(0, |hash| u32::from_ne_bytes(*hash))
}

fn branches(entry: &[u8]) -> [u32; 4] {
    let mut links = [0; 4];
    let (words, _) = entry.as_chunks::<4>();
    for (link, word) in links.iter_mut().zip(words) {
        *link = u32::from_ne_bytes(*word);
    }
    links
}

/// Which of four branches a name takes.
fn turn(name: &[u8], hash: u32, depth: usize) -> usize {
    let (byte, step) = match depth.checked_sub(HASH_STEPS) {
        None => (hash.to_le_bytes().get(depth >> 2).copied(), depth & 3),
        Some(beyond) => (name.get(beyond >> 2).copied(), beyond & 3),
    };
    usize::from(
        byte.unwrap_or(0).wrapping_shr(u32::try_from(step.wrapping_mul(2)).unwrap_or(0)) & 3,
    )
}

/// FNV-1a, mixed at the end so that names which differ in their last byte part at once.
fn hash(name: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for &byte in name {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 15;
    hash.wrapping_mul(0x2c1b_3c6d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::vec;

    #[test]
    fn names_keep_their_numbers() {
        let mut memory = vec![0; 1 << 20];
        let (mut arena, mut names) = (Arena::new(&mut memory), Names::new());
        let text = |at: usize| format!("name{at}");
        let numbers: vec::Vec<u32> =
            (0..5000).map(|at| names.intern(&mut arena, text(at).as_bytes())).collect();
        for (at, &number) in numbers.iter().enumerate() {
            assert_eq!(names.find(&arena, text(at).as_bytes()), Some(number));
            assert_eq!(name(&arena, number), text(at).as_bytes());
            assert_eq!(names.intern(&mut arena, text(at).as_bytes()), number);
        }
        assert_eq!(names.find(&arena, b"other"), None);
        assert_eq!((names.find(&arena, b""), name(&arena, 0)), (Some(0), &b""[..]));
    }

    #[test]
    fn names_of_one_hash_are_told_apart() {
        let mut memory = vec![0; 1 << 20];
        let (mut arena, mut names) = (Arena::new(&mut memory), Names::new());
        // Not what `hash` gives, but what a hostile stream may find.
        let mut add_one = |name: &[u8]| match names.seek(&arena, name, 7) {
            Sought::Found(number) => number,
            Sought::Vacant { entry, branch } => {
                let number = add(&mut arena, name, 7);
                names.link(&mut arena, entry, branch, number);
                number
            }
        };
        let texts: vec::Vec<_> = (1..=255usize).map(|length| vec![0u8; length]).collect();
        let first: vec::Vec<u32> = texts.iter().map(|text| add_one(text)).collect();
        let again: vec::Vec<u32> = texts.iter().map(|text| add_one(text)).collect();
        assert_eq!(first, again);
        let distinct: std::collections::HashSet<&u32> = first.iter().collect();
        assert_eq!(distinct.len(), 255);
    }
}
