//! What `migcore check` answers for every pair of machines of which it is recorded what QEMU does.

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

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::thread;

use migcore_cli::check::answer::{Answer, Checked};
use migcore_cli::check::qemu::{check, Knowledge, Stream, Target};
use migcore_cli::qemu::item::{Content, Item};
use serde_json::Value;

const LOADS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loads");

/// What QEMU says where it took a byte of a section for the end of the stream: what comes behind was not loaded.
const CUT: &str = "Expected vmdescription section, but got 0";

/// The bytes of a machine's stream, and where its parts are.
struct Saved {
    bytes: Vec<u8>,
    parts: Vec<(Range<usize>, Part)>,
}

/// What a part of a stream is.
enum Part {
    Header,
    Configuration,
    /// A section of this number, whose payload ends there.
    Section {
        id: u32,
        end: usize,
        footer: bool,
    },
    Other,
}

impl Saved {
    fn of(name: &str) -> Saved {
        let bytes = streams::at(&Path::new(LOADS).join(format!("{name}.bin.xz"))).bytes;
        let part = |item: &Item| match &item.content {
            Content::Header => Part::Header,
            Content::Configuration { .. } => Part::Configuration,
            Content::Section(one) => {
                let end = (one.start + one.length) as usize;
                Part::Section { id: one.id, end, footer: one.footer }
            }
            _ => Part::Other,
        };
        let items = qemu::items(&mut qemu::scanner(&bytes, None));
        let place = |item: &Item| item.offset as usize..item.end() as usize;
        let parts = items.iter().map(|item| (place(item), part(item))).collect();
        Saved { bytes, parts }
    }

    /// The record of the configuration; empty where there is none.
    fn configuration(&self) -> &[u8] {
        let found = self.parts.iter().find(|(_, part)| matches!(part, Part::Configuration));
        found.map_or(&[], |(place, _)| &self.bytes[place.clone()])
    }

    fn footers(&self) -> bool {
        self.parts.iter().any(|(_, part)| matches!(part, Part::Section { footer: true, .. }))
    }

    /// The stream with another configuration, and footers or none.
    fn formed(&self, configuration: &[u8], footers: bool) -> Vec<u8> {
        let mut out = Vec::new();
        for (place, part) in &self.parts {
            match part {
                Part::Configuration => {}
                Part::Section { id, end, .. } => {
                    out.extend_from_slice(&self.bytes[place.start..*end]);
                    if footers {
                        out.push(0x7e);
                        out.extend_from_slice(&id.to_be_bytes());
                    }
                }
                Part::Header | Part::Other => out.extend_from_slice(&self.bytes[place.clone()]),
            }
            if matches!(part, Part::Header) {
                out.extend_from_slice(configuration);
            }
        }
        out
    }
}

/// A stream that was given to a machine, and what QEMU did with it.
struct Given {
    group: String,
    title: String,
    /// Whose stream it is, if it is as it was saved.
    unchanged: Option<String>,
    to: String,
    bytes: Vec<u8>,
    loads: bool,
    said: String,
}

/// All that is recorded of the machines for which `mine` says so.
fn given(saved: &HashMap<String, Saved>, mine: impl Fn(&str) -> bool, each: &mut dyn FnMut(Given)) {
    let text = fs::read_to_string(Path::new(LOADS).join("answers.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    for pair in document["pairs"].as_array().unwrap() {
        let name = |key: &str| pair[key].as_str().unwrap().to_owned();
        if !mine(&name("to")) {
            continue;
        }
        let (from, to) = (&saved[&name("from")], &saved[&name("to")]);
        for form in ["as_is", "configured", "framed"] {
            let Some(answer) = pair.get(form) else { continue };
            let bytes = match form {
                "as_is" => from.bytes.clone(),
                "configured" => from.formed(to.configuration(), from.footers()),
                _ => from.formed(to.configuration(), to.footers()),
            };
            let said = answer["said"].as_array().unwrap();
            let said = said.first().and_then(Value::as_str).unwrap_or_default().to_owned();
            let loads = answer["loads"].as_bool().unwrap() && said != CUT;
            let title = format!("{} -> {} {form}", name("from"), name("to"));
            let unchanged = (form == "as_is").then(|| name("from"));
            let (group, to) = (name("group"), name("to"));
            each(Given { group, title, unchanged, to, bytes, loads, said });
        }
    }
}

/// How often each answer was given.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// Where QEMU loads: loads, cannot tell, refused.
    loads: [u32; 3],
    /// Where it refuses.
    refuses: [u32; 3],
}

impl Counts {
    fn count(&mut self, loads: bool, answer: Answer) {
        let counts = if loads { &mut self.loads } else { &mut self.refuses };
        counts[match answer {
            Answer::Loads | Answer::Losses => 0,
            Answer::CannotTell => 1,
            Answer::Refused => 2,
        }] += 1;
    }

    fn add(&mut self, other: &Counts) {
        for (sum, more) in self.loads.iter_mut().zip(other.loads) {
            *sum += more;
        }
        for (sum, more) in self.refuses.iter_mut().zip(other.refuses) {
            *sum += more;
        }
    }

    fn row(&self, name: &str) -> String {
        let [loads, open, refused] = self.loads;
        let [falsely, untold, rightly] = self.refuses;
        format!("| {name} | {loads} | {open} | {refused} | {rightly} | {untold} | {falsely} |\n")
    }
}

fn all_saved() -> HashMap<String, Saved> {
    let names = fs::read_dir(LOADS).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        Some(name.strip_suffix(".bin.xz")?.to_owned())
    });
    names.map(|name| (name.clone(), Saved::of(&name))).collect()
}

fn told(checked: &Checked) -> String {
    let lines =
        checked.findings.iter().map(|one| format!("{}: {}: {}", one.answer, one.place, one.text));
    lines.collect::<Vec<_>>().join("\n  ")
}

/// What was found for some of the machines.
#[derive(Default)]
struct Found {
    groups: BTreeMap<String, Counts>,
    /// Without knowing that the release is one.
    unknown: Counts,
    wrong: Vec<String>,
}

fn answered(stream: &mut Stream, machine: &mut Knowledge) -> Checked {
    let mut checked = Checked::default();
    check(stream, machine, &mut checked);
    checked
}

fn found(saved: &HashMap<String, Saved>, mine: impl Fn(&str) -> bool) -> Found {
    let mut found = Found::default();
    let mut machines: HashMap<String, Knowledge> = HashMap::new();
    let mut unchanged: HashMap<String, Stream> = HashMap::new();
    given(saved, mine, &mut |given| {
        let machine = machines.entry(given.to.clone()).or_insert_with(|| {
            let stream = Stream::read(qemu::input(&saved[&given.to].bytes)).unwrap();
            Knowledge { target: Some(Target::of_stream(stream).unwrap()), ..Knowledge::new(true) }
        });
        let read = || Stream::read(qemu::input(&given.bytes)).unwrap();
        let mut changed;
        let stream = match given.unchanged {
            Some(name) => unchanged.entry(name).or_insert_with(read),
            None => {
                changed = read();
                &mut changed
            }
        };
        machine.same = true;
        let checked = answered(stream, machine);
        found.groups.entry(given.group).or_default().count(given.loads, checked.answer);
        let mut open = checked.findings.iter().filter(|one| one.answer == Answer::CannotTell);
        let right = match checked.answer {
            Answer::Loads | Answer::Losses => given.loads,
            Answer::Refused => !given.loads,
            Answer::CannotTell => open.all(|one| one.reason == "opaque" && !one.place.is_empty()),
        };
        if !right {
            found.wrong.push(format!(
                "{}: QEMU: {}\n  {}",
                given.title,
                given.said,
                told(&checked)
            ));
        }
        // Where the release of the receiver is not known, less is told, and nothing else.
        machine.same = false;
        let without = answered(stream, machine);
        found.unknown.count(given.loads, without.answer);
        if without.answer != checked.answer && without.answer != Answer::CannotTell {
            found.wrong.push(format!("{}: another release: {}", given.title, told(&without)));
        }
    });
    found
}

#[test]
fn no_answer_is_wrong_and_only_what_is_opaque_cannot_be_told() {
    const PARTS: usize = 4;
    let saved = &all_saved();
    fn part(name: &str) -> usize {
        name.bytes().map(usize::from).sum::<usize>() % PARTS
    }
    let parts: Vec<Found> = thread::scope(|scope| {
        let part_of = |number| scope.spawn(move || found(saved, |name| part(name) == number));
        let parts: Vec<_> = (0..PARTS).map(part_of).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect()
    });
    let wrong: Vec<&String> = parts.iter().flat_map(|part| &part.wrong).collect();
    assert!(wrong.is_empty(), "{} are wrong: {wrong:#?}", wrong.len());
    let mut groups: BTreeMap<&str, Counts> = BTreeMap::new();
    let (mut sum, mut unknown) = (Counts::default(), Counts::default());
    for part in &parts {
        for (name, counts) in &part.groups {
            groups.entry(name).or_default().add(counts);
            sum.add(counts);
        }
        unknown.add(&part.unknown);
    }
    let mut table = "| machines | loads: loads | cannot tell | refused | refuses: refused | cannot tell | loads |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    groups.iter().for_each(|(name, counts)| table.push_str(&counts.row(name)));
    table.push_str(&sum.row("all"));
    table.push_str(&unknown.row("all, without `--same-release`"));
    documented(&table);
}

/// The table in the documentation is made from what is found here: `MIGCORE_BLESS=1` writes it.
fn documented(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tools.md");
    let page = fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- answers -->\n\n", "\n<!-- end of answers -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (written, after) = rest.split_once(end).unwrap();
    if std::env::var_os("MIGCORE_BLESS").is_some() {
        fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert_eq!(written, table, "MIGCORE_BLESS=1 writes the table");
    }
}
