//! Streams as trees that can be edited, and back.
//!
//! | module | what |
//! |---|---|
//! | [`load`] | a stream of QEMU as a tree, which has places for what stays in the file |
//! | [`qemu`] | the tree as a stream of QEMU again |
//! | `describe` | its description, written anew where devices were changed |
//! | `encode` | nodes as QEMU's bytes |
//! | `around` | an encoder around another one |

mod around;
mod describe;
mod encode;
pub mod load;
pub mod qemu;
