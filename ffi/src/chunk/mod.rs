//! The chunk wire: streams that describe themselves.
//!
//! * [`settings`]: what a writer chooses, and what a reader accepts
//! * [`save`], [`load`]: one way to begin for each direction, over memory and over streams
//! * [`tell`]: what a loader tells of its stream
//! * [`check`], [`walk`], [`receive`]: a stream in memory as a whole, its chunks, and how it gets there
//! * [`replay`]: from a loader to any visitor that saves

// In the order in which they appear in the header.
pub mod settings;
pub mod save;
pub mod load;
pub mod tell;
pub mod check;
pub mod walk;
pub mod receive;
pub mod replay;

pub(crate) use load::ChunkOperations;
