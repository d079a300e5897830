//! Shapes of runs.

use super::shape::{Draft, END};
use crate::visit::{Extent, Marks, Member};

/// Writes the operations of a run's members, for [`Packed::shape`](crate::visit::Packed::shape).
#[derive(Debug)]
pub struct ShapeWriter<'m> {
    memory: &'m mut [u8],
    length: usize,
}

impl<'m> ShapeWriter<'m> {
    /// Writes to `memory`.
    pub fn new(memory: &'m mut [u8]) -> Self {
        ShapeWriter { memory, length: 0 }
    }

    /// The next member. Its name is empty for an element and for an end.
    pub fn put(&mut self, name: &[u8], member: &Member<'_>) {
        let draft = draft_of(name, member);
        let end = self.length.saturating_add(draft.length());
        if let Some(place) = self.memory.get_mut(self.length..end) {
            draft.emit(place);
        }
        self.length = end;
    }

    /// How many bytes the members take, whether there was room for them or not.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }
}

fn draft_of<'d>(name: &'d [u8], member: &Member<'d>) -> Draft<'d> {
    const NONE: Marks = Marks::NONE;
    match member {
        Member::Scalar(kind) => Draft::plain(super::shape::number(*kind), NONE, name),
        Member::Array(kind, count) => Draft::array(NONE, name, *kind, Extent::Fixed, *count),
        Member::Bytes(length) => Draft::bytes(NONE, name, Extent::Fixed, *length),
        Member::Begin(scope) => {
            let count = u32::try_from(scope.count()).unwrap_or(u32::MAX);
            Draft::scope(NONE, name, scope, count, 0)
        }
        Member::End => Draft::bare(END),
    }
}
