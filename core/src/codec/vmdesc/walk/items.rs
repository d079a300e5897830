//! Items without items inside, and what all of the walk is made of.

use alloc::boxed::Box;

use super::{Fitting, Walk};
use crate::codec::vmdesc::fit::{Misfit, Unfit};
use crate::codec::vmdesc::shape::Shape;
use crate::codec::vmdesc::sizes::all_entries;
use crate::codec::vmdesc::take::Take;
use crate::codec::vmdesc::{Field, Nested};
use crate::error;
use crate::io::told;
use crate::visit::{Extent, Kind, Scope, ScopeKind};

/// The byte that stands for a null pointer.
const NULL: u8 = 0x30;

/// Each takes the bytes of an item, looks at them, and gives it away.
impl<T: Take> Walk<'_, T> {
    pub(super) fn scalar(&mut self, name: &str, kind: &str, scalar: Kind) -> Fitting {
        let start = self.at;
        let data = self.take(scalar.width().bytes())?;
        self.check_bools(scalar, start, data)?;
        let bits = data.iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        self.taker.note(start, kind, data.len());
        let done = self.taker.scalar(name, scalar, bits);
        self.taken(done)
    }

    pub(super) fn array(&mut self, name: &str, kind: &str, of: Kind, size: Option<u64>) -> Fitting {
        let (length, start) = (self.require(size)?, self.at);
        let data = self.take(length)?;
        self.check_bools(of, start, data)?;
        self.taker.note(start, kind, length);
        let done = self.taker.array(name, of, data);
        self.taken(done)
    }

    pub(super) fn bytes(&mut self, name: &str, kind: &str, size: u64, opaque: bool) -> Fitting {
        let (length, start) = (self.require(Some(size))?, self.at);
        let data = self.take(length)?;
        self.taker.note(start, kind, length);
        let done = self.taker.bytes(name, opaque, data);
        self.taken(done)
    }

    pub(super) fn null(&mut self, name: &str, kind: &str) -> Fitting {
        self.expect(NULL, Unfit::Null)?;
        self.taker.note(self.at, kind, 1);
        self.take(1)?;
        let done = self.taker.absent(name);
        self.taken(done)
    }

    pub(super) fn text(&mut self, name: &str, kind: &str, size: u64) -> Fitting {
        let (length, start) = (self.require(Some(size))?, self.at);
        let text = match self.take(length)?.split_first() {
            Some((length, text)) if usize::from(*length) == text.len() => text,
            _ => return Err(Misfit::new(start, Unfit::Text)),
        };
        let text = core::str::from_utf8(text).ok().filter(|text| !text.contains('\0'));
        let Some(text) = text else { return Err(Misfit::new(start, Unfit::Text)) };
        self.taker.note(start, kind, length);
        let done = self.taker.text(name, text);
        self.taken(done)
    }

    /// Flags other than 0 and 1 would not come back as they are.
    fn check_bools(&self, kind: Kind, start: usize, data: &[u8]) -> Fitting {
        if kind != Kind::Bool {
            return Ok(());
        }
        match data.iter().enumerate().find(|(_, byte)| **byte > 1) {
            None => Ok(()),
            Some((at, byte)) => Err(Misfit::new(start.saturating_add(at), Unfit::Bool(*byte))),
        }
    }
}

/// What the walk is made of.
impl<'p, T: Take> Walk<'p, T> {
    pub(super) fn left(&self) -> usize {
        self.payload.len().saturating_sub(self.at)
    }

    /// Takes entries and elements off what may still come.
    pub(super) fn charge(&mut self, work: usize) -> Fitting {
        match self.work.checked_sub(told(work)) {
            Some(left) => self.work = left,
            None => return Err(self.unfit(Unfit::Work)),
        }
        Ok(())
    }

    /// The shape of a field. Descriptions among its keys are measured for it.
    pub(super) fn shape<'d>(&mut self, field: &'d Field) -> Fitting<Shape<'d>> {
        if let Nested::Inline(inside) = &field.nested {
            self.charge(inside.iter().map(all_entries).fold(0, usize::saturating_add))?;
        }
        Shape::of(field).map_err(|unfit| self.unfit(unfit))
    }

    pub(super) fn begin(
        &mut self,
        name: &str,
        kind: &str,
        length: usize,
        scope: Scope<'_>,
    ) -> Fitting {
        self.taker.note(self.at, kind, length);
        let begun = self.taker.begin(name, scope);
        self.taken(begun)
    }

    pub(super) fn begin_list(
        &mut self,
        name: &str,
        kind: &str,
        length: usize,
        count: u64,
    ) -> Fitting {
        let count = usize::try_from(count).map_err(|_| self.unfit(Unfit::Work))?;
        self.begin(name, kind, length, Scope::List { extent: Extent::Fixed, count })
    }

    pub(super) fn end(&mut self, kind: ScopeKind) -> Fitting {
        let ended = self.taker.end(kind);
        self.taken(ended)
    }

    /// The length of an item that lies within the section.
    pub(super) fn require(&self, length: Option<u64>) -> Fitting<usize> {
        let needed = length.unwrap_or(u64::MAX);
        match usize::try_from(needed) {
            Ok(length) if length <= self.left() => Ok(length),
            _ => Err(self.unfit(Unfit::Short { needed, left: told(self.left()) })),
        }
    }

    pub(super) fn take(&mut self, length: usize) -> Fitting<&'p [u8]> {
        let end = self.at.saturating_add(length);
        let Some(data) = self.payload.get(self.at..end) else {
            let (needed, left) = (told(length), told(self.left()));
            return Err(self.unfit(Unfit::Short { needed, left }));
        };
        self.at = end;
        Ok(data)
    }

    /// Checks that the next byte has this value.
    pub(super) fn expect(&self, byte: u8, unfit: impl FnOnce(u8) -> Unfit) -> Fitting {
        match self.payload.get(self.at) {
            Some(found) if *found == byte => Ok(()),
            Some(found) => Err(self.unfit(unfit(*found))),
            None => Err(self.unfit(Unfit::Short { needed: 1, left: 0 })),
        }
    }

    pub(super) fn peek_u32(&self) -> Option<u32> {
        let rest = self.payload.get(self.at..).unwrap_or_default();
        rest.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
    }

    pub(super) fn framing(&mut self, length: usize) {
        self.taker.framing(length);
    }

    pub(super) fn unfit(&self, unfit: Unfit) -> Box<Misfit> {
        Misfit::new(self.at, unfit)
    }

    pub(super) fn taken(&self, done: error::Result<()>) -> Fitting {
        done.map_err(|code| self.unfit(Unfit::Visit(code)))
    }
}
