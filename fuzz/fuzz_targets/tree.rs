//! Any edits of a tree. See `migcore_fuzz::tree`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::tree::run(data));
