//! Tables that say where the state of a device lies, as QEMU has them.

pub mod describe;
