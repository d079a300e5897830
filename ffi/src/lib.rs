//! The C interface of migcore.
//!
//! No logic of its own: it turns pointers into slices, calls the core, and turns results into
//! status codes. It is the only place with `unsafe`. `include/migcore.h` is made from it, so the
//! documentation of public items is written for readers of C.
//!
//! * [`status`], [`error`]: status codes and reports
//! * [`io`], [`kernels`]: what the caller plugs in
//! * [`object`], `operations`: the storage that callers give, and how a call finds its wire
//! * `memory`, `place`, `text`: pointers of the caller as slices, values, names and texts
//! * [`legacy`], [`chunk`], [`observer`]: one way to begin for each wire, and what only it can do
//! * [`visitor`], [`scalar`], [`value`], [`scope`], [`subsection`], [`raw`], [`device`]: the calls of a visit
//! * [`vmstate`]: objects that are visited by a table of their fields
//! * [`vmdesc`]: QEMU's description of what is saved, and JSON in general
//! * [`ram`]: the memory of a machine, in chunks
//! * [`tree`]: states as data, with visitors over them
//! * [`machine`]: all devices at once
//! * [`compat`]: between versions of a machine
#![no_std]
#![allow(non_camel_case_types, reason = "the names are those of the C header")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract of every call is in its text, which goes to the C header"
)]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::undocumented_unsafe_blocks,
        clippy::unwrap_used,
        reason = "a test may panic: that is how it fails"
    )
)]

#[cfg(test)]
extern crate std;

// In the order in which they appear in the header.
pub mod status;
pub mod error;
pub mod io;
pub mod kernels;
pub mod object;
pub mod legacy;
pub mod observer;
pub mod visitor;
pub mod scalar;
pub mod value;
pub mod scope;
pub mod subsection;
pub mod raw;
pub mod blob;
pub mod framing;
pub mod device;
pub mod vmstate;
pub mod vmdesc;
pub mod chunk;
pub mod ram;
pub mod tree;
pub mod machine;
pub mod compat;

mod memory;
mod operations;
mod place;
mod text;
#[cfg(feature = "panic-handler")]
mod panic;
