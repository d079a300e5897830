//! The heads of sections and the remarks between them, in words.

use super::rows::{Content, Item};
use super::words::{printable, short, sized};
use super::{Fact, Paint};

/// The head of a group.
pub(super) fn group(what: &str, facts: &Facts<'_, '_>, paint: &Paint) -> Content {
    match what {
        "section" => Content::Head(section(facts)),
        "command" => Content::Head(Item {
            name: format!("command {} {}", facts.number("number"), facts.text("name")),
            value: format!("{} at {}", sized(facts.number("length")), facts.number("offset")),
            ..Item::default()
        }),
        "package" => Content::Head(Item {
            name: what.to_owned(),
            value: format!("{} at {}", sized(facts.number("length")), facts.number("offset")),
            ..Item::default()
        }),
        what => Content::Line(format!("{}{}", paint.paint(&paint.scope, what), facts.all())),
    }
}

fn section(facts: &Facts<'_, '_>) -> Item {
    let length = sized(facts.number("payload_length"));
    let at = facts.number("payload_offset");
    let record = record(&facts.text("kind"), Some(facts.number("id")));
    let mut marks = match facts.has("reason") {
        true => format!("opaque: {}", facts.text("reason")),
        false => String::new(),
    };
    if facts.has("end") {
        marks.push_str(&format!(", end {}", facts.text("end")));
    }
    Item {
        name: format!("{}/{}", facts.text("name"), facts.number("instance")),
        value: format!("version {}, {length} at {at} ({record})", facts.number("version")),
        marks,
        ..Item::default()
    }
}

/// Which record of a section it is; `kind` is the word for it in the stream.
pub(super) fn record(kind: &str, id: Option<u64>) -> String {
    let what = match kind {
        "full" => "full section",
        "start" => "start of the section",
        "part" => "part of the section",
        "end" => "end of the section",
        other => other,
    };
    match id {
        Some(id) => format!("{what}, id {id}"),
        None => what.to_owned(),
    }
}

/// A remark.
pub(super) fn note(what: &str, facts: &Facts<'_, '_>, paint: &Paint) -> Vec<Content> {
    let line = |text: String| vec![Content::Line(paint.paint(&paint.dim, &text))];
    match what {
        "block" => table("blocks", &["block", "size", "page size", "address"], block(facts)),
        "pages" => table("pages", &PAGES, pages(facts)),
        "damage" => vec![Content::Line(paint.paint(&paint.wrong, &damage(facts)))],
        "end" => line(format!("end of the records at {}", facts.number("offset"))),
        "description" | "trailing bytes" => {
            let (length, at) = (facts.number("length"), facts.number("offset"));
            line(format!("{what}: {} at {at}", sized(length)))
        }
        what => vec![Content::Line(paint.paint(&paint.mark, &format!("# {what}:{}", facts.all())))],
    }
}

const PAGES: [&str; 6] =
    ["pages of block", "zero", "whole", "differences", "compressed", "bytes in the stream"];

/// A line of a table behind its head. The head is dropped where one stands already.
fn table(name: &'static str, head: &[&str], line: Vec<String>) -> Vec<Content> {
    let head = head.iter().map(|&word| word.to_owned()).collect();
    vec![Content::Cells(name, head), Content::Cells(name, line)]
}

fn block(facts: &Facts<'_, '_>) -> Vec<String> {
    let size = |name| if facts.has(name) { short(facts.number(name)) } else { String::new() };
    let address = match facts.has("address") {
        true => format!("{:#x}", facts.number("address")),
        false => String::new(),
    };
    vec![facts.text("name"), size("length"), size("page_size"), address]
}

fn pages(facts: &Facts<'_, '_>) -> Vec<String> {
    let counts = ["zero", "normal", "xbzrle", "compressed", "bytes"];
    let counts = counts.iter().map(|name| facts.number(name).to_string());
    std::iter::once(facts.text("block")).chain(counts).collect()
}

fn damage(facts: &Facts<'_, '_>) -> String {
    let lost = match facts.number("lost") {
        0 => String::new(),
        lost => format!("; {} not read", sized(lost)),
    };
    let on = match facts.has("resumed_at") {
        true => format!("; read on at {}", facts.number("resumed_at")),
        false => "; nothing behind it could be read".to_owned(),
    };
    format!("! damaged at {}: {}{lost}{on}", facts.number("offset"), facts.text("what"))
}

/// Facts by their names.
pub(super) struct Facts<'a, 'f>(pub(super) &'a [(&'a str, Fact<'f>)]);

impl Facts<'_, '_> {
    fn find(&self, wanted: &str) -> Option<&Fact<'_>> {
        self.0.iter().find(|(name, _)| *name == wanted).map(|(_, fact)| fact)
    }

    fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn number(&self, name: &str) -> u64 {
        match self.find(name) {
            Some(Fact::Number(number)) => *number,
            _ => 0,
        }
    }

    fn text(&self, name: &str) -> String {
        match self.find(name) {
            Some(Fact::Text(text)) => printable(text.as_bytes()),
            _ => String::new(),
        }
    }

    /// All of them, in one line.
    fn all(&self) -> String {
        let each = self
            .0
            .iter()
            .map(|(name, value)| format!(" {} {}", printable(name.as_bytes()), fact(name, value)));
        each.collect::<Vec<_>>().join(",")
    }
}

/// A fact in words.
pub(super) fn fact(name: &str, fact: &Fact<'_>) -> String {
    match fact {
        Fact::Text(text) => printable(text.as_bytes()),
        Fact::Number(number) if name == "length" => sized(*number),
        Fact::Number(number) => number.to_string(),
        Fact::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
    }
}
