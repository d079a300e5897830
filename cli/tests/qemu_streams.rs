//! Real QEMU streams: each is read to its end, and written back byte for byte, also by way of chunks.

#![allow(
    clippy::arithmetic_side_effects,
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

use std::io::{Seek, Write};
use std::path::Path;

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Portable, SliceWriter};
use migcore::visit::Visiting;
use migcore_cli::chunks;
use migcore_cli::input::Input;
use migcore_cli::qemu::item::{Content, Item, Payload};
use migcore_cli::qemu::rules::check;
use migcore_cli::qemu::scan::Footers;
use migcore_cli::qemu::visit::visit;
use qemu::{damages, items, scanner, written};
use streams::Stream;

/// The first bytes of a stream, as the name says; it has no end.
const CUT: &str = "q10-var-mapped-ram.head";

/// Sections that are described, of pages, and opaque, and the values in the first.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    described: u64,
    ram: u64,
    opaque: u64,
    leaves: u64,
}

fn counted(items: &[Item]) -> Counted {
    let mut counted = Counted::default();
    for item in items {
        let Content::Section(section) = &item.content else { continue };
        match &section.payload {
            Payload::Described(described) => {
                counted.described += 1;
                counted.leaves += described.leaves;
            }
            Payload::Ram(_) => counted.ram += 1,
            Payload::Opaque(_) => counted.opaque += 1,
        }
    }
    counted
}

fn of(stream: &Stream) -> Counted {
    counted(&items(&mut scanner(&stream.bytes, stream.vmdesc.as_deref())))
}

#[test]
fn every_stream_is_read_without_damage_and_written_back() {
    for stream in streams::all() {
        let items = items(&mut scanner(&stream.bytes, stream.vmdesc.as_deref()));
        assert_eq!(damages(&items), usize::from(stream.name == CUT), "{}", stream.name);
        let trailing = items.iter().any(|item| matches!(item.content, Content::Trailing));
        assert!(!trailing, "{}", stream.name);
        let back = written(&mut scanner(&stream.bytes, stream.vmdesc.as_deref()));
        assert!(back == stream.bytes, "{}", stream.name);
    }
}

#[test]
fn every_stream_goes_through_chunks() {
    for stream in streams::all() {
        let chunks = to_chunks(&stream);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&chunks).unwrap();
        file.rewind().unwrap();
        let input = Input::of(file, Path::new("chunks")).unwrap();
        let mut back = vec![0; stream.bytes.len()];
        let mut encoder = SectionEncoder::new(SliceWriter::new(&mut back), Portable);
        assert_eq!(chunks::replay(&input, &mut encoder), Ok(1), "{}", stream.name);
        assert!(back == stream.bytes, "{}", stream.name);
    }
}

fn to_chunks(stream: &Stream) -> Vec<u8> {
    let mut chunks = vec![0; stream.bytes.len() * 2 + (1 << 20)];
    let mut scratch = vec![0; 1 << 20];
    let writer = SliceWriter::new(&mut chunks);
    let encoder = ChunkEncoder::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut scanner = scanner(&stream.bytes, stream.vmdesc.as_deref());
    visit(&mut scanner, &mut visiting.saver(), &mut ()).unwrap();
    let length = visiting.finish_save().unwrap();
    chunks.truncate(usize::try_from(length).unwrap());
    chunks
}

#[test]
fn what_is_described_is_what_a_second_reader_found() {
    let expected = [
        ("var-plain", 33, 3, 0, 167_217),
        ("i440fx-7.2-default.mig", 34, 3, 0, 167_260),
        ("var-no-footer", 33, 3, 0, 36_135),
        ("var-no-configuration", 33, 3, 0, 167_217),
        ("var-suppress-vmdesc", 0, 3, 33, 0),
        ("var-postcopy", 0, 19, 33, 0),
        ("var-dirty-bitmaps", 34, 23_144, 23_144, 167_218),
        ("s390-7.2.mig", 15, 3, 4, 4_313),
        ("isapc.mig", 23, 3, 0, 133_308),
        ("mps2-an385.mig", 41, 3, 0, 11_081),
        ("pseries-7.2.dev", 23, 0, 0, 378_711),
        ("sparc64-sun4u.dev", 0, 0, 22, 0),
        ("q10-i440fx-10.0.mig", 34, 3, 0, 36_165),
        ("old-q8.2-pc-i440fx-7.2.mig", 37, 3, 0, 36_417),
        ("old-q1.7.2-pc-i440fx-1.7.mig", 0, 3, 1, 0),
        ("p1-i440fx-7.2-to-6.2.transformed", 29, 3, 1, 2_616),
        ("setup-rtl8139-slot.transformed", 30, 3, 1, 2_883),
    ];
    for (name, described, ram, opaque, leaves) in expected {
        let expected = Counted { described, ram, opaque, leaves };
        assert_eq!(of(&streams::one(name)), expected, "{name}");
    }
}

#[test]
fn footers_are_found_out() {
    for (name, footers) in [
        ("var-plain", Footers::Present),
        ("var-no-footer", Footers::Absent),
        ("i440fx-1.7-default.mig", Footers::Absent),
        ("sparc64-sun4u.dev", Footers::Present),
    ] {
        let stream = streams::one(name);
        let mut scanner = scanner(&stream.bytes, stream.vmdesc.as_deref());
        items(&mut scanner);
        assert_eq!(scanner.footers(), footers, "{name}");
    }
}

#[test]
fn what_qemu_wrote_breaks_no_rule() {
    for stream in streams::all().filter(|stream| stream.name != CUT) {
        let found = check(&mut scanner(&stream.bytes, stream.vmdesc.as_deref())).unwrap();
        assert_eq!(found.errors, [], "{}", stream.name);
    }
}
