//! The step that refuses states: those that have something which no rule can take to the other version.

use migcore::compat::{Edit, Hook, Pattern, Step};
use migcore::Code;

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
            match Pattern::new(scope)?.is_in(edit.tree, edit.scope)? {
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
