//! What a loader tells of its stream.

use core::ffi::c_char;

use migcore::codec::chunk::{ChunkDecoder, Header, Skipped, Store, Totals};

use super::load::{migcore_chunk_loader, on_wire, ChunkOperations, ShowHeader};
use crate::device::{unsupported, MIGCORE_NAME_SIZE};
use crate::io::check_sized;
use crate::object::{enter_visiting, migcore_visitor, operations, run, Wire};
use crate::place::copy_name;
use crate::status::{migcore_status, status, MIGCORE_OK};

/// What a stream says of itself at its beginning.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk_header {
    /// sizeof(migcore_chunk_header); the caller fills it in.
    pub size: usize,
    /// How many shape slots it uses.
    pub slots: u32,
    /// The most data of a chunk that holds a shape, in bytes.
    pub shape_limit: u32,
    /// The most data of a fragment of a device, in bytes.
    pub fragment_limit: u32,
    /// The machine whose state it is, UTF-8; may be empty. Ends with a NUL.
    pub machine: [c_char; MIGCORE_NAME_SIZE],
    /// The program that wrote it, in the same way.
    pub writer: [c_char; MIGCORE_NAME_SIZE],
}

/// What a loader counted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk_counts {
    /// sizeof(migcore_chunk_counts); the caller fills it in.
    pub size: usize,
    /// The chunks so far. At the end of the stream these were found to be all.
    pub chunks: u32,
    /// The CRC-32 over their CRCs.
    pub crc: u32,
    /// What was passed over because it is ancillary and nobody asked for it: chunks of an unknown type, but for
    /// those that a replay gave to its visitor.
    pub skipped_chunks: u64,
    /// Devices that were passed over.
    pub skipped_devices: u64,
    /// Items and scopes of devices that were passed over.
    pub skipped_items: u64,
    /// How many items were looked at beyond the first unread one. Reading in order this stays 0.
    pub searched: u64,
}

/// Reads the header of the stream, if that was not read yet, and writes it to `header`, whose `size` the
/// caller has filled in.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_get_header(
    loader: *mut migcore_chunk_loader,
    header: *mut migcore_chunk_header,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a loader, and NULL or a header.
    unsafe {
        on_loader(loader.cast(), header, |v, chunks| {
            (chunks.header)(v, &mut |found| header.write_unaligned(of(found)))
        })
    }
}

/// Writes to `counts`, whose `size` the caller has filled in, what was counted so far; also after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_get_counts(
    loader: *mut migcore_chunk_loader,
    counts: *mut migcore_chunk_counts,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a loader, and NULL or counts.
    unsafe {
        on_loader(loader.cast(), counts, |v, chunks| {
            let (totals, skipped, searched) = (chunks.counts)(v);
            counts.write_unaligned(migcore_chunk_counts {
                size: size_of::<migcore_chunk_counts>(),
                chunks: totals.chunks,
                crc: totals.crc,
                skipped_chunks: skipped.chunks,
                skipped_devices: skipped.devices,
                skipped_items: skipped.items,
                searched,
            });
            MIGCORE_OK
        })
    }
}

/// A header as C sees it.
pub(super) fn of(header: &Header<'_>) -> migcore_chunk_header {
    let (mut machine, mut writer) = ([0; MIGCORE_NAME_SIZE], [0; MIGCORE_NAME_SIZE]);
    copy_name(header.machine.as_bytes(), &mut machine);
    copy_name(header.writer.as_bytes(), &mut writer);
    migcore_chunk_header {
        size: size_of::<migcore_chunk_header>(),
        slots: header.slots.into(),
        shape_limit: header.shape_limit,
        fragment_limit: header.fragment_limit,
        machine,
        writer,
    }
}

/// Runs a call on a loader of chunks that is to fill the struct at `place`.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor; `place` is NULL or points to a struct that begins with its
/// size.
unsafe fn on_loader<T>(
    v: *mut migcore_visitor,
    place: *const T,
    call: impl FnOnce(*mut migcore_visitor, &ChunkOperations) -> migcore_status,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let operations = match operations(v) {
            Ok(operations) => operations,
            Err(not_ready) => return not_ready,
        };
        match (check_sized(place), operations.chunks) {
            (Err(code), _) => run(v, |visitor| Err(visitor.fail_as(code, 0, &""))),
            (_, None) => unsupported(v, operations.loading),
            (_, Some(chunks)) => call(v, chunks),
        }
    }
}

/// Shows the header of a stream, over a loader that reads from `S`.
///
/// # Safety
/// `v` is ready and of this loader.
pub(super) unsafe fn header<S: Store + 'static>(
    v: *mut migcore_visitor,
    show: &mut ShowHeader<'_>,
) -> migcore_status
where
    ChunkDecoder<'static, S>: Wire,
{
    // SAFETY: as the caller promises.
    status(unsafe {
        enter_visiting::<ChunkDecoder<'static, S>, _>(v, |visiting| {
            on_wire(visiting, |decoder| decoder.header().map(|header| show(&header)))
        })
    })
}

/// What a loader that reads from `S` counted.
///
/// # Safety
/// `v` is ready and of this loader.
pub(super) unsafe fn counts<S: Store + 'static>(v: *mut migcore_visitor) -> (Totals, Skipped, u64)
where
    ChunkDecoder<'static, S>: Wire,
{
    // SAFETY: as the caller promises.
    unsafe {
        enter_visiting::<ChunkDecoder<'static, S>, _>(v, |visiting| {
            let (decoder, _) = visiting.parts();
            (decoder.totals(), decoder.skipped(), decoder.searched())
        })
    }
}
