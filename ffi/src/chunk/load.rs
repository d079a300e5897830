//! Visitors that load from chunks.

use core::ffi::c_void;

use migcore::codec::chunk::{
    ChunkDecoder, Header, IndexEntry, Skipped, SliceStore, Store, StreamStore, Totals,
};
use migcore::io::StreamReader;
use migcore::visit::{Decoder, Visiting, Visitor};
use migcore::Result;

use super::settings::{limits, migcore_chunk_limits};
use super::tell;
use crate::io::{migcore_source, CSource};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::{bytes, bytes_mut, index};
use crate::object::{begin, migcore_visitor, wire};
use crate::status::migcore_status;

/// The memory for one item of an index: see migcore_chunk_load_memory.
pub const MIGCORE_INDEX_ENTRY: usize = 88;

const _: () = assert!(MIGCORE_INDEX_ENTRY >= size_of::<IndexEntry>());

/// Storage for a visitor that loads from chunks. Give `&it.visitor` to the calls of a visit.
#[repr(C)]
pub struct migcore_chunk_loader {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 992],
}

type MemoryStore = SliceStore<'static, CKernels>;
type StreamedStore = StreamStore<'static, StreamReader<'static, CSource>, CKernels>;

pub(super) type LoadMemory = ChunkDecoder<'static, MemoryStore>;
pub(super) type LoadStream = ChunkDecoder<'static, StreamedStore>;

/// What loaders of chunks have beside what all visitors have.
pub(crate) struct ChunkOperations {
    /// Which of the two loaders it is.
    pub(super) from: Origin,
    /// Shows the header of the stream.
    pub(super) header: unsafe fn(*mut migcore_visitor, &mut ShowHeader<'_>) -> migcore_status,
    /// Counts so far, and the items that were searched.
    pub(super) counts: unsafe fn(*mut migcore_visitor) -> (Totals, Skipped, u64),
}

/// What is shown a header.
pub(super) type ShowHeader<'s> = dyn FnMut(&Header<'_>) + 's;

/// Where the chunks of a loader come from.
#[derive(Clone, Copy)]
pub(super) enum Origin {
    /// The loader is a [`LoadMemory`].
    Memory,
    /// The loader is a [`LoadStream`].
    Stream,
}

wire!(LoadMemory, loads, calls_back: false,
    const CHUNKS: Option<&'static ChunkOperations> =
        Some(&ChunkOperations::of::<MemoryStore>(Origin::Memory));
);
wire!(LoadStream, loads, calls_back: true,
    const CHUNKS: Option<&'static ChunkOperations> =
        Some(&ChunkOperations::of::<StreamedStore>(Origin::Stream));
);

impl ChunkOperations {
    const fn of<S: Store + 'static>(from: Origin) -> Self
    where
        ChunkDecoder<'static, S>: crate::object::Wire,
    {
        ChunkOperations { from, header: tell::header::<S>, counts: tell::counts::<S> }
    }
}

/// Begins a visitor that loads from the stream that `bytes` begin with, which it borrows; behind its end
/// anything may follow. Each chunk is checked before anything of it is given; whether the whole stream is
/// good, before any device is touched, says migcore_chunk_check.
///
/// Devices are begun in the order of the stream (see migcore_next_device); migcore_finish reads it to its
/// end, and refuses a device that is left unless that is ancillary. Inside of a device, items are found by
/// name in any order: near the order of the stream without further ado, anywhere with `index`. That is
/// memory, borrowed too: MIGCORE_INDEX_ENTRY bytes for each item of the scopes that are open, and as many
/// for each of those scopes; aligned to 8 bytes none of it is lost. It may be NULL with `index_size` 0.
///
/// `limits` may be NULL. `size` is sizeof(migcore_chunk_loader). `kernels` may be NULL; it is not copied.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_load_memory(
    loader: *mut migcore_chunk_loader,
    size: usize,
    bytes: *const c_void,
    length: usize,
    index: *mut c_void,
    index_size: usize,
    limits: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, `length` bytes that do not change while they are
    // lent, `index_size` writable bytes lent to the visitor alone, NULL or limits, and NULL or kernels that
    // outlive it.
    unsafe {
        let store = in_memory(bytes, length, limits, kernels, SliceStore::new);
        begin(loader, size, with_index(store, index, index_size))
    }
}

/// migcore_chunk_load_memory for bytes that migcore_chunk_check or a receiver found right, and that did
/// not change since: the CRCs of chunks are not computed again. A receiver does not look at values: who must
/// not be left with half a state calls migcore_chunk_check or migcore_machine_check as well, before a device
/// loads.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_load_checked(
    loader: *mut migcore_chunk_loader,
    size: usize,
    bytes: *const c_void,
    length: usize,
    index: *mut c_void,
    index_size: usize,
    limits: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: as in migcore_chunk_load_memory.
    unsafe {
        let store = in_memory(bytes, length, limits, kernels, SliceStore::checked);
        begin(loader, size, with_index(store, index, index_size))
    }
}

/// Begins a visitor that loads from a stream through `buffer`, which it borrows. With a buffer it reads
/// ahead; without one (NULL and 0) it reads what the next chunk has and no more, in three calls of read or
/// more.
///
/// `memory`, borrowed too, keeps what must be kept of the stream: the shapes of all slots, and one
/// fragment, as large as the header of the stream tells. With less the first call that reads fails with
/// MIGCORE_NO_SPACE and the size that is needed. If the limits let memory pass, its list of blocks, of at most 67590
/// bytes, must fit in the place of the fragment; else MIGCORE_NO_SPACE where it comes. Items of a device that lies in
/// several fragments cannot be found again once their fragment was left. The rest as in migcore_chunk_load_memory.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_load_stream(
    loader: *mut migcore_chunk_loader,
    size: usize,
    source: *const migcore_source,
    buffer: *mut c_void,
    capacity: usize,
    memory: *mut c_void,
    memory_size: usize,
    index: *mut c_void,
    index_size: usize,
    limits: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, NULL or a source, `capacity`, `memory_size` and
    // `index_size` writable bytes lent to the visitor alone, NULL or limits, and NULL or kernels that
    // outlive it.
    unsafe {
        let store = from_stream(source, (buffer, capacity), (memory, memory_size), limits, kernels);
        begin(loader, size, with_index(store, index, index_size))
    }
}

/// Runs a call of the wire itself as part of its visit: after an error it is not run, and its error is
/// the visit's.
pub(super) fn on_wire<W: Decoder, R>(
    visiting: &mut Visiting<W>,
    call: impl FnOnce(&mut W) -> Result<R>,
) -> Result<R> {
    let (wire, track) = visiting.parts();
    Visitor::loading(wire, track).check()?;
    call(wire).map_err(|code| Visitor::loading(wire, track).wire_failed(code, &""))
}

/// # Safety
/// As the call that begins with these: for `'static`, as long as the visitor is used.
#[inline(always)]
unsafe fn in_memory<S>(
    data: *const c_void,
    length: usize,
    given: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
    make: fn(&'static [u8], migcore::codec::chunk::Limits, CKernels) -> S,
) -> Result<S> {
    // SAFETY: as the caller promises.
    unsafe { Ok(make(bytes(data, length)?, limits(given)?, CKernels::new(kernels)?)) }
}

/// # Safety
/// As [`in_memory`].
unsafe fn from_stream(
    source: *const migcore_source,
    (buffer, capacity): (*mut c_void, usize),
    (memory, memory_size): (*mut c_void, usize),
    given: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> Result<StreamedStore> {
    // SAFETY: as the caller promises.
    unsafe {
        let reader = StreamReader::new(CSource::new(source)?, bytes_mut(buffer, capacity)?);
        let memory = bytes_mut(memory, memory_size)?;
        Ok(StreamStore::new(reader, memory, limits(given)?, CKernels::new(kernels)?))
    }
}

/// # Safety
/// `memory` is NULL or points to `size` writable bytes that nothing else uses as long as the decoder is
/// used.
#[inline(always)]
unsafe fn with_index<S: Store>(
    store: Result<S>,
    memory: *mut c_void,
    size: usize,
) -> Result<ChunkDecoder<'static, S>> {
    // SAFETY: as the caller promises.
    unsafe { Ok(ChunkDecoder::with_index(store?, index(memory, size)?)) }
}
