//! Hostile streams, by the work that they ask for: little bytes that mean much. What a reader does beside
//! reading a stream once is counted, and bounded by its limits.

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

use std::cell::Cell;

use chunks::*;
use migcore::codec::chunk::{
    check, ChunkDecoder, IndexEntry, Limits, Receiver, SliceStore, StreamStore,
};
use migcore::codec::observe::{Item, Observer};
use migcore::io::{Kernels, Portable, SliceReader};
use migcore::model::Tree;
use migcore::visit::{Kind, SubsectionName, Track, Visitor};
use migcore::{Code, Result};
use reading::*;
use ways::*;

fn within(work: u64) -> Limits {
    Limits { work, ..Limits::default() }
}

/// A stream of the device `d` whose shape and values may be long.
fn long(shape: &[Vec<u8>], values: &[u8]) -> Vec<u8> {
    let header = header(1, 30_000, 30_000);
    Assembler::bare().chunk(b"MHDR", &header).shape(0, shape).device(0, "d", 0, values).end()
}

/// A shape and values.
type State = (Vec<Vec<u8>>, Vec<u8>);

/// Lists of lists, whose elements hold nothing.
fn lists_of_nothing(depth: usize) -> State {
    let begin = [op::list("l", u32::MAX), op::element()].concat();
    let shape = vec![begin.repeat(depth), vec![0; 2 * depth]];
    // The first element of each is begun; the innermost list would have its runs again for each.
    (shape, run(0, u32::MAX).repeat(depth))
}

/// Elements whose optional is not there, before as many items as the shape has room for.
fn absent_optionals(elements: u32, items: usize) -> State {
    let inside = op::scalar(Kind::U8, "").repeat(items);
    let element = [op::element(), op::optional("o"), inside, op::end(), op::end()].concat();
    let values = [&count(elements)[..], &run(0, elements), &vec![0; elements as usize]].concat();
    (vec![op::varlist("l"), element, op::end()], values)
}

/// Runs of one element that take the first and the last of many alternatives in turn.
fn far_alternatives(runs: u32, alternatives: u16) -> State {
    let elements = [op::element(), op::end()].concat().repeat(alternatives.into());
    let run_of = |at: u32| run(if at.is_multiple_of(2) { 0 } else { alternatives - 1 }, 1);
    let values = [count(runs).to_vec(), (0..runs).flat_map(run_of).collect()].concat();
    (vec![op::varlist("l"), elements, op::end()], values)
}

/// Lists in the elements of a list, that do not use their alternatives.
fn unused_alternatives(elements: u32, alternatives: usize) -> State {
    let inner = [op::varlist("i"), [op::element(), op::end()].concat().repeat(alternatives)];
    let element = [op::element(), inner.concat(), op::end(), op::end()].concat();
    let values = [&count(elements)[..], &run(0, elements), &vec![0; 4 * elements as usize]];
    (vec![op::varlist("l"), element, op::end()], values.concat())
}

/// Each costs far more than its length.
fn bombs() -> Vec<(&'static str, State)> {
    vec![
        ("elements of nothing", lists_of_nothing(1)),
        ("lists of lists of nothing", lists_of_nothing(8)),
        ("optionals that are not there", absent_optionals(4000, 4000)),
        ("alternatives far apart", far_alternatives(2000, 4000)),
        ("alternatives that nobody uses", unused_alternatives(2000, 4000)),
    ]
}

/// The items in a struct that may be left out.
fn ancillary(shape: &[Vec<u8>]) -> Vec<Vec<u8>> {
    [&[op::marked(ANCILLARY, op::structure("s"))], shape, &[op::end()]].concat()
}

#[test]
fn every_walker_stops_at_the_limit() {
    let limits = within(30_000);
    for (what, (shape, values)) in bombs() {
        let bytes = long(&ancillary(&shape), &values);
        let report = check(&bytes, limits, Portable).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::TooMuchWork, "d/0"), "{what}");
        assert_eq!(received(&bytes, limits, 1000), Ok(bytes.clone()), "a receiver walks nothing");
        // Passed over at the end of the device, behind an item, and on the way to one.
        let readings: [fn(&mut Visitor<'_>) -> Result<()>; 3] =
            [|_| Ok(()), |v| v.visit_or("other", &mut 0u8, 0), |v| v.structure("s", |_| Ok(()))];
        for (at, reading) in readings.into_iter().enumerate() {
            let (outcome, _) = every_way_within(&bytes, limits, |v| device(v, reading));
            let code = outcome.unwrap_err().code;
            let due = if at == 2 { Code::Unconsumed } else { Code::TooMuchWork };
            assert_eq!(code, due, "{what} {at}");
        }
        let (mut memory, mut room) = (vec![0; 1 << 23], vec![0; ROOM]);
        let slice = SliceStore::new(&bytes, limits, Portable);
        let stopped = into_tree(slice, &mut Tree::new(&mut memory).unwrap()).unwrap_err();
        assert_eq!(stopped.0, Code::TooMuchWork, "{what}");
        let stream = StreamStore::new(SliceReader::new(&bytes), &mut room, limits, Portable);
        assert_eq!(into_tree(stream, &mut Tree::new(&mut memory).unwrap()), Err(stopped), "{what}");
        // Memory is bounded by itself.
        let slice = SliceStore::new(&bytes, limits, Portable);
        let stopped = into_tree(slice, &mut Tree::new(&mut memory[..512]).unwrap()).unwrap_err();
        assert_eq!(stopped.0, Code::NoSpace, "{what}");
    }
}

#[test]
fn subsections_and_devices_that_are_passed_over_are_counted() {
    let limits = within(30_000);
    let (shape, values) = lists_of_nothing(2);
    let begin = [op::marked(ANCILLARY, op::subsection("d/s", 1))];
    let bytes = long(&[&begin[..], &shape, &[op::end()]].concat(), &values);
    let skip = |v: &mut Visitor<'_>| {
        device(v, |v| {
            v.next_subsection(b"d", &mut SubsectionName::new())?;
            v.skip_subsection()
        })
    };
    let code = every_way_within(&bytes, limits, skip).0.unwrap_err().code;
    assert_eq!(code, Code::TooMuchWork);
    let header = header(1, 30_000, 30_000);
    let unknown = Assembler::bare()
        .chunk(b"MHDR", &header)
        .shape(0, &shape)
        .chunk(b"mDEV", &first(0, LAST, "odd", 0, ANCILLARY, &values))
        .end();
    let code = every_way_within(&unknown, limits, |v| v.finish()).0.unwrap_err().code;
    assert_eq!(code, Code::TooMuchWork);
}

#[test]
fn elements_that_a_device_has_room_for_are_its_own_work() {
    let (shape, values) = (
        [op::varlist("l"), op::element(), op::end(), op::end()],
        [&count(50_000)[..], &run(0, 50_000)].concat(),
    );
    let bytes = long(&shape, &values);
    let mut elements = 0;
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            v.varlist("l", 50_000, &mut 0, |_, _| {
                elements += 1;
                Ok(())
            })
        })
    };
    let store = SliceStore::new(&bytes, within(10), Portable);
    assert_eq!(reading::visit(store, &mut [], visit), Ok(()));
    assert_eq!(elements, 50_000);
}

/// The least work with which a stream is found right.
fn work_of(bytes: &[u8]) -> u64 {
    let enough = |work| check(bytes, within(work), Portable).is_ok();
    let (mut low, mut high) = (0, 1u64 << 28);
    assert!(enough(high));
    while low < high {
        let middle = low.midpoint(high);
        match enough(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}

#[test]
fn honest_streams_cost_what_they_hold() {
    let fields: Vec<Vec<u8>> =
        (0..2000).map(|at| op::scalar(Kind::U16, &format!("{at}"))).collect();
    assert_eq!(work_of(&long(&fields, &[1; 4000])), 2000);
    let element = [op::element(), op::scalar(Kind::U8, "x"), op::end()].concat();
    let list = [op::varlist("l"), element, op::end()];
    let values = [&count(1000)[..], &run(0, 1000), &[7; 1000]].concat();
    // A list, its end, and of each element its beginning, its item and its end.
    assert_eq!(work_of(&long(&list, &values)), 2 + 3 * 1000);
    let arrays: Vec<Vec<u8>> = (0..10).map(|_| op::array(Kind::U64, "a", 300)).collect();
    assert_eq!(work_of(&long(&arrays, &[0; 24_000])), 10);
    let mut many = Assembler::new().shape(0, &[op::scalar(Kind::U8, "x")]);
    for instance in 0..3000 {
        many = many.device(0, "d", instance, &[1]);
    }
    assert_eq!(work_of(&many.end()), 3000);
}

/// A text of so many bytes that may be left out, before the item `a`.
fn behind_text(text: &[u8]) -> Vec<u8> {
    let shape = [op::marked(ANCILLARY, op::text("t")), op::scalar(Kind::U8, "a")];
    long(&shape, &[&count(text.len() as u32)[..], text, &[7]].concat())
}

#[test]
fn what_is_looked_at_byte_by_byte_counts_by_its_length() {
    let text = behind_text(&[b'x'; 6400]);
    assert_eq!(work_of(&text), 1 + 100 + 1);
    let flags = long(&[op::varray(Kind::Bool, "b")], &[&count(6400)[..], &[1; 6400]].concat());
    assert_eq!(work_of(&flags), 1 + 100);
    let bytes = long(&[op::varbytes("b")], &[&count(6400)[..], &[0xff; 6400]].concat());
    assert_eq!(work_of(&bytes), 1);
    // In order, each is looked at once and belongs to the device.
    let read = |v: &mut Visitor<'_>| {
        device(v, |v| {
            v.load_text(&"t", 6400, &mut |_| Ok(()))?;
            u8_is(v, "a", 7)
        })
    };
    let store = SliceStore::new(&text, within(0), Portable);
    assert_eq!(reading::visit(store, &mut [], read), Ok(()));
}

#[test]
fn a_search_does_not_look_at_texts_again_and_again() {
    let missing = |v: &mut Visitor<'_>| {
        device(v, |v| {
            (0..100).try_for_each(|at| v.visit_or(&format!("m{at}"), &mut 0u8, 0))?;
            u8_is(v, "a", 7)
        })
    };
    let load = |text: &[u8], work| {
        let bytes = behind_text(text);
        let store = SliceStore::new(&bytes, within(work), Portable);
        reading::visit(store, &mut [], missing).map_err(|report| report.code)
    };
    // Two operations a search, and the text once when it is left.
    assert_eq!(load(&[b'x'; 6400], 2 * 101 + 101), Ok(()));
    assert_eq!(load(&[b'x'; 6400], 2 * 101), Err(Code::TooMuchWork));
    // A text that is none is found all the same.
    assert_eq!(load(&[0xff], 1 << 20), Err(Code::BadText));
    // A source that is read once has no other time to look.
    let bytes = behind_text(&[b'x'; 6400]);
    let mut room = vec![0; ROOM];
    let store = StreamStore::new(SliceReader::new(&bytes), &mut room, within(5000), Portable);
    let stopped = reading::visit(store, &mut [], missing).unwrap_err();
    assert_eq!(stopped.code, Code::TooMuchWork);
}

#[test]
fn looking_ahead_is_counted() {
    let raw = vec![op::raw(); 1000];
    let bytes = long(&raw, &[&count(1)[..], &[9]].concat().repeat(1000));
    let load = |work| {
        let store = SliceStore::new(&bytes, within(work), Portable);
        let peek = |v: &mut Visitor<'_>| {
            device(v, |v| {
                for _ in 0..10 {
                    v.peek_raw(999, &mut [0])?;
                }
                v.get_raw(&mut [0; 1000]).map(|_| ())
            })
        };
        reading::visit(store, &mut [], peek).map_err(|report| report.code)
    };
    assert_eq!(load(10_000), Ok(()));
    assert_eq!(load(9_999), Err(Code::TooMuchWork));
}

#[test]
fn large_honest_states_are_not_refused() {
    // A sixty-fourth of a gibibyte, with a sixty-fourth of the work.
    let text = vec![b'x'; 1 << 24];
    let values = [&count(1 << 24)[..], &text].concat();
    let bytes = Assembler::bare()
        .chunk(b"MHDR", &header(1, 100, 1 << 25))
        .shape(0, &[op::text("t")])
        .device(0, "d", 0, &values)
        .end();
    let limits = within(Limits::default().work >> 6);
    assert!(check(&bytes, limits, Portable).is_ok());
}

/// Counts the bytes of which a CRC is made.
#[derive(Clone, Copy)]
struct Counting<'c>(&'c Cell<u64>);

impl Kernels for Counting<'_> {
    fn crc32(&self, crc: u32, bytes: &[u8]) -> u32 {
        self.0.set(self.0.get() + bytes.len() as u64);
        Portable.crc32(crc, bytes)
    }
}

#[test]
fn every_byte_is_looked_at_once() {
    let mut stream = Assembler::new();
    for round in 0..500u32 {
        stream = stream
            .chunk(b"abCD", &vec![0xee; round as usize])
            .shape((round % 4) as u16, &[op::scalar(Kind::U8, "x")])
            .device((round % 4) as u16, "d", round, &[1]);
    }
    let chunks = u64::from(stream.totals().0) + 1;
    let bytes = stream.end();
    let most = bytes.len() as u64 + 4 * chunks;
    let (cell, limits) = (Cell::new(0), Limits::default());
    let counted = |run: &mut dyn FnMut(Counting<'_>)| {
        cell.set(0);
        run(Counting(&cell));
        cell.get()
    };
    let header = 100;
    assert!(
        counted(&mut |kernels| assert!(check(&bytes, limits, kernels).is_ok())) <= most + header
    );
    let mut room = vec![0; bytes.len()];
    let taken = counted(&mut |kernels| {
        let mut receiver = Receiver::new(&mut room, limits, kernels);
        bytes.chunks(17).for_each(|piece| assert!(receiver.feed(piece).is_ok()));
        assert!(receiver.bytes().is_ok());
    });
    assert!(taken <= most);
    let taken = counted(&mut |kernels| {
        let mut memory = [0; MEMORY];
        let store = StreamStore::new(SliceReader::new(&bytes), &mut memory, limits, kernels);
        let mut decoder = ChunkDecoder::new(store);
        let mut observer = Observer::new(|_: Item<'_>| Ok(()));
        let mut track = Track::new();
        let mut v = Visitor::saving(&mut observer, &mut track);
        assert_eq!(decoder.replay_all(&mut v, &mut []), Ok(500));
    });
    assert!(taken <= most);
    // What was checked is not checked again: only the totals are.
    let taken = counted(&mut |kernels| {
        let mut decoder = ChunkDecoder::new(SliceStore::checked(&bytes, limits, kernels));
        let mut observer = Observer::new(|_: Item<'_>| Ok(()));
        let mut track = Track::new();
        let mut v = Visitor::saving(&mut observer, &mut track);
        assert_eq!(decoder.replay_all(&mut v, &mut []), Ok(500));
    });
    assert!(taken <= 4 * chunks);
}

/// FNV-1a with its halves folded: what a hostile writer would compute to fill one bucket.
fn bucket(name: &str, mask: u32) -> u32 {
    let fold = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    let hash = name.as_bytes().iter().fold(0x811c_9dc5, fold);
    (hash ^ hash >> 16) & mask
}

#[test]
fn names_made_for_one_bucket_are_counted() {
    let mask = 1023;
    let mut names = (0..).map(|at| format!("{at}")).filter(|name| bucket(name, mask) == 7);
    let asked: Vec<String> = names.by_ref().take(100).collect();
    let filler: Vec<String> = names.take(1000).collect();
    let marked = |name: &String| op::marked(ANCILLARY, op::scalar(Kind::U8, name));
    let shape: Vec<Vec<u8>> = filler.iter().chain(&asked).map(marked).collect();
    let bytes = long(&shape, &[5; 1100]);
    let mut index = vec![IndexEntry::default(); 1101];
    let mut load = |work| {
        let store = SliceStore::new(&bytes, within(work), Portable);
        let (mut decoder, mut track) = (ChunkDecoder::with_index(store, &mut index), Track::new());
        let mut v = Visitor::loading(&mut decoder, &mut track);
        let done = device(&mut v, |v| asked.iter().try_for_each(|name| u8_is(v, name, 5)));
        (done, decoder.searched())
    };
    let (done, searched) = load(1 << 20);
    assert_eq!(done, Ok(()));
    assert!(searched > 100_000, "{searched}");
    let (done, searched) = load(20_000);
    assert_eq!(done, Err(Code::TooMuchWork));
    assert!(searched <= 20_000, "{searched}");
}

#[test]
fn a_reader_that_goes_to_and_fro_is_stopped() {
    // Each element of this list is read backwards, over many fragments.
    let mut stream = Assembler::new().shape(0, &[op::scalar(Kind::U8, "x")]);
    stream = stream.shape(1, &[op::scalar(Kind::U8, "y")]).first(NO_SHAPE, "d", &[]);
    for number in 1..60 {
        stream = stream.fragment(0, number, &[number as u8]);
    }
    let bytes = stream.fragment(1, 60 | LAST, &[60]).end();
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            for _ in 0..1000 {
                v.visit_or("none", &mut 0u8, 0)?;
            }
            (1..60).try_for_each(|due| u8_is(v, "x", due)).and_then(|()| u8_is(v, "y", 60))
        })
    };
    let with = |work| {
        let store = SliceStore::new(&bytes, within(work), Portable);
        reading::visit(store, &mut [], visit).map_err(|report| report.code)
    };
    assert_eq!(with(1 << 28), Ok(()));
    assert_eq!(with(50_000), Err(Code::TooMuchWork));
}
