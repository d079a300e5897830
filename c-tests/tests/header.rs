//! `include/migcore.h` is what cbindgen makes of the ffi crate. `MIGCORE_BLESS=1` writes it.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::{env, fs, process};

use migcore_c_tests::{expanded_ffi, top};

#[test]
fn committed_header_is_the_generated_one() {
    let expanded = expanded_ffi().expect("the ffi crate expands");
    let source = env::temp_dir().join(format!("migcore-ffi-{}.rs", process::id()));
    fs::write(&source, expanded).expect("the expanded source is written");
    let config = cbindgen::Config::from_file(top().join("ffi/cbindgen.toml")).expect("a config");
    let bindings = cbindgen::Builder::new().with_config(config).with_src(&source).generate();
    fs::remove_file(&source).expect("the expanded source is removed");
    let mut generated = Vec::new();
    bindings.expect("cbindgen reads the source").write(&mut generated);
    let header = top().join("include/migcore.h");
    if env::var_os("MIGCORE_BLESS").is_some() {
        fs::write(&header, &generated).expect("the header is written");
    }
    let committed = fs::read(&header).unwrap_or_default();
    assert!(committed == generated, "include/migcore.h is out of date: run `make header`");
}
