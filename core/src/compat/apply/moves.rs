//! Items that stand elsewhere.

use super::Work;
use crate::compat::path::sites::Sites;
use crate::compat::{Place, Trail};
use crate::error::{Code, Result};
use crate::model::NodeId;

/// A scope, and the way to it.
struct Site {
    scope: NodeId,
    trail: Trail,
}

impl Work<'_, '_> {
    pub(super) fn relocate(&mut self, from: &Place<'_>, to: &Place<'_>) -> Result<u32> {
        if from.scope == to.scope {
            return self.each(from.scope, &mut |work, scope| {
                let outside = work.trail.clone();
                work.relocate_one(scope, from, scope, outside, to)
            });
        }
        let source = self.only(from.scope)?;
        let target = self.only(to.scope)?;
        match (source, target) {
            (Some(source), Some(target)) => {
                self.trail = source.trail;
                let (a, b) = (source.scope, target.scope);
                let moved = self.relocate_one(a, from, b, target.trail, to)?;
                self.check_only(from.scope, a)?;
                self.check_only(to.scope, b)?;
                Ok(moved)
            }
            (None, Some(target)) => {
                self.trail = target.trail;
                self.check_free(target.scope, to.name)?;
                Ok(0)
            }
            (Some(source), None) => {
                self.trail = source.trail;
                match self.look(source.scope, from.name)? {
                    Some(_) => Err(Code::Missing),
                    None => Ok(0),
                }
            }
            (None, None) => Ok(0),
        }
    }

    /// Moves the item of the scope that the trail leads to.
    fn relocate_one(
        &mut self,
        source: NodeId,
        from: &Place<'_>,
        target: NodeId,
        mut way: Trail,
        to: &Place<'_>,
    ) -> Result<u32> {
        let item = self.look(source, from.name)?;
        if source != target || from.name != to.name {
            core::mem::swap(&mut self.trail, &mut way);
            self.check_free(target, to.name)?;
            core::mem::swap(&mut self.trail, &mut way);
        }
        let Some(item) = item else { return Ok(0) };
        self.check_described(source)?;
        self.at(from.name, |work| {
            work.ledger.before(work.tree, item);
            work.lose_place(item, from.after)
        })?;
        core::mem::swap(&mut self.trail, &mut way);
        self.check_described(target)?;
        let kind = self.tree.value(item)?.scope_kind();
        let place =
            self.at(to.name, |work| work.place_for(target, to.after, (Some(item), kind)))?;
        if from.name != to.name {
            self.tree.rename(item, to.name.as_bytes())?;
        }
        self.tree.move_to(item, place)?;
        self.ledger.after(self.tree, item);
        core::mem::swap(&mut self.trail, &mut way);
        Ok(1)
    }

    /// Checks that a pattern still names this scope alone: the item might be in the way, or have led there.
    fn check_only(&mut self, pattern: &str, scope: NodeId) -> Result<()> {
        match self.only(pattern)?.is_some_and(|site| site.scope == scope) {
            true => Ok(()),
            false => Err(Code::InvalidArgument),
        }
    }

    /// The scope that a pattern names, if there is one; there may not be two.
    fn only(&mut self, pattern: &str) -> Result<Option<Site>> {
        self.trail = Trail::new();
        let mut sites = Sites::new(self.tree, self.on, pattern)?;
        let Some(scope) = sites.next(self.tree, &mut self.trail, &mut self.known.effort)? else {
            return Ok(None);
        };
        let trail = self.trail.clone();
        match sites.next(self.tree, &mut self.trail, &mut self.known.effort)? {
            None => Ok(Some(Site { scope, trail })),
            Some(_) => Err(Code::InvalidArgument),
        }
    }
}
