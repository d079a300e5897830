//! Raw bytes: runs of items that have neither name nor type, and may be cut in another way.

use super::ChunkDecoder;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::io::copy;

/// The bytes that begin and end a raw item's operation: its code alone.
const OPERATION: usize = 1;

impl<S: Store> ChunkDecoder<'_, S> {
    pub(super) fn take_raw(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut rest = out;
        let mut taken = 0usize;
        while !rest.is_empty() && self.open_raw()? {
            let from = self.walker.values().get(..self.raw_left).unwrap_or_default();
            let length = copy(rest, from);
            self.walker.at.values = self.walker.at.values.saturating_add(length);
            self.raw_left = self.raw_left.saturating_sub(length);
            taken = taken.saturating_add(length);
            rest = rest.get_mut(length..).unwrap_or_default();
            if self.raw_left == 0 && !self.end_raw(rest.is_empty())? {
                break;
            }
        }
        Ok(taken)
    }

    /// Settles behind a raw item, and says whether its run goes on; that need not be known if `enough` was
    /// taken. A run ends where another item stands, also one that was read before.
    fn end_raw(&mut self, enough: bool) -> Result<bool> {
        let mut goes_on = false;
        if !enough {
            self.walker.arrive()?;
            goes_on = self.walker.is_raw();
        }
        self.settle()?;
        Ok(goes_on)
    }

    /// Opens the raw item here, unless one is open; says whether there is one that has bytes.
    pub(super) fn open_raw(&mut self) -> Result<bool> {
        while self.raw_left == 0 {
            self.within_scope()?;
            self.walker.arrive()?;
            if !self.walker.is_raw() {
                return Ok(false);
            }
            if let Some(found) = self.seek_of()?.index {
                self.first_entry_is_read(found)?;
            }
            self.walker.pass(OPERATION);
            let length = self.walker.take_count()?;
            if !self.lies_here(length) {
                return Err(self.walker.misfit());
            }
            self.raw_left = usize::try_from(length).unwrap_or(usize::MAX);
            // What is left of the run comes next, and the shape does not say so.
            self.straight = false;
            if self.raw_left == 0 {
                self.settle()?;
            }
        }
        Ok(true)
    }

    fn lies_here(&self, length: u32) -> bool {
        usize::try_from(length).is_ok_and(|length| length <= self.walker.values().len())
    }

    /// Copies what follows `ahead` bytes further on in the run.
    pub(super) fn peek_raw(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        if self.raw_left == 0 {
            self.within_scope()?;
        }
        let left = self.raw_left;
        let done = self.look(|decoder| decoder.peek_items(ahead, out));
        self.raw_left = left;
        done
    }

    /// Looks at what follows, and goes back.
    pub(super) fn look<R>(&mut self, call: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        let here = self.walker.at;
        self.walker.pins = self.walker.pins.saturating_add(1);
        let done = call(self);
        self.walker.pins = self.walker.pins.saturating_sub(1);
        self.walker.at = here;
        match done {
            // The run may go on in a fragment that this store could not come back from.
            Err(Code::NeedsIndex) => Err(self.walker.refuse(Code::Unsupported, here.values, 0, 0)),
            done => done,
        }
    }

    fn peek_items(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        let (mut rest, mut ahead, mut copied) = (out, ahead, 0usize);
        while !rest.is_empty() {
            if self.raw_left == 0 && !self.next_raw()? {
                break;
            }
            let from = self.walker.values().get(..self.raw_left).unwrap_or_default();
            let length = copy(rest, from.get(ahead..).unwrap_or_default());
            ahead = ahead.saturating_sub(self.raw_left);
            copied = copied.saturating_add(length);
            rest = rest.get_mut(length..).unwrap_or_default();
            self.walker.at.values = self.walker.at.values.saturating_add(self.raw_left);
            self.raw_left = 0;
        }
        Ok(copied)
    }

    /// Goes to the bytes of the raw item here, if there is one; nobody's bookkeeping is touched.
    fn next_raw(&mut self) -> Result<bool> {
        self.walker.arrive()?;
        let length = match self.walker.operation()? {
            Some(operation) if operation.what == What::Raw => operation.length,
            _ => return Ok(false),
        };
        // A device may look at the same items again and again.
        self.walker.count()?;
        self.walker.pass(length);
        let length = self.walker.take_count()?;
        if !self.lies_here(length) {
            return Err(self.walker.misfit());
        }
        self.raw_left = usize::try_from(length).unwrap_or(usize::MAX);
        Ok(true)
    }
}
