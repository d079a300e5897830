//! What stands between versions of a machine.

pub mod profile;
