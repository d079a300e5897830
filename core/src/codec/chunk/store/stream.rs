//! A stream that comes from a reader. Kept are the shapes that its slots hold, and one fragment.

mod memory;

use super::{Fragment, Span, Store};
use crate::codec::chunk::chunks::signed;
use crate::codec::chunk::header::{FragmentHead, HEADER_ROOM};
use crate::codec::chunk::rules::{Breach, Content, Limits, Rules, FRAME, HEAD, SLOT};
use crate::codec::chunk::{ChunkType, Totals, MAX_SLOTS, SIGNATURE};
use crate::error::{Code, Fault, Result};
use crate::io::{told, Kernels, Reader};

/// Room for a header, and for one byte of what may not follow it.
const HEADER: usize = HEADER_ROOM + 1;

/// Room for the data of an end chunk, and for one byte of what may not follow it.
const TOTALS: usize = 9;

/// Bytes that are read at once of what is not kept.
const PIECE: usize = 256;

/// The chunks of a stream that is read once, from its beginning to its end.
///
/// The memory that a caller gives must have room for what the header of the stream tells: its slots, each
/// of the shape limit, and a fragment. Items can be read out of order within one fragment only: beyond
/// it the error is [`Code::NeedsIndex`], with room for 0. A replay gives an unknown chunk only if its data fit
/// the memory behind the slots; a list of blocks of memory, of at most 67590 bytes, must. Pages are passed over without
/// a look at whether they lie within their block.
#[derive(Debug)]
pub struct StreamStore<'b, R, K> {
    intake: Intake<R, K>,
    memory: &'b mut [u8],
    rules: Rules,
    header: [u8; HEADER],
    header_length: usize,
    slots: [Span; MAX_SLOTS],
    /// Where in the stream the shapes of the slots begin.
    shapes: [u64; MAX_SLOTS],
    /// Where in the memory fragments are kept, and where in the stream the data of the present one is.
    fragments: usize,
    fragment: u64,
    /// The type of the chunk that was read last.
    kind: ChunkType,
    skipped: u64,
    fault: Fault,
}

impl<'b, R: Reader, K: Kernels> StreamStore<'b, R, K> {
    /// The stream that comes next from `reader`.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn new(reader: R, memory: &'b mut [u8], limits: Limits, kernels: K) -> Self {
        StreamStore {
            intake: Intake { reader, kernels, read: 0, chunk: 0 },
            memory,
            rules: Rules::new(limits),
            header: [0; HEADER],
            header_length: 0,
            slots: [Span::default(); MAX_SLOTS],
            shapes: [0; MAX_SLOTS],
            fragments: 0,
            fragment: 0,
            kind: ChunkType::HEADER,
            skipped: 0,
            fault: Fault::default(),
        }
    }

    fn fragment(&self, head: FragmentHead, values: usize, data: Span) -> Fragment {
        let shape = self.slots.get(usize::from(head.slot)).copied();
        Fragment::new(shape, head, values, data, 0)
    }

    /// Reads the next chunk, and gives what it is and where its data is kept.
    fn read(&mut self) -> Result<(Content, Span)> {
        self.chunk().map_err(|stop| self.stopped(stop))
    }

    fn chunk(&mut self) -> Taken {
        if self.intake.read == 0 {
            let mut signature = [0; SIGNATURE.len()];
            let got = self.intake.some(&mut signature)?;
            signed(signature.get(..got).unwrap_or_default())?;
        }
        self.intake.chunk = self.intake.read;
        let mut head = [0; HEAD];
        let got = self.intake.some(&mut head)?;
        if got < HEAD {
            return Err(Breach::truncated(FRAME, got).into());
        }
        let (kind, length) = self.rules.admit(head)?;
        self.kind = kind;
        let [_, _, _, _, letters @ ..] = head;
        let crc = self.intake.kernels.crc32(0, &letters);
        match kind {
            ChunkType::HEADER => self.take_header(length, crc),
            ChunkType::SHAPE => self.take_shape(length, crc),
            ChunkType::BLOCKS => self.take_blocks(length, crc),
            ChunkType::PAGES => self.take_pages(length, crc),
            ChunkType::END => self.take_end(length, crc),
            _ => self.take_fragment(kind, length, crc),
        }
    }

    fn take_header(&mut self, length: usize, crc: u32) -> Taken {
        let kept = length.min(HEADER);
        let data = self.header.get_mut(..kept).unwrap_or_default();
        let crc = self.intake.body(0, length, crc, data)?;
        let content = self.rules.take(ChunkType::HEADER, data, crc, &self.intake.kernels)?;
        self.header_length = kept;
        let slots = u64::from(self.rules.slots).saturating_mul(u64::from(self.rules.shape_limit));
        let needed = slots.saturating_add(u64::from(self.rules.fragment_limit));
        match usize::try_from(slots) {
            Ok(fragments) if needed <= told(self.memory.len()) => self.fragments = fragments,
            _ => return Err(Breach::numbers(Code::NoSpace, needed, told(self.memory.len())).into()),
        }
        Ok((content, Span::default()))
    }

    /// Takes a shape straight into the place of its slot.
    fn take_shape(&mut self, length: usize, crc: u32) -> Taken {
        let mut number = [0; SLOT];
        let number = number.get_mut(..length.min(SLOT)).unwrap_or_default();
        self.intake.exactly(0, length, number)?;
        let crc = self.intake.kernels.crc32(crc, number);
        let slot = number.first_chunk().map_or(MAX_SLOTS, |slot| u16::from_be_bytes(*slot).into());
        let start = self.place_of(slot);
        let end = start.saturating_add(length);
        // There is no room for a slot that there is not, which is refused once the CRC was found right.
        let data = self.memory.get_mut(start..end).unwrap_or_default();
        let copied = crate::io::copy(data, number);
        let rest = data.get_mut(copied..).unwrap_or_default();
        let crc = self.intake.body(number.len(), length, crc, rest)?;
        let data: &[u8] = if data.is_empty() { number } else { data };
        let content = self.rules.take(ChunkType::SHAPE, data, crc, &self.intake.kernels)?;
        if let (Some(span), Some(offset)) = (self.slots.get_mut(slot), self.shapes.get_mut(slot)) {
            *span = Span { start: start.saturating_add(SLOT), end };
            *offset = self.intake.data().saturating_add(told(SLOT));
        }
        Ok((content, Span { start, end }))
    }

    /// Where in the memory the shape of a slot is kept; behind its end for a slot that there is not.
    fn place_of(&self, slot: usize) -> usize {
        let stride = usize::try_from(self.rules.shape_limit).unwrap_or(usize::MAX);
        match slot < usize::from(self.rules.slots) {
            true => slot.saturating_mul(stride),
            false => usize::MAX,
        }
    }

    /// Takes a fragment, or an unknown chunk, which is not kept if there is no room for all of it.
    fn take_fragment(&mut self, kind: ChunkType, length: usize, crc: u32) -> Taken {
        let (start, end) = (self.fragments, self.fragments.saturating_add(length));
        let data = self.memory.get_mut(start..end).unwrap_or_default();
        let crc = self.intake.body(0, length, crc, data)?;
        let content = self.rules.take(kind, data, crc, &self.intake.kernels)?;
        self.fragment = self.intake.data();
        Ok((content, Span { start, end }))
    }

    fn take_end(&mut self, length: usize, crc: u32) -> Taken {
        let mut data = [0; TOTALS];
        let data = data.get_mut(..length.min(TOTALS)).unwrap_or_default();
        let crc = self.intake.body(0, length, crc, data)?;
        let content = self.rules.take(ChunkType::END, data, crc, &self.intake.kernels)?;
        Ok((content, Span::default()))
    }

    #[cold]
    fn stopped(&mut self, stop: Stop) -> Code {
        match stop {
            Stop::Breach(Breach { code, at, expected, found }) => {
                let offset = self.intake.chunk.saturating_add(told(at));
                self.fault = Fault { offset, expected, found, cause: 0 };
                code
            }
            Stop::Reader(code) => {
                self.fault = self.intake.reader.fault();
                code
            }
        }
    }
}

/// Bytes from a reader, counted.
#[derive(Debug)]
struct Intake<R, K> {
    reader: R,
    kernels: K,
    /// How many bytes were read.
    read: u64,
    /// Where the present chunk begins.
    chunk: u64,
}

impl<R: Reader, K: Kernels> Intake<R, K> {
    /// Where the data of the present chunk begins.
    fn data(&self) -> u64 {
        self.chunk.saturating_add(told(HEAD))
    }

    /// Fills `out` as far as the stream goes and says how far.
    fn some(&mut self, out: &mut [u8]) -> core::result::Result<usize, Stop> {
        let got = self.reader.take_some(out).map_err(Stop::Reader)?;
        self.read = self.read.saturating_add(told(got));
        Ok(got)
    }

    /// Fills `out` from the data of a chunk, which is `length` long in all and of which `before` were read.
    fn exactly(
        &mut self,
        before: usize,
        length: usize,
        out: &mut [u8],
    ) -> core::result::Result<(), Stop> {
        let got = self.some(out)?;
        if got == out.len() {
            return Ok(());
        }
        let found = before.saturating_add(got).saturating_add(HEAD);
        Err(Breach::truncated(length.saturating_add(FRAME), found).into())
    }

    /// Reads the data of a chunk from `before` on, as far as there is room into `keep`, and then the CRC,
    /// which is given when it is right.
    fn body(
        &mut self,
        before: usize,
        length: usize,
        crc: u32,
        keep: &mut [u8],
    ) -> core::result::Result<u32, Stop> {
        self.exactly(before, length, keep)?;
        let mut crc = self.kernels.crc32(crc, keep);
        let mut read = before.saturating_add(keep.len());
        while read < length {
            let mut piece = [0; PIECE];
            let wanted = length.saturating_sub(read).min(PIECE);
            let piece = piece.get_mut(..wanted).unwrap_or_default();
            self.exactly(read, length, piece)?;
            crc = self.kernels.crc32(crc, piece);
            read = read.saturating_add(piece.len());
        }
        let mut found = [0; FRAME - HEAD];
        self.exactly(length, length, &mut found)?;
        let found = u32::from_be_bytes(found);
        match found == crc {
            true => Ok(found),
            false => Err(Breach::numbers(Code::BadCrc, u64::from(crc), u64::from(found)).into()),
        }
    }
}

/// A chunk that was taken: what it is, and where its data is kept.
type Taken = core::result::Result<(Content, Span), Stop>;

/// Why a chunk was not taken.
enum Stop {
    Breach(Breach),
    /// The reader failed and knows where.
    Reader(Code),
}

impl From<Breach> for Stop {
    fn from(breach: Breach) -> Self {
        Stop::Breach(breach)
    }
}

impl<R, K> super::sealed::Sealed for StreamStore<'_, R, K> {}

impl<R: Reader, K: Kernels> Store for StreamStore<'_, R, K> {
    type Kernels = K;

    #[inline]
    fn kernels(&self) -> &K {
        &self.intake.kernels
    }

    #[inline]
    fn memory(&self) -> &[u8] {
        self.memory
    }

    fn can_return(&self) -> bool {
        false
    }

    fn limits(&self) -> Limits {
        self.rules.limits()
    }

    fn offset(&self, position: usize) -> u64 {
        if let Some(within) = position.checked_sub(self.fragments) {
            return self.fragment.saturating_add(told(within));
        }
        let in_shape = |span: &Span| (span.start..=span.end).contains(&position);
        let held = self.slots.iter().zip(self.shapes).find(|(span, _)| in_shape(span));
        held.map_or(self.fragment, |(span, offset)| {
            offset.saturating_add(told(position.saturating_sub(span.start)))
        })
    }

    fn frontier(&self) -> u64 {
        self.intake.read
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn header(&mut self) -> Result<&[u8]> {
        if self.rules.fresh() {
            self.read()?;
        }
        Ok(self.header.get(..self.header_length).unwrap_or_default())
    }

    fn device(
        &mut self,
        mut take: impl FnMut(ChunkType, &[u8]) -> bool,
    ) -> Result<Option<Fragment>> {
        self.header()?;
        while !self.rules.ended() {
            match self.read()? {
                (Content::Fragment(head, values), data) => {
                    return Ok(Some(self.fragment(head, values, data)));
                }
                (Content::Unknown, Span { start, end }) => {
                    let data = self.memory.get(start..end).filter(|_| self.kind.is_foreign());
                    let taken = data.is_some_and(|data| take(self.kind, data));
                    self.skipped = self.skipped.saturating_add(u64::from(!taken));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn following(&mut self, _fragment: &Fragment, _work: &mut u64) -> Result<Fragment> {
        loop {
            if let (Content::Fragment(head, values), data) = self.read()? {
                return Ok(self.fragment(head, values, data));
            }
        }
    }

    fn totals(&self) -> Totals {
        self.rules.totals
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }

    fn expect_end(&mut self) -> Result<()> {
        let offset = self.intake.read;
        match self.intake.some(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => {
                self.fault = Fault { offset, ..Fault::default() };
                Err(Code::Unconsumed)
            }
            Err(stop) => Err(self.stopped(stop)),
        }
    }
}
