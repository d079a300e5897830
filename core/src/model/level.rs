//! An open scope of a decoder: what of it was read, and how the rest is found.

use super::index::{self, Index, Key};
use super::names;
use super::node::{Form, Node, ASKED, NONE, READ, SKIPPED};
use super::tree::{marks_of, Tree};
use crate::visit::Marks;

/// A scope with no more unread items than this is searched without an index.
const FEW: u32 = 8;

/// An open scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    /// The scope.
    pub(super) scope: u32,
    /// The first of its items.
    first: u32,
    /// Nothing but the first item is to be seen.
    single: bool,
    /// How many items are not read yet.
    unread: u32,
    /// All items with names before `cursor` are read, and none from there on.
    ordered: bool,
    /// Where the next item with a name is expected.
    cursor: u32,
    /// Where the next element or subsection is expected.
    others: u32,
    index: Option<Index>,
    /// No room for an index.
    cramped: bool,
    /// Where an index may begin in the block.
    base: usize,
    /// Where the next run of raw bytes is looked for.
    raws: u32,
    /// The run that is read.
    pub(super) run: Option<Run>,
}

/// Raw bytes that stand next to each other, from here on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The node; where it is none of raw bytes, the run is over.
    pub(super) at: u32,
    /// The bytes of it that were read.
    pub(super) used: usize,
}

/// The item that was looked for.
pub(super) struct Wanted<'n> {
    pub(super) name: &'n [u8],
    /// Of a device; other items have none.
    pub(super) instance: Option<u32>,
}

impl Level {
    /// Opens a scope, of which nothing is read yet.
    pub(super) fn open(tree: &mut Tree<'_>, scope: u32, base: usize) -> Level {
        let first = tree.node(scope).first;
        let mut level = Level::new(scope, first, base);
        let mut at = first;
        while at != NONE {
            level.unread = level.unread.saturating_add(1);
            at = level.forget(tree, at);
        }
        level
    }

    /// As though a scope held nothing but one item.
    pub(super) fn only(tree: &mut Tree<'_>, item: u32) -> Level {
        let base = tree.arena.middle().start;
        let mut level = Level::new(tree.node(item).parent, item, base);
        (level.single, level.unread) = (true, 1);
        level.forget(tree, item);
        level
    }

    fn new(scope: u32, first: u32, base: usize) -> Level {
        Level {
            scope,
            first,
            single: false,
            unread: 0,
            ordered: true,
            cursor: first,
            others: first,
            index: None,
            cramped: false,
            base,
            raws: first,
            run: None,
        }
    }

    /// The node that all of it is in, and whether that itself is open.
    pub(super) fn top(&self) -> (u32, bool) {
        match self.single {
            true => (self.first, false),
            false => (self.scope, true),
        }
    }

    /// Makes an item unread, and gives the next one.
    fn forget(&mut self, tree: &mut Tree<'_>, at: u32) -> u32 {
        let node = tree.node(at);
        if !node.is_unread() {
            tree.arena.flag(at, |flags| *flags &= !(READ | SKIPPED | ASKED));
        }
        self.after(&node)
    }

    fn after(&self, node: &Node) -> u32 {
        if self.single {
            NONE
        } else {
            node.next
        }
    }

    /// The first unread item of this name. Items are expected in order; `searched` counts those looked
    /// at beyond the expected one.
    pub(super) fn find(
        &mut self,
        tree: &mut Tree<'_>,
        wanted: &Wanted<'_>,
        searched: &mut u64,
    ) -> Option<u32> {
        if self.ordered {
            let expected = self.expected(tree);
            if expected == NONE {
                return None;
            }
            if is_wanted(tree, &tree.node(expected), wanted) {
                return Some(expected);
            }
        }
        if self.index.is_none() && !self.cramped && self.unread > FEW {
            let room = self.base..tree.arena.middle().end;
            self.index = Index::build(tree, self.cursor, room, key_of);
            self.cramped = self.index.is_none();
            *searched = searched.saturating_add(u64::from(self.unread));
        }
        match self.index {
            Some(index) => {
                let name = tree.names.find(&tree.arena, wanted.name)?;
                index.find(tree, key(name, wanted.instance), Node::is_unread, searched)
            }
            None => self.search(tree, wanted, searched),
        }
    }

    /// Where an index of a scope inside of this one may begin.
    pub(super) fn end(&self) -> usize {
        self.index.map_or(self.base, |index| index.end())
    }

    /// Passes the items that are not found by name.
    fn expected(&mut self, tree: &Tree<'_>) -> u32 {
        while self.cursor != NONE {
            let node = tree.node(self.cursor);
            if node.form.is_found_by_name() {
                break;
            }
            self.cursor = self.after(&node);
        }
        self.cursor
    }

    fn search(&self, tree: &Tree<'_>, wanted: &Wanted<'_>, searched: &mut u64) -> Option<u32> {
        // Also out of order, what stands before the cursor is read.
        let mut at = self.cursor;
        while at != NONE {
            let node = tree.node(at);
            let named = node.form.is_found_by_name() && node.is_unread();
            if named && is_wanted(tree, &node, wanted) {
                return Some(at);
            }
            *searched = searched.saturating_add(1);
            at = self.after(&node);
        }
        None
    }

    /// The next unread item that `matches`, after the last one that was found so, and round.
    pub(super) fn find_other(
        &mut self,
        tree: &Tree<'_>,
        matches: impl Fn(&Node) -> bool,
    ) -> Option<u32> {
        let start = self.others;
        for (from, until) in [(start, NONE), (self.first, start)] {
            let mut at = from;
            while at != until && at != NONE {
                let node = tree.node(at);
                if node.is_unread() && matches(&node) {
                    self.others = self.after(&node);
                    return Some(at);
                }
                at = self.after(&node);
            }
        }
        None
    }

    /// The next unread device. It is not passed: asking again gives the same one.
    pub(super) fn upcoming_device(&mut self, tree: &Tree<'_>) -> Option<u32> {
        while self.others != NONE {
            let node = tree.node(self.others);
            if node.form == Form::Device && node.is_unread() {
                return Some(self.others);
            }
            self.others = self.after(&node);
        }
        None
    }

    /// Notes that an item is read.
    pub(super) fn consume(&mut self, tree: &mut Tree<'_>, at: u32) {
        let node = tree.node(at);
        tree.arena.flag(at, |flags| *flags |= READ);
        self.unread = self.unread.saturating_sub(1);
        self.close_run(tree);
        if !node.form.is_found_by_name() {
            return;
        }
        match at == self.cursor {
            true => self.cursor = self.after(&node),
            false => self.ordered = false,
        }
    }

    /// The run of raw bytes that is open, or else the next one.
    pub(super) fn raw_run(&mut self, tree: &Tree<'_>) -> Run {
        if let Some(run) = self.run {
            return run;
        }
        while self.raws != NONE && tree.node(self.raws).form != Form::Raw {
            self.raws = self.after(&tree.node(self.raws));
        }
        Run { at: self.raws, used: 0 }
    }

    /// Whether the first unread item is raw bytes; those that are none do not count.
    pub(super) fn at_raw(&self, tree: &Tree<'_>) -> bool {
        let mut at = if self.unread == 0 { NONE } else { self.first };
        while at != NONE {
            let node = tree.node(at);
            if node.form != Form::Raw && node.is_unread() {
                return false;
            }
            if node.is_unread() && !tree.payload_of(&node).is_empty() {
                return true;
            }
            at = self.after(&node);
        }
        false
    }

    /// The first item that is not read, whatever it is.
    pub(super) fn first_unread(&self, tree: &Tree<'_>) -> Option<u32> {
        self.unread_items(tree, |_| true).0
    }

    /// The node after the one that the run is at.
    pub(super) fn next_of_run(&self, tree: &Tree<'_>, run: Run) -> Run {
        Run { at: self.after(&tree.node(run.at)), used: 0 }
    }

    /// Another item was visited: what is left of the run stays unread.
    fn close_run(&mut self, tree: &Tree<'_>) {
        let Some(run) = self.run.take() else { return };
        self.raws = run.at;
        while self.raws != NONE && tree.node(self.raws).form == Form::Raw {
            self.raws = self.after(&tree.node(self.raws));
        }
    }

    /// Notes that a node of raw bytes is read to its end.
    pub(super) fn consume_raw(&mut self, tree: &mut Tree<'_>, at: u32) {
        tree.arena.flag(at, |flags| *flags |= READ);
        self.unread = self.unread.saturating_sub(1);
    }

    /// The first unread item that is critical.
    pub(super) fn unread_critical(&self, tree: &Tree<'_>) -> Option<u32> {
        self.unread_items(tree, |node| !marks_of(node).contains(Marks::ANCILLARY)).0
    }

    /// How many unread items there are.
    pub(super) fn count_unread(&self, tree: &Tree<'_>) -> u64 {
        self.unread_items(tree, |_| true).1
    }

    /// The first of certain unread items, and their number. Raw bytes that are none do not count.
    fn unread_items(&self, tree: &Tree<'_>, matches: impl Fn(&Node) -> bool) -> (Option<u32>, u64) {
        let (mut found, mut count) = (None, 0u64);
        let mut at = if self.unread == 0 { NONE } else { self.first };
        while at != NONE {
            let node = tree.node(at);
            let empty = node.form == Form::Raw && tree.payload_of(&node).is_empty();
            if node.is_unread() && !empty && matches(&node) {
                found = found.or(Some(at));
                count = count.saturating_add(1);
            }
            at = self.after(&node);
        }
        (found, count)
    }
}

/// The key of an item that is found by name and not read yet.
fn key_of(node: &Node) -> Option<Key> {
    let sought = node.form.is_found_by_name() && node.is_unread();
    sought.then(|| key(node.name, node.instance()))
}

/// Devices are another class than items without an instance.
fn key(name: u32, instance: Option<u32>) -> Key {
    index::key(name, instance, u8::from(instance.is_some()))
}

fn is_wanted(tree: &Tree<'_>, node: &Node, wanted: &Wanted<'_>) -> bool {
    names::name(&tree.arena, node.name) == wanted.name && node.instance() == wanted.instance
}
