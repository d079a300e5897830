//! Carried items go back to where they came from.

use super::edit::Gap;
use super::node::{Form, Node, AROUND, MATCHED, NONE, PLACED};
use super::tree::{NodeId, Tree, ROOT};
use super::walk::{Step, Walk};
use crate::error::{Code, Result, MAX_DEPTH};

/// The scopes from the root to the deepest item.
const STEPS: usize = 2 * MAX_DEPTH + 2;

/// How many carried items found the scope that they came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Items that were put back.
    pub placed: u64,
    /// Items whose scope is not there any more; they are left out.
    pub lost: u64,
}

/// A scope that carried items go to.
struct Target {
    scope: u32,
    /// Where the next scope in it is expected.
    cursor: u32,
}

impl Tree<'_> {
    /// Puts what a load [carried](super::TreeDecoder::carry) to the end of the scopes that it came
    /// from: into a device, what came from the device of that name and instance; into the root,
    /// everything. Scopes are the same by kind, name and instance, and by their place among equal ones,
    /// as elements of a list.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert); nothing is put back then. [`Code::InvalidArgument`] for a node that
    /// is neither a device nor the root.
    pub fn merge(&mut self, node: NodeId, carried: &Tree<'_>) -> Result<Merged> {
        let index = self.check(node)?;
        let mut merged = Merged::default();
        let done = match self.node(index).form {
            Form::Root => self.merge_scope(index, carried, ROOT, &mut merged),
            Form::Device => self.merge_device(index, carried, &mut merged),
            _ => Err(Code::InvalidArgument),
        };
        self.settle(index, done.is_ok());
        done.map(|()| merged)
    }

    fn merge_device(&mut self, device: u32, carried: &Tree<'_>, merged: &mut Merged) -> Result<()> {
        let mut at = carried.node(ROOT).first;
        while at != NONE {
            let node = carried.node(at);
            if node.flags & AROUND != 0 && self.is_same(device, carried, &node) {
                self.merge_scope(device, carried, at, merged)?;
            }
            at = node.next;
        }
        Ok(())
    }

    fn merge_scope(
        &mut self,
        scope: u32,
        carried: &Tree<'_>,
        top: u32,
        merged: &mut Merged,
    ) -> Result<()> {
        let mut targets = heapless::Vec::<Target, STEPS>::new();
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(carried) {
            let at = match step {
                Step::Enter(at) => at,
                Step::Leave(_) => {
                    targets.pop();
                    continue;
                }
            };
            let found = match targets.last_mut() {
                None => Some(scope),
                Some(target) => self.merge_one(target, carried, at, merged)?,
            };
            match found.map(|scope| Target { scope, cursor: self.node(scope).first }) {
                Some(target) => targets.push(target).map_err(|_| Code::TooDeep)?,
                None => walk.skip_inside(),
            }
        }
        Ok(())
    }

    /// Puts back an item; of a scope around items, finds the one that is to get them.
    fn merge_one(
        &mut self,
        target: &mut Target,
        carried: &Tree<'_>,
        at: u32,
        merged: &mut Merged,
    ) -> Result<Option<u32>> {
        let node = carried.node(at);
        if node.flags & AROUND == 0 {
            let copy = carried.copy_at(at, self, Gap { parent: target.scope, next: NONE })?;
            self.arena.edit(copy, |node| node.flags |= PLACED);
            merged.placed = merged.placed.saturating_add(1);
            return Ok(None);
        }
        let found = self.find_same(target, carried, &node);
        match found {
            Some(scope) => self.arena.edit(scope, |node| node.flags |= MATCHED),
            None => merged.lost = merged.lost.saturating_add(items_around(carried, at)),
        }
        Ok(found)
    }

    /// The scope that is the same as a carried one, after the last that was found and round.
    fn find_same(&self, target: &mut Target, carried: &Tree<'_>, wanted: &Node) -> Option<u32> {
        let first = self.node(target.scope).first;
        for (from, until) in [(target.cursor, NONE), (first, target.cursor)] {
            let mut at = from;
            while at != until && at != NONE {
                let node = self.node(at);
                let free = node.flags & (MATCHED | PLACED) == 0 || node.form == Form::Device;
                if free && self.is_same(at, carried, wanted) {
                    target.cursor = node.next;
                    return Some(at);
                }
                at = node.next;
            }
        }
        None
    }

    fn is_same(&self, at: u32, carried: &Tree<'_>, wanted: &Node) -> bool {
        let node = self.node(at);
        // What is optional and not there cannot hold anything.
        let open = node.form != Form::Optional || node.detail != 0;
        open && node.form == wanted.form
            && node.instance() == wanted.instance()
            && self.name_of(&node) == carried.name_of(wanted)
    }

    /// Takes back the notes of a merge, and after an error what it has put.
    fn settle(&mut self, top: u32, keep: bool) {
        let mut walk = Walk::new(top);
        let mut undone = None;
        while let Some(step) = walk.next(self) {
            // The walk has gone on: its way does not need the links of that node any more.
            if let Some(at) = undone.take() {
                self.remove_at(at);
            }
            let Step::Enter(at) = step else { continue };
            if self.node(at).flags & PLACED != 0 {
                walk.skip_inside();
                undone = (!keep).then_some(at);
            }
            self.arena.edit(at, |node| node.flags &= !(MATCHED | PLACED));
        }
    }
}

/// How many carried items a scope is around.
fn items_around(carried: &Tree<'_>, top: u32) -> u64 {
    let mut count = 0u64;
    let mut walk = Walk::new(top);
    while let Some(step) = walk.next(carried) {
        if let Step::Enter(at) = step {
            if carried.node(at).flags & AROUND == 0 {
                count = count.saturating_add(1);
                walk.skip_inside();
            }
        }
    }
    count
}
