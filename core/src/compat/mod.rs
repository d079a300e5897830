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
//! A [`History`] says which versions of a device or of the machine there are, as [`Edge`]s of steps between them. A
//! [`Compat`] has all of them, and runs: it finds the shortest route of each device and of the machine
//! ([`Route`]), goes it, and changes nothing if it cannot.
//!
//! **Losses**: what a step cannot keep is told to an [`Observer`], judged by a [`Policy`], and kept in the tree, in the
//! private device [`LOSSES`], which travels over wires that can carry it. A later run that goes the same edge
//! the other way brings it back. [`check`](check()) runs a history on random states, there and back, and finds
//! what does not come back.
//!
//! Apart from all that stand [machine profiles](profile), what devices leave out of the streams of older machines, and
//! [opaque fields](opaque), which are opened to be changed.
//!
//! **Versions** are numbers with tags ([`Version`]). The number of a device is in its state; its tag and
//! the versions of the machine are in the private device [`HISTORY`].
//!
//! **Preflight**: a [`manifest`] says as data what a receiver accepts; a [`preflight`] says whether it loads a state, with
//! transforms or without, before any of it is sent.
//!
//! # Walk
//!
//! ```
//! use migcore::compat::{
//!     After, Compat, Edge, History, Item, Place, Policy, Step, Targets, Version,
//! };
//! use migcore::model::{Builder, Tree, Value};
//! use migcore::visit::{Kind, Track, Versions, Visitor};
//!
//! // What changed in version 2, and in version 3.
//! static SPEED: [Item<'static>; 1] = [Item::new("speed", Value::Scalar(Kind::U32, 100))];
//! static EDGES: [Edge<'static>; 2] = [
//!     Edge::new(Version::new(1), Version::new(2), &[Step::Rename { scope: "", from: "lvl", to: "level" }]),
//!     Edge::new(Version::new(2), Version::new(3), &[Step::Add {
//!         place: Place { scope: "", name: "speed", after: After::End },
//!         items: &SPEED,
//!     }]),
//! ];
//! static HISTORIES: [History<'static>; 1] = [History::of_devices("uart", Version::new(3), &EDGES)];
//! let compat = Compat { histories: &HISTORIES, policy: Policy::ALLOW, ..Compat::default() };
//!
//! let mut memory = [0; 4096];
//! let mut tree = Tree::new(&mut memory)?;
//! let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
//! Visitor::saving(&mut builder, &mut track).device("uart", 0, Versions::only(3), |v| {
//!     v.visit("level", &mut 7u32)?;
//!     v.visit("speed", &mut 50u32)
//! })?;
//!
//! // For an older program.
//! let wanted = [("uart", Version::new(1))];
//! let old = Targets { devices: &wanted, ..Targets::default() };
//! let done = compat.run(&mut tree, &old, &mut ())?;
//! assert_eq!((done.legs, done.losses), (2, 1));
//! assert!(tree.find(tree.root(), b"uart/0.lvl").is_ok());
//!
//! // It comes back, and so does the speed that was lost.
//! let done = compat.run(&mut tree, &Targets::default(), &mut ())?;
//! assert_eq!(done.restored, 1);
//! let speed = tree.find(tree.root(), b"uart/0.speed")?;
//! assert_eq!(tree.value(speed), Ok(Value::Scalar(Kind::U32, 50)));
//! # Ok::<(), migcore::compat::Failed>(())
//! ```

mod apply;
mod private;
mod run;
mod losses;
mod path;
mod declare;
mod devices;
#[cfg(test)]
mod linear;
pub mod manifest;
pub mod opaque;
pub mod preflight;
pub mod profile;

pub use apply::Applier;
pub use declare::filter::{Border, Filter};
pub use declare::history::{Edge, History, Of, Required, Reverse, Way};
pub use declare::item::Item;
pub use declare::name::name_matches;
pub use declare::step::{
    After, DeviceName, Form, Hook, NewDevice, On, Opens, Otherwise, Place, Step, Wrapping,
};
pub use declare::version::Version;
pub use devices::{is_private, stream, Devices};
pub use losses::ledger::{Edit, Found, Ledger, Lost, Nothing, What};
pub use losses::loss::{Loss, Policy, Verdict};
pub use losses::store::{each_loss, LOSSES};
pub use path::pattern::{Effort, Pattern};
pub use path::trail::Trail;
pub use private::hops::{
    each_hop, machine_version, note_hop, set_tag, tag_of, Hop, HISTORY, MAX_HOPS,
};
pub use run::check::{check, Checked, Finding, Random, States, Wrong};
pub use run::failed::{Ends, Failed};
pub use run::observer::{Observer, Stage};
pub use run::route::{Leg, Route, MAX_VERSIONS};
use run::Wanted;
pub use run::{Compat, Others, Outcome, Plan, Targets};
