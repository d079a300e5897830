//! Shows each item of a state to the caller: to print it, to trace it, to look for one field.

use crate::error::{Code, Fault, Result};
use crate::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind};

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
    /// A null pointer.
    Absent,
    /// Bytes without a name or type.
    Raw(&'a [u8]),
    /// A scope begins.
    Begin(Scope<'a>),
    /// The innermost scope ends.
    End(ScopeKind),
}

/// One item as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// Its name; empty if it has none.
    pub name: &'a [u8],
    /// What may be done with it.
    pub marks: Marks,
    /// What it is.
    pub event: Event<'a>,
}

/// Why an observer ends the visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the visit is to return.
    pub code: Code,
    /// The observer's number for it, or 0.
    pub cause: i32,
}

/// Who is shown the items; any closure of the right form.
pub trait Observe {
    /// Is shown one item.
    ///
    /// # Errors
    /// Whatever it returns ends the visit.
    fn item(&mut self, item: Item<'_>) -> core::result::Result<(), Refusal>;
}

impl<F: FnMut(Item<'_>) -> core::result::Result<(), Refusal>> Observe for F {
    fn item(&mut self, item: Item<'_>) -> core::result::Result<(), Refusal> {
        self(item)
    }
}

/// Shows every item, in order.
#[derive(Debug)]
pub struct Observer<O> {
    observe: O,
    count: u64,
    /// Of the next item.
    marks: Marks,
    cause: i32,
}

impl<O: Observe> Observer<O> {
    /// Shows every item to `observe`.
    pub fn new(observe: O) -> Self {
        Observer { observe, count: 0, marks: Marks::NONE, cause: 0 }
    }

    /// Marks were given where no item comes that they could belong to.
    fn refuse_marks(&self) -> Result<()> {
        match self.marks == Marks::NONE {
            true => Ok(()),
            false => Err(Code::InvalidArgument),
        }
    }

    fn event(&mut self, name: &dyn Name, event: Event<'_>) -> Result<()> {
        let marks = core::mem::take(&mut self.marks);
        match self.observe.item(Item { name: name.bytes(), marks, event }) {
            Ok(()) => {
                self.count = self.count.saturating_add(1);
                Ok(())
            }
            Err(Refusal { code, cause }) => {
                self.cause = cause;
                Err(code)
            }
        }
    }
}

impl<O: Observe> Encoder for Observer<O> {
    /// There are no bytes: the position is the number of events.
    fn position(&self) -> u64 {
        self.count
    }

    fn fault(&self) -> Fault {
        Fault { offset: self.count, cause: self.cause, ..Fault::default() }
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

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.event(name, Event::Absent)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        if matches!(scope, Scope::Element) {
            self.refuse_marks()?;
        }
        self.event(name, Event::Begin(scope))
    }

    fn end(&mut self, kind: ScopeKind) -> Result<()> {
        self.refuse_marks()?;
        self.event(&"", Event::End(kind))
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.refuse_marks()?;
        self.event(&"", Event::Raw(bytes))
    }

    fn carries_foreign(&self) -> bool {
        true
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
