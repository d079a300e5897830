//! The screens in the README are what the program prints. `MIGCORE_BLESS=1` writes them anew.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;

use std::path::Path;
use std::process::Command;

/// What the files on the screens are.
const FILES: [(&str, &str); 3] = [
    ("vm.state", "microvm-7.2.mig"),
    ("before.state", "setup-rtl8139-slot.src"),
    ("after.state", "setup-rtl8139-slot.transformed"),
];

/// Begins a screen, the program called on it, and ends it.
const BEGIN: &str = "```console\n$ migcore ";
const END: &str = "```\n";

#[test]
fn the_screens_are_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(&path).expect("a README");
    let folder = tempfile::tempdir().unwrap();
    for (file, stream) in FILES {
        std::fs::write(folder.path().join(file), streams::one(stream).bytes).unwrap();
    }
    let mut screens = readme.split(BEGIN);
    let mut made = screens.next().unwrap_or_default().to_owned();
    let mut number = 0;
    for screen in screens {
        let (command, rest) = screen.split_once('\n').expect("a command");
        let (_, behind) = rest.split_once(END).expect("the end of a screen");
        let printed = printed(folder.path(), command);
        made.push_str(&format!("{BEGIN}{command}\n{printed}{END}{behind}"));
        number += 1;
    }
    assert!(number >= 3, "{number} screens");
    if std::env::var_os("MIGCORE_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
    } else {
        assert!(made == readme, "README.md differs from what the program prints:\n{made}");
    }
}

/// What the program prints in `folder`.
fn printed(folder: &Path, command: &str) -> String {
    let mut run = Command::new(env!("CARGO_BIN_EXE_migcore"));
    run.current_dir(folder).args(command.split(' ')).env_remove("NO_COLOR");
    let output = run.output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
