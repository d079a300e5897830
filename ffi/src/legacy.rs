//! The legacy wire: QEMU's bytes.

use core::ffi::c_void;

use migcore::codec::legacy::{LegacyDecoder, LegacyEncoder};
use migcore::io::{SliceReader, SliceWriter, StreamReader, StreamWriter};
use migcore::visit::{Visiting, Visitor};
use migcore::Result;

use crate::io::{migcore_sink, migcore_source, CSink, CSource};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::{bytes, bytes_mut};
use crate::object::{begin, migcore_visitor, wire};
use crate::status::migcore_status;

/// Storage for a visitor over the legacy wire, of either direction. Give `&it.visitor` to the calls
/// of a visit.
#[repr(C)]
pub struct migcore_legacy {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 112],
}

type SaveMemory = LegacyEncoder<SliceWriter<'static>, CKernels>;
type SaveStream = LegacyEncoder<StreamWriter<'static, CSink>, CKernels>;
type LoadMemory = LegacyDecoder<SliceReader<'static>, CKernels>;
type LoadStream = LegacyDecoder<StreamReader<'static, CSource>, CKernels>;

wire!(SaveMemory, saves, calls_back: false);
wire!(SaveStream, saves, calls_back: true);
wire!(LoadMemory, loads, calls_back: false);
wire!(LoadStream, loads, calls_back: true);

/// Begins a visitor that saves into `memory`, which it borrows; when that is full, calls fail with
/// MIGCORE_NO_SPACE. migcore_position tells how many bytes were written; what lies beyond them is
/// unspecified. `size` is sizeof(migcore_legacy). `kernels` may be NULL; it is not copied.
#[no_mangle]
pub unsafe extern "C" fn migcore_legacy_save_memory(
    legacy: *mut migcore_legacy,
    size: usize,
    memory: *mut c_void,
    capacity: usize,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, `capacity` writable bytes lent to the visitor
    // alone, and NULL or kernels that outlive it.
    unsafe {
        let writer = bytes_mut(memory, capacity).map(SliceWriter::new);
        begin(legacy, size, made(writer, kernels, SaveMemory::new))
    }
}

/// Begins a visitor that saves to a stream through `buffer`, which it borrows. With a buffer, bytes
/// go out when it is full and at migcore_flush or migcore_finish. Without one (NULL and 0) every
/// item has gone out when its call returns, so other code may write to the same stream in between.
/// `size` and `kernels` as in migcore_legacy_save_memory.
#[no_mangle]
pub unsafe extern "C" fn migcore_legacy_save_stream(
    legacy: *mut migcore_legacy,
    size: usize,
    sink: *const migcore_sink,
    buffer: *mut c_void,
    capacity: usize,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, NULL or a sink, `capacity` writable bytes lent to
    // the visitor alone, and NULL or kernels that outlive it.
    unsafe {
        let writer = CSink::new(sink)
            .and_then(|sink| Ok(StreamWriter::new(sink, bytes_mut(buffer, capacity)?)));
        begin(legacy, size, made(writer, kernels, SaveStream::new))
    }
}

/// Begins a visitor that loads from `memory`, which it borrows. `size` and `kernels` as in
/// migcore_legacy_save_memory.
#[no_mangle]
pub unsafe extern "C" fn migcore_legacy_load_memory(
    legacy: *mut migcore_legacy,
    size: usize,
    memory: *const c_void,
    length: usize,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, `length` bytes that do not change while they are
    // lent, and NULL or kernels that outlive the visitor.
    unsafe {
        let reader = bytes(memory, length).map(SliceReader::new);
        begin(legacy, size, made(reader, kernels, LoadMemory::new))
    }
}

/// Begins a visitor that loads from a stream through `buffer`, which it borrows. With a buffer it
/// reads ahead. Without one (NULL and 0) it never asks the source for more than the item at hand, so
/// other code may read from the same stream in between; subsections then need the source's peek.
/// `size` and `kernels` as in migcore_legacy_save_memory.
#[no_mangle]
pub unsafe extern "C" fn migcore_legacy_load_stream(
    legacy: *mut migcore_legacy,
    size: usize,
    source: *const migcore_source,
    buffer: *mut c_void,
    capacity: usize,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, NULL or a source, `capacity` writable bytes lent
    // to the visitor alone, and NULL or kernels that outlive it.
    unsafe {
        let reader = CSource::new(source)
            .and_then(|source| Ok(StreamReader::new(source, bytes_mut(buffer, capacity)?)));
        begin(legacy, size, made(reader, kernels, LoadStream::new))
    }
}

/// A wire over `stream`, if stream and kernels are as they should be.
///
/// # Safety
/// `kernels` is NULL or points to kernels that outlive the wire.
unsafe fn made<S, W>(
    stream: Result<S>,
    kernels: *const migcore_kernels,
    make: fn(S, CKernels) -> W,
) -> Result<W> {
    // SAFETY: as the caller promises.
    let kernels = unsafe { CKernels::new(kernels) }?;
    Ok(make(stream?, kernels))
}
