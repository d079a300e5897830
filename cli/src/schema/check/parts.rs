//! A field that one side sends in one, and the other in several: on the wire they are the same bytes.

use super::cursor::{is_same, Cursor};
use super::finding::{Doubt, Rule};
use super::unused::bytes;
use super::Checker;
use crate::schema::kinds::{class, is_null, Class};
use crate::schema::model::{Count, Field};
use crate::schema::print::shown;
use crate::show::counted;

/// The most fields that are looked at behind one, which may be done for each field.
const MOST_PARTS: u64 = 16;

impl<'s> Checker<'s> {
    /// Takes the next fields of both sides if those of one side are the bytes of one field of the other, and both go on
    /// alike behind them. Whether they are.
    pub(super) fn parts(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) -> bool {
        if !(self.from.is_sent() && self.to.is_sent()) || self.is_by_name() {
            return false;
        }
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return false };
        let (Some(sent), Some(read)) = (plain(one), plain(other)) else { return false };
        if sent == read {
            return self.recast(from, to);
        }
        let (mut sender, mut receiver) = (from.clone(), to.clone());
        sender.advance();
        receiver.advance();
        let divided = match sent < read {
            true => divided(&mut sender, sent, read),
            false => divided(&mut receiver, read, sent),
        };
        let Some(parts) = divided else { return false };
        let goes_on = match (sender.peek(), receiver.peek()) {
            (None, None) => true,
            (Some(sent), Some(read)) => is_same(sent, read),
            _ => false,
        };
        if !goes_on {
            return false;
        }
        (*from, *to) = (sender, receiver);
        let (whole, with) = match sent < read {
            true => (read, self.from.name),
            false => (sent, self.to.name),
        };
        let text = format!(
            "{whole} bytes, which are those of {} and {} in {with}",
            shown(&one.name),
            counted(parts, "more field")
        );
        self.same_bytes(one, text);
        true
    }

    /// The same for two fields of other types, as a number and bytes.
    fn recast(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) -> bool {
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return false };
        let (Some(sent), Some(read)) = (one.kind.as_deref(), other.kind.as_deref()) else {
            return false;
        };
        let width = |class| match class {
            Class::Scalar(kind) => Some(kind.width()),
            _ => None,
        };
        if width(class(sent)) == width(class(read)) {
            return false;
        }
        let text = format!("{} and {}, which have the same bytes", shown(sent), shown(read));
        self.same_bytes(one, text);
        from.advance();
        to.advance();
        true
    }

    /// Tells of a field that is other ones on the other side, with the same bytes.
    fn same_bytes(&mut self, field: &Field, text: String) {
        let compared = &mut self.checked.compared.fields;
        *compared = compared.saturating_add(1);
        self.within_field(field, |checker| checker.doubt(Rule::Type, text, Doubt::SameBytes));
    }
}

/// Takes fields behind one of so many bytes, until they have those of the `whole`. How many these are.
fn divided(cursor: &mut Cursor<'_>, first: u64, whole: u64) -> Option<u64> {
    let (mut sum, mut parts) = (first, 0u64);
    while sum < whole && parts < MOST_PARTS {
        sum = sum.checked_add(plain(cursor.peek()?)?)?;
        cursor.advance();
        parts = parts.saturating_add(1);
    }
    (sum == whole && parts > 0).then_some(parts)
}

/// The bytes on the wire of a field that is nothing but bytes or a number, and always as many.
fn plain(field: &Field) -> Option<u64> {
    let class = class(field.kind.as_deref()?);
    let is_plain = matches!(class, Class::Bytes | Class::Scalar(_)) && !is_null(field);
    let is_one = field.description.is_none() && field.count != Count::Variable;
    (is_plain && is_one).then(|| bytes(field, true)).flatten()
}
