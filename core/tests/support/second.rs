//! The second reader of chunk streams, a program of its own.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use migcore::Code;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_reader/read_chunks.py");

/// More lines than any stream of these tests has.
const WORK: &str = "4000000";

/// What it prints for each stream; `error` for one that it refuses.
pub fn read_all(streams: &[Vec<u8>]) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for stream in streams {
        file.write_all(&(stream.len() as u32).to_be_bytes()).unwrap();
        file.write_all(stream).unwrap();
    }
    file.flush().unwrap();
    let mut command = Command::new("python3");
    command
        .arg(PROGRAM)
        .args(["--work", WORK, "--lengths"])
        .arg(file.path())
        .stderr(Stdio::inherit());
    let output = command.output().expect("python3 runs");
    assert!(output.status.success(), "the second reader failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let parts = text.split("stream ").skip(1);
    let read: Vec<String> =
        parts.map(|part| part.split_once('\n').expect("a line").1.to_owned()).collect();
    assert_eq!(read.len(), streams.len());
    read
}

/// Why it refuses a stream; nothing if it does not.
pub fn reason(stream: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(stream).unwrap();
    let output =
        Command::new("python3").arg(PROGRAM).arg(file.path()).output().expect("python3 runs");
    String::from_utf8(output.stderr).unwrap()
}

/// Checks that it reads each stream as the library did, which has the lines or its error; shows the
/// shortest one where it does not.
pub fn agrees(streams: &[(Vec<u8>, Result<String, Code>)]) {
    let bytes: Vec<_> = streams.iter().map(|(bytes, _)| bytes.clone()).collect();
    let found = read_all(&bytes);
    let differs = |((_, due), found): &(&(Vec<u8>, Result<String, Code>), &String)| match due {
        Ok(lines) => items(found) != *lines,
        Err(_) => *found != "error\n",
    };
    let wrong: Vec<_> = streams.iter().zip(&found).filter(differs).collect();
    if let Some(((bytes, due), found)) = wrong.iter().min_by_key(|((bytes, _), _)| bytes.len()) {
        let reason = reason(bytes);
        panic!("{} of {} differ; {bytes:x?}\n{due:?}\n{reason}{found}", wrong.len(), streams.len());
    }
}

/// The lines of devices and their items.
pub fn items(text: &str) -> String {
    let others = ["header ", "chunk ", "end of stream"];
    let inner = |line: &&str| !others.iter().any(|other| line.starts_with(other));
    text.lines().filter(inner).map(|line| format!("{line}\n")).collect()
}
