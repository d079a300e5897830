//! Any state, saved and read. See `migcore_fuzz::chunk_round`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::chunk_round::run(data));
