//! What code that is a step tells of itself.

use crate::compat::devices::{stream, Head};
use crate::compat::{Edit, Found, Lost, Trail, What};
use crate::error::{Code, Result, MAX_DEPTH};
use crate::model::{NodeId, Tree, Value};

/// The scopes and elements on the way to an item.
const STEPS: usize = 2 * MAX_DEPTH + 2;

impl Edit<'_, '_> {
    /// Tells that an item, or its value, will be lost ([`What::Value`], [`What::Item`], [`What::Record`]); call it
    /// before the change. `known`: the code knows a default, and this is not it.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for anything else of it, and for an item outside of the scope; [`Code::TooLong`]
    /// for its path; those of the ledger.
    pub fn lose(&mut self, node: NodeId, what: What, known: bool) -> Result<()> {
        if !matches!(what, What::Value | What::Item | What::Record) {
            return Err(Code::InvalidArgument);
        }
        let trail = trail(self.tree, self.scope, node)?;
        let mut at = 0u32;
        let mut before = self.tree.previous_sibling(node)?;
        while let Some(sibling) = before {
            at = at.saturating_add(1);
            before = self.tree.previous_sibling(sibling)?;
        }
        let lost = Lost { trail: &trail, what, node: Some(node), at, bits: 0, known };
        self.ledger.lost(self.tree, &lost)
    }

    /// What this code told of the item `name` of a scope when it went the other way, if it did: a copy, to be moved or
    /// its value taken.
    ///
    /// # Errors
    /// As [`lose`](Edit::lose).
    pub fn recover(&mut self, scope: NodeId, name: &[u8], what: What) -> Result<Option<Found>> {
        let mut trail = trail(self.tree, self.scope, scope)?;
        trail.enter(name, None)?;
        self.ledger.found(self.tree, what, Some(trail.below()))
    }
}

/// The way to an item of a device, as steps tell it; `subject` is what the step is for.
fn trail(tree: &Tree<'_>, subject: NodeId, node: NodeId) -> Result<Trail> {
    let top = stream(tree);
    let mut steps = heapless::Vec::<NodeId, STEPS>::new();
    let mut at = Some(node);
    while let Some(step) = at {
        // The tree is never deeper.
        let _ = steps.push(step);
        let is_device = matches!(tree.value(step)?, Value::Device { .. }) && Some(step) != top;
        at = if is_device { None } else { tree.parent(step)? };
    }
    if subject != tree.root() && !steps.contains(&subject) {
        return Err(Code::InvalidArgument);
    }
    let mut trail = Trail::new();
    for &step in steps.iter().rev() {
        match (tree.value(step)?, Head::of(tree, step)) {
            (Value::Root, _) => {}
            (Value::Element, _) => trail.enter_element(number(tree, step)?)?,
            (_, Some(head)) => trail.enter(tree.name(step)?, Some(head.instance))?,
            _ => trail.enter(tree.name(step)?, None)?,
        }
        if step == subject {
            trail.begin_subject();
        }
    }
    Ok(trail)
}

/// How many elements stand before this one.
fn number(tree: &Tree<'_>, element: NodeId) -> Result<u32> {
    let mut number = 0u32;
    let mut before = tree.previous_sibling(element)?;
    while let Some(sibling) = before {
        number = number.saturating_add(u32::from(matches!(tree.value(sibling)?, Value::Element)));
        before = tree.previous_sibling(sibling)?;
    }
    Ok(number)
}
