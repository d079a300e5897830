//! What histories say of older versions that a receiver takes.

use crate::compat::declare::history::each_once;
use crate::compat::{is_private, Compat, History, Others, Policy, Route, Targets, Version};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};

impl Compat<'_> {
    /// Puts the devices of a tree behind all of them as older versions have them: of each that has a history, every
    /// version that is told apart by its number alone and that a route leads to and from. They are for the
    /// [`Writer`](super::Writer), or for [`Machine::manifest_of`](crate::machine::Machine::manifest_of), which takes
    /// them as the shapes of what is loaded at those versions. What cannot be made of the state that a device has now,
    /// such as one that is made of two devices, is left out. `memory` is for one device at a time, what it loses, and a
    /// change.
    ///
    /// It is for manifests that say that these versions load ([`oldest`](Compat::oldest)): where a transform from one
    /// of them refuses some values, only the [route](super::Writer::histories) is to be said.
    ///
    /// # Errors
    /// [`Code::NoSpace`] of either memory, [`Code::TooMany`] for a history of too many versions, [`Code::Busy`] if a
    /// change of the tree is open, [`Code::Unbalanced`] of code that left a visitor; the tree is as it was.
    pub fn record_older(&self, tree: &mut Tree<'_>, memory: &mut [u8]) -> Result<()> {
        let all = Compat { policy: Policy::ALLOW, ..*self };
        tree.attempt(|tree| {
            let (mut next, last) = (tree.first_child(tree.root())?, tree.last_child(tree.root())?);
            while let Some(device) = next {
                next = tree.next_sibling(device)?.filter(|_| Some(device) != last);
                all.record(tree, device, memory)?;
            }
            Ok(())
        })
    }

    /// The oldest version of a device, by its number alone, that a route leads from to the one that the program speaks.
    ///
    /// # Errors
    /// [`Code::TooMany`] for a history of too many versions.
    pub fn oldest(&self, device: &[u8]) -> Result<Option<u32>> {
        let Some(history) = self.history_of(device) else { return Ok(None) };
        let mut oldest = None;
        for version in older(history) {
            if Route::leads(history.edges, version, history.newest)? {
                oldest = Some(oldest.unwrap_or(version.number).min(version.number));
            }
        }
        Ok(oldest)
    }

    /// Records the older versions of a device.
    fn record(&self, tree: &mut Tree<'_>, device: NodeId, memory: &mut [u8]) -> Result<()> {
        let (name, value) = (tree.name(device)?, tree.value(device)?);
        let Value::Device { versions, .. } = value else { return Ok(()) };
        let Some(history) = self.history_of(name).filter(|_| !is_private(name)) else {
            return Ok(());
        };
        if Version::new(versions.current) != history.newest {
            return Ok(());
        }
        for version in older(history) {
            if Route::leads(history.edges, version, history.newest)? {
                self.record_at(tree, device, version, memory)?;
            }
        }
        Ok(())
    }

    /// Records a device at a version, if that can be made of what it has.
    fn record_at(
        &self,
        tree: &mut Tree<'_>,
        device: NodeId,
        version: Version<'_>,
        memory: &mut [u8],
    ) -> Result<()> {
        let mut alone = Tree::new(memory)?;
        let end = At::End(alone.root());
        let copy = tree.copy_to(device, &mut alone, end)?;
        let wanted = [("*", version)];
        let targets = Targets { devices: &wanted, others: Others::Keep, ..Targets::default() };
        match self.run(&mut alone, &targets, &mut ()).map_err(|failed| failed.code()) {
            Ok(_) => {}
            Err(code @ (Code::NoSpace | Code::Unbalanced | Code::Busy)) => return Err(code),
            Err(_) => return Ok(()),
        }
        match alone.value(copy) {
            Ok(Value::Device { versions, .. }) if versions.current == version.number => {}
            _ => return Ok(()),
        }
        let end = At::End(tree.root());
        alone.copy_to(copy, tree, end).map(|_| ())
    }
}

/// The versions of a history but the newest, each once, that their numbers alone tell apart.
fn older<'a>(history: &'a History<'a>) -> impl Iterator<Item = Version<'a>> {
    let ends = history.edges.iter().rev().flat_map(|edge| [edge.to, edge.from]);
    each_once(ends)
        .filter(|version| version.tag.is_empty() && version.number != history.newest.number)
}
