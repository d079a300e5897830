//! What stands between versions of a machine, apart from its devices.

pub mod profile;
