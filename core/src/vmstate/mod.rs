//! Tables that describe objects field by field, as QEMU's `VMStateDescription` does, and the walk that visits an
//! object by its table.
//!
//! A table says for each field where it lies and what it is; the walk reads or writes the memory of the object
//! and drives a [`Visitor`](crate::visit::Visitor), so that the object goes over every wire. Items have the names
//! and shapes that `codec::vmdesc` finds in QEMU's own description of such a state: chunks and trees are the same,
//! wherever they come from.
//!
//! The walk is one for all programs. What differs between them, where tables and objects lie and how their code is
//! called, is a [`Host`]: the C interface is one, whose tables and objects are those of the C program; [`Arena`] is
//! the one for Rust programs.
//!
//! # Tables of Rust structs
//!
//! A struct has a fixed layout, no padding, and only members of which every pattern of bytes is a value: what
//! `zerocopy` checks. A table of it is a static; offsets, sizes and kinds are the compiler's.
//!
//! ```
//! use migcore::codec::legacy;
//! use migcore::vmstate::{Hook, If, Layout, On, StaticTable};
//! use migcore::{fields, number};
//! use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};
//!
//! #[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
//! #[repr(C)]
//! struct Ring { head: u16, tail: u16 }
//!
//! #[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
//! #[repr(C)]
//! struct Nic { mac: [u8; 6], link: u8, length: u8, regs: [u32; 4], rings: [Ring; 2], queue: [u16; 6] }
//!
//! static RING: Layout<Ring> =
//!     Layout::new(StaticTable::new("nic/ring", 1, fields!(Ring { head, tail })));
//!
//! static NIC: Layout<Nic> = Layout::new(
//!     StaticTable::new(
//!         "nic",
//!         2,
//!         fields!(Nic {
//!             mac: buffer(),
//!             link: flags().since(2),
//!             regs,
//!             rings: structs(&RING),
//!             length,
//!             queue.count(number!(Nic, length)),
//!         }),
//!     )
//!     .minimum(1)
//!     .subsections(&[QUIRK.table()])
//!     .on(Hook::PreLoad, &On::<Nic>(|nic, _| { nic.link = 1; Ok(()) })),
//! );
//!
//! // Written only if it is needed; without it, what a fresh device has is true.
//! static QUIRK: Layout<Nic> = Layout::new(
//!     StaticTable::new("nic/quirk", 1, fields!(Nic { regs }))
//!         .needed(&If::<Nic>(|nic, _| nic.regs[3] != 0)),
//! );
//!
//! let mut source = Nic { mac: [9; 6], link: 1, length: 2, queue: [5, 6, 0, 0, 0, 0], ..Nic::default() };
//! let mut bytes = [0; 64];
//! let mut saver = legacy::Saver::to_slice(&mut bytes);
//! let _ = NIC.visit(&mut source, &mut saver.visitor());
//! let length = saver.finish().unwrap();
//! assert_eq!(length, 6 + 1 + 16 + 8 + 1 + 4);
//!
//! let mut destination = Nic::default();
//! let mut loader = legacy::Loader::from_slice(&bytes);
//! let _ = NIC.visit(&mut destination, &mut loader.visitor());
//! loader.finish().unwrap();
//! assert_eq!(destination, source);
//!
//! // More elements than there is room for.
//! bytes[6 + 1 + 16 + 8] = 7;
//! let mut loader = legacy::Loader::from_slice(&bytes);
//! let _ = NIC.visit(&mut destination, &mut loader.visitor());
//! assert_eq!(
//!     loader.finish().unwrap_err().to_string(),
//!     "nic/0.queue: the stream holds more than there is room for (room for 6, found 7), \
//!      at byte 32 of the stream"
//! );
//! ```
//!
//! Objects that point to others lie in a [`Block`], and pointers are offsets in it. Lists, trees and arrays behind
//! pointers are made by a load, within [a limit](Block::with_limit).

mod arena;
mod array;
mod dump;
mod entry;
mod field;
mod fresh;
mod host;
mod item;
mod level;
mod list;
mod name;
mod plan;
mod shape;
mod table;
mod tree;
mod value;
mod walk;

pub use arena::{
    number_at, Arena, Block, Counts, Custom, Entry, If, InBlock, Layout, Member, Numbers, On,
    Order, Ordered, Own, Repeats, Run, StaticTable, Test,
};
pub use dump::Dump;
pub use host::{Failure, Host, Key, Memory, NodeVisit, PlaceOf, ALLOCATION};
pub use plan::{visit_planned, Plan};
pub use shape::save_shape;
pub use table::{
    Amount, Field, Head, Hook, ListField, ListForm, Number, Plain, Table, TreeField, What,
};

use level::{Fields, Object};
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
    visit_by(host, table, object, None)
}

/// The same; the fields of the object itself are visited `by` something else than the walk.
fn visit_by<H: Host>(
    host: &mut H,
    table: H::Table,
    object: PlaceOf<H>,
    by: Option<&dyn Fields<H>>,
) -> Result<()> {
    let head = table.head();
    let (depth, version) = host.with(|v, _| Ok((v.depth(), v.version())))?;
    let version = if depth == 0 || version == NEWEST { head.version } else { version };
    let described = &Described::new(table);
    let object = Object { described, place: object, version, strict: false, by };
    let mut walk = Walk::new(host)?;
    match depth {
        0 => walk.scoped(&head.name, ScopeKind::Device, object),
        _ => walk.level(object),
    }
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
