//! Every way to read a stream: from memory, from a source that gives it in pieces, through a receiver, with
//! and without an index.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crate::reading::{device, Outcome};
use crate::support::Pipe;
use migcore::codec::chunk::{
    check, ChunkDecoder, IndexEntry, Limits, Receiver, Skipped, SliceStore, Store, StreamStore,
};
use migcore::error::{Fault, Report};
use migcore::io::{Portable, StreamReader};
use migcore::model::{Builder, Tree, TreeDecoder};
use migcore::visit::{Decoder, Track, Visitor};
use migcore::{Code, Result};

/// Room for any stream of these tests, and for what a header may ask for.
pub const ROOM: usize = 1 << 16;

/// How a visit ended, and what it passed over.
pub type Read = (Outcome, Skipped);

/// A code with its place and numbers.
pub type Failed = (Code, Fault);

/// What a device does with a stream.
pub trait Reading: Fn(&mut Visitor<'_>) -> Result<()> {}

impl<F: Fn(&mut Visitor<'_>) -> Result<()>> Reading for F {}

/// A visit that ends with the stream, whatever follows.
pub fn read(store: impl Store, index: &mut [IndexEntry], f: impl Reading) -> Read {
    let (mut decoder, mut track) = (ChunkDecoder::with_index(store, index), Track::new());
    let mut v = Visitor::loading(&mut decoder, &mut track);
    let done = f(&mut v).and_then(|()| v.finish());
    (done.map_err(|code| report(&track, code)), decoder.skipped())
}

fn report(track: &Track, code: Code) -> Report {
    track.report().cloned().unwrap_or(Report {
        code,
        fault: Fault::default(),
        path: migcore::error::Path::new(),
    })
}

/// What all ways agree on.
pub fn every_way(bytes: &[u8], f: impl Reading) -> Read {
    every_way_within(bytes, Limits::default(), f)
}

/// The same with these limits.
pub fn every_way_within(bytes: &[u8], limits: Limits, f: impl Reading) -> Read {
    let due = read(SliceStore::new(bytes, limits, Portable), &mut [], &f);
    let mut index = vec![IndexEntry::default(); 64];
    assert_eq!(read(SliceStore::new(bytes, limits, Portable), &mut index, &f), due, "index");
    for step in [1, 7, ROOM] {
        let (mut memory, mut buffer) = (vec![0; ROOM], [0; 16]);
        let reader = StreamReader::new(Pipe::new(bytes.to_vec(), step), &mut buffer);
        let store = StreamStore::new(reader, &mut memory, limits, Portable);
        assert_eq!(read(store, &mut [], &f), due, "a stream in pieces of {step}");
    }
    match received(bytes, limits, 13) {
        Ok(whole) => {
            let store = SliceStore::checked(&whole, limits, Portable);
            assert_eq!(read(store, &mut [], &f), due, "received");
        }
        Err(failed) => {
            let report = due.0.as_ref().unwrap_err();
            assert_eq!((report.code, report.fault), failed, "receiving");
        }
    }
    due
}

/// What a receiver makes of a stream that comes in pieces of this length.
pub fn received(
    bytes: &[u8],
    limits: Limits,
    step: usize,
) -> core::result::Result<Vec<u8>, Failed> {
    let mut buffer = vec![0; ROOM];
    let mut receiver = Receiver::new(&mut buffer, limits, Portable);
    for piece in bytes.chunks(step) {
        receiver.feed(piece).map_err(|code| (code, receiver.fault()))?;
    }
    match receiver.bytes() {
        Ok(whole) => Ok(whole.to_vec()),
        Err(code) => Err((code, receiver.fault())),
    }
}

/// What all ways find wrong with the chunks of a stream, whoever reads it, beside a path.
pub fn refused(bytes: &[u8]) -> Failed {
    refused_within(bytes, Limits::default())
}

/// The same with these limits.
pub fn refused_within(bytes: &[u8], limits: Limits) -> Failed {
    let (outcome, _) = every_way_within(bytes, limits, any_device);
    let report = outcome.unwrap_err();
    let checked = check(bytes, limits, Portable).unwrap_err();
    assert_eq!((checked.code, checked.fault), (report.code, report.fault), "check");
    (report.code, report.fault)
}

/// A device `d` that knows nothing.
pub fn any_device(v: &mut Visitor<'_>) -> Result<()> {
    device(v, |_| Ok(()))
}

/// Gives the devices of a stream to a tree, through a store.
pub fn into_tree(
    store: impl Store,
    tree: &mut Tree<'_>,
) -> core::result::Result<u64, (Code, Fault)> {
    let mut scratch = vec![0; ROOM];
    let (mut decoder, mut track) = (ChunkDecoder::new(store), Track::new());
    let mut builder = Builder::new(tree);
    let mut v = Visitor::saving(&mut builder, &mut track);
    let done = decoder.replay_all(&mut v, &mut scratch);
    done.map_err(|code| (code, decoder.fault()))
}

/// The same visit of the same state as a tree, and how many items it passed over.
pub fn read_tree(bytes: &[u8], f: impl Reading) -> (Outcome, u64) {
    let mut memory = vec![0; ROOM];
    let mut tree = Tree::new(&mut memory).unwrap();
    into_tree(SliceStore::new(bytes, Limits::default(), Portable), &mut tree).unwrap();
    let (mut decoder, mut track) = (TreeDecoder::new(&mut tree), Track::new());
    let mut v = Visitor::loading(&mut decoder, &mut track);
    let done = f(&mut v).and_then(|()| v.finish());
    (done.map_err(|code| report(&track, code)), decoder.skipped())
}

/// The fault of an error at `offset`, of which `expected` and `found` are known.
pub fn at(code: Code, offset: usize, expected: u64, found: u64) -> Failed {
    (code, Fault { offset: offset as u64, expected, found, cause: 0 })
}
