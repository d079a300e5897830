//! Items with names that are not measured yet, and places that need not be references: what the calls
//! of devices and the C interface are made of.

use super::{Side, Visitor};
use crate::error::{Code, Result};
use crate::io::{told, Width};
use crate::visit::{
    is_private, Decoder, Encoder, Extent, Kind, Marks, Name, Place, Scalar, Slots, Track,
};

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

    /// The same for a name that needs no measuring.
    #[inline]
    pub(super) fn try_named<T: Scalar>(&mut self, name: &str, value: &mut T) -> Result<()> {
        self.track.check()?;
        match &mut self.side {
            Side::Save(encoder) => put(*encoder, name, T::KIND, value.to_wire_bits()),
            Side::Load(decoder) => {
                *value = T::from_wire_bits(get(*decoder, name, T::KIND)?);
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
        match self.exists_since(&mut place, version, otherwise)? {
            true => self.scalar(name, place),
            false => Ok(()),
        }
    }

    /// Whether a scalar of this version on is in the state; if not, stores `otherwise` on load.
    #[inline]
    pub(super) fn exists_since<P: Place>(
        &mut self,
        place: &mut P,
        version: u32,
        otherwise: P::Value,
    ) -> Result<bool> {
        if self.track.version() >= version {
            return Ok(true);
        }
        if self.is_loading() {
            self.track.check()?;
            place.store(otherwise);
            return Ok(false);
        }
        // Nothing is saved, so there is nothing to mark.
        self.mark(Marks::NONE).map(|()| false)
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
        if !self.has(name)? {
            place.store(otherwise);
            return Ok(());
        }
        self.scalar(name, place)
    }

    /// Saves a scalar from its bits, which are of the width of its kind.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on load.
    pub(crate) fn save_scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.save(name, |encoder| encoder.scalar(name, kind, bits))
    }

    /// Loads the bits of a scalar.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save.
    pub(crate) fn load_scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<u64> {
        self.load(name, |decoder| decoder.scalar(name, kind))
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
        if !kind.width().divides(elements.len()) {
            return Err(self.fail(Code::InvalidArgument, 0, elements.len(), name));
        }
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

    /// Saves what stands outside of devices and only other programs know. Says whether the wire carries
    /// such; if not, it is left out.
    pub(crate) fn save_foreign(&mut self, name: &dyn Name, data: &[u8]) -> Result<bool> {
        self.save(name, |encoder| {
            if !encoder.carries_foreign() {
                return Ok(false);
            }
            encoder.mark(Marks::FOREIGN)?;
            encoder.bytes(name, Extent::Variable, data).map(|()| true)
        })
    }

    /// Whether the wire of a visitor that saves carries a device of this name that stands beside all others: not one of
    /// the library's own where a reader could not pass over it.
    pub(crate) fn carries_device(&self, name: &[u8]) -> bool {
        match &self.side {
            Side::Save(encoder) => !is_private(name) || encoder.carries_foreign(),
            Side::Load(_) => true,
        }
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
    /// As [`save_array`](Visitor::save_array); [`Code::BadText`] for one with a NUL, which C could not hold.
    pub fn save_text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.save(name, |encoder| encoder.text(name, without_nul(text)?))
    }

    /// Loads a string of at most `capacity` bytes and gives it to `store`.
    ///
    /// # Errors
    /// As [`load_array`](Visitor::load_array), and those of `store`; [`Code::BadText`] also for a NUL.
    pub fn load_text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()> {
        let store = &mut |text: &str| store(without_nul(text)?);
        self.load(name, |decoder| decoder.text(name, capacity, store))
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

    /// Whether the open scope has an item of this name that was not visited yet. On a wire without
    /// names always true, and so it is on save.
    ///
    /// # Errors
    /// Those of the wire.
    pub fn has(&mut self, name: &dyn Name) -> Result<bool> {
        if !self.is_loading() {
            return self.track.check().map(|()| true);
        }
        self.load(name, |decoder| decoder.has(name))
    }

    /// Whether the item that comes next has this name, on load. On a wire without names never.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save.
    pub(crate) fn comes_next(&mut self, name: &dyn Name) -> Result<bool> {
        self.load(name, |decoder| decoder.comes_next(name))
    }

    /// Whether the item that comes next is an opaque buffer of this name, on load.
    ///
    /// # Errors
    /// Those of the wire; [`Code::WrongDirection`] on save.
    pub(crate) fn comes_opaque(&mut self, name: &dyn Name) -> Result<bool> {
        self.load(name, |decoder| decoder.comes_opaque(name))
    }

    /// Saves a byte buffer that is all 0, and says whether the wire takes it without the bytes.
    ///
    /// # Errors
    /// As [`save_bytes`](Visitor::save_bytes).
    pub(crate) fn save_zeros(&mut self, name: &dyn Name, length: usize) -> Result<bool> {
        self.save(name, |encoder| encoder.zeros(name, length))
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

    /// Whether raw bytes are the first of the open scope that was not read, on a wire that can tell: there, a device
    /// was saved by code that puts bytes. Never on save.
    ///
    /// # Errors
    /// Those of the wire.
    pub fn at_raw(&mut self) -> Result<bool> {
        match self.is_loading() {
            true => self.load(&"", |decoder| decoder.at_raw()),
            false => self.track.check().map(|()| false),
        }
    }

    /// Copies raw bytes that follow the next `ahead` ones, consuming nothing, and says how many.
    /// The end of the stream is no error.
    ///
    /// # Errors
    /// As [`get_raw`](Visitor::get_raw); [`Code::Unsupported`] when the source cannot look ahead.
    pub fn peek_raw(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize> {
        self.load(&"", |decoder| decoder.peek(ahead, out))
    }
}

/// Picks the function of the width: `kind` is a constant where this is inlined.
#[inline(always)]
#[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
fn put(encoder: &mut dyn Encoder, name: &str, kind: Kind, bits: u64) -> Result<()> {
    match kind.width() {
        Width::One => encoder.scalar8(name, kind, bits as u8),
        Width::Two => encoder.scalar16(name, kind, bits as u16),
        Width::Four => encoder.scalar32(name, kind, bits as u32),
        Width::Eight => encoder.scalar64(name, kind, bits),
    }
}

/// As [`put`], the other way.
#[inline(always)]
fn get(decoder: &mut dyn Decoder, name: &str, kind: Kind) -> Result<u64> {
    match kind.width() {
        Width::One => decoder.scalar8(name, kind).map(u64::from),
        Width::Two => decoder.scalar16(name, kind).map(u64::from),
        Width::Four => decoder.scalar32(name, kind).map(u64::from),
        Width::Eight => decoder.scalar64(name, kind),
    }
}

fn without_nul(text: &str) -> Result<&str> {
    if text.contains('\0') {
        return Err(Code::BadText);
    }
    Ok(text)
}
