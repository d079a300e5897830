//! What a transform loses, and who decides whether it may.

use core::fmt;

use crate::compat::declare::version::Version;
use crate::compat::devices::{device_in, put_name};
use crate::compat::losses::ledger::{Lost, What};
use crate::compat::path::pattern::{Effort, Pattern};
use crate::compat::path::trail::{Trail, PARTS};
use crate::error::{Code, Path, Put, Result};
use crate::model::{NodeId, Tree, Value};

/// Something that is lost, as it is told and as it stands in the tree. As text it says what and where, and no value.
#[derive(Clone, Copy)]
pub struct Loss<'t> {
    /// The name of the device, if the edge is one of a device's history; else it is empty.
    pub device: &'t [u8],
    /// The instance of the device.
    pub instance: u32,
    /// The version that the state was of.
    pub from: Version<'t>,
    /// The version that it became.
    pub to: Version<'t>,
    /// The number of the step in the edge as it is declared; for what the version itself says of old readers, the
    /// number behind the last.
    pub step: u32,
    /// Where, from the device or from the machine: not shortened.
    pub path: &'t [u8],
    /// What of it.
    pub what: What,
    /// The item as it was: a copy in the tree. There is none of what was not there.
    pub node: Option<NodeId>,
    /// The numbers of those kinds that have some: see [`Lost::bits`].
    pub bits: u64,
    /// Whether the value must not be shown: it is secret, or a scope around it is.
    pub secret: bool,
    /// Whether the policy allows it. Where losses are read from a tree, they all were.
    pub allowed: bool,
}

impl Loss<'_> {
    /// Puts the path, from the machine.
    pub fn put_path(&self, put: Put<'_>) {
        if !self.device.is_empty() {
            put_name(self.device, self.instance, put);
            if !self.path.is_empty() && !self.path.starts_with(b"[") {
                put(b".");
            }
        }
        put(self.path);
    }
}

impl fmt::Display for Loss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Path::build(&mut |put| self.put_path(put));
        write!(
            f,
            "{path}: {}, in step {} from {} to {}",
            self.what.text(),
            self.step,
            self.from,
            self.to
        )
    }
}

impl fmt::Debug for Loss<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loss({self})")
    }
}

/// What a policy says of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be lost.
    Allow,
    /// The transform is refused.
    Refuse,
    /// It may be lost if it is 0 or empty, and the step does not know another default. (What is the step's own
    /// default is no loss.)
    IfDefault,
}

/// Which losses are allowed. What is no loss of a value ([`What::is_value`]) always is.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'a> {
    /// Patterns of paths from the machine, each with what is said of the items there and below. The first that
    /// fits counts.
    pub rules: &'a [(&'a str, Verdict)],
    /// What is said of all others.
    pub otherwise: Verdict,
}

impl Default for Policy<'_> {
    /// [`Verdict::IfDefault`] for all.
    fn default() -> Self {
        Policy { rules: &[], otherwise: Verdict::IfDefault }
    }
}

impl Policy<'_> {
    /// Allows all.
    pub const ALLOW: Policy<'static> = Policy { rules: &[], otherwise: Verdict::Allow };

    /// Checks the patterns.
    ///
    /// # Errors
    /// Those of [`Pattern::new`].
    pub fn check(&self) -> Result<()> {
        self.rules.iter().try_for_each(|(pattern, _)| Pattern::new(pattern).map(|_| ()))
    }

    /// Whether something may be lost; its item is still in the tree. Of an item or a device that goes with all that is
    /// inside, each part is judged by its own path, and the worst verdict counts.
    ///
    /// # Errors
    /// As [`check`](Policy::check); [`Code::TooLong`] for a path inside; [`Code::TooMuchWork`] where paths and rules are
    /// so many that the effort does not suffice.
    pub fn allows(&self, tree: &Tree<'_>, lost: &Lost<'_>, effort: &mut Effort) -> Result<bool> {
        if !lost.what.is_value() {
            return Ok(true);
        }
        let Some(node) = lost.node.filter(|_| lost.what != What::Bits) else {
            let default = lost.what != What::Bits || lost.bits == 0;
            return self.allows_at(lost.trail, default && !lost.known, effort);
        };
        let mut inside = Inside::new(tree, lost.trail, node)?;
        loop {
            let default = !lost.known && is_empty(tree, inside.at)?;
            if !self.allows_at(&inside.trail, default, effort)? {
                return Ok(false);
            }
            if !inside.next(tree)? {
                return Ok(true);
            }
        }
    }

    /// Whether what a trail leads to may be lost; `default` if it is none that counts.
    fn allows_at(&self, trail: &Trail, default: bool, effort: &mut Effort) -> Result<bool> {
        let mut verdict = self.otherwise;
        for (pattern, said) in self.rules {
            if Pattern::new(pattern)?.covers_within(trail, effort)? {
                verdict = *said;
                break;
            }
        }
        Ok(match verdict {
            Verdict::Allow => true,
            Verdict::Refuse => false,
            Verdict::IfDefault => default,
        })
    }
}

/// Goes through an item and all that is inside, with the way to each.
struct Inside {
    top: NodeId,
    at: NodeId,
    trail: Trail,
    /// How many elements came before, on each level.
    elements: heapless::Vec<u32, PARTS>,
}

impl Inside {
    /// At the item that the trail leads to. Of a record of a QEMU stream that is the device.
    fn new(tree: &Tree<'_>, trail: &Trail, node: NodeId) -> Result<Inside> {
        let top = device_in(tree, node).unwrap_or(node);
        Ok(Inside { top, at: top, trail: trail.clone(), elements: heapless::Vec::new() })
    }

    /// Goes on; `false` behind the last.
    fn next(&mut self, tree: &Tree<'_>) -> Result<bool> {
        if let Some(child) = tree.first_child(self.at)? {
            self.elements.push(0).map_err(|_| Code::TooDeep)?;
            return self.enter(tree, child);
        }
        while self.at != self.top {
            self.trail.leave();
            if let Some(next) = tree.next_sibling(self.at)? {
                return self.enter(tree, next);
            }
            self.elements.pop();
            self.at = tree.parent(self.at)?.unwrap_or(self.top);
        }
        Ok(false)
    }

    fn enter(&mut self, tree: &Tree<'_>, node: NodeId) -> Result<bool> {
        self.at = node;
        match (tree.value(node)?, self.elements.last_mut()) {
            (Value::Element, Some(before)) => {
                self.trail.enter_element(*before)?;
                *before = before.saturating_add(1);
            }
            _ => self.trail.enter(tree.name(node)?, None)?,
        }
        Ok(true)
    }
}

/// Whether the value of a node is 0 or empty, without what is inside.
fn is_empty(tree: &Tree<'_>, node: NodeId) -> Result<bool> {
    Ok(match tree.value(node)? {
        Value::Scalar(_, bits) => bits == 0,
        Value::Array(_, _, bytes) | Value::Bytes(_, bytes) | Value::Raw(bytes) => {
            bytes.iter().all(|byte| *byte == 0)
        }
        Value::Text(text) => text.is_empty(),
        Value::Optional { present } => !present,
        _ => true,
    })
}
