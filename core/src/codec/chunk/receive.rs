//! Takes a stream as its bytes come in.

mod pages;
mod read;

use super::chunks::{framed, signed};
use super::memory::BlockList;
use super::rules::{check_within, Breach, Content, Limits, Rules, FRAME, HEAD};
use super::{ChunkType, SIGNATURE};
use crate::error::{Code, Fault, Path, Report, Result};
use crate::io::{copy, told, Kernels};
use crate::ram::{Counts, Memory, NoMemory};
use pages::{Blamed, Pages, Part};

/// The bytes of an end chunk: no stream ends with less.
const END: usize = FRAME + 8;

/// The bytes of a CRC.
const CRC: usize = FRAME - HEAD;

/// Collects a stream in the caller's memory, from pieces of any length, and checks framing, types, order,
/// CRCs, limits, shapes and totals as they come. However the bytes are cut, the outcome is the same.
///
/// Of a stream with memory, one [`with_memory`](Receiver::with_memory) puts the pages to their places, without a
/// copy of them, and keeps the rest: a stream of its own, without the chunks of memory.
///
/// ```
/// use migcore::codec::chunk::{Limits, Receiver, Saver, Settings};
/// use migcore::io::Portable;
/// use migcore::ram::{Block, BlockHead, Blocks, PageSize};
///
/// let (mut stream, mut scratch) = ([0; 512], [0; 256]);
/// let mut saver = Saver::to_slice(&mut stream, &Settings::default(), &mut scratch)?;
/// let layout = [BlockHead { name: b"ram", length: 16 }];
/// // An error stays in the visit, as those of devices.
/// let _ = saver.blocks(&layout, PageSize::new(4).unwrap());
/// let _ = saver.pages(&layout, 0, 1, b"page3456");
/// let length = saver.finish()? as usize;
///
/// let (mut ram, mut kept) = ([0; 16], [0; 256]);
/// let mut blocks = [Block::new("ram", &mut ram)];
/// let receiver = Receiver::new(&mut kept, Limits::default(), Portable);
/// let mut receiver = receiver.with_memory(Blocks(&mut blocks))?;
/// let mut socket = &stream[..length];
/// loop {
///     // The place of the next bytes, as for `read`.
///     let place = receiver.next()?;
///     let length = place.len().min(socket.len());
///     place[..length].copy_from_slice(&socket[..length]);
///     socket = &socket[length..];
///     if receiver.got(length)? {
///         break;
///     }
/// }
/// assert_eq!(&ram, b"\0\0\0\0page3456\0\0\0\0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Receiver<'b, K, M = NoMemory> {
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
    /// Where the data of the list of blocks is, if it is kept.
    list: usize,
    memory: M,
    pages: Pages,
}

/// What is being received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Signature,
    Head,
    /// The rest of a chunk of this type, whose data has this length.
    Data(ChunkType, usize),
    /// The same of a chunk of pages, which go to their places.
    Pages(Part, usize),
}

/// Where the next bytes belong.
#[derive(Clone, Copy, Debug)]
enum Spot {
    /// Into the buffer: so many, behind what is there.
    Buffer(usize),
    /// Into a block of memory.
    Memory { block: usize, offset: u64, length: usize },
    /// Nowhere: so many are looked at and dropped.
    Nowhere(usize),
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
        Receiver::begin(buffer, limits, kernels, NoMemory)
    }

    /// The same, with memory for the pages of the stream. All of it must be 0: what the stream does not say is
    /// left as it is. What was put there counts only when the stream is complete.
    ///
    /// The stream must have the same blocks, in any order. The buffer needs room for all of the stream but its
    /// pages, and for 1 KiB more, where the runs of a chunk stand meanwhile; the more is free, the faster goes what is
    /// dropped. What is kept is for loading, not for sending on: it may have unknown chunks that are not safe to copy
    /// where others are gone.
    ///
    /// # Errors
    /// [`Code::Unbalanced`] when bytes of the stream were taken already.
    pub fn with_memory<M: Memory>(self, memory: M) -> Result<Receiver<'b, K, M>> {
        if self.used > 0 || self.failed.is_some() {
            return Err(Code::Unbalanced);
        }
        let limits = Limits { memory: true, ..self.rules.limits() };
        let mut receiver = Receiver::begin(self.buffer, limits, self.kernels, memory);
        receiver.rules.place_pages();
        Ok(receiver)
    }
}

impl<'b, K: Kernels, M: Memory> Receiver<'b, K, M> {
    fn begin(buffer: &'b mut [u8], limits: Limits, kernels: K, memory: M) -> Self {
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
            list: 0,
            memory,
            pages: Pages::new(limits.work),
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

    /// Where the next bytes of the stream belong, at least one, so that they can be read straight to their place:
    /// the buffer, or the memory. Pieces of about 64 KiB are still in the cache when they are summed up. None when the
    /// stream is complete. How many of them came tells [`got`](Receiver::got).
    ///
    /// # Errors
    /// As [`feed`](Receiver::feed).
    #[allow(
        clippy::should_implement_trait,
        reason = "it gives the same place again until bytes came"
    )]
    pub fn next(&mut self) -> Result<&mut [u8]> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        match self.spot() {
            Ok(spot) => Ok(self.place(spot)),
            Err(breach) => Err(self.refuse(breach)),
        }
    }

    /// So many bytes of the stream were put where [`next`](Receiver::next) said. Whether it is complete.
    ///
    /// # Errors
    /// As [`feed`](Receiver::feed); [`Code::InvalidArgument`] when there was no room for so many, and nothing is
    /// done.
    pub fn got(&mut self, length: usize) -> Result<bool> {
        if length > self.next()?.len() {
            return Err(Code::InvalidArgument);
        }
        match self.spot().and_then(|spot| self.advance(spot, length)) {
            Ok(()) => Ok(self.rules.ended()),
            Err(breach) => Err(self.refuse(breach)),
        }
    }

    /// How many bytes of the last input were taken, also if it ended with an error.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.taken
    }

    /// What is kept of what was received so far, checked or not.
    #[must_use]
    pub fn received(&self) -> &[u8] {
        self.buffer.get(..self.used).unwrap_or_default()
    }

    /// What was received of memory so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.pages.counts
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
    /// [`SliceStore::checked`](super::SliceStore::checked)). Where memory was put to its place, it is one without
    /// that, and offsets in it are not those in the stream that came.
    ///
    /// # Errors
    /// [`Code::Truncated`] when not all of it came; the error of [`feed`](Receiver::feed).
    pub fn bytes(&mut self) -> Result<&[u8]> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        if !self.rules.ended() {
            let there = self.used.saturating_sub(self.chunk).saturating_add(self.elsewhere());
            let whole = match self.stage {
                Stage::Signature => SIGNATURE.len(),
                Stage::Head => FRAME,
                Stage::Data(_, length) | Stage::Pages(_, length) => length.saturating_add(FRAME),
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

    /// The full report of `code`, which the last call returned: with the name of the block of memory that it is
    /// about, if there is one.
    #[must_use]
    pub fn report(&self, code: Code) -> Report {
        let list = self.buffer.get(self.chunk.saturating_add(HEAD)..self.used).unwrap_or_default();
        let head = match self.pages.blamed {
            _ if !M::ANY => None,
            Blamed::Nothing => None,
            Blamed::Listed(number) => BlockList::again(list).and_then(|list| list.head(number)),
            Blamed::Own(block) => self.memory.head(block),
        };
        let name = head.map_or(&[][..], |head| head.name);
        Report { code, fault: self.fault, path: Path::build(&mut |put| put(name)) }
    }

    fn take(&mut self, input: &[u8]) -> core::result::Result<(), Breach> {
        while !self.rules.ended() {
            let spot = self.spot()?;
            let rest = input.get(self.taken..).unwrap_or_default();
            let of_pages = M::ANY && matches!(spot, Spot::Memory { .. });
            let length = match of_pages {
                true => self.fill(spot, rest),
                false => copy(self.place(spot), rest),
            };
            if length == 0 {
                break;
            }
            self.taken = self.taken.saturating_add(length);
            if !of_pages {
                self.advance(spot, length)?;
            }
        }
        Ok(())
    }

    /// Where the next bytes belong, for which there is room; behind the end, nowhere.
    fn spot(&self) -> core::result::Result<Spot, Breach> {
        if self.rules.ended() {
            return Ok(Spot::Nowhere(0));
        }
        let goal = self.chunk.saturating_add(self.goal());
        self.check_room(goal)?;
        match self.stage {
            Stage::Pages(Part::Pages, _) if M::ANY => Ok(self.spot_of_pages()),
            _ => Ok(Spot::Buffer(goal.saturating_sub(self.used))),
        }
    }

    /// How far the present part goes in the buffer, from the beginning of its chunk.
    fn goal(&self) -> usize {
        match self.stage {
            Stage::Signature => SIGNATURE.len(),
            Stage::Head => HEAD,
            Stage::Data(_, length) => length.saturating_add(FRAME),
            Stage::Pages(part, length) => HEAD.saturating_add(self.pages.goal(part, length)),
        }
    }

    /// Checks that there is room for the present part, and for what must follow it at least.
    fn check_room(&self, goal: usize) -> core::result::Result<(), Breach> {
        let needed = match self.stage {
            Stage::Head => self.chunk.saturating_add(END),
            Stage::Data(ChunkType::END, _) => goal,
            Stage::Pages(Part::Head | Part::Runs | Part::Pages, _) => {
                goal.saturating_add(CRC + END)
            }
            _ => goal.saturating_add(END),
        };
        match needed <= self.buffer.len() {
            true => Ok(()),
            false => Err(Breach::numbers(Code::NoSpace, told(needed), told(self.buffer.len()))),
        }
    }

    fn place(&mut self, spot: Spot) -> &mut [u8] {
        let free = self.buffer.get_mut(self.used..).unwrap_or_default();
        place(spot, free, &mut self.memory)
    }

    /// Goes on behind bytes that are in their place.
    fn advance(&mut self, spot: Spot, length: usize) -> core::result::Result<(), Breach> {
        match spot {
            Spot::Buffer(left) => {
                self.used = self.used.saturating_add(length);
                match length < left {
                    true => Ok(()),
                    false => self.reached(),
                }
            }
            spot => {
                if M::ANY {
                    self.advance_pages(spot, length);
                }
                Ok(())
            }
        }
    }

    /// The present part is complete.
    fn reached(&mut self) -> core::result::Result<(), Breach> {
        let part = self.buffer.get(self.chunk..self.used).unwrap_or_default();
        match self.stage {
            Stage::Signature => {
                signed(part)?;
                self.next_chunk();
            }
            Stage::Head => {
                let head = part.first_chunk().copied().unwrap_or_default();
                let (kind, length) = self.rules.admit(head)?;
                match M::ANY && kind == ChunkType::PAGES {
                    true => self.begin_pages(length),
                    false => self.stage = Stage::Data(kind, length),
                }
            }
            Stage::Data(kind, length) => {
                let behind = part.get(HEAD..).unwrap_or_default();
                let Some((data, crc)) = framed(behind, length) else {
                    return Err(Breach::truncated(length.saturating_add(FRAME), part.len()));
                };
                let covered = part.get(4..length.saturating_add(HEAD)).unwrap_or_default();
                check_crc(self.kernels.crc32(0, covered), crc)?;
                match self.rules.take(kind, data, crc, &self.kernels)? {
                    _ if M::ANY => self.sort(kind, crc)?,
                    Content::Blocks => self.list = self.chunk.saturating_add(HEAD),
                    Content::Pages(block, end) => {
                        let list = self.buffer.get(self.list..).unwrap_or_default();
                        check_within(BlockList::again(list), block, end)?;
                    }
                    _ => {}
                }
                self.next_chunk();
            }
            Stage::Pages(part, length) if M::ANY => self.reached_pages(part, length)?,
            Stage::Pages(..) => {}
        }
        Ok(())
    }

    /// Goes on behind what is kept.
    fn next_chunk(&mut self) {
        self.chunk = self.used;
        self.stage = Stage::Head;
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
        let offset = told(self.chunk.saturating_add(at)).saturating_add(self.pages.dropped);
        Fault { offset, expected, found, cause: 0 }
    }
}

/// The place that a spot is, as much of it as lies in one piece. What nobody wants goes where the buffer is free.
fn place<'p>(spot: Spot, free: &'p mut [u8], memory: &'p mut impl Memory) -> &'p mut [u8] {
    let (bytes, length) = match spot {
        Spot::Memory { block, offset, length } if !memory.bytes(block, offset).is_empty() => {
            (memory.bytes(block, offset), length)
        }
        Spot::Buffer(length) | Spot::Memory { length, .. } | Spot::Nowhere(length) => {
            (free, length)
        }
    };
    let length = length.min(bytes.len());
    bytes.get_mut(..length).unwrap_or_default()
}

/// Compares the CRC of a chunk with what was computed.
fn check_crc(due: u32, found: u32) -> core::result::Result<(), Breach> {
    match due == found {
        true => Ok(()),
        false => Err(Breach::numbers(Code::BadCrc, u64::from(due), u64::from(found))),
    }
}
