//! Scopes begin and end. As [`items`](super::items), for everyone's use.

use super::{Side, Visitor};
use crate::error::{Code, Fault, Result, MAX_DEPTH, MAX_NAME};
use crate::visit::{
    Count, Description, Extent, Name, Opened, Place, Scope, ScopeKind, Versions, OPEN,
};

/// The largest count of a list: counts are 32 bits wide on every wire.
const MAX_COUNT: usize = 0xffff_ffff;

impl Visitor<'_> {
    /// Opens a scope. What is optional, and a list of variable length, have calls of their own, since
    /// loading them tells something; on load, subsections are opened by
    /// [`next_subsection`](Visitor::next_subsection).
    ///
    /// # Errors
    /// Those of the wire; [`Code::TooDeep`], [`Code::NameTooLong`], [`Code::Unbalanced`],
    /// [`Code::TooNew`], [`Code::TooOld`]; [`Code::WrongDirection`] for those scopes on load.
    #[inline]
    pub fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        let tells = match scope {
            Scope::Element => return self.begin_element(),
            Scope::List { extent, .. } => extent == Extent::Variable,
            Scope::Optional { .. } | Scope::Subsection { .. } => true,
            Scope::Device { .. } | Scope::Struct(_) => false,
        };
        if tells && self.is_loading() {
            return Err(self.fail(Code::WrongDirection, 0, 0, name));
        }
        match self.open(name, scope) {
            Ok(_) => Ok(()),
            Err(code) => Err(code),
        }
    }

    /// Opens a device, or a struct with versions of its own, to save it at this version; on load the one that it is
    /// taken for where neither the wire nor [`set_version`](Visitor::set_version) tells one.
    ///
    /// # Errors
    /// As [`begin`](Visitor::begin).
    pub fn begin_at(&mut self, name: &dyn Name, scope: Scope<'_>, version: u32) -> Result<()> {
        self.open_at(name, scope, Some(version)).map(|_| ())
    }

    /// Closes the innermost scope.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`] when the innermost scope is of another kind.
    #[inline]
    pub fn end(&mut self, kind: ScopeKind) -> Result<()> {
        if kind == ScopeKind::Element {
            return self.end_element();
        }
        self.track.check()?;
        if !self.track.may_close(kind) {
            let (expected, found) = self.track.elements();
            return Err(self.fail(Code::Unbalanced, expected, found, &""));
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

    /// How many elements of the innermost list are still to come, if the wire told how many it has.
    pub(crate) fn elements_left(&self) -> Option<usize> {
        self.track.elements_left()
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
            Err(code) => {
                self.track.reopen_element();
                Err(self.wire_failed(code, &""))
            }
        }
    }

    /// Opens what is optional: saves or loads whether it is `present`. Its items follow only if it is,
    /// its [`end`](Visitor::end) in any case.
    ///
    /// # Errors
    /// Those of the wire; `present` is then false on load.
    pub fn begin_optional(
        &mut self,
        name: &dyn Name,
        mut present: impl Place<Value = bool>,
    ) -> Result<()> {
        if !self.is_loading() {
            return self.begin(name, Scope::Optional { present: present.load() });
        }
        let opened = self.open(name, Scope::Optional { present: false });
        present.store(matches!(opened, Ok(Opened { present: true, .. })));
        opened.map(|_| ())
    }

    /// Opens a list whose count is part of the state.
    ///
    /// # Errors
    /// As [`varlist`](Visitor::varlist); `count` is then 0 on load.
    pub fn begin_varlist(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        mut count: impl Count,
    ) -> Result<()> {
        if self.is_loading() {
            let scope = Scope::List { extent: Extent::Variable, count: capacity };
            let opened = self.open(name, scope);
            count.store(opened.map_or(0, |opened| opened.count));
            return opened.map(|_| ());
        }
        let count = count.load();
        self.check_count(name, count, capacity)?;
        self.begin(name, Scope::List { extent: Extent::Variable, count })
    }

    /// Checks that a count to be saved is one of the room it counts.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`].
    pub fn check_count(&mut self, name: &dyn Name, count: usize, capacity: usize) -> Result<()> {
        self.track.check()?;
        match count <= capacity {
            true => Ok(()),
            false => Err(self.fail(Code::InvalidArgument, capacity, count, name)),
        }
    }

    /// Opens a scope, and gives what loading it told.
    #[inline]
    fn open(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<Opened> {
        self.open_at(name, scope, None)
    }

    /// Opens the struct of a state that only its device knows; on load perhaps in the shape of a buffer, and says
    /// whether it is one: then raw bytes are all that is in it.
    ///
    /// # Errors
    /// As [`begin`](Visitor::begin).
    pub(crate) fn begin_own(&mut self, name: &dyn Name) -> Result<bool> {
        let scope = Scope::Struct(None);
        self.track.check()?;
        let text = name.bytes();
        self.may_open(text)?;
        let begun = match &mut self.side {
            Side::Save(encoder) => encoder.begin(&text, scope).map(|()| false),
            Side::Load(decoder) => decoder.begin_own(&text),
        };
        match begun {
            Ok(is_buffer) => {
                self.track.open(text, &scope, 0);
                Ok(is_buffer)
            }
            Err(code) => Err(self.wire_failed(code, name)),
        }
    }

    #[inline]
    fn open_at(
        &mut self,
        name: &dyn Name,
        scope: Scope<'_>,
        version: Option<u32>,
    ) -> Result<Opened> {
        self.track.check()?;
        let text = name.bytes();
        self.may_open(text)?;
        let known = match scope {
            Scope::Device { versions, .. } | Scope::Struct(Some(Description { versions, .. })) => {
                Some((self.position(), versions))
            }
            _ => None,
        };
        if known.is_some_and(|(_, versions)| versions.minimum > versions.current) {
            return Err(self.fail(Code::InvalidArgument, 0, 0, name));
        }
        let version = match scope {
            Scope::Device { .. } => self.track.take_framed().or(version),
            _ => version,
        };
        let opened = match &mut self.side {
            Side::Save(encoder) => encoder
                .begin(&text, scope.written_as(version))
                .map(|()| Opened { count: scope.count(), ..Opened::default() }),
            Side::Load(decoder) => decoder.begin(&text, scope),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(code) => return Err(self.wire_failed(code, name)),
        };
        if let Scope::List { extent, count } = scope {
            self.check_list(name, extent, count, opened.count)?;
        }
        self.track.open(text, &scope, u32::try_from(opened.count).unwrap_or(u32::MAX));
        if let Some((start, versions)) = known {
            self.adopt(start, opened.version.or(version), versions)?;
        }
        Ok(opened)
    }

    /// Checks the count of a list against what the wire told.
    fn check_list(
        &mut self,
        name: &dyn Name,
        extent: Extent,
        count: usize,
        told: usize,
    ) -> Result<()> {
        if count == OPEN && told == OPEN && extent == Extent::Fixed && self.is_loading() {
            return Ok(());
        }
        if told > MAX_COUNT {
            return Err(self.fail(Code::TooLong, MAX_COUNT, told, name));
        }
        if extent == Extent::Fixed && count != told && count != OPEN {
            return Err(self.fail(Code::BadValue, count, told, name));
        }
        Ok(())
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

    /// Makes the version that was told, or else the current one, that of the scope just opened, which
    /// began at `start`, if it is among those that are known.
    fn adopt(&mut self, start: u64, told: Option<u32>, known: Versions) -> Result<()> {
        let version = told.unwrap_or(known.current);
        self.check_version(start, version, known)?;
        self.track.set_version(version);
        Ok(())
    }

    pub(crate) fn check_version(&mut self, start: u64, found: u32, known: Versions) -> Result<()> {
        let (code, bound) = match found {
            _ if found > known.current => (Code::TooNew, known.current),
            _ if found < known.minimum => (Code::TooOld, known.minimum),
            _ => return Ok(()),
        };
        let (expected, found) = (u64::from(bound), u64::from(found));
        let fault = Fault { offset: start, expected, found, cause: 0 };
        Err(self.track.fail(code, fault, &""))
    }
}
