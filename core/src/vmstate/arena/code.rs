//! Code of devices that tables name, without its types.

use core::cmp::Ordering;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use super::Block;
use crate::error::Result;
use crate::visit::Visitor;
use crate::vmstate::Failure;

/// A hook.
pub trait Run: Sync {
    /// Runs it on the object at `place`.
    ///
    /// # Errors
    /// Those of the device.
    fn run(
        &self,
        block: &mut Block<'_>,
        place: usize,
        version: u32,
    ) -> core::result::Result<(), Failure>;
}

/// A hook of a `T`, which gets the version, and returns a number of its own if it fails.
pub struct On<T>(pub fn(&mut T, u32) -> core::result::Result<(), i32>);

impl<T: FromBytes + IntoBytes + KnownLayout> Run for On<T> {
    fn run(
        &self,
        block: &mut Block<'_>,
        place: usize,
        version: u32,
    ) -> core::result::Result<(), Failure> {
        let object = block.get_mut(place).map_err(Failure::Code)?;
        (self.0)(object, version).map_err(Failure::Device)
    }
}

/// A hook that gets the block, for objects that others point to.
pub struct InBlock(pub fn(&mut Block<'_>, usize, u32) -> core::result::Result<(), Failure>);

impl Run for InBlock {
    fn run(
        &self,
        block: &mut Block<'_>,
        place: usize,
        version: u32,
    ) -> core::result::Result<(), Failure> {
        (self.0)(block, place, version)
    }
}

/// A test, whether a field is there or a subsection is needed.
pub trait Test: Sync {
    /// Whether it holds for the object at `place`.
    ///
    /// # Errors
    /// Those of the block.
    fn holds(&self, block: &Block<'_>, place: usize, version: u32) -> Result<bool>;
}

/// A test of a `T`, which gets the version.
pub struct If<T>(pub fn(&T, u32) -> bool);

impl<T: FromBytes + KnownLayout + Immutable> Test for If<T> {
    fn holds(&self, block: &Block<'_>, place: usize, version: u32) -> Result<bool> {
        block.get(place).map(|object| (self.0)(object, version))
    }
}

/// A visit of something that a table cannot describe.
pub trait Custom: Sync {
    /// Visits it.
    ///
    /// # Errors
    /// Those of the visitor and of the device.
    fn visit(
        &self,
        block: &mut Block<'_>,
        place: usize,
        v: &mut Visitor<'_>,
    ) -> core::result::Result<(), Failure>;
}

/// A visit of a `T`.
pub struct Own<T>(pub fn(&mut T, &mut Visitor<'_>) -> Result<()>);

impl<T: FromBytes + IntoBytes + KnownLayout> Custom for Own<T> {
    fn visit(
        &self,
        block: &mut Block<'_>,
        place: usize,
        v: &mut Visitor<'_>,
    ) -> core::result::Result<(), Failure> {
        let object = block.get_mut(place).map_err(Failure::Code)?;
        (self.0)(object, v).map_err(Failure::Code)
    }
}

/// The order of the keys of a tree.
pub trait Order: Sync {
    /// How the key at one place stands to that at another.
    ///
    /// # Errors
    /// Those of the block.
    fn compare(&self, block: &Block<'_>, one: usize, other: usize) -> Result<Ordering>;
}

/// The order of keys that are a `T`.
pub struct Ordered<T>(pub fn(&T, &T) -> Ordering);

impl<T: FromBytes + KnownLayout + Immutable> Order for Ordered<T> {
    fn compare(&self, block: &Block<'_>, one: usize, other: usize) -> Result<Ordering> {
        Ok((self.0)(block.get(one)?, block.get(other)?))
    }
}
