//! Visits of streams, for tests that make the same visit in more than one way.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::indexing_slicing,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::codec::chunk;
use migcore::codec::legacy::Loader;
use migcore::error::Report;
use migcore::io::{Failure, Portable, Sink, Source, StreamReader};
use migcore::visit::Visitor;

/// What visits, and how that ended.
pub type Visit<'v> = &'v mut dyn FnMut(&mut Visitor<'_>);
pub type Ended = Result<u64, Report>;

/// Runs a visit over a stream.
pub type On<'o> = &'o mut dyn FnMut(Visit<'_>) -> Ended;

/// Loads from QEMU's bytes.
pub fn from_legacy(bytes: &[u8]) -> impl FnMut(Visit<'_>) -> Ended + '_ {
    |visit| {
        let mut loader = Loader::from_slice(bytes);
        visit(&mut loader.visitor());
        loader.finish()
    }
}

/// The same through a buffer of this size.
pub fn from_legacy_stream(bytes: &[u8], size: usize) -> impl FnMut(Visit<'_>) -> Ended + '_ {
    move |visit| {
        let (source, mut buffer) = (Bytes(bytes.to_vec()), vec![0; size]);
        let mut loader = Loader::new(StreamReader::new(source, &mut buffer), Portable);
        visit(&mut loader.visitor());
        loader.finish()
    }
}

/// Loads from chunks.
pub fn from_chunks(bytes: &[u8]) -> impl FnMut(Visit<'_>) -> Ended + '_ {
    |visit| {
        let mut loader = chunk::Loader::from_slice(bytes);
        visit(&mut loader.visitor());
        loader.finish()
    }
}

/// A stream that lies in memory, for whoever wants a stream.
#[derive(Default)]
pub struct Bytes(pub Vec<u8>);

impl Sink for Bytes {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Source for Bytes {
    fn read(&mut self, out: &mut [u8]) -> core::result::Result<usize, Failure> {
        let length = out.len().min(self.0.len());
        out[..length].copy_from_slice(&self.0[..length]);
        self.0.drain(..length);
        Ok(length)
    }
}
