//! Tables that describe objects field by field, as QEMU's `VMStateDescription` does, and the walk that visits an
//! object by its table.
//!
//! A table says for each field where it lies and what it is; the walk reads or writes the memory of the object
//! and drives a [`Visitor`](crate::visit::Visitor), so that the object goes over every wire. Items have the names
//! and shapes that [`codec::vmdesc`](crate::codec) finds in QEMU's own description of such a state.
//!
//! The walk is one for all programs. What differs between them, where tables and objects lie and how their code is
//! called, is a [`Host`]: the C interface is one, whose tables and objects are those of the C program.

mod array;
mod entry;
mod field;
mod host;
mod item;
mod level;
mod list;
mod name;
mod table;
mod tree;
mod value;
mod walk;

pub use host::{Failure, Host, Key, Memory, NodeVisit, PlaceOf, ALLOCATION};
pub use table::{Amount, Field, Head, Hook, ListField, ListForm, Number, Table, TreeField, What};

use level::Object;
use name::Described;
use walk::Walk;

use crate::error::Result;
use crate::visit::{Name, ScopeKind, NEWEST};

/// Visits an object by its table. Outside of all scopes, as a device with the table's name and the instance 0; else
/// its fields go straight into the scope that is open, at [the version of that](crate::visit::Visitor::version).
///
/// # Errors
/// Those of the visitor and of the host's code; [`Code::TooNew`](crate::Code::TooNew) and
/// [`Code::TooOld`](crate::Code::TooOld); [`Code::BadTable`](crate::Code::BadTable).
pub fn visit<H: Host>(host: &mut H, table: H::Table, object: PlaceOf<H>) -> Result<()> {
    let current = table.head().version;
    let (depth, version) = host.with(|v, _| Ok((v.depth(), v.version())))?;
    if depth == 0 {
        return visit_struct(host, None, table, current, object);
    }
    let version = if version == NEWEST { current } else { version };
    let described = &Described::new(table);
    let mut walk = Walk::new(host)?;
    walk.level(Object { described, place: object, version, strict: false, by: None })
}

/// Visits an object in a struct of its own, with the table's name and this version; outside of all scopes, in a
/// device of that name and the instance 0. Without a `name` the item has the table's. On load the version is the one
/// that the object is taken for where the wire tells none.
///
/// # Errors
/// As [`visit`].
pub fn visit_struct<H: Host>(
    host: &mut H,
    name: Option<&dyn Name>,
    table: H::Table,
    version: u32,
    object: PlaceOf<H>,
) -> Result<()> {
    let kind = match host.with(|v, _| Ok(v.depth()))? {
        0 => ScopeKind::Device,
        _ => ScopeKind::Struct,
    };
    let described = &Described::new(table);
    let object = Object { described, place: object, version, strict: false, by: None };
    Walk::new(host)?.scoped(name.unwrap_or(&table.head().name), kind, object)
}
