//! The block: nodes grow from its front, names and payloads from its back.

use core::ops::Range;

use super::node::{Form, Node, FLAGS, NODE, NONE, NO_NODE};
use crate::io::{copy, move_within};

mod journal;

use journal::Journal;

/// Memory of the caller, divided. Places at the back are counted from the end of the block, so none
/// of them is 0.
#[derive(Debug)]
pub(super) struct Arena<'m> {
    memory: &'m mut [u8],
    /// Nodes ever begun.
    nodes: usize,
    /// Nodes on the free list.
    free_nodes: usize,
    /// The first node of the free list.
    free: u32,
    /// Bytes taken at the back.
    back: usize,
    high_water: usize,
    /// The generation of a node that is begun beyond the others: above that of any that was there.
    unborn: u32,
    journal: Journal,
}

impl<'m> Arena<'m> {
    pub(super) fn new(memory: &'m mut [u8]) -> Self {
        // Places and nodes are numbers of 32 bits.
        let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
        let usable = memory.len().min(most);
        let memory = memory.get_mut(..usable).unwrap_or_default();
        Arena {
            memory,
            nodes: 0,
            free_nodes: 0,
            free: NONE,
            back: 0,
            high_water: 0,
            unborn: 1,
            journal: Journal::CLOSED,
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.memory.len()
    }

    pub(super) fn used(&self) -> usize {
        self.taken().saturating_sub(self.free_nodes.saturating_mul(NODE))
    }

    pub(super) fn high_water(&self) -> usize {
        self.high_water
    }

    /// The bytes taken at the back.
    pub(super) fn back(&self) -> usize {
        self.back
    }

    /// The bytes between nodes and back.
    pub(super) fn gap(&self) -> usize {
        self.capacity().saturating_sub(self.taken())
    }

    /// The place of the gap, where something may be kept as long as nothing is added to the tree.
    pub(super) fn middle(&self) -> Range<usize> {
        self.nodes.saturating_mul(NODE)..self.start_of(self.back)
    }

    /// What of the middle stays free when all that another block holds is added.
    pub(super) fn middle_after(&self, added: &Arena<'_>) -> Range<usize> {
        let (middle, more) = (self.middle(), added.middle());
        // Of a node that is added, its parent, its neighbour, its name and its description may have records.
        let each = if self.is_changing() { 5 } else { 1 };
        let nodes = more.start.saturating_mul(each);
        middle.start.saturating_add(nodes)..middle.end.saturating_sub(added.back)
    }

    /// The block, of which only the middle is anybody's.
    pub(super) fn memory(&self) -> &[u8] {
        self.memory
    }

    /// The same, to be written.
    pub(super) fn memory_mut(&mut self) -> &mut [u8] {
        self.memory
    }

    /// The bytes of the gap that so many more nodes cost.
    pub(super) fn node_cost(&self, count: usize) -> usize {
        count.saturating_sub(self.free_nodes).saturating_mul(NODE)
    }

    /// The node of this number; a free one where there is none.
    #[inline]
    pub(super) fn node(&self, index: u32) -> Node {
        let place = self.memory.get(offset(index)..self.nodes.saturating_mul(NODE));
        place.and_then(Node::read).unwrap_or(NO_NODE)
    }

    #[inline]
    pub(super) fn put(&mut self, index: u32, node: &Node) {
        let end = self.nodes.saturating_mul(NODE);
        node.write(self.memory.get_mut(offset(index)..end).unwrap_or_default());
    }

    /// Changes a node; nothing where there is none. While a change of the tree is open, the node is recorded
    /// or new.
    #[inline]
    pub(super) fn edit(&mut self, index: u32, change: impl FnOnce(&mut Node)) {
        debug_assert!(!self.is_due(index), "a change could not be taken back");
        let mut node = self.node(index);
        change(&mut node);
        self.put(index, &node);
    }

    /// Changes what readers noted of a node, which is no part of the state.
    #[inline]
    pub(super) fn flag(&mut self, index: u32, change: impl FnOnce(&mut u8)) {
        let end = self.nodes.saturating_mul(NODE);
        let there = self.memory.get_mut(..end).unwrap_or_default();
        if let Some(flags) = there.get_mut(offset(index).saturating_add(FLAGS)) {
            change(flags);
        }
    }

    /// Begins a node that nothing refers to yet. There is room for it.
    pub(super) fn begin(&mut self) -> (u32, u32) {
        let index = self.free;
        if index != NONE {
            let node = self.node(index);
            self.free = node.next;
            self.free_nodes = self.free_nodes.saturating_sub(1);
            return (index, node.generation);
        }
        let index = u32::try_from(self.nodes).unwrap_or(NONE);
        self.nodes = self.nodes.saturating_add(1);
        self.note();
        (index, self.unborn)
    }

    /// Puts a node on the free list. Handles of it are stale from now on.
    pub(super) fn release(&mut self, index: u32) {
        let generation = self.node(index).generation.wrapping_add(1).max(1);
        self.put(index, &Node { form: Form::Free, generation, next: self.free, ..NO_NODE });
        self.free = index;
        self.free_nodes = self.free_nodes.saturating_add(1);
    }

    /// Puts a node that nothing refers to any more, with all that is below, on the free list.
    pub(super) fn release_below(&mut self, top: u32) {
        let mut at = top;
        loop {
            let node = self.node(at);
            if node.first != NONE {
                self.edit(at, |node| node.first = NONE);
                at = node.first;
                continue;
            }
            self.release(at);
            match (at == top, node.next) {
                (true, _) => return,
                (false, NONE) => at = node.parent,
                (false, next) => at = next,
            }
        }
    }

    /// Takes `length` bytes at the back, and gives their place. There is room for them.
    pub(super) fn take(&mut self, length: usize) -> u32 {
        self.back = self.back.saturating_add(length);
        self.note();
        u32::try_from(self.back).unwrap_or(NONE)
    }

    /// The bytes at the back that begin at `place`, up to the end of the block.
    #[inline]
    pub(super) fn at(&self, place: u32) -> &[u8] {
        let start = self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        self.memory.get(start..).unwrap_or_default()
    }

    /// Puts bytes at a place that was taken for them.
    pub(super) fn store(&mut self, place: u32, bytes: &[u8]) {
        let start = self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        copy(self.memory.get_mut(start..).unwrap_or_default(), bytes);
    }

    /// The `length` bytes at the place that was taken last, and those of the block from an older place on.
    pub(super) fn taken_and(
        &mut self,
        place: u32,
        length: usize,
        older: u32,
    ) -> (&mut [u8], &[u8]) {
        let start_of = |place: u32| self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        let (new, old) = (start_of(place), start_of(older));
        let end = new.saturating_add(length);
        let Some((taken, rest)) = self.memory.split_at_mut_checked(end) else {
            return (&mut [], &[]);
        };
        let old = rest.get(old.saturating_sub(end)..).unwrap_or_default();
        (taken.get_mut(new..).unwrap_or_default(), old)
    }

    /// Takes as many bytes at the back as there are at a place, and copies them. There is room for them.
    pub(super) fn duplicate(&mut self, place: u32, length: usize) -> u32 {
        let copy = self.take(length);
        let start_of = |place: u32| self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        let (from, to) = (start_of(place), start_of(copy));
        move_within(self.memory, from, from.saturating_add(length), to);
        copy
    }

    /// Makes every flag of an array that was stored 0 or 1.
    pub(super) fn normalize_flags(&mut self, place: u32, length: usize) {
        let start = self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        let flags = self.memory.get_mut(start..).unwrap_or_default();
        flags.iter_mut().take(length).for_each(|flag| *flag = u8::from(*flag != 0));
    }

    /// Makes bytes that were taken all the same.
    pub(super) fn fill(&mut self, place: u32, length: usize, byte: u8) {
        let start = self.start_of(usize::try_from(place).unwrap_or(usize::MAX));
        let bytes = self.memory.get_mut(start..).unwrap_or_default();
        bytes.iter_mut().take(length).for_each(|there| *there = byte);
    }

    fn taken(&self) -> usize {
        self.nodes.saturating_mul(NODE).saturating_add(self.back)
    }

    fn start_of(&self, place: usize) -> usize {
        self.capacity().saturating_sub(place)
    }

    fn note(&mut self) {
        self.high_water = self.high_water.max(self.taken());
    }
}

/// Where a node begins. Nowhere in the block for [`NONE`].
fn offset(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX).saturating_mul(NODE)
}
