//! Memory in a stream of chunks, as a writer sends it: in what chunks, in what writes, and what ends it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/paged.rs"]
mod paged;
#[path = "support/mod.rs"]
mod support;

use migcore::codec::chunk::{check, Chunks, Limits, PagesHead, Saver, Settings};
use migcore::io::{Failure, Portable, Sink, StreamWriter};
use migcore::ram::{Counts, PageSize};
use migcore::Code;
use paged::*;
use support::Pipe;

const TAKEN: Limits =
    Limits { slots: 32, shape: 1 << 20, chunk: 1 << 24, work: 1 << 20, memory: true };

/// What all ways make of a stream is the same, and no error.
fn received_in_every_way(stream: &[u8], machine: &Paged) {
    for way in ways() {
        assert!(receive(stream, machine, ROOM, Limits::default(), way).is_ok(), "{way:?}");
    }
}

#[test]
fn pages_begin_where_they_are_told() {
    let machine = Paged::new(64, &[("ram", 40)]);
    let mut steps: Vec<Step> =
        (0..20).map(|page| Step::Send { block: 0, pages: page..40 }).collect();
    steps.insert(0, Step::Fill { block: 0, pages: 10..35, byte: 3 });
    steps.insert(7, Step::Device(3));
    for alignment in [1u32, 2, 64, 512, 65536] {
        let (stream, ..) = machine.stream(&steps[..9], alignment);
        let mut walk = Chunks::new(&stream, Portable);
        let mut seen = 0;
        while let Some(chunk) = walk.next().unwrap() {
            if &chunk.kind.bytes() == b"MRAM" {
                let head = PagesHead::parse(*chunk.data.first_chunk().unwrap()).unwrap();
                let pages = chunk.offset + 16 + head.table() + head.padding as usize;
                assert_eq!(pages % alignment as usize, 0, "{alignment}");
                assert!(head.padding < alignment);
                seen += 1;
            }
        }
        assert_eq!(seen, 7);
    }
    for wrong in [3, 65537, 1 << 17] {
        let (settings, mut scratch) =
            (Settings { alignment: wrong, ..Settings::default() }, [0; 256]);
        let report = Saver::to_slice(&mut [0; 9], &settings, &mut scratch).unwrap_err();
        assert_eq!((report.code, report.fault.found), (Code::InvalidArgument, wrong.into()));
    }
}

/// A sink that tells positions which are not those of the stream.
struct Elsewhere {
    bytes: Vec<u8>,
    told: fn(u64) -> u64,
}

impl Sink for Elsewhere {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn position(&self) -> Option<u64> {
        Some((self.told)(self.bytes.len() as u64))
    }
}

#[test]
fn positions_of_a_sink_move_no_pages() {
    let (machine, steps) = small();
    let (due, ..) = machine.stream(&steps, 64);
    let settings = Settings { machine: "board", alignment: 64, ..Settings::default() };
    let positions: [fn(u64) -> u64; 4] = [|_| 7, |at| at & !511, |at| at + 13, |_| u64::MAX];
    for told in positions {
        for room in [0, 100] {
            let (mut buffer, mut scratch) = (vec![0; room], [0; 512]);
            let mut sink = Elsewhere { bytes: Vec::new(), told };
            let writer = StreamWriter::new(&mut sink, &mut buffer);
            let saver = Saver::new(writer, Portable, &settings, &mut scratch).unwrap();
            machine.save(&steps, saver).unwrap();
            assert_eq!(sink.bytes, due);
        }
    }
}

#[test]
fn much_is_sent_in_many_chunks() {
    // Every other page is 0.
    let machine = Paged::new(16, &[("ram", 1000)]);
    let mut steps: Vec<_> = (0..500)
        .map(|page| Step::Fill { block: 0, pages: 2 * page..2 * page + 1, byte: 1 })
        .collect();
    steps.push(Step::Send { block: 0, pages: 0..1000 });
    let (stream, _, counts) = machine.stream(&steps, 0);
    assert_eq!((counts.chunks, counts.data_pages, counts.zero_pages), (16, 500, 500));
    received_in_every_way(&stream, &machine);

    let machine = Paged::new(4096, &[("ram", 800)]);
    let steps =
        [Step::Fill { block: 0, pages: 0..800, byte: 1 }, Step::Send { block: 0, pages: 0..800 }];
    let mut scratch = [0; 512];
    let mut memory = vec![0; 4 << 20];
    let saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    let (_, _, counts) = machine.save(&steps, saver).unwrap();
    assert_eq!((counts.chunks, counts.data_pages), (4, 800));
}

#[test]
fn memory_that_is_too_small_ends_the_save() {
    let (machine, steps) = small();
    let (due, ..) = machine.stream(&steps, 16);
    let settings = Settings { machine: "board", alignment: 16, ..Settings::default() };
    for room in 0..due.len() {
        let (mut memory, mut scratch) = (vec![0; room], [0; 512]);
        let saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
        let report = machine.save(&steps, saver).unwrap_err();
        assert_eq!(report.code, Code::NoSpace, "{room}");
        assert!(check(&memory, TAKEN, Portable).is_err(), "{room}");
    }
}

#[test]
fn a_failed_write_ends_the_save() {
    let (machine, steps) = small();
    let (due, ..) = machine.stream(&steps, 16);
    let settings = Settings { machine: "board", alignment: 16, ..Settings::default() };
    for room in [0, 40] {
        for fails_at in 0.. {
            let (mut buffer, mut scratch) = (vec![0; room], [0; 512]);
            let mut pipe = Pipe { fails_at: Some(fails_at), ..Pipe::new(Vec::new(), 50) };
            let writer = StreamWriter::new(&mut pipe, &mut buffer);
            let saver = Saver::new(writer, Portable, &settings, &mut scratch).unwrap();
            let done = machine.save(&steps, saver);
            if done.is_ok() {
                assert_eq!(pipe.bytes, due);
                break;
            }
            let report = done.unwrap_err();
            assert_eq!((report.code, report.fault.cause), (Code::WriteFailed, -5));
            assert_eq!(pipe.calls, fails_at + 1, "nothing is written after an error");
            assert!(due.starts_with(&pipe.bytes) && pipe.bytes.len() < due.len());
        }
    }
}

#[test]
fn scattered_pages_share_chunks() {
    let mut machine = Paged::new(256, &[("ram", 400)]);
    machine.blocks[0].1.iter_mut().enumerate().for_each(|(at, byte)| *byte = (at / 256) as u8 | 1);
    machine.blocks[0].1[8 * 256..][..512].fill(0);
    // Every fourth page, and the two that are 0.
    let mut bitmap = vec![0x11; 50];
    bitmap[1] = 0x03;
    for pages in [0..400, 1..399, 9..9, 200..304] {
        let (block, bitmap) = (0, bitmap.clone());
        let marked = Step::SendMarked { block, pages: pages.clone(), bitmap: bitmap.clone() };
        let (due, sent, counts) = machine.stream(&[marked], 4096);
        let packed = Step::SendPacked { block, pages, bitmap };
        let (stream, of_packed, packed_counts) = machine.stream(&[packed], 4096);
        assert_eq!((&stream, packed_counts), (&due, counts));
        assert_eq!(sent.blocks, of_packed.blocks);
        received_in_every_way(&stream, &machine);
        assert!(counts.chunks <= 2);
    }
}

#[test]
fn packed_pages_are_as_many_as_are_marked() {
    let (machine, size) = (Paged::new(16, &[("ram", 10), ("rom", 2)]), PageSize::new(16).unwrap());
    let packed = |block, length, bitmap: &[u8], pages| {
        let (mut memory, mut scratch) = ([0; 1024], [0; 512]);
        let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
        saver.blocks(&machine.heads()[..], size).unwrap();
        saver.packed(&machine.heads()[..], block, &vec![1; length], bitmap, pages)
    };
    let counts = packed(0, 32, &[0x81], 0..10).unwrap();
    assert_eq!((counts.data_pages, counts.chunks), (2, 1));
    assert_eq!(packed(0, 0, &[0x81], 1..7), Ok(Counts::default()));
    for (block, length, pages) in [
        (0, 0, 0..10),
        (0, 16, 0..10),
        (0, 31, 0..10),
        (0, 33, 0..10),
        (0, 48, 0..10),
        (0, 32, 0..11),
        (0, 32, 0..u64::MAX),
        (1, 32, 0..8),
        (2, 32, 0..8),
    ] {
        let refused = packed(block, length, &[0x81], pages.clone());
        assert_eq!(refused, Err(Code::InvalidArgument), "{block} {length} {pages:?}");
    }
}

/// A sink that counts how often it is written to.
#[derive(Default)]
struct Counted(Vec<usize>);

impl Sink for Counted {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        self.0.push(bytes.len());
        Ok(bytes.len())
    }
}

#[test]
fn a_chunk_of_many_runs_is_few_writes() {
    // 32 pages, and as many between them that are 0.
    let machine = Paged::new(4096, &[("ram", 64)]);
    let fill = |page: u64| Step::Fill { block: 0, pages: 2 * page..2 * page + 1, byte: 1 };
    let mut steps: Vec<_> = (0..32).map(fill).collect();
    steps.push(Step::Send { block: 0, pages: 0..64 });
    let (mut sink, mut scratch) = (Counted::default(), [0; 512]);
    let settings = Settings { alignment: 65536, ..Settings::default() };
    let saver =
        Saver::new(StreamWriter::new(&mut sink, &mut []), Portable, &settings, &mut scratch);
    let (_, _, counts) = machine.save(&steps, saver.unwrap()).unwrap();
    assert_eq!((counts.chunks, counts.data_pages, counts.zero_pages), (1, 32, 32));
    let small = sink.0.iter().filter(|length| **length <= 256).count();
    assert!(sink.0.len() < 80 && small < 30, "{} writes, {small} of them small", sink.0.len());
}
