//! The framing of a QEMU stream: what was recorded is read and written again, and nothing else is taken for it.

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

use migcore::codec::legacy::framing::{
    capability, types, CommandHead, Header, Lengths, Record, SectionHead, SectionName,
    CAPABILITIES, RUN_STATES,
};
use migcore::error::Fault;
use migcore::io::{Reader, SliceReader, SliceWriter, StreamReader, Writer};
use migcore::{Code, Result};
use proptest::prelude::*;
use streams::{all_recorded, cut, join, recorded, Piece};
use support::Pipe;

fn written(record: &Record) -> Result<Vec<u8>> {
    join(&[Piece::Record(record.clone())])
}

fn read(bytes: &[u8]) -> (Result<Record>, usize, Fault) {
    let mut reader = SliceReader::new(bytes);
    let record = Record::read(&mut reader);
    (record, reader.position() as usize, reader.fault())
}

fn pieces(bytes: &[u8]) -> (Result<()>, Vec<Piece>, Fault) {
    let (mut reader, mut pieces) = (SliceReader::new(bytes), Vec::new());
    let done = cut(&mut reader, &mut pieces);
    (done, pieces, reader.fault())
}

fn name() -> impl Strategy<Value = SectionName> {
    let bytes = proptest::collection::vec(1..=255u8, 1..=255);
    bytes.prop_map(|bytes| SectionName::from_slice(&bytes).unwrap())
}

fn head() -> impl Strategy<Value = SectionHead> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u32>());
    (name(), numbers).prop_map(|(name, (id, instance, version))| SectionHead {
        id,
        name,
        instance,
        version,
    })
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![
        Just(Record::Eof),
        Just(Record::Configuration),
        head().prop_map(Record::Start),
        head().prop_map(Record::Full),
        any::<u32>().prop_map(Record::Part),
        any::<u32>().prop_map(Record::End),
        any::<u32>().prop_map(Record::Description),
        any::<u32>().prop_map(Record::Footer),
        any::<(u16, u16)>()
            .prop_map(|(number, length)| Record::Command(CommandHead { number, length })),
    ]
}

#[test]
fn what_was_recorded_is_read_and_written_again() {
    for (name, bytes) in all_recorded() {
        let (done, pieces, _) = pieces(&bytes);
        // The last one ends within the head of a section.
        assert_eq!(done.is_err(), name == "qemu-7.2-machine-2.3-prefix", "{name}");
        let again = join(&pieces).unwrap();
        assert_eq!(again, bytes[..again.len()], "{name}");
        assert_eq!(again.len() == bytes.len(), done.is_ok(), "{name}");
    }
}

#[test]
fn the_smallest_stream_has_its_records_in_order() {
    let (done, pieces, _) = pieces(&recorded("qemu-7.2-machine-none"));
    done.unwrap();
    let records = pieces.iter().filter_map(|piece| match piece {
        Piece::Record(record) => Some(record.type_byte()),
        _ => None,
    });
    assert_eq!(records.collect::<Vec<_>>(), [7, 1, 0x7e, 3, 0x7e, 4, 0x7e, 4, 0x7e, 0, 6]);
    let Piece::Record(Record::Start(head)) = &pieces[3] else { panic!("{pieces:?}") };
    assert_eq!((head.id, head.name.as_slice()), (2, &b"ram"[..]));
    assert_eq!((head.instance, head.version), (0, migcore::codec::legacy::ram::VERSION));
    assert!(matches!(pieces.last(), Some(Piece::Raw(text)) if text.starts_with(b"{")));
}

#[test]
fn a_stream_that_is_cut_anywhere_is_an_error_with_its_place() {
    for (name, bytes) in all_recorded() {
        for length in 0..bytes.len() {
            let (done, before, fault) = pieces(&bytes[..length]);
            let again = join(&before).unwrap();
            assert_eq!(again, bytes[..again.len()], "{name} {length}");
            match done {
                // Only a record that nobody announced may be missing.
                Ok(()) => assert_eq!(again.len(), length, "{name}"),
                // What might be a subsection and is not all there belongs to nobody.
                Err(Code::UnknownRecord) => assert_eq!(fault.found, 5, "{name} {length}"),
                Err(code) => {
                    assert_eq!(code, Code::Truncated, "{name} {length}");
                    assert!(fault.offset <= length as u64 && fault.expected > fault.found);
                }
            }
        }
    }
}

#[test]
fn any_bit_may_be_wrong() {
    for (name, bytes) in all_recorded() {
        for bit in 0..8 * bytes.len() {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let (done, pieces, fault) = pieces(&damaged);
            assert!(done.is_ok() || fault.offset <= damaged.len() as u64, "{name} {bit}");
            match join(&pieces) {
                Ok(again) => assert_eq!(again, damaged[..again.len()], "{name} {bit}"),
                // A version that QEMU reads as another is not written.
                Err(code) => assert_eq!(code, Code::TooNew, "{name} {bit}"),
            }
        }
    }
}

#[test]
fn a_header_tells_what_is_wrong_with_it() {
    let header = |bytes: &[u8]| {
        let mut reader = SliceReader::new(bytes);
        let done = Header::read(&mut reader);
        (done, reader.fault().offset, reader.fault().found)
    };
    assert_eq!(header(b"QEVM\0\0\0\x03").0, Ok(Header));
    assert_eq!(header(b"QEVN\0\0\0\x03"), (Err(Code::BadMagic), 0, 0));
    assert_eq!(header(b"\x89MIG\r\n\x1a\n").0, Err(Code::BadMagic));
    assert_eq!(header(b"QEVM\0\0\0\x02"), (Err(Code::ObsoleteFormat), 4, 2));
    assert_eq!(header(b"QEVM\0\0\0\x00"), (Err(Code::ObsoleteFormat), 4, 0));
    assert_eq!(header(b"QEVM\0\0\0\x04"), (Err(Code::UnknownFormat), 4, 4));
    assert_eq!(header(b"QEVM\0\0"), (Err(Code::Truncated), 4, 2));
    let mut memory = [0; Header::LENGTH];
    Header.write(&mut SliceWriter::new(&mut memory)).unwrap();
    assert_eq!(&memory, b"QEVM\0\0\0\x03");
}

#[test]
fn only_the_known_types_are_records() {
    for kind in 0..=255u8 {
        let mut bytes = [1; Record::MAX_LENGTH];
        bytes[0] = kind;
        let (record, position, fault) = read(&bytes);
        match record {
            Ok(record) => assert_eq!((record.type_byte(), record.encoded_len()), (kind, position)),
            Err(code) => {
                assert_eq!((code, fault.offset), (Code::UnknownRecord, 0));
                assert_eq!(fault.found, u64::from(kind));
                assert!(matches!(kind, types::SUBSECTION | 9..=0x7d | 0x7f..));
            }
        }
    }
}

#[test]
fn a_section_without_a_name_is_refused_both_ways() {
    for (section, code) in [
        (&b"\x04\0\0\0\x01\0\0\0\0\0\0\0\0\x01"[..], Code::BadValue),
        (b"\x01\0\0\0\x01\x02a\0\0\0\0\0\0\0\0\x01", Code::BadText),
    ] {
        let (record, _, fault) = read(section);
        assert_eq!((record, fault.offset), (Err(code), 5));
    }
    for name in [&b""[..], b"a\0b"] {
        let name = SectionName::from_slice(name).unwrap();
        let head = SectionHead { id: 1, name, instance: 0, version: 1 };
        assert_eq!(written(&Record::Full(head)), Err(Code::InvalidArgument));
    }
}

#[test]
fn commands_have_the_names_and_lengths_of_qemu() {
    let known = [
        ("INVALID", None),
        ("OPEN_RETURN_PATH", Some(Lengths::Fixed(0))),
        ("PING", Some(Lengths::Fixed(4))),
        ("POSTCOPY_ADVISE", Some(Lengths::Either(0, 16))),
        ("POSTCOPY_LISTEN", Some(Lengths::Fixed(0))),
        ("POSTCOPY_RUN", Some(Lengths::Fixed(0))),
        ("POSTCOPY_RAM_DISCARD", Some(Lengths::AtLeast(20))),
        ("PACKAGED", Some(Lengths::Fixed(4))),
        ("ENABLE_COLO", Some(Lengths::Fixed(0))),
        ("POSTCOPY_RESUME", Some(Lengths::Fixed(0))),
        ("RECV_BITMAP", Some(Lengths::AtLeast(2))),
        ("SWITCHOVER_START", Some(Lengths::Fixed(0))),
    ];
    for (number, (name, lengths)) in (0..).zip(known) {
        let head = CommandHead { number, length: 0 };
        assert_eq!((head.name(), head.lengths()), (Some(name), lengths));
    }
    for number in [0, 12, 99, u16::MAX] {
        assert_eq!(CommandHead { number, length: 0 }.check(), Err(Code::UnknownCommand));
    }
    let good = |number| {
        let fits = move |length: &u16| CommandHead { number, length: *length }.check() == Ok(());
        (0..=40).filter(fits).collect::<Vec<_>>()
    };
    assert_eq!(good(1), [0]);
    assert_eq!(good(2), [4]);
    assert_eq!(good(3), [0, 16]);
    assert_eq!(good(6), (20..=40).collect::<Vec<_>>());
    assert_eq!(CommandHead { number: 2, length: 3 }.check(), Err(Code::BadValue));
}

#[test]
fn names_are_those_of_qemu_each_once() {
    let validated: Vec<_> = CAPABILITIES.iter().filter(|known| known.validated).collect();
    assert_eq!(
        validated.iter().map(|known| known.name).collect::<Vec<_>>(),
        ["x-ignore-shared", "mapped-ram"]
    );
    for known in CAPABILITIES {
        assert_eq!(capability(known.name.as_bytes()), Some(known));
        assert_eq!(CAPABILITIES.iter().filter(|other| other.name == known.name).count(), 1);
    }
    assert_eq!(capability(b"xbzrl"), None);
    for name in RUN_STATES {
        assert_eq!(RUN_STATES.iter().filter(|other| **other == name).count(), 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_record_is_read_as_it_was_written(record in record(), buffer in 0..40usize, step in 1..9usize) {
        let bytes = written(&record).unwrap();
        prop_assert_eq!(bytes.len(), record.encoded_len());
        prop_assert!(bytes.len() <= Record::MAX_LENGTH);
        let (again, position, _) = read(&[&bytes[..], b"more"].concat());
        prop_assert_eq!((again, position), (Ok(record.clone()), bytes.len()));
        let mut buffer = vec![0; buffer];
        let mut reader = StreamReader::new(Pipe::new(bytes.clone(), step), &mut buffer);
        prop_assert_eq!(Record::read(&mut reader), Ok(record));
        for length in 0..bytes.len() {
            let (cut, _, fault) = read(&bytes[..length]);
            prop_assert_eq!(cut, Err(Code::Truncated));
            prop_assert!(fault.offset <= length as u64 && fault.expected > fault.found);
        }
    }

    #[test]
    fn a_record_of_any_bytes_is_written_with_the_same_bytes(
        kind in prop_oneof![0..10u8, Just(0x7e)],
        length in prop_oneof![0..4u8, any::<u8>()],
        mut bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        bytes.insert(0, kind);
        bytes.resize(bytes.len().max(6), 1);
        bytes[5] = length;
        let (record, position, fault) = read(&bytes);
        match record {
            Ok(record) => prop_assert_eq!(&written(&record).unwrap(), &bytes[..position]),
            Err(_) => prop_assert!(fault.offset <= bytes.len() as u64),
        }
    }

    #[test]
    fn too_little_memory_is_an_error(record in record(), room in any::<prop::sample::Index>()) {
        let bytes = written(&record).unwrap();
        let mut memory = vec![0; room.index(bytes.len())];
        let mut writer = SliceWriter::new(&mut memory);
        prop_assert_eq!(record.write(&mut writer), Err(Code::NoSpace));
        let whole = writer.position() as usize;
        prop_assert_eq!(&memory[..whole], &bytes[..whole]);
    }
}
