//! Sections that no description tells the inside of. A step that could concern one of them finds nothing there, which
//! says nothing of the state.

use migcore::compat::{Pattern, Stage, Step, Trail};
use migcore::model::{NodeId, Tree, Value};

use super::against;
use crate::qemu::item::{End, Payload, Reason, Section};
use crate::rules::Written;

/// What helps.
const HELP: &str = "give its description with --vmdesc";

/// A section that is known by its bytes alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unread {
    /// Its device.
    pub(super) node: NodeId,
    /// Why it is not known.
    pub(super) mute: Mute,
}

/// Why a section is known by its bytes alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mute {
    /// What is said of it.
    why: String,
    /// Whether its end is not known either: other sections may be in its bytes.
    open: bool,
}

impl Mute {
    /// Why a section is not described, if it is one that a description would tell.
    pub(super) fn of(section: &Section) -> Option<Mute> {
        let Payload::Opaque(reason) = &section.payload else { return None };
        let is_other = matches!(
            reason,
            Reason::Live | Reason::RamVersion | Reason::Ram(_) | Reason::MappedRam
        );
        let open = section.end == End::NotFound;
        (section.kind.is_named() && !is_other).then(|| Mute { why: reason.to_string(), open })
    }
}

/// Why nobody can tell what a step, written there, does to a stream with these sections; `None` if none of them could
/// have what it looks for.
pub(super) fn why(
    all: &[Unread],
    tree: &Tree<'_>,
    at: &Stage<'_>,
    written: &Written<'_>,
) -> Option<String> {
    let refuses = written.refuses.map(|refuses| refuses.place);
    let scopes = match refuses {
        Some(pattern) => vec![pattern.to_owned()],
        None => scopes(&at.step),
    };
    let said = |unread: &Unread, end: &str| {
        let (section, why) = (section(tree, unread.node), &unread.mute.why);
        let looks = refuses.map_or_else(|| against::place(&at.step), str::to_owned);
        format!(
            "{written}: {looks}: section {section} is not known inside{end}: {why}; whether the step concerns it cannot \
             be told: {HELP}"
        )
    };
    if let Some(open) = all.iter().find(|unread| unread.mute.open) {
        let of_stream =
            !scopes.is_empty() && scopes.iter().all(|scope| scope.starts_with("qemu/0"));
        return (!of_stream).then(|| said(open, ", nor where it ends and others begin"));
    }
    let concerns = |unread: &&Unread| match (at.device, refuses) {
        (Some(device), None) => device == unread.node && !scopes.is_empty(),
        _ => scopes.iter().any(|scope| is_into(scope, tree, unread.node, refuses.is_some())),
    };
    all.iter().find(concerns).map(|unread| said(unread, ""))
}

/// Why nobody can tell which devices a stream has, if its rules have versions of devices.
pub(super) fn devices(all: &[Unread], tree: &Tree<'_>) -> Option<String> {
    let open = all.iter().find(|unread| unread.mute.open)?;
    let (section, why) = (section(tree, open.node), &open.mute.why);
    Some(format!(
        "which devices there are cannot be told, since it is not known where section {section} ends: {why}; {HELP}"
    ))
}

/// Whether a pattern goes into a device; one that only names it need not be known inside.
fn is_into(scope: &str, tree: &Tree<'_>, device: NodeId, only_named: bool) -> bool {
    let (Ok(name), Ok(Value::Device { instance, .. })) = (tree.name(device), tree.value(device))
    else {
        return false;
    };
    let mut trail = Trail::new();
    if trail.enter(name, Some(instance)).is_err() {
        return false;
    }
    let names = |text: &str| Pattern::new(text).is_ok_and(|pattern| pattern.matches(&trail));
    // Names of devices have dots too, so each may be where that of the device ends.
    let mut dots = scope.match_indices('.').filter_map(|(at, _)| scope.get(..at));
    dots.any(names) || (!only_named && names(scope))
}

/// The patterns of what a step needs to know the inside of.
fn scopes(step: &Step<'_>) -> Vec<String> {
    match step {
        Step::Rename { scope, .. }
        | Step::Retype { scope, .. }
        | Step::Set { scope, .. }
        | Step::Map { scope, .. }
        | Step::Bits { scope, .. }
        | Step::Open { scope, .. }
        | Step::Close { scope, .. } => vec![(*scope).to_owned()],
        Step::Add { place, .. } | Step::Drop { place, .. } => vec![place.scope.to_owned()],
        Step::Wrap(wrapping) | Step::Unwrap(wrapping) => vec![wrapping.place.scope.to_owned()],
        Step::Move { from, to } => vec![from.scope.to_owned(), to.scope.to_owned()],
        Step::Split { device: from, .. } => vec![against::pattern(from)],
        Step::Merge { device: to, into, .. } => {
            vec![against::pattern(to), against::pattern(&into.name)]
        }
        _ => Vec::new(),
    }
}

fn section(tree: &Tree<'_>, device: NodeId) -> String {
    let name = tree.name(device).unwrap_or_default().escape_ascii().to_string();
    match tree.value(device) {
        Ok(Value::Device { instance, .. }) => format!("{name}/{instance}"),
        _ => name,
    }
}
