//! Bytes in and out: checked readers and writers over memory or over a caller's stream.
//!
//! A [`Writer`] or [`Reader`] is what a wire works on. Both exist twice: over a slice
//! ([`SliceWriter`], [`SliceReader`]), and over a [`Sink`] or [`Source`] with a buffer that the
//! caller gives ([`StreamWriter`], [`StreamReader`]). A buffer of no bytes is allowed: then nothing
//! is ever held back or read ahead, so other code may use the same stream between two calls.
//!
//! Nothing here panics, and nothing is read or written that was not asked for. After an error a
//! writer or reader tells where and why in its [`Fault`](crate::error::Fault).

mod kernels;
mod reader;
mod slice;
mod stream;
mod writer;

pub(crate) use kernels::copy_big_endian;
pub use kernels::{Kernels, Portable, Width};
pub use reader::Reader;
pub use slice::{SliceReader, SliceWriter};
pub use stream::{Failure, Sink, Source, StreamReader, StreamWriter, RETRIES};
pub use writer::Writer;

/// Bytes on the stack through which elements go when they cannot be swapped in place.
const BOUNCE: usize = 256;

/// Copies as many bytes as both sides hold and says how many.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let length = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..length), from.get(..length)) {
        to.copy_from_slice(from);
    }
    length
}

/// A length as it is told in positions and reports.
pub(crate) fn told(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
