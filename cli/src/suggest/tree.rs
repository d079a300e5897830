//! A side from the tree of a stream.

use migcore::codec::vmdesc::{self, Content, Nested};
use migcore::compat::{is_private, machine_version, stream, Devices};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Extent, Kind};
use migcore::Result;

use super::shape::{Command, Device, Form, Shape, Side, Stream};
use crate::transform::load::Origins;

/// What a tree holds.
///
/// # Errors
/// Those of the tree.
pub(super) fn side(tree: &Tree<'_>, origins: &Origins) -> Result<Side> {
    let machine = machine_version(tree)?.map(|version| version.to_string());
    let whole = stream(tree);
    let mut devices = Vec::new();
    let mut cursor = Devices::new(tree);
    while let Some(node) = cursor.next(tree) {
        if !is_private(tree.name(node)?) {
            devices.push(device(tree, origins, node)?);
        }
    }
    let stream = whole.map(|node| around(tree, origins, node)).transpose()?;
    Ok(Side { machine, stream, devices, valued: true, types: false })
}

fn device(tree: &Tree<'_>, origins: &Origins, node: NodeId) -> Result<Device> {
    let (instance, versions) = match tree.value(node)? {
        Value::Device { instance, versions, oldest_reader } => {
            (instance, [versions.current, versions.minimum, oldest_reader])
        }
        _ => (0, [0; 3]),
    };
    let entry = origins.entries.get(&node).zip(origins.vmdesc.as_ref());
    let entry = entry.and_then(|(entry, vmdesc)| vmdesc.devices.get(*entry));
    let description = match entry.map(|entry| &entry.content) {
        Some(Content::Described(description)) => Some(description),
        _ => None,
    };
    let inside = children(tree, origins, node, description)?;
    let unknown = inside.iter().any(|item| matches!(item.form, Form::Raw(_)));
    let described = description.map(|description| description.name.clone()).unwrap_or_default();
    let record = tree.parent(node)?.map(|record| tree.name(record)).transpose()?;
    let live = record == Some(b"start");
    let inside = (!unknown).then_some(inside);
    Ok(Device { name: name(tree, node)?, instance, described, versions, live, inside })
}

fn name(tree: &Tree<'_>, node: NodeId) -> Result<String> {
    Ok(String::from_utf8_lossy(tree.name(node)?).into_owned())
}

/// The items in a scope, and what QEMU's description says of it. A tree bounds how deep they lie.
fn children(
    tree: &Tree<'_>,
    origins: &Origins,
    node: NodeId,
    of: Option<&vmdesc::Description>,
) -> Result<Vec<Shape>> {
    tree.children(node)?.map(|child| shape(tree, origins, child, of)).collect()
}

/// What the description of a scope says of the inside of an item in it.
fn inner<'d>(of: Option<&'d vmdesc::Description>, name: &str) -> Option<&'d vmdesc::Description> {
    let of = of?;
    let field = of.fields.iter().find(|field| field.name == name && field.nested != Nested::None);
    let part = || of.subsections.as_ref()?.iter().find(|part| part.name == name);
    match field.map(|field| &field.nested) {
        Some(Nested::Struct(inside)) => inside.as_deref(),
        Some(Nested::Inline(inside)) => inside.first(),
        Some(Nested::None) | None => part(),
    }
}

fn shape(
    tree: &Tree<'_>,
    origins: &Origins,
    node: NodeId,
    of: Option<&vmdesc::Description>,
) -> Result<Shape> {
    let name = name(tree, node)?;
    let value = tree.value(node)?;
    let of = match value {
        Value::Element => of,
        _ => inner(of, &name),
    };
    let of_elements = of.filter(|_| matches!(value, Value::List { .. }));
    let form = match value {
        Value::Scalar(kind, bits) => Form::Scalar(kind, bits),
        Value::Array(kind, extent, bytes) => {
            Form::Array(kind, extent == Extent::Variable, elements(kind, bytes))
        }
        Value::Bytes(extent, bytes) => Form::Bytes(extent == Extent::Variable, bytes.to_vec()),
        Value::Text(text) => Form::Text(text.to_owned()),
        Value::Absent => Form::Absent,
        Value::Struct(described) => Form::Struct(described.map(|described| {
            let name = String::from_utf8_lossy(described.name).into_owned();
            (name, described.versions.current)
        })),
        Value::List { extent } => Form::List(extent == Extent::Variable),
        Value::Element => Form::Element,
        Value::Optional { present } => Form::Optional(present),
        Value::Subsection { version } => Form::Subsection(version),
        Value::Raw(bytes) => Form::Raw(bytes.len()),
        Value::Device { .. } | Value::Root => Form::Raw(0),
    };
    Ok(Shape {
        kind: origins.kind(node).to_owned(),
        marks: tree.marks(node)?,
        in_secret: tree.parent(node)?.map_or(Ok(false), |scope| tree.is_secret(scope))?,
        elements: of_elements.map(|of| (of.name.clone(), of.version)),
        inside: children(tree, origins, node, of)?,
        ..Shape::new(&name, form)
    })
}

/// The elements of an array, which lie in the machine's order.
fn elements(kind: Kind, bytes: &[u8]) -> Vec<u64> {
    let number = |element: &[u8]| {
        let shifted = |sum: u64, byte: &u8| sum.wrapping_shl(8) | u64::from(*byte);
        match cfg!(target_endian = "little") {
            true => element.iter().rev().fold(0, shifted),
            false => element.iter().fold(0, shifted),
        }
    };
    bytes.chunks(kind.width().bytes()).map(number).collect()
}

fn around(tree: &Tree<'_>, origins: &Origins, node: NodeId) -> Result<Stream> {
    let mut around = Stream { blocks: origins.blocks.clone(), ..Stream::default() };
    let mut last = None;
    for record in tree.children(node)? {
        match tree.name(record)? {
            b"configuration" => around.configuration = Some(children(tree, origins, record, None)?),
            b"command" => around.commands.extend(command(tree, record, last.clone())?),
            _ => {
                let held = tree
                    .children(record)?
                    .find(|inside| matches!(tree.value(*inside), Ok(Value::Device { .. })));
                if let Some(held) = held {
                    if let Value::Device { instance, .. } = tree.value(held)? {
                        last = Some(format!("{}/{instance}", name(tree, held)?));
                    }
                }
                around.footers |= tree.child_by_name(record, b"footer", 0)?.is_some();
            }
        }
    }
    Ok(around)
}

/// A command, if it is one without a package behind it, and no secret.
fn command(tree: &Tree<'_>, record: NodeId, after: Option<String>) -> Result<Option<Command>> {
    let number = tree.child_by_name(record, b"number", 0)?;
    let data = tree.child_by_name(record, b"data", 0)?;
    let package = tree.child_by_name(record, b"package", 0)?;
    let (Some(number), Some(data), None) = (number, data, package) else { return Ok(None) };
    if tree.is_secret(data)? {
        return Ok(None);
    }
    Ok(match (tree.value(number)?, tree.value(data)?) {
        (Value::Scalar(_, number), Value::Bytes(_, data)) => {
            Some(Command { number, data: data.to_vec(), after })
        }
        _ => None,
    })
}
