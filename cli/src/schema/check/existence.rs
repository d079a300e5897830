//! Fields that only one side has, or that may not be there.

use super::cursor::Cursor;
use super::finding::Rule;
use super::Checker;
use crate::schema::model::{Count, Exists, Field};

/// Why a field of a table may not be in a stream.
const EMPTY: &str = "it may be an array, and that one empty";

/// Whether a field may be an array whose length is part of the state. Of an empty one nothing is in a stream, and a
/// dump does not tell it from a single value.
fn may_be_empty(field: &Field) -> bool {
    field.exists == Exists::Always && field.count == Count::Unknown
}

/// At which version a field is saved or loaded.
#[derive(Clone, Copy)]
pub(super) struct Place {
    version: Option<i64>,
}

impl Place {
    /// That of the next field.
    pub(super) fn of(cursor: &Cursor<'_>) -> Place {
        Place { version: cursor.version() }
    }
}

/// Whether a field is there at a version; `None` where code of the device decides.
fn is_there(field: &Field, place: Place) -> Option<bool> {
    match field.exists {
        Exists::Sent => Some(true),
        Exists::Condition => None,
        // Where versions are not told, nothing speaks against it.
        Exists::Always => Some(match (field.since, place.version) {
            (Some(since), Some(version)) => since <= version,
            _ => true,
        }),
    }
}

impl<'s> Checker<'s> {
    /// Whether a field is not there for its version.
    pub(super) fn is_certainly_absent(&self, field: &Field, place: Place) -> bool {
        is_there(field, place) == Some(false)
    }

    /// Whether a field may be absent, for whatever reason.
    pub(super) fn may_be_absent(&self, field: &Field, place: Place) -> bool {
        is_there(field, place) != Some(true)
    }

    /// A field that the sender alone has.
    pub(super) fn removed(&mut self, from: &mut Cursor<'s>) {
        let Some(field) = from.peek() else { return };
        let there = is_there(field, Place::of(from));
        from.advance();
        if there == Some(false) || (self.is_by_name() && field.ancillary) {
            return;
        }
        let (old, new) = (self.from.name, self.to.name);
        self.within_field(field, |checker| match (there, checker.to.is_sent()) {
            (None, true) => checker.remark(
                Rule::Condition,
                format!("{old} sends it under a condition, and {new} did not send it"),
            ),
            (None, false) => checker.fault(
                Rule::Removed,
                format!("{old} sends it under a condition, and {new} does not read it"),
            ),
            (_, true) if may_be_empty(field) && !checker.from.is_sent() => {
                checker.remark(Rule::Removed, format!("{old} sends it, and {new} did not; {EMPTY}"))
            }
            _ => {
                let sends = if checker.from.is_sent() { "sent" } else { "sends" };
                let text = format!("{old} {sends} it, and {new} does not read it");
                checker.fault(Rule::Removed, text);
            }
        });
    }

    /// A field that the receiver alone has.
    pub(super) fn added(&mut self, from: &Cursor<'s>, to: &mut Cursor<'s>) {
        let Some(field) = to.peek() else { return };
        let (there, sent, read) = (is_there(field, Place::of(to)), from.version(), to.version());
        to.advance();
        let (old, new) = (self.from.name, self.to.name);
        let not_sent = if self.from.is_sent() { "did not send" } else { "does not send" };
        self.within_field(field, |checker| match there {
            Some(false) => {}
            None => checker.remark(
                Rule::Condition,
                format!("{new} reads it under a condition, and {old} {not_sent} it"),
            ),
            Some(true) if checker.to.is_sent() && read > sent => checker.remark(
                Rule::Added,
                format!("{new} sent it, and {old} {not_sent} it; it may be of the newer version"),
            ),
            Some(true) => {
                let mut text = format!("{new} reads it{}, and {old} {not_sent} it", since(field));
                // A struct is read at the version of the receiver, whatever the sender's is.
                if let Some(version) = sent.filter(|_| !checker.to.is_sent() && sent == read) {
                    text.push_str(&format!(" in version {version}"));
                }
                match checker.from.is_sent() && may_be_empty(field) {
                    true => checker.remark(Rule::Added, format!("{text}; {EMPTY}")),
                    false => checker.fault(Rule::Added, text),
                }
            }
        });
    }

    /// A field that both sides have.
    pub(super) fn existence(&mut self, one: &Field, sent: Place, other: &Field, read: Place) {
        let (old, new) = (self.from.name, self.to.name);
        match (is_there(one, sent), is_there(other, read)) {
            (Some(true), Some(false)) => {
                let text = format!("{old} sends it, and {new} reads it only{}", since(other));
                return self.fault(Rule::Removed, text);
            }
            (Some(false), Some(true)) => {
                let text = format!("{new} reads it, and {old} sends it only{}", since(one));
                return self.fault(Rule::Added, text);
            }
            (None, Some(_)) if one.exists == Exists::Condition && !self.from.is_sent() => {
                let how = if self.to.is_sent() { "sent it" } else { "has no condition for it" };
                let text = format!("{old} sends it under a condition, and {new} {how}");
                self.remark(Rule::Condition, text);
            }
            (Some(_), None) if !self.from.is_sent() => {
                let text = format!("{new} reads it under a condition, and {old} has none for it");
                self.remark(Rule::Condition, text);
            }
            _ => {}
        }
        if let (Some(one), Some(other)) = (one.since, other.since) {
            if one > other {
                let text = format!("of version {one} in {old}, but of version {other} in {new}");
                self.fault(Rule::Version, text);
            }
        }
    }
}

fn since(field: &Field) -> String {
    match field.since {
        Some(since) if since != 0 => format!(" from version {since} on"),
        _ => String::new(),
    }
}
