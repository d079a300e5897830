//! Runs of items: taken at once they come to the same as one by one, on every wire, also where they fail.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/passes.rs"]
mod passes;
#[path = "support/runs.rs"]
mod runs;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::{self, ChunkDecoder, Limits, Settings, StreamStore};
use migcore::codec::legacy::{Saver, SectionEncoder};
use migcore::error::Report;
use migcore::io::{Portable, SliceReader, SliceWriter, StreamWriter};
use migcore::model::TreeDecoder;
use migcore::visit::{Track, Visiting, Visitor};
use migcore::Code;
use passes::{from_chunks, from_legacy, from_legacy_stream, Ended, On, Visit};
use proptest::prelude::*;
use runs::{Device, Way};
use std::cell::Cell;
use wire::{for_each, to_stream, to_tree, ROOM};
use writer::Random;

/// No state here takes more bytes.
const MOST: usize = 1 << 20;

/// What a load came to: the devices as they are then, and how it ended.
type Loaded = (Vec<Device>, Ended);

fn load(devices: &[Device], way: Way, on: On<'_>) -> Loaded {
    let mut devices: Vec<Device> = devices.iter().map(Device::emptied).collect();
    let done = on(&mut |v| {
        // An error stays in the visit.
        let _ = runs::visit(&mut devices, v, way);
    });
    (devices, done)
}

fn legacy_bytes(devices: &[Device], way: Way, room: usize) -> (Vec<u8>, Ended) {
    let mut memory = vec![0; room];
    let mut saver = Saver::to_slice(&mut memory);
    let _ = runs::visit(&mut devices.to_vec(), &mut saver.visitor(), way);
    let done = saver.finish();
    (memory, done)
}

/// How many runs were taken at once: a test that never does has tested nothing.
#[derive(Default)]
struct Taken(Cell<u32>);

impl Taken {
    fn way(&self) -> Way<'_> {
        Way::Packed(&self.0)
    }

    fn at_least(&self, expected: u32) {
        assert!(self.0.get() >= expected, "{} runs", self.0.get());
    }
}

#[test]
fn legacy_bytes_are_the_same() {
    let taken = Taken::default();
    for_each(80, &runs::devices(), |devices| {
        let (bytes, done) = legacy_bytes(&devices, Way::Single, MOST);
        prop_assert_eq!(&legacy_bytes(&devices, taken.way(), MOST), &(bytes.clone(), done.clone()));
        let length = done.unwrap() as usize;
        let section = |way| {
            let mut memory = vec![0; MOST];
            let encoder = SectionEncoder::new(SliceWriter::new(&mut memory), Portable);
            let mut visiting = Visiting::new(encoder);
            let _ = runs::visit(&mut devices.clone(), &mut visiting.saver(), way);
            (visiting.finish_save(), memory)
        };
        prop_assert_eq!(section(Way::Single), section(taken.way()));
        for room in (0..length).step_by(1 + length / 40) {
            let (one, other) = (Way::Single, taken.way());
            let (single, packed) =
                (legacy_bytes(&devices, one, room), legacy_bytes(&devices, other, room));
            prop_assert_eq!(single.1, packed.1, "{} of {}", room, length);
        }
        Ok(())
    });
    taken.at_least(40);
}

#[test]
fn legacy_streams_with_small_buffers_are_the_same() {
    let taken = Taken::default();
    let sizes = 0..200usize;
    for_each(80, &(runs::devices(), sizes), |(devices, size)| {
        let (bytes, done) = legacy_bytes(&devices, Way::Single, MOST);
        let bytes = &bytes[..done.unwrap() as usize];
        let (mut sink, mut buffer) = (passes::Bytes::default(), vec![0; size]);
        let mut saver = Saver::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
        runs::visit(&mut devices.clone(), &mut saver.visitor(), taken.way()).unwrap();
        saver.finish().unwrap();
        prop_assert_eq!(&sink.0, bytes);
        let mut stream = from_legacy_stream(bytes, size);
        prop_assert_eq!(
            load(&devices, taken.way(), &mut stream),
            load(&devices, Way::Single, &mut stream)
        );
        Ok(())
    });
    taken.at_least(40);
}

#[test]
fn legacy_loads_are_the_same_wherever_the_stream_ends() {
    let taken = Taken::default();
    for_each(30, &runs::devices(), |devices| {
        let (bytes, done) = legacy_bytes(&devices, Way::Single, MOST);
        let length = done.unwrap() as usize;
        for end in (0..length).step_by(1 + length / 100).chain([length]) {
            let mut on = from_legacy(&bytes[..end]);
            let single = load(&devices, Way::Single, &mut on);
            prop_assert_eq!(
                &load(&devices, taken.way(), &mut on),
                &single,
                "{} of {}",
                end,
                length
            );
            prop_assert!(end < length || single.0 == devices);
        }
        Ok(())
    });
    taken.at_least(200);
}

/// Any byte but 0 is true on this wire.
#[test]
fn legacy_loads_of_any_bytes_are_the_same() {
    let taken = Taken::default();
    for_each(50, &(runs::devices(), any::<u64>()), |(devices, seed)| {
        let length = legacy_bytes(&devices, Way::Single, MOST).1.unwrap();
        let mut random = Random(seed | 1);
        let bytes: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
        let mut on = from_legacy(&bytes);
        prop_assert_eq!(load(&devices, taken.way(), &mut on), load(&devices, Way::Single, &mut on));
        Ok(())
    });
    taken.at_least(40);
}

/// Devices, their streams one by one and as runs, and how small the fragments are.
fn chunk_streams(
    devices: &[Device],
    (scratch, slots): (usize, u16),
    taken: &Taken,
) -> [Result<Vec<u8>, Report>; 2] {
    let settings = Settings { slots, ..Settings::default() };
    [Way::Single, taken.way()]
        .map(|way| to_stream(&settings, scratch, |v| runs::visit(&mut devices.to_vec(), v, way)))
}

fn settings() -> impl Strategy<Value = (usize, u16)> {
    (prop_oneof![256..1000usize, 1000..20_000usize], 1..4u16)
}

#[test]
fn chunks_are_the_same() {
    let taken = Taken::default();
    for_each(80, &(runs::devices(), settings()), |(devices, settings)| {
        let [single, packed] = chunk_streams(&devices, settings, &taken);
        prop_assert_eq!(single, packed);
        Ok(())
    });
    taken.at_least(200);
}

#[test]
fn loads_of_chunks_are_the_same() {
    let taken = Taken::default();
    for_each(80, &(runs::devices(), settings()), |(devices, settings)| {
        let [Ok(bytes), _] = chunk_streams(&devices, settings, &taken) else { return Ok(()) };
        let mut on = from_chunks(&bytes);
        let single = load(&devices, Way::Single, &mut on);
        prop_assert_eq!(&load(&devices, taken.way(), &mut on), &single);
        prop_assert_eq!(&single.0, &devices);
        let mut stream = |visit: Visit<'_>| {
            let mut memory = vec![0; 1 << 17];
            let reader = SliceReader::new(&bytes);
            let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
            let mut loader = chunk::Loader::new(ChunkDecoder::new(store));
            visit(&mut loader.visitor());
            loader.finish()
        };
        prop_assert_eq!(
            load(&devices, taken.way(), &mut stream),
            load(&devices, Way::Single, &mut stream)
        );
        Ok(())
    });
    taken.at_least(200);
}

/// A reader that has another order than the stream, fields more or less, or of other types.
#[test]
fn other_readers_of_chunks_get_the_same() {
    let taken = Taken::default();
    let strategy = (runs::devices(), settings(), any::<u64>());
    for_each(120, &strategy, |(devices, settings, seed)| {
        let [Ok(bytes), _] = chunk_streams(&devices, settings, &taken) else { return Ok(()) };
        let (mut random, mut on) = (Random(seed | 1), from_chunks(&bytes));
        let mut readers = devices.clone();
        readers.iter_mut().for_each(|device| device.change(&mut random));
        let single = load(&readers, Way::Single, &mut on);
        prop_assert_eq!(load(&readers, taken.way(), &mut on), single);
        Ok(())
    });
    taken.at_least(40);
}

#[test]
fn damaged_chunks_are_refused_alike() {
    let taken = Taken::default();
    let strategy = (runs::devices(), settings(), any::<u64>());
    for_each(80, &strategy, |(devices, settings, seed)| {
        let [Ok(bytes), _] = chunk_streams(&devices, settings, &taken) else { return Ok(()) };
        let mut random = Random(seed | 1);
        for _ in 0..20 {
            let damaged = damage::damage(&bytes, &mut random);
            let mut on = from_chunks(&damaged);
            let single = load(&devices, Way::Single, &mut on);
            prop_assert_eq!(load(&devices, taken.way(), &mut on), single);
        }
        Ok(())
    });
    taken.at_least(200);
}

#[test]
fn a_bool_that_is_none_is_refused_as_one_by_one() {
    let devices = vec![Device::of_flags()];
    let settings = Settings::default();
    let bytes =
        to_stream(&settings, 4096, |v| runs::visit(&mut devices.clone(), v, Way::Single)).unwrap();
    let mut pieces = damage::take_apart(&bytes);
    *pieces.last_mut().unwrap().1.last_mut().unwrap() = 2;
    let damaged = damage::put_together(&pieces);
    let (taken, mut on) = (Taken::default(), from_chunks(&damaged));
    let single = load(&devices, Way::Single, &mut on);
    assert_eq!(single.1.as_ref().unwrap_err().code, Code::BadValue);
    assert_eq!(load(&devices, taken.way(), &mut on), single);
    let mut again = from_chunks(&bytes);
    assert_eq!(load(&devices, taken.way(), &mut again).0, devices);
    taken.at_least(1);
}

#[test]
fn trees_are_the_same() {
    let taken = Taken::default();
    for_each(30, &runs::devices(), |devices| {
        let (mut one, mut other) = (vec![0; ROOM], vec![0; ROOM]);
        let mut tree =
            to_tree(&mut one, |v| runs::visit(&mut devices.clone(), v, Way::Single)).unwrap();
        let packed = to_tree(&mut other, |v| runs::visit(&mut devices.clone(), v, taken.way()));
        prop_assert_eq!(wire::digest(&tree), wire::digest(&packed.unwrap()));
        let mut on = |visit: Visit<'_>| {
            let mut decoder = TreeDecoder::new(&mut tree);
            let mut track = Track::new();
            visit(&mut Visitor::loading(&mut decoder, &mut track));
            track.report().cloned().map_or(Ok(0), Err)
        };
        prop_assert_eq!(load(&devices, taken.way(), &mut on), load(&devices, Way::Single, &mut on));
        Ok(())
    });
}
