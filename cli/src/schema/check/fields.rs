//! The fields of both sides, one beside the other.

use super::cursor::{is_same, wraps, Cursor};
use super::existence::Place;
use super::finding::Rule;
use super::unused::{bytes, is_unused};
use super::Checker;
use crate::schema::kinds::is_null;
use crate::schema::model::{Count, Field};
use crate::schema::print::shown;

impl<'s> Checker<'s> {
    /// Walks the fields of a description on both sides.
    pub(super) fn fields(&mut self, mut from: Cursor<'s>, mut to: Cursor<'s>) {
        while self.spend(1) {
            match (from.peek(), to.peek()) {
                (Some(_), Some(_)) => self.step(&mut from, &mut to),
                (Some(_), None) => self.removed(&mut from),
                (None, Some(_)) => self.added(&from, &mut to),
                (None, None) => return,
            }
        }
    }

    /// Takes at least one field of a side.
    fn step(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return };
        if is_unused(one) || is_unused(other) {
            return self.unused(from, to);
        }
        if is_same(one, other) {
            if !self.parts(from, to) {
                self.pair(from, to);
            }
            return;
        }
        if let Some(structs) = wraps(other, one) {
            return structs.into_iter().for_each(|inside| to.enter(inside));
        }
        if let Some(structs) = wraps(one, other) {
            return structs.into_iter().for_each(|inside| from.enter(inside));
        }
        self.resume(from, to);
    }

    /// Goes on where the fields of both sides are the same again.
    pub(super) fn resume(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return };
        let in_to = self.ahead(to.rest(), one);
        let in_from = self.ahead(from.rest(), other);
        match (in_from, in_to) {
            (Some(1), Some(1)) => self.exchanged(from, to),
            (None, Some(_)) => self.added(from, to),
            (Some(_), None) => self.removed(from),
            (Some(removed), Some(added)) if removed < added => self.removed(from),
            (Some(_), Some(_)) => self.added(from, to),
            (None, None) => self.changed(from, to),
        }
    }

    /// Two fields that stand in another order on the other side.
    fn exchanged(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let Some((one, other)) = self.certain(from, to) else { return };
        let (old, new) = (self.from.name, self.to.name);
        let (first, second) = (shown(&one.name), shown(&other.name));
        let mut text = format!("{old} has {first} before {second}, and {new} behind it");
        if one.size.is_some() && one.size == other.size {
            text.push_str("; their size is the same, so each is loaded as the other");
        }
        self.within_field(one, |checker| checker.fault(Rule::Changed, text));
        for cursor in [from, to] {
            cursor.advance();
            cursor.advance();
        }
    }

    /// The next fields of both sides, unless one is certainly not there. That is passed: nothing is known of it but
    /// that, and the other has to be compared with what follows.
    fn certain(
        &self,
        from: &mut Cursor<'s>,
        to: &mut Cursor<'s>,
    ) -> Option<(&'s Field, &'s Field)> {
        let (one, other) = (from.peek()?, to.peek()?);
        if self.is_certainly_absent(one, Place::of(from)) {
            from.advance();
            return None;
        }
        if self.is_certainly_absent(other, Place::of(to)) {
            to.advance();
            return None;
        }
        Some((one, other))
    }

    /// Two fields in one place that have nothing to do with each other.
    fn changed(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let Some((one, other)) = self.certain(from, to) else { return };
        let (old, new) = (self.from.name, self.to.name);
        let mut text = format!("{new} has {} here, and {old} does not", shown(&other.name));
        if one.description.is_none() && one.size.is_some() && one.size == other.size {
            text.push_str("; its size is the same");
        }
        self.within_field(one, |checker| checker.fault(Rule::Changed, text));
        from.advance();
        to.advance();
    }

    /// The same field on both sides.
    fn pair(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return };
        let (sent, read) = (Place::of(from), Place::of(to));
        from.advance();
        to.advance();
        self.within_field(one, |checker| {
            checker.existence(one, sent, other, read);
            checker.same(one, other);
        });
    }

    /// What two fields of one name are.
    pub(super) fn same(&mut self, one: &'s Field, other: &'s Field) {
        let compared = &mut self.checked.compared.fields;
        *compared = compared.saturating_add(1);
        match (one.description.as_deref(), other.description.as_deref()) {
            (None, None) => self.sizes(one, other),
            (Some(from), Some(to)) => {
                self.counts(one, other);
                self.structure(from, to);
            }
            (from, _) => self.half(one, other, from.is_some()),
        }
    }

    /// A struct that only one side describes.
    fn half(&mut self, one: &Field, other: &Field, in_from: bool) {
        let (old, new) = (self.from.name, self.to.name);
        let (with, without) = if in_from { (old, new) } else { (new, old) };
        let text = format!("described in {with}, and not in {without}");
        let unsure = format!("{text}: what is inside was not compared");
        match (self.from.is_sent(), self.to.is_sent()) {
            (false, false) if in_from => self.fault(Rule::Structure, text),
            // A field may have become a struct of fields that have its bytes.
            (false, false) => match (bytes(one, false), bytes(other, false)) {
                (Some(sent), Some(read)) if sent == read => {}
                (Some(_), Some(_)) => self.fault(Rule::Structure, text),
                _ => self.remark(Rule::Structure, unsure),
            },
            (true, true) if !is_null(one) && !is_null(other) => self.fault(Rule::Structure, text),
            _ => self.remark(Rule::Structure, unsure),
        }
    }

    /// The numbers of elements of two structs.
    pub(super) fn counts(&mut self, one: &Field, other: &Field) {
        let (old, new) = (self.from.name, self.to.name);
        match (one.count, other.count) {
            (sent, read) if sent == read => {}
            (Count::Of(sent), Count::Of(read)) if !(self.from.is_sent() && self.to.is_sent()) => {
                let text = format!("{sent} elements in {old}, {read} in {new}");
                self.fault(Rule::Count, text);
            }
            (Count::One, Count::Of(number)) | (Count::Of(number), Count::One)
                if number > 1 && self.from.is_sent() != self.to.is_sent() =>
            {
                let text = format!("{number} elements in one, and no array in the other");
                self.fault(Rule::Count, text);
            }
            (sent, read) => self.uncertain_counts(sent, read),
        }
    }
}
