//! Whether one program loads what another saves, as far as schemas tell.
//!
//! | module | is |
//! |---|---|
//! | [`finding`] | what a check finds, in words |
//! | [`devices`] | which device belongs to which |
//! | `descriptions` | versions, names, subsections |
//! | `fields` | the fields of both sides, one beside the other |
//! | `existence` | fields that only one side has, or that may not be there |
//! | `unused` | what is unused, and what was there or came to be there |
//! | `sizes` | types, sizes and numbers of elements |
//! | `by_name` | fields in chunks, which are found by name |
//! | `cursor` | a place among the fields |
//! | [`report`] | the findings as text and JSON |

mod by_name;
mod cursor;
mod descriptions;
pub mod devices;
mod existence;
mod fields;
pub mod finding;
pub mod report;
mod sizes;
mod unused;

use finding::{Checked, Finding, Rule};

use super::model::{Field, Schema, Source};
use super::print::shown;

/// Comparisons of names that are spent on looking ahead, in all.
const MOST_WORK: u64 = 1 << 23;

/// Fields and subsections that are compared, in all. One description may belong to many of the other side, so that a
/// hostile schema could ask for the product of both.
const MOST_STEPS: u64 = 1 << 23;

/// One of the two that are compared.
#[derive(Clone, Copy, Debug)]
pub struct Side<'s> {
    /// What it is called in messages.
    pub name: &'s str,
    /// What it has.
    pub schema: &'s Schema,
}

impl Side<'_> {
    fn source(&self) -> Source {
        self.schema.source
    }

    fn is_sent(&self) -> bool {
        self.source().is_sent()
    }
}

/// Checks whether `to` loads what `from` saves.
#[must_use]
pub fn check(from: Side<'_>, to: Side<'_>) -> Checked {
    checked(Checker::new(from, to))
}

fn checked(mut checker: Checker<'_>) -> Checked {
    checker.devices();
    checker.limit();
    checker.checked
}

/// A check as it goes on.
struct Checker<'s> {
    /// Who saves.
    from: Side<'s>,
    /// Who loads.
    to: Side<'s>,
    /// Where the check is.
    device: String,
    path: Vec<String>,
    checked: Checked,
    /// Whether both sides are dumps that tell the number of elements of arrays.
    counted: bool,
    /// What is left of [`MOST_WORK`].
    work: u64,
    /// What is left of [`MOST_STEPS`].
    steps: u64,
}

impl<'s> Checker<'s> {
    fn new(from: Side<'s>, to: Side<'s>) -> Self {
        let (device, path) = (String::new(), Vec::new());
        let counted = [from, to].iter().all(|side| !side.is_sent() && side.schema.is_counted());
        let (work, steps) = (MOST_WORK, MOST_STEPS);
        Checker { from, to, device, path, checked: Checked::default(), counted, work, steps }
    }

    /// Whether both sides are chunks, whose fields are found by name.
    fn is_by_name(&self) -> bool {
        self.from.source() == Source::Chunks && self.to.source() == Source::Chunks
    }

    /// Whether so many more may be compared.
    fn may_go_on(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(crate::input::told(steps));
        self.steps > 0
    }

    /// That not all was compared is a fault: what was left out could be one.
    fn limit(&mut self) {
        if self.steps == 0 {
            self.device.clear();
            let text = format!("not all was compared, which takes more than {MOST_STEPS} steps");
            self.fault(Rule::Structure, text);
        }
    }

    fn fault(&mut self, rule: Rule, text: String) {
        let finding = self.finding(rule, text);
        self.checked.faults.add(finding);
    }

    fn remark(&mut self, rule: Rule, text: String) {
        let finding = self.finding(rule, text);
        self.checked.remarks.add(finding);
    }

    fn finding(&self, rule: Rule, text: String) -> Finding {
        Finding { rule, device: self.device.clone(), path: self.path.join("."), text }
    }

    /// Does something at a place further inside.
    fn within<R>(&mut self, name: &str, look: impl FnOnce(&mut Self) -> R) -> R {
        self.path.push(shown(name));
        let done = look(self);
        self.path.pop();
        done
    }

    /// The same in a field. Where several have its name, the number is told of those behind the first.
    fn within_field<R>(&mut self, field: &Field, look: impl FnOnce(&mut Self) -> R) -> R {
        match field.rank {
            0 => self.within(&field.name, look),
            rank => self.within(&format!("{}[{rank}]", field.name), look),
        }
    }

    /// Where among the next fields the same one is as `field`, as far as that is looked for.
    fn ahead(&mut self, rest: &[Field], field: &Field) -> Option<usize> {
        /// Of a table that has become quite another, no more is understood by looking further.
        const AHEAD: usize = 1024;
        let most = usize::try_from(self.work).unwrap_or(AHEAD).min(AHEAD);
        let found = rest.iter().take(most).position(|other| cursor::is_same(other, field));
        let looked = found.unwrap_or_else(|| rest.len().min(most));
        self.work = self.work.saturating_sub(crate::input::told(looked));
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

    use super::*;
    use crate::schema::{dump, tree::Json};

    /// The limit is that of a machine with many thousand devices, too large for a test: here it is smaller.
    #[test]
    fn what_is_not_compared_to_the_end_is_a_fault() {
        let text = br#"{"vmschkmachine": {"Name": "m"}, "a": {"Name": "a", "version_id": 1, "minimum_version_id": 1, "Description": {"name": "a",
            "version_id": 1, "minimum_version_id": 1, "Fields": [{"field": "x", "version_id": 0,
            "field_exists": false, "size": 4}, {"field": "y", "version_id": 0, "field_exists": false,
            "size": 4}]}}}"#;
        let json = Json::parse(text).unwrap();
        let schema = dump::read(json.members().unwrap()).unwrap();
        let side = |name| Side { name, schema: &schema };
        let with = |steps| checked(Checker { steps, ..Checker::new(side("OLD"), side("NEW")) });
        assert_eq!(with(100).faults.number(), 0);
        for steps in 0..4 {
            assert_eq!(with(steps).faults.number(), 1, "{steps}");
        }
    }
}
