//! Memory in chunks. See `migcore_fuzz::chunk_memory`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::chunk_memory::run(data));
