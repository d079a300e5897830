//! What a state would be for another version.

pub mod opaque;
