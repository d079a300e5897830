//! A stream that is read as a whole, from where it comes to where it belongs.

use super::Receiver;
use crate::error::{Code, Fault, Result};
use crate::io::{told, Kernels, Reader};
use crate::ram::Memory;

/// Bytes that are read at once: they are still in the cache when they are summed up.
const PIECE: usize = 1 << 16;

impl<K: Kernels, M: Memory> Receiver<'_, K, M> {
    /// Reads the rest of the stream up to its end and no further, each byte straight to where it belongs.
    ///
    /// # Errors
    /// As [`feed`](Receiver::feed); [`Code::Truncated`] when the stream ends too early; those of the reader. Nothing
    /// more is taken after them: the reader may have lost some bytes.
    pub fn read(&mut self, reader: &mut impl Reader) -> Result<()> {
        loop {
            let place = self.next()?;
            let length = place.len().min(PIECE);
            let place = place.get_mut(..length).unwrap_or_default();
            if place.is_empty() {
                return Ok(());
            }
            let got = match reader.take_some(place) {
                Ok(got) => got,
                Err(code) => return Err(self.unread(code, reader.fault().cause)),
            };
            self.got(got)?;
            if got < length {
                let whole = self.bytes().map(|_| ());
                self.failed = whole.err();
                return whole;
            }
        }
    }

    /// Where in the stream, as it was sent, the byte at `offset` of what is kept lies: with memory, the chunks of it
    /// stood between. Four stretches of these are told apart; what lies behind further ones is only near what is told.
    #[must_use]
    pub fn origin(&self, offset: u64) -> u64 {
        let before = self.pages.gaps.iter().rev().find(|gap| gap.at <= offset);
        offset.saturating_add(before.map_or(0, |gap| gap.dropped))
    }

    #[cold]
    fn unread(&mut self, code: Code, cause: i32) -> Code {
        let offset = told(self.used).saturating_add(self.pages.dropped);
        let offset = offset.saturating_add(told(self.elsewhere()));
        self.fault = Fault { offset, cause, ..Fault::default() };
        self.failed = Some(code);
        code
    }
}
