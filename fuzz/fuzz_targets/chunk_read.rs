//! Any chunks, read in every way. See `migcore_fuzz::chunk_read`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::chunk_read::run(data));
