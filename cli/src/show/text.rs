//! Items as text for people, one a line.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use migcore::codec::observe::Event;
use migcore::io::Width;
use migcore::visit::{widen, Description, Extent, Kind, Marks, Scope, ScopeKind};

use super::values::{elements, marks_of};
use super::{Fact, Form, Line, Out, Problem};
use crate::input::told;

/// Elements of an array that are shown.
const ELEMENTS: usize = 8;

/// Bytes of a buffer that are shown.
const BYTES: usize = 32;

/// Characters of a string that are shown.
const CHARACTERS: usize = 80;

/// The codes that colour text, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Paint {
    scope: String,
    dim: String,
    mark: String,
    reset: String,
}

impl Paint {
    /// Colours, or none.
    #[must_use]
    pub fn new(coloured: bool) -> Self {
        let code = |style: Style| style.render().to_string();
        match coloured {
            true => Paint {
                scope: code(Style::new().bold()),
                dim: code(Style::new().dimmed()),
                mark: code(AnsiColor::Yellow.on_default()),
                reset: anstyle::Reset.render().to_string(),
            },
            false => Paint::default(),
        }
    }
}

/// One line for each item, indented by the scopes around it; long values are cut.
#[derive(Debug)]
pub struct Text<W> {
    out: Out<W>,
    paint: Paint,
    depth: usize,
}

impl<W: Write> Text<W> {
    /// Writes to `out`.
    pub fn new(out: Out<W>, paint: Paint) -> Self {
        Text { out, paint, depth: 0 }
    }

    fn indent(&mut self) {
        (0..self.depth).for_each(|_| self.out.put(b"  "));
    }

    /// Puts `name: `, if there is a name.
    fn name(&mut self, name: &[u8]) {
        if !name.is_empty() {
            self.shown(name);
            self.out.put(b": ");
        }
    }

    /// Puts the marks and the place, and ends the line.
    fn end_line(&mut self, line: &Line<'_>) {
        if line.marks != Marks::NONE {
            self.out.put(self.paint.mark.as_bytes());
            for (at, mark) in marks_of(line.marks).enumerate() {
                self.out.put(if at == 0 { b" {" } else { b", " });
                self.out.put(mark.as_bytes());
            }
            self.out.put(b"}");
            self.out.put(self.paint.reset.as_bytes());
        }
        line.places.get(|offset, type_name| {
            self.out.put(self.paint.dim.as_bytes());
            self.out.put(b"  @");
            self.out.number(offset);
            if !type_name.is_empty() {
                self.out.put(b" ");
                self.shown(type_name.as_bytes());
            }
            self.out.put(self.paint.reset.as_bytes());
        });
        self.out.put(b"\n");
    }

    /// Puts text whose bytes that do not print show as `?`.
    fn shown(&mut self, text: &[u8]) {
        for piece in text.chunk_by(|one, other| prints(*one) && prints(*other)) {
            self.out.put(if piece.first().is_some_and(|byte| prints(*byte)) {
                piece
            } else {
                b"?"
            });
        }
    }

    fn length(&mut self, what: &str, extent: Extent, length: usize) {
        self.out.put(what.as_bytes());
        self.out.put(if extent == Extent::Variable { b"[*" } else { b"[" });
        self.out.number(length);
        self.out.put(b"]");
    }

    fn counted(&mut self, what: &str, number: u32) {
        self.out.put(what.as_bytes());
        self.out.number(number);
    }

    fn type_of(&mut self, value: &Event<'_>) {
        self.out.put(self.paint.dim.as_bytes());
        match value {
            Event::Scalar(kind, _) => self.out.put(kind.text().as_bytes()),
            Event::Array(kind, extent, bytes) => {
                self.length(kind.text(), *extent, kind.width().elements_in(bytes.len()));
            }
            Event::Bytes(extent, data) => self.length("bytes", *extent, data.len()),
            Event::Text(text) => self.length("text", Extent::Variable, text.len()),
            _ => self.out.put(b"null"),
        }
        self.out.put(self.paint.reset.as_bytes());
    }

    fn value(&mut self, value: &Event<'_>) {
        match value {
            Event::Scalar(kind, bits) => self.scalar(*kind, *bits),
            Event::Array(kind, _, bytes) => self.array(*kind, bytes),
            Event::Bytes(_, data) => self.buffer(data),
            Event::Text(text) => self.string(text),
            _ => {}
        }
    }

    /// Numbers in decimal, unsigned ones of several digits also in hexadecimal; floats with their bits.
    fn scalar(&mut self, kind: Kind, bits: u64) {
        self.plain(kind, bits);
        let unsigned = matches!(kind, Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64);
        if unsigned && bits > 9 || matches!(kind, Kind::F32 | Kind::F64) {
            self.out.put(b" (0x");
            self.out.digits(bits, digits_of(kind));
            self.out.put(b")");
        }
    }

    fn plain(&mut self, kind: Kind, bits: u64) {
        match kind {
            Kind::Bool => self.out.put(if bits == 0 { b"false" } else { b"true" }),
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
                self.out.number(widen(kind, Kind::I64, bits).unwrap_or(bits).cast_signed());
            }
            Kind::F32 => {
                let value = f32::from_bits(u32::try_from(bits).unwrap_or(0));
                self.out.with(|out| write!(out, "{value:?}"));
            }
            Kind::F64 => self.out.with(|out| write!(out, "{:?}", f64::from_bits(bits))),
            _ => self.out.number(bits),
        }
    }

    fn array(&mut self, kind: Kind, bytes: &[u8]) {
        for (at, bits) in elements(kind, bytes).take(ELEMENTS).enumerate() {
            if at > 0 {
                self.out.put(b" ");
            }
            self.plain(kind, bits);
        }
        if kind.width().elements_in(bytes.len()) > ELEMENTS {
            self.out.put(b" ...");
        }
    }

    fn buffer(&mut self, data: &[u8]) {
        for (at, byte) in data.iter().take(BYTES).enumerate() {
            if at > 0 {
                self.out.put(b" ");
            }
            self.out.digits(u64::from(*byte), 2);
        }
        if data.len() > BYTES {
            self.out.put(b" ...");
        }
    }

    fn string(&mut self, text: &str) {
        self.out.put(b"\"");
        let shown = text.chars().take(CHARACTERS).flat_map(char::escape_debug);
        shown.for_each(|character| self.out.put(character.encode_utf8(&mut [0; 4]).as_bytes()));
        self.out.put(if text.chars().nth(CHARACTERS).is_some() { b"\"..." } else { b"\"" });
    }

    fn scope(&mut self, scope: &Scope<'_>) {
        match *scope {
            Scope::Device { versions, .. } => self.counted("device, version ", versions.current),
            Scope::Struct(None) => self.out.put(b"struct"),
            Scope::Struct(Some(Description { name, versions })) => {
                self.out.put(b"struct ");
                self.shown(name);
                self.counted(", version ", versions.current);
            }
            Scope::List { extent, count } => self.length("list", extent, count),
            Scope::Element => {}
            Scope::Optional { present: true } => self.out.put(b"optional, there"),
            Scope::Optional { present: false } => self.out.put(b"optional, not there"),
            Scope::Subsection { version } => self.counted("subsection, version ", version),
        }
    }

    fn facts(&mut self, facts: &[(&str, Fact<'_>)]) {
        for (at, (name, fact)) in facts.iter().enumerate() {
            self.out.put(if at == 0 { b" " } else { b", " });
            self.shown(name.as_bytes());
            self.out.put(b" ");
            self.fact(fact);
        }
    }

    fn fact(&mut self, fact: &Fact<'_>) {
        match fact {
            Fact::Text(text) => self.shown(text.as_bytes()),
            Fact::Number(number) => self.out.number(*number),
            Fact::Flag(flag) => self.out.put(if *flag { b"yes" } else { b"no" }),
        }
    }

    /// Puts facts about all of the document, each on a line of its own.
    fn lines(&mut self, facts: &[(&str, Fact<'_>)]) {
        for (name, fact) in facts {
            self.name(name.as_bytes());
            self.fact(fact);
            self.out.put(b"\n");
        }
    }
}

impl<W: Write> Form for Text<W> {
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], _items: &str) {
        self.lines(facts);
    }

    fn end_document(&mut self, facts: &[(&str, Fact<'_>)], _problem: Option<&Problem<'_>>) {
        self.lines(facts);
        self.out.send();
    }

    fn open(&mut self, line: &Line<'_>, scope: &Scope<'_>) {
        self.indent();
        self.out.put(self.paint.scope.as_bytes());
        match (scope, line.number) {
            (_, Some(number)) => {
                self.out.put(b"[");
                self.out.number(number);
                self.out.put(b"]");
            }
            (Scope::Device { instance, .. }, _) => {
                self.shown(line.name);
                self.out.put(b"/");
                self.out.number(*instance);
                self.out.put(b": ");
            }
            _ => self.name(line.name),
        }
        self.out.put(self.paint.reset.as_bytes());
        self.scope(scope);
        if let (Scope::Device { versions, .. }, Some(oldest)) = (scope, line.oldest_reader) {
            if oldest != versions.current {
                self.counted(", for readers from ", oldest);
            }
        }
        self.end_line(line);
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self, _kind: Option<ScopeKind>) {
        self.depth = self.depth.saturating_sub(1);
    }

    fn leaf(&mut self, line: &Line<'_>, value: Event<'_>) {
        self.indent();
        self.name(line.name);
        self.type_of(&value);
        match value {
            Event::Absent => {}
            _ if line.hidden => self.out.put(b" = (secret)"),
            _ => {
                self.out.put(b" = ");
                self.value(&value);
            }
        }
        self.end_line(line);
    }

    fn begin_raw(&mut self, line: &Line<'_>) {
        self.indent();
        self.out.put(if line.hidden { b"raw = (secret)" } else { b"raw =" });
        line.places.get(|offset, _| {
            self.out.put(b"  @");
            self.out.number(offset);
        });
    }

    fn raw(&mut self, bytes: &[u8], before: u64, hidden: bool) {
        let room = usize::try_from(told(BYTES).saturating_sub(before)).unwrap_or(0);
        for byte in bytes.iter().take(room).filter(|_| !hidden) {
            self.out.put(b" ");
            self.out.digits(u64::from(*byte), 2);
        }
    }

    fn end_raw(&mut self, length: u64) {
        self.out.put(if length > told(BYTES) { b" ... (" } else { b" (" });
        self.out.number(length);
        self.out.put(b" bytes)\n");
    }

    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.indent();
        self.out.put(self.paint.mark.as_bytes());
        self.out.put(b"# ");
        self.shown(what.as_bytes());
        self.out.put(b":");
        self.facts(facts);
        self.out.put(self.paint.reset.as_bytes());
        self.out.put(b"\n");
    }

    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.indent();
        self.out.put(self.paint.scope.as_bytes());
        self.shown(what.as_bytes());
        self.out.put(self.paint.reset.as_bytes());
        self.facts(facts);
        self.out.put(b"\n");
        self.depth = self.depth.saturating_add(1);
    }

    fn failed(&self) -> bool {
        self.out.failed()
    }

    fn take_failure(&mut self) -> Option<io::Error> {
        self.out.take_failure()
    }
}

/// Whether a byte shows as itself.
fn prints(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte)
}

fn digits_of(kind: Kind) -> u32 {
    match kind.width() {
        Width::One => 2,
        Width::Two => 4,
        Width::Four => 8,
        Width::Eight => 16,
    }
}
