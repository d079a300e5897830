//! Elements of lists: short ones in one line, and equal ones once.

use migcore::codec::observe::Event;
use migcore::visit::{Extent, Scope};

use super::rows::{Content, Item, Row, Rows};
use super::Line;

/// Characters of a line that an element is put into.
const ROOM: usize = 110;

/// Bytes of the contents of open elements that are kept to compare them.
const COMPARED: usize = 64 << 10;

/// The open scopes, as far as elements are in them.
#[derive(Debug, Default)]
pub(super) struct Elements {
    open: Vec<Open>,
    /// All that was shown of the open elements, exactly.
    contents: Vec<u8>,
    /// Elements among the open scopes.
    depth: usize,
}

#[derive(Debug)]
enum Open {
    Other,
    List(Option<Last>),
    Element {
        number: u64,
        /// Where its lines begin, if they are still held back.
        lines: Option<usize>,
        /// Where its contents begin, if all of them were kept.
        contents: Option<usize>,
    },
}

/// The element before.
#[derive(Debug)]
struct Last {
    number: u64,
    /// How many equal it, itself not counted.
    same: u64,
    /// `None`: it was too long to be compared.
    contents: Option<Vec<u8>>,
}

impl Elements {
    /// Whether lines belong to an element that is open.
    pub(super) fn are_open(&self) -> bool {
        self.depth > 0
    }

    /// A scope begins, and its first line will be number `start`.
    pub(super) fn open(&mut self, line: &Line<'_>, scope: &Scope<'_>, start: usize) {
        let number = line.number.filter(|_| matches!(scope, Scope::Element));
        if let Some(number) = number {
            let contents = Some(self.contents.len());
            self.open.push(Open::Element { number, lines: Some(start), contents });
            self.depth = self.depth.saturating_add(1);
            return;
        }
        self.keep(line, &[format!("{scope:?}").as_bytes()]);
        self.open.push(match scope {
            Scope::List { .. } => Open::List(None),
            _ => Open::Other,
        });
    }

    pub(super) fn open_other(&mut self) {
        self.open.push(Open::Other);
    }

    pub(super) fn close_other(&mut self) {
        self.open.pop();
        self.keep_bytes(b"}");
    }

    /// An item is shown.
    pub(super) fn leaf(&mut self, line: &Line<'_>, event: &Event<'_>) {
        match event {
            // What is hidden is not compared: that would tell something of it.
            _ if line.hidden => self.refuse(),
            Event::Scalar(kind, bits) => {
                self.keep(line, &[kind.text().as_bytes(), &bits.to_ne_bytes()]);
            }
            Event::Array(kind, extent, bytes) => {
                self.keep(line, &[kind.text().as_bytes(), of(*extent), bytes]);
            }
            Event::Bytes(extent, bytes) => self.keep(line, &[b"bytes", of(*extent), bytes]),
            Event::Text(text) => self.keep(line, &[b"text", text.as_bytes()]),
            _ => self.keep(line, &[b"null"]),
        }
    }

    /// Something of the open elements cannot be compared.
    pub(super) fn refuse(&mut self) {
        self.contents.clear();
        for open in &mut self.open {
            if let Open::Element { contents, .. } = open {
                *contents = None;
            }
        }
    }

    /// The lines of the open elements are no longer held back.
    pub(super) fn forget_lines(&mut self) {
        for open in &mut self.open {
            if let Open::Element { lines, .. } = open {
                *lines = None;
            }
        }
    }

    /// The innermost scope ends, an element. `depth` is that of its head.
    pub(super) fn close_element(&mut self, rows: &mut Rows, depth: usize) {
        let Some(Open::Element { number, lines, contents }) = self.open.pop() else { return };
        self.depth = self.depth.saturating_sub(1);
        let found = contents.and_then(|start| self.contents.get(start..)).map(<[u8]>::to_vec);
        if self.depth == 0 {
            self.contents.clear();
        }
        let Some(Open::List(last)) = self.open.last_mut() else { return };
        if let (Some(last), Some(lines)) = (last.as_mut(), lines) {
            if found.is_some() && found == last.contents && last.number.wrapping_add(1) == number {
                rows.truncate(lines);
                (last.number, last.same) = (number, last.same.saturating_add(1));
                return;
            }
        }
        let next = Last { number, same: 0, contents: found };
        let before = last.replace(next);
        if let Some(lines) = lines {
            in_one_line(rows, lines);
            before
                .and_then(|last| last.row(depth))
                .into_iter()
                .for_each(|row| rows.insert(lines, row));
        }
    }

    /// The innermost scope ends, a list. `depth` is that of its elements.
    pub(super) fn close_list(&mut self, rows: &mut Rows, depth: usize) {
        if let Some(Open::List(Some(last))) = self.open.pop() {
            last.row(depth).into_iter().for_each(|row| rows.push(row));
        }
        self.keep_bytes(b"]");
    }

    fn keep(&mut self, line: &Line<'_>, parts: &[&[u8]]) {
        if self.depth == 0 {
            return;
        }
        self.keep_bytes(line.name);
        self.keep_bytes(format!("{:?}", line.marks).as_bytes());
        parts.iter().for_each(|part| self.keep_bytes(part));
    }

    /// Keeps bytes with their length, so that no two contents look alike.
    fn keep_bytes(&mut self, bytes: &[u8]) {
        if self.depth == 0 {
            return;
        }
        if self.contents.len().saturating_add(bytes.len()) > COMPARED {
            return self.refuse();
        }
        self.contents.extend(bytes.len().to_ne_bytes());
        self.contents.extend(bytes);
    }
}

impl Last {
    /// The line that says how many elements equal this one, if some do.
    fn row(&self, depth: usize) -> Option<Row> {
        let first = self.number.wrapping_sub(self.same).wrapping_add(1);
        let (name, same) = match self.same {
            0 => return None,
            1 => (format!("[{}]", self.number), "the same"),
            _ => (format!("[{first}] to [{}]", self.number), "the same, each"),
        };
        let kind = same.to_owned();
        Some(Row { depth, content: Content::Head(Item { name, kind, ..Item::default() }) })
    }
}

/// Puts the lines from `start` on into one, if there is room.
fn in_one_line(rows: &mut Rows, start: usize) {
    let Some((Row { depth, content: Content::Head(head) }, inside)) =
        rows.since(start).split_first()
    else {
        return;
    };
    let (depth, head) = (*depth, head.clone());
    if let Some(value) = one_line(depth, inside) {
        rows.truncate(start);
        rows.push(Row { depth, content: Content::Head(Item { value, ..head }) });
    }
}

fn one_line(depth: usize, inside: &[Row]) -> Option<String> {
    let (mut text, mut around) = (String::new(), depth.saturating_add(1));
    let mut first = true;
    for row in inside {
        (row.depth..around).for_each(|_| text.push_str(" }"));
        text.push_str(if first { "" } else { ", " });
        (around, first) = (row.depth, false);
        match &row.content {
            Content::Item(Item { name, value, kind, marks, .. }) => {
                let value = if value.is_empty() { kind } else { value };
                let words = [name, value, marks].into_iter().filter(|word| !word.is_empty());
                text.push_str(&words.map(String::as_str).collect::<Vec<_>>().join(" "));
            }
            Content::Head(Item { name, kind, value, marks, .. })
                if kind.starts_with("struct") && value.is_empty() && marks.is_empty() =>
            {
                text.push_str(&format!("{name} {{ "));
                (around, first) = (around.saturating_add(1), true);
            }
            _ => return None,
        }
        if text.len() > ROOM {
            return None;
        }
    }
    (depth.saturating_add(1)..around).for_each(|_| text.push_str(" }"));
    Some(text)
}

fn of(extent: Extent) -> &'static [u8] {
    match extent {
        Extent::Fixed => b"fixed",
        Extent::Variable => b"variable",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

    use crate::show::{printer, Choice, Places};
    use migcore::visit::{Extent, Marks, Scope, ScopeKind, Track, Visitor};

    /// What is printed of a list whose elements `visit` gives.
    fn printed(count: u32, visit: impl Fn(&mut Visitor<'_>, u32) -> migcore::Result<()>) -> String {
        let (mut out, places, mut track) = (Vec::new(), Places::new(), Track::new());
        let mut show = printer(&mut out, Choice::default(), &places);
        let mut v = Visitor::saving(&mut *show, &mut track);
        let list = Scope::List { extent: Extent::Variable, count: count.try_into().unwrap() };
        v.begin(&"l", list).unwrap();
        for number in 0..count {
            v.begin(&"", Scope::Element).unwrap();
            visit(&mut v, number).unwrap();
            v.end(ScopeKind::Element).unwrap();
        }
        v.end(ScopeKind::List).unwrap();
        show.end_document(&[], None).unwrap();
        drop(show);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn equal_elements_are_shown_once() {
        let text = printed(9, |v, number| v.visit("a", &mut { u32::from(number > 3) * 7 }));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "l  list[*9]",
                "  [0]  a 0",
                "  [1] to [3]  the same, each",
                "  [4]  a 7",
                "  [5] to [8]  the same, each"
            ]
        );
        let text = printed(2, |v, _| v.save_text(&"", "x"));
        assert_eq!(text, "l  list[*2]\n  [0]  \"x\"\n  [1]  the same\n");
    }

    #[test]
    fn elements_that_differ_where_they_are_cut_are_not_equal() {
        let text = printed(2, |v, number| {
            let mut bytes = [1; 4096];
            *bytes.last_mut().unwrap() = u8::try_from(number).unwrap();
            v.bytes("b", &mut bytes)
        });
        assert!(text.contains("[1]  b 01"), "{text}");
        // What is too long, or secret, is not compared.
        let text = printed(2, |v, _| v.bytes("b", &mut [1; 100_000]));
        assert!(text.contains("[1]  b 01"), "{text}");
        let text = printed(2, |v, _| {
            v.mark(Marks::SECRET)?;
            v.visit("s", &mut 1u8)
        });
        assert!(text.contains("[1]  s (secret) {secret}"), "{text}");
    }

    #[test]
    fn lists_in_elements_have_lines_of_their_own() {
        let text = printed(3, |v, number| {
            v.visit("n", &mut { number / 2 })?;
            v.list("in", 2, |v, _| v.visit("x", &mut 0u8))
        });
        let element = "    n                 u32       0\n    in  list[2]\n      [0]  x 0\n      [1]  the same\n";
        let last = element.replace("u32       0", "u32       1");
        assert_eq!(text, format!("l  list[*3]\n  [0]\n{element}  [1]  the same\n  [2]\n{last}"));
    }
}
