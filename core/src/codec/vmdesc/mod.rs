//! The description that QEMU writes behind a stream.

mod description;
mod parse;
mod print;

pub use description::{Content, Description, Device, Field, Nested, Vmdesc};
pub use parse::ParseError;
