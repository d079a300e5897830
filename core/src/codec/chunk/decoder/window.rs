//! Items behind the first unread one, without an index. Which of them were read is one bit each.
//!
//! An ancillary item that nobody reads must not keep a reader from going on: where the window would become
//! too small, or a store leaves the fragment and cannot go back, such items are left for good. Only their
//! hashes are kept, so that a device which asks for one of them later gets an error, and never another
//! item of this name.

use super::index::hash_of;
use super::seek::{Hit, Seek, Wanted};
use super::walker::Place;
use super::ChunkDecoder;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::visit::Marks;

/// How many items behind the first unread one can be read before it without an index.
pub const WINDOW: u32 = 64;

/// How many ancillary items of an open scope can be left for good.
const LEAVABLE: usize = 8;

/// Hashes of ancillary items that were left; behind them, those of items that may be.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gone {
    hashes: [u32; LEAVABLE],
    count: u8,
}

impl Gone {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether one of them can be what is wanted.
    pub(super) fn may_hold(&self, wanted: &Wanted<'_>) -> bool {
        !self.is_empty() && {
            let hash = wanted.hash();
            self.hashes.iter().take(self.count.into()).any(|gone| *gone == hash)
        }
    }

    /// Puts a hash behind `count` others, and says how many that makes; `None` where there is no room.
    fn put(&mut self, count: u8, hash: u32) -> Option<u8> {
        *self.hashes.get_mut(usize::from(count))? = hash;
        count.checked_add(1)
    }
}

/// An item behind the first unread one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    bit: u32,
    /// How many items are gone when the unread ones before it are left, if all of them may be.
    leave: Option<u8>,
}

/// Where to go back to when such an item was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Back {
    first: Place,
    behind: Behind,
}

impl<S: Store> ChunkDecoder<'_, S> {
    /// Looks behind the first unread item, which is not wanted, item by item. `None`: items were left, and
    /// there is another first one now.
    pub(super) fn look_behind(&mut self, wanted: &Wanted<'_>) -> Result<Option<Hit>> {
        let (first, seek) = (self.walker.at, *self.seek_of()?);
        let mut leave = Some(seek.gone.count);
        let mut behind = 0u32;
        let hit = loop {
            if behind == 0 || seek.ahead & mask(behind.wrapping_sub(1)) == 0 {
                leave = self.leave_too(leave)?;
            }
            self.pin(leave);
            self.pass_searching()?;
            self.walker.arrive()?;
            self.unpin(leave);
            self.searched = self.searched.saturating_add(1);
            if self.cannot_go_back(&first) {
                // Nothing before was pinned, so all of it may be left: here is the first one now.
                self.leave_for_good(leave)?;
                return Ok(None);
            }
            match self.walker.is(wanted)? {
                None => break Some(Hit::Nowhere),
                Some(_) if behind == WINDOW => break None,
                Some(true) if seek.ahead & mask(behind) == 0 => {
                    break Some(Hit::Behind(self.walker.at, Behind { bit: behind, leave }));
                }
                Some(_) => behind = behind.saturating_add(1),
            }
        };
        self.walker.at = first;
        if hit.is_none() {
            self.leave_first()?;
        }
        Ok(hit)
    }

    /// Passes over the item here, in search of another one. Where the place comes back to it for certain,
    /// whoever reads or leaves it checks its values.
    fn pass_searching(&mut self) -> Result<()> {
        match self.walker.store.can_return() {
            true => self.walker.glance_over(),
            false => self.walker.skip(),
        }
    }

    /// Adds the item here to those that may be left; `None` when it may not.
    fn leave_too(&mut self, leave: Option<u8>) -> Result<Option<u8>> {
        let Some(operation) = self.walker.operation()? else { return Ok(None) };
        let may = operation.marks.contains(Marks::ANCILLARY);
        let hash = hash_of(&operation);
        match leave.filter(|_| may) {
            Some(count) => Ok(self.seek_of()?.gone.put(count, hash)),
            None => Ok(None),
        }
    }

    /// What is before the place is needed again, unless it may be left.
    fn pin(&mut self, leave: Option<u8>) {
        self.walker.pins = self.walker.pins.saturating_add(u32::from(leave.is_none()));
    }

    fn unpin(&mut self, leave: Option<u8>) {
        self.walker.pins = self.walker.pins.saturating_sub(u32::from(leave.is_none()));
    }

    /// Whether the fragment of `first` was left and is no more.
    fn cannot_go_back(&self, first: &Place) -> bool {
        let gone = first.fragment.number != self.walker.at.fragment.number;
        gone && !self.walker.store.can_return()
    }

    /// What was passed is left: the place is that of the first unread item now.
    fn leave_for_good(&mut self, leave: Option<u8>) -> Result<()> {
        let seek = self.seek_of()?;
        seek.ahead = 0;
        seek.back = None;
        let count = leave.unwrap_or(seek.gone.count);
        let more = count.saturating_sub(core::mem::replace(&mut seek.gone.count, count));
        self.skipped.items = self.skipped.items.saturating_add(u64::from(more));
        self.straight = false;
        Ok(())
    }

    /// Leaves the first unread item, so that the window reaches further.
    fn leave_first(&mut self) -> Result<()> {
        let gone = self.seek_of()?.gone.count;
        let Some(gone) = self.leave_too(Some(gone))? else {
            let (room, at) = (u64::from(WINDOW), self.walker.at.values);
            return Err(self.walker.refuse(Code::NeedsIndex, at, room, room.saturating_add(1)));
        };
        self.skipped.items = self.skipped.items.saturating_add(1);
        self.seek_of()?.gone.count = gone;
        self.walker.skip()?;
        self.settle()
    }

    /// Goes to an item behind the first unread one.
    pub(super) fn go_behind(&mut self, place: Place, behind: Behind) -> Result<()> {
        let first = core::mem::replace(&mut self.walker.at, place);
        self.pin(behind.leave);
        self.seek_of()?.back = Some(Back { first, behind });
        Ok(())
    }

    /// The item that was sought is read: goes on to the first unread one.
    #[inline]
    pub(super) fn settle(&mut self) -> Result<()> {
        self.straight = self.seek_of()?.is_straight();
        match self.straight {
            true => Ok(()),
            false => self.settle_disorder(),
        }
    }

    fn settle_disorder(&mut self) -> Result<()> {
        let seek = *self.seek_of()?;
        if let Some(found) = seek.index {
            return self.go_to_first_entry(found);
        }
        if let Some(back) = seek.back {
            return self.go_back(&back);
        }
        let mut ahead = seek.ahead;
        while ahead & 1 != 0 {
            self.walker.arrive()?;
            self.walker.glance_over()?;
            ahead >>= 1;
        }
        let seek = Seek { ahead: ahead >> 1, ..seek };
        *self.seek_of()? = seek;
        self.straight = seek.is_straight();
        Ok(())
    }

    fn go_back(&mut self, back: &Back) -> Result<()> {
        let Back { first, behind: Behind { bit, leave } } = *back;
        self.unpin(leave);
        self.straight = false;
        if self.cannot_go_back(&first) {
            return self.leave_for_good(leave);
        }
        self.walker.at = first;
        let seek = self.seek_of()?;
        seek.ahead |= mask(bit);
        seek.back = None;
        Ok(())
    }
}

fn mask(bit: u32) -> u64 {
    1u64.checked_shl(bit).unwrap_or(0)
}
