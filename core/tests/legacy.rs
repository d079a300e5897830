//! What the legacy wire promises: QEMU's bytes, both ways, through memory and streams.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::legacy::{Loader, Saver};
use migcore::error::Report;
use migcore::io::{Portable, StreamReader, StreamWriter};
use migcore::visit::{Kind, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;
use support::{blanks, state, visit_all, Item, Pipe};

fn to_memory(items: &mut [Item]) -> Vec<u8> {
    let mut memory = vec![0; 1 << 18];
    let mut saver = Saver::to_slice(&mut memory);
    let _ = visit_all(items, &mut saver.visitor());
    let length = saver.finish().unwrap();
    memory.truncate(length as usize);
    memory
}

fn to_stream(items: &mut [Item], step: usize, buffer: usize) -> Vec<u8> {
    let (mut pipe, mut buffer) = (Pipe::new(Vec::new(), step), vec![0; buffer]);
    let mut saver = Saver::new(StreamWriter::new(&mut pipe, &mut buffer), Portable);
    let _ = visit_all(items, &mut saver.visitor());
    saver.finish().unwrap();
    pipe.bytes
}

fn from_memory(items: &mut [Item], bytes: &[u8]) -> core::result::Result<u64, Report> {
    let mut loader = Loader::from_slice(bytes);
    let _ = visit_all(items, &mut loader.visitor());
    loader.finish()
}

fn from_stream(
    items: &mut [Item],
    bytes: &[u8],
    step: usize,
    buffer: usize,
) -> core::result::Result<u64, Report> {
    let (mut pipe, mut buffer) = (Pipe::new(bytes.to_vec(), step), vec![0; buffer]);
    let mut loader = Loader::new(StreamReader::new(&mut pipe, &mut buffer), Portable);
    let _ = visit_all(items, &mut loader.visitor());
    loader.finish()
}

#[test]
fn scalars_have_the_bytes_of_the_vectors() {
    let vectors = include_str!("vectors/scalars.txt");
    let lines = vectors.lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for line in lines {
        let [kind, value, hex] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let kind = Kind::ALL.into_iter().find(|known| known.text() == kind).expect(kind);
        let value = match value.strip_prefix("0x") {
            Some(bits) => u64::from_str_radix(bits, 16).unwrap(),
            None => value.parse::<i128>().unwrap() as u64,
        };
        let width = kind.width().bytes();
        let item = Item::Scalar(kind, value & (u64::MAX >> (64 - 8 * width)));
        let bytes = to_memory(&mut [item.clone()]);
        assert_eq!(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>(), hex, "{line}");
        let mut loaded = [item.blank()];
        assert_eq!(from_memory(&mut loaded, &bytes), Ok(width as u64));
        assert_eq!(loaded, [item], "{line}");
        count += 1;
    }
    assert_eq!(count, 28);
}

#[test]
fn every_other_item_has_its_bytes() {
    let state = [
        (Item::Array(Kind::U16, vec![0x0102, 0x0304]), &b"\x01\x02\x03\x04"[..]),
        (Item::Array(Kind::Bool, vec![1, 0]), b"\x01\x00"),
        (Item::Varray(Kind::U32, vec![0x0a0b_0c0d], 4), b"\x00\x00\x00\x01\x0a\x0b\x0c\x0d"),
        (Item::Bytes(vec![9, 8]), b"\x09\x08"),
        (Item::Varbytes(vec![9, 8, 7], 3), b"\x00\x00\x00\x03\x09\x08\x07"),
        (Item::Text("hé".into()), b"\x03h\xc3\xa9"),
        (Item::Optional(None), b"\x00"),
        (Item::Optional(Some(5)), b"\x01\x00\x00\x00\x05"),
        (Item::Absent, b"\x30"),
        (Item::Struct(vec![Item::Scalar(Kind::U8, 4)]), b"\x04"),
        (Item::List(vec![vec![Item::Scalar(Kind::U8, 4)], vec![]]), b"\x04"),
        (
            Item::Varlist(vec![(1, 2)], 1),
            b"\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02",
        ),
    ];
    for (item, expected) in state {
        assert_eq!(to_memory(&mut [item.clone()]), expected, "{item:?}");
    }
}

#[test]
fn a_flag_reads_as_true_for_any_byte_but_zero() {
    let mut loaded = [Item::Scalar(Kind::Bool, 0), Item::Array(Kind::Bool, vec![0, 0, 1])];
    from_memory(&mut loaded, &[0x80, 2, 0xff, 0]).unwrap();
    assert_eq!(loaded, [Item::Scalar(Kind::Bool, 1), Item::Array(Kind::Bool, vec![1, 1, 0])]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_read_is_what_was_written(mut items in state()) {
        let bytes = to_memory(&mut items);
        let mut loaded = blanks(&items);
        prop_assert_eq!(from_memory(&mut loaded, &bytes), Ok(bytes.len() as u64));
        prop_assert_eq!(&loaded, &items);
        prop_assert_eq!(to_memory(&mut loaded), bytes);
    }

    #[test]
    fn streams_carry_the_same_bytes_as_memory(
        mut items in state(), step in 1..50usize, buffer in 0..400usize,
    ) {
        let bytes = to_memory(&mut items);
        prop_assert_eq!(&to_stream(&mut items, step, buffer), &bytes);
        let mut loaded = blanks(&items);
        prop_assert_eq!(from_stream(&mut loaded, &bytes, step, buffer), Ok(bytes.len() as u64));
        prop_assert_eq!(loaded, items);
    }

    #[test]
    fn a_cut_stream_is_an_error_with_its_place(mut items in state(), cut in any::<prop::sample::Index>()) {
        let bytes = to_memory(&mut items);
        prop_assume!(!bytes.is_empty());
        let kept = &bytes[..cut.index(bytes.len())];
        let report = from_memory(&mut blanks(&items), kept).unwrap_err();
        prop_assert_eq!(report.code, Code::Truncated);
        prop_assert!(report.fault.offset <= kept.len() as u64);
        prop_assert!(report.fault.expected > report.fault.found);
        let streamed = from_stream(&mut blanks(&items), kept, 5, 16).unwrap_err();
        prop_assert_eq!((streamed.code, streamed.path), (report.code, report.path));
    }

    #[test]
    fn any_bytes_load_or_are_refused(items in state(), bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut memory = blanks(&items);
        let mut stream = blanks(&items);
        let by_memory = from_memory(&mut memory, &bytes);
        let by_stream = from_stream(&mut stream, &bytes, 7, 33);
        prop_assert_eq!(by_memory.is_ok(), by_stream.is_ok());
        if by_memory.is_ok() {
            prop_assert_eq!(memory, stream);
        }
    }

    #[test]
    fn too_little_memory_is_an_error_and_nothing_else_is_written(
        mut items in state(), room in any::<prop::sample::Index>(),
    ) {
        let bytes = to_memory(&mut items);
        prop_assume!(!bytes.is_empty());
        let mut memory = vec![0xee; bytes.len()];
        let room = room.index(bytes.len());
        let mut saver = Saver::to_slice(&mut memory[..room]);
        let _ = visit_all(&mut items, &mut saver.visitor());
        let report = saver.finish().unwrap_err();
        prop_assert_eq!(report.code, Code::NoSpace);
        prop_assert!(memory[room..].iter().all(|byte| *byte == 0xee));
        let whole = report.fault.offset as usize;
        prop_assert_eq!(&memory[..whole], &bytes[..whole]);
    }
}

/// A state that uses every call of the source and the sink in some buffer size.
fn rich() -> Vec<Item> {
    let scalars = Kind::ALL.map(|kind| Item::Scalar(kind, 1)).to_vec();
    vec![
        Item::Struct(scalars.clone()),
        Item::Array(Kind::U32, (0..300).collect()),
        Item::Varray(Kind::U16, (0..40).collect(), 64),
        Item::Text("state".into()),
        Item::List(vec![scalars.clone(), scalars]),
        Item::Varlist(vec![(1, -1), (2, -2)], 4),
        Item::Bytes((0..=255).collect()),
    ]
}

#[test]
fn every_write_that_fails_ends_the_save_with_its_cause() {
    for buffer in [0, 1, 8, 64, 4096] {
        let mut failed = 0;
        for fails_at in 0.. {
            let mut pipe = Pipe { fails_at: Some(fails_at), ..Pipe::new(Vec::new(), 50) };
            let mut buffer = vec![0; buffer];
            let mut saver = Saver::new(StreamWriter::new(&mut pipe, &mut buffer), Portable);
            let _ = visit_all(&mut rich(), &mut saver.visitor());
            match saver.finish() {
                Ok(_) => break,
                Err(report) => {
                    assert_eq!((report.code, report.fault.cause), (Code::WriteFailed, -5));
                    failed += 1;
                }
            }
            assert_eq!(pipe.calls, fails_at + 1, "nothing is written after an error");
        }
        assert!(failed > 30, "{failed} calls for a buffer of {buffer}");
    }
}

#[test]
fn every_read_that_fails_ends_the_load_with_its_cause() {
    let bytes = to_memory(&mut rich());
    for buffer in [0, 1, 8, 64, 4096] {
        let mut failed = 0;
        for fails_at in 0.. {
            let mut pipe = Pipe { fails_at: Some(fails_at), ..Pipe::new(bytes.clone(), 50) };
            let mut buffer = vec![0; buffer];
            let mut loader = Loader::new(StreamReader::new(&mut pipe, &mut buffer), Portable);
            let _ = visit_all(&mut blanks(&rich()), &mut loader.visitor());
            match loader.finish() {
                Ok(_) => break,
                Err(report) => {
                    assert_eq!((report.code, report.fault.cause), (Code::ReadFailed, -5));
                    failed += 1;
                }
            }
            assert_eq!(pipe.calls, fails_at + 1, "nothing is read after an error");
        }
        assert!(failed > 30, "{failed} calls for a buffer of {buffer}");
    }
}

/// Saves one item and expects a refusal.
fn refused(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Report {
    let mut memory = [0; 4096];
    let mut saver = Saver::to_slice(&mut memory);
    let code = visit(&mut saver.visitor()).unwrap_err();
    let report = saver.finish().unwrap_err();
    assert_eq!(report.code, code);
    report
}

#[test]
fn what_the_wire_cannot_carry_is_refused() {
    let mut long = heapless::String::<300>::new();
    (0..256).for_each(|_| long.push('x').unwrap());
    let report = refused(|v| v.text("text", &mut long));
    assert_eq!((report.code, report.fault.expected, report.fault.found), (Code::TooLong, 255, 256));
    let report = refused(|v| v.varbytes("data", &mut [0; 4], &mut 5));
    assert_eq!((report.code, report.path.as_str()), (Code::InvalidArgument, "data"));
}

#[test]
fn a_count_beyond_the_room_is_refused_before_anything_is_stored() {
    let bytes = [0, 0, 0, 5, 1, 2, 3, 4, 5];
    let (mut data, mut length) = ([9; 4], 1);
    let mut loader = Loader::from_slice(&bytes);
    let done = loader.visitor().varbytes("data", &mut data, &mut length);
    assert_eq!((done, data, length), (Err(Code::TooMany), [9; 4], 1));
    let report = loader.finish().unwrap_err();
    assert_eq!((report.fault.expected, report.fault.found), (4, 5));
}

#[test]
fn bytes_that_are_no_whole_elements_are_refused() {
    use migcore::visit::Extent;
    let report = refused(|v| v.save_array(&"array", Kind::U32, Extent::Fixed, &[0; 10]));
    assert_eq!((report.code, report.fault.offset), (Code::InvalidArgument, 0));
}
