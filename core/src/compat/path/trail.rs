//! The way from the machine to an item: its path, whole.

use crate::error::{put_number, Code, Result, MAX_DEPTH};

/// The longest path, in bytes. Those of real states stay below 200.
const LONGEST: usize = 1024;

/// The parts of the longest way: scopes and elements, and the item.
pub(crate) const PARTS: usize = 2 * MAX_DEPTH + 2;

/// The way from the machine to an item. As text it is as paths are everywhere, `nic/0.rx[3].head`, but never
/// shortened, and of the bytes that the names have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    text: heapless::Vec<u8, LONGEST>,
    /// Where each part ends.
    ends: heapless::Vec<u16, PARTS>,
    /// How many parts are of what the step was for.
    subject: usize,
}

impl Trail {
    /// A way that begins nowhere.
    #[must_use]
    pub const fn new() -> Self {
        Trail { text: heapless::Vec::new(), ends: heapless::Vec::new(), subject: 0 }
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> &[u8] {
        &self.text
    }

    /// The part behind what the step was [for](crate::compat::On): of a step for one device, what is inside of that.
    #[must_use]
    pub fn below(&self) -> &[u8] {
        let start = self.end(self.subject);
        let rest = self.text.get(start..).unwrap_or_default();
        rest.strip_prefix(b".").unwrap_or(rest)
    }

    /// The parts: names with their instances, numbers of elements in brackets.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let first = self.pieces().take(1);
        first.chain(self.pieces().skip(1).map(|piece| piece.strip_prefix(b".").unwrap_or(piece)))
    }

    /// The parts, each with the sign that it begins with.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|at| {
            self.text.get(self.end(at)..self.end(at.saturating_add(1))).unwrap_or_default()
        })
    }

    /// Goes into an item with a name; a device has an instance.
    ///
    /// # Errors
    /// [`Code::TooLong`].
    pub fn enter(&mut self, name: &[u8], instance: Option<u32>) -> Result<()> {
        let mut good = self.text.is_empty() || self.text.push(b'.').is_ok();
        good &= self.text.extend_from_slice(name).is_ok();
        if let Some(instance) = instance {
            good &= self.text.push(b'/').is_ok();
            put_number(u64::from(instance), &mut |digits| {
                good &= self.text.extend_from_slice(digits).is_ok();
            });
        }
        self.end_part(good)
    }

    /// Goes into an element of a list.
    ///
    /// # Errors
    /// [`Code::TooLong`].
    pub fn enter_element(&mut self, number: u32) -> Result<()> {
        let mut good = self.text.push(b'[').is_ok();
        put_number(u64::from(number), &mut |digits| {
            good &= self.text.extend_from_slice(digits).is_ok();
        });
        good &= self.text.push(b']').is_ok();
        self.end_part(good)
    }

    /// Goes back out of the last part.
    pub fn leave(&mut self) {
        let _ = self.ends.pop();
        self.text.truncate(self.end(self.ends.len()));
    }

    /// What is there now is what the step is for.
    pub(crate) fn begin_subject(&mut self) {
        self.subject = self.ends.len();
    }

    fn end_part(&mut self, good: bool) -> Result<()> {
        let end = u16::try_from(self.text.len()).map_err(|_| Code::TooLong)?;
        match good && self.ends.push(end).is_ok() {
            true => Ok(()),
            false => Err(Code::TooLong),
        }
    }

    /// Where the first `parts` parts end.
    fn end(&self, parts: usize) -> usize {
        let last = parts.checked_sub(1).and_then(|last| self.ends.get(last));
        last.copied().map_or(0, usize::from)
    }
}
