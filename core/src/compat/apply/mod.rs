//! How steps are applied.

mod convert;
mod devices;
mod fields;
mod items;
mod known;
mod moves;
mod order;
mod parts;
mod place;
mod records;
mod sections;
mod stream;
mod words;

use super::devices::{Head, Way};
use super::path::sites::Sites;
use super::{Edit, Found, Hook, Ledger, Lost, On, Step, Trail, What};
use crate::error::{Code, Fault, Path, Report, Result};
use crate::model::{NodeId, Tree, Value};
use devices::Halves;
use known::Known;
use parts::Parts;

/// Applies steps to a tree.
#[derive(Debug)]
pub struct Applier {
    known: Known,
    detail: Path,
}

impl Default for Applier {
    fn default() -> Self {
        Applier::new()
    }
}

impl Applier {
    /// One that knows nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Applier { known: Known::new(), detail: Path::new() }
    }

    /// What more is to be said of the step that failed last, such as the value that did not fit; empty if nothing is.
    #[must_use]
    pub fn detail(&self) -> &Path {
        &self.detail
    }

    /// Applies a step, and says how many items it touched. The cost is linear in the scopes that its patterns look
    /// at: the inside of the device that it is for, or all devices of the machine as far as their names fit.
    ///
    /// # Errors
    /// A report with the place in the state; the tree is changed in part then. [`Code::Occupied`] for a name that is
    /// taken or comes twice; [`Code::WrongType`] for a value of another type than the step says; [`Code::DoesNotFit`]
    /// for one that the new type cannot have; [`Code::ValueDiffers`] for another version, and a value that a map
    /// refuses; [`Code::Unconsumed`] for what a scope or device that goes holds beside the items of the step;
    /// [`Code::Missing`] for a place to move to, and for what an item should stand behind; [`Code::InvalidArgument`]
    /// for a step that makes no sense, or that would change something opaque; [`Code::Unsupported`] for a call without
    /// code; [`Code::TooMuchWork`] for patterns that are compared with too much; those of [`Tree`], of the ledger and
    /// of hooks.
    pub fn apply(
        &mut self,
        tree: &mut Tree<'_>,
        on: On,
        step: &Step<'_>,
        ledger: &mut dyn Ledger,
    ) -> core::result::Result<u32, Report> {
        let done = self.apply_next(tree, on, step, ledger);
        let closed = self.close(tree);
        let touched = done?;
        match closed {
            Ok(()) => Ok(touched),
            Err(code) => Err(Report { code, fault: Fault::default(), path: Path::new() }),
        }
    }

    /// The same, for a step of several: it keeps what was found out about the tree, also in the tree. Up to the
    /// [end](Applier::close), nothing but its steps may add, move, rename or remove devices.
    pub(super) fn apply_next(
        &mut self,
        tree: &mut Tree<'_>,
        on: On,
        step: &Step<'_>,
        ledger: &mut dyn Ledger,
    ) -> core::result::Result<u32, Report> {
        self.known.begin_step();
        let (trail, fault) = (Trail::new(), Fault::default());
        self.detail = Path::new();
        let (known, detail) = (&mut self.known, &mut self.detail);
        let mut work = Work { tree, ledger, on, trail, fault, known, detail };
        work.apply(step).map_err(|code| work.report(code))
    }

    /// Whether another device has the name and the instance of this one.
    pub(super) fn has_twin(&mut self, tree: &mut Tree<'_>, device: NodeId) -> Result<bool> {
        self.known.has_twin(tree, device)
    }

    /// Ends the steps.
    pub(super) fn close(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        self.known.forget(tree)
    }
}

/// A step that is being applied.
struct Work<'w, 'm> {
    tree: &'w mut Tree<'m>,
    ledger: &'w mut dyn Ledger,
    on: On,
    /// The way to what is worked on; where a step fails it stays.
    trail: Trail,
    /// The numbers of an error.
    fault: Fault,
    /// What more is to be said of it.
    detail: &'w mut Path,
    known: &'w mut Known,
}

impl Work<'_, '_> {
    fn apply(&mut self, step: &Step<'_>) -> Result<u32> {
        match *step {
            Step::Rename { scope, from, to } => {
                self.each(scope, &mut |work, scope| work.rename(scope, from, to))
            }
            Step::Add { place, items } => {
                self.each(place.scope, &mut |work, scope| work.add(scope, &place, items))
            }
            Step::Drop { place, items } => {
                self.each(place.scope, &mut |work, scope| work.drop(scope, &place, items))
            }
            Step::Retype { scope, name, from, to } => {
                self.each_item(scope, name, &mut |work, item| work.retype(item, from, to))
            }
            Step::Set { scope, name, from, to } => {
                self.each_item(scope, name, &mut |work, item| work.set(item, from, to))
            }
            Step::Map { scope, name, pairs, turned, otherwise } => {
                let map = fields::Map { pairs, turned, otherwise };
                self.each_item(scope, name, &mut |work, item| work.map(item, &map))
            }
            Step::Bits { scope, name, at, mask, from, to } => {
                let bits = fields::Bits { at, mask, from, to };
                self.each_item(scope, name, &mut |work, item| work.bits(item, &bits))
            }
            Step::Move { from, to } => self.relocate(&from, &to),
            Step::Wrap(ref wrapping) => {
                let scope = wrapping.place.scope;
                self.each(scope, &mut |work, scope| work.wrap(scope, wrapping))
            }
            Step::Unwrap(ref wrapping) => {
                let scope = wrapping.place.scope;
                self.each(scope, &mut |work, scope| work.unwrap(scope, wrapping))
            }
            Step::Split { device, into, items, after } => {
                let halves = Halves { names: device, into, parts: Parts { items, after } };
                self.each_device(&device, Way::Forth, &mut |work, device, run| {
                    work.split(device, run, &halves)
                })
            }
            Step::Merge { device, into, items, after } => {
                let halves = Halves { names: device, into, parts: Parts { items, after } };
                // The mirror of a split, also where one place depends on another.
                self.each_device(&device, Way::Back, &mut |work, device, run| {
                    work.merge(device, run, &halves)
                })
            }
            Step::RenameDevice { from, to } => self.rename_devices(&from, &to),
            Step::AddDevice { ref device, items } => self.add_devices(device, items),
            Step::DropDevice { ref device, items } => self.drop_devices(device, items),
            Step::SetVersion { device, from, to } => {
                self.each_device(&device, Way::Forth, &mut |work, device, _| {
                    work.set_version(device, from, to)
                })
            }
            Step::Open { scope, name, inside } => self.each_item(scope, name, &mut |work, item| {
                work.changed(item, |tree| inside.open(tree, item))
            }),
            Step::Close { scope, name, inside } => {
                self.each_item(scope, name, &mut |work, item| {
                    work.changed(item, |tree| inside.close(tree, item))
                })
            }
            Step::AddCommand { number, data, after } => self.add_command(number, data, after),
            Step::DropCommand { number, data, after } => self.drop_command(number, data, after),
            Step::Footers { add } => self.footers(add),
            Step::Call { up, .. } => self.call(up),
        }
    }

    fn call(&mut self, hook: Option<Hook<'_>>) -> Result<u32> {
        let Hook(code) = hook.ok_or(Code::Unsupported)?;
        let scope = match self.on {
            On::Machine => self.tree.root(),
            On::Device(device) => {
                self.enter_device(device)?;
                device
            }
        };
        // Code for a device changes nothing else.
        if self.on == On::Machine {
            self.known.forget(self.tree)?;
        }
        code(&mut Edit { tree: self.tree, scope, ledger: self.ledger })
    }

    /// Does something in every scope that a pattern names.
    fn each(
        &mut self,
        pattern: &str,
        change: &mut dyn FnMut(&mut Self, NodeId) -> Result<u32>,
    ) -> Result<u32> {
        let mut sites = Sites::new(self.tree, self.on, pattern)?;
        let mut touched = 0u32;
        while let Some(scope) = sites.next(self.tree, &mut self.trail, &mut self.known.effort)? {
            touched = touched.saturating_add(change(self, scope)?);
        }
        Ok(touched)
    }

    /// Does something with the item of this name in every scope that a pattern names.
    fn each_item(
        &mut self,
        pattern: &str,
        name: &str,
        change: &mut dyn FnMut(&mut Self, NodeId) -> Result<()>,
    ) -> Result<u32> {
        self.each(pattern, &mut |work, scope| {
            let Some(item) = work.look(scope, name)? else { return Ok(0) };
            work.at(name, |work| change(work, item))?;
            Ok(1)
        })
    }

    /// Changes an item, and shows it before and after.
    fn changed(
        &mut self,
        item: NodeId,
        change: impl FnOnce(&mut Tree<'_>) -> Result<()>,
    ) -> Result<()> {
        self.ledger.before(self.tree, item);
        change(self.tree)?;
        self.ledger.after(self.tree, item);
        Ok(())
    }

    /// Does something at an item of the scope that the trail leads to.
    fn at<T>(&mut self, name: &str, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.trail.enter(name.as_bytes(), None)?;
        let done = change(self)?;
        self.trail.leave();
        Ok(done)
    }

    /// Leads the trail to a device. If the step is for that one, what is inside is told from there.
    fn enter_device(&mut self, device: NodeId) -> Result<()> {
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        self.trail = Trail::new();
        self.trail.enter(self.tree.name(device)?, Some(head.instance))?;
        if self.on == On::Device(device) {
            self.trail.begin_subject();
        }
        Ok(())
    }

    /// Leads the trail to a device that is not there.
    fn enter_name(&mut self, name: &[u8], instance: u32) -> Result<()> {
        self.trail = Trail::new();
        self.trail.enter(name, Some(instance))
    }

    /// Tells of a loss at an item that is there.
    fn lose_of(&mut self, item: NodeId, loss: &Loss) -> Result<()> {
        let scope = self.tree.parent(item)?.ok_or(Code::InvalidArgument)?;
        self.lose_in(scope, loss)
    }

    /// Tells of a loss at an item of a scope. The way to it must be the only one with these names: else nobody would
    /// know where to put back what is lost.
    fn lose_in(&mut self, scope: NodeId, loss: &Loss) -> Result<()> {
        let mut at = scope;
        while let Some(outer) = self.tree.parent(at)? {
            let value = self.tree.value(at)?;
            let (device, element) =
                (matches!(value, Value::Device { .. }), value == Value::Element);
            if device {
                self.check_single(at)?;
                break;
            }
            if !element && self.known.has_namesake(self.tree, outer, at)? {
                return Err(Code::Occupied);
            }
            at = outer;
        }
        self.lose(loss)
    }

    /// Checks that no other device has the name and the instance of this one: what one loses might come back to the other.
    fn check_single(&mut self, device: NodeId) -> Result<()> {
        match self.known.has_twin(self.tree, device)? {
            false => Ok(()),
            true => Err(Code::Occupied),
        }
    }

    fn lose(&mut self, lost: &Loss) -> Result<()> {
        if let On::Device(device) = self.on {
            self.check_single(device)?;
        }
        let Loss { what, node, at, bits, known } = *lost;
        let lost = Lost { trail: &self.trail, what, node, at, bits, known };
        self.ledger.lost(self.tree, &lost)
    }

    fn found(&mut self, what: What) -> Result<Option<Found>> {
        self.ledger.found(self.tree, what, Some(self.trail.below()))
    }

    fn report(&self, code: Code) -> Report {
        let fault = match code {
            Code::NoSpace | Code::NameTooLong | Code::TooDeep => self.tree.fault(),
            _ => self.fault,
        };
        let path = Path::build(&mut |put| put(self.trail.whole()));
        Report { code, fault, path }
    }
}

/// What is lost at the place that the trail leads to.
struct Loss {
    what: What,
    node: Option<NodeId>,
    at: u32,
    bits: u64,
    known: bool,
}

impl Loss {
    /// Of something that the step knows of, and no more of it.
    const fn of(what: What) -> Loss {
        Loss { what, node: None, at: 0, bits: 0, known: true }
    }
}
