//! The visitor: one side of a wire, with its direction.

mod device;
mod devices;
mod items;
mod packed;
mod scopes;

use super::{Decoder, Encoder, Name, Track};
use crate::error::{Code, Fault, Report, Result};

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

/// The wire of a visitor, which tells its direction.
pub enum Side<'v> {
    /// It saves.
    Save(&'v mut dyn Encoder),
    /// It loads.
    Load(&'v mut dyn Decoder),
}

impl Side<'_> {
    /// The same, for a while.
    pub fn reborrow(&mut self) -> Side<'_> {
        match self {
            Side::Save(encoder) => Side::Save(*encoder),
            Side::Load(decoder) => Side::Load(*decoder),
        }
    }
}

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

    /// The wire and the track, for a wire that is made over this one: what is visited there is in the scopes that are
    /// open here, and its errors are those of this visit.
    pub fn parts(&mut self) -> (Side<'_>, &mut Track) {
        (self.side.reborrow(), self.track)
    }

    /// Whether this visitor loads.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        matches!(self.side, Side::Load(_))
    }

    /// The version of the innermost device, versioned struct or subsection: on load the one that the stream's
    /// state is [taken for](crate::visit::Versions::taken_for), on save the target's.
    /// [`NEWEST`](crate::visit::NEWEST) where nobody told one.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.track.version()
    }

    /// Sets the version that the caller's own framing gives, such as that of a QEMU section: of the
    /// device that begins next, or of items outside of any device. On load it is the stream's version,
    /// on save the one to write.
    ///
    /// # Errors
    /// The first error; [`Code::InvalidArgument`] inside of a scope, whose version is its own.
    pub fn set_version(&mut self, version: u32) -> Result<()> {
        self.track.check()?;
        if self.track.depth() > 0 {
            return Err(self.fail(Code::InvalidArgument, 0, self.track.depth(), &""));
        }
        self.track.set_framed(version);
        Ok(())
    }

    /// How many scopes are open, elements of lists not counted.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.track.depth()
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

    /// The first error, as the result that every later call returns.
    ///
    /// # Errors
    /// That error.
    pub fn check(&self) -> Result<()> {
        self.track.check()
    }

    /// Checks that every scope was closed; on save it writes what a wire has at its end, and sends on what is
    /// held back. On load, a wire that describes itself, as chunks or a tree, is looked at to its end, and nothing
    /// critical of it may be unread. What follows is not looked at, nor on a wire of bare bytes what the device
    /// left: see [`expect_end`](Visitor::expect_end).
    ///
    /// # Errors
    /// Those of the wire and of the sink; [`Code::Unbalanced`].
    pub fn finish(&mut self) -> Result<()> {
        self.track.check()?;
        if self.track.depth() > 0 {
            return Err(self.fail(Code::Unbalanced, 0, self.track.depth(), &""));
        }
        match self.is_loading() {
            true => self.load(&"", |decoder| decoder.finish()),
            false => self.save(&"", |encoder| encoder.finish()),
        }
    }

    /// Checks that the stream ends here, for a state whose end is that of its stream. On save there is
    /// nothing to check.
    ///
    /// # Errors
    /// Those of the wire; [`Code::Unconsumed`].
    pub fn expect_end(&mut self) -> Result<()> {
        if !self.is_loading() {
            return self.track.check();
        }
        self.track.check()?;
        let offset = self.position();
        let done = match &mut self.side {
            Side::Load(decoder) => decoder.expect_end(),
            Side::Save(_) => Ok(()),
        };
        match done {
            Err(Code::Unconsumed) => {
                let fault = Fault { offset, ..Fault::default() };
                Err(self.track.fail(Code::Unconsumed, fault, &""))
            }
            Err(code) => Err(self.wire_failed(code, &"")),
            Ok(()) => Ok(()),
        }
    }

    /// Sends on what is held back.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn flush(&mut self) -> Result<()> {
        self.save(&"", |encoder| encoder.flush())
    }

    /// Makes `code` the error of the visit, at an item `name` of the innermost scope, and gives the
    /// first error.
    pub fn fail_as(&mut self, code: Code, cause: i32, name: &dyn Name) -> Code {
        let offset = self.position();
        self.track.fail(code, Fault { offset, cause, ..Fault::default() }, name)
    }

    /// Makes `code` the error of the visit, with numbers of the caller's, at an item `name` of the
    /// innermost scope, and gives the first error.
    pub fn fail_with(&mut self, code: Code, fault: Fault, name: &dyn Name) -> Code {
        self.track.fail(code, fault, name)
    }

    /// On load, makes [`Code::Refused`] the error of the visit, at an item `name` of the innermost scope, unless
    /// `good`.
    ///
    /// # Errors
    /// The first error.
    #[inline]
    pub fn refuse_unless(&mut self, good: bool, name: &dyn Name) -> Result<()> {
        match good || !self.is_loading() {
            true => self.track.check(),
            false => Err(self.fail_as(Code::Refused, 0, name)),
        }
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
        match &self.side {
            Side::Save(encoder) => self.track.fail(code, encoder.fault(), name),
            Side::Load(decoder) => match decoder.blamed() {
                [] => self.track.fail(code, decoder.fault(), name),
                blamed => self.track.fail(code, decoder.fault(), &blamed),
            },
        }
    }

    /// Says which version of the device that begins next is the oldest that can read its state as it is
    /// saved; without this call, only the one that saves and newer ones can. On load nothing happens.
    ///
    /// # Errors
    /// The first error.
    pub fn set_oldest_reader(&mut self, version: u32) -> Result<()> {
        if self.is_loading() {
            return self.track.check();
        }
        self.save(&"", |encoder| encoder.oldest_reader(version))
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
