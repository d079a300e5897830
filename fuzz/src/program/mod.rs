//! Targets that need more than the core: the program's library, or an allocator. `cli/tests/fuzzed.rs` has this
//! as a module, as `core/tests/fuzzed.rs` has the others; their seeds are made there.

#![allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a promise that is broken is a panic here; tests have this as a module"
)]

pub mod memory;
#[path = "../mend.rs"]
#[allow(dead_code, reason = "a target of the library is mended in more ways")]
mod mend;
pub mod qemu;
pub mod schema;
pub mod vmdesc;

/// What a target does with its input.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 4] = [
    ("qemu", qemu::run),
    ("vmdesc", vmdesc::run),
    ("memory", memory::run),
    ("schema", schema::run),
];

/// A text and what belongs to it: the length of the text, then both.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = match data {
        [a, b, rest @ ..] => (usize::from(u16::from_be_bytes([*a, *b])), rest),
        _ => (0, data),
    };
    rest.split_at(length.min(rest.len()))
}
