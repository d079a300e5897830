//! Streams of QEMU, and whether a machine of QEMU loads them.
//!
//! | module | is |
//! |---|---|
//! | [`stream`] | a stream as a whole: what its sender is, its sections, where their bytes are |
//! | `machine` | configuration, footers, commands, memory |
//! | `sections` | which section of the machine is which, and what it would read of it |
//! | `known` | what a release of QEMU knows beyond what a machine of it sends |
//! | `values` | bytes that the machine compares with its own: PCI configurations, numbers that must be equal |
//! | `opened` | opaque fields of which the inside is known |
//! | `pci` | which bits of a PCI configuration these are |
//!
//! QEMU ignores what a stream lacks: sections and subsections. It refuses what it does not have: sections, subsections
//! and memory; and a section that it does not read to its end, since no footer comes there.

mod known;
pub(crate) mod machine;
mod opened;
pub(crate) mod pci;
mod sections;
pub mod stream;
mod values;

use std::path::Path;

pub use stream::Stream;

use super::answer::{Answer, Checked, Finding};
use super::refused;
use crate::failure::Result;
use crate::schema::model::{Schema, Source};

/// What is known of a machine that is to load a stream.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// What it sends itself.
    pub target: Option<Target>,
    /// What its stream says of its sections, where only the description of that is given.
    pub described: Option<Schema>,
    /// What its program can send at all.
    pub tables: Option<Schema>,
    /// Its program is of the release that wrote the stream.
    pub same: bool,
}

/// A machine by a stream that it wrote.
#[derive(Debug)]
pub struct Target {
    pub(crate) stream: Stream,
}

impl Target {
    /// A machine that wrote this stream.
    ///
    /// # Errors
    /// [`Failure::Refused`](crate::failure::Failure::Refused) for one that is damaged: then it does not tell all.
    pub fn of_stream(stream: Stream) -> Result<Target> {
        match stream.info.damages.first() {
            None => Ok(Target { stream }),
            Some(damage) => Err(refused(stream.path(), &format!("damaged: {damage}"))),
        }
    }
}

impl Knowledge {
    /// Nothing, but whether the release is that of the sender.
    #[must_use]
    pub fn new(same: bool) -> Knowledge {
        Knowledge { same, ..Knowledge::default() }
    }

    /// The type of the machine, as far as it is known.
    pub(super) fn machine(&self) -> Option<String> {
        let sent = self.target.as_ref().and_then(|target| target.stream.machine());
        let told = self.tables.as_ref().and_then(|tables| tables.machine.clone());
        sent.map(|name| String::from_utf8_lossy(name).into_owned()).or(told)
    }

    /// Adds a schema that was read from a file.
    ///
    /// # Errors
    /// [`Failure::Refused`](crate::failure::Failure::Refused) for one that says nothing of a machine of QEMU, or a
    /// second one of its kind.
    pub fn add(&mut self, schema: Schema, path: &Path) -> Result<()> {
        let place = match schema.source {
            Source::Dump => &mut self.tables,
            Source::Description => &mut self.described,
            Source::Chunks => return Err(refused(path, "a schema of chunks")),
        };
        match place.replace(schema) {
            None => Ok(()),
            Some(_) => Err(refused(path, "a second one of its kind")),
        }
    }
}

/// Checks whether a machine loads a stream.
pub fn check(stream: &mut Stream, knowledge: &mut Knowledge, checked: &mut Checked) {
    stream.info.damages.iter().for_each(|damage| checked.add_damage(damage.to_string()));
    let mut report = Findings { checked };
    machine::check(stream, knowledge, &mut report);
    sections::check(stream, knowledge, &mut report);
}

/// Takes what is found.
pub(super) struct Findings<'c> {
    pub(super) checked: &'c mut Checked,
}

impl Findings<'_> {
    pub(super) fn refused(
        &mut self,
        reason: &'static str,
        place: String,
        text: String,
        help: &'static str,
    ) {
        self.add(Answer::Refused, reason, place, text, help);
    }

    pub(super) fn open(
        &mut self,
        reason: &'static str,
        place: String,
        text: String,
        help: &'static str,
    ) {
        self.add(Answer::CannotTell, reason, place, text, help);
    }

    pub(super) fn add(
        &mut self,
        answer: Answer,
        reason: &'static str,
        place: String,
        text: String,
        help: &'static str,
    ) {
        self.checked.add(Finding { answer, reason, place, text, help });
    }
}
