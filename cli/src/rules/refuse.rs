//! The step that refuses states: those that have something which no rule can take to the other version.

use std::sync::PoisonError;

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
        if table.scope.is_empty() || table.why.is_empty() {
            return Err("it has `in`, a pattern, and `why`".to_owned());
        }
        super::step::pattern(&table.scope)?;
        let (scope, shared) = (table.scope.as_str(), self.effort);
        let hook = self.arena.alloc(move |edit: &mut Edit<'_, '_>| {
            let mut effort = shared.lock().unwrap_or_else(PoisonError::into_inner);
            match Pattern::new(scope)?.is_in(edit.tree, edit.scope, &mut effort)? {
                true => Err(Code::Refused),
                false => Ok(0),
            }
        });
        let hook = Some(Hook(hook));
        Ok(vec![Step::Call { up: hook, down: hook }])
    }
}
