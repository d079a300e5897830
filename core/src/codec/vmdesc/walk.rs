//! Goes through the bytes of a section by its description.

mod chain;
mod items;

use alloc::boxed::Box;

use chain::Chain;

use super::fit::{Misfit, Unfit};
use super::parse::MAX_NESTING;
use super::shape::Shape;
use super::sizes::{
    by_element, description_size, elements, entries, head_length, is_name, run_size, runs,
};
use super::take::{Saving, Take};
use super::{Content, Description, Device, Field};
use crate::codec::legacy::{MAX_SUBSECTION_VERSION, SUBSECTION};
use crate::io::told;
use crate::visit::{self, Kind, Scope, ScopeKind, Versions, Visitor};

/// How many entries and elements a section may have for each of its bytes, and besides. An entry has at least a
/// byte, unless it is a buffer, an array or a struct of none; and it may lie in many structs. A hostile
/// description could repeat entries without bytes in each element of an array.
const WORK_PER_BYTE: u64 = 64;
const WORK: u64 = 1 << 12;

/// Is told where the items lie that a [`replay`] gives to a visitor, and of which type they are in QEMU.
pub trait Notes {
    /// The next call of the visitor gives a value, or begins a scope or an element: at this offset in the
    /// section, of this length. A field has its `type`; elements have that of their array. A subsection is a
    /// `subsection`; what stands for the elements of a QEMU list, and has no name there, is nothing.
    fn item(&mut self, offset: usize, kind: &str, length: usize) {
        let _ = (offset, kind, length);
    }
}

/// Notes nothing.
impl Notes for () {}

/// Gives the state of a section to a visitor that saves: what is inside of the device's scope, which the
/// caller opens.
///
/// A visitor gets what lies before a misfit. Who must not give out values of one, asks
/// [`fits`](super::fits) first.
///
/// # Errors
/// As [`fits`](super::fits), and those of the visitor.
pub fn replay(
    device: &Device,
    payload: &[u8],
    visitor: &mut Visitor<'_>,
    notes: &mut dyn Notes,
) -> Result<(), Misfit> {
    let saving = Saving::new(visitor, notes);
    Walk::new(payload, saving).device(device).map_err(|misfit| *misfit)
}

/// A misfit is large, and rare.
type Fitting<T = ()> = Result<T, Box<Misfit>>;

/// A walk over the bytes of one section.
pub(super) struct Walk<'p, T> {
    payload: &'p [u8],
    at: usize,
    /// How many entries and elements may still come.
    work: u64,
    taker: T,
}

impl<'p, T: Take> Walk<'p, T> {
    pub(super) fn new(payload: &'p [u8], taker: T) -> Self {
        let work = told(payload.len()).saturating_mul(WORK_PER_BYTE).saturating_add(WORK);
        Walk { payload, at: 0, work, taker }
    }

    pub(super) fn device(mut self, device: &Device) -> Fitting {
        match &device.content {
            Content::Described(description) => self.inside(description, 0)?,
            Content::Handler { size, .. } => self.bytes("data", "buffer", *size, true)?,
        }
        match self.left() {
            0 => Ok(()),
            left => Err(self.unfit(Unfit::Left(told(left)))),
        }
    }

    /// The fields and subsections of a description, without a scope of their own.
    fn inside(&mut self, description: &Description, depth: usize) -> Fitting {
        if depth >= MAX_NESTING {
            return Err(self.unfit(Unfit::Nesting));
        }
        self.charge(entries(description))?;
        for run in runs(&description.fields) {
            self.run(run, depth)?;
        }
        description.subsections().iter().try_for_each(|one| self.subsection(one, depth))
    }

    /// One field, or the entries of an array.
    fn run(&mut self, run: &[Field], depth: usize) -> Fitting {
        let Some(first) = run.first() else { return Ok(()) };
        let done = match run {
            _ if !is_name(&first.name) => Err(self.unfit(Unfit::Name)),
            [one] if one.array_len.is_none() && one.index.is_none() => {
                self.item(&one.name, one, depth)
            }
            _ => self.array_or_list(first, run, depth),
        };
        done.map_err(|misfit| misfit.within(&first.name))
    }

    fn array_or_list(&mut self, first: &Field, run: &[Field], depth: usize) -> Fitting {
        match self.kind_of_all(run)? {
            Some(kind) => self.array(&first.name, &first.kind, kind, run_size(run)),
            None => self.list(first, run, depth),
        }
    }

    /// The kind that all elements have, if they are scalars of one kind.
    fn kind_of_all(&mut self, run: &[Field]) -> Fitting<Option<Kind>> {
        let mut kind = None;
        for field in run {
            match self.shape(field)? {
                Shape::Scalar(one) if kind.is_none_or(|kind| kind == one) => kind = Some(one),
                _ => return Ok(None),
            }
        }
        Ok(kind)
    }

    /// Elements that are not all scalars of one kind.
    fn list(&mut self, first: &Field, run: &[Field], depth: usize) -> Fitting {
        let each = by_element(run);
        let length = self.require(run_size(run))?;
        let counts = run.iter().map(|field| elements(field, each));
        self.begin_list(&first.name, &first.kind, length, counts.fold(0, u64::saturating_add))?;
        let mut index = 0u64;
        for field in run {
            for _ in 0..elements(field, each) {
                self.element(field, depth).map_err(|misfit| misfit.within_element(index))?;
                index = index.wrapping_add(1);
            }
        }
        self.end(ScopeKind::List)
    }

    /// An element of an array. Its fields need no scope beside that of the element, but for subsections.
    fn element(&mut self, field: &Field, depth: usize) -> Fitting {
        self.charge(1)?;
        let length = self.require(Some(field.size))?;
        self.begin("", &field.kind, length, Scope::Element)?;
        match self.shape(field)? {
            Shape::Struct(inside) if inside.subsections().is_empty() => {
                self.sized(inside, field.size, depth)?;
            }
            _ => self.item("", field, depth)?,
        }
        self.end(ScopeKind::Element)
    }

    /// One field, or what an element holds.
    fn item(&mut self, name: &str, field: &Field, depth: usize) -> Fitting {
        let (kind, size) = (field.kind.as_str(), field.size);
        match self.shape(field)? {
            Shape::Scalar(scalar) => self.scalar(name, kind, scalar),
            Shape::Struct(inside) => self.structure(name, kind, inside, size, depth),
            Shape::Array(of) => self.array(name, kind, of, Some(size)),
            Shape::Bytes => self.bytes(name, kind, size, false),
            Shape::Opaque => self.bytes(name, kind, size, true),
            Shape::Null => self.null(name, kind),
            Shape::Text => self.text(name, kind, size),
            Shape::List(values) => self.chain(name, field, Chain::List(values), depth),
            Shape::Map(values) => self.chain(name, field, Chain::Map(values), depth),
            Shape::Tree(pairs) => self.chain(name, field, Chain::Tree(pairs), depth),
        }
    }

    /// A struct, in a scope with its name and version.
    fn structure(
        &mut self,
        name: &str,
        kind: &str,
        inside: &Description,
        size: u64,
        depth: usize,
    ) -> Fitting {
        let length = self.require(Some(size))?;
        if !is_name(&inside.name) {
            return Err(self.unfit(Unfit::Name));
        }
        let versions = Versions::only(inside.version);
        let described = visit::Description { name: inside.name.as_bytes(), versions };
        self.begin(name, kind, length, Scope::Struct(Some(described)))?;
        self.sized(inside, size, depth)?;
        self.end(ScopeKind::Struct)
    }

    /// What is inside of a struct; it must have this size.
    fn sized(&mut self, inside: &Description, size: u64, depth: usize) -> Fitting {
        let start = self.at;
        self.inside(inside, depth.saturating_add(1))?;
        match told(self.at.saturating_sub(start)) {
            has if has == size => Ok(()),
            has => Err(Misfit::new(start, Unfit::StructSize { says: size, has })),
        }
    }

    fn subsection(&mut self, inside: &Description, depth: usize) -> Fitting {
        self.subsection_here(inside, depth).map_err(|misfit| misfit.within(&inside.name))
    }

    fn subsection_here(&mut self, inside: &Description, depth: usize) -> Fitting {
        let (name, version, start) = (inside.name.as_str(), inside.version, self.at);
        if name.is_empty() || !is_name(name) {
            return Err(self.unfit(Unfit::Name));
        }
        if version > MAX_SUBSECTION_VERSION {
            return Err(self.unfit(Unfit::Version(version)));
        }
        let head = self.take(head_length(name))?;
        if !is_head(head, name.as_bytes(), version) {
            return Err(Misfit::new(start, Unfit::Subsection));
        }
        let inner = description_size(inside, depth).and_then(|size| usize::try_from(size).ok());
        let length = head.len().saturating_add(inner.unwrap_or_default());
        self.taker.note(start, "subsection", length);
        self.taker.framing(head.len());
        let begun = self.taker.begin(name, Scope::Subsection { version });
        self.taken(begun)?;
        self.inside(inside, depth.saturating_add(1))?;
        self.end(ScopeKind::Subsection)
    }
}

/// Whether these bytes are the head of this subsection.
fn is_head(head: &[u8], name: &[u8], version: u32) -> bool {
    let length = u8::try_from(name.len()).ok();
    head.strip_prefix(&[SUBSECTION])
        .and_then(|rest| rest.split_first())
        .filter(|(told, _)| length == Some(**told))
        .and_then(|(_, rest)| rest.strip_prefix(name))
        .is_some_and(|rest| rest == version.to_be_bytes())
}
