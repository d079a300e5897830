//! What a printer asks of its form.

use std::io;

use migcore::codec::observe::Event;
use migcore::visit::{Marks, Scope, ScopeKind};

use super::Places;

/// What is known of an item beside its value.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Its name; empty if it has none.
    pub name: &'a [u8],
    /// Its own marks.
    pub marks: Marks,
    /// Whether it is secret, or something around it is.
    pub hidden: bool,
    /// The number of an element, from 0.
    pub number: Option<u64>,
    /// The oldest version of a device that can read it, if that was told.
    pub oldest_reader: Option<u32>,
    /// Where it lies, if that is known.
    pub places: &'a Places,
}

/// A fact about a stream or a section.
#[derive(Clone, Copy, Debug)]
pub enum Fact<'a> {
    /// Text.
    Text(&'a str),
    /// A number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
}

/// What stopped the reading of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// Where in the stream, in bytes.
    pub offset: u64,
    /// Where in the state; may be empty.
    pub path: &'a str,
    /// What happened.
    pub reason: &'a str,
    /// All of it, for people.
    pub message: &'a str,
}

/// How items are written down. Nothing fails here: see [`failed`](Form::failed).
pub trait Form {
    /// Begins a document with facts; `items` is what its items are called.
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], items: &str);

    /// Ends the document with more facts and what stopped the reading, and sends it on. Text does not say that:
    /// it goes to the standard error.
    fn end_document(&mut self, facts: &[(&str, Fact<'_>)], problem: Option<&Problem<'_>>);

    /// A scope begins.
    fn open(&mut self, line: &Line<'_>, scope: &Scope<'_>);

    /// The innermost scope ends; `None`: it is a group.
    fn close(&mut self, kind: Option<ScopeKind>);

    /// An item that is no scope, nor raw bytes.
    fn leaf(&mut self, line: &Line<'_>, value: Event<'_>);

    /// Raw bytes begin.
    fn begin_raw(&mut self, line: &Line<'_>);

    /// More of them; `before` is how many there were.
    fn raw(&mut self, bytes: &[u8], before: u64, hidden: bool);

    /// They are over, and were so many.
    fn end_raw(&mut self, length: u64);

    /// A remark.
    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]);

    /// A group begins.
    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]);

    /// What a reader could do; for people only.
    fn hint(&mut self, text: &str);

    /// Whether the writer failed.
    fn failed(&self) -> bool;

    /// What it said.
    fn take_failure(&mut self) -> Option<io::Error>;
}
