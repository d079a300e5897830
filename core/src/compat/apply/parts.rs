//! Items of a scope that go into another, and back: in an order that each way is the mirror of the other.

use super::{Loss, Work};
use crate::compat::declare::item::is_same;
use crate::compat::{After, Trail, What, Wrapping};
use crate::error::{Code, Result};
use crate::model::{NodeId, Value};

/// Items by their names, which stand behind each other in the outer scope.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) items: &'a [&'a str],
    /// What the first of them stands behind in the outer scope.
    pub(super) after: After<'a>,
}

impl Work<'_, '_> {
    /// Moves items to the start of the inner scope, from the last to the first. The trail leads to the outer scope.
    pub(super) fn gather(
        &mut self,
        outer: NodeId,
        inner: NodeId,
        mut inside: Trail,
        parts: &Parts<'_>,
    ) -> Result<()> {
        let mut left = parts.items;
        while let Some((name, before)) = left.split_last() {
            left = before;
            let Some(item) = self.look(outer, name)? else { continue };
            let after = self.behind(outer, before, parts.after)?;
            self.at(name, |work| {
                work.ledger.before(work.tree, item);
                work.lose_place(item, after)
            })?;
            core::mem::swap(&mut self.trail, &mut inside);
            self.check_free(inner, name)?;
            let place = self.at(name, |work| work.place_for(inner, After::Start, (None, None)))?;
            core::mem::swap(&mut self.trail, &mut inside);
            self.tree.move_to(item, place)?;
            self.ledger.after(self.tree, item);
        }
        Ok(())
    }

    /// Moves items out of the inner scope, from the first to the last, and says how many. Nothing else may be in
    /// that. The trail leads to the outer scope.
    pub(super) fn scatter(
        &mut self,
        outer: NodeId,
        inner: NodeId,
        mut inside: Trail,
        parts: &Parts<'_>,
    ) -> Result<u32> {
        let mut moved = 0u32;
        for (number, name) in parts.items.iter().enumerate() {
            self.check_free(outer, name)?;
            let before = parts.items.get(..number).unwrap_or_default();
            core::mem::swap(&mut self.trail, &mut inside);
            let item = self.look(inner, name)?;
            if let Some(item) = item {
                self.ledger.before(self.tree, item);
                self.at(name, |work| work.lose_place(item, After::Start))?;
            }
            core::mem::swap(&mut self.trail, &mut inside);
            let Some(item) = item else { continue };
            let after = self.behind(outer, before, parts.after)?;
            let kind = self.tree.value(item)?.scope_kind();
            let place = self.at(name, |work| work.place_for(outer, after, (None, kind)))?;
            self.tree.move_to(item, place)?;
            self.ledger.after(self.tree, item);
            moved = moved.saturating_add(1);
        }
        if self.tree.first_child(inner)?.is_some() {
            self.trail = inside;
            return Err(Code::Unconsumed);
        }
        Ok(moved)
    }

    /// Checks that none of these items is in the scope.
    pub(super) fn check_none(&mut self, scope: NodeId, items: &[&str]) -> Result<()> {
        items.iter().try_for_each(|name| self.check_free(scope, name))
    }

    /// What an item stands behind: the last one of those before it that is there.
    fn behind<'a>(
        &mut self,
        scope: NodeId,
        before: &[&'a str],
        first: After<'a>,
    ) -> Result<After<'a>> {
        for name in before.iter().rev() {
            if self.look(scope, name)?.is_some() {
                return Ok(After::Name(name));
            }
        }
        Ok(first)
    }

    pub(super) fn wrap(&mut self, scope: NodeId, wrapping: &Wrapping<'_>) -> Result<u32> {
        let Wrapping { place, value, marks, items, after } = *wrapping;
        check_scope(&value)?;
        self.check_free(scope, place.name)?;
        let mut any = false;
        for name in items {
            any |= self.look(scope, name)?.is_some();
        }
        let inner = self.at(place.name, |work| {
            Ok(match work.put_back(scope, place.name)? {
                Some(inner) => Some(inner),
                None if !any => None,
                None => {
                    work.check_described(scope)?;
                    let at = work.place_for(scope, place.after, (None, value.scope_kind()))?;
                    Some(work.tree.insert(at, place.name.as_bytes(), marks, value)?)
                }
            })
        })?;
        let Some(inner) = inner else { return Ok(0) };
        let inside = self.inside(place.name)?;
        self.gather(scope, inner, inside, &Parts { items, after })?;
        self.ledger.after(self.tree, inner);
        Ok(1)
    }

    pub(super) fn unwrap(&mut self, scope: NodeId, wrapping: &Wrapping<'_>) -> Result<u32> {
        let Wrapping { place, value, marks, items, after } = *wrapping;
        check_scope(&value)?;
        let Some(inner) = self.look(scope, place.name)? else {
            self.check_none(scope, items)?;
            return Ok(0);
        };
        self.check_described(scope)?;
        self.at(place.name, |work| work.check_described(inner))?;
        let there = self.tree.value(inner)?;
        if there.scope_kind() != value.scope_kind() {
            return Err(Code::WrongType);
        }
        let as_declared = is_same(&there, &value) && self.tree.marks(inner)? == marks;
        self.ledger.before(self.tree, inner);
        let inside = self.inside(place.name)?;
        let moved = self.scatter(scope, inner, inside, &Parts { items, after })?;
        self.at(place.name, |work| match as_declared && moved > 0 {
            true => work.lose_place(inner, place.after),
            false => {
                let at = work.index_of(inner)?;
                work.lose_in(scope, &Loss { node: Some(inner), at, ..Loss::of(What::Item) })
            }
        })?;
        self.tree.remove(inner)?;
        Ok(1)
    }

    /// The way to an item of the scope that the trail leads to.
    fn inside(&self, name: &str) -> Result<Trail> {
        let mut inside = self.trail.clone();
        inside.enter(name.as_bytes(), None)?;
        Ok(inside)
    }
}

/// Checks that items may be wrapped in this.
fn check_scope(value: &Value<'_>) -> Result<()> {
    match value {
        Value::Struct(_) | Value::Subsection { .. } | Value::Optional { present: true } => Ok(()),
        _ => Err(Code::InvalidArgument),
    }
}
