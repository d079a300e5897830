//! Streams that QEMU wrote.
//!
//! | module | is |
//! |---|---|
//! | [`description`] | the JSON text behind a stream, found from the end |
//! | [`item`] | what a stream consists of |
//! | [`scan`] | the items of a stream, one after the other |
//! | [`ram`] | the pages of memory, passed over and counted |
//! | [`memory`] | a block of memory, taken out |
//! | [`visit`] | a whole stream as one device |
//! | [`inspect`] | a stream as it is shown |
//! | [`configuration`] | what the sender of a stream says of itself |
//! | [`release`] | which release of QEMU wrote a stream |
//! | [`restored`] | a stream that went through chunks, as it was |
//! | [`info`] | what a stream is: numbers and sizes |
//! | [`tally`] | of what the bytes of a stream are |
//! | [`rules`] | what makes a stream one that QEMU refuses, as far as the stream alone tells |
//!
//! A payload has no length on this wire: it is given by the description, by the words of the section `ram`,
//! or by what follows. Only what the first two say, and the third confirms, is shown as values.

pub mod configuration;
pub mod description;
mod entries;
mod image;
pub mod info;
mod info_text;
pub mod inspect;
pub mod item;
pub mod memory;
pub mod ram;
pub mod release;
pub mod restored;
pub mod rules;
pub mod scan;
mod search;
mod sections;
pub mod tally;
pub mod visit;
