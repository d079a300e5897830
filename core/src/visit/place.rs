//! Places in memory that a visitor reads from or writes to.

use super::Scalar;
use crate::error::{Code, Result};

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

/// A place in memory that holds a string.
pub trait Text {
    /// The string that is there.
    fn as_text(&self) -> &str;

    /// The longest string that it has room for, in bytes.
    fn capacity(&self) -> usize;

    /// Puts a string there.
    ///
    /// # Errors
    /// [`Code::TooMany`] when it does not fit; the old one then stays.
    fn set_text(&mut self, text: &str) -> Result<()>;
}

impl<const N: usize> Text for heapless::String<N> {
    fn as_text(&self) -> &str {
        self.as_str()
    }

    fn capacity(&self) -> usize {
        N
    }

    fn set_text(&mut self, text: &str) -> Result<()> {
        *self = heapless::String::try_from(text).map_err(|_| Code::TooMany)?;
        Ok(())
    }
}
