//! The calls that devices make.

use super::Visitor;
use crate::error::{Code, Result};
use crate::visit::{Description, Extent, Marks, Scalar, Scope, ScopeKind, Text, Versions};

impl Visitor<'_> {
    /// Visits a scalar.
    ///
    /// # Errors
    /// Those of the wire; on load the value then keeps what it held.
    #[inline]
    pub fn visit<T: Scalar>(&mut self, name: &str, value: &mut T) -> Result<()> {
        match self.try_named(name, value) {
            Ok(()) => Ok(()),
            Err(code) => Err(self.wire_failed(code, &name)),
        }
    }

    /// Visits a scalar that exists from `version` on. In a state of an older version nothing is on
    /// the wire, and loading stores `otherwise`.
    ///
    /// # Errors
    /// As [`visit`](Visitor::visit).
    pub fn visit_since<T: Scalar>(
        &mut self,
        name: &str,
        mut value: &mut T,
        version: u32,
        otherwise: T,
    ) -> Result<()> {
        match self.exists_since(&mut value, version, otherwise)? {
            true => self.visit(name, value),
            false => Ok(()),
        }
    }

    /// Visits a scalar that may be missing in the stream, in which case loading stores
    /// `otherwise`. On a wire without names it is never missing.
    ///
    /// # Errors
    /// As [`visit`](Visitor::visit).
    pub fn visit_or<T: Scalar>(&mut self, name: &str, value: &mut T, otherwise: T) -> Result<()> {
        match self.has(&name)? {
            true => self.visit(name, value),
            false => {
                *value = otherwise;
                Ok(())
            }
        }
    }

    /// Visits an array of fixed length in one call.
    ///
    /// # Errors
    /// Those of the wire; a load that fails may have stored some of the elements.
    pub fn array<T: Scalar>(&mut self, name: &str, values: &mut [T]) -> Result<()> {
        if self.is_loading() {
            let slots = T::slots(values);
            return self.load_array(&name, T::KIND, Extent::Fixed, slots).map(|_| ());
        }
        self.save_array(&name, T::KIND, Extent::Fixed, T::elements(values))
    }

    /// Visits the first `count` elements of an array; the count is part of the state.
    ///
    /// # Errors
    /// Those of the wire; [`Code::TooMany`] when the stream holds more than `values` has room for,
    /// and [`Code::InvalidArgument`] when `count` is beyond it on save.
    pub fn varray<T: Scalar>(
        &mut self,
        name: &str,
        values: &mut [T],
        count: &mut usize,
    ) -> Result<()> {
        if self.is_loading() {
            *count = self.load_array(&name, T::KIND, Extent::Variable, T::slots(values))?;
            return Ok(());
        }
        self.check_count(&name, *count, values.len())?;
        let held = values.get(..*count).unwrap_or_default();
        self.save_array(&name, T::KIND, Extent::Variable, T::elements(held))
    }

    /// Visits a byte buffer of fixed length.
    ///
    /// # Errors
    /// As [`array`](Visitor::array).
    pub fn bytes(&mut self, name: &str, data: &mut [u8]) -> Result<()> {
        if self.is_loading() {
            return self.load_bytes(&name, Extent::Fixed, data).map(|_| ());
        }
        self.save_bytes(&name, Extent::Fixed, data)
    }

    /// Visits the first `length` bytes of a buffer; the length is part of the state.
    ///
    /// # Errors
    /// As [`varray`](Visitor::varray).
    pub fn varbytes(&mut self, name: &str, data: &mut [u8], length: &mut usize) -> Result<()> {
        if self.is_loading() {
            *length = self.load_bytes(&name, Extent::Variable, data)?;
            return Ok(());
        }
        self.check_count(&name, *length, data.len())?;
        self.save_bytes(&name, Extent::Variable, data.get(..*length).unwrap_or_default())
    }

    /// Visits a string.
    ///
    /// # Errors
    /// Those of the wire; [`Code::TooMany`] when the stream's string does not fit, and the old one
    /// is kept.
    pub fn text(&mut self, name: &str, text: &mut impl Text) -> Result<()> {
        if !self.is_loading() {
            return self.save_text(&name, text.as_text());
        }
        let room = text.capacity();
        self.load_text(&name, room, &mut |loaded| text.set_text(loaded))
    }

    /// Visits what may be there or not; `visit` runs if it is.
    ///
    /// # Errors
    /// Those of the wire and of `visit`; [`Code::TooDeep`].
    pub fn optional<T: Default>(
        &mut self,
        name: &str,
        value: &mut Option<T>,
        visit: impl FnOnce(&mut Self, &mut T) -> Result<()>,
    ) -> Result<()> {
        let mut present = value.is_some();
        self.begin_optional(&name, &mut present)?;
        match present {
            true => self.within(|v| visit(v, value.get_or_insert_with(T::default)))?,
            false => *value = None,
        }
        self.end(ScopeKind::Optional)
    }

    /// Visits a null pointer: on load, checks that the stream has one here too.
    ///
    /// # Errors
    /// [`Code::BadValue`] when it has not.
    pub fn absent(&mut self, name: &str) -> Result<()> {
        self.null(&name)
    }

    /// Visits a device. The version of its state is the one that the stream tells; on a wire that tells
    /// none, and on save, the one that [`set_version`](Visitor::set_version) gave, and else the current.
    ///
    /// # Errors
    /// Those of the wire and of `visit`; [`Code::TooNew`] and [`Code::TooOld`] when the version is not
    /// among `versions`; [`Code::TooDeep`].
    pub fn device(
        &mut self,
        name: &str,
        instance: u32,
        versions: Versions,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.scope(name, Scope::Device { instance, versions }, visit)
    }

    /// Visits a struct of the version that surrounds it.
    ///
    /// # Errors
    /// Those of the wire and of `visit`; [`Code::TooDeep`].
    pub fn structure(
        &mut self,
        name: &str,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.scope(name, Scope::Struct(None), visit)
    }

    /// Visits a struct with versions of its own. On a wire that carries none for it, the current
    /// version is taken for the stream's.
    ///
    /// # Errors
    /// As [`device`](Visitor::device).
    pub fn versioned(
        &mut self,
        name: &str,
        description: Description<'_>,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.scope(name, Scope::Struct(Some(description)), visit)
    }

    fn scope(
        &mut self,
        name: &str,
        scope: Scope<'_>,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.begin(&name, scope)?;
        self.within(visit)?;
        self.end(scope.kind())
    }

    /// Visits a list of `count` structs.
    ///
    /// # Errors
    /// As [`structure`](Visitor::structure).
    pub fn list(
        &mut self,
        name: &str,
        count: usize,
        each: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        self.begin(&name, Scope::List { extent: Extent::Fixed, count })?;
        self.each(count, each)
    }

    /// Visits a list of `count` structs whose count is part of the state.
    ///
    /// # Errors
    /// As [`structure`](Visitor::structure); [`Code::TooMany`] when the stream holds more than
    /// `capacity`, and [`Code::InvalidArgument`] when `count` is beyond it on save.
    pub fn varlist(
        &mut self,
        name: &str,
        capacity: usize,
        count: &mut usize,
        each: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        self.begin_varlist(&name, capacity, &mut *count)?;
        self.each(*count, each)
    }

    fn each(
        &mut self,
        count: usize,
        mut each: impl FnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        for index in 0..count {
            self.begin_element()?;
            self.within(|v| each(v, index))?;
            self.end_element()?;
        }
        self.end(ScopeKind::List)
    }

    /// Runs what a device does in a scope. An error of the device's own ends the visit like any other.
    #[inline]
    fn within(&mut self, visit: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match visit(self) {
            Ok(()) => Ok(()),
            Err(code) => Err(self.fail_as(code, 0, &"")),
        }
    }

    /// Marks the next item or scope, which is neither raw bytes nor an element: where marks are kept,
    /// such with marks are [`Code::InvalidArgument`](crate::error::Code::InvalidArgument). Has a meaning on
    /// save only: a reader takes the marks from the stream.
    ///
    /// # Errors
    /// Those of the wire.
    pub fn mark(&mut self, marks: Marks) -> Result<()> {
        if self.is_loading() {
            return self.check();
        }
        self.save(&"", |encoder| encoder.mark(marks))
    }

    /// On load, ends the visit at an item `name` of the innermost scope unless `good`: for a value that the
    /// device could not live with. Saving looks at nothing.
    ///
    /// # Errors
    /// The first error; [`Code::Refused`].
    #[inline]
    pub fn require(&mut self, name: &str, good: bool) -> Result<()> {
        self.refuse_unless(good, &name)
    }

    /// Ends the visit with the device's own refusal, for instance of a value that it loaded. `cause`
    /// is the device's number for it, or 0.
    ///
    /// # Errors
    /// Always: [`Code::Refused`], or the first error if there was one before.
    pub fn refuse<T>(&mut self, name: &str, cause: i32) -> Result<T> {
        Err(self.fail_as(Code::Refused, cause, &name))
    }
}
