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
//! header has them, and that is the caller's. What a whole stream has around its devices is in [`framing`], the
//! payload of its memory in [`ram`]; [`SectionEncoder`] writes the heads of sections where devices begin.
//!
//! Code that puts and gets leaves its devices as runs of raw bytes in streams that have names: [`visit_blob`] reads and
//! writes such as the items that they are.
//!
//! # Through `std::io`
//!
//! ```
//! use migcore::codec::legacy::{Loader, Saver};
//! use migcore::io::{Failure, Portable, Sink, Source, StreamReader, StreamWriter};
//! use migcore::visit::{Versions, Visitor};
//!
//! struct Io<T>(T);
//!
//! fn failure(error: std::io::Error) -> Failure {
//!     match error.kind() {
//!         std::io::ErrorKind::Interrupted => Failure::Retry,
//!         _ => Failure::Failed(error.raw_os_error().map_or(-1, |errno| -errno)),
//!     }
//! }
//!
//! impl<T: std::io::Write> Sink for Io<T> {
//!     fn write(&mut self, bytes: &[u8]) -> Result<usize, Failure> {
//!         self.0.write(bytes).map_err(failure)
//!     }
//! }
//!
//! impl<T: std::io::Read> Source for Io<T> {
//!     fn read(&mut self, out: &mut [u8]) -> Result<usize, Failure> {
//!         self.0.read(out).map_err(failure)
//!     }
//! }
//!
//! fn visit(v: &mut Visitor<'_>, level: &mut u16) -> migcore::Result<()> {
//!     v.device("uart", 0, Versions { current: 2, minimum: 1 }, |v| v.visit("level", level))
//! }
//!
//! let (mut file, mut buffer) = (Vec::new(), [0; 512]);
//! let mut saver = Saver::new(StreamWriter::new(Io(&mut file), &mut buffer), Portable);
//! // An error stays in the visit, and `finish` returns the whole report of it.
//! let _ = visit(&mut saver.visitor(), &mut 0x0102);
//! assert_eq!(saver.finish(), Ok(2));
//!
//! let mut level = 0;
//! let mut loader = Loader::new(StreamReader::new(Io(&file[..1]), &mut buffer), Portable);
//! let _ = visit(&mut loader.visitor(), &mut level);
//! let report = loader.finish().unwrap_err();
//! assert_eq!(
//!     report.to_string(),
//!     "uart/0.level: the stream ends inside this item (bytes needed 2, there 1), \
//!      at byte 0 of the stream"
//! );
//! ```

mod blob;
mod decoder;
mod encoder;
pub mod framing;
pub mod ram;
mod sections;

pub use blob::{
    begin_blob, end_blob, end_fields, visit_blob, visit_raw, Blob, Lender, RawBytes, ALWAYS_BLOB,
};
pub use decoder::LegacyDecoder;
pub use encoder::LegacyEncoder;
pub use sections::SectionEncoder;

use crate::error::{Code, Fault, Report, Result, MAX_NAME};
use crate::io::{told, Kernels, Portable, Reader, SliceReader, SliceWriter, Writer};
use crate::visit::{Versions, Visit, Visiting, Visitor};

/// The byte before a subsection.
pub(in crate::codec) const SUBSECTION: u8 = 0x05;

/// The byte that stands for a null pointer.
const NULL: u8 = 0x30;

/// The largest version of a subsection: QEMU keeps only eight bits of it.
pub(in crate::codec) const MAX_SUBSECTION_VERSION: u32 = 0xff;

/// What a source or buffer must be able to look ahead: marker, length and the longest name.
pub const LOOK_AHEAD: usize = 2 + MAX_NAME;

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
        self.visiting.finish_save()
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

impl<R: Reader, K: Kernels> Loader<R, K> {
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
        self.visiting.finish_load()
    }
}

/// Saves one device, in this version of its state, into memory and gives the number of bytes.
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

/// Loads one device from memory, whose state is of `version`, and gives the number of bytes that it
/// read; more may follow. Whether the device knows that version is the caller's to check; for a range of
/// versions see [`Visitor::device`].
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

/// Notes a failure of what began at `start`, and passes its code on.
#[cold]
fn refuse(reader: &mut impl Reader, code: Code, start: u64, expected: u64, found: u64) -> Code {
    reader.set_fault(Fault { offset: start, expected, found, cause: 0 });
    code
}

/// A name as it travels: with its length before it, which takes one byte.
type Counted = heapless::Vec<u8, MAX_NAME>;

/// Reads a name of at least one byte: QEMU takes an empty one for a read that failed. A NUL would end it for
/// QEMU, and what is behind it would be lost.
fn take_name(reader: &mut impl Reader) -> Result<Counted> {
    let start = reader.position();
    let length = usize::from(reader.take_as(u8::from_be_bytes)?);
    if length == 0 {
        return Err(refuse(reader, Code::BadValue, start, 1, 0));
    }
    let mut name = Counted::new();
    // A length of one byte is within the capacity.
    let _ = name.resize(length, 0);
    reader.take_into(&mut name)?;
    match name.contains(&0) {
        true => Err(refuse(reader, Code::BadText, start, 0, 0)),
        false => Ok(name),
    }
}

/// Writes what [`take_name`] reads.
fn put_name(writer: &mut impl Writer, name: &[u8]) -> Result<()> {
    check_name(writer, name)?;
    put_counted(writer, name)
}

/// Refuses a name that no reader would take.
fn check_name(writer: &mut impl Writer, name: &[u8]) -> Result<()> {
    if name.is_empty() {
        return Err(writer.raise(Code::InvalidArgument, 1, 0));
    }
    if name.contains(&0) {
        return Err(writer.raise(Code::InvalidArgument, 0, 0));
    }
    Ok(())
}

/// Writes bytes with their number before them.
fn put_counted(writer: &mut impl Writer, bytes: &[u8]) -> Result<()> {
    let Ok(length) = u8::try_from(bytes.len()) else {
        return Err(writer.raise(Code::TooLong, 0xff, told(bytes.len())));
    };
    writer.put([length])?;
    writer.put_slice(bytes)
}

/// A position in memory.
fn length(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
