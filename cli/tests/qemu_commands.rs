//! The commands of the program on QEMU streams.

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

use std::io::Write;
use std::process::{Command, Output};

use qemu::load_case;
use serde_json::Value;
use tempfile::NamedTempFile;

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn run(command: &str, file: &NamedTempFile, arguments: &[&str]) -> Output {
    let mut run = Command::new(env!("CARGO_BIN_EXE_migcore"));
    run.arg(command).arg(file.path()).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The sections of a document of `inspect`.
fn sections(document: &Value) -> Vec<&Value> {
    let items = document["items"].as_array().unwrap();
    items.iter().filter(|item| item["group"] == "section").collect()
}

#[test]
fn inspect_shows_sections_with_values_and_places() {
    let stream = file(&load_case("ok"));
    let output = run("inspect", &stream, &["--json"]);
    assert_eq!(code(&output), 0);
    let document = json(&output);
    assert_eq!((&document["format"], &document["complete"]), (&"qemu".into(), &true.into()));
    let sections = sections(&document);
    let names: Vec<&str> = sections.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ram", "ram", "timer", "globalstate"]);
    let timer = sections[2];
    assert_eq!((&timer["offset"], &timer["payload"]), (&73.into(), &"described".into()));
    let field = &timer["fields"][0]["fields"][0];
    assert_eq!(field["name"], "cpu_ticks_offset");
    assert_eq!((&field["qemu_type"], &field["offset"]), (&"int64".into(), &92.into()));
    let output = run("inspect", &stream, &["--filter", "timer/0.cpu_clock_offset"]);
    assert_eq!(text(&output).matches("cpu_clock_offset").count(), 1);
    assert_eq!(text(&output).matches("globalstate").count(), 0);
}

#[test]
fn a_stream_that_is_cut_is_shown_up_to_there() {
    let whole = load_case("ok");
    let output = run("inspect", &file(&whole[..200]), &["--json"]);
    assert_eq!(code(&output), 1);
    let document = json(&output);
    assert_eq!(document["complete"], false);
    assert_eq!(document["error"]["offset"], 200);
    assert_eq!(sections(&document).len(), 4);
    assert!(String::from_utf8_lossy(&output.stderr).contains("globalstate/0"));
    for command in ["info", "verify"] {
        assert_eq!(code(&run(command, &file(&whole[..200]), &[])), 1, "{command}");
    }
}

#[test]
fn a_description_beside_the_stream_is_used() {
    let stream = streams::one("microvm-7.2.dev");
    let (file, description) = stream.files();
    let description = description.unwrap();
    let without = json(&run("inspect", &file, &["--json"]));
    let opaque = |one: &&Value| one["payload"] == "opaque";
    assert!(sections(&without).iter().all(opaque));
    let path = description.path().to_str().unwrap();
    let with = json(&run("inspect", &file, &["--json", "--vmdesc", path]));
    assert_eq!(sections(&with).len(), 17);
    assert!(!sections(&with).iter().any(opaque));
    let verified = json(&run("verify", &file, &["--json", "--vmdesc", path]));
    assert_eq!((&verified["sections"], &verified["described"]), (&17.into(), &17.into()));
    let wrong = run("inspect", &file, &["--vmdesc", file.path().to_str().unwrap()]);
    assert_eq!(code(&wrong), 3);
    let told = String::from_utf8_lossy(&wrong.stderr);
    assert!(told.ends_with(": a stream that does not end with a description\n"), "{told}");
    // As descriptions are kept, to save room.
    let packed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/streams/microvm-7.2.vmdesc.json.xz");
    let packed = run("inspect", &file, &["--vmdesc", packed]);
    assert_eq!(code(&packed), 3);
    assert!(String::from_utf8_lossy(&packed.stderr).ends_with(": compressed with xz\n"));
}

#[test]
fn the_description_of_another_stream_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let whole = load_case("ok");
    let end = whole.windows(6).rposition(|bytes| bytes.starts_with(b"\0\x06\0\0")).unwrap();
    let bare = file(&whole[..=end]);
    let described = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        run("verify", &bare, &["--json", "--vmdesc", path.to_str().unwrap()])
    };
    let found = json(&described("whole", &whole));
    assert_eq!((&found["described"], &found["remarks"]), (&2.into(), &Value::Array(Vec::new())));
    let told = |output: Output| {
        assert_eq!(code(&output), 3);
        String::from_utf8(output.stderr).unwrap()
    };
    let cut = told(described("cut", &whole[..whole.len() - 1]));
    assert!(cut.contains("/cut: its description: the stream ends inside of it: "), "{cut}");
    // One that does not end the stream may be of another, in the memory of the guest.
    let longer = told(described("longer", &[&whole[..], b"more"].concat()));
    assert!(longer.contains("/longer: a stream that does not end with a description"), "{longer}");
}

#[test]
fn info_says_what_the_stream_says_of_itself() {
    let info = |name: &str| json(&run("info", &streams::one(name).files().0, &["--json"]));
    let plain = info("var-plain");
    assert_eq!(plain["configuration"]["machine"], "pc-i440fx-7.2");
    assert_eq!(plain["written_by"]["before"]["release"], "8.2");
    assert_eq!(plain["bytes"]["described"], 342_524);
    assert_eq!(plain["blocks"][0]["name"], "pc.ram");
    assert_eq!((&plain["blocks"][0]["zero"], &plain["page_size"]), (&3920.into(), &4096.into()));
    let newest = info("q10-i440fx-10.0.mig");
    assert_eq!(newest["written_by"]["from"]["release"], "10.0");
    assert_eq!(newest["commands"][0]["name"], "SWITCHOVER_START");
    assert_eq!(info("old-q8.2-pc-i440fx-7.2.mig")["written_by"]["from"]["release"], "8.2");
    let shared = info("var-ignore-shared");
    assert_eq!(shared["configuration"]["capabilities"][0], "x-ignore-shared");
    assert!(shared["blocks"][0]["address"].is_u64());
    assert_eq!(info("mps2-an385.mig")["page_size"], 1024);
    assert_eq!(info("var-no-footer")["footers"], false);
    let uuid = &info("var-validate-uuid")["configuration"]["uuid"];
    assert_eq!(uuid.as_str().unwrap().len(), 36);
    let text = text(&run("info", &streams::one("var-compress").files().0, &[]));
    assert!(text.contains("  compressed  in the stream\n"), "{text}");
}

#[test]
fn verify_tells_errors_and_remarks() {
    let output = run("verify", &file(&load_case("footer id mismatch")), &["--json"]);
    assert_eq!(code(&output), 1);
    let found = json(&output);
    assert_eq!((&found["right"], &found["errors"][0]["offset"]), (&false.into(), &116.into()));
    let output = run("verify", &file(&load_case("footer id mismatch")), &[]);
    assert!(text(&output).starts_with("not right: 1 error\n"), "{}", text(&output));
    let output = run("verify", &file(&load_case("duplicate timer")), &[]);
    assert_eq!(code(&output), 0);
    assert!(text(&output).contains("timer/0 comes again"));
}

#[test]
fn verify_does_not_call_right_what_it_cannot_read_to_its_end() {
    // Of a release without footers and without descriptions.
    let old = streams::one("old-q1.7.2-pc-i440fx-1.7.mig").files().0;
    let output = run("verify", &old, &[]);
    assert_eq!(code(&output), 3);
    assert!(text(&output).starts_with("not checked behind byte 1187927\n"), "{}", text(&output));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(": byte 1187927: the end of section timer/0 was not found: "), "{told}");
    let found = json(&run("verify", &old, &["--json"]));
    assert_eq!((&found["right"], &found["errors"]), (&false.into(), &Value::Array(Vec::new())));
    assert_eq!(found["unchecked"]["offset"], 1_187_927);
    let (file, description) = streams::one("i440fx-2.0-net-blk.dev").files();
    let path = description.unwrap();
    let output = run("verify", &file, &["--vmdesc", path.path().to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", text(&output));
}

#[test]
fn a_conversion_to_chunks_comes_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let stream = streams::one("i440fx-7.2-default.mig");
    let to = path("chunks");
    let output = run("convert", &stream.files().0, &["-o", &to, "--to", "chunk"]);
    assert_eq!(code(&output), 0, "{}", String::from_utf8_lossy(&output.stderr));
    let chunks = file(&std::fs::read(&to).unwrap());
    assert_eq!(code(&run("verify", &chunks, &[])), 0);
    let back = path("back");
    assert_eq!(code(&run("convert", &chunks, &["-o", &back, "--to", "qemu"])), 0);
    assert!(std::fs::read(&back).unwrap() == stream.bytes);
    let cut = file(&stream.bytes[..1000]);
    let nothing = path("nothing");
    assert_eq!(code(&run("convert", &cut, &["-o", &nothing, "--to", "chunk"])), 1);
    assert!(!folder.path().join("nothing").exists());
}
