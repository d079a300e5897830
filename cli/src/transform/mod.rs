//! Streams as trees that can be edited, and back.
//!
//! | module | what |
//! |---|---|
//! | [`load`] | a stream of QEMU as a tree, which has places for what stays in the file |
//! | [`qemu`] | the tree as a stream of QEMU again |
//! | `describe` | its description, written anew where devices were changed |
//! | [`native`] | streams of chunks as trees, and back |
//! | [`run`] | a transform from one stream to another |
//! | `against` | what speaks against a transform, in words |
//! | [`effects`] | what its steps do, for those who want to see it |
//! | `data` | values for programs |
//! | [`losses`] | what it lost, in a file |
//! | `unread` | sections that no description tells, and the steps that could concern them |
//! | `encode` | nodes as QEMU's bytes |
//! | `around` | an encoder around another one |

mod against;
mod around;
mod data;
mod describe;
pub mod effects;
mod encode;
pub mod load;
pub mod losses;
pub mod native;
pub mod qemu;
pub mod run;
mod unread;
