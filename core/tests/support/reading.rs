//! Visits of streams made by hand, from memory and from a stream.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crate::chunks::{Assembler, MEMORY};
use crate::support::Pipe;
use migcore::codec::chunk::{
    check, ChunkDecoder, IndexEntry, Limits, SliceStore, Store, StreamStore,
};
use migcore::error::Report;
use migcore::io::{Portable, StreamReader};
use migcore::visit::{Versions, Visiting, Visitor};
use migcore::{Code, Result};

pub const KNOWN: Versions = Versions { current: 3, minimum: 1 };

/// What a visit came to: its error, or nothing.
pub type Outcome = core::result::Result<(), Report>;

pub fn visit(
    store: impl Store,
    index: &mut [IndexEntry],
    f: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Outcome {
    let mut visiting = Visiting::new(ChunkDecoder::with_index(store, index));
    let mut visitor = visiting.loader();
    let done = f(&mut visitor).and_then(|()| visitor.finish()).and_then(|()| visitor.expect_end());
    done.map_err(|code| visiting.report_of(code))
}

/// Loads from memory.
pub fn load(bytes: &[u8], f: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Outcome {
    visit(SliceStore::new(bytes, Limits::default(), Portable), &mut [], f)
}

/// Loads from a stream that gives at most `step` bytes at once.
pub fn load_stream(
    bytes: &[u8],
    step: usize,
    f: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Outcome {
    let (mut memory, mut buffer) = ([0; MEMORY], [0; 16]);
    let reader = StreamReader::new(Pipe::new(bytes.to_vec(), step), &mut buffer);
    visit(StreamStore::new(reader, &mut memory, Limits::default(), Portable), &mut [], f)
}

/// The same visit from memory and from a stream has the same outcome.
pub fn both(bytes: &[u8], f: impl Fn(&mut Visitor<'_>) -> Result<()>) -> Outcome {
    let outcome = load(bytes, &f);
    assert_eq!(load_stream(bytes, 7, &f), outcome);
    outcome
}

/// A visit of the device `d` alone.
pub fn device(v: &mut Visitor<'_>, f: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Result<()> {
    v.device("d", 0, KNOWN, f)
}

/// A stream of the device `d` in one fragment.
pub fn simple(operations: &[Vec<u8>], values: &[u8]) -> Vec<u8> {
    Assembler::new().shape(0, operations).device(0, "d", 0, values).end()
}

pub fn expect<T: PartialEq + std::fmt::Debug>(found: T, due: T) -> Result<()> {
    assert_eq!(found, due);
    Ok(())
}

pub fn u16_is(v: &mut Visitor<'_>, name: &str, due: u16) -> Result<()> {
    let mut value = 0u16;
    v.visit(name, &mut value)?;
    expect(value, due)
}

pub fn u8_is(v: &mut Visitor<'_>, name: &str, due: u8) -> Result<()> {
    let mut value = 0u8;
    v.visit(name, &mut value)?;
    expect(value, due)
}

/// The error of a visit of the device `d`, in memory and in a stream.
pub fn device_error(bytes: &[u8], f: impl Fn(&mut Visitor<'_>) -> Result<()>) -> Code {
    both(bytes, |v| device(v, &f)).unwrap_err().code
}

pub fn check_code(bytes: &[u8]) -> Option<Code> {
    check(bytes, Limits::default(), Portable).err().map(|report| report.code)
}
