//! What is declared: histories of versions, their changes, and the steps of these.

pub(super) mod filter;
pub(super) mod history;
pub(super) mod item;
pub(super) mod name;
pub(super) mod step;
pub(super) mod version;
