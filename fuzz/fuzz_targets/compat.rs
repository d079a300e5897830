//! Any declared steps on any tree. See `migcore_fuzz::compat`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::compat::run(data));
