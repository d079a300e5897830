//! Who takes what a walk finds: nobody, who counts it, or a visitor.

use alloc::vec::Vec;

use super::fit::Fit;
use super::Notes;
use crate::error::Result;
use crate::io::{copy_big_endian, told, Portable, Width};
use crate::visit::{Extent, Kind, Marks, Scope, ScopeKind, Visitor};

/// Takes the items of a section in order. Arrays are as on the wire, big-endian.
pub(super) trait Take {
    /// The next item, scope or element has this place, type and length.
    fn note(&mut self, offset: usize, kind: &str, length: usize);
    fn scalar(&mut self, name: &str, kind: Kind, bits: u64) -> Result<()>;
    fn array(&mut self, name: &str, kind: Kind, elements: &[u8]) -> Result<()>;
    fn bytes(&mut self, name: &str, opaque: bool, data: &[u8]) -> Result<()>;
    fn text(&mut self, name: &str, text: &str) -> Result<()>;
    fn absent(&mut self, name: &str) -> Result<()>;
    fn begin(&mut self, name: &str, scope: Scope<'_>) -> Result<()>;
    fn end(&mut self, kind: ScopeKind) -> Result<()>;
    /// Bytes that are no item: the head of a subsection, a mark.
    fn framing(&mut self, length: usize);
}

/// Gives nobody anything.
#[derive(Default)]
pub(super) struct Counting {
    fit: Fit,
    open: usize,
}

impl Counting {
    pub(super) fn fit(&self) -> Fit {
        self.fit
    }

    fn leaves(&mut self, leaves: usize, length: usize) {
        self.fit.leaves = self.fit.leaves.saturating_add(told(leaves));
        self.described(length);
    }

    fn described(&mut self, length: usize) {
        self.fit.described_bytes = self.fit.described_bytes.saturating_add(told(length));
    }
}

impl Take for &mut Counting {
    #[inline]
    fn note(&mut self, _offset: usize, _kind: &str, _length: usize) {}

    fn scalar(&mut self, _name: &str, kind: Kind, _bits: u64) -> Result<()> {
        self.leaves(1, kind.width().bytes());
        Ok(())
    }

    fn array(&mut self, _name: &str, kind: Kind, elements: &[u8]) -> Result<()> {
        self.leaves(kind.width().elements_in(elements.len()), elements.len());
        Ok(())
    }

    fn bytes(&mut self, _name: &str, opaque: bool, data: &[u8]) -> Result<()> {
        if !opaque {
            self.leaves(1, data.len());
            return Ok(());
        }
        self.fit.opaque_bytes = self.fit.opaque_bytes.saturating_add(told(data.len()));
        self.leaves(1, 0);
        Ok(())
    }

    fn text(&mut self, _name: &str, text: &str) -> Result<()> {
        self.leaves(1, text.len().saturating_add(1));
        Ok(())
    }

    fn absent(&mut self, _name: &str) -> Result<()> {
        self.leaves(1, 1);
        Ok(())
    }

    fn begin(&mut self, _name: &str, scope: Scope<'_>) -> Result<()> {
        if scope != Scope::Element {
            self.open = self.open.saturating_add(1);
            self.fit.depth = self.fit.depth.max(self.open);
        }
        Ok(())
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        if kind != ScopeKind::Element {
            self.open = self.open.saturating_sub(1);
        }
        Ok(())
    }

    fn framing(&mut self, length: usize) {
        self.described(length);
    }
}

/// Gives everything to a visitor that saves.
pub(super) struct Saving<'s, 'v> {
    visitor: &'s mut Visitor<'v>,
    notes: &'s mut dyn Notes,
    /// An array in the machine's byte order.
    swapped: Vec<u8>,
}

impl<'s, 'v> Saving<'s, 'v> {
    pub(super) fn new(visitor: &'s mut Visitor<'v>, notes: &'s mut dyn Notes) -> Self {
        Saving { visitor, notes, swapped: Vec::new() }
    }
}

impl Take for Saving<'_, '_> {
    fn note(&mut self, offset: usize, kind: &str, length: usize) {
        self.notes.item(offset, kind, length);
    }

    fn scalar(&mut self, name: &str, kind: Kind, bits: u64) -> Result<()> {
        self.visitor.save_scalar(&name, kind, bits)
    }

    fn array(&mut self, name: &str, kind: Kind, elements: &[u8]) -> Result<()> {
        if kind.width() == Width::One {
            return self.visitor.save_array(&name, kind, Extent::Fixed, elements);
        }
        self.swapped.resize(elements.len(), 0);
        copy_big_endian(&Portable, kind.width(), &mut self.swapped, elements);
        self.visitor.save_array(&name, kind, Extent::Fixed, &self.swapped)
    }

    fn bytes(&mut self, name: &str, opaque: bool, data: &[u8]) -> Result<()> {
        if opaque {
            self.visitor.mark(Marks::OPAQUE)?;
        }
        self.visitor.save_bytes(&name, Extent::Fixed, data)
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        self.visitor.save_text(&name, text)
    }

    fn absent(&mut self, name: &str) -> Result<()> {
        self.visitor.null(&name)
    }

    fn begin(&mut self, name: &str, scope: Scope<'_>) -> Result<()> {
        self.visitor.begin(&name, scope)
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.visitor.end(kind)
    }

    #[inline]
    fn framing(&mut self, _length: usize) {}
}
