//! Items as one JSON document for programs, with every value in full.
//!
//! The document is an object: facts about the stream, then an array of items, then
//! `complete`, and `error` where that is false. Each
//! item is an object with its `name` and `type`:
//!
//! | item | has beside these |
//! |---|---|
//! | scalar | `value`: a number, true or false; a string for a float that is not finite |
//! | array | `extent`, `value`: an array of such; `type` ends in `[]` |
//! | buffer, raw bytes | `extent`, `value`: hexadecimal digits |
//! | string | `value` |
//! | device, struct, optional, subsection | what is known of it, and its items: `fields` |
//! | list | `extent`, `count`, `elements`: objects with `index` and `fields` |
//!
//! and, where that is so, `marks`, `offset` and `qemu_type`. The value of what is secret is null.

use std::io::{self, Write};

use migcore::codec::observe::Event;
use migcore::visit::{widen, Description, Extent, Kind, Marks, Scope, ScopeKind};
use serde_json::Value;

use super::values::{elements, marks_of};
use super::{Document, Fact, Form, Line, Out, Problem};

/// One JSON document, an item a line.
#[derive(Debug)]
pub struct Json<W> {
    out: Out<W>,
    /// Whether the next item is the first of its array.
    first: bool,
}

impl<W: Write> Json<W> {
    /// Writes to `out`.
    pub fn new(out: Out<W>) -> Self {
        Json { out, first: true }
    }

    /// Begins an item: its object, on a line of its own.
    fn begin(&mut self) {
        self.out.put(if self.first { b"\n{" } else { b",\n{" });
        self.first = false;
    }

    /// Puts a string.
    fn string(&mut self, text: &[u8]) {
        if text.iter().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(byte)) {
            self.out.put(b"\"");
            self.out.put(text);
            return self.out.put(b"\"");
        }
        let text = Value::from(String::from_utf8_lossy(text));
        self.out.with(|out| write!(out, "{}", Document(&text)));
    }

    /// Puts `"key":`; a key is plain.
    fn key(&mut self, key: &str) {
        self.out.put(b",\"");
        self.out.put(key.as_bytes());
        self.out.put(b"\":");
    }

    fn text(&mut self, key: &str, text: &[u8]) {
        self.key(key);
        self.string(text);
    }

    fn number(&mut self, key: &str, number: impl itoa::Integer) {
        self.key(key);
        self.out.number(number);
    }

    fn flag(&mut self, key: &str, flag: bool) {
        self.key(key);
        self.out.put(if flag { b"true" } else { b"false" });
    }

    fn extent(&mut self, extent: Extent) {
        self.key("extent");
        self.out.put(if extent == Extent::Fixed { b"\"fixed\"" } else { b"\"variable\"" });
    }

    /// Puts what stands before the type of an item: its name and type.
    fn head(&mut self, line: &Line<'_>, kind: &str) {
        self.begin();
        if !line.name.is_empty() {
            self.out.put(b"\"name\":");
            self.string(line.name);
            self.out.put(b",");
        }
        self.out.put(b"\"type\":\"");
        self.out.put(kind.as_bytes());
    }

    /// Puts marks and place.
    fn tail(&mut self, line: &Line<'_>) {
        if line.marks != Marks::NONE {
            self.key("marks");
            for (at, mark) in marks_of(line.marks).enumerate() {
                self.out.put(if at == 0 { b"[" } else { b"," });
                self.string(mark.as_bytes());
            }
            self.out.put(b"]");
        }
        line.places.get(|offset, type_name| {
            self.number("offset", offset);
            if !type_name.is_empty() {
                self.text("qemu_type", type_name.as_bytes());
            }
        });
    }

    fn facts(&mut self, facts: &[(&str, Fact<'_>)]) {
        for (name, fact) in facts {
            match fact {
                Fact::Text(text) => self.text(name, text.as_bytes()),
                Fact::Number(number) => self.number(name, *number),
                Fact::Flag(flag) => self.flag(name, *flag),
            }
        }
    }

    #[inline]
    fn scalar(&mut self, kind: Kind, bits: u64) {
        match kind {
            Kind::Bool => self.out.put(if bits == 0 { b"false" } else { b"true" }),
            Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64 => {
                self.out.number(widen(kind, Kind::I64, bits).unwrap_or(bits).cast_signed());
            }
            Kind::F32 | Kind::F64 => self.float(kind, bits),
            _ => self.out.number(bits),
        }
    }

    /// Puts a float. One that is not finite is no number in JSON; a NaN is told with its bits.
    fn float(&mut self, kind: Kind, bits: u64) {
        let value = f64::from_bits(widen(kind, Kind::F64, bits).unwrap_or(bits));
        self.out.with(|out| match kind {
            _ if value.is_nan() => write!(out, "\"nan 0x{bits:x}\""),
            _ if value.is_infinite() => write!(out, "\"{value}\""),
            Kind::F32 => {
                let bits = u32::try_from(bits).unwrap_or(0);
                Ok(serde_json::to_writer(out, &f32::from_bits(bits))?)
            }
            _ => Ok(serde_json::to_writer(out, &value)?),
        });
    }

    fn array(&mut self, kind: Kind, bytes: &[u8]) {
        self.out.put(b"[");
        for (at, bits) in elements(kind, bytes).enumerate() {
            if at > 0 {
                self.out.put(b",");
            }
            self.scalar(kind, bits);
        }
        self.out.put(b"]");
    }

    fn hex(&mut self, bytes: &[u8]) {
        self.out.put(b"\"");
        self.out.bytes(bytes);
        self.out.put(b"\"");
    }

    fn value(&mut self, value: Event<'_>) {
        match value {
            Event::Scalar(kind, bits) => self.scalar(kind, bits),
            Event::Array(kind, _, bytes) => self.array(kind, bytes),
            Event::Bytes(_, data) => self.hex(data),
            Event::Text(text) => self.string(text.as_bytes()),
            _ => self.out.put(b"null"),
        }
    }

    fn items(&mut self, key: &str) {
        self.key(key);
        self.out.put(b"[");
        self.first = true;
    }
}

impl<W: Write> Form for Json<W> {
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], items: &str) {
        self.out.put(b"{\"migcore\":");
        self.string(env!("CARGO_PKG_VERSION").as_bytes());
        self.facts(facts);
        self.items(items);
    }

    fn end_document(&mut self, facts: &[(&str, Fact<'_>)], problem: Option<&Problem<'_>>) {
        self.out.put(b"\n]");
        self.facts(facts);
        self.flag("complete", problem.is_none());
        if let Some(Problem { offset, path, reason, message }) = problem {
            self.out.put(b",\"error\":{\"offset\":");
            self.out.number(*offset);
            self.text("path", path.as_bytes());
            self.text("reason", reason.as_bytes());
            self.text("message", message.as_bytes());
            self.out.put(b"}");
        }
        self.out.put(b"}\n");
        self.out.send();
    }

    fn open(&mut self, line: &Line<'_>, scope: &Scope<'_>) {
        if let Some(number) = line.number {
            self.begin();
            self.out.put(b"\"index\":");
            self.out.number(number);
            self.tail(line);
            return self.items("fields");
        }
        self.head(line, scope_type(scope));
        self.out.put(b"\"");
        match *scope {
            Scope::Device { instance, versions } => {
                self.number("instance", instance);
                self.number("version", versions.current);
                self.number("oldest_reader", line.oldest_reader.unwrap_or(versions.current));
            }
            Scope::Struct(Some(Description { name, versions })) => {
                self.text("description", name);
                self.number("version", versions.current);
            }
            Scope::List { extent, count } => {
                self.extent(extent);
                self.number("count", count);
            }
            Scope::Optional { present } => self.flag("present", present),
            Scope::Subsection { version } => self.number("version", version),
            Scope::Struct(None) | Scope::Element => {}
        }
        self.tail(line);
        self.items(if matches!(scope, Scope::List { .. }) { "elements" } else { "fields" });
    }

    fn close(&mut self, _kind: Option<ScopeKind>) {
        self.out.put(if self.first { b"]}" } else { b"\n]}" });
        self.first = false;
    }

    fn leaf(&mut self, line: &Line<'_>, value: Event<'_>) {
        self.head(line, leaf_type(&value));
        self.out.put(if matches!(value, Event::Array(..)) { b"[]\"" } else { b"\"" });
        if let Event::Array(_, extent, _) | Event::Bytes(extent, _) = value {
            self.extent(extent);
        }
        if line.hidden {
            self.flag("secret", true);
        }
        self.key("value");
        self.value(if line.hidden { Event::Absent } else { value });
        self.tail(line);
        self.out.put(b"}");
    }

    fn begin_raw(&mut self, line: &Line<'_>) {
        self.head(line, "raw\"");
        self.tail(line);
        if line.hidden {
            self.flag("secret", true);
        }
        self.key("value");
        self.out.put(b"\"");
    }

    fn raw(&mut self, bytes: &[u8], _before: u64, hidden: bool) {
        if !hidden {
            self.out.bytes(bytes);
        }
    }

    fn end_raw(&mut self, length: u64) {
        self.out.put(b"\"");
        self.number("length", length);
        self.out.put(b"}");
    }

    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.begin();
        self.out.put(b"\"note\":");
        self.string(what.as_bytes());
        self.facts(facts);
        self.out.put(b"}");
    }

    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        self.begin();
        self.out.put(b"\"group\":");
        self.string(what.as_bytes());
        self.facts(facts);
        self.items("fields");
    }

    fn hint(&mut self, _text: &str) {}

    fn failed(&self) -> bool {
        self.out.failed()
    }

    fn take_failure(&mut self) -> Option<io::Error> {
        self.out.take_failure()
    }
}

fn scope_type(scope: &Scope<'_>) -> &'static str {
    match scope {
        Scope::Device { .. } => "device",
        Scope::Struct(_) => "struct",
        Scope::List { .. } => "list",
        Scope::Element => "element",
        Scope::Optional { .. } => "optional",
        Scope::Subsection { .. } => "subsection",
    }
}

fn leaf_type(value: &Event<'_>) -> &'static str {
    match value {
        Event::Scalar(kind, _) | Event::Array(kind, ..) => kind.text(),
        Event::Bytes(..) => "bytes",
        Event::Text(_) => "text",
        _ => "null",
    }
}
