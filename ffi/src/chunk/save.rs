//! Visitors that save to chunks.

use core::ffi::c_void;

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::error::Fault;
use migcore::io::{SliceWriter, StreamWriter, Writer};
use migcore::visit::{Visiting, Visitor};
use migcore::{Code, Result};

use super::settings::{migcore_chunk_settings, settings};
use crate::io::{migcore_sink, CSink};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::bytes_mut;
use crate::object::{begin_told, migcore_visitor, wire};
use crate::status::migcore_status;

/// Storage for a visitor that saves to chunks. Give `&it.visitor` to the calls of a visit.
#[repr(C)]
pub struct migcore_chunk_saver {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 336],
}

pub(crate) type SaveMemory = ChunkEncoder<'static, SliceWriter<'static>, CKernels>;
pub(crate) type SaveStream = ChunkEncoder<'static, StreamWriter<'static, CSink>, CKernels>;

/// Where the chunks of a saver go.
#[derive(Clone, Copy)]
pub(crate) enum Destination {
    /// The saver is a [`SaveMemory`].
    Memory,
    /// The saver is a [`SaveStream`].
    Stream,
}

wire!(SaveMemory, saves, calls_back: false,
    const DESTINATION: Option<crate::chunk::save::Destination> = Some(Destination::Memory);
);
wire!(SaveStream, saves, calls_back: true,
    const DESTINATION: Option<crate::chunk::save::Destination> = Some(Destination::Stream);
);

/// Begins a visitor that saves chunks into `memory`, which it borrows; when that is full, calls fail with
/// MIGCORE_NO_SPACE. Every item lies in a device. migcore_finish writes the end of the stream; then
/// migcore_position tells how long it is.
///
/// Outside of devices may stand what only other programs know: migcore_visit_varbytes with the marks
/// ancillary, safe to copy and opaque, and no others, writes a chunk of its own, whose type is the name. That
/// is a type which is ancillary and safe to copy, as `exMp`, and none of the library's own. Anything else there
/// is MIGCORE_UNBALANCED.
///
/// `scratch` is borrowed too: memory in which a device is put together, at least MIGCORE_CHUNK_SCRATCH
/// bytes, through which a device of any size can be saved; only a string must fit a fragment, which scratch
/// memory or the settings make larger. What is too small is told, with the size that is needed, when the
/// visit begins or when it meets a name that is too long for it. `settings` may be NULL.
/// `size` is sizeof(migcore_chunk_saver). `kernels` may be NULL; it is not copied.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_save_memory(
    saver: *mut migcore_chunk_saver,
    size: usize,
    memory: *mut c_void,
    capacity: usize,
    scratch: *mut c_void,
    scratch_size: usize,
    settings: *const migcore_chunk_settings,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, `capacity` and `scratch_size` writable bytes lent to
    // the visitor alone, NULL or settings with texts, and NULL or kernels that outlive it.
    unsafe {
        let writer = bytes_mut(memory, capacity).map(SliceWriter::new);
        let scratch = bytes_mut(scratch, scratch_size);
        begin_told(saver, size, made(writer, scratch, settings, kernels))
    }
}

/// Begins a visitor that saves chunks to a stream through `buffer`, which it borrows. A device goes out
/// when it ends, or in fragments as it fills `scratch`; without a buffer (NULL and 0) in two calls of write
/// or more for each fragment, and four for each shape. With one, bytes go out when it is full and at migcore_flush or
/// migcore_finish. Give a buffer of some KiB for memory (see migcore_ram): heads and padding of its chunks are writes of
/// their own without one. The rest as in migcore_chunk_save_memory.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_save_stream(
    saver: *mut migcore_chunk_saver,
    size: usize,
    sink: *const migcore_sink,
    buffer: *mut c_void,
    capacity: usize,
    scratch: *mut c_void,
    scratch_size: usize,
    settings: *const migcore_chunk_settings,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, NULL or a sink, `capacity` and `scratch_size` writable
    // bytes lent to the visitor alone, NULL or settings with texts, and NULL or kernels that outlive it.
    unsafe {
        let writer = CSink::new(sink)
            .and_then(|sink| Ok(StreamWriter::new(sink, bytes_mut(buffer, capacity)?)));
        let scratch = bytes_mut(scratch, scratch_size);
        begin_told(saver, size, made(writer, scratch, settings, kernels))
    }
}

/// An encoder to `writer`, if that and the rest are as they should be.
///
/// # Safety
/// `given` is NULL or points to settings whose texts outlive the encoder; `kernels` is NULL or points to
/// kernels that outlive it.
unsafe fn made<W: Writer>(
    writer: Result<W>,
    scratch: Result<&'static mut [u8]>,
    given: *const migcore_chunk_settings,
    kernels: *const migcore_kernels,
) -> core::result::Result<ChunkEncoder<'static, W, CKernels>, (Code, Fault)> {
    let bare = |code| (code, Fault::default());
    // SAFETY: as the caller promises.
    let (kernels, given) = unsafe { (CKernels::new(kernels), settings(given)) };
    let given: Settings<'static> = given.map_err(bare)?;
    let (writer, kernels) = (writer.map_err(bare)?, kernels.map_err(bare)?);
    let encoder = ChunkEncoder::new(writer, kernels, &given, scratch.map_err(bare)?);
    encoder.map_err(|report| (report.code, report.fault))
}
