//! The state of devices as a tree in memory of the caller.
//!
//! * [`storage`]: the tree in the caller's storage, and who may use it when
//! * [`read`], `item`: nodes, and what they are
//! * [`edit`], [`transfer`]: edits of one tree, and parts of one in another
//! * [`change`]: several edits as one
//! * [`compare`], [`show`]: digest and differences, text, and a tree to any wire
//! * [`saver`], [`loader`], `lent`: visitors over a tree

pub mod storage;
pub mod read;
pub mod edit;
pub mod change;
pub mod transfer;
pub mod compare;
pub mod show;
pub mod saver;
pub mod loader;

pub(crate) mod item;
mod lent;
pub(crate) mod report;
