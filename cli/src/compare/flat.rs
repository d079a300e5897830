//! Elements of lists in one form.

use migcore::error::{Fault, Result};
use migcore::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};

/// Passes everything on but the scope of a struct that is all of an element: a description gives one to an element
/// that has a subsection, and none to the same element without it.
pub(super) struct Flat<'e> {
    to: &'e mut dyn Encoder,
    open: Vec<Open>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Element,
    /// Such a struct.
    Dropped,
    Other,
}

impl<'e> Flat<'e> {
    /// Passes on to `to`.
    pub(super) fn new(to: &'e mut dyn Encoder) -> Self {
        Flat { to, open: Vec::new() }
    }
}

impl Encoder for Flat<'_> {
    fn position(&self) -> u64 {
        self.to.position()
    }

    fn fault(&self) -> Fault {
        self.to.fault()
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.to.scalar(name, kind, bits)
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.to.array(name, kind, extent, elements)
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.to.bytes(name, extent, data)
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.to.text(name, text)
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.to.absent(name)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        let open = match (self.open.last(), &scope) {
            (_, Scope::Element) => Open::Element,
            (Some(Open::Element), Scope::Struct(_)) if name.bytes().is_empty() => Open::Dropped,
            _ => Open::Other,
        };
        self.open.push(open);
        match open {
            Open::Dropped => Ok(()),
            Open::Element | Open::Other => self.to.begin(name, scope),
        }
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        match self.open.pop() {
            Some(Open::Dropped) => Ok(()),
            _ => self.to.end(kind),
        }
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.to.mark(marks)
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.to.raw(bytes)
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.to.oldest_reader(version)
    }

    fn carries_foreign(&self) -> bool {
        self.to.carries_foreign()
    }

    fn flush(&mut self) -> Result<()> {
        self.to.flush()
    }

    fn finish(&mut self) -> Result<()> {
        self.to.finish()
    }
}
