//! Differences of streams of QEMU: of their devices, whatever format they are in.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;
mod support;

use support::Place;

#[test]
fn the_same_state_is_equal_in_both_formats() {
    let place = Place::new();
    place.put("a.state", &streams::one("i440fx-7.2-default.mig").bytes);
    assert_eq!(place.run(&["convert", "a.state", "-o", "b.mig", "--to", "chunk"]).code, Some(0));
    for (left, right) in [("a.state", "a.state"), ("a.state", "b.mig"), ("b.mig", "a.state")] {
        let ran = place.run(&["diff", left, right]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    }
}

#[test]
fn a_field_that_differs_is_told_by_its_path() {
    let place = Place::new();
    let mut bytes = streams::one("i440fx-7.2-default.mig").bytes;
    place.put("a.state", &bytes);
    let path = "serial/0.state.scr";
    let shown = place.run(&["inspect", "a.state", "--filter", path]).out;
    let line = shown.lines().find(|line| line.trim().starts_with("scr ")).unwrap();
    let offset = line.rsplit('@').next().unwrap().split(' ').next().unwrap();
    bytes[offset.parse::<usize>().unwrap()] = 9;
    place.put("b.state", &bytes);
    let ran = place.run(&["diff", "a.state", "b.state"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert_eq!(ran.out, format!("changed {path}: u8 = 0 -> u8 = 9\n"));
}

#[test]
fn guest_memory_is_compared_by_its_digest() {
    let place = Place::new();
    let mut bytes = streams::one("i440fx-7.2-default.mig").bytes;
    place.put("a.state", &bytes);
    let shown = place.run(&["inspect", "--json", "a.state"]).json();
    let sections = shown["items"].as_array().unwrap();
    let part = sections.iter().find(|one| one["kind"] == "part").unwrap();
    let offset = part["payload_offset"].as_u64().unwrap();
    // In the content of a page, far behind what a tree would keep.
    bytes[offset as usize + 90_000] ^= 1;
    place.put("b.state", &bytes);
    let ran = place.run(&["diff", "a.state", "b.state"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.contains(".raw SHA-256: "), "{}", ran.out);
}

#[test]
fn damage_is_told_and_nothing_compared() {
    let place = Place::new();
    let bytes = streams::one("i440fx-7.2-default.mig").bytes;
    place.put("a.state", &bytes);
    place.put("b.state", &bytes[..bytes.len() / 2]);
    let ran = place.run(&["diff", "a.state", "b.state"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.starts_with("error: b.state: "), "{}", ran.err);
}
