//! A text on its way into memory of the caller.

use super::Text;
use crate::io::copy;

/// Memory of the caller that takes a text, which is counted beyond its end: so a caller learns how much memory
/// is needed.
#[derive(Debug)]
pub struct Line<'m> {
    memory: &'m mut [u8],
    length: usize,
}

impl<'m> Line<'m> {
    /// Begins at the front of `memory`.
    pub fn new(memory: &'m mut [u8]) -> Self {
        Line { memory, length: 0 }
    }

    /// The next piece of the text.
    pub fn put(&mut self, piece: &[u8]) {
        copy(self.memory.get_mut(self.length..).unwrap_or_default(), piece);
        self.length = self.length.saturating_add(piece.len());
    }

    /// How long the whole text is, also when it is longer than the memory.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// All of the memory.
    #[must_use]
    pub fn memory(&self) -> &[u8] {
        self.memory
    }

    /// The text.
    ///
    /// # Errors
    /// How much memory it needs, if there is less.
    pub fn whole(&self) -> Result<&[u8], usize> {
        self.memory.get(..self.length).ok_or(self.length)
    }

    /// Puts a NUL behind the text or at the end of the memory, and gives the length of the whole text.
    pub fn end(&mut self) -> usize {
        let last = self.memory.len().saturating_sub(1);
        if let Some(place) = self.memory.get_mut(self.length.min(last)) {
            *place = 0;
        }
        self.length
    }
}

impl Text for Line<'_> {
    fn put(&mut self, piece: &[u8]) {
        Line::put(self, piece);
    }
}
