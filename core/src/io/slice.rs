//! Readers and writers over memory.

use core::mem;

use super::{told, Reader, Writer};
use crate::error::{Code, Fault, Result};

/// Writes into memory that the caller gives; a call that does not fit writes nothing.
#[derive(Debug)]
pub struct SliceWriter<'b> {
    rest: &'b mut [u8],
    capacity: usize,
    fault: Fault,
}

impl<'b> SliceWriter<'b> {
    /// Begins at the first byte of `memory`.
    pub fn new(memory: &'b mut [u8]) -> Self {
        SliceWriter { capacity: memory.len(), rest: memory, fault: Fault::default() }
    }

    #[cold]
    fn no_space(&mut self, wanted: usize) -> Code {
        let free = self.rest.len();
        self.raise(Code::NoSpace, told(wanted), told(free))
    }
}

impl Writer for SliceWriter<'_> {
    fn position(&self) -> u64 {
        told(self.capacity.saturating_sub(self.rest.len()))
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<()> {
        if self.rest.len() < N {
            return Err(self.no_space(N));
        }
        if let Some((place, rest)) = mem::take(&mut self.rest).split_first_chunk_mut::<N>() {
            *place = bytes;
            self.rest = rest;
        }
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
        if self.rest.len() < length {
            return Err(self.no_space(length));
        }
        let Some((window, rest)) = mem::take(&mut self.rest).split_at_mut_checked(length) else {
            return Ok(None);
        };
        self.rest = rest;
        Ok(Some(window))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Reads from memory; a call that asks for more than there is consumes nothing.
#[derive(Clone, Debug)]
pub struct SliceReader<'b> {
    rest: &'b [u8],
    length: usize,
    fault: Fault,
}

impl<'b> SliceReader<'b> {
    /// Begins at the first of `bytes`.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        SliceReader { length: bytes.len(), rest: bytes, fault: Fault::default() }
    }

    #[cold]
    fn end(&mut self, wanted: usize) -> Code {
        let left = self.rest.len();
        self.raise(Code::Truncated, told(wanted), told(left))
    }
}

impl Reader for SliceReader<'_> {
    fn position(&self) -> u64 {
        told(self.length.saturating_sub(self.rest.len()))
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(self.end(N)),
        }
    }

    fn take_some(&mut self, out: &mut [u8]) -> Result<usize> {
        let length = super::copy(out, self.rest);
        self.rest = self.rest.get(length..).unwrap_or_default();
        Ok(length)
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Option<&[u8]>> {
        match self.rest.split_at_checked(length) {
            Some((window, rest)) => {
                self.rest = rest;
                Ok(Some(window))
            }
            None => Err(self.end(length)),
        }
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        Ok(super::copy(out, self.rest.get(ahead..).unwrap_or_default()))
    }
}
