//! Takes a stream as its bytes come in.

use super::chunks::{framed, signed};
use super::rules::{Breach, Limits, Rules, FRAME, HEAD};
use super::{ChunkType, SIGNATURE};
use crate::error::{Code, Fault, Result};
use crate::io::{copy, told, Kernels};

/// The bytes of an end chunk: no stream ends with less.
const END: usize = FRAME + 8;

/// Collects a stream in the caller's memory, from pieces of any length, and checks framing, types, order,
/// CRCs, limits, shapes and totals as they come. However the bytes are cut, the outcome is the same.
#[derive(Debug)]
pub struct Receiver<'b, K> {
    buffer: &'b mut [u8],
    used: usize,
    /// How many bytes of the last input were taken.
    taken: usize,
    /// Where the present chunk begins.
    chunk: usize,
    stage: Stage,
    rules: Rules,
    kernels: K,
    fault: Fault,
    failed: Option<Code>,
}

/// What is being received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Signature,
    Head,
    /// The rest of a chunk of this type, whose data has this length.
    Data(ChunkType, usize),
}

/// How far a stream was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    /// How many of the bytes that were given belong to the stream.
    pub consumed: usize,
    /// Whether the stream is complete: its end chunk was there, and right.
    pub done: bool,
}

impl<'b, K: Kernels> Receiver<'b, K> {
    /// Collects a stream in `buffer`.
    pub fn new(buffer: &'b mut [u8], limits: Limits, kernels: K) -> Self {
        Receiver {
            buffer,
            used: 0,
            taken: 0,
            chunk: 0,
            stage: Stage::Signature,
            rules: Rules::new(limits),
            kernels,
            fault: Fault::default(),
            failed: None,
        }
    }

    /// Takes the next bytes of the stream. What follows its end is left alone.
    ///
    /// # Errors
    /// Those of the stream, after which nothing more is taken; [`Code::NoSpace`] with the least size of the
    /// buffer that this stream is known to need: after [`grow`](Receiver::grow), what was not
    /// [`taken`](Receiver::taken) can be given again.
    pub fn feed(&mut self, input: &[u8]) -> Result<Received> {
        self.taken = 0;
        if let Some(code) = self.failed {
            return Err(code);
        }
        match self.take(input) {
            Ok(()) => Ok(Received { consumed: self.taken, done: self.rules.ended() }),
            Err(breach) => Err(self.refuse(breach)),
        }
    }

    /// How many bytes of the last input were taken, also if it ended with an error.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// What was received so far, checked or not.
    #[must_use]
    pub fn received(&self) -> &[u8] {
        self.buffer.get(..self.used).unwrap_or_default()
    }

    /// Goes on in another buffer, which begins with what was [`received`](Receiver::received) so far.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] when it is smaller than that; nothing changes.
    pub fn grow(&mut self, buffer: &'b mut [u8]) -> Result<()> {
        if buffer.len() < self.used {
            return Err(Code::InvalidArgument);
        }
        self.buffer = buffer;
        Ok(())
    }

    /// The stream, whole and checked: a store need not check it again (see
    /// [`SliceStore::checked`](super::SliceStore::checked)).
    ///
    /// # Errors
    /// [`Code::Truncated`] when not all of it came; the error of [`feed`](Receiver::feed).
    pub fn bytes(&mut self) -> Result<&[u8]> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        if !self.rules.ended() {
            let there = self.used.saturating_sub(self.chunk);
            let whole = match self.stage {
                Stage::Signature => SIGNATURE.len(),
                Stage::Head => FRAME,
                Stage::Data(_, length) => length.saturating_add(FRAME),
            };
            let breach = Breach::truncated(whole, there);
            self.fault = self.fault_of(&breach);
            return Err(breach.code);
        }
        Ok(self.buffer.get(..self.used).unwrap_or_default())
    }

    /// The place and numbers of the last error.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    fn take(&mut self, input: &[u8]) -> core::result::Result<(), Breach> {
        while !self.rules.ended() {
            let goal = self.goal();
            self.check_room(goal)?;
            let place = self.buffer.get_mut(self.used..goal).unwrap_or_default();
            let length = copy(place, input.get(self.taken..).unwrap_or_default());
            self.used = self.used.saturating_add(length);
            self.taken = self.taken.saturating_add(length);
            if self.used < goal {
                break;
            }
            self.reached()?;
        }
        Ok(())
    }

    /// Up to where the present part goes.
    fn goal(&self) -> usize {
        let length = match self.stage {
            Stage::Signature => SIGNATURE.len(),
            Stage::Head => HEAD,
            Stage::Data(_, length) => length.saturating_add(FRAME),
        };
        self.chunk.saturating_add(length)
    }

    /// Checks that there is room for the present part, and for what must follow it at least.
    fn check_room(&self, goal: usize) -> core::result::Result<(), Breach> {
        let needed = match self.stage {
            Stage::Head => self.chunk.saturating_add(END),
            Stage::Data(ChunkType::END, _) => goal,
            _ => goal.saturating_add(END),
        };
        match needed <= self.buffer.len() {
            true => Ok(()),
            false => Err(Breach::numbers(Code::NoSpace, told(needed), told(self.buffer.len()))),
        }
    }

    /// The present part is complete.
    fn reached(&mut self) -> core::result::Result<(), Breach> {
        let part = self.buffer.get(self.chunk..self.used).unwrap_or_default();
        match self.stage {
            Stage::Signature => {
                signed(part)?;
                self.chunk = self.used;
                self.stage = Stage::Head;
            }
            Stage::Head => {
                let head = part.first_chunk().copied().unwrap_or_default();
                let (kind, length) = self.rules.admit(head)?;
                self.stage = Stage::Data(kind, length);
            }
            Stage::Data(kind, length) => {
                let behind = part.get(HEAD..).unwrap_or_default();
                let Some((data, crc)) = framed(behind, length) else {
                    return Err(Breach::truncated(length.saturating_add(FRAME), part.len()));
                };
                let covered = part.get(4..length.saturating_add(HEAD)).unwrap_or_default();
                let due = self.kernels.crc32(0, covered);
                if due != crc {
                    return Err(Breach::numbers(Code::BadCrc, u64::from(due), u64::from(crc)));
                }
                self.rules.take(kind, data, crc, &self.kernels)?;
                self.chunk = self.used;
                self.stage = Stage::Head;
            }
        }
        Ok(())
    }

    #[cold]
    fn refuse(&mut self, breach: Breach) -> Code {
        self.fault = self.fault_of(&breach);
        // There may be more room the next time.
        self.failed = Some(breach.code).filter(|code| *code != Code::NoSpace);
        breach.code
    }

    fn fault_of(&self, breach: &Breach) -> Fault {
        let Breach { at, expected, found, .. } = *breach;
        Fault { offset: told(self.chunk.saturating_add(at)), expected, found, cause: 0 }
    }
}
