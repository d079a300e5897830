//! The workloads by which migcore is measured, and how they are timed.
//!
//! Every workload moves the same state several ways: `memcpy` (the floor
//! for anything), hand-written code in C and Rust (the floor for code that
//! converts byte order), a byte-at-a-time buffered file (what emulators do
//! today), bare calls (the floor for a call per field), and migcore through C
//! and through Rust, over the legacy wire, as chunks, and as a tree.
//! `docs/performance.md` has the method and the results.
//!
//! - `cargo run --release -p migcore-benches --bin ratios [-- --quick]`: times as
//!   ratios to memcpy in the same run.
//! - `make -C benches qemu`: what it takes to show streams of QEMU.
//! - `make -C benches memory`: memory in bulk, as ratios to memcpy in the same run.
//! - `make -C benches callgrind`: instructions, which do not vary from run to run.
//! - `cargo bench -p migcore-benches`: criterion's report.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "measuring code: a panic is a failed run, and nothing here ships"
)]

pub mod cbor;
pub mod chunk;
pub mod compat;
pub mod device;
pub mod hand;
pub mod kernels;
pub mod measure;
pub mod memory;
pub mod native;
pub mod qemu;
pub mod sizes;
pub mod tables;
pub mod tree;
pub mod visit;
pub mod workload;
