//! Shapes: the operations that describe the items of a fragment (`docs/format.md`, section 6).

use crate::error::{Code, Result};
use crate::visit::{same, Extent, Kind, Marks, Scope};

/// Codes of operations; those of scalars are the numbers of their kinds.
pub(super) const END: u8 = 0;
pub(super) const ARRAY: u8 = 12;
pub(super) const VARRAY: u8 = 13;
pub(super) const BYTES: u8 = 14;
pub(super) const VARBYTES: u8 = 15;
pub(super) const TEXT: u8 = 16;
pub(super) const ABSENT: u8 = 17;
pub(super) const RAW: u8 = 18;
pub(super) const STRUCT: u8 = 19;
pub(super) const DESCRIBED: u8 = 20;
pub(super) const LIST: u8 = 21;
pub(super) const VARLIST: u8 = 22;
pub(super) const ELEMENT: u8 = 23;
pub(super) const OPTIONAL: u8 = 24;
pub(super) const SUBSECTION: u8 = 25;
pub(super) const DEVICE: u8 = 26;

/// The bits of an operation's first byte.
const CODE: u8 = 0x1f;
pub(super) const MARKED: u8 = 0x20;
const NOTED: u8 = 0x40;
const RESERVED: u8 = 0x80;

/// The bytes of a run's header: alternative and count.
pub(super) const RUN: usize = 6;

/// What an operation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What<'s> {
    End,
    Scalar(Kind),
    /// With the count of a fixed one; 0 for a variable one.
    Array(Kind, Extent, u32),
    Bytes(Extent, u32),
    Text,
    Absent,
    Raw,
    Struct,
    Described {
        name: &'s [u8],
        version: u32,
    },
    List(Extent, u32),
    Element,
    Optional,
    Subsection {
        version: u32,
    },
    Device {
        version: u32,
        oldest_reader: u32,
    },
}

impl What<'_> {
    /// Whether it begins what an end ends.
    pub(super) const fn begins(&self) -> bool {
        matches!(
            self,
            What::Struct
                | What::Described { .. }
                | What::List(..)
                | What::Element
                | What::Optional
                | What::Subsection { .. }
                | What::Device { .. }
        )
    }
}

/// One operation of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operation<'s> {
    pub(super) what: What<'s>,
    pub(super) marks: Marks,
    pub(super) name: &'s [u8],
    /// Its bytes in the shape.
    pub(super) length: usize,
}

impl<'s> Operation<'s> {
    /// The operation at the beginning of `shape`; `None` at its end.
    ///
    /// # Errors
    /// [`Code::BadShape`].
    pub(super) fn parse(shape: &'s [u8]) -> Result<Option<Self>> {
        match shape {
            [] => Ok(None),
            _ => Parser { rest: shape }.operation(shape.len()).ok_or(Code::BadShape).map(Some),
        }
    }

    /// Whether one of its names holds a byte 0.
    pub(super) fn has_nul(&self) -> bool {
        match self.what {
            What::Described { name, .. } => has_nul(&[self.name, name]),
            _ => has_nul(&[self.name]),
        }
    }
}

fn has_nul(names: &[&[u8]]) -> bool {
    names.iter().any(|name| name.contains(&0))
}

/// What is left of an operation.
struct Parser<'s> {
    rest: &'s [u8],
}

impl<'s> Parser<'s> {
    fn operation(&mut self, whole: usize) -> Option<Operation<'s>> {
        let head = self.byte()?;
        if head & RESERVED != 0 {
            return None;
        }
        let code = head & CODE;
        if matches!(code, END | RAW | ELEMENT) && head != code {
            return None;
        }
        let marks = if head & MARKED != 0 { self.marks()? } else { Marks::NONE };
        if head & NOTED != 0 {
            self.string()?;
        }
        let name = if matches!(code, END | RAW | ELEMENT) { &[] } else { self.string()? };
        let what = self.what(code)?;
        let length = whole.saturating_sub(self.rest.len());
        Some(Operation { what, marks, name, length })
    }

    fn what(&mut self, code: u8) -> Option<What<'s>> {
        Some(match code {
            END => What::End,
            ARRAY => What::Array(kind(self.byte()?)?, Extent::Fixed, self.number()?),
            VARRAY => What::Array(kind(self.byte()?)?, Extent::Variable, 0),
            BYTES => What::Bytes(Extent::Fixed, self.number()?),
            VARBYTES => What::Bytes(Extent::Variable, 0),
            TEXT => What::Text,
            ABSENT => What::Absent,
            RAW => What::Raw,
            STRUCT => What::Struct,
            DESCRIBED => What::Described { name: self.string()?, version: self.number()? },
            LIST => What::List(Extent::Fixed, self.number()?),
            VARLIST => What::List(Extent::Variable, 0),
            ELEMENT => What::Element,
            OPTIONAL => What::Optional,
            SUBSECTION => What::Subsection { version: self.number()? },
            DEVICE => self.device()?,
            _ => What::Scalar(kind(code)?),
        })
    }

    fn device(&mut self) -> Option<What<'s>> {
        let (version, oldest_reader) = (self.number()?, self.number()?);
        (oldest_reader <= version).then_some(What::Device { version, oldest_reader })
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Option<&'s [u8]> {
        let length = usize::from(self.byte()?);
        let (string, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(string)
    }

    fn marks(&mut self) -> Option<Marks> {
        Marks::from_bits(u32::from(self.byte()?)).filter(|marks| *marks != Marks::NONE)
    }
}

/// The kind of this number.
fn kind(number: u8) -> Option<Kind> {
    Kind::ALL.get(usize::from(number).checked_sub(1)?).copied()
}

/// The number of a kind.
#[allow(clippy::as_conversions, reason = "the discriminant is the number")]
pub(super) const fn number(kind: Kind) -> u8 {
    kind as u8
}

/// The operation that a visit calls for, to be compared with a shape or put into one.
#[derive(Clone, Copy)]
pub(super) struct Draft<'d> {
    pub(super) code: u8,
    pub(super) marks: Marks,
    pub(super) name: &'d [u8],
    parameters: Parameters<'d>,
}

/// What follows the name.
#[derive(Clone, Copy)]
enum Parameters<'d> {
    None,
    Kind(u8),
    Number(u32),
    KindNumber(u8, u32),
    TextNumber(&'d [u8], u32),
    Numbers(u32, u32),
}

impl<'d> Draft<'d> {
    pub(super) fn bare(code: u8) -> Self {
        Draft { code, marks: Marks::NONE, name: &[], parameters: Parameters::None }
    }

    /// An item without parameters.
    pub(super) fn plain(code: u8, marks: Marks, name: &'d [u8]) -> Self {
        Draft { code, marks, name, parameters: Parameters::None }
    }

    pub(super) fn array(
        marks: Marks,
        name: &'d [u8],
        kind: Kind,
        extent: Extent,
        count: u32,
    ) -> Self {
        match extent {
            Extent::Fixed => {
                let parameters = Parameters::KindNumber(number(kind), count);
                Draft { code: ARRAY, marks, name, parameters }
            }
            Extent::Variable => {
                Draft { code: VARRAY, marks, name, parameters: Parameters::Kind(number(kind)) }
            }
        }
    }

    pub(super) fn bytes(marks: Marks, name: &'d [u8], extent: Extent, length: u32) -> Self {
        match extent {
            Extent::Fixed => {
                Draft { code: BYTES, marks, name, parameters: Parameters::Number(length) }
            }
            Extent::Variable => Draft::plain(VARBYTES, marks, name),
        }
    }

    /// The beginning of a scope; that of a list of `count` elements.
    pub(super) fn scope(
        marks: Marks,
        name: &'d [u8],
        scope: &Scope<'d>,
        count: u32,
        oldest_reader: u32,
    ) -> Self {
        let (code, parameters) = match *scope {
            Scope::Device { versions, .. } => {
                (DEVICE, Parameters::Numbers(versions.current, oldest_reader))
            }
            Scope::Struct(None) => (STRUCT, Parameters::None),
            Scope::Struct(Some(description)) => {
                let version = description.versions.current;
                (DESCRIBED, Parameters::TextNumber(description.name, version))
            }
            Scope::List { extent: Extent::Fixed, .. } => (LIST, Parameters::Number(count)),
            Scope::List { extent: Extent::Variable, .. } => (VARLIST, Parameters::None),
            Scope::Element => return Draft::bare(ELEMENT),
            Scope::Optional { .. } => (OPTIONAL, Parameters::None),
            Scope::Subsection { version } => (SUBSECTION, Parameters::Number(version)),
        };
        Draft { code, marks, name, parameters }
    }

    /// The same with these marks.
    pub(super) fn marked(self, marks: Marks) -> Self {
        Draft { marks, ..self }
    }

    /// Whether one of its names holds a byte 0, which no name may.
    pub(super) fn has_nul(&self) -> bool {
        match self.parameters {
            Parameters::TextNumber(text, _) => has_nul(&[self.name, text]),
            _ => has_nul(&[self.name]),
        }
    }

    /// How long the operation is in a shape.
    pub(super) fn length(&self) -> usize {
        let mut length = 0usize;
        self.pieces(&mut |piece| {
            length = length.saturating_add(piece.len());
            true
        });
        length
    }

    /// Whether `shape` begins with this operation.
    pub(super) fn begins(&self, shape: &[u8]) -> bool {
        self.strip(shape).is_some()
    }

    /// What is behind this operation, if `shape` begins with it.
    pub(super) fn strip<'s>(&self, shape: &'s [u8]) -> Option<&'s [u8]> {
        let mut rest = shape;
        let found = self.pieces(&mut |piece| match rest.split_at_checked(piece.len()) {
            Some((found, behind)) => {
                rest = behind;
                same(found, piece)
            }
            None => false,
        });
        found.then_some(rest)
    }

    /// Writes the operation to `place`, which has its length.
    pub(super) fn emit(&self, place: &mut [u8]) {
        let mut at = 0usize;
        self.pieces(&mut |piece| {
            let free = place.get_mut(at..).unwrap_or_default();
            at = at.saturating_add(crate::io::copy(free, piece));
            true
        });
    }

    /// Gives the bytes of the operation piece by piece, as long as `take` wants more; says whether it
    /// took all.
    #[inline]
    fn pieces(&self, take: &mut impl FnMut(&[u8]) -> bool) -> bool {
        let marks = u8::try_from(self.marks.bits()).unwrap_or(0);
        let taken = match marks {
            0 => take(&[self.code]),
            _ => take(&[self.code | MARKED, marks]),
        };
        let named = !matches!(self.code, END | RAW | ELEMENT);
        taken && (!named || string(self.name, take)) && self.parameters.pieces(take)
    }
}

impl Parameters<'_> {
    #[inline]
    fn pieces(&self, take: &mut impl FnMut(&[u8]) -> bool) -> bool {
        match *self {
            Parameters::None => true,
            Parameters::Kind(kind) => take(&[kind]),
            Parameters::Number(number) => take(&number.to_be_bytes()),
            Parameters::KindNumber(kind, number) => take(&[kind]) && take(&number.to_be_bytes()),
            Parameters::TextNumber(text, number) => {
                string(text, take) && take(&number.to_be_bytes())
            }
            Parameters::Numbers(first, second) => {
                take(&first.to_be_bytes()) && take(&second.to_be_bytes())
            }
        }
    }
}

/// A short string; its length was checked.
#[inline]
fn string(text: &[u8], take: &mut impl FnMut(&[u8]) -> bool) -> bool {
    take(&[u8::try_from(text.len()).unwrap_or(u8::MAX)]) && take(text)
}

/// How many bytes of `shape` lie before the end that closes the scope they are in, if it is there.
pub(super) fn to_end(shape: &[u8]) -> Result<Option<usize>> {
    let (mut at, mut depth) = (0usize, 0usize);
    while let Some(operation) = Operation::parse(shape.get(at..).unwrap_or_default())? {
        match operation.what {
            What::End if depth == 0 => return Ok(Some(at)),
            What::End => depth = depth.saturating_sub(1),
            what if what.begins() => depth = depth.saturating_add(1),
            _ => {}
        }
        at = at.saturating_add(operation.length);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::{Description, Versions};
    use std::vec;
    use std::vec::Vec;

    fn emitted(draft: &Draft<'_>) -> Vec<u8> {
        let mut bytes = vec![0; draft.length()];
        draft.emit(&mut bytes);
        assert!(draft.begins(&bytes));
        assert!(!draft.begins(&bytes[..bytes.len() - 1]));
        bytes
    }

    fn parsed<'s>(bytes: &'s [u8]) -> Operation<'s> {
        Operation::parse(bytes).unwrap().unwrap()
    }

    #[test]
    fn what_is_emitted_is_parsed() {
        let marks = Marks::ANCILLARY | Marks::OPAQUE;
        for kind in Kind::ALL {
            let bytes = emitted(&Draft::plain(number(kind), marks, b"name"));
            assert_eq!(
                parsed(&bytes),
                Operation { what: What::Scalar(kind), marks, name: b"name", length: bytes.len() }
            );
            let bytes = emitted(&Draft::array(Marks::NONE, b"a", kind, Extent::Fixed, 7));
            assert_eq!(parsed(&bytes).what, What::Array(kind, Extent::Fixed, 7));
            let bytes = emitted(&Draft::array(Marks::NONE, b"a", kind, Extent::Variable, 7));
            assert_eq!(parsed(&bytes).what, What::Array(kind, Extent::Variable, 0));
        }
        let bytes = emitted(&Draft::bytes(marks, &[b'n'; 255], Extent::Fixed, 9));
        assert_eq!(parsed(&bytes).what, What::Bytes(Extent::Fixed, 9));
        assert_eq!(parsed(&bytes).name.len(), 255);
    }

    #[test]
    fn scopes_are_parsed() {
        let versions = Versions { current: 3, minimum: 1 };
        let described = Scope::Struct(Some(Description { name: b"ptimer", versions }));
        for (scope, what) in [
            (
                Scope::Device { instance: 9, versions },
                What::Device { version: 3, oldest_reader: 2 },
            ),
            (Scope::Struct(None), What::Struct),
            (described, What::Described { name: b"ptimer", version: 3 }),
            (Scope::List { extent: Extent::Fixed, count: 4 }, What::List(Extent::Fixed, 4)),
            (Scope::List { extent: Extent::Variable, count: 4 }, What::List(Extent::Variable, 0)),
            (Scope::Element, What::Element),
            (Scope::Optional { present: true }, What::Optional),
            (Scope::Subsection { version: 5 }, What::Subsection { version: 5 }),
        ] {
            let bytes = emitted(&Draft::scope(Marks::NONE, b"s", &scope, 4, 2));
            assert_eq!(parsed(&bytes).what, what);
            assert!(what.begins());
        }
    }

    #[test]
    fn what_breaks_the_rules_is_refused() {
        for wrong in [
            &[0x80][..],
            &[0x20, 1],
            &[0x40, 0],
            &[0x21, 0, 0],
            &[0x21, 32, 0],
            &[0x21],
            &[1],
            &[1, 2, b'a'],
            &[0x41, 3, b'a', 0],
            &[12, 0, 0, 0, 0, 0, 1],
            &[12, 0, 12, 0, 0, 0, 1],
            &[12, 0, 1, 0, 0, 0],
            &[20, 0, 4, b'a'],
            &[27, 0],
            &[31, 0],
        ] {
            assert_eq!(Operation::parse(wrong), Err(Code::BadShape), "{wrong:x?}");
        }
        assert_eq!(Operation::parse(&[]), Ok(None));
    }

    #[test]
    fn a_note_is_passed_over() {
        let operation = parsed(&[0x62, 1, 2, b'x', b'y', 1, b'n', 0xff]);
        let expected = Operation {
            what: What::Scalar(Kind::U8),
            marks: Marks::ANCILLARY,
            name: b"n",
            length: 7,
        };
        assert_eq!(operation, expected);
    }

    #[test]
    fn the_end_of_a_scope_is_found_behind_inner_ones() {
        let shape = [STRUCT, 0, 2, 0, END, LIST, 0, 0, 0, 0, 1, ELEMENT, END, END, END, 2, 0];
        assert_eq!(to_end(&shape), Ok(Some(14)));
        assert_eq!(to_end(&shape[..14]), Ok(None));
    }
}
