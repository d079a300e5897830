//! The wires.
//!
//! * [`chunk`]: a stream that describes itself, migcore's own (`docs/format.md`, from section 4 on).
//! * [`legacy`]: QEMU's bytes, as `qemu_put_be32` and its family write them.
//! * [`observe`]: no bytes at all; each item is shown to a callback of the caller.
//! * [`describe`]: no wire, but the description that QEMU writes behind its stream.
//! * `vmdesc`, with the feature `alloc`: that description read, and a stream by it.

pub mod chunk;
pub mod describe;
pub mod legacy;
pub mod observe;
#[cfg(feature = "alloc")]
pub mod vmdesc;
