//! A machine over other wires and sources than a stream in memory, and of many devices.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/part.rs"]
mod part;

use std::cell::Cell;

use migcore::codec::chunk::{
    ChunkDecoder, Limits, Loader, Receiver, Saver, Settings, SliceStore, StreamStore,
};
use migcore::io::{Failure, Portable, Source, StreamReader};
use migcore::machine::{Checked, Hook, Hooked, Identity, Machine, Note, Reach, Registered};
use migcore::model::{Builder, Tree, TreeDecoder};
use migcore::ram::{Block, BlockHead, Blocks, PageSize};
use migcore::visit::{Marks, Versions, Visiting, Visitor};
use migcore::Result;
use part::*;

/// A file, seen through a small window.
struct File<'b>(&'b [u8]);

impl Source for File<'_> {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let length = out.len().min(self.0.len()).min(100);
        let (now, rest) = self.0.split_at(length);
        out[..length].copy_from_slice(now);
        self.0 = rest;
        Ok(length)
    }
}

fn over_file<R>(bytes: &[u8], pass: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> R {
    let (mut buffer, mut memory) = ([0; 64], vec![0; 1 << 16]);
    let reader = StreamReader::new(File(bytes), &mut buffer);
    let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let done = pass(&mut visiting.loader());
    done.unwrap_or_else(|code| panic!("{}", visiting.report_of(code)))
}

#[test]
fn a_file_is_read_twice() {
    let mut parts = parts(&Log::default());
    let bytes = save(&mut Machine::new(&mut slots(&mut parts)).unwrap()).unwrap();
    let saved = states(&parts);
    parts = blanks(&parts);
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = over_file(&bytes, |v| machine.check(v));
    over_file(&bytes, |v| machine.load(v, &checked));
    assert_eq!(states(&parts), saved);
}

/// Saves into a tree, as another program would that is to change the state first.
fn tree_of<'m>(memory: &'m mut [u8], parts: &mut [Part; 3]) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut devices = slots(parts);
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let mut v = visiting.saver();
    Machine::new(&mut devices).unwrap().save(&mut v).and_then(|()| v.finish()).unwrap();
    tree
}

fn over_tree<R>(tree: &mut Tree<'_>, pass: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> R {
    let mut visiting = Visiting::new(TreeDecoder::new(tree));
    let done = pass(&mut visiting.loader());
    done.unwrap_or_else(|code| panic!("{}", visiting.report_of(code)))
}

#[test]
fn a_tree_is_loaded_like_a_stream() {
    let (mut memory, mut parts) = (vec![0; 1 << 16], parts(&Log::default()));
    let saved = states(&parts);
    let mut tree = tree_of(&mut memory, &mut parts);
    parts = blanks(&parts);
    let mut devices = slots(&mut parts);
    devices.rotate_left(1);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = over_tree(&mut tree, |v| machine.check(v));
    assert_eq!((checked.devices, checked.skipped), (3, 0));
    over_tree(&mut tree, |v| machine.load(v, &checked));
    assert_eq!(states(&parts), saved);
}

/// A tree has no fingerprint: that it stays the same between both passes is the caller's to see to.
#[test]
fn nothing_binds_the_load_of_a_tree_to_its_check() {
    let (mut memory, mut parts) = (vec![0; 1 << 16], parts(&Log::default()));
    let mut tree = tree_of(&mut memory, &mut parts);
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let checked = over_tree(&mut tree, |v| machine.check(v));
    assert_eq!((checked.fingerprint, checked.unproven), (0, 3));
    machine.each(|slot| slot.device().value += 1);
    let mut memory = vec![0; 1 << 16];
    let mut other = tree_of(&mut memory, &mut parts);
    let saved = states(&parts);
    parts = blanks(&parts);
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    over_tree(&mut other, |v| machine.load(v, &checked));
    assert_eq!(states(&parts), saved);
}

#[test]
fn a_stream_has_the_same_fingerprint_for_its_writer_and_its_reader() {
    let mut parts = parts(&Log::default());
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let (mut memory, mut scratch) = (vec![0; 1 << 16], [0; 256]);
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    let mut v = saver.visitor();
    machine.save(&mut v).and_then(|()| v.finish()).unwrap();
    let written = v.fingerprint();
    let mut loader = Loader::from_slice(&memory);
    let checked = machine.check(&mut loader.visitor()).unwrap();
    assert_eq!(checked.fingerprint, written);
    // What else there is to know of a stream of chunks, its decoder tells.
    let decoder = loader.decoder();
    assert_eq!((decoder.searched(), decoder.skipped().devices), (0, 0));
    let totals = decoder.totals();
    assert_eq!(u64::from(totals.chunks) << 32 | u64::from(totals.crc), written);
    assert_eq!(decoder.header().unwrap().machine, "");
}

/// A machine with memory, as it moves: pages before the devices and behind them.
fn with_memory(parts: &mut [Part; 3], ram: &[u8; 64]) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; 1 << 16], [0; 256]);
    let layout = [BlockHead { name: b"ram", length: 64 }];
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
    saver.blocks(&layout, PageSize::new(16).unwrap()).unwrap();
    saver.pages(&layout, 0, 0, &ram[..32]).unwrap();
    Machine::new(&mut slots(parts)).unwrap().save(&mut saver.visitor()).unwrap();
    saver.pages(&layout, 0, 2, &ram[32..]).unwrap();
    let length = saver.finish().unwrap() as usize;
    memory[..length].to_vec()
}

fn load_over(bytes: &[u8], limits: Limits, parts: &mut [Part; 3]) {
    let mut devices = slots(parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let loader = || Loader::new(ChunkDecoder::new(SliceStore::new(bytes, limits, Portable)));
    let checked = machine.check(&mut loader().visitor()).unwrap();
    assert_eq!((checked.devices, checked.skipped), (3, 0));
    machine.load(&mut loader().visitor(), &checked).unwrap();
}

#[test]
fn a_machine_comes_with_its_memory() {
    let mut parts = parts(&Log::default());
    let sent: [u8; 64] = core::array::from_fn(|at| at as u8);
    let bytes = with_memory(&mut parts, &sent);
    let saved = states(&parts);

    // Somebody else takes the memory, as from a mapped file.
    parts = blanks(&parts);
    load_over(&bytes, Limits { memory: true, ..Limits::default() }, &mut parts);
    assert_eq!(states(&parts), saved);

    let (mut ram, mut buffer) = ([0; 64], vec![0; 1 << 12]);
    let mut blocks = [Block::new("ram", &mut ram)];
    let receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    assert!(receiver.feed(&bytes).unwrap().done);
    parts = blanks(&parts);
    load_over(receiver.bytes().unwrap(), Limits::default(), &mut parts);
    assert_eq!((states(&parts), ram), (saved, sent));
}

/// A device of a program that keeps them in its own way, and counts how often it is asked for the name.
struct Counted<'c> {
    value: u32,
    name: [u8; 8],
    note: Note,
    asked: &'c Cell<u64>,
}

impl Registered for Counted<'_> {
    fn identity(&self) -> Identity<'_> {
        self.asked.set(self.asked.get() + 1);
        Identity {
            name: &self.name,
            instance: 0,
            versions: Versions::only(1),
            oldest_reader: 1,
            marks: Marks::NONE,
            optional: false,
        }
    }

    fn note(&self) -> Note {
        self.note
    }

    fn set_note(&mut self, note: Note) {
        self.note = note;
    }

    fn run(&mut self, _hook: Hook) -> Hooked {
        Ok(())
    }

    fn has_scratch(&self) -> bool {
        false
    }
}

/// The visitor of such a program.
struct Own<'r, 'v>(&'r mut Visitor<'v>);

impl Reach<Counted<'_>> for Own<'_, '_> {
    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        call(self.0)
    }

    fn visit(&mut self, device: &mut Counted<'_>, _scratch: bool) -> Result<()> {
        self.0.visit("value", &mut device.value)
    }
}

#[test]
fn the_work_does_not_grow_with_the_square_of_the_devices() {
    for count in [100u32, 1000, 10_000] {
        let asked = Cell::new(0);
        let device = |number: u32| {
            // Names in no order.
            let name = format!("{:08x}", number.wrapping_mul(0x9e37_79b9));
            let name = name.as_bytes().try_into().unwrap();
            Counted { value: number, name, note: Note::default(), asked: &asked }
        };
        let mut devices: Vec<_> = (0..count).map(device).collect();
        let (mut memory, mut scratch) = (vec![0; 1 << 20], [0; 256]);
        let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch).unwrap();
        let mut machine = Machine::new(&mut devices).unwrap();
        machine.save_over(&mut Own(&mut saver.visitor())).unwrap();
        let length = saver.finish().unwrap() as usize;
        let bytes = &memory[..length];
        devices.reverse();
        devices.iter_mut().for_each(|device| device.value = 0);

        asked.set(0);
        let mut machine = Machine::new(&mut devices).unwrap();
        let sorting = asked.replace(0);
        let checked = over(bytes, |v| machine.check_over(&mut Own(v))).unwrap();
        over(bytes, |v| machine.load_over(&mut Own(v), &checked)).unwrap();
        let loading = asked.get();
        println!(
            "{count} devices: asked {sorting} times to sort, {loading} times to check and load"
        );

        let n = f64::from(count);
        assert!(sorting as f64 <= 5.0 * n * n.log2(), "{sorting}");
        assert!(loading as f64 <= 2.0 * n * (n.log2() + 6.0), "{loading}");
        assert!(devices.iter().rev().map(|device| device.value).eq(0..count));
    }
}

#[test]
fn a_checked_stream_can_be_remembered() {
    let mut parts = parts(&Log::default());
    let mut devices = slots(&mut parts);
    let mut machine = Machine::new(&mut devices).unwrap();
    let bytes = save(&mut machine).unwrap();
    let remembered: Checked = check(&mut machine, &bytes).unwrap();
    let mut machine = Machine::resume(&mut devices, false);
    over(&bytes, |v| machine.load(v, &remembered)).unwrap();
}
