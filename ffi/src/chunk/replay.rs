//! From a loader of chunks to any visitor that saves.

use core::ffi::c_void;

use migcore::codec::chunk::{ChunkDecoder, Store};
use migcore::visit::{Decoder, Visiting, Visitor};
use migcore::{Code, Result};

use super::load::{migcore_chunk_loader, on_wire, LoadMemory, LoadStream, Origin};
use crate::device::unsupported;
use crate::memory::bytes_mut;
use crate::object::{enter_busy, migcore_visitor, operations, run, with, Wire};
use crate::status::{migcore_status, MIGCORE_OK};

/// Gives the next device of the stream to `v`, which saves: its scope, its items and their marks, as they
/// stand in the stream, checked on the way; so a state goes to any wire without the code of its devices.
/// Writes `more`: whether there was one, false after an error.
///
/// Chunks of unknown types that are ancillary and safe to copy go along, where they stand before the device or at
/// the end: as buffers of variable length outside of devices, with the type for their name, marked ancillary,
/// safe to copy and opaque. So a tree keeps them, migcore_tree_carry carries them, and a saver of chunks makes the
/// same chunks of them. Counted as skipped are those that the wire of `v` cannot carry, as the legacy one; that
/// do not fit the memory of a loader over a stream behind its slots; or that stood before a device which
/// migcore_next_device has looked at. A device of the library's own, whose name begins with `migcore.`, is checked and
/// counted there too, and not given, where the wire of `v` cannot carry it.
///
/// `scratch` is for arrays and buffers: those whose elements are in another order than the machine's, and
/// those that are cut by the end of a fragment, must fit into it whole; else MIGCORE_NO_SPACE, and the
/// report of the loader has the size. After an error both visits have failed with it: the report of the
/// loader has the place in the stream, that of `v` the place in the state. Meanwhile callbacks of `v` may
/// not use the loader.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_replay_device(
    loader: *mut migcore_chunk_loader,
    v: *mut migcore_visitor,
    scratch: *mut c_void,
    scratch_size: usize,
    more: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a loader, NULL or a visitor, `scratch_size` writable bytes, and a
    // flag.
    unsafe {
        if more.is_null() {
            return run(loader.cast(), |visitor| Err(visitor.fail_as(Code::NullPointer, 0, &"")));
        }
        let count = replay(loader.cast(), v, (scratch, scratch_size), false);
        more.write(count == Ok(1));
        told(count)
    }
}

/// migcore_chunk_replay_device for all devices up to the end of the stream. Writes how many there were to
/// `count`, which may be NULL; 0 after an error. The visits are not finished.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_replay_all(
    loader: *mut migcore_chunk_loader,
    v: *mut migcore_visitor,
    scratch: *mut c_void,
    scratch_size: usize,
    count: *mut u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a loader, NULL or a visitor, `scratch_size` writable bytes, and
    // NULL or a count.
    unsafe {
        let devices = replay(loader.cast(), v, (scratch, scratch_size), true);
        if !count.is_null() {
            count.write_unaligned(devices.unwrap_or(0));
        }
        told(devices)
    }
}

fn told(replayed: core::result::Result<u64, migcore_status>) -> migcore_status {
    replayed.err().unwrap_or(MIGCORE_OK)
}

/// Replays the next device or all of them, and gives how many there were.
///
/// # Safety
/// `loader` and `v` are NULL or point to a migcore_visitor, `scratch` is NULL or points to so many writable
/// bytes.
unsafe fn replay(
    loader: *mut migcore_visitor,
    v: *mut migcore_visitor,
    (scratch, scratch_size): (*mut c_void, usize),
    all: bool,
) -> core::result::Result<u64, migcore_status> {
    // SAFETY: as the caller promises; what the table says of its loader is so.
    unsafe {
        let (from, to) = (operations(loader)?, operations(v)?);
        if to.loading {
            return Err(run(v, |visitor| Err(visitor.fail_as(Code::WrongDirection, 0, &""))));
        }
        let Some(chunks) = from.chunks else { return Err(unsupported(loader, from.loading)) };
        let scratch = match bytes_mut(scratch, scratch_size) {
            Ok(scratch) => scratch,
            Err(code) => return Err(run(loader, |visitor| Err(visitor.fail_as(code, 0, &"")))),
        };
        match chunks.from {
            Origin::Memory => over::<LoadMemory>(loader, v, scratch, all),
            Origin::Stream => over::<LoadStream>(loader, v, scratch, all),
        }
    }
}

/// # Safety
/// `loader` is ready and of `L`; `v` points to a migcore_visitor that saves.
unsafe fn over<L: Wire + Replay>(
    loader: *mut migcore_visitor,
    v: *mut migcore_visitor,
    scratch: &mut [u8],
    all: bool,
) -> core::result::Result<u64, migcore_status> {
    let busy = |loading: &mut Visiting<L>| {
        let saved = |saver: &mut Visitor<'_>| {
            let done = on_wire(loading, |decoder| decoder.replay(saver, scratch, all));
            done.map_err(|code| saver.fail_as(code, 0, &""))
        };
        // SAFETY: as the caller promises; it saves, so it is not the loader.
        unsafe { with(v, saved) }
    };
    // SAFETY: as the caller promises.
    match unsafe { enter_busy::<L, _>(loader, busy) } {
        Ok(done) => done.map_err(Code::number),
        Err(not_ready) => Err(not_ready),
    }
}

/// What both loaders can do.
trait Replay: Decoder {
    /// Replays the next device or all of them, and gives how many there were.
    fn replay(&mut self, saver: &mut Visitor<'_>, scratch: &mut [u8], all: bool) -> Result<u64>;
}

impl<S: Store> Replay for ChunkDecoder<'_, S> {
    fn replay(&mut self, saver: &mut Visitor<'_>, scratch: &mut [u8], all: bool) -> Result<u64> {
        match all {
            true => self.replay_all(saver, scratch),
            false => self.replay_device(saver, scratch).map(u64::from),
        }
    }
}
