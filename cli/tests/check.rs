//! `check`: what it prints, and its exit codes.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/guest.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod guest;
#[path = "support/streams.rs"]
mod streams;
mod support;

use std::path::Path;

use guest::Guest;
use migcore::codec::chunk::{Saver, Settings};
use migcore::compat::manifest::{About, Accepts, Wire, Writer};
use migcore::model::{Builder, Tree};
use migcore::visit::{Marks, Versions, Visiting, Visitor};
use serde_json::Value;
use support::Place;

/// A stream of chunks.
fn chunks(save: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>) -> Vec<u8> {
    chunks_of(1 << 16, save)
}

/// The same in so many bytes at most.
fn chunks_of(most: usize, save: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>) -> Vec<u8> {
    let (mut bytes, mut scratch) = (vec![0; most], vec![0; 4096]);
    let mut saver = Saver::to_slice(&mut bytes, &Settings::default(), &mut scratch).unwrap();
    save(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap();
    bytes.truncate(length as usize);
    bytes
}

/// A device of this version, with one item more if it is asked for: an ancillary one or not.
fn port(v: &mut Visitor<'_>, version: u32, more: Option<Marks>) -> migcore::Result<()> {
    v.device("port", 0, Versions::only(version), |v| {
        v.visit("level", &mut 5u32)?;
        match more {
            Some(marks) => {
                v.mark(marks)?;
                v.visit("speed", &mut 9u8)
            }
            None => Ok(()),
        }
    })
}

/// The manifest of a receiver that has the device in versions 2 and 3.
fn manifest() -> Vec<u8> {
    manifest_of(&About::default())
}

fn manifest_of(about: &About<'_>) -> Vec<u8> {
    let mut memory = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    port(&mut visiting.saver(), 3, None).unwrap();
    let node = tree.find(tree.root(), b"port/0").unwrap();
    let mut writer = Writer::begin(&mut tree, about).unwrap();
    writer.device(node, &Accepts { oldest: 2, ..Accepts::default() }).unwrap();
    chunks(|v| tree.replay(tree.root(), v))
}

fn place() -> Place {
    let place = Place::new();
    place.put("manifest.mig", &manifest());
    for (name, version, more) in [
        ("same", 3, None),
        ("more", 3, Some(Marks::NONE)),
        ("spare", 3, Some(Marks::ANCILLARY)),
        ("older", 2, None),
        ("newer", 4, None),
    ] {
        place.put(&format!("{name}.mig"), &chunks(|v| port(v, version, more)));
    }
    place
}

#[test]
fn the_exit_code_is_the_answer() {
    let place = place();
    for (name, code, line) in [
        ("same", 0, "loads: 1 device compared\n"),
        ("spare", 1, "loads with losses: port/0.speed: the receiver skips this\n"),
        ("more", 2, "refused: port/0.speed: the receiver does not know this item (found u8)\n"),
        ("newer", 2, "refused: port/0: newer than the receiver loads (takes 3, found 4)\n"),
        (
            "older",
            3,
            "cannot tell: port/0: what the receiver accepts of this version is not known (takes 3, found 2)\n",
        ),
    ] {
        let ran = place.run(&["check", &format!("{name}.mig"), "--against", "manifest.mig"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{name}: {}", ran.out);
        assert!(ran.out.contains(line), "{name}: {}", ran.out);
    }
    // A state of the receiver is a sample of what it accepts.
    for (name, code) in [("same", 0), ("more", 3), ("spare", 1), ("newer", 2)] {
        let ran = place.run(&["check", &format!("{name}.mig"), "--against", "same.mig"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{name}: {}", ran.out);
    }
}

#[test]
fn a_program_reads_the_same_as_a_document() {
    let ran = place().run(&["check", "--json", "more.mig", "--against", "manifest.mig"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.code, Some(2));
    assert_eq!((&document["format"], &document["answer"]), (&"check".into(), &"refused".into()));
    assert_eq!((&document["devices"], &document["more_findings"]), (&1.into(), &0.into()));
    let finding = &document["findings"][0];
    assert_eq!(finding["reason"], "unknown-item");
    assert_eq!(finding["path"], "port/0.speed");
    assert_eq!(finding["answer"], "refused");
    assert!(!finding["help"].as_str().unwrap().is_empty());
}

#[test]
fn what_cannot_be_checked_is_no_answer() {
    let place = place();
    place.put("text", b"{}");
    place.put("state.bin", &machine("i440fx-6.2"));
    for arguments in [
        &["check"][..],
        &["check", "same.mig"],
        &["check", "same.mig", "--against"],
        &["check", "same.mig", "--against", "none"],
        &["check", "none", "--against", "manifest.mig"],
        &["check", "text", "--against", "manifest.mig"],
        &["check", "same.mig", "--against", "text"],
        &["check", "same.mig", "--against", "state.bin"],
        &["check", "state.bin", "--against", "manifest.mig"],
        &["check", "same.mig", "--against", "manifest.mig", "--against", "manifest.mig"],
        &["check", "same.mig", "--against", "manifest.mig", "--rules", "none"],
        &["check", "same.mig", "--against", "manifest.mig", "--to", "3"],
    ] {
        let ran = place.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{arguments:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    assert_eq!(place.run(&["check", "--help"]).code, Some(0));
}

#[test]
fn the_receiver_must_want_the_wire_that_the_stream_is_on() {
    let place = place();
    for (wire, code) in [(Wire::Any, 0), (Wire::Chunks, 0), (Wire::Legacy, 2)] {
        place.put("wire.mig", &manifest_of(&About { wire, ..About::default() }));
        let ran = place.run(&["check", "same.mig", "--against", "wire.mig"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{wire:?}: {}", ran.out);
        let refused =
            "refused: the receiver wants another wire (takes QEMU's bytes, found chunks)\n";
        assert_eq!(ran.out.contains(refused), code == 2, "{}", ran.out);
    }
}

#[test]
fn what_stands_behind_the_end_is_told() {
    let place = place();
    let mut bytes = chunks(|v| port(v, 3, None));
    bytes.extend_from_slice(b"garbage");
    place.put("longer.mig", &bytes);
    let ran = place.run(&["check", "longer.mig", "--against", "manifest.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let line = "loads: 7 bytes behind the end of the stream, which the receiver does not read\n";
    assert!(ran.out.contains(line), "{}", ran.out);
    let ran = place.run(&["check", "same.mig", "--against", "manifest.mig"]);
    assert_eq!(ran.out, "loads: 1 device compared\n");
}

#[test]
fn memory_is_compared_where_the_receiver_tells_its_own() {
    let place = Place::new();
    let blocks: [(&str, &[(&str, usize)]); 5] = [
        ("both", &[("ram", 64), ("rom", 16)]),
        ("turned", &[("rom", 16), ("ram", 64)]),
        ("ram", &[("ram", 64)]),
        ("longer", &[("ram", 128), ("rom", 16)]),
        ("none", &[]),
    ];
    for (name, blocks) in blocks {
        let stream = match blocks {
            [] => chunks(|v| {
                for instance in 0..2 {
                    v.device("uart", instance, Versions::only(1), |v| {
                        v.visit("level", &mut { instance })
                    })?;
                }
                Ok(())
            }),
            blocks => Guest::of(16, blocks.to_vec()).stream(),
        };
        place.put(&format!("{name}.mig"), &stream);
    }
    for (from, to, code, line) in [
        ("both", "both", 0, ""),
        ("turned", "both", 0, ""),
        ("both", "ram", 2, "refused: rom: the receiver does not have this block of memory\n"),
        ("ram", "both", 2, "refused: rom: the receiver has this block of memory, and the stream"),
        ("longer", "both", 2, "refused: ram: 128 bytes here, 64 bytes at the receiver\n"),
        ("both", "none", 3, "cannot tell: the stream has memory, and which the receiver has"),
        ("none", "both", 3, "cannot tell: the stream has no memory, and the state"),
        ("none", "none", 0, ""),
    ] {
        let (stream, receiver) = (format!("{from}.mig"), format!("{to}.mig"));
        let ran = place.run(&["check", &stream, "--against", &receiver]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{from} {to}: {}", ran.out);
        assert!(ran.out.contains(line), "{from} {to}: {}", ran.out);
    }
}

#[test]
fn a_damaged_stream_is_refused() {
    let place = place();
    let mut bytes = chunks(|v| port(v, 3, None));
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.put("damaged.mig", &bytes);
    let ran = place.run(&["check", "damaged.mig", "--against", "manifest.mig"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.out.contains("the stream (") && ran.out.contains("is damaged"), "{}", ran.out);
}

/// A stream of a machine of QEMU.
fn machine(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loads");
    streams::at(&Path::new(folder).join(format!("{name}.bin.xz"))).bytes
}

#[test]
fn tables_tell_what_is_refused_and_never_that_all_is_there() {
    let place = Place::new();
    place.put("old.bin", &machine("i440fx-6.2"));
    let dump = r#"{"vmschkmachine": {"Name": "pc-i440fx-6.2"}, "port92": {"Name": "port92", "version_id": 1,
        "minimum_version_id": 1, "Description": {"name": "port92", "version_id": 1, "minimum_version_id": 1, "Fields": [
        {"field": "outport", "version_id": 0, "field_exists": false, "size": SIZE}]}}}"#;
    for (size, code) in [("1", 3), ("2", 2)] {
        place.put("dump.json", dump.replace("SIZE", size).as_bytes());
        let ran = place.run(&["check", "old.bin", "--against", "dump.json"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{}", ran.out);
    }
}

#[test]
fn a_device_that_does_not_come_is_lost() {
    let place = Place::new();
    for name in
        ["nic-with", "nic-without", "i440fx-2.3", "i440fx-2.4", "i440fx-7.2", "i440fx-vga-7.2"]
    {
        place.put(&format!("{name}.bin"), &machine(name));
    }
    let check = |from: &str, to: &str| {
        place.run(&["check", from, "--against", to, "--same-release", "--json"])
    };
    let ran = check("nic-without.bin", "nic-with.bin");
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{}", ran.out);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let finding = &document["findings"][0];
    assert_eq!((&finding["answer"], &finding["reason"]), (&"losses".into(), &"missing".into()));
    assert_eq!(finding["path"], "0000:00:05.0/rtl8139/0");
    // Of a section of the board that comes with its version it is only said.
    let ran = check("i440fx-2.3.bin", "i440fx-2.4.bin");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = document["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["path"] == "globalstate/0").unwrap();
    assert_eq!(found["answer"], "loads");
    // So is memory, but not what a machine has in a ROM.
    let ran = check("i440fx-7.2.bin", "i440fx-vga-7.2.bin");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let findings = document["findings"].as_array().unwrap();
    for (name, answer) in [("vram", "losses"), ("rom", "loads")] {
        let path = format!("ram/0.0000:00:02.0/vga.{name}");
        let found = findings.iter().find(|one| one["path"] == path.as_str()).unwrap();
        assert_eq!((&found["answer"], &found["reason"]), (&answer.into(), &"missing".into()));
    }
}

#[test]
fn memory_is_for_the_devices_and_not_for_the_length_of_the_stream() {
    let place = place();
    let long = chunks_of(4 << 20, |v| {
        v.device("port", 0, Versions::only(3), |v| v.bytes("data", &mut vec![7; 3 << 20]))
    });
    place.put("long.mig", &long);
    let ran = place.run(&["check", "long.mig", "--against", "long.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    // A file with a hole of 800 MiB, and 2 GiB for all.
    let file = std::fs::File::options().write(true).open(place.path("same.mig")).unwrap();
    file.set_len(800 << 20).unwrap();
    let limited = "ulimit -v 2097152; exec \"$0\" check \"$1\" --against \"$2\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", limited, env!("CARGO_BIN_EXE_migcore")]);
    let ran = command.arg(place.path("same.mig")).arg(place.path("manifest.mig")).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
}
