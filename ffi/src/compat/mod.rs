//! What stands between versions of a machine.

pub mod manifest;
pub mod preflight;
pub mod profile;
