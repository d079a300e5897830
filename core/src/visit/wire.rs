//! What every wire implements: an encoder, a decoder, or both side by side.

use super::{
    Ahead, DeviceHead, Extent, Kind, Marks, Name, Opened, Place, Room, Scalar, Scope, ScopeKind,
    Slots, SubsectionName, Track, Visitor,
};
use crate::error::{Code, Fault, Path, Report, Result};

/// Takes the values of a state, in order.
///
/// Called by a [`Visitor`] only, which has checked that scopes nest and end as they began, and which
/// calls nothing more after an error.
pub trait Encoder {
    /// The position in the stream, in bytes.
    fn position(&self) -> u64;

    /// The place and numbers of the last error.
    fn fault(&self) -> Fault;

    /// Takes a scalar as bits (see [`Scalar`](super::Scalar)).
    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()>;

    /// A scalar of 8 bits. This and the next three are [`scalar`](Encoder::scalar) for a width and a name
    /// that the caller knows: no choice by kind is left for every field, and no call to compare names.
    fn scalar8(&mut self, name: &str, kind: Kind, bits: u8) -> Result<()> {
        self.scalar(&name, kind, u64::from(bits))
    }

    /// A scalar of 16 bits.
    fn scalar16(&mut self, name: &str, kind: Kind, bits: u16) -> Result<()> {
        self.scalar(&name, kind, u64::from(bits))
    }

    /// A scalar of 32 bits.
    fn scalar32(&mut self, name: &str, kind: Kind, bits: u32) -> Result<()> {
        self.scalar(&name, kind, u64::from(bits))
    }

    /// A scalar of 64 bits.
    fn scalar64(&mut self, name: &str, kind: Kind, bits: u64) -> Result<()> {
        self.scalar(&name, kind, bits)
    }

    /// Takes an array of scalars: `elements` in the machine's byte order, a multiple of the kind's
    /// width long.
    fn array(&mut self, name: &dyn Name, kind: Kind, extent: Extent, elements: &[u8])
        -> Result<()>;

    /// Takes a byte buffer.
    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()>;

    /// Takes a byte buffer of this fixed length, which is all 0, and says so; a wire that must have the bytes says no
    /// and takes nothing.
    fn zeros(&mut self, name: &dyn Name, length: usize) -> Result<bool> {
        let _ = (name, length);
        Ok(false)
    }

    /// Takes a string.
    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()>;

    /// Takes that an item is a null pointer.
    fn absent(&mut self, name: &dyn Name) -> Result<()>;

    /// A scope begins.
    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()>;

    /// The innermost scope ends; it is of this kind.
    fn end(&mut self, kind: ScopeKind) -> Result<()>;

    /// The marks of the next item or scope; [`Marks::NONE`] takes them back when that is left out. A
    /// wire that cannot carry marks drops them; one that can refuses those of raw bytes and of elements.
    ///
    /// # Errors
    /// Those of the wire.
    fn mark(&mut self, marks: Marks) -> Result<()> {
        let _ = marks;
        Ok(())
    }

    /// Lends the place of the next values, if there is one, so that a run of items can be put there at once. That
    /// gives the same stream as the items one by one.
    fn room(&mut self) -> Option<Room<'_>> {
        None
    }

    /// Takes bytes that have neither name nor type: what code writes that is not converted yet.
    fn raw(&mut self, bytes: &[u8]) -> Result<()>;

    /// The oldest version of the device that begins next which can read the state as it is written. Left
    /// out, it is the version that writes. A wire that cannot carry it drops it.
    ///
    /// # Errors
    /// Those of the wire.
    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        let _ = version;
        Ok(())
    }

    /// Whether what stands beside devices and a reader need not know can be carried: what only other programs know, a
    /// buffer of variable length that is marked ancillary, safe to copy and opaque; and what the library keeps, in
    /// devices whose names begin with `migcore.`. A replay leaves them out where a reader could not pass over them.
    fn carries_foreign(&self) -> bool {
        false
    }

    /// As [`Decoder::fingerprint`], of a stream that was written to its end.
    fn fingerprint(&self) -> u64 {
        0
    }

    /// Sends on what is held back.
    fn flush(&mut self) -> Result<()>;

    /// Ends the stream, once, with what a wire puts at its end; sends on what is held back.
    fn finish(&mut self) -> Result<()> {
        self.flush()
    }
}

/// Gives the values of a state, in the order in which the device asks.
///
/// Called by a [`Visitor`] only, under the same promises as [`Encoder`].
pub trait Decoder {
    /// The position in the stream, in bytes.
    fn position(&self) -> u64;

    /// The place and numbers of the last error.
    fn fault(&self) -> Fault;

    /// The name of the item that the last error is about, when it is not the one that the device named: an
    /// item or a device that nobody read.
    fn blamed(&self) -> &[u8] {
        &[]
    }

    /// Gives a scalar as bits (see [`Scalar`](super::Scalar)).
    fn scalar(&mut self, name: &dyn Name, kind: Kind) -> Result<u64>;

    /// A scalar of 8 bits. This and the next three are [`scalar`](Decoder::scalar) for a width and a name
    /// that the caller knows, as those of [`Encoder`].
    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar8(&mut self, name: &str, kind: Kind) -> Result<u8> {
        self.scalar(&name, kind).map(|bits| bits as u8)
    }

    /// A scalar of 16 bits.
    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar16(&mut self, name: &str, kind: Kind) -> Result<u16> {
        self.scalar(&name, kind).map(|bits| bits as u16)
    }

    /// A scalar of 32 bits.
    #[allow(clippy::as_conversions, reason = "bits are of the width of their kind")]
    fn scalar32(&mut self, name: &str, kind: Kind) -> Result<u32> {
        self.scalar(&name, kind).map(|bits| bits as u32)
    }

    /// A scalar of 64 bits.
    fn scalar64(&mut self, name: &str, kind: Kind) -> Result<u64> {
        self.scalar(&name, kind)
    }

    /// Fills `slots` and says how many elements that were. A fixed array fills all of them.
    ///
    /// # Errors
    /// [`Code::TooMany`] when a variable array has more elements than there are slots; nothing is
    /// filled then.
    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        slots: Slots<'_>,
    ) -> Result<usize>;

    /// Fills `out` and says how far. Errors as [`array`](Decoder::array).
    fn bytes(&mut self, name: &dyn Name, extent: Extent, out: &mut [u8]) -> Result<usize>;

    /// Gives a string of at most `capacity` bytes to `store`, which may refuse it.
    ///
    /// # Errors
    /// [`Code::TooMany`] when the string is longer; [`Code::BadText`] when it is not UTF-8; those of
    /// `store`.
    fn text(
        &mut self,
        name: &dyn Name,
        capacity: usize,
        store: &mut dyn FnMut(&str) -> Result<()>,
    ) -> Result<()>;

    /// Checks that the item is a null pointer.
    fn absent(&mut self, name: &dyn Name) -> Result<()>;

    /// Whether the open scope has an item of this name. A wire without names says yes: there, a
    /// field can only be left out by its version.
    fn has(&mut self, name: &dyn Name) -> Result<bool> {
        let _ = name;
        Ok(true)
    }

    /// Whether the item that comes next has this name, with no look at those behind it. A wire without names says
    /// no.
    fn comes_next(&mut self, name: &dyn Name) -> Result<bool> {
        let _ = name;
        Ok(false)
    }

    /// Whether the item that comes next is an opaque buffer of this name. A wire without names says no.
    fn comes_opaque(&mut self, name: &dyn Name) -> Result<bool> {
        let _ = name;
        Ok(false)
    }

    /// Opens the struct, without a description, of a state that only its device knows. What has a fixed length in its
    /// place, a buffer above all, is opened as one that holds its bytes, big-endian, as raw ones, which must all be
    /// taken; says whether it is such.
    ///
    /// # Errors
    /// As [`begin`](Decoder::begin).
    fn begin_own(&mut self, name: &dyn Name) -> Result<bool> {
        self.begin(name, Scope::Struct(None)).map(|_| false)
    }

    /// Opens a scope; not a subsection.
    ///
    /// # Errors
    /// [`Code::TooMany`] when a variable list has more elements than there is room for.
    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<Opened>;

    /// Closes the innermost scope, which is of this kind.
    fn end(&mut self, kind: ScopeKind) -> Result<()>;

    /// Opens the next subsection that the stream holds for the description `owner`: puts its name
    /// into `name` and returns its version, or `None` when no more follow.
    fn next_subsection(&mut self, owner: &[u8], name: &mut SubsectionName) -> Result<Option<u32>>;

    /// Passes over the subsection just opened, which the device does not know, and closes it.
    ///
    /// # Errors
    /// [`Code::UnknownSubsection`] when it is critical or its end cannot be known.
    fn skip_subsection(&mut self) -> Result<()>;

    /// Lends what comes next, if a run of items can be taken from it at once. That gives the same values as the
    /// items one by one.
    fn ahead(&mut self) -> Option<Ahead<'_>> {
        None
    }

    /// Fills `out` with raw bytes as far as the stream goes, and says how far.
    fn raw(&mut self, out: &mut [u8]) -> Result<usize>;

    /// Whether raw bytes are the first of the open scope that was not read. A wire where all is bytes says no: there
    /// they cannot be told from other items, and need not be.
    fn at_raw(&mut self) -> Result<bool> {
        Ok(false)
    }

    /// Copies raw bytes that follow the next `ahead` ones, consuming nothing, and says how many.
    fn peek(&mut self, ahead: usize, out: &mut [u8]) -> Result<usize>;

    /// Looks at the next device without opening it; `None` when there are no more.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unbalanced`] inside of a device; [`Code::Unsupported`] where devices
    /// have no names.
    fn next_device(&mut self) -> Result<Option<DeviceHead<'_>>> {
        Err(Code::Unsupported)
    }

    /// Passes over the next device, whether it is critical or not, and checks as much of it as can be
    /// without the device.
    ///
    /// # Errors
    /// As [`next_device`](Decoder::next_device); [`Code::Missing`] when there is none.
    fn check_device(&mut self) -> Result<()> {
        Err(Code::Unsupported)
    }

    /// Passes over the next device, which this program does not have, and counts it.
    ///
    /// # Errors
    /// As [`check_device`](Decoder::check_device); [`Code::UnknownDevice`] when it is critical.
    fn skip_device(&mut self) -> Result<()> {
        Err(Code::Unsupported)
    }

    /// A number that tells two streams apart that were read to their end, as a checksum does; 0 where
    /// the wire has none.
    fn fingerprint(&self) -> u64 {
        0
    }

    /// Ends the load: checks what a wire has at its end. Every scope is closed.
    ///
    /// # Errors
    /// Those of the wire.
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }

    /// Checks that nothing follows.
    ///
    /// # Errors
    /// [`Code::Unconsumed`]; those of the wire.
    fn expect_end(&mut self) -> Result<()> {
        match self.raw(&mut [0])? {
            0 => Ok(()),
            _ => Err(Code::Unconsumed),
        }
    }
}

/// A wire together with the [`Track`] of the visit that goes on over it.
#[derive(Debug)]
pub struct Visiting<W> {
    wire: W,
    track: Track,
}

impl<W> Visiting<W> {
    /// Begins a visit over `wire`.
    // Inlined, and so made where it goes: it is large for the stack of a firmware.
    #[inline(always)]
    pub fn new(wire: W) -> Self {
        Visiting { wire, track: Track::new() }
    }

    /// The first error, if there was one.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        self.track.report()
    }

    /// The scopes that are open and the first error.
    #[must_use]
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// The wire and the track, for calls that a visitor does not have: their errors belong into the
    /// track.
    pub fn parts(&mut self) -> (&mut W, &mut Track) {
        (&mut self.wire, &mut self.track)
    }

    /// The full report of `code`, which a call on this visit returned.
    #[must_use]
    pub fn report_of(&self, code: Code) -> Report {
        let bare = || Report { code, fault: Fault::default(), path: Path::new() };
        self.report().cloned().unwrap_or_else(bare)
    }
}

impl<W: Encoder> Visiting<W> {
    /// A visitor that saves to this wire.
    #[inline]
    pub fn saver(&mut self) -> Visitor<'_> {
        Visitor::saving(&mut self.wire, &mut self.track)
    }

    /// Finishes the save, and gives the position behind it.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish_save(&mut self) -> core::result::Result<u64, Report> {
        finish(self.saver()).map_err(|code| self.report_of(code))
    }

    /// Does something with the wire that a visitor has no call for. An error of it is one of the visit, and
    /// after one nothing is done.
    ///
    /// # Errors
    /// Those of the call, or the first error.
    pub fn beside<T>(&mut self, call: impl FnOnce(&mut W) -> Result<T>) -> Result<T> {
        self.track.check()?;
        let done = call(&mut self.wire);
        done.map_err(|code| self.track.fail(code, self.wire.fault(), &""))
    }

    /// [`Visitor::try_scalar`] for a wire that the caller knows.
    ///
    /// # Errors
    /// Those of the wire, or the first error.
    #[inline]
    pub fn try_save<P: Place>(&mut self, name: &dyn Name, place: P) -> Result<()> {
        self.track.check()?;
        self.wire.scalar(name, P::Value::KIND, place.load().to_wire_bits())
    }
}

impl<W: Decoder> Visiting<W> {
    /// A visitor that loads from this wire.
    #[inline]
    pub fn loader(&mut self) -> Visitor<'_> {
        Visitor::loading(&mut self.wire, &mut self.track)
    }

    /// Finishes the load, and gives the position behind it.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish_load(&mut self) -> core::result::Result<u64, Report> {
        finish(self.loader()).map_err(|code| self.report_of(code))
    }

    /// [`Visitor::try_scalar`] for a wire that the caller knows.
    ///
    /// # Errors
    /// Those of the wire, or the first error.
    #[inline]
    pub fn try_load<P: Place>(&mut self, name: &dyn Name, mut place: P) -> Result<()> {
        self.track.check()?;
        let bits = self.wire.scalar(name, P::Value::KIND)?;
        place.store(P::Value::from_wire_bits(bits));
        Ok(())
    }
}

fn finish(mut visitor: Visitor<'_>) -> Result<u64> {
    visitor.finish().map(|()| visitor.position())
}
