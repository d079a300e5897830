//! Compiles the C side of the measurements, at the level distributions use.
use std::path::Path;

const SOURCES: [&str; 7] = [
    "src/c/w1_hand.c",
    "src/c/w1_buffered.c",
    "src/c/buffered_file.c",
    "src/c/bare.c",
    "src/c/w1_migcore.c",
    "src/c/scalars.c",
    "src/c/tables.c",
];

fn main() {
    let include = Path::new("../include");
    let mut build = cc::Build::new();
    build
        .files(SOURCES)
        .include(include)
        .std("c99")
        .opt_level(2)
        .warnings(true)
        .extra_warnings(true)
        .compile("migcore_benches_c");
    println!("cargo:rerun-if-changed=src/c");
    println!("cargo:rerun-if-changed=../include");
}
