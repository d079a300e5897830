//! A stream as it is after the transforms of a file of rules.

use std::path::Path;

use bumpalo::Bump;
use migcore::codec::vmdesc::Vmdesc;
use migcore::compat::manifest::Entry;
use migcore::compat::Version;

use super::answer::{Answer, Checked, Finding};
use super::Before;
use crate::failure::Result;
use crate::input::Input;
use crate::output::Output;
use crate::rules::Rules;
use crate::transform::effects::Effects;
use crate::transform::run::{transform, Source, Stopped, Wanted};

const LOST: &str = "keep what is lost with `migcore transform --losses`, to restore it later";
const REFUSED: &str = "look at it with `migcore transform --dry-run --explain`";

/// The versions that a receiver wants, as far as it says so.
#[derive(Debug, Default)]
pub(super) struct Goal {
    /// Of the machine.
    pub(super) machine: Option<String>,
    /// Of devices: their names, versions and tags.
    pub(super) devices: Vec<(String, u32, String)>,
}

impl Goal {
    pub(super) fn add(&mut self, entry: &Entry<'_, '_>) {
        // A name that is a pattern is none of a device.
        let name = String::from_utf8_lossy(entry.name).replace('*', "\\*");
        self.devices.push((name, entry.newest, entry.tag.to_owned()));
    }
}

/// Transforms a stream to what the receiver wants. What that loses, or why it is refused, goes to `checked`; then there is
/// no stream.
pub(super) fn transformed(
    source: &Source,
    before: &Before<'_>,
    goal: Goal,
    checked: &mut Checked,
) -> Result<Option<(Input, Option<Vmdesc>)>> {
    let (rules, arena) = (Rules::read(before.rules)?, Bump::new());
    let made = rules.made(&arena)?;
    // What no rules are for stays as it is, and is compared so.
    let of_receiver = goal
        .devices
        .iter()
        .filter(|(name, ..)| made.has_versions(name.as_bytes()))
        .map(|(name, number, tag)| (name.as_str(), Version { number: *number, tag }));
    let devices: Vec<_> = before.devices.iter().copied().chain(of_receiver).collect();
    let to = before.to.or(goal.machine.as_deref());
    // Changes without versions are done as they are written.
    let to = to.filter(|_| made.machine().is_some()).map(Version::parse);
    let wanted = Wanted {
        made: &made,
        from: before.from,
        to,
        devices: &devices,
        // Of those of the receiver the stream may have fewer.
        named: before.devices.len(),
        restore: before.restore.as_ref(),
        explain: false,
        force: false,
    };
    // Of chunks there are only devices, and a stream of QEMU is not written.
    let mut output = match source {
        Source::Native { .. } => Some(Output::create(Path::new("-"), false)?),
        Source::Qemu { .. } => None,
    };
    match transform(source, &wanted, output.as_mut()) {
        Ok(done) => {
            losses(&done.effects, checked);
            match output {
                Some(mut output) => Ok(Some((output.written()?, None))),
                None => Ok(done.stream),
            }
        }
        Err(Stopped::Failed(failure)) => Err(failure),
        Err(Stopped::Refused(why, effects)) => {
            losses(&effects, checked);
            refused_by(why, checked);
            Ok(None)
        }
        Err(Stopped::Damaged(damages)) => {
            for damage in damages {
                checked.add_damage(damage.to_string());
            }
            Ok(None)
        }
        Err(Stopped::Broken(report)) => {
            checked.add_damage(report.to_string());
            Ok(None)
        }
    }
}

fn losses(effects: &Effects<'_>, checked: &mut Checked) {
    for (path, lost, allowed) in effects.values_lost() {
        let text = format!("a transform loses {lost}");
        let (answer, help) = match allowed {
            true => (Answer::Losses, LOST),
            false => (Answer::Refused, "allow the loss for this path in the policy of the rules"),
        };
        let (place, text) = (path.to_owned(), text.trim_end().to_owned());
        checked.add(Finding { answer, reason: "loss", place, text, help });
    }
}

fn refused_by(text: String, checked: &mut Checked) {
    let (answer, reason, place) = (Answer::Refused, "transform", String::new());
    checked.add(Finding { answer, reason, place, text, help: REFUSED });
}
