//! Memory of the caller, divided: for what is made of its tables, and for trees that its code works on.

use core::ffi::c_void;
use core::slice;

use migcore::{Code, Result};

use crate::memory::bytes_mut;
use crate::tree::storage::{init_for, migcore_tree, MIGCORE_TREE_NODE};

/// Memory that is filled from its front; or none, and what would be needed is counted.
pub(super) struct Arena {
    /// `None` counts.
    memory: Option<*mut u8>,
    capacity: usize,
    used: usize,
    /// The rows that are being read, each inside of the one before.
    rows: [(&'static str, usize); DEPTH],
    depth: usize,
}

/// Rows are so deep: a history, a change, a step, an item.
const DEPTH: usize = 4;

/// No value is aligned stricter.
const ALIGN: usize = 8;

impl Arena {
    /// Counts what is needed.
    pub(super) fn counting() -> Self {
        // The memory may begin anywhere.
        Arena { memory: None, capacity: usize::MAX, used: ALIGN, rows: [("", 0); DEPTH], depth: 0 }
    }

    /// Fills memory of the caller.
    ///
    /// # Safety
    /// `memory` is NULL or points to `capacity` bytes that are lent for good, or until nothing refers to them.
    pub(super) unsafe fn over(memory: *mut c_void, capacity: usize) -> Result<Self> {
        if memory.is_null() && capacity > 0 {
            return Err(Code::NullPointer);
        }
        let rows = [("", 0); DEPTH];
        Ok(Arena { memory: Some(memory.cast()), capacity, used: 0, rows, depth: 0 })
    }

    /// The bytes that are used or needed.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// So many values, each of which is made while those inside of it are put behind. No value is there if only the
    /// count is wanted.
    pub(super) fn slice<T: Copy, E: From<Code>>(
        &mut self,
        count: usize,
        mut make: impl FnMut(&mut Arena, usize) -> core::result::Result<T, E>,
    ) -> core::result::Result<&'static [T], E> {
        // There may be no memory at all.
        if count == 0 {
            return Ok(&[]);
        }
        let place = self.take::<T>(count)?;
        for at in 0..count {
            let value = make(self, at)?;
            if let Some(place) = place {
                // SAFETY: `take` gave room for `count` values, aligned, that nothing else uses.
                unsafe { place.wrapping_add(at).write(value) };
            }
        }
        // SAFETY: all of them were just written, and stay as they are.
        Ok(place.map_or(&[], |place| unsafe { slice::from_raw_parts(place, count) }))
    }

    /// The same of rows of a table. If it fails, [`rows`](Arena::rows) say at which.
    pub(super) fn rows_of<T: Copy, E: From<Code>>(
        &mut self,
        what: &'static str,
        count: usize,
        mut make: impl FnMut(&mut Arena, usize) -> core::result::Result<T, E>,
    ) -> core::result::Result<&'static [T], E> {
        self.slice(count, |arena, at| {
            arena.enter(what, at);
            let made = make(arena, at)?;
            arena.depth = arena.depth.saturating_sub(1);
            Ok(made)
        })
    }

    /// What follows is about this row.
    pub(super) fn enter(&mut self, what: &'static str, at: usize) {
        if let Some(row) = self.rows.get_mut(self.depth) {
            *row = (what, at);
        }
        self.depth = self.depth.saturating_add(1);
    }

    /// The rows that were being read when it failed, the outermost first.
    pub(super) fn rows(&self) -> &[(&'static str, usize)] {
        self.rows.get(..self.depth).unwrap_or(&self.rows)
    }

    /// One value; `None` if only the count is wanted.
    pub(super) fn keep<T: Copy>(&mut self, value: T) -> Result<Option<&'static T>> {
        self.slice(1, |_, _| Ok::<T, Code>(value)).map(<[T]>::first)
    }

    /// One value that code of the object shares.
    pub(super) fn place<T>(&mut self, value: T) -> Result<&'static T> {
        let place = self.room::<T>()?;
        // SAFETY: there is room for it, aligned, that nothing else uses.
        unsafe {
            place.write(value);
            Ok(&*place)
        }
    }

    /// Room for one value, which nothing is in yet.
    pub(super) fn room<T>(&mut self) -> Result<*mut T> {
        self.take(1)?.ok_or(Code::NoSpace)
    }

    fn take<T>(&mut self, count: usize) -> Result<Option<*mut T>> {
        const { assert!(align_of::<T>() <= ALIGN) };
        let length = size_of::<T>().checked_mul(count).ok_or(Code::NoSpace)?;
        let start = self.memory.map_or(0, |memory| memory.addr());
        let here = start.checked_add(self.used).ok_or(Code::NoSpace)?;
        let aligned = here.checked_next_multiple_of(align_of::<T>()).ok_or(Code::NoSpace)?;
        let at = aligned.wrapping_sub(start);
        let end =
            at.checked_add(length).filter(|end| *end <= self.capacity).ok_or(Code::NoSpace)?;
        self.used = end;
        Ok(self.memory.map(|memory| memory.wrapping_add(at).cast()))
    }
}

/// Room for trees that code of the caller works on.
pub(super) struct Room {
    /// Where it finds them.
    pub(super) storage: *mut migcore_tree,
    /// Memory for what stands in for such a tree meanwhile.
    pub(super) spare: *mut [u8; MIGCORE_TREE_NODE],
    /// What they lie in.
    pub(super) memory: &'static mut [u8],
}

/// Divides memory of the caller.
///
/// # Safety
/// `memory` is NULL or points to `capacity` bytes that nothing else uses as long as the room is used.
pub(super) unsafe fn room(memory: *mut c_void, capacity: usize) -> Result<Room> {
    // SAFETY: as the caller promises.
    unsafe {
        let mut arena = Arena::over(memory, capacity)?;
        let storage = arena.room::<migcore_tree>()?;
        let spare = arena.room::<[u8; MIGCORE_TREE_NODE]>()?;
        let used = arena.used();
        let rest = capacity.checked_sub(used).ok_or(Code::NoSpace)?;
        let memory = bytes_mut(memory.cast::<u8>().wrapping_add(used).cast(), rest)?;
        init_for(storage, &mut *spare, memory)?;
        Ok(Room { storage, spare, memory })
    }
}
