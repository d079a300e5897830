//! The visitor: one side of a wire, with its direction.

use super::{
    Decoder, Description, Encoder, Extent, Kind, Marks, Name, Note, Opened, Scalar, Scope,
    ScopeKind, Slots, Track,
};
use crate::error::{Code, Fault, Report, Result, MAX_DEPTH, MAX_NAME};
use crate::io::told;

/// Something that has state to visit.
pub trait Visit {
    /// Visits every item of the state, in an order that never changes for one version.
    ///
    /// # Errors
    /// Those of the visitor, passed on; or what the device itself finds wrong with its state,
    /// through [`Visitor::refuse`].
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()>;
}

/// Saves or loads a state item by item. See the [module](crate::visit) for the contract.
pub struct Visitor<'v> {
    side: Side<'v>,
    track: &'v mut Track,
}

enum Side<'v> {
    Save(&'v mut dyn Encoder),
    Load(&'v mut dyn Decoder),
}

/// A place in memory that holds a scalar. Only one of the two is called in a visit: saving never
/// stores.
pub trait Place {
    /// What it holds.
    type Value: Scalar;

    /// The value that is there.
    fn load(&self) -> Self::Value;

    /// Puts a value there.
    fn store(&mut self, value: Self::Value);
}

impl<T: Scalar> Place for &mut T {
    type Value = T;

    #[inline]
    fn load(&self) -> T {
        **self
    }

    #[inline]
    fn store(&mut self, value: T) {
        **self = value;
    }
}

/// The largest count of a list: counts are 32 bits wide on every wire.
const MAX_COUNT: usize = 0xffff_ffff;

impl<'v> Visitor<'v> {
    /// A visitor that saves to `encoder`.
    #[inline]
    pub fn saving(encoder: &'v mut dyn Encoder, track: &'v mut Track) -> Self {
        Visitor { side: Side::Save(encoder), track }
    }

    /// A visitor that loads from `decoder`.
    #[inline]
    pub fn loading(decoder: &'v mut dyn Decoder, track: &'v mut Track) -> Self {
        Visitor { side: Side::Load(decoder), track }
    }

    /// Whether this visitor loads.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        matches!(self.side, Side::Load(_))
    }

    /// The version of the innermost device, versioned struct or subsection: on load the stream's,
    /// on save the target's.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.track.version()
    }

    /// Sets the version of a state whose framing is the caller's own, outside any device scope.
    pub fn set_version(&mut self, version: u32) {
        self.track.set_version(version);
    }

    /// The position in the stream, in bytes.
    #[must_use]
    pub fn position(&self) -> u64 {
        match &self.side {
            Side::Save(encoder) => encoder.position(),
            Side::Load(decoder) => decoder.position(),
        }
    }

    /// The first error, if there was one.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.track.report()
    }

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
        let done = match &mut self.side {
            Side::Save(_) => {
                return self.save_array(&name, T::KIND, Extent::Fixed, T::elements(values))
            }
            Side::Load(_) => self.load_array(&name, T::KIND, Extent::Fixed, T::slots(values)),
        };
        done.map(|_| ())
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

    /// The first error, as the result that every later call returns.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<()> {
        self.track.check()
    }

    /// Checks that every scope was closed and sends on what is held back.
    ///
    /// # Errors
    /// Those of the sink; [`Code::Unbalanced`].
    pub fn finish(&mut self) -> Result<()> {
        self.track.check()?;
        if self.track.depth() > 0 {
            return Err(self.fail(Code::Unbalanced, 0, self.track.depth(), &""));
        }
        match self.is_loading() {
            true => Ok(()),
            false => self.flush(),
        }
    }

    /// Sends on what is held back.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn flush(&mut self) -> Result<()> {
        self.save(&"", |encoder| encoder.flush())
    }
}

/// The same with names that are not measured yet and places that are no references: what the
/// methods above and the C interface are made of.
impl Visitor<'_> {
    /// See [`visit`](Visitor::visit).
    ///
    /// # Errors
    /// Those of the wire.
    #[inline]
    pub fn scalar<P: Place>(&mut self, name: &dyn Name, place: P) -> Result<()> {
        match self.try_scalar(name, place) {
            Ok(()) => Ok(()),
            Err(code) => Err(self.wire_failed(code, name)),
        }
    }

    /// [`scalar`](Visitor::scalar) in two parts, so that what only an error needs can lie elsewhere:
    /// the caller passes an error on to [`wire_failed`](Visitor::wire_failed).
    ///
    /// # Errors
    /// Those of the wire, or the first error.
    #[inline]
    pub fn try_scalar<P: Place>(&mut self, name: &dyn Name, mut place: P) -> Result<()> {
        self.track.check()?;
        let kind = P::Value::KIND;
        match &mut self.side {
            Side::Save(encoder) => encoder.scalar(name, kind, place.load().to_wire_bits()),
            Side::Load(decoder) => {
                let bits = decoder.scalar(name, kind)?;
                place.store(P::Value::from_wire_bits(bits));
                Ok(())
            }
        }
    }

    /// See [`visit_since`](Visitor::visit_since).
    ///
    /// # Errors
    /// Those of the wire.
    #[inline]
    pub fn scalar_since<P: Place>(
        &mut self,
        name: &dyn Name,
        mut place: P,
        version: u32,
        otherwise: P::Value,
    ) -> Result<()> {
        if self.track.version() >= version {
            return self.scalar(name, place);
        }
        self.track.check()?;
        if self.is_loading() {
            place.store(otherwise);
        }
        Ok(())
    }

    /// See [`visit_or`](Visitor::visit_or).
    ///
    /// # Errors
    /// Those of the wire.
    #[inline]
    pub fn scalar_or<P: Place>(
        &mut self,
        name: &dyn Name,
        mut place: P,
        otherwise: P::Value,
    ) -> Result<()> {
        if self.is_loading() && !self.load(name, |decoder| decoder.has(name))? {
            place.store(otherwise);
            return Ok(());
        }
        self.scalar(name, place)
    }

    /// Saves an array from bytes of the machine's byte order.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on load.
    #[inline]
    pub fn save_array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.save(name, |encoder| encoder.array(name, kind, extent, elements))
    }

    /// Loads an array and says how many elements it had.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save.
    #[inline]
    pub fn load_array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize> {
        self.load(name, |decoder| decoder.array(name, kind, extent, slots))
    }

    /// Saves a byte buffer.
    ///
    /// # Errors
    /// As [`save_array`](Visitor::save_array).
    pub fn save_bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.save(name, |encoder| encoder.bytes(name, extent, data))
    }

    /// Loads a byte buffer and says how long it was.
    ///
    /// # Errors
    /// As [`load_array`](Visitor::load_array).
    pub fn load_bytes(&mut self, name: &dyn Name, extent: Extent, out: &mut [u8]) -> Result<usize> {
        self.load(name, |decoder| decoder.bytes(name, extent, out))
    }

    /// Saves a string.
    ///
    /// # Errors
    /// As [`save_array`](Visitor::save_array).
    pub fn save_text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.save(name, |encoder| encoder.text(name, text))
    }

    /// Loads a string of at most `capacity` bytes and gives it to `store`.
    ///
    /// # Errors
    /// As [`load_array`](Visitor::load_array), and those of `store`.
    pub fn load_text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        self.track.check()?;
        let mut refused = None;
        let mut checked = |text: &str| {
            let stored = if text.len() > capacity { Err(Code::TooMany) } else { store(text) };
            if let Err(code) = stored {
                refused = Some((code, text.len()));
            }
            stored
        };
        let done = match &mut self.side {
            Side::Load(decoder) => decoder.text(name, &mut checked),
            Side::Save(_) => Err(Code::WrongDirection),
        };
        match (done, refused) {
            (Ok(()), _) => Ok(()),
            (Err(_), Some((code, length))) => Err(self.fail(code, capacity, length, name)),
            (Err(code), None) => Err(self.wire_failed(code, name)),
        }
    }

    /// The presence flag before an optional item.
    ///
    /// # Errors
    /// Those of the wire.
    pub fn presence(
        &mut self,
        name: &dyn Name,
        mut present: impl Place<Value = bool>,
    ) -> Result<()> {
        if !self.is_loading() {
            let flag = present.load();
            return self.save(name, |encoder| encoder.presence(name, flag));
        }
        let flag = self.load(name, |decoder| decoder.presence(name))?;
        present.store(flag);
        Ok(())
    }

    /// See [`absent`](Visitor::absent).
    ///
    /// # Errors
    /// Those of the wire.
    pub fn null(&mut self, name: &dyn Name) -> Result<()> {
        if self.is_loading() {
            self.load(name, |decoder| decoder.absent(name))
        } else {
            self.save(name, |encoder| encoder.absent(name))
        }
    }

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
    pub(super) fn may_open(&mut self, name: &[u8]) -> Result<()> {
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

    pub(super) fn check_version(&mut self, found: u32, oldest: u32, newest: u32) -> Result<()> {
        let (code, known) = match found {
            _ if found > newest => (Code::TooNew, newest),
            _ if found < oldest => (Code::TooOld, oldest),
            _ => return Ok(()),
        };
        let offset = self.position();
        let (expected, found) = (u64::from(known), u64::from(found));
        Err(self.track.fail(code, Fault { offset, expected, found, cause: 0 }, &""))
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

    /// See [`mark`](Visitor::mark) and [`label`](Visitor::label).
    ///
    /// # Errors
    /// Those of the wire.
    pub fn note(&mut self, note: Note<'_>) -> Result<()> {
        if self.is_loading() {
            return self.track.check();
        }
        self.save(&"", |encoder| encoder.note(note))
    }

    /// Saves bytes that have neither name nor type.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on load.
    #[inline]
    pub fn put_raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.save(&"", |encoder| encoder.raw(bytes))
    }

    /// Loads raw bytes as far as the stream goes and says how far. The end of the stream is an error
    /// for the visit.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save.
    #[inline]
    pub fn get_raw(&mut self, out: &mut [u8]) -> Result<usize> {
        let wanted = out.len();
        let got = self.load(&"", |decoder| decoder.raw(out))?;
        if got < wanted {
            let offset = self.position().saturating_sub(told(got));
            // The bytes that came are the caller's; the next call returns the error.
            self.track.fail(Code::Truncated, Track::fault(offset, wanted, got), &"");
        }
        Ok(got)
    }

    /// Copies raw bytes that follow the next `ahead` ones, consuming nothing, and says how many.
    /// The end of the stream is no error.
    ///
    /// # Errors
    /// As [`get_raw`](Visitor::get_raw); [`Code::Unsupported`] when the source cannot look ahead.
    pub fn peek_raw(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.load(&"", |decoder| decoder.peek(ahead, out))
    }

    /// Makes `code` the error of the visit, at an item `name` of the innermost scope, and gives the
    /// first error.
    pub fn fail_as(&mut self, code: Code, cause: i32, name: &dyn Name) -> Code {
        let offset = self.position();
        self.track.fail(code, Fault { offset, cause, ..Fault::default() }, name)
    }

    #[inline]
    fn save<R>(
        &mut self,
        name: &dyn Name,
        put: impl FnOnce(&mut dyn Encoder) -> Result<R>,
    ) -> Result<R> {
        self.track.check()?;
        match &mut self.side {
            Side::Save(encoder) => match put(*encoder) {
                Ok(done) => Ok(done),
                Err(code) => Err(self.wire_failed(code, name)),
            },
            Side::Load(_) => Err(self.fail(Code::WrongDirection, 0, 0, name)),
        }
    }

    #[inline]
    pub(super) fn load<R>(
        &mut self,
        name: &dyn Name,
        get: impl FnOnce(&mut dyn Decoder) -> Result<R>,
    ) -> Result<R> {
        self.track.check()?;
        match &mut self.side {
            Side::Load(decoder) => match get(*decoder) {
                Ok(done) => Ok(done),
                Err(code) => Err(self.wire_failed(code, name)),
            },
            Side::Save(_) => Err(self.fail(Code::WrongDirection, 0, 0, name)),
        }
    }

    pub(super) fn track(&mut self) -> &mut Track {
        self.track
    }

    /// Notes an error that the wire found, with the wire's own place and numbers, and gives the
    /// first error.
    #[cold]
    pub fn wire_failed(&mut self, code: Code, name: &dyn Name) -> Code {
        let fault = match &self.side {
            Side::Save(encoder) => encoder.fault(),
            Side::Load(decoder) => decoder.fault(),
        };
        self.track.fail(code, fault, name)
    }

    /// Notes an error that the visitor found.
    #[cold]
    pub(super) fn fail(
        &mut self,
        code: Code,
        expected: usize,
        found: usize,
        name: &dyn Name,
    ) -> Code {
        let fault = Track::fault(self.position(), expected, found);
        self.track.fail(code, fault, name)
    }
}

/// A place in memory that holds a count of elements.
pub trait Count {
    /// The count that is there.
    fn load(&self) -> usize;

    /// Puts a count there.
    fn store(&mut self, count: usize);
}

impl Count for &mut usize {
    fn load(&self) -> usize {
        **self
    }

    fn store(&mut self, count: usize) {
        **self = count;
    }
}
