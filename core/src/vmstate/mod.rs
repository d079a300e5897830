//! Tables that describe objects field by field, as QEMU's `VMStateDescription` does, and the walk that visits an
//! object by its table.
//!
//! A table says for each field where it lies and what it is; the walk reads or writes the memory of the object
//! and drives a [`Visitor`](crate::visit::Visitor), so that the object goes over every wire. Items have the names
//! and shapes that [`codec::vmdesc`](crate::codec) finds in QEMU's own description of such a state.
//!
//! The walk is one for all programs. What differs between them, where tables and objects lie and how their code is
//! called, is a [`Host`]: the C interface is one, whose tables and objects are those of the C program.

pub mod describe;
mod host;
mod table;

pub use host::{Failure, Host, Key, Memory, NodeVisit, PlaceOf, Step, ALLOCATION};
pub use table::{Amount, Field, Head, Hook, ListField, ListForm, Number, Table, TreeField, What};
