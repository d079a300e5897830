//! What is declared: which versions there are, and which steps lead from one to the next.

use crate::compat::declare::name::name_matches;
use crate::compat::declare::step::Step;
use crate::compat::declare::version::Version;

/// What differs between two versions that follow each other. An edge is written from the older form to the
/// newer one, and goes both ways.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'a> {
    /// The older version.
    pub from: Version<'a>,
    /// The newer version.
    pub to: Version<'a>,
    /// What makes the newer form of the older one, in order.
    pub steps: &'a [Step<'a>],
    /// What makes the older form of the newer one.
    pub reverse: Reverse<'a>,
    /// Which of the steps must find something.
    pub required: Required<'a>,
}

/// How an edge is gone back.
#[derive(Clone, Copy, Debug)]
pub enum Reverse<'a> {
    /// By the inverses of its steps, from the last to the first.
    Derived,
    /// Not at all.
    None,
    /// By steps of its own, in this order.
    Steps(&'a [Step<'a>]),
}

/// Which steps of an edge must find something to change. Where one finds nothing, the state is not of
/// the version that it is said to be, or an item that has no default should come back and what was lost of it is
/// not there.
#[derive(Clone, Copy, Debug)]
pub enum Required<'a> {
    /// All.
    All,
    /// None: for rules that hold for machines with other devices as well.
    None,
    /// All but those of these numbers, the first step being 0.
    But(&'a [usize]),
}

impl<'a> Edge<'a> {
    /// An edge whose steps must all find something, and which goes back by their inverses.
    #[must_use]
    pub const fn new(from: Version<'a>, to: Version<'a>, steps: &'a [Step<'a>]) -> Self {
        Edge { from, to, steps, reverse: Reverse::Derived, required: Required::All }
    }

    /// The same, where steps may find nothing.
    #[must_use]
    pub const fn optional(self) -> Self {
        Edge { required: Required::None, ..self }
    }

    /// The same, which only leads to the newer version.
    #[must_use]
    pub const fn one_way(self) -> Self {
        Edge { reverse: Reverse::None, ..self }
    }

    /// The same, with steps of its own for the way back.
    #[must_use]
    pub const fn back_by(self, steps: &'a [Step<'a>]) -> Self {
        Edge { reverse: Reverse::Steps(steps), ..self }
    }

    /// Whether it can be gone this way.
    #[must_use]
    pub fn leads(&self, way: Way) -> bool {
        match (way, self.reverse) {
            (Way::Up, _) => self.steps.iter().all(Step::is_possible),
            (Way::Down, Reverse::None) => false,
            (Way::Down, Reverse::Steps(steps)) => steps.iter().all(Step::is_possible),
            (Way::Down, Reverse::Derived) => {
                self.steps.iter().all(|step| step.inverse().is_possible())
            }
        }
    }

    /// The ends as they are gone.
    #[must_use]
    pub fn ends(&self, way: Way) -> (Version<'a>, Version<'a>) {
        match way {
            Way::Up => (self.from, self.to),
            Way::Down => (self.to, self.from),
        }
    }
}

impl Required<'_> {
    /// Whether the step of this number must find something.
    #[must_use]
    pub fn holds_for(&self, step: usize) -> bool {
        match self {
            Required::All => true,
            Required::None => false,
            Required::But(optional) => !optional.contains(&step),
        }
    }
}

/// In which direction an edge is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the newer version.
    Up,
    /// To the older version.
    Down,
}

/// What a history is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// The whole machine: the scopes of its steps begin with a device.
    Machine,
    /// The devices whose names fit this pattern, where `*` stands for any run of characters. The scopes of
    /// its steps begin inside of the device.
    Devices(&'a str),
}

/// The versions of a machine or of a device, as edges between them. It is data, and may be a static.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// What it is of. A device has the first history that fits its name.
    pub of: Of<'a>,
    /// The version that this program speaks.
    pub newest: Version<'a>,
    /// The edges. The order counts where routes are equally short, and says which of two versions is the
    /// older one: the one that is met first.
    pub edges: &'a [Edge<'a>],
}

/// Each of these versions once, where it comes first.
pub(crate) fn each_once<'a>(
    versions: impl Iterator<Item = Version<'a>> + Clone,
) -> impl Iterator<Item = Version<'a>> {
    versions.clone().enumerate().filter_map(move |(at, version)| {
        let first = !versions.clone().take(at).any(|before| before == version);
        first.then_some(version)
    })
}

impl History<'_> {
    /// Whether it is of devices that a pattern may name. Of two patterns it is taken that they may.
    pub(crate) fn may_be_of(&self, names: &str) -> bool {
        match self.of {
            Of::Machine => false,
            Of::Devices(own) => {
                let both = own.contains('*') && names.contains('*');
                both || name_matches(names, own.as_bytes()) || name_matches(own, names.as_bytes())
            }
        }
    }
}

impl<'a> History<'a> {
    /// The history of a machine.
    #[must_use]
    pub const fn of_machine(newest: Version<'a>, edges: &'a [Edge<'a>]) -> Self {
        History { of: Of::Machine, newest, edges }
    }

    /// The history of the devices whose names fit a pattern.
    #[must_use]
    pub const fn of_devices(names: &'a str, newest: Version<'a>, edges: &'a [Edge<'a>]) -> Self {
        History { of: Of::Devices(names), newest, edges }
    }
}
