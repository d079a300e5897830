//! A scope that carried items go to, and which scopes in it are the same as carried ones.

use core::ops::Range;

use super::index::{self, Index, Key};
use super::node::{Form, Node, MATCHED, NONE, PLACED};
use super::tree::Tree;

/// A scope that carried items go to.
pub(super) struct Target {
    pub(super) scope: u32,
    /// The first scope in it that was not found yet.
    cursor: u32,
    index: Option<Index>,
    /// No room for an index.
    cramped: bool,
    /// Where an index may lie in the block.
    room: Range<usize>,
}

impl Target {
    /// None of its scopes is found yet. While carried items are put back, nothing else uses `room`.
    pub(super) fn new(tree: &Tree<'_>, scope: u32, room: Range<usize>) -> Target {
        let cursor = tree.node(scope).first;
        Target { scope, cursor, index: None, cramped: false, room }
    }

    /// Where an index of a scope inside of this one may lie.
    pub(super) fn room(&self) -> Range<usize> {
        self.index.map_or(self.room.start, |index| index.end())..self.room.end
    }

    /// The first scope that is the same as a carried one and was not found yet. Devices of one name and
    /// instance have their turn again when all were found, since each load carries them anew. Scopes are
    /// expected in order; `searched` counts those looked at beyond the expected one.
    pub(super) fn find(
        &mut self,
        tree: &mut Tree<'_>,
        carried: &Tree<'_>,
        wanted: &Node,
        searched: &mut u64,
    ) -> Option<u32> {
        let name = tree.names.find(&tree.arena, carried.name_of(wanted))?;
        let key = key(name, wanted);
        let again = wanted.form == Form::Device;
        if self.index.is_none() {
            let expected = self.expected(tree);
            if expected != NONE && key_of(&tree.node(expected)) == Some(key) {
                return Some(expected);
            }
            if expected == NONE && !again {
                return None;
            }
            self.make_index(tree, searched);
        }
        let found = self.search(tree, key, searched);
        if found.is_some() || !again {
            return found;
        }
        self.begin_again(tree, key, searched);
        self.search(tree, key, searched)
    }

    /// Passes what is found, and what is never to be.
    fn expected(&mut self, tree: &Tree<'_>) -> u32 {
        while self.cursor != NONE {
            let node = tree.node(self.cursor);
            if is_target(&node) && is_due(&node) {
                break;
            }
            self.cursor = node.next;
        }
        self.cursor
    }

    fn make_index(&mut self, tree: &mut Tree<'_>, searched: &mut u64) {
        if self.cramped {
            return;
        }
        let first = tree.node(self.scope).first;
        self.index = Index::build(tree, first, self.room.clone(), key_of);
        self.cramped = self.index.is_none();
        *searched = searched.saturating_add(self.index.map_or(0, |index| index.count()));
    }

    fn search(&self, tree: &mut Tree<'_>, key: Key, searched: &mut u64) -> Option<u32> {
        if let Some(index) = self.index {
            return index.find(tree, key, is_due, searched);
        }
        let mut at = self.cursor;
        while at != NONE {
            let node = tree.node(at);
            if is_due(&node) && key_of(&node) == Some(key) {
                return Some(at);
            }
            *searched = searched.saturating_add(1);
            at = node.next;
        }
        None
    }

    /// Forgets that the scopes of this key were found.
    fn begin_again(&mut self, tree: &mut Tree<'_>, key: Key, searched: &mut u64) {
        if let Some(index) = self.index {
            let group = index.group(tree.arena.memory(), key, searched);
            while index.pass_back(tree.arena.memory_mut(), group) {
                if let Some(found) = index.next(tree.arena.memory(), group) {
                    tree.arena.flag(found.node, |flags| *flags &= !MATCHED);
                }
            }
            return;
        }
        self.cursor = tree.node(self.scope).first;
        let mut at = self.cursor;
        while at != NONE {
            let node = tree.node(at);
            if key_of(&node) == Some(key) {
                tree.arena.flag(at, |flags| *flags &= !MATCHED);
            }
            at = node.next;
        }
    }
}

/// The key of a scope that carried items may go to.
fn key_of(node: &Node) -> Option<Key> {
    is_target(node).then(|| key(node.name, node))
}

fn key(name: u32, node: &Node) -> Key {
    index::key(name, node.instance(), node.form.number())
}

/// Whether it is a scope; what was put back just now is not looked into. What is optional and not there has
/// its place among equal names too.
fn is_target(node: &Node) -> bool {
    node.form.is_scope() && node.flags & PLACED == 0
}

/// Whether it was not found yet.
fn is_due(node: &Node) -> bool {
    node.flags & MATCHED == 0
}
