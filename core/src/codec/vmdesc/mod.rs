//! The description that QEMU writes behind a stream.

mod chain;
mod description;
mod fit;
mod keys;
mod parse;
mod print;
mod shape;
mod sizes;
mod take;
mod walk;

pub use description::{Content, Description, Device, Field, Nested, Vmdesc};
pub use fit::{fits, Fit, Misfit, Unfit};
pub use parse::ParseError;
pub use sizes::size_of;
pub use walk::{replay, Notes};
