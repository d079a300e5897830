//! Paths with stars.

use crate::compat::path::sites::Sites;
use crate::compat::Trail;
use crate::error::{put_number, Code, Result};
use crate::model::{NodeId, Tree};

/// The longest pattern, in bytes: the places in it are numbers of one byte.
const LONGEST: usize = 255;

/// The most stars of a pattern: a path is read on from behind each of them at once.
const STARS: usize = 16;

/// What may be spent on reading paths: minutes of it would be a file made to keep somebody waiting.
const EFFORT: u64 = 1 << 32;

/// How much may still be spent on comparing paths with patterns: a byte of a path costs one for each place of the
/// pattern that it is read from. Whole routes over a machine of a million items spend less than there is.
#[derive(Clone, Copy, Debug)]
pub struct Effort(u64);

impl Effort {
    /// All that there is.
    #[must_use]
    pub const fn new() -> Self {
        Effort(EFFORT)
    }

    /// Spends what reading something cost.
    ///
    /// # Errors
    /// [`Code::TooMuchWork`].
    pub(crate) fn spend(&mut self, cost: u32) -> Result<()> {
        // To look at something costs as well.
        let left = self.0.checked_sub(u64::from(cost).saturating_add(1));
        self.0 = left.ok_or(Code::TooMuchWork)?;
        Ok(())
    }
}

impl Default for Effort {
    fn default() -> Self {
        Effort::new()
    }
}

/// A path in which `*` stands for any run of characters of one name, instance or element number, and `\*` for a
/// star. See [`Step`](crate::compat::Step).
#[derive(Clone, Copy, Debug)]
pub struct Pattern<'p> {
    text: &'p [u8],
}

impl<'p> Pattern<'p> {
    /// The pattern of a text.
    ///
    /// # Errors
    /// [`Code::TooLong`] for one of more than 255 bytes; [`Code::TooMany`] for one of more than 16 stars.
    pub const fn new(text: &'p str) -> Result<Self> {
        let text = text.as_bytes();
        match (text.len() <= LONGEST, stars(text) <= STARS) {
            (true, true) => Ok(Pattern { text }),
            (false, _) => Err(Code::TooLong),
            (true, false) => Err(Code::TooMany),
        }
    }

    /// Whether it names this item.
    #[must_use]
    pub fn matches(&self, trail: &Trail) -> bool {
        self.follow(trail, |reached, last| last && reached.is_match(self)).0
    }

    /// Whether it names this item or something around it. The empty pattern is around everything.
    #[must_use]
    pub fn covers(&self, trail: &Trail) -> bool {
        self.is_empty() || self.follow(trail, |reached, _| reached.is_match(self)).0
    }

    /// The same, and spends what that cost.
    pub(crate) fn covers_within(&self, trail: &Trail, effort: &mut Effort) -> Result<bool> {
        let (found, cost) = self.follow(trail, |reached, _| reached.is_match(self));
        effort.spend(cost)?;
        Ok(found || self.is_empty())
    }

    /// Whether it names something in a scope: a device, something in one, or any device of the machine where the scope
    /// is the root. Like the names of devices, it begins outside of the device.
    ///
    /// # Errors
    /// [`Code::TooMuchWork`]; [`Code::TooLong`] for the path of what it names; [`Code::StaleHandle`].
    pub fn is_in(&self, tree: &Tree<'_>, scope: NodeId, effort: &mut Effort) -> Result<bool> {
        let mut sites = Sites::whole(tree, scope, *self);
        Ok(sites.next(tree, &mut Trail::new(), effort)?.is_some())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it is the path up to one of its parts, and what it cost to read up to there.
    fn follow(&self, trail: &Trail, is_it: impl Fn(&Reached, bool) -> bool) -> (bool, u32) {
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
                return (true, reached.cost);
            }
        }
        (false, reached.cost)
    }

    /// What stands at a place, and where the next one begins; `None` behind the last.
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

/// How many stars a pattern has.
const fn stars(text: &[u8]) -> usize {
    let (mut stars, mut rest) = (0usize, text);
    loop {
        rest = match rest {
            [b'\\', b'*', rest @ ..] => rest,
            [b'*', rest @ ..] => {
                stars = stars.saturating_add(1);
                rest
            }
            [_, rest @ ..] => rest,
            [] => return stars,
        }
    }
}

/// What stands at a place of a pattern, and the place behind it.
enum Sign {
    Byte(u8, u8),
    Any(u8),
}

/// The places of a pattern that a path reaches: as many at a time as the stars allow, and never more than the
/// pattern has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reached {
    places: [u64; 4],
    /// How many places were read from on the way here.
    cost: u32,
}

impl Reached {
    /// Before the first byte.
    pub(crate) fn start(pattern: &Pattern<'_>) -> Reached {
        let mut start = Reached::default();
        start.add(pattern, 0);
        start
    }

    /// Whether no path that begins like this is of the pattern.
    pub(crate) fn is_over(&self) -> bool {
        self.places == [0; 4]
    }

    /// What it cost to get here, which is told once.
    pub(crate) fn take_cost(&mut self) -> u32 {
        core::mem::take(&mut self.cost)
    }

    /// Nowhere.
    pub(crate) const fn over(&self) -> Reached {
        Reached { places: [0; 4], cost: self.cost }
    }

    /// Whether the path that was read is all of the pattern.
    pub(crate) fn is_match(&self, pattern: &Pattern<'_>) -> bool {
        self.has(pattern.end())
    }

    /// Whether a longer path could be.
    pub(crate) fn is_live(&self, pattern: &Pattern<'_>) -> bool {
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
    pub(crate) fn head(&self, pattern: &Pattern<'_>, name: &[u8], instance: u32) -> Reached {
        self.run(pattern, name).sign(pattern, b'/').number(pattern, instance)
    }

    /// Reads the number of an element.
    pub(crate) fn element(&self, pattern: &Pattern<'_>, number: u32) -> Reached {
        self.sign(pattern, b'[').number(pattern, number).sign(pattern, b']')
    }

    /// Reads the name of an item.
    pub(crate) fn item(&self, pattern: &Pattern<'_>, name: &[u8]) -> Reached {
        match name {
            [] => self.over(),
            _ => self.sign(pattern, b'.').run(pattern, name),
        }
    }

    /// Reads the name of an item that no dot is before.
    pub(crate) fn first(&self, pattern: &Pattern<'_>, name: &[u8]) -> Reached {
        match name {
            [] => self.over(),
            _ => self.run(pattern, name),
        }
    }

    fn number(&self, pattern: &Pattern<'_>, number: u32) -> Reached {
        let mut reached = *self;
        put_number(u64::from(number), &mut |digits| reached = reached.run(pattern, digits));
        reached
    }

    /// Reads a part of a path: stars stand for its bytes.
    pub(crate) fn run(&self, pattern: &Pattern<'_>, bytes: &[u8]) -> Reached {
        let mut reached = *self;
        for &byte in bytes {
            if reached.is_over() {
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
        let mut reached = self.over();
        for place in self.places() {
            reached.cost = reached.cost.saturating_add(1);
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
        if let Some(word) = self.places.get_mut(usize::from(place >> 6)) {
            *word |= 1 << (place & 63);
        }
    }

    fn has(&self, place: u8) -> bool {
        self.places.get(usize::from(place >> 6)).is_some_and(|word| word >> (place & 63) & 1 != 0)
    }

    fn places(&self) -> impl Iterator<Item = u8> + '_ {
        self.places
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
    use crate::model::{At, Value};
    use crate::visit::{Marks, Versions};
    use std::string::String;
    use std::vec;

    #[test]
    fn stars_in_a_row_cost_what_one_does() {
        for (text, path, is_it) in [
            ("*".repeat(16), "", true),
            ("*".repeat(15) + "a", "xyza", true),
            ("*".repeat(15) + "a", "xyzb", false),
        ] {
            let pattern = Pattern::new(&text).unwrap();
            let start = Reached::start(&pattern);
            let reached = start.run(&pattern, path.as_bytes());
            assert_eq!(reached.is_match(&pattern), is_it, "{text} {path}");
            assert!(start.places().count() <= 2 && reached.places().count() <= 3, "{text} {path}");
        }
    }

    #[test]
    fn who_compares_for_too_long_is_stopped() {
        let mut memory = vec![0; 1 << 14];
        let mut tree = Tree::new(&mut memory).unwrap();
        let root = tree.root();
        for instance in 0..3 {
            let value = Value::Device { instance, versions: Versions::only(1), oldest_reader: 1 };
            let device = tree.insert(At::End(root), b"nic", Marks::NONE, value).unwrap();
            tree.insert(At::End(device), b"item", Marks::NONE, Value::Absent).unwrap();
        }
        let mut trail = Trail::new();
        trail.enter(b"nic", Some(2)).unwrap();
        let pattern = Pattern::new("n*c/2").unwrap();
        type Way<'w> = &'w dyn Fn(&mut Effort) -> Result<bool>;
        let ways: [Way<'_>; 2] = [&|effort| pattern.is_in(&tree, root, effort), &|effort| {
            pattern.covers_within(&trail, effort)
        }];
        for way in ways {
            let mut whole = Effort::new();
            assert_eq!(way(&mut whole), Ok(true));
            let cost = EFFORT - whole.0;
            assert!((5..100).contains(&cost), "{cost}");
            assert!((0..cost).all(|less| way(&mut Effort(less)) == Err(Code::TooMuchWork)));
            // Nothing is left for a second time.
            let mut just = Effort(cost);
            assert_eq!((way(&mut just), way(&mut just)), (Ok(true), Err(Code::TooMuchWork)));
        }
    }

    /// Trying every way would take more steps than there are atoms.
    #[test]
    fn a_byte_of_a_path_costs_no_more_than_the_places_of_the_pattern() {
        for text in ["*a".repeat(16), "*".repeat(16), String::from("*") + &"a".repeat(254)] {
            let pattern = Pattern::new(&text).unwrap();
            let (mut reached, mut looked) = (Reached::start(&pattern), 0);
            for byte in [b'a'; 255] {
                looked += reached.places().count();
                reached = reached.run(&pattern, &[byte]);
            }
            assert!((255..=255 * 256).contains(&looked), "{looked}");
            assert_eq!(usize::try_from(reached.take_cost()), Ok(looked));
            assert!(!reached.run(&pattern, b"b").item(&pattern, b"b").is_match(&pattern));
        }
    }
}
