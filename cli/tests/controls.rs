//! Names and texts of a stream do not get to a terminal as what it obeys.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
mod support;

use migcore::codec::chunk::{Saver, Settings};
use migcore::ram::{BlockHead, PageSize};
use migcore::visit::{Description, Scope, ScopeKind, Versions};
use serde_json::Value;

use support::{Place, Ran};

/// Each control character that JSON lets stand, between letters.
fn controls() -> String {
    ('\u{7f}'..='\u{9f}').flat_map(|control| ['x', control]).chain(['y']).collect()
}

/// A stream of which each name and text has all of them.
fn stream(value: u8) -> Vec<u8> {
    let (mut stream, mut scratch) = (vec![0; 1 << 16], vec![0; 1 << 12]);
    let name = controls();
    let settings = Settings { machine: &name, writer: &name, ..Settings::default() };
    let mut saver = Saver::to_slice(&mut stream, &settings, &mut scratch).unwrap();
    let heads = [BlockHead { name: name.as_bytes(), length: 16 }];
    saver.blocks(&heads, PageSize::new(16).unwrap()).unwrap();
    saver.pages(&heads, 0, 0, &[value; 16]).unwrap();
    let (name, versions) = (name.as_str(), Versions::only(1));
    let mut visitor = saver.visitor();
    visitor.begin(&name, Scope::Device { instance: 0, versions }).unwrap();
    let description = Description { name: name.as_bytes(), versions };
    visitor.begin(&name, Scope::Struct(Some(description))).unwrap();
    visitor.visit(name, &mut { value }).unwrap();
    visitor.save_text(&name, name).unwrap();
    visitor.end(ScopeKind::Struct).unwrap();
    visitor.end(ScopeKind::Device).unwrap();
    let length = saver.finish().unwrap() as usize;
    stream.truncate(length);
    stream
}

/// What was printed as JSON, and how many controls are in its strings.
fn checked(ran: &Ran) -> (Value, usize) {
    let obeyed = |letter: char| letter.is_control() && letter != '\n';
    assert!(!ran.out.contains(obeyed), "{:?}", ran.out);
    let document = ran.json();
    let count = strings(&document).matches(obeyed).count();
    (document, count)
}

/// All strings of a document.
fn strings(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(strings).collect(),
        Value::Object(members) => members.values().map(strings).collect(),
        _ => String::new(),
    }
}

#[test]
fn json_of_chunks_escapes_them() {
    let place = Place::new();
    let (whole, all) = (stream(1), controls().chars().filter(|one| one.is_control()).count());
    place.put("a.mig", &whole);
    place.put("b.mig", &stream(2));
    let (document, count) = checked(&place.run(&["inspect", "--json", "a.mig"]));
    let device = &document["devices"][0];
    assert_eq!((&document["machine"], &device["name"]), (&controls().into(), &controls().into()));
    assert_eq!(device["fields"][0]["fields"][1]["value"], controls());
    assert_eq!(count, 10 * all);
    for (arguments, times) in [
        (&["inspect", "--chunks", "--json", "a.mig"][..], 1),
        (&["info", "--json", "a.mig"], 4),
        (&["verify", "--json", "a.mig"], 1),
    ] {
        assert_eq!(checked(&place.run(arguments)).1, times * all, "{arguments:?}");
    }
    // What is compared is told in paths of text, which have no controls in the first place.
    checked(&place.run(&["diff", "--json", "a.mig", "b.mig"]));
    for cut in (0..whole.len()).step_by(23) {
        place.put("cut.mig", &whole[..cut]);
        for arguments in [
            &["inspect", "--json", "cut.mig"][..],
            &["inspect", "--chunks", "--json", "cut.mig"],
            &["info", "--json", "cut.mig"],
            &["verify", "--json", "cut.mig"],
        ] {
            let ran = place.run(arguments);
            assert!(!ran.out.is_empty() || ran.code == Some(3), "{cut}, {arguments:?}");
            if !ran.out.is_empty() {
                checked(&ran);
            }
        }
    }
}

#[test]
fn json_of_streams_of_qemu_escapes_them() {
    let place = Place::new();
    let mut stream = qemu::load_case("ok");
    while let Some(at) = stream.windows(5).position(|bytes| bytes == b"timer") {
        stream[at..at + 5].copy_from_slice("t\u{7f}\u{9b}r".as_bytes());
    }
    place.put("a", &stream);
    place.put("b", &stream[..200]);
    for name in ["a", "b"] {
        for arguments in [
            &["inspect", "--json", name][..],
            &["info", "--json", name],
            &["verify", "--json", name],
            &["convert", "--json", "--force", "--to", "chunk", "-o", "out", name],
            &["diff", "--json", "a", name],
        ] {
            checked(&place.run(arguments));
        }
    }
    assert!(checked(&place.run(&["inspect", "--json", "a"])).1 > 0);
    assert!(checked(&place.run(&["info", "--json", "a"])).1 > 0);
}
