//! What a wire writes to.

use super::kernels::copy_big_endian;
use super::{Kernels, Width, BOUNCE};
use crate::error::{Code, Fault, Result};

/// A checked writer: every byte goes out in order or the call fails.
pub trait Writer {
    /// Bytes written so far, or the position that the stream itself tells.
    fn position(&self) -> u64;

    /// The place and numbers of the last failure.
    fn fault(&self) -> Fault;

    /// Notes the place and numbers of a failure.
    fn set_fault(&mut self, fault: Fault);

    /// Writes a few bytes of known number.
    ///
    /// # Errors
    /// [`Code::NoSpace`] when memory is full; [`Code::WriteFailed`] and [`Code::BadCallback`] from
    /// a sink.
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<()>;

    /// Writes bytes. Errors as [`put`](Writer::put).
    fn put_slice(&mut self, bytes: &[u8]) -> Result<()>;

    /// The next `length` bytes of memory, already counted as written, for the caller to fill at
    /// once; `None` when this writer does not have them in one piece.
    fn window(&mut self, length: usize) -> Result<Option<&mut [u8]>>;

    /// What is free of the memory that it writes to, and how much is used: moved on, that counts as written.
    fn lend(&mut self) -> (&mut [u8], &mut usize);

    /// Sends on what is held back.
    fn flush(&mut self) -> Result<()>;

    /// Writes elements of the machine's byte order as big-endian ones. `elements` is a multiple of
    /// `width` long.
    fn put_elements(
        &mut self,
        kernels: &impl Kernels,
        width: Width,
        elements: &[u8],
    ) -> Result<()> {
        if width == Width::One {
            return self.put_slice(elements);
        }
        if let Some(window) = self.window(elements.len())? {
            copy_big_endian(kernels, width, window, elements);
            return Ok(());
        }
        for piece in elements.chunks(BOUNCE) {
            let mut bounce = [0; BOUNCE];
            if let Some(swapped) = bounce.get_mut(..piece.len()) {
                copy_big_endian(kernels, width, swapped, piece);
                self.put_slice(swapped)?;
            }
        }
        Ok(())
    }

    /// Notes a failure here with its numbers, and passes its code on.
    fn raise(&mut self, code: Code, expected: u64, found: u64) -> Code {
        self.set_fault(Fault { offset: self.position(), expected, found, cause: 0 });
        code
    }
}
