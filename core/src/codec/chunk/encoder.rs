//! Values to chunks, in one pass.

mod fragments;
mod scopes;
mod shapes;
mod values;

use super::settings::Settings;
use super::shape::{number, Draft, ABSENT, RAW, RUN, TEXT};
use super::write::{pack, ChunkWriter, FRAME_HEAD};
use super::ChunkType;
use crate::error::{Code, Fault, Result, MAX_DEPTH, MAX_NAME};
use crate::io::{told, Kernels, Writer};
use crate::visit::{DeviceHead, Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};
use scopes::{Frame, List};
use shapes::Shapes;
use values::Values;

/// How often a fragment is cut for one item: before the element of each list that shares its form, and
/// then once more.
const ATTEMPTS: usize = MAX_DEPTH + 2;

/// Writes items as chunks. See the [module](super) for what a stream is made of.
///
/// Every item lies in a device.
#[derive(Debug)]
pub struct ChunkEncoder<'s, W, K> {
    out: ChunkWriter<W, K>,
    shapes: Shapes<'s>,
    values: Values<'s>,
    frames: heapless::Vec<Frame, MAX_DEPTH>,
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
    /// The next item is nothing special: it has no marks, follows no raw bytes, and may stand here.
    plain: bool,
    marks: Marks,
    oldest_reader: Option<u32>,
    /// Where the length of the raw bytes stands that may be gone on with.
    raw: Option<usize>,
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
    ) -> core::result::Result<Self, (Code, Fault)> {
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
            opened: false,
            closed: false,
        })
    }

    /// Says anew whether the next item is nothing special.
    fn settle(&mut self) {
        self.plain = self.marks == Marks::NONE && self.raw.is_none() && self.may_have_items();
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

    /// Passes the operation of an item, which takes the marks.
    fn item(&mut self, draft: Draft<'_>, value: usize) -> Result<()> {
        self.settle_raw();
        if !self.may_have_items() {
            return Err(self.misplaced());
        }
        if draft.name.len() > MAX_NAME {
            return Err(self.out.raise(Code::NameTooLong, MAX_NAME, draft.name.len()));
        }
        let marks = core::mem::take(&mut self.marks);
        self.operation(&draft.marked(marks), value)?;
        self.settle();
        Ok(())
    }

    #[cold]
    fn special_scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<()> {
        self.item(Draft::plain(number(kind), Marks::NONE, name.bytes()), kind.width().bytes())
    }

    /// Passes the operation of a scalar, and makes room for its value.
    #[inline]
    fn begin_scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<()> {
        let common = self.plain && self.values.free() >= kind.width().bytes();
        match common && self.shapes.passes(number(kind), name) {
            true => Ok(()),
            false => self.special_scalar(name, kind),
        }
    }

    /// A count as it is on the wire.
    fn counted(&mut self, count: usize) -> Result<u32> {
        u32::try_from(count).map_err(|_| {
            let most = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
            self.out.raise(Code::TooLong, most, count)
        })
    }

    /// An array or buffer: its operation, its count if that is on the wire, its elements.
    fn elements(
        &mut self,
        draft: Draft<'_>,
        kind: Kind,
        count: Option<u32>,
        elements: &[u8],
    ) -> Result<()> {
        let counted = if count.is_some() { 4usize } else { 0 };
        let whole = elements.len().saturating_add(counted);
        let fits = whole.saturating_add(RUN) <= self.values.capacity();
        if !fits {
            self.unshare()?;
        }
        self.item(draft, if fits { whole } else { counted.saturating_add(kind.width().bytes()) })?;
        if let Some(count) = count {
            self.values.put(count.to_be_bytes());
        }
        match fits {
            true => {
                pack(self.out.kernels(), kind, self.values.append(elements.len()), elements);
                Ok(())
            }
            false => self.pour(kind, elements),
        }
    }

    /// Cuts until no element before needs the shape behind the place.
    fn unshare(&mut self) -> Result<()> {
        while self.frames.iter().any(|frame| frame.list.is_shared()) {
            self.cut()?;
        }
        Ok(())
    }

    /// Elements that do not fit one fragment.
    fn pour(&mut self, kind: Kind, elements: &[u8]) -> Result<()> {
        self.unshare()?;
        let width = kind.width();
        let whole = |room: usize| width.elements_in(room).saturating_mul(width.bytes());
        let mut rest = elements;
        while !rest.is_empty() {
            let direct = self.fragment_limit.saturating_sub(self.data_used());
            let room = self.values.free();
            if direct > room && rest.len() > room {
                let (piece, behind) =
                    rest.split_at_checked(whole(direct).min(rest.len())).unwrap_or((rest, &[]));
                self.send_with(kind, piece)?;
                rest = behind;
                continue;
            }
            let length = whole(room).min(rest.len());
            if length == 0 {
                self.make_room(0, width.bytes())?;
                continue;
            }
            let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            pack(self.out.kernels(), kind, self.values.append(length), piece);
            rest = behind;
        }
        Ok(())
    }

    /// How much data the fragment has so far.
    fn data_used(&self) -> usize {
        self.values.used().saturating_sub(FRAME_HEAD)
    }

    /// A string that does not fit the scratch memory: it goes out from where it is, whole.
    fn long_text(&mut self, draft: Draft<'_>, length: u32, text: &[u8]) -> Result<()> {
        self.unshare()?;
        let whole = text.len().saturating_add(4).saturating_add(RUN);
        if self.data_used().saturating_add(whole) > self.fragment_limit {
            self.cut()?;
        }
        self.item(draft, 4)?;
        self.values.put(length.to_be_bytes());
        if self.data_used().saturating_add(text.len()) > self.fragment_limit {
            return Err(self.out.raise(Code::TooLong, self.fragment_limit, text.len()));
        }
        self.send_with(Kind::U8, text)
    }

    /// Raw bytes as an item of their own.
    fn raw_item(&mut self, bytes: &[u8]) -> Result<()> {
        let length = self.counted(bytes.len())?;
        self.item(Draft::bare(RAW), bytes.len().saturating_add(4))?;
        let at = self.values.used();
        self.values.put(length.to_be_bytes());
        crate::io::copy(self.values.append(bytes.len()), bytes);
        self.raw = Some(at);
        self.plain = false;
        Ok(())
    }

    /// Goes on with the raw bytes before, if there is room.
    fn more_raw(&mut self, bytes: &[u8]) -> bool {
        let Some(at) = self.raw.filter(|_| self.values.free() >= bytes.len()) else { return false };
        let held = self.values.used().saturating_sub(at).saturating_sub(4);
        let Ok(length) = u32::try_from(held.saturating_add(bytes.len())) else { return false };
        self.values.patch(at, length.to_be_bytes());
        crate::io::copy(self.values.append(bytes.len()), bytes);
        true
    }

    fn begin_device(&mut self, name: &[u8], instance: u32, version: u32) -> Result<()> {
        self.open_stream()?;
        if self.closed {
            return Err(self.misplaced());
        }
        let oldest_reader = self.oldest_reader.take().unwrap_or(version);
        let marks = core::mem::take(&mut self.marks);
        if oldest_reader > version {
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
        self.shapes.restart(self.first_slot, false);
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

    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        use crate::io::Width;
        match kind.width() {
            Width::One => self.scalar8(name, kind, bits as u8),
            Width::Two => self.scalar16(name, kind, bits as u16),
            Width::Four => self.scalar32(name, kind, bits as u32),
            Width::Eight => {
                self.begin_scalar(name, kind)?;
                self.values.put(bits.to_be_bytes());
                Ok(())
            }
        }
    }

    #[inline]
    fn scalar8(&mut self, name: &dyn Name, kind: Kind, bits: u8) -> Result<()> {
        self.begin_scalar(name, kind)?;
        self.values.put([bits]);
        Ok(())
    }

    #[inline]
    fn scalar16(&mut self, name: &dyn Name, kind: Kind, bits: u16) -> Result<()> {
        self.begin_scalar(name, kind)?;
        self.values.put(bits.to_be_bytes());
        Ok(())
    }

    #[inline]
    fn scalar32(&mut self, name: &dyn Name, kind: Kind, bits: u32) -> Result<()> {
        self.begin_scalar(name, kind)?;
        self.values.put(bits.to_be_bytes());
        Ok(())
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
        let length = self.counted(data.len())?;
        let draft = Draft::bytes(Marks::NONE, name.bytes(), extent, length);
        self.elements(draft, Kind::U8, (extent == Extent::Variable).then_some(length), data)
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

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match scope {
            Scope::Element if self.marks == Marks::NONE => self.begin_element(),
            // An element has no marks of its own.
            Scope::Element => Err(self.out.raise(Code::InvalidArgument, 0, 0)),
            Scope::Device { instance, versions } if !self.in_device => {
                self.begin_device(name.bytes(), instance, versions.current)
            }
            scope => self.begin_scope(name.bytes(), &scope),
        }
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        if self.marks != Marks::NONE {
            // There is no item that they could belong to.
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        match kind {
            ScopeKind::Element => self.end_element(),
            ScopeKind::Device if self.frames.is_empty() => self.end_device(),
            _ => self.end_scope(),
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

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        if self.marks != Marks::NONE {
            return Err(self.out.raise(Code::InvalidArgument, 0, 0));
        }
        if self.more_raw(bytes) {
            return Ok(());
        }
        let room = self.values.capacity().saturating_sub(4).saturating_sub(RUN).max(1);
        for piece in bytes.chunks(room) {
            self.raw_item(piece)?;
        }
        Ok(())
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
