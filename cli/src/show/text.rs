//! Items as text for people, one a line, in columns.
//!
//! What is seldom of use is left to the JSON document: long values are cut, elements that are equal are shown
//! once, and short ones in one line. Each of these is said where it is done.

use std::collections::HashMap;
use std::io::{self, Write};

use migcore::codec::observe::Event;
use migcore::visit::{Description, Marks, Scope, ScopeKind};

use super::elements::Elements;
use super::heads::{fact, group, note, record, Facts};
use super::rows::{Content, Item, Row, Rows};
use super::values::marks_of;
use super::words::{counted, excerpt, printable, type_of, value};
use super::{Fact, Form, Line, Out, Paint, Problem};

/// Bytes of a raw run that are kept to be shown.
const EXCERPT: usize = 32;

/// Lines in columns, indented by the scopes around them.
#[derive(Debug)]
pub struct Text<W> {
    out: Out<W>,
    paint: Paint,
    rows: Rows,
    frames: Vec<Frame>,
    elements: Elements,
    raw: Option<Raw>,
    /// The sections of a QEMU stream in chunks, by their numbers.
    sections: HashMap<u64, String>,
}

/// An open scope or group.
#[derive(Debug)]
struct Frame {
    role: Role,
    /// Of the lines in it.
    depth: usize,
}

/// What an open scope is to its lines.
#[derive(Debug)]
enum Role {
    Plain,
    List,
    Element,
    /// A section: its head says already what the device in it is.
    Section,
    /// The records of a QEMU stream that is kept as chunks.
    Stream,
    /// A record whose type its name tells.
    Typed,
    /// A record of a section.
    Record(Record),
    /// The footer of a section with this number.
    Footer(Option<u64>),
}

/// A record of a section in a QEMU stream that is kept as chunks.
#[derive(Debug)]
struct Record {
    kind: String,
    id: Option<u64>,
    /// Whether its head was shown.
    headed: bool,
}

/// Raw bytes so far.
#[derive(Debug)]
struct Raw {
    shown: Vec<u8>,
    zero: bool,
    hidden: bool,
    place: String,
}

impl<W: Write> Text<W> {
    /// Writes to `out`.
    pub fn new(out: Out<W>, paint: Paint) -> Self {
        Text {
            out,
            paint,
            rows: Rows::default(),
            frames: Vec::new(),
            elements: Elements::default(),
            raw: None,
            sections: HashMap::new(),
        }
    }

    fn depth(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.depth)
    }

    fn role(&self) -> Option<&Role> {
        self.frames.last().map(|frame| &frame.role)
    }

    fn push(&mut self, content: Content) {
        let depth = self.depth();
        self.rows.push(Row { depth, content });
        if self.rows.is_full(self.elements.are_open()) {
            self.write();
        }
    }

    fn write(&mut self) {
        self.elements.forget_lines();
        self.rows.write(&mut self.out, &self.paint);
    }

    fn enter(&mut self, role: Role, deeper: usize) {
        let depth = self.depth().saturating_add(deeper);
        self.frames.push(Frame { role, depth });
    }

    /// Takes an item that only says again what a head says, or is part of one.
    fn is_taken(&mut self, name: &[u8], value: &Event<'_>) -> bool {
        let Event::Scalar(_, bits) = *value else { return false };
        match self.frames.last_mut().map(|frame| &mut frame.role) {
            Some(Role::Typed) => name == b"type",
            Some(Role::Record(Record { id, headed: false, .. })) if name == b"id" => {
                *id = Some(bits);
                true
            }
            Some(Role::Record(Record { headed: false, .. })) => name == b"type",
            Some(Role::Footer(id)) => name == b"type" || name == b"id" && *id == Some(bits),
            _ => false,
        }
    }

    /// Shows the head of a record, if the innermost scope is one. `device` is the one in it, if one is.
    fn record_head(&mut self, device: Option<(String, u32)>) {
        let Some(Role::Record(found)) = self.frames.last_mut().map(|frame| &mut frame.role) else {
            return;
        };
        if std::mem::replace(&mut found.headed, true) {
            return;
        }
        let what = record(&found.kind, found.id);
        let id = found.id;
        let item = match device {
            Some((name, version)) => {
                self.sections.extend(id.map(|id| (id, name.clone())));
                Item { name, value: format!("version {version} ({what})"), ..Item::default() }
            }
            None => {
                let name = id.and_then(|id| self.sections.get(&id)).cloned();
                let name = name.unwrap_or_else(|| "section".to_owned());
                Item { name, value: format!("({what})"), ..Item::default() }
            }
        };
        // The head stands where the record began.
        let depth = self.depth().saturating_sub(1);
        self.rows.push(Row { depth, content: Content::Head(item) });
    }

    /// What a scope that begins is to its lines, if it is a part of a QEMU stream in chunks.
    fn stream_role(&self, name: &[u8], scope: &Scope<'_>) -> Option<Role> {
        match (self.role(), scope) {
            (None, Scope::Device { instance: 0, .. }) if name == b"qemu" => Some(Role::Stream),
            (None, Scope::Struct(_)) if name == b"configuration" => Some(Role::Typed),
            (Some(Role::Stream), Scope::Struct(_)) => match name {
                b"full" | b"start" | b"part" | b"end" => {
                    Some(Role::Record(Record { kind: printable(name), id: None, headed: false }))
                }
                _ => Some(Role::Typed),
            },
            (Some(Role::Typed), Scope::Struct(_)) if name == b"package" => Some(Role::Stream),
            (Some(Role::Record(record)), Scope::Struct(_)) if name == b"footer" => {
                Some(Role::Footer(record.id))
            }
            _ => None,
        }
    }

    fn open_scope(&mut self, line: &Line<'_>, scope: &Scope<'_>) {
        let role = self.stream_role(line.name, scope);
        match (self.role(), scope, &role) {
            (Some(Role::Section), Scope::Device { .. }, _) => return self.enter(Role::Plain, 0),
            (Some(Role::Record(_)), Scope::Device { instance, versions }, _) => {
                let name = format!("{}/{instance}", printable(line.name));
                self.record_head(Some((name, versions.current)));
                return self.enter(Role::Plain, 0);
            }
            (_, _, Some(Role::Record(_) | Role::Footer(_))) => {}
            _ => {
                let item = head(line, scope);
                self.push(Content::Head(item));
            }
        }
        let role = role.unwrap_or(match scope {
            Scope::List { .. } => Role::List,
            Scope::Element => Role::Element,
            _ => Role::Plain,
        });
        // A footer has no line of its own: what is in it belongs to the section.
        let deeper = usize::from(!matches!(role, Role::Footer(_)));
        self.enter(role, deeper);
    }
}

impl<W: Write> Form for Text<W> {
    fn begin_document(&mut self, facts: &[(&str, Fact<'_>)], _items: &str) {
        self.end_lines(facts);
    }

    fn end_document(&mut self, facts: &[(&str, Fact<'_>)], _problem: Option<&Problem<'_>>) {
        self.end_lines(facts);
        self.out.send();
    }

    fn open(&mut self, line: &Line<'_>, scope: &Scope<'_>) {
        let start = self.rows.len();
        self.elements.open(line, scope, start);
        self.open_scope(line, scope);
    }

    fn close(&mut self, _kind: Option<ScopeKind>) {
        let closed = self.frames.pop();
        match closed.map(|frame| frame.role) {
            Some(Role::Element) => {
                let depth = self.depth();
                self.elements.close_element(&mut self.rows, depth);
            }
            Some(Role::List) => {
                let depth = self.depth().saturating_add(1);
                self.elements.close_list(&mut self.rows, depth);
            }
            _ => self.elements.close_other(),
        }
        if self.rows.is_full(self.elements.are_open()) {
            self.write();
        }
    }

    fn leaf(&mut self, line: &Line<'_>, event: Event<'_>) {
        self.elements.leaf(line, &event);
        if self.is_taken(line.name, &event) {
            return;
        }
        let (place, type_name) = placed(line);
        let shown = match event {
            Event::Absent => String::new(),
            _ if line.hidden => "(secret)".to_owned(),
            event => value(&event),
        };
        self.push(Content::Item(Item {
            name: printable(line.name),
            kind: type_of(&event, &type_name),
            value: shown,
            marks: marked(line.marks),
            place,
        }));
    }

    fn begin_raw(&mut self, line: &Line<'_>) {
        self.record_head(None);
        self.elements.refuse();
        let (place, _) = placed(line);
        self.raw = Some(Raw { shown: Vec::new(), zero: true, hidden: line.hidden, place });
    }

    fn raw(&mut self, bytes: &[u8], _before: u64, _hidden: bool) {
        let Some(raw) = &mut self.raw else { return };
        let room = EXCERPT.saturating_sub(raw.shown.len());
        raw.shown.extend(bytes.iter().take(room));
        raw.zero = raw.zero && bytes.iter().all(|byte| *byte == 0);
    }

    fn end_raw(&mut self, length: u64) {
        let Some(Raw { shown, zero, hidden, place }) = self.raw.take() else { return };
        let value = match () {
            () if hidden => "(secret)".to_owned(),
            () if zero && length > 1 => "all 0".to_owned(),
            () => excerpt(&shown, length),
        };
        let kind = format!("bytes[{length}]");
        let name = "(raw)".to_owned();
        self.push(Content::Item(Item { name, kind, value, marks: String::new(), place }));
    }

    fn note(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        let mut contents = note(what, &Facts(facts), &self.paint);
        if let [Content::Cells(table, _), Content::Cells(..)] = contents.as_slice() {
            // The head of a table stands once.
            if matches!(self.rows.last(), Some(Row { content: Content::Cells(last, _), .. }) if last == table)
            {
                contents.remove(0);
            }
        }
        contents.into_iter().for_each(|content| self.push(content));
    }

    fn begin_group(&mut self, what: &str, facts: &[(&str, Fact<'_>)]) {
        let head = group(what, &Facts(facts), &self.paint);
        self.elements.open_other();
        self.push(head);
        self.enter(if what == "section" { Role::Section } else { Role::Plain }, 1);
    }

    fn hint(&mut self, text: &str) {
        let text = self.paint.paint(&self.paint.mark, &format!("hint: {text}"));
        self.push(Content::Line(text));
    }

    fn failed(&self) -> bool {
        self.out.failed()
    }

    fn take_failure(&mut self) -> Option<io::Error> {
        self.out.take_failure()
    }
}

impl<W: Write> Text<W> {
    /// Puts facts about all of the document, each on a line of its own.
    fn end_lines(&mut self, facts: &[(&str, Fact<'_>)]) {
        for (name, known) in facts {
            let line = format!("{}: {}", printable(name.as_bytes()), fact(name, known));
            self.push(Content::Line(line));
        }
        self.write();
    }
}

/// The head of a scope.
fn head(line: &Line<'_>, scope: &Scope<'_>) -> Item {
    let (place, _) = placed(line);
    let name = match (scope, line.number) {
        (_, Some(number)) => format!("[{number}]"),
        (Scope::Device { instance, .. }, _) => format!("{}/{instance}", printable(line.name)),
        _ => printable(line.name),
    };
    let mut value = words(scope);
    if let (Scope::Device { versions, .. }, Some(oldest)) = (scope, line.oldest_reader) {
        if oldest != versions.current {
            value.push_str(&format!(", for readers from {oldest}"));
        }
    }
    let (kind, value) = match scope {
        Scope::Device { .. } => (String::new(), value),
        _ => (value, String::new()),
    };
    Item { name, kind, value, marks: marked(line.marks), place }
}

/// What a scope is.
fn words(scope: &Scope<'_>) -> String {
    match *scope {
        Scope::Device { versions, .. } => format!("version {}", versions.current),
        Scope::Struct(None) => "struct".to_owned(),
        Scope::Struct(Some(Description { name, versions })) => {
            format!("struct {}, version {}", printable(name), versions.current)
        }
        Scope::List { extent, count } => counted("list", extent, count),
        Scope::Element => String::new(),
        Scope::Optional { present: true } => "optional, there".to_owned(),
        Scope::Optional { present: false } => "optional, not there".to_owned(),
        Scope::Subsection { version } => format!("subsection, version {version}"),
    }
}

/// The place of an item, and what the writer of the stream calls its type.
fn placed(line: &Line<'_>) -> (String, String) {
    let mut place = (String::new(), String::new());
    line.places.get(|offset, name| place = (format!("@{offset}"), name.to_owned()));
    place
}

/// The marks of an item.
fn marked(marks: Marks) -> String {
    match marks_of(marks).collect::<Vec<_>>() {
        marks if marks.is_empty() => String::new(),
        marks => format!("{{{}}}", marks.join(", ")),
    }
}
