//! One block of memory with objects in it.

use core::cmp::Ordering;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::Order;
use crate::error::{Code, Result};
use crate::io::copy;
use crate::vmstate::{Key, Memory, ALLOCATION};

/// The alignment of what is put into a block.
const ALIGNMENT: usize = 8;

/// A tree is its first node, its last one, and how many there are.
const LAST: usize = 4;
const COUNT: usize = 8;

/// A node is the next one, the value, and the key: a number, or where it lies.
const VALUE: usize = 4;
const KEY: usize = 8;
const NODE: usize = 16;

/// One block of memory with objects in it. A place is an offset in the block, and so is a pointer: a `u32` in an
/// object, 0 for null.
///
/// Objects are of types whose every pattern of bytes is a value, and without padding: `#[repr(C)]` and the traits of
/// `zerocopy`.
#[derive(Debug)]
pub struct Block<'m> {
    bytes: &'m mut [u8],
    used: usize,
    limit: usize,
}

impl<'m> Block<'m> {
    /// An empty block.
    #[must_use]
    pub fn new(memory: &'m mut [u64]) -> Self {
        // No object lies at 0, which is null.
        Block { bytes: memory.as_mut_bytes(), used: ALIGNMENT, limit: ALLOCATION }
    }

    /// A block that one object fills, with no room for another: for objects without pointers.
    pub(super) fn over<T: FromBytes + IntoBytes>(object: &'m mut T) -> Self {
        let bytes = object.as_mut_bytes();
        Block { used: bytes.len(), bytes, limit: 0 }
    }

    /// The same, of which one visit may use only so many bytes.
    #[must_use]
    pub fn with_limit(self, limit: usize) -> Self {
        Block { limit, ..self }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Puts an object into the block, and says where.
    ///
    /// # Errors
    /// [`Code::NoSpace`].
    pub fn put<T: IntoBytes + Immutable>(&mut self, object: &T) -> Result<usize> {
        let place = self.allocate(size_of::<T>())?;
        copy(self.bytes_mut(place, size_of::<T>())?, object.as_bytes());
        Ok(place)
    }

    /// An object.
    ///
    /// # Errors
    /// [`Code::BadTable`] where there is none of this size and alignment.
    pub fn get<T: FromBytes + KnownLayout + Immutable>(&self, place: usize) -> Result<&T> {
        T::ref_from_bytes(self.bytes(place, size_of::<T>())?).map_err(|_| Code::BadTable)
    }

    /// An object, to be changed.
    ///
    /// # Errors
    /// As [`get`](Block::get).
    pub fn get_mut<T: FromBytes + IntoBytes + KnownLayout>(
        &mut self,
        place: usize,
    ) -> Result<&mut T> {
        T::mut_from_bytes(self.bytes_mut(place, size_of::<T>())?).map_err(|_| Code::BadTable)
    }

    /// Memory of this many bytes, all 0.
    ///
    /// # Errors
    /// [`Code::NoSpace`].
    pub fn allocate(&mut self, bytes: usize) -> Result<usize> {
        let place = self.used;
        let end = place.checked_add(bytes).and_then(|end| end.checked_next_multiple_of(ALIGNMENT));
        let fits = end.filter(|end| *end <= self.bytes.len() && u32::try_from(*end).is_ok());
        let end = fits.ok_or(Code::NoSpace)?;
        self.bytes.get_mut(place..end).unwrap_or_default().fill(0);
        self.used = end;
        Ok(place)
    }

    /// Takes memory back, if it is the last that was given.
    pub fn release(&mut self, place: usize, bytes: usize) {
        let end = place.checked_add(bytes).and_then(|end| end.checked_next_multiple_of(ALIGNMENT));
        if end == Some(self.used) {
            self.used = place;
        }
    }

    /// How many bytes are in use.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used
    }
}

impl Memory for Block<'_> {
    type Place = usize;

    const POINTER: usize = 4;
    const LONG: usize = 8;

    fn at(&self, place: usize, offset: usize) -> Result<usize> {
        let at = place.checked_add(offset).filter(|at| *at <= self.bytes.len());
        at.ok_or(Code::BadTable)
    }

    fn follow(&self, place: usize) -> Result<Option<usize>> {
        let pointer = self.bytes(place, Self::POINTER)?.first_chunk();
        let pointer = u32::from_ne_bytes(*pointer.ok_or(Code::BadTable)?);
        match usize::try_from(pointer) {
            Ok(0) => Ok(None),
            Ok(place) if place < self.bytes.len() => Ok(Some(place)),
            _ => Err(Code::BadTable),
        }
    }

    fn point(&mut self, place: usize, to: Option<usize>) -> Result<()> {
        let pointer = u32::try_from(to.unwrap_or(0)).map_err(|_| Code::BadTable)?;
        copy(self.bytes_mut(place, Self::POINTER)?, &pointer.to_ne_bytes());
        Ok(())
    }

    fn bytes(&self, place: usize, length: usize) -> Result<&[u8]> {
        let end = place.checked_add(length);
        end.and_then(|end| self.bytes.get(place..end)).ok_or(Code::BadTable)
    }

    fn bytes_mut(&mut self, place: usize, length: usize) -> Result<&mut [u8]> {
        let end = place.checked_add(length);
        end.and_then(|end| self.bytes.get_mut(place..end)).ok_or(Code::BadTable)
    }
}

/// Trees: nodes in order.
impl Block<'_> {
    fn word(&self, place: usize) -> Result<u32> {
        let word = self.bytes(place, 4)?.first_chunk().ok_or(Code::BadTable)?;
        Ok(u32::from_ne_bytes(*word))
    }

    fn set_word(&mut self, place: usize, word: u32) -> Result<()> {
        copy(self.bytes_mut(place, 4)?, &word.to_ne_bytes());
        Ok(())
    }

    pub(super) fn nodes(&self, tree: usize) -> Result<usize> {
        usize::try_from(self.word(self.at(tree, COUNT)?)?).map_err(|_| Code::BadTable)
    }

    pub(super) fn first_node(&self, tree: usize) -> Result<Option<usize>> {
        self.follow(tree)
    }

    pub(super) fn next_node(&self, node: usize) -> Result<Option<usize>> {
        self.follow(node)
    }

    /// The key of a node, a number or a place, and its value.
    pub(super) fn node(&self, node: usize) -> Result<(u64, usize)> {
        let key = self.bytes(self.at(node, KEY)?, 8)?.first_chunk().ok_or(Code::BadTable)?;
        let value = self.follow(self.at(node, VALUE)?)?.ok_or(Code::NullPointer)?;
        Ok((u64::from_ne_bytes(*key), value))
    }

    /// Puts a node behind the last. A stream has them in order.
    pub(super) fn insert_node(
        &mut self,
        order: Option<&dyn Order>,
        tree: usize,
        key: Key<usize>,
        value: usize,
    ) -> Result<()> {
        let bits = match key {
            Key::Direct(number) => number,
            Key::At(place) => crate::io::told(place),
        };
        let last = self.follow(self.at(tree, LAST)?)?;
        if let Some(last) = last {
            let (before, _) = self.node(last)?;
            if self.compare(order, before, bits)? != Ordering::Less {
                return Err(Code::BadOrder);
            }
        }
        let count = self.word(self.at(tree, COUNT)?)?.checked_add(1).ok_or(Code::TooMany)?;
        let node = self.allocate(NODE)?;
        self.point(self.at(node, VALUE)?, Some(value))?;
        copy(self.bytes_mut(self.at(node, KEY)?, 8)?, &bits.to_ne_bytes());
        self.point(last.unwrap_or(tree), Some(node))?;
        self.point(self.at(tree, LAST)?, Some(node))?;
        self.set_word(self.at(tree, COUNT)?, count)
    }

    fn compare(&self, order: Option<&dyn Order>, one: u64, other: u64) -> Result<Ordering> {
        let Some(order) = order else { return Ok(one.cmp(&other)) };
        let place = |key| usize::try_from(key).map_err(|_| Code::BadTable);
        order.compare(self, place(one)?, place(other)?)
    }
}
