//! W1 as a state of the newest of nine versions, and the eight steps that lead to the oldest.

use migcore::compat::{
    After, Compat, Edge, Form, History, Item, Otherwise, Outcome, Place, Policy, Step, Targets,
    Version, Wrapping,
};
use migcore::model::{Builder, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Track, Versions, Visit, Visitor};
use migcore::Result;

use crate::device::Device;

/// Memory for the tree of one device, with what a change and a loss take.
pub const MEMORY: usize = 12 << 10;

/// The version that the device speaks.
const NEWEST: u32 = 9;

const fn at(name: &'static str, after: &'static str) -> Place<'static> {
    Place { scope: "", name, after: After::Name(after) }
}

static RENAME: [Step<'_>; 1] = [Step::Rename { scope: "", from: "ctrl", to: "control" }];
static RETYPE: [Step<'_>; 1] = [Step::Retype {
    scope: "",
    name: "queue_weight",
    from: Form::Scalar(Kind::I64),
    to: Form::Scalar(Kind::I32),
}];
static MOVE: [Step<'_>; 1] = [Step::Move {
    from: Place { scope: "", name: "mac", after: After::Start },
    to: at("mac", "phy"),
}];
static UNWRAP: [Step<'_>; 1] = [Step::Unwrap(Wrapping {
    place: at("link", "interrupt_mask"),
    value: Value::Struct(None),
    marks: Marks::NONE,
    items: &["link_state", "duplex"],
    after: After::Name("interrupt_mask"),
})];
static RENAME_EACH: [Step<'_>; 1] =
    [Step::Rename { scope: "rings[*]", from: "size", to: "length" }];
static MODE: [Item<'_>; 1] = [Item::new("mode", Value::Scalar(Kind::U8, 3))];
static DROP: [Step<'_>; 1] = [Step::Drop { place: at("mode", "speed"), items: &MODE }];
static MAP: [Step<'_>; 1] = [Step::Map {
    scope: "",
    name: "phy_page",
    pairs: &[(1, 2), (2, 1)],
    turned: false,
    otherwise: Otherwise::Keep,
}];
static WIDEN: [Step<'_>; 1] = [Step::Retype {
    scope: "",
    name: "phy",
    from: Form::Array(Kind::U32, Extent::Fixed),
    to: Form::Array(Kind::U16, Extent::Fixed),
}];
static ZERO: [Item<'_>; 1] = [Item::new("temperature", Value::Scalar(Kind::I32, 0))];
/// In place of [`DROP`]: the older form does not have what the newer has.
static ADD: [Step<'_>; 1] = [Step::Add { place: at("temperature", "clock_offset"), items: &ZERO }];

const fn edge(to: u32, steps: &'static [Step<'static>]) -> Edge<'static> {
    Edge::new(Version::new(to - 1), Version::new(to), steps)
}

static EDGES: [Edge<'_>; 8] = [
    edge(2, &RENAME),
    edge(3, &RETYPE),
    edge(4, &MOVE),
    edge(5, &UNWRAP),
    edge(6, &RENAME_EACH),
    edge(7, &DROP),
    edge(8, &MAP),
    edge(9, &WIDEN),
];
static LOSING: [Edge<'_>; 8] =
    [EDGES[0], EDGES[1], EDGES[2], EDGES[3], EDGES[4], edge(7, &ADD), EDGES[6], EDGES[7]];

static HISTORIES: [History<'_>; 1] = [History::of_devices("nic", Version::new(NEWEST), &EDGES)];
static LOSING_HISTORIES: [History<'_>; 1] =
    [History::of_devices("nic", Version::new(NEWEST), &LOSING)];

/// Nothing is lost on the way.
pub const COMPAT: Compat<'_> =
    Compat { histories: &HISTORIES, policy: Policy::ALLOW, filters: &[], writer: "" };

/// Each device loses one value on its way down.
pub const LOSING_COMPAT: Compat<'_> = Compat { histories: &LOSING_HISTORIES, ..COMPAT };

/// Saves all `devices`, of the newest version, into a tree in `memory`.
///
/// # Errors
/// When the memory is too small.
pub fn build<'m>(devices: &mut [Device], memory: &'m mut [u8]) -> Result<Tree<'m>> {
    let mut tree = Tree::new(memory)?;
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    (0..).zip(devices).try_for_each(|(instance, device)| {
        v.device("nic", instance, Versions::only(NEWEST), |v| device.visit(v))
    })?;
    Ok(tree)
}

/// Makes all devices those of the oldest version.
///
/// # Errors
/// When the memory is too small.
pub fn down(compat: &Compat<'_>, tree: &mut Tree<'_>) -> Result<Outcome> {
    to(compat, tree, 1)
}

/// Makes all devices those of the newest version.
///
/// # Errors
/// When the memory is too small.
pub fn up(compat: &Compat<'_>, tree: &mut Tree<'_>) -> Result<Outcome> {
    to(compat, tree, NEWEST)
}

fn to(compat: &Compat<'_>, tree: &mut Tree<'_>, version: u32) -> Result<Outcome> {
    let wanted = [("nic", Version::new(version))];
    let targets = Targets { devices: &wanted, ..Targets::default() };
    compat.run(tree, &targets, &mut ()).map_err(|failed| failed.code())
}
