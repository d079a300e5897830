//! Goes through a part of a tree without recursion: the way back is by the links to parents.

use super::node::NONE;
use super::tree::Tree;

/// A stage of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A node, before its children.
    Enter(u32),
    /// A scope, after its children.
    Leave(u32),
}

/// A walk over a node and all that is below it, in order.
#[derive(Debug)]
pub(super) struct Walk {
    top: u32,
    last: Option<Step>,
    over: bool,
}

impl Walk {
    /// Begins above `top`, which is the first and the last node that is met.
    pub(super) fn new(top: u32) -> Self {
        Walk { top, last: None, over: top == NONE }
    }

    /// The next stage; the tree's links are those of now.
    pub(super) fn next(&mut self, tree: &Tree<'_>) -> Option<Step> {
        if self.over {
            return None;
        }
        let step = match self.last {
            None => Some(Step::Enter(self.top)),
            Some(Step::Enter(at)) if tree.node(at).form.is_scope() => {
                Some(match tree.node(at).first {
                    NONE => Step::Leave(at),
                    first => Step::Enter(first),
                })
            }
            Some(Step::Enter(at) | Step::Leave(at)) => self.after(tree, at),
        };
        self.last = step;
        self.over = step.is_none();
        step
    }

    /// Passes over what is inside of the scope that was just entered, and over its end.
    pub(super) fn skip_inside(&mut self) {
        if let Some(Step::Enter(at)) = self.last {
            self.last = Some(Step::Leave(at));
        }
    }

    fn after(&self, tree: &Tree<'_>, at: u32) -> Option<Step> {
        if at == self.top {
            return None;
        }
        let node = tree.node(at);
        Some(match node.next {
            NONE => Step::Leave(node.parent),
            next => Step::Enter(next),
        })
    }
}
