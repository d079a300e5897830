//! The way through the bytes of a field: what a schema asks for, checked.

use core::ops::Range;

use super::misfit::{Stop, Why};
use super::take::Take;
use super::way::Way;
use crate::visit::{Description, Extent, Kind, Marks, Scope, ScopeKind, Versions};

/// The byte before a subsection.
const SUBSECTION: u8 = 0x05;

/// The result of what a schema asks for.
pub(super) type Fit<T = ()> = Result<T, Stop>;

/// A subsection that a schema knows, of version 1: its name, and what is inside of it. The number is one that
/// its parts are counted with, as that of the queues.
pub(super) type Known = (&'static str, fn(&mut Walk<'_>, usize) -> Fit);

/// A walk over the bytes of one field.
pub(super) struct Walk<'t> {
    take: &'t mut dyn Take,
    at: usize,
    /// The item that was begun last.
    field: &'static str,
    way: &'t mut Way,
}

impl<'t> Walk<'t> {
    pub(super) fn new(take: &'t mut dyn Take, way: &'t mut Way) -> Self {
        Walk { take, at: 0, field: "", way }
    }

    /// Where the walk is, and in which item.
    pub(super) fn place(&self) -> (usize, &'static str) {
        (self.at, self.field)
    }

    /// Of two forms that the bytes may have, and that nothing before tells apart: first the one, then the other. The
    /// one that leads to the end is right.
    pub(super) fn either(&mut self) -> Fit<bool> {
        self.way.either().ok_or(Stop::Misfit(Why::Ambiguous))
    }

    pub(super) fn u8(&mut self, name: &'static str) -> Fit<u64> {
        self.scalar(name, Kind::U8)
    }

    pub(super) fn u16(&mut self, name: &'static str) -> Fit<u64> {
        self.scalar(name, Kind::U16)
    }

    pub(super) fn u32(&mut self, name: &'static str) -> Fit<u64> {
        self.scalar(name, Kind::U32)
    }

    pub(super) fn u64(&mut self, name: &'static str) -> Fit<u64> {
        self.scalar(name, Kind::U64)
    }

    /// A flag: any byte but 0 and 1 would not come out as it went in.
    pub(super) fn bool(&mut self, name: &'static str) -> Fit<bool> {
        self.at_most(name, Kind::Bool, 1).map(|bit| bit == 1)
    }

    /// A number that is no larger.
    pub(super) fn at_most(&mut self, name: &'static str, kind: Kind, most: u64) -> Fit<u64> {
        self.checked(name, kind, |bits| bits <= most)
    }

    /// A number that is always this one.
    pub(super) fn constant(&mut self, name: &'static str, kind: Kind, is: u64) -> Fit<u64> {
        self.checked(name, kind, |bits| bits == is)
    }

    pub(super) fn scalar(&mut self, name: &'static str, kind: Kind) -> Fit<u64> {
        self.checked(name, kind, |_| true)
    }

    /// Numbers of one kind.
    pub(super) fn array(
        &mut self,
        name: &'static str,
        kind: Kind,
        count: usize,
    ) -> Fit<Range<usize>> {
        self.field = name;
        let part = self.ahead(count.checked_mul(kind.width().bytes()))?;
        self.take.array(name, kind, part.clone())?;
        self.at = part.end;
        Ok(part)
    }

    /// Bytes that are what they are.
    pub(super) fn bytes(&mut self, name: &'static str, length: Option<usize>) -> Fit<Range<usize>> {
        self.buffer(name, Marks::NONE, length)
    }

    /// Bytes whose inside is known to nobody but the program that wrote them.
    pub(super) fn opaque(&mut self, name: &'static str, length: usize) -> Fit {
        self.buffer(name, Marks::OPAQUE, Some(length)).map(|_| ())
    }

    /// Bytes with their number before them.
    pub(super) fn counted(&mut self, name: &'static str) -> Fit {
        self.field = name;
        let length = self.number(Kind::U32)?;
        let head = self.at;
        self.at = head.saturating_add(Kind::U32.width().bytes());
        let part = self.ahead(usize::try_from(length).ok())?;
        self.take.bytes(name, Extent::Variable, Marks::NONE, part.clone())?;
        self.at = part.end;
        Ok(())
    }

    /// Items in a scope of their own; `described` is the name and version of its description.
    pub(super) fn structure(
        &mut self,
        name: &'static str,
        described: Option<(&'static str, u32)>,
        inside: impl FnOnce(&mut Self) -> Fit,
    ) -> Fit {
        let described = described.map(|(name, version)| Description {
            name: name.as_bytes(),
            versions: Versions::only(version),
        });
        self.begin(name, Scope::Struct(described))?;
        inside(self)?;
        self.end(ScopeKind::Struct)
    }

    /// So many elements.
    pub(super) fn list(
        &mut self,
        name: &'static str,
        count: usize,
        each: impl FnMut(&mut Self) -> Fit,
    ) -> Fit {
        self.begin(name, Scope::List { extent: Extent::Fixed, count })?;
        self.elements(count, each)
    }

    /// Elements with their number before them, which is no larger than `most`.
    pub(super) fn counted_list(
        &mut self,
        name: &'static str,
        most: usize,
        each: impl FnMut(&mut Self) -> Fit,
    ) -> Fit<usize> {
        self.field = name;
        let count = usize::try_from(self.number(Kind::U32)?).unwrap_or(usize::MAX);
        if count > most {
            return Err(self.never());
        }
        self.begin(name, Scope::List { extent: Extent::Variable, count })?;
        self.at = self.at.saturating_add(Kind::U32.width().bytes());
        self.elements(count, each)?;
        Ok(count)
    }

    /// Elements that each say with a byte that they are there, and one that says that it is not: in each there is the
    /// optional item `one`.
    pub(super) fn chain(
        &mut self,
        name: &'static str,
        one: &'static str,
        mut each: impl FnMut(&mut Self) -> Fit,
    ) -> Fit {
        self.begin(name, Scope::List { extent: Extent::Fixed, count: 0 })?;
        let mut more = true;
        while more {
            self.begin("", Scope::Element)?;
            more = match self.number(Kind::U8)? {
                0 => false,
                1 => true,
                _ => return Err(self.never()),
            };
            self.begin(one, Scope::Optional { present: more })?;
            self.at = self.at.saturating_add(1);
            if more {
                each(self)?;
            }
            self.end(ScopeKind::Optional)?;
            self.end(ScopeKind::Element)?;
        }
        self.end(ScopeKind::List)
    }

    /// Elements that go on until a number of 32 bits is 0, which is the item `end` then; in each it is the first
    /// item, `key`.
    pub(super) fn until_zero(
        &mut self,
        name: &'static str,
        key: &'static str,
        end: &'static str,
        mut each: impl FnMut(&mut Self) -> Fit,
    ) -> Fit {
        self.begin(name, Scope::List { extent: Extent::Fixed, count: 0 })?;
        while self.number(Kind::U32)? != 0 {
            self.begin("", Scope::Element)?;
            self.u32(key)?;
            each(self)?;
            self.end(ScopeKind::Element)?;
        }
        self.end(ScopeKind::List)?;
        self.constant(end, Kind::U32, 0).map(|_| ())
    }

    /// The subsections that come next, as far as they are known, and whether the first of those known was one.
    pub(super) fn subsections(&mut self, known: &'static [Known], number: usize) -> Fit<bool> {
        let mut first = false;
        while let Some(index) = known.iter().position(|(name, _)| self.is_next(name)) {
            let Some((name, inside)) = known.get(index) else { break };
            first |= index == 0;
            self.field = name;
            let head = 2usize.saturating_add(name.len());
            let version = self.at.saturating_add(head);
            if self.number_at(version, Kind::U32)? != 1 {
                return Err(Stop::Misfit(Why::Subsection));
            }
            self.begin(name, Scope::Subsection { version: 1 })?;
            self.at = version.saturating_add(Kind::U32.width().bytes());
            inside(self, number)?;
            self.end(ScopeKind::Subsection)?;
        }
        Ok(first)
    }

    /// The end of the field.
    pub(super) fn finish(&mut self) -> Fit {
        match self.take.payload().get(self.at) {
            None => Ok(()),
            Some(&SUBSECTION) => Err(Stop::Misfit(Why::Subsection)),
            Some(_) => Err(Stop::Misfit(Why::Left)),
        }
    }

    /// A byte of what was read.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.take.payload().get(at).copied()
    }

    /// What was just read is never so.
    pub(super) fn never(&self) -> Stop {
        Stop::Misfit(Why::Value)
    }

    /// Numbers of 32 bits, each 0 or 1.
    pub(super) fn flags(&mut self, name: &'static str, count: usize) -> Fit {
        let part = self.array(name, Kind::U32, count)?;
        let bytes = self.take.payload().get(part).unwrap_or_default();
        match bytes.chunks(4).all(|flag| matches!(flag, [0, 0, 0, 0 | 1])) {
            true => Ok(()),
            false => Err(self.never()),
        }
    }

    fn checked(
        &mut self,
        name: &'static str,
        kind: Kind,
        fits: impl FnOnce(u64) -> bool,
    ) -> Fit<u64> {
        self.field = name;
        let bits = self.number(kind)?;
        if !fits(bits) {
            return Err(self.never());
        }
        self.take.scalar(name, kind, bits)?;
        self.at = self.at.saturating_add(kind.width().bytes());
        Ok(bits)
    }

    fn buffer(
        &mut self,
        name: &'static str,
        marks: Marks,
        length: Option<usize>,
    ) -> Fit<Range<usize>> {
        self.field = name;
        let part = self.ahead(length)?;
        self.take.bytes(name, Extent::Fixed, marks, part.clone())?;
        self.at = part.end;
        Ok(part)
    }

    fn elements(&mut self, count: usize, mut each: impl FnMut(&mut Self) -> Fit) -> Fit {
        for _ in 0..count {
            self.begin("", Scope::Element)?;
            each(self)?;
            self.end(ScopeKind::Element)?;
        }
        self.end(ScopeKind::List)
    }

    fn begin(&mut self, name: &'static str, scope: Scope<'static>) -> Fit {
        if !name.is_empty() {
            self.field = name;
        }
        Ok(self.take.begin(name, scope)?)
    }

    fn end(&mut self, kind: ScopeKind) -> Fit {
        Ok(self.take.end(kind)?)
    }

    /// The place of so many bytes from here.
    fn ahead(&self, length: Option<usize>) -> Fit<Range<usize>> {
        let part = length.and_then(|length| Some(self.at..self.at.checked_add(length)?));
        let part = part.filter(|part| part.end <= self.take.payload().len());
        part.ok_or(Stop::Misfit(Why::Ends))
    }

    fn number(&self, kind: Kind) -> Fit<u64> {
        self.number_at(self.at, kind)
    }

    fn number_at(&self, at: usize, kind: Kind) -> Fit<u64> {
        let end = at.saturating_add(kind.width().bytes());
        let bytes = self.take.payload().get(at..end).ok_or(Stop::Misfit(Why::Ends))?;
        Ok(bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// Whether the head of this subsection comes next, but for its version.
    fn is_next(&self, name: &str) -> bool {
        let next = self.take.payload().get(self.at..).unwrap_or_default();
        let [SUBSECTION, length, rest @ ..] = next else { return false };
        usize::from(*length) == name.len() && rest.starts_with(name.as_bytes())
    }
}
