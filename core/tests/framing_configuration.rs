//! The configuration of a QEMU stream.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;
mod support;

use migcore::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use migcore::codec::legacy::framing::{Configuration, Header, Record};
use migcore::codec::legacy::LOOK_AHEAD;
use migcore::error::Fault;
use migcore::io::{Portable, Reader, SliceReader, SliceWriter, StreamReader};
use migcore::visit::{Versions, Visiting, Visitor};
use migcore::{Code, Result};
use streams::{recorded, to_sections};
use support::Pipe;

const PAGE_BITS: &str = "configuration/target-page-bits";
const CAPABILITIES: &str = "configuration/capabilities";
const UUID: &str = "configuration/uuid";

/// What is read, how far, and the fault.
fn read(bytes: &[u8]) -> (Result<Configuration>, u64, Fault) {
    let mut reader = SliceReader::new(bytes);
    let configuration = Configuration::read(&mut reader);
    (configuration, reader.position(), reader.fault())
}

fn refused(bytes: &[u8]) -> (Code, u64) {
    let (configuration, _, fault) = read(bytes);
    (configuration.unwrap_err(), fault.offset)
}

fn machine(name: &[u8]) -> Vec<u8> {
    [&(name.len() as u32).to_be_bytes()[..], name].concat()
}

fn counted(name: &[u8]) -> Vec<u8> {
    [&[name.len() as u8], name].concat()
}

fn part(name: &str, version: u32, content: &[u8]) -> Vec<u8> {
    [&[5], &counted(name.as_bytes())[..], &version.to_be_bytes(), content].concat()
}

fn capabilities(names: &[&[u8]]) -> Vec<u8> {
    let count = (names.len() as u32).to_be_bytes().to_vec();
    let content = names.iter().fold(count, |made, name| [made, counted(name)].concat());
    part(CAPABILITIES, 1, &content)
}

/// The device that stands for the stream, around a configuration.
fn whole(configuration: &Configuration, v: &mut Visitor<'_>) -> Result<()> {
    v.device("qemu", 0, Versions::only(1), |v| configuration.visit(v))
}

/// Through chunks and back.
fn replayed(configuration: &Configuration) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    let settings = Settings::default();
    let encoder =
        ChunkEncoder::new(SliceWriter::new(&mut memory), Portable, &settings, &mut scratch);
    let mut saving = Visiting::new(encoder.unwrap());
    whole(configuration, &mut saving.saver()).unwrap();
    saving.finish_save().unwrap();
    drop(saving);
    let mut decoder = ChunkDecoder::new(SliceStore::new(&memory, Limits::default(), Portable));
    let mut scratch = vec![0; 1 << 14];
    to_sections(|v| decoder.replay_all(v, &mut scratch).map(|_| ())).unwrap()
}

#[test]
fn what_qemu_wrote_is_known_and_written_again() {
    let bytes = recorded("qemu-7.2-config-capabilities-and-uuid");
    let mut reader = SliceReader::new(&bytes);
    Header::read(&mut reader).unwrap();
    assert_eq!(Record::read(&mut reader), Ok(Record::Configuration));
    let configuration = Configuration::read(&mut reader).unwrap();
    assert_eq!(reader.position(), bytes.len() as u64);
    assert_eq!(configuration.machine(), b"pc-i440fx-7.2");
    assert_eq!(configuration.capabilities().collect::<Vec<_>>(), ["x-ignore-shared"]);
    assert!(configuration.has_capability("x-ignore-shared"));
    assert!(!configuration.has_capability("mapped-ram"));
    let uuid = [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc];
    assert_eq!(configuration.uuid().unwrap()[..13], uuid);
    assert_eq!(configuration.page_bits(), None);
    assert_eq!(to_sections(|v| configuration.visit(v)).unwrap(), bytes[Header::LENGTH..]);
    assert_eq!(replayed(&configuration), bytes[Header::LENGTH..]);
}

#[test]
fn subsections_come_in_any_order_and_keep_it() {
    let parts = [
        part(PAGE_BITS, 1, &[0, 0, 0, 12]),
        capabilities(&[b"xbzrle", b"a name of tomorrow"]),
        part(UUID, 1, &[7; 16]),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for length in 0..=3 {
            let parts = order[..length].iter().flat_map(|at| parts[*at].clone());
            let bytes: Vec<u8> = machine(b"virt").into_iter().chain(parts).collect();
            let (configuration, position, _) = read(&[&bytes[..], &[4]].concat());
            let configuration = configuration.unwrap();
            assert_eq!(position, bytes.len() as u64);
            let there = |at| order[..length].contains(&at);
            assert_eq!(configuration.page_bits(), there(0).then_some(12));
            assert_eq!(configuration.uuid(), there(2).then_some(&[7; 16]));
            let names: Vec<_> = configuration.capabilities().collect();
            assert_eq!(names.is_empty(), !there(1));
            assert!(names.is_empty() || names == ["xbzrle", "a name of tomorrow"]);
            assert_eq!(to_sections(|v| configuration.visit(v)).unwrap()[1..], bytes);
            assert_eq!(replayed(&configuration)[1..], bytes);
        }
    }
}

#[test]
fn a_subsection_of_somebody_else_ends_it() {
    for other in ["config/x", "other/thing-that-is-long", "configuration"] {
        let bytes = [machine(b"none"), part(other, 1, &[])].concat();
        let (configuration, position, _) = read(&bytes);
        assert_eq!((configuration.is_ok(), position), (true, 8), "{other}");
    }
    let bytes = [machine(b"none"), part("configuration/none", 1, &[])].concat();
    assert_eq!(refused(&bytes), (Code::UnknownSubsection, 8));
    // Compared as QEMU does: without a slash.
    let bytes = [machine(b"none"), part("configurations", 1, &[])].concat();
    assert_eq!(refused(&bytes), (Code::UnknownSubsection, 8));
}

#[test]
fn versions_are_read_in_eight_bits_and_not_written_as_another() {
    for (version, code) in [(0, Code::TooOld), (2, Code::TooNew), (256, Code::TooOld)] {
        let bytes = [machine(b"none"), part(PAGE_BITS, version, &[0; 4])].concat();
        assert_eq!(refused(&bytes), (code, 8), "{version}");
    }
    let bytes = [machine(b"none"), part(PAGE_BITS, 257, &[0, 0, 0, 12])].concat();
    let configuration = read(&bytes).0.unwrap();
    assert_eq!(configuration.page_bits(), Some(12));
    assert_eq!(to_sections(|v| configuration.visit(v)), Err(Code::TooNew));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    let twice = [machine(b""), part(UUID, 1, &[0; 16]), part(UUID, 1, &[0; 16])].concat();
    assert_eq!(refused(&twice), (Code::BadOrder, 4 + 40));
    let empty = [machine(b""), capabilities(&[b""])].concat();
    assert_eq!(refused(&empty), (Code::BadValue, 4 + 36));
    let nul = [machine(b""), capabilities(&[b"ok", b"a\0"])].concat();
    assert_eq!(refused(&nul), (Code::BadText, 4 + 36 + 3));
    let binary = [machine(b""), capabilities(&[b"\xff"])].concat();
    assert_eq!(refused(&binary), (Code::BadText, 4 + 36));
    assert_eq!(refused(&machine(&[b'x'; 256])), (Code::TooMany, 0));
    assert_eq!(refused(&[0xff; 300]), (Code::TooMany, 0));
}

#[test]
fn the_largest_one_has_the_length_that_is_told() {
    let full = [&[b'c'; 255][..]; 4];
    let large = |names: &[&[u8]]| {
        let parts = [part(PAGE_BITS, 1, &[0; 4]), capabilities(names), part(UUID, 1, &[1; 16])];
        [machine(&[b'm'; 255]), parts.concat()].concat()
    };
    let bytes = large(&full);
    assert_eq!(bytes.len(), Configuration::MAX_LENGTH);
    let configuration = read(&bytes).0.unwrap();
    assert_eq!(configuration.capabilities().count(), 4);
    assert_eq!(to_sections(|v| configuration.visit(v)).unwrap()[1..], bytes);
    let more = large(&[&full[..], &[&b"x"[..]]].concat());
    assert_eq!(refused(&more), (Code::TooMany, (4 + 255 + 40 + 36 + 1024) as u64));
    // From a stream no more need be looked ahead than the longest name.
    let mut buffer = [0; LOOK_AHEAD];
    let mut reader = StreamReader::new(Pipe::new(bytes, 7), &mut buffer);
    assert_eq!(Configuration::read(&mut reader), Ok(configuration));
}

#[test]
fn a_configuration_that_is_cut_is_never_taken_for_another() {
    let parts = [part(PAGE_BITS, 1, &[0; 4]), capabilities(&[b"xbzrle"]), part(UUID, 1, &[1; 16])];
    let bytes = [machine(b"none"), parts.concat()].concat();
    for length in 0..bytes.len() {
        let (configuration, position, fault) = read(&bytes[..length]);
        match configuration {
            Ok(configuration) => {
                let again = to_sections(|v| configuration.visit(v)).unwrap();
                assert_eq!(again[1..], bytes[..position as usize]);
            }
            Err(code) => {
                assert_eq!(code, Code::Truncated, "{length}");
                assert!(fault.offset <= length as u64 && fault.expected > fault.found);
            }
        }
    }
}

/// Whatever order it is put together in, it is as QEMU writes it.
#[test]
fn a_configuration_is_made() {
    let bytes = [
        machine(b"virt-9.0"),
        part(PAGE_BITS, 1, &12u32.to_be_bytes()),
        capabilities(&[b"x-ignore-shared", b"mapped-ram"]),
        part(UUID, 1, &[7; 16]),
    ]
    .concat();
    let mut made = Configuration::new(b"virt-9.0").unwrap();
    made.set_uuid([7; 16]);
    made.add_capability("x-ignore-shared").unwrap();
    made.add_capability("mapped-ram").unwrap();
    made.set_page_bits(0);
    made.set_page_bits(12);
    assert_eq!(read(&bytes).0, Ok(made.clone()));
    let mut memory = [0; 256];
    let mut saver = migcore::codec::legacy::Saver::to_slice(&mut memory);
    made.save(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap() as usize;
    assert_eq!(memory[..length], bytes);
}

#[test]
fn what_no_reader_takes_is_not_made() {
    assert_eq!(Configuration::new(&[b'x'; 256]), Err(Code::NameTooLong));
    assert_eq!(Configuration::new(b"a\0b"), Err(Code::BadText));
    let mut made = Configuration::new(b"").unwrap();
    assert_eq!(made.add_capability(""), Err(Code::InvalidArgument));
    assert_eq!(made.add_capability("a\0"), Err(Code::BadText));
    assert_eq!(made.add_capability(&"x".repeat(256)), Err(Code::NameTooLong));
    assert_eq!(made, Configuration::new(b"").unwrap());
    // 1024 bytes, each name with its length.
    for _ in 0..4 {
        made.add_capability(&"x".repeat(255)).unwrap();
    }
    assert_eq!(made.add_capability("x"), Err(Code::TooMany));
    assert_eq!(made.capabilities().count(), 4);
}

#[test]
fn a_stream_is_for_a_machine_that_would_write_the_same() {
    let ours = || Configuration::new(b"pc-7.2").unwrap();
    let with = |change: &dyn Fn(&mut Configuration)| {
        let mut changed = ours();
        change(&mut changed);
        changed
    };
    let capability = |name| with(&move |made| made.add_capability(name).unwrap());
    assert_eq!(ours().misfit(&ours()), None);
    for machine in [&b"pc-7.20"[..], b"pc-7", b""] {
        assert_eq!(Configuration::new(machine).unwrap().misfit(&ours()), Some("machine"));
    }
    let bits = with(&|made| made.set_page_bits(12));
    assert_eq!(bits.misfit(&bits), None);
    assert_eq!(
        (bits.misfit(&ours()), ours().misfit(&bits)),
        (Some("page_bits"), Some("page_bits"))
    );
    let (uuid, other) =
        (with(&|made| made.set_uuid([1; 16])), with(&|made| made.set_uuid([2; 16])));
    assert_eq!(
        (uuid.misfit(&ours()), ours().misfit(&uuid), uuid.misfit(&uuid)),
        (None, None, None)
    );
    assert_eq!(uuid.misfit(&other), Some("uuid"));
    let (mapped, plain, unknown) =
        (capability("mapped-ram"), capability("xbzrle"), capability("x"));
    assert_eq!(
        (plain.misfit(&ours()), ours().misfit(&plain), mapped.misfit(&mapped)),
        (None, None, None)
    );
    for (found, ours) in [(&mapped, &ours()), (&ours(), &mapped), (&unknown, &ours())] {
        assert_eq!(found.misfit(ours), Some("capabilities"));
    }
}
