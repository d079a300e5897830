//! What `migcore suggest` writes for machines of which it is recorded that QEMU refuses the stream: behind the rules it is
//! loaded, or the rules say what they do not do.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;
mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::Place;

const LOADS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loads");

/// Of so many pairs one is tried. It has no divisor with the number of versions of a machine, so all come.
const EACH: usize = 37;

/// The machines of which QEMU refuses the stream of the first for the second.
fn refused() -> Vec<[String; 2]> {
    let text = fs::read_to_string(Path::new(LOADS).join("answers.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let pairs = document["pairs"].as_array().unwrap().iter();
    let refused =
        pairs.filter(|pair| pair["as_is"]["loads"] == false && pair["from"] != pair["to"]);
    refused.map(|pair| ["from", "to"].map(|end| pair[end].as_str().unwrap().to_owned())).collect()
}

fn load(name: &str) -> Vec<u8> {
    streams::at(&Path::new(LOADS).join(format!("{name}.bin.xz"))).bytes
}

/// What the rules say that they do not do, as the device that it is about, without its slot.
fn left(rules: &Value) -> Vec<String> {
    let groups = rules["groups"].as_array().unwrap().iter();
    let left = groups.flat_map(|group| group["not_done"].as_array().unwrap());
    left.map(|remark| remark["path"].as_str().unwrap().trim_start_matches("*/").to_owned())
        .collect()
}

#[test]
fn what_is_suggested_is_loaded_or_said_not_to_be_done() {
    let place = Place::new();
    let (mut loaded, mut other) = (0, 0);
    for [from, to] in refused().into_iter().step_by(EACH) {
        let pair = format!("{from} -> {to}");
        place.put("in", &load(&from));
        place.put("onto", &load(&to));
        let rules = place.run(&["suggest", "in", "--onto", "onto", "--json"]).json();
        place.put("rules.toml", rules["rules"].as_str().unwrap().as_bytes());
        let check = ["check", "in", "--against", "onto", "--same-release", "--json"];
        assert_eq!(place.run(&check).code, Some(2), "{pair}");
        let ran = place.run(&[&check[..], &["--rules", "rules.toml"]].concat());
        let checked = ran.json();
        let open = checked["findings"].as_array().unwrap().iter();
        let open = open.filter(|one| one["answer"] == "refused" || one["answer"] == "cannot tell");
        let open: Vec<&str> = open.map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(open.is_empty(), matches!(ran.code, Some(0 | 1)), "{pair}: {ran:?}");
        let left = left(&rules);
        for path in &open {
            let said = left.iter().any(|left| path.contains(left));
            assert!(said, "{pair}: {path} is not among {left:?}");
        }
        *(if open.is_empty() { &mut loaded } else { &mut other }) += 1;
    }
    assert!(loaded > 12 && other > 2, "{loaded} are loaded, {other} are not");
}
