//! Hostile streams, by their chunks: lengths, headers, slots and fragments that lie. Every way of reading
//! tells the same error at the same place.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/reading.rs"]
mod reading;
mod support;
#[path = "support/ways.rs"]
mod ways;

use chunks::*;
use migcore::codec::chunk::{Limits, Receiver, SliceStore, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::visit::{Kind, Visitor};
use migcore::{Code, Result};
use reading::*;
use ways::*;

/// The length of the longest chunk.
const LONGEST: u32 = 0x7fff_ffff;

/// The length of the data before the first chunk.
const SIGNATURE: usize = 8;

/// A chunk that tells another length than it has.
fn lying(before: Assembler, kind: &[u8; 4], length: u32) -> (Vec<u8>, usize) {
    let at = before.bytes.len();
    let mut bytes = before.chunk(kind, &[0; 16]).bytes;
    bytes[at..at + 4].copy_from_slice(&length.to_be_bytes());
    (bytes, at)
}

fn header_with(change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut data = header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT);
    change(&mut data);
    Assembler::bare().chunk(b"MHDR", &data).end()
}

#[test]
fn a_length_beyond_the_limit_is_refused_before_any_data() {
    for length in [LONGEST + 1, u32::MAX, 0xffff_fff4] {
        for (before, kind, limit) in [
            (Assembler::bare(), b"MHDR", LONGEST),
            (Assembler::new(), b"abCD", LONGEST),
            (Assembler::new(), b"MEND", LONGEST),
            (Assembler::new(), b"MSHP", SHAPE_LIMIT),
            (Assembler::new(), b"MDEV", FRAGMENT_LIMIT),
            (Assembler::new(), b"mDEv", FRAGMENT_LIMIT),
        ] {
            let (bytes, offset) = lying(before, kind, length);
            let due = at(Code::TooLong, offset, u64::from(limit), u64::from(length));
            assert_eq!(refused(&bytes), due, "{kind:?}");
        }
    }
    let limits = Limits { chunk: 600, ..Limits::default() };
    for (kind, limit) in [(b"abCD", 600), (b"MSHP", 512), (b"MDEV", 600)] {
        let (bytes, offset) = lying(Assembler::new(), kind, limit + 1);
        let due = at(Code::TooLong, offset, u64::from(limit), u64::from(limit) + 1);
        assert_eq!(refused_within(&bytes, limits), due);
    }
}

#[test]
fn a_long_chunk_that_is_not_there_takes_no_memory() {
    for length in [LONGEST, LONGEST - 1, 100_000] {
        let (bytes, offset) = lying(Assembler::new(), b"abCD", length);
        let there = (bytes.len() - offset) as u64;
        let due = at(Code::Truncated, offset, u64::from(length) + 12, there);
        let failed = |read: Read| read.0.map_err(|report| (report.code, report.fault));
        let limits = Limits::default();
        let slice = SliceStore::new(&bytes, limits, Portable);
        assert_eq!(failed(read(slice, &mut [], any_device)), Err(due));
        let mut memory = [0; MEMORY];
        let stream = StreamStore::new(SliceReader::new(&bytes), &mut memory, limits, Portable);
        assert_eq!(failed(read(stream, &mut [], any_device)), Err(due));
        // The chunk, and an end chunk behind it.
        let needed = offset as u64 + u64::from(length) + 12 + 20;
        assert_eq!(
            received(&bytes, limits, 5),
            Err(at(Code::NoSpace, offset, needed, ROOM as u64))
        );
    }
}

#[test]
fn headers_that_make_no_sense_are_refused() {
    let whole = header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT);
    for length in 0..whole.len() {
        let bytes = Assembler::bare().chunk(b"MHDR", &whole[..length]).end();
        assert_eq!(refused(&bytes), at(Code::BadValue, SIGNATURE, 0, 0), "{length}");
    }
    let (pc, writer) = (17, 20);
    for (bytes, code, expected, found) in [
        (header_with(|data| data[0] = 0), Code::UnknownFormat, 1, 0),
        (header_with(|data| data[0] = 255), Code::UnknownFormat, 1, 255),
        (header_with(|data| data[3] = 0), Code::BadValue, 0, 0),
        (header_with(|data| data[4] = 0x80), Code::UnknownFormat, 0, 0),
        (header_with(|data| data[7] = 1), Code::UnknownFormat, 0, 0),
        (header_with(|data| data[3] = 33), Code::TooMany, 32, 33),
        (header_with(|data| data[2..4].fill(0xff)), Code::TooMany, 32, 0xffff),
        (header_with(|data| data[8] = 0x80), Code::TooMany, 0x7fff_ffff, 0x8000_0200),
        (header_with(|data| data[pc - 1] = 255), Code::BadValue, 0, 0),
        (header_with(|data| data[pc] = 0xc0), Code::BadText, 0, 0),
        (header_with(|data| data[writer] = 0xff), Code::BadText, 0, 0),
        (header_with(|data| data.push(0)), Code::BadValue, 0, 0),
    ] {
        assert_eq!(refused(&bytes), at(code, SIGNATURE, expected, found));
    }
}

#[test]
fn memory_for_what_a_header_asks_is_told_and_not_taken() {
    let (mut memory, limits) = ([0; MEMORY], Limits::default());
    for (slots, shape, fragment) in
        [(32, LONGEST, u32::MAX), (1, LONGEST, 0), (1, 0, u32::MAX), (4, 512, 1025)]
    {
        let bytes = Assembler::bare().chunk(b"MHDR", &header(slots, shape, fragment)).end();
        let stream = StreamStore::new(SliceReader::new(&bytes), &mut memory, limits, Portable);
        let report = read(stream, &mut [], any_device).0.unwrap_err();
        let needed = u64::from(slots) * u64::from(shape) + u64::from(fragment);
        let due = at(Code::NoSpace, SIGNATURE, needed, MEMORY as u64);
        assert_eq!((report.code, report.fault), due);
        // In memory, and for a receiver, nothing is needed but the stream.
        let slice = SliceStore::new(&bytes, limits, Portable);
        assert_eq!(read(slice, &mut [], |_: &mut Visitor<'_>| Ok(())).0, Ok(()));
        assert_eq!(received(&bytes, limits, 9), Ok(bytes.clone()));
    }
}

#[test]
fn streams_that_allow_themselves_nothing_hold_nothing() {
    let none = || Assembler::bare().chunk(b"MHDR", &header(1, 0, 0));
    let offset = none().bytes.len();
    assert_eq!(every_way(&none().end(), |_: &mut Visitor<'_>| Ok(())).0, Ok(()));
    let too_long = |found| at(Code::TooLong, offset, 0, found);
    assert_eq!(refused(&none().shape(0, &[]).end()), too_long(2));
    assert_eq!(refused(&none().device(NO_SHAPE, "d", 0, &[]).end()), too_long(21));
    let bad = |expected, found| at(Code::BadValue, offset, expected, found);
    assert_eq!(refused(&none().chunk(b"MSHP", &[]).end()), bad(2, 0));
    assert_eq!(refused(&none().chunk(b"MDEV", &[]).end()), bad(0, 0));
}

#[test]
fn slots_that_are_not_there_or_hold_nothing_are_refused() {
    let x = [op::scalar(Kind::U8, "x")];
    let filled = || Assembler::new().shape(1, &x);
    let offset = filled().bytes.len();
    for slot in [SLOTS, 31, 32, 33, 0xfffe, 0xffff] {
        let due = at(Code::BadValue, offset, u64::from(SLOTS) - 1, u64::from(slot));
        assert_eq!(refused(&filled().shape(slot, &x).end()), due);
    }
    for slot in [0, 2, SLOTS, 31, 32, 33, 0xfffe] {
        let bytes = filled().device(slot, "d", 0, &[1]).end();
        assert_eq!(refused(&bytes), at(Code::BadShape, offset, 0, 0), "{slot}");
    }
    // All the slots that any stream may have.
    let mut most = Assembler::bare().chunk(b"MHDR", &header(32, 64, 64));
    for slot in 0..32 {
        most = most.shape(slot, &[op::scalar(Kind::U8, &format!("x{slot}"))]);
    }
    let bytes = most.device(31, "d", 0, &[9]).end();
    assert_eq!(every_way(&bytes, |v| device(v, |v| u8_is(v, "x31", 9))).0, Ok(()));
}

#[test]
fn a_slot_may_be_replaced_while_its_device_is_open() {
    let list = [op::varlist("l"), op::element(), op::scalar(Kind::U8, "x"), op::end()];
    let rest = [&list[1..], &[op::end()]].concat();
    let begun =
        Assembler::new().shape(0, &list).first(0, "d", &[&count(3)[..], &run(0, 1), &[1]].concat());
    let offset = begun.bytes.len();
    let last = [&run(0, 2)[..], &[2, 3]].concat();
    let bytes = begun.clone().shape(0, &rest).fragment(0, 1 | LAST, &last).end();
    let all =
        |v: &mut Visitor<'_>| device(v, |v| list_of(v, 3, |v, at| u8_is(v, "x", 1 + at as u8)));
    assert_eq!(every_way(&bytes, all).0, Ok(()));
    // The old shape does not go on: it begins the list once more.
    let bytes = begun.clone().fragment(0, 1 | LAST, &last).end();
    assert_eq!(every_way(&bytes, all).0.unwrap_err().code, Code::BadShape);
    // A replacement that is wrong is an error, whether anything uses it or not.
    let bytes = begun.clone().shape(0, &[vec![0x1f]]).fragment(1, 1 | LAST, &[]).end();
    let error = every_way(&bytes, all).0.unwrap_err();
    assert_eq!((error.code, error.fault), at(Code::BadShape, offset + 10, 0, 0));
    let mut bytes = begun.shape(0, &rest).fragment(0, 1 | LAST, &last).end();
    bytes[offset + 12] ^= 0x40;
    let error = every_way(&bytes, all).0.unwrap_err();
    assert_eq!((error.code, error.fault.offset as usize), (Code::BadCrc, offset));
}

/// A list of so many elements, whose count travels with it.
fn list_of(
    v: &mut Visitor<'_>,
    due: usize,
    f: impl FnMut(&mut Visitor<'_>, usize) -> Result<()>,
) -> Result<()> {
    let mut count = 0;
    v.varlist("l", due, &mut count, f)?;
    expect(count, due)
}

#[test]
fn fragments_are_numbered_without_a_gap_and_come_to_an_end() {
    let empty = |number: u32| fragment(NO_SHAPE, number, &[]);
    let begun = || Assembler::new().first(NO_SHAPE, "d", &[]).chunk(b"MDEV", &empty(1));
    let offset = begun().bytes.len();
    for number in [0, 1, 3, 0x7fff_ffff] {
        for last in [0, LAST] {
            let bytes = begun().chunk(b"MDEV", &empty(number | last)).end();
            assert_eq!(refused(&bytes), at(Code::BadOrder, offset, 2, u64::from(number)));
        }
    }
    assert_eq!(refused(&begun().end()), at(Code::BadOrder, offset, 0, 0));
    assert_eq!(refused(&begun().bytes), at(Code::Truncated, offset, 12, 0));
    for kind in [b"mDEV", b"mDEv", b"MHDR", b"MEND"] {
        let bytes = begun().chunk(kind, &empty(2 | LAST)).end();
        assert_eq!(refused(&bytes), at(Code::BadOrder, offset, 0, 0));
    }
    let first = Assembler::new();
    let offset = first.bytes.len();
    for number in [1, 1 | LAST, 0x7fff_ffff, u32::MAX] {
        let bytes = first.clone().chunk(b"MDEV", &empty(number)).end();
        let found = u64::from(number & !LAST);
        assert_eq!(refused(&bytes), at(Code::BadOrder, offset, 0, found));
    }
    for length in 0..6 {
        let bytes = first.clone().chunk(b"MDEV", &vec![0; length]).end();
        assert_eq!(refused(&bytes), at(Code::BadValue, offset, 0, 0));
    }
}

#[test]
fn many_fragments_of_nothing_are_one_state() {
    let mut stream = Assembler::new().shape(0, &[op::scalar(Kind::U8, "x")]);
    stream = stream.first(NO_SHAPE, "d", &[]);
    for number in 1..1000 {
        stream = stream.fragment(NO_SHAPE, number, &[]).shape(1, &[]);
    }
    let bytes = stream.fragment(0, 1000 | LAST, &[7]).end();
    let (outcome, skipped) = every_way(&bytes, |v| device(v, |v| u8_is(v, "x", 7)));
    assert_eq!((outcome, skipped.chunks), (Ok(()), 0));
    assert_eq!(check_code(&bytes), None);
}

#[test]
fn heads_of_devices_that_make_no_sense_are_refused() {
    let offset = Assembler::new().bytes.len();
    let whole = first(NO_SHAPE, LAST, "d", 0, 0, &[]);
    for length in 6..whole.len() {
        let bytes = Assembler::new().chunk(b"MDEV", &whole[..length]).end();
        assert_eq!(refused(&bytes), at(Code::BadValue, offset, 0, 0), "{length}");
    }
    let (name, oldest, marks) = (6, 16, 20);
    for (place, byte) in [(name, 255), (oldest, 1), (marks, 32), (marks, 0xff), (marks, ANCILLARY)]
    {
        let mut data = whole.clone();
        data[place] = byte;
        let bytes = Assembler::new().chunk(b"MDEV", &data).end();
        assert_eq!(refused(&bytes), at(Code::BadValue, offset, 0, 0), "{place}");
    }
}

#[test]
fn totals_that_lie_are_refused() {
    let stream = || Assembler::new().chunk(b"abCD", b"x");
    let offset = stream().bytes.len();
    let (chunks, crc) = stream().totals();
    for found in [0, chunks - 1, chunks + 1, u32::MAX] {
        let due = at(Code::BadOrder, offset, u64::from(chunks), u64::from(found));
        assert_eq!(refused(&stream().end_with(found, crc)), due);
    }
    let due = at(Code::BadCrc, offset, u64::from(crc), u64::from(!crc));
    assert_eq!(refused(&stream().end_with(chunks, !crc)), due);
    for length in [0, 7, 9, 300] {
        let bytes = stream().chunk(b"MEND", &vec![0; length]).bytes;
        assert_eq!(refused(&bytes), at(Code::BadValue, offset, 0, 0));
    }
}

#[test]
fn a_receiver_never_takes_more_than_it_has() {
    let (bytes, _) = lying(Assembler::new(), b"MDEV", FRAGMENT_LIMIT);
    for room in 0..bytes.len() {
        let mut buffer = vec![0xee; room + 8];
        let mut receiver = Receiver::new(&mut buffer[..room], Limits::default(), Portable);
        let code = bytes.chunks(3).find_map(|piece| receiver.feed(piece).err());
        assert_eq!((code, receiver.fault().found), (Some(Code::NoSpace), room as u64));
        assert_eq!(buffer[room..], [0xee; 8]);
    }
}
