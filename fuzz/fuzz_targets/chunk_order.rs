//! Any state, read in any order. See `migcore_fuzz::chunk_order`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::chunk_order::run(data));
