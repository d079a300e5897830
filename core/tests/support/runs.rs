//! States that are visited item by item, or in runs as far as their items make some.

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

use std::cell::Cell;

use crate::writer::Random;
use migcore::codec::chunk::ShapeWriter;
use migcore::visit::{
    Description, Elements, Extent, Flags, Kind, Member, Packed, Scalar, Scope, ScopeKind, Slots,
    Versions, Visitor,
};
use migcore::Result;
use proptest::prelude::*;

/// How a state is visited.
#[derive(Clone, Copy)]
pub enum Way<'c> {
    /// Item by item.
    Single,
    /// In runs; those that a wire takes at once are counted.
    Packed(&'c Cell<u32>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub instance: u32,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Scalar(Kind, u64),
    Array(Kind, Vec<u64>),
    Bytes(Vec<u8>),
    Struct(Option<u32>, Vec<Item>),
    List(Vec<Vec<Item>>),
    /// What no run holds.
    Optional(Vec<Item>),
}

const VERSIONS: Versions = Versions { current: 1, minimum: 1 };

/// Visits devices, up to the first error.
pub fn visit(devices: &mut [Device], v: &mut Visitor<'_>, way: Way<'_>) -> Result<()> {
    devices.iter_mut().try_for_each(|device| {
        v.device("dev", device.instance, VERSIONS, |v| visit_items(&mut device.items, v, way))
    })
}

fn visit_items(items: &mut [Item], v: &mut Visitor<'_>, way: Way<'_>) -> Result<()> {
    let mut rest = items;
    while !rest.is_empty() {
        let length = rest.iter().take_while(|item| item.is_fixed()).count();
        let (run, behind) = rest.split_at_mut(length.max(1));
        match way {
            Way::Packed(taken) if length > 0 && visit_run(run, v)? => taken.set(taken.get() + 1),
            _ => run.iter_mut().try_for_each(|item| item.visit(v, way))?,
        }
        rest = behind;
    }
    Ok(())
}

/// Visits items at once, if the wire takes them so.
fn visit_run(items: &mut [Item], v: &mut Visitor<'_>) -> Result<bool> {
    let mut shape = vec![0; 1 << 16];
    let mut run = Run { shape: ShapeWriter::new(&mut shape), ..Run::default() };
    items.iter().for_each(|item| item.put(&mut run));
    let Run { shape: writer, lists, values, depth, flags, .. } = run;
    let used = writer.length();
    let packed =
        Packed { length: values.len(), depth, shape: &shape[..used], lists: &lists, ends: &[] };
    if !v.is_loading() {
        let mut rest = &values[..];
        return v.save_packed(&packed, &mut |place, _| {
            let (piece, behind) = rest.split_at(place.len());
            place.copy_from_slice(piece);
            rest = behind;
        });
    }
    let mut loaded = Vec::new();
    let taken = v.load_packed(&packed, &mut |piece, exact, _| {
        let mut flags = piece.iter().zip(&flags[loaded.len()..]);
        if exact == Flags::Exact && flags.any(|(byte, flag)| *flag && *byte > 1) {
            return false;
        }
        loaded.extend_from_slice(piece);
        true
    })?;
    if taken {
        assert_eq!(loaded.len(), values.len());
        let mut rest = &loaded[..];
        items.iter_mut().for_each(|item| item.get(&mut rest));
    }
    Ok(taken)
}

struct Run<'m> {
    shape: ShapeWriter<'m>,
    lists: Vec<[u8; 8]>,
    values: Vec<u8>,
    /// Which bytes of the values are bools.
    flags: Vec<bool>,
    open: usize,
    depth: usize,
    /// Within the second and later elements of a list.
    repeats: bool,
}

impl Default for Run<'_> {
    fn default() -> Self {
        Run {
            shape: ShapeWriter::new(&mut []),
            lists: Vec::new(),
            values: Vec::new(),
            flags: Vec::new(),
            open: 0,
            depth: 0,
            repeats: false,
        }
    }
}

impl Run<'_> {
    fn member(&mut self, name: &str, member: &Member<'_>) {
        if !self.repeats {
            self.shape.put(name.as_bytes(), member);
        }
    }

    fn value(&mut self, kind: Kind, bits: u64) {
        self.values.extend(&bits.to_be_bytes()[8 - kind.width().bytes()..]);
        self.flags.resize(self.values.len(), kind == Kind::Bool);
    }

    fn begin(&mut self) {
        self.open += 1;
        self.depth = self.depth.max(self.open);
    }
}

fn all_fixed(items: &[Item]) -> bool {
    items.iter().all(Item::is_fixed)
}

fn without_lists(items: &[Item]) -> bool {
    items.iter().all(|item| match &item.what {
        What::List(_) => false,
        What::Struct(_, items) => without_lists(items),
        _ => true,
    })
}

impl Item {
    fn is_fixed(&self) -> bool {
        match &self.what {
            What::Struct(_, items) => all_fixed(items),
            What::List(elements) => match elements.first() {
                None => true,
                Some(first) => {
                    let alike = |items: &Vec<Item>| {
                        items.len() == first.len()
                            && items.iter().zip(first).all(|(one, other)| one.is_like(other))
                    };
                    all_fixed(first) && without_lists(first) && elements.iter().all(alike)
                }
            },
            What::Optional(_) => false,
            _ => true,
        }
    }

    /// Whether it is of the same form.
    fn is_like(&self, other: &Item) -> bool {
        let mut emptied = self.clone();
        emptied.what.empty();
        let mut other = other.clone();
        other.what.empty();
        emptied == other
    }

    fn put(&self, run: &mut Run<'_>) {
        let name = &self.name;
        match &self.what {
            What::Scalar(kind, bits) => {
                run.member(name, &Member::Scalar(*kind));
                run.value(*kind, *bits);
            }
            What::Array(kind, values) => {
                run.member(name, &Member::Array(*kind, values.len() as u32));
                values.iter().for_each(|bits| run.value(*kind, *bits));
            }
            What::Bytes(bytes) => {
                run.member(name, &Member::Bytes(bytes.len() as u32));
                bytes.iter().for_each(|byte| run.value(Kind::U8, u64::from(*byte)));
            }
            What::Struct(version, items) => {
                run.member(name, &Member::Begin(Scope::Struct(version.map(description))));
                run.begin();
                items.iter().for_each(|item| item.put(run));
                run.open -= 1;
                run.member("", &Member::End);
            }
            What::List(elements) => {
                let count = elements.len();
                let scope = Scope::List { extent: Extent::Fixed, count };
                run.member(name, &Member::Begin(scope));
                run.begin();
                if count > 0 {
                    let list = Elements { at: run.values.len() as u32, count: count as u32 };
                    run.lists.push(list.to_bytes());
                }
                for items in elements {
                    run.member("", &Member::Begin(Scope::Element));
                    items.iter().for_each(|item| item.put(run));
                    run.member("", &Member::End);
                    run.repeats = true;
                }
                run.repeats = false;
                run.open -= 1;
                run.member("", &Member::End);
            }
            What::Optional(_) => panic!("in no run"),
        }
    }

    fn get(&mut self, rest: &mut &[u8]) {
        match &mut self.what {
            What::Scalar(kind, bits) => *bits = value(*kind, rest),
            What::Array(kind, values) => {
                values.iter_mut().for_each(|bits| *bits = value(*kind, rest));
            }
            What::Bytes(bytes) => {
                bytes.iter_mut().for_each(|byte| *byte = value(Kind::U8, rest) as u8);
            }
            What::Struct(_, items) => items.iter_mut().for_each(|item| item.get(rest)),
            What::List(elements) => {
                elements.iter_mut().flatten().for_each(|item| item.get(rest));
            }
            What::Optional(_) => panic!("in no run"),
        }
    }

    fn visit(&mut self, v: &mut Visitor<'_>, way: Way<'_>) -> Result<()> {
        let name = self.name.as_str();
        match &mut self.what {
            What::Scalar(kind, bits) => scalar(v, name, *kind, bits),
            What::Array(kind, values) => array(v, name, *kind, values),
            What::Bytes(bytes) => v.bytes(name, bytes),
            What::Struct(version, items) => {
                v.begin(&name, Scope::Struct(version.map(description)))?;
                visit_items(items, v, way)?;
                v.end(ScopeKind::Struct)
            }
            What::List(elements) => {
                v.list(name, elements.len(), |v, at| visit_items(&mut elements[at], v, way))
            }
            What::Optional(items) => {
                let mut present = true;
                v.begin_optional(&name, &mut present)?;
                if present {
                    visit_items(items, v, way)?;
                }
                v.end(ScopeKind::Optional)
            }
        }
    }
}

fn description(version: u32) -> Description<'static> {
    Description { name: b"part", versions: Versions::only(version) }
}

fn value(kind: Kind, rest: &mut &[u8]) -> u64 {
    let (bytes, behind) = rest.split_at(kind.width().bytes());
    *rest = behind;
    let bits = bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
    if kind == Kind::Bool {
        return u64::from(bits != 0);
    }
    bits
}

fn scalar(v: &mut Visitor<'_>, name: &str, kind: Kind, bits: &mut u64) -> Result<()> {
    macro_rules! of {
        ($($kind:ident $type:ty),*) => {
            match kind {
                $(Kind::$kind => {
                    let mut value = <$type as Scalar>::from_wire_bits(*bits);
                    let done = v.visit(name, &mut value);
                    *bits = value.to_wire_bits();
                    done
                })*
            }
        };
    }
    of!(Bool bool, U8 u8, U16 u16, U32 u32, U64 u64, I8 i8, I16 i16, I32 i32, I64 i64, F32 f32, F64 f64)
}

fn array(v: &mut Visitor<'_>, name: &str, kind: Kind, values: &mut [u64]) -> Result<()> {
    let width = kind.width().bytes();
    let mut bytes: Vec<u8> = Vec::new();
    // Where the value is among the bytes of its bits, in the machine's order.
    let held = if cfg!(target_endian = "big") { 8 - width..8 } else { 0..width };
    for bits in &*values {
        bytes.extend(&bits.to_ne_bytes()[held.clone()]);
    }
    if !v.is_loading() {
        return v.save_array(&name, kind, Extent::Fixed, &bytes);
    }
    let done = v.load_array(&name, kind, Extent::Fixed, Slots::Bytes(&mut bytes));
    for (bits, bytes) in values.iter_mut().zip(bytes.chunks(width)) {
        let mut whole = [0; 8];
        whole[held.clone()].copy_from_slice(bytes);
        *bits = u64::from_ne_bytes(whole);
    }
    done.map(|_| ())
}

impl What {
    fn empty(&mut self) {
        match self {
            What::Scalar(_, bits) => *bits = 0,
            What::Array(_, values) => values.fill(0),
            What::Bytes(bytes) => bytes.fill(0),
            What::Struct(_, items) | What::Optional(items) => {
                items.iter_mut().for_each(|item| item.what.empty());
            }
            What::List(elements) => {
                elements.iter_mut().flatten().for_each(|item| item.what.empty());
            }
        }
    }
}

impl Device {
    /// A device to load into.
    pub fn emptied(&self) -> Self {
        let mut device = self.clone();
        device.items.iter_mut().for_each(|item| item.what.empty());
        device
    }

    /// Some fields, the last of which is a flag.
    pub fn of_flags() -> Self {
        let item = |name: &str, what| Item { name: name.to_owned(), what };
        let items = vec![
            item("control", What::Scalar(Kind::U32, 7)),
            item("flags", What::Array(Kind::Bool, vec![1, 0, 1])),
            item("enabled", What::Scalar(Kind::Bool, 1)),
        ];
        Device { instance: 0, items }
    }

    /// Makes it one that reads something else than was written.
    pub fn change(&mut self, random: &mut Random) {
        let length = self.items.len() as u32;
        let mut at = || random.below(length.max(1)) as usize;
        let (one, other) = (at(), at());
        match random.below(5) {
            _ if length == 0 => {}
            0 => self.items.swap(one, other),
            1 => drop(self.items.remove(one)),
            2 => {
                let item = self.items[other].clone();
                self.items.insert(one, item);
            }
            3 => self.items[one].name.push('x'),
            _ => {
                if let What::Scalar(kind, _) = &mut self.items[one].what {
                    *kind = Kind::ALL[random.below(11) as usize];
                }
            }
        }
    }
}

fn bits(kind: Kind) -> BoxedStrategy<u64> {
    let width = kind.width().bytes();
    // Signalling NaNs do not survive every processor's moves.
    let most = match kind {
        Kind::Bool => 1,
        Kind::F32 | Kind::F64 => 0x7fff,
        _ => u64::MAX >> (64 - 8 * width),
    };
    (0..=most).boxed()
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(
        &["a", "head", "tail", "control", "a_name_of_more_than_32_bytes_is_long"][..],
    )
    .prop_map(str::to_owned)
}

fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

fn leaf() -> impl Strategy<Value = What> {
    prop_oneof![
        8 => kind().prop_flat_map(|kind| bits(kind).prop_map(move |bits| What::Scalar(kind, bits))),
        1 => (kind(), 0..40usize).prop_flat_map(|(kind, count)| {
            proptest::collection::vec(bits(kind), count)
                .prop_map(move |values| What::Array(kind, values))
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..80).prop_map(What::Bytes),
    ]
}

fn item(what: impl Strategy<Value = What>) -> impl Strategy<Value = Item> {
    (name(), what).prop_map(|(name, what)| Item { name, what })
}

/// The same items with other values, now and then with an item less.
fn varied(items: Vec<Item>, seeds: &[u64]) -> Vec<Vec<Item>> {
    let with = |seed: &u64| {
        let mut items = items.clone();
        let mut random = Random(seed | 1);
        items.iter_mut().for_each(|item| item.what.vary(&mut random));
        if random.below(16) == 0 {
            items.pop();
        }
        items
    };
    seeds.iter().map(with).collect()
}

impl What {
    fn vary(&mut self, random: &mut Random) {
        match self {
            What::Scalar(_, bits) => *bits ^= u64::from(random.below(2)),
            What::Array(_, values) => {
                values.iter_mut().for_each(|bits| *bits ^= u64::from(random.below(2)));
            }
            What::Bytes(bytes) => bytes.iter_mut().for_each(|byte| *byte ^= 0x55),
            What::Struct(_, items) | What::Optional(items) => {
                items.iter_mut().for_each(|item| item.what.vary(random));
            }
            What::List(elements) => {
                elements.iter_mut().flatten().for_each(|item| item.what.vary(random));
            }
        }
    }
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let any_item = item(leaf()).prop_recursive(5, 60, 8, |inner| {
        let items = || proptest::collection::vec(inner.clone(), 0..6);
        item(prop_oneof![
            3 => (proptest::option::of(0..3u32), items())
                .prop_map(|(version, items)| What::Struct(version, items)),
            3 => (items(), proptest::collection::vec(any::<u64>(), 0..12))
                .prop_map(|(items, seeds)| What::List(varied(items, &seeds))),
            1 => items().prop_map(What::Optional),
        ])
    });
    proptest::collection::vec(any_item, 0..12)
}

/// Devices, most of which look alike.
pub fn devices() -> impl Strategy<Value = Vec<Device>> {
    let alike = (items(), proptest::collection::vec(any::<u64>(), 1..5))
        .prop_map(|(items, seeds)| varied(items, &seeds));
    proptest::collection::vec(alike, 1..3).prop_map(|devices| {
        let numbered = devices.into_iter().flatten().zip(0..);
        numbered.map(|(items, instance)| Device { instance, items }).collect()
    })
}
