//! Parts of a tree into another one, or to another place of it.

use super::edit::{At, Gap};
use super::node::{Node, AROUND, NONE};
use super::tree::{marks_of, NodeId, Tree, ROOT};
use super::walk::{Step, Walk};
use crate::error::{Code, Result};

impl Tree<'_> {
    /// Copies an item with all that is inside to a place in another tree, and gives its handle there.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert), from the other tree; nothing is left there then but names and bytes
    /// that nothing refers to.
    pub fn copy_to(&self, node: NodeId, other: &mut Tree<'_>, at: At) -> Result<NodeId> {
        let index = self.check(node)?;
        if index == ROOT {
            return Err(Code::InvalidArgument);
        }
        let gap = other.gap(at)?;
        let copied = self.copy_at(index, other, gap)?;
        Ok(other.id(copied))
    }

    /// Copies an item with all that is inside to another place of this tree, and gives its handle there. Names
    /// are shared, bytes are copied.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert); [`Code::InvalidArgument`] for the root, and for a place inside of the item.
    pub fn copy_within(&mut self, node: NodeId, at: At) -> Result<NodeId> {
        let top = self.check(node)?;
        let gap = self.gap(at)?;
        if top == ROOT || self.is_within(gap.parent, top) {
            return Err(Code::InvalidArgument);
        }
        self.check_place(gap.parent, self.node(top).form)?;
        self.check_depth(gap.parent, self.height(top))?;
        self.reserve(self.copy_cost(top), &self.around(gap))?;
        let copy = self.duplicate(top, gap);
        let mut open = copy;
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) if at != top => {
                    let copied = self.duplicate(at, Gap { parent: open, next: NONE });
                    if self.node(at).form.is_scope() {
                        open = copied;
                    }
                }
                Step::Leave(at) if at != top => open = self.node(open).parent,
                _ => {}
            }
        }
        Ok(self.id(copy))
    }

    /// The bytes that a copy of a node and of all below it takes.
    fn copy_cost(&self, top: u32) -> usize {
        let (mut nodes, mut bytes) = (0usize, 0usize);
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            if let Step::Enter(at) = step {
                nodes = nodes.saturating_add(1);
                bytes = bytes.saturating_add(self.payload_of(&self.node(at)).len());
            }
        }
        self.arena.node_cost(nodes).saturating_add(bytes)
    }

    /// Copies a node without what is inside to another place of this tree. There is room for it.
    fn duplicate(&mut self, from: u32, gap: Gap) -> u32 {
        let node = self.node(from);
        let length = self.payload_of(&node).len();
        let mut words = node.words;
        if node.form.has_payload() {
            let [place, stored, ..] = node.words;
            words = [self.arena.duplicate(place, length), stored, stored, 0];
        }
        let (index, generation) = self.arena.begin();
        let flags = node.flags & AROUND;
        let copy = Node { generation, first: NONE, last: NONE, flags, words, ..node };
        self.arena.put(index, &copy);
        self.link(index, gap);
        index
    }

    /// Copies all that is in this tree into one that is empty, without what removed items left behind.
    /// Handles of this tree are none of the other.
    ///
    /// # Errors
    /// As [`copy_to`](Tree::copy_to); [`Code::InvalidArgument`] when the other tree is not empty.
    pub fn compact_into(&self, other: &mut Tree<'_>) -> Result<()> {
        if !other.is_empty() {
            return Err(Code::InvalidArgument);
        }
        let mut at = self.node(ROOT).first;
        while at != NONE {
            let copied = self.copy_at(at, other, Gap { parent: ROOT, next: NONE });
            if let Err(code) = copied {
                other.remove_after(ROOT, NONE);
                return Err(code);
            }
            at = self.node(at).next;
        }
        Ok(())
    }

    pub(super) fn copy_at(&self, top: u32, other: &mut Tree<'_>, gap: Gap) -> Result<u32> {
        other.check_place(gap.parent, self.node(top).form)?;
        other.check_depth(gap.parent, self.height(top))?;
        let copy = self.copy_node(top, other, gap)?;
        match self.copy_inside(top, other, copy) {
            Ok(()) => Ok(copy),
            Err(code) => {
                other.remove_at(copy);
                Err(code)
            }
        }
    }

    /// Copies a node without what is inside.
    pub(super) fn copy_node(&self, from: u32, other: &mut Tree<'_>, gap: Gap) -> Result<u32> {
        let node = self.node(from);
        let (name, marks) = (self.name_of(&node), marks_of(&node));
        let copy = other.insert_at(gap, name, marks, self.value_of(&node))?;
        other.arena.flag(copy, |flags| *flags = node.flags & AROUND);
        Ok(copy)
    }

    fn copy_inside(&self, top: u32, other: &mut Tree<'_>, copy: u32) -> Result<()> {
        let mut open = copy;
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) if at != top => {
                    let copied = self.copy_node(at, other, Gap { parent: open, next: NONE })?;
                    if self.node(at).form.is_scope() {
                        open = copied;
                    }
                }
                Step::Leave(at) if at != top => open = other.node(open).parent,
                _ => {}
            }
        }
        Ok(())
    }
}
