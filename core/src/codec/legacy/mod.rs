//! QEMU's bytes: big-endian values one after the other, without names, types or lengths.
//!
//! | item | bytes |
//! |---|---|
//! | bool, u8, i8 | 1; a bool is 0 or 1, and any other byte reads as true |
//! | u16 .. u64, i16 .. i64 | 2, 4, 8, big-endian, two's complement |
//! | f32, f64 | the IEEE 754 bits as a u32, u64 |
//! | fixed array, fixed buffer | the elements, the bytes |
//! | variable array, variable buffer, variable list | a u32 count, then the elements |
//! | string | one length byte, then the bytes (at most 255) |
//! | optional scope | one byte, 0 or 1; its items follow if it is 1 |
//! | null pointer | the byte `0x30` |
//! | device, struct, list, element | nothing |
//! | subsection | `0x05`, one length byte, the full name, a u32 version, then its items |
//!
//! QEMU itself has no float, no optional and no counted array below VMState; the forms here are what
//! its devices write by hand. The rules for subsections are QEMU's (`vmstate_subsection_load`): the
//! reader peeks, and takes a `0x05` for a subsection of the description it is reading only if a name
//! that begins with the description's follows. Versions above 255 are refused on both sides, because
//! QEMU reads only the low byte.
//!
//! Names and marks do not reach this wire, nor do the versions of devices and structs: a section's
//! header has them, and that is the caller's.

mod decoder;
mod encoder;

pub use decoder::LegacyDecoder;
pub use encoder::LegacyEncoder;

use crate::error::Report;
use crate::io::{Kernels, Portable, SliceReader, SliceWriter, Writer};
use crate::visit::{Versions, Visit, Visiting, Visitor};

/// The byte before a subsection.
const SUBSECTION: u8 = 0x05;

/// The byte that stands for a null pointer.
const NULL: u8 = 0x30;

/// The largest version of a subsection: QEMU keeps only eight bits of it.
const MAX_SUBSECTION_VERSION: u32 = 0xff;

/// What a source or buffer must be able to look ahead: marker, length and the longest name.
pub const LOOK_AHEAD: usize = 2 + crate::error::MAX_NAME;

/// A visit that saves.
pub struct Saver<W, K = Portable> {
    visiting: Visiting<LegacyEncoder<W, K>>,
}

impl<'b> Saver<SliceWriter<'b>> {
    /// Saves into memory.
    pub fn to_slice(memory: &'b mut [u8]) -> Self {
        Saver::new(SliceWriter::new(memory), Portable)
    }
}

impl<W: Writer, K: Kernels> Saver<W, K> {
    /// Saves to a writer.
    pub fn new(writer: W, kernels: K) -> Self {
        Saver { visiting: Visiting::new(LegacyEncoder::new(writer, kernels)) }
    }

    /// The visitor to give to devices.
    pub fn visitor(&mut self) -> Visitor<'_> {
        self.visiting.saver()
    }

    /// Sends on what is held back, and gives the number of bytes written.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish(mut self) -> core::result::Result<u64, Report> {
        let mut visitor = self.visiting.saver();
        let done = visitor.finish();
        let position = visitor.position();
        done.map(|()| position).map_err(|code| self.visiting.report_of(code))
    }
}

/// A visit that loads.
pub struct Loader<R, K = Portable> {
    visiting: Visiting<LegacyDecoder<R, K>>,
}

impl<'b> Loader<SliceReader<'b>> {
    /// Loads from memory.
    #[must_use]
    pub fn from_slice(bytes: &'b [u8]) -> Self {
        Loader::new(SliceReader::new(bytes), Portable)
    }
}

impl<R: crate::io::Reader, K: Kernels> Loader<R, K> {
    /// Loads from a reader.
    pub fn new(reader: R, kernels: K) -> Self {
        Loader { visiting: Visiting::new(LegacyDecoder::new(reader, kernels)) }
    }

    /// The visitor to give to devices.
    pub fn visitor(&mut self) -> Visitor<'_> {
        self.visiting.loader()
    }

    /// Checks that every scope was closed, and gives the number of bytes read.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish(mut self) -> core::result::Result<u64, Report> {
        let mut visitor = self.visiting.loader();
        let done = visitor.finish();
        let position = visitor.position();
        done.map(|()| position).map_err(|code| self.visiting.report_of(code))
    }
}

/// Saves one device into memory and gives the number of bytes.
///
/// # Errors
/// The first error of the visit, whole.
pub fn save(
    name: &str,
    version: u32,
    device: &mut impl Visit,
    memory: &mut [u8],
) -> core::result::Result<usize, Report> {
    let mut saver = Saver::to_slice(memory);
    // An error stays in the visit: `finish` returns it.
    let _ = saver.visitor().device(name, 0, Versions::only(version), |v| device.visit(v));
    saver.finish().map(length)
}

/// Loads one device, whose state is of `version`, from memory and gives the number of bytes that it
/// read; more may follow.
///
/// # Errors
/// The first error of the visit, whole.
pub fn load(
    name: &str,
    version: u32,
    device: &mut impl Visit,
    bytes: &[u8],
) -> core::result::Result<usize, Report> {
    let mut loader = Loader::from_slice(bytes);
    // As above.
    let _ = loader.visitor().device(name, 0, Versions::only(version), |v| device.visit(v));
    loader.finish().map(length)
}

/// A position in memory.
fn length(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
