//! Paths in a state, patterns of them, and what these name.

pub(super) mod pattern;
pub(super) mod sites;
pub(super) mod sought;
pub(super) mod trail;
