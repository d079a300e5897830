//! What a wire reads from.

use super::kernels::copy_big_endian;
use super::{told, Kernels, Width, BOUNCE};
use crate::error::{Code, Fault, Result};

/// Bytes that a reader holds.
#[derive(Debug)]
pub struct Lent<'r> {
    /// The next bytes.
    pub bytes: &'r [u8],
    /// Where they begin: moved on, they count as read.
    pub at: &'r mut usize,
    /// No others follow.
    pub last: bool,
}

/// A checked reader: every byte that is asked for is there, or the call fails.
pub trait Reader {
    /// Bytes consumed so far, or the position that the stream itself tells.
    fn position(&self) -> u64;

    /// The place and numbers of the last failure.
    fn fault(&self) -> Fault;

    /// Notes the place and numbers of a failure.
    fn set_fault(&mut self, fault: Fault);

    /// Reads a few bytes of known number.
    ///
    /// # Errors
    /// [`Code::Truncated`] at the end; [`Code::ReadFailed`] and [`Code::BadCallback`] from a
    /// source.
    fn take<const N: usize>(&mut self) -> Result<[u8; N]>;

    /// [`take`](Reader::take), made a number on the way. Compilers assemble a number byte by byte when
    /// it comes out of a result that holds an array.
    ///
    /// # Errors
    /// As [`take`](Reader::take).
    #[inline]
    fn take_as<const N: usize, T>(&mut self, number: impl FnOnce([u8; N]) -> T) -> Result<T> {
        self.take().map(number)
    }

    /// Fills `out` as far as the stream goes and says how far. Less than asked for is the end of
    /// the stream, not an error.
    fn take_some(&mut self, out: &mut [u8]) -> Result<usize>;

    /// The next `length` bytes, consumed, when they lie in memory in one piece; `None` when this
    /// reader does not have them so.
    ///
    /// # Errors
    /// [`Code::Truncated`] when it is known that they never come.
    fn window(&mut self, length: usize) -> Result<Option<&[u8]>>;

    /// What it holds of the bytes that follow, to be read in place.
    fn lend(&mut self) -> Lent<'_>;

    /// Fails when it is known that `length` bytes never come; so an item that is read in pieces is
    /// not begun in vain.
    ///
    /// # Errors
    /// [`Code::Truncated`].
    fn require(&mut self, length: usize) -> Result<()> {
        let _ = length;
        Ok(())
    }

    /// Copies what follows the next `ahead` bytes without consuming anything, and says how many
    /// bytes that were. Less than asked for is the end of the stream.
    ///
    /// # Errors
    /// [`Code::Unsupported`] when the source cannot look ahead so far.
    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize>;

    /// Fills `out`. Errors as [`take`](Reader::take); `out` may then be partly filled when the
    /// bytes come from a source.
    fn take_into(&mut self, out: &mut [u8]) -> Result<()> {
        if let Some(window) = self.window(out.len())? {
            super::copy(out, window);
            return Ok(());
        }
        let wanted = out.len();
        let got = self.take_some(out)?;
        if got == wanted {
            return Ok(());
        }
        Err(self.truncated(wanted, got))
    }

    /// Reads big-endian elements into the machine's byte order. `out` is a multiple of `width`
    /// long. Errors as [`take_into`](Reader::take_into), of the piece of it that could not be read.
    fn take_elements(
        &mut self,
        kernels: &impl Kernels,
        width: Width,
        out: &mut [u8],
    ) -> Result<()> {
        if width == Width::One {
            return self.take_into(out);
        }
        if let Some(window) = self.window(out.len())? {
            copy_big_endian(kernels, width, out, window);
            return Ok(());
        }
        for piece in out.chunks_mut(BOUNCE) {
            let mut bounce = [0; BOUNCE];
            let raw = bounce.get_mut(..piece.len()).unwrap_or_default();
            self.take_into(raw)?;
            copy_big_endian(kernels, width, piece, raw);
        }
        Ok(())
    }

    /// Notes a failure here with its numbers, and passes its code on.
    fn raise(&mut self, code: Code, expected: u64, found: u64) -> Code {
        self.set_fault(Fault { offset: self.position(), expected, found, cause: 0 });
        code
    }

    /// The stream ended `got` bytes into an item of `wanted`: the offset told is the item's.
    fn truncated(&mut self, wanted: usize, got: usize) -> Code {
        let (expected, found) = (told(wanted), told(got));
        let offset = self.position().saturating_sub(found);
        self.set_fault(Fault { offset, expected, found, cause: 0 });
        Code::Truncated
    }
}
