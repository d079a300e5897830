//! W1 as chunks through the library in Rust.

use migcore::codec::chunk::{
    check, ChunkDecoder, ChunkEncoder, Chunks, Limits, Settings, SliceStore, Store, StreamStore,
    SIGNATURE,
};
use migcore::io::{Kernels, Portable, SliceReader, SliceWriter};
use migcore::visit::{Versions, Visiting, Visitor};
use migcore::Result;

use crate::device::Device;
use crate::visit::{visit_all, visit_scalars};

/// Scratch memory of a writer: two shapes, and a fragment that holds all of W1.
pub const SCRATCH: usize = 8 << 10;

/// Memory of a reader that keeps what it needs of a stream.
pub const MEMORY: usize = 8 << 10;

/// Saves all `devices` into one stream, and says how long it is.
///
/// # Errors
/// When `out` is too short.
pub fn save<K: Kernels>(
    devices: &mut [Device],
    kernels: K,
    scratch: &mut [u8],
    out: &mut [u8],
) -> Result<u64> {
    save_with(kernels, scratch, out, |v| visit_all(devices, v))
}

/// Saves what `visit` visits.
///
/// # Errors
/// When `out` is too short.
pub fn save_with<K: Kernels>(
    kernels: K,
    scratch: &mut [u8],
    out: &mut [u8],
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> Result<u64> {
    let writer = SliceWriter::new(out);
    let encoder = ChunkEncoder::new(writer, kernels, &Settings::default(), scratch)
        .map_err(|report| report.code)?;
    let mut visiting = Visiting::new(encoder);
    let mut visitor = visiting.saver();
    visit(&mut visitor)?;
    visitor.finish()?;
    Ok(visitor.position())
}

/// Loads all `devices` from a stream in memory.
///
/// # Errors
/// When the stream is damaged.
pub fn load<K: Kernels>(devices: &mut [Device], kernels: K, bytes: &[u8]) -> Result<()> {
    load_from(SliceStore::new(bytes, Limits::default(), kernels), |v| visit_all(devices, v))
}

/// Loads all `devices` from a stream that was checked before.
///
/// # Errors
/// When the stream is damaged.
pub fn load_checked<K: Kernels>(devices: &mut [Device], kernels: K, bytes: &[u8]) -> Result<()> {
    load_from(SliceStore::checked(bytes, Limits::default(), kernels), |v| visit_all(devices, v))
}

/// Loads all `devices` from a stream that is read from its beginning to its end.
///
/// # Errors
/// When the stream is damaged.
pub fn load_streamed<K: Kernels>(
    devices: &mut [Device],
    kernels: K,
    memory: &mut [u8],
    bytes: &[u8],
) -> Result<()> {
    let reader = SliceReader::new(bytes);
    let store = StreamStore::new(reader, memory, Limits::default(), kernels);
    load_from(store, |v| visit_all(devices, v))
}

fn load_from(store: impl Store, visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Result<()> {
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let mut visitor = visiting.loader();
    visit(&mut visitor)?;
    visitor.finish()
}

/// Saves 64 u32 fields as a device, and says how long the stream is.
///
/// # Errors
/// When `out` is too short.
pub fn save_scalars<K: Kernels>(
    values: &mut [u32; 64],
    kernels: K,
    scratch: &mut [u8],
    out: &mut [u8],
) -> Result<u64> {
    save_with(kernels, scratch, out, |v| scalars(values, v))
}

/// Loads 64 u32 fields.
///
/// # Errors
/// When the stream is damaged.
pub fn load_scalars<K: Kernels>(values: &mut [u32; 64], kernels: K, bytes: &[u8]) -> Result<()> {
    let store = SliceStore::new(bytes, Limits::default(), kernels);
    load_from(store, |v| scalars(values, v))
}

fn scalars(values: &mut [u32; 64], v: &mut Visitor<'_>) -> Result<()> {
    v.device("scalars", 0, Versions::only(1), |v| visit_scalars(values, v))
}

/// Whether a stream is right.
pub fn is_right<K: Kernels + Copy>(kernels: K, bytes: &[u8]) -> bool {
    check(bytes, Limits::default(), kernels).is_ok()
}

/// Walks the chunks of a stream, and says how many there are.
pub fn walk<K: Kernels>(kernels: K, bytes: &[u8]) -> u32 {
    let mut chunks = Chunks::new(bytes, kernels);
    let mut count = 0;
    while let Ok(Some(_)) = chunks.next() {
        count += 1;
    }
    count
}

/// A stream of `count` chunks with `length` bytes of data each, the last of them its end. A walk does not
/// look at the data.
pub fn chunks_of(count: u32, length: u32) -> Vec<u8> {
    let mut stream = SIGNATURE.to_vec();
    for number in 1..=count {
        let kind = if number == count { b"MEND" } else { b"vECS" };
        stream.extend(length.to_be_bytes());
        let covered = stream.len();
        stream.extend(kind);
        stream.extend((0..length).map(|at| (at ^ number) as u8));
        let crc = Portable.crc32(0, &stream[covered..]);
        stream.extend(crc.to_be_bytes());
    }
    stream
}
