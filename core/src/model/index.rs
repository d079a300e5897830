//! Finds the children of a scope by name: their names, sorted, in the free middle of the block.
//!
//! Sorting has no bad case that a hostile stream could make, as a hash has.

use super::arena::{Arena, Record, RECORD};
use super::node::NONE;
use super::tree::Tree;

/// What items are found by: the number of the name, the instance of a device, and [`DEVICE`] if it is one.
pub(super) type Key = (u32, u32, u32);

/// Stands in the order of a device. There is no room for so many nodes that an order has this bit.
const DEVICE: u32 = 1 << 31;

/// The key of an item, which has an instance if it is a device.
pub(super) fn key(name: u32, instance: Option<u32>) -> Key {
    match instance {
        Some(instance) => (name, instance, DEVICE),
        None => (name, 0, 0),
    }
}

/// The children that were not read when it was made, by name and, among those of one name, in order.
///
/// A record is name, instance, order and node. Once sorted, the order of the first record of a name is
/// not needed any more: there, it counts how many of that name are known to be read. Among items of one
/// name and instance, devices come last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Index {
    /// Where the records begin.
    start: usize,
    count: usize,
}

impl Index {
    /// Indexes those of the siblings from `first` on that are found by name and not read yet. `None`
    /// when there is no room beyond the first `start` bytes of the middle.
    pub(super) fn build(tree: &mut Tree<'_>, first: u32, start: usize) -> Option<Index> {
        let room = tree.arena.gap();
        let mut index = Index { start, count: 0 };
        let mut at = first;
        while at != NONE {
            let node = tree.node(at);
            if node.form.is_found_by_name() && node.is_unread() {
                if index.end().saturating_add(RECORD) > room {
                    return None;
                }
                let order = u32::try_from(index.count).unwrap_or(NONE);
                index.count = index.count.saturating_add(1);
                let last = index.count.wrapping_sub(1);
                let (name, instance, device) = key(node.name, node.instance());
                index.set(&mut tree.arena, last, [name, instance, order | device, at]);
            }
            at = node.next;
        }
        index.sort(&mut tree.arena);
        index.forget_order(&mut tree.arena);
        Some(index)
    }

    /// Where the memory after it begins.
    pub(super) fn end(&self) -> usize {
        self.start.saturating_add(self.count.saturating_mul(RECORD))
    }

    /// The first child of this key that is not read; adds the records looked at to `searched`.
    pub(super) fn find(&self, tree: &mut Tree<'_>, key: Key, searched: &mut u64) -> Option<u32> {
        let leader = self.lower_bound(&tree.arena, key, searched);
        let [.., order, _] = self.get(&tree.arena, leader);
        let mut read = order & !DEVICE;
        loop {
            let record = leader.saturating_add(usize::try_from(read).unwrap_or(usize::MAX));
            let [name, instance, order, node] = self.get(&tree.arena, record);
            if record >= self.count || (name, instance, order & DEVICE) != key {
                return None;
            }
            if tree.node(node).is_unread() {
                return Some(node);
            }
            *searched = searched.saturating_add(1);
            read = read.saturating_add(1);
            self.edit(&mut tree.arena, leader, |[_, _, order, _]| *order = *order & DEVICE | read);
        }
    }

    fn lower_bound(&self, arena: &Arena<'_>, key: Key, searched: &mut u64) -> usize {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            let [name, instance, order, _] = self.get(arena, middle);
            *searched = searched.saturating_add(1);
            match (name, instance, order & DEVICE) < key {
                true => low = middle.saturating_add(1),
                false => high = middle,
            }
        }
        low
    }

    /// Heap sort: in place, and never slow.
    fn sort(&self, arena: &mut Arena<'_>) {
        for root in (0..self.count >> 1).rev() {
            self.sift(arena, root, self.count);
        }
        for end in (1..self.count).rev() {
            self.swap(arena, 0, end);
            self.sift(arena, 0, end);
        }
    }

    fn sift(&self, arena: &mut Arena<'_>, from: usize, end: usize) {
        let mut root = from;
        loop {
            let left = root.saturating_mul(2).saturating_add(1);
            let right = left.saturating_add(1);
            if left >= end {
                return;
            }
            let greater = right < end && self.get(arena, left) < self.get(arena, right);
            let child = if greater { right } else { left };
            if self.get(arena, root) >= self.get(arena, child) {
                return;
            }
            self.swap(arena, root, child);
            root = child;
        }
    }

    /// Nothing is read yet: see [`Index`].
    fn forget_order(&self, arena: &mut Arena<'_>) {
        for at in 0..self.count {
            self.edit(arena, at, |[_, _, order, _]| *order &= DEVICE);
        }
    }

    fn swap(&self, arena: &mut Arena<'_>, left: usize, right: usize) {
        let (a, b) = (self.get(arena, left), self.get(arena, right));
        self.set(arena, left, b);
        self.set(arena, right, a);
    }

    fn edit(&self, arena: &mut Arena<'_>, at: usize, change: impl FnOnce(&mut Record)) {
        let mut record = self.get(arena, at);
        change(&mut record);
        self.set(arena, at, record);
    }

    fn get(&self, arena: &Arena<'_>, at: usize) -> Record {
        arena.record(self.offset(at))
    }

    fn set(&self, arena: &mut Arena<'_>, at: usize, record: Record) {
        let offset = self.offset(at);
        arena.set_record(offset, record);
    }

    fn offset(&self, at: usize) -> usize {
        self.start.saturating_add(at.saturating_mul(RECORD))
    }
}
