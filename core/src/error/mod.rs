//! The one error type: a small code that calls return, and the full report of the first fault.
//!
//! Calls return [`Code`], four bytes, so that a field costs no more than its bytes. What the code
//! means here and now (where in the state, where in the stream, which numbers) is kept once, in a
//! [`Report`] of fixed size, by whoever owns the visitor.

mod code;
mod number;
mod path;
mod report;

pub use code::{Block, Code};
pub use number::put_number;
pub use path::{Path, Put, PATH_CAPACITY};
pub use report::{Fault, Piece, Report};

/// What every fallible call of this crate returns.
pub type Result<T> = core::result::Result<T, Code>;

/// How deep scopes (devices, structs, lists, subsections) may nest: so many are open at a time, the
/// device counted, elements of lists not. Real device states stay below eight; the bound keeps the memory
/// of visitors fixed.
pub const MAX_DEPTH: usize = 16;

/// The longest name of a field, a scope or a subsection, in bytes: a name's length travels in one
/// byte.
pub const MAX_NAME: usize = 255;
