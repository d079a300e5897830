//! The step that refuses states: those that have something which no rule can take to the other version.

use migcore::compat::{Devices, Edit, Hook, Pattern, Step, Trail};
use migcore::model::{NodeId, Tree, Value};
use migcore::{Code, Result};

use super::file;
use super::item::Maker;

impl<'a> Maker<'a> {
    /// A step that fails if its pattern names something, whichever way it is gone.
    pub(super) fn refusal(
        &self,
        table: &'a file::Refuse,
    ) -> std::result::Result<Vec<Step<'a>>, String> {
        if table.scope.is_empty() == table.memory.is_empty() || table.why.is_empty() {
            return Err("it has `in`, a pattern, or `memory`, a block, and `why`".to_owned());
        }
        if !table.memory.is_empty() {
            // Memory is in no tree: who has the stream looks.
            let hook = self.arena.alloc(|_: &mut Edit<'_, '_>| Ok(0));
            let hook = Some(Hook(hook));
            return Ok(vec![Step::Call { up: hook, down: hook }]);
        }
        super::step::pattern(&table.scope)?;
        let scope = table.scope.as_str();
        let hook = self.arena.alloc(move |edit: &mut Edit<'_, '_>| {
            match is_there(edit.tree, edit.scope, &Pattern::new(scope)?)? {
                true => Err(Code::Refused),
                false => Ok(0),
            }
        });
        let hook = Some(Hook(hook));
        Ok(vec![Step::Call { up: hook, down: hook }])
    }
}

/// What a step refuses, and why.
#[derive(Clone, Copy, Debug)]
pub struct Refuses<'a> {
    /// A pattern, or the name of a block of memory.
    pub place: &'a str,
    /// Whether it is a block of memory.
    pub memory: bool,
    /// Why.
    pub why: &'a str,
}

impl<'a> Refuses<'a> {
    pub(super) fn of(table: &'a file::Refuse) -> Self {
        let memory = !table.memory.is_empty();
        Refuses {
            place: if memory { &table.memory } else { &table.scope },
            memory,
            why: &table.why,
        }
    }
}

/// Whether a pattern names a device or something in it: of all, or of the one that is given.
fn is_there(tree: &Tree<'_>, scope: NodeId, pattern: &Pattern<'_>) -> Result<bool> {
    if matches!(tree.value(scope)?, Value::Device { .. }) {
        return is_in(tree, scope, pattern);
    }
    let mut devices = Devices::new(tree);
    while let Some(device) = devices.next(tree) {
        if is_in(tree, device, pattern)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_in(tree: &Tree<'_>, device: NodeId, pattern: &Pattern<'_>) -> Result<bool> {
    let Value::Device { instance, .. } = tree.value(device)? else { return Ok(false) };
    let mut trail = Trail::new();
    trail.enter(tree.name(device)?, Some(instance))?;
    if pattern.matches(&trail) {
        return Ok(true);
    }
    // Of each scope that is entered what comes next, and how many elements came before.
    let mut levels = vec![(tree.first_child(device)?, 0u32)];
    while let Some((next, elements)) = levels.last_mut() {
        let Some(node) = *next else {
            levels.pop();
            trail.leave();
            continue;
        };
        *next = tree.next_sibling(node)?;
        match tree.value(node)? {
            Value::Element => {
                trail.enter_element(*elements)?;
                *elements = elements.saturating_add(1);
            }
            _ => trail.enter(tree.name(node)?, None)?,
        }
        if pattern.matches(&trail) {
            return Ok(true);
        }
        levels.push((tree.first_child(node)?, 0));
    }
    Ok(false)
}
