//! Places in memory that a visitor reads from or writes to.

use super::Scalar;

/// A place in memory that holds a scalar. Only one of the two is called in a visit: saving never
/// stores.
pub trait Place {
    /// What it holds.
    type Value: Scalar;

    /// The value that is there.
    fn load(&self) -> Self::Value;

    /// Puts a value there.
    fn store(&mut self, value: Self::Value);
}

impl<T: Scalar> Place for &mut T {
    type Value = T;

    #[inline]
    fn load(&self) -> T {
        **self
    }

    #[inline]
    fn store(&mut self, value: T) {
        **self = value;
    }
}

/// A place in memory that holds a count of elements.
pub trait Count {
    /// The count that is there.
    fn load(&self) -> usize;

    /// Puts a count there.
    fn store(&mut self, count: usize);
}

impl Count for &mut usize {
    fn load(&self) -> usize {
        **self
    }

    fn store(&mut self, count: usize) {
        **self = count;
    }
}
