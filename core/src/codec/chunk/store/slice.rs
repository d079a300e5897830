//! A stream that lies in memory. Nothing of it is copied, and it can be visited again.

use super::{Fragment, Span, Store};
use crate::codec::chunk::chunks::{framed, signed};
use crate::codec::chunk::header::FragmentHead;
use crate::codec::chunk::memory::BlockList;
use crate::codec::chunk::rules::{check_within, Breach, Content, Limits, Rules, FRAME, HEAD, SLOT};
use crate::codec::chunk::{ChunkType, Totals, MAX_SLOTS, SIGNATURE};
use crate::error::{Code, Fault, Result};
use crate::io::{told, Kernels};

/// Where the data begins of the chunks whose shapes the slots hold; 0: nowhere. Their lengths stand in
/// the chunks.
type Slots = [usize; MAX_SLOTS];

/// The chunks of a stream in memory: a buffer, a mapped file, flash.
#[derive(Clone, Debug)]
pub struct SliceStore<'b, K> {
    bytes: &'b [u8],
    kernels: K,
    rules: Rules,
    /// The CRCs were found right before.
    checked: bool,
    /// Where the next chunk begins that was not read yet.
    frontier: usize,
    /// The data of the header.
    header: Span,
    /// The list of the blocks of memory.
    blocks: Span,
    /// What the slots hold at the frontier.
    slots: Slots,
    /// What they held where the present device begins, and where that is.
    device_slots: Slots,
    device: usize,
    /// What they held where a reader that went back is, and where that is; before anyone went back, behind
    /// all that there is.
    earlier_slots: Slots,
    earlier: usize,
    /// The type of the chunk before the frontier.
    kind: ChunkType,
    skipped: u64,
    fault: Fault,
}

impl<'b, K: Kernels> SliceStore<'b, K> {
    /// The stream that `bytes` begin with.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn new(bytes: &'b [u8], limits: Limits, kernels: K) -> Self {
        SliceStore {
            bytes,
            kernels,
            rules: Rules::new(limits),
            checked: false,
            frontier: 0,
            header: Span::default(),
            blocks: Span::default(),
            slots: [0; MAX_SLOTS],
            device_slots: [0; MAX_SLOTS],
            device: 0,
            earlier_slots: [0; MAX_SLOTS],
            earlier: 0,
            kind: ChunkType::HEADER,
            skipped: 0,
            fault: Fault::default(),
        }
    }

    /// The same for bytes that were read to their end before, and did not change since: the CRCs of the
    /// chunks are not computed again.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn checked(bytes: &'b [u8], limits: Limits, kernels: K) -> Self {
        SliceStore { checked: true, ..SliceStore::new(bytes, limits, kernels) }
    }

    /// Reads the chunk at the frontier, and gives what it is and where its data begins and ends.
    fn read(&mut self) -> Result<(Content, Span)> {
        if self.frontier == 0 {
            signed(self.bytes).map_err(|breach| self.refuse(breach))?;
            self.frontier = SIGNATURE.len();
        }
        let (content, data) = self.chunk().map_err(|breach| self.refuse(breach))?;
        match content {
            Content::Shape(slot) => keep(&mut self.slots, slot, data),
            Content::Blocks => self.blocks = data,
            _ => {}
        }
        self.frontier = data.end.saturating_add(FRAME - HEAD);
        Ok((content, data))
    }

    fn chunk(&mut self) -> core::result::Result<(Content, Span), Breach> {
        let rest = self.bytes.get(self.frontier..).unwrap_or_default();
        let Some((head, behind)) = rest.split_first_chunk::<HEAD>() else {
            return Err(Breach::truncated(FRAME, rest.len()));
        };
        let (kind, length) = self.rules.admit(*head)?;
        self.kind = kind;
        let Some((data, crc)) = framed(behind, length) else {
            return Err(Breach::truncated(length.saturating_add(FRAME), rest.len()));
        };
        if !self.checked {
            let covered = rest.get(4..length.saturating_add(HEAD)).unwrap_or_default();
            let due = self.kernels.crc32(0, covered);
            if due != crc {
                return Err(Breach::numbers(Code::BadCrc, u64::from(due), u64::from(crc)));
            }
        }
        let content = self.rules.take(kind, data, crc, &self.kernels)?;
        if let Content::Pages(block, end) = content {
            let list = self.bytes.get(self.blocks.start..self.blocks.end).unwrap_or_default();
            check_within(BlockList::again(list), block, end)?;
        }
        let start = self.frontier.saturating_add(HEAD);
        Ok((content, Span { start, end: start.saturating_add(length) }))
    }

    fn fragment(&self, head: FragmentHead, values: usize, data: Span) -> Fragment {
        let shape = shape_in(self.bytes, &self.slots, head.slot);
        Fragment::new(shape, head, values, data, data.end.saturating_add(FRAME - HEAD))
    }

    /// The fragment of a device that is the next behind `at`, all of which was read before.
    fn again(&mut self, at: usize, work: &mut u64) -> Result<Fragment> {
        if self.earlier > at {
            (self.earlier, self.earlier_slots) = (self.device, self.device_slots);
        }
        while self.earlier < at {
            self.pass(work)?;
        }
        loop {
            if let Some(fragment) = self.pass(work)? {
                return Ok(fragment);
            }
        }
    }

    /// Passes a chunk that was read before.
    fn pass(&mut self, work: &mut u64) -> Result<Option<Fragment>> {
        *work = work.checked_sub(1).ok_or(Code::TooMuchWork)?;
        let rest = self.bytes.get(self.earlier..).unwrap_or_default();
        let (head, behind) = rest.split_first_chunk::<HEAD>().ok_or(Code::Truncated)?;
        let [a, b, c, d, letters @ ..] = *head;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        let (data, _) = framed(behind, length).ok_or(Code::Truncated)?;
        let start = self.earlier.saturating_add(HEAD);
        let span = Span { start, end: start.saturating_add(length) };
        self.earlier = span.end.saturating_add(FRAME - HEAD);
        let kind = ChunkType::from_bytes(letters);
        if kind == Some(ChunkType::SHAPE) {
            let slot =
                data.first_chunk().map_or(MAX_SLOTS, |slot| u16::from_be_bytes(*slot).into());
            keep(&mut self.earlier_slots, slot, span);
        }
        if !kind.is_some_and(ChunkType::is_device) {
            return Ok(None);
        }
        let (head, _) = FragmentHead::parse(data)?;
        let values = FragmentHead::LENGTH;
        let shape = shape_in(self.bytes, &self.earlier_slots, head.slot);
        Ok(Some(Fragment::new(shape, head, values, span, self.earlier)))
    }

    #[cold]
    fn refuse(&mut self, breach: Breach) -> Code {
        let offset = told(self.frontier.saturating_add(breach.at));
        let Breach { code, expected, found, .. } = breach;
        self.fault = Fault { offset, expected, found, cause: 0 };
        code
    }
}

/// Puts a shape into its slot.
fn keep(slots: &mut Slots, slot: usize, data: Span) {
    if let Some(place) = slots.get_mut(slot) {
        *place = data.start;
    }
}

/// The shape that a slot holds.
fn shape_in(bytes: &[u8], slots: &Slots, slot: u16) -> Option<Span> {
    let data = slots.get(usize::from(slot)).copied()?;
    let head = bytes.get(data.checked_sub(HEAD)?..)?;
    let length = usize::try_from(u32::from_be_bytes(*head.first_chunk()?)).ok()?;
    Some(Span { start: data.saturating_add(SLOT), end: data.saturating_add(length) })
}

impl<K> super::sealed::Sealed for SliceStore<'_, K> {}

impl<K: Kernels> Store for SliceStore<'_, K> {
    type Kernels = K;

    #[inline]
    fn kernels(&self) -> &K {
        &self.kernels
    }

    #[inline]
    fn memory(&self) -> &[u8] {
        self.bytes
    }

    fn can_return(&self) -> bool {
        true
    }

    fn limits(&self) -> Limits {
        self.rules.limits()
    }

    fn offset(&self, position: usize) -> u64 {
        told(position)
    }

    fn frontier(&self) -> u64 {
        told(self.frontier)
    }

    fn fault(&self) -> Fault {
        self.fault
    }

    fn header(&mut self) -> Result<&[u8]> {
        if self.rules.fresh() {
            self.header = self.read()?.1;
        }
        Ok(self.bytes.get(self.header.start..self.header.end).unwrap_or_default())
    }

    fn device(
        &mut self,
        mut take: impl FnMut(ChunkType, &[u8]) -> bool,
    ) -> Result<Option<Fragment>> {
        self.header()?;
        while !self.rules.ended() {
            let start = self.frontier;
            match self.read()? {
                (Content::Fragment(head, values), data) => {
                    (self.device, self.device_slots) = (start, self.slots);
                    self.earlier = usize::MAX;
                    return Ok(Some(self.fragment(head, values, data)));
                }
                (Content::Unknown, Span { start, end }) => {
                    let data = self.bytes.get(start..end).filter(|_| self.kind.is_foreign());
                    let taken = data.is_some_and(|data| take(self.kind, data));
                    self.skipped = self.skipped.saturating_add(u64::from(!taken));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    fn following(&mut self, fragment: &Fragment, work: &mut u64) -> Result<Fragment> {
        if fragment.next < self.frontier {
            let found = self.again(fragment.next, work);
            let offset = told(fragment.next);
            return found.inspect_err(|_| self.fault = Fault { offset, ..Fault::default() });
        }
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
        match self.bytes.get(self.frontier..) {
            None | Some([]) => Ok(()),
            Some(_) => {
                self.fault = Fault { offset: told(self.frontier), ..Fault::default() };
                Err(Code::Unconsumed)
            }
        }
    }
}
