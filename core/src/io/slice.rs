//! Readers and writers over memory.

use super::{told, Lent, Reader, Writer};
use crate::error::{Code, Fault, Result};

/// Writes into memory that the caller gives; a call that does not fit writes nothing.
#[derive(Debug)]
pub struct SliceWriter<'b> {
    memory: &'b mut [u8],
    used: usize,
    fault: Fault,
}

impl<'b> SliceWriter<'b> {
    /// Begins at the first byte of `memory`.
    pub fn new(memory: &'b mut [u8]) -> Self {
        SliceWriter { memory, used: 0, fault: Fault::default() }
    }

    #[cold]
    fn no_space(&mut self, wanted: usize) -> Code {
        let free = self.memory.len().saturating_sub(self.used);
        self.raise(Code::NoSpace, told(wanted), told(free))
    }
}

impl Writer for SliceWriter<'_> {
    fn position(&self) -> u64 {
        told(self.used)
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<()> {
        let free = self.memory.get_mut(self.used..).unwrap_or_default();
        let Some(place) = free.first_chunk_mut::<N>() else {
            return Err(self.no_space(N));
        };
        *place = bytes;
        self.used = self.used.wrapping_add(N);
        Ok(())
    }

    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) -> Result<()> {
        if let Some(window) = self.window(bytes.len())? {
            super::copy(window, bytes);
        }
        Ok(())
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Option<&mut [u8]>> {
        // Looked at twice, because a borrow that is returned cannot be given up on the other path.
        if self.memory.len().saturating_sub(self.used) < length {
            return Err(self.no_space(length));
        }
        let start = self.used;
        self.used = start.wrapping_add(length);
        Ok(self.memory.get_mut(start..).and_then(|free| free.get_mut(..length)))
    }

    fn lend(&mut self) -> (&mut [u8], &mut usize) {
        (self.memory.get_mut(self.used..).unwrap_or_default(), &mut self.used)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Reads from memory; a call that asks for more than there is consumes nothing.
#[derive(Clone, Debug)]
pub struct SliceReader<'b> {
    bytes: &'b [u8],
    used: usize,
    fault: Fault,
}

impl<'b> SliceReader<'b> {
    /// Begins at the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        SliceReader { bytes, used: 0, fault: Fault::default() }
    }

    #[inline]
    fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.used..).unwrap_or_default()
    }

    #[cold]
    fn end(&mut self, wanted: usize) -> Code {
        let left = self.rest().len();
        self.raise(Code::Truncated, told(wanted), told(left))
    }
}

impl Reader for SliceReader<'_> {
    fn position(&self) -> u64 {
        told(self.used)
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take_as(|bytes| bytes)
    }

    #[inline]
    fn take_as<const N: usize, T>(&mut self, number: impl FnOnce([u8; N]) -> T) -> Result<T> {
        match self.rest().first_chunk::<N>() {
            Some(bytes) => {
                self.used = self.used.wrapping_add(N);
                Ok(number(*bytes))
            }
            None => Err(self.end(N)),
        }
    }

    fn take_some(&mut self, out: &mut [u8]) -> Result<usize> {
        let length = super::copy(out, self.rest());
        self.used = self.used.saturating_add(length);
        Ok(length)
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Option<&[u8]>> {
        match self.rest().get(..length) {
            Some(window) => {
                self.used = self.used.wrapping_add(length);
                Ok(Some(window))
            }
            None => Err(self.end(length)),
        }
    }

    fn lend(&mut self) -> Lent<'_> {
        Lent { bytes: self.rest(), at: &mut self.used, last: true }
    }

    fn require(&mut self, length: usize) -> Result<()> {
        match self.rest().get(..length) {
            Some(_) => Ok(()),
            None => Err(self.end(length)),
        }
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        Ok(super::copy(out, self.rest().get(ahead..).unwrap_or_default()))
    }
}
