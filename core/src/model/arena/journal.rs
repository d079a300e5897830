//! What a change of the tree can be taken back by: the nodes that it touched, as they were before.
//!
//! The records have the size of a node and lie between the new nodes, so that they are free nodes, or
//! nothing, when the change is kept. While it is open, no node that is free or removed is used again, and
//! no byte at the back that was there is overwritten, but for links between names, which have records.

use super::{offset, Arena};
use crate::model::node::{Form, Node, FORM, LOGGED, NODE, NONE, NO_NODE};

/// Added to the form of a node that is removed while a change is open; it reads as a free one.
const REMOVED: u8 = 0x80;

/// Added to the form of a node that is a record; it reads as a free one too.
const RECORD: u8 = 0x40;

/// What the block was when the change began.
#[derive(Debug)]
pub(super) struct Journal {
    /// 0 while no change is open: the root is always there.
    nodes: usize,
    back: usize,
    free: u32,
    free_nodes: usize,
    /// The node that was removed last; the next of it is the one before, and so on.
    removed: u32,
}

impl Journal {
    pub(super) const CLOSED: Journal =
        Journal { nodes: 0, back: 0, free: NONE, free_nodes: 0, removed: NONE };
}

impl Arena<'_> {
    #[inline]
    pub(in crate::model) fn is_changing(&self) -> bool {
        self.journal.nodes != 0
    }

    /// Begins a change. None is open.
    pub(in crate::model) fn begin_change(&mut self) {
        let (free, free_nodes) = (self.free, self.free_nodes);
        (self.free, self.free_nodes) = (NONE, 0);
        self.journal =
            Journal { nodes: self.nodes, back: self.back, free, free_nodes, removed: NONE };
    }

    /// The bytes of the gap that the records of nodes take which are about to be changed.
    #[inline]
    pub(in crate::model) fn log_cost(&self, touched: &[u32]) -> usize {
        if !self.is_changing() {
            return 0;
        }
        let is_new = |(at, index): &(usize, &u32)| {
            self.is_due(**index) && !touched.iter().take(*at).any(|before| before == *index)
        };
        touched.iter().enumerate().filter(is_new).count().saturating_mul(NODE)
    }

    /// Records nodes that are about to be changed. There is room for it.
    #[inline]
    pub(in crate::model) fn log(&mut self, touched: &[u32]) {
        if !self.is_changing() {
            return;
        }
        for &index in touched {
            if self.is_due(index) {
                let node = self.node(index);
                self.record(&Node { generation: index, ..node });
                self.flag(index, |flags| *flags |= LOGGED);
            }
        }
    }

    /// Whether a node was there before the change and has no record yet.
    pub(super) fn is_due(&self, index: u32) -> bool {
        let was_there = offset(index) < self.journal.nodes.saturating_mul(NODE);
        was_there && self.node(index).flags & LOGGED == 0
    }

    /// The bytes of the gap that the record of a link between names takes.
    pub(in crate::model) fn link_cost(&self, entry: u32) -> usize {
        match self.is_at_back(entry) {
            true => NODE,
            false => 0,
        }
    }

    /// Records a link that is about to be set, in an entry at the back. There is room for it.
    pub(in crate::model) fn log_link(&mut self, entry: u32, link: u32) {
        if self.is_at_back(entry) {
            self.record(&Node { generation: link, ..NO_NODE });
        }
    }

    /// Whether something was at the back before the change that is open.
    fn is_at_back(&self, place: u32) -> bool {
        place != 0 && self.is_changing() && !self.may_overwrite(place)
    }

    /// Whether bytes at the back are not needed to take back a change.
    #[inline]
    pub(in crate::model) fn may_overwrite(&self, place: u32) -> bool {
        usize::try_from(place).is_ok_and(|place| place > self.journal.back)
    }

    fn record(&mut self, node: &Node) {
        let (slot, _) = self.begin();
        self.put(slot, node);
        self.form(slot, |form| *form |= RECORD);
    }

    /// Removes a node that nothing refers to any more, with all that is below. It is recorded or new.
    pub(in crate::model) fn set_aside(&mut self, top: u32) {
        let before = self.journal.removed;
        self.edit(top, |node| node.next = before);
        self.journal.removed = top;
        self.each_below(top, |form| *form |= REMOVED);
    }

    /// Ends the change, and leaves all as it is.
    pub(in crate::model) fn keep(&mut self) {
        let Journal { nodes, free, free_nodes, mut removed, .. } = self.journal;
        self.journal = Journal::CLOSED;
        (self.free, self.free_nodes) = (free, free_nodes);
        while removed != NONE {
            let top = removed;
            removed = self.node(top).next;
            self.release_below(top);
        }
        let mut last = true;
        for slot in (nodes..self.nodes).rev() {
            let slot = u32::try_from(slot).unwrap_or(NONE);
            let mut form = 0;
            self.form(slot, |there| form = *there);
            last &= form & RECORD != 0;
            if form & RECORD == 0 {
                continue;
            }
            if form != RECORD {
                self.flag(self.node(slot).generation, |flags| *flags &= !LOGGED);
            }
            if last {
                self.nodes = self.nodes.saturating_sub(1);
            } else {
                self.put(slot, &Node { generation: self.unborn, ..NO_NODE });
                self.release(slot);
            }
        }
    }

    /// Ends the change, and makes all as it was before it.
    pub(in crate::model) fn undo(&mut self) {
        let Journal { nodes, back, free, free_nodes, mut removed } = self.journal;
        self.journal = Journal::CLOSED;
        while removed != NONE {
            let top = removed;
            removed = self.node(top).next;
            self.each_below(top, |form| *form &= !REMOVED);
        }
        for slot in nodes..self.nodes {
            self.restore(u32::try_from(slot).unwrap_or(NONE));
        }
        if nodes != self.nodes {
            // What was begun in the change had this one.
            self.unborn = self.unborn.wrapping_add(1).max(1);
        }
        (self.nodes, self.back) = (nodes, back);
        (self.free, self.free_nodes) = (free, free_nodes);
    }

    /// Makes what a record is of as it was; nothing if it is none.
    fn restore(&mut self, slot: u32) {
        let mut is_record = false;
        self.form(slot, |form| {
            is_record = *form & RECORD != 0;
            *form &= !RECORD;
        });
        if !is_record {
            return;
        }
        let old = self.node(slot);
        let index = old.generation;
        if old.form == Form::Free {
            return self.store(index, &[0; 4]);
        }
        // What a reader noted since belongs to what is in the tree now.
        let Node { generation, flags, .. } = self.node(index);
        self.put(index, &Node { generation, flags: flags & !LOGGED, ..old });
    }

    /// Changes the forms of a node and of all below it. Their links may be those of nodes that are
    /// removed.
    fn each_below(&mut self, top: u32, change: fn(&mut u8)) {
        let mut at = top;
        loop {
            self.form(at, change);
            let mut node = self.node(at);
            if node.first != NONE {
                at = node.first;
                continue;
            }
            while at != top && node.next == NONE {
                at = node.parent;
                node = self.node(at);
            }
            if at == top {
                return;
            }
            at = node.next;
        }
    }

    /// Changes the form of a node as it lies in the block.
    fn form(&mut self, index: u32, change: impl FnOnce(&mut u8)) {
        if let Some(form) = self.memory.get_mut(offset(index).saturating_add(FORM)) {
            change(form);
        }
    }
}
