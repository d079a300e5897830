//! States to streams and trees, and back; and how many of them a test makes.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore, Store};
use migcore::error::Report;
use migcore::io::{Portable, SliceWriter};
use migcore::model::{Builder, DigestOptions, Tree};
use migcore::visit::{Track, Visiting, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};

/// Scratch memory for arrays that are cut, in any of these states.
pub const SCRATCH: usize = 1 << 21;

/// Memory for the trees and streams of most tests.
pub const ROOM: usize = 3 << 20;

/// The same cases each time, of which `MIGCORE_CASES` makes so many times as many.
pub fn cases(usual: u32) -> u32 {
    let times = std::env::var("MIGCORE_CASES").map(|times| times.parse().unwrap());
    usual * times.unwrap_or(1)
}

/// Values of a strategy, the same each time.
pub fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Runs a test on values of a strategy, and shows the smallest one that fails.
pub fn for_each<S: Strategy>(usual: u32, strategy: &S, test: impl Fn(S::Value) -> TestCaseResult) {
    if let Err(error) = runner(cases(usual)).run(strategy, test) {
        panic!("{error}");
    }
}

/// The stream of what is saved.
pub fn to_stream(
    settings: &Settings<'_>,
    scratch: usize,
    save: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<Vec<u8>, Report> {
    let (mut memory, mut scratch) = (vec![0; 4 * ROOM], vec![0xa5; scratch]);
    let writer = SliceWriter::new(&mut memory);
    let encoder = ChunkEncoder::new(writer, Portable, settings, &mut scratch)?;
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    let done = save(&mut v).and_then(|()| v.finish());
    let length = v.position() as usize;
    done.map_err(|code| visiting.report_of(code))?;
    Ok(memory[..length].to_vec())
}

/// A stream as a program with memory writes it.
pub fn plain_stream(save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<u8> {
    to_stream(&Settings::default(), 1 << 18, save).unwrap()
}

/// The tree of what is saved.
pub fn to_tree(
    memory: &mut [u8],
    save: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<Tree<'_>, Code> {
    let mut tree = Tree::new(memory)?;
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    save(&mut v).and_then(|()| v.finish())?;
    Ok(tree)
}

/// The tree of a stream.
pub fn tree_of<'m>(
    memory: &'m mut [u8],
    store: impl Store,
) -> core::result::Result<Tree<'m>, Code> {
    let (mut decoder, mut scratch) = (ChunkDecoder::new(store), vec![0; SCRATCH]);
    to_tree(memory, |v| decoder.replay_all(v, &mut scratch).map(|_| ()))
}

/// The tree of a stream in memory, for a test that ends with it.
pub fn read_tree<R>(bytes: &[u8], with: impl FnOnce(&Tree<'_>) -> R) -> R {
    let mut memory = vec![0; ROOM];
    with(&tree_of(&mut memory, in_memory(bytes)).unwrap())
}

pub fn in_memory(bytes: &[u8]) -> SliceStore<'_, Portable> {
    SliceStore::new(bytes, Limits::default(), Portable)
}

pub fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

/// How many things two trees differ in.
pub fn differences(left: &Tree<'_>, right: &Tree<'_>) -> usize {
    let mut count = 0;
    left.diff(left.root(), right, right.root(), &mut |_| count += 1).unwrap();
    count
}
