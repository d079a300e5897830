//! Types, sizes and numbers of elements.

use super::finding::{Doubt, Rule};
use super::Checker;
use crate::schema::kinds::{class, is_null, Class, UNNAMED};
use crate::schema::model::{Count, Field};
use crate::schema::print::shown;

impl<'s> Checker<'s> {
    /// Two fields with nothing inside.
    pub(super) fn sizes(&mut self, one: &Field, other: &Field) {
        match (self.from.is_sent(), self.to.is_sent()) {
            (false, false) => self.tables(one, other),
            (true, false) => self.sent_by_table(one, other),
            (false, true) => self.sent_by_table(other, one),
            (true, true) => self.both_sent(one, other),
        }
        self.counts(one, other);
    }

    fn tables(&mut self, one: &Field, other: &Field) {
        if one.size != other.size {
            self.differs(Rule::Size, &size(one), &size(other));
        }
    }

    /// What was sent of a field, and what a table says of its member.
    fn sent_by_table(&mut self, sent: &Field, table: &Field) {
        let (Some(kind), Some(bytes)) = (&sent.kind, sent.size) else { return };
        // Without a size, the length is part of the state.
        let Some(member) = table.size.filter(|size| *size != 0 && *size != bytes) else { return };
        let array = matches!(sent.count, Count::Of(_) | Count::Variable);
        match class(kind) {
            Class::Scalar(_) if is_null(sent) => {
                self.unsure(Rule::Size, "only null pointers were sent")
            }
            Class::Scalar(_) if array && matches!(member, 4 | 8) => self.unsure(
                Rule::Size,
                &format!(
                    "elements of {bytes} bytes were sent, and the table may have pointers to such"
                ),
            ),
            Class::Bytes if bytes.checked_rem(member) == Some(0) => self.unsure(
                Rule::Size,
                &format!("{bytes} bytes were sent, and the table may have units of {member}"),
            ),
            Class::Scalar(_) | Class::Bytes => {
                let (sent, table) = (size(sent), size(table));
                match self.from.is_sent() {
                    true => self.differs(Rule::Size, &sent, &table),
                    false => self.differs(Rule::Size, &table, &sent),
                }
            }
            Class::Private => self.doubt(
                Rule::Type,
                format!(
                    "only its device knows the type {}, so its size was not compared",
                    shown(kind)
                ),
                Doubt::Private,
            ),
            // In memory they are something else.
            Class::Timer | Class::Bitmap | Class::Null => {}
        }
    }

    /// What was sent on both sides.
    fn both_sent(&mut self, one: &Field, other: &Field) {
        let (Some(sent), Some(read)) = (one.kind.as_deref(), other.kind.as_deref()) else { return };
        if is_null(one) || is_null(other) {
            return match is_null(one) == is_null(other) {
                true => {}
                false => self.unsure(Rule::Type, "only null pointers were sent on one side"),
            };
        }
        match (class(sent), class(read)) {
            (one, other) if one.has_bytes_of(other) => {}
            (Class::Scalar(one), Class::Scalar(other)) if one.width() == other.width() => self
                .doubt(
                    Rule::Type,
                    format!("{} and {}, which have the same bytes", shown(sent), shown(read)),
                    Doubt::SameBytes,
                ),
            (Class::Private, Class::Private) if sent != read && [sent, read].contains(&UNNAMED) => {
                self.doubt(
                    Rule::Type,
                    format!("{} and {}, one of which is no name", shown(sent), shown(read)),
                    Doubt::Private,
                );
            }
            (one, other) if one != other || (one == Class::Private && sent != read) => {
                self.differs(Rule::Type, &shown(sent), &shown(read));
            }
            (Class::Private, _) if one.size != other.size => self.doubt(
                Rule::Size,
                format!(
                    "{} and {} of type {}, which only its device knows",
                    size(one),
                    size(other),
                    shown(sent)
                ),
                Doubt::Private,
            ),
            (Class::Bytes, Class::Bytes) if one.size != other.size => {
                self.differs(Rule::Size, &size(one), &size(other));
            }
            _ => {}
        }
    }

    /// Two numbers of elements that differ, or are not known on both sides.
    pub(super) fn uncertain_counts(&mut self, sent: Count, read: Count) {
        let fixed = |count| matches!(count, Count::Of(number) if number != 1);
        let text = match (self.from.is_sent(), self.to.is_sent()) {
            (true, true) if fixed(sent) || fixed(read) => {
                let (sent, read) = (sent.number(), read.number());
                format!("{sent} and {read} elements were sent; the number may be part of the state")
            }
            (false, false) if self.counted && (fixed(sent) || fixed(read)) => {
                "an array of a fixed number of elements on one side alone".to_owned()
            }
            _ => return,
        };
        self.remark(Rule::Count, text);
    }

    fn differs(&mut self, rule: Rule, sent: &str, read: &str) {
        let (old, new) = (self.from.name, self.to.name);
        self.fault(rule, format!("{sent} in {old}, {read} in {new}"));
    }

    fn unsure(&mut self, rule: Rule, text: &str) {
        self.remark(rule, text.to_owned());
    }
}

fn size(field: &Field) -> String {
    field.size.map_or_else(|| "no size".to_owned(), |size| crate::show::counted(size, "byte"))
}
