//! A state compared as it is after the transforms to the receiver's versions.

use core::cell::Cell;

use super::devices::no_details;
use super::{Answer, Detail, Finding, Preflight, Reason, Report};
use crate::compat::manifest::Manifest;
use crate::compat::run::undone;
use crate::compat::{Compat, Failed, Loss, Observer, Others, Targets, Version, Wanted, What};
use crate::error::{put_number, Code, Path, Result};
use crate::model::{NodeId, Tree};

/// What may be spent on the search for the devices of a manifest.
const MOST_WORK: u64 = 1 << 27;

impl Preflight<'_, '_, '_> {
    pub(super) fn transformed(
        &mut self,
        state: &mut Tree<'_>,
        compat: &Compat<'_>,
        from: Option<Version<'_>>,
        report: Report<'_>,
    ) -> Result<()> {
        let version = self.manifest.version();
        let machine = Some(version).filter(|version| *version != Version::default());
        let targets = Targets { from, machine, others: Others::Keep, ..Targets::default() };
        let receiver = Receiver::new(self.manifest);
        let done = undone(state, |state| {
            let mut losses = Losses(report);
            compat.change(state, &targets, Some(&receiver), &mut losses)?;
            Ok(self.all(state, report)?)
        });
        match done {
            Ok(()) => Ok(()),
            Err(failed) => self.failed(state, &failed, report),
        }
    }

    /// The transforms failed. What the receiver transforms by itself needs none.
    fn failed(&mut self, state: &Tree<'_>, failed: &Failed, report: Report<'_>) -> Result<()> {
        let (code, path) = (failed.code(), failed.report.path.clone());
        let (answer, reason) = match code {
            Code::NoSpace | Code::Busy | Code::Unbalanced | Code::StaleHandle => return Err(code),
            // Each was told.
            Code::Lossy => return Ok(()),
            Code::NoRoute if self.manifest.routes().next().is_some() => {
                return self.all(state, report)
            }
            Code::NoRoute => (Answer::Refused, Reason::NoRoute),
            _ => (Answer::Refused, Reason::StepFailed),
        };
        let ends = failed.ends.as_ref().filter(|_| reason == Reason::NoRoute);
        let (expected, found) = match ends {
            Some(ends) => (Detail::Text(ends.to.as_str()), Detail::Text(ends.from.as_str())),
            None => (Detail::None, Detail::Text(code.text())),
        };
        report(&Finding { answer, reason, path, expected, found });
        Ok(())
    }
}

/// The versions that a receiver takes.
struct Receiver<'t, 'm> {
    manifest: Manifest<'t, 'm>,
    cursor: Cell<Option<NodeId>>,
    work: Cell<u64>,
}

impl<'t, 'm> Receiver<'t, 'm> {
    fn new(manifest: Manifest<'t, 'm>) -> Self {
        Receiver { manifest, cursor: Cell::new(None), work: Cell::new(MOST_WORK) }
    }
}

impl<'t> Wanted<'t> for Receiver<'t, '_> {
    fn wanted(&self, name: &[u8], instance: u32, is: Version<'_>) -> Option<Version<'t>> {
        let (mut cursor, mut work) = (self.cursor.get(), self.work.get());
        let entry = self.manifest.seek(&mut cursor, (name, instance), &mut work);
        self.cursor.set(cursor);
        self.work.set(work);
        let entry = entry?;
        let of_line = is.tag == entry.tag || is.tag.is_empty() && is.number != entry.newest;
        let taken = (entry.oldest..=entry.newest).contains(&is.number) && of_line;
        (!taken).then_some(Version { number: entry.newest, tag: entry.tag })
    }
}

/// Tells what the transforms lose.
struct Losses<'r>(Report<'r>);

impl Observer for Losses<'_> {
    fn lost(&mut self, _tree: &Tree<'_>, loss: &Loss<'_>) {
        let what = match loss.what {
            What::Value => "its value",
            What::Bits => "some of its bits",
            What::Item => "the item",
            What::Record => "all of it",
            // No value is lost by these.
            _ => return,
        };
        let path = Path::build(&mut |put| {
            if !loss.device.is_empty() {
                put(loss.device);
                put(b"/");
                put_number(loss.instance.into(), put);
                if !loss.path.is_empty() && !loss.path.starts_with(b"[") {
                    put(b".");
                }
            }
            put(loss.path);
        });
        let (answer, reason) = match loss.allowed {
            true => (Answer::Losses, Reason::Lost),
            false => (Answer::Refused, Reason::LossRefused),
        };
        let (expected, _) = no_details();
        (self.0)(&Finding { answer, reason, path, expected, found: Detail::Text(what) });
    }
}
