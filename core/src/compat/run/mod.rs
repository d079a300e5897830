//! A transform: the routes of a machine and its devices found, and gone.

pub(super) mod check;
pub(super) mod failed;
pub(super) mod leg;
pub(super) mod observer;
pub(super) mod route;
pub(super) mod runner;

use crate::compat::declare::filter::{Border, Filter};
use crate::compat::declare::history::{Edge, History, Of, Way};
use crate::compat::declare::name::name_matches;
use crate::compat::losses::loss::{Loss, Policy};
use crate::compat::losses::store;
use crate::compat::run::leg::Leg;
use crate::compat::run::observer::Observer;
use crate::compat::run::runner::Run;
use crate::compat::{Failed, Version};
use crate::error::Code;
use crate::model::Tree;

type Result<T> = core::result::Result<T, Failed>;

/// What a program knows of versions: of its machine and of its devices. See the [module](super).
#[derive(Clone, Copy, Debug, Default)]
pub struct Compat<'a> {
    /// The histories of the machine and of its devices.
    pub histories: &'a [History<'a>],
    /// Which losses are allowed.
    pub policy: Policy<'a>,
    /// Code that sees what leaves and arrives, in order.
    pub filters: &'a [Filter<'a>],
    /// Who notes the hop when the machine becomes one of another version.
    pub writer: &'a str,
}

/// Which versions are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Targets<'a> {
    /// The version of the machine that the tree is of. `None`: what [`machine_version`](crate::compat::machine_version)
    /// says.
    pub from: Option<Version<'a>>,
    /// The version of the machine that is wanted. `None`: no edge of the machine is gone.
    pub machine: Option<Version<'a>>,
    /// Versions of devices, by patterns of their names; the first that fits counts.
    pub devices: &'a [(&'a str, Version<'a>)],
    /// What is wanted of the other devices.
    pub others: Others,
    /// Which filters run.
    pub border: Border,
}

/// What is wanted of devices that [`Targets::devices`] does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// The version that this program speaks, if the device has a history.
    #[default]
    Newest,
    /// What they are.
    Keep,
}

/// Says of each device which version is wanted.
pub(crate) trait Wanted<'r> {
    /// The version that is wanted of a device which is of another one; `None` where it may stay.
    fn wanted(&self, name: &[u8], instance: u32, is: Version<'_>) -> Option<Version<'r>>;
}

/// The routes that were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The legs of the machine.
    pub machine: u64,
    /// The devices that have any.
    pub devices: u64,
    /// The legs of the devices, all together.
    pub legs: u64,
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The legs that were gone.
    pub legs: u64,
    /// The steps of these.
    pub steps: u64,
    /// The items that these touched.
    pub touched: u64,
    /// The values that were lost.
    pub losses: u64,
    /// What else the way back would not know ([`What::is_value`](crate::compat::What::is_value)), and what is kept for it.
    pub notes: u64,
    /// What came back of what earlier runs lost or noted.
    pub restored: u64,
    /// What earlier runs lost or noted and will not come back: its place is gone, or the state came to its version in
    /// another way.
    pub unrestored: u64,
    /// The patterns of [`Targets::devices`] that no device of the tree fits.
    pub unused: u64,
    /// The number of this run among those that lost something and whose losses the tree has.
    pub(crate) run: Option<u32>,
}

impl Outcome {
    /// Gives what this run lost to `each`, from the tree that it ran on.
    ///
    /// # Errors
    /// As [`each_loss`](crate::compat::each_loss).
    pub fn each_loss(
        &self,
        tree: &Tree<'_>,
        each: &mut dyn FnMut(&Loss<'_>),
    ) -> crate::error::Result<()> {
        match self.run {
            Some(_) => store::losses_of(tree, self.run, each),
            None => Ok(()),
        }
    }
}

impl Compat<'_> {
    /// Makes of a tree one of the versions that are wanted, or changes nothing.
    ///
    /// A machine that becomes newer goes its own edges first, and then those of its devices; one that becomes
    /// older goes those of its devices first. So the way back is the way there, turned round.
    ///
    /// # Errors
    /// [`Code::NoRoute`] with the device and both versions, before any step is done to a device, and for a pattern of
    /// [`Targets::devices`] that neither a device nor a history fits; [`Code::Missing`]
    /// for a step that had to find something; [`Code::Lossy`] if the policy refuses a loss, when all were shown to
    /// the observer; [`Code::TooMany`] for a history of too many versions; [`Code::TooMuchWork`] for losses whose
    /// keys were made to be the same; [`Code::NoSpace`]; [`Code::Busy`] if a change of the tree is open; those
    /// of the steps.
    pub fn run(
        &self,
        tree: &mut Tree<'_>,
        targets: &Targets<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Outcome> {
        attempt(tree, |tree| self.change(tree, targets, None, observer))
    }

    /// The same, and all of it is undone. What is lost was shown to the observer.
    ///
    /// # Errors
    /// As [`run`](Compat::run).
    pub fn dry_run(
        &self,
        tree: &mut Tree<'_>,
        targets: &Targets<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Outcome> {
        undone(tree, |tree| self.change(tree, targets, None, observer))
    }

    /// Finds the routes of the machine and of all devices. The tree is as before.
    ///
    /// # Errors
    /// As [`run`](Compat::run). Where the machine goes first, its steps are done and undone.
    pub fn plan(&self, tree: &mut Tree<'_>, targets: &Targets<'_>) -> Result<Plan> {
        undone(tree, |tree| {
            let mut nobody = ();
            let mut run = Run::begin(self, targets, tree, &mut nobody)?;
            let machine = run.machine_route(tree)?;
            if machine.is_first {
                run.machine(tree, &machine)?;
            }
            let plan = run.plan_devices(tree)?;
            Ok(Plan { machine: machine.legs(), ..plan })
        })
    }

    /// Goes edges of a machine as they are written, whatever the tree says of its version: up from the first to the
    /// last, or down from the last to the first. All or nothing.
    ///
    /// # Errors
    /// As [`run`](Compat::run); [`Code::NoRoute`] for an edge that does not lead down.
    pub fn apply(
        &self,
        tree: &mut Tree<'_>,
        edges: &[Edge<'_>],
        way: Way,
        observer: &mut dyn Observer,
    ) -> Result<Outcome> {
        attempt(tree, |tree| {
            let targets = Targets::default();
            let mut run = Run::begin(self, &targets, tree, observer)?;
            let legs = (0..edges.len()).map(|at| match way {
                Way::Up => at,
                Way::Down => edges.len().saturating_sub(at).saturating_sub(1),
            });
            run.edges(tree, legs.map(|edge| Leg::of(edges, edge, way)))?;
            run.end(tree)
        })
    }

    /// [`run`](Compat::run) without the way back. What `wanted` says of a device counts before the targets.
    pub(crate) fn change<'r>(
        &'r self,
        tree: &mut Tree<'_>,
        targets: &'r Targets<'r>,
        wanted: Option<&'r dyn Wanted<'r>>,
        observer: &'r mut dyn Observer,
    ) -> Result<Outcome> {
        let mut run = Run::begin(self, targets, tree, observer)?;
        run.wanted = wanted;
        if targets.border == Border::Arriving {
            run.filter(tree, self.filters.iter().filter_map(|filter| filter.arriving))?;
        }
        let machine = run.machine_route(tree)?;
        if machine.is_first {
            run.machine(tree, &machine)?;
        }
        run.plan_devices(tree)?;
        run.devices(tree)?;
        if !machine.is_first {
            run.machine(tree, &machine)?;
        }
        if targets.border == Border::Leaving {
            run.filter(tree, self.filters.iter().filter_map(|filter| filter.leaving))?;
        }
        run.end(tree)
    }

    /// The history of a device.
    pub(crate) fn history_of(&self, name: &[u8]) -> Option<&History<'_>> {
        self.histories.iter().find(|history| match history.of {
            Of::Devices(names) => name_matches(names, name),
            Of::Machine => false,
        })
    }
}

/// Runs a change that is undone if it fails.
fn attempt<'m, T>(
    tree: &mut Tree<'m>,
    change: impl FnOnce(&mut Tree<'m>) -> Result<T>,
) -> Result<T> {
    let mut failed = None;
    let done = tree.attempt(|tree| -> core::result::Result<T, Code> {
        change(tree).map_err(|why| {
            let code = why.code();
            failed = Some(why);
            code
        })
    });
    done.map_err(|code| failed.unwrap_or_else(|| code.into()))
}

/// Runs a change that is undone in any case.
pub(crate) fn undone<'m, T>(
    tree: &mut Tree<'m>,
    change: impl FnOnce(&mut Tree<'m>) -> Result<T>,
) -> Result<T> {
    tree.begin_change()?;
    let done = change(tree);
    tree.undo();
    done
}
