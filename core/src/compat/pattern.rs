//! Paths with stars.

use super::sites::Sites;
use super::Trail;
use crate::error::{put_number, Code, Result};
use crate::model::{NodeId, Tree};

/// The longest pattern, in bytes: the places in it are numbers of one byte.
const LONGEST: usize = 255;

/// A path in which `*` stands for any run of characters of one name, instance or element number, and `\*` for a
/// star. See [`Step`](super::Step).
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'p> {
    text: &'p [u8],
}

impl<'p> Pattern<'p> {
    /// The pattern of a text.
    ///
    /// # Errors
    /// [`Code::TooLong`] for one of more than 255 bytes.
    pub const fn new(text: &'p str) -> Result<Self> {
        match text.len() <= LONGEST {
            true => Ok(Pattern { text: text.as_bytes() }),
            false => Err(Code::TooLong),
        }
    }

    /// Whether it names this item.
    #[must_use]
    pub fn matches(&self, trail: &Trail) -> bool {
        self.follow(trail, |reached, last| last && reached.is_match(self))
    }

    /// Whether it names this item or something around it. The empty pattern is around everything.
    #[must_use]
    pub fn covers(&self, trail: &Trail) -> bool {
        self.is_empty() || self.follow(trail, |reached, _| reached.is_match(self))
    }

    /// Whether it names a device of a tree or something in one; if `scope` is a device, only that one is looked at. Only
    /// what it may still name is entered.
    ///
    /// # Errors
    /// [`Code::TooLong`] for a path; [`Code::StaleHandle`].
    pub fn is_in(&self, tree: &Tree<'_>, scope: NodeId) -> Result<bool> {
        let mut sites = Sites::within(tree, scope, *self)?;
        Ok(sites.next(tree, &mut Trail::new())?.is_some())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    fn follow(&self, trail: &Trail, is_it: impl Fn(&Reached, bool) -> bool) -> bool {
        let mut reached = Reached::start(self);
        let mut pieces = trail.pieces().enumerate().peekable();
        while let Some((at, piece)) = pieces.next() {
            reached = match piece {
                _ if at == 0 => reached.device(self, piece),
                [b'[', number @ .., b']'] => {
                    reached.sign(self, b'[').run(self, number).sign(self, b']')
                }
                _ => reached.item(self, piece.strip_prefix(b".").unwrap_or(piece)),
            };
            if is_it(&reached, pieces.peek().is_none()) {
                return true;
            }
        }
        false
    }

    /// The places after a byte of the pattern: where the next one begins, and what that byte stands for.
    fn at(&self, place: u8) -> Option<Sign> {
        let rest = self.text.get(usize::from(place)..)?;
        Some(match rest {
            [b'\\', b'*', ..] => Sign::Byte(b'*', place.saturating_add(2)),
            [b'*', ..] => Sign::Any(place.saturating_add(1)),
            [byte, ..] => Sign::Byte(*byte, place.saturating_add(1)),
            [] => return None,
        })
    }

    fn end(&self) -> u8 {
        u8::try_from(self.text.len()).unwrap_or(u8::MAX)
    }
}

/// What stands at a place of a pattern, and the place behind it.
enum Sign {
    Byte(u8, u8),
    Any(u8),
}

/// The places of a pattern that a path reaches: as many at a time as the stars allow, and never more than the
/// pattern has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reached([u64; 4]);

impl Reached {
    /// Before the first byte.
    pub(super) fn start(pattern: &Pattern<'_>) -> Reached {
        let mut start = Reached::default();
        start.add(pattern, 0);
        start
    }

    /// Whether the path that was read is all of the pattern.
    pub(super) fn is_match(&self, pattern: &Pattern<'_>) -> bool {
        self.has(pattern.end())
    }

    /// Whether a longer path could be.
    pub(super) fn is_live(&self, pattern: &Pattern<'_>) -> bool {
        let end = pattern.end();
        self.places().any(|place| place != end)
    }

    /// Reads the name of a device and its instance, which a trail has behind the last slash.
    fn device(&self, pattern: &Pattern<'_>, part: &[u8]) -> Reached {
        let slash = part.iter().rposition(|byte| *byte == b'/');
        let (name, instance) = slash.map_or((part, None), |slash| {
            let (name, rest) = part.split_at_checked(slash).unwrap_or((part, &[]));
            (name, rest.strip_prefix(b"/"))
        });
        let named = self.run(pattern, name);
        instance.map_or(named, |number| named.sign(pattern, b'/').run(pattern, number))
    }

    /// Reads the name of a device and its instance.
    pub(super) fn head(&self, pattern: &Pattern<'_>, name: &[u8], instance: u32) -> Reached {
        self.run(pattern, name).sign(pattern, b'/').number(pattern, instance)
    }

    /// Reads the number of an element.
    pub(super) fn element(&self, pattern: &Pattern<'_>, number: u32) -> Reached {
        self.sign(pattern, b'[').number(pattern, number).sign(pattern, b']')
    }

    /// Reads the name of an item.
    pub(super) fn item(&self, pattern: &Pattern<'_>, name: &[u8]) -> Reached {
        match name {
            [] => Reached::default(),
            _ => self.sign(pattern, b'.').run(pattern, name),
        }
    }

    /// Reads the name of an item that no dot is before.
    pub(super) fn first(&self, pattern: &Pattern<'_>, name: &[u8]) -> Reached {
        match name {
            [] => Reached::default(),
            _ => self.run(pattern, name),
        }
    }

    fn number(&self, pattern: &Pattern<'_>, number: u32) -> Reached {
        let mut reached = *self;
        put_number(u64::from(number), &mut |digits| reached = reached.run(pattern, digits));
        reached
    }

    /// Reads a part of a path: stars stand for its bytes.
    pub(super) fn run(&self, pattern: &Pattern<'_>, bytes: &[u8]) -> Reached {
        let mut reached = *self;
        for &byte in bytes {
            if reached == Reached::default() {
                break;
            }
            reached = reached.read(pattern, byte, true);
        }
        reached
    }

    /// Reads a sign between parts: no star stands for it.
    fn sign(&self, pattern: &Pattern<'_>, byte: u8) -> Reached {
        self.read(pattern, byte, false)
    }

    fn read(&self, pattern: &Pattern<'_>, byte: u8, starred: bool) -> Reached {
        let mut reached = Reached::default();
        for place in self.places() {
            match pattern.at(place) {
                Some(Sign::Any(_)) if starred => reached.add(pattern, place),
                Some(Sign::Byte(wanted, next)) if wanted == byte => reached.add(pattern, next),
                _ => {}
            }
        }
        reached
    }

    /// Adds a place, and those behind the stars that stand there, which may stand for nothing.
    fn add(&mut self, pattern: &Pattern<'_>, place: u8) {
        let mut place = place;
        // Behind a place that is there already, all are.
        while !self.has(place) {
            let Some(Sign::Any(next)) = pattern.at(place) else { return self.set(place) };
            // Of stars in a row the last one is as good as all.
            if !matches!(pattern.at(next), Some(Sign::Any(_))) {
                self.set(place);
            }
            place = next;
        }
    }

    fn set(&mut self, place: u8) {
        if let Some(word) = self.0.get_mut(usize::from(place >> 6)) {
            *word |= 1 << (place & 63);
        }
    }

    fn has(&self, place: u8) -> bool {
        self.0.get(usize::from(place >> 6)).is_some_and(|word| word >> (place & 63) & 1 != 0)
    }

    fn places(&self) -> impl Iterator<Item = u8> + '_ {
        self.0
            .iter()
            .zip([0u8, 64, 128, 192])
            .flat_map(|(&word, base)| Bits(word).map(move |bit| base | bit))
    }
}

/// The numbers of the bits that are set.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let bit = u8::try_from(self.0.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
        self.0 &= self.0.wrapping_sub(1);
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn stars_in_a_row_cost_what_one_does() {
        for (text, path, is_it) in [
            ("*".repeat(255), "", true),
            ("*".repeat(254) + "a", "xyza", true),
            ("*".repeat(254) + "a", "xyzb", false),
        ] {
            let pattern = Pattern::new(&text).unwrap();
            let start = Reached::start(&pattern);
            let reached = start.run(&pattern, path.as_bytes());
            assert_eq!(reached.is_match(&pattern), is_it, "{text} {path}");
            assert!(start.places().count() <= 2 && reached.places().count() <= 3, "{text} {path}");
        }
    }

    /// Trying every way would take more steps than there are atoms.
    #[test]
    fn a_byte_of_a_path_costs_no_more_than_the_places_of_the_pattern() {
        for text in ["*a".repeat(127), "*".repeat(255), String::from("*") + &"a".repeat(254)] {
            let pattern = Pattern::new(&text).unwrap();
            let (mut reached, mut looked) = (Reached::start(&pattern), 0);
            for byte in [b'a'; 255] {
                looked += reached.places().count();
                reached = reached.run(&pattern, &[byte]);
            }
            assert!((255..=255 * 256).contains(&looked), "{looked}");
            assert!(!reached.run(&pattern, b"b").item(&pattern, b"b").is_match(&pattern));
        }
    }
}
