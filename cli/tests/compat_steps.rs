//! Declared steps on real streams: they give the bytes that a machine loaded, and lead back.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "../../core/tests/support/book.rs"]
mod book;
#[path = "../../core/tests/support/random.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod random;
#[path = "support/streams.rs"]
mod streams;
mod support;

use book::{apply, lines, Book};
use migcore::compat::{
    After, DeviceName, Devices, Form, Item, NewDevice, On, Place, Step, Wrapping,
};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Versions};
use random::Random;
use streams::{one, Stream};
use support::{saved, with_tree, Place as Folder};

/// Room for a tree of the largest of these streams, and for what its changes leave behind.
const MEMORY: usize = 8 << 20;

/// A stream as the tree that it is converted to, in memory of its own.
fn with_stream<R>(stream: &Stream, look: impl FnOnce(&mut Tree<'_>) -> R) -> R {
    let place = Folder::new();
    place.put("stream", &stream.bytes);
    let mut arguments = vec!["convert", "stream", "-o", "chunks", "--to", "chunk"];
    if let Some(vmdesc) = &stream.vmdesc {
        place.put("vmdesc", vmdesc);
        arguments.extend(["--vmdesc", "vmdesc"]);
    }
    place.run(&arguments);
    let mut memory = vec![0; MEMORY];
    let mut tree = Tree::new(&mut memory).unwrap();
    with_tree(&place.get("chunks"), |read| read.compact_into(&mut tree).unwrap());
    look(&mut tree)
}

/// The bytes of a tree as QEMU's stream.
fn bytes_of(tree: &Tree<'_>) -> Vec<u8> {
    let place = Folder::new();
    place.put("chunks", &saved(|v| tree.replay(tree.root(), v)));
    let ran = place.run(&["convert", "chunks", "-o", "back", "--to", "qemu"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.get("back")
}

/// A stream up to its description, which steps do not write anew.
fn state(bytes: &[u8]) -> &[u8] {
    let text = b"{\"page_size\"";
    let start = bytes.windows(text.len()).rposition(|there| there == text).unwrap();
    // The record's type and length.
    &bytes[..start - 5]
}

/// Applies steps to the first of a pair, compares with the second, and goes back.
fn pair(name: &str, steps: &[Step<'_>]) {
    let (from, to) = (one(&format!("{name}.src")), one(&format!("{name}.transformed")));
    with_stream(&from, |tree| {
        let before = lines(tree);
        let mut books = Vec::new();
        for step in steps {
            let mut book = Book::new();
            assert_eq!(apply(tree, On::Machine, step, &mut book), Ok(1), "{step:?}");
            assert!(book.told.is_empty(), "{:?}", book.told());
            books.push(book);
        }
        assert!(state(&bytes_of(tree)) == state(&to.bytes), "{name} became something else");
        for step in steps.iter().rev() {
            apply(tree, On::Machine, &step.inverse(), &mut Book::new()).unwrap();
        }
        assert_eq!(lines(tree), before);
        assert!(bytes_of(tree) == from.bytes, "{name} came back otherwise");
    });
}

#[test]
fn a_downgrade() {
    let machine = |name| Some(Value::Bytes(Extent::Variable, name));
    let items = [Item::new("acpi_pci_hotplug.acpi_index", Value::Scalar(Kind::U32, 0))];
    let name = "acpi_pci_hotplug.acpi_index";
    let after = After::Name("acpi_pci_hotplug.acpi_pcihp_pci_status");
    pair(
        "p1-i440fx-7.2-to-6.2",
        &[
            Step::Set {
                scope: "qemu/0.configuration",
                name: "machine",
                from: machine(b"pc-i440fx-7.2"),
                to: machine(b"pc-i440fx-6.2"),
            },
            Step::Drop { place: Place { scope: "*/piix4_pm/0", name, after }, items: &items },
        ],
    );
}

#[test]
fn a_card_in_another_slot() {
    let slot = |name| DeviceName { name, instance: None };
    let (from, to) = (slot("0000:00:05.0/*"), slot("0000:00:06.0/*"));
    pair("setup-rtl8139-slot", &[Step::RenameDevice { from, to }]);
}

/// What a step can be aimed at.
struct Target {
    device: String,
    scope: String,
    name: String,
    value: Option<Form>,
    siblings: Vec<String>,
}

/// All items with a name that are in devices, as far as their ways are unambiguous.
fn targets(tree: &Tree<'_>) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut devices = Devices::new(tree);
    while let Some(device) = devices.next(tree) {
        let Value::Device { instance, .. } = tree.value(device).unwrap() else { panic!() };
        let name = text(tree.name(device).unwrap());
        let path = format!("{name}/{instance}");
        gather(tree, device, &name, path, &mut targets);
    }
    targets
}

fn gather(tree: &Tree<'_>, scope: NodeId, device: &str, path: String, targets: &mut Vec<Target>) {
    let names: Vec<String> =
        tree.children(scope).unwrap().map(|child| text(tree.name(child).unwrap())).collect();
    for (number, child) in tree.children(scope).unwrap().enumerate() {
        let name = names[number].clone();
        let inner = match tree.value(child).unwrap() {
            Value::Element => format!("{path}[{number}]"),
            _ => format!("{path}.{name}"),
        };
        gather(tree, child, device, inner, targets);
        if !name.is_empty() {
            let value = match tree.value(child).unwrap() {
                Value::Scalar(kind, _) => Some(Form::Scalar(kind)),
                Value::Array(kind, extent, _) => Some(Form::Array(kind, extent)),
                Value::Bytes(extent, _) => Some(Form::Bytes(extent)),
                _ => None,
            };
            targets.push(Target {
                device: device.to_owned(),
                scope: path.clone(),
                name,
                value,
                siblings: names.clone(),
            });
        }
    }
}

fn text(name: &[u8]) -> String {
    String::from_utf8(name.to_vec()).unwrap().replace('*', r"\*")
}

/// One of many steps that a target allows.
fn step_at<'a>(
    target: &'a Target,
    other: &'a Target,
    names: &'a [&'a str],
    way: usize,
) -> Step<'a> {
    let (scope, name) = (target.scope.as_str(), target.name.as_str());
    let after = match target.siblings.first() {
        Some(first) if way.is_multiple_of(2) && !first.is_empty() => After::Name(first),
        _ => After::Start,
    };
    let place = Place { scope, name, after };
    let device = |name| DeviceName { name, instance: None };
    let new = |name| {
        let versions = Versions::only(1);
        NewDevice { name: device(name), versions, oldest_reader: 1, after: After::Name("") }
    };
    let around = Wrapping {
        place: Place { scope, name: "wrapped", after: After::End },
        value: Value::Subsection { version: 1 },
        marks: Marks::NONE,
        items: names,
        after,
    };
    let split =
        Step::Split { device: device(&target.device), into: new("half"), items: names, after };
    match way % 9 {
        0 => Step::Drop { place, items: &[] },
        1 => Step::Rename { scope, from: name, to: "renamed" },
        2 => Step::Wrap(around),
        3 => split,
        4 => Step::DropDevice { device: new(&target.device), items: None },
        5 => Step::RenameDevice { from: device(&target.device), to: device("renamed") },
        6 => {
            let to = Place { scope: &other.scope, name: "moved", after };
            Step::Move { from: place, to }
        }
        7 => {
            let (from, to) = (
                target.value.unwrap_or(Form::Scalar(Kind::U8)),
                match target.value {
                    Some(Form::Bytes(_)) => Form::Array(Kind::U8, Extent::Variable),
                    Some(Form::Array(..)) => Form::Array(Kind::U64, Extent::Variable),
                    _ => Form::Scalar(Kind::U64),
                },
            );
            Step::Retype { scope, name, from, to }
        }
        _ => {
            let (from, to) = (None, Some(1));
            Step::Bits { scope, name, at: 0, mask: 1, from, to }
        }
    }
}

/// Steps for each stream.
const STEPS: usize = 120;

#[test]
fn real_states_come_back() {
    let mut done = [0; 9];
    for name in
        ["i440fx-7.2-default.dev", "q35-7.2-modern.dev", "i440fx-2.8-scsi.dev", "s390-7.2.dev"]
    {
        with_stream(&one(name), |tree| {
            let before = lines(tree);
            let targets = targets(tree);
            let mut random = Random(0x9e37_79b9_7f4a_7c15);
            for number in 0..STEPS {
                let (at, to) = (random.below(targets.len()), random.below(targets.len()));
                let (target, other) = (&targets[at], &targets[to]);
                let names =
                    [target.siblings[random.below(target.siblings.len())].as_str(), &target.name];
                let names = if names[0] == names[1] { &names[1..] } else { &names[..] };
                let step = step_at(target, other, names, number);
                let (mut memory, mut more) = (vec![0; MEMORY], vec![0; MEMORY]);
                let mut book = Book::on(&mut memory);
                let Ok(touched) = apply(tree, On::Machine, &step, &mut book) else {
                    assert_eq!(lines(tree), before);
                    continue;
                };
                done[number % 9] += u32::from(touched > 0);
                let told = book.told();
                let mut back = Book::on(&mut more).giving(book);
                let undone = apply(tree, On::Machine, &step.inverse(), &mut back);
                assert_eq!(undone, Ok(touched), "{name}: {step:?} {told:?}");
                assert!(lines(tree) == before, "{name}: {step:?} {told:?}");
            }
        });
    }
    assert!(done.iter().all(|count| *count > 5), "{done:?}");
}
