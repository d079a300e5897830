//! Shows each item of a state to the caller: to print it, to trace it, to look for one field.

use crate::error::{Fault, Result};
use crate::visit::{Encoder, Extent, Kind, Name, Note, Scope, ScopeKind};

/// One call of a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A scalar as bits (see [`Scalar`](crate::visit::Scalar)).
    Scalar(Kind, u64),
    /// An array: its elements in the machine's byte order, as bytes.
    Array(Kind, Extent, &'a [u8]),
    /// A byte buffer.
    Bytes(Extent, &'a [u8]),
    /// A string.
    Text(&'a str),
    /// Whether the optional item that follows is there.
    Presence(bool),
    /// A null pointer.
    Absent,
    /// Bytes without a name or type.
    Raw(&'a [u8]),
    /// A scope begins.
    Begin(Scope<'a>),
    /// The innermost scope ends.
    End(ScopeKind),
    /// A remark on the item that follows.
    Note(Note<'a>),
}

/// Who is shown the items; any closure of the right form.
pub trait Observe {
    /// Is shown one item and its name.
    ///
    /// # Errors
    /// Whatever it returns ends the visit.
    fn item(&mut self, name: &[u8], event: Event<'_>) -> Result<()>;
}

impl<F: FnMut(&[u8], Event<'_>) -> Result<()>> Observe for F {
    fn item(&mut self, name: &[u8], event: Event<'_>) -> Result<()> {
        self(name, event)
    }
}

/// Shows every item, in order.
#[derive(Debug)]
pub struct Observer<O> {
    observe: O,
    count: u64,
}

impl<O: Observe> Observer<O> {
    /// Shows every item to `observe`.
    pub fn new(observe: O) -> Self {
        Observer { observe, count: 0 }
    }

    fn event(&mut self, name: &dyn Name, event: Event<'_>) -> Result<()> {
        self.observe.item(name.bytes(), event)?;
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

impl<O: Observe> Encoder for Observer<O> {
    /// There are no bytes: the position is the number of events.
    fn position(&self) -> u64 {
        self.count
    }

    fn fault(&self) -> Fault {
        Fault { offset: self.count, ..Fault::default() }
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.event(name, Event::Scalar(kind, bits))
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.event(name, Event::Array(kind, extent, elements))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        self.event(name, Event::Bytes(extent, data))
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.event(name, Event::Text(text))
    }

    fn presence(&mut self, name: &dyn Name, present: bool) -> Result<()> {
        self.event(name, Event::Presence(present))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.event(name, Event::Absent)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        self.event(name, Event::Begin(scope))
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.event(&"", Event::End(kind))
    }

    fn note(&mut self, note: Note<'_>) -> Result<()> {
        self.event(&"", Event::Note(note))
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.event(&"", Event::Raw(bytes))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
