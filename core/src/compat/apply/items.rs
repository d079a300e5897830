//! Items that come, go, and have other names.

use super::{Loss, Work};
use crate::compat::{declare::item, Item, Place, What};
use crate::error::{Code, Result};
use crate::model::NodeId;

impl Work<'_, '_> {
    pub(super) fn rename(&mut self, scope: NodeId, from: &str, to: &str) -> Result<u32> {
        if from == to {
            return Err(Code::InvalidArgument);
        }
        self.check_free(scope, to)?;
        let Some(item) = self.look(scope, from)? else { return Ok(0) };
        self.at(from, |work| work.changed(item, |tree| tree.rename(item, to.as_bytes())))?;
        Ok(1)
    }

    pub(super) fn add(
        &mut self,
        scope: NodeId,
        place: &Place<'_>,
        items: &[Item<'_>],
    ) -> Result<u32> {
        item::check_one(items, place.name)?;
        self.check_free(scope, place.name)?;
        self.at(place.name, |work| {
            if work.found(What::Absence)?.is_some() {
                return Ok(0);
            }
            let added = match work.put_back(scope, place.name)? {
                Some(item) => Some(item),
                None if items.is_empty() => None,
                None => {
                    work.check_described(scope)?;
                    let kind = items.first().and_then(|item| item.value.scope_kind());
                    let at = work.place_for(scope, place.after, (None, kind))?;
                    item::put(work.tree, at, items)?
                }
            };
            if let Some(item) = added {
                work.ledger.after(work.tree, item);
            }
            Ok(u32::from(added.is_some()))
        })
    }

    pub(super) fn drop(
        &mut self,
        scope: NodeId,
        place: &Place<'_>,
        items: &[Item<'_>],
    ) -> Result<u32> {
        item::check_one(items, place.name)?;
        let known = !items.is_empty();
        let item = self.look(scope, place.name)?;
        self.at(place.name, |work| {
            let Some(item) = item else {
                // Without a default nothing would come back either.
                if known {
                    work.lose_in(scope, &Loss::of(What::Absence))?;
                }
                return Ok(0);
            };
            work.check_described(scope)?;
            work.ledger.before(work.tree, item);
            match item::is(work.tree, item, items)? {
                true => work.lose_place(item, place.after)?,
                false => {
                    let at = work.index_of(item)?;
                    let node = Some(item);
                    work.lose_in(scope, &Loss { node, at, known, ..Loss::of(What::Item) })?;
                }
            }
            work.tree.remove(item)?;
            Ok(1)
        })
    }

    /// Puts the item back that was lost where the trail leads to.
    pub(super) fn put_back(&mut self, scope: NodeId, name: &str) -> Result<Option<NodeId>> {
        let Some(found) = self.found(What::Item)? else { return Ok(None) };
        let Some(item) = found.node else { return Ok(None) };
        self.check_described(scope)?;
        let at = self.at_index(scope, found.at, None)?;
        if self.tree.name(item)? != name.as_bytes() {
            self.tree.rename(item, name.as_bytes())?;
        }
        self.tree.move_to(item, at)?;
        Ok(Some(item))
    }
}
