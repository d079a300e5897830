//! A state compared as it is after the transforms to the receiver's versions.

use core::cell::Cell;

use super::devices::MOST_WORK;
use super::{Answer, Detail, Finding, Preflight, Reason, Report};
use crate::compat::manifest::Manifest;
use crate::compat::run::undone;
use crate::compat::{
    machine_version, Border, Compat, Failed, Loss, Observer, Of, Others, Route, Targets, Version,
    Wanted,
};
use crate::error::{Code, Path, Result};
use crate::model::{NodeId, Tree};

impl Preflight<'_, '_, '_> {
    pub(super) fn transformed(
        &mut self,
        state: &mut Tree<'_>,
        compat: &Compat<'_>,
        from: Option<Version<'_>>,
        report: Report<'_>,
    ) -> Result<()> {
        let version = self.manifest.version();
        // Where neither side has a history of the machine its version says nothing of what is due: devices have theirs.
        let has_history = compat.histories.iter().any(|history| history.of == Of::Machine)
            || self.manifest.routes().any(|route| route.of.is_empty());
        let machine = Some(version).filter(|version| has_history && *version != Version::default());
        let (others, border) = (Others::Keep, Border::Leaving);
        let targets = Targets { from, machine, others, border, ..Targets::default() };
        let receiver = Receiver::new(self.manifest, compat);
        let mut losses = Losses { report, refused: false };
        let done = undone(state, |state| {
            compat.change(state, &targets, Some(&receiver), &mut losses)?;
            Ok(self.all(state, losses.report)?)
        });
        match done {
            Ok(()) => Ok(()),
            // Each was told.
            Err(failed) if failed.code() == Code::Lossy && losses.refused => Ok(()),
            Err(failed) => self.failed((state, from), &failed, report),
        }
    }

    /// The transforms failed.
    fn failed(
        &self,
        (state, from): (&Tree<'_>, Option<Version<'_>>),
        failed: &Failed,
        report: Report<'_>,
    ) -> Result<()> {
        let (code, path) = (failed.code(), failed.report.path.clone());
        // A step that fails with that code has a number, and a filter no versions.
        let no_route = code == Code::NoRoute && failed.step.is_none() && failed.ends.is_some();
        let (answer, reason) = match code {
            Code::NoSpace | Code::Busy | Code::Unbalanced | Code::StaleHandle => return Err(code),
            _ if no_route && path.as_str().is_empty() && self.converts_machine(state, from)? => {
                (Answer::CannotTell, Reason::ReceiverConverts)
            }
            _ if no_route => (Answer::Refused, Reason::NoRoute),
            _ => (Answer::Refused, Reason::StepFailed),
        };
        let path = match no_route && path.as_str().is_empty() {
            true => Path::build(&mut |put| put(b"machine")),
            false => path,
        };
        let ends = failed.ends.as_ref().filter(|_| no_route);
        let (expected, found) = match ends {
            Some(ends) => (Detail::Text(ends.to.as_str()), Detail::Text(ends.from.as_str())),
            None => (Detail::None, Detail::Text(code.text())),
        };
        report(&Finding { answer, reason, path, expected, found });
        Ok(())
    }

    /// Whether the receiver has a route from the version of the machine.
    fn converts_machine(&self, state: &Tree<'_>, from: Option<Version<'_>>) -> Result<bool> {
        let from = match from {
            Some(from) => from,
            None => machine_version(state)?.unwrap_or_default(),
        };
        let mut work = MOST_WORK;
        Ok(self.manifest.converts(b"", from, &mut work).unwrap_or(false))
    }
}

/// The versions that a receiver takes.
struct Receiver<'t, 'm, 'c> {
    manifest: Manifest<'t, 'm>,
    compat: &'c Compat<'c>,
    cursor: Cell<Option<NodeId>>,
    work: Cell<u64>,
}

impl<'t, 'm, 'c> Receiver<'t, 'm, 'c> {
    fn new(manifest: Manifest<'t, 'm>, compat: &'c Compat<'c>) -> Self {
        Receiver { manifest, compat, cursor: Cell::new(None), work: Cell::new(MOST_WORK) }
    }

    /// Whether the receiver converts what the sender cannot: then a device stays what it is.
    fn converts(&self, name: &[u8], from: Version<'_>, to: Version<'_>) -> bool {
        let mut work = self.work.get();
        let converts = self.manifest.converts(name, from, &mut work);
        self.work.set(work);
        let edges = self.compat.history_of(name).map_or(&[][..], |history| history.edges);
        converts.unwrap_or(false) && Route::find(edges, from, to).is_err()
    }
}

impl<'t> Wanted<'t> for Receiver<'t, '_, '_> {
    fn wanted(&self, name: &[u8], instance: u32, is: Version<'_>) -> Option<Version<'t>> {
        let (mut cursor, mut work) = (self.cursor.get(), self.work.get());
        let entry = self.manifest.seek(&mut cursor, (name, instance), &mut work);
        self.cursor.set(cursor);
        self.work.set(work);
        let entry = entry?;
        let taken = (entry.oldest..=entry.newest).contains(&is.number) && entry.is_of_line(is);
        let to = Version { number: entry.newest, tag: entry.tag };
        (!taken && !self.converts(name, is, to)).then_some(to)
    }
}

/// Tells what the transforms lose.
struct Losses<'r> {
    report: Report<'r>,
    /// One that the policy does not allow was told.
    refused: bool,
}

impl Observer for Losses<'_> {
    fn lost(&mut self, _tree: &Tree<'_>, loss: &Loss<'_>) {
        if !loss.what.is_value() {
            return;
        }
        let path = Path::build(&mut |put| loss.put_path(put));
        let (answer, reason) = match loss.allowed {
            true => (Answer::Losses, Reason::Lost),
            false => (Answer::Refused, Reason::LossRefused),
        };
        self.refused |= !loss.allowed;
        let (expected, found) = (Detail::None, Detail::Text(loss.what.text()));
        (self.report)(&Finding { answer, reason, path, expected, found });
    }
}
