//! The files in `examples/rules` are good ones, and each has a place in their list.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use std::fs;
use std::path::PathBuf;

use bumpalo::Bump;
use migcore_cli::rules::Rules;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/rules");

#[test]
fn each_file_is_read_and_listed() {
    let list = fs::read_to_string(PathBuf::from(EXAMPLES).join("README.md")).unwrap();
    let paths = fs::read_dir(EXAMPLES).unwrap().map(|entry| entry.unwrap().path());
    let rules: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(!rules.is_empty());
    for path in rules {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(list.contains(&format!("[{name}]({name})")), "{name} is not in the list");

        let read =
            Rules::read(std::slice::from_ref(&path)).unwrap_or_else(|why| panic!("{name}: {why}"));
        let arena = Bump::new();
        let made = read.made(&arena).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(made.title.is_some(), "{name} has no title");
        assert!(!made.plain.is_empty() || !made.histories.is_empty(), "{name} changes nothing");
    }
}
