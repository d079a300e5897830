//! The description of a stream of QEMU: what was sent.

use std::rc::Rc;

use migcore::codec::vmdesc::{self, Content, Nested, Vmdesc};

use super::merge::merge;
use super::model::{
    ranked, Count, Description, Device, Exists, Field, Schema, Source, State, Versions,
};

/// All that a description says.
pub(super) fn schema(vmdesc: &Vmdesc) -> Schema {
    let devices = vmdesc.devices.iter().map(device).collect();
    Schema { source: Source::Description, machine: None, devices }
}

/// A section, as its description says.
pub(super) fn device(device: &vmdesc::Device) -> Device {
    let (versions, state) = match &device.content {
        Content::Described(inside) => {
            (Versions::sent(inside.version), State::Described(description(inside)))
        }
        Content::Handler { size, .. } => (Versions::default(), State::Unknown(handler(*size))),
    };
    let (name, instance) = (device.name.clone(), Some(device.instance));
    Device { name, instance, versions, ancillary: false, state }
}

fn handler(size: u64) -> String {
    format!("a handler wrote it, and describes nothing of its {size} bytes")
}

/// The parser bounds how deep they nest.
fn description(from: &vmdesc::Description) -> Description {
    let subsections = from.subsections.as_ref();
    Description {
        name: from.name.clone(),
        versions: Versions::sent(from.version),
        ancillary: false,
        fields: Some(fields(&from.fields)),
        subsections: subsections.map(|all| all.iter().map(description).collect()),
    }
}

/// Neighbours of one name are one array.
fn fields(from: &[vmdesc::Field]) -> Vec<Field> {
    let runs = from.chunk_by(|one, next| one.name == next.name);
    ranked(runs.filter_map(array).collect())
}

/// One field of the entries of an array.
fn array(entries: &[vmdesc::Field]) -> Option<Field> {
    let first = entries.first()?;
    // What a null pointer is instead of tells more.
    let told = entries.iter().find(|entry| !is_null(entry)).unwrap_or(first);
    let sizes = || entries.iter().filter(|entry| !is_null(entry)).map(|entry| entry.size);
    let nested = entries.iter().filter(|entry| !is_null(entry)).flat_map(inside);
    Some(Field {
        name: first.name.clone(),
        rank: 0,
        kind: Some(told.kind.clone()),
        since: None,
        exists: Exists::Sent,
        size: sizes().all(|size| size == told.size).then_some(told.size),
        count: count(entries),
        ancillary: false,
        description: nested.map(description).reduce(merge).map(Box::new),
    })
}

fn is_null(entry: &vmdesc::Field) -> bool {
    entry.kind == "nullptr" || entry.nested == Nested::Struct(None)
}

fn count(entries: &[vmdesc::Field]) -> Count {
    match entries {
        [one] => match (one.array_len, one.index) {
            (None, None) => Count::One,
            (Some(length), _) => Count::Of(length),
            (None, Some(_)) => Count::Of(1),
        },
        _ => Count::Of(all(entries)),
    }
}

/// How many elements there are. In an array whose elements have an entry each, a null pointer counts once,
/// whatever its length says.
fn all(entries: &[vmdesc::Field]) -> u64 {
    let by_element = entries.iter().any(|entry| entry.index.is_some());
    let length = |entry: &vmdesc::Field| match by_element && entry.kind == "nullptr" {
        true => 1,
        false => entry.array_len.unwrap_or(1),
    };
    entries.iter().map(length).fold(0, u64::saturating_add)
}

/// What is inside of an element. The key of a tree is not: of a keyed tree, descriptions come in pairs, the value
/// behind the key.
fn inside(entry: &vmdesc::Field) -> Vec<&vmdesc::Description> {
    match &entry.nested {
        Nested::None | Nested::Struct(None) => Vec::new(),
        Nested::Struct(Some(description)) => vec![description],
        Nested::Inline(all) => {
            let is_value = |one: &&vmdesc::Description| {
                entry.kind != "gtree" || all.get(1).is_none_or(|value| value.name == one.name)
            };
            all.iter().filter(is_value).collect()
        }
    }
}

/// The description of a whole stream, where it is shared.
pub(super) fn entry(vmdesc: Option<&Rc<Vmdesc>>, number: usize) -> Option<Device> {
    vmdesc?.devices.get(number).map(device)
}
