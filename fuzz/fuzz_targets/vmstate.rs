//! Any bytes, loaded by tables. See `migcore_fuzz::vmstate`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| migcore_fuzz::vmstate::run(data));
