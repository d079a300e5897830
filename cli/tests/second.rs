//! The library and the second reader agree: on what a QEMU stream consists of, and on every value in it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/flat.rs"]
mod flat;
#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/second.rs"]
mod second;
#[path = "support/streams.rs"]
mod streams;

use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::process::Command;

use flat::Leaf;
use migcore_cli::qemu::item::{Content, Item, Payload, Section};
use migcore_cli::qemu::ram::Summary;
use qemu::{items, scanner, written};
use serde_json::Value;
use streams::Stream;

/// So many streams that no machine wrote; `MIGCORE_CASES` makes so many times as many.
const MADE: u32 = 60;

/// How the paths of the configuration begin.
const CONFIGURATION: &str = "configuration.";

/// An item in the words of the second reader.
fn lines(item: &Item) -> Vec<String> {
    let kind = match &item.content {
        Content::Section(section) => return section_lines(section, item.offset),
        Content::Configuration { .. } => "configuration".to_owned(),
        Content::Command(command) => format!("command:{}", command.number),
        Content::Package { .. } => "command:7".to_owned(),
        Content::End => "eof".to_owned(),
        Content::Description => "description".to_owned(),
        Content::Trailing => "trailing".to_owned(),
        Content::Header | Content::PackageEnd | Content::Damage(_) => return vec![],
    };
    vec![format!("RECORD {kind} {} {}", item.offset, item.length)]
}

fn section_lines(section: &Section, offset: u64) -> Vec<String> {
    let named = &section.named;
    let how = match section.payload {
        Payload::Described(_) => "described",
        Payload::Ram(_) => "ram",
        Payload::Opaque(_) => "opaque",
    };
    let head = format!(
        "SECTION {} {} {} {} {} {offset} {} {how}",
        section.kind.text(),
        section.id,
        named.name.escape_ascii(),
        named.instance,
        named.version,
        section.length,
    );
    match &section.payload {
        Payload::Ram(ram) => [vec![head], ram_lines(ram, offset)].concat(),
        _ => vec![head],
    }
}

fn ram_lines(ram: &Summary, offset: u64) -> Vec<String> {
    let blocks = ram
        .blocks
        .iter()
        .map(|block| format!("BLOCK {} {}", block.name.escape_ascii(), block.length));
    let total = ram.total();
    let counts = format!(
        "RAM {offset} blocks={} zero={} page={} xbzrle={} compress={} flush={}",
        ram.blocks.len(),
        total.zero,
        total.normal,
        total.xbzrle,
        total.compressed,
        ram.flushes,
    );
    blocks.chain([counts]).collect()
}

/// The lines of the second reader about records, without what the library words in its own way:
/// why a section is opaque, and where the entry of a block lies.
fn records(lines: &[String]) -> Vec<String> {
    let shortened = |line: &String| match line.split(' ').next()? {
        "SECTION" => Some(line.split(": ").next()?.to_owned()),
        "RECORD" | "RAM" => Some(line.clone()),
        "BLOCK" => line.splitn(3, ' ').last().map(|rest| format!("BLOCK {rest}")),
        _ => None,
    };
    lines.iter().filter_map(shortened).collect()
}

/// The lines of the second reader about values. The library tells no places in the configuration.
fn values(lines: &[String]) -> Vec<Leaf> {
    let leaf = |line: &String| {
        let parts: Vec<&str> = line.split('\t').collect();
        let [offset, path, _, value] = parts[..] else { return None };
        let offset = Some(offset.parse().unwrap()).filter(|_| !path.starts_with(CONFIGURATION));
        Some(Leaf { offset, path: path.to_owned(), value: value.to_owned() })
    };
    lines.iter().filter_map(leaf).collect()
}

/// What `migcore inspect` shows of a stream.
fn inspected(stream: &Stream) -> Value {
    let (file, vmdesc) = stream.files();
    let mut command = Command::new(env!("CARGO_BIN_EXE_migcore"));
    command.args(["inspect", "--json"]).arg(file.path());
    if let Some(vmdesc) = &vmdesc {
        command.arg("--vmdesc").arg(vmdesc.path());
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}", stream.name))
}

/// Where the second reader stopped, the library goes on with what it marks as opaque.
fn alike<T: Debug + PartialEq>(stream: &Stream, due: &[T], found: &[T], whole: bool) {
    let name = &stream.name;
    let differs = due.iter().zip(found).find(|(due, found)| due != found);
    assert_eq!(differs, None, "{name}");
    let lengths = (due.len(), found.len());
    assert!(lengths.0 == lengths.1 || !whole && lengths.0 < lengths.1, "{name}: {lengths:?}");
}

fn agree(stream: &Stream) {
    let read = second::read(stream);
    let items = items(&mut scanner(&stream.bytes, stream.vmdesc.as_deref()));
    let found: Vec<String> = items.iter().flat_map(lines).collect();
    alike(stream, &records(&read.lines), &found, read.whole);
    alike(stream, &values(&read.lines), &flat::leaves(&inspected(stream)), read.whole);
}

/// The streams of one machine with many settings.
fn is_variant(stream: &Stream) -> bool {
    stream.name.starts_with("var-")
}

#[test]
fn streams_of_many_machines_are_read_alike() {
    streams::all().filter(|stream| !is_variant(stream)).for_each(|stream| agree(&stream));
}

#[test]
fn streams_of_many_settings_are_read_alike() {
    streams::all().filter(is_variant).for_each(|stream| agree(&stream));
}

#[test]
fn streams_that_no_machine_wrote_are_read_alike() {
    let times = std::env::var("MIGCORE_CASES").map_or(1, |times| times.parse().unwrap());
    for stream in second::made(0, MADE * times) {
        agree(&stream);
        assert!(written(&mut scanner(&stream.bytes, None)) == stream.bytes, "{}", stream.name);
        goes_through_chunks(&stream);
    }
}

fn goes_through_chunks(stream: &Stream) {
    let (file, _) = stream.files();
    let directory = tempfile::tempdir().unwrap();
    let [chunks, back] = ["chunks", "back"].map(|name| directory.path().join(name));
    convert(file.path(), "chunk", &chunks);
    convert(&chunks, "qemu", &back);
    assert!(fs::read(back).unwrap() == stream.bytes, "{}", stream.name);
}

fn convert(from: &Path, target: &str, to: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_migcore"));
    command.arg("convert").arg(from).args(["--to", target, "-o"]).arg(to);
    assert!(command.status().unwrap().success(), "{from:?} to {target}");
}
