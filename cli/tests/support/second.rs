//! The second reader of QEMU streams, and the writer beside it: programs of their own.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::streams::Stream;

const PROGRAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_reader");

/// Where the lines of a stream end that it cannot read on.
const STOP: &str = "STOP ";

/// What it prints of a stream.
pub struct Reading {
    /// A line for each item.
    pub lines: Vec<String>,
    /// Whether it read to the end.
    pub whole: bool,
}

/// Reads a stream.
pub fn read(stream: &Stream) -> Reading {
    let (file, vmdesc) = stream.files();
    let mut command = python("read_qemu.py");
    if let Some(vmdesc) = &vmdesc {
        command.arg("--vmdesc").arg(vmdesc.path());
    }
    let output = command.arg(file.path()).output().expect("python3 runs");
    let mut lines: Vec<String> = text(&output).lines().map(str::to_owned).collect();
    let whole = output.status.success();
    if !whole {
        let last = lines.pop().unwrap_or_default();
        assert!(last.starts_with(STOP), "{}: {last}", stream.name);
    }
    Reading { lines, whole }
}

/// Streams that no machine wrote, by the numbers from `first` on.
pub fn made(first: u32, count: u32) -> Vec<Stream> {
    let directory = tempfile::tempdir().expect("a directory");
    let numbers = [first, count].map(|number| number.to_string());
    let output = python("write_qemu.py").arg(directory.path()).args(numbers).output();
    assert!(output.expect("python3 runs").status.success());
    let stream = |number: u32| {
        let name = format!("made-{number}");
        let bytes = fs::read(Path::new(directory.path()).join(format!("{name}.bin"))).unwrap();
        Stream { name, bytes, vmdesc: None }
    };
    (first..first.saturating_add(count)).map(stream).collect()
}

/// One of the programs.
pub fn python(program: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(Path::new(PROGRAMS).join(program));
    command
}

fn text(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("text")
}
