//! `inspect --open`: what is inside of opaque fields.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;

use std::process::Command;

use serde_json::Value;

/// What the program prints of a stream of the project.
fn shown(stream: &str, arguments: &[&str]) -> String {
    let (file, vmdesc) = streams::one(stream).files();
    let mut command = Command::new(env!("CARGO_BIN_EXE_migcore"));
    command.arg("inspect").arg(file.path()).args(arguments);
    if let Some(vmdesc) = &vmdesc {
        command.arg("--vmdesc").arg(vmdesc.path());
    }
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const NET: &str = "0000:00:01.0/virtio-net/0";

#[test]
fn the_inside_of_a_virtio_device_is_shown_as_text() {
    let text = shown("linux-q35-7.2.dev", &["--open", "--filter", NET]);
    let lines = [
        "  virtio  struct opaque:virtio-net, version 1  @34842",
        "    guest_features    u32        816807972 (0x30af8024)",
        "      [2]  num 64 (0x40), desc 90689536 (0x567d000), last_avail_idx 9, vector 65535 (0xffff)",
        "      mac                       bytes[6]    52 54 00 12 34 56",
        "      virtio_pci/modern_state  subsection, version 1",
    ];
    for line in lines {
        assert!(text.lines().any(|one| one == line), "{line}\n{text}");
    }
    let closed = shown("linux-q35-7.2.dev", &["--filter", NET]);
    assert!(closed.contains("  virtio  virtio[46190]  f4 1a") || closed.contains("{opaque}"));
    assert!(!closed.contains("guest_features"));
}

#[test]
fn the_filter_goes_on_inside_of_what_is_opened() {
    let path = format!("{NET}.virtio.queues[1].num");
    let document = shown("linux-q35-7.2.dev", &["--open", "--json", "--filter", &path]);
    let document: Value = serde_json::from_str(&document).unwrap();
    let device = &document["items"][0]["fields"][0];
    let field = &device["fields"][0];
    assert_eq!(field["description"], "opaque:virtio-net");
    let queue = &field["fields"][0]["elements"][0];
    assert_eq!(queue["index"], 1);
    assert_eq!(queue["fields"], serde_json::json!([{"name": "num", "type": "u32", "value": 256}]));
}

#[test]
fn a_field_that_is_not_understood_stays_as_it_is_and_says_why() {
    let document =
        shown("s390-7.2.dev", &["--open", "--json", "--filter", "/fe.0.0002/virtio-rng/0"]);
    let document: Value = serde_json::from_str(&document).unwrap();
    let fields = &document["items"][0]["fields"][0]["fields"];
    assert_eq!(fields[0]["note"], "stays opaque");
    assert_eq!(fields[0]["reason"], "byte 24, config: the bytes end inside of this item");
    assert_eq!((&fields[1]["name"], &fields[1]["type"]), (&"virtio".into(), &"bytes".into()));
    assert_eq!(fields[1]["marks"], serde_json::json!(["opaque"]));
}

#[test]
fn a_state_in_chunks_is_opened_as_well() {
    let (file, vmdesc) = streams::one("linux-q35-7.2.dev").files();
    let folder = tempfile::tempdir().unwrap();
    let chunks = folder.path().join("chunks");
    let mut command = Command::new(env!("CARGO_BIN_EXE_migcore"));
    command.arg("convert").arg(file.path()).args(["--to", "chunk", "-o"]).arg(&chunks);
    let done = command.arg("--vmdesc").arg(vmdesc.unwrap().path()).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let output = Command::new(env!("CARGO_BIN_EXE_migcore"))
        .args(["inspect", "--open"])
        .arg(&chunks)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for schema in ["virtio-net", "virtio-blk", "virtio-rng", "virtio-balloon"] {
        assert!(text.contains(&format!("virtio  struct opaque:{schema}, version 1")), "{schema}");
    }
}
