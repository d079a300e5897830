//! Readers and writers over a caller's stream.

use super::{told, Lent, Reader, Writer};
use crate::error::{Code, Fault, Result};

/// How often in a row a sink or source may ask to be called again before that counts as a failure:
/// a stream that never gets on must not hang its machine.
pub const RETRIES: u32 = 1000;

/// Why a sink or source moved no byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Interrupted before anything was done: call again.
    Retry,
    /// Failed for good, with the caller's own number for it.
    Failed(i32),
    /// The callback broke its contract.
    BadCallback,
}

/// Where a stream goes to.
pub trait Sink {
    /// Takes the first of `bytes`, at least one, and says how many. 0 is a failure.
    ///
    /// # Errors
    /// See [`Failure`].
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure>;

    /// The position in the stream, when the sink knows it better than by counting.
    fn position(&self) -> Option<u64> {
        None
    }
}

/// Where a stream comes from.
pub trait Source {
    /// Puts the next bytes at the start of `out`, at least one, and says how many. 0 is the end.
    ///
    /// # Errors
    /// See [`Failure`].
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure>;

    /// Whether [`peek`](Source::peek) works.
    fn can_peek(&self) -> bool {
        false
    }

    /// Copies what follows the next `ahead` bytes without consuming anything. Less than asked for
    /// is the end of the stream.
    ///
    /// # Errors
    /// See [`Failure`].
    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let _ = (ahead, out);
        Err(Failure::BadCallback)
    }

    /// The position in the stream, when the source knows it better than by counting.
    fn position(&self) -> Option<u64> {
        None
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        (**self).write(bytes)
    }

    fn position(&self) -> Option<u64> {
        (**self).position()
    }
}

impl<S: Source + ?Sized> Source for &mut S {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        (**self).read(out)
    }

    fn can_peek(&self) -> bool {
        (**self).can_peek()
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        (**self).peek(ahead, out)
    }

    fn position(&self) -> Option<u64> {
        (**self).position()
    }
}

/// Writes to a sink through a buffer, which may be empty.
#[derive(Debug)]
pub struct StreamWriter<'b, S> {
    buffer: &'b mut [u8],
    used: usize,
    sent: u64,
    fault: Fault,
    sink: S,
}

impl<'b, S: Sink> StreamWriter<'b, S> {
    /// Holds back at most `buffer.len()` bytes; none when it is empty.
    pub fn new(sink: S, buffer: &'b mut [u8]) -> Self {
        StreamWriter { buffer, used: 0, sent: 0, fault: Fault::default(), sink }
    }

    /// Sends `bytes`, which are not in the buffer, at once.
    fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let done = send_all(&mut self.sink, bytes, &mut self.sent);
        done.map_err(|failure| self.failed(failure))
    }

    #[cold]
    fn put_slow(&mut self, bytes: &[u8]) -> Result<()> {
        self.flush()?;
        if bytes.len() >= self.buffer.len() {
            return self.send(bytes);
        }
        self.used = super::copy(self.buffer, bytes);
        Ok(())
    }

    #[cold]
    fn failed(&mut self, failure: Failure) -> Code {
        let (code, cause) = outcome(failure, Code::WriteFailed);
        self.fault = Fault { offset: self.position(), cause, ..Fault::default() };
        code
    }
}

impl<S: Sink> Writer for StreamWriter<'_, S> {
    fn position(&self) -> u64 {
        let held = told(self.used);
        self.sink.position().unwrap_or(self.sent).saturating_add(held)
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn put<const N: usize>(&mut self, bytes: [u8; N]) -> Result<()> {
        let free = self.buffer.get_mut(self.used..).unwrap_or_default();
        match free.first_chunk_mut::<N>() {
            Some(place) => {
                *place = bytes;
                self.used = self.used.wrapping_add(N);
                Ok(())
            }
            None => self.put_slow(&bytes),
        }
    }

    #[inline]
    fn put_slice(&mut self, bytes: &[u8]) -> Result<()> {
        match self.window(bytes.len())? {
            Some(window) => {
                super::copy(window, bytes);
                Ok(())
            }
            None => self.put_slow(bytes),
        }
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Option<&mut [u8]>> {
        let window = self.buffer.get_mut(self.used..).and_then(|free| free.get_mut(..length));
        if window.is_some() {
            self.used = self.used.wrapping_add(length);
        }
        Ok(window)
    }

    fn lend(&mut self) -> (&mut [u8], &mut usize) {
        (self.buffer.get_mut(self.used..).unwrap_or_default(), &mut self.used)
    }

    fn flush(&mut self) -> Result<()> {
        let held = self.buffer.get(..self.used).unwrap_or_default();
        let done = send_all(&mut self.sink, held, &mut self.sent);
        self.used = 0;
        done.map_err(|failure| self.failed(failure))
    }
}

/// Calls the sink until it has taken all of `bytes`, and counts what it took in `sent`.
fn send_all<S: Sink>(
    sink: &mut S,
    mut bytes: &[u8],
    sent: &mut u64,
) -> core::result::Result<(), Failure> {
    let mut retries = 0u32;
    while !bytes.is_empty() {
        match sink.write(bytes) {
            Ok(0) => return Err(Failure::Failed(0)),
            Ok(taken) => {
                bytes = bytes.get(taken..).ok_or(Failure::BadCallback)?;
                *sent = sent.saturating_add(told(taken));
                retries = 0;
            }
            Err(failure) => retries = again(failure, retries)?,
        }
    }
    Ok(())
}

/// Counts a retry, or gives the failure back when it is final.
fn again(failure: Failure, retries: u32) -> core::result::Result<u32, Failure> {
    match failure {
        Failure::Retry if retries < RETRIES => Ok(retries.saturating_add(1)),
        Failure::Retry => Err(Failure::Failed(0)),
        failure => Err(failure),
    }
}

/// What a failure means to the caller of the wire: its code and its cause.
fn outcome(failure: Failure, failed: Code) -> (Code, i32) {
    match failure {
        Failure::Failed(cause) => (failed, cause),
        Failure::Retry => (failed, 0),
        Failure::BadCallback => (Code::BadCallback, 0),
    }
}

/// Reads from a source through a buffer, which may be empty.
#[derive(Debug)]
pub struct StreamReader<'b, S> {
    buffer: &'b mut [u8],
    start: usize,
    end: usize,
    received: u64,
    fault: Fault,
    source: S,
}

impl<'b, S: Source> StreamReader<'b, S> {
    /// Reads ahead at most `buffer.len()` bytes; none when it is empty.
    pub fn new(source: S, buffer: &'b mut [u8]) -> Self {
        StreamReader { buffer, start: 0, end: 0, received: 0, fault: Fault::default(), source }
    }

    fn held(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes what is held, as far as `out` has room.
    fn take_held(&mut self, out: &mut [u8]) -> usize {
        let length = super::copy(out, self.held());
        self.start = self.start.saturating_add(length);
        length
    }

    /// Moves what is held to the start of the buffer and reads on until it holds `wanted` bytes or
    /// the stream ends.
    fn fill(&mut self, wanted: usize) -> Result<()> {
        let held = self.end.saturating_sub(self.start);
        if self.start > 0 {
            move_to_front(self.buffer, self.start, held);
            (self.start, self.end) = (0, held);
        }
        while self.end < wanted {
            let free = self.buffer.get_mut(self.end..).unwrap_or_default();
            match receive(&mut self.source, free, &mut self.received) {
                Ok(0) => break,
                Ok(got) => self.end = self.end.saturating_add(got),
                Err(failure) => return Err(self.failed(failure)),
            }
        }
        Ok(())
    }

    #[cold]
    fn take_slow<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.take_into(&mut bytes)?;
        Ok(bytes)
    }

    #[cold]
    fn failed(&mut self, failure: Failure) -> Code {
        let (code, cause) = outcome(failure, Code::ReadFailed);
        self.fault = Fault { offset: self.position(), cause, ..Fault::default() };
        code
    }
}

impl<S: Source> Reader for StreamReader<'_, S> {
    fn position(&self) -> u64 {
        let held = told(self.held().len());
        self.source.position().unwrap_or(self.received).saturating_sub(held)
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn set_fault(&mut self, fault: Fault) {
        self.fault = fault;
    }

    #[inline]
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        if let Some(bytes) = self.held().first_chunk::<N>() {
            let bytes = *bytes;
            self.start = self.start.wrapping_add(N);
            return Ok(bytes);
        }
        self.take_slow()
    }

    fn take_some(&mut self, out: &mut [u8]) -> Result<usize> {
        let mut done = self.take_held(out);
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let got = if rest.len() >= self.buffer.len() {
                receive(&mut self.source, rest, &mut self.received)
                    .map_err(|failure| self.failed(failure))?
            } else {
                self.fill(1)?;
                self.take_held(rest)
            };
            if got == 0 {
                break;
            }
            done = done.saturating_add(got);
        }
        Ok(done)
    }

    #[inline]
    fn window(&mut self, length: usize) -> Result<Option<&[u8]>> {
        let held = self.buffer.get(self.start..self.end).unwrap_or_default();
        let window = held.get(..length);
        if window.is_some() {
            self.start = self.start.wrapping_add(length);
        }
        Ok(window)
    }

    fn lend(&mut self) -> Lent<'_> {
        let bytes = self.buffer.get(self.start..self.end).unwrap_or_default();
        Lent { bytes, at: &mut self.start, last: false }
    }

    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        let wanted = ahead.saturating_add(out.len());
        if self.buffer.len() >= wanted {
            if self.held().len() < wanted {
                self.fill(wanted)?;
            }
            return Ok(super::copy(out, self.held().get(ahead..).unwrap_or_default()));
        }
        if !self.source.can_peek() {
            return Err(self.raise(Code::Unsupported, told(wanted), told(self.buffer.len())));
        }
        let done = super::copy(out, self.held().get(ahead..).unwrap_or_default());
        let beyond = ahead.saturating_sub(self.held().len());
        let rest = out.get_mut(done..).unwrap_or_default();
        match look(&mut self.source, beyond, rest) {
            Ok(got) => Ok(done.saturating_add(got)),
            Err(failure) => Err(self.failed(failure)),
        }
    }
}

/// Calls the source until it gives something or ends, and counts what came in `received`.
fn receive<S: Source>(
    source: &mut S,
    out: &mut [u8],
    received: &mut u64,
) -> core::result::Result<usize, Failure> {
    let mut retries = 0u32;
    loop {
        match source.read(out) {
            Ok(got) if got > out.len() => return Err(Failure::BadCallback),
            Ok(got) => {
                *received = received.saturating_add(told(got));
                return Ok(got);
            }
            Err(failure) => retries = again(failure, retries)?,
        }
    }
}

/// Calls the source until it has looked ahead.
fn look<S: Source>(
    source: &mut S,
    ahead: usize,
    out: &mut [u8],
) -> core::result::Result<usize, Failure> {
    let mut retries = 0u32;
    loop {
        match source.peek(ahead, out) {
            Ok(got) if got > out.len() => return Err(Failure::BadCallback),
            Ok(got) => return Ok(got),
            Err(failure) => retries = again(failure, retries)?,
        }
    }
}

/// Moves `length` bytes that begin at `from` to the front; bytes out of range do not move.
/// `copy_within` would be shorter, but can panic.
fn move_to_front(bytes: &mut [u8], from: usize, length: usize) {
    for at in 0..length {
        let byte = bytes.get(from.saturating_add(at)).copied();
        if let (Some(byte), Some(place)) = (byte, bytes.get_mut(at)) {
            *place = byte;
        }
    }
}
