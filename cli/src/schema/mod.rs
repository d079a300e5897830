//! Schemas: what a state consists of, without its values; and whether one program loads what another saves.
//!
//! | module | is |
//! |---|---|
//! | [`model`] | a schema as data |
//! | [`read`] | a schema from a file, whatever it is |
//! | [`mod@print`] | a schema for people |
//! | [`check`] | whether one program loads what another saves |
//! | [`document`] | a schema as JSON, and back |
//! | `dump` | the dump of tables that QEMU writes |
//! | `described` | the description of a stream of QEMU |
//! | `chunked` | the shapes of a stream of chunks |
//! | `kinds` | the types of fields |
//! | `merge` | elements of an array that differ, as one |
//! | `tree` | JSON as data |

pub mod check;
mod chunked;
mod described;
pub mod document;
mod dump;
pub(crate) mod kinds;
mod merge;
pub mod model;
pub mod print;
pub mod read;
mod tree;
