//! Tables that are Rust statics.

use core::marker::PhantomData;

use zerocopy::{FromBytes, IntoBytes};

use super::{Arena, Block, Entry, Run, Test};
use crate::error::Result;
use crate::visit::{Marks, Visitor};
use crate::vmstate::{self, Head, Hook};

/// A table that is a Rust static, without the type that it describes.
pub struct StaticTable {
    pub(super) name: &'static str,
    pub(super) version: u32,
    minimum: u32,
    minimum_old: Option<u32>,
    marks: Marks,
    entries: &'static [Entry],
    pub(super) subsections: &'static [&'static StaticTable],
    pub(super) needed: Option<&'static dyn Test>,
    pre_load: Option<&'static dyn Run>,
    post_load: Option<&'static dyn Run>,
    pre_save: Option<&'static dyn Run>,
    post_save: Option<&'static dyn Run>,
    load_old: Option<&'static dyn Run>,
}

impl StaticTable {
    /// A table of this name, that writes this version and reads no older one.
    #[must_use]
    pub const fn new(name: &'static str, version: u32, entries: &'static [Entry]) -> Self {
        StaticTable {
            name,
            version,
            minimum: version,
            minimum_old: None,
            marks: Marks::NONE,
            entries,
            subsections: &[],
            needed: None,
            pre_load: None,
            post_load: None,
            pre_save: None,
            post_save: None,
            load_old: None,
        }
    }

    /// The same that also reads older versions, down to this one.
    #[must_use]
    pub const fn minimum(mut self, version: u32) -> Self {
        self.minimum = version;
        self
    }

    /// With code that reads all of a state older than the fields can read, down to this version.
    #[must_use]
    pub const fn load_old(mut self, version: u32, code: &'static dyn Run) -> Self {
        self.minimum_old = Some(version);
        self.load_old = Some(code);
        self
    }

    /// With marks, of a subsection.
    #[must_use]
    pub const fn marks(mut self, marks: Marks) -> Self {
        self.marks = marks;
        self
    }

    /// With subsections, which describe the same object.
    #[must_use]
    pub const fn subsections(mut self, tables: &'static [&'static StaticTable]) -> Self {
        self.subsections = tables;
        self
    }

    /// A subsection that is written only if this holds.
    #[must_use]
    pub const fn needed(mut self, test: &'static dyn Test) -> Self {
        self.needed = Some(test);
        self
    }

    /// With code at a point of the visit.
    #[must_use]
    pub const fn on(mut self, hook: Hook, code: &'static dyn Run) -> Self {
        match hook {
            Hook::PreLoad => self.pre_load = Some(code),
            Hook::PostLoad => self.post_load = Some(code),
            Hook::PreSave => self.pre_save = Some(code),
            Hook::PostSave => self.post_save = Some(code),
            Hook::LoadOld => self.load_old = Some(code),
        }
        self
    }

    pub(super) fn entry(&self, index: usize) -> Option<&'static Entry> {
        self.entries.get(index)
    }

    pub(super) fn hook(&self, hook: Hook) -> Option<&'static dyn Run> {
        match hook {
            Hook::PreLoad => self.pre_load,
            Hook::PostLoad => self.post_load,
            Hook::PreSave => self.pre_save,
            Hook::PostSave => self.post_save,
            Hook::LoadOld => self.load_old,
        }
    }

    pub(super) fn has_hooks(&self) -> bool {
        let all = [self.pre_load, self.post_load, self.pre_save, self.post_save, self.load_old];
        all.into_iter().any(|hook| hook.is_some())
    }

    pub(super) fn head(&self) -> Head<&'static str> {
        Head {
            name: self.name,
            version: self.version,
            minimum: self.minimum,
            minimum_old: self.minimum_old,
            marks: self.marks,
        }
    }

    /// Visits an object in a block: see [`vmstate::visit`].
    ///
    /// # Errors
    /// As [`vmstate::visit`].
    pub fn visit(
        &'static self,
        block: &mut Block<'_>,
        place: usize,
        v: &mut Visitor<'_>,
    ) -> Result<()> {
        vmstate::visit(&mut Arena::new(block, v), self, place)
    }
}

/// A [`StaticTable`] of a `T`: made by [`fields!`](crate::fields).
pub struct Layout<T> {
    table: StaticTable,
    of: PhantomData<fn(T)>,
}

impl<T> Layout<T> {
    /// The table says that its objects are each a `T`.
    #[must_use]
    pub const fn new(table: StaticTable) -> Self {
        Layout { table, of: PhantomData }
    }

    /// The table without the type.
    #[must_use]
    pub const fn table(&'static self) -> &'static StaticTable {
        &self.table
    }

    /// Visits an object that points to no other: see [`vmstate::visit`].
    ///
    /// # Errors
    /// As [`vmstate::visit`].
    pub fn visit(&'static self, object: &mut T, v: &mut Visitor<'_>) -> Result<()>
    where
        T: FromBytes + IntoBytes,
    {
        self.table.visit(&mut Block::over(object), 0, v)
    }

    /// Visits an object in a block.
    ///
    /// # Errors
    /// As [`vmstate::visit`].
    pub fn visit_in(
        &'static self,
        block: &mut Block<'_>,
        place: usize,
        v: &mut Visitor<'_>,
    ) -> Result<()> {
        self.table.visit(block, place, v)
    }
}
