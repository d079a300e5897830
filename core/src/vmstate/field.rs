//! A field: whether it is there, where its elements lie, and which form it has for a visitor.
//!
//! The form is the one that QEMU's own description of such a state leads to: a field of one element is an item;
//! numbers without a null pointer among them are an array; anything else is a list.

use super::level::Object;
use super::name::{Described, ItemName};
use super::walk::{Here, Walk};
use super::{Field, Host, Memory, PlaceOf, What};
use crate::error::{Code, Fault, Result};
use crate::io::told;
use crate::visit::{Extent, Kind, Scope, ScopeKind};

/// The elements of a field, at least one.
#[derive(Clone, Copy)]
pub(super) struct Elements<P> {
    /// Where the first lies, or the pointer to it. `None`: a null pointer to elements.
    base: Option<P>,
    pub(super) count: usize,
    /// The size of an element, or of what it points to.
    pub(super) size: usize,
    stride: usize,
}

impl<P: Copy> Elements<P> {
    /// Where the first element lies, if all have this size and nothing between them.
    pub(super) fn side_by_side(self, size: usize) -> Option<P> {
        self.base.filter(|_| self.stride == size)
    }
}

impl<H: Host> Walk<'_, H> {
    /// The field at `index`.
    pub(super) fn field(
        &mut self,
        object: Object<'_, H>,
        index: usize,
        field: &Field<H::Table>,
    ) -> Result<()> {
        let Object { described, place, version, .. } = object;
        let there = match field.tested {
            true => self.host.exists(described.table, index, place, version)?,
            false => field.since <= version,
        };
        if !there {
            return self.missing(field);
        }
        let inner = field.what.table().map(Described::new);
        let entries = self.entries(described.table, field);
        let here = Here { described, index, field, object: place, inner: inner.as_ref(), entries };
        let Some(elements) = self.elements(&here)? else { return Ok(()) };
        self.form(&here, elements)
    }

    fn missing(&mut self, field: &Field<H::Table>) -> Result<()> {
        if !field.must_exist {
            return Ok(());
        }
        let cause = if self.state.loading { -1 } else { 0 };
        self.visit(|v| {
            let fault = Fault { offset: v.position(), cause, ..Fault::default() };
            Err(v.fail_with(Code::NotValid, fault, &field.name))
        })
    }

    /// Finds the elements, and makes memory for them where loading does so. `None` when there are none.
    fn elements(&mut self, here: &Here<'_, H>) -> Result<Option<Elements<PlaceOf<H>>>> {
        let field = here.field;
        let count = self.amount(here, field.count)?;
        if count == 0 {
            return Ok(None);
        }
        let size = self.amount(here, field.size)?;
        let stride = match (field.pointers, field.what) {
            (true, _) => H::Memory::POINTER,
            (false, What::Bitmap) => bitmap_bytes(size, H::Memory::LONG),
            (false, _) => size,
        };
        let length =
            count.checked_mul(stride).filter(|length| *length <= isize::MAX.unsigned_abs());
        let Some(length) = length else {
            return self.fail(Code::TooMany, isize::MAX.unsigned_abs(), told(count), here.name());
        };
        let place = self.host.memory().at(here.object, field.offset)?;
        if !field.pointer {
            return Ok(Some(Elements { base: Some(place), count, size, stride }));
        }
        if self.state.loading && field.allocated && length > 0 {
            let made = self.allocate(here.name(), length)?;
            self.host.memory().point(place, Some(made))?;
            self.fresh.block(place, made, length);
        }
        let base = self.host.memory().follow(place)?;
        if base.is_none() && length > 0 {
            return Err(Code::NullPointer);
        }
        Ok(Some(Elements { base, count, size, stride }))
    }

    fn form(&mut self, here: &Here<'_, H>, elements: Elements<PlaceOf<H>>) -> Result<()> {
        if here.field.each_allocated {
            return self.list(here, elements);
        }
        let kind = here.field.what.scalar();
        match (elements.count, kind) {
            (1, _) => self.element(here, here.name(), elements, 0),
            (_, Some(kind)) if !self.any_null(here, elements)? => self.array(here, elements, kind),
            _ => self.list(here, elements),
        }
    }

    /// Where an element lies; `None` for a null pointer.
    pub(super) fn place(
        &mut self,
        here: &Here<'_, H>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<Option<PlaceOf<H>>> {
        if elements.base.is_none() {
            return Ok(None);
        }
        let place = self.slot(elements, index)?;
        match here.field.pointers {
            true => self.host.memory().follow(place),
            false => Ok(Some(place)),
        }
    }

    /// Where the pointer to an element lies, in an array of pointers.
    pub(super) fn slot(
        &mut self,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<PlaceOf<H>> {
        let base = elements.base.ok_or(Code::NullPointer)?;
        self.host.memory().at(base, index.saturating_mul(elements.stride))
    }

    fn any_null(&mut self, here: &Here<'_, H>, elements: Elements<PlaceOf<H>>) -> Result<bool> {
        if !here.field.pointers {
            return Ok(false);
        }
        for index in 0..elements.count {
            if self.place(here, elements, index)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Elements that each have a scope.
    fn list(&mut self, here: &Here<'_, H>, elements: Elements<PlaceOf<H>>) -> Result<()> {
        let count = elements.count;
        let scope = Scope::List { extent: Extent::Fixed, count };
        self.visit(|v| v.begin(&here.name().lazy(), scope))?;
        for index in 0..count {
            let start = self.begin_element()?;
            let done = self.element(here, ItemName::Element, elements, index);
            self.noted(done, &"")?;
            self.end_element(start)?;
        }
        self.visit(|v| v.end(ScopeKind::List))
    }

    /// An element, told to who describes the save.
    fn element(
        &mut self,
        here: &Here<'_, H>,
        name: ItemName<'_, H::Table>,
        elements: Elements<PlaceOf<H>>,
        index: usize,
    ) -> Result<()> {
        let place = self.place(here, elements, index)?;
        let Some(entries) = here.entries else {
            return self.item(here, name, place, elements, index);
        };
        let entry = self.begin_entry(here, entries, elements, index)?;
        let start = self.position()?;
        self.item(here, name, place, elements, index)?;
        let bytes = self.position()?.saturating_sub(start);
        self.end_entry(entry, bytes);
        Ok(())
    }
}

/// The bytes of a bitmap in memory.
pub(super) fn bitmap_bytes(bits: usize, long: usize) -> usize {
    let longs = match long {
        4 => bits.div_ceil(32),
        _ => bits.div_ceil(64),
    };
    longs.saturating_mul(long)
}

impl<T: Copy> What<T> {
    /// The kind of a value, if it is one.
    pub(super) fn scalar(self) -> Option<Kind> {
        match self {
            What::Scalar(kind) | What::Equal(kind) => Some(kind),
            What::AtMost => Some(Kind::I32),
            What::Timer => Some(Kind::I64),
            _ => None,
        }
    }

    /// The table of an object, if it is one.
    pub(super) fn table(self) -> Option<T> {
        match self {
            What::Struct(table) | What::Versioned(table, _) | What::Temporary(table) => Some(table),
            _ => None,
        }
    }
}
