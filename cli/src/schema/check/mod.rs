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
//! | `parts` | a field that is several on the other side |
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
mod parts;
pub mod report;
mod sizes;
mod unused;

use finding::{Checked, Doubt, Finding, Rule};

use super::model::{Field, Schema, Source};
use super::print::shown;

/// Comparisons of names that are spent on looking ahead, in all.
const MOST_WORK: u64 = 1 << 23;

/// Steps that are made in all. The tables of a program are far fewer; texts can be made whose parts are compared with
/// each other again and again.
const MOST_STEPS: u64 = 1 << 21;

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
    let mut checker = Checker::new(from, to);
    checker.devices();
    if checker.steps == 0 {
        checker.device.clear();
        let text = "too much to compare: the rest was not looked at".to_owned();
        checker.fault(Rule::Structure, text);
    }
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
        let (checked, work, steps) = (Checked::default(), MOST_WORK, MOST_STEPS);
        Checker { from, to, device, path, checked, counted, work, steps }
    }

    /// Makes so many steps, if there are enough left.
    fn spend(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(crate::input::told(steps));
        self.steps > 0
    }

    /// Whether both sides are chunks, whose fields are found by name.
    fn is_by_name(&self) -> bool {
        self.from.source() == Source::Chunks && self.to.source() == Source::Chunks
    }

    fn fault(&mut self, rule: Rule, text: String) {
        let finding = self.finding(rule, text);
        self.checked.faults.add(finding);
    }

    fn remark(&mut self, rule: Rule, text: String) {
        let finding = self.finding(rule, text);
        self.checked.remarks.add(finding);
    }

    /// A remark, and why it is one.
    fn doubt(&mut self, rule: Rule, text: String, doubt: Doubt) {
        let finding = Finding { doubt: Some(doubt), ..self.finding(rule, text) };
        self.checked.remarks.add(finding);
    }

    fn finding(&self, rule: Rule, text: String) -> Finding {
        let (device, path) = (self.device.clone(), self.path.join("."));
        Finding { rule, device, path, text, doubt: None }
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
