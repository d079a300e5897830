//! What a save tells of its fields to who describes it: an entry for all elements of a field, or one for each.

use super::field::Elements;
use super::level::is_nameless;
use super::walk::{Here, Walk};
use super::{Field, Host, PlaceOf, Table, What};
use crate::codec::describe::{Describer, Place, NO_KIND, NULL};
use crate::error::Result;
use crate::io::json::Text;
use crate::io::told;
use crate::visit::Name;

/// How deep in each other structs are looked into, and how many fields of them, before one entry stands for many
/// elements: a table may lead back to itself.
const NESTING: u32 = 16;
const FIELDS: usize = 1 << 12;

/// How the elements of a field are told.
#[derive(Clone, Copy)]
pub(super) struct Entries {
    /// One entry stands for elements that are alike.
    compressed: bool,
    /// Null pointers have entries of their own.
    nulls_apart: bool,
}

/// An entry that was begun.
#[derive(Clone, Copy)]
pub(super) enum Entry {
    /// None: the element is one that an earlier entry stands for.
    Muted,
    Field,
    Struct,
}

impl<H: Host> Walk<'_, H> {
    /// Tells who describes the save, if anybody does.
    pub(super) fn describe(&mut self, call: impl FnOnce(&mut Describer<dyn Text + '_>)) {
        if self.state.describing {
            self.host.describe(call);
        }
    }

    /// How the elements of a field are told, if they are.
    pub(super) fn entries(&mut self, table: H::Table, field: &Field<H::Table>) -> Option<Entries> {
        if !self.state.describing || is_nameless(table) {
            return None;
        }
        let nulls_apart = self.host.describe(|to| to.nulls_apart())?;
        let mut fields = FIELDS;
        let compressed = are_alike(field, NESTING, &mut fields);
        Some(Entries { compressed, nulls_apart })
    }

    /// Begins what is told of an element, before its bytes.
    pub(super) fn begin_entry(
        &mut self,
        here: &Here<'_, H>,
        entries: Entries,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<Entry> {
        let null = self.is_null(here, elements, index)?;
        if entries.compressed && !self.begins_run(here, entries, elements, index, null)? {
            self.mute(true);
            return Ok(Entry::Muted);
        }
        let left = elements.count.saturating_sub(index);
        let place = match (entries.compressed, entries.nulls_apart) {
            (true, true) => several(self.run_of(here, elements, index, null)?),
            (true, false) => several(elements.count),
            (false, true) if null => several(left),
            (false, true) => one_of(left, index),
            (false, false) => one_of(elements.count, index),
        };
        let (name, field) = (here.name().lazy(), here.field);
        let (entry, kind) = match field.what {
            _ if null && entries.nulls_apart => (Entry::Field, NULL),
            What::Struct(_) => (Entry::Struct, field.kind.bytes()),
            _ => (Entry::Field, kind_of(field)),
        };
        self.describe(|to| match entry {
            Entry::Struct => to.begin_struct(name.bytes(), place),
            _ => to.begin_field(name.bytes(), kind, place),
        });
        Ok(entry)
    }

    /// Ends what is told of an element, behind its bytes.
    pub(super) fn end_entry(&mut self, entry: Entry, bytes: u64) {
        match entry {
            Entry::Muted => self.mute(false),
            Entry::Field => self.describe(|to| to.end_field(bytes)),
            Entry::Struct => self.describe(|to| to.end_struct(bytes)),
        }
    }

    /// Tells of elements that went out in one call, none of which is null.
    pub(super) fn tell_values(
        &mut self,
        here: &Here<'_, H>,
        elements: Elements<PlaceOf<H>>,
        bytes: u64,
    ) -> Result<()> {
        let Some(entries) = here.entries else { return Ok(()) };
        let told = if entries.compressed { 1 } else { elements.count };
        for index in 0..told {
            let entry = self.begin_entry(here, entries, elements, index)?;
            self.end_entry(entry, bytes);
        }
        Ok(())
    }

    /// Tells nothing of what is inside of an element, also nothing that the device would tell; or goes on.
    fn mute(&mut self, muted: bool) {
        self.state.describing = !muted;
        self.host.describe(|to| to.mute(muted));
    }

    /// Whether an element is the first of those that one entry stands for.
    fn begins_run(
        &mut self,
        here: &Here<'_, H>,
        entries: Entries,
        elements: Elements<PlaceOf<H>>,
        index: usize,
        null: bool,
    ) -> Result<bool> {
        match index.checked_sub(1) {
            None => Ok(true),
            Some(before) if entries.nulls_apart => {
                Ok(self.is_null(here, elements, before)? != null)
            }
            Some(_) => Ok(false),
        }
    }

    /// How many elements from this one on are null pointers, or are not, as it is.
    fn run_of(
        &mut self,
        here: &Here<'_, H>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
        null: bool,
    ) -> Result<usize> {
        let mut end = if here.field.pointers { index } else { elements.count };
        while end < elements.count && self.is_null(here, elements, end)? == null {
            end = end.saturating_add(1);
        }
        Ok(end.saturating_sub(index))
    }

    /// Whether an element is a null pointer.
    fn is_null(
        &mut self,
        here: &Here<'_, H>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<bool> {
        Ok(here.field.pointers && self.place(here, elements, index)?.is_none())
    }
}

/// Whether the elements of a field have all that is told of them in common: so QEMU decides it, from the tables.
fn are_alike<T: Table>(field: &Field<T>, nesting: u32, fields: &mut usize) -> bool {
    let What::Struct(table) = field.what else { return !field.tested };
    let Some(nesting) = nesting.checked_sub(1) else { return false };
    if field.tested || table.subsection(0).is_some() {
        return false;
    }
    for index in 0..FIELDS {
        let Some(left) = fields.checked_sub(1) else { return false };
        *fields = left;
        match table.field(index) {
            Ok(Some(inner)) if are_alike(&inner, nesting, fields) => {}
            Ok(None) => return true,
            _ => return false,
        }
    }
    false
}

/// The type of a field as it is told.
fn kind_of<T: Table>(field: &Field<T>) -> &[u8] {
    match field.kind.bytes() {
        [] => NO_KIND,
        kind => kind,
    }
}

/// The place of an entry that stands for as many elements.
fn several(count: usize) -> Place {
    match count {
        0 | 1 => Place::Alone,
        _ => Place::Length(told(count)),
    }
}

/// The place of an entry for one element of as many.
fn one_of(count: usize, index: usize) -> Place {
    match count {
        0 | 1 => Place::Alone,
        _ => Place::Index(told(index)),
    }
}
