//! An object as a whole: its hooks, its versions, its fields and subsections.

use core::ops::Range;

use super::name::{Described, ItemName};
use super::value::scalar;
use super::walk::Walk;
use super::{Hook, Host, Memory, PlaceOf, Table};
use crate::error::{Code, Result};
use crate::visit::{
    walk_subsections, Description, Name, Scope, ScopeKind, SubsectionEntry, SubsectionTable,
    Versions, Visitor,
};

/// Instead of the index of a subsection: there is none.
const NONE: usize = usize::MAX;

/// An object with its table, at a version.
pub(super) struct Object<'a, H: Host> {
    pub(super) described: &'a Described<H::Table>,
    pub(super) place: PlaceOf<H>,
    pub(super) version: u32,
    /// A number above 0 of a hook is an error whatever the hook.
    pub(super) strict: bool,
    /// What visits the fields, if not the walk itself.
    pub(super) by: Option<&'a dyn Fields<H>>,
}

/// Visits the fields of an object faster than the walk does, and with the same outcome.
pub(super) trait Fields<H: Host> {
    /// Visits all fields.
    fn visit(&self, walk: &mut Walk<'_, H>, object: Object<'_, H>) -> Result<()>;
}

impl<H: Host> Clone for Object<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: Host> Copy for Object<'_, H> {}

/// The versions that a table can read.
pub(super) fn versions<T: Table>(table: T) -> Versions {
    let head = table.head();
    let minimum = head.minimum_old.map_or(head.minimum, |old| old.min(head.minimum));
    Versions { current: head.version, minimum }
}

/// Whether a table has no name: it stands for its fields alone, as if there were no table around them.
pub(super) fn is_nameless<T: Table>(table: T) -> bool {
    table.head().name.is(b"")
}

/// Objects nest in scopes, which nest to a bounded depth: so does all that calls itself here.
impl<H: Host> Walk<'_, H> {
    /// An object in a scope of its own. It is saved at its version, and loaded at the one that the wire tells, if it
    /// tells one.
    pub(super) fn scoped(
        &mut self,
        name: &dyn Name,
        kind: ScopeKind,
        object: Object<'_, H>,
    ) -> Result<()> {
        let version = self.begin(name, kind, object)?;
        self.level(Object { version, ..object })?;
        self.visit(|v| v.end(kind))
    }

    /// Opens the scope of a device or struct, and gives the version of what is in it.
    fn begin(&mut self, name: &dyn Name, kind: ScopeKind, object: Object<'_, H>) -> Result<u32> {
        let table = object.described.table;
        let (head, versions) = (table.head(), versions(table));
        let description = Description { name: head.name.bytes(), versions };
        let scope = match kind {
            ScopeKind::Device => Scope::Device { instance: 0, versions },
            _ => Scope::Struct(Some(description)),
        };
        self.visit(|v| v.begin_at(name, scope, object.version).map(|()| v.version()))
    }

    /// A struct with its name and version.
    pub(super) fn structure(&mut self, name: &dyn Name, object: Object<'_, H>) -> Result<()> {
        self.scoped(name, ScopeKind::Struct, object)
    }

    /// An object that is all that an element holds: a scope would say nothing, but where it has subsections.
    pub(super) fn alone(&mut self, object: Object<'_, H>) -> Result<()> {
        if self.state.loading {
            // The stream may have parts of it that are not known here.
            return match self.visit(|v| v.comes_next(&""))? {
                true => self.structure(&"", object),
                false => self.level(object),
            };
        }
        if object.described.table.subsection(0).is_none() {
            return self.level(object);
        }
        self.saving(object, |walk| {
            let first = walk.first_needed(object)?;
            if first == NONE {
                return walk.inside(object, Some(first));
            }
            walk.begin(&"", ScopeKind::Struct, object)?;
            walk.inside(object, Some(first))?;
            walk.visit(|v| v.end(ScopeKind::Struct))
        })
    }

    /// What is inside of the object's scope, which is open.
    pub(super) fn level(&mut self, object: Object<'_, H>) -> Result<()> {
        match self.state.loading {
            true => self.loading(object),
            false => self.saving(object, |walk| walk.inside(object, None)),
        }
    }

    fn loading(&mut self, object: Object<'_, H>) -> Result<()> {
        let Object { described: Described { table, .. }, place, version, strict, .. } = object;
        let head = table.head();
        let old = head.minimum_old.unwrap_or(head.minimum);
        if (old..head.minimum).contains(&version) {
            return self.hook(*table, Hook::LoadOld, place, version, strict);
        }
        let known = Versions { current: head.version, minimum: head.minimum };
        self.visit(|v| v.check_version(v.position(), version, known))?;
        let mark = self.fresh.mark();
        self.hook(*table, Hook::PreLoad, place, version, strict)?;
        self.inside(object, None)?;
        if self.fresh.mark() > mark && table.has_code() {
            // The device may do with it what it likes.
            self.fresh.forget(mark);
        }
        self.hook(*table, Hook::PostLoad, place, version, strict)
    }

    /// Saves with the hooks before and behind. The second runs also if what is between them failed.
    fn saving(
        &mut self,
        object: Object<'_, H>,
        inside: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let Object { described: Described { table, .. }, place, version, strict, .. } = object;
        self.hook(*table, Hook::PreSave, place, version, strict)?;
        let saved = inside(self);
        let ended = self.hook(*table, Hook::PostSave, place, version, strict);
        saved.and(ended)
    }

    /// Fields and subsections. `first` is the first subsection that is needed, if they were asked already.
    fn inside(&mut self, object: Object<'_, H>, first: Option<usize>) -> Result<()> {
        if is_nameless(object.described.table) {
            return self.bare(object);
        }
        let name = object.described.table.head().name;
        self.describe(|to| to.begin_table(name.bytes(), object.version));
        match object.by {
            Some(by) if !self.state.describing => by.visit(self, object)?,
            _ => self.fields(object, 0..usize::MAX)?,
        }
        self.describe(|to| to.end_fields());
        self.subsections(object, first)
    }

    /// The fields alone. Nothing in a stream could say that a subsection is one of theirs.
    fn bare(&mut self, object: Object<'_, H>) -> Result<()> {
        match object.described.table.subsection(0) {
            Some(_) => self.noted(Err(Code::BadTable), &""),
            None => self.fields(object, 0..usize::MAX),
        }
    }

    /// The fields with these indices, as far as there are any.
    pub(super) fn fields(&mut self, object: Object<'_, H>, range: Range<usize>) -> Result<()> {
        let Range { start: mut index, end } = range;
        loop {
            index = self.plain_fields(object, index..end)?;
            if index >= end {
                return Ok(());
            }
            let field = match object.described.table.field(index) {
                Ok(Some(field)) => field,
                Ok(None) => return Ok(()),
                Err(code) => return self.noted(Err(code), &""),
            };
            if let Err(code) = self.field(object, index, &field) {
                let name = ItemName::Field(object.described, index, field.name);
                return self.noted(Err(code), &name.lazy());
            }
            index = index.saturating_add(1);
        }
    }

    /// Fields as long as they are plain; gives the index of the first that is not. No code of the device runs
    /// between them, so the visitor is reached once for all.
    fn plain_fields(&mut self, object: Object<'_, H>, range: Range<usize>) -> Result<usize> {
        let Object { described, place, version, .. } = object;
        if self.state.describing {
            return Ok(range.start);
        }
        self.host.with(|v, memory| {
            for index in range.clone() {
                let Some(field) = described.table.plain(index, version) else { return Ok(index) };
                let name = ItemName::Field(described, index, field.name).lazy();
                let place = memory.at(place, field.offset);
                let done = place.and_then(|place| scalar(v, memory, &name, field.kind, place));
                done.map_err(|code| v.fail_as(code, 0, &name))?;
            }
            Ok(range.end)
        })
    }

    /// The first subsection that is needed, or [`NONE`]. Those behind it are not asked yet.
    fn first_needed(&mut self, object: Object<'_, H>) -> Result<usize> {
        let mut index = 0usize;
        while let Some(table) = object.described.table.subsection(index) {
            if self.host.needed(table, object.place)? {
                return Ok(index);
            }
            index = index.saturating_add(1);
        }
        Ok(NONE)
    }

    fn subsections(&mut self, object: Object<'_, H>, first: Option<usize>) -> Result<()> {
        let head = object.described.table.head();
        let parts = object.described.table.subsection(0).is_some();
        // On load the stream may hold some that nobody here knows.
        if !parts && !self.state.loading {
            return Ok(());
        }
        let mut parts = Parts { walk: self, object, first, told: false, kept: 0 };
        walk_subsections(&mut parts, head.name.bytes())?;
        if parts.told {
            self.describe(|to| to.end_subsections());
        }
        Ok(())
    }
}

/// The subsections of an object.
struct Parts<'p, 'h, 'a, H: Host> {
    walk: &'p mut Walk<'h, H>,
    object: Object<'a, H>,
    /// The first that is needed, if they were asked already: a device is asked once, since it may answer otherwise
    /// the second time.
    first: Option<usize>,
    /// Who describes the save knows of one.
    told: bool,
    /// Bit *k*: the subsection *k* was loaded, and has memory that was made for it. Those behind the 64th are not
    /// noted.
    kept: u64,
}

impl<H: Host> Parts<'_, '_, '_, H> {
    /// Loads or saves the fields of a subsection. One that comes again is refused if the memory of the first one would
    /// be lost.
    fn level(&mut self, index: usize, part: Object<'_, H>) -> Result<()> {
        let bit = u32::try_from(index).ok().and_then(|index| 1u64.checked_shl(index)).unwrap_or(0);
        if self.kept & bit != 0 {
            return self.walk.noted(Err(Code::BadOrder), &"");
        }
        let before = self.walk.memory_left();
        self.walk.level(part)?;
        if self.walk.memory_left() < before {
            self.kept |= bit;
        }
        Ok(())
    }
}

impl<H: Host> SubsectionTable for Parts<'_, '_, '_, H> {
    type Name = <H::Table as Table>::Name;

    fn entry(&self, index: usize) -> Option<SubsectionEntry<Self::Name>> {
        let table = self.object.described.table.subsection(index)?;
        let (head, versions) = (table.head(), versions(table));
        let (name, marks) = (head.name, head.marks);
        let Versions { current: version, minimum: minimum_version } = versions;
        Some(SubsectionEntry { name, version, minimum_version, marks })
    }

    fn needed(&mut self, index: usize) -> Result<bool> {
        if let Some(first) = self.first.filter(|first| index <= *first) {
            return Ok(index == first);
        }
        let Some(table) = self.object.described.table.subsection(index) else { return Ok(false) };
        let needed = self.walk.host.needed(table, self.object.place);
        self.walk.noted(needed, &table.head().name)
    }

    fn visit(&mut self, index: usize) -> Result<()> {
        let table = self.object.described.table.subsection(index).ok_or(Code::BadTable)?;
        let version = self.walk.visit(|v| Ok(v.version()))?;
        let described = &Described::new(table);
        let place = self.object.place;
        let first = !self.told;
        self.told = true;
        self.walk.describe(|to| to.begin_subsection(first));
        self.level(index, Object { described, place, version, strict: true, by: None })?;
        self.walk.describe(|to| to.end_subsection());
        Ok(())
    }

    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        self.walk.visit(call)
    }
}
