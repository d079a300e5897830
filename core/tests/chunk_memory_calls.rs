//! Calls about memory that a writer or a receiver refuses, and what they leave.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::codec::chunk::{check, Limits, Loader, Receiver, Saver, Settings, SliceStore};
use migcore::codec::chunk::{ChunkDecoder, Chunks};
use migcore::error::Report;
use migcore::io::{Portable, SliceWriter};
use migcore::ram::{Block, BlockHead, Blocks, Counts, Layout, PageSize};
use migcore::visit::{Decoder, Marks, Versions};
use migcore::Code;

const HEADS: [BlockHead<'_>; 2] =
    [BlockHead { name: b"ram", length: 64 }, BlockHead { name: b"rom", length: 16 }];

fn page() -> PageSize {
    PageSize::new(16).unwrap()
}

type Memory<'m> = Saver<'m, SliceWriter<'m>>;

/// What is written of these calls: the stream up to the error, and that.
fn saved(
    calls: impl FnOnce(&mut Memory<'_>) -> migcore::Result<()>,
) -> (Vec<u8>, Result<u64, Report>) {
    let (mut memory, mut scratch) = ([0; 1024], [0; 512]);
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    let done = calls(&mut saver);
    let finished = saver.finish();
    assert_eq!(done.err(), finished.as_ref().err().map(|report| report.code));
    (memory.to_vec(), finished)
}

fn refused(calls: impl FnOnce(&mut Memory<'_>) -> migcore::Result<()>) -> Report {
    let (written, finished) = saved(calls);
    let mut walk = Chunks::new(&written, Portable);
    while let Ok(Some(chunk)) = walk.next() {
        assert_ne!(&chunk.kind.bytes(), b"MEND");
    }
    finished.unwrap_err()
}

#[test]
fn lists_of_blocks_are_refused() {
    let list = |heads: &[BlockHead<'_>]| refused(|saver| saver.blocks(heads, page()));
    let named = |name| list(&[HEADS[0], BlockHead { name, length: 16 }]).code;
    for wrong in [&b""[..], b"ram", b"r\0m"] {
        assert_eq!(named(wrong), Code::InvalidArgument);
    }
    let report = list(&[BlockHead { name: &[b'n'; 256], length: 16 }]);
    assert_eq!((report.code, report.fault.found), (Code::NameTooLong, 256));
    assert_eq!(list(&[BlockHead { name: b"ram", length: 17 }]).code, Code::InvalidArgument);
    assert_eq!(list(&[]).code, Code::InvalidArgument);
    let names: Vec<_> = (0..257).map(|number| format!("{number}")).collect();
    let many: Vec<_> =
        names.iter().map(|name| BlockHead { name: name.as_bytes(), length: 16 }).collect();
    let report = list(&many);
    assert_eq!(
        (report.code, report.fault.expected, report.fault.found),
        (Code::InvalidArgument, 256, 257)
    );
    assert!(saved(|saver| saver.blocks(&many[..256], page()))
        .1
        .is_err_and(|report| report.code == Code::NoSpace));
}

#[test]
fn memory_stands_outside_of_devices_and_behind_its_list() {
    let begun = |saver: &mut Memory<'_>| {
        saver.visitor().begin(
            &"uart",
            migcore::visit::Scope::Device { versions: Versions::only(1), instance: 3 },
        )
    };
    let report = refused(|saver| begun(saver).and_then(|()| saver.blocks(&HEADS, page())));
    assert_eq!((report.code, report.path.as_str()), (Code::Unbalanced, "uart/3"));
    let report = refused(|saver| {
        saver.blocks(&HEADS, page())?;
        begun(saver)?;
        saver.pages(&HEADS, 0, 0, &[1; 16]).map(|_| ())
    });
    assert_eq!((report.code, report.path.as_str()), (Code::Unbalanced, "uart/3"));
    let report = refused(|saver| saver.pages(&HEADS, 0, 0, &[1; 16]).map(|_| ()));
    assert_eq!(report.code, Code::Unbalanced);
    let twice = refused(|saver| {
        saver.blocks(&HEADS, page())?;
        saver.blocks(&HEADS, page())
    });
    assert_eq!(twice.code, Code::Unbalanced);
}

#[test]
fn memory_has_no_marks() {
    let marked = |saver: &mut Memory<'_>| saver.visitor().mark(Marks::ANCILLARY);
    let report = refused(|saver| marked(saver).and_then(|()| saver.blocks(&HEADS, page())));
    assert_eq!(report.code, Code::InvalidArgument);
    let report = refused(|saver| {
        saver.blocks(&HEADS, page())?;
        marked(saver)?;
        saver.pages(&HEADS, 0, 0, &[1; 16]).map(|_| ())
    });
    assert_eq!(report.code, Code::InvalidArgument);
}

#[test]
fn pages_are_those_of_a_block() {
    let wrong = |block, first, length: usize| {
        let report = refused(|saver| {
            saver.blocks(&HEADS, page())?;
            saver.pages(&HEADS, block, first, &vec![1; length]).map(|_| ())
        });
        assert_eq!(report.code, Code::InvalidArgument, "{block} {first} {length}");
    };
    wrong(2, 0, 16);
    wrong(usize::MAX, 0, 0);
    wrong(0, 0, 80);
    wrong(0, 0, 15);
    wrong(0, 4, 16);
    wrong(0, 5, 0);
    wrong(0, u64::MAX, 16);
    wrong(1, 1, 16);
    let marked = |memory: &[u8], range| {
        let report = refused(|saver| {
            saver.blocks(&HEADS, page())?;
            saver.marked(&HEADS, 0, memory, &[0xff], range).map(|_| ())
        });
        assert_eq!(report.code, Code::InvalidArgument);
    };
    marked(&[1; 32], 0..3);
    marked(&[1; 80], 0..1);
    marked(&[1; 64], 0..u64::MAX);
    let other = refused(|saver| {
        saver.blocks(&HEADS, page())?;
        saver.pages(&HEADS[..1], 0, 0, &[1; 16]).map(|_| ())
    });
    assert_eq!(other.code, Code::InvalidArgument);
}

#[test]
fn blocks_stay_what_they_were_told_to_be() {
    let head = |name, length| BlockHead { name, length };
    let [ram, rom] = HEADS;
    let others = [
        [rom, ram],
        [head(b"ram", 80), rom],
        [ram, head(b"rom", 0)],
        [head(b"raM", 64), rom],
        [ram, ram],
    ];
    for other in others {
        let report = refused(|saver| {
            saver.blocks(&HEADS, page())?;
            saver.pages(&HEADS, 0, 0, &[1; 16])?;
            saver.pages(&other, 0, 0, &[1; 16]).map(|_| ())
        });
        assert_eq!(report.code, Code::InvalidArgument, "{other:?}");
        let report = refused(|saver| {
            saver.blocks(&HEADS, page())?;
            saver.marked(&other, 0, &[1; 64], &[0xff], 0..1).map(|_| ())
        });
        assert_eq!(report.code, Code::InvalidArgument, "{other:?}");
    }
}

/// Blocks that know the size of their pages.
struct Sized(u32);

impl Layout for Sized {
    fn count(&self) -> usize {
        HEADS.len()
    }

    fn head(&self, block: usize) -> Option<BlockHead<'_>> {
        HEADS.get(block).copied()
    }

    fn page_size(&self) -> Option<PageSize> {
        PageSize::new(self.0)
    }
}

#[test]
fn pages_stay_as_large_as_they_were_told_to_be() {
    let with = |size| {
        saved(|saver| {
            saver.blocks(&Sized(16), page())?;
            saver.pages(&Sized(size), 0, 0, &[1; 16]).map(|_| ())
        })
    };
    assert!(with(16).1.is_ok());
    for wrong in [1, 8, 32] {
        assert_eq!(with(wrong).1.unwrap_err().code, Code::InvalidArgument);
    }
    let list = refused(|saver| saver.blocks(&Sized(8), page()));
    assert_eq!(list.code, Code::InvalidArgument);
}

#[test]
fn nothing_is_a_chunk_of_nothing() {
    let (written, finished) = saved(|saver| {
        saver.blocks(&HEADS, page())?;
        assert_eq!(saver.pages(&HEADS, 0, 4, &[]), Ok(Counts::default()));
        assert_eq!(saver.marked(&HEADS, 1, &[1; 16], &[0xfe], 0..1), Ok(Counts::default()));
        let counts = saver.pages(&HEADS, 1, 0, &[0; 16])?;
        assert_eq!((counts.chunks, counts.zero_pages, counts.bytes), (1, 1, 12 + 8 + 12));
        Ok(())
    });
    let limits = Limits { memory: true, ..Limits::default() };
    assert_eq!(check(&written, limits, Portable).unwrap().length, finished.unwrap());
}

/// A stream with memory and a device.
fn stream() -> Vec<u8> {
    let (mut written, finished) = saved(|saver| {
        saver.blocks(&HEADS, page())?;
        saver.pages(&HEADS, 0, 1, &[7; 16])?;
        saver.visitor().device("uart", 0, Versions::only(1), |v| v.visit("level", &mut 5u8))?;
        saver.pages(&HEADS, 1, 0, &[8; 16]).map(|_| ())
    });
    written.truncate(finished.unwrap() as usize);
    written
}

#[test]
fn a_reader_of_devices_passes_over_memory() {
    let (bytes, mut level) = (stream(), 0u8);
    let limits = Limits { memory: true, ..Limits::default() };
    let mut loader = Loader::new(ChunkDecoder::new(SliceStore::new(&bytes, limits, Portable)));
    let visitor = &mut loader.visitor();
    visitor.device("uart", 0, Versions::only(1), |v| v.visit("level", &mut level)).unwrap();
    assert_eq!((loader.finish(), level), (Ok(bytes.len() as u64), 5));

    let mut refused = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    assert_eq!(refused.next_device().unwrap_err(), Code::UnknownMemory);
}

#[test]
fn what_is_kept_is_a_stream_of_its_own() {
    let (bytes, mut ram, mut rom, mut buffer) = (stream(), [0; 64], [0; 16], [0; 512]);
    let mut blocks = [Block::new("ram", &mut ram), Block::new("rom", &mut rom)];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    assert!(receiver.feed(&bytes).unwrap().done);
    let kept = receiver.bytes().unwrap().to_vec();
    let alone = saved(|saver| {
        saver.visitor().device("uart", 0, Versions::only(1), |v| v.visit("level", &mut 5u8))
    });
    assert_eq!(kept, alone.0[..kept.len()]);
    assert_eq!(alone.1, Ok(kept.len() as u64));
    assert_eq!((ram[15], &ram[16..32], ram[32], rom), (0, &[7; 16][..], 0, [8; 16]));
}

#[test]
fn places_are_asked_for_and_filled() {
    let (bytes, mut ram, mut rom, mut buffer) = (stream(), [0; 64], [0; 16], [0; 512]);
    let mut blocks = [Block::new("ram", &mut ram), Block::new("rom", &mut rom)];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        // Asked twice it says the same, and no more is taken than it has room for.
        let room = receiver.next().unwrap().len();
        assert_eq!(receiver.got(room + 1), Err(Code::InvalidArgument));
        assert_eq!(receiver.got(0), Ok(false));
        let place = receiver.next().unwrap();
        assert!(place.len() == room && room > 0);
        place.copy_from_slice(&rest[..room]);
        rest = &rest[room..];
        assert_eq!(receiver.got(room), Ok(rest.is_empty()));
    }
    assert!(receiver.next().unwrap().is_empty());
    assert_eq!((receiver.got(0), receiver.got(1)), (Ok(true), Err(Code::InvalidArgument)));
    assert!(receiver.feed(b"behind").is_ok_and(|received| received.done && received.consumed == 0));
    assert_eq!((receiver.counts().chunks, receiver.counts().data_pages), (2, 2));
    assert!(receiver.bytes().is_ok());
}

#[test]
fn a_place_without_room_is_told() {
    let bytes = stream();
    let (mut small, mut large) = ([0; 30], [0; 512]);
    let mut receiver = Receiver::new(&mut small, Limits::default(), Portable);
    receiver.feed(&bytes[..16]).unwrap_err();
    assert_eq!(receiver.next().unwrap_err(), Code::NoSpace);
    assert_eq!(receiver.got(0), Err(Code::NoSpace));
    let received = receiver.received().len();
    large[..received].copy_from_slice(&bytes[..received]);
    receiver.grow(&mut large).unwrap();
    assert!(!receiver.next().unwrap().is_empty());
}

#[test]
fn what_is_dropped_needs_room_too() {
    let (mut stream, mut scratch) = ([0; 1024], [0; 256]);
    let settings = Settings { alignment: 512, ..Settings::default() };
    let mut saver = Saver::to_slice(&mut stream, &settings, &mut scratch).unwrap();
    let _ = saver.blocks(&HEADS, page());
    let _ = saver.pages(&HEADS, 0, 0, &[1; 64]);
    let length = saver.finish().unwrap() as usize;
    let bytes = &stream[..length];
    // The padding goes up to 512.
    let (now, later) = bytes.split_at(300);
    let (mut ram, mut rom, mut buffer, mut tight, mut room) =
        ([0; 64], [0; 16], [0; 512], [0; 512], [0; 512]);
    let mut blocks = [Block::new("ram", &mut ram), Block::new("rom", &mut rom)];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    receiver.feed(now).unwrap();
    let used = receiver.received().len();
    tight[..used].copy_from_slice(receiver.received());
    room[..used].copy_from_slice(receiver.received());
    receiver.grow(&mut tight[..used]).unwrap();
    assert_eq!(receiver.feed(later), Err(Code::NoSpace));
    let needed = receiver.fault().expected as usize;
    receiver.grow(&mut room[..needed]).unwrap();
    assert!(receiver.feed(later).unwrap().done);
    assert_eq!(ram, [1; 64]);
}

#[test]
fn an_error_stays() {
    let mut bytes = stream();
    bytes[20] ^= 1;
    let mut buffer = [0; 512];
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    assert_eq!(receiver.feed(&bytes), Err(Code::BadCrc));
    assert_eq!(receiver.next().unwrap_err(), Code::BadCrc);
    assert_eq!((receiver.got(0), receiver.got(9)), (Err(Code::BadCrc), Err(Code::BadCrc)));
    assert_eq!(receiver.report(Code::BadCrc).path.as_str(), "");
}

#[test]
fn memory_is_given_before_the_first_byte() {
    let (mut buffer, mut blocks) = ([0; 64], []);
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    receiver.feed(b"\x89").unwrap();
    assert_eq!(receiver.with_memory(Blocks(&mut blocks)).err(), Some(Code::Unbalanced));
}
