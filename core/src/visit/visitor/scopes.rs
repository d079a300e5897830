//! Scopes begin and end. As [`items`](super::items), for everyone's use.

use super::{Side, Visitor};
use crate::error::{Code, Fault, Result, MAX_DEPTH, MAX_NAME};
use crate::visit::{Count, Description, Extent, Name, Opened, Scope, ScopeKind};

/// The largest count of a list: counts are 32 bits wide on every wire.
const MAX_COUNT: usize = 0xffff_ffff;

impl Visitor<'_> {
    /// Opens a scope, other than an element, a variable list or a subsection that is loaded.
    ///
    /// # Errors
    /// Those of the wire; [`Code::TooDeep`], [`Code::NameTooLong`], [`Code::Unbalanced`],
    /// [`Code::TooNew`], [`Code::TooOld`].
    #[inline]
    pub fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        match self.open(name, scope) {
            Ok(_) => Ok(()),
            Err(code) => Err(code),
        }
    }

    /// Closes the innermost scope.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`] when the innermost scope is of another kind.
    #[inline]
    pub fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.track.check()?;
        if !self.track.may_close(kind) {
            return Err(self.fail(Code::Unbalanced, 0, 0, &""));
        }
        let done = match &mut self.side {
            Side::Save(encoder) => encoder.end(kind),
            Side::Load(decoder) => decoder.end(kind),
        };
        if let Err(code) = done {
            return Err(self.wire_failed(code, &""));
        }
        self.track.close();
        Ok(())
    }

    /// Opens the next element of a list: [`begin`](Visitor::begin) for the scope that is opened most.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`] outside a list.
    #[inline]
    pub fn begin_element(&mut self) -> Result<()> {
        self.track.check()?;
        if !self.track.open_element() {
            return Err(self.fail(Code::Unbalanced, 0, 0, &""));
        }
        let done = match &mut self.side {
            Side::Save(encoder) => encoder.begin(&"", Scope::Element),
            Side::Load(decoder) => decoder.begin(&"", Scope::Element).map(|_| ()),
        };
        match done {
            Ok(()) => Ok(()),
            Err(code) => Err(self.wire_failed(code, &"")),
        }
    }

    /// Closes an element of a list.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`] when the innermost scope is none.
    #[inline]
    pub fn end_element(&mut self) -> Result<()> {
        self.track.check()?;
        if !self.track.close_element() {
            return Err(self.fail(Code::Unbalanced, 0, 0, &""));
        }
        let done = match &mut self.side {
            Side::Save(encoder) => encoder.end(ScopeKind::Element),
            Side::Load(decoder) => decoder.end(ScopeKind::Element),
        };
        match done {
            Ok(()) => Ok(()),
            Err(code) => Err(self.wire_failed(code, &"")),
        }
    }

    /// Opens a list whose count is part of the state. Errors as [`varlist`](Visitor::varlist).
    ///
    /// # Errors
    /// As [`varlist`](Visitor::varlist).
    pub fn begin_varlist(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        mut count: impl Count,
    ) -> Result<()> {
        self.track.check()?;
        if self.is_loading() {
            let scope = Scope::List { extent: Extent::Variable, count: capacity };
            count.store(self.open(name, scope)?);
            return Ok(());
        }
        match count.load() {
            count if count <= capacity => {
                self.begin(name, Scope::List { extent: Extent::Variable, count })
            }
            count => Err(self.fail(Code::InvalidArgument, capacity, count, name)),
        }
    }

    /// Opens a scope and gives the count of a list.
    #[inline]
    fn open(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<usize> {
        self.track.check()?;
        let text = name.bytes();
        if scope.kind() == ScopeKind::Element {
            return Err(self.fail(Code::InvalidArgument, 0, 0, name));
        }
        self.may_open(text)?;
        let opened = match &mut self.side {
            Side::Save(encoder) => {
                encoder.begin(&text, scope).map(|()| Opened { version: None, count: scope.count() })
            }
            Side::Load(decoder) => decoder.begin(&text, scope),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(code) => return Err(self.wire_failed(code, name)),
        };
        let Ok(count) = u32::try_from(opened.count) else {
            return Err(self.fail(Code::TooLong, MAX_COUNT, opened.count, name));
        };
        self.track.open(text, &scope, count);
        if let Scope::Struct(Some(description)) = scope {
            self.adopt(opened.version.unwrap_or(description.version), &description)?;
        }
        Ok(opened.count)
    }

    /// Checks that one more scope may begin, with this name.
    #[inline]
    pub(in crate::visit) fn may_open(&mut self, name: &[u8]) -> Result<()> {
        if self.track.depth() >= MAX_DEPTH {
            return Err(self.fail(Code::TooDeep, MAX_DEPTH, self.track.depth(), &name));
        }
        if name.len() > MAX_NAME {
            return Err(self.fail(Code::NameTooLong, MAX_NAME, name.len(), &name));
        }
        Ok(())
    }

    /// Makes `version` that of the scope just opened if the description allows it.
    fn adopt(&mut self, version: u32, description: &Description<'_>) -> Result<()> {
        self.check_version(version, description.minimum_version, description.version)?;
        self.track.set_version(version);
        Ok(())
    }

    pub(in crate::visit) fn check_version(
        &mut self,
        found: u32,
        oldest: u32,
        newest: u32,
    ) -> Result<()> {
        let (code, known) = match found {
            _ if found > newest => (Code::TooNew, newest),
            _ if found < oldest => (Code::TooOld, oldest),
            _ => return Ok(()),
        };
        let offset = self.position();
        let (expected, found) = (u64::from(known), u64::from(found));
        Err(self.track.fail(code, Fault { offset, expected, found, cause: 0 }, &""))
    }
}
