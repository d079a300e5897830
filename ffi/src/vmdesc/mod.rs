//! QEMU's description of a stream, and JSON text in general.
//!
//! * [`storage`]: the description in the caller's storage, and its text
//! * [`stream`]: the devices of a stream
//! * [`mod@write`]: JSON, by who describes itself

pub mod storage;
pub mod stream;
pub mod write;

pub use storage::migcore_vmdesc;
