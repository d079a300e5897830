//! The binary interface is the recorded one: `abi/migcore-N.txt`, of MIGCORE_ABI_VERSION N.
//!
//! A difference is a question to the reviewer. What is only new may be recorded with
//! `MIGCORE_BLESS=1`; what changed or is gone breaks programs that were linked before, and needs a
//! new number.

// The sizes in the record are those of one platform.
#![cfg(all(target_arch = "x86_64", unix))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test may panic: that is how it fails")]

use std::{env, fs};

use migcore_c_tests::interface::Interface;
use migcore_c_tests::{bound_header, top};
use migcore_ffi::status::MIGCORE_ABI_VERSION;

const HEAD: &str = "# The C interface of migcore on x86-64: a line for each fact, sorted.
# Compared by tests/abi.rs; MIGCORE_BLESS=1 writes it.
";

#[test]
fn the_interface_is_the_recorded_one() {
    let bound = bound_header("migcore.h", "(migcore|MIGCORE)_.*", &["-std=c99"]);
    let mut interface =
        Interface::read(&bound.expect("bindgen reads the header")).expect("an interface");
    // Changes with every release.
    interface.constants.remove("MIGCORE_VERSION").expect("a version");
    let now = format!("{HEAD}{interface}");
    let path = top().join(format!("c-tests/abi/migcore-{MIGCORE_ABI_VERSION}.txt"));
    if env::var_os("MIGCORE_BLESS").is_some() {
        fs::write(&path, &now).expect("the record is written");
    }
    let recorded = fs::read_to_string(&path).expect("there is a record for this ABI version");
    if recorded != now {
        panic!("{} differs from the header:\n{}", path.display(), differences(&recorded, &now));
    }
}

/// Lines of only one of the two texts.
fn differences(recorded: &str, now: &str) -> String {
    let only = |a: &str, b: &str, sign: char| -> String {
        let known: Vec<_> = b.lines().collect();
        a.lines()
            .filter(|line| !known.contains(line))
            .map(|line| format!("{sign} {line}\n"))
            .collect()
    };
    only(recorded, now, '-') + &only(now, recorded, '+')
}

#[test]
fn a_difference_is_shown_by_line() {
    assert_eq!(differences("a\nb\n", "b\nc\n"), "- a\n+ c\n");
}
