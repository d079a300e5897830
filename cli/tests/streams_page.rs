//! `docs/streams.md` says how much of each stream of the project is known by name: its tables are made here.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use migcore::codec::observe::{Event, Item as Shown, Observer, Refusal};
use migcore::visit::{Marks, Visiting};
use migcore_cli::qemu::item::{Content, Item, Payload};
use migcore_cli::qemu::tally::Tally;
use migcore_cli::qemu::visit::{visit, Watch};

use streams::Stream;

/// Bytes by what they are, and of which streams.
type Kinds = BTreeMap<String, (u64, Vec<String>)>;

/// What is counted in one stream.
#[derive(Default)]
struct Counted {
    tally: Tally,
    /// The type of the value that comes.
    kind: String,
    /// Bytes of private fields by their type.
    private: BTreeMap<String, u64>,
    /// Sections that are opaque, and why.
    opaque: Vec<(String, u64, String)>,
}

/// Counts what comes, and tells the observer the type of it.
struct Counter<'a>(&'a RefCell<Counted>);

impl Watch for Counter<'_> {
    fn item(&mut self, item: &Item) {
        let mut counted = self.0.borrow_mut();
        counted.tally.item(item);
        if let Content::Section(section) = &item.content {
            if let Payload::Opaque(reason) = &section.payload {
                let name = section.named.to_string();
                counted.opaque.push((name, section.length, reason.to_string()));
            }
        }
    }

    fn place(&mut self, _offset: u64, kind: &str, _length: u64) {
        self.0.borrow_mut().kind = kind.to_owned();
    }
}

fn count(stream: &Stream) -> Counted {
    let counted = RefCell::new(Counted::default());
    let observe = |item: Shown<'_>| -> Result<(), Refusal> {
        if let (true, Event::Bytes(_, bytes)) = (item.marks.contains(Marks::OPAQUE), item.event) {
            let counted = &mut *counted.borrow_mut();
            *counted.private.entry(counted.kind.clone()).or_default() += bytes.len() as u64;
        }
        Ok(())
    };
    let mut visiting = Visiting::new(Observer::new(observe));
    let mut scanner = qemu::scanner(&stream.bytes, stream.vmdesc.as_deref());
    visit(&mut scanner, &mut visiting.saver(), &mut Counter(&counted)).unwrap();
    visiting.finish_save().unwrap();
    drop(visiting);
    counted.into_inner()
}

/// The three tables: the streams, the private types, and why sections are opaque.
fn tables() -> String {
    let (mut private, mut reasons) = (Kinds::new(), Kinds::new());
    let mut page =
        "| stream | bytes | described | private | RAM | opaque | framing | description |\n\
                    |---|--:|--:|--:|--:|--:|--:|--:|\n"
            .to_owned();
    for stream in streams::own() {
        let Counted { tally, private: types, opaque, .. } = count(&stream);
        let sum: u64 = types.values().sum();
        assert_eq!(sum, tally.private, "{}", stream.name);
        assert_eq!(tally.length, stream.bytes.len() as u64, "{}", stream.name);
        assert_eq!(tally.lost, 0, "{}", stream.name);
        let beside = if stream.vmdesc.is_some() {
            "beside it".to_owned()
        } else {
            tally.description.to_string()
        };
        let Tally { length, described, ram, opaque: unknown, .. } = tally;
        page.push_str(&format!(
            "| {} | {length} | {described} | {sum} | {ram} | {unknown} | {} | {beside} |\n",
            stream.name,
            tally.framing(),
        ));
        for (kind, bytes) in types {
            add(&mut private, kind, bytes, &stream.name);
        }
        for (section, bytes, reason) in opaque {
            // With no description at all no section is better known than another.
            let whole = reason == "the stream has no description";
            let section = if whole { "all but `ram`".to_owned() } else { format!("`{section}`") };
            add(&mut reasons, format!("{section} | {reason}"), bytes, &stream.name);
        }
    }
    page.push_str("\n| private type | bytes | in |\n|---|--:|---|\n");
    for (kind, (bytes, streams)) in private {
        page.push_str(&format!("| `{kind}` | {bytes} | {} |\n", some(&streams)));
    }
    page.push_str("\n| opaque section | reason | bytes | in |\n|---|---|--:|---|\n");
    for (reason, (bytes, streams)) in reasons {
        page.push_str(&format!("| {reason} | {bytes} | {} |\n", some(&streams)));
    }
    page
}

fn add(kinds: &mut Kinds, kind: String, bytes: u64, stream: &str) {
    let (all, streams) = kinds.entry(kind).or_default();
    *all += bytes;
    if streams.last().is_none_or(|last| last != stream) {
        streams.push(stream.to_owned());
    }
}

/// The first few of the streams, and how many more there are.
fn some(streams: &[String]) -> String {
    let (first, more) = streams.split_at(streams.len().min(3));
    match more.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// `MIGCORE_BLESS=1` writes the tables.
#[test]
fn the_documentation_has_the_tables() {
    let tables = tables();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/streams.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- tables -->\n\n", "\n<!-- end of tables -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    if std::env::var_os("MIGCORE_BLESS").is_some() {
        fs::write(&path, format!("{before}{begin}{tables}{end}{after}")).unwrap();
    } else {
        assert!(written == tables, "MIGCORE_BLESS=1 writes the tables");
    }
}
