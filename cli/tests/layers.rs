//! What is below the commands does not know them.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// The modules that the others may not use.
const TOP: [&str; 2] = ["commands", "arguments"];

#[test]
fn nothing_below_the_commands_uses_them() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let below: Vec<PathBuf> = files(&source).into_iter().filter(|file| !is_top(file)).collect();
    assert!(below.len() > 20, "{below:?}");
    for file in below {
        let text = fs::read_to_string(&file).expect("a source file");
        for top in TOP {
            let used = text.contains(&format!("crate::{top}"));
            assert!(!used, "{} uses {top}", file.display());
        }
    }
}

fn is_top(file: &Path) -> bool {
    let mut parts = file.components().filter_map(|part| Path::new(part.as_os_str()).file_stem());
    parts.any(|part| TOP.iter().any(|top| part == *top))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
