//! In what two streams differ: device by device and by path, whatever format each has.
//!
//! | module | is |
//! |---|---|
//! | `side` | one of the two streams: what it holds, and where |
//! | `pairs` | which device of one stream is which of the other, and each pair compared |
//! | `state` | two devices compared as trees |
//! | `bytes` | two states of which nothing but the bytes is known |
//! | `memory` | two sections `ram` |
//! | `guest` | the memory of two streams of chunks |
//! | `listing` | the differences as they are printed |
//!
//! Each stream is read once, to find the devices; then they are taken in pairs, by name and instance. So the
//! order of the devices is no difference, and only the largest pair is held in memory.

mod bytes;
mod chunks;
mod flat;
mod guest;
mod listing;
mod memory;
mod pairs;
mod qemu;
mod side;
mod state;
pub(crate) mod value;

pub use listing::{Counts, Listing};
pub use pairs::compare;
pub use side::Side;
