//! The tests that a declared history has by itself: every version to every other, there and back, and over a
//! third one.

use crate::compat::declare::history::{each_once, History, Of, Way};
use crate::compat::declare::name::name_matches;
use crate::compat::devices::{is_private, Devices};
use crate::compat::losses::loss::Policy;
use crate::compat::losses::store::LOSSES;
use crate::compat::private::fields;
use crate::compat::private::hops::set_tag;
use crate::compat::run::route::{Leg, Route, MAX_VERSIONS};
use crate::compat::run::{Compat, Others, Targets};
use crate::compat::{Failed, Version};
use crate::error::{Code, Result};
use crate::model::{Difference, NodeId, Tree};

/// Makes states, and takes them back: what a test knows of a device.
pub trait States {
    /// Saves a random state of a version into an empty tree. It says `false`, and saves nothing, for versions that this
    /// program cannot save; states of these are made of those of the newest version, which it must be able
    /// to save.
    ///
    /// # Errors
    /// Any; the check ends with it.
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool>;

    /// Loads a state that is to be one of this version, if this program can.
    ///
    /// # Errors
    /// Any, where it is none: [`Wrong::NotLoaded`].
    fn load(&mut self, _tree: &mut Tree<'_>, _version: Version<'_>) -> Result<()> {
        Ok(())
    }
}

/// Pseudo-random numbers for states, the same each time: splitmix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The seed of the numbers that come next.
    #[must_use]
    pub const fn state(&self) -> u64 {
        self.0
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// The next number, less than `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number().checked_rem(bound).unwrap_or(0)
    }
}

/// Something that is wrong with a history.
#[derive(Debug)]
pub struct Finding<'f> {
    /// The versions that the state went through.
    pub stops: &'f [Version<'f>],
    /// The number of the state, from 0: with the seed, it is the same again.
    pub case: u32,
    /// What is wrong.
    pub wrong: Wrong<'f>,
}

/// What is wrong.
#[derive(Debug)]
pub enum Wrong<'f> {
    /// A transform failed, all losses being allowed.
    Failed(&'f Failed),
    /// What should be a state of the last stop was not loaded as one.
    NotLoaded(Code),
    /// No state ever went this edge, from the first stop to the second, though each stop was reached: no device fits the
    /// pattern of the history, or another edge always comes before this one, as one with the same ends.
    Unused,
    /// The state did not come back as it was, though it went back as it came and had its losses.
    Differs {
        /// In what it differs, from the first tree to the second.
        difference: Difference,
        /// The state as it was.
        before: &'f Tree<'f>,
        /// The state as it came back.
        after: &'f Tree<'f>,
    },
}

/// What a check did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Journeys that ended with the state that they began with.
    pub equal: u64,
    /// Journeys that came back in another way than they went, so that nothing says what the state should be: only
    /// that each stop is reached is checked of them.
    pub around: u64,
    /// Journeys that some edge without a way back prevents.
    pub unreachable: u64,
    /// What was found.
    pub findings: u64,
    /// Changes of the history that no state went: what is checked says nothing of them.
    pub unused: u64,
}

/// Checks a history on random states: from every version to every other and back, and over every third one. All
/// that is wrong goes to `report`. All losses are allowed, and are with the state when it goes back: so it must come
/// back as it was.
///
/// The states must have devices of the history, or be those of a machine: an edge that none of them went is told
/// ([`Wrong::Unused`]). Their values must fit each version that they come to: where an older one has a smaller type,
/// save only numbers that it can hold, as with [`Random::below`]; else the run fails, as it would for such a state.
/// `memory` is for two of them, what they lose, and a change: ten times the largest state is enough.
///
/// # Errors
/// [`Code::NoSpace`]; [`Code::TooMany`] for a history of more than [`MAX_VERSIONS`]; those of
/// [`States::save`]; [`Code::InvalidArgument`] when it cannot save the newest version.
pub fn check(
    history: &History<'_>,
    states: &mut dyn States,
    (seed, cases): (u64, u32),
    memory: &mut [u8],
    report: &mut dyn FnMut(&Finding<'_>),
) -> Result<Checked> {
    let mut versions = heapless::Vec::<Version<'_>, MAX_VERSIONS>::new();
    for version in each_once(history.edges.iter().flat_map(|edge| [edge.from, edge.to])) {
        versions.push(version).map_err(|_| Code::TooMany)?;
    }
    let (gone, memory) = memory.split_at_mut_checked(history.edges.len()).ok_or(Code::NoSpace)?;
    gone.fill(0);
    let checked = Checked::default();
    let mut check = Check { history, states, report, checked, case: 0, gone };
    let mut random = Random::new(seed);
    for case in 0..cases {
        check.case = case;
        for &first in &versions {
            let quarter = memory.len() / 4;
            let (left, right) = memory.split_at_mut_checked(quarter).ok_or(Code::NoSpace)?;
            let mut state = Tree::new(left)?;
            if !check.begin(&mut state, right, first, &mut random)? {
                continue;
            }
            for &second in versions.iter().filter(|version| **version != first) {
                check.journey(&state, right, &[first, second, first])?;
                for &third in versions.iter().filter(|version| **version != second) {
                    if third != first {
                        check.journey(&state, right, &[first, second, third, first])?;
                    }
                }
            }
        }
    }
    check.unused(cases > 0);
    Ok(check.checked)
}

struct Check<'c> {
    history: &'c History<'c>,
    states: &'c mut dyn States,
    report: &'c mut dyn FnMut(&Finding<'_>),
    checked: Checked,
    case: u32,
    /// Of each edge, whether a state went it.
    gone: &'c mut [u8],
}

/// The legs that are still to be gone back.
type Open = heapless::Vec<Leg, { 3 * MAX_VERSIONS }>;

impl Check<'_> {
    /// Makes the state that journeys from a version begin with; says whether there is one.
    fn begin(
        &mut self,
        state: &mut Tree<'_>,
        memory: &mut [u8],
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool> {
        if self.states.save(state, version, random)? {
            self.set_tags(state, version)?;
            return self.load(state, &[version]);
        }
        let newest = self.history.newest;
        let mut made = Tree::new(memory)?;
        if !self.states.save(&mut made, newest, random)? {
            return Err(Code::InvalidArgument);
        }
        self.set_tags(&mut made, newest)?;
        let stops = [newest, version];
        match self.go(&mut made, &stops, &mut Open::new())? {
            true => {
                forget(&mut made)?;
                made.compact_into(state)?;
                self.load(state, &stops)
            }
            false => Ok(false),
        }
    }

    fn set_tags(&self, tree: &mut Tree<'_>, version: Version<'_>) -> Result<()> {
        let (Of::Devices(names), false) = (self.history.of, version.tag.is_empty()) else {
            return Ok(());
        };
        let mut devices = Devices::new(tree);
        while let Some(device) = devices.next(tree) {
            if name_matches(names, tree.name(device)?) {
                set_tag(tree, device, version.tag)?;
            }
        }
        Ok(())
    }

    /// Goes from stop to stop, with what is lost on the way. Where each leg was gone back, the state must be what it was;
    /// else only that each stop is reached is checked.
    fn journey(
        &mut self,
        state: &Tree<'_>,
        memory: &mut [u8],
        stops: &[Version<'_>],
    ) -> Result<()> {
        let mut tree = Tree::new(memory)?;
        state.compact_into(&mut tree)?;
        let mut open = Open::new();
        if !self.go(&mut tree, stops, &mut open)? {
            return Ok(());
        }
        if !open.is_empty() {
            self.checked.around = self.checked.around.saturating_add(1);
            return Ok(());
        }
        self.compare(state, &tree, stops)
    }

    /// Goes the routes from stop to stop. Says whether there are any, and all went well.
    fn go(&mut self, tree: &mut Tree<'_>, stops: &[Version<'_>], open: &mut Open) -> Result<bool> {
        for (at, pair) in stops.windows(2).enumerate() {
            let &[from, to] = pair else { continue };
            let Ok(route) = Route::find(self.history.edges, from, to) else {
                self.checked.unreachable = self.checked.unreachable.saturating_add(1);
                return Ok(false);
            };
            route.legs().iter().try_for_each(|leg| take_back(open, *leg))?;
            let done = stops.get(..at.saturating_add(2)).unwrap_or(stops);
            let went = self.run(tree, from, to);
            if went != Ok(0) {
                route.legs().iter().for_each(|leg| self.note(leg.edge));
            }
            if let Err(failed) = went {
                self.find(done, Wrong::Failed(&failed));
                return Ok(false);
            }
            if !self.load(tree, done)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Notes that a state went an edge.
    fn note(&mut self, edge: usize) {
        if let Some(gone) = self.gone.get_mut(edge) {
            *gone = 1;
        }
    }

    /// Counts the edges that no state went, and tells of them, unless it is known why: nothing was tried, some states
    /// cannot be made, or something else was found.
    fn unused(&mut self, tried: bool) {
        let unexplained = tried && self.checked.unreachable == 0 && self.checked.findings == 0;
        for (number, edge) in self.history.edges.iter().enumerate() {
            if self.gone.get(number) != Some(&0) {
                continue;
            }
            self.checked.unused = self.checked.unused.saturating_add(1);
            if unexplained {
                self.find(&[edge.from, edge.to], Wrong::Unused);
            }
        }
    }

    /// Says how many legs were gone.
    fn run(
        &self,
        tree: &mut Tree<'_>,
        from: Version<'_>,
        to: Version<'_>,
    ) -> core::result::Result<u64, Failed> {
        let histories = core::slice::from_ref(self.history);
        let compat = Compat { histories, policy: Policy::ALLOW, ..Compat::default() };
        let keep = Targets { others: Others::Keep, ..Targets::default() };
        match self.history.of {
            Of::Machine => {
                let targets = Targets { from: Some(from), machine: Some(to), ..keep };
                compat.run(tree, &targets, &mut ()).map(|done| done.legs)
            }
            Of::Devices(names) => {
                let targets = Targets { devices: &[(names, to)], ..keep };
                compat.run(tree, &targets, &mut ()).map(|done| done.legs)
            }
        }
    }

    /// Loads the state as one of the last stop; says whether it is one.
    fn load(&mut self, tree: &mut Tree<'_>, stops: &[Version<'_>]) -> Result<bool> {
        let Some(version) = stops.last() else { return Ok(true) };
        let loaded = self.states.load(tree, *version);
        if let Err(code) = loaded {
            self.find(stops, Wrong::NotLoaded(code));
        }
        Ok(loaded.is_ok())
    }

    fn compare(
        &mut self,
        before: &Tree<'_>,
        after: &Tree<'_>,
        stops: &[Version<'_>],
    ) -> Result<()> {
        let mut first = None;
        before.diff(before.root(), after, after.root(), &mut |found| {
            let private =
                is_inside_private(before, found.left) || is_inside_private(after, found.right);
            if !private && first.is_none() {
                first = Some(found);
            }
        })?;
        match first {
            Some(difference) => self.find(stops, Wrong::Differs { difference, before, after }),
            None => self.checked.equal = self.checked.equal.saturating_add(1),
        }
        Ok(())
    }

    fn find(&mut self, stops: &[Version<'_>], wrong: Wrong<'_>) {
        self.checked.findings = self.checked.findings.saturating_add(1);
        (self.report)(&Finding { stops, case: self.case, wrong });
    }
}

/// Adds a leg, or takes away the one that it leads back.
fn take_back(open: &mut Open, leg: Leg) -> Result<()> {
    let back = Leg { way: if leg.way == Way::Up { Way::Down } else { Way::Up }, ..leg };
    if open.last() == Some(&back) {
        open.pop();
        return Ok(());
    }
    open.push(leg).map_err(|_| Code::TooMany)
}

/// Removes what was lost, as if it had not travelled with the state.
fn forget(tree: &mut Tree<'_>) -> Result<()> {
    match fields::device(tree, LOSSES)? {
        Some(losses) => tree.remove(losses),
        None => Ok(()),
    }
}

fn is_inside_private(tree: &Tree<'_>, node: Option<NodeId>) -> bool {
    let mut at = node;
    while let Some(node) = at {
        let parent = tree.parent(node).unwrap_or_default();
        if parent == Some(tree.root()) {
            return tree.name(node).is_ok_and(is_private);
        }
        at = parent;
    }
    false
}
