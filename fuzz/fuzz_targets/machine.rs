//! Any stream for a machine. See `migcore_fuzz::machine`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::machine::run(data));
