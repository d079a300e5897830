//! What the library keeps beside the devices of a state: in devices of its own, found by an index.

pub(super) mod fields;
pub(super) mod hops;
pub(super) mod index;
pub(super) mod keyed;
