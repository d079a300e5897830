//! Real QEMU streams as trees that could be edited: unchanged, they are written as they were.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;

use std::path::Path;

use migcore::model::Tree;
use migcore_cli::transform::load::load;
use migcore_cli::transform::qemu::{settle, write};
use qemu::scanner;

#[test]
fn every_stream_is_written_as_it_was() {
    let mut memory = vec![0; 256 << 20];
    for stream in streams::all() {
        let mut scanner = scanner(&stream.bytes, stream.vmdesc.as_deref());
        let mut tree = Tree::new(&mut memory).unwrap();
        let origins = load(&mut scanner, &mut tree).unwrap();
        settle(&mut tree, &origins, Path::new("test")).unwrap();
        let mut out = Vec::new();
        write(&tree, &origins, scanner.input(), &mut out, Path::new("out")).unwrap();
        assert!(out == stream.bytes, "{}", stream.name);
        println!("{} {} of {}", stream.name, tree.used(), stream.bytes.len());
    }
}
