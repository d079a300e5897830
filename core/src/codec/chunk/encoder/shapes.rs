//! The shapes that a writer remembers, and the one that it compares with.

use crate::codec::chunk::nesting::fits;
use crate::codec::chunk::settings::MAX_SLOTS;
use crate::codec::chunk::shape::{to_end, Draft, DEVICE, ELEMENT, END, STRUCT};
use crate::io::move_within;
use crate::visit::plainly_same;

/// There is no room for an operation in a shape.
pub(super) struct Full;

/// Shapes in slots of one size, and a place in one of them.
///
/// A visit is compared with the shape at hand, operation by operation. Where it leaves that shape, another
/// one that begins alike is taken; if there is none, a copy is changed, which then goes out.
///
/// Every scope and element that begins in a shape also ends there, also while it is open; but for a shape
/// that was cut with its fragment.
#[derive(Debug)]
pub(super) struct Shapes<'s> {
    memory: &'s mut [u8],
    /// The size of a slot.
    size: usize,
    /// How long the shape in each slot is: what a reader has there, unless it was changed.
    lengths: heapless::Vec<usize, MAX_SLOTS>,
    /// The slot of the shape at hand, and where its bytes begin.
    slot: usize,
    base: usize,
    /// Where its bytes end.
    end: usize,
    /// The place in it, in the memory as those two: what lies before was visited.
    place: usize,
    /// Where it was made longer last.
    gap: usize,
    /// It was changed: a reader does not have it.
    changed: bool,
    /// The slot to be replaced next.
    next: usize,
    /// What is visited is put in at the place, and not compared.
    pub(super) inserting: bool,
}

impl<'s> Shapes<'s> {
    /// `slots` slots of `size` bytes; `memory` has them.
    #[inline(always)]
    pub(super) fn new(memory: &'s mut [u8], slots: usize, size: usize) -> Self {
        let mut lengths = heapless::Vec::new();
        // At most as many as there is room for.
        let _ = lengths.resize(slots.min(MAX_SLOTS), 0);
        Shapes {
            memory,
            size,
            lengths,
            slot: 0,
            base: 0,
            end: 0,
            place: 0,
            gap: 0,
            changed: false,
            next: 0,
            inserting: false,
        }
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.lengths.len()
    }

    /// How long a shape may be.
    pub(super) fn capacity(&self) -> usize {
        self.size
    }

    pub(super) fn slot(&self) -> usize {
        self.slot
    }

    pub(super) fn at(&self) -> usize {
        self.place.wrapping_sub(self.base)
    }

    pub(super) fn length(&self) -> usize {
        self.end.wrapping_sub(self.base)
    }

    /// Where the shape at hand was made longer last, other than at its end.
    pub(super) fn gap(&self) -> usize {
        self.gap
    }

    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Goes to what lies [`behind`](Shapes::behind) an operation.
    #[inline]
    pub(super) fn pass(&mut self, behind: usize) {
        self.place = behind;
    }

    #[inline]
    pub(super) fn go_to(&mut self, at: usize) {
        self.place = self.base.wrapping_add(at);
    }

    /// The shape at hand.
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.get(self.base..self.end).unwrap_or_default()
    }

    /// What lies before the place.
    pub(super) fn visited(&self) -> &[u8] {
        self.bytes().get(..self.at()).unwrap_or_default()
    }

    /// What lies behind the place.
    #[inline]
    fn rest(&self) -> Option<&[u8]> {
        self.memory.get(self.place..self.end)
    }

    /// What lies from `at` on.
    #[inline]
    pub(super) fn from(&self, at: usize) -> &[u8] {
        self.memory.get(self.base.wrapping_add(at)..self.end).unwrap_or_default()
    }

    /// The place in the memory behind the next operation, if that is seen to be this one at a glance: of an
    /// item without marks and parameters.
    #[inline]
    pub(super) fn behind(&self, code: u8, name: &[u8]) -> Option<usize> {
        let [found, length, rest @ ..] = self.rest()? else { return None };
        let length = usize::from(*length);
        let expected = rest.get(..length)?;
        let same = *found == code && plainly_same(name, expected);
        same.then_some(self.place.wrapping_add(length).wrapping_add(2))
    }

    /// Passes the operation if it is the next one.
    pub(super) fn passes_draft(&mut self, draft: &Draft<'_>) -> bool {
        match self.rest().and_then(|rest| draft.strip(rest)) {
            Some(rest) => {
                self.place = self.end.saturating_sub(rest.len());
                true
            }
            None => false,
        }
    }

    /// What lies behind the place, and the place.
    pub(super) fn next(&mut self) -> Option<(&[u8], &mut usize)> {
        Some((self.memory.get(self.place..self.end)?, &mut self.place))
    }

    /// Passes the end of a scope if it is next.
    #[inline]
    pub(super) fn passes_end(&mut self) -> bool {
        let found = matches!(self.rest(), Some([END, ..]));
        if found {
            self.place = self.place.wrapping_add(1);
        }
        found
    }

    /// Goes to the end that closes the scope of the place.
    pub(super) fn skip_to_end(&mut self) {
        if let Ok(Some(length)) = to_end(self.rest().unwrap_or_default()) {
            self.place = self.place.saturating_add(length);
        }
    }

    /// The place behind the alternative at `at`; `None` where there is none, or where the shape was cut
    /// inside of it.
    pub(super) fn behind_alternative(&self, at: usize) -> Option<usize> {
        if self.from(at).first() != Some(&ELEMENT) {
            return None;
        }
        let inside = at.saturating_add(1);
        let length = to_end(self.from(inside)).ok().flatten()?;
        Some(inside.saturating_add(length).saturating_add(1))
    }

    /// Takes the shape of another slot that begins alike, goes on with the operation and fits into so many
    /// `open` scopes, and passes the operation.
    pub(super) fn switch(&mut self, draft: &Draft<'_>, open: usize) -> bool {
        self.switch_to(|rest| draft.begins(rest) && fits(rest, open)) && self.passes_draft(draft)
    }

    /// Takes the shape of another slot that begins alike and ends here.
    pub(super) fn switch_to_end(&mut self) -> bool {
        self.switch_to(|rest| rest.is_empty())
    }

    fn switch_to(&mut self, suits: impl Fn(&[u8]) -> bool) -> bool {
        if self.changed {
            return false;
        }
        let found = (0..self.lengths.len()).find(|slot| {
            let shape = self.in_slot(*slot);
            let (visited, rest) = match shape.split_at_checked(self.at()) {
                Some(parts) => parts,
                None => return false,
            };
            suits(rest) && visited == self.visited()
        });
        if let Some(slot) = found {
            self.take(slot);
        }
        found.is_some()
    }

    fn in_slot(&self, slot: usize) -> &[u8] {
        let start = slot.saturating_mul(self.size);
        let length = self.lengths.get(slot).copied().unwrap_or(0);
        self.memory.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    /// Makes the shape in a slot the one at hand; the place stays.
    fn take(&mut self, slot: usize) {
        self.go_to_slot(slot);
        self.set_length(self.lengths.get(slot).copied().unwrap_or(0));
        self.changed = false;
    }

    /// Makes a slot the one at hand; the place stays, and so does how long the shape is.
    fn go_to_slot(&mut self, slot: usize) {
        let (at, length) = (self.at(), self.length());
        self.slot = slot;
        self.base = slot.saturating_mul(self.size);
        self.go_to(at);
        self.set_length(length);
    }

    fn set_length(&mut self, length: usize) {
        self.end = self.base.saturating_add(length);
    }

    /// Goes to the beginning of a shape that may be the right one, for a fragment that begins inside of so
    /// many `open` scopes, with an element of a list or not.
    pub(super) fn restart(&mut self, slot: usize, in_list: bool, open: usize) {
        let suits =
            |shape: &[u8]| (!in_list || shape.first() == Some(&ELEMENT)) && fits(shape, open);
        let mut slots = if in_list { 0..self.lengths.len() } else { slot..slot.saturating_add(1) };
        let found = slots.find(|slot| suits(self.in_slot(*slot)));
        self.take(found.unwrap_or(slot));
        if found.is_none() {
            self.set_length(0);
        }
        self.go_to(0);
        self.inserting = false;
    }

    /// Begins a shape with a part of the one at hand, which a reader may have already.
    pub(super) fn restart_with(&mut self, from: usize, to: usize) {
        let part = self.bytes().get(from..to).unwrap_or_default();
        let known = (0..self.lengths.len()).find(|slot| self.in_slot(*slot) == part);
        self.go_to(self.at().saturating_sub(from));
        self.inserting = self.inserting && known.is_none();
        match known {
            Some(slot) => self.take(slot),
            None => {
                let (start, end) = (self.base.saturating_add(from), self.base.saturating_add(to));
                self.choose();
                move_within(self.memory, start, end, self.base);
                self.set_length(to.saturating_sub(from));
            }
        }
    }

    /// Makes the slot to be replaced the one at hand.
    fn choose(&mut self) {
        if self.lengths.len() > 1 && self.next == self.slot {
            self.advance();
        }
        self.go_to_slot(self.next);
        self.changed = true;
        self.advance();
    }

    fn advance(&mut self) {
        self.next = self.next.saturating_add(1);
        if self.next >= self.lengths.len() {
            self.next = 0;
        }
    }

    /// Makes the shape at hand one that may be changed: a copy in the slot to be replaced.
    fn change(&mut self) {
        if !self.changed {
            let (start, end) = (self.base, self.end);
            self.choose();
            move_within(self.memory, start, end, self.base);
        }
    }

    /// Drops what lies behind the place, but for the ends of `open` scopes, for `more` bytes to come.
    pub(super) fn cut_off(&mut self, open: usize, more: usize) -> core::result::Result<(), Full> {
        let length = self.at().saturating_add(open);
        if length.saturating_add(more) > self.size {
            return Err(Full);
        }
        self.change();
        self.set_length(length);
        self.memory.get_mut(self.place..self.end).unwrap_or_default().fill(END);
        Ok(())
    }

    /// Puts an operation in at the place, and the end of the scope that it begins behind it.
    pub(super) fn insert(&mut self, draft: &Draft<'_>) -> core::result::Result<(), Full> {
        let ends = usize::from(begins(draft));
        let length = draft.length();
        self.open_gap(self.at(), length.saturating_add(ends))?;
        let place = self.memory.get_mut(self.place..).unwrap_or_default();
        draft.emit(place.get_mut(..length).unwrap_or_default());
        if let Some(end) = place.get_mut(length).filter(|_| ends > 0) {
            *end = END;
        }
        self.place = self.place.saturating_add(length);
        Ok(())
    }

    /// Puts in an alternative at `at` that begins as the bytes from `form` up to the place, goes on with
    /// the operation (an end: with that of a scope), and ends `open` scopes and the element. The place is
    /// then behind the operation.
    pub(super) fn branch(
        &mut self,
        form: usize,
        at: usize,
        draft: &Draft<'_>,
        open: usize,
    ) -> core::result::Result<(), Full> {
        let (start, length) = (form, self.at().saturating_sub(form));
        let ends = open.saturating_add(1);
        let is_end = draft.code == END;
        let more = match is_end {
            true => 0,
            false => draft.length().saturating_add(usize::from(begins(draft))),
        };
        let needed = length.saturating_add(ends).saturating_add(more);
        if self.length().saturating_add(needed) > self.size {
            return Err(Full);
        }
        self.open_gap(at, length.saturating_add(ends))?;
        let source = self.base.saturating_add(start);
        let target = self.base.saturating_add(at);
        move_within(self.memory, source, source.saturating_add(length), target);
        let behind = target.saturating_add(length);
        self.memory.get_mut(behind..behind.saturating_add(ends)).unwrap_or_default().fill(END);
        self.go_to(at.saturating_add(length));
        if is_end {
            self.place = self.place.saturating_add(1);
            return Ok(());
        }
        self.insert(draft)?;
        self.gap = at;
        Ok(())
    }

    /// Moves what lies from `at` on, so that `length` bytes can be put in.
    fn open_gap(&mut self, at: usize, length: usize) -> core::result::Result<(), Full> {
        let behind = self.length().saturating_add(length);
        if behind > self.size {
            return Err(Full);
        }
        self.change();
        let start = self.base.saturating_add(at);
        move_within(self.memory, start, self.end, start.saturating_add(length));
        self.set_length(behind);
        self.gap = at;
        Ok(())
    }

    /// Ends the shape at the place: drops what was only expected.
    pub(super) fn finish(&mut self) {
        if self.place == self.end || self.place == self.base || self.switch_to_end() {
            return;
        }
        self.change();
        self.end = self.place;
    }

    /// Forgets the shape at hand if a reader does not have it.
    pub(super) fn give_up(&mut self) {
        if self.changed {
            self.set_length(0);
            self.sent();
        }
    }

    /// Notes that a reader has the shape at hand now.
    pub(super) fn sent(&mut self) {
        self.changed = false;
        let sent = self.length();
        if let Some(length) = self.lengths.get_mut(self.slot) {
            *length = sent;
        }
    }
}

/// Whether the operation begins a scope.
fn begins(draft: &Draft<'_>) -> bool {
    (STRUCT..=DEVICE).contains(&draft.code)
}
