//! Runs are linear in devices and items: how many of them they look at, and how many places they pass, is counted.

use super::{
    After, Compat, DeviceName, Edge, History, NewDevice, Others, Policy, Step, Targets, Version,
};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks, Versions};
use core::cell::Cell;
use std::vec;

std::thread_local! {
    static LOOKED: Cell<u64> = const { Cell::new(0) };
}

/// So many devices, records or items were looked at.
pub(super) fn looked(more: usize) {
    let more = u64::try_from(more).unwrap();
    LOOKED.with(|count| count.set(count.get() + more));
}

const fn named(name: &str) -> DeviceName<'_> {
    DeviceName { name, instance: None }
}

const fn part<'a>(name: &'a str, after: After<'a>) -> NewDevice<'a> {
    NewDevice { name: named(name), versions: Versions::only(1), oldest_reader: 1, after }
}

const fn edge<'a>(from: u32, to: u32, steps: &'a [Step<'a>]) -> Edge<'a> {
    Edge::new(Version::new(from), Version::new(to), steps)
}

/// All names are those of many devices: nothing is known by a name alone. The last part comes to stand elsewhere than it
/// is taken from, so that places are told and come back.
const EDGES: [Edge<'static>; 3] = [
    edge(1, 2, &[Step::RenameDevice { from: named("nic"), to: named("card") }]),
    edge(
        2,
        3,
        &[Step::Split {
            device: DeviceName::THIS,
            into: part("rx", After::Name("")),
            items: &["a"],
            after: After::Start,
        }],
    ),
    edge(
        3,
        4,
        &[Step::Split {
            device: DeviceName::THIS,
            into: part("tx", After::End),
            items: &["b"],
            after: After::Start,
        }],
    ),
];

const HISTORIES: [History<'static>; 2] = [
    History::of_devices("nic", Version::new(4), &EDGES),
    History::of_devices("card", Version::new(4), &EDGES),
];

fn number(tree: &mut Tree<'_>, scope: NodeId, name: &str, kind: Kind, bits: u64) {
    tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, Value::Scalar(kind, bits)).unwrap();
}

fn device(tree: &mut Tree<'_>, scope: NodeId, name: &str, instance: u32) -> NodeId {
    let value = Value::Device { instance, versions: Versions::only(1), oldest_reader: 1 };
    tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value).unwrap()
}

/// So many network cards at the root, or in QEMU's stream.
fn cards(tree: &mut Tree<'_>, count: u32, of_qemu: bool) {
    let mut scope = tree.root();
    if of_qemu {
        scope = device(tree, scope, "qemu", 0);
        number(tree, scope, "magic", Kind::U32, 0);
    }
    for instance in 0..count {
        let mut around = scope;
        if of_qemu {
            around =
                tree.insert(At::End(scope), b"full", Marks::NONE, Value::Struct(None)).unwrap();
            number(tree, around, "type", Kind::U8, 4);
            number(tree, around, "id", Kind::U32, u64::from(instance));
        }
        let card = device(tree, around, "nic", instance);
        number(tree, card, "a", Kind::U8, 1);
        number(tree, card, "b", Kind::U8, 2);
    }
}

/// What runs up, down and up again look at.
fn looks(count: u32, of_qemu: bool) -> u64 {
    let mut memory = vec![0; 32 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    cards(&mut tree, count, of_qemu);
    let compat = Compat { histories: &HISTORIES, policy: Policy::ALLOW, ..Compat::default() };
    LOOKED.with(|count| count.set(0));
    for version in [4, 1, 4, 2] {
        let wanted = [("nic", Version::new(version)), ("card", Version::new(version))];
        let targets = Targets { devices: &wanted, others: Others::Keep, ..Targets::default() };
        compat.run(&mut tree, &targets, &mut ()).unwrap();
    }
    LOOKED.with(Cell::get)
}

#[test]
fn runs_of_device_histories_are_linear_in_the_devices() {
    for of_qemu in [false, true] {
        let [first, second] = [100, 400].map(|count| looks(count, of_qemu));
        assert!(second < 5 * first, "{first} for 100 devices, {second} for 400");
    }
}

/// What the loss of an item in each of so many structs of one device looks at.
fn looks_of_structs(count: u32) -> u64 {
    let steps = [Step::Drop {
        place: super::Place { scope: "*", name: "x", after: After::End },
        items: &[],
    }];
    let edges = [edge(1, 2, &steps)];
    let histories = [History::of_devices("nic", Version::new(2), &edges)];
    let mut memory = vec![0; 8 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    let root = tree.root();
    let nic = device(&mut tree, root, "nic", 0);
    for at in 0..count {
        let name = std::format!("s{at}");
        let inside = Value::Struct(None);
        let inside = tree.insert(At::End(nic), name.as_bytes(), Marks::NONE, inside).unwrap();
        number(&mut tree, inside, "x", Kind::U8, 1);
    }
    let compat = Compat { histories: &histories, policy: Policy::ALLOW, ..Compat::default() };
    LOOKED.with(|count| count.set(0));
    let done = compat.run(&mut tree, &Targets::default(), &mut ()).unwrap();
    assert_eq!(done.losses, u64::from(count));
    LOOKED.with(Cell::get)
}

#[test]
fn losses_of_items_are_linear_in_what_stands_beside_them() {
    let [first, second] = [200, 800].map(looks_of_structs);
    assert!(second < 5 * first, "{first} for 200 structs, {second} for 800");
}
