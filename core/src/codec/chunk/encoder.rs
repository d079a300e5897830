//! Values to chunks, in one pass.

mod elements;
mod foreign;
mod fragments;
mod memory;
mod scopes;
mod shapes;
mod values;

use super::settings::Settings;
use super::shape::{number, Draft, ABSENT, RUN, TEXT};
use super::write::{ChunkWriter, FRAME_HEAD};
use super::ChunkType;
use crate::error::{Code, Fault, Report, Result, MAX_DEPTH, MAX_NAME};
use crate::io::{told, Kernels, Width, Writer};
use crate::visit::{
    Described, DeviceHead, Encoder, Extent, Kind, Marks, Name, Room, Scope, ScopeKind,
};
use memory::Paging;
use scopes::{Frame, List};
use shapes::Shapes;
use values::Values;

/// How many scopes are open inside of a device, which is one itself.
const FRAMES: usize = MAX_DEPTH - 1;

/// How often a fragment is cut for one item: before the element of each list that shares its form, and
/// then once more.
const ATTEMPTS: usize = FRAMES + 2;

/// What the items of a run may need beside their values while they are written one by one: the head of a run
/// of elements, and the count of a list.
const SLACK: usize = RUN + 4;

/// Writes items as chunks. See the [module](super) for what a stream is made of.
///
/// Names hold no byte 0: one that does is [`Code::InvalidArgument`].
///
/// Every item lies in a device. There is one exception: a buffer of variable length outside of devices, marked
/// ancillary, safe to copy and opaque, is the data of a chunk whose type is its name. That must be a type that
/// is ancillary and safe to copy, and none of the library's own.
#[derive(Debug)]
pub struct ChunkEncoder<'s, W, K> {
    out: ChunkWriter<W, K>,
    shapes: Shapes<'s>,
    values: Values<'s>,
    frames: heapless::Vec<Frame, FRAMES>,
    machine: &'s str,
    writer: &'s str,
    scratch: usize,
    fragment_limit: usize,
    /// The type of the chunks of the device that is open, and the number of the fragment.
    kind: ChunkType,
    number: u32,
    /// Slot of the shape that the last device began with.
    first_slot: usize,
    in_device: bool,
    /// The next item is nothing special: it has no marks, follows no raw bytes, may stand here, and is
    /// compared with the shape.
    plain: bool,
    marks: Marks,
    oldest_reader: Option<u32>,
    /// Where the length of the raw bytes stands that may be gone on with.
    raw: Option<usize>,
    paging: Paging,
    opened: bool,
    closed: bool,
}

impl<'s, W: Writer, K: Kernels> ChunkEncoder<'s, W, K> {
    /// Writes to `writer` through scratch memory: how much is needed says
    /// [`scratch_for`](super::scratch_for).
    ///
    /// # Errors
    /// [`Code::NoSpace`] with the size needed; [`Code::NameTooLong`] and [`Code::InvalidArgument`] for
    /// settings out of their range.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn new(
        writer: W,
        kernels: K,
        settings: &Settings<'s>,
        scratch: &'s mut [u8],
    ) -> core::result::Result<Self, Report> {
        let size = scratch.len();
        let layout = settings.layout(size)?;
        let (shapes, values) = scratch
            .split_at_mut_checked(layout.shape.saturating_mul(layout.slots))
            .unwrap_or_default();
        Ok(ChunkEncoder {
            out: ChunkWriter::new(writer, kernels),
            shapes: Shapes::new(shapes, layout.slots, layout.shape),
            values: Values::new(values, layout.fragment_limit),
            frames: heapless::Vec::new(),
            machine: settings.machine,
            writer: settings.writer,
            scratch: size,
            fragment_limit: layout.fragment_limit,
            kind: ChunkType::DEVICE,
            number: 0,
            first_slot: 0,
            in_device: false,
            plain: false,
            marks: Marks::NONE,
            oldest_reader: None,
            raw: None,
            paging: Paging::new(settings.alignment),
            opened: false,
            closed: false,
        })
    }

    /// Says anew whether the next item is nothing special.
    fn settle(&mut self) {
        self.plain = self.marks == Marks::NONE
            && self.raw.is_none()
            && !self.shapes.inserting
            && self.may_have_items();
    }

    /// Raw bytes end before the next item.
    fn settle_raw(&mut self) {
        self.raw = None;
    }

    /// Whether an item may stand here.
    fn may_have_items(&self) -> bool {
        match self.frames.last() {
            None => self.in_device,
            Some(frame) => !frame.absent && !self.is_between_elements(),
        }
    }

    fn is_between_elements(&self) -> bool {
        let between = |frame: &Frame| frame.kind == ScopeKind::List && !frame.list.open;
        self.frames.last().is_some_and(between)
    }

    /// Makes room for a value of `value` bytes and passes its operation.
    fn operation(&mut self, draft: &Draft<'_>, value: usize) -> Result<()> {
        // A run may begin before the values of the open element.
        let room = value.saturating_add(RUN);
        for _ in 0..ATTEMPTS {
            if self.values.free() >= room && self.step(draft).is_ok() {
                return Ok(());
            }
            self.make_room(draft.length(), room)?;
        }
        Err(self.no_room(draft.length(), room))
    }

    /// Passes the operation of an item, and makes room for a value of `value` bytes.
    #[inline]
    fn item(&mut self, draft: Draft<'_>, value: usize) -> Result<()> {
        let room = value.saturating_add(RUN);
        match self.plain && self.values.free() >= room && self.shapes.passes_draft(&draft) {
            true => Ok(()),
            false => self.special_item(draft, value),
        }
    }

    /// The same for one that is something special, which takes the marks.
    #[cold]
    fn special_item(&mut self, draft: Draft<'_>, value: usize) -> Result<()> {
        self.settle_raw();
        if !self.may_have_items() {
            return Err(self.misplaced());
        }
        if draft.name.len() > MAX_NAME {
            return Err(self.out.raise(Code::NameTooLong, MAX_NAME, draft.name.len()));
        }
        if draft.has_nul() {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        let marks = core::mem::take(&mut self.marks);
        self.operation(&draft.marked(marks), value)?;
        self.settle();
        Ok(())
    }

    /// Takes a scalar if it is what the shape at hand has next, as it mostly is: all that is left then is
    /// to put the value in its place.
    #[inline]
    fn take_next<const N: usize>(&mut self, name: &[u8], kind: Kind, value: [u8; N]) -> bool {
        let behind = match self.plain {
            true => self.shapes.behind(number(kind), name),
            false => None,
        };
        match behind {
            Some(behind) if self.values.try_put(value) => {
                self.shapes.pass(behind);
                true
            }
            _ => false,
        }
    }

    /// Takes a scalar with a name that is known, `value` the bytes of `bits`.
    #[inline(always)]
    fn take<const N: usize>(
        &mut self,
        name: &str,
        kind: Kind,
        value: [u8; N],
        bits: u64,
    ) -> Result<()> {
        match self.take_next(name.as_bytes(), kind, value) {
            true => Ok(()),
            false => self.take_special(name.as_bytes(), kind, bits),
        }
    }

    /// Takes any other scalar.
    #[cold]
    #[inline(never)]
    fn take_special(&mut self, name: &[u8], kind: Kind, bits: u64) -> Result<()> {
        let width = kind.width().bytes();
        self.item(Draft::plain(number(kind), Marks::NONE, name), width)?;
        let value = bits.to_be_bytes();
        let unused = value.len().saturating_sub(width);
        crate::io::copy(self.values.append(width), value.get(unused..).unwrap_or_default());
        Ok(())
    }

    /// A count as it is on the wire.
    fn counted(&mut self, count: usize) -> Result<u32> {
        u32::try_from(count).map_err(|_| {
            let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
            self.out.raise(Code::TooLong, most, count)
        })
    }

    fn begin_device(&mut self, name: &[u8], instance: u32, version: u32) -> Result<()> {
        self.open_stream()?;
        if self.closed {
            return Err(self.misplaced());
        }
        let oldest_reader = self.oldest_reader.take().unwrap_or(version);
        let marks = core::mem::take(&mut self.marks);
        if oldest_reader > version || name.contains(&0) {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        let head = DeviceHead { name, instance, version, oldest_reader, marks };
        self.values.clear();
        let Some(length) = head.emit(self.values.rest()) else {
            return Err(self.no_room(name.len(), 0));
        };
        self.values.append(length);
        self.kind = ChunkType::of_device(marks);
        self.number = 0;
        self.in_device = true;
        self.shapes.restart(self.first_slot, false, 1);
        self.settle();
        Ok(())
    }

    fn end_device(&mut self) -> Result<()> {
        self.settle_raw();
        self.send(true, self.values.used())?;
        if self.number == 0 {
            self.first_slot = self.shapes.slot();
        }
        self.in_device = false;
        self.plain = false;
        Ok(())
    }

    /// Any scope but an element begins.
    #[inline(never)]
    fn begin_named(&mut self, name: &[u8], scope: &Scope<'_>) -> Result<()> {
        match scope {
            Scope::Device { instance, versions } if !self.in_device => {
                self.begin_device(name, *instance, versions.current)
            }
            scope => self.begin_scope(name, scope),
        }
    }

    #[inline(never)]
    fn end_named(&mut self, kind: ScopeKind) -> Result<()> {
        self.refuse_marks()?;
        match kind {
            ScopeKind::Device if self.frames.is_empty() => self.end_device(),
            _ => self.end_scope(),
        }
    }

    /// Marks were given where no item comes that they could belong to.
    #[inline]
    fn refuse_marks(&mut self) -> Result<()> {
        match self.marks == Marks::NONE {
            true => Ok(()),
            false => Err(self.out.raise(Code::InvalidArgument, 0, 0)),
        }
    }

    fn begin_scope(&mut self, name: &[u8], scope: &Scope<'_>) -> Result<()> {
        let count = self.counted(scope.count())?;
        let (version, instance) = match scope {
            Scope::Device { versions, instance } => (versions.current, *instance),
            _ => (0, 0),
        };
        let oldest_reader = self.oldest_reader.take().unwrap_or(version);
        if oldest_reader > version {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        if let Scope::Struct(Some(description)) = scope {
            if description.name.len() > MAX_NAME {
                return Err(self.out.raise(Code::NameTooLong, MAX_NAME, description.name.len()));
            }
        }
        self.item(Draft::scope(Marks::NONE, name, scope, count, oldest_reader), 4)?;
        match scope {
            Scope::Device { .. } => self.values.put(instance.to_be_bytes()),
            Scope::List { extent: Extent::Variable, .. } => self.values.put(count.to_be_bytes()),
            Scope::Optional { present } => self.values.put([u8::from(*present)]),
            _ => {}
        }
        self.open(scope)
    }

    fn open(&mut self, scope: &Scope<'_>) -> Result<()> {
        let (at, inserted) = (self.shapes.at(), self.shapes.inserting);
        let frame = Frame {
            kind: scope.kind(),
            here: true,
            absent: matches!(scope, Scope::Optional { present: false }),
            list: List { alternatives: at, behind: at, inserted, ..List::default() },
        };
        if self.frames.push(frame).is_err() {
            return Err(self.out.raise(Code::TooDeep, MAX_DEPTH, MAX_DEPTH));
        }
        self.settle();
        Ok(())
    }
}

impl<W: Writer, K: Kernels> Encoder for ChunkEncoder<'_, W, K> {
    /// Of the values that wait, as if they had gone out.
    fn position(&self) -> u64 {
        let waiting = if self.in_device { told(self.values.used()) } else { 0 };
        self.out.position().saturating_add(waiting)
    }

    fn fault(&self) -> Fault {
        self.out.fault()
    }

    // Inlined where the kind is known, and so no choice by it is left.
    #[inline(always)]
    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        // Measured first: behind that nothing is called when all goes well.
        let name = name.bytes();
        let taken = match kind.width() {
            Width::One => self.take_next(name, kind, (bits as u8).to_be_bytes()),
            Width::Two => self.take_next(name, kind, (bits as u16).to_be_bytes()),
            Width::Four => self.take_next(name, kind, (bits as u32).to_be_bytes()),
            Width::Eight => self.take_next(name, kind, bits.to_be_bytes()),
        };
        match taken {
            true => Ok(()),
            false => self.take_special(name, kind, bits),
        }
    }

    #[inline]
    fn scalar8(&mut self, name: &str, kind: Kind, bits: u8) -> Result<()> {
        self.take(name, kind, bits.to_be_bytes(), bits.into())
    }

    #[inline]
    fn scalar16(&mut self, name: &str, kind: Kind, bits: u16) -> Result<()> {
        self.take(name, kind, bits.to_be_bytes(), bits.into())
    }

    #[inline]
    fn scalar32(&mut self, name: &str, kind: Kind, bits: u32) -> Result<()> {
        self.take(name, kind, bits.to_be_bytes(), bits.into())
    }

    #[inline]
    fn scalar64(&mut self, name: &str, kind: Kind, bits: u64) -> Result<()> {
        self.take(name, kind, bits.to_be_bytes(), bits)
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        let count = self.counted(kind.width().elements_in(elements.len()))?;
        let draft = Draft::array(Marks::NONE, name.bytes(), kind, extent, count);
        self.elements(draft, kind, (extent == Extent::Variable).then_some(count), elements)
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        if !self.in_device {
            return self.foreign(name.bytes(), extent, data);
        }
        let length = self.counted(data.len())?;
        let draft = Draft::bytes(Marks::NONE, name.bytes(), extent, length);
        self.elements(draft, Kind::U8, (extent == Extent::Variable).then_some(length), data)
    }

    fn zeros(&mut self, name: &dyn Name, length: usize) -> Result<bool> {
        if !self.in_device {
            return Ok(false);
        }
        let counted = self.counted(length)?;
        let draft = Draft::bytes(Marks::NONE, name.bytes(), Extent::Fixed, counted);
        self.zeroed(draft, length).map(|()| true)
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        let length = self.counted(text.len())?;
        let draft = Draft::plain(TEXT, Marks::NONE, name.bytes());
        let whole = text.len().saturating_add(4);
        if whole.saturating_add(RUN) > self.values.capacity() {
            return self.long_text(draft, length, text.as_bytes());
        }
        self.item(draft, whole)?;
        self.values.put(length.to_be_bytes());
        crate::io::copy(self.values.append(text.len()), text.as_bytes());
        Ok(())
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.item(Draft::plain(ABSENT, Marks::NONE, name.bytes()), 0)
    }

    #[inline]
    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match scope {
            Scope::Element => self.begin_element(),
            scope => self.begin_named(name.bytes(), &scope),
        }
    }

    #[inline]
    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        match kind {
            ScopeKind::Element => self.end_element(),
            _ => self.end_named(kind),
        }
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        self.settle();
        Ok(())
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.oldest_reader = Some(version);
        Ok(())
    }

    fn room(&mut self) -> Option<Room<'_>> {
        if !self.plain || self.oldest_reader.is_some() {
            return None;
        }
        let (shape, place) = self.shapes.next()?;
        let (values, at) = self.values.room(SLACK)?;
        let described = Some(Described { shape, place });
        Some(Room { values, at, swap: self.out.kernels(), described })
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.refuse_marks()?;
        if self.more_raw(bytes) {
            return Ok(());
        }
        let room = self.values.capacity().saturating_sub(4).saturating_sub(RUN).max(1);
        for piece in bytes.chunks(room) {
            self.raw_item(piece)?;
        }
        Ok(())
    }

    fn carries_foreign(&self) -> bool {
        true
    }

    fn fingerprint(&self) -> u64 {
        self.out.totals().fingerprint()
    }

    /// Sends on the chunks that are whole.
    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.close_stream()?;
        self.out.flush()
    }
}
