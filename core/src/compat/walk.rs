//! Goes through what is below a node, without recursion.

use crate::error::Result;
use crate::model::{NodeId, Tree};

/// A node and all that is inside, in order. It borrows no tree; what was given may be changed meanwhile, but
/// not be removed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Below {
    top: NodeId,
    last: Option<NodeId>,
}

impl Below {
    pub(super) fn new(top: NodeId) -> Self {
        Below { top, last: None }
    }

    /// The next node.
    pub(super) fn next(&mut self, tree: &Tree<'_>) -> Result<Option<NodeId>> {
        let next = match self.last {
            None => Some(self.top),
            Some(last) => match tree.first_child(last)? {
                Some(child) => Some(child),
                None => self.after(tree, last)?,
            },
        };
        if next.is_some() {
            self.last = next;
        }
        Ok(next)
    }

    fn after(&self, tree: &Tree<'_>, node: NodeId) -> Result<Option<NodeId>> {
        let mut at = node;
        while at != self.top {
            if let Some(next) = tree.next_sibling(at)? {
                return Ok(Some(next));
            }
            match tree.parent(at)? {
                Some(parent) => at = parent,
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}
