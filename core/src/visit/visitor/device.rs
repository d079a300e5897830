//! The calls that devices make.

use super::Visitor;
use crate::error::{Code, Result};
use crate::visit::{Description, Extent, Marks, Note, Scalar, Scope, ScopeKind};

impl Visitor<'_> {
    /// Visits a scalar.
    ///
    /// # Errors
    /// Those of the wire; on load the value then keeps what it held.
    #[inline]
    pub fn visit<T: Scalar>(&mut self, name: &str, value: &mut T) -> Result<()> {
        self.scalar(&name, value)
    }

    /// Visits a scalar that exists from `version` on. In a state of an older version nothing is on
    /// the wire, and loading stores `otherwise`. Errors as [`visit`](Visitor::visit).
    pub fn visit_since<T: Scalar>(
        &mut self,
        name: &str,
        value: &mut T,
        version: u32,
        otherwise: T,
    ) -> Result<()> {
        self.scalar_since(&name, value, version, otherwise)
    }

    /// Visits a scalar that may be missing in the stream, in which case loading stores
    /// `otherwise`. On a wire without names it is never missing. Errors as
    /// [`visit`](Visitor::visit).
    pub fn visit_or<T: Scalar>(&mut self, name: &str, value: &mut T, otherwise: T) -> Result<()> {
        self.scalar_or(&name, value, otherwise)
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
        match values.get(..*count) {
            Some(values) => self.save_array(&name, T::KIND, Extent::Variable, T::elements(values)),
            None => Err(self.fail(Code::InvalidArgument, values.len(), *count, &name)),
        }
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
        match data.get(..*length) {
            Some(data) => self.save_bytes(&name, Extent::Variable, data),
            None => Err(self.fail(Code::InvalidArgument, data.len(), *length, &name)),
        }
    }

    /// Visits a string.
    ///
    /// # Errors
    /// Those of the wire; [`Code::TooMany`] when the stream's string does not fit, and the old one
    /// is kept.
    pub fn text<const N: usize>(
        &mut self,
        name: &str,
        text: &mut heapless::String<N>,
    ) -> Result<()> {
        if !self.is_loading() {
            return self.save_text(&name, text);
        }
        self.load_text(&name, N, &mut |loaded| {
            let loaded = heapless::String::try_from(loaded).map_err(|_| Code::TooMany)?;
            *text = loaded;
            Ok(())
        })
    }

    /// Visits an item that may be there or not: a presence flag, then the item.
    ///
    /// # Errors
    /// Those of the wire and of `visit`.
    pub fn optional<T: Default>(
        &mut self,
        name: &str,
        value: &mut Option<T>,
        visit: impl FnOnce(&mut Self, &mut T) -> Result<()>,
    ) -> Result<()> {
        let mut present = value.is_some();
        self.presence(&name, &mut present)?;
        if !present {
            *value = None;
            return Ok(());
        }
        visit(self, value.get_or_insert_with(T::default))
    }

    /// Visits a null pointer: on load, checks that the stream has one here too.
    ///
    /// # Errors
    /// [`Code::BadValue`] when it has not.
    pub fn absent(&mut self, name: &str) -> Result<()> {
        self.null(&name)
    }

    /// Visits a device: `visit` runs with `version` as the version of the state.
    ///
    /// # Errors
    /// Those of the wire and of `visit`; [`Code::TooDeep`].
    pub fn device(
        &mut self,
        name: &str,
        instance: u32,
        version: u32,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.begin(&name, Scope::Device { instance, version })?;
        visit(self)?;
        self.end(ScopeKind::Device)
    }

    /// Visits a struct of the version that surrounds it. Errors as [`device`](Visitor::device).
    pub fn structure(
        &mut self,
        name: &str,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.begin(&name, Scope::Struct(None))?;
        visit(self)?;
        self.end(ScopeKind::Struct)
    }

    /// Visits a struct with a version of its own.
    ///
    /// # Errors
    /// As [`device`](Visitor::device); [`Code::TooNew`] and [`Code::TooOld`] when the wire carries a
    /// version outside the description's.
    pub fn versioned(
        &mut self,
        name: &str,
        description: Description<'_>,
        visit: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        self.begin(&name, Scope::Struct(Some(description)))?;
        visit(self)?;
        self.end(ScopeKind::Struct)
    }

    /// Visits a list of `count` structs. Errors as [`device`](Visitor::device).
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
    /// As [`device`](Visitor::device); [`Code::TooMany`] when the stream holds more than `capacity`,
    /// and [`Code::InvalidArgument`] when `count` is beyond it on save.
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
            each(self, index)?;
            self.end_element()?;
        }
        self.end(ScopeKind::List)
    }

    /// Marks the next item. Has a meaning on save only: a reader takes the marks from the stream.
    ///
    /// # Errors
    /// Those of the wire.
    pub fn mark(&mut self, marks: Marks) -> Result<()> {
        self.note(Note::Marks(marks))
    }

    /// Gives the next item a label for its type, such as `uint8 equal`. As [`mark`](Visitor::mark).
    ///
    /// # Errors
    /// Those of the wire.
    pub fn label(&mut self, label: &str) -> Result<()> {
        self.note(Note::Label(label.as_bytes()))
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
