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
use migcore_cli::schema::model::{Count, Description, Exists, Schema, Source, State};
use migcore_cli::schema::read::read;

/// What `-dump-vmstate` of a QEMU 7.2 wrote.
pub fn real_dump() -> Schema {
    of_bytes(&real_dump_text())
}

/// The same as text.
pub fn real_dump_text() -> Vec<u8> {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../cli/tests/streams/aarch64-7.2.dump.json.xz");
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
