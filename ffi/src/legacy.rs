//! The legacy wire: QEMU's bytes.

use core::ffi::c_void;

use migcore::codec::legacy::{LegacyDecoder, LegacyEncoder};
use migcore::io::{SliceReader, SliceWriter, StreamReader, StreamWriter};
use migcore::visit::{Visiting, Visitor};

use crate::io::{migcore_sink, migcore_source, CSink, CSource};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::{bytes, bytes_mut};
use crate::object::{begin, migcore_visitor, wire};
use crate::status::{migcore_status, MIGCORE_NULL_POINTER};

/// Storage for a visitor over the legacy wire, of either direction. Give `&it.visitor` to the calls
/// of a visit.
#[repr(C)]
pub struct migcore_legacy {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 96],
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
    // SAFETY: the caller promises `capacity` writable bytes, lent to the visitor alone.
    let Some(memory) = (unsafe { bytes_mut(memory, capacity) }) else {
        return MIGCORE_NULL_POINTER;
    };
    // SAFETY: the caller promises NULL or kernels that outlive the visitor.
    let kernels = unsafe { CKernels::new(kernels) };
    let wire = SaveMemory::new(SliceWriter::new(memory), kernels);
    // SAFETY: the caller promises storage of its own.
    unsafe { begin(legacy, size, wire) }
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
    // SAFETY: the caller promises NULL or a sink.
    let sink = match unsafe { CSink::new(sink) } {
        Ok(sink) => sink,
        Err(refused) => return refused,
    };
    // SAFETY: the caller promises `capacity` writable bytes, lent to the visitor alone.
    let Some(buffer) = (unsafe { bytes_mut(buffer, capacity) }) else {
        return MIGCORE_NULL_POINTER;
    };
    // SAFETY: the caller promises NULL or kernels that outlive the visitor.
    let kernels = unsafe { CKernels::new(kernels) };
    let wire = SaveStream::new(StreamWriter::new(sink, buffer), kernels);
    // SAFETY: the caller promises storage of its own.
    unsafe { begin(legacy, size, wire) }
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
    // SAFETY: the caller promises `length` bytes that do not change while they are borrowed.
    let Some(memory) = (unsafe { bytes(memory, length) }) else {
        return MIGCORE_NULL_POINTER;
    };
    // SAFETY: the caller promises NULL or kernels that outlive the visitor.
    let kernels = unsafe { CKernels::new(kernels) };
    let wire = LoadMemory::new(SliceReader::new(memory), kernels);
    // SAFETY: the caller promises storage of its own.
    unsafe { begin(legacy, size, wire) }
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
    // SAFETY: the caller promises NULL or a source.
    let source = match unsafe { CSource::new(source) } {
        Ok(source) => source,
        Err(refused) => return refused,
    };
    // SAFETY: the caller promises `capacity` writable bytes, lent to the visitor alone.
    let Some(buffer) = (unsafe { bytes_mut(buffer, capacity) }) else {
        return MIGCORE_NULL_POINTER;
    };
    // SAFETY: the caller promises NULL or kernels that outlive the visitor.
    let kernels = unsafe { CKernels::new(kernels) };
    let wire = LoadStream::new(StreamReader::new(source, buffer), kernels);
    // SAFETY: the caller promises storage of its own.
    unsafe { begin(legacy, size, wire) }
}
