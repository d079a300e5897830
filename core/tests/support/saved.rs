//! Everything that can be saved, as a value: devices with items of every kind.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fmt::Write;

use migcore::visit::{Description, Extent, Kind, Marks, Scope, ScopeKind, Versions, Visitor};
use migcore::Result;
use proptest::prelude::*;

/// A device and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    pub name: String,
    pub instance: u32,
    pub version: u32,
    pub oldest_reader: u32,
    pub marks: u32,
    pub items: Vec<Item>,
}

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub marks: u32,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Scalar(Kind, u64),
    /// Elements as bits.
    Array(Kind, Extent, Vec<u64>),
    Bytes(Extent, Vec<u8>),
    Text(String),
    Absent,
    Raw(Vec<u8>),
    Struct(Option<(String, u32)>, Vec<Item>),
    List(Extent, Vec<Vec<Item>>),
    Optional(Option<Vec<Item>>),
    Subsection(u32, Vec<Item>),
    Device(u32, u32, u32, Vec<Item>),
}

fn marks(bits: u32) -> Marks {
    Marks::from_bits(bits).unwrap()
}

/// The bytes of elements in the machine's order.
pub fn elements(kind: Kind, values: &[u64]) -> Vec<u8> {
    let width = kind.width().bytes();
    let native = |bits: &u64| match width {
        1 => (*bits as u8).to_ne_bytes().to_vec(),
        2 => (*bits as u16).to_ne_bytes().to_vec(),
        4 => (*bits as u32).to_ne_bytes().to_vec(),
        _ => bits.to_ne_bytes().to_vec(),
    };
    values.iter().flat_map(native).collect()
}

pub fn save(devices: &[Device], v: &mut Visitor<'_>) -> Result<()> {
    devices.iter().try_for_each(|device| {
        v.mark(marks(device.marks))?;
        v.set_oldest_reader(device.oldest_reader)?;
        let versions = Versions::only(device.version);
        v.begin(&device.name.as_str(), Scope::Device { instance: device.instance, versions })?;
        save_items(&device.items, v)?;
        v.end(ScopeKind::Device)
    })
}

pub fn save_items(items: &[Item], v: &mut Visitor<'_>) -> Result<()> {
    items.iter().try_for_each(|item| item.save(v))
}

impl Item {
    fn save(&self, v: &mut Visitor<'_>) -> Result<()> {
        let name = &self.name.as_str();
        if !matches!(self.what, What::Raw(_)) {
            v.mark(marks(self.marks))?;
        }
        match &self.what {
            What::Scalar(kind, bits) => save_scalar(v, name, *kind, *bits),
            What::Array(kind, extent, values) => {
                v.save_array(name, *kind, *extent, &elements(*kind, values))
            }
            What::Bytes(extent, data) => v.save_bytes(name, *extent, data),
            What::Text(text) => v.save_text(name, text),
            What::Absent => v.null(name),
            What::Raw(bytes) => v.put_raw(bytes),
            What::Struct(description, items) => {
                let described = description.as_ref().map(|(name, version)| Description {
                    name: name.as_bytes(),
                    versions: Versions::only(*version),
                });
                v.begin(name, Scope::Struct(described))?;
                save_items(items, v)?;
                v.end(ScopeKind::Struct)
            }
            What::List(extent, lists) => {
                v.begin(name, Scope::List { extent: *extent, count: lists.len() })?;
                for items in lists {
                    v.begin_element()?;
                    save_items(items, v)?;
                    v.end_element()?;
                }
                v.end(ScopeKind::List)
            }
            What::Optional(items) => {
                v.begin(name, Scope::Optional { present: items.is_some() })?;
                save_items(items.as_deref().unwrap_or_default(), v)?;
                v.end(ScopeKind::Optional)
            }
            What::Subsection(version, items) => {
                v.begin(name, Scope::Subsection { version: *version })?;
                save_items(items, v)?;
                v.end(ScopeKind::Subsection)
            }
            What::Device(instance, version, reader, items) => {
                v.set_oldest_reader(*reader)?;
                let versions = Versions::only(*version);
                v.begin(name, Scope::Device { instance: *instance, versions })?;
                save_items(items, v)?;
                v.end(ScopeKind::Device)
            }
        }
    }
}

/// Saves a scalar of any kind.
fn save_scalar(v: &mut Visitor<'_>, name: &&str, kind: Kind, bits: u64) -> Result<()> {
    macro_rules! of {
        ($type:ty) => {{
            let mut value = <$type as migcore::visit::Scalar>::from_wire_bits(bits);
            v.scalar(name, &mut value)
        }};
    }
    match kind {
        Kind::Bool => of!(bool),
        Kind::U8 => of!(u8),
        Kind::U16 => of!(u16),
        Kind::U32 => of!(u32),
        Kind::U64 => of!(u64),
        Kind::I8 => of!(i8),
        Kind::I16 => of!(i16),
        Kind::I32 => of!(i32),
        Kind::I64 => of!(i64),
        Kind::F32 => of!(f32),
        Kind::F64 => of!(f64),
    }
}

/// The lines that the second reader prints for these devices.
pub fn lines(devices: &[Device]) -> String {
    let mut out = String::new();
    for device in devices {
        writeln!(
            out,
            "device {} instance {} version {} reader {} marks {}",
            quoted(device.name.as_bytes()),
            device.instance,
            device.version,
            device.oldest_reader,
            device.marks
        )
        .unwrap();
        item_lines(&device.items, &mut out);
        out.push_str("end\n");
    }
    out
}

fn item_lines(items: &[Item], out: &mut String) {
    let mut raw: Option<Vec<u8>> = None;
    for item in items {
        if let What::Raw(bytes) = &item.what {
            if raw.is_some() || !bytes.is_empty() {
                raw.get_or_insert_default().extend(bytes);
            }
            continue;
        }
        raw_line(raw.take(), out);
        item.lines(out);
    }
    raw_line(raw, out);
}

fn raw_line(raw: Option<Vec<u8>>, out: &mut String) {
    if let Some(bytes) = raw {
        writeln!(out, "raw = {}", hex(&bytes)).unwrap();
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn quoted(name: &[u8]) -> String {
    let shown = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\x{byte:02x}"),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    format!("\"{}\"", name.iter().copied().map(shown).collect::<String>())
}

pub fn extent_text(extent: Extent) -> &'static str {
    match extent {
        Extent::Fixed => "fixed",
        Extent::Variable => "variable",
    }
}

pub fn big_endian(kind: Kind, bits: u64) -> String {
    hex(&bits.to_be_bytes()[8 - kind.width().bytes()..])
}

impl Item {
    fn lines(&self, out: &mut String) {
        let (name, marks) = (quoted(self.name.as_bytes()), self.marks);
        match &self.what {
            What::Scalar(kind, bits) => {
                let value = big_endian(*kind, *bits);
                writeln!(out, "{} {name} marks {marks} = {value}", kind.text())
            }
            What::Array(kind, extent, values) => {
                let values: String = values.iter().map(|bits| big_endian(*kind, *bits)).collect();
                let extent = extent_text(*extent);
                writeln!(out, "array {} {extent} {name} marks {marks} = {values}", kind.text())
            }
            What::Bytes(extent, data) => {
                let extent = extent_text(*extent);
                writeln!(out, "bytes {extent} {name} marks {marks} = {}", hex(data))
            }
            What::Text(text) => {
                writeln!(out, "text {name} marks {marks} = {}", hex(text.as_bytes()))
            }
            What::Absent => writeln!(out, "absent {name} marks {marks}"),
            What::Raw(_) => Ok(()),
            What::Struct(None, _) => writeln!(out, "struct {name} marks {marks}"),
            What::Struct(Some((description, version)), _) => writeln!(
                out,
                "struct {name} described {} version {version} marks {marks}",
                quoted(description.as_bytes())
            ),
            What::List(extent, lists) => {
                let (extent, count) = (extent_text(*extent), lists.len());
                writeln!(out, "list {extent} {count} {name} marks {marks}")
            }
            What::Optional(items) => {
                let there = if items.is_some() { "present" } else { "absent" };
                writeln!(out, "optional {name} {there} marks {marks}")
            }
            What::Subsection(version, _) => {
                writeln!(out, "subsection {name} version {version} marks {marks}")
            }
            What::Device(instance, version, reader, _) => writeln!(
                out,
                "device {name} instance {instance} version {version} reader {reader} marks {marks}"
            ),
        }
        .unwrap();
        match &self.what {
            What::Struct(_, items) | What::Subsection(_, items) | What::Device(_, _, _, items) => {
                item_lines(items, out)
            }
            What::Optional(items) => item_lines(items.as_deref().unwrap_or_default(), out),
            What::List(_, lists) => {
                for items in lists {
                    out.push_str("element\n");
                    item_lines(items, out);
                    out.push_str("end\n");
                }
            }
            _ => return,
        }
        out.push_str("end\n");
    }
}

/// A small number of names, so that they repeat and shapes agree.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => proptest::sample::select(&["a", "head", "tail", "control", "x\"\\ y", "é"][..])
            .prop_map(str::to_owned),
        1 => Just(String::new()),
        1 => "[a-z]{20,60}",
    ]
}

fn bits(kind: Kind) -> BoxedStrategy<u64> {
    let width = kind.width().bytes();
    let most = if kind == Kind::Bool { 1 } else { u64::MAX >> (64 - 8 * width) };
    (0..=most).boxed()
}

fn extent() -> impl Strategy<Value = Extent> {
    prop_oneof![Just(Extent::Fixed), Just(Extent::Variable)]
}

fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

fn leaf() -> impl Strategy<Value = What> {
    let data = || proptest::collection::vec(any::<u8>(), 0..80);
    prop_oneof![
        8 => kind().prop_flat_map(|kind| bits(kind).prop_map(move |bits| What::Scalar(kind, bits))),
        1 => (kind(), extent(), 0..60usize).prop_flat_map(|(kind, extent, count)| {
            let values = proptest::collection::vec(bits(kind), count);
            values.prop_map(move |values| What::Array(kind, extent, values))
        }),
        1 => (extent(), data()).prop_map(|(extent, data)| What::Bytes(extent, data)),
        1 => "\\PC{0,12}".prop_map(What::Text),
        1 => Just(What::Absent),
        1 => data().prop_map(What::Raw),
    ]
}

fn item(what: impl Strategy<Value = What>) -> impl Strategy<Value = Item> {
    let marks = prop_oneof![6 => Just(0u32), 1 => 1..32u32];
    (name(), marks, what).prop_map(|(name, marks, what)| match what {
        // Raw bytes have neither name nor marks.
        What::Raw(_) => Item { name: String::new(), marks: 0, what },
        _ => Item { name, marks, what },
    })
}

/// Other values in the same form, now and then with an item less.
fn varied(items: Vec<Item>, seeds: Vec<u64>) -> Vec<Vec<Item>> {
    let with = |seed: u64| {
        let mut items = items.clone();
        for (at, item) in items.iter_mut().enumerate() {
            if let What::Scalar(kind, bits) = &mut item.what {
                let width = kind.width().bytes();
                let most = if *kind == Kind::Bool { 1 } else { u64::MAX >> (64 - 8 * width) };
                *bits = seed.wrapping_mul(at as u64 + 3) & most;
            }
        }
        match (seed % 4, items.len()) {
            (0, length) if length > 0 => {
                items.remove(seed as usize / 4 % length);
            }
            _ => {}
        }
        items
    };
    seeds.into_iter().map(with).collect()
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let any_item = item(leaf()).prop_recursive(5, 60, 8, |inner| {
        let items = || proptest::collection::vec(inner.clone(), 0..6);
        let what = prop_oneof![
            2 => items().prop_map(|items| What::Struct(None, items)),
            1 => (name(), 0..9u32, items())
                .prop_map(|(name, version, items)| What::Struct(Some((name, version)), items)),
            2 => (extent(), items(), proptest::collection::vec(any::<u64>(), 0..12))
                .prop_map(|(extent, items, seeds)| What::List(extent, varied(items, seeds))),
            1 => (extent(), proptest::collection::vec(items(), 0..5))
                .prop_map(|(extent, lists)| What::List(extent, lists)),
            2 => proptest::option::of(items()).prop_map(What::Optional),
            1 => (0..9u32, items()).prop_map(|(version, items)| What::Subsection(version, items)),
            1 => (0..9u32, 3..9u32, 0..4u32, items()).prop_map(|(instance, version, reader, items)| {
                What::Device(instance, version, reader, items)
            }),
        ];
        item(what)
    });
    proptest::collection::vec(any_item, 0..10)
}

/// Devices, some of which look alike.
pub fn devices() -> impl Strategy<Value = Vec<Device>> {
    let device = (name(), 0..8u32, 0..5u32, 0..32u32, items(), 1..4u32).prop_map(
        |(name, version, newer, marks, items, times)| {
            let alike = |_| Device {
                name: name.clone(),
                instance: 0,
                version: version + newer,
                oldest_reader: version,
                marks,
                items: items.clone(),
            };
            (0..times).map(alike).collect::<Vec<_>>()
        },
    );
    proptest::collection::vec(device, 1..4).prop_map(|devices| {
        let numbered = devices.into_iter().flatten().zip(0..);
        numbered.map(|(device, instance)| Device { instance, ..device }).collect()
    })
}
