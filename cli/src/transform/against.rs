//! What speaks against a transform, in words.

use migcore::compat::{
    self, After, DeviceName, Devices, Ends, Failed, Others, Route, Step, Version, Way,
};
use migcore::model::Tree;
use migcore::Code;

use super::effects::{Current, Effects};
use super::run::Wanted;
use crate::rules::Made;

/// Why the machine cannot be that one, before any step is done: the stream does not say which one it is, or says another
/// one that the rules know.
pub(super) fn machine(wanted: &Wanted<'_>, tree: &Tree<'_>) -> Option<String> {
    let edges = wanted.made.machine()?;
    // Who asks for the route hears of what cannot be read.
    let said = compat::machine_version(tree).ok()?;
    let knows = |version| edges.iter().any(|edge| [edge.from, edge.to].contains(&version));
    match (wanted.from, said) {
        (None, None) if !knows(Version::default()) => {
            Some("the stream does not say which machine it is of: give it with --from".to_owned())
        }
        (Some(from), Some(said)) if from != said && knows(said) => {
            Some(format!("--from says that the machine is {from}, but the stream is of {said}"))
        }
        _ => None,
    }
}

/// What devices become of which nobody says anything: the newest, but beside a machine that becomes older what they are,
/// since its older devices are not known.
pub(super) fn others(wanted: &Wanted<'_>, tree: &Tree<'_>, to: Option<Version<'_>>) -> Others {
    let from = wanted.from.or_else(|| compat::machine_version(tree).ok().flatten());
    let (Some(edges), Some(from), Some(to)) = (wanted.made.machine(), from, to) else {
        return Others::Newest;
    };
    let is_down = |route: Route| route.legs().iter().any(|leg| leg.way == Way::Down);
    match Route::find(edges, from, to).is_ok_and(is_down) {
        true => Others::Keep,
        false => Others::Newest,
    }
}

/// The patterns of devices that have named none yet with versions in the rules.
pub(super) struct Unmet<'w>(Vec<&'w str>);

impl<'w> Unmet<'w> {
    pub(super) fn new(wanted: &Wanted<'w>) -> Self {
        let asked = wanted.devices.iter().take(wanted.named);
        Unmet(asked.map(|(pattern, _)| *pattern).collect())
    }

    /// Looks at the devices, as they are called before the steps or behind them.
    pub(super) fn look(&mut self, made: &Made<'_>, tree: &Tree<'_>) {
        let mut devices = Devices::new(tree);
        while let Some(device) = devices.next(tree).filter(|_| !self.0.is_empty()) {
            let name = tree.name(device).unwrap_or_default();
            self.0
                .retain(|pattern| !compat::name_matches(pattern, name) || !made.has_versions(name));
        }
    }

    /// Why these are refused, if there are any.
    pub(super) fn why(&self) -> Option<String> {
        let pattern = self.0.first()?;
        Some(format!("--device {pattern}: no device of this name has versions in the rules"))
    }
}

const LOSSY: &str = "`[policy]` says what may be lost";
const AFTER: &str = "`after` names it, and a new item stands behind one that is there";
const DAMAGED: &str = "the stream is damaged, and may have had it in what cannot be read";

/// Why a transform is refused, with the place of the rule that failed, and what helps.
pub(super) fn words(failed: Failed, effects: &Effects<'_>, damaged: bool) -> String {
    // A change without versions is written as one from a version to itself.
    let ends = failed.ends.clone().filter(|ends| ends.from != ends.to);
    match (effects.current(), failed.code()) {
        (Some(Current { written, place, why: Some(why), .. }), Code::Refused) => {
            format!("{written}: {place} is there: {why}")
        }
        // What is lost is judged when all steps are done.
        (Some(at), code) if failed.step.is_some() && code != Code::Lossy => {
            if code != Code::Missing {
                return format!("{}: {}", at.written, Failed { ends, ..failed });
            }
            let missing = failed.report.path.as_str();
            let is_after = at.after.as_ref().is_some_and(|after| {
                missing
                    .strip_suffix(after.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            });
            let help = match damaged {
                _ if is_after => AFTER,
                true => DAMAGED,
                false => at.help,
            };
            let mut place = at.place.clone();
            if !missing.is_empty() && !place.starts_with(missing) {
                place = match is_after {
                    true => format!("{place}: {missing}"),
                    false => format!("{missing}: {place}"),
                };
            }
            let between = ends
                .map(|Ends { from, to }| format!(", from {} to {}", from.as_str(), to.as_str()));
            let (written, between) = (&at.written, between.unwrap_or_default());
            format!("{written}: {place}: {}{between}; {help}", code.text())
        }
        (_, Code::Lossy) => match effects.refused_at().filter(|written| !written.is_empty()) {
            Some(written) => format!("{written}: {failed}; {LOSSY}"),
            None => format!("{failed}; {LOSSY}"),
        },
        _ => failed.to_string(),
    }
}

/// What an item that a step adds is to stand behind.
pub(super) fn after(step: &Step<'_>) -> Option<String> {
    match step {
        Step::Add { place, .. } | Step::Move { to: place, .. } => match place.after {
            After::Name(name) => Some(name.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Where a step looks for what it changes.
pub(super) fn place(step: &Step<'_>) -> String {
    match step {
        Step::Rename { scope, from: name, .. }
        | Step::Retype { scope, name, .. }
        | Step::Set { scope, name, .. }
        | Step::Map { scope, name, .. }
        | Step::Bits { scope, name, .. }
        | Step::Open { scope, name, .. }
        | Step::Close { scope, name, .. } => item(scope, name),
        // An item that is new cannot be missing: its scope is.
        Step::Add { place, items: [_, ..] } if place.scope.is_empty() => "the device".to_owned(),
        Step::Add { place, items: [_, ..] } => place.scope.to_owned(),
        Step::Add { place, .. } | Step::Drop { place, .. } | Step::Move { from: place, .. } => {
            item(place.scope, place.name)
        }
        Step::Wrap(wrapping) | Step::Unwrap(wrapping) => {
            item(wrapping.place.scope, wrapping.place.name)
        }
        Step::Split { device, .. }
        | Step::Merge { device, .. }
        | Step::SetVersion { device, .. }
        | Step::RenameDevice { from: device, .. } => self::device(device),
        Step::AddDevice { device, .. } | Step::DropDevice { device, .. } => {
            self::device(&device.name)
        }
        Step::AddCommand { number, .. } | Step::DropCommand { number, .. } => {
            format!("command {number}")
        }
        Step::Footers { .. } => "footers".to_owned(),
        _ => "the machine".to_owned(),
    }
}

fn item(scope: &str, name: &str) -> String {
    match scope {
        "" => name.to_owned(),
        scope => format!("{scope}.{name}"),
    }
}

fn device(device: &DeviceName<'_>) -> String {
    match device.name {
        "" => "the device".to_owned(),
        _ => pattern(device),
    }
}

/// The pattern of a device that a step names.
pub(super) fn pattern(device: &DeviceName<'_>) -> String {
    match device.instance {
        Some(instance) => format!("{}/{instance}", device.name),
        None => format!("{}/*", device.name),
    }
}

/// What helps where a step found nothing.
pub(super) fn help(step: &Step<'_>) -> &'static str {
    match step {
        Step::Add { items: [], .. } | Step::AddDevice { items: None, .. } => {
            "it has no default: give what was lost of it with --restore, or the step `optional = true` if it may stay away"
        }
        _ => "give the step `optional = true` if it may be absent",
    }
}
