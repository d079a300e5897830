//! Real QEMU streams as trees that could be edited: unchanged, they are written as they were.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;

use std::path::Path;

use bumpalo::Bump;
use migcore::compat::{Compat, Way};
use migcore::model::Tree;
use migcore_cli::qemu::rules::check;
use migcore_cli::rules::Rules;
use migcore_cli::transform::load::load;
use migcore_cli::transform::qemu::{settle, write};
use qemu::scanner;

#[test]
fn every_stream_is_written_as_it_was() {
    let mut memory = vec![0; 256 << 20];
    for stream in streams::all() {
        let mut scanner = scanner(&stream.bytes, stream.vmdesc.as_deref());
        let mut tree = Tree::new(&mut memory).unwrap();
        let origins = load(&mut scanner, &mut tree).unwrap();
        settle(&mut tree, &origins).unwrap();
        let mut out = Vec::new();
        write(&tree, &origins, scanner.input(), &mut out, Path::new("out")).unwrap();
        assert!(out == stream.bytes, "{}", stream.name);
        println!("{} {} of {}", stream.name, tree.used(), stream.bytes.len());
    }
}

/// Adds to each device what no device has, at its end.
const ADD: &str = r#"
[[change]]
from = "1"
to = "2"
[[change.step]]
add = { in = "*/*", items = [ { name = "a", type = "u32", value = 7 }, { name = "b", type = "[u16]", value = 1, count = 3 }, { name = "c", type = "struct", description = "s", version = 2, items = [ { name = "d", type = "bool", value = true } ] } ] }
"#;

/// A stream whose devices were changed is described as QEMU would, in all that did not change to the byte.
#[test]
fn the_description_is_that_of_the_devices() {
    let mut memory = vec![0; 256 << 20];
    let rules = Rules::of(ADD, Path::new("rules")).unwrap();
    let arena = Bump::new();
    let made = rules.made(&arena).unwrap();
    let edges = made.machine().unwrap();
    let compat = Compat { histories: made.histories, ..Compat::default() };
    let mut done = 0;
    for stream in streams::own() {
        let mut apply = |bytes: &[u8], way: Way| -> Option<Vec<u8>> {
            let mut scanner = scanner(bytes, stream.vmdesc.as_deref());
            let mut tree = Tree::new(&mut memory).unwrap();
            let origins = load(&mut scanner, &mut tree).unwrap();
            // Devices of which nothing is known take nothing, and nothing stands behind subsections on this wire.
            compat.apply(&mut tree, edges, way, &mut ()).ok()?;
            settle(&mut tree, &origins).unwrap();
            let mut out = Vec::new();
            write(&tree, &origins, scanner.input(), &mut out, Path::new("out")).unwrap();
            Some(out)
        };
        let own = stream.vmdesc.is_none();
        let Some(changed) = apply(&stream.bytes, Way::Up).filter(|_| own) else { continue };
        let findings = check(&mut scanner(&changed, None)).unwrap();
        assert!(findings.are_right(), "{}: {:?}", stream.name, findings.errors);
        let back = apply(&changed, Way::Down).unwrap();
        assert!(back == stream.bytes, "{}", stream.name);
        done += 1;
    }
    assert!(done > 3, "{done} streams");
}
