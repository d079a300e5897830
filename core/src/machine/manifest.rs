//! What a machine accepts, as data for those who send to it.

use super::device::{Device, Hook};
use super::reach::{run, Reach};
use super::slot::{Identity, Registered, Slot};
use super::Machine;
use crate::compat::manifest::{About, Accepts, Known, Writer};
use crate::error::{Code, Report, Result};
use crate::model::{Builder, NodeId, Tree, TreeDecoder, Value};
use crate::visit::{Scope, ScopeKind, Versions, Visiting};

/// Asked for each device what a manifest says of it; is given what the machine knows. An error ends the manifest.
pub type Accepted<'f, 'a> = &'f mut dyn FnMut(&Identity<'_>, Accepts<'a>) -> Result<Accepts<'a>>;

impl<S: Registered> Machine<'_, S> {
    /// Saves the devices at older versions of theirs, as many as `most` of each: what is recorded so are the shapes of
    /// states that other programs wrote at those versions.
    ///
    /// # Errors
    /// As [`save`](Machine::save).
    pub fn record_older_over(&mut self, reach: &mut impl Reach<S>, most: u32) -> Result<()> {
        for device in self.devices.iter_mut() {
            let (instance, versions) = (device.identity().instance, device.identity().versions);
            let oldest = versions.minimum.max(versions.current.saturating_sub(most));
            for current in (oldest..versions.current).rev() {
                run(reach, device, Hook::PreSave)?;
                let versions = Versions { current, minimum: versions.minimum };
                let scope = Scope::Device { instance, versions };
                let begun = reach.with(|v| v.begin(&device.identity().name, scope));
                let done = begun.and_then(|()| reach.visit(device, false));
                let done = done.and_then(|()| reach.with(|v| v.end(ScopeKind::Device)));
                run(reach, device, Hook::PostSave)?;
                done?;
            }
        }
        Ok(())
    }

    /// Makes a manifest of the devices of a tree, in which this machine was saved; and checked, if what its devices do
    /// without is to be known; and then saved at older versions
    /// ([`record_older_over`](Machine::record_older_over)), if their shapes are. The devices become its shapes.
    /// Gives the device that the manifest is.
    ///
    /// Of a device that has a scratch instance it is taken that its state as it was saved shows
    /// [all](Known::All) that it accepts, of others that it is a [sample](Known::Sample): `accepted` may say better.
    ///
    /// # Errors
    /// [`Code::Missing`] when the tree does not hold the devices of this machine in their order;
    /// [`Code::NoSpace`], [`Code::TooDeep`]; those of `accepted`. Then the tree is of no use: some of its devices may be
    /// in a manifest that was begun.
    pub fn manifest_of(
        &self,
        tree: &mut Tree<'_>,
        about: &About<'_>,
        accepted: Accepted<'_, '_>,
    ) -> Result<NodeId> {
        let mut next = tree.first_child(tree.root())?;
        // The older ones stand behind all that are of now, in the same order.
        let mut older = next;
        for _ in 0..self.devices.len() {
            older = older.map(|node| tree.next_sibling(node)).transpose()?.flatten();
        }
        let mut writer = Writer::begin(tree, about)?;
        for device in self.devices.iter() {
            let identity = device.identity();
            let node = next.ok_or(Code::Missing)?;
            next = writer.tree().next_sibling(node)?;
            expect(writer.tree(), node, &identity)?;
            writer.device(node, &accepted(&identity, accepts(device))?)?;
            while let Some(node) = older.filter(|node| is_of(writer.tree(), *node, &identity)) {
                older = writer.tree().next_sibling(node)?;
                writer.older(node)?;
            }
        }
        Ok(writer.manifest())
    }
}

impl<D: Device + ?Sized> Machine<'_, Slot<'_, D>> {
    /// The manifest of this machine, in an empty tree: its devices are saved, checked with their scratch instances,
    /// where they have some, and saved at `older` versions before the newest, at most. The state that they have does
    /// not go into it, but which items there are may depend on it: see [`manifest_of`](Machine::manifest_of).
    ///
    /// # Errors
    /// As [`save`](Machine::save) and [`check`](Machine::check); as [`manifest_of`](Machine::manifest_of).
    pub fn manifest(
        &mut self,
        tree: &mut Tree<'_>,
        about: &About<'_>,
        older: u32,
        accepted: Accepted<'_, '_>,
    ) -> core::result::Result<NodeId, Report> {
        let mut saving = Visiting::new(Builder::new(tree));
        let done = self.save(&mut saving.saver());
        done.map_err(|code| saving.report_of(code))?;
        let mut loading = Visiting::new(TreeDecoder::new(tree));
        let done = self.check(&mut loading.loader());
        done.map_err(|code| loading.report_of(code))?;
        let mut saving = Visiting::new(Builder::new(tree));
        let done = self.record_older(&mut saving.saver(), older);
        done.map_err(|code| saving.report_of(code))?;
        let done = self.manifest_of(tree, about, accepted);
        done.map_err(|code| tree.report_of(code, tree.root()))
    }
}

/// What a machine knows of a device.
fn accepts<'a>(device: &impl Registered) -> Accepts<'a> {
    let identity = device.identity();
    Accepts {
        oldest: identity.versions.minimum,
        tag: "",
        optional: identity.optional,
        known: if device.has_scratch() { Known::All } else { Known::Sample },
        blob: false,
    }
}

fn expect(tree: &Tree<'_>, node: NodeId, identity: &Identity<'_>) -> Result<()> {
    match is_of(tree, node, identity) {
        true => Ok(()),
        false => Err(Code::Missing),
    }
}

fn is_of(tree: &Tree<'_>, node: NodeId, identity: &Identity<'_>) -> bool {
    let name = tree.name(node) == Ok(identity.name);
    let Ok(Value::Device { instance, .. }) = tree.value(node) else { return false };
    name && instance == identity.instance
}
