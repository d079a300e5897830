//! The real streams that are kept here hold no memory of a guest, and it is said what each is for.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/second.rs"]
mod second;
#[path = "support/streams.rs"]
mod streams;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const STREAMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/streams");
const STRIP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/strip-ram");

/// What all of them may take, packed.
const ROOM: u64 = 3 << 20;

fn stored() -> Vec<PathBuf> {
    let entries = fs::read_dir(STREAMS).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|ending| ending == "xz")).collect()
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// Runs `scripts/strip-ram`: whether it found all well.
fn strip(arguments: &[&Path]) -> bool {
    Command::new("python3")
        .arg(STRIP)
        .args(arguments)
        .output()
        .expect("python3 runs")
        .status
        .success()
}

#[test]
fn no_memory_is_left() {
    let paths = stored();
    let streams = paths.iter().filter(|path| name(path).ends_with(".bin.xz"));
    let arguments: Vec<&Path> =
        [Path::new("--clean")].into_iter().chain(streams.map(PathBuf::as_path)).collect();
    assert!(strip(&arguments));
}

#[test]
fn each_is_explained_and_all_are_small() {
    let readme = fs::read_to_string(Path::new(STREAMS).join("README.md")).unwrap();
    let endings = [".bin", ".vmdesc", ".dev", ".mig", ".src", ".transformed"];
    for path in stored() {
        let machine =
            endings.iter().fold(name(&path), |name, ending| name.split(ending).next().unwrap());
        // A stream by its machine, anything else by its name.
        let explained = [format!("| `{machine}`"), format!("`{}`", name(&path))];
        assert!(explained.iter().any(|words| readme.contains(words)), "{machine}");
    }
    let size: u64 = stored().iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(size <= ROOM, "{size}");
}

#[test]
fn pages_of_every_kind_are_replaced() {
    let replaced = tempfile::NamedTempFile::new().unwrap();
    let mut dirty = 0;
    for stream in second::made(0, 12) {
        let (file, _) = stream.files();
        dirty += u32::from(!strip(&[Path::new("--clean"), file.path()]));
        assert!(strip(&[file.path(), replaced.path()]), "{}", stream.name);
        assert!(strip(&[Path::new("--check"), file.path(), replaced.path()]), "{}", stream.name);
        assert!(strip(&[Path::new("--clean"), replaced.path()]), "{}", stream.name);
    }
    assert!(dirty > 0);
}
