//! The fuzz targets that need the program's library, without a fuzzer: over their seeds, over pseudo-random
//! changes of these, and over what a fuzzer found. The seeds are made here; with `MIGCORE_BLESS` set they are
//! written anew.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "../../core/tests/support/random.rs"]
mod random;
#[path = "../../fuzz/src/program/mod.rs"]
mod program;
#[path = "support/guest.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod guest;
#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;

use std::fs;
use std::path::PathBuf;

use guest::Guest;
use program::TARGETS;
use random::Random;

/// Scalars, an array, a list of structs, a null pointer, a subsection; a queue; an old-style section.
const DESCRIPTION: &str = r#"{"page_size":4096,"devices":[{"name":"a","instance_id":0,"vmsd_name":"a","version":1,"fields":[{"name":"x","type":"uint32","size":4},{"name":"f","array_len":3,"type":"uint8","size":1},{"name":"l","array_len":2,"type":"struct","struct":{"vmsd_name":"p","version":1,"fields":[{"name":"y","type":"int16","size":2},{"name":"on","type":"bool","size":1}]},"size":3},{"name":"n","type":"nullptr","size":1}],"subsections":[{"vmsd_name":"a/s","version":2,"fields":[{"name":"z","type":"uint8","size":1}]}]},{"name":"q","instance_id":1,"vmsd_name":"q","version":3,"fields":[{"name":"q","type":"qtailq","vmsd_name":"e","version":1,"fields":[{"name":"v","type":"uint16","size":2}],"size":7}]},{"name":"h","instance_id":0,"size":3,"fields":[{"name":"data","size":3,"type":"buffer"}]}]}"#;

/// The payloads by that description.
const PAYLOADS: [(&str, u32, u32, &[u8]); 3] = [
    ("a", 0, 1, b"\0\0\0\x07abc\xff\xfe\x01\0\x02\x000\x05\x03a/s\0\0\0\x02z"),
    ("q", 1, 3, &[1, 0, 9, 1, 0, 8, 0]),
    ("h", 0, 2, b"old"),
];

/// The tables of a program that sends some of that, and those of a later release of it.
const DUMP: &str = r#"{"vmschkmachine":{"Name":"pc-1"},"a":{"Name":"a","version_id":1,"minimum_version_id":1,"Description":{"name":"a","version_id":1,"minimum_version_id":1,"Fields":[{"field":"x","version_id":0,"field_exists":false,"size":4},{"field":"unused","version_id":0,"field_exists":false,"size":3},{"field":"l","version_id":0,"field_exists":true,"num":2,"size":4,"Description":{"name":"p","version_id":1,"minimum_version_id":1,"Fields":[{"field":"y","version_id":0,"field_exists":false,"size":2}]}}],"Subsections":[{"name":"a/s","version_id":2,"minimum_version_id":1,"Fields":[{"field":"z","version_id":2,"field_exists":false,"size":1}]}]}}}"#;
const NEWER: &str = r#"{"vmschkmachine":{"Name":"pc-2"},"a":{"Name":"a","version_id":2,"minimum_version_id":1,"Description":{"name":"a","version_id":2,"minimum_version_id":1,"Fields":[{"field":"s","version_id":0,"field_exists":false,"size":8,"Description":{"name":"s","version_id":1,"minimum_version_id":1,"Fields":[{"field":"x","version_id":0,"field_exists":false,"size":4}]}},{"field":"f","version_id":0,"field_exists":false,"size":1},{"field":"g","version_id":0,"field_exists":false,"size":2},{"field":"n","version_id":2,"field_exists":false,"size":1}]}}}"#;

/// The document of a schema.
const DOCUMENT: &str = r#"{"format":"schema","source":"chunks","machine":"m","devices":[{"name":"a","instance":1,"version":2,"description":{"name":"a","fields":[{"name":"x","type":"u32","exists":"sent","size":4,"count":"one"},{"name":"b","type":"bytes","exists":"condition","size":1,"count":"variable","ancillary":true},{"name":"l","type":"list","exists":"sent","count":3,"description":{"name":"","fields":[]}}],"subsections":[{"name":"a/s","version":1,"ancillary":true}]}},{"name":"ram","unknown":"memory"}]}"#;

/// A section with this payload, and perhaps its footer.
fn section(
    kind: u8,
    id: u32,
    (name, instance, version): (&str, u32, u32),
    payload: &[u8],
) -> Vec<u8> {
    let id = id.to_be_bytes();
    let head = [&[kind][..], &id, &[name.len() as u8], name.as_bytes()].concat();
    let head = [&head[..], &instance.to_be_bytes(), &version.to_be_bytes()].concat();
    [&head[..], payload, &[0x7e], &id].concat()
}

/// A list of one block, a page of zeros in it, and the rest of the section in a part of its own.
fn memory() -> Vec<u8> {
    let blocks = b"\0\0\0\0\0\0\x10\x04\x03ram\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\x10";
    let pages = b"\x03\0\0\0\0\0\0\0\0\0\0\0\x02\x03ram\0\0\0\0\0\0\0\0\x10\x7e\0\0\0\0";
    [&section(1, 0, ("ram", 0, 4), blocks)[..], pages].concat()
}

/// The records of a stream without its header.
fn records() -> Vec<u8> {
    let mut records = b"\x07\0\0\0\x02pc".to_vec();
    records.extend(memory());
    records.extend(b"\x08\0\x01\0\0");
    [&records[..], &sections(), &[0]].concat()
}

/// The sections of the description.
fn sections() -> Vec<u8> {
    let each = (2..).zip(PAYLOADS).map(|(id, (name, instance, version, payload))| {
        section(4, id, (name, instance, version), payload)
    });
    each.flatten().collect()
}

/// A package that holds the sections, and what follows it.
fn packaged() -> Vec<u8> {
    let (inside, rest) = (sections(), [memory(), vec![0]].concat());
    let length = (inside.len() as u32).to_be_bytes();
    [&b"\x08\0\x07\0\x04"[..], &length, &inside, &rest].concat()
}

fn with_text(text: &str, rest: &[u8]) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes(), rest].concat()
}

fn seeds(target: &str) -> Vec<(&'static str, Vec<u8>)> {
    let own = [&[6][..], &(DESCRIPTION.len() as u32).to_be_bytes(), DESCRIPTION.as_bytes()];
    let damaged = [&records()[..22], b"garbage", &records()[22..]].concat();
    let case = |id| with_text("", &qemu::load_case(id)[8..]);
    match target {
        "qemu" => vec![
            ("described", with_text(DESCRIPTION, &records())),
            ("own_description", with_text("", &[&records()[..], &own.concat()].concat())),
            ("undescribed", with_text("", &records())),
            ("package", with_text(DESCRIPTION, &packaged())),
            ("damaged", with_text(DESCRIPTION, &damaged)),
            ("real", case("ok")),
            ("wrong_footer", case("footer id mismatch")),
        ],
        "memory" => {
            let right = |guest: Guest| [&[1][..], &guest.stream()].concat();
            let aligned = Guest { alignment: 64, ..Guest::small() };
            vec![
                ("small", right(Guest::small())),
                ("aligned", right(aligned)),
                ("as_it_is", [&[0][..], &Guest::small().stream()].concat()),
                ("bytes", right(Guest::of(1, vec![("a", 9)]).with(0, 2, b"\0x\0\0yz"))),
                ("empty", right(Guest::of(1 << 30, vec![("a", 0)]))),
            ]
        }
        "schema" => {
            let stream = [b"QEVM\0\0\0\x03", &records()[..], &own.concat()].concat();
            let chunks = Guest::small().stream();
            vec![
                ("dumps", with_text(DUMP, NEWER.as_bytes())),
                ("description", with_text(DESCRIPTION, DUMP.as_bytes())),
                ("stream", with_text(DESCRIPTION, &stream)),
                ("chunks", with_text(DUMP, &chunks)),
                ("document", with_text(DOCUMENT, DOCUMENT.as_bytes())),
            ]
        }
        _ => {
            let payloads: Vec<u8> =
                PAYLOADS.iter().flat_map(|(_, _, _, payload)| payload.to_vec()).collect();
            vec![("fits", with_text(DESCRIPTION, &payloads))]
        }
    }
}

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target)
}

#[test]
fn the_seeds_are_those_made_here() {
    for (target, _) in TARGETS {
        for (name, bytes) in seeds(target) {
            if std::env::var_os("MIGCORE_BLESS").is_some() {
                fs::create_dir_all(folder(target)).unwrap();
                fs::write(folder(target).join(name), &bytes).unwrap();
            }
            let kept = fs::read(folder(target).join(name)).expect("a seed");
            assert_eq!(kept, bytes, "{target}/{name}: set MIGCORE_BLESS to write it anew");
        }
    }
}

#[test]
fn the_seeds_say_what_they_should() {
    let stream = [b"QEVM\0\0\0\x03", &records()[..]].concat();
    let items = qemu::items(&mut qemu::scanner(&stream, Some(DESCRIPTION.as_bytes())));
    let described = items.iter().filter(|item| format!("{item:?}").contains("Described"));
    assert_eq!((qemu::damages(&items), described.count(), items.len()), (0, 3, 9));
}

#[test]
fn what_was_found_stays_mended() {
    for (target, run) in TARGETS {
        // Nothing was found yet by some targets.
        let found = folder(target).join("../../found").join(target);
        let Ok(files) = fs::read_dir(found) else { continue };
        files.for_each(|file| run(&fs::read(file.unwrap().path()).unwrap()));
    }
}

/// Shows the input of a target that broke a promise.
struct Shown<'s>(&'s str, &'s [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} with {:02x?}", self.0, self.1);
        }
    }
}

#[test]
fn no_target_breaks_a_promise() {
    for (target, run) in TARGETS {
        for (number, (_, seed)) in seeds(target).into_iter().enumerate() {
            let mut random = Random(number as u64 + 1);
            let mut bytes = seed.clone();
            for change in 0..200 {
                let shown = Shown(target, &bytes);
                run(&bytes);
                drop(shown);
                if change % 8 == 0 {
                    bytes.clone_from(&seed);
                }
                random.change(&mut bytes);
            }
        }
    }
}
