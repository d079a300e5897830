//! Lines that stand in columns.

use std::io::Write;

use anstyle::{AnsiColor, Style};

use super::table::aligned;
use super::Out;

/// Names and types are given so much room at least, so that columns seldom move.
const NAME: usize = 16;
const TYPE: usize = 8;

/// Values get so much room at most; what is longer moves what follows.
const VALUE: usize = 36;

/// Lines that are held back to find the widths of their columns.
const HELD: usize = 512;

/// Lines inside of one element that are held back.
const MOST: usize = 4096;

/// The codes that colour text, or nothing.
#[derive(Clone, Debug, Default)]
pub struct Paint {
    pub(super) scope: String,
    pub(super) dim: String,
    pub(super) mark: String,
    pub(super) wrong: String,
    pub(super) reset: String,
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
                wrong: code(AnsiColor::Red.on_default().bold()),
                reset: anstyle::Reset.render().to_string(),
            },
            false => Paint::default(),
        }
    }

    /// Text in one of the colours.
    pub(super) fn paint(&self, colour: &str, text: &str) -> String {
        match text {
            "" => String::new(),
            text => format!("{colour}{text}{}", self.reset),
        }
    }
}

/// A line.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) depth: usize,
    pub(super) content: Content,
}

/// What stands in a line.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// An item in columns.
    Item(Item),
    /// The head of a scope.
    Head(Item),
    /// A line of a table.
    Cells(&'static str, Vec<String>),
    /// Anything else, in its colours.
    Line(String),
}

/// An item: its name, type and value, its marks and its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) value: String,
    pub(super) marks: String,
    pub(super) place: String,
}

/// Lines that are held back.
#[derive(Debug, Default)]
pub(super) struct Rows {
    held: Vec<Row>,
}

impl Rows {
    /// How many lines are held.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn last(&self) -> Option<&Row> {
        self.held.last()
    }

    pub(super) fn push(&mut self, row: Row) {
        self.held.push(row);
    }

    /// The lines from `start` on.
    pub(super) fn since(&self, start: usize) -> &[Row] {
        self.held.get(start..).unwrap_or_default()
    }

    pub(super) fn truncate(&mut self, start: usize) {
        self.held.truncate(start);
    }

    pub(super) fn insert(&mut self, at: usize, row: Row) {
        if at <= self.held.len() {
            self.held.insert(at, row);
        }
    }

    /// Whether it is time to write; inside of an element later.
    pub(super) fn is_full(&self, in_element: bool) -> bool {
        self.held.len() >= if in_element { MOST } else { HELD }
    }

    /// Writes all lines; each run of items of one depth has its own columns.
    pub(super) fn write<W: Write>(&mut self, out: &mut Out<W>, paint: &Paint) {
        for run in self.held.chunk_by(Row::stands_with) {
            match run.first().map(|row| &row.content) {
                Some(Content::Cells(..)) => table(run, out, paint),
                _ => items(run, out, paint),
            }
        }
        self.held.clear();
    }
}

impl Row {
    /// Whether two lines have the same columns.
    fn stands_with(&self, next: &Row) -> bool {
        self.depth == next.depth
            && match (&self.content, &next.content) {
                (Content::Item(_), Content::Item(_)) => true,
                (Content::Cells(one, _), Content::Cells(other, _)) => one == other,
                _ => false,
            }
    }
}

/// Widths of columns.
#[derive(Clone, Copy)]
struct Widths {
    name: usize,
    kind: usize,
    value: usize,
}

fn items<W: Write>(run: &[Row], out: &mut Out<W>, paint: &Paint) {
    let all = || {
        run.iter().filter_map(|row| match &row.content {
            Content::Item(item) => Some(item),
            _ => None,
        })
    };
    let widest = |of: fn(&Item) -> &str, most: usize| {
        all().map(|item| width(of(item))).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let widths = Widths {
        name: widest(|item| &item.name, usize::MAX).max(NAME),
        kind: widest(|item| &item.kind, usize::MAX).max(TYPE),
        value: widest(|item| &item.value, VALUE),
    };
    for row in run {
        indent(row.depth, out);
        match &row.content {
            Content::Item(item) => columns(item, widths, out, paint),
            Content::Head(item) => head(item, out, paint),
            Content::Line(text) => out.put(text.as_bytes()),
            Content::Cells(..) => {}
        }
        out.put(b"\n");
    }
}

fn columns<W: Write>(item: &Item, widths: Widths, out: &mut Out<W>, paint: &Paint) {
    out.put(item.name.as_bytes());
    pad(width(&item.name), widths.name.saturating_add(2), out);
    out.put(paint.paint(&paint.dim, &item.kind).as_bytes());
    pad(width(&item.kind), widths.kind.saturating_add(2), out);
    out.put(item.value.as_bytes());
    if !item.marks.is_empty() {
        out.put(b"  ");
        out.put(paint.paint(&paint.mark, &item.marks).as_bytes());
    }
    if !item.place.is_empty() {
        let taken = match item.marks.is_empty() {
            true => width(&item.value),
            false => usize::MAX,
        };
        pad(taken, widths.value.saturating_add(2), out);
        out.put(paint.paint(&paint.dim, &item.place).as_bytes());
    }
}

fn head<W: Write>(item: &Item, out: &mut Out<W>, paint: &Paint) {
    out.put(paint.paint(&paint.scope, &item.name).as_bytes());
    for (colour, text) in [
        (&paint.dim, &item.kind),
        (&String::new(), &item.value),
        (&paint.mark, &item.marks),
        (&paint.dim, &item.place),
    ] {
        if !text.is_empty() {
            out.put(b"  ");
            out.put(
                match colour.is_empty() {
                    true => text.clone(),
                    false => paint.paint(colour, text),
                }
                .as_bytes(),
            );
        }
    }
}

/// Writes a table. Its first line is its head.
fn table<W: Write>(run: &[Row], out: &mut Out<W>, paint: &Paint) {
    let lines: Vec<Vec<String>> = run.iter().filter_map(Row::cells).collect();
    for (number, (row, line)) in run.iter().zip(aligned(&lines)).enumerate() {
        indent(row.depth, out);
        out.put(
            match number {
                0 => paint.paint(&paint.dim, &line),
                _ => line,
            }
            .as_bytes(),
        );
        out.put(b"\n");
    }
}

impl Row {
    fn cells(&self) -> Option<Vec<String>> {
        match &self.content {
            Content::Cells(_, cells) => Some(cells.clone()),
            _ => None,
        }
    }
}

fn indent<W: Write>(depth: usize, out: &mut Out<W>) {
    (0..depth).for_each(|_| out.put(b"  "));
}

/// Fills a column; at least two blanks stand between it and the next.
fn pad<W: Write>(taken: usize, width: usize, out: &mut Out<W>) {
    (0..width.saturating_sub(taken).max(2)).for_each(|_| out.put(b" "));
}

fn width(text: &str) -> usize {
    text.chars().count()
}
