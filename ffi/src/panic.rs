//! What a panic would do, were there one.

/// Calls a function that nobody defines, so that an archive with a reachable panic does not link,
/// and `scripts/panic-gate` finds it by this name.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    extern "C" {
        fn migcore_panic_reached__() -> !;
    }
    // SAFETY: never reached: a program that could reach this does not link.
    unsafe { migcore_panic_reached__() }
}

/// Panics when `index` is out of range; the panic gate must find this one.
#[cfg(feature = "planted-panic")]
#[no_mangle]
#[allow(
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "found by its name; the panic is the purpose"
)]
pub extern "C" fn migcore_planted_panic(index: usize) -> u8 {
    static BYTES: [u8; 4] = [1, 2, 3, 4];
    BYTES[index]
}
