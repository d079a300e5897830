//! Which section of the receiver is which of the stream, and what it would read of it.

use std::collections::{HashMap, HashSet, VecDeque};

use super::known::{self, Knows};
use super::stream::{Inside, Section};
use super::values::{self, Place};
use super::{Answer, Findings, Knowledge, Stream};
use crate::schema::check::finding::{Doubt, Rule};
use crate::schema::check::{check as compare, Side};
use crate::schema::model::Schema;

const DEVICE: &str =
    "give the receiver this device, in the same place, or drop the section by a transform";
const RELEASE: &str =
    "say --same-release if one release of QEMU is on both sides, or give a dump of the receiver's \
     tables as well";
const MISSING: &str =
    "take the device out of the receiver, or add its section by a transform: `migcore suggest`";
const DESCRIPTION: &str =
    "give the description of the stream with --vmdesc, such as that behind another stream of the same machine";
const RECEIVER: &str = "give a stream of the receiver that has its description";
const HANDLER: &str = "compare the bytes with those of the receiver: `migcore diff`";

/// Checks them.
pub(super) fn check(stream: &mut Stream, knowledge: &mut Knowledge, report: &mut Findings<'_>) {
    let mut target = knowledge.target.take();
    let pairs = match &target {
        Some(target) => pairs(stream, Some(&target.stream), knowledge, report),
        None => Vec::new(),
    };
    let theirs = target.as_ref().map(|target| &target.stream.schema);
    let theirs = theirs.or(knowledge.described.as_ref()).or(knowledge.tables.as_ref());
    let ours = target.as_ref().map(|target| &target.stream);
    let knows = |name: &str| known::subsection(name, stream, knowledge, ours);
    let refused = theirs.map(|schema| fields(stream, schema, &knows, report)).unwrap_or_default();
    let knows = known::opaque_subsection(stream, knowledge, ours);
    if let Some(target) = &mut target {
        for (one, other) in pairs {
            if !refused.contains(&one.path()) {
                inside((&one, &other), (stream, &mut target.stream), knows, report);
            }
        }
    }
    knowledge.target = target;
}

/// The sections that both have. Of several of one name and instance the first belongs to the first.
fn pairs(
    stream: &Stream,
    target: Option<&Stream>,
    knowledge: &Knowledge,
    report: &mut Findings<'_>,
) -> Vec<(Section, Section)> {
    let mut left: HashMap<(&[u8], u32), VecDeque<&Section>> = HashMap::new();
    for section in target.iter().flat_map(|target| &target.sections) {
        left.entry((&section.name, section.instance)).or_default().push_back(section);
    }
    let mut pairs = Vec::new();
    for section in &stream.sections {
        let found = left.get_mut(&(&section.name[..], section.instance));
        match found {
            Some(found) => {
                report.checked.devices = report.checked.devices.saturating_add(1);
                // One that comes again is loaded again.
                let other =
                    if found.len() > 1 { found.pop_front() } else { found.front().copied() };
                pairs.extend(other.map(|other| (section.clone(), other.clone())));
            }
            None => absent(section, knowledge, target, report),
        }
    }
    target.iter().for_each(|target| missing(stream, target, report));
    pairs
}

/// The sections of the receiver that do not come: QEMU loads the others, and their devices stay as they are after a reset.
fn missing(stream: &Stream, target: &Stream, report: &mut Findings<'_>) {
    if let Some(open) = stream.sections.iter().find(|section| section.open) {
        let text = "where it ends is not known, so which sections follow cannot be told".to_owned();
        return report.open("missing", open.path(), text, DESCRIPTION);
    }
    let mut sent: HashMap<(&[u8], u32), usize> = HashMap::new();
    for section in &stream.sections {
        let number = sent.entry((&section.name, section.instance)).or_default();
        *number = number.saturating_add(1);
    }
    for section in &target.sections {
        match sent.get_mut(&(&section.name[..], section.instance)) {
            Some(left) if *left > 0 => *left = left.saturating_sub(1),
            _ => {
                let (answer, text, help) = match known::is_of_board(&section.name) {
                    true => (
                        Answer::Loads,
                        "the stream does not have this section, which boards send by their version",
                        "",
                    ),
                    false => (
                        Answer::Losses,
                        "the stream does not have this section: the device stays as it is after a reset",
                        MISSING,
                    ),
                };
                report.add(answer, "missing", section.path(), text.to_owned(), help);
            }
        }
    }
}

/// A section that the receiver does not send.
fn absent(
    section: &Section,
    knowledge: &Knowledge,
    target: Option<&Stream>,
    report: &mut Findings<'_>,
) {
    match known::section(&section.name, knowledge, target) {
        Knows::Yes => {}
        Knows::No => {
            let text = "the receiver does not have this section".to_owned();
            report.refused("device", section.path(), text, DEVICE);
        }
        Knows::Perhaps => {
            let text = "the receiver does not send this section, and may know it or not".to_owned();
            report.open("device", section.path(), text, RELEASE);
        }
    }
}

/// Compares what sections consist of. Gives those that are refused.
fn fields(
    stream: &Stream,
    theirs: &Schema,
    knows: &dyn Fn(&str) -> Knows,
    report: &mut Findings<'_>,
) -> HashSet<String> {
    let from = Side { name: "the stream", schema: &stream.schema };
    let to = Side { name: "the receiver", schema: theirs };
    let compared = compare(from, to);
    let mut refused = HashSet::new();
    for fault in &compared.faults.kept {
        match fault.rule {
            // Told where sections are paired.
            Rule::Device => {}
            // No reader looks at the name of a description.
            Rule::Name => {}
            Rule::Subsection => subsection(knows(last(&fault.path)), fault.place(), report),
            // The version of a struct is not on the wire: its fields tell.
            Rule::Version if is_structure(&fault.path) => {}
            rule => {
                refused.insert(fault.device.clone());
                report.refused(rule.text(), fault.place(), fault.text.clone(), advice(rule));
            }
        }
    }
    for remark in &compared.remarks.kept {
        match (remark.rule, remark.doubt) {
            (Rule::Machine | Rule::Device, _) | (_, Some(Doubt::SameBytes | Doubt::Private)) => {}
            (Rule::Subsection, _) => {
                subsection(knows(last(&remark.path)), remark.place(), report);
            }
            // Of tables alone it is known, and said, that they do not tell what the machine has.
            _ if !theirs.source.is_sent() => {}
            (rule, _) => {
                report.open(rule.text(), remark.place(), remark.text.clone(), advice(rule))
            }
        }
    }
    if compared.faults.more > 0 || compared.remarks.more > 0 {
        let text = "more was found than is told".to_owned();
        report.open("structure", String::new(), text, "");
    }
    refused
}

/// What an operator can do, who changes the stream or the machine, and not the tables of the program.
fn advice(rule: Rule) -> &'static str {
    match rule {
        Rule::Machine | Rule::Device => DEVICE,
        Rule::Subsection | Rule::Removed => "drop it by a transform: `migcore suggest`",
        Rule::Added => "add it by a transform: `migcore suggest`",
        Rule::Version | Rule::Name | Rule::Structure => {
            "transform the stream to the version of the receiver: `migcore suggest`"
        }
        Rule::Changed | Rule::Type | Rule::Size | Rule::Unused => {
            "change it by a transform: `migcore suggest`"
        }
        Rule::Count => "give both machines the same number, or change it by a transform",
        Rule::Condition => "give both machines the same configuration, and look at both streams",
    }
}

/// Whether a path leads to a struct, and not to a section or subsection: names of these have a slash.
fn is_structure(path: &str) -> bool {
    !path.is_empty() && !last(path).contains('/')
}

/// The last name of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// A subsection that the receiver does not send, and may know.
pub(super) fn subsection(knows: Knows, place: String, report: &mut Findings<'_>) {
    match knows {
        Knows::Yes => {}
        Knows::No => {
            let text = "the receiver does not know this subsection".to_owned();
            report.refused("subsection", place, text, "drop it by a transform");
        }
        Knows::Perhaps => {
            let text =
                "the receiver did not send this subsection, and may know it or not".to_owned();
            report.open("subsection", place, text, RELEASE);
        }
    }
}

/// The bytes of a section that both have.
fn inside(
    (one, other): (&Section, &Section),
    (stream, target): (&mut Stream, &mut Stream),
    knows: Knows,
    report: &mut Findings<'_>,
) {
    let unknown = |why: &str, help, report: &mut Findings<'_>| {
        report.open("opaque", one.path(), why.to_owned(), help);
    };
    match (&one.inside, &other.inside) {
        (Inside::Ram, Inside::Ram) => {}
        (Inside::Described(entry), Inside::Described(theirs)) => {
            let (sent, ours) = (stream.bytes(one), target.bytes(other));
            let (Some(entry), Some(theirs)) = (stream.entry(*entry), target.entry(*theirs)) else {
                return;
            };
            let place = Place { device: &one.name, path: &one.path(), knows };
            values::check(place, (entry, &sent), (theirs, &ours), report);
        }
        // What the receiver would write itself, it reads.
        _ if stream.bytes(one) == target.bytes(other) => {}
        (Inside::Handler, _) => {
            unknown("a handler wrote it that describes nothing of it", HANDLER, report);
        }
        (Inside::Unknown(why), _) => unknown(why, DESCRIPTION, report),
        (_, Inside::Unknown(why)) => unknown(&format!("at the receiver: {why}"), RECEIVER, report),
        _ => unknown("it is described on one side alone", HANDLER, report),
    }
}
