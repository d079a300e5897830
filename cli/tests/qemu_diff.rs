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

use serde_json::Value;
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
    assert_eq!(ran.out, format!("{path}: 0 -> 9\n"));
}

const NUMBERS: [&str; 8] = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];

/// The values of one number in a document, each as its name and its place in the stream.
fn numbers(value: &Value, found: &mut Vec<(String, usize)>) {
    if let Some(array) = value.as_array() {
        array.iter().for_each(|one| numbers(one, found));
    }
    let Some(object) = value.as_object() else { return };
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    let offset = object.get("offset").and_then(Value::as_u64).map(|offset| offset as usize);
    if let Some(offset) = offset.filter(|_| NUMBERS.contains(&kind)) {
        found.push((object["name"].as_str().unwrap_or_default().to_owned(), offset));
    }
    object.values().for_each(|inner| numbers(inner, found));
}

#[test]
fn one_number_that_is_altered_is_one_difference() {
    let place = Place::new();
    for name in ["i440fx-7.2-default.mig", "q10-i440fx-10.0.mig", "mips-malta.mig"] {
        let bytes = streams::one(name).bytes;
        place.put("a.state", &bytes);
        let shown = place.run(&["inspect", "--json", "a.state"]).json();
        let mut found = Vec::new();
        numbers(&shown["items"], &mut found);
        assert!(found.len() > 300, "{name}: {}", found.len());
        for (field, offset) in found.iter().step_by(found.len() / 12) {
            let mut altered = bytes.clone();
            altered[*offset] ^= 0x20;
            place.put("b.state", &altered);
            let ran = place.run(&["diff", "a.state", "b.state"]);
            assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""), "{name}: {field}");
            assert_eq!(ran.out.lines().count(), 1, "{name}: {field}: {}", ran.out);
            let path = ran.out.split(": ").next().unwrap();
            assert!(path.ends_with(field.as_str()), "{name}: {field}: {}", ran.out);
        }
    }
}

#[test]
fn every_stream_is_equal_to_itself_as_chunks() {
    let place = Place::new();
    for stream in streams::all().filter(|stream| stream.bytes.len() < 1 << 20) {
        place.put("a.state", &stream.bytes);
        let converted =
            place.run(&["convert", "a.state", "-o", "b.mig", "--to", "chunk", "--force"]);
        let ran = place.run(&["diff", "a.state", "b.mig"]);
        match converted.code {
            Some(0) => assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", stream.name),
            // What is damaged is equal to nothing.
            _ => assert_ne!(ran.code, Some(0), "{}", stream.name),
        }
    }
}

/// A description without the numbers of elements.
fn without_index(text: &str) -> String {
    let mut pieces = text.split("\"index\":");
    let mut without = pieces.next().unwrap().to_owned();
    for piece in pieces {
        without.push_str(
            piece
                .trim_start_matches([' ', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                .trim_start_matches([',', ' ']),
        );
    }
    without
}

/// A stream whose description, which lies outside of it, has no `index`: as newer releases write it.
#[test]
fn how_a_release_describes_a_list_is_no_difference() {
    let place = Place::new();
    for name in ["i440fx-7.2-default.dev", "q35-7.2-modern.dev"] {
        let stream = streams::one(name);
        let text = String::from_utf8(stream.vmdesc.unwrap()).unwrap();
        let without = without_index(&text);
        assert_ne!(text, without);
        place.put("a.state", &stream.bytes);
        place.put("a.json", text.as_bytes());
        place.put("b.json", without.as_bytes());
        let arguments =
            ["diff", "a.state", "a.state", "--vmdesc-a", "a.json", "--vmdesc-b", "b.json"];
        let ran = place.run(&arguments);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""), "{name}");
        // Values and not bytes were compared.
        let json = place.run(&[&arguments[..], &["--json"]].concat()).json();
        assert_eq!(json["summary"]["opaque"], 0, "{name}");
        assert!(json["summary"]["compared"].as_u64().unwrap() > 20, "{name}");
    }
}

#[test]
fn two_releases_differ_in_what_they_have_alone() {
    let place = Place::new();
    for (file, name) in [("a", "src"), ("b", "transformed")] {
        place.put(file, &streams::one(&format!("xbin-i440fx-10.0-to-7.2.{name}")).bytes);
    }
    let ran = place.run(&["diff", "a", "b"]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "machine: pc-i440fx-10.0 -> pc-i440fx-7.2",
            "only in A: command[0], SWITCHOVER_START",
            "only in A: hpet/0.num_timers_save, u8 3",
            "only in B: hpet/0.num_timers, u8 3",
            "globalstate/0.runstate: 32 -> 100 bytes, 8 of those in both differ, first at 1: 61 -> 72",
        ]
    );
    assert!(
        lines[5..].iter().all(|line| line.starts_with("only in A: globalstate/0.")),
        "{lines:?}"
    );
}

#[test]
fn what_nothing_describes_is_compared_by_its_bytes() {
    let place = Place::new();
    let stream = streams::one("i440fx-7.2-default.dev");
    let mut altered = stream.bytes.clone();
    // The last byte of the first section: that of the timers.
    altered[8 + 5 + 6 + 8 + 23] ^= 1;
    place.put("a", &stream.bytes);
    place.put("b", &altered);
    place.put("a.json", &stream.vmdesc.unwrap());
    let ran = place.run(&["diff", "a", "b"]);
    let why =
        "opaque in A: the stream has no description; opaque in B: the stream has no description";
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out.starts_with(&format!("timer/0 ({why}): 1 of 24 bytes differ, first at 23: ")),
        "{}",
        ran.out
    );
    assert_eq!(ran.out.lines().count(), 1);
    let ran = place.run(&["diff", "a", "b", "--vmdesc-a", "a.json", "--vmdesc-b", "a.json"]);
    assert!(ran.out.starts_with("timer/0.cpu_clock_offset: "), "{}", ran.out);
    // Where one side is described, bytes are still bytes.
    let ran = place.run(&["diff", "a", "b", "--vmdesc-a", "a.json"]);
    assert!(ran.out.starts_with("timer/0 (opaque in B: "), "{}", ran.out);
    let ran = place.run(&["diff", "a", "a", "--vmdesc-b", "a.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert_eq!(place.run(&["diff", "a.mig", "a", "--vmdesc-a", "a.json"]).code, Some(2));
}

#[test]
fn guest_memory_is_compared_by_blocks_counts_and_records() {
    let place = Place::new();
    let mut bytes = streams::one("i440fx-7.2-default.mig").bytes;
    place.put("a.state", &bytes);
    let shown = place.run(&["inspect", "--json", "a.state"]).json();
    let sections = shown["items"].as_array().unwrap();
    let part = sections.iter().find(|one| one["kind"] == "part").unwrap();
    let offset = part["payload_offset"].as_u64().unwrap();
    // In the content of a page.
    bytes[offset as usize + 90_000] ^= 1;
    place.put("b.state", &bytes);
    let ran = place.run(&["diff", "a.state", "b.state"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert_eq!(ran.out.lines().count(), 1, "{}", ran.out);
    assert!(ran.out.starts_with("ram/0: 1 of "), "{}", ran.out);
    assert!(ran.out.contains("memory is not compared page by page"), "{}", ran.out);
    for (file, name) in [("a", "var-plain"), ("b", "var-compress")] {
        place.put(file, &streams::one(name).bytes);
    }
    let ran = place.run(&["diff", "a", "b"]);
    let line =
        "ram/0.pc.bios: 18 zero and 46 whole pages -> 18 zero and 0 whole pages, 46 compressed\n";
    assert!(ran.out.contains(line), "{}", ran.out);
}

#[test]
fn damage_is_told_and_nothing_compared() {
    let place = Place::new();
    let bytes = streams::one("i440fx-7.2-default.mig").bytes;
    place.put("a.state", &bytes);
    place.put("b.state", &bytes[..bytes.len() / 2]);
    for (left, right) in [("a.state", "b.state"), ("b.state", "b.state")] {
        let ran = place.run(&["diff", left, right]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
        assert!(ran.err.starts_with("error: b.state: byte "), "{}", ran.err);
    }
    let json = place.run(&["diff", "--json", "a.state", "b.state"]).json();
    assert_eq!(
        (&json["equal"], json["errors"].as_array().unwrap().len()),
        (&Value::Bool(false), 1)
    );
}
