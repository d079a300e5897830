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
use migcore::compat::{Compat, Devices, Way};
use migcore::model::{NodeId, Tree, Value};
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

/// A rule that adds what no device has behind the fields of each device that is described.
fn add(tree: &Tree<'_>) -> String {
    let mut rules = "[[change]]\nfrom = \"1\"\nto = \"2\"\n".to_owned();
    let mut devices = Devices::new(tree);
    while let Some(device) = devices.next(tree) {
        let Ok(Value::Device { instance, .. }) = tree.value(device) else { panic!() };
        let is_field = |node: &NodeId| !matches!(tree.value(*node), Ok(Value::Subsection { .. }));
        let Some(last) = tree.children(device).unwrap().filter(is_field).last() else { continue };
        // Of raw bytes, and of what no table describes, only the length can be told.
        if matches!(tree.value(last), Ok(Value::Raw(_))) || tree.name(last) == Ok(b"data") {
            continue;
        }
        let text = |node| String::from_utf8(tree.name(node).unwrap().to_vec()).unwrap();
        let (name, last) = (text(device), text(last));
        // Of several of one name the steps take the first.
        if rules.contains(&format!("\"{name}/{instance}\"")) {
            continue;
        }
        rules += &format!(
            r#"[[change.step]]
add = {{ in = "{name}/{instance}", after = "{last}", items = [ {{ name = "a", type = "u32", value = 7 }}, {{ name = "b", type = "[u16]", value = 1, count = 3 }}, {{ name = "c", type = "struct", description = "s", version = 2, items = [ {{ name = "d", type = "bool", value = true }} ] }} ] }}
"#
        );
    }
    rules
}

/// A stream whose devices were changed is described as QEMU would, in all that did not change to the byte.
#[test]
fn the_description_is_that_of_the_devices() {
    let mut memory = vec![0; 256 << 20];
    let (mut done, mut refused) = (0, 0);
    // Each third of those that have a description: devices of all kinds.
    for stream in streams::own().filter(|stream| stream.vmdesc.is_none()).step_by(3) {
        let mut rules = None;
        let mut apply = |bytes: &[u8], way: Way| -> Option<Vec<u8>> {
            let mut scanner = scanner(bytes, None);
            let mut tree = Tree::new(&mut memory).unwrap();
            let origins = load(&mut scanner, &mut tree).unwrap();
            let text = rules.get_or_insert_with(|| add(&tree)).clone();
            let rules = Rules::of(&text, Path::new("rules")).unwrap();
            let arena = Bump::new();
            let made = rules.made(&arena).unwrap();
            let compat = Compat { histories: made.histories, ..Compat::default() };
            let applied = compat.apply(&mut tree, made.machine().unwrap(), way, &mut ());
            applied.inspect_err(|why| println!("{}: {why}", stream.name)).ok()?;
            settle(&mut tree, &origins).unwrap();
            let mut out = Vec::new();
            write(&tree, &origins, scanner.input(), &mut out, Path::new("out")).unwrap();
            Some(out)
        };
        let Some(changed) = apply(&stream.bytes, Way::Up) else {
            refused += 1;
            continue;
        };
        let before = check(&mut scanner(&stream.bytes, None)).unwrap();
        let findings = check(&mut scanner(&changed, None)).unwrap();
        assert_eq!(findings.described, before.described, "{}", stream.name);
        assert_eq!(
            findings.are_right(),
            before.are_right(),
            "{}: {:?}",
            stream.name,
            findings.errors
        );
        let back = apply(&changed, Way::Down).unwrap();
        assert!(back == stream.bytes, "{}", stream.name);
        done += 1;
    }
    println!("{done} streams, {refused} refused");
    assert!(done > 8 && refused < 3, "{done} streams, {refused} refused");
}
