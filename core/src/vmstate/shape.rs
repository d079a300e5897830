//! What a table accepts, as a state without values.

use super::level::{is_nameless, versions};
use super::name::{Described, ItemName};
use super::{Amount, Field, Table, What};
use crate::error::{Code, Result};
use crate::visit::{Description, Extent, Kind, Marks, Name, Scope, ScopeKind, Visitor};

/// The most items of one shape. A table that is named twice in one, and that twice in another, has more than anybody
/// could write.
const MOST_ITEMS: usize = 1 << 16;

/// The longest array or buffer of a shape, as bytes; a longer one is left out.
static ZEROS: [u8; 8192] = [0; 8192];

/// Saves the shape of what a table accepts at its newest version: a device with its items, which are all 0. What code
/// of the device decides, a field with a test, is marked [ancillary](Marks::ANCILLARY); subsections are there, whether
/// they are needed or not. A value that is compared with the one of the object is marked [opaque](Marks::OPAQUE), since
/// no table tells it.
///
/// Says whether that is all. What depends on an object is left out: elements that a member counts, arrays of pointers,
/// lists, trees, and what only code of the device knows.
///
/// # Errors
/// [`Code::BadTable`]; [`Code::TooDeep`]; [`Code::TooMany`] for more items than any device has; those of the visitor.
pub fn save_shape<T: Table>(table: T, instance: u32, v: &mut Visitor<'_>) -> Result<bool> {
    let mut shape = Shape { v, left: MOST_ITEMS, complete: true };
    let scope = Scope::Device { instance, versions: versions(table) };
    shape.v.begin(&table.head().name, scope)?;
    shape.inside(table, table.head().version)?;
    shape.v.end(ScopeKind::Device)?;
    Ok(shape.complete)
}

struct Shape<'s, 'v> {
    v: &'s mut Visitor<'v>,
    left: usize,
    complete: bool,
}

impl Shape<'_, '_> {
    /// Calls itself for structs, which nest in scopes, and these to a bounded depth.
    fn inside<T: Table>(&mut self, table: T, version: u32) -> Result<()> {
        let described = Described::new(table);
        let mut index = 0usize;
        while let Some(field) = table.field(index)? {
            self.left = self.left.checked_sub(1).ok_or(Code::TooMany)?;
            let name = ItemName::Field(&described, index, field.name).lazy();
            self.field(&field, &name, version)?;
            index = index.saturating_add(1);
        }
        self.subsections(table)
    }

    fn subsections<T: Table>(&mut self, table: T) -> Result<()> {
        let mut index = 0usize;
        while let Some(part) = table.subsection(index) {
            self.left = self.left.checked_sub(1).ok_or(Code::TooMany)?;
            let head = part.head();
            self.v.begin(&head.name, Scope::Subsection { version: head.version })?;
            self.inside(part, head.version)?;
            self.v.end(ScopeKind::Subsection)?;
            index = index.saturating_add(1);
        }
        Ok(())
    }

    fn field<T: Table>(&mut self, field: &Field<T>, name: &dyn Name, version: u32) -> Result<()> {
        if !field.tested && field.since > version {
            return Ok(());
        }
        let (Amount::Fixed(count), Amount::Fixed(size)) = (field.count, field.size) else {
            return self.left_out();
        };
        if count == 0 {
            return Ok(());
        }
        if field.pointers || field.each_allocated {
            return self.left_out();
        }
        let spare = if field.tested { Marks::ANCILLARY } else { Marks::NONE };
        match (field.what, count) {
            (What::Scalar(kind), 1) => self.scalar(name, kind, spare),
            (What::Timer, 1) => self.scalar(name, Kind::I64, spare),
            (What::Equal(kind), 1) => self.scalar(name, kind, spare | Marks::OPAQUE),
            (What::AtMost, 1) => self.scalar(name, Kind::I32, spare | Marks::OPAQUE),
            (What::Scalar(kind), _) => self.array(name, kind, count, spare),
            (What::Timer, _) => self.array(name, Kind::I64, count, spare),
            (What::Buffer | What::Unused, 1) => match ZEROS.get(..size) {
                Some(bytes) => {
                    self.mark(spare)?;
                    self.v.save_bytes(name, Extent::Fixed, bytes)
                }
                None => self.left_out(),
            },
            (What::Bitmap, 1) => self.array(name, Kind::U64, size.div_ceil(64), spare),
            (What::Null, 1) => {
                self.mark(spare)?;
                self.v.null(name)
            }
            (What::Struct(inner), 1) => self.structure(name, inner, inner.head().version, spare),
            (What::Versioned(inner, version), 1) => self.structure(name, inner, version, spare),
            (What::Struct(inner), _) => {
                self.list(name, (inner, inner.head().version), count, spare)
            }
            (What::Versioned(inner, version), _) => self.list(name, (inner, version), count, spare),
            _ => self.left_out(),
        }
    }

    /// Something that no table tells.
    fn left_out(&mut self) -> Result<()> {
        self.complete = false;
        Ok(())
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        match marks == Marks::NONE {
            true => Ok(()),
            false => self.v.mark(marks),
        }
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, marks: Marks) -> Result<()> {
        self.mark(marks)?;
        self.v.save_scalar(name, kind, 0)
    }

    fn array(&mut self, name: &dyn Name, kind: Kind, count: usize, marks: Marks) -> Result<()> {
        let length = count.saturating_mul(kind.width().bytes());
        let Some(elements) = ZEROS.get(..length) else { return self.left_out() };
        self.mark(marks)?;
        self.v.save_array(name, kind, Extent::Fixed, elements)
    }

    fn structure<T: Table>(
        &mut self,
        name: &dyn Name,
        table: T,
        version: u32,
        marks: Marks,
    ) -> Result<()> {
        if is_nameless(table) {
            return self.left_out();
        }
        self.mark(marks)?;
        let head = table.head();
        let description = Description { name: head.name.bytes(), versions: versions(table) };
        self.v.begin_at(name, Scope::Struct(Some(description)), version)?;
        self.inside(table, version)?;
        self.v.end(ScopeKind::Struct)
    }

    /// Elements of which each has its fields alone. One with subsections has a scope only where some are needed.
    fn list<T: Table>(
        &mut self,
        name: &dyn Name,
        (table, version): (T, u32),
        count: usize,
        marks: Marks,
    ) -> Result<()> {
        if table.subsection(0).is_some() || count > self.left {
            return self.left_out();
        }
        self.mark(marks)?;
        self.v.begin(name, Scope::List { extent: Extent::Fixed, count })?;
        for _ in 0..count {
            self.v.begin_element()?;
            self.inside(table, version)?;
            self.v.end_element()?;
        }
        self.v.end(ScopeKind::List)
    }
}
