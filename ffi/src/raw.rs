//! Bytes without name and type, for layers that put and get.

use core::ffi::c_void;

use crate::memory::{bytes, bytes_mut};
use crate::object::{enter, migcore_visitor, through, with, Wire};
use crate::status::{migcore_status, status, MIGCORE_TRUNCATED};

/// Saves bytes that have neither name nor type: what code writes that is not converted yet.
#[no_mangle]
pub unsafe extern "C" fn migcore_put_raw(
    v: *mut migcore_visitor,
    data: *const c_void,
    length: usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or `length` bytes.
    unsafe { through(v, |operations| (operations.put_raw)(v, data, length)) }
}

/// Saves raw bytes, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`, `data` NULL or `length` bytes.
pub(crate) unsafe fn put<W: Wire>(
    v: *mut migcore_visitor,
    data: *const c_void,
    length: usize,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        status(enter::<W, _>(v, |visitor| match bytes(data, length) {
            Ok(data) => visitor.put_raw(data),
            Err(code) => Err(visitor.fail_as(code, 0, &"")),
        }))
    }
}

/// Loads raw bytes as far as the stream goes; `got`, which may be NULL, is written. Fewer than
/// `length` is the end of the stream: MIGCORE_TRUNCATED, the first error of the visit.
#[no_mangle]
pub unsafe extern "C" fn migcore_get_raw(
    v: *mut migcore_visitor,
    data: *mut c_void,
    length: usize,
    got: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, `length` bytes, and NULL or a count.
    unsafe {
        tell(got, 0);
        through(v, |operations| (operations.get_raw)(v, data, length, got))
    }
}

/// Loads raw bytes, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`, `data` NULL or `length` writable bytes, `got` NULL or a size_t.
pub(crate) unsafe fn get<W: Wire>(
    v: *mut migcore_visitor,
    data: *mut c_void,
    length: usize,
    got: *mut usize,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let done = enter::<W, _>(v, |visitor| match bytes_mut(data, length) {
            Ok(out) => visitor.get_raw(out),
            Err(code) => Err(visitor.fail_as(code, 0, &"")),
        });
        tell(got, *done.as_ref().unwrap_or(&0));
        match done {
            Ok(count) if count < length => MIGCORE_TRUNCATED,
            done => status(done),
        }
    }
}

/// Copies raw bytes that follow the next `ahead` ones, consuming nothing; `got`, which may be NULL,
/// is written. Fewer than `length` is the end of the stream, and no error. MIGCORE_UNSUPPORTED when
/// neither the buffer nor the source can look ahead so far.
#[no_mangle]
pub unsafe extern "C" fn migcore_peek_raw(
    v: *mut migcore_visitor,
    ahead: usize,
    data: *mut c_void,
    length: usize,
    got: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, `length` bytes, and NULL or a count.
    unsafe {
        let done = with(v, |visitor| match bytes_mut(data, length) {
            Ok(out) => visitor.peek_raw(ahead, out),
            Err(code) => Err(visitor.fail_as(code, 0, &"")),
        });
        let (count, end) = match done {
            Ok(done) => (done.unwrap_or(0), status(done)),
            Err(not_ready) => (0, not_ready),
        };
        tell(got, count);
        end
    }
}

/// Tells a count to a caller who wants to know.
///
/// # Safety
/// `got` is NULL or points to a writable size_t.
unsafe fn tell(got: *mut usize, count: usize) {
    if !got.is_null() {
        // SAFETY: not null, and the caller promises a size_t.
        unsafe { got.write_unaligned(count) };
    }
}
