//! Takes a stream as its bytes come in.

use core::ffi::c_void;

use migcore::codec::chunk::{Received, Receiver};
use migcore::io::{Kernels, StreamReader};
use migcore::ram::{Counts, Memory, NoMemory};
use migcore::{Code, Report, Result};

use super::check::{bare, tell_error};
use super::settings::{limits, migcore_chunk_limits};
use crate::error::{fill, migcore_error};
use crate::io::{migcore_source, CSource};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::{bytes, bytes_mut};
use crate::object::check_storage;
use crate::ram::{migcore_ram, migcore_ram_counts, CBlocks, Tally};
use crate::status::{
    migcore_status, status, MIGCORE_BAD_OBJECT, MIGCORE_BUSY, MIGCORE_NULL_POINTER, MIGCORE_OK,
};

/// Storage for a receiver, which collects a stream of chunks from pieces of any length. It belongs to one
/// thread at a time, may be moved in memory between two calls, and needs no destructor.
#[repr(C)]
pub struct migcore_chunk_receiver {
    reserved: [u64; 64],
}

/// State words of a receiver, without and with memory.
const READY: u32 = 0x6d69_6772;
const READY_MEMORY: u32 = 0x6d69_6774;
/// State word of one that is in a call which calls back.
const BUSY: u32 = 0x6d69_6762;
/// State word of one that could not be begun; `failure` says why.
const FAILED: u32 = 0x6d69_6773;

/// A receiver as it lies in the caller's storage. One that failed has only its head.
#[repr(C)]
struct Object<M> {
    head: Head,
    receiver: Receiver<'static, CKernels, M>,
}

#[repr(C)]
struct Head {
    state: u32,
    /// Of the last call.
    failure: migcore_status,
    /// Finds the receiver of an object that is ready. So a program links what takes memory only if it has some.
    receiver: unsafe fn(*mut Head) -> *mut dyn Receiving,
}

const _: () = assert!(size_of::<Object<NoMemory>>() <= size_of::<migcore_chunk_receiver>());
const _: () = assert!(size_of::<Object<CBlocks>>() <= size_of::<migcore_chunk_receiver>());
const _: () = assert!(align_of::<Object<CBlocks>>() <= align_of::<migcore_chunk_receiver>());

/// Begins a receiver that collects a stream in `memory`, which it borrows: all of the stream must fit (without the
/// pages of a machine's memory, which go to their places; the runs of one chunk of them, up to 1 KiB, stand there behind
/// the rest), unless it is given more with migcore_chunk_receiver_grow.
/// `limits` may be NULL. `size` is sizeof(migcore_chunk_receiver). `kernels` may be NULL; it is not copied.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_init(
    receiver: *mut migcore_chunk_receiver,
    size: usize,
    memory: *mut c_void,
    capacity: usize,
    limits: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, `capacity` writable bytes lent to the receiver alone,
    // NULL or limits, and NULL or kernels that outlive it.
    unsafe {
        let made = made(memory, capacity, limits, kernels);
        match check_storage(receiver, size).and(made) {
            Ok(made) => {
                write(receiver, READY, made);
                MIGCORE_OK
            }
            Err(code) => {
                init_failed(receiver.cast(), size, code);
                code.number()
            }
        }
    }
}

/// Gives a receiver the memory of the machine, before the first byte: pages of the stream are put there, and the
/// chunks that hold them are not kept, and may be longer than `chunk` in the limits: migcore writes less than 2 MiB of
/// pages into one, or one page, if that is larger. Without this a stream with memory is refused with
/// MIGCORE_UNKNOWN_MEMORY.
///
/// What migcore_chunk_receiver_bytes gives then is a stream of the devices alone, for loading, not for sending on: it
/// may have unknown chunks that are not safe to copy where others are gone.
///
/// **All of the memory must be 0**, as it is fresh from the system: a stream need not say what is 0. It is written to
/// as pages come; what is 0 already is not written to, so that pages that nobody used take no memory (shared memory
/// takes some when it is read: see `zero` in migcore_ram). That it is the machine's memory is sure only when the stream
/// is complete: after an error it holds parts of it, and must be set to 0 before another attempt. Nothing else may use
/// it until then.
///
/// The stream must have the same blocks, found by their names, in any order, of the same lengths; else
/// MIGCORE_UNKNOWN_MEMORY, MIGCORE_MEMORY_DIFFERS (with the length that was expected, and the one in the stream) or
/// MIGCORE_MISSING, and the path of the report is the name of the block. That is found before any page comes.
///
/// Borrows the table of blocks, their names and memory; `ram` itself is copied. MIGCORE_UNBALANCED when bytes were
/// taken already, or for the second time; MIGCORE_INVALID_ARGUMENT for no blocks, or too many.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_ram(
    receiver: *mut migcore_chunk_receiver,
    ram: *const migcore_ram,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and NULL or a machine's memory, lent to it alone.
    unsafe {
        let (head, _) = match ready(receiver) {
            Ok(found) => found,
            Err(not_ready) => return not_ready,
        };
        match with_memory(receiver, ram) {
            Ok(made) => {
                write(receiver, READY_MEMORY, made);
                MIGCORE_OK
            }
            Err(code) => {
                (*head).failure = code.number();
                code.number()
            }
        }
    }
}

/// Takes the next `length` bytes of the stream. Framing, types, order, CRCs, limits, shapes and totals are
/// checked as they come; however the bytes are cut, the outcome is the same. Writes `consumed`, how many of
/// the bytes were taken, also after an error, and `done`, whether the stream is complete; each may be NULL.
/// What follows the end of the stream is left alone. When the memory is too small: MIGCORE_NO_SPACE, with the
/// least size that the stream is known to need; after migcore_chunk_receiver_grow the bytes that were not
/// taken can be given again. After any other error nothing more is taken.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_feed(
    receiver: *mut migcore_chunk_receiver,
    data: *const c_void,
    length: usize,
    consumed: *mut usize,
    done: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, `length` bytes, NULL or a size_t, and NULL or a bool.
    unsafe {
        let (mut taken, mut complete) = (0, false);
        let end = call(receiver, |receiver| {
            let received = receiver.feed(bytes(data, length)?);
            taken = receiver.taken();
            complete = received?.done;
            Ok(())
        });
        if !consumed.is_null() {
            consumed.write_unaligned(taken);
        }
        if !done.is_null() {
            done.write(complete);
        }
        end
    }
}

/// Writes where the next bytes of the stream belong, and how many at most: `*place` is in the receiver's memory or
/// in that of the machine. So a socket is read straight to there, and migcore_chunk_receiver_got told how much came.
/// The place is good until the next call on the receiver. When the stream is complete, and after an error, `*place`
/// is NULL and `*room` 0. Errors are those of migcore_chunk_receiver_feed, after which nothing more is taken;
/// after MIGCORE_NO_SPACE and migcore_chunk_receiver_grow ask again. There may be room for 2 GiB: read pieces of about
/// 64 KiB, so that they are still in the cache when they are summed up.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_next(
    receiver: *mut migcore_chunk_receiver,
    place: *mut *mut c_void,
    room: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, a pointer and a size_t.
    unsafe {
        if place.is_null() || room.is_null() {
            return MIGCORE_NULL_POINTER;
        }
        place.write_unaligned(core::ptr::null_mut());
        room.write_unaligned(0);
        call(receiver, |receiver| {
            let next = receiver.next()?;
            if !next.is_empty() {
                place.write_unaligned(next.as_mut_ptr().cast());
                room.write_unaligned(next.len());
            }
            Ok(())
        })
    }
}

/// Tells that `length` bytes of the stream were put where migcore_chunk_receiver_next said: at most as many as there
/// was room for, else MIGCORE_INVALID_ARGUMENT, and nothing is done. Checks them as migcore_chunk_receiver_feed does.
/// Writes `done`, whether the stream is complete; it may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_got(
    receiver: *mut migcore_chunk_receiver,
    length: usize,
    done: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and NULL or a bool.
    unsafe {
        let mut complete = false;
        let end = call(receiver, |receiver| {
            complete = receiver.got(length)?;
            Ok(())
        });
        if !done.is_null() {
            done.write(complete);
        }
        end
    }
}

/// Reads from `source` until the stream is complete, and never beyond its end, each byte straight to where it belongs.
/// Its callback `peek` is not used. Errors: MIGCORE_TRUNCATED when the source ends too early; MIGCORE_READ_FAILED,
/// with the number that the source gave for it as the cause; those of migcore_chunk_receiver_feed. After them, but
/// for MIGCORE_NO_SPACE, nothing more is taken.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_read(
    receiver: *mut migcore_chunk_receiver,
    source: *const migcore_source,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and NULL or a source.
    unsafe {
        call(receiver, |receiver| {
            receiver.read(&mut StreamReader::new(CSource::new(source)?, &mut []))
        })
    }
}

/// Gives the place in the stream as it was sent of the byte at `offset` of what migcore_chunk_receiver_bytes gives: what
/// a check or a load of the latter tells as the place of an error. They differ where chunks of memory stood before it.
/// Exact for up to four stretches of those, between which stand other chunks. The offset itself for what is no
/// receiver.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_origin(
    receiver: *const migcore_chunk_receiver,
    offset: u64,
) -> u64 {
    // SAFETY: the caller promises NULL or a receiver, which is only read.
    unsafe { ready(receiver.cast_mut()).map_or(offset, |(_, receiver)| (*receiver).origin(offset)) }
}

/// Writes to `counts`, whose `size` the caller has filled in, what was received of the machine's memory so far.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_counts(
    receiver: *const migcore_chunk_receiver,
    counts: *mut migcore_ram_counts,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, which is only read, and NULL or counts.
    unsafe {
        match (ready(receiver.cast_mut()), Tally::new(counts)) {
            (Err(not_ready), _) => not_ready,
            (_, _) if counts.is_null() => MIGCORE_NULL_POINTER,
            (_, Err(code)) => code.number(),
            (Ok((_, receiver)), Ok(tally)) => {
                tally.set((*receiver).counts());
                MIGCORE_OK
            }
        }
    }
}

/// Gives a receiver other memory in the place of what it has, which it does not read any more: `memory` must
/// begin with what the old one held, up to its capacity, as it does after realloc of that, and may be the old
/// memory itself where more of it is there now. MIGCORE_INVALID_ARGUMENT if it is smaller than what is kept.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_grow(
    receiver: *mut migcore_chunk_receiver,
    memory: *mut c_void,
    capacity: usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and `capacity` writable bytes lent to it alone. The old
    // memory may be gone: it is replaced without being looked at.
    unsafe { call(receiver, |receiver| receiver.grow(bytes_mut(memory, capacity)?)) }
}

/// Writes where the stream is and how long, once it is complete; MIGCORE_TRUNCATED before. It lies in the
/// memory of the receiver, and is without the machine's memory, where that was put to its place: offsets in reports
/// about it are places in it; migcore_chunk_receiver_origin says where in what was sent these are. Values were not
/// looked at yet: check it with migcore_chunk_check or migcore_machine_check, and load it with
/// migcore_chunk_load_checked. After an error `*data` is NULL and `*length` 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_bytes(
    receiver: *const migcore_chunk_receiver,
    data: *mut *const c_void,
    length: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, a pointer and a size_t.
    unsafe {
        if data.is_null() || length.is_null() {
            return MIGCORE_NULL_POINTER;
        }
        data.write_unaligned(core::ptr::null());
        length.write_unaligned(0);
        // What is kept of a failure is not what the caller sees as the receiver.
        call(receiver.cast_mut(), |receiver| {
            let stream = receiver.bytes()?;
            data.write_unaligned(stream.as_ptr().cast());
            length.write_unaligned(stream.len());
            Ok(())
        })
    }
}

/// Copies the report of the last call that failed to `error`, whose `size` the caller has filled in; a
/// report of MIGCORE_OK when there was none, and one without a place for what is no receiver, or could not
/// be begun, whose code is then returned.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_error(
    receiver: *const migcore_chunk_receiver,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and NULL or a migcore_error.
    unsafe {
        match ready(receiver.cast_mut()) {
            Ok((head, receiver)) => {
                let failed = Code::from_number((*head).failure);
                let report = failed.map(|code| (*receiver).report(code));
                fill(error, report.as_ref())
            }
            Err(not_ready) => {
                let report = Code::from_number(not_ready).map(bare);
                tell_error(error, report.as_ref(), not_ready)
            }
        }
    }
}

/// Makes a receiver of storage that returns `code` from every call, if there is room for its head.
///
/// # Safety
/// `head` is NULL or points to `size` writable bytes that nothing else refers to.
unsafe fn init_failed(head: *mut Head, size: usize, code: Code) {
    if !head.is_null() && head.is_aligned() && size >= size_of::<Head>() {
        // SAFETY: not null, aligned, and there is room.
        unsafe {
            (&raw mut (*head).state).write(FAILED);
            (&raw mut (*head).failure).write(code.number());
        }
    }
}

/// Makes an object of storage, with this state word.
///
/// # Safety
/// `storage` is as large and as aligned as a receiver, and the caller's alone.
unsafe fn write<M: Memory + 'static>(
    storage: *mut migcore_chunk_receiver,
    state: u32,
    receiver: Receiver<'static, CKernels, M>,
) {
    let head = Head { state, failure: MIGCORE_OK, receiver: receiver_of::<M> };
    // SAFETY: as the caller promises; an object fits, as was checked above.
    unsafe { storage.cast::<Object<M>>().write(Object { head, receiver }) };
}

/// # Safety
/// `head` is that of an `Object<M>`.
unsafe fn receiver_of<M: Memory + 'static>(head: *mut Head) -> *mut dyn Receiving {
    // SAFETY: as the caller promises; no reference is made.
    unsafe { &raw mut (*head.cast::<Object<M>>()).receiver }
}

/// The receiver at `storage`, which stays as it is, with memory.
///
/// # Safety
/// `storage` points to a receiver that is ready; `ram` as in [`migcore_chunk_receiver_ram`].
unsafe fn with_memory(
    storage: *mut migcore_chunk_receiver,
    ram: *const migcore_ram,
) -> Result<Receiver<'static, CKernels, CBlocks>> {
    // SAFETY: as the caller promises.
    let blocks = unsafe { CBlocks::new(ram) }?;
    // SAFETY: as the caller promises.
    if unsafe { (*storage.cast::<Head>()).state } != READY {
        return Err(Code::Unbalanced);
    }
    // SAFETY: with this state word it is such an object; of the two that there are then, one is not used any more.
    let old = unsafe { storage.cast::<Object<NoMemory>>().read() };
    old.receiver.with_memory(blocks)
}

/// What receivers with memory and without can do.
trait Receiving {
    fn feed(&mut self, input: &[u8]) -> Result<Received>;
    fn taken(&self) -> usize;
    fn next(&mut self) -> Result<&mut [u8]>;
    fn got(&mut self, length: usize) -> Result<bool>;
    fn read(&mut self, reader: &mut StreamReader<'_, CSource>) -> Result<()>;
    fn grow(&mut self, buffer: &'static mut [u8]) -> Result<()>;
    fn origin(&self, offset: u64) -> u64;
    fn bytes(&mut self) -> Result<&[u8]>;
    fn counts(&self) -> Counts;
    fn report(&self, code: Code) -> Report;
}

impl<K: Kernels, M: Memory> Receiving for Receiver<'static, K, M> {
    fn feed(&mut self, input: &[u8]) -> Result<Received> {
        self.feed(input)
    }

    fn taken(&self) -> usize {
        self.taken()
    }

    fn next(&mut self) -> Result<&mut [u8]> {
        self.next()
    }

    fn got(&mut self, length: usize) -> Result<bool> {
        self.got(length)
    }

    fn read(&mut self, reader: &mut StreamReader<'_, CSource>) -> Result<()> {
        self.read(reader)
    }

    fn grow(&mut self, buffer: &'static mut [u8]) -> Result<()> {
        self.grow(buffer)
    }

    fn origin(&self, offset: u64) -> u64 {
        self.origin(offset)
    }

    fn bytes(&mut self) -> Result<&[u8]> {
        self.bytes()
    }

    fn counts(&self) -> Counts {
        self.counts()
    }

    fn report(&self, code: Code) -> Report {
        self.report(code)
    }
}

/// # Safety
/// As [`migcore_chunk_receiver_init`].
unsafe fn made(
    memory: *mut c_void,
    capacity: usize,
    given: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> Result<Receiver<'static, CKernels>> {
    // SAFETY: as the caller promises.
    unsafe {
        let memory = bytes_mut(memory, capacity)?;
        Ok(Receiver::new(memory, limits(given)?, CKernels::new(kernels)?))
    }
}

/// The head of a receiver that is ready and the receiver behind it, or why the call cannot be done.
///
/// # Safety
/// `receiver` is NULL or points to a migcore_chunk_receiver.
unsafe fn ready(
    receiver: *mut migcore_chunk_receiver,
) -> core::result::Result<(*mut Head, *mut dyn Receiving), migcore_status> {
    if receiver.is_null() {
        return Err(MIGCORE_NULL_POINTER);
    }
    let head = receiver.cast::<Head>();
    // SAFETY: not null, and the caller promises a receiver.
    match unsafe { (*head).state } {
        // SAFETY: so `write` left it.
        READY | READY_MEMORY => Ok((head, unsafe { ((*head).receiver)(head) })),
        // SAFETY: as above.
        FAILED => Err(unsafe { (*head).failure }),
        BUSY => Err(MIGCORE_BUSY),
        _ => Err(MIGCORE_BAD_OBJECT),
    }
}

/// Runs a call on a receiver, and keeps its outcome.
///
/// # Safety
/// `receiver` is NULL or points to a migcore_chunk_receiver that nothing else refers to.
unsafe fn call(
    receiver: *mut migcore_chunk_receiver,
    call: impl FnOnce(&mut dyn Receiving) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises; head and receiver lie beside each other.
    unsafe {
        match ready(receiver) {
            Ok((head, receiver)) => {
                let state = (*head).state;
                // Callbacks find it busy.
                (*head).state = BUSY;
                (*head).failure = status(call(&mut *receiver));
                (*head).state = state;
                (*head).failure
            }
            Err(not_ready) => not_ready,
        }
    }
}
