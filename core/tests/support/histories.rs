//! Trees of small devices, and what a run does to them, for the tests of histories.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::compat::{
    each_loss, is_private, After, Compat, DeviceName, Edge, Failed, History, Item, Leg, Loss,
    NewDevice, Observer, Others, Outcome, Place, Policy, Stage, Step, Targets, Version, Way,
};
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Kind, Marks, Versions};

/// Memory for a tree of a test.
pub fn memory() -> Vec<u8> {
    vec![0; 1 << 20]
}

/// Puts a device with numbers of 32 bits to the end of the root.
pub fn put(tree: &mut Tree<'_>, name: &str, version: u32, items: &[(&str, u64)]) -> NodeId {
    let versions = Versions::only(version);
    let value = Value::Device { instance: 0, versions, oldest_reader: version };
    let device = tree.insert(At::End(tree.root()), name.as_bytes(), Marks::NONE, value).unwrap();
    for (name, value) in items {
        put_number(tree, device, name, *value);
    }
    device
}

pub fn put_number(tree: &mut Tree<'_>, scope: NodeId, name: &str, number: u64) -> NodeId {
    let value = Value::Scalar(Kind::U32, number);
    tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value).unwrap()
}

/// The value of a number.
pub fn number(tree: &Tree<'_>, path: &str) -> Option<u64> {
    match tree.value(tree.find(tree.root(), path.as_bytes()).ok()?) {
        Ok(Value::Scalar(_, bits)) => Some(bits),
        _ => None,
    }
}

pub fn set(tree: &mut Tree<'_>, path: &str, number: u64) {
    let node = tree.find(tree.root(), path.as_bytes()).unwrap();
    tree.replace(node, Value::Scalar(Kind::U32, number)).unwrap();
}

/// The version of the device at a path.
pub fn version(tree: &Tree<'_>, path: &str) -> u32 {
    match tree.value(tree.find(tree.root(), path.as_bytes()).unwrap()) {
        Ok(Value::Device { versions, .. }) => versions.current,
        other => panic!("{other:?}"),
    }
}

/// The tree as text, without what the library keeps in it.
pub fn shown(tree: &Tree<'_>) -> String {
    let mut text = Vec::new();
    for child in tree.children(tree.root()).unwrap() {
        if !is_private(tree.name(child).unwrap()) {
            tree.print(child, &mut |part| text.extend_from_slice(part)).unwrap();
        }
    }
    String::from_utf8(text).unwrap()
}

/// The whole tree as text.
pub fn all(tree: &Tree<'_>) -> String {
    let mut text = Vec::new();
    tree.print(tree.root(), &mut |part| text.extend_from_slice(part)).unwrap();
    String::from_utf8(text).unwrap()
}

/// The private device of a name.
pub fn private(tree: &Tree<'_>, name: &str) -> Option<NodeId> {
    tree.find(tree.root(), format!("{name}/0").as_bytes()).ok()
}

pub const fn v(number: u32) -> Version<'static> {
    Version::new(number)
}

/// A number of 32 bits is new in the newer version.
pub const fn add<'a>(name: &'a str, items: &'a [Item<'a>]) -> Step<'a> {
    Step::Add { place: Place { scope: "", name, after: After::End }, items }
}

/// A number of 32 bits is gone in the newer version, and nothing is known of it.
pub const fn drop_item(name: &str) -> Step<'_> {
    Step::Drop { place: Place { scope: "", name, after: After::End }, items: &[] }
}

pub const fn rename<'a>(scope: &'a str, from: &'a str, to: &'a str) -> Step<'a> {
    Step::Rename { scope, from, to }
}

/// The newer version keeps `y` in a device `b` of its own, right behind it.
pub const SPLIT: Step<'static> = Step::Split {
    device: DeviceName::THIS,
    into: NewDevice {
        name: DeviceName { name: "b", instance: None },
        versions: Versions { current: 1, minimum: 1 },
        oldest_reader: 1,
        after: After::Name(""),
    },
    items: &["y"],
    after: After::End,
};

/// An item of an added number.
pub const fn item(name: &str, value: u64) -> Item<'_> {
    Item::new(name, Value::Scalar(Kind::U32, value))
}

/// Devices to these versions.
pub fn to<'a>(devices: &'a [(&'a str, Version<'a>)]) -> Targets<'a> {
    Targets { devices, others: Others::Keep, ..Targets::default() }
}

/// The machine from one version to another, and devices as they are.
pub fn machine<'a>(from: Version<'a>, to: Version<'a>) -> Targets<'a> {
    let others = Others::Keep;
    Targets { from: Some(from), machine: Some(to), others, ..Targets::default() }
}

pub fn compat<'a>(histories: &'a [History<'a>]) -> Compat<'a> {
    Compat { histories, policy: Policy::ALLOW, ..Compat::default() }
}

/// What was lost, a line each, as an observer or the tree tells it.
pub fn line(tree: &Tree<'_>, loss: &Loss<'_>) -> String {
    let value = match loss.node.map(|node| tree.value(node).unwrap()) {
        Some(Value::Scalar(_, bits)) => format!(" = {bits}"),
        Some(other) => format!(" = {other:?}"),
        None => String::new(),
    };
    let name = String::from_utf8_lossy(loss.device);
    let path = String::from_utf8_lossy(loss.path);
    let allowed = if loss.allowed { "" } else { " REFUSED" };
    let (from, to, step, what) = (loss.from, loss.to, loss.step, loss.what);
    format!("{name}:{path}{value} {what:?} {from}>{to} step {step}{allowed}")
}

/// The losses that a tree has.
pub fn losses(tree: &Tree<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    each_loss(tree, &mut |loss| lines.push(line(tree, loss))).unwrap();
    lines
}

/// Notes what it sees.
#[derive(Default)]
pub struct Notes {
    pub steps: Vec<String>,
    pub losses: Vec<String>,
    pub items: u32,
}

impl Observer for Notes {
    fn before(&mut self, tree: &Tree<'_>, at: &Stage<'_>) {
        let device = at.device.map_or(b"machine".as_slice(), |device| tree.name(device).unwrap());
        let device = String::from_utf8_lossy(device);
        let (from, to) = at.edge.ends(at.way);
        self.steps.push(format!("{device} {from}>{to} {} {}", at.number, at.step.text()));
    }

    fn changed(&mut self, _tree: &Tree<'_>, _at: &Stage<'_>, _item: NodeId) {
        self.items += 1;
    }

    fn lost(&mut self, tree: &Tree<'_>, loss: &Loss<'_>) {
        self.losses.push(line(tree, loss));
    }
}

/// A run, and what was seen of it.
pub fn run(
    compat: &Compat<'_>,
    tree: &mut Tree<'_>,
    targets: &Targets<'_>,
) -> (Result<Outcome, Failed>, Notes) {
    let mut notes = Notes::default();
    let done = compat.run(tree, targets, &mut notes);
    (done, notes)
}

/// The edges without steps between these versions, and their directions.
pub fn bare<'a>(ends: &[(Version<'a>, Version<'a>)]) -> Vec<Edge<'a>> {
    ends.iter().map(|(from, to)| Edge::new(*from, *to, &[])).collect()
}

/// A leg as text.
pub fn leg(edges: &[Edge<'_>], leg: &Leg) -> String {
    let (from, to) = edges[leg.edge].ends(leg.way);
    let back = if leg.way == Way::Up { "" } else { "'" };
    format!("{}{back}:{from}>{to}", leg.edge)
}
