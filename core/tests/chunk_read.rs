//! What a reader of the chunk wire promises of chunks: streams made by hand, from memory, from a stream and
//! through a receiver.

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

use chunks::*;
use migcore::codec::chunk::{
    check, ChunkDecoder, Chunks, Limits, Received, Receiver, SliceStore, StreamStore,
};
use migcore::codec::observe::{Item, Observer};
use migcore::error::Fault;
use migcore::io::{Portable, SliceReader};
use migcore::visit::{
    Decoder, Description, Kind, ScopeKind, SubsectionName, Track, Versions, Visiting, Visitor,
};
use migcore::{Code, Result};
use reading::*;

/// A device with one of everything, in three fragments: a list and an array are cut.
fn rich() -> Vec<u8> {
    let first_shape = [
        op::scalar(Kind::U8, "a"),
        op::scalar(Kind::Bool, "flag"),
        op::scalar(Kind::I64, "b"),
        op::varray(Kind::U16, "words"),
        op::text("id"),
        op::absent("none"),
        op::raw(),
        op::described("timer", "ptimer", 4),
        op::scalar(Kind::F32, "f"),
        op::end(),
        op::optional("gone"),
        op::scalar(Kind::U8, "x"),
        op::end(),
        op::varlist("rings"),
        op::element(),
        op::scalar(Kind::U16, "head"),
        op::end(),
        op::element(),
        op::scalar(Kind::U8, "small"),
    ];
    let first_values = [
        &[7, 1][..],
        &(-2i64).to_be_bytes(),
        &count(2),
        &[0, 1, 0, 2],
        &count(3),
        "xyz".as_bytes(),
        &count(2),
        &[0xaa, 0xbb],
        &1.5f32.to_be_bytes(),
        &[0],
        &count(4),
        &run(0, 2),
        &[0, 10, 0, 11],
        &run(1, 1),
        &[5],
    ]
    .concat();
    let second_shape = [
        op::scalar(Kind::U8, "more"),
        op::end(),
        op::element(),
        op::end(),
        op::element(),
        op::scalar(Kind::U16, "head"),
        op::end(),
        op::end(),
        op::marked(ANCILLARY, op::scalar(Kind::U8, "extra")),
        op::array(Kind::U32, "regs", 3),
    ];
    let second_values = [&[6][..], &run(1, 1), &[0, 13], &[99], &[0, 0, 0, 1]].concat();
    let third_shape = [
        op::marked(ANCILLARY, op::subsection("d/odd", 9)),
        op::structure("s"),
        op::scalar(Kind::U8, "x"),
        op::end(),
        op::end(),
        op::subsection("d/sub", 2),
        op::scalar(Kind::U8, "y"),
        op::end(),
        op::device("inner", 3, 2),
        op::scalar(Kind::U8, "z"),
        op::end(),
    ];
    let third_values = [&[0, 0, 0, 3][..], &[1], &[2], &count(8), &[3]].concat();
    Assembler::new()
        .chunk(b"abCd", b"who knows")
        .shape(1, &first_shape)
        .first(1, "d", &first_values)
        .shape(0, &second_shape)
        .fragment(0, 1, &second_values)
        .fragment(NO_SHAPE, 2, &[0, 0, 0, 2])
        .shape(1, &third_shape)
        .fragment(1, 3 | LAST, &third_values)
        .chunk(b"abCD", b"")
        .shape(2, &[op::scalar(Kind::U8, "q")])
        .chunk(b"mDEV", &first(2, LAST, "odd", 1, ANCILLARY, &[6]))
        .end()
}

fn read_rich(v: &mut Visitor<'_>) -> Result<()> {
    device(v, |v| {
        u8_is(v, "a", 7)?;
        let mut flag = false;
        v.visit("flag", &mut flag)?;
        expect(flag, true)?;
        let mut wide = 0i64;
        v.visit("b", &mut wide)?;
        expect(wide, -2)?;
        let (mut words, mut length) = ([0u16; 5], 0);
        v.varray("words", &mut words, &mut length)?;
        expect(&words[..length], &[1, 2])?;
        let mut id = heapless::String::<8>::new();
        v.text("id", &mut id)?;
        expect(id.as_str(), "xyz")?;
        v.absent("none")?;
        let mut raw = [0; 1];
        expect(v.peek_raw(1, &mut raw)?, 1)?;
        expect(raw, [0xbb])?;
        v.get_raw(&mut raw)?;
        expect(raw, [0xaa])?;
        v.get_raw(&mut raw)?;
        expect(raw, [0xbb])?;
        v.versioned("timer", Description { name: b"ptimer", versions: Versions::only(4) }, |v| {
            let mut float = 0f32;
            v.visit("f", &mut float)?;
            expect(float, 1.5)
        })?;
        let mut gone = Some(1u8);
        v.optional("gone", &mut gone, |v, x| v.visit("x", x))?;
        expect(gone, None)?;
        let mut count = 0;
        v.varlist("rings", 9, &mut count, |v, at| match at {
            0 | 1 => u16_is(v, "head", 10 + at as u16),
            2 => u8_is(v, "small", 5).and_then(|()| u8_is(v, "more", 6)),
            _ => u16_is(v, "head", 13),
        })?;
        expect(count, 4)?;
        let mut regs = [0u32; 3];
        v.array("regs", &mut regs)?;
        expect(regs, [1, 2, 3])?;
        let mut name = SubsectionName::new();
        expect(v.next_subsection(b"d", &mut name)?, Some(9))?;
        expect(&name[..], b"d/odd")?;
        v.skip_subsection()?;
        expect(v.next_subsection(b"d", &mut name)?, Some(2))?;
        u8_is(v, "y", 2)?;
        v.end(ScopeKind::Subsection)?;
        expect(v.next_subsection(b"d", &mut name)?, None)?;
        v.device("inner", 8, KNOWN, |v| u8_is(v, "z", 3))
    })
}

#[test]
fn a_device_is_read_whatever_it_holds() {
    let bytes = rich();
    assert_eq!(load(&bytes, read_rich), Ok(()));
    for step in 1..20 {
        assert_eq!(load_stream(&bytes, step, read_rich), Ok(()), "step {step}");
    }
}

#[test]
fn a_checked_store_reads_the_same() {
    let bytes = rich();
    let store = SliceStore::checked(&bytes, Limits::default(), Portable);
    assert_eq!(visit(store, &mut [], read_rich), Ok(()));
}

#[test]
fn every_cut_ends_alike_in_memory_and_in_a_stream() {
    let bytes = rich();
    for length in 0..bytes.len() {
        let error = both(&bytes[..length], read_rich).unwrap_err();
        assert_eq!(error.code, Code::Truncated, "{length}");
        assert!(error.fault.offset as usize <= length);
        assert_eq!(check_code(&bytes[..length]), Some(Code::Truncated));
        assert_eq!(error.fault, received(&[&bytes[..length]]).unwrap_err().1);
    }
}

#[test]
fn every_flipped_bit_ends_alike_in_memory_and_in_a_stream() {
    let bytes = rich();
    for bit in 0..8 * bytes.len() {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let error = both(&bytes, read_rich).unwrap_err();
        let whole = received(&[&bytes]);
        let (head, tail) = bytes.split_at(bit / 8);
        assert_eq!(received(&[head, tail]), whole);
        match whole.unwrap_err() {
            (Code::NoSpace, _) => assert_eq!(error.code, Code::Truncated),
            failed => assert_eq!(failed, (error.code, error.fault), "bit {bit}"),
        }
    }
}

/// What a receiver made of these pieces.
fn received(pieces: &[&[u8]]) -> core::result::Result<Vec<u8>, (Code, Fault)> {
    let mut buffer = [0; 2048];
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    for piece in pieces {
        receiver.feed(piece).map_err(|code| (code, receiver.fault()))?;
    }
    match receiver.bytes() {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(code) => Err((code, receiver.fault())),
    }
}

#[test]
fn a_receiver_takes_any_pieces_and_leaves_what_follows() {
    let bytes = rich();
    let longer = [&bytes[..], b"next"].concat();
    for step in 1..longer.len() {
        let pieces: Vec<&[u8]> = longer.chunks(step).collect();
        assert_eq!(received(&pieces), Ok(bytes.clone()), "{step}");
    }
    let mut buffer = [0; 2048];
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let done = receiver.feed(&longer).unwrap();
    assert_eq!(done, Received { consumed: bytes.len(), done: true });
    assert_eq!(receiver.feed(b"next"), Ok(Received { consumed: 0, done: true }));
}

#[test]
fn a_receiver_without_room_says_what_it_needs() {
    let bytes = rich();
    for room in 0..bytes.len() {
        let mut buffer = vec![0; room];
        let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
        assert_eq!(receiver.feed(&bytes), Err(Code::NoSpace), "{room}");
        let Fault { expected, found, .. } = receiver.fault();
        assert!(expected as usize > room && expected as usize <= bytes.len());
        assert_eq!(found as usize, room);
        assert_eq!(receiver.feed(&bytes), Err(Code::NoSpace));
    }
    let mut buffer = vec![0; bytes.len()];
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    assert!(receiver.feed(&bytes).unwrap().done);
}

#[test]
fn a_receiver_goes_on_where_it_is_given_more_room() {
    let bytes = rich();
    for step in [1, 5, bytes.len()] {
        let mut rooms: Vec<Vec<u8>> = (0..=bytes.len()).map(|room| vec![0xee; room]).collect();
        let mut rooms = rooms.iter_mut();
        let buffer = rooms.next().unwrap();
        let (mut receiver, mut fed) = (Receiver::new(buffer, Limits::default(), Portable), 0);
        let mut whole = false;
        while !whole {
            let piece = &bytes[fed..bytes.len().min(fed + step)];
            match receiver.feed(piece) {
                Ok(received) => whole = received.done,
                Err(code) => {
                    assert_eq!(code, Code::NoSpace);
                    let needed = receiver.fault().expected as usize;
                    let kept = receiver.received().to_vec();
                    assert_eq!(kept, bytes[..fed + receiver.taken()]);
                    let larger = rooms.find(|room| room.len() == needed).unwrap();
                    larger[..kept.len()].copy_from_slice(&kept);
                    assert_eq!(receiver.grow(larger), Ok(()));
                }
            }
            fed += receiver.taken();
        }
        assert_eq!((receiver.bytes(), fed), (Ok(&bytes[..]), bytes.len()));
        assert_eq!(receiver.grow(&mut vec![0; fed - 1]), Err(Code::InvalidArgument));
    }
}

#[test]
fn other_errors_stay() {
    let mut bytes = rich();
    bytes[20] ^= 1;
    let (mut small, mut large) = (vec![0; bytes.len()], vec![0; 2 * bytes.len()]);
    let mut receiver = Receiver::new(&mut small, Limits::default(), Portable);
    assert!(receiver.feed(&bytes).is_err());
    assert!(receiver.taken() > 20 && receiver.taken() < bytes.len());
    assert_eq!(receiver.grow(&mut large), Ok(()));
    assert!(receiver.feed(&bytes[receiver.taken()..]).is_err());
    assert_eq!(receiver.taken(), 0);
}

#[test]
fn chunks_are_walked_one_by_one() {
    let bytes = [rich(), b"tail".to_vec()].concat();
    let mut chunks = Chunks::new(&bytes, Portable);
    let mut kinds = Vec::new();
    while let Some(chunk) = chunks.next().unwrap() {
        let begin = chunk.offset + 8;
        assert_eq!(chunk.data, &bytes[begin..begin + chunk.data.len()]);
        kinds.push(chunk.kind.bytes());
    }
    assert_eq!(kinds[..3], [*b"MHDR", *b"abCd", *b"MSHP"]);
    assert_eq!(kinds.last(), Some(b"MEND"));
    assert_eq!(chunks.rest(), b"tail");
    let second = Chunks::new(&bytes, Portable).next().unwrap().unwrap().data.len() + 8 + 12;
    let chunk = Chunks::at(&bytes, second, Portable).next().unwrap().unwrap();
    assert_eq!((chunk.offset, chunk.kind.bytes()), (second, *b"abCd"));
    assert_eq!(Chunks::at(&bytes, bytes.len() + 1, Portable).next(), Err(Code::Truncated));
    let mut damaged = bytes.clone();
    damaged[30] ^= 1;
    let mut chunks = Chunks::new(&damaged, Portable);
    assert_eq!(chunks.next(), Err(Code::BadCrc));
    assert_eq!(chunks.fault().offset, 8);
}

#[test]
fn an_error_of_a_device_s_head_is_the_visit_s() {
    let mut bytes = rich();
    let end = bytes.len() - 1;
    bytes[end] ^= 1;
    let decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    let mut visiting = Visiting::new(decoder);
    let mut v = visiting.loader();
    v.check_device().unwrap();
    v.check_device().unwrap();
    assert_eq!(v.next_device(), Err(Code::BadCrc));
    assert_eq!(v.check_device(), Err(Code::BadCrc));
    let report = visiting.report().unwrap();
    assert_eq!((report.code, report.fault.offset as usize), (Code::BadCrc, bytes.len() - 20));
}

#[test]
fn a_check_tells_what_there_is() {
    let bytes = rich();
    let summary = check(&bytes, Limits::default(), Portable).unwrap();
    assert_eq!((summary.header.machine, summary.header.writer), ("pc", "test"));
    assert_eq!((summary.devices, summary.skipped.chunks), (2, 2));
    assert_eq!(summary.length as usize, bytes.len());
    assert_eq!(summary.totals.chunks, 12);
    let wrong = simple(&[op::scalar(Kind::Bool, "b")], &[2]);
    let report = check(&wrong, Limits::default(), Portable).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::BadValue, "d/0"));
}

/// What the chunks of a stream do wrong, told alike by all that read chunks.
fn refused(bytes: &[u8]) -> (Code, u64) {
    let error = both(bytes, |v| v.finish()).unwrap_err();
    let whole = received(&[bytes]);
    assert_eq!(whole.unwrap_err(), (error.code, error.fault));
    (error.code, error.fault.offset)
}

#[test]
fn chunks_out_of_place_are_refused() {
    let new = Assembler::new;
    let shape = || new().shape(0, &[op::scalar(Kind::U8, "x")]);
    let header = header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT);
    let at = new().bytes.len() as u64;
    let after = shape().bytes.len() as u64;
    let device = |kind: &[u8; 4], number, marks| {
        shape().chunk(kind, &first(0, number, "d", 0, marks, &[1])).end()
    };
    for (bytes, due) in [
        (b"\x89MIG\n\x1a\n\0".to_vec(), (Code::BadSignature, 0)),
        (Assembler::bare().end(), (Code::BadOrder, 8)),
        (Assembler::bare().chunk(b"abCD", b"").end(), (Code::BadOrder, 8)),
        (new().chunk(b"MHDR", &header).end(), (Code::BadOrder, at)),
        (new().chunk(b"MNEW", b"").end(), (Code::UnknownChunk, at)),
        (new().chunk(b"mNeW", b"").end(), (Code::UnknownChunk, at)),
        (new().chunk(b"m1EW", b"").end(), (Code::UnknownChunk, at)),
        (new().chunk(b"MSHP", &[0]).end(), (Code::BadValue, at)),
        (new().shape(SLOTS, &[]).end(), (Code::BadValue, at)),
        (new().shape(0, &[vec![0x80]]).end(), (Code::BadShape, at + 10)),
        (new().shape(0, &[vec![0; 511]]).end(), (Code::TooLong, at)),
        (shape().fragment(0, 1 | LAST, &[1]).end(), (Code::BadOrder, after)),
        (shape().device(1, "d", 0, &[1]).end(), (Code::BadShape, after)),
        (shape().fragment(0, LAST, &[3, b'a']).end(), (Code::BadValue, after)),
        (device(b"MDEV", LAST, ANCILLARY), (Code::BadValue, after)),
        (device(b"mDEV", LAST, 0), (Code::BadValue, after)),
        (device(b"mDEv", LAST, ANCILLARY), (Code::BadValue, after)),
        (device(b"MDEV", LAST, 32), (Code::BadValue, after)),
        (new().end_with(2, 0), (Code::BadOrder, at)),
        (new().end_with(1, 0), (Code::BadCrc, at)),
        (new().chunk(b"MEND", &[0; 9]).bytes, (Code::BadValue, at)),
    ] {
        assert_eq!(refused(&bytes), due, "{bytes:x?}");
    }
}

#[test]
fn fragments_of_a_device_follow_each_other() {
    let shape = || Assembler::new().shape(0, &[]).first(0, "d", &[]);
    let at = shape().bytes.len() as u64;
    for (bytes, due) in [
        (shape().end(), Code::BadOrder),
        (shape().fragment(0, 2 | LAST, &[]).end(), Code::BadOrder),
        (shape().device(0, "e", 0, &[]).end(), Code::BadOrder),
        (shape().chunk(b"mDEV", &fragment(0, 1 | LAST, &[])).end(), Code::BadOrder),
        (shape().chunk(b"abCD", b"").fragment(0, 1 | LAST, &[]).end(), Code::BadOrder),
        (shape().chunk(b"abCd", b"").fragment(0, 1 | LAST, &[]).end(), Code::BadOrder),
        (shape().chunk(b"ABCD", b"").fragment(0, 1 | LAST, &[]).end(), Code::BadOrder),
    ] {
        let error = both(&bytes, |v| device(v, |_| Ok(()))).unwrap_err();
        assert_eq!((error.code, error.fault.offset), (due, at));
    }
    let between = shape().shape(1, &[]).fragment(1, 1 | LAST, &[]).end();
    assert_eq!(both(&between, |v| device(v, |_| Ok(()))), Ok(()));
}

#[test]
fn a_header_that_asks_for_too_much_is_refused() {
    let stream = |slots, shape, fragment| {
        Assembler::bare().chunk(b"MHDR", &header(slots, shape, fragment)).end()
    };
    assert_eq!(refused(&stream(33, 1, 1)), (Code::TooMany, 8));
    let limits = Limits { shape: 100, ..Limits::default() };
    let store = |bytes| SliceStore::new(bytes, limits, Portable);
    let bytes = stream(1, 101, 1);
    assert_eq!(visit(store(&bytes), &mut [], |v| v.finish()).unwrap_err().code, Code::TooMany);
    let (bytes, mut memory) = (stream(4, 1000, 96), [0; 4095]);
    let reader = SliceReader::new(&bytes);
    let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
    let error = visit(store, &mut [], |v| v.finish()).unwrap_err();
    assert_eq!(error.code, Code::NoSpace);
    assert_eq!(error.fault, Fault { offset: 8, expected: 4096, found: 4095, cause: 0 });
}

#[test]
fn a_header_of_a_later_minor_version_may_be_long() {
    let mut data = header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT);
    data.extend([7; 900]);
    assert_eq!(refused(&Assembler::bare().chunk(b"MHDR", &data).end()), (Code::BadValue, 8));
    data[1] = 1;
    assert_eq!(both(&Assembler::bare().chunk(b"MHDR", &data).end(), |v| v.finish()), Ok(()));
    data[0] = 2;
    assert_eq!(refused(&Assembler::bare().chunk(b"MHDR", &data).end()), (Code::UnknownFormat, 8));
}

#[test]
fn nothing_may_follow_where_the_caller_says_so() {
    let bytes = [rich(), vec![0]].concat();
    let error = both(&bytes, read_rich).unwrap_err();
    assert_eq!((error.code, error.fault.offset as usize), (Code::Unconsumed, bytes.len() - 1));
}

#[test]
fn a_replay_is_what_was_read() {
    let bytes = rich();
    let mut events = Vec::new();
    let observer = Observer::new(|item: Item<'_>| {
        events.push(format!(
            "{} {} {:?}",
            String::from_utf8_lossy(item.name),
            item.marks.bits(),
            item.event
        ));
        Ok(())
    });
    let (mut observer, mut track) = (observer, Track::new());
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    let mut v = Visitor::saving(&mut observer, &mut track);
    assert_eq!(decoder.replay_all(&mut v, &mut [0; 64]), Ok(2));
    let text = events.join("\n");
    for due in [
        "a 0 Scalar(U8, 7)",
        "b 0 Scalar(I64, 18446744073709551614)",
        "id 0 Text(\"xyz\")",
        "none 0 Absent",
        " 0 Raw([170, 187])",
        "gone 0 Begin(Optional { present: false })",
        "rings 0 Begin(List { extent: Variable, count: 4 })",
        "more 0 Scalar(U8, 6)",
        "extra 1 Scalar(U8, 99)",
        "d/odd 1 Begin(Subsection { version: 9 })",
        "inner 0 Begin(Device { instance: 8",
        "odd 1 Begin(Device { instance: 1",
    ] {
        assert!(text.contains(due), "{due} is not in\n{text}");
    }
    let ne: Vec<u8> = [1u32, 2, 3].iter().flat_map(|reg| reg.to_ne_bytes()).collect();
    assert!(text.contains(&format!("regs 0 Array(U32, Fixed, {ne:?})")), "{text}");
    let mut seen = 0;
    let (mut observer, mut track) = (
        Observer::new(|_: Item<'_>| {
            seen += 1;
            Ok(())
        }),
        Track::new(),
    );
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    let mut v = Visitor::saving(&mut observer, &mut track);
    assert_eq!(decoder.replay_all(&mut v, &mut [0; 11]), Err(Code::NoSpace));
    assert_eq!(decoder.fault().expected, 12);
}
