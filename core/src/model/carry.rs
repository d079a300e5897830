//! What a reader did not know is kept, and goes out again with its next save.

use super::decoder::TreeDecoder;
use super::edit::Gap;
use super::level::Level;
use super::node::{Form, AROUND, NEEDED, NONE, READ};
use super::tree::{marks_of, NodeId, Tree, ROOT};
use super::walk::{Step, Walk};
use crate::error::Result;
use crate::visit::Marks;

/// What a load was over, for [`Tree::carry`] when its decoder is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    top: NodeId,
    /// Not the item as one, but what is inside.
    opened: bool,
}

impl TreeDecoder<'_, '_> {
    /// What this load is over.
    #[must_use]
    pub fn loaded(&self) -> Loaded {
        let (top, opened) = self.levels.first().map_or((ROOT, false), Level::top);
        Loaded { top: self.tree.id(top), opened }
    }

    /// Copies the items that were left unread and that are ancillary and safe to copy to the end of
    /// the tree `carried`, with the scopes around them, and says how many. Call it when the load is
    /// finished; [`merge`](Tree::merge) puts them back.
    ///
    /// # Errors
    /// As [`copy_to`](Tree::copy_to), from the tree `carried`.
    pub fn carry(&mut self, carried: &mut Tree<'_>) -> Result<u64> {
        let loaded = self.loaded();
        self.tree.carry(loaded, carried)
    }
}

impl Tree<'_> {
    /// As [`TreeDecoder::carry`], of the last load from this tree, which is finished. What was put into the
    /// tree since counts as unread.
    ///
    /// # Errors
    /// As [`copy_to`](Tree::copy_to), from the tree `carried`; [`Code::StaleHandle`](crate::error::Code::StaleHandle) when what was loaded
    /// is removed.
    pub fn carry(&mut self, loaded: Loaded, carried: &mut Tree<'_>) -> Result<u64> {
        let (top, opened) = (self.check(loaded.top)?, loaded.opened);
        let count = note_needed(self, top, opened);
        let before = carried.node(ROOT).last;
        let done = copy_needed(self, top, opened, carried);
        if let Err(code) = done {
            carried.remove_after(ROOT, before);
            return Err(code);
        }
        Ok(count)
    }
}

/// Whether an item was not read, may be left unread, and stays true whatever becomes of the rest.
fn is_carried(tree: &Tree<'_>, at: u32) -> bool {
    let node = tree.node(at);
    let safe = marks_of(&node).contains(Marks::ANCILLARY | Marks::SAFE_TO_COPY);
    safe && node.flags & READ == 0
}

/// Notes which scopes hold items to be carried, and counts these. What was not read is not looked into.
fn note_needed(tree: &mut Tree<'_>, top: u32, opened: bool) -> u64 {
    let mut count = 0u64;
    forget_around(tree, top);
    let mut walk = Walk::new(top);
    while let Some(step) = walk.next(tree) {
        let Step::Enter(at) = step else { continue };
        tree.arena.flag(at, |flags| *flags &= !NEEDED);
        if at == top && opened || tree.node(at).flags & READ != 0 {
            continue;
        }
        walk.skip_inside();
        if is_carried(tree, at) {
            count = count.saturating_add(1);
            note_around(tree, at);
        }
    }
    count
}

fn forget_around(tree: &mut Tree<'_>, top: u32) {
    let mut at = top;
    while at != NONE {
        tree.arena.flag(at, |flags| *flags &= !NEEDED);
        at = tree.node(at).parent;
    }
}

/// Notes the scopes around an item, up to one that is noted already.
fn note_around(tree: &mut Tree<'_>, item: u32) {
    let mut at = tree.node(item).parent;
    while at != NONE && tree.node(at).flags & NEEDED == 0 {
        tree.arena.flag(at, |flags| *flags |= NEEDED);
        at = tree.node(at).parent;
    }
}

fn copy_needed(tree: &Tree<'_>, top: u32, opened: bool, carried: &mut Tree<'_>) -> Result<()> {
    if tree.node(ROOT).flags & NEEDED == 0 {
        return Ok(());
    }
    let mut open = copy_around(tree, tree.node(top).parent, carried)?;
    let mut walk = Walk::new(top);
    while let Some(step) = walk.next(tree) {
        match step {
            Step::Enter(at) => {
                let read = at == top && opened || tree.node(at).flags & READ != 0;
                match copy_one(tree, at, read, carried, open)? {
                    Some(scope) => open = scope,
                    None => walk.skip_inside(),
                }
            }
            Step::Leave(_) => open = carried.node(open).parent,
        }
    }
    Ok(())
}

/// Copies the scopes from the root down to `deepest`, and gives the copy of that.
fn copy_around(tree: &Tree<'_>, deepest: u32, carried: &mut Tree<'_>) -> Result<u32> {
    let (mut open, mut above) = (ROOT, NONE);
    if deepest == NONE {
        return Ok(open);
    }
    // From the root, each step is one down: the ancestor of `deepest` that is a child of the last one.
    while above != deepest {
        let mut next = deepest;
        while next != ROOT && tree.node(next).parent != above {
            next = tree.node(next).parent;
        }
        if next != ROOT {
            open = copy_scope(tree, next, carried, open)?;
        }
        above = next;
    }
    Ok(open)
}

/// Copies what is to be carried of one node. Gives the copy of a scope that is to be looked into.
fn copy_one(
    tree: &Tree<'_>,
    at: u32,
    read: bool,
    carried: &mut Tree<'_>,
    open: u32,
) -> Result<Option<u32>> {
    let node = tree.node(at);
    if !read {
        if is_carried(tree, at) {
            tree.copy_at(at, carried, Gap { parent: open, next: NONE })?;
        }
        return Ok(None);
    }
    let needed = node.flags & NEEDED != 0;
    match node.form {
        Form::Root => Ok(Some(ROOT)),
        Form::Device if !needed => Ok(None),
        // Scopes without anything to carry keep the order of elements and of equal names.
        form if form.is_scope() => {
            let copy = copy_scope(tree, at, carried, open)?;
            Ok(needed.then_some(copy))
        }
        _ => Ok(None),
    }
}

fn copy_scope(tree: &Tree<'_>, at: u32, carried: &mut Tree<'_>, open: u32) -> Result<u32> {
    let copy = tree.copy_node(at, carried, Gap { parent: open, next: NONE })?;
    carried.arena.flag(copy, |flags| *flags |= AROUND);
    Ok(copy)
}
