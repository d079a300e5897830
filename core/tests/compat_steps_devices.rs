//! Steps on devices and on QEMU's stream by example.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/book.rs"]
mod book;
#[path = "support/brief.rs"]
mod brief;
#[path = "support/stage.rs"]
mod stage;

use book::{apply, lines, Book};
use brief::brief;
use migcore::compat::{
    is_private, stream, After, DeviceName, Devices, Item, NewDevice, On, Place, Step, What,
};
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Marks, Versions};
use stage::{device, insert, u8, Layout, Stage, LAYOUTS, STRUCT};

const A: Item<'_> = Item::new("a", u8(1));
const B: Item<'_> = Item::new("b", u8(2));
const C: Item<'_> = Item::new("c", u8(3));

fn machine(layout: Layout) -> Tree<'static> {
    let mut stage = Stage::new(layout);
    let root = stage.tree.root();
    insert(&mut stage.tree, root, b"migcore.first", device(0, 1));
    stage.command(9, b"x");
    stage.device("0:3/nic", 0, &[A, B, C]);
    stage.device("0:4/nic", 0, &[A, B]);
    stage.device("timer", 0, &[A]);
    stage.device("timer", 1, &[]);
    let mut tree = stage.done();
    let root = tree.root();
    insert(&mut tree, root, b"migcore.last", device(0, 1));
    tree
}

fn start(layout: Layout) -> &'static str {
    match layout {
        Layout::Native => AS_IT_WAS,
        Layout::Stream => AS_A_STREAM,
    }
}

const AS_IT_WAS: &str = "0:3/nic/0@5 a=1 b=2 c=3; 0:4/nic/0@5 a=1 b=2; timer/0@5 a=1; timer/1@5";
const AS_A_STREAM: &str =
    "#9; 0:3/nic/0@5 a=1 b=2 c=3; 0:4/nic/0@5 a=1 b=2; timer/0@5 a=1; timer/1@5";

/// Does a step in both layouts, and goes back, with what was lost and, if nothing was, without.
fn step(step: Step<'_>, from: &str, to: &str, told: &[&str]) {
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let (before, mut book) = (lines(&tree), Book::new());
        let touched = apply(&mut tree, On::Machine, &step, &mut book).unwrap();
        assert_eq!(brief(&tree), start(layout).replacen(from, to, 1));
        // Where a device was is told of streams alone: their sections have numbers.
        let lost = book.told();
        let lost: Vec<&String> = lost.iter().filter(|told| !told.starts_with("Sec")).collect();
        assert_eq!(lost, told);
        if book.told.is_empty() {
            let mut other = Tree::new(vec![0; 1 << 16].leak()).unwrap();
            tree.compact_into(&mut other).unwrap();
            let back = apply(&mut other, On::Machine, &step.inverse(), &mut Book::new());
            assert_eq!(back, Ok(touched));
            assert_eq!(lines(&other), before);
        }
        let mut back = Book::with(book);
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut back), Ok(touched));
        assert_eq!(lines(&tree), before);
        assert!(back.is_used_up());
    }
}

const fn any(name: &str) -> DeviceName<'_> {
    DeviceName { name, instance: None }
}

const fn one(name: &str, instance: u32) -> DeviceName<'_> {
    DeviceName { name, instance: Some(instance) }
}

fn new<'a>(name: DeviceName<'a>, after: After<'a>) -> NewDevice<'a> {
    let versions = Versions { current: 5, minimum: 1 };
    NewDevice { name, versions, oldest_reader: 5, after }
}

#[test]
fn all_devices_are_found_in_both_layouts_but_for_the_librarys_own() {
    for layout in LAYOUTS {
        let tree = machine(layout);
        let mut devices = Devices::new(&tree);
        let names: Vec<String> = std::iter::from_fn(|| devices.next(&tree))
            .map(|node| String::from_utf8(tree.name(node).unwrap().to_vec()).unwrap())
            .collect();
        assert_eq!(names, ["0:3/nic", "0:4/nic", "timer", "timer"]);
        assert_eq!(stream(&tree).is_some(), layout == Layout::Stream);
    }
    assert!(is_private(b"migcore.losses") && !is_private(b"migcore"));
}

/// A package of the migration of memory after the start holds sections as well.
#[test]
fn devices_in_packages_are_devices() {
    let mut tree = machine(Layout::Stream);
    let stream = stream(&tree).unwrap();
    let command = tree.insert(At::End(stream), b"command", Marks::NONE, STRUCT).unwrap();
    insert(&mut tree, command, b"type", u8(8));
    let package = insert(&mut tree, command, b"package", STRUCT);
    let record = insert(&mut tree, package, b"full", STRUCT);
    insert(&mut tree, record, b"type", u8(4));
    insert(&mut tree, record, b"id", stage::u32(90));
    let packed = insert(&mut tree, record, b"packed", device(0, 5));
    insert(&mut tree, packed, b"a", u8(1));
    stage_full(&mut tree, stream, "behind", 91);

    let rename = Step::Rename { scope: "packed/0", from: "a", to: "z" };
    assert_eq!(apply(&mut tree, On::Machine, &rename, &mut Book::new()), Ok(1));
    let mut devices = Devices::new(&tree);
    let count = std::iter::from_fn(|| devices.next(&tree)).count();
    assert_eq!(count, 6);
    // It cannot come or go: the package is QEMU's.
    for names in [one("packed", 0), DeviceName { name: "pack*", instance: None }] {
        let drop = Step::DropDevice { device: new(names, After::End), items: None };
        let report = apply(&mut tree, On::Machine, &drop, &mut Book::new()).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (migcore::Code::Unsupported, "packed/0"));
    }
}

/// The record of the first device of this name.
fn record_of(tree: &Tree<'_>, name: &[u8]) -> NodeId {
    let mut devices = Devices::new(tree);
    let mut all = std::iter::from_fn(|| devices.next(tree));
    let device = all.find(|device| tree.name(*device) == Ok(name)).unwrap();
    tree.parent(device).unwrap().unwrap()
}

fn stage_full(tree: &mut Tree<'_>, stream: NodeId, name: &str, id: u64) -> NodeId {
    let record = insert(tree, stream, b"full", STRUCT);
    insert(tree, record, b"type", u8(4));
    insert(tree, record, b"id", stage::u32(id));
    insert(tree, record, name.as_bytes(), device(0, 5))
}

#[test]
fn rename_devices() {
    let (from, to) = (any("0:3/*"), any("0:7/*"));
    step(Step::RenameDevice { from, to }, "0:3/nic", "0:7/nic", &[]);
    let (from, to) = (one("timer", 1), one("clock", 8));
    step(Step::RenameDevice { from, to }, "timer/1", "clock/8", &[]);
    // All of them, with the instances that they have.
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let step = Step::RenameDevice { from: any("*/nic"), to: any("pci/*") };
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut Book::new()), Ok(2));
        assert!(brief(&tree).contains("pci/0:3/0@5 a=1 b=2 c=3; pci/0:4/0@5 a=1"));
    }
}

#[test]
fn set_version() {
    let (from, to) = (5, 4);
    let device = one("timer", 1);
    let told = "Versions timer/1";
    // What could read it is told: version 5 itself was the oldest.
    step(Step::SetVersion { device, from, to: 6 }, "timer/1@5", "timer/1@6", &[]);
    step(Step::SetVersion { device, from, to }, "timer/1@5", "timer/1@4", &[]);
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let mut book = Book::new();
        let step = Step::SetVersion { device, from, to: 0 };
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut book), Ok(1));
        assert_eq!(book.told(), [told]);
        assert_eq!(book.told[0].bits, 1 | 5 << 32);
    }
}

#[test]
fn add_and_drop_a_device() {
    let items = Some(&[A][..]);
    let after = After::Name("0:4/nic/0");
    let device = new(one("rtc", 0), after);
    let add = Step::AddDevice { device, items };
    for layout in LAYOUTS {
        let (mut tree, mut book) = (machine(layout), Book::new());
        let before = lines(&tree);
        assert_eq!(apply(&mut tree, On::Machine, &add, &mut book), Ok(1));
        assert_eq!(brief(&tree), start(layout).replace("; timer/0", "; rtc/0@5 a=1; timer/0"));
        assert!(book.told.is_empty());
        if layout == Layout::Stream {
            // The numbers of the others go up to 9.
            let record = record_of(&tree, b"rtc");
            let found = |path: &[u8]| tree.value(tree.find(record, path).unwrap()).unwrap();
            assert_eq!((found(b"type"), found(b"id")), (u8(4), stage::u32(10)));
            assert_eq!((found(b"footer.type"), found(b"footer.id")), (u8(0x7e), stage::u32(10)));
        }
        apply(&mut tree, On::Machine, &add.inverse(), &mut Book::new()).unwrap();
        assert_eq!(lines(&tree), before);
    }
    let timer = new(one("timer", 0), after);
    step(Step::DropDevice { device: timer, items }, "timer/0@5 a=1; ", "", &[]);
    let told = ["Record timer/0"];
    step(Step::DropDevice { device: timer, items: None }, "timer/0@5 a=1; ", "", &told);
    let items = Some(&[B][..]);
    step(Step::DropDevice { device: timer, items }, "timer/0@5 a=1; ", "", &told);
    let device = new(one("timer", 0), After::End);
    let items = Some(&[A][..]);
    step(Step::DropDevice { device, items }, "timer/0@5 a=1; ", "", &["Order timer/0"]);
    let device = new(one("rtc", 0), After::End);
    step(Step::DropDevice { device, items }, "", "", &["Absence rtc/0"]);
    step(Step::DropDevice { device, items: None }, "", "", &[]);
}

#[test]
fn a_new_device_stands_at_either_end_but_not_beyond_the_stream() {
    for (after, at) in [(After::Start, 0), (After::End, 4)] {
        for layout in LAYOUTS {
            let mut tree = machine(layout);
            let add = Step::AddDevice { device: new(one("rtc", 0), after), items: Some(&[]) };
            assert_eq!(apply(&mut tree, On::Machine, &add, &mut Book::new()), Ok(1));
            let mut parts: Vec<&str> = start(layout).split("; ").collect();
            let commands = usize::from(layout == Layout::Stream && at > 0);
            parts.insert(at + commands, "rtc/0@5");
            assert_eq!(brief(&tree), parts.join("; "));
            if let Some(stream) = stream(&tree) {
                let last = tree.children(stream).unwrap().last().unwrap();
                assert_eq!(tree.name(last), Ok(&b"eof"[..]));
            }
        }
    }
}

#[test]
fn a_stream_without_footers_gets_none_and_one_without_devices_gets_its_first() {
    let mut tree = Stage::on(vec![0; 1 << 14].leak(), Layout::Stream, false).done();
    let add = Step::AddDevice { device: new(one("rtc", 0), After::End), items: Some(&[]) };
    assert_eq!(apply(&mut tree, On::Machine, &add, &mut Book::new()), Ok(1));
    let stream = stream(&tree).unwrap();
    let names: Vec<&[u8]> =
        tree.children(stream).unwrap().map(|node| tree.name(node).unwrap()).collect();
    let expected: [&[u8]; 5] = [b"magic", b"version", b"configuration", b"full", b"eof"];
    assert_eq!(names, expected);
    let record = tree.find(stream, b"full").unwrap();
    assert_eq!(tree.children(record).unwrap().count(), 3);
}

#[test]
fn devices_of_a_pattern_go_and_come_back() {
    let device = new(any("*/nic"), After::End);
    let told = ["Record 0:3/nic/0", "Record 0:4/nic/0"];
    let nics = "0:3/nic/0@5 a=1 b=2 c=3; 0:4/nic/0@5 a=1 b=2; ";
    step(Step::DropDevice { device, items: None }, nics, "", &told);
}

#[test]
fn a_section_that_comes_back_keeps_its_number_unless_another_has_it() {
    let mut tree = machine(Layout::Stream);
    let mut book = Book::new();
    let drop = Step::DropDevice { device: new(one("timer", 0), After::End), items: None };
    apply(&mut tree, On::Machine, &drop, &mut book).unwrap();
    let stream = stream(&tree).unwrap();
    // Timer 0 had 7.
    stage_full(&mut tree, stream, "other", 7);
    apply(&mut tree, On::Machine, &drop.inverse(), &mut Book::with(book)).unwrap();
    let record = record_of(&tree, b"timer");
    for path in [&b"id"[..], b"footer.id"] {
        assert_eq!(tree.value(tree.find(record, path).unwrap()), Ok(stage::u32(10)));
    }
}

/// Nobody could read the stream behind such a record.
#[test]
fn a_record_that_is_not_whole_or_not_like_the_others_does_not_come_back() {
    type Damage = fn(&mut Tree<'_>, NodeId);
    fn put(tree: &mut Tree<'_>, record: NodeId, path: &[u8], value: Value<'_>) {
        let node = tree.find(record, path).unwrap();
        tree.replace(node, value).unwrap();
    }
    fn remove(tree: &mut Tree<'_>, record: NodeId, path: &[u8]) {
        let node = tree.find(record, path).unwrap();
        tree.remove(node).unwrap();
    }
    let damages: [Damage; 8] = [
        // The mark of the end.
        |tree, record| put(tree, record, b"type", u8(0)),
        |tree, record| tree.rename(record, b"part").unwrap(),
        |tree, record| put(tree, record, b"id", u8(7)),
        |tree, record| put(tree, record, b"footer.type", u8(0)),
        |tree, record| put(tree, record, b"footer.id", stage::u32(9)),
        |tree, record| remove(tree, record, b"footer"),
        |tree, record| remove(tree, record, b"type"),
        |tree, record| {
            insert(tree, record, b"more", u8(0));
        },
    ];
    for (at, damage) in damages.iter().enumerate() {
        for name in [one("timer", 0), any("time*")] {
            let (mut tree, mut book) = (machine(Layout::Stream), Book::new());
            let record = record_of(&tree, b"timer");
            damage(&mut tree, record);
            let drop = Step::DropDevice { device: new(name, After::End), items: None };
            let dropped = apply(&mut tree, On::Machine, &drop, &mut book).unwrap();
            let before = brief(&tree);
            let mut book = Book::with(book);
            let back = apply(&mut tree, On::Machine, &drop.inverse(), &mut book).unwrap();
            assert_eq!((back, book.unfit), (dropped - 1, 1), "{at}");
            assert!(back > 0 || brief(&tree) == before, "{at}");
            assert!(!lines(&tree)
                .iter()
                .any(|line| line.contains("timer") && line.contains("instance: 0")));
        }
    }
}

#[test]
fn what_was_lost_of_a_stream_comes_back_to_a_tree_without_one_and_the_reverse() {
    for (from, to) in [(Layout::Stream, Layout::Native), (Layout::Native, Layout::Stream)] {
        let device = new(any("*/nic"), After::End);
        let drop = Step::DropDevice { device, items: None };
        let mut book = Book::new();
        apply(&mut machine(from), On::Machine, &drop, &mut book).unwrap();
        let mut other = machine(to);
        let before = brief(&other);
        apply(&mut other, On::Machine, &drop, &mut Book::new()).unwrap();
        apply(&mut other, On::Machine, &drop.inverse(), &mut Book::with(book)).unwrap();
        // A stream counts its commands as well.
        let parts = |text: &str| {
            let mut parts: Vec<String> = text.split("; ").map(str::to_owned).collect();
            parts.sort();
            parts
        };
        assert_eq!(parts(&brief(&other)), parts(&before));
    }
}

#[test]
fn split_and_merge() {
    let into = new(any("*/phy"), After::Name("*/nic/0"));
    let (items, after) = (&["b", "absent", "c"][..], After::Name("a"));
    for layout in LAYOUTS {
        let (mut tree, mut book) = (machine(layout), Book::new());
        let before = lines(&tree);
        let step = Step::Split { device: any("*/nic"), into, items, after };
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut book), Ok(2));
        assert!(book.told.is_empty());
        let halves = "0:3/nic/0@5 a=1; 0:3/phy/0@5 b=2 c=3; 0:4/nic/0@5 a=1; 0:4/phy/0@5 b=2; t";
        assert!(brief(&tree).contains(halves), "{}", brief(&tree));
        let numbers = match layout {
            Layout::Native => vec![],
            Layout::Stream => vec!["Section 0:4/phy/0", "Section 0:3/phy/0"],
        };
        let mut back = Book::with(book);
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut back), Ok(2));
        assert_eq!(lines(&tree), before);
        assert_eq!(back.told(), numbers);
    }
    // Of one device, behind itself.
    let into = new(one("0:3/phy", 7), After::Name(""));
    let step = Step::Split { device: DeviceName::THIS, into, items: &["a"], after: After::Start };
    for (layout, path) in LAYOUTS.into_iter().zip(["0:3/nic/0", "qemu/0.full.0:3/nic/0"]) {
        let mut tree = machine(layout);
        let before = lines(&tree);
        let on = On::Device(tree.find(tree.root(), path.as_bytes()).unwrap());
        assert_eq!(apply(&mut tree, on, &step, &mut Book::new()), Ok(1));
        assert!(brief(&tree).contains("0:3/nic/0@5 b=2 c=3; 0:3/phy/7@5 a=1; 0:4"));
        assert_eq!(apply(&mut tree, on, &step.inverse(), &mut Book::new()), Ok(1));
        assert_eq!(lines(&tree), before);
    }
}

#[test]
fn a_half_that_is_not_there_is_not_made_on_the_way_back() {
    let into = new(one("phy", 0), After::End);
    let (items, after) = (&["x"][..], After::End);
    let merge = Step::Merge { device: one("timer", 0), into, items, after };
    step(merge, "", "", &["Absence phy/0"]);
}

#[test]
fn commands() {
    for (after, text) in [
        (After::Start, "#7; #9; 0:3"),
        (After::Name("0:3/nic/0"), "c=3; #7; 0:4"),
        (After::End, "timer/1@5; #7"),
    ] {
        let mut tree = machine(Layout::Stream);
        let before = lines(&tree);
        let step = Step::AddCommand { number: 7, data: b"ab", after };
        assert!(step.is_of_stream());
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut Book::new()), Ok(1));
        assert!(brief(&tree).contains(text), "{}", brief(&tree));
        let mut book = Book::new();
        assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut book), Ok(1));
        assert!(book.told.is_empty());
        assert_eq!(lines(&tree), before);
        // Other data are another command.
        let other = Step::DropCommand { number: 9, data: b"y", after };
        assert_eq!(apply(&mut tree, On::Machine, &other, &mut book), Ok(0));
        assert_eq!(book.told(), ["Absence qemu/0.command"]);
        // A tree of another layout has none.
        let mut tree = machine(Layout::Native);
        assert_eq!(apply(&mut tree, On::Machine, &step, &mut Book::new()), Ok(0));
        assert_eq!(brief(&tree), AS_IT_WAS);
    }
}

#[test]
fn footers() {
    let mut tree = machine(Layout::Stream);
    let before = lines(&tree);
    let drop = Step::Footers { add: false };
    assert_eq!(apply(&mut tree, On::Machine, &drop, &mut Book::new()), Ok(4));
    assert!(!lines(&tree).iter().any(|line| line.contains("footer")));
    let mut book = Book::new();
    assert_eq!(apply(&mut tree, On::Machine, &drop, &mut book), Ok(0));
    assert_eq!(book.told[0].what, What::Absence);
    assert_eq!(apply(&mut tree, On::Machine, &drop.inverse(), &mut Book::with(book)), Ok(0));
    assert_eq!(apply(&mut tree, On::Machine, &drop.inverse(), &mut Book::new()), Ok(4));
    assert_eq!(lines(&tree), before);
}

#[test]
fn the_head_of_a_stream() {
    let mut tree = machine(Layout::Stream);
    let before = lines(&tree);
    let name = |name| Some(Value::Bytes(Extent::Variable, name));
    let (scope, item) = ("qemu/0.configuration", "machine");
    let set = Step::Set { scope, name: item, from: name(b"pc-7.2"), to: name(b"pc-6.2") };
    assert!(set.is_of_stream());
    assert_eq!(apply(&mut tree, On::Machine, &set, &mut Book::new()), Ok(1));
    let machine_name = tree.find(tree.root(), b"qemu/0.configuration.machine").unwrap();
    assert_eq!(tree.value(machine_name).ok(), name(b"pc-6.2"));
    assert_eq!(apply(&mut tree, On::Machine, &set.inverse(), &mut Book::new()), Ok(1));
    let items = [
        Item::new("configuration", STRUCT),
        Item::new("type", u8(7)).inside(1),
        Item::new("machine", Value::Bytes(Extent::Variable, b"pc-7.2")).inside(1),
    ];
    let place = Place { scope: "qemu/0", name: "configuration", after: After::Name("version") };
    let drop = Step::Drop { place, items: &items };
    let mut book = Book::new();
    assert_eq!(apply(&mut tree, On::Machine, &drop, &mut book), Ok(1));
    assert!(book.told.is_empty());
    assert_eq!(apply(&mut tree, On::Machine, &drop.inverse(), &mut Book::new()), Ok(1));
    assert_eq!(lines(&tree), before);
    // No pattern gets in there by a star, nor out of it.
    for scope in ["*/0.configuration", "qemu/*", "qemu/0.full", "qemu/0.*"] {
        let rename = Step::Rename { scope, from: "type", to: "kind" };
        let touched = apply(&mut tree, On::Machine, &rename, &mut Book::new()).unwrap();
        // The star of the last names the configuration, and nothing else.
        assert_eq!(touched, u32::from(scope == "qemu/0.*"), "{scope}");
    }
    let mut native = machine(Layout::Native);
    assert_eq!(apply(&mut native, On::Machine, &set, &mut Book::new()), Ok(0));
}
