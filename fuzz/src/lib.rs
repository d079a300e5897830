//! What the fuzz targets do, as plain functions of bytes. `core/tests/fuzzed.rs` runs them as well, over the
//! seeds and pseudo-random changes of these, wherever there is no fuzzer.
//!
//! Targets that need more than the core are in `program`, which is a part of no crate: `cli/tests/fuzzed.rs` has
//! it as a module, and so has each of their programs.
//!
//! A new target is a module here with a function `run`, a line in [`TARGETS`], a program in
//! `fuzz_targets/` with its name in `Cargo.toml`, and seeds, which `core/tests/fuzzed.rs` makes.

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

mod board;
pub mod chunk_device;
pub mod chunk_memory;
pub mod chunk_order;
pub mod chunk_read;
pub mod chunk_round;
pub mod compat;
mod input;
pub mod machine;
pub mod mend;
mod reading;
mod state;
mod streams;
mod told;
pub mod tree;
pub mod vmstate;

/// What a target does with its input.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const TARGETS: [(&str, Target); 9] = [
    ("chunk_read", chunk_read::run),
    ("chunk_device", chunk_device::run),
    ("chunk_order", chunk_order::run),
    ("chunk_round", chunk_round::run),
    ("chunk_memory", chunk_memory::run),
    ("tree", tree::run),
    ("compat", compat::run),
    ("machine", machine::run),
    ("vmstate", vmstate::run),
];
