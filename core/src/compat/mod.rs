//! Versions apart from devices.
//!
//! | module | is |
//! |---|---|
//! | [`manifest`] | what a receiver accepts, as data |
//! | [`preflight`] | whether a receiver loads a state, told before it is sent |

pub mod manifest;
pub mod preflight;
