//! Schemas for tests: of a real dump, of streams, and dumps made of these.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use migcore_cli::input::Input;
use migcore_cli::schema::model::{Count, Description, Exists, Field, Schema, Source, State};
use migcore_cli::schema::read::read;
use serde_json::{json, Map, Value};

/// What `-dump-vmstate` of a QEMU 7.2 wrote.
pub fn real_dump() -> Schema {
    of_bytes(&real_dump_text())
}

/// The same as text.
pub fn real_dump_text() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/streams/aarch64-7.2.dump.json.xz");
    let mut text = Vec::new();
    let file = File::open(path).expect("a dump");
    lzma_rust2::XzReader::new(file, false).read_to_end(&mut text).unwrap();
    text
}

/// What a file of these bytes says.
pub fn of_bytes(bytes: &[u8]) -> Schema {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let found = read(Input::of(file, Path::new("test")).unwrap());
    let found = found.unwrap_or_else(|failure| panic!("{failure}"));
    found.schema
}

/// The dump of a program that would send what a stream holds, with nothing beside.
pub fn dump_of(schema: &Schema) -> Schema {
    let mut dump = Schema { source: Source::Dump, ..schema.clone() };
    dump.devices.retain(|device| device.description().is_some());
    for (number, device) in dump.devices.iter_mut().enumerate() {
        // Sections of one name are of one type, but here each has its own.
        device.name = format!("type{number}");
        device.instance = None;
        device.versions.minimum = device.versions.current;
        if let State::Described(description) = &mut device.state {
            declare(description);
        }
    }
    dump
}

fn declare(description: &mut Description) {
    description.versions.minimum = description.versions.current;
    for field in description.fields.iter_mut().flatten() {
        field.kind = None;
        field.since = Some(0);
        field.exists = match field.exists {
            Exists::Sent => Exists::Always,
            other => other,
        };
        if field.count == Count::One {
            field.count = Count::Unknown;
        }
        field.description.iter_mut().for_each(|inside| declare(inside));
    }
    description.subsections.iter_mut().flatten().for_each(declare);
}

/// The text of a dump, as the members of JSON that QEMU writes.
pub fn text_of(dump: &Schema) -> String {
    let mut members = Map::new();
    if let Some(machine) = &dump.machine {
        members.insert("vmschkmachine".to_owned(), json!({ "Name": machine }));
    }
    for device in &dump.devices {
        let mut entry = json!({
            "Name": device.name,
            "version_id": device.versions.current,
            "minimum_version_id": device.versions.minimum,
        });
        if let Some(description) = device.description() {
            entry["Description"] = of_description(description);
        }
        members.insert(device.name.clone(), known(entry));
    }
    Value::from(members).to_string()
}

fn of_description(description: &Description) -> Value {
    let mut value = json!({
        "name": description.name,
        "version_id": description.versions.current,
        "minimum_version_id": description.versions.minimum,
    });
    if let Some(fields) = &description.fields {
        value["Fields"] = fields.iter().map(of_field).collect();
    }
    if let Some(subsections) = &description.subsections {
        value["Subsections"] = subsections.iter().map(of_description).collect();
    }
    known(value)
}

fn of_field(field: &Field) -> Value {
    let mut value = json!({
        "field": field.name,
        "version_id": field.since,
        "field_exists": field.exists == Exists::Condition,
        "size": field.size,
    });
    if let Count::Of(number) = field.count {
        value["num"] = number.into();
    }
    if let Some(description) = &field.description {
        value["Description"] = of_description(description);
    }
    known(value)
}

/// Without what is not known.
fn known(mut value: Value) -> Value {
    value.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    value
}
