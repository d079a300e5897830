//! The state of devices as data: a tree of named, typed values in a block of memory that the caller
//! gives.
//!
//! # Contract
//!
//! A [`Tree`] holds **nodes**: scopes with children in order, and values. A node has a name, which may
//! be empty and need not be the only one of its kind, and marks. Everything that a visitor can say is a
//! [`Value`], with its exact type, and comes out again as it went in: [`Builder`] saves a device into a
//! tree, [`TreeDecoder`] loads a device from one, [`Tree::replay`] saves a tree to any wire. A blob,
//! whose inside nobody described, is raw bytes, or bytes marked
//! [`OPAQUE`](crate::visit::Marks::OPAQUE); it stays one.
//!
//! **Handles** ([`NodeId`]) are numbers with a generation. One whose node was removed is an error.
//!
//! **Memory**: nodes grow from the front of the block, names and bytes from its back, and each name is
//! stored once. A removed node is used again; the place of names and bytes that nothing refers to any
//! more is lost until the tree is [compacted](Tree::compact_into) into another block. A call that runs
//! out of memory changes nothing that can be read, and tells how much it needed
//! ([`Tree::fault`]).
//!
//! **Changes**: several edits may be one, kept or undone as a whole ([`Tree::attempt`]). No copy is made: what
//! is touched is noted in the tree's own memory.
//!
//! **Bounds**: scopes nest as deep as a visitor may, names are as long as a visitor's. Nothing recurses.
//!
//! # Walk
//!
//! ```
//! use migcore::model::{Builder, Tree, TreeDecoder, Value};
//! use migcore::visit::{Kind, Track, Versions, Visitor};
//!
//! fn visit(v: &mut Visitor<'_>, level: &mut u32) -> migcore::Result<()> {
//!     v.device("uart", 0, Versions::only(2), |v| v.visit("level", level))
//! }
//!
//! let mut memory = [0; 1024];
//! let mut tree = Tree::new(&mut memory)?;
//! let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
//! visit(&mut Visitor::saving(&mut builder, &mut track), &mut 3)?;
//!
//! let level = tree.find(tree.root(), b"uart/0.level")?;
//! assert_eq!(tree.value(level), Ok(Value::Scalar(Kind::U32, 3)));
//! // A narrower type loads as well, since nothing is lost.
//! tree.replace(level, Value::Scalar(Kind::U16, 5))?;
//!
//! let (mut decoder, mut track, mut level) = (TreeDecoder::new(&mut tree), Track::new(), 0);
//! visit(&mut Visitor::loading(&mut decoder, &mut track), &mut level)?;
//! assert_eq!(level, 5);
//! # Ok::<(), migcore::Code>(())
//! ```

mod arena;
mod attempt;
mod blank;
mod buffer;
mod builder;
mod carry;
mod copy;
mod decoder;
mod diff;
mod digest;
mod edit;
mod index;
mod level;
mod merge;
mod names;
mod node;
mod pairs;
mod part;
mod path;
mod print;
mod replay;
mod rewrite;
mod sha256;
mod target;
mod tree;
mod value;
mod walk;
mod widened;

pub(crate) use part::PIECE;

pub use builder::Builder;
pub use carry::Loaded;
pub use decoder::TreeDecoder;
pub use diff::{Change, Difference};
pub use digest::DigestOptions;
pub use edit::At;
pub use merge::Merged;
pub(crate) use print::put_scalar;
pub use tree::{Children, NodeId, Tree};
pub use value::Value;
