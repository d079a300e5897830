//! A run, as it goes from device to device and from step to step.

use crate::compat::apply::Applier;
use crate::compat::declare::history::{Edge, History, Of, Way};
use crate::compat::declare::name::name_matches;
use crate::compat::declare::step::{DeviceName, Hook, On, Step};
use crate::compat::devices::{self, holder_of, stream, Devices};
use crate::compat::losses::book::Book;
use crate::compat::losses::ledger::{Edit, Ledger};
use crate::compat::path::sought;
use crate::compat::private::hops;
use crate::compat::private::index::{Entry, Index};
use crate::compat::private::keyed::{self, Identity};
use crate::compat::run::failed;
use crate::compat::run::leg::Leg;
use crate::compat::run::observer::{Observer, Stage};
use crate::compat::run::route::Route;
use crate::compat::run::{Compat, Others, Outcome, Plan, Targets, Wanted};
use crate::compat::{Failed, Version};
use crate::error::{Code, Path, Report};
use crate::io::told;
use crate::model::{NodeId, Tree, Value};

type Result<T> = core::result::Result<T, Failed>;

/// A run.
pub(crate) struct Run<'r> {
    compat: &'r Compat<'r>,
    targets: &'r Targets<'r>,
    /// Says which version is wanted of a device, before the targets do.
    pub(crate) wanted: Option<&'r dyn Wanted<'r>>,
    applier: Applier,
    book: Book<'r>,
}

/// The route of the machine.
pub(crate) struct MachineRoute<'r> {
    edges: &'r [Edge<'r>],
    route: Route,
    /// Whether it is gone before those of the devices.
    pub(crate) is_first: bool,
}

impl MachineRoute<'_> {
    /// How many legs it has.
    pub(crate) fn legs(&self) -> u64 {
        length(&self.route)
    }
}

/// The route of a device.
struct DeviceRoute<'r> {
    identity: Identity,
    edges: &'r [Edge<'r>],
    route: Route,
    to: Version<'r>,
    /// Whether it has a tag, or gets one.
    tagged: bool,
}

impl<'r> Run<'r> {
    pub(crate) fn begin(
        compat: &'r Compat<'r>,
        targets: &'r Targets<'r>,
        tree: &Tree<'_>,
        observer: &'r mut dyn Observer,
    ) -> Result<Run<'r>> {
        let book = Book::open(tree, &compat.policy, observer)?;
        Ok(Run { compat, targets, wanted: None, applier: Applier::new(), book })
    }

    /// The end: here it shows whether all losses are allowed.
    pub(crate) fn end(mut self, tree: &mut Tree<'_>) -> Result<Outcome> {
        self.applier.close(tree)?;
        self.book.close(tree)?;
        match self.book.refused {
            Some(refused) => Err(refused),
            None => Ok(self.book.outcome),
        }
    }

    /// Runs filters, one after the other.
    pub(crate) fn filter(
        &mut self,
        tree: &mut Tree<'_>,
        hooks: impl Iterator<Item = Hook<'r>>,
    ) -> Result<()> {
        // They may change all, and nothing else is there for them.
        self.applier.close(tree)?;
        let scope = tree.root();
        for Hook(hook) in hooks {
            let ledger: &mut dyn Ledger = &mut self.book;
            hook(&mut Edit { tree, scope, ledger })?;
        }
        Ok(())
    }

    pub(crate) fn machine_route(&self, tree: &Tree<'_>) -> Result<MachineRoute<'r>> {
        let Some(to) = self.targets.machine else {
            return Ok(MachineRoute { edges: &[], route: Route::default(), is_first: true });
        };
        let from = match self.targets.from {
            Some(from) => from,
            None => hops::machine_version(tree)?.unwrap_or_default(),
        };
        let machine = |history: &&History<'_>| history.of == Of::Machine;
        let edges = self.compat.histories.iter().find(machine).map_or(&[][..], |found| found.edges);
        let route = Route::find(edges, from, to);
        let route = route.map_err(|code| failed::no_route(code, edges).between(from, to))?;
        let is_first = route.way(edges, from, to) == Way::Up;
        Ok(MachineRoute { edges, route, is_first })
    }

    /// Goes the edges of the machine.
    pub(crate) fn machine(
        &mut self,
        tree: &mut Tree<'_>,
        machine: &MachineRoute<'r>,
    ) -> Result<()> {
        let legs = machine.route.legs();
        let Some(to) = self.targets.machine.filter(|_| !legs.is_empty()) else { return Ok(()) };
        self.edges(tree, legs.iter().map(|leg| Leg::of(machine.edges, leg.edge, leg.way)))?;
        hops::name_machine(tree, to)?;
        Ok(hops::note_transform(tree, to, self.compat.writer)?)
    }

    /// Goes edges of the machine.
    pub(crate) fn edges(
        &mut self,
        tree: &mut Tree<'_>,
        legs: impl Iterator<Item = Result<Leg<'r>>>,
    ) -> Result<()> {
        // What is kept beside devices follows them when they are renamed.
        let (tags, entries) = (hops::tags(tree)?, self.book.entries(tree));
        let tags = keyed::bind(tree, tags, &mut self.book.work)?;
        let entries = keyed::bind(tree, entries, &mut self.book.work)?;
        self.book.begin_machine(tree);
        for leg in legs {
            let leg = leg?;
            self.leg(tree, None, leg)?;
            let (from, to) = leg.passage.ends();
            if from.number == 0 && to.number == 0 {
                hops::rename_machine(tree, from.tag, to.tag)?;
            }
        }
        self.book.end_subject(tree)?;
        keyed::unbind(tree, tags)?;
        Ok(keyed::unbind(tree, entries)?)
    }

    /// Finds the routes of all devices, and leaves them.
    pub(crate) fn plan_devices(&mut self, tree: &mut Tree<'_>) -> Result<Plan> {
        let list = hops::tags(tree)?;
        let mut tags = keyed::over(tree, list, &mut self.book.work)?;
        let (mut plan, mut devices) = (Plan::default(), Devices::new(tree));
        while let Some(device) = devices.next(tree) {
            if let Some(found) = self.device_route(tree, device, &tags)? {
                plan.devices = plan.devices.saturating_add(1);
                plan.legs = plan.legs.saturating_add(length(&found.route));
            }
        }
        tags.close(tree)?;
        self.book.outcome.unused = self.unused(tree)?;
        Ok(plan)
    }

    /// How many of the patterns of the targets no device fits. One that no history is for either says nothing at all.
    fn unused(&self, tree: &Tree<'_>) -> Result<u64> {
        let mut unused = 0u64;
        for (names, _) in self.targets.devices {
            let (mut devices, mut fits) = (Devices::new(tree), false);
            while let Some(device) = devices.next(tree).filter(|_| !fits) {
                fits = name_matches(names, tree.name(device)?);
            }
            if fits {
                continue;
            }
            unused = unused.saturating_add(1);
            if !self.compat.histories.iter().any(|history| history.may_be_of(names)) {
                let path = Path::build(&mut |put| put(names.as_bytes()));
                let report = Report { path, ..Code::NoRoute.into() };
                let detail = b"no device has this name, and no history is for it";
                let detail = Path::build(&mut |put| put(detail));
                return Err(Failed::at(report).saying(detail));
            }
        }
        Ok(unused)
    }

    /// Goes the edges of all devices.
    pub(crate) fn devices(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        let mut list = hops::tags(tree)?;
        let mut tags = keyed::over(tree, list, &mut self.book.work)?;
        self.book.begin_devices(tree)?;
        let mut next = Devices::new(tree).next(tree);
        while let Some(device) = next {
            self.device(tree, device, (&tags, &mut list))?;
            // Its steps may have removed what was behind it, or put something there.
            let holder = holder_of(tree, device)?;
            next = Devices::beyond(tree, holder, devices::Way::Forth).next(tree);
        }
        tags.close(tree)?;
        Ok(self.book.end_devices(tree)?)
    }

    /// Goes the edges of a device. The device stays.
    fn device(
        &mut self,
        tree: &mut Tree<'_>,
        device: NodeId,
        tags: (&Index, &mut Option<NodeId>),
    ) -> Result<()> {
        let Some(found) = self.device_route(tree, device, tags.0)? else { return Ok(()) };
        let kept = self.book.begin_device(tree, device, &found.identity)?;
        // What is kept beside a device is told apart by its name and instance.
        if (kept || found.tagged) && self.applier.has_twin(tree, device)? {
            return Err(at_device(Code::Occupied, &found.identity));
        }
        for leg in found.route.legs() {
            let leg = Leg::of(found.edges, leg.edge, leg.way)?;
            self.leg(tree, Some(device), leg)?;
        }
        self.book.end_subject(tree)?;
        let (identity, tag) = (&found.identity, found.to.tag);
        Ok(hops::follow(tree, tags, (identity, device), tag, &mut self.book.work)?)
    }

    /// The route of a device; `None` if it is of the version that is wanted.
    fn device_route(
        &mut self,
        tree: &Tree<'_>,
        device: NodeId,
        tags: &Index,
    ) -> Result<Option<DeviceRoute<'r>>> {
        let identity = Identity::of(tree, device)?;
        let history = self.compat.history_of(&identity.name);
        let named =
            self.targets.devices.iter().find(|(names, _)| name_matches(names, &identity.name));
        let Value::Device { versions, .. } = tree.value(device)? else { return Ok(None) };
        let tag = keyed::find(tags, tree, &identity, &mut self.book.work)?;
        let tag = tag.map_or("", |Entry { element, .. }| hops::tag(tree, element));
        let from = Version { number: versions.current, tag };
        let asked =
            self.wanted.and_then(|asked| asked.wanted(&identity.name, identity.instance, from));
        let wanted = match (named, self.targets.others) {
            _ if asked.is_some() => asked,
            (Some((_, version)), _) => Some(*version),
            (None, Others::Newest) => history.map(|history| history.newest),
            (None, Others::Keep) => None,
        };
        let Some(to) = wanted else { return Ok(None) };
        if from == to {
            return Ok(None);
        }
        let edges = history.map_or(&[][..], |history| history.edges);
        let route = Route::find(edges, from, to);
        let route = route.map_err(|code| {
            let at = at_device(code, &identity).between(from, to);
            at.saying(failed::no_route(code, edges).detail)
        })?;
        let tagged = !(from.tag.is_empty() && to.tag.is_empty());
        Ok(Some(DeviceRoute { identity, edges, route, to, tagged }))
    }

    fn leg(&mut self, tree: &mut Tree<'_>, device: Option<NodeId>, leg: Leg<'r>) -> Result<()> {
        self.book.begin_leg(tree, leg.passage)?;
        let versioned = match device {
            Some(device) => takes_version(tree, device, leg)?.then_some(device),
            None => None,
        };
        let way = leg.passage.way;
        if let Some(device) = versioned.filter(|_| way == Way::Down) {
            self.version(tree, device, leg)?;
        }
        for (number, step) in leg.steps() {
            self.step(tree, device, leg, number, step)?;
        }
        if let Some(device) = versioned.filter(|_| way == Way::Up) {
            self.version(tree, device, leg)?;
        }
        let legs = &mut self.book.outcome.legs;
        *legs = legs.saturating_add(1);
        Ok(self.book.end_leg(tree)?)
    }

    /// Gives a device the version at the end of the leg.
    fn version(&mut self, tree: &mut Tree<'_>, device: NodeId, leg: Leg<'r>) -> Result<()> {
        let (from, to) = leg.passage.ends();
        let (from, to) = (from.number, to.number);
        let step = Step::SetVersion { device: DeviceName::THIS, from, to };
        self.step(tree, Some(device), leg, leg.edge.steps.len(), step)
    }

    fn step(
        &mut self,
        tree: &mut Tree<'_>,
        device: Option<NodeId>,
        leg: Leg<'r>,
        number: usize,
        step: Step<'r>,
    ) -> Result<()> {
        let way = leg.passage.way;
        let stage = Stage { device, edge: leg.edge, way, number, step };
        self.book.begin_step(stage);
        self.book.observer.before(tree, &stage);
        let on = device.map_or(On::Machine, On::Device);
        let done = self.applier.apply_next(tree, on, &step, &mut self.book);
        let said = |report: Report| Failed::from(report).saying(self.applier.detail().clone());
        let touched = done.map_err(|report| in_step(said(report), leg, number))?;
        self.book.observer.after(tree, &stage, touched);
        let outcome = &mut self.book.outcome;
        outcome.steps = outcome.steps.saturating_add(1);
        outcome.touched = outcome.touched.saturating_add(u64::from(touched));
        let elsewhere = step.is_of_stream() && stream(tree).is_none();
        if touched > 0 || elsewhere || !leg.edge.required.holds_for(number) {
            return Ok(());
        }
        let path = sought::path(tree, on, &step)?;
        let missing = Report { path, ..Code::Missing.into() };
        Err(in_step(Failed::at(missing), leg, number))
    }
}

/// Whether a device gets the version at the end of a leg by the run: its number is another, and the steps do not set it.
fn takes_version(tree: &Tree<'_>, device: NodeId, leg: Leg<'_>) -> Result<bool> {
    let (from, to) = leg.passage.ends();
    match leg.sets_version() {
        Ok(sets) => Ok(!sets && from.number != to.number),
        Err(code) => {
            let failed = at_device(code, &Identity::of(tree, device)?);
            Err(failed.between(from, to))
        }
    }
}

/// A failure in a step of a leg.
fn in_step(failed: Failed, leg: Leg<'_>, number: usize) -> Failed {
    let (from, to) = leg.passage.ends();
    let step = Some(u32::try_from(number).unwrap_or(u32::MAX));
    Failed { step, ..failed.between(from, to) }
}

/// A failure at a device.
fn at_device(code: Code, device: &Identity) -> Failed {
    let path = Path::build(&mut |put| devices::put_name(&device.name, device.instance, put));
    Failed::at(Report { path, ..code.into() })
}

fn length(route: &Route) -> u64 {
    told(route.legs().len())
}
