//! Machines and steps, drawn at random.

#![allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use crate::stage::{self, Layout, Stage};
use migcore::compat::{
    After, DeviceName, Edit, Form, Hook, Item, NewDevice, Opens, Otherwise, Place, Step, Wrapping,
};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Versions};
use migcore::{Code, Result};
use proptest::prelude::*;

pub const NAMES: [&str; 5] = ["a", "b", "c", "d.e", "x"];
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
pub struct Machine {
    stream: bool,
    footers: bool,
    private: bool,
    command: bool,
    devices: Vec<(&'static str, u32, Vec<Item<'static>>)>,
}

pub fn machines() -> impl Strategy<Value = Machine> {
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
    pub fn tree<'m>(&self, memory: &'m mut [u8]) -> Tree<'m> {
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

pub fn steps() -> impl Strategy<Value = Step<'static>> {
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
