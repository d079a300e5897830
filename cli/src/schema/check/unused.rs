//! What is unused: bytes that stand for fields that were there, or will be.

use super::cursor::{is_same, Cursor};
use super::existence::Place;
use super::finding::Rule;
use super::Checker;
use crate::schema::model::{Count, Exists, Field};
use crate::schema::print::shown;

/// Whether a field has no meaning.
pub(super) fn is_unused(field: &Field) -> bool {
    let plain = field.name.split_once('[').map_or(field.name.as_str(), |(name, _)| name);
    plain == "unused" || field.kind.as_deref() == Some("unused_buffer")
}

/// The bytes of a field on the wire, as far as they are known. Those of a struct are those of what is inside, unless
/// they were `sent`: in memory it has gaps.
pub(super) fn bytes(field: &Field, sent: bool) -> Option<u64> {
    let one = match field.description.as_deref().filter(|_| !sent) {
        None => field.size?,
        Some(inside) if inside.subsections().is_empty() => {
            let certain = |field: &Field| {
                (field.exists == Exists::Always).then(|| bytes(field, sent)).flatten()
            };
            inside.fields().iter().try_fold(0u64, |sum, field| sum.checked_add(certain(field)?))?
        }
        Some(_) => return None,
    };
    match field.count {
        Count::Variable => None,
        count => one.checked_mul(count.number()),
    }
}

/// How far a side came.
struct Taken<'s> {
    sum: u64,
    last: &'s Field,
}

impl<'s> Checker<'s> {
    /// At least one of the next two fields is unused: as many bytes are taken from both sides.
    pub(super) fn unused(&mut self, from: &mut Cursor<'s>, to: &mut Cursor<'s>) {
        let (Some(one), Some(other)) = (from.peek(), to.peek()) else { return };
        // One that may be absent stands for nothing where the fields go on behind it.
        let next = |cursor: &Cursor<'s>| cursor.rest().get(1).filter(|_| !is_same(one, other));
        if self.may_be_absent(other, Place::of(to))
            && next(to).is_some_and(|next| is_same(next, one))
        {
            return self.added(from, to);
        }
        if self.may_be_absent(one, Place::of(from))
            && next(from).is_some_and(|next| is_same(next, other))
        {
            return self.removed(from);
        }
        if is_same(one, other) {
            self.within_field(one, |checker| {
                checker.existence(one, Place::of(from), other, Place::of(to));
            });
        }
        let (Some(sent), Some(read)) = (self.take(from, true), self.take(to, false)) else {
            from.advance();
            to.advance();
            let text = "its length is not known, so what it stands for was not compared";
            let unused = if is_unused(one) { one } else { other };
            return self
                .within_field(unused, |checker| checker.remark(Rule::Unused, text.to_owned()));
        };
        let compared = &mut self.checked.compared.fields;
        *compared = compared.saturating_add(1);
        self.meet(from, sent, to, read);
    }

    /// Takes fields from the side that is behind, as long as what it stands beside is unused.
    fn meet(
        &mut self,
        from: &mut Cursor<'s>,
        mut sent: Taken<'s>,
        to: &mut Cursor<'s>,
        mut read: Taken<'s>,
    ) {
        while sent.sum != read.sum {
            let behind = sent.sum < read.sum;
            let (ahead, cursor) = match behind {
                true => (read.last, &mut *from),
                false => (sent.last, &mut *to),
            };
            let more = cursor.peek().filter(|next| is_unused(ahead) || is_unused(next));
            let more = more.and_then(|_| self.take(cursor, behind));
            match (more, behind) {
                (Some(more), true) => sent = more.behind(&sent),
                (Some(more), false) => read = more.behind(&read),
                (None, _) => return self.apart(&sent, &read),
            }
        }
    }

    /// The bytes of the next field, which is stepped over.
    fn take(&self, cursor: &mut Cursor<'s>, sender: bool) -> Option<Taken<'s>> {
        let side = if sender { self.from } else { self.to };
        let last = cursor.peek()?;
        let sum = bytes(last, side.is_sent())?;
        cursor.advance();
        Some(Taken { sum, last })
    }

    fn apart(&mut self, sent: &Taken<'_>, read: &Taken<'_>) {
        let (old, new) = (self.from.name, self.to.name);
        let text = format!(
            "{} bytes up to {} in {old}, {} up to {} in {new}",
            sent.sum,
            shown(&sent.last.name),
            read.sum,
            shown(&read.last.name)
        );
        let unused = if is_unused(sent.last) { sent.last } else { read.last };
        self.within_field(unused, |checker| checker.fault(Rule::Unused, text));
    }
}

impl<'s> Taken<'s> {
    /// The same, with what was taken before it.
    fn behind(self, before: &Taken<'_>) -> Taken<'s> {
        Taken { sum: self.sum.saturating_add(before.sum), ..self }
    }
}
