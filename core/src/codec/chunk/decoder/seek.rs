//! Finds the items that a device asks for: in order by one comparison, and otherwise in a window behind
//! the first unread one, or by an index in memory that the caller gives (`docs/format.md`, section 8).

use super::index::{hash_of, Found, IndexEntry};
use super::walker::{Place, Walker};
use super::window::{Back, Behind, Gone};
use super::{Blamed, ChunkDecoder};
use crate::codec::chunk::shape::{Operation, What, ABSENT, ARRAY, END, RAW, STRUCT, VARLIST};
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::visit::{Marks, Name, ScopeKind};

/// The bytes of the length of raw bytes.
const COUNT: usize = 4;

/// Which items of a scope were read, where that is not simply all those before the place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seek {
    /// Bit *k*: the item *k* + 1 behind the first unread one was read.
    pub(super) ahead: u64,
    /// An item out of order is being read.
    pub(super) back: Option<Back>,
    /// Items that were left for good, though the scope goes on.
    pub(super) gone: Gone,
    pub(super) index: Option<Found>,
    /// There was no room for an index of this scope.
    pub(super) unindexed: bool,
}

impl Seek {
    /// Whether all items before the place were read, and none behind it.
    pub(super) fn is_straight(&self) -> bool {
        self.ahead == 0 && self.back.is_none() && self.index.is_none() && self.gone.is_empty()
    }
}

/// What is looked for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'w> {
    /// An item of this name: no subsection, no device, no raw bytes.
    Item(&'w dyn Name),
    /// A device of this name and instance.
    Device(&'w [u8], u32),
    /// Any subsection.
    Subsection,
}

impl Wanted<'_> {
    /// Whether this is the operation here.
    fn is(&self, operation: &Operation<'_>, values: &[u8]) -> bool {
        match (self, operation.what) {
            (_, What::Raw | What::End | What::Element) => false,
            (Wanted::Subsection, What::Subsection { .. }) => true,
            (Wanted::Device(name, instance), What::Device { .. }) => {
                let found = values.first_chunk().map(|found| u32::from_be_bytes(*found));
                operation.name == *name && found == Some(*instance)
            }
            (Wanted::Item(_), What::Subsection { .. } | What::Device { .. }) => false,
            (Wanted::Item(name), _) => name.is(operation.name),
            _ => false,
        }
    }
}

impl<S: Store> Walker<S> {
    /// Whether the item here is the one; `None` at the end of the scope.
    #[inline]
    pub(super) fn is(&self, wanted: &Wanted<'_>) -> Result<Option<bool>> {
        Ok(match self.operation()? {
            None | Some(Operation { what: What::End, .. }) => None,
            Some(operation) => Some(wanted.is(&operation, self.values())),
        })
    }

    /// Whether the operation here is of this name, and so short that this is seen at a glance: without
    /// marks or a note. Scalars are not looked for in this way.
    #[inline]
    fn is_plainly(&self, wanted: &Wanted<'_>) -> bool {
        match (wanted, self.shape()) {
            (Wanted::Item(name), [ARRAY..=ABSENT | STRUCT..=VARLIST, length, rest @ ..]) => {
                rest.get(..usize::from(*length)).is_some_and(|found| name.is(found))
            }
            _ => false,
        }
    }

    /// Whether raw bytes are here.
    pub(super) fn is_raw(&self) -> bool {
        self.head() == Some(RAW)
    }

    /// Whether a raw item is here that has no bytes: it is nothing.
    fn is_empty_raw(&self) -> bool {
        self.is_raw() && self.values().first_chunk() == Some(&[0; COUNT])
    }
}

/// Where an item is that is wanted.
pub(super) enum Hit {
    Nowhere,
    /// Here.
    First,
    /// Behind the first unread one.
    Behind(Place, Behind),
    /// In the index.
    Entry(usize),
}

impl<S: Store> ChunkDecoder<'_, S> {
    /// Goes to the first unread item that is wanted, and says whether there is one; where not, the place
    /// stays. What is then done with the item ends with [`settle`](ChunkDecoder::settle).
    pub(super) fn seek(&mut self, wanted: &Wanted<'_>) -> Result<bool> {
        self.ready()?;
        self.walker.arrive()?;
        // Read in order, the next item is the one.
        if self.straight
            && (self.walker.is_plainly(wanted) || self.walker.is(wanted)? == Some(true))
        {
            return Ok(true);
        }
        let here = self.walker.at.values;
        if self.walker.is_raw() && self.open_raw()? {
            return Err(self.walker.refuse(Code::Unconsumed, here, 0, 0));
        }
        match self.locate(wanted)? {
            Hit::Nowhere => return Ok(false),
            Hit::First => return Ok(true),
            Hit::Behind(place, behind) => self.go_behind(place, behind)?,
            Hit::Entry(entry) => self.take_entry(entry)?,
        }
        self.straight = false;
        Ok(true)
    }

    /// Whether the open scope has an unread item that is wanted; the place stays.
    pub(super) fn sought(&mut self, wanted: &Wanted<'_>) -> Result<bool> {
        self.ready()?;
        self.locate(wanted).map(|hit| !matches!(hit, Hit::Nowhere))
    }

    /// Whether the item here is wanted; the place stays.
    pub(super) fn is_next(&mut self, wanted: &Wanted<'_>) -> Result<bool> {
        self.ready()?;
        self.walker.arrive()?;
        Ok(self.walker.is(wanted)? == Some(true))
    }

    fn locate(&mut self, wanted: &Wanted<'_>) -> Result<Hit> {
        loop {
            if self.seek_of()?.gone.may_hold(wanted) {
                return Err(self.walker.refuse(Code::NeedsIndex, self.walker.at.values, 0, 0));
            }
            if let Some(found) = self.seek_of()?.index {
                return self.look_up(found, wanted);
            }
            self.walker.arrive()?;
            match self.walker.is(wanted)? {
                None => return Ok(Hit::Nowhere),
                Some(true) => return Ok(Hit::First),
                Some(false) => {}
            }
            if let Some(found) = self.build_index()? {
                return self.look_up(found, wanted);
            }
            if let Some(hit) = self.look_behind(wanted)? {
                return Ok(hit);
            }
        }
    }

    /// Checks that the place is inside of a scope that items lie in.
    pub(super) fn within_scope(&mut self) -> Result<()> {
        match self.walker.frames.last() {
            Some(top) if top.kind != ScopeKind::List || top.elements.inside => Ok(()),
            _ => Err(self.walker.refuse(Code::Unbalanced, self.walker.at.values, 0, 0)),
        }
    }

    /// Checks that items can be asked for here.
    fn ready(&mut self) -> Result<()> {
        self.within_scope()?;
        if self.buffer_left.is_some() {
            return Err(self.wrong_type(self.walker.at.values));
        }
        match self.raw_left {
            0 => Ok(()),
            _ => Err(self.walker.refuse(Code::Unconsumed, self.walker.at.values, 0, 0)),
        }
    }

    pub(super) fn seek_of(&mut self) -> Result<&mut Seek> {
        match self.walker.frames.last_mut() {
            Some(top) => Ok(&mut top.seek),
            None => Err(Code::Unbalanced),
        }
    }

    /// Makes an index of the rest of the scope, if there is memory and room for all of it.
    fn build_index(&mut self) -> Result<Option<Found>> {
        let seek = *self.seek_of()?;
        if seek.unindexed || seek.ahead != 0 || self.index.is_empty() {
            return Ok(None);
        }
        let (first, depth) = (self.walker.at, self.walker.frames.len());
        self.walker.pins = self.walker.pins.saturating_add(1);
        let count = match self.list_items() {
            // The scope goes on where this store cannot come back from.
            Err(Code::NeedsIndex) => None,
            count => count?,
        };
        self.walker.pins = self.walker.pins.saturating_sub(1);
        self.walker.frames.truncate(depth);
        self.walker.at = first;
        let found = count.and_then(|count| self.link(count));
        let seek = self.seek_of()?;
        seek.index = found;
        seek.unindexed = found.is_none();
        // From here on, what is read must be noted in the index: nothing is taken at a glance.
        self.straight &= found.is_none();
        Ok(found)
    }

    /// Enters the items from here to the end of the scope, and the end; says how many items that were.
    /// `None` when there is no room for all.
    fn list_items(&mut self) -> Result<Option<usize>> {
        let mut count = 0usize;
        loop {
            self.walker.arrive()?;
            let hash = match self.walker.operation()? {
                None | Some(Operation { what: What::End, .. }) => None,
                Some(operation) => Some(hash_of(&operation)),
            };
            let entry = IndexEntry::new(self.walker.at, hash.unwrap_or(0));
            match self.index.get_mut(self.index_used.saturating_add(count)) {
                Some(place) => *place = entry,
                None => return Ok(None),
            }
            if hash.is_none() {
                return Ok(Some(count));
            }
            count = count.saturating_add(1);
            self.searched = self.searched.saturating_add(1);
            self.walker.skip()?;
        }
    }

    /// Closes the bookkeeping of the innermost scope.
    pub(super) fn forget(&mut self) -> Result<()> {
        if let Some(found) = self.seek_of()?.index {
            self.index_used = found.base();
        }
        *self.seek_of()? = Seek::default();
        Ok(())
    }

    /// Passes over what was not read up to the end of the scope; each item of it must be ancillary, unless
    /// the whole scope is passed over.
    pub(super) fn leave_rest(&mut self, whole: bool) -> Result<()> {
        if self.raw_left > 0 {
            return Err(self.walker.refuse(Code::Unconsumed, self.walker.at.values, 0, 0));
        }
        self.walker.arrive()?;
        if self.straight && self.at_end() {
            return Ok(());
        }
        let (index, ahead) = (self.seek_of()?.index, self.seek_of()?.ahead);
        match index {
            Some(found) => self.leave_entries(found)?,
            None => self.leave_items(ahead, whole)?,
        }
        self.forget()
    }

    fn leave_items(&mut self, ahead: u64, whole: bool) -> Result<()> {
        // The first is unread; behind the window no item was read.
        let mut read = u128::from(ahead) << 1;
        loop {
            self.walker.arrive()?;
            if self.at_end() {
                return Ok(());
            }
            match read & 1 != 0 {
                true => self.walker.glance_over()?,
                false => self.leave_item(whole)?,
            }
            read >>= 1;
        }
    }

    /// Passes over the item here, which nobody read; it must be ancillary, unless its whole scope is passed
    /// over.
    fn leave_item(&mut self, whole: bool) -> Result<()> {
        if !whole {
            self.leave_one()?;
        }
        self.walker.skip()
    }

    /// Whether the scope ends here.
    #[inline]
    pub(super) fn at_end(&self) -> bool {
        matches!(self.walker.head(), None | Some(END))
    }

    /// Counts the item here, which nobody read, if it may be left.
    pub(super) fn leave_one(&mut self) -> Result<()> {
        if self.walker.is_empty_raw() {
            return Ok(());
        }
        let Some(operation) = self.walker.operation()? else { return Ok(()) };
        if operation.marks.contains(Marks::ANCILLARY) {
            self.skipped.items = self.skipped.items.saturating_add(1);
            return Ok(());
        }
        self.blamed = Blamed::Item;
        Err(self.walker.refuse(Code::Unconsumed, self.walker.at.values, 0, 0))
    }
}
