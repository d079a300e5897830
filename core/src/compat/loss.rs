//! What a transform loses, and who decides whether it may.

use super::ledger::{Lost, What};
use super::pattern::Pattern;
use super::version::Version;
use super::walk::Below;
use crate::error::Result;
use crate::model::{NodeId, Tree, Value};
use crate::visit::Marks;

/// Something that is lost, as it is told and as it stands in the tree.
#[derive(Clone, Copy, Debug)]
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

    /// Whether something may be lost; its item is still in the tree.
    ///
    /// # Errors
    /// As [`check`](Policy::check).
    pub fn allows(&self, tree: &Tree<'_>, lost: &Lost<'_>) -> Result<bool> {
        if !lost.what.is_value() {
            return Ok(true);
        }
        let mut verdict = self.otherwise;
        for (pattern, said) in self.rules {
            if Pattern::new(pattern)?.covers(lost.trail) {
                verdict = *said;
                break;
            }
        }
        match verdict {
            Verdict::Allow => Ok(true),
            Verdict::Refuse => Ok(false),
            Verdict::IfDefault if lost.known => Ok(false),
            Verdict::IfDefault if lost.what == What::Bits => Ok(lost.bits == 0),
            Verdict::IfDefault => lost.node.map_or(Ok(true), |node| is_empty(tree, node)),
        }
    }
}

impl What {
    /// All there are.
    pub const ALL: [What; 8] = [
        What::Value,
        What::Bits,
        What::Order,
        What::Item,
        What::Record,
        What::Absence,
        What::Versions,
        What::Section,
    ];

    /// Whether a value is lost. Else it is only something about an item that the way back would not know.
    #[must_use]
    pub const fn is_value(self) -> bool {
        match self {
            What::Value | What::Bits | What::Item | What::Record => true,
            What::Order | What::Absence | What::Versions | What::Section => false,
        }
    }
}

/// Whether all values of an item are 0 or empty. Of a record of a QEMU stream only the device counts.
fn is_empty(tree: &Tree<'_>, top: NodeId) -> Result<bool> {
    let mut device = top;
    for child in tree.children(top)? {
        if matches!(tree.value(child)?, Value::Device { .. }) {
            device = child;
        }
    }
    let mut below = Below::new(device);
    while let Some(node) = below.next(tree)? {
        let empty = match tree.value(node)? {
            Value::Scalar(_, bits) => bits == 0,
            Value::Array(_, _, bytes) | Value::Bytes(_, bytes) | Value::Raw(bytes) => {
                bytes.iter().all(|byte| *byte == 0)
            }
            Value::Text(text) => text.is_empty(),
            Value::Optional { present } => !present,
            _ => true,
        };
        if !empty {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether an item is secret, or a scope around it.
pub(super) fn is_secret(tree: &Tree<'_>, node: NodeId) -> Result<bool> {
    let mut at = Some(node);
    while let Some(node) = at {
        if tree.marks(node)?.contains(Marks::SECRET) {
            return Ok(true);
        }
        at = tree.parent(node)?;
    }
    Ok(false)
}
