//! Another Rust library in the same program, with `std` and all that it brings.

use std::collections::HashMap;
use std::panic;

/// Sums what it parses from a formatted text, on a thread, and survives a panic on the way.
///
/// # Safety
/// `values` points to `count` numbers.
#[no_mangle]
pub unsafe extern "C" fn other_sum(values: *const u32, count: usize) -> u64 {
    let values = unsafe { std::slice::from_raw_parts(values, count) };
    let text: Vec<String> = values.iter().map(|value| format!("{value:#x}")).collect();
    let sum = std::thread::spawn(move || {
        let mut seen = HashMap::new();
        for item in &text {
            *seen.entry(item.clone()).or_insert(0u64) += 1;
        }
        seen.iter().map(|(item, times)| times * parse(item)).sum()
    });
    panic::set_hook(Box::new(|_| {}));
    let survived = panic::catch_unwind(|| parse("no number"));
    if survived.is_ok() { 0 } else { sum.join().unwrap_or(0) }
}

fn parse(text: &str) -> u64 {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).expect("a number")
}
