//! Takes a stream as its bytes come in.

use core::ffi::c_void;

use migcore::codec::chunk::Receiver;
use migcore::error::Path;
use migcore::{Code, Report, Result};

use super::check::{bare, tell_error};
use super::settings::{limits, migcore_chunk_limits};
use crate::error::{fill, migcore_error};
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::{bytes, bytes_mut};
use crate::object::check_storage;
use crate::status::{migcore_status, status, MIGCORE_BAD_OBJECT, MIGCORE_NULL_POINTER, MIGCORE_OK};

/// Storage for a receiver, which collects a stream of chunks from pieces of any length. It belongs to one
/// thread at a time, may be moved in memory between two calls, and needs no destructor.
#[repr(C)]
pub struct migcore_chunk_receiver {
    reserved: [u64; 64],
}

/// State word of a receiver.
const READY: u32 = 0x6d69_6772;
/// State word of one that could not be begun; `failure` says why.
const FAILED: u32 = 0x6d69_6773;

/// A receiver as it lies in the caller's storage. One that failed has only its head.
#[repr(C)]
struct Object {
    head: Head,
    receiver: Receiver<'static, CKernels>,
}

#[repr(C)]
struct Head {
    state: u32,
    /// Of the last call.
    failure: migcore_status,
}

const _: () = assert!(size_of::<Object>() <= size_of::<migcore_chunk_receiver>());
const _: () = assert!(align_of::<Object>() <= align_of::<migcore_chunk_receiver>());

/// Begins a receiver that collects a stream in `memory`, which it borrows: all of the stream must fit, unless
/// it is given more with migcore_chunk_receiver_grow.
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
                let head = Head { state: READY, failure: MIGCORE_OK };
                receiver.cast::<Object>().write(Object { head, receiver: made });
                MIGCORE_OK
            }
            Err(code) => {
                init_failed(receiver.cast(), size, code);
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

/// Gives a receiver other memory in the place of what it has, which it does not read any more: `memory` must
/// begin with the bytes that were taken so far, as it does after realloc of the old memory, and may be the old
/// memory itself where more of it is there now. MIGCORE_INVALID_ARGUMENT if it is smaller than what was taken.
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
/// memory of the receiver. Values were not looked at yet: check it with migcore_chunk_check or
/// migcore_machine_check, and load it with migcore_chunk_load_checked. After an error `*data` is NULL and
/// `*length` 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_receiver_bytes(
    receiver: *mut migcore_chunk_receiver,
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
        call(receiver, |receiver| {
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
    receiver: *mut migcore_chunk_receiver,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a receiver, and NULL or a migcore_error.
    unsafe {
        match ready(receiver) {
            Ok(object) => {
                let fault = object.receiver.fault();
                let report = Code::from_number(object.head.failure);
                let report = report.map(|code| Report { code, fault, path: Path::new() });
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
        unsafe { head.write(Head { state: FAILED, failure: code.number() }) };
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

/// The object of a receiver that is ready, or why the call cannot be done.
///
/// # Safety
/// `receiver` is NULL or points to a migcore_chunk_receiver that nothing else refers to during `'a`.
unsafe fn ready<'a>(
    receiver: *mut migcore_chunk_receiver,
) -> core::result::Result<&'a mut Object, migcore_status> {
    if receiver.is_null() {
        return Err(MIGCORE_NULL_POINTER);
    }
    let head = receiver.cast::<Head>();
    // SAFETY: not null, and the caller promises a receiver.
    match unsafe { (*head).state } {
        // SAFETY: so `migcore_chunk_receiver_init` left it.
        READY => Ok(unsafe { &mut *receiver.cast::<Object>() }),
        // SAFETY: as above.
        FAILED => Err(unsafe { (*head).failure }),
        _ => Err(MIGCORE_BAD_OBJECT),
    }
}

/// Runs a call on a receiver, and keeps its outcome.
///
/// # Safety
/// As [`ready`].
unsafe fn call(
    receiver: *mut migcore_chunk_receiver,
    call: impl FnOnce(&mut Receiver<'static, CKernels>) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    match unsafe { ready(receiver) } {
        Ok(object) => {
            object.head.failure = status(call(&mut object.receiver));
            object.head.failure
        }
        Err(not_ready) => not_ready,
    }
}
