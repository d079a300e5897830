//! The ledger of a run: judges what is lost, keeps it in the tree, and gives it back.

use crate::compat::losses::ledger::{Found, Ledger, Lost, What};
use crate::compat::losses::loss::{Loss, Policy};
use crate::compat::losses::store::{self, Back, Passage, LOSSES};
use crate::compat::path::pattern::Effort;
use crate::compat::private::fields;
use crate::compat::private::index::{Entry, Index, Work};
use crate::compat::private::keyed::{self, Identity};
use crate::compat::run::observer::{Observer, Stage};
use crate::compat::run::Outcome;
use crate::compat::{Failed, Version};
use crate::error::{Code, Path, Report, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::Marks;

/// Where things lie that came back, until their step is over.
const USED: &str = "used";

/// The ledger of a run.
pub(crate) struct Book<'r> {
    pub(crate) observer: &'r mut dyn Observer,
    policy: &'r Policy<'r>,
    pub(crate) outcome: Outcome,
    /// The first loss that the policy refuses.
    pub(crate) refused: Option<Failed>,
    pub(crate) work: Work,
    /// What it may cost to judge losses.
    effort: Effort,
    /// The private device.
    store: Option<NodeId>,
    used: Option<NodeId>,
    /// What devices lost.
    devices: Index,
    subject: Subject,
    /// The edge that is gone, and the step of it.
    leg: Option<Passage<'r>>,
    pub(crate) stage: Option<Stage<'r>>,
    step: u32,
    /// Where losses of this leg go.
    items: Option<NodeId>,
    back: Option<Back>,
}

/// Whose losses these are.
#[derive(Default)]
struct Subject {
    device: Option<NodeId>,
    /// The element of the device.
    element: Option<NodeId>,
    groups: Option<NodeId>,
}

impl<'r> Book<'r> {
    pub(crate) fn open(
        tree: &Tree<'_>,
        policy: &'r Policy<'r>,
        observer: &'r mut dyn Observer,
    ) -> Result<Self> {
        policy.check()?;
        Ok(Book {
            observer,
            policy,
            outcome: Outcome::default(),
            refused: None,
            work: Work::new(),
            effort: Effort::new(),
            store: fields::device(tree, LOSSES)?,
            used: None,
            devices: Index::NONE,
            subject: Subject::default(),
            leg: None,
            stage: None,
            step: 0,
            items: None,
            back: None,
        })
    }

    /// The list of what devices lost.
    pub(crate) fn entries(&self, tree: &Tree<'_>) -> Option<NodeId> {
        fields::list(tree, self.store?, store::DEVICES)
    }

    /// What follows is about the machine.
    pub(crate) fn begin_machine(&mut self, tree: &Tree<'_>) {
        let groups = self.store.and_then(|store| fields::list(tree, store, store::MACHINE));
        self.subject = Subject { groups, ..Subject::default() };
    }

    /// What follows is about devices.
    pub(crate) fn begin_devices(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        let entries = self.entries(tree);
        self.devices = keyed::over(tree, entries, &mut self.work)?;
        Ok(())
    }

    /// What follows is about this device. Says whether it lost anything before.
    pub(crate) fn begin_device(
        &mut self,
        tree: &Tree<'_>,
        device: NodeId,
        identity: &Identity,
    ) -> Result<bool> {
        let found = keyed::find(&self.devices, tree, identity, &mut self.work)?;
        let element = found.map(|Entry { element, .. }| element);
        let groups = element.and_then(|element| fields::list(tree, element, store::EDGES));
        self.subject = Subject { device: Some(device), element, groups };
        Ok(element.is_some())
    }

    pub(crate) fn end_devices(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        self.devices.close(tree)
    }

    pub(crate) fn begin_leg(&mut self, tree: &mut Tree<'_>, leg: Passage<'r>) -> Result<()> {
        let (back, dropped) = store::enter(tree, self.subject.groups, &leg, &mut self.work)?;
        self.outcome.unrestored = self.outcome.unrestored.saturating_add(dropped);
        (self.leg, self.back, self.items) = (Some(leg), back, None);
        Ok(())
    }

    pub(crate) fn begin_step(&mut self, stage: Stage<'r>) {
        self.step = u32::try_from(stage.number).unwrap_or(u32::MAX);
        self.stage = Some(stage);
    }

    pub(crate) fn end_leg(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        (self.leg, self.stage) = (None, None);
        if let Some(back) = self.back.take() {
            let left = back.close(tree)?;
            self.outcome.unrestored = self.outcome.unrestored.saturating_add(left);
        }
        if let Some(used) = self.used.take() {
            tree.remove(used)?;
        }
        Ok(())
    }

    /// Removes the element of the subject if no groups are left in it; else that is called what its device now is.
    pub(crate) fn end_subject(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        let subject = core::mem::take(&mut self.subject);
        let empty =
            subject.groups.map_or(Ok(false), |groups| fields::remove_empty_list(tree, groups));
        let (empty, Some(element)) = (empty?, subject.element) else { return Ok(()) };
        if empty {
            return tree.remove(element);
        }
        match subject.device.map(|device| Identity::of(tree, device)) {
            Some(Ok(identity)) => identity.set(tree, element),
            // The device is gone, and may come back.
            _ => Ok(()),
        }
    }

    /// Ends the run: removes what is empty.
    pub(crate) fn close(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        let Some(store) = self.store else { return Ok(()) };
        if let Some(entries) = self.entries(tree) {
            fields::remove_empty_list(tree, entries)?;
        }
        let lists = [store::DEVICES, store::MACHINE];
        match lists.iter().all(|list| fields::list(tree, store, list).is_none()) {
            true => tree.remove(store),
            false => Ok(()),
        }
    }

    fn store(&mut self, tree: &mut Tree<'_>) -> Result<NodeId> {
        if let Some(store) = self.store {
            return Ok(store);
        }
        let store = fields::make_device(tree, LOSSES)?;
        self.store = Some(store);
        Ok(store)
    }

    /// Where the losses of this leg go; made when there is a first one.
    fn items(&mut self, tree: &mut Tree<'_>, leg: &Passage<'_>) -> Result<NodeId> {
        if let Some(items) = self.items {
            return Ok(items);
        }
        let store = self.store(tree)?;
        let run = match self.outcome.run {
            Some(run) => run,
            None => store::next_run(tree, store)?,
        };
        self.outcome.run = Some(run);
        let groups = match self.subject.groups {
            Some(groups) => groups,
            None => self.make_groups(tree, store)?,
        };
        let items = leg.add(tree, groups, run)?;
        (self.subject.groups, self.items) = (Some(groups), Some(items));
        Ok(items)
    }

    fn make_groups(&mut self, tree: &mut Tree<'_>, store: NodeId) -> Result<NodeId> {
        let Some(device) = self.subject.device else {
            return fields::make_list(tree, store, store::MACHINE);
        };
        let element = match self.subject.element {
            Some(element) => element,
            None => {
                let entries = fields::make_list(tree, store, store::DEVICES)?;
                Identity::of(tree, device)?.add(tree, entries)?
            }
        };
        self.subject.element = Some(element);
        fields::make_list(tree, element, store::EDGES)
    }

    /// Where things lie that come back.
    fn used(&mut self, tree: &mut Tree<'_>) -> Result<NodeId> {
        if let Some(used) = self.used {
            return Ok(used);
        }
        let store = self.store(tree)?;
        let used = Value::Struct(None);
        let used = tree.insert(At::End(store), USED.as_bytes(), Marks::NONE, used)?;
        self.used = Some(used);
        Ok(used)
    }

    /// Notes that the policy refuses this loss.
    fn refuse(&mut self, tree: &Tree<'_>, lost: &Lost<'_>, secret: bool) {
        if self.refused.is_some() {
            return;
        }
        let path = Path::build(&mut |put| put(lost.trail.whole()));
        let report = Report { path, ..Code::Lossy.into() };
        let detail = Path::build(&mut |put| {
            match lost.node.filter(|_| lost.what != What::Bits) {
                // It is there: its path was just told.
                Some(node) => drop(tree.put_item(node, secret, put)),
                None => put(lost.what.text().as_bytes()),
            }
            put(b", which the policy refuses");
        });
        let failed = Failed { step: Some(self.step), ..Failed::at(report) }.saying(detail);
        self.refused = Some(match self.leg.map(|leg| leg.ends()) {
            Some((from, to)) => failed.between(from, to),
            None => Failed { step: None, ..failed },
        });
    }
}

impl Ledger for Book<'_> {
    fn lost(&mut self, tree: &mut Tree<'_>, lost: &Lost<'_>) -> Result<()> {
        let secret = lost.node.map_or(Ok(false), |node| tree.is_secret(node))?;
        let allowed = self.policy.allows(tree, lost, &mut self.effort)?;
        if !allowed {
            self.refuse(tree, lost, secret);
        }
        // A filter is no edge that could be gone back: what it loses is told, and not kept.
        let node = match self.leg {
            Some(leg) => {
                let items = self.items(tree, &leg)?;
                store::record(tree, items, self.step, lost, secret)?
            }
            None => lost.node,
        };
        let count = match lost.what.is_value() {
            true => &mut self.outcome.losses,
            false => &mut self.outcome.notes,
        };
        *count = count.saturating_add(1);
        let nowhere = (Version::default(), Version::default());
        let (from, to) = self.leg.map_or(nowhere, |leg| leg.ends());
        let device = self.subject.device.filter(|_| self.leg.is_some());
        let identity =
            device.map_or(Ok(Identity::default()), |device| Identity::of(tree, device))?;
        self.observer.lost(
            tree,
            &Loss {
                device: &identity.name,
                instance: identity.instance,
                from,
                to,
                step: self.step,
                path: lost.trail.below(),
                what: lost.what,
                node,
                bits: lost.bits,
                secret,
                allowed,
            },
        );
        Ok(())
    }

    fn found(
        &mut self,
        tree: &mut Tree<'_>,
        what: What,
        path: Option<&[u8]>,
    ) -> Result<Option<Found>> {
        if self.back.is_none() {
            return Ok(None);
        }
        let used = self.used(tree)?;
        let Some(back) = &mut self.back else { return Ok(None) };
        let found = back.take(tree, (self.step, what), path, used, &mut self.work)?;
        if found.is_some() {
            self.outcome.restored = self.outcome.restored.saturating_add(1);
        }
        Ok(found)
    }

    fn unfit(&mut self) {
        let Outcome { restored, unrestored, .. } = &mut self.outcome;
        *restored = restored.saturating_sub(1);
        *unrestored = unrestored.saturating_add(1);
    }

    fn before(&mut self, tree: &Tree<'_>, node: NodeId) {
        if let Some(stage) = &self.stage {
            self.observer.changing(tree, stage, node);
        }
    }

    fn after(&mut self, tree: &Tree<'_>, node: NodeId) {
        if let Some(stage) = &self.stage {
            self.observer.changed(tree, stage, node);
        }
    }
}
