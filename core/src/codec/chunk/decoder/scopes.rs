//! Scopes begin and end.

use super::seek::Wanted;
use super::step::{Begin, Step};
use super::walker::{Entered, Frame};
use super::ChunkDecoder;
use crate::codec::chunk::shape::{Operation, What};
use crate::codec::chunk::store::Store;
use crate::error::{Code, Result};
use crate::io::told;
use crate::visit::{
    Description, Extent, Marks, Name, Opened, Scope, ScopeKind, SubsectionName, Versions, OPEN,
};

impl<S: Store> ChunkDecoder<'_, S> {
    #[inline(never)]
    pub(super) fn begin_scope(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        match scope {
            Scope::Element => self.begin_element(),
            Scope::Device { instance, versions } => match self.walker.frames.is_empty() {
                true => self.begin_device(name.bytes(), instance, versions),
                false => self.begin_inner_device(name.bytes(), instance, versions),
            },
            Scope::Struct(description) => self.begin_struct(name, description),
            Scope::List { extent, count } => self.begin_list(name, extent, count),
            Scope::Optional { .. } => self.begin_optional(name),
            Scope::Subsection { .. } => {
                let at = self.walker.at.values;
                Err(self.walker.refuse(Code::WrongDirection, at, 0, 0))
            }
        }
    }

    #[inline]
    pub(super) fn begin_element(&mut self) -> Result<Opened> {
        if !self.walker.go_on_with_run() {
            self.begin_run()?;
        }
        self.straight = true;
        Ok(Opened::default())
    }

    fn begin_run(&mut self) -> Result<()> {
        match self.walker.frames.last() {
            Some(Frame { kind: ScopeKind::List, elements, .. })
                if !elements.inside && elements.left > 0 =>
            {
                self.walker.begin_element()
            }
            _ => Err(self.out_of_place()),
        }
    }

    #[cold]
    fn out_of_place(&mut self) -> Code {
        self.walker.refuse(Code::Unbalanced, self.walker.at.values, 0, 0)
    }

    /// Opens the device that has this name and instance: those before it must be ancillary.
    fn begin_device(&mut self, name: &[u8], instance: u32, versions: Versions) -> Result<Opened> {
        loop {
            let Some(fragment) = self.look_ahead()? else { return Err(self.no_device()) };
            let head = self.head_of(&fragment)?;
            if head.name == name && head.instance == instance {
                let version = versions.taken_for(head.version, head.oldest_reader);
                self.open_device()?;
                return Ok(Opened { version: Some(version), ..Opened::default() });
            }
            self.leave_device()?;
        }
    }

    fn begin_inner_device(
        &mut self,
        name: &[u8],
        instance: u32,
        versions: Versions,
    ) -> Result<Opened> {
        self.find_scope(&Wanted::Device(name, instance))?;
        let What::Device { version, oldest_reader } = self.scope_here()?.what else {
            return Err(self.wrong_type(self.walker.at.values));
        };
        self.enter()?;
        let version = Some(versions.taken_for(version, oldest_reader));
        Ok(Opened { version, ..Opened::default() })
    }

    fn begin_struct(
        &mut self,
        name: &dyn Name,
        description: Option<Description<'_>>,
    ) -> Result<Opened> {
        self.find_scope(&Wanted::Item(name))?;
        self.enter_struct(description)
    }

    /// Opens the struct that was found.
    pub(super) fn enter_struct(&mut self, description: Option<Description<'_>>) -> Result<Opened> {
        let version = match (self.scope_here()?.what, description) {
            (What::Struct, None) => None,
            (What::Described { name, version }, Some(known)) if name == known.name => Some(version),
            _ => return Err(self.wrong_type(self.walker.at.values)),
        };
        self.enter()?;
        Ok(Opened { version, ..Opened::default() })
    }

    fn begin_list(&mut self, name: &dyn Name, extent: Extent, room: usize) -> Result<Opened> {
        self.find_scope(&Wanted::Item(name))?;
        let start = self.walker.at.values;
        match self.scope_here()?.what {
            What::List(found, _) if found == extent => {}
            _ => return Err(self.wrong_type(start)),
        }
        let count = u64::from(self.enter()?.count);
        let (code, fits) = match extent {
            Extent::Fixed => (Code::BadValue, count == told(room) || room == OPEN),
            Extent::Variable => (Code::TooMany, count <= told(room)),
        };
        match usize::try_from(count) {
            Ok(count) if fits => Ok(Opened { count, ..Opened::default() }),
            _ => Err(self.walker.refuse(code, start, told(room), count)),
        }
    }

    fn begin_optional(&mut self, name: &dyn Name) -> Result<Opened> {
        self.find_scope(&Wanted::Item(name))?;
        if self.scope_here()?.what != What::Optional {
            return Err(self.wrong_type(self.walker.at.values));
        }
        let present = self.enter()?.present;
        Ok(Opened { present, ..Opened::default() })
    }

    pub(super) fn find_scope(&mut self, wanted: &Wanted<'_>) -> Result<()> {
        match self.seek(wanted)? {
            true => Ok(()),
            false => Err(self.walker.refuse(Code::Missing, self.walker.at.values, 0, 0)),
        }
    }

    /// The operation that was found.
    fn scope_here(&self) -> Result<Operation<'_>> {
        self.walker.operation()?.ok_or(Code::BadShape)
    }

    /// Opens the scope that was found.
    fn enter(&mut self) -> Result<Entered> {
        let operation = self.scope_here()?;
        let (marks, length) = (operation.marks, operation.length);
        let Step::Begin(begin) = Step::of(&operation.what) else {
            return Err(self.wrong_type(self.walker.at.values));
        };
        self.walker.pass(length);
        let entered = self.walker.enter(begin, marks)?;
        self.straight = !matches!(begin, Begin::List(_));
        Ok(entered)
    }

    /// Opens the next subsection of the open scope. All that the scope has are its own: on this wire they
    /// lie in it.
    pub(super) fn open_subsection(&mut self, name: &mut SubsectionName) -> Result<Option<u32>> {
        if !self.seek(&Wanted::Subsection)? {
            return Ok(None);
        }
        let operation = self.scope_here()?;
        let What::Subsection { version } = operation.what else { return Ok(None) };
        name.clear();
        // A name is no longer than the room for it.
        let _ = name.extend_from_slice(operation.name);
        self.enter()?;
        Ok(Some(version))
    }

    /// Passes over the subsection that was just opened, if it is ancillary.
    pub(super) fn leave_subsection(&mut self) -> Result<()> {
        match self.walker.frames.last() {
            Some(top) if top.kind != ScopeKind::Subsection => return Err(self.out_of_place()),
            Some(top) if top.marks.contains(Marks::ANCILLARY) => {}
            _ => {
                let at = self.walker.at.values;
                return Err(self.walker.refuse(Code::UnknownSubsection, at, 0, 0));
            }
        }
        self.skipped.items = self.skipped.items.saturating_add(1);
        self.leave_rest(true)?;
        self.walker.arrive()?;
        self.walker.end_scope()?;
        self.settle()
    }
}
