//! What makes a state of one version that of another: declared steps over a tree.
//!
//! # Contract
//!
//! A [`Step`] says how the newer form of a state differs from the older, as data that can be turned round
//! ([`Step::inverse`]). It names places by patterns ([`Step`] says how), within one device or within the whole
//! machine ([`On`]), and works on a tree in both of its layouts: devices at the root, and QEMU's stream as
//! one device (`docs/format.md`, section 14). Devices at the root whose name begins with `migcore.` are the
//! library's own: no step and no pattern sees them.
//!
//! A step and its inverse are the identity, but for what is told to the [`Ledger`]; given back by it, they are
//! the identity, with the order of all items. What cannot be done so is refused. A step that fails may have
//! changed a part of the tree: whoever runs steps does it within one change, which is undone.
//!
//! What is opaque, raw bytes and buffers with that mark, is never filled in, resized or retyped.
//!
//! Apart from all that stand [machine profiles](profile): what devices leave out of the streams of older machines.

pub mod profile;

mod apply;
mod devices;
mod item;
mod ledger;
mod name;
mod pattern;
mod sites;
mod step;
mod trail;

pub use apply::Applier;
pub use devices::{is_private, stream, Devices};
pub use item::Item;
pub use ledger::{Edit, Found, Ledger, Lost, Nothing, What};
pub use name::name_matches;
pub use pattern::Pattern;
pub use step::{
    After, DeviceName, Form, Hook, NewDevice, On, Opens, Otherwise, Place, Step, Wrapping,
};
pub use trail::Trail;
