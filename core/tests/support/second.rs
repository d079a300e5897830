//! The second reader of chunk streams, a program of its own.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::io::Write;
use std::process::{Command, Stdio};

/// What it prints for each stream; `error` for one that it refuses.
pub fn read_all(streams: &[Vec<u8>]) -> Vec<String> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_reader/read_chunks.py");
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for stream in streams {
        file.write_all(&(stream.len() as u32).to_be_bytes()).unwrap();
        file.write_all(stream).unwrap();
    }
    file.flush().unwrap();
    let mut command = Command::new("python3");
    command.arg(program).arg("--lengths").arg(file.path()).stderr(Stdio::inherit());
    let output = command.output().expect("python3 runs");
    assert!(output.status.success(), "the second reader failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let parts = text.split("stream ").skip(1);
    let read: Vec<String> =
        parts.map(|part| part.split_once('\n').expect("a line").1.to_owned()).collect();
    assert_eq!(read.len(), streams.len());
    read
}

/// The lines between the header and the end of the stream.
pub fn items(text: &str) -> String {
    let inner = |line: &&str| !line.starts_with("header ") && *line != "end of stream";
    text.lines().filter(inner).map(|line| format!("{line}\n")).collect()
}
