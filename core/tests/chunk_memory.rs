//! Memory in a stream of chunks: what was sent is received, however the bytes come in, or it is found that
//! something is missing or damaged.

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
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::{check, Chunks, Limits, Receiver, Saver, Settings};
use migcore::error::Report;
use migcore::io::{Kernels, Portable, Reader, SliceReader, StreamReader};
use migcore::ram::{BlockHead, Blocks, Counts, Layout, Memory, PageSize};
use migcore::Code;
use paged::*;
use proptest::prelude::*;
use support::Pipe;

const TAKEN: Limits =
    Limits { slots: 32, shape: 1 << 20, chunk: 1 << 24, work: 1 << 20, memory: true };

fn checked(bytes: &[u8], limits: Limits) -> core::result::Result<(), Report> {
    check(bytes, limits, Portable).map(|_| ())
}

/// What all ways make of a stream.
fn in_every_way(stream: &[u8], machine: &Paged) -> Outcome {
    let receive = |way| receive(stream, machine, ROOM, Limits::default(), way);
    let due = receive(ways()[0]);
    for way in ways() {
        assert_eq!(receive(way), due, "{way:?}");
    }
    due
}

#[test]
fn what_was_sent_is_received() {
    let alignments = prop::sample::select(vec![0u32, 1, 64, 4096]);
    wire::for_each(40, &(machines(), alignments), |((machine, steps), alignment)| {
        let (stream, sent, counts) = machine.stream(&steps, alignment);
        let memory = sent.blocks.into_iter().map(|(_, memory)| memory).collect();
        let due = Ok((without_memory(&steps), memory, counts));
        prop_assert_eq!(in_every_way(&stream, &machine), due);
        prop_assert_eq!(checked(&stream, TAKEN), Ok(()));
        Ok(())
    });
}

#[test]
fn a_stream_is_read_up_to_its_end() {
    let (machine, steps) = small();
    let (mut stream, sent, _) = machine.stream(&steps, 1);
    let length = stream.len();
    stream.extend([7; 40]);
    for step in [1, 3, 50, 1 << 20] {
        let mut blank = machine.blank();
        let mut buffer = [0; ROOM];
        let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
        let mut blocks = blank.in_order();
        let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
        let mut reader = StreamReader::new(Pipe::new(stream.clone(), step), &mut []);
        assert_eq!(receiver.read(&mut reader), Ok(()));
        assert_eq!(reader.position(), length as u64);
        assert_eq!(receiver.bytes().unwrap(), without_memory(&steps));
        assert_eq!(blank.blocks, sent.blocks);
    }
}

#[test]
fn a_read_that_was_cut_does_not_go_on() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 1);
    for cut in 0..stream.len() {
        let mut blank = machine.blank();
        let mut buffer = [0; ROOM];
        let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
        let mut blocks = blank.in_order();
        let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
        let (there, rest) = stream.split_at(cut);
        assert_eq!(receiver.read(&mut SliceReader::new(there)), Err(Code::Truncated));
        let fault = receiver.fault();
        assert_eq!(fault.offset + fault.found, cut as u64);
        assert_eq!(receiver.read(&mut SliceReader::new(rest)), Err(Code::Truncated), "{cut}");
        assert_eq!(receiver.feed(rest), Err(Code::Truncated));
        assert_eq!((receiver.bytes().err(), receiver.fault()), (Some(Code::Truncated), fault));
    }
}

#[test]
fn every_failed_read_is_told() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 1);
    for fails_at in 0.. {
        let mut blank = machine.blank();
        let mut buffer = [0; ROOM];
        let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
        let mut blocks = blank.in_order();
        let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
        let pipe = Pipe { fails_at: Some(fails_at), ..Pipe::new(stream.clone(), 50) };
        let mut reader = StreamReader::new(pipe, &mut []);
        let Err(code) = receiver.read(&mut reader) else { break };
        let report = receiver.report(code);
        assert_eq!((report.code, report.fault.cause), (Code::ReadFailed, -5));
        assert!(report.fault.offset <= reader.position());
        assert_eq!(receiver.feed(&stream), Err(Code::ReadFailed));
    }
}

#[test]
fn what_is_kept_is_found_in_what_was_sent() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 1);
    let mut blank = machine.blank();
    let mut buffer = [0; ROOM];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut blocks = blank.in_order();
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    receiver.feed(&stream).unwrap();
    let kept = receiver.bytes().unwrap().to_vec();
    let mut walk = Chunks::new(&kept, Portable);
    let mut shifts = Vec::new();
    while let Some(chunk) = walk.next().unwrap() {
        let origin = receiver.origin(chunk.offset as u64) as usize;
        let head = chunk.offset..chunk.offset + 8;
        assert_eq!(stream[origin..origin + 8], kept[head]);
        shifts.push(origin - chunk.offset);
    }
    shifts.dedup();
    assert_eq!(shifts.len(), 3, "before memory, behind the first of it, behind all");
    assert_eq!(receiver.origin(0), 0);
}

#[test]
fn every_cut_is_found() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 16);
    assert!(in_every_way(&stream, &machine).is_ok());
    for length in 0..stream.len() {
        let report = in_every_way(&stream[..length], &machine).unwrap_err();
        assert_eq!(report.code, Code::Truncated, "{length}");
        let due = checked(&stream[..length], TAKEN).unwrap_err();
        assert_eq!((due.code, due.fault), (report.code, report.fault), "{length}");
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let (machine, steps) = small();
    let (mut stream, ..) = machine.stream(&steps, 16);
    // Of any length, as pages are in a receiver.
    let limits = Limits { chunk: u32::MAX, ..TAKEN };
    for bit in 0..8 * stream.len() {
        stream[bit / 8] ^= 1 << (bit % 8);
        let way = ways()[bit % ways().len()];
        let report = receive(&stream, &machine, ROOM, limits, way).unwrap_err();
        let due = checked(&stream, limits).unwrap_err();
        match due.code {
            // A receiver waits for more, or has too little room for it.
            Code::Truncated => assert!(matches!(report.code, Code::Truncated | Code::NoSpace)),
            _ => assert_eq!((report.code, report.fault), (due.code, due.fault), "{bit}"),
        }
        stream[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn a_buffer_need_not_hold_the_pages() {
    let machine = Paged::new(64, &[("ram", 100)]);
    let fill = Step::Fill { block: 0, pages: 0..90, byte: 7 };
    let steps = [fill, Step::Send { block: 0, pages: 0..100 }, Step::Device(1)];
    let (stream, ..) = machine.stream(&steps, 0);
    let kept = without_memory(&steps);
    // Two runs, and what stands around them.
    let most = kept.len() + 100;
    let due = receive(&stream, &machine, ROOM, Limits::default(), ways()[0]).unwrap();
    assert_eq!(due.0, kept);
    let fits = |room: &usize| receive(&stream, &machine, *room, TAKEN, ways()[0]).is_ok();
    let least = (0..most).find(fits).unwrap();
    for room in [least, least + 1, most] {
        for way in ways() {
            let received = receive(&stream, &machine, room, TAKEN, way);
            assert_eq!(received.as_ref(), Ok(&due), "{room}, {way:?}");
        }
    }
}

/// Memory of which nobody wants a block.
struct Unwanted<M>(M, usize);

impl<M: Memory> Layout for Unwanted<M> {
    fn count(&self) -> usize {
        self.0.count()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        self.0.head(block)
    }
}

impl<M: Memory> Memory for Unwanted<M> {
    fn noted(&self, block: usize) -> Option<u16> {
        self.0.noted(block)
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        self.0.note(block, number);
    }

    fn bytes(&mut self, block: usize, offset: u64) -> &mut [u8] {
        if block == self.1 {
            return &mut [];
        }
        self.0.bytes(block, offset)
    }
}

#[test]
fn what_nobody_wants_is_checked_and_dropped() {
    let (machine, steps) = small();
    let (mut stream, _, counts) = machine.stream(&steps, 0);
    for unwanted in 0..2 {
        for way in ways() {
            let mut blank = machine.blank();
            let mut blocks = blank.in_order();
            let memory = Unwanted(Blocks(&mut blocks), unwanted);
            let received = receive_into(&stream, memory, ROOM, Limits::default(), way);
            assert_eq!(received, Ok((without_memory(&steps), counts)), "{way:?}");
            assert!(blank.blocks[unwanted].1.iter().all(|byte| *byte == 0));
        }
    }
    let at = stream.windows(16).position(|bytes| bytes == [9; 16]).unwrap();
    stream[at] ^= 1;
    let mut blank = machine.blank();
    let memory = Unwanted(Blocks(&mut blank.in_order()), 1);
    let report = receive_into(&stream, memory, ROOM, Limits::default(), ways()[0]).unwrap_err();
    assert_eq!(report.code, Code::BadCrc);
}

#[test]
fn blocks_are_those_of_the_reader() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 0);
    let shuffled = Paged::new(8, &[("none", 0), ("a name", 2), ("ram", 6)]);
    let (_, memory, _) = in_every_way(&stream, &shuffled).unwrap();
    let (_, due, _) = in_every_way(&stream, &machine).unwrap();
    assert_eq!(memory, [&due[2][..], &due[1], &due[0]]);

    let refused = |blocks: &[(&str, u64)], code, path: &str, (expected, found)| {
        let report = in_every_way(&stream, &Paged::new(8, blocks)).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (code, path));
        assert_eq!((report.fault.expected, report.fault.found), (expected, found));
        assert_eq!(&stream[report.fault.offset as usize..][4..8], b"MBLK");
    };
    let (ram, name, none) = (("ram", 6), ("a name", 2), ("none", 0));
    refused(&[ram, none], Code::UnknownMemory, "a name", (0, 0));
    refused(&[], Code::UnknownMemory, "ram", (0, 0));
    refused(&[ram, ("a name", 3), none], Code::MemoryDiffers, "a name", (24, 16));
    refused(&[none, ram, ("rom", 1), name], Code::Missing, "rom", (0, 0));
    // The second of a name would never be filled.
    refused(&[ram, name, none, ram], Code::Missing, "ram", (0, 0));
}

#[test]
fn a_stream_without_memory_lacks_that_of_the_reader() {
    let stream = without_memory(&[Step::Device(1)]);
    let machine = Paged::new(8, &[("ram", 6)]);
    let report = in_every_way(&stream, &machine).unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Missing, "ram"));
    let none = Paged::new(8, &[]);
    assert_eq!(in_every_way(&stream, &none), Ok((stream, Vec::new(), Counts::default())));
}

#[test]
fn memory_that_nobody_takes_is_refused() {
    let (machine, steps) = small();
    let (stream, ..) = machine.stream(&steps, 0);
    let limits = Limits { memory: false, ..TAKEN };
    let report = checked(&stream, limits).unwrap_err();
    assert_eq!(report.code, Code::UnknownMemory);
    assert_eq!(&stream[report.fault.offset as usize..][4..8], b"MBLK");
    assert_eq!(checked(&stream, TAKEN), Ok(()));
}

#[test]
fn memory_is_set_to_0_for_as_long_as_is_allowed() {
    // 40 KiB and 8 KiB: all of it 16 times is the first of these 19 times, and 8 KiB.
    let machine = Paged::new(1024, &[("ram", 40), ("rom", 8)]);
    let zero = Step::Send { block: 0, pages: 0..40 };
    let within = |times, work| {
        let (stream, ..) = machine.stream(&vec![zero.clone(); times], 0);
        let limits = Limits { work, ..Limits::default() };
        receive(&stream, &machine, ROOM, limits, ways()[1]).map_err(|report| report.code)
    };
    assert!(within(19, 0).is_ok());
    for (times, work) in [(20, 8), (21, 18), (30, 108)] {
        assert_eq!(within(times, work - 1).err(), Some(Code::TooMuchWork));
        let (_, _, counts) = within(times, work).unwrap();
        assert_eq!(counts.zero_pages, 40 * times as u64);
    }
}

#[test]
fn pages_may_be_more_than_a_chunk() {
    let machine = Paged::new(1024, &[("ram", 40)]);
    let fill = Step::Fill { block: 0, pages: 0..40, byte: 7 };
    let steps = [fill, Step::Device(1), Step::Send { block: 0, pages: 0..40 }];
    let (stream, ..) = machine.stream(&steps, 0);
    let limits = Limits { chunk: 1000, ..TAKEN };
    let (kept, memory, _) = receive(&stream, &machine, ROOM, limits, ways()[1]).unwrap();
    assert_eq!((kept, &memory[0]), (without_memory(&steps), &vec![7; 40 << 10]));
    // Nobody else puts them anywhere.
    assert_eq!(checked(&stream, limits).unwrap_err().code, Code::TooLong);
    let limits = Limits { chunk: 20, ..TAKEN };
    let received = receive(&stream, &machine, ROOM, limits, ways()[1]);
    assert_eq!(received.unwrap_err().code, Code::TooLong);
}

/// Blocks that say to be large, and whose zeros are counted, as nobody has so much memory.
#[derive(Default)]
struct Large {
    noted: [Option<u16>; 2],
    zeroed: u64,
    place: [u8; 1],
}

const LARGE: [BlockHead<'_>; 2] = [
    BlockHead { name: b"ram", length: 512 << 30 },
    BlockHead { name: b"nobody wants", length: 512 << 30 },
];

impl Layout for Large {
    fn count(&self) -> usize {
        LARGE.len()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        LARGE.get(block).copied()
    }
}

impl Memory for Large {
    fn noted(&self, block: usize) -> Option<u16> {
        self.noted[block]
    }

    fn note(&mut self, block: usize, number: Option<u16>) {
        self.noted[block] = number;
    }

    fn bytes(&mut self, block: usize, _: u64) -> &mut [u8] {
        if block == 0 {
            &mut self.place
        } else {
            &mut []
        }
    }

    fn zero(&mut self, block: usize, _: u64, length: u64) {
        assert_eq!(block, 0);
        self.zeroed += length;
    }
}

#[test]
fn large_blocks_are_zeros_in_every_round() {
    let mut scratch = [0; 512];
    let mut memory = vec![0; 1 << 16];
    let mut list = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    let _ = list.blocks(&LARGE, PageSize::new(4096).unwrap());
    let length = list.finish().unwrap() as usize;
    // A list, and a chunk for the zeros of a block: its number, and 2^27 pages.
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let covered = [&kind[..], data].concat();
        let crc = Portable.crc32(0, &covered);
        [&(data.len() as u32).to_be_bytes()[..], &covered, &crc.to_be_bytes()].concat()
    };
    let zeros = |block: u8| {
        let run = [0u8, 0, 0, 0, 0, 0, 0, 0, 0x88, 0, 0, 0];
        chunk(b"MRAM", &[&[0, block, 0, 1, 0, 0, 0, 0][..], &run].concat())
    };
    let before = &memory[..length - 20];
    let received = |rounds: &[u8]| {
        let (mut large, mut buffer) = (Large::default(), [0; 512]);
        let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
        let mut receiver = receiver.with_memory(&mut large).unwrap();
        receiver.feed(before).unwrap();
        let done = rounds.iter().try_for_each(|block| receiver.feed(&zeros(*block)).map(|_| ()));
        (done, large.zeroed)
    };
    // 16 times both, and 2^26 units of work, which are half of one.
    assert_eq!(received(&[0; 32]), (Ok(()), 16 << 40));
    assert_eq!(received(&[0; 33]), (Err(Code::TooMuchWork), 16 << 40));
    assert_eq!(received(&[1; 100]), (Ok(()), 0));
}
