//! What steps refuse, where, and that nothing is changed then.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/book.rs"]
mod book;
#[path = "support/stage.rs"]
mod stage;

use book::{apply, lines, Book};
use migcore::compat::{
    After, Applier, DeviceName, Form, Found, Hook, Item, Ledger, Lost, NewDevice, Nothing, On,
    Otherwise, Place, Step, What, Wrapping,
};
use migcore::error::Report;
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Versions};
use migcore::{Code, Result};
use stage::{bytes, u32, u8, Layout, Stage, LAYOUTS, LIST, STRUCT};

/// A device of everything, one that nobody describes, and one of which only the head is described.
fn machine(layout: Layout) -> Tree<'static> {
    let mut stage = Stage::new(layout);
    let opaque = Item { marks: Marks::OPAQUE, ..Item::new("opaque", bytes(b"abc")) };
    let twin = [Item::new("twin", u8(1)), Item::new("twin", u8(2))];
    stage.device(
        "d",
        0,
        &[
            Item::new("x", u8(200)),
            Item::new("y", u8(2)),
            Item::new("array", Value::Array(Kind::U8, Extent::Fixed, b"\x01\x02")),
            Item::new("buffer", bytes(b"\x01\x02\x03")),
            Item::new("text", Value::Text("t")),
            Item::new("null", Value::Absent),
            Item::new("list", LIST),
            Item::new("", Value::Element).inside(1),
            Item::new("s", STRUCT),
            Item::new("in", u8(1)).inside(1),
            Item::new("out", u8(1)).inside(1),
            opaque,
            twin[0],
            twin[1],
        ],
    );
    stage.device("raw", 0, &[Item::new("", Value::Raw(b"raw"))]);
    stage.device("half", 0, &[Item::new("x", u8(1)), Item::new("", Value::Raw(b"raw"))]);
    stage.done()
}

/// A step fails with this code at this place, in both layouts, and nothing is changed.
fn refused(step: Step<'_>, code: Code, path: &str) -> Report {
    LAYOUTS.map(|layout| refused_in(layout, On::Machine, step, code, path))[0].clone()
}

fn refused_in(layout: Layout, on: On, step: Step<'_>, code: Code, path: &str) -> Report {
    let mut tree = machine(layout);
    let before = lines(&tree);
    let report = apply(&mut tree, on, &step, &mut Book::new()).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (code, path), "{step:?}");
    assert_eq!(lines(&tree), before);
    report
}

fn place<'a>(scope: &'a str, name: &'a str) -> Place<'a> {
    Place { scope, name, after: After::End }
}

const D: &str = "d/0";

#[test]
fn names_that_are_taken() {
    let scope = D;
    refused(Step::Rename { scope, from: "x", to: "y" }, Code::Occupied, "d/0.y");
    // Also where there is nothing to rename: the way back would take it.
    refused(Step::Rename { scope, from: "z", to: "y" }, Code::Occupied, "d/0.y");
    let items = &[Item::new("x", u8(1))];
    refused(Step::Add { place: place(D, "x"), items }, Code::Occupied, "d/0.x");
    let (from, to) = (place(D, "x"), place("d/0.s", "in"));
    refused(Step::Move { from, to }, Code::Occupied, "d/0.s.in");
    refused(Step::Move { from: place(D, "z"), to }, Code::Occupied, "d/0.s.in");
    refused(Step::Move { from: place("q/0", "z"), to }, Code::Occupied, "d/0.s.in");
    let wrapping = wrapping("s", &["x"]);
    refused(Step::Wrap(wrapping), Code::Occupied, "d/0.s");
    let taken = Wrapping { place: place(D, "none"), ..wrapping };
    refused(Step::Unwrap(taken), Code::Occupied, "d/0.x");
    let taken = Wrapping { items: &["in", "x", "out"], value: STRUCT, ..wrapping };
    refused(Step::Unwrap(taken), Code::Occupied, "d/0.x");
}

fn wrapping<'a>(name: &'a str, items: &'a [&'a str]) -> Wrapping<'a> {
    let (value, marks) = (Value::Subsection { version: 1 }, Marks::NONE);
    Wrapping { place: place(D, name), value, marks, items, after: After::Start }
}

/// A typing error in `after` puts nothing elsewhere; what goes notes where it stood, and comes back there.
#[test]
fn what_an_item_should_stand_behind_must_be_there() {
    let after = After::Name("nobody");
    let odd = |scope, name| Place { scope, name, after };
    let items = &[Item::new("z", u8(1))];
    refused(Step::Add { place: odd(D, "z"), items }, Code::Missing, "d/0.nobody");
    let (from, to) = (place(D, "x"), odd("d/0.s", "z"));
    refused(Step::Move { from, to }, Code::Missing, "d/0.s.nobody");
    let around = Wrapping { place: odd(D, "w"), value: STRUCT, ..wrapping("w", &["x"]) };
    refused(Step::Wrap(around), Code::Missing, "d/0.nobody");
    let split = Step::AddDevice { device: new("z", After::Name("nobody/0")), items: Some(&[]) };
    refused(split, Code::Missing, "nobody/0");
    for layout in LAYOUTS {
        let (mut tree, mut book) = (machine(layout), Book::new());
        let before = lines(&tree);
        let drop = Step::Drop { place: odd(D, "y"), items: &[Item::new("y", u8(2))] };
        assert_eq!(apply(&mut tree, On::Machine, &drop, &mut book), Ok(1));
        assert_eq!(book.told(), ["Order d/0.y"]);
        let mut tried = machine(layout);
        apply(&mut tried, On::Machine, &drop, &mut Book::new()).unwrap();
        let report = apply(&mut tried, On::Machine, &drop.inverse(), &mut Book::new()).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::Missing, "d/0.nobody"));
        let mut book = Book::with(book);
        assert_eq!(apply(&mut tree, On::Machine, &drop.inverse(), &mut book), Ok(1));
        assert_eq!(lines(&tree), before);
    }
}

#[test]
fn names_that_come_twice() {
    let scope = D;
    refused(Step::Rename { scope, from: "twin", to: "z" }, Code::Occupied, "d/0.twin");
    refused(Step::Rename { scope, from: "x", to: "twin" }, Code::Occupied, "d/0.twin");
    let drop = Step::Drop { place: place(D, "twin"), items: &[] };
    refused(drop, Code::Occupied, "d/0.twin");
    let (from, to) = (None, Some(u8(1)));
    refused(Step::Set { scope, name: "twin", from, to }, Code::Occupied, "d/0.twin");
}

/// Nobody would know to which of the two something belongs.
#[test]
fn a_loss_in_one_of_two_scopes_of_a_name() {
    let mut stage = Stage::new(Layout::Native);
    let items = [Item::new("s", STRUCT), Item::new("x", u8(1)).inside(1), Item::new("s", STRUCT)];
    stage.device("d", 0, &items);
    let mut tree = stage.done();
    let drop = |items| Step::Drop { place: place("d/0.s", "x"), items };
    let report = apply(&mut tree, On::Machine, &drop(&[]), &mut Book::new()).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Occupied, "d/0.s.x"));
    // Without a loss it does not matter.
    let rename = Step::Rename { scope: "d/0.s", from: "x", to: "y" };
    assert_eq!(apply(&mut tree, On::Machine, &rename, &mut Book::new()), Ok(1));
}

#[test]
fn types_and_values_that_do_not_fit() {
    let scope = D;
    let u8_ = Form::Scalar(Kind::U8);
    let retype = |name, from, to| Step::Retype { scope, name, from, to };
    refused(retype("x", u8_, Form::Scalar(Kind::I8)), Code::DoesNotFit, "d/0.x");
    refused(retype("x", u8_, Form::Scalar(Kind::Bool)), Code::DoesNotFit, "d/0.x");
    refused(retype("x", Form::Scalar(Kind::U16), u8_), Code::WrongType, "d/0.x");
    let array = Form::Array(Kind::U8, Extent::Fixed);
    refused(retype("array", array, u8_), Code::WrongType, "d/0.array");
    let flags = Form::Array(Kind::Bool, Extent::Fixed);
    refused(retype("array", array, flags), Code::DoesNotFit, "d/0.array");
    let buffer = Form::Bytes(Extent::Fixed);
    let words = Form::Array(Kind::U16, Extent::Fixed);
    refused(retype("buffer", buffer, words), Code::WrongType, "d/0.buffer");
    refused(retype("buffer", buffer, flags), Code::WrongType, "d/0.buffer");
    refused(retype("buffer", buffer, u8_), Code::WrongType, "d/0.buffer");
    refused(retype("x", u8_, buffer), Code::WrongType, "d/0.x");
    refused(retype("text", buffer, buffer), Code::WrongType, "d/0.text");
    let set = |name, from, to| Step::Set { scope, name, from, to };
    refused(set("x", None, Some(u32(1))), Code::WrongType, "d/0.x");
    refused(set("x", Some(u32(1)), Some(u8(1))), Code::WrongType, "d/0.x");
    // What is of a fixed length keeps it.
    refused(set("buffer", None, Some(bytes(b"ab"))), Code::WrongType, "d/0.buffer");
    refused(set("null", None, Some(Value::Absent)), Code::WrongType, "d/0.null");
    refused(set("s", None, Some(STRUCT)), Code::WrongType, "d/0.s");
    refused(set("x", None, None), Code::InvalidArgument, "d/0.x");
    let map = |name| {
        let (pairs, turned, otherwise) = (&[(1, 2)][..], false, Otherwise::Refuse);
        Step::Map { scope, name, pairs, turned, otherwise }
    };
    assert_eq!(refused(map("x"), Code::ValueDiffers, "d/0.x").fault.found, 200);
    refused(map("buffer"), Code::WrongType, "d/0.buffer");
    refused(map("text"), Code::WrongType, "d/0.text");
    let bits = |name, at, mask| {
        let (from, to) = (None, Some(0));
        Step::Bits { scope, name, at, mask, from, to }
    };
    refused(bits("x", 1, 1), Code::InvalidArgument, "d/0.x");
    refused(bits("x", 0, 0x100), Code::InvalidArgument, "d/0.x");
    refused(bits("array", 2, 1), Code::InvalidArgument, "d/0.array");
    refused(bits("buffer", 0, 1 << 24), Code::InvalidArgument, "d/0.buffer");
    refused(bits("buffer", 4, 0), Code::InvalidArgument, "d/0.buffer");
    refused(bits("text", 0, 1), Code::WrongType, "d/0.text");
    let step = Step::Bits { scope, name: "x", at: 0, mask: 1, from: None, to: None };
    refused(step, Code::InvalidArgument, "d/0.x");
}

#[test]
fn what_is_opaque_is_not_filled_in_resized_or_retyped() {
    let (scope, name) = (D, "opaque");
    let (from, to) = (Form::Bytes(Extent::Fixed), Form::Array(Kind::U8, Extent::Fixed));
    refused(Step::Retype { scope, name, from, to }, Code::InvalidArgument, "d/0.opaque");
    let (from, to) = (None, Some(bytes(b"123")));
    refused(Step::Set { scope, name, from, to }, Code::InvalidArgument, "d/0.opaque");
    let (pairs, turned, otherwise) = (&[][..], false, Otherwise::Keep);
    let map = Step::Map { scope, name, pairs, turned, otherwise };
    refused(map, Code::InvalidArgument, "d/0.opaque");
    // Nobody knows what is around raw bytes.
    let items = &[Item::new("new", u8(1))][..];
    for (scope, path) in [("raw/0", "raw/0.new"), ("half/0", "half/0.new")] {
        let step = Step::Add { place: place(scope, "new"), items };
        refused(step, Code::InvalidArgument, path);
    }
    let half = place("half/0", "x");
    refused(Step::Drop { place: half, items: &[] }, Code::InvalidArgument, "half/0.x");
    refused(Step::Move { from: half, to: place(D, "new") }, Code::InvalidArgument, "half/0");
    let to = place("raw/0", "new");
    refused(Step::Move { from: place(D, "x"), to }, Code::InvalidArgument, "raw/0");
    let around = Wrapping { place: place("half/0", "s"), ..wrapping("s", &["x"]) };
    refused(Step::Wrap(around), Code::InvalidArgument, "half/0.s");
    let device = DeviceName { name: "raw", instance: None };
    let set = Step::SetVersion { device, from: 5, to: 6 };
    refused(set, Code::InvalidArgument, "raw/0");
    let into = new("other", After::End);
    let (items, after) = (&["x"][..], After::End);
    let device = DeviceName { name: "half", instance: None };
    refused(Step::Split { device, into, items, after }, Code::InvalidArgument, "other/0");
    // Nor are opaque items made up.
    let opaque = Item { marks: Marks::OPAQUE, ..Item::new("new", bytes(b"")) };
    for item in [opaque, Item::new("new", Value::Raw(b"")), Item::new("new", stage::device(0, 1))] {
        let step = Step::Add { place: place(D, "new"), items: &[item] };
        refused(step, Code::InvalidArgument, "d/0");
    }
}

#[test]
fn what_is_opaque_goes_as_a_loss_and_comes_back_and_has_other_names() {
    for layout in LAYOUTS {
        let mut tree = machine(layout);
        let before = lines(&tree);
        let steps = [
            Step::Drop { place: place(D, "opaque"), items: &[] },
            Step::Rename { scope: D, from: "opaque", to: "blob" },
            Step::DropDevice { device: new("raw", After::End), items: None },
            Step::RenameDevice {
                from: DeviceName { name: "raw", instance: None },
                to: DeviceName { name: "bare", instance: None },
            },
        ];
        for step in steps {
            let mut book = Book::new();
            assert_eq!(apply(&mut tree, On::Machine, &step, &mut book), Ok(1), "{step:?}");
            let mut back = Book::with(book);
            assert_eq!(apply(&mut tree, On::Machine, &step.inverse(), &mut back), Ok(1));
            assert_eq!(lines(&tree), before);
        }
    }
}

#[test]
fn scopes_that_hold_something_else() {
    let around = Wrapping { value: STRUCT, ..wrapping("s", &["in"]) };
    refused(Step::Unwrap(around), Code::Unconsumed, "d/0.s");
    refused(Step::Unwrap(wrapping("s", &["in"])), Code::WrongType, "d/0");
    refused(Step::Unwrap(wrapping("x", &["in"])), Code::WrongType, "d/0");
    let list = Wrapping { value: LIST, ..wrapping("new", &["x"]) };
    refused(Step::Wrap(list), Code::InvalidArgument, "d/0");
    let into = new("half", After::End);
    let device = DeviceName { name: "d", instance: None };
    let merge = |items| Step::Merge { device, into, items, after: After::End };
    refused(merge(&["z"]), Code::InvalidArgument, "half/0");
}

fn new<'a>(name: &'a str, after: After<'a>) -> NewDevice<'a> {
    let versions = Versions { current: 5, minimum: 1 };
    NewDevice { name: DeviceName { name, instance: None }, versions, oldest_reader: 5, after }
}

fn named(name: &str) -> DeviceName<'_> {
    DeviceName { name, instance: None }
}

#[test]
fn a_merged_device_is_of_its_version_and_has_nothing_else() {
    for layout in LAYOUTS {
        let mut stage = Stage::new(layout);
        stage.device("a", 0, &[Item::new("x", u8(1))]);
        stage.device("b", 0, &[Item::new("y", u8(1)), Item::new("z", u8(1))]);
        let mut tree = stage.done();
        let before = lines(&tree);
        let (device, after) = (named("a"), After::End);
        let mut fails = |items: &[&str], version, code, path: &str| {
            let versions = Versions { current: version, minimum: 1 };
            let into = NewDevice { versions, ..new("b", After::End) };
            let step = Step::Merge { device, into, items, after };
            let report = apply(&mut tree, On::Machine, &step, &mut Book::new()).unwrap_err();
            assert_eq!((report.code, report.path.as_str()), (code, path));
            assert_eq!(lines(&tree), before);
        };
        fails(&["y"], 5, Code::Unconsumed, "b/0");
        fails(&["y", "z"], 4, Code::ValueDiffers, "b/0");
        fails(&["y", "z", "x"], 5, Code::Occupied, "a/0.x");
    }
}

#[test]
fn devices() {
    let (from, to) = (named("d"), named("half"));
    refused(Step::RenameDevice { from, to }, Code::Occupied, "half/0");
    refused(Step::RenameDevice { from: named("none"), to }, Code::Occupied, "half/0");
    let to = named("new");
    for from in [named("n*"), named(""), named("new"), DeviceName { name: "d", instance: Some(0) }]
    {
        refused(Step::RenameDevice { from, to }, Code::InvalidArgument, "");
    }
    let stars = named("**");
    refused(Step::RenameDevice { from: stars, to: stars }, Code::InvalidArgument, "");
    let rename = Step::RenameDevice { from: named("d"), to: named("migcore.d") };
    refused(rename, Code::InvalidArgument, "d/0");
    let long = "n".repeat(255) + "*";
    let (from, to) = (named("*d"), named(&long));
    refused(Step::RenameDevice { from, to: named("a*b*") }, Code::InvalidArgument, "");
    // The run is empty here, and one character there.
    let mut tree = machine(Layout::Native);
    let rename = Step::RenameDevice { from, to };
    assert_eq!(apply(&mut tree, On::Machine, &rename, &mut Book::new()), Ok(1));
    refused(Step::RenameDevice { from: named("*"), to }, Code::NameTooLong, "d/0");
    let items = Some(&[][..]);
    let device = new("d", After::End);
    refused(Step::AddDevice { device, items }, Code::Occupied, "d/0");
    for name in ["", "migcore.a", "a*b*"] {
        let device = new(name, After::End);
        refused(Step::AddDevice { device, items }, Code::InvalidArgument, "");
        refused(Step::DropDevice { device, items }, Code::InvalidArgument, "");
    }
    refused(Step::AddDevice { device: new("*", After::End), items }, Code::Occupied, "d/0");
    let set = Step::SetVersion { device: named("d"), from: 4, to: 5 };
    let report = refused(set, Code::ValueDiffers, "d/0");
    assert_eq!((report.fault.expected, report.fault.found), (4, 5));
    let (items, after) = (&["x"][..], After::End);
    let split = |device, into| Step::Split { device, into: new(into, after), items, after };
    refused(split(named("d"), "half"), Code::Occupied, "half/0");
    // It would be split as well.
    refused(split(named("d*"), "d2"), Code::InvalidArgument, "d/0");
    for into in ["", "migcore.a", "a*b*"] {
        refused(split(named("d"), into), Code::InvalidArgument, "d/0");
    }
    // Of the whole machine there is no device that a step is for.
    refused(split(DeviceName::THIS, "new"), Code::InvalidArgument, "");
}

#[test]
fn steps_that_are_for_the_machine_alone() {
    let tree = machine(Layout::Native);
    let on = On::Device(tree.find(tree.root(), b"d/0").unwrap());
    let device = new("new", After::End);
    let steps = [
        Step::AddDevice { device, items: None },
        Step::DropDevice { device, items: None },
        Step::Footers { add: true },
        Step::AddCommand { number: 1, data: b"", after: After::End },
    ];
    for step in steps {
        refused_in(Layout::Native, on, step, Code::InvalidArgument, "");
    }
    // The machine has no items of its own.
    refused(Step::Rename { scope: "", from: "x", to: "z" }, Code::InvalidArgument, "");
    // A node that is no device, and one that is gone.
    let item = On::Device(tree.find(tree.root(), b"d/0.x").unwrap());
    let rename = Step::Rename { scope: "", from: "x", to: "z" };
    refused_in(Layout::Native, item, rename, Code::InvalidArgument, "");
    let gone = On::Device(NodeId::from_bits(u64::MAX));
    refused_in(Layout::Native, gone, rename, Code::InvalidArgument, "");
}

#[test]
fn steps_that_make_no_sense() {
    let scope = D;
    refused(Step::Rename { scope, from: "x", to: "x" }, Code::InvalidArgument, "d/0");
    refused(Step::Rename { scope, from: "x", to: "" }, Code::InvalidArgument, "d/0");
    refused(Step::Rename { scope, from: "", to: "x2" }, Code::InvalidArgument, "d/0");
    let long = "n".repeat(256);
    refused(Step::Rename { scope, from: "x", to: &long }, Code::NameTooLong, "d/0.x");
    refused(Step::Rename { scope: &long, from: "x", to: "y" }, Code::TooLong, "");
    // Tables: another name, two items, a hole, an element outside of a list.
    let add = |items| Step::Add { place: place(D, "new"), items };
    let other = [Item::new("other", u8(1))];
    refused(add(&other), Code::InvalidArgument, "d/0");
    let two = [Item::new("new", STRUCT), Item::new("more", u8(1))];
    refused(add(&two), Code::InvalidArgument, "d/0");
    let hole = [Item::new("new", STRUCT), Item::new("more", u8(1)).inside(2)];
    refused(add(&hole), Code::InvalidArgument, "d/0");
    let element = [Item::new("new", STRUCT), Item::new("", Value::Element).inside(1)];
    refused(add(&element), Code::InvalidArgument, "d/0.new");
    let inside = [Item::new("new", u8(1)), Item::new("more", u8(1)).inside(1)];
    refused(add(&inside), Code::InvalidArgument, "d/0.new");
    let deep: Vec<Item<'_>> = (0..40).map(|depth| Item::new("new", STRUCT).inside(depth)).collect();
    refused(add(&deep), Code::InvalidArgument, "d/0");
    refused(add(&deep[..17]), Code::TooDeep, "d/0.new");
    // Into itself, to nowhere, and with two scopes.
    let into = Step::Move { from: place(D, "s"), to: place("d/0.s", "s2") };
    refused(into, Code::InvalidArgument, "d/0.s");
    let from = place(D, "x");
    refused(Step::Move { from, to: place("no/0", "x") }, Code::Missing, "d/0");
    refused(Step::Move { from, to: place("*/0", "x9") }, Code::InvalidArgument, "raw/0");
    refused(Step::Call { up: None, down: None }, Code::Unsupported, "");
}

/// What is moved must not lead to its own place, or away from where it came from.
#[test]
fn a_move_that_changes_what_its_patterns_name() {
    let mut stage = Stage::new(Layout::Native);
    let items = [Item::new("x", STRUCT), Item::new("y", STRUCT).inside(1)];
    stage.device("a", 0, &items);
    stage.device("b", 0, &[]);
    let mut tree = stage.done();
    let before = lines(&tree);
    let step = Step::Move { from: place("*/0.x", "y"), to: place("b/0", "x") };
    let report = apply(&mut tree, On::Machine, &step, &mut Book::new()).unwrap_err();
    assert_eq!(report.code, Code::InvalidArgument);
    assert_eq!(lines(&tree), before);
}

#[test]
fn streams() {
    let mut tree = machine(Layout::Stream);
    let (number, after) = (1, After::End);
    let add = Step::AddCommand { number, data: b"", after };
    assert_eq!(apply(&mut tree, On::Machine, &add, &mut Book::new()), Ok(1));
    let refused = |tree: &mut Tree<'static>, step: &Step<'_>, code| {
        let before = lines(tree);
        let report = apply(tree, On::Machine, step, &mut Book::new()).unwrap_err();
        assert_eq!(report.code, code);
        assert_eq!(lines(tree), before);
    };
    refused(&mut tree, &add, Code::Occupied);
    let long = vec![0; 1 << 16];
    let step = Step::AddCommand { number, data: &long, after };
    refused(&mut tree, &step, Code::TooLong);
    refused(&mut tree, &Step::Footers { add: true }, Code::Occupied);
    // One that is not as footers are, and one that is missing.
    let id = tree.find(tree.root(), b"qemu/0.full.footer.id").unwrap();
    tree.replace(id, u32(77)).unwrap();
    refused(&mut tree, &Step::Footers { add: false }, Code::BadValue);
    let footer = tree.parent(id).unwrap().unwrap();
    tree.remove(footer).unwrap();
    refused(&mut tree, &Step::Footers { add: false }, Code::Missing);
    refused(&mut tree, &Step::Footers { add: true }, Code::Occupied);
    // No section can have a greater number.
    let id = tree.find(tree.root(), b"qemu/0.full.id").unwrap();
    tree.replace(id, u32(u64::from(u32::MAX))).unwrap();
    let add = Step::AddDevice { device: new("new", After::End), items: Some(&[]) };
    refused(&mut tree, &add, Code::TooMany);
    // The head has one item that has a place.
    let rename = Step::Rename { scope: "qemu/0", from: "version", to: "v" };
    refused(&mut tree, &rename, Code::InvalidArgument);
}

#[test]
fn memory_that_is_too_small_is_told() {
    let mut stage = Stage::on(vec![0; 600].leak(), Layout::Native, false);
    stage.device("d", 0, &[]);
    let mut tree = stage.done();
    let before = lines(&tree);
    let data = [0; 600];
    let items = [Item::new("new", bytes(&data))];
    let step = Step::Add { place: place(D, "new"), items: &items };
    let report = apply(&mut tree, On::Machine, &step, &mut Book::new()).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::NoSpace, "d/0.new"));
    assert!(report.fault.expected > 600);
    assert_eq!(lines(&tree), before);
}

/// A ledger that fails, and one that gives back what cannot be.
struct Strange {
    lost: Result<()>,
    found: Option<Value<'static>>,
}

impl Ledger for Strange {
    fn lost(&mut self, _: &mut Tree<'_>, _: &Lost<'_>) -> Result<()> {
        self.lost
    }

    fn found(&mut self, tree: &mut Tree<'_>, _: What, _: Option<&[u8]>) -> Result<Option<Found>> {
        let Some(value) = self.found.take() else { return Ok(None) };
        let root = tree.root();
        let node = tree.insert(At::End(root), b"strange", Marks::NONE, value)?;
        Ok(Some(Found { node: Some(node), at: u32::MAX, bits: u64::MAX }))
    }
}

#[test]
fn ledgers_that_fail_and_that_give_something_else() {
    let mut tree = machine(Layout::Native);
    let (scope, name) = (D, "x");
    let set = Step::Set { scope, name, from: None, to: Some(u8(1)) };
    let mut apply = |step: &Step<'_>, ledger: &mut dyn Ledger| {
        tree.begin_change().unwrap();
        let done = Applier::new().apply(&mut tree, On::Machine, step, ledger);
        tree.undo();
        done.map_err(|report| report.code)
    };
    let mut lossy = Strange { lost: Err(Code::Lossy), found: None };
    assert_eq!(apply(&set, &mut lossy), Err(Code::Lossy));
    assert_eq!(apply(&set, &mut Nothing), Ok(1));
    let other = || Strange { lost: Ok(()), found: Some(STRUCT) };
    assert_eq!(apply(&set, &mut other()), Err(Code::WrongType));
    let add = Step::AddDevice { device: new("*z", After::End), items: None };
    assert_eq!(apply(&add, &mut other()), Ok(0));
    let set = Step::SetVersion { device: named("d"), from: 5, to: 6 };
    assert_eq!(apply(&set, &mut other()), Ok(1));
    let bits = Step::Bits { scope, name, at: 0, mask: 1, from: Some(0), to: None };
    assert_eq!(apply(&bits, &mut other()), Ok(1));
}

#[test]
fn an_error_of_code_is_told_at_its_device() {
    let fail = Hook(&|_| Err(Code::Refused));
    let step = Step::Call { up: Some(fail), down: None };
    let tree = machine(Layout::Native);
    let on = On::Device(tree.find(tree.root(), b"half/0").unwrap());
    refused_in(Layout::Native, on, step, Code::Refused, "half/0");
}
