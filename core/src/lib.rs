//! Carries the state of virtual machines and devices from one program to another.
//!
//! Problems that are one in most programs are kept apart: to **visit** a device's state (one function
//! that saves and loads), and to **encode** it. A device is written against [`visit::Visitor`] alone and
//! never learns which format is behind it.
//!
//! ```
//! use migcore::codec::legacy;
//! use migcore::visit::{Visit, Visitor};
//!
//! #[derive(Default, PartialEq, Debug)]
//! struct Timer { control: u32, reload: u16, armed: bool }
//!
//! impl Visit for Timer {
//!     fn visit(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
//!         v.visit("control", &mut self.control)?;
//!         v.visit("reload", &mut self.reload)?;
//!         v.visit_since("armed", &mut self.armed, 2, false)
//!     }
//! }
//!
//! let mut source = Timer { control: 0x8000_0001, reload: 1000, armed: true };
//! let mut bytes = [0; 16];
//! let length = legacy::save("timer", 2, &mut source, &mut bytes).unwrap();
//! assert_eq!(bytes[..length], [0x80, 0, 0, 1, 0x03, 0xe8, 1]);
//!
//! let mut destination = Timer::default();
//! legacy::load("timer", 2, &mut destination, &bytes[..length]).unwrap();
//! assert_eq!(destination, source);
//! ```
//!
//! # Layers
//!
//! A module uses only those below it (`core/tests/layers.rs` checks):
//!
//! | module | is |
//! |---|---|
//! | [`machine`] | the devices of one machine: save, check, load, undo |
//! | [`compat`] | what a state would be for another version: steps, routes, losses, profiles, opaque fields, preflight |
//! | [`vmstate`] | tables that describe objects field by field, as QEMU's do, and the walk over them |
//! | [`codec`] | the wires: `chunk` (migcore's own), `legacy` (QEMU's bytes), `observe` (a caller's callback); `vmdesc` (QEMU's description of a stream) |
//! | [`model`] | the state of devices as data: a tree in memory of the caller |
//! | [`visit`] | visitors, the kinds of value, scopes, versions, the path of an error |
//! | [`ram`] | the memory of a machine: its blocks, runs of pages, those that are 0 |
//! | [`io`] | checked readers and writers, sources, sinks, CRC and byte-swap kernels |
//! | [`error`] | the error codes, the report of a fault, the limits |
//!
//! The crate is `no_std`, forbids `unsafe`, and allocates nothing. Only `codec::vmdesc` does, which is there
//! with the feature `alloc`.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test may panic: that is how it fails"
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod codec;
pub mod compat;
pub mod error;
pub mod io;
pub mod machine;
pub mod model;
pub mod ram;
pub mod visit;
pub mod vmstate;

pub use error::{Code, Report, Result};
