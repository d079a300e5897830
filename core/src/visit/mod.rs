//! Visiting a device's state: one function that saves and loads.
//!
//! # Contract
//!
//! A **wire** is an [`Encoder`], which takes values, or a [`Decoder`], which gives values. A
//! [`Visitor`] is one of the two with its direction; only the visitor knows a place in memory to
//! read from or write to. A device is visited by calling the visitor once for each item of its
//! state, always in the same order, and so one function serves both directions.
//!
//! **Kinds of item**: scalars ([`Kind`]), homogeneous arrays of scalars (one call, not one an
//! element), byte buffers, UTF-8 strings, an absent item (a null pointer). Arrays and buffers are of fixed
//! length, known to both sides, or of variable length, which then travels with them. **Scopes** group items:
//! device, struct, list and its elements, what is optional, subsection. They nest up to
//! [`MAX_DEPTH`](crate::error::MAX_DEPTH) deep; a device counts, elements of a list do not. Names are for the
//! reader of a stream or of an error; inside a list they may be empty. A wire without names never looks at them.
//!
//! **Direction and version**: saving changes nothing in the device. Loading stores each value as it
//! is read. [`Visitor::version`] is on load the version that the stream's state is taken for, and on save
//! the target's, of the innermost device, versioned struct or subsection. Whoever has the devices opens a
//! device's scope, with its name, instance and versions ([`Visitor::device`]); the device's own visit
//! function visits its items, and serves any number of instances.
//!
//! **Marks**: the side that saves may mark the next item or scope ancillary, secret or volatile
//! ([`Marks`]); marks of an item that is then left out are left out with it. A wire that cannot carry
//! marks, as the legacy one, drops them.
//!
//! **After an error** every call returns that first error and does nothing, so a caller may check
//! once at the end. The report of it, with the path in the state and the offset in the stream,
//! stays in the [`Track`].
//!
//! # Walk
//!
//! ```
//! # use migcore::{codec::legacy, visit::Visitor, Result};
//! # struct Ring { head: u16, tail: u16 }
//! # struct Nic { mac: [u8; 6], regs: [u32; 4], rings: [Ring; 2], irq: Option<u8> }
//! fn visit(nic: &mut Nic, v: &mut Visitor<'_>) -> Result<()> {
//!     v.bytes("mac", &mut nic.mac)?;
//!     v.array("regs", &mut nic.regs)?;
//!     v.list("rings", nic.rings.len(), |v, index| {
//!         let Some(ring) = nic.rings.get_mut(index) else { return Ok(()) };
//!         v.visit("head", &mut ring.head)?;
//!         v.visit("tail", &mut ring.tail)
//!     })?;
//!     v.optional("irq", &mut nic.irq, |v, irq| v.visit("line", irq))
//! }
//! # let ring = || Ring { head: 1, tail: 2 };
//! # let mut nic = Nic { mac: [9; 6], regs: [1, 2, 3, 4], rings: [ring(), ring()], irq: Some(3) };
//! # let mut bytes = [0; 64];
//! # let mut writer = legacy::Saver::to_slice(&mut bytes);
//! # visit(&mut nic, &mut writer.visitor()).unwrap();
//! # assert_eq!(writer.finish(), Ok(6 + 16 + 8 + 2));
//! ```

mod devices;
mod kind;
mod marks;
mod name;
mod packed;
mod place;
mod scope;
mod subsection;
mod track;
mod visitor;
mod widen;
mod wire;

pub use devices::DeviceHead;
pub use kind::{Extent, Kind, Scalar, Slots};
pub use marks::Marks;
pub use name::Name;
pub(crate) use name::{is_private, plainly_same, same};
pub use packed::{
    Ahead, Described, Elements, Ends, Flags, Form, Member, Packed, Put, Room, Take, ENDS,
};
pub use place::{Count, Place, Text};
pub use scope::{Description, Opened, Scope, ScopeKind, Versions, NEWEST, OPEN};
pub use subsection::{
    walk_subsections, Subsection, SubsectionEntry, SubsectionName, SubsectionTable,
};
pub use track::Track;
pub use visitor::{Side, Visit, Visitor};
pub use widen::widen;
pub use wire::{Decoder, Encoder, Visiting};
