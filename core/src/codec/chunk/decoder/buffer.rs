//! Buffers that are opened as structs: what only the device knows of, as raw bytes.

use super::seek::Wanted;
use super::skip::bytes_of;
use super::step::{Leaf, Step};
use super::ChunkDecoder;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::io::told;
use crate::visit::{Kind, Marks, Name};

impl<S: Store> ChunkDecoder<'_, S> {
    /// Whether the item here is an opaque buffer of this name.
    pub(super) fn is_opaque_next(&mut self, name: &dyn Name) -> Result<bool> {
        let next = self.is_next(&Wanted::Item(name))?;
        let item = self.walker.operation()?.filter(|_| next);
        Ok(item.is_some_and(|item| {
            matches!(item.what, What::Bytes(..)) && item.marks.contains(Marks::OPAQUE)
        }))
    }

    /// Opens a struct, or as a buffer what has a fixed length: its values are the bytes. Says whether it is a buffer.
    pub(super) fn begin_struct_or_buffer(&mut self, name: &dyn Name) -> Result<bool> {
        self.find_scope(&Wanted::Item(name))?;
        let step = self.walker.operation()?.map(|item| (Step::of(&item.what), item.length));
        let Some((length, shape)) = step.and_then(|(step, shape)| Some((fixed(step)?, shape)))
        else {
            return self.enter_struct(None).map(|_| false);
        };
        self.walker.pass(shape);
        self.buffer_left = Some(length);
        // No item is taken at a glance meanwhile.
        self.straight = false;
        Ok(true)
    }

    /// Takes some of the `left` bytes.
    pub(super) fn take_buffer(&mut self, left: u64, out: &mut [u8]) -> Result<usize> {
        let length = small(left).min(out.len());
        self.elements(Kind::U8, out.get_mut(..length).unwrap_or_default())?;
        self.buffer_left = Some(left.saturating_sub(told(length)));
        Ok(length)
    }

    /// Copies what follows `ahead` bytes further on.
    pub(super) fn peek_buffer(&mut self, left: u64, ahead: usize, out: &mut [u8]) -> Result<usize> {
        let length = small(left.saturating_sub(told(ahead))).min(out.len());
        let Some(out) = out.get_mut(..length).filter(|out| !out.is_empty()) else { return Ok(0) };
        // A device may look at the same bytes again and again.
        self.walker.count()?;
        self.look(|decoder| {
            decoder.walker.skip_bytes(Kind::U8, told(ahead))?;
            decoder.elements(Kind::U8, out)
        })?;
        Ok(length)
    }

    /// Closes the buffer, of which so many bytes are left.
    pub(super) fn close_buffer(&mut self, left: u64) -> Result<()> {
        if left > 0 {
            let at = self.walker.at.values;
            return Err(self.walker.refuse(Code::Unconsumed, at, 0, left));
        }
        self.buffer_left = None;
        self.settle()
    }
}

/// How many bytes the values of an item have, if that is fixed.
fn fixed(step: Step) -> Option<u64> {
    match step {
        Step::Leaf(Leaf::Bytes(Some(count))) => Some(u64::from(count)),
        Step::Leaf(Leaf::Array(kind, Some(count))) => Some(bytes_of(kind, count)),
        Step::Leaf(Leaf::Scalar(kind)) => Some(bytes_of(kind, 1)),
        _ => None,
    }
}

fn small(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
