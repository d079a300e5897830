//! Random steps on random machines: there and back is where it began; what is refused changes nothing.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/book.rs"]
mod book;
#[path = "support/stage.rs"]
mod stage;

use std::cell::RefCell;
use std::collections::BTreeMap;

use book::{apply, lines, Book};
use migcore::compat::{
    is_private, After, DeviceName, Devices, Edit, Form, Hook, Item, NewDevice, On, Opens,
    Otherwise, Place, Step, What, Wrapping,
};
use migcore::model::{DigestOptions, NodeId, Tree, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Versions};
use migcore::{Code, Result};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use stage::{Layout, Stage};

/// No tree of these needs more.
const BLOCK: usize = 1 << 15;

const NAMES: [&str; 5] = ["a", "b", "c", "d.e", "x"];
const DEVICES: [&str; 5] = ["a", "b", "p/a", "p/b", "q"];

const SCOPES: [&str; 16] = [
    "", "a/0", "*/0", "*/*", "p/*/0", "q/1", "*/0.a", "*/*.x", "*/*.*", "a", "x", "*", "*[*]",
    "*.a[*]", "b.*", "*/0.*[1]",
];

fn leak<T: 'static>(items: Vec<T>) -> &'static [T] {
    items.leak()
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("a"), 2 => Just("b"), 3 => prop::sample::select(&NAMES[..])]
}

/// Mostly such as name something.
fn scope() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        4 => Just("*/*"),
        2 => Just(""),
        2 => Just("*"),
        1 => Just("*/*.*"),
        3 => prop::sample::select(&SCOPES[..]),
    ]
}

fn after() -> impl Strategy<Value = After<'static>> {
    prop_oneof![
        2 => Just(After::End),
        2 => Just(After::Start),
        3 => name().prop_map(After::Name),
    ]
}

fn after_device() -> impl Strategy<Value = After<'static>> {
    let text = prop::sample::select(&["a/0", "p/b/1", "*/0", "", "p/*/0"][..]);
    prop_oneof![Just(After::End), Just(After::Start), text.prop_map(After::Name)]
}

fn kind() -> impl Strategy<Value = Kind> {
    let others = [Kind::Bool, Kind::U16, Kind::I32, Kind::F32];
    prop_oneof![2 => Just(Kind::U8), 1 => prop::sample::select(others.to_vec())]
}

/// Few different values, so that steps often meet what they expect.
fn bits() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 0..3u64, 1 => Just(0x1ff), 1 => Just(u64::MAX)]
}

fn extent() -> impl Strategy<Value = Extent> {
    prop::sample::select(&[Extent::Fixed, Extent::Variable][..])
}

fn array() -> impl Strategy<Value = Value<'static>> {
    (kind(), extent(), prop::collection::vec(0..3u8, 0..4)).prop_map(|(kind, extent, small)| {
        let width = kind.width().bytes();
        let mut bytes = Vec::new();
        for number in small {
            let number = if kind == Kind::Bool { number & 1 } else { number };
            bytes.extend(std::iter::repeat_n(number, width));
        }
        Value::Array(kind, extent, leak(bytes))
    })
}

fn leaf() -> impl Strategy<Value = Value<'static>> {
    let data = prop::collection::vec(0..3u8, 0..4);
    prop_oneof![
        6 => (kind(), bits()).prop_map(|(kind, bits)| Value::Scalar(kind, bits)),
        2 => array(),
        2 => (extent(), data).prop_map(|(extent, data)| Value::Bytes(extent, leak(data))),
        1 => Just(Value::Text("t")),
        1 => Just(Value::Absent),
    ]
}

fn scopes() -> impl Strategy<Value = Value<'static>> {
    let description = Description { name: b"a", versions: Versions::only(1) };
    prop::sample::select(vec![
        Value::Struct(None),
        Value::Struct(Some(description)),
        Value::Subsection { version: 1 },
        Value::Subsection { version: 2 },
        Value::Optional { present: true },
    ])
}

fn marks() -> impl Strategy<Value = Marks> + Clone {
    prop_oneof![
        8 => Just(Marks::NONE),
        1 => Just(Marks::ANCILLARY),
        1 => Just(Marks::OPAQUE | Marks::ANCILLARY),
    ]
}

/// A table of one item: a value, a list, or a scope with values.
fn table(marks: impl Strategy<Value = Marks> + Clone) -> impl Strategy<Value = Vec<Item<'static>>> {
    let one = (name(), leaf(), marks.clone())
        .prop_map(|(name, value, marks)| vec![Item { marks, ..Item::new(name, value) }]);
    let inside = prop::collection::vec((name(), leaf()), 0..4);
    let scope = (name(), scopes(), marks, inside).prop_map(|(name, value, marks, inside)| {
        let mut items = vec![Item { marks, ..Item::new(name, value) }];
        items.extend(inside.into_iter().map(|(name, value)| Item::new(name, value).inside(1)));
        items
    });
    let elements = prop::collection::vec(prop::collection::vec((name(), leaf()), 0..3), 0..3);
    let list = (name(), elements).prop_map(|(name, elements)| {
        let mut items = vec![Item::new(name, stage::LIST)];
        for element in elements {
            items.push(Item::new("", Value::Element).inside(1));
            let inside = element.into_iter();
            items.extend(inside.map(|(name, value)| Item::new(name, value).inside(2)));
        }
        items
    });
    prop_oneof![4 => one, 3 => scope, 1 => list]
}

/// What is in a device: few names come twice; raw bytes are rare.
fn inside() -> impl Strategy<Value = Vec<Item<'static>>> {
    let tables = prop::collection::vec(table(marks()), 0..6);
    (tables, 0..12u8, 0..8u8).prop_map(|(tables, raw, twice)| {
        let mut seen = Vec::new();
        let mut items = Vec::new();
        for table in tables {
            if !seen.contains(&table[0].name) || twice == 0 {
                seen.push(table[0].name);
                let mut inner = Vec::new();
                items.extend(table.into_iter().filter(|item| {
                    let again = item.depth == 1 && inner.contains(&item.name);
                    inner.push(item.name);
                    !again || item.name.is_empty()
                }));
            }
        }
        if raw == 0 {
            items.push(Item::new("", Value::Raw(b"raw")));
        }
        items
    })
}

#[derive(Clone, Debug)]
struct Machine {
    stream: bool,
    footers: bool,
    private: bool,
    command: bool,
    devices: Vec<(&'static str, u32, Vec<Item<'static>>)>,
}

fn machines() -> impl Strategy<Value = Machine> {
    let device =
        (prop::sample::select(&DEVICES[..]), prop_oneof![3 => Just(0), 1 => Just(1u32)], inside());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, prop::collection::vec(device, 0..5)).prop_map(|(flags, devices)| {
        let (stream, footers, private, command) = flags;
        let mut seen = Vec::new();
        let devices = devices
            .into_iter()
            .filter(|(name, instance, _)| {
                let again = seen.contains(&(*name, *instance));
                seen.push((*name, *instance));
                !again
            })
            .collect();
        Machine { stream, footers, private, command, devices }
    })
}

impl Machine {
    fn tree<'m>(&self, memory: &'m mut [u8]) -> Tree<'m> {
        let layout = if self.stream { Layout::Stream } else { Layout::Native };
        let mut stage = Stage::on(memory, layout, self.footers);
        if self.private {
            let root = stage.tree.root();
            let private = stage::insert(&mut stage.tree, root, b"migcore.a", stage::device(0, 1));
            stage::insert(&mut stage.tree, private, b"a", stage::u8(1));
        }
        for (number, (name, instance, items)) in self.devices.iter().enumerate() {
            if self.command && number == 1 {
                stage.command(3, b"xy");
            }
            stage.device(name, *instance, items);
        }
        stage.done()
    }
}

/// Opens a buffer as a struct of its bytes.
#[derive(Debug)]
struct Whole;

impl Opens for Whole {
    fn open(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        let Value::Bytes(Extent::Fixed, data) = tree.value(node)? else {
            return Err(Code::WrongType);
        };
        let data = data.to_vec();
        tree.replace(node, Value::Struct(None))?;
        stage::insert(tree, node, b"whole", Value::Bytes(Extent::Fixed, &data));
        Ok(())
    }

    fn close(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        let inner = tree.child_by_name(node, b"whole", 0)?.ok_or(Code::WrongType)?;
        let second = tree.next_sibling(inner)?;
        let Value::Bytes(Extent::Fixed, data) = tree.value(inner)? else {
            return Err(Code::WrongType);
        };
        if second.is_some() || tree.value(node)? != Value::Struct(None) {
            return Err(Code::WrongType);
        }
        let data = data.to_vec();
        tree.remove(inner)?;
        tree.replace(node, Value::Bytes(Extent::Fixed, &data))
    }
}

fn rename_first(edit: &mut Edit<'_, '_>, from: &[u8], to: &[u8]) -> Result<u32> {
    let Some(first) = edit.tree.first_child(edit.scope)? else { return Ok(0) };
    match edit.tree.name(first)? == from {
        true => edit.tree.rename(first, to).map(|()| 1),
        false => Ok(0),
    }
}

fn device_name() -> impl Strategy<Value = DeviceName<'static>> {
    let text = ["a", "b", "p/a", "p/*", "*/b", "*", "q", "r", "r*", "", "p/*x", "migcore.a"];
    let instance = prop_oneof![Just(None), Just(Some(0)), Just(Some(1))];
    (prop::sample::select(text.to_vec()), instance)
        .prop_map(|(name, instance)| DeviceName { name, instance })
}

fn new_device() -> impl Strategy<Value = NewDevice<'static>> {
    (device_name(), after_device(), 4..6u32).prop_map(|(name, after, current)| {
        let versions = Versions { current, minimum: 1 };
        NewDevice { name, versions, oldest_reader: 5, after }
    })
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        2 => kind().prop_map(Form::Scalar),
        1 => (kind(), extent()).prop_map(|(kind, extent)| Form::Array(kind, extent)),
        1 => extent().prop_map(Form::Bytes),
    ]
}

fn names() -> impl Strategy<Value = &'static [&'static str]> {
    prop::collection::vec(name(), 0..4).prop_map(|mut names| {
        names.sort_unstable();
        names.dedup();
        if names.len() == 3 {
            names.swap(0, 2);
        }
        leak(names)
    })
}

fn place() -> impl Strategy<Value = Place<'static>> {
    (scope(), name(), after()).prop_map(|(scope, name, after)| Place { scope, name, after })
}

fn some<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.8, value)
}

/// A table with the name of its place, or none.
fn default() -> impl Strategy<Value = (Place<'static>, &'static [Item<'static>])> {
    (place(), table(Just(Marks::NONE)), 0..4u8).prop_map(|(place, mut items, none)| {
        items[0].name = place.name.as_bytes();
        (place, if none == 0 { &[][..] } else { leak(items) })
    })
}

fn steps() -> impl Strategy<Value = Step<'static>> {
    prop_oneof![
        (scope(), name(), name()).prop_map(|(scope, from, to)| Step::Rename { scope, from, to }),
        default().prop_map(|(place, items)| Step::Add { place, items }),
        default().prop_map(|(place, items)| Step::Drop { place, items }),
        (scope(), name(), form(), form()).prop_map(|(scope, name, from, to)| Step::Retype {
            scope,
            name,
            from,
            to
        }),
        (scope(), name(), some(leaf()), some(leaf()))
            .prop_map(|(scope, name, from, to)| Step::Set { scope, name, from, to }),
        maps(),
        (scope(), name(), 0..3u32, 0..8u64, some(0..4u64), some(0..4u64)).prop_map(
            |(scope, name, at, mask, from, to)| Step::Bits { scope, name, at, mask, from, to }
        ),
        (place(), place(), any::<bool>()).prop_map(|(from, to, same)| {
            let scope = if same { from.scope } else { to.scope };
            Step::Move { from, to: Place { scope, ..to } }
        }),
        wrappings().prop_map(Step::Wrap),
        wrappings().prop_map(Step::Unwrap),
        (device_name(), new_device(), names(), after())
            .prop_map(|(device, into, items, after)| Step::Split { device, into, items, after }),
        (device_name(), new_device(), names(), after())
            .prop_map(|(device, into, items, after)| Step::Merge { device, into, items, after }),
        (device_name(), device_name()).prop_map(|(from, to)| Step::RenameDevice { from, to }),
        (new_device(), some(content()))
            .prop_map(|(device, items)| Step::AddDevice { device, items }),
        (new_device(), some(content()))
            .prop_map(|(device, items)| Step::DropDevice { device, items }),
        (device_name(), 0..7u32).prop_map(|(device, to)| Step::SetVersion { device, from: 5, to }),
        (scope(), name()).prop_map(|(scope, name)| Step::Open { scope, name, inside: &Whole }),
        (scope(), name()).prop_map(|(scope, name)| Step::Close { scope, name, inside: &Whole }),
        (3..5u16, after_device()).prop_map(|(number, after)| Step::AddCommand {
            number,
            data: b"xy",
            after
        }),
        (3..5u16, after_device()).prop_map(|(number, after)| Step::DropCommand {
            number,
            data: b"xy",
            after
        }),
        any::<bool>().prop_map(|add| Step::Footers { add }),
        Just(Step::Call {
            up: Some(Hook(&|edit| rename_first(edit, b"a", b"A"))),
            down: Some(Hook(&|edit| rename_first(edit, b"A", b"a"))),
        }),
        heads(),
    ]
}

fn maps() -> impl Strategy<Value = Step<'static>> {
    let pairs = prop::collection::vec((0..3u64, 0..3u64), 0..4).prop_map(leak);
    let otherwise = prop::sample::select(&[Otherwise::Keep, Otherwise::Refuse][..]);
    (scope(), name(), pairs, any::<bool>(), otherwise).prop_map(
        |(scope, name, pairs, turned, otherwise)| Step::Map {
            scope,
            name,
            pairs,
            turned,
            otherwise,
        },
    )
}

fn wrappings() -> impl Strategy<Value = Wrapping<'static>> {
    (place(), scopes(), names(), after()).prop_map(|(place, value, items, after)| Wrapping {
        place,
        value,
        marks: Marks::NONE,
        items,
        after,
    })
}

/// The items of a device.
fn content() -> impl Strategy<Value = &'static [Item<'static>]> {
    prop::collection::vec(table(Just(Marks::NONE)), 0..2).prop_map(|tables| leak(tables.concat()))
}

/// Steps on the head of a stream.
fn heads() -> impl Strategy<Value = Step<'static>> {
    const MACHINE: Value<'_> = Value::Bytes(Extent::Variable, b"pc-7.2");
    const OTHER: Value<'_> = Value::Bytes(Extent::Variable, b"pc-6.2");
    const ITEMS: [Item<'_>; 3] = [
        Item::new("configuration", stage::STRUCT),
        Item::new("type", stage::u8(7)).inside(1),
        Item::new("machine", MACHINE).inside(1),
    ];
    let place = Place { scope: "qemu/0", name: "configuration", after: After::Name("version") };
    let (scope, name) = ("qemu/0.configuration", "machine");
    prop::sample::select(vec![
        Step::Drop { place, items: &ITEMS },
        Step::Drop { place: Place { after: After::End, ..place }, items: &ITEMS[..1] },
        Step::Set { scope, name, from: Some(MACHINE), to: Some(OTHER) },
        Step::Set { scope, name, from: None, to: Some(OTHER) },
    ])
}

/// What is at each path; of several the values in order. Places are left out.
fn values(tree: &Tree<'_>) -> BTreeMap<String, Vec<String>> {
    let mut values = BTreeMap::new();
    let mut devices = Devices::new(tree);
    while let Some(device) = devices.next(tree) {
        let Value::Device { instance, .. } = tree.value(device).unwrap() else { panic!() };
        let name = String::from_utf8_lossy(tree.name(device).unwrap());
        gather(tree, device, format!("{name}/{instance}"), &mut values);
    }
    values
}

fn gather(tree: &Tree<'_>, node: NodeId, path: String, values: &mut BTreeMap<String, Vec<String>>) {
    let text = match tree.value(node).unwrap() {
        Value::Device { versions, .. } => format!("device {}", versions.current),
        value => format!("{value:?} {:?}", tree.marks(node).unwrap()),
    };
    values.entry(path.clone()).or_default().push(text);
    let mut elements = 0;
    for child in tree.children(node).unwrap() {
        let name = String::from_utf8_lossy(tree.name(child).unwrap()).into_owned();
        let path = match tree.value(child).unwrap() {
            Value::Element => {
                elements += 1;
                format!("{path}[{}]", elements - 1)
            }
            _ => format!("{path}.{name}"),
        };
        gather(tree, child, path, values);
    }
}

/// Of all at the root but the library's own, whose place among them says nothing.
fn digests(tree: &Tree<'_>) -> Vec<[u8; 32]> {
    let all = tree.children(tree.root()).unwrap();
    let shown = all.filter(|node| !is_private(tree.name(*node).unwrap()));
    shown.map(|node| tree.digest(node, DigestOptions::default()).unwrap()).collect()
}

fn on(tree: &Tree<'_>, which: usize) -> On {
    let mut devices = Devices::new(tree);
    let all: Vec<NodeId> = std::iter::from_fn(|| devices.next(tree)).collect();
    match all.len() {
        0 => On::Machine,
        count if which.is_multiple_of(2) => On::Device(all[which % count]),
        _ => On::Machine,
    }
}

fn is_within(path: &str, lost: &str) -> bool {
    let rest = path.strip_prefix(lost);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn cases() -> u32 {
    let more = std::env::var("MIGCORE_CASES").ok().and_then(|cases| cases.parse().ok());
    8000 * more.unwrap_or(1)
}

/// The same step, made to fit an item that is there.
fn aimed(step: Step<'static>, tree: &Tree<'_>, which: usize) -> Step<'static> {
    let mut devices = Devices::new(tree);
    let mut items = Vec::new();
    while let Some(device) = devices.next(tree) {
        items.extend(tree.children(device).unwrap().filter(|item| tree.name(*item) != Ok(b"")));
    }
    if items.is_empty() || which.is_multiple_of(3) {
        return step;
    }
    let item = items[which % items.len()];
    let there = tree.name(item).unwrap();
    let Some(name) = NAMES.into_iter().find(|name| name.as_bytes() == there) else { return step };
    let scope = "*/*";
    let form = match tree.value(item).unwrap() {
        Value::Scalar(kind, _) => Some(Form::Scalar(kind)),
        Value::Array(kind, extent, _) => Some(Form::Array(kind, extent)),
        Value::Bytes(extent, _) => Some(Form::Bytes(extent)),
        _ => None,
    };
    match step {
        Step::Rename { to, .. } => Step::Rename { scope, from: name, to },
        Step::Retype { from, to, .. } => {
            Step::Retype { scope, name, from: form.unwrap_or(from), to }
        }
        Step::Map { pairs, turned, otherwise, .. } => {
            Step::Map { scope, name, pairs, turned, otherwise }
        }
        Step::Bits { at, mask, from, to, .. } => Step::Bits { scope, name, at, mask, from, to },
        Step::Drop { place, items } => {
            let named = items.len() < 2;
            let place = Place { scope, name, ..place };
            Step::Drop { place, items: if named { &[] } else { items } }
        }
        Step::Move { from, to } => Step::Move { from: Place { scope, name, ..from }, to },
        Step::Wrap(wrapping) => {
            let place = Place { scope, ..wrapping.place };
            Step::Wrap(Wrapping { place, ..wrapping })
        }
        Step::Open { inside, .. } => Step::Open { scope, name, inside },
        other => other,
    }
}

/// Memory for trees.
struct Blocks<'b>(std::slice::IterMut<'b, Vec<u8>>);

impl<'b> Blocks<'b> {
    fn next(&mut self) -> &'b mut [u8] {
        self.0.next().unwrap()
    }
}

/// Counts what was done, so that none of the steps is only ever refused.
type Tally = BTreeMap<(&'static str, bool), u32>;

fn note(tally: &mut Tally, step: &Step<'_>, lossy: bool) {
    *tally.entry((step.text(), lossy)).or_default() += 1;
}

/// Applies a step, and goes back and there again.
fn check(
    tree: &mut Tree<'_>,
    on: On,
    step: &Step<'_>,
    blocks: &mut Blocks<'_>,
    tally: &mut Tally,
) -> core::result::Result<bool, TestCaseError> {
    let before = lines(tree);
    let (digests_before, values_before) = (digests(tree), values(tree));
    let mut there = Book::on(blocks.next());
    let done = apply(tree, on, step, &mut there);
    let changed = lines(tree);
    let Ok(touched) = done else {
        prop_assert_eq!(changed, before);
        return Ok(false);
    };
    prop_assert!(touched > 0 || changed == before);
    let losses = there.told.clone();
    if touched > 0 {
        note(tally, step, !losses.is_empty());
    }

    // Without what was lost.
    let mut without = Tree::new(blocks.next()).unwrap();
    tree.compact_into(&mut without).unwrap();
    if on == On::Machine {
        let back = apply(&mut without, on, &step.inverse(), &mut Book::on(blocks.next()));
        if losses.is_empty() {
            prop_assert_eq!(&lines(&without), &before, "{:?}", back);
            prop_assert_eq!(back.ok(), Some(touched));
        } else if back.is_ok() {
            let mut expected = values_before;
            let mut found = values(&without);
            for loss in losses.iter().filter(|loss| loss.what != What::Order) {
                expected.retain(|path, _| !is_within(path, &loss.whole));
                found.retain(|path, _| !is_within(path, &loss.whole));
            }
            prop_assert_eq!(found, expected, "{:?}", losses);
        }
    }

    // With it.
    let mut back = Book::on(blocks.next()).giving(there);
    let undone = apply(tree, on, &step.inverse(), &mut back);
    prop_assert!(undone.is_ok(), "{:?} {:?}", undone, losses);
    prop_assert_eq!(&lines(tree), &before, "{:?}", losses);
    prop_assert_eq!(digests(tree), digests_before);
    prop_assert!(back.is_used_up(), "{:?}", losses);

    // And there again.
    let mut again = Book::on(blocks.next()).giving(back);
    let redone = apply(tree, on, step, &mut again);
    prop_assert_eq!(redone.ok(), Some(touched));
    prop_assert_eq!(lines(tree), changed);
    prop_assert!(again.is_used_up());
    Ok(true)
}

#[test]
fn there_and_back() {
    let config =
        ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) };
    let tally = RefCell::new(Tally::new());
    let mut runner = TestRunner::new(config);
    let done = runner.run(&(machines(), steps(), 0..1000usize), |(machine, step, which)| {
        let mut memory: [Vec<u8>; 12] = std::array::from_fn(|_| vec![0; BLOCK]);
        let mut blocks = Blocks(memory.iter_mut());
        let tally = &mut *tally.borrow_mut();
        let mut tree = machine.tree(blocks.next());
        let step = aimed(step, &tree, which);
        let on = on(&tree, which);
        if check(&mut tree, on, &step, &mut blocks, tally)? {
            // What came of it is where the way back begins.
            check(&mut tree, on, &step.inverse(), &mut blocks, tally)?;
        }
        Ok(())
    });
    done.unwrap();
    for (text, lossy) in DONE {
        let count = tally.borrow().get(&(text, lossy)).copied().unwrap_or(0);
        assert!(count > 0, "{text}, with losses: {lossy}: {:?}", tally.borrow());
    }
}

/// What is to happen at least once, and whether something is lost by it.
const DONE: [(&str, bool); 34] = [
    ("rename", false),
    ("add", false),
    ("drop", false),
    ("drop", true),
    ("retype", false),
    ("set", false),
    ("set", true),
    ("map", false),
    ("map", true),
    ("bits", false),
    ("bits", true),
    ("move", false),
    ("move", true),
    ("wrap", false),
    ("wrap", true),
    ("unwrap", false),
    ("unwrap", true),
    ("split", false),
    ("split", true),
    ("merge", false),
    ("merge", true),
    ("rename device", false),
    ("add device", false),
    ("drop device", false),
    ("drop device", true),
    ("set version", false),
    ("set version", true),
    ("open", false),
    ("close", false),
    ("add command", false),
    ("drop command", false),
    ("drop command", true),
    ("footers", false),
    ("call", false),
];
