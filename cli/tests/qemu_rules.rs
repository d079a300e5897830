//! What QEMU does with altered streams, and what `verify` says of them.

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

use std::fs;
use std::path::Path;

use migcore_cli::qemu::rules::{check, Findings};
use qemu::{from_hex, scanner, LOAD_CASES};

/// Who decides whether a stream is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decides {
    /// The stream alone, also where it contradicts its own description, so the verdicts agree.
    Stream,
    /// What the receiver is, or which devices it has: nothing is wrong with the stream.
    Receiver,
    /// The stream, but QEMU does not look at what is missing.
    StreamStricter,
}

const RECEIVER: [&str; 7] = [
    "no config section",
    "machine nonx",
    "machine pc",
    "tpb subsection 13",
    "cap mismatch",
    "instance 1",
    "unknown subsection timer/zzz",
];

/// Cut inside of the description, which QEMU does not read.
const STRICTER: [&str; 1] = ["vmdesc short"];

fn decides(id: &str) -> Decides {
    match id {
        _ if RECEIVER.contains(&id) => Decides::Receiver,
        _ if STRICTER.contains(&id) => Decides::StreamStricter,
        _ => Decides::Stream,
    }
}

struct Case {
    id: String,
    hex: String,
    loads: bool,
    said: String,
    found: Findings,
}

fn cases() -> Vec<Case> {
    let cases: serde_json::Value = serde_json::from_str(LOAD_CASES).unwrap();
    let each = |case: &serde_json::Value| {
        let stream = from_hex(case["hex"].as_str().unwrap());
        Case {
            id: case["id"].as_str().unwrap().to_owned(),
            hex: case["hex"].as_str().unwrap().to_owned(),
            loads: case["loads"].as_bool().unwrap(),
            said: case["stderr"][0].as_str().unwrap_or("").to_owned(),
            found: check(&mut scanner(&stream, None)).unwrap(),
        }
    };
    cases["cases"].as_array().unwrap().iter().map(each).collect()
}

#[test]
fn verify_and_qemu_agree_where_the_stream_decides() {
    for Case { id, loads, said, found, .. } in cases() {
        let right = found.errors.is_empty();
        match decides(&id) {
            Decides::Stream => assert_eq!(right, loads, "{id}: {said}, {:?}", found.errors),
            Decides::Receiver => assert!(right && !loads, "{id}: {said}, {:?}", found.errors),
            Decides::StreamStricter => assert!(!right && loads, "{id}: {said}"),
        }
    }
}

#[test]
fn what_is_odd_is_remarked() {
    let remarks = |id: &str| -> Vec<String> {
        let cases = cases();
        let case = cases.iter().find(|case| case.id == id).unwrap();
        case.found.remarks.iter().map(|remark| remark.text.clone()).collect()
    };
    assert_eq!(remarks("ok"), [""; 0]);
    assert_eq!(remarks("duplicate timer"), ["timer/0 comes again"]);
    assert_eq!(remarks("drop timer section"), ["timer/0 is described, but did not come"]);
    assert_eq!(remarks("trailing garbage"), ["7 bytes behind the end, which QEMU does not read"]);
    assert_eq!(
        remarks("no vmdesc after EOF"),
        ["no description behind the end: payloads cannot be checked"]
    );
    assert_eq!(
        remarks("instance 1"),
        [
            "timer/1 was not checked: the description does not have it",
            "timer/0 is described, but did not come",
            "globalstate/0 is described, but did not come"
        ]
    );
}

/// The table in the documentation is made from what is found here: `MIGCORE_BLESS=1` writes it.
#[test]
fn names_of_a_description_do_not_reach_the_terminal_as_they_are() {
    let text = r#"{"page_size": 4096, "devices": [{"name": "d", "instance_id": 0, "vmsd_name": "d", "version": 1, "fields": [{"name": "\u001b[2J\u009b", "type": "bool", "size": 1}]}, {"name": "\u001b[2J\u202e", "instance_id": 0, "vmsd_name": "e", "version": 1, "fields": []}]}"#;
    let mut stream = b"QEVM\0\0\0\x03\x04\0\0\0\0\x01d\0\0\0\0\0\0\0\x01\x07\x7e\0\0\0\0".to_vec();
    stream.extend_from_slice(&[0, 6]);
    stream.extend_from_slice(&u32::try_from(text.len()).unwrap().to_be_bytes());
    stream.extend_from_slice(text.as_bytes());
    let found = check(&mut scanner(&stream, None)).unwrap();
    let told: Vec<&str> =
        found.errors.iter().chain(&found.remarks).map(|finding| finding.text.as_str()).collect();
    assert!(told.iter().any(|text| text.contains(r"does not fit: \u{1b}[2J\u{9b}: ")), "{told:?}");
    assert!(told.contains(&r"\u{1b}[2J\u{202e}/0 is described, but did not come"), "{told:?}");
}

#[test]
fn the_documentation_has_the_table() {
    let mut table =
        "| stream | QEMU 7.2 | `migcore verify` | who decides |\n|---|---|---|---|\n".to_owned();
    for Case { id, loads, said, found, .. } in cases() {
        let qemu = match (loads, said.is_empty()) {
            (true, true) => "loads".to_owned(),
            (true, false) => format!("loads: {said}"),
            (false, _) => format!("refuses: {said}"),
        };
        let ours = match (found.errors.first(), found.remarks.first()) {
            (Some(error), _) => format!("error: {}", error.text),
            (None, Some(remark)) => format!("remark: {}", remark.text),
            (None, None) => "right".to_owned(),
        };
        let who = match decides(&id) {
            Decides::Stream => "the stream",
            Decides::Receiver => "the receiver",
            Decides::StreamStricter => "the stream; QEMU does not read that far",
        };
        table.push_str(&format!("| {id} | {qemu} | {ours} | {who} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tools.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- load cases -->\n\n", "\n<!-- end of load cases -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    if std::env::var_os("MIGCORE_BLESS").is_some() {
        fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "MIGCORE_BLESS=1 writes the table");
    }
}

/// QEMU does not read descriptions: one of another stream is no reason to refuse.
#[test]
fn a_description_of_another_stream_makes_nothing_wrong() {
    let cases = cases();
    let case = cases.iter().find(|case| case.id == "no vmdesc after EOF").unwrap();
    let stream = from_hex(&case.hex);
    let other = r#"{"page_size": 4096, "devices": [{"name": "timer", "instance_id": 0,
        "vmsd_name": "timer", "version": 2, "fields": [{"name": "b", "type": "bool", "size": 1}]}]}"#;
    let found = check(&mut scanner(&stream, Some(other.as_bytes()))).unwrap();
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    let texts: Vec<&str> = found.remarks.iter().map(|remark| remark.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("timer/0 was not checked")), "{texts:?}");
}
