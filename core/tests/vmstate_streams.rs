//! Real devices, by tables that their descriptions lead back to: what they save and tell of it is what QEMU saved
//! and told.
//!
//! `MIGCORE_QEMU_STREAMS` may name a folder with more streams, as for the test of descriptions.

#![cfg(feature = "alloc")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/backwards.rs"]
mod backwards;
#[path = "support/described.rs"]
mod described;
#[path = "support/sections.rs"]
mod sections;
#[path = "support/made.rs"]
mod tables;
#[path = "support/wire.rs"]
mod wire;

use std::path::Path;

use described::shown_by;
use migcore::codec::vmdesc::{fits, replay, size_of, Content, Description, Device, Vmdesc};
use migcore::visit::Versions;
use tables::{Made, Objects};

#[test]
fn devices_of_real_streams_save_and_tell_the_same() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/qemu");
    assert_eq!(folder(&own), Seen { same: 17, left_out: vec![] });
    if let Some(more) = std::env::var_os("MIGCORE_QEMU_STREAMS") {
        let seen = folder(Path::new(&more));
        println!("{seen:?}");
        assert!(seen.same > 0, "{seen:?}");
    }
}

/// How many devices were the same, and which could not be tried.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    same: usize,
    left_out: Vec<String>,
}

fn folder(folder: &Path) -> Seen {
    let mut seen = Seen::default();
    for described in sections::streams(folder) {
        // A last element without an index is QEMU's from 10.0 on.
        let release = if lacks_indices(&described.vmdesc) { 1000 } else { 702 };
        for (device, rest) in described.sections() {
            match is_same(device, rest, release) {
                true => seen.same += 1,
                false => seen.left_out.push(device.name.clone()),
            }
        }
    }
    seen.left_out.sort();
    seen
}

/// Tries a device, if it can be told from its description what it is.
fn is_same(device: &Device, rest: &[u8], release: u32) -> bool {
    let Content::Described(description) = &device.content else { return false };
    let payload = &rest[..usize::try_from(size_of(device).unwrap()).unwrap()];
    if fits(device, payload).is_err() {
        return false;
    }
    let Some((mut objects, table, object)) = backwards::device(description, payload) else {
        return false;
    };
    let (bytes, text) = objects.described(table, object, release);
    assert_eq!(bytes, payload, "{}", device.name);
    let alone = Device { name: description.name.clone(), instance: 0, ..device.clone() };
    let alone = Vmdesc { configuration: None, page_size: 4096, devices: vec![alone] };
    assert_eq!(text, alone.to_string());
    assert_eq!(walked(&mut objects, table, object), replayed(device, description, payload));
    true
}

/// What the walk over an object shows.
fn walked(objects: &mut Objects, table: &'static Made, object: usize) -> String {
    shown_by(|v| objects.walk(table, object, v)).unwrap()
}

/// What the bytes of a device show by its description. Types that only the description's reader knows are bytes.
fn replayed(device: &Device, description: &Description, payload: &[u8]) -> String {
    let versions = Versions::only(description.version);
    let shown = shown_by(|v| {
        v.device(description.name.as_str(), 0, versions, |v| {
            replay(device, payload, v, &mut ()).map_err(|misfit| panic!("{misfit}"))
        })
    });
    let words = shown.unwrap();
    let words = words.split(' ').map(|word| match word.split_once(":u32*4=") {
        Some(("irq_state", values)) => format!("irq_state:bytes={}", values.replace('.', "")),
        _ => word.replace(":opaque=", ":bytes="),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether the last element of an array has no index where the others have one.
fn lacks_indices(vmdesc: &Vmdesc) -> bool {
    let described = vmdesc.devices.iter().filter_map(|device| match &device.content {
        Content::Described(description) => Some(description),
        Content::Handler { .. } => None,
    });
    described
        .flat_map(|one| one.fields.chunk_by(|one, next| one.name == next.name))
        .any(|run| run[0].index.is_some() && run.last().is_some_and(|last| last.index.is_none()))
}
