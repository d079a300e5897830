//! Places among the children of a scope.

use super::{Loss, Work};
use crate::compat::devices::is_stream;
use crate::compat::{After, What};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Value};
use crate::visit::ScopeKind;

impl Work<'_, '_> {
    /// The item of this name, which must be the only one.
    pub(super) fn look(&mut self, scope: NodeId, name: &str) -> Result<Option<NodeId>> {
        let hidden = name != "configuration" && is_stream(self.tree, scope);
        if name.is_empty() || hidden {
            return Err(Code::InvalidArgument);
        }
        let name = name.as_bytes();
        let mut named = self.tree.children(scope)?.filter(|item| self.tree.name(*item) == Ok(name));
        let (first, second) = (named.next(), named.next());
        match second {
            None => Ok(first),
            Some(_) => {
                self.trail.enter(name, None)?;
                Err(Code::Occupied)
            }
        }
    }

    /// Checks that a scope has no item of this name.
    pub(super) fn check_free(&mut self, scope: NodeId, name: &str) -> Result<()> {
        match self.look(scope, name)? {
            None => Ok(()),
            Some(_) => {
                self.trail.enter(name.as_bytes(), None)?;
                Err(Code::Occupied)
            }
        }
    }

    /// Checks that no raw bytes are among the items of a scope: what is around them is not known.
    pub(super) fn check_described(&self, scope: NodeId) -> Result<()> {
        let mut children = self.tree.children(scope)?;
        match children.any(|child| matches!(self.tree.value(child), Ok(Value::Raw(_)))) {
            true => Err(Code::InvalidArgument),
            false => Ok(()),
        }
    }

    /// Says that an item is lost from where it stands, if it does not stand where it would come back to.
    pub(super) fn lose_place(&mut self, item: NodeId, after: After<'_>) -> Result<()> {
        if self.stands(item, after)? {
            return Ok(());
        }
        let at = self.index_of(item)?;
        self.lose_of(item, &Loss { at, ..Loss::of(What::Order) })
    }

    /// The place for an item with this value that the trail leads to: the one that it was lost from, else the one that
    /// is declared. If it stands in the scope already, it does not count.
    pub(super) fn place_for(
        &mut self,
        scope: NodeId,
        after: After<'_>,
        (item, kind): (Option<NodeId>, Option<ScopeKind>),
    ) -> Result<At> {
        match self.found(What::Order)? {
            Some(found) => self.at_index(scope, found.at, item),
            None => self.declared(scope, after, (item, kind)),
        }
    }

    /// Whether an item stands where it would come to if it were not there.
    pub(super) fn stands(&self, item: NodeId, after: After<'_>) -> Result<bool> {
        let scope = self.tree.parent(item)?.ok_or(Code::InvalidArgument)?;
        Ok(match self.sibling(scope, after, Some(item))? {
            Some(sibling) => self.tree.previous_sibling(item)? == Some(sibling),
            None => match after {
                After::Start => self.tree.previous_sibling(item)?.is_none(),
                // It would come to no place at all.
                After::Name(_) => false,
                After::End => {
                    let kind = self.tree.value(item)?.scope_kind();
                    self.tree.next_sibling(item)? == self.end(scope, (Some(item), kind))?
                }
            },
        })
    }

    fn declared(
        &mut self,
        scope: NodeId,
        after: After<'_>,
        (item, kind): (Option<NodeId>, Option<ScopeKind>),
    ) -> Result<At> {
        Ok(match (self.sibling(scope, after, item)?, after) {
            (Some(sibling), _) => At::After(sibling),
            (None, After::Start) => At::Start(scope),
            (None, After::End) => self.end(scope, (item, kind))?.map_or(At::End(scope), At::Before),
            (None, After::Name(name)) => {
                self.trail.leave();
                self.trail.enter(name.as_bytes(), None)?;
                return Err(Code::Missing);
            }
        })
    }

    /// What the end of a scope is before, for an item of this kind: on wires without names subsections come last, and
    /// only they may stand behind the first of them.
    fn end(
        &self,
        scope: NodeId,
        (item, kind): (Option<NodeId>, Option<ScopeKind>),
    ) -> Result<Option<NodeId>> {
        let mut end = None;
        let mut at = self.tree.last_child(scope)?;
        while let Some(last) = at.filter(|_| kind != Some(ScopeKind::Subsection)) {
            if Some(last) != item {
                match self.tree.value(last)? {
                    Value::Subsection { .. } => end = Some(last),
                    _ => break,
                }
            }
            at = self.tree.previous_sibling(last)?;
        }
        Ok(end)
    }

    /// The sibling that an item is to stand behind, if there is one.
    fn sibling(
        &self,
        scope: NodeId,
        after: After<'_>,
        item: Option<NodeId>,
    ) -> Result<Option<NodeId>> {
        let After::Name(name) = after else { return Ok(None) };
        let name = name.as_bytes();
        let mut siblings = self.tree.children(scope)?;
        Ok(siblings.find(|sibling| self.tree.name(*sibling) == Ok(name) && Some(*sibling) != item))
    }

    /// How many siblings stand before an item.
    pub(super) fn index_of(&self, item: NodeId) -> Result<u32> {
        let (mut index, mut at) = (0u32, item);
        while let Some(before) = self.tree.previous_sibling(at)? {
            (index, at) = (index.saturating_add(1), before);
        }
        Ok(index)
    }

    /// The place with so many siblings before it, or the last one. An item that is to go there does not count.
    pub(super) fn at_index(&self, scope: NodeId, index: u32, item: Option<NodeId>) -> Result<At> {
        let mut before = self.tree.children(scope)?.filter(|sibling| Some(*sibling) != item);
        let next = before.nth(usize::try_from(index).unwrap_or(usize::MAX));
        Ok(next.map_or(At::End(scope), At::Before))
    }
}
