//! The encoder that shows items.

use std::io;

use migcore::codec::observe::Event;
use migcore::error::{Code, Fault, Result};
use migcore::visit::{Encoder, Extent, Kind, Marks, Name, Scope, ScopeKind, Track, Visitor};

use super::filter::{Filter, Matched};
use super::opened;
use super::pending::Pending;
use super::{Fact, Form, Line, Places, Problem, Show};
use crate::input::told;

/// Shows each item in a form.
#[derive(Debug)]
pub struct Printer<'p, F> {
    form: F,
    filter: Filter,
    places: &'p Places,
    open: Vec<Open>,
    /// Of the next item.
    marks: Marks,
    oldest_reader: Option<u32>,
    /// The raw bytes that were shown last and may go on.
    raw: Option<Raw>,
    items: u64,
    /// Whether the filter let something through.
    found: bool,
    /// Whether opaque fields are opened.
    opens: bool,
    /// The name of the device that was begun last, where they are.
    device: Vec<u8>,
}

/// Told where the filter lets nothing through.
const NOTHING: &str =
    "nothing lies there: a path of --filter begins with the whole name of a device and its \
                       instance, as nic/0 or 0000:00:03.0/e1000/0, and goes on with names as they \
                       are printed; a star stands for a whole one; `migcore info` lists the devices";

/// A scope that is open, or a group.
#[derive(Debug)]
struct Open {
    /// `None`: a group.
    kind: Option<ScopeKind>,
    hidden: bool,
    /// How many elements of it began.
    elements: u64,
    matched: Matched,
    /// What it began with, as long as nothing of it was shown.
    pending: Option<Pending>,
}

/// A run of raw bytes.
#[derive(Clone, Copy, Debug)]
struct Raw {
    length: u64,
    shown: bool,
}

impl<'p, F: Form> Printer<'p, F> {
    /// Shows in `form` what `filter` lets through.
    pub fn new(form: F, filter: Filter, places: &'p Places) -> Self {
        Printer {
            form,
            filter,
            places,
            open: Vec::new(),
            marks: Marks::NONE,
            oldest_reader: None,
            raw: None,
            items: 0,
            found: false,
            opens: false,
            device: Vec::new(),
        }
    }

    /// The same, and opaque fields are shown as what is inside of them.
    #[must_use]
    pub fn opening(self, opens: bool) -> Self {
        Printer { opens, ..self }
    }

    /// Shows what is inside of an opaque field. `None` where that is not known: then it is shown as it is, with the
    /// reason before it, if there is one.
    fn inside(&mut self, field: &[u8], bytes: &[u8]) -> Option<Result<()>> {
        let (marks, device) = (std::mem::take(&mut self.marks), std::mem::take(&mut self.device));
        let opened = opened::open(&device, field, marks, bytes, |tree, node| {
            let mut track = Track::new();
            tree.replay(node, &mut Visitor::saving(self, &mut track))
        });
        self.device = device;
        match opened? {
            Ok(shown) => return Some(shown),
            Err(reason) => {
                self.end_raw();
                if self.lets_through(field) {
                    let field = String::from_utf8_lossy(field);
                    let facts = [("field", Fact::Text(&field)), ("reason", Fact::Text(&reason))];
                    self.form.note("stays opaque", &facts);
                }
            }
        }
        self.marks = marks;
        None
    }

    fn leaf(&mut self, name: &[u8], value: Event<'_>) -> Result<()> {
        self.end_raw();
        let marks = std::mem::take(&mut self.marks);
        if self.lets_through(name) {
            let hidden = self.hidden() || marks.contains(Marks::SECRET);
            self.form.leaf(&Line { name, marks, hidden, ..self.line() }, value);
        }
        self.done()
    }

    fn open(&mut self, name: &[u8], scope: Scope<'_>) -> Result<()> {
        self.end_raw();
        let marks = std::mem::take(&mut self.marks);
        let hidden = self.hidden() || marks.contains(Marks::SECRET);
        let oldest_reader = self.oldest_reader.take();
        let number = self.number_of(&scope);
        if matches!(scope, Scope::Device { .. }) {
            self.places.take_device();
            if self.opens {
                self.device = name.to_vec();
            }
        }
        let matched = self.filter.scope(self.around(), name, &scope, number);
        if matched.is_shown() {
            self.show_pending();
        }
        let line = Line { name, marks, hidden, number, oldest_reader, ..self.line() };
        let pending = match matched.is_shown() {
            true => {
                self.form.open(&line, &scope);
                None
            }
            false => Some(Pending::scope(&line, &scope)),
        };
        let kind = Some(scope.kind());
        self.open.push(Open { kind, hidden, elements: 0, matched, pending });
        self.done()
    }

    fn close(&mut self) {
        self.end_raw();
        if let Some(Open { kind, pending: None, .. }) = self.open.pop() {
            self.form.close(kind);
        }
    }

    fn put_raw(&mut self, bytes: &[u8]) -> Result<()> {
        let hidden = self.hidden();
        let run = match self.raw {
            Some(run) => run,
            None => {
                let shown = self.lets_through(b"");
                if shown {
                    self.form.begin_raw(&Line { hidden, ..self.line() });
                }
                Raw { length: 0, shown }
            }
        };
        if run.shown {
            self.form.raw(bytes, run.length, hidden);
        }
        self.raw = Some(Raw { length: run.length.saturating_add(told(bytes.len())), ..run });
        self.done()
    }

    fn end_raw(&mut self) {
        if let Some(Raw { length, shown: true }) = self.raw.take() {
            self.form.end_raw(length);
        }
    }

    /// Whether an item of the innermost scope is shown. If it is, so are the scopes around it.
    fn lets_through(&mut self, name: &[u8]) -> bool {
        let shown = self.filter.item(self.around(), name);
        if shown {
            self.show_pending();
        }
        shown
    }

    /// What the filter found of the innermost scope.
    fn around(&self) -> Option<&Matched> {
        self.open.last().map(|open| &open.matched)
    }

    fn hidden(&self) -> bool {
        self.open.last().is_some_and(|open| open.hidden)
    }

    fn line(&self) -> Line<'p> {
        Line {
            name: b"",
            marks: Marks::NONE,
            hidden: false,
            number: None,
            oldest_reader: None,
            places: self.places,
        }
    }

    /// The number of the element that begins.
    fn number_of(&mut self, scope: &Scope<'_>) -> Option<u64> {
        let list = self.open.last_mut().filter(|_| matches!(scope, Scope::Element))?;
        let number = list.elements;
        list.elements = number.wrapping_add(1);
        Some(number)
    }

    /// Shows the scopes around what is let through.
    fn show_pending(&mut self) {
        self.found = true;
        if self.filter.is_empty() {
            return;
        }
        for open in &mut self.open {
            if let Some(pending) = open.pending.take() {
                pending.show(&mut self.form);
            }
        }
    }

    /// An item is over.
    fn done(&mut self) -> Result<()> {
        self.places.clear();
        self.items = self.items.wrapping_add(1);
        match self.form.failed() {
            false => Ok(()),
            true => Err(Code::WriteFailed),
        }
    }
}

impl<F: Form> Show for Printer<'_, F> {
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], items: &str) {
        self.form.begin_document(facts, items);
    }

    fn end_document(
        &mut self,
        facts: &[(&str, Fact<'_>)],
        problem: Option<&Problem<'_>>,
    ) -> io::Result<()> {
        while !self.open.is_empty() {
            self.close();
        }
        self.end_raw();
        if !self.filter.is_empty() && !self.found {
            self.form.hint(NOTHING);
        }
        self.form.end_document(facts, problem);
        self.form.take_failure().map_or(Ok(()), Err)
    }

    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.end_raw();
        if self.lets_through(b"") {
            self.form.note(what, facts);
        }
    }

    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.end_raw();
        let matched = self.filter.group(self.around());
        let shown = matched.is_shown();
        if shown {
            self.show_pending();
            self.form.begin_group(what, facts);
        }
        let pending = (!shown).then(|| Pending::group(what, facts));
        self.open.push(Open { kind: None, hidden: self.hidden(), elements: 0, matched, pending });
    }

    fn end_group(&mut self) {
        while self.open.last().is_some_and(|open| open.kind.is_some()) {
            self.close();
        }
        self.close();
    }

    fn hint(&mut self, text: &str) {
        self.form.hint(text);
    }

    fn take_failure(&mut self) -> Option<io::Error> {
        self.form.take_failure()
    }
}

impl<F: Form> Encoder for Printer<'_, F> {
    /// There are no bytes: the position is the number of items.
    fn position(&self) -> u64 {
        self.items
    }

    fn fault(&self) -> Fault {
        Fault { offset: self.items, ..Fault::default() }
    }

    fn scalar(&mut self, name: &dyn Name, kind: Kind, bits: u64) -> Result<()> {
        self.leaf(name.bytes(), Event::Scalar(kind, bits))
    }

    fn array(
        &mut self,
        name: &dyn Name,
        kind: Kind,
        extent: Extent,
        elements: &[u8],
    ) -> Result<()> {
        self.leaf(name.bytes(), Event::Array(kind, extent, elements))
    }

    fn bytes(&mut self, name: &dyn Name, extent: Extent, data: &[u8]) -> Result<()> {
        if self.opens && extent == Extent::Fixed && self.marks.contains(Marks::OPAQUE) {
            if let Some(shown) = self.inside(name.bytes(), data) {
                return shown;
            }
        }
        self.leaf(name.bytes(), Event::Bytes(extent, data))
    }

    fn text(&mut self, name: &dyn Name, text: &str) -> Result<()> {
        self.leaf(name.bytes(), Event::Text(text))
    }

    fn absent(&mut self, name: &dyn Name) -> Result<()> {
        self.leaf(name.bytes(), Event::Absent)
    }

    fn begin(&mut self, name: &dyn Name, scope: Scope<'_>) -> Result<()> {
        self.open(name.bytes(), scope)
    }

    fn end(&mut self, _kind: ScopeKind) -> Result<()> {
        self.close();
        self.done()
    }

    fn mark(&mut self, marks: Marks) -> Result<()> {
        self.marks = marks;
        Ok(())
    }

    fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.put_raw(bytes)
    }

    fn oldest_reader(&mut self, version: u32) -> Result<()> {
        self.oldest_reader = Some(version);
        Ok(())
    }

    fn carries_foreign(&self) -> bool {
        true
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
