//! A replay of a stream saves what was saved into it, however the stream was cut.

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
#[path = "support/saved.rs"]
mod saved;
mod support;

use chunks::Assembler;
use migcore::codec::chunk::{
    check, ChunkDecoder, ChunkEncoder, Chunks, Limits, Settings, SliceStore, Store, StreamStore,
};
use migcore::codec::observe::{Event, Item, Observer};
use migcore::error::Fault;
use migcore::io::{Portable, SliceWriter, StreamReader};
use migcore::visit::{Decoder, Track, Visiting, Visitor};
use migcore::Code;
use proptest::prelude::*;
use saved::Device;
use support::Pipe;

/// Elements of arrays that are cut, in any of these states.
const SCRATCH: usize = 1 << 16;

fn to_stream(devices: &[Device], scratch: usize, fragment_limit: u32) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; 1 << 20], vec![0; scratch]);
    let settings = Settings { fragment_limit, ..Settings::default() };
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    saved::save(devices, &mut v).and_then(|()| v.finish()).unwrap();
    let length = v.position() as usize;
    memory.truncate(length);
    memory
}

/// What an observer is shown, with raw bytes as one run.
#[derive(Default)]
struct Shown {
    lines: Vec<String>,
    raw: Vec<u8>,
}

impl Shown {
    fn item(&mut self, item: Item<'_>) {
        match item.event {
            Event::Raw(bytes) => self.raw.extend(bytes),
            event => {
                self.run();
                let name = String::from_utf8_lossy(item.name);
                self.lines.push(format!("{name} {:?} {event:?}", item.marks));
            }
        }
    }

    fn run(&mut self) {
        if !self.raw.is_empty() {
            self.lines.push(format!("{:x?}", self.raw));
            self.raw.clear();
        }
    }
}

fn shown(save: impl FnOnce(&mut Visitor<'_>)) -> Vec<String> {
    let (mut shown, mut track) = (Shown::default(), Track::new());
    let mut observer = Observer::new(|item: Item<'_>| {
        shown.item(item);
        Ok(())
    });
    save(&mut Visitor::saving(&mut observer, &mut track));
    shown.run();
    shown.lines
}

/// What a replay shows, and what became of it.
fn replayed(store: impl Store) -> (Vec<String>, Option<(Code, Fault)>) {
    let (mut decoder, mut scratch) = (ChunkDecoder::new(store), vec![0; SCRATCH]);
    let mut done = Ok(0);
    let lines = shown(|v| done = decoder.replay_all(v, &mut scratch));
    (lines, done.err().map(|code| (code, decoder.fault())))
}

fn from_memory(bytes: &[u8]) -> (Vec<String>, Option<(Code, Fault)>) {
    replayed(SliceStore::new(bytes, Limits::default(), Portable))
}

fn from_stream(bytes: &[u8], step: usize) -> (Vec<String>, Option<(Code, Fault)>) {
    let (mut memory, mut buffer) = (vec![0; 1 << 21], [0; 16]);
    let reader = StreamReader::new(Pipe::new(bytes.to_vec(), step), &mut buffer);
    replayed(StreamStore::new(reader, &mut memory, Limits::default(), Portable))
}

/// The stream with the data of one chunk changed, and all CRCs right.
fn with_data(bytes: &[u8], which: usize, at: usize, value: u8) -> Vec<u8> {
    let (mut made, mut number) = (Assembler::bare(), 0);
    let mut walk = Chunks::new(bytes, Portable);
    while let Some(chunk) = walk.next().unwrap() {
        let mut data = chunk.data.to_vec();
        if number == which && !data.is_empty() {
            let at = at % data.len();
            data[at] = value;
        }
        if &chunk.kind.bytes() == b"MEND" {
            return made.end();
        }
        made = made.chunk(&chunk.kind.bytes(), &data);
        number += 1;
    }
    made.end()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_replay_shows_what_was_saved(
        devices in saved::devices(),
        scratch in 1100..6000usize,
        step in 1..40usize,
    ) {
        let due = shown(|v| saved::save(&devices, v).unwrap());
        for bytes in [
            to_stream(&devices, scratch, 0),
            to_stream(&devices, 1 << 18, 0),
            to_stream(&devices, scratch, 1 << 16),
        ] {
            let summary = check(&bytes, Limits::default(), Portable);
            prop_assert_eq!(summary.map(|summary| summary.devices), Ok(devices.len() as u64));
            prop_assert_eq!(&from_memory(&bytes), &(due.clone(), None));
            prop_assert_eq!(&from_stream(&bytes, step), &(due.clone(), None));
        }
    }

    #[test]
    fn damage_that_no_crc_shows_is_found_alike(
        devices in saved::devices(),
        scratch in 1100..3000usize,
        which in 1..30usize,
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let bytes = to_stream(&devices, scratch, 0);
        let damaged = with_data(&bytes, which, at.index(1 << 12), value);
        let found = from_memory(&damaged);
        prop_assert_eq!(&from_stream(&damaged, 64), &found);
        let checked = check(&damaged, Limits::default(), Portable).err();
        prop_assert!(checked.is_none() || found.1.is_some());
    }
}
