//! A stream that a C program made of its registered devices (`c-tests/qemu/board.c`) is read as one of QEMU's.

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

use migcore::codec::legacy::framing::{Configuration, Header, Record};
use migcore::codec::vmdesc::Vmdesc;
use migcore::io::{Reader, SliceReader};
use migcore_cli::qemu::item::{Content, Payload};
use qemu::{damages, items, scanner, written};

/// The bytes, as C has them.
fn recorded() -> Vec<u8> {
    let text = include_str!("../../c-tests/qemu/board.inc");
    let bytes = text.split(',').map(str::trim).filter(|byte| !byte.is_empty());
    bytes.map(|byte| u8::from_str_radix(byte.strip_prefix("0x").unwrap(), 16).unwrap()).collect()
}

#[test]
fn every_section_is_described_and_comes_back() {
    let bytes = recorded();
    let items = items(&mut scanner(&bytes, None));
    assert_eq!(damages(&items), 0);
    let sections = items.iter().filter_map(|item| match &item.content {
        Content::Section(section) => Some(section),
        _ => None,
    });
    let mut leaves = Vec::new();
    for section in sections {
        let Payload::Described(described) = &section.payload else {
            panic!("a section without a description")
        };
        leaves.push(described.leaves);
    }
    // The bus goes first; then each nic, the first one with its filter; then the pairs of functions.
    assert_eq!(leaves, [1, 10, 9, 1, 1]);
    assert!(written(&mut scanner(&bytes, None)) == bytes);
}

#[test]
fn the_records_are_those_of_the_registry() {
    let bytes = recorded();
    let mut reader = SliceReader::new(&bytes);
    Header::read(&mut reader).unwrap();
    assert_eq!(Record::read(&mut reader), Ok(Record::Configuration));
    let configuration = Configuration::read(&mut reader).unwrap();
    assert_eq!((configuration.machine(), configuration.page_bits()), (&b"board-1.0"[..], Some(12)));
    // Of two devices with a path, each is the first of its name; of those without, they are counted.
    for (name, instance, version, length) in [
        (&b"bus"[..], 0, 1, 4),
        (b"0000:00:03.0/nic", 0, 6, 30 + 16 + 8),
        (b"0000:00:04.0/nic", 0, 6, 30),
        (b"uart", 0, 2, 6),
        (b"uart", 1, 2, 3),
    ] {
        let Ok(Record::Full(head)) = Record::read(&mut reader) else { panic!("no section") };
        assert_eq!((&head.name[..], head.instance, head.version), (name, instance, version));
        reader.take_into(&mut vec![0; length]).unwrap();
        assert_eq!(Record::read(&mut reader), Ok(Record::Footer(head.id)));
    }
    assert_eq!(Record::read(&mut reader), Ok(Record::Eof));
    let Ok(Record::Description(length)) = Record::read(&mut reader) else { panic!("no text") };
    let mut text = vec![0; usize::try_from(length).unwrap()];
    reader.take_into(&mut text).unwrap();
    let description = Vmdesc::parse(&text).unwrap();
    assert_eq!(description.page_size, 4096);
    assert_eq!(description.devices.len(), 5);
    assert_eq!(description.to_string().as_bytes(), text);
}
