//! What the program `migcore` is made of.
//!
//! | module | is |
//! |---|---|
//! | [`arguments`] | the command line |
//! | [`commands`] | what each command does |
//! | [`chunks`] | streams of chunks: read piece by piece |
//! | [`qemu`] | streams that QEMU wrote |
//! | [`blocks`] | blocks of guest memory, whatever stream they are in |
//! | [`compare`] | in what two streams differ |
//! | [`profile`] | machine profiles in files |
//! | [`schema`] | what states consist of, and whether one program loads what another saves |
//! | [`check`] | whether a receiver loads a stream |
//! | [`rules`] | files of rules: what differs between versions |
//! | [`suggest`] | rules that a human would start from |
//! | [`show`] | printers, text and JSON: encoders of the library |
//! | [`transform`] | streams as trees that can be edited, and back |
//! | [`input`] | a file or the standard input, read in windows |
//! | [`output`] | a file that gets its name when it is complete |
//! | [`progress`] | how far a long reading came |
//! | [`guess`] | what a file is that is no stream |
//! | [`failure`] | how a command ends |
//!
//! Nothing of the size of a stream is held in memory, unless a command says so.
#![forbid(unsafe_code)]

pub mod arguments;
pub mod blocks;
pub mod check;
pub mod chunks;
pub mod commands;
pub mod compare;
pub mod failure;
pub mod guess;
pub mod input;
pub mod output;
pub mod profile;
pub mod progress;
pub mod qemu;
pub mod rules;
pub mod schema;
pub mod show;
pub mod suggest;
pub mod transform;

/// Compiles the examples of the page.
#[cfg(doctest)]
#[doc = include_str!("../../docs/tools.md")]
struct Tools;
