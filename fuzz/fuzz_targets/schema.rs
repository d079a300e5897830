//! Any two files as schemas. See `program::schema`.

#![no_main]

#[path = "../src/program/mod.rs"]
#[allow(dead_code, reason = "each target uses a part of it")]
mod program;

libfuzzer_sys::fuzz_target!(|data: &[u8]| program::schema::run(data));
