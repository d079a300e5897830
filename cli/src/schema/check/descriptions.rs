//! Versions, names and subsections.

use std::collections::HashMap;

use super::cursor::Cursor;
use super::devices::is_renamed;
use super::finding::Rule;
use super::Checker;
use crate::schema::model::{Description, Versions};
use crate::schema::print::shown;

impl<'s> Checker<'s> {
    /// What a section or a subsection has inside: both sides go by the version that was sent.
    pub(super) fn section(&mut self, from: &'s Description, to: &'s Description) {
        self.name(from, to);
        // Of a receiver of which only what it sent is known, the fields are those of its own version.
        let sent = from.versions.current;
        let read = if self.to.is_sent() { to.versions.current } else { sent };
        self.inside(from, sent, to, read);
    }

    /// What a struct has inside. Its version is not on the wire: each side goes by its own.
    pub(super) fn structure(&mut self, from: &'s Description, to: &'s Description) {
        self.name(from, to);
        self.versions(from.versions, to.versions);
        self.inside(from, from.versions.current, to, to.versions.current);
    }

    /// Whether the receiver loads the version that the sender saves.
    pub(super) fn versions(&mut self, from: Versions, to: Versions) {
        let (old, new) = (self.from.name, self.to.name);
        let Some(sent) = from.current else { return };
        if let Some(newest) = to.current.filter(|newest| sent > *newest) {
            if self.is_by_name() && self.path.is_empty() {
                let text = format!(
                    "{old} saves version {sent} and {new} has {newest}: it is loaded if the sender says that \
                     readers of version {newest} can read it"
                );
                return self.remark(Rule::Version, text);
            }
            let text = format!("{old} saves version {sent}, and {new} loads none above {newest}");
            self.fault(Rule::Version, text);
        }
        if let Some(oldest) = to.minimum.filter(|oldest| sent < *oldest) {
            let text = format!("{old} saves version {sent}, and {new} loads none below {oldest}");
            self.fault(Rule::Version, text);
        }
    }

    fn name(&mut self, from: &Description, to: &Description) {
        // The elements of a list have no name in chunks.
        let untold = from.name.is_empty() || to.name.is_empty();
        if untold || from.name == to.name || is_renamed(&from.name, &to.name) {
            return;
        }
        let (old, new) = (self.from.name, self.to.name);
        let (one, other) = (shown(&from.name), shown(&to.name));
        self.fault(Rule::Name, format!("described as \"{one}\" in {old}, as \"{other}\" in {new}"));
    }

    fn inside(
        &mut self,
        from: &'s Description,
        sent: Option<i64>,
        to: &'s Description,
        read: Option<i64>,
    ) {
        match self.is_by_name() {
            true => self.by_name(from.fields(), to.fields()),
            false => {
                self.fields(Cursor::new(from.fields(), sent), Cursor::new(to.fields(), read));
            }
        }
        self.subsections(from.subsections(), to.subsections());
    }

    /// Subsections are found by name, in any order.
    fn subsections(&mut self, from: &'s [Description], to: &'s [Description]) {
        if !self.spend(from.len().saturating_add(to.len())) {
            return;
        }
        let (old, new) = (self.from.name, self.to.name);
        // Of two of one name QEMU takes the first.
        let by_name: HashMap<&str, &'s Description> =
            to.iter().rev().map(|other| (other.name.as_str(), other)).collect();
        for one in from {
            let found = by_name.get(one.name.as_str()).copied();
            self.within(&one.name, |checker| match found {
                Some(other) => {
                    let compared = &mut checker.checked.compared.subsections;
                    *compared = compared.saturating_add(1);
                    checker.versions(one.versions, other.versions);
                    checker.section(one, other);
                }
                None if one.ancillary => {}
                None if checker.to.is_sent() => {
                    let text = format!("{new} did not send this subsection, but may know it");
                    checker.remark(Rule::Subsection, text);
                }
                None => {
                    let text =
                        format!("{old} may send this subsection, and {new} does not have it");
                    checker.fault(Rule::Subsection, text);
                }
            });
        }
    }
}
