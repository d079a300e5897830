//! Any device over any chunks. See `migcore_fuzz::chunk_device`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::chunk_device::run(data));
