//! What the chunks of memory may hold, and where they may stand; the second reader is asked too.

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
#[path = "support/paged.rs"]
mod paged;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;
#[path = "support/sparse.rs"]
mod sparse;
#[path = "support/wire.rs"]
mod wire;

use chunks::*;
use migcore::codec::chunk::{check, ChunkDecoder, Limits, Receiver, Store, StreamStore};
use migcore::error::Fault;
use migcore::io::{Portable, SliceReader};
use migcore::ram::Memory;
use migcore::visit::Decoder;
use migcore::{Code, Result};
use proptest::strategy::{Strategy, ValueTree};
use sparse::Sparse;

const LIMITS: Limits = Limits { memory: true, ..shown::LIMITS };

/// A code with its place and numbers.
type Failed = (Code, Fault);

/// The data of `MBLK`.
fn blocks(page: u32, blocks: &[(&str, u64)]) -> Vec<u8> {
    let mut data = [&page.to_be_bytes()[..], &(blocks.len() as u16).to_be_bytes()].concat();
    for (name, length) in blocks {
        data.extend(string(name));
        data.extend(length.to_be_bytes());
    }
    data
}

/// The data of `MRAM` up to the pages; a run that is 0 has its bit set.
fn runs(block: u16, padding: u32, runs: &[(u64, u32)]) -> Vec<u8> {
    let mut data = [&block.to_be_bytes()[..], &(runs.len() as u16).to_be_bytes()].concat();
    data.extend(padding.to_be_bytes());
    for (first, pages) in runs {
        data.extend(first.to_be_bytes());
        data.extend(pages.to_be_bytes());
    }
    data
}

const ZERO: u32 = 1 << 31;

/// Two blocks with pages of four bytes: eight of them, and none.
fn two() -> Assembler {
    Assembler::new().chunk(b"MBLK", &blocks(4, &[("ram", 32), ("rom", 0)]))
}

/// A stream with one chunk of pages.
fn one(head: &[u8], pages: &[u8]) -> Vec<u8> {
    two().chunk(b"MRAM", &[head, pages].concat()).end()
}

/// Receives a stream in pieces, and gives what is kept.
fn received<M: Memory>(
    mut receiver: Receiver<'_, Portable, M>,
    bytes: &[u8],
    step: usize,
) -> core::result::Result<Vec<u8>, Failed> {
    for piece in bytes.chunks(step) {
        receiver.feed(piece).map_err(|code| (code, receiver.fault()))?;
    }
    match receiver.bytes() {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(code) => Err((code, receiver.fault())),
    }
}

/// Passes over all devices of a stream.
fn walk(store: impl Store) -> core::result::Result<(), Failed> {
    let mut decoder = ChunkDecoder::new(store);
    let mut pass = || -> Result<()> {
        while decoder.next_device()?.is_some() {
            decoder.check_device()?;
        }
        Ok(())
    };
    pass().map_err(|code| (code, decoder.fault()))
}

/// What the library makes of a stream in every way, in the words of the second reader. One that is wrong in nothing but
/// that a run lies `beyond` its block passes where no list of blocks is kept.
fn read(bytes: &[u8], what: &str, beyond: bool) -> core::result::Result<String, Failed> {
    let (mut buffer, mut memory) = (vec![0; 1 << 18], vec![0; 1 << 18]);
    let mut sparse = Sparse::of(bytes);
    let new = Receiver::new(&mut buffer, shown::LIMITS, Portable).with_memory(&mut sparse);
    let kept = received(new.unwrap(), bytes, 1 << 20);
    for step in [1, 5] {
        let new = Receiver::new(&mut memory, shown::LIMITS, Portable);
        let new = new.with_memory(Sparse::of(bytes)).unwrap();
        assert_eq!(received(new, bytes, step), kept, "{what}: in pieces of {step}");
    }
    let due = kept.as_ref().map(|_| ()).map_err(|failed| *failed);
    let checked = check(bytes, LIMITS, Portable);
    let checked = checked.map(|_| ()).map_err(|report| (report.code, report.fault));
    assert_eq!(checked, due, "{what}: checked in memory");
    let new = Receiver::new(&mut memory, LIMITS, Portable);
    let whole = received(new, bytes, 7);
    assert_eq!(whole.map(|whole| assert!(bytes.starts_with(&whole))), due, "{what}: kept");
    let store = StreamStore::new(SliceReader::new(bytes), &mut memory, LIMITS, Portable);
    let walked = walk(store);
    let walk_due = if beyond { Ok(()) } else { due };
    assert_eq!(walked, walk_due, "{what}: walked");
    Ok(shown::read(&kept?).unwrap() + &sparse.lines())
}

/// Checks what the library and the second reader say of streams: whether they are right, or how they are wrong.
fn all(streams: Vec<(&str, Vec<u8>, Option<Code>)>) {
    all_as(streams, false);
}

/// Checks streams that have a run beyond the end of its block.
fn all_beyond(streams: Vec<(&str, Vec<u8>)>) {
    all_as(streams.into_iter().map(|(what, bytes)| (what, bytes, WRONG)).collect(), true);
}

fn all_as(streams: Vec<(&str, Vec<u8>, Option<Code>)>, beyond: bool) {
    let read = |(what, bytes, wrong): (&str, Vec<u8>, Option<Code>)| {
        let read = read(&bytes, what, beyond).map_err(|(code, _)| code);
        assert_eq!(read.clone().err(), wrong, "{what}: {read:?}");
        (bytes, read)
    };
    second::agrees(&streams.into_iter().map(read).collect::<Vec<_>>());
}

const WRONG: Option<Code> = Some(Code::BadValue);

#[test]
fn lists_of_blocks_are_as_they_must_be() {
    let with = |data: &[u8]| Assembler::new().chunk(b"MBLK", data).end();
    let good = blocks(4, &[("ram", 32)]);
    let pages = |page| with(&blocks(page, &[("ram", 0)]));
    let names: Vec<String> = (0..257).map(|number| format!("{number}")).collect();
    let many = |count| {
        let all: Vec<_> = names[..count].iter().map(|name| (&name[..], 4)).collect();
        with(&blocks(4, &all))
    };
    all(vec![
        ("a list", with(&good), None),
        ("a list of 256", many(256), None),
        ("a list of 257", many(257), WRONG),
        ("no blocks", many(0), WRONG),
        ("no data", with(&[]), WRONG),
        ("a list that is cut", with(&good[..good.len() - 1]), WRONG),
        ("a list that goes on", with(&[&good[..], &[0]].concat()), WRONG),
        ("a block too few", with(&[&blocks(4, &[])[..4], &[0, 2], &good[6..]].concat()), WRONG),
        ("pages of a byte", pages(1), None),
        ("pages of 1 GiB", pages(1 << 30), None),
        ("pages of 2 GiB", pages(1 << 31), WRONG),
        ("pages of nothing", pages(0), WRONG),
        ("pages of 3", pages(3), WRONG),
        ("a block of half a page", with(&blocks(4, &[("ram", 34)])), WRONG),
        ("a block of the most pages", with(&blocks(4, &[("ram", u64::MAX - 3)])), None),
        ("a block without a name", with(&blocks(4, &[("", 4)])), WRONG),
        ("a name with a zero", with(&blocks(4, &[("r\0m", 4)])), Some(Code::BadText)),
        ("a name of 255 bytes", with(&blocks(4, &[(&"n".repeat(255), 4)])), None),
        ("a name twice", with(&blocks(4, &[("a", 4), ("b", 4), ("a", 4)])), WRONG),
    ]);
}

#[test]
fn chunks_of_memory_stand_where_they_may() {
    let list = blocks(4, &[("ram", 32)]);
    let page = [&runs(0, 0, &[(1, 1)])[..], b"page"].concat();
    let device = |out: Assembler| out.first(NO_SHAPE, "d", &[]);
    let last = |out: Assembler| out.fragment(NO_SHAPE, 1 | LAST, &[]).end();
    let order = Some(Code::BadOrder);
    all(vec![
        ("a list alone", two().end(), None),
        ("a list twice", two().chunk(b"MBLK", &list).end(), order),
        ("pages before the list", Assembler::new().chunk(b"MRAM", &page).end(), order),
        ("before the header", Assembler::bare().chunk(b"MBLK", &list).end(), order),
        ("a list in a device", last(device(Assembler::new()).chunk(b"MBLK", &list)), order),
        ("pages in a device", last(device(two()).chunk(b"MRAM", &page)), order),
        (
            "between devices",
            last(device(two().device(NO_SHAPE, "a", 0, &[]).chunk(b"MRAM", &page))),
            None,
        ),
        (
            "behind devices",
            device(two()).fragment(NO_SHAPE, 1 | LAST, &[]).chunk(b"MRAM", &page).end(),
            None,
        ),
        ("behind unknown chunks", two().chunk(b"abCd", b"?").chunk(b"MRAM", &page).end(), None),
        ("types that differ in a bit", two().chunk(b"MRAm", &page).end(), Some(Code::UnknownChunk)),
        ("ancillary pages, that nobody knows", two().chunk(b"mRAM", &page).end(), None),
    ]);
}

#[test]
fn pages_are_where_they_may_be() {
    let run = |first, pages: u32| {
        let data = if pages & ZERO == 0 { pages as usize * 4 } else { 0 };
        one(&runs(0, 0, &[(first, pages)]), &vec![7; data])
    };
    let table = |count: u64| {
        let table: Vec<_> =
            (0..count).map(|number| (number / 8 * 100 + number % 8, 1 | ZERO)).collect();
        Assembler::new()
            .chunk(b"MBLK", &blocks(4, &[("ram", 1 << 20)]))
            .chunk(b"MRAM", &runs(0, 0, &table))
            .end()
    };
    let two_runs = |a, b| one(&runs(0, 0, &[a, b]), &[7; 8]);
    all(vec![
        ("all pages", run(0, 8), None),
        ("the last page", run(7, 1), None),
        ("all pages are 0", run(0, 8 | ZERO), None),
        ("no pages", run(0, 0), WRONG),
        ("no pages of zeros", run(0, ZERO), WRONG),
        ("a run without an end", run(u64::MAX, 1 | ZERO), WRONG),
        ("runs next to each other", two_runs((1, 1), (2, 1)), None),
        ("runs that overlap", two_runs((1, 2 | ZERO), (2, 2)), WRONG),
        ("a run twice", two_runs((1, 1), (1, 1)), WRONG),
        ("runs that go back", two_runs((3, 1), (1, 1)), WRONG),
        ("a block that there is not", one(&runs(2, 0, &[(0, 1 | ZERO)]), b""), WRONG),
        ("64 runs", table(64), None),
        ("65 runs", table(65), WRONG),
        ("no runs", one(&runs(0, 0, &[]), b""), WRONG),
    ]);
    all_beyond(vec![
        ("a page too much", run(0, 9)),
        ("a page of zeros too much", run(1, 8 | ZERO)),
        ("a page behind the end", run(8, 1 | ZERO)),
        ("the most pages of zeros", run(0, u32::MAX)),
        ("a run far behind", run(u64::MAX - 1, 1 | ZERO)),
        ("a block without pages", one(&runs(1, 0, &[(0, 1 | ZERO)]), b"")),
    ]);
}

#[test]
fn data_are_as_long_as_they_say() {
    let head = runs(0, 3, &[(1, 1), (3, 2 | ZERO)]);
    let with = |data: &[u8]| two().chunk(b"MRAM", data).end();
    let whole = [&head[..], b"\0\0\0page"].concat();
    let mut streams = vec![("padding", with(&whole), None)];
    streams.extend((0..whole.len()).map(|cut| ("data that are cut", with(&whole[..cut]), WRONG)));
    let large = |padding| one(&runs(0, padding, &[(1, 1)]), b"page");
    streams.extend([
        ("a byte too much", with(&[&whole[..], &[0]].concat()), WRONG),
        ("padding of 1", with(&[&head[..], b"\0\0\x01page"].concat()), WRONG),
        (
            "much padding",
            one(&runs(0, 100_000, &[(1, 1)]), &[&[0; 100_000][..], b"page"].concat()),
            None,
        ),
        ("padding that is not there", large(1), WRONG),
        ("padding of 2 GiB", large(1 << 31), WRONG),
        ("padding of 4 GiB", large(u32::MAX), WRONG),
        ("many runs, and no room", one(&[0, 0, 0, 64, 0, 0, 0, 0, 1], b""), WRONG),
        (
            "pages of 64 TiB",
            {
                let list = blocks(1 << 30, &[("ram", 1 << 50)]);
                let run = runs(0, 0, &[(0, 1 << 16)]);
                Assembler::new().chunk(b"MBLK", &list).chunk(b"MRAM", &run).end()
            },
            WRONG,
        ),
        (
            "more bytes than can be counted",
            {
                let list = blocks(1 << 30, &[("ram", u64::MAX << 30)]);
                let run = |number: u64| (number << 28, 0x7fff_ffff >> 3);
                let table: Vec<_> = (0..64).map(run).collect();
                Assembler::new().chunk(b"MBLK", &list).chunk(b"MRAM", &runs(0, 0, &table)).end()
            },
            WRONG,
        ),
    ]);
    all(streams);
}

#[test]
fn a_later_chunk_replaces_an_earlier_one() {
    let page = |runs: &[u8], data: &[u8]| [runs, data].concat();
    let list = blocks(2, &[("a", 8), ("b", 4)]);
    let stream = Assembler::new()
        .chunk(b"MBLK", &list)
        .chunk(b"MRAM", &page(&runs(0, 0, &[(0, 4)]), b"aabbccdd"))
        .device(NO_SHAPE, "d", 0, &[])
        .chunk(b"MRAM", &page(&runs(0, 0, &[(0, 1), (1, 2 | ZERO)]), b"ee"))
        .chunk(b"MRAM", &page(&runs(1, 0, &[(1, 1)]), b"ff"))
        .chunk(b"MRAM", &page(&runs(0, 1, &[(2, 1)]), b"\0gg"))
        .end();
    let read = read(&stream, "two rounds", false).unwrap();
    let memory = "memory \"a\" pages 4 of 2\npage 0 = 6565\npage 2 = 6767\npage 3 = 6464\n\
                  memory \"b\" pages 2 of 2\npage 1 = 6666\n";
    assert!(read.ends_with(memory), "{read}");
    second::agrees(&[(stream, Ok(read))]);
}

#[test]
fn a_second_reader_finds_what_was_sent() {
    let (strategy, mut runner) = (paged::machines(), wire::runner(1));
    let streams = (0..60).map(|case| {
        let (machine, steps) = strategy.new_tree(&mut runner).unwrap().current();
        let (stream, ..) = machine.stream(&steps, [0, 1, 32, 512][case % 4]);
        let read = read(&stream, "any machine", false);
        (stream, read.map_err(|(code, _)| code))
    });
    second::agrees(&streams.collect::<Vec<_>>());
}
