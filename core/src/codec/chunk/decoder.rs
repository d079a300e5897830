//! Chunks to values.

mod buffer;
mod index;
mod items;
mod lists;
mod raw;
mod replay;
mod scopes;
mod seek;
mod skip;
mod step;
mod walker;
mod window;
mod wire;

pub use index::IndexEntry;
pub use window::WINDOW;

use super::header::FragmentHead;
use super::shape::END;
use super::store::{Fragment, Store};
use super::{ChunkType, Header, Totals};
use crate::error::{Code, Result};
use crate::visit::{DeviceHead, Marks, ScopeKind};
use walker::Walker;

/// What was passed over because it is ancillary and nobody asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Chunks of a type that this library does not know, but for those that a replay gave to its visitor.
    pub chunks: u64,
    /// Devices.
    pub devices: u64,
    /// Items and scopes of devices.
    pub items: u64,
}

/// Whose name a failure is about, where it is not what was asked for.
#[derive(Clone, Copy, Debug)]
enum Blamed {
    Nobody,
    /// The next device.
    Device,
    /// The item at the place.
    Item,
}

/// Reads the devices of a stream from a [`Store`]. Items lie in devices: outside of one, asking for them
/// is [`Code::Unbalanced`].
///
/// Devices are read in the order of the stream. Inside of one, items are found by name in any order; in
/// the order of the stream, that is one comparison each. Out of it, an item may lie [`WINDOW`] items behind
/// the first unread one, or, with memory for an index, anywhere in the open scope. After an error
/// nothing more is given.
#[derive(Debug)]
pub struct ChunkDecoder<'b, S> {
    walker: Walker<S>,
    /// Items are read in order: what is at the place is the first unread one, and no raw bytes are left
    /// before it.
    straight: bool,
    failed: Option<Code>,
    /// Bytes of the raw item at the place that were not taken yet.
    raw_left: usize,
    /// Bytes that were not taken yet of the buffer that is open as a struct.
    buffer_left: Option<u64>,
    /// The next device, when it was looked at but not opened.
    upcoming: Option<Fragment>,
    index: &'b mut [IndexEntry],
    index_used: usize,
    searched: u64,
    skipped: Skipped,
    blamed: Blamed,
}

impl<'b, S: Store> ChunkDecoder<'b, S> {
    /// Reads from `store`.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn new(store: S) -> Self {
        ChunkDecoder::with_index(store, &mut [])
    }

    /// Reads from `store`, with memory for devices that read items in another order than the stream's.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn with_index(store: S, index: &'b mut [IndexEntry]) -> Self {
        ChunkDecoder {
            walker: Walker::new(store),
            straight: false,
            failed: None,
            raw_left: 0,
            buffer_left: None,
            upcoming: None,
            index,
            index_used: 0,
            searched: 0,
            skipped: Skipped::default(),
            blamed: Blamed::Nobody,
        }
    }

    /// What the stream says of itself.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn header(&mut self) -> Result<Header<'_>> {
        self.alive()?;
        if let Err(code) = self.walker.store.header() {
            self.walker.fault = self.walker.store.fault();
            return Err(self.fail(code));
        }
        Header::parse(self.walker.store.header()?)
    }

    /// How many items were looked at beyond the first unread one. Reading in order this stays 0.
    #[must_use]
    pub fn searched(&self) -> u64 {
        self.searched
    }

    /// What was passed over so far.
    #[must_use]
    pub fn skipped(&self) -> Skipped {
        Skipped { chunks: self.walker.store.skipped(), ..self.skipped }
    }

    /// The chunks so far. At the end of the stream these were found to be all.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.walker.store.totals()
    }

    #[inline]
    fn alive(&self) -> Result<()> {
        match self.failed {
            None => Ok(()),
            Some(code) => Err(code),
        }
    }

    /// Makes `code` what every later call returns.
    #[cold]
    fn fail(&mut self, code: Code) -> Code {
        self.failed = Some(code);
        self.straight = false;
        code
    }

    /// The first fragment of the next device.
    fn look_ahead(&mut self) -> Result<Option<Fragment>> {
        self.go_ahead(|_, _| false)
    }

    /// The same. Chunks of unknown types before the device go to `take`: see [`Store::device`].
    fn go_ahead(&mut self, take: impl FnMut(ChunkType, &[u8]) -> bool) -> Result<Option<Fragment>> {
        if !self.walker.frames.is_empty() {
            return Err(self.walker.refuse(Code::Unbalanced, self.walker.at.values, 0, 0));
        }
        if self.upcoming.is_none() {
            self.upcoming = match self.walker.store.device(take) {
                Ok(fragment) => fragment,
                Err(code) => {
                    self.walker.fault = self.walker.store.fault();
                    return Err(code);
                }
            };
        }
        Ok(self.upcoming)
    }

    /// What a first fragment says of its device.
    fn head_of(&self, fragment: &Fragment) -> Result<DeviceHead<'_>> {
        let data = self.walker.store.memory().get(fragment.data..fragment.values_end);
        let (_, rest) = FragmentHead::parse(data.unwrap_or_default())?;
        DeviceHead::parse(rest).map(|(head, _)| head)
    }

    /// The name behind [`Blamed`]: after an error all is as it was when that was noted.
    fn blamed_name(&self) -> Result<&[u8]> {
        match (self.blamed, &self.upcoming) {
            (Blamed::Device, Some(fragment)) => self.head_of(fragment).map(|head| head.name),
            (Blamed::Item, _) => Ok(self.walker.operation()?.map_or(&[], |item| item.name)),
            _ => Ok(&[]),
        }
    }

    /// Opens the next device.
    fn open_device(&mut self) -> Result<()> {
        let Some(fragment) = self.look_ahead()? else { return Err(self.no_device()) };
        let marks = self.head_of(&fragment)?.marks;
        self.upcoming = None;
        self.walker.enter_device(fragment, marks)?;
        self.straight = true;
        Ok(())
    }

    fn pass_device(&mut self) -> Result<()> {
        self.open_device()?;
        self.leave_rest(true)?;
        self.walker.end_device()
    }

    #[cold]
    fn no_device(&mut self) -> Code {
        let offset = self.walker.store.frontier();
        self.walker.fault = crate::error::Fault { offset, ..Default::default() };
        Code::Missing
    }

    /// Passes over the next device, which nobody asked for, if it is ancillary.
    fn leave_device(&mut self) -> Result<()> {
        let Some(fragment) = self.look_ahead()? else { return Ok(()) };
        let head = self.head_of(&fragment)?;
        if head.marks.contains(Marks::ANCILLARY) {
            self.skipped.devices = self.skipped.devices.saturating_add(1);
            return self.pass_device();
        }
        self.blamed = Blamed::Device;
        Err(self.walker.refuse(Code::UnknownDevice, fragment.data, 0, 0))
    }

    /// Closes an element all of whose items were read, in order; says whether it was such a one.
    #[inline]
    fn end_read_element(&mut self) -> Result<bool> {
        let read = self.straight && self.walker.head() == Some(END);
        match read {
            true => self.walker.end_scope().map(|()| true),
            false => Ok(false),
        }
    }

    /// The innermost scope ends, which is of this kind.
    #[inline(never)]
    fn end_scope(&mut self, kind: ScopeKind) -> Result<()> {
        self.blamed = Blamed::Nobody;
        if kind == ScopeKind::List {
            self.walker.end_list()?;
            return self.back_outside();
        }
        self.leave_rest(false)?;
        if self.walker.frames.len() == 1 {
            self.straight = false;
            return self.walker.end_device();
        }
        self.walker.arrive()?;
        self.walker.end_scope()?;
        match kind {
            ScopeKind::Element => Ok(()),
            _ => self.back_outside(),
        }
    }

    /// A scope was closed: goes on in the one around it.
    fn back_outside(&mut self) -> Result<()> {
        match self.walker.frames.last() {
            Some(_) => self.settle(),
            None => Ok(()),
        }
    }
}
