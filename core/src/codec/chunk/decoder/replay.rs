//! Gives all that devices hold to a visitor that saves: from a stream to any wire or tree, without the code
//! of the devices.

use super::skip::bytes_of;
use super::step::{Begin, Leaf, Step};
use super::walker::Entered;
use super::ChunkDecoder;
use crate::codec::chunk::shape::What;
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result, MAX_NAME};
use crate::io::{told, Width};
use crate::visit::{Description, Extent, Kind, Marks, Scalar, Scope, ScopeKind, Versions, Visitor};

/// A copy of a name, for what may go on in another fragment.
type Kept = heapless::Vec<u8, MAX_NAME>;

impl<S: Store> ChunkDecoder<'_, S> {
    /// Gives the next device to `visitor`, which saves: its scope, its items and their marks, as they stand
    /// in the stream. Says whether there was one. Everything is checked on the way.
    ///
    /// Chunks of unknown types that are ancillary and safe to copy are given as well, before the device that
    /// they stand before, or at the end of the stream: each as a buffer of variable length outside of devices,
    /// with the type for its name, and marked ancillary, safe to copy and opaque.
    /// [`skipped`](ChunkDecoder::skipped) counts those that are not given: other unknown chunks, what the wire of
    /// the visitor does not [carry](crate::visit::Encoder::carries_foreign), what a
    /// [`StreamStore`](crate::codec::chunk::StreamStore) has no room for, and what stood before a device that was
    /// looked at with [`next_device`](crate::visit::Decoder::next_device). A device of the library's own is checked and
    /// counted there too, and not given, where the wire of the visitor cannot carry it.
    ///
    /// `scratch` is for arrays and buffers: those whose elements must be swapped for this machine, and those
    /// that are cut by the end of a fragment, must fit into it whole.
    ///
    /// # Errors
    /// Those of the stream, whose place is in [`fault`](crate::visit::Decoder::fault), and whose path the
    /// visitor reports; those of the visitor; [`Code::NoSpace`] with the size of scratch that is needed.
    pub fn replay_device(&mut self, visitor: &mut Visitor<'_>, scratch: &mut [u8]) -> Result<bool> {
        self.alive()?;
        match self.replay_next(visitor, scratch) {
            Ok(done) => Ok(done),
            Err(code) => {
                visitor.fail_as(code, 0, &"");
                Err(self.fail(code))
            }
        }
    }

    /// [`replay_device`](ChunkDecoder::replay_device) for all devices up to the end of the stream; says how
    /// many there were.
    ///
    /// # Errors
    /// As [`replay_device`](ChunkDecoder::replay_device).
    pub fn replay_all(&mut self, visitor: &mut Visitor<'_>, scratch: &mut [u8]) -> Result<u64> {
        let mut devices = 0u64;
        while self.replay_device(visitor, scratch)? {
            devices = devices.saturating_add(1);
        }
        Ok(devices)
    }

    fn replay_next(&mut self, v: &mut Visitor<'_>, scratch: &mut [u8]) -> Result<bool> {
        let found = self.go_ahead(|kind, data| {
            // An error stays in the visit.
            v.save_foreign(&kind.bytes().as_slice(), data).unwrap_or(false)
        });
        v.check()?;
        let Some(fragment) = found? else { return Ok(false) };
        let head = self.head_of(&fragment)?;
        if !v.carries_device(head.name) {
            self.skipped.devices = self.skipped.devices.saturating_add(1);
            return self.pass_device().map(|()| true);
        }
        mark(v, head.marks)?;
        v.set_oldest_reader(head.oldest_reader)?;
        let versions = Versions::only(head.version);
        v.begin(&head.name, Scope::Device { instance: head.instance, versions })?;
        self.open_device()?;
        while !self.walker.frames.is_empty() {
            self.replay_step(v, scratch)?;
        }
        Ok(true)
    }

    fn replay_step(&mut self, v: &mut Visitor<'_>, scratch: &mut [u8]) -> Result<()> {
        self.walker.count()?;
        match self.walker.frames.last().map(|top| (top.kind, top.elements)) {
            Some((ScopeKind::List, elements)) if !elements.inside => {
                return self.replay_list(v, elements.left);
            }
            _ => {}
        }
        self.walker.arrive()?;
        let start = self.walker.at.shape;
        let Some(operation) = self.walker.operation()? else {
            self.walker.end_device()?;
            return v.end(ScopeKind::Device);
        };
        let (marks, length) = (operation.marks, operation.length);
        match Step::of(&operation.what) {
            Step::Leaf(leaf) => {
                mark(v, marks)?;
                self.walker.pass(length);
                self.replay_leaf(start, leaf, v, scratch)
            }
            Step::Begin(begin) => {
                mark(v, marks)?;
                let mut name = Kept::new();
                // A name is no longer than the room for it.
                let _ = name.extend_from_slice(operation.name);
                self.walker.pass(length);
                let entered = self.walker.enter(begin, marks)?;
                self.replay_begin(start, &name, begin, entered, v)
            }
            Step::Element => Err(self.walker.misfit()),
            Step::End => self.replay_end(v),
        }
    }

    fn replay_list(&mut self, v: &mut Visitor<'_>, left: u32) -> Result<()> {
        if left > 0 {
            self.walker.begin_element()?;
            return v.begin_element();
        }
        self.walker.end_list()?;
        v.end(ScopeKind::List)
    }

    fn replay_end(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        let kind = self.walker.frames.last().map(|top| top.kind);
        self.walker.end_scope()?;
        match kind {
            Some(ScopeKind::List) | None => v.end_element(),
            Some(kind) => v.end(kind),
        }
    }

    /// Begins a scope that was just entered, whose operation is at `start`.
    fn replay_begin(
        &mut self,
        start: usize,
        name: &[u8],
        begin: Begin,
        entered: Entered,
        v: &mut Visitor<'_>,
    ) -> Result<()> {
        let Entered { count, mut present, instance } = entered;
        if begin == Begin::Optional {
            return v.begin_optional(&name, &mut present);
        }
        if let Begin::List(fixed) = begin {
            let extent = extent(fixed);
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            return v.begin(&name, Scope::List { extent, count });
        }
        let scope = match self.walker.operation_at(start)?.map(|operation| operation.what) {
            Some(What::Described { name, version }) => {
                Scope::Struct(Some(Description { name, versions: Versions::only(version) }))
            }
            Some(What::Subsection { version }) => Scope::Subsection { version },
            Some(What::Device { version, oldest_reader }) => {
                v.set_oldest_reader(oldest_reader)?;
                Scope::Device { instance, versions: Versions::only(version) }
            }
            _ => Scope::Struct(None),
        };
        v.begin(&name, scope)
    }

    fn replay_leaf(
        &mut self,
        start: usize,
        leaf: Leaf,
        v: &mut Visitor<'_>,
        scratch: &mut [u8],
    ) -> Result<()> {
        match leaf {
            Leaf::Scalar(kind) => {
                let bits = self.walker.take_bits(kind)?;
                save_scalar(v, self.name_at(start)?, kind, bits)
            }
            Leaf::Array(kind, fixed) => self.replay_array(start, kind, fixed, v, scratch),
            Leaf::Bytes(fixed) => self.replay_bytes(start, fixed, v, scratch),
            Leaf::Text => {
                let (first, end) = self.walker.take_text()?;
                let text = core::str::from_utf8(self.taken(first, end));
                v.save_text(&self.name_at(start)?, text.unwrap_or_default())
            }
            Leaf::Absent => v.null(&self.name_at(start)?),
            Leaf::Raw => {
                let length = self.walker.take_count()?;
                let first = self.walker.take_whole(length)?;
                v.put_raw(self.taken(first, self.walker.at.values))
            }
        }
    }

    fn name_at(&self, start: usize) -> Result<&[u8]> {
        Ok(self.walker.operation_at(start)?.map_or(&[], |operation| operation.name))
    }

    fn taken(&self, start: usize, end: usize) -> &[u8] {
        self.walker.store.memory().get(start..end).unwrap_or_default()
    }

    fn replay_array(
        &mut self,
        start: usize,
        kind: Kind,
        fixed: Option<u32>,
        v: &mut Visitor<'_>,
        scratch: &mut [u8],
    ) -> Result<()> {
        let count = self.walker.count_of(fixed)?;
        let as_it_is = kind.width() == Width::One || cfg!(target_endian = "big");
        if let Some((first, end)) = self.take_at_once(bytes_of(kind, count), as_it_is) {
            if kind == Kind::Bool {
                self.walker.check_flags(first, end)?;
            }
            let elements = self.taken(first, end);
            return v.save_array(&self.name_at(start)?, kind, extent(fixed), elements);
        }
        let (name, elements) = self.gather(start, kind, count, scratch)?;
        v.save_array(&name.as_slice(), kind, extent(fixed), elements)
    }

    fn replay_bytes(
        &mut self,
        start: usize,
        fixed: Option<u32>,
        v: &mut Visitor<'_>,
        scratch: &mut [u8],
    ) -> Result<()> {
        let count = self.walker.count_of(fixed)?;
        if let Some((first, end)) = self.take_at_once(u64::from(count), true) {
            return v.save_bytes(&self.name_at(start)?, extent(fixed), self.taken(first, end));
        }
        let (name, data) = self.gather(start, Kind::U8, count, scratch)?;
        v.save_bytes(&name.as_slice(), extent(fixed), data)
    }

    /// Takes the next `length` bytes where they are, if they are all in this fragment and as the visitor
    /// wants them.
    fn take_at_once(&mut self, length: u64, as_it_is: bool) -> Option<(usize, usize)> {
        if !as_it_is && length > 0 || length > told(self.walker.values().len()) {
            return None;
        }
        let first = self.walker.at.values;
        self.walker.at.values = first.saturating_add(usize::try_from(length).ok()?);
        Some((first, self.walker.at.values))
    }

    /// Takes elements into scratch memory, in the machine's byte order, with a copy of their name.
    fn gather<'s>(
        &mut self,
        start: usize,
        kind: Kind,
        count: u32,
        scratch: &'s mut [u8],
    ) -> Result<(Kept, &'s [u8])> {
        let (needed, room) = (bytes_of(kind, count), told(scratch.len()));
        // Nobody shall look for memory for elements that are not there.
        if self.walker.at.fragment.last && needed > told(self.walker.values().len()) {
            return Err(self.walker.misfit());
        }
        let out = usize::try_from(needed).ok().and_then(|length| scratch.get_mut(..length));
        let Some(out) = out else {
            return Err(self.walker.refuse(Code::NoSpace, self.walker.at.values, needed, room));
        };
        let mut name = Kept::new();
        // A name is no longer than the room for it.
        let _ = name.extend_from_slice(self.name_at(start)?);
        self.elements(kind, out)?;
        Ok((name, out))
    }
}

fn mark(v: &mut Visitor<'_>, marks: Marks) -> Result<()> {
    match marks {
        Marks::NONE => Ok(()),
        marks => v.mark(marks),
    }
}

fn extent(fixed: Option<u32>) -> Extent {
    match fixed {
        Some(_) => Extent::Fixed,
        None => Extent::Variable,
    }
}

fn save_scalar(v: &mut Visitor<'_>, name: &[u8], kind: Kind, bits: u64) -> Result<()> {
    match kind {
        Kind::Bool => v.scalar(&name, &mut bool::from_wire_bits(bits)),
        Kind::U8 => v.scalar(&name, &mut u8::from_wire_bits(bits)),
        Kind::U16 => v.scalar(&name, &mut u16::from_wire_bits(bits)),
        Kind::U32 => v.scalar(&name, &mut u32::from_wire_bits(bits)),
        Kind::U64 => v.scalar(&name, &mut u64::from_wire_bits(bits)),
        Kind::I8 => v.scalar(&name, &mut i8::from_wire_bits(bits)),
        Kind::I16 => v.scalar(&name, &mut i16::from_wire_bits(bits)),
        Kind::I32 => v.scalar(&name, &mut i32::from_wire_bits(bits)),
        Kind::I64 => v.scalar(&name, &mut i64::from_wire_bits(bits)),
        Kind::F32 => v.scalar(&name, &mut f32::from_wire_bits(bits)),
        Kind::F64 => v.scalar(&name, &mut f64::from_wire_bits(bits)),
    }
}
