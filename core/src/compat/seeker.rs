//! Finds the elements of a list by their keys, in the order in which they are asked for.

use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::Marks;

/// Elements that may be looked at in vain, all searches of a run together: about half a second. Only lists that were
/// made for it, or are in quite another order than what is asked for, need more.
const MOST_WORK: u64 = 1 << 24;

/// The words of the filter.
const WORDS: usize = 256;

/// How much was looked at in vain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Work(u64);

impl Work {
    fn spend(&mut self) -> Result<()> {
        self.0 = self.0.saturating_add(1);
        match self.0 <= MOST_WORK {
            true => Ok(()),
            false => Err(Code::TooMuchWork),
        }
    }
}

/// A search in a list. It begins where the last one found something, so to find all elements in their order
/// costs no more than to go through them; a filter of the keys that there are tells, mostly, what is not
/// there.
#[derive(Debug)]
pub(super) struct Seeker {
    list: Option<NodeId>,
    /// What was found last: the next search begins behind it.
    last: Option<NodeId>,
    /// Two bits are set for each key.
    filter: [u64; WORDS],
    /// The bits of the filter that are used, less 1.
    mask: u32,
}

impl Seeker {
    /// Finds nothing.
    pub(super) const NONE: Seeker = Seeker { list: None, last: None, filter: [0; WORDS], mask: 63 };

    /// Will search in `list`, whose elements have these keys.
    pub(super) fn over(
        tree: &Tree<'_>,
        list: Option<NodeId>,
        key: fn(&Tree<'_>, NodeId) -> u32,
    ) -> Result<Seeker> {
        let Some(list) = list else { return Ok(Seeker::NONE) };
        let count = u32::try_from(tree.count(list)?).unwrap_or(u32::MAX);
        let bits = count.saturating_mul(8).min(1 << 14).next_power_of_two().max(64);
        let mask = bits.saturating_sub(1);
        let mut seeker = Seeker { list: Some(list), last: None, filter: [0; WORDS], mask };
        for element in tree.children(list)? {
            seeker.note(key(tree, element));
        }
        Ok(seeker)
    }

    /// The element that `is` accepts, from where the last one was found; those of another key are not looked for.
    pub(super) fn find(
        &mut self,
        tree: &Tree<'_>,
        key: u32,
        work: &mut Work,
        is: &dyn Fn(&Tree<'_>, NodeId) -> bool,
    ) -> Result<Option<NodeId>> {
        match self.may_have(key) {
            true => self.search(tree, work, is),
            false => Ok(None),
        }
    }

    /// The same, whatever its key.
    pub(super) fn search(
        &mut self,
        tree: &Tree<'_>,
        work: &mut Work,
        is: &dyn Fn(&Tree<'_>, NodeId) -> bool,
    ) -> Result<Option<NodeId>> {
        let Some(list) = self.list else { return Ok(None) };
        let first = tree.first_child(list)?;
        let Some(start) = self.next(tree)?.or(first) else { return Ok(None) };
        let mut at = start;
        loop {
            if is(tree, at) {
                self.last = Some(at);
                return Ok(Some(at));
            }
            work.spend()?;
            // Round the end of the list, back to where it began.
            match tree.next_sibling(at)?.or(first) {
                Some(next) if next != start => at = next,
                _ => return Ok(None),
            }
        }
    }

    /// An element is about to be removed from the list.
    pub(super) fn pass(&mut self, tree: &Tree<'_>, element: NodeId) -> Result<()> {
        if self.last == Some(element) {
            self.last = tree.previous_sibling(element)?;
        }
        Ok(())
    }

    /// Puts a new element behind the one that was found last, so that the list keeps the order of the searches.
    pub(super) fn insert(&mut self, tree: &mut Tree<'_>, list: NodeId, key: u32) -> Result<NodeId> {
        self.note(key);
        let at = self.last.map_or(At::Start(list), At::After);
        let element = tree.insert(at, b"", Marks::NONE, Value::Element)?;
        (self.list, self.last) = (Some(list), Some(element));
        Ok(element)
    }

    fn next(&self, tree: &Tree<'_>) -> Result<Option<NodeId>> {
        self.last.map_or(Ok(None), |last| tree.next_sibling(last))
    }

    fn note(&mut self, key: u32) {
        for (word, bit) in self.bits(key) {
            if let Some(word) = self.filter.get_mut(word) {
                *word |= bit;
            }
        }
    }

    fn may_have(&self, key: u32) -> bool {
        let set = |(word, bit)| self.filter.get(word).is_some_and(|word| word & bit != 0);
        self.bits(key).into_iter().all(set)
    }

    /// The two places of a key in the filter.
    fn bits(&self, key: u32) -> [(usize, u64); 2] {
        [key, key.rotate_left(16).wrapping_mul(0x9e37_79b1)].map(|key| {
            let bit = key & self.mask;
            (usize::try_from(bit >> 6).unwrap_or(0), 1 << (bit & 63))
        })
    }
}

/// The key of some bytes and a number: FNV-1a, mixed at the end.
pub(super) fn key(bytes: &[u8], number: u32) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for &byte in bytes.iter().chain(&number.to_le_bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 15;
    hash.wrapping_mul(0x2c1b_3c6d)
}
