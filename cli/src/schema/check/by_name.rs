//! Fields in chunks: they are found by name, and may become wider.

use std::collections::HashMap;

use migcore::visit::Kind;

use super::finding::Rule;
use super::Checker;
use crate::schema::model::{Count, Field};
use crate::schema::print::shown;

impl<'s> Checker<'s> {
    /// The fields of a scope on both sides. The k-th of a name belongs to the k-th of that name.
    pub(super) fn by_name(&mut self, from: &'s [Field], to: &'s [Field]) {
        if !self.spend(from.len().saturating_add(to.len())) {
            return;
        }
        let key = |field: &'s Field| (field.name.as_str(), field.rank);
        let mut left: HashMap<(&str, u64), &'s Field> =
            to.iter().map(|field| (key(field), field)).collect();
        let (old, new) = (self.from.name, self.to.name);
        for one in from {
            let found = left.remove(&key(one));
            self.within_field(one, |checker| match found {
                Some(other) => checker.same_by_name(one, other),
                None if one.ancillary => {}
                None => {
                    let text = format!("{old} sent it, {new} did not, and it is not ancillary");
                    checker.fault(Rule::Removed, text);
                }
            });
        }
        for other in to.iter().filter(|field| left.contains_key(&key(field))) {
            let text = format!("{old} did not send it: {new} needs a value that stands for it");
            self.within_field(other, |checker| checker.remark(Rule::Added, text));
        }
    }

    fn same_by_name(&mut self, one: &'s Field, other: &'s Field) {
        if one.description.is_some() && other.description.is_some() {
            self.kinds(one, other);
            return self.same(one, other);
        }
        let compared = &mut self.checked.compared.fields;
        *compared = compared.saturating_add(1);
        self.kinds(one, other);
        if let (Count::Of(_), Count::Variable) | (Count::Variable, Count::Of(_)) =
            (one.count, other.count)
        {
            let text = "of a fixed length in one, and of a length that is sent in the other";
            return self.fault(Rule::Count, text.to_owned());
        }
        if one.count != other.count {
            let (sent, read) = (one.count.number(), other.count.number());
            let (old, new) = (self.from.name, self.to.name);
            self.fault(Rule::Count, format!("{sent} elements in {old}, {read} in {new}"));
        }
        if one.kind == other.kind && one.size != other.size {
            let (sent, read) = (one.size.unwrap_or(0), other.size.unwrap_or(0));
            let (old, new) = (self.from.name, self.to.name);
            self.fault(Rule::Size, format!("{sent} bytes in {old}, {read} in {new}"));
        }
    }

    /// Whether the type is the same, or one that holds all values of the other.
    fn kinds(&mut self, one: &Field, other: &Field) {
        let (Some(sent), Some(read)) = (one.kind.as_deref(), other.kind.as_deref()) else { return };
        if sent == read || is_wider(sent, read) {
            return;
        }
        let (old, new) = (self.from.name, self.to.name);
        let (sent, read) = (shown(sent), shown(read));
        self.fault(Rule::Type, format!("{sent} in {old}, {read} in {new}"));
    }
}

/// Whether all values of the one type are values of the other.
fn is_wider(sent: &str, read: &str) -> bool {
    let of = |text| Kind::ALL.into_iter().find(|kind| kind.text() == text);
    let (Some(sent), Some(read)) = (of(sent), of(read)) else { return false };
    migcore::visit::widen(sent, read, 0).is_some()
}
