//! The fragment that is being filled.

use crate::codec::chunk::header::FragmentHead;
use crate::codec::chunk::shape::RUN;
use crate::codec::chunk::write::FRAME_HEAD;
use crate::io::move_within;

/// Values of a fragment, with room for what precedes them in the chunk.
#[derive(Debug)]
pub(super) struct Values<'s> {
    memory: &'s mut [u8],
    used: usize,
}

/// Where the values of a fragment begin, or the head of a device.
pub(super) const START: usize = FRAME_HEAD + FragmentHead::LENGTH;

impl<'s> Values<'s> {
    /// For fragments of at most `limit` bytes of data.
    pub(super) fn new(memory: &'s mut [u8], limit: usize) -> Self {
        let length = memory.len().min(limit.saturating_add(FRAME_HEAD));
        Values { memory: memory.get_mut(..length).unwrap_or_default(), used: START }
    }

    /// Begins a fragment.
    pub(super) fn clear(&mut self) {
        self.used = START;
    }

    /// Where the next value goes.
    pub(super) fn used(&self) -> usize {
        self.used
    }

    /// How many bytes of values an empty fragment holds.
    pub(super) fn capacity(&self) -> usize {
        self.memory.len().saturating_sub(START)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.used == START
    }

    /// How many bytes there still is room for.
    #[inline]
    pub(super) fn free(&self) -> usize {
        self.memory.len().saturating_sub(self.used)
    }

    /// Appends a value; says whether there was room.
    #[inline]
    pub(super) fn try_put<const N: usize>(&mut self, value: [u8; N]) -> bool {
        match self.memory.get_mut(self.used..).and_then(|free| free.first_chunk_mut()) {
            Some(place) => {
                *place = value;
                self.used = self.used.wrapping_add(N);
                true
            }
            None => false,
        }
    }

    /// Appends a value, for which there is room.
    #[inline]
    pub(super) fn put<const N: usize>(&mut self, value: [u8; N]) {
        let _ = self.try_put(value);
    }

    /// The place of a value of `length` bytes at the end; there is room.
    #[inline]
    pub(super) fn append(&mut self, length: usize) -> &mut [u8] {
        let start = self.used;
        let end = start.saturating_add(length);
        match self.memory.get_mut(start..end) {
            Some(place) => {
                self.used = end;
                place
            }
            None => &mut [],
        }
    }

    /// The room from the end on, for what is known not to need more.
    pub(super) fn rest(&mut self) -> &mut [u8] {
        self.memory.get_mut(self.used..).unwrap_or_default()
    }

    /// The room from the end on but for its last bytes, and where the end is.
    pub(super) fn room(&mut self, last: usize) -> Option<(&mut [u8], &mut usize)> {
        let to = self.memory.len().saturating_sub(last);
        Some((self.memory.get_mut(self.used..to)?, &mut self.used))
    }

    /// Overwrites a value.
    #[inline]
    pub(super) fn patch<const N: usize>(&mut self, at: usize, value: [u8; N]) {
        if let Some(place) = self.memory.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = value;
        }
    }

    /// Puts a run's header before the values from `at` on; there is room.
    pub(super) fn insert_run(&mut self, at: usize, alternative: u16) {
        let end = self.used.saturating_add(RUN);
        if at <= self.used && end <= self.memory.len() {
            move_within(self.memory, at, self.used, at.saturating_add(RUN));
            self.used = end;
            self.patch_run(at, alternative, 1);
        }
    }

    /// Writes a run's header to its place.
    #[inline]
    pub(super) fn patch_run(&mut self, at: usize, alternative: u16, count: u32) {
        let [a, b] = alternative.to_be_bytes();
        let [c, d, e, f] = count.to_be_bytes();
        self.patch(at, [a, b, c, d, e, f]);
    }

    /// The chunk of the values up to `end`, with room for length and type before them; its head is
    /// filled in.
    pub(super) fn frame(&mut self, head: &FragmentHead, end: usize) -> &mut [u8] {
        self.patch(FRAME_HEAD, head.emit());
        self.memory.get_mut(..end).unwrap_or_default()
    }

    /// Begins a fragment with the values from `from` on, behind `room` bytes.
    pub(super) fn keep(&mut self, from: usize, room: usize) {
        let to = START.saturating_add(room);
        let kept = self.used.saturating_sub(from);
        let end = to.saturating_add(kept);
        if from <= self.used && end <= self.memory.len() {
            move_within(self.memory, from, self.used, to);
        }
        self.used = end;
    }
}
