//! A plan and the walk come to the same, whatever the table, the object, the wire, and the end of it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/any_table.rs"]
mod any_table;
#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/passes.rs"]
mod passes;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use any_table::{objects, Objects};
use migcore::codec::chunk::Settings;
use migcore::codec::legacy::Saver;
use migcore::error::Report;
use migcore::io::{Portable, StreamWriter};
use migcore::visit::{Versions, Visitor};
use migcore::vmstate::{visit, visit_planned, Arena, Block, Entry, Memory, Plan, StaticTable};
use migcore::Code;
use passes::{from_chunks, from_legacy, from_legacy_stream, Ended, On};
use proptest::prelude::*;
use wire::{for_each, to_stream};
use writer::Random;

/// No state here takes more bytes.
const MOST: usize = 1 << 18;

/// Objects as bytes.
type Bytes = Vec<Vec<u8>>;

/// How a table is visited.
#[derive(Clone, Copy)]
enum Way<'p> {
    Walk,
    Plan(&'p Plan<'p>),
}

/// Visits objects at a version, up to the first error.
fn visit_all(
    given: &Objects,
    objects: &mut Bytes,
    v: &mut Visitor<'_>,
    version: u32,
    way: Way<'_>,
) {
    let mut memory = vec![0; 2 + objects.len() * (given.size + 16) / 8];
    let mut block = Block::new(&mut memory);
    for (instance, object) in (0..).zip(objects) {
        let place = block.allocate(object.len()).unwrap();
        block.bytes_mut(place, object.len()).unwrap().copy_from_slice(object);
        let versions = Versions { current: 2, minimum: 0 };
        // An error stays in the visit.
        let _ = v.set_version(version);
        let _ = v.device("dev", instance, versions, |v| {
            let mut arena = Arena::new(&mut block, v);
            match way {
                Way::Walk => visit(&mut arena, given.table, place),
                Way::Plan(plan) => visit_planned(&mut arena, given.table, plan, place),
            }
        });
        *object = block.bytes(place, given.size).unwrap().to_vec();
    }
}

/// What a load came to.
type Loaded = (Bytes, Ended);

/// Loads over objects that hold something else, so that it is seen what a load leaves alone.
fn load(given: &Objects, version: u32, way: Way<'_>, on: On<'_>) -> Loaded {
    let mut objects = given.others();
    let done = on(&mut |v| visit_all(given, &mut objects, v, version, way));
    (objects, done)
}

fn save(given: &Objects, version: u32, way: Way<'_>, on: On<'_>) -> Ended {
    let mut objects = given.held();
    let done = on(&mut |v| visit_all(given, &mut objects, v, version, way));
    assert_eq!(objects, given.held());
    done
}

fn legacy_bytes(given: &Objects, version: u32, way: Way<'_>, room: usize) -> (Vec<u8>, Ended) {
    let mut memory = vec![0; room];
    let done = save(given, version, way, &mut |visit| {
        let mut saver = Saver::to_slice(&mut memory);
        visit(&mut saver.visitor());
        saver.finish()
    });
    (memory, done)
}

/// Runs a test with objects and a plan of their table at a version, and the version of the visits.
fn for_each_plan(
    cases: u32,
    test: impl Fn(&Objects, u32, Way<'_>, u64) -> Result<(), TestCaseError>,
) {
    let strategy = (objects(), 1..=2u32, 0..8u32, any::<u64>());
    for_each(cases, &strategy, |(given, version, other, seed)| {
        let mut memory = vec![0; 1 << 16];
        let plan = Plan::compile(given.table, version, &mut memory).unwrap();
        // Now and then the visits are of a version that the plan is not for.
        let version = if other == 0 { 3 - version } else { version };
        test(&given, version, Way::Plan(&plan), seed)
    });
}

#[test]
fn a_plan_says_how_much_memory_it_takes() {
    for_each(100, &objects(), |given| {
        let mut memory = vec![0; 1 << 16];
        let length = Plan::compile(given.table, 2, &mut memory).unwrap().length();
        let report = Plan::compile(given.table, 2, &mut []).unwrap_err();
        prop_assert_eq!((report.code, report.fault.expected), (Code::NoSpace, length as u64));
        let report = Plan::compile(given.table, 2, &mut memory[..length - 1]).unwrap_err();
        prop_assert_eq!((report.code, report.fault.expected), (Code::NoSpace, length as u64));
        let plan = Plan::compile(given.table, 2, &mut memory[..length]).unwrap();
        prop_assert_eq!(plan.length(), length);
        let (packed, walked) = plan.fields();
        prop_assert_eq!(packed + walked, given.fields);
        Ok(())
    });
}

/// A program that does not look at what compiling came to.
#[test]
fn what_is_no_whole_plan_is_walked() {
    for_each(60, &objects(), |given| {
        let mut memory = vec![0; 1 << 16];
        let length = Plan::compile(given.table, 0, &mut memory).unwrap().length();
        let (bytes, done) = legacy_bytes(&given, 0, Way::Walk, MOST);
        for end in (0..length).step_by(1 + length / 20) {
            let plan = Plan::in_memory(&memory[..end]);
            let planned = legacy_bytes(&given, 0, Way::Plan(&plan), MOST);
            prop_assert_eq!(planned, (bytes.clone(), done.clone()), "{} of {}", end, length);
        }
        let mut on = from_legacy(&bytes);
        let walked = load(&given, 0, Way::Walk, &mut on);
        let plan = Plan::in_memory(&[]);
        prop_assert_eq!(load(&given, 0, Way::Plan(&plan), &mut on), walked);
        Ok(())
    });
}

/// Bytes that mean nothing need no memory, however many there are, and whoever visits.
#[test]
fn unused_bytes_need_no_memory() {
    for size in [512, 513, 600] {
        let fields = vec![Entry::unused("gap", size)].leak();
        let table = Box::leak(Box::new(StaticTable::new("dev", 1, fields)));
        let mut memory = [0; 200];
        let plan = Plan::compile(&*table, 1, &mut memory).unwrap();
        let saved = |way: Way<'_>| {
            let (mut memory, mut room) = ([0; 8], [0; 700]);
            let mut block = Block::new(&mut memory);
            let place = block.allocate(8).unwrap();
            let mut saver = Saver::to_slice(&mut room);
            let mut v = saver.visitor();
            let mut arena = Arena::new(&mut block, &mut v);
            let _ = match way {
                Way::Walk => visit(&mut arena, &*table, place),
                Way::Plan(plan) => visit_planned(&mut arena, &*table, plan, place),
            };
            saver.finish()
        };
        let walked = saved(Way::Walk);
        assert_eq!(saved(Way::Plan(&plan)), walked);
        assert!(walked.is_ok(), "{size}");
    }
}

#[test]
fn legacy_bytes_are_the_same() {
    for_each_plan(150, |given, version, plan, _| {
        let (bytes, done) = legacy_bytes(given, version, Way::Walk, MOST);
        prop_assert_eq!(&legacy_bytes(given, version, plan, MOST), &(bytes, done.clone()));
        let length = done.unwrap() as usize;
        for room in (0..length).step_by(1 + length / 30) {
            let walked = legacy_bytes(given, version, Way::Walk, room).1;
            prop_assert_eq!(legacy_bytes(given, version, plan, room).1, walked, "{}", room);
        }
        Ok(())
    });
}

#[test]
fn legacy_loads_are_the_same_wherever_the_stream_ends() {
    for_each_plan(100, |given, version, plan, _| {
        let (bytes, done) = legacy_bytes(given, version, Way::Walk, MOST);
        let length = done.unwrap() as usize;
        for end in (0..length).step_by(1 + length / 40).chain([length]) {
            let mut on = from_legacy(&bytes[..end]);
            let walked = load(given, version, Way::Walk, &mut on);
            prop_assert_eq!(load(given, version, plan, &mut on), walked, "{} of {}", end, length);
        }
        Ok(())
    });
}

/// Also where a struct ends and the stream has a subsection that nobody knows.
#[test]
fn legacy_loads_of_changed_bytes_are_the_same() {
    for_each_plan(100, |given, version, plan, seed| {
        let (bytes, done) = legacy_bytes(given, version, Way::Walk, MOST);
        let (bytes, mut random) = (&bytes[..done.unwrap() as usize], Random(seed | 1));
        for _ in 0..20 {
            let mut changed = bytes.to_vec();
            let at = random.below(bytes.len() as u32 + 1) as usize;
            match random.below(3) {
                0 => drop(changed.splice(at..at, *b"\x05\x08part/sub\0\0\0\x01")),
                1 => drop(changed.splice(at..at, *b"\x05\x06part/s\0\0\0\x01\x05")),
                _ => changed.iter_mut().skip(at).for_each(|byte| *byte = random.below(7) as u8),
            }
            let mut on = from_legacy(&changed);
            let walked = load(given, version, Way::Walk, &mut on);
            prop_assert_eq!(load(given, version, plan, &mut on), walked);
        }
        Ok(())
    });
}

#[test]
fn legacy_streams_with_small_buffers_are_the_same() {
    for_each_plan(100, |given, version, plan, seed| {
        let (bytes, done) = legacy_bytes(given, version, Way::Walk, MOST);
        let bytes = &bytes[..done.unwrap() as usize];
        let size = 260 + (seed % 400) as usize;
        let (mut sink, mut buffer) = (passes::Bytes::default(), vec![0; size]);
        save(given, version, plan, &mut |visit| {
            let mut saver = Saver::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
            visit(&mut saver.visitor());
            saver.finish()
        })
        .unwrap();
        prop_assert_eq!(&sink.0, bytes);
        let mut on = from_legacy_stream(bytes, size);
        let walked = load(given, version, Way::Walk, &mut on);
        prop_assert_eq!(load(given, version, plan, &mut on), walked);
        Ok(())
    });
}

fn chunk_stream(given: &Objects, version: u32, way: Way<'_>, seed: u64) -> Result<Vec<u8>, Report> {
    let settings = Settings { slots: 1 + (seed % 3) as u16, ..Settings::default() };
    let scratch = [300, 700, 2000, 20_000][(seed / 8 % 4) as usize];
    to_stream(&settings, scratch, |v| {
        visit_all(given, &mut given.held(), v, version, way);
        v.check()
    })
}

#[test]
fn chunks_are_the_same() {
    for_each_plan(150, |given, version, plan, seed| {
        let walked = chunk_stream(given, version, Way::Walk, seed);
        prop_assert_eq!(chunk_stream(given, version, plan, seed), walked);
        Ok(())
    });
}

#[test]
fn loads_of_chunks_are_the_same() {
    for_each_plan(150, |given, version, plan, seed| {
        let Ok(bytes) = chunk_stream(given, version, Way::Walk, seed) else { return Ok(()) };
        let mut on = from_chunks(&bytes);
        let walked = load(given, version, Way::Walk, &mut on);
        prop_assert_eq!(load(given, version, plan, &mut on), walked);
        let mut random = Random(seed | 1);
        for _ in 0..10 {
            let damaged = damage::damage(&bytes, &mut random);
            let mut on = from_chunks(&damaged);
            let walked = load(given, version, Way::Walk, &mut on);
            prop_assert_eq!(load(given, version, plan, &mut on), walked);
        }
        Ok(())
    });
}

/// The stream is of another table than the one that loads.
#[test]
fn streams_of_other_tables_are_read_alike() {
    let strategy = (objects(), any::<u64>());
    for_each(150, &strategy, |(given, seed)| {
        let Ok(bytes) = chunk_stream(&given.changed(seed), 2, Way::Walk, seed) else {
            return Ok(());
        };
        let mut memory = vec![0; 1 << 16];
        let plan = Plan::compile(given.table, 2, &mut memory).unwrap();
        let mut on = from_chunks(&bytes);
        let walked = load(&given, 2, Way::Walk, &mut on);
        prop_assert_eq!(load(&given, 2, Way::Plan(&plan), &mut on), walked);
        Ok(())
    });
}
