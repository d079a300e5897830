//! Finds the children of a scope by name: their names, sorted, in memory that is free for a while, such as
//! the middle of the block.
//!
//! Sorting has no bad case that a hostile stream could make, as a hash has.

use core::ops::Range;

use zerocopy::{FromBytes, IntoBytes};

use super::node::{Node, NONE};
use super::tree::Tree;
use crate::io::told;

/// What items are found by: the number of the name, the instance of a device, and a class in the bits above
/// [`ORDER`] and [`COUNTS`].
pub(super) type Key = (u32, u32, u32);

/// Name, instance, class with order, and node.
type Record = [u32; 4];

/// The size of one.
pub(super) const RECORD: usize = 16;

/// The bits of an order: there is no room for so many nodes that one is greater.
const ORDER: u32 = COUNTS - 1;

/// Stands where the order is a count.
const COUNTS: u32 = 1 << CLASS >> 1;

/// The bits below the class.
const CLASS: u32 = 28;

/// The key of an item of one of 16 classes.
pub(super) fn key(name: u32, instance: Option<u32>, class: u8) -> Key {
    (name, instance.unwrap_or(0), u32::from(class) << CLASS)
}

/// Children of a scope by key and, among those of one key, in order.
///
/// The order of the first record of a key is not needed any more once that is passed: from then on it
/// counts how many of that key are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index {
    /// Where the records begin.
    start: usize,
    count: usize,
}

/// The records of one key.
#[derive(Clone, Copy)]
pub(super) struct Group {
    key: Key,
    first: usize,
}

/// A child that was found.
pub(super) struct Found {
    pub(super) node: u32,
    /// Its place among all that were added, if none of its key is passed.
    pub(super) order: u32,
}

impl Index {
    /// An index of nothing, that begins at `start`.
    pub(super) fn new(start: usize) -> Index {
        Index { start, count: 0 }
    }

    /// Indexes those of the siblings from `first` on that have a key. `None` when that part of the block
    /// is too small.
    pub(super) fn build(
        tree: &mut Tree<'_>,
        first: u32,
        room: Range<usize>,
        key_of: fn(&Node) -> Option<Key>,
    ) -> Option<Index> {
        let mut index = Index::new(room.start);
        let mut at = first;
        while at != NONE {
            let node = tree.node(at);
            if let Some(key) = key_of(&node) {
                let memory = tree.arena.memory_mut().get_mut(..room.end)?;
                index.add(memory, key, at)?;
            }
            at = node.next;
        }
        index.sort(tree.arena.memory_mut());
        Some(index)
    }

    /// Adds a child after the others; it is found when all are sorted. `None` when the memory is too
    /// small.
    pub(super) fn add(&mut self, memory: &mut [u8], key: Key, node: u32) -> Option<()> {
        let order = u32::try_from(self.count).unwrap_or(ORDER);
        let (name, instance, class) = key;
        let record = [name, instance, class | order, node];
        record.write_to_prefix(memory.get_mut(self.end()..)?).ok()?;
        self.count = self.count.saturating_add(1);
        Some(())
    }

    /// How many children were added.
    pub(super) fn count(&self) -> u64 {
        told(self.count)
    }

    /// Where the memory after it begins.
    pub(super) fn end(&self) -> usize {
        self.offset(self.count)
    }

    /// The first child in the block of this key that `is_due`; those before it are passed. Adds the
    /// records looked at to `searched`.
    pub(super) fn find(
        &self,
        tree: &mut Tree<'_>,
        key: Key,
        is_due: fn(&Node) -> bool,
        searched: &mut u64,
    ) -> Option<u32> {
        let group = self.group(tree.arena.memory(), key, searched);
        while let Some(found) = self.next(tree.arena.memory(), group) {
            if is_due(&tree.node(found.node)) {
                return Some(found.node);
            }
            *searched = searched.saturating_add(1);
            self.pass(tree.arena.memory_mut(), group);
        }
        None
    }

    /// The records of a key, of which there may be none.
    pub(super) fn group(&self, memory: &[u8], key: Key, searched: &mut u64) -> Group {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            *searched = searched.saturating_add(1);
            match key_of(self.get(memory, middle)) < key {
                true => low = middle.saturating_add(1),
                false => high = middle,
            }
        }
        Group { key, first: low }
    }

    /// The first child of a group that is not passed.
    pub(super) fn next(&self, memory: &[u8], group: Group) -> Option<Found> {
        let passed = usize::try_from(self.passed(memory, group)).unwrap_or(usize::MAX);
        let at = group.first.saturating_add(passed);
        let record = self.get(memory, at);
        let [.., order, node] = record;
        let there = at < self.count && key_of(record) == group.key;
        there.then_some(Found { node, order: order & ORDER })
    }

    /// Passes the child that [`next`](Index::next) gave.
    pub(super) fn pass(&self, memory: &mut [u8], group: Group) {
        let passed = self.passed(memory, group);
        self.set_passed(memory, group, passed.saturating_add(1));
    }

    /// Whether one of a group is passed; there is one less from then on.
    pub(super) fn pass_back(&self, memory: &mut [u8], group: Group) -> bool {
        let fewer = self.passed(memory, group).checked_sub(1);
        if let Some(fewer) = fewer {
            self.set_passed(memory, group, fewer);
        }
        fewer.is_some()
    }

    /// Sorts what was added. It is a heap sort: in place, and never slow.
    pub(super) fn sort(&self, memory: &mut [u8]) {
        for root in (0..self.count >> 1).rev() {
            self.sift(memory, root, self.count);
        }
        for end in (1..self.count).rev() {
            self.swap(memory, 0, end);
            self.sift(memory, 0, end);
        }
    }

    fn sift(&self, memory: &mut [u8], from: usize, end: usize) {
        let mut root = from;
        loop {
            let left = root.saturating_mul(2).saturating_add(1);
            let right = left.saturating_add(1);
            if left >= end {
                return;
            }
            let greater = right < end && self.get(memory, left) < self.get(memory, right);
            let child = if greater { right } else { left };
            if self.get(memory, root) >= self.get(memory, child) {
                return;
            }
            self.swap(memory, root, child);
            root = child;
        }
    }

    fn swap(&self, memory: &mut [u8], left: usize, right: usize) {
        let (a, b) = (self.get(memory, left), self.get(memory, right));
        self.set(memory, left, b);
        self.set(memory, right, a);
    }

    /// How many of a group are passed.
    fn passed(&self, memory: &[u8], group: Group) -> u32 {
        let record = self.get(memory, group.first);
        let [.., order, _] = record;
        match key_of(record) == group.key && order & COUNTS != 0 {
            true => order & ORDER,
            false => 0,
        }
    }

    fn set_passed(&self, memory: &mut [u8], group: Group, passed: u32) {
        let [name, instance, order, node] = self.get(memory, group.first);
        let order = order & !ORDER | COUNTS | passed & ORDER;
        self.set(memory, group.first, [name, instance, order, node]);
    }

    fn get(&self, memory: &[u8], at: usize) -> Record {
        let bytes = memory.get(self.offset(at)..).unwrap_or_default();
        Record::read_from_prefix(bytes).map_or([0; 4], |(record, _)| record)
    }

    fn set(&self, memory: &mut [u8], at: usize, record: Record) {
        // It was there when the record was added.
        let _ = record.write_to_prefix(memory.get_mut(self.offset(at)..).unwrap_or_default());
    }

    fn offset(&self, at: usize) -> usize {
        self.start.saturating_add(at.saturating_mul(RECORD))
    }
}

fn key_of(record: Record) -> Key {
    let [name, instance, order, _] = record;
    (name, instance, order & !(COUNTS | ORDER))
}
