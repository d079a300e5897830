//! Text on its way out.

use std::io::{self, Write};

/// Bytes that are held back.
const HELD: usize = 128 << 10;

/// Collects text, and sends it on in large pieces. After a failure nothing more is sent.
#[derive(Debug)]
pub struct Out<W> {
    to: W,
    held: Vec<u8>,
    failure: Option<io::Error>,
    failed: bool,
}

impl<W: Write> Out<W> {
    /// Sends to `to`.
    pub fn new(to: W) -> Self {
        Out { to, held: Vec::with_capacity(HELD), failure: None, failed: false }
    }

    /// Puts text.
    #[inline]
    pub fn put(&mut self, text: &[u8]) {
        if self.held.len().saturating_add(text.len()) > HELD {
            self.send();
        }
        self.held.extend_from_slice(text);
    }

    /// Puts an integer in decimal.
    #[inline]
    pub fn number(&mut self, number: impl itoa::Integer) {
        self.put(itoa::Buffer::new().format(number).as_bytes());
    }

    /// Puts the last `count` hexadecimal digits of a number.
    pub fn digits(&mut self, number: u64, count: u32) {
        for digit in (0..count).rev() {
            self.put(&[hex(number.wrapping_shr(digit.saturating_mul(4)))]);
        }
    }

    /// Puts bytes, two hexadecimal digits each.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(HELD / 4) {
            if self.held.len().saturating_add(piece.len().saturating_mul(2)) > HELD {
                self.send();
            }
            let digits = |byte: &u8| [hex(u64::from(byte >> 4)), hex(u64::from(*byte))];
            self.held.extend(piece.iter().flat_map(digits));
        }
    }

    /// Puts what `show` writes.
    pub fn with(&mut self, show: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        // Memory takes everything.
        let _ = show(&mut self.held);
    }

    /// Sends on what is held back.
    pub fn send(&mut self) {
        if !self.failed {
            if let Err(error) = self.to.write_all(&self.held).and_then(|()| self.to.flush()) {
                (self.failed, self.failure) = (true, Some(error));
            }
        }
        self.held.clear();
    }

    /// Whether something could not be sent.
    #[inline]
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// What the writer said of it.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }
}

/// The last hexadecimal digit of a number.
fn hex(number: u64) -> u8 {
    let digit = u8::try_from(number & 15).unwrap_or(0);
    digit.wrapping_add(if digit < 10 { b'0' } else { b'a' - 10 })
}
