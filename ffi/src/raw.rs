//! Bytes without name and type, for layers that put and get.

use core::ffi::c_void;

use migcore::visit::Visitor;
use migcore::{Code, Result};

use crate::memory::{bytes, bytes_mut};
use crate::object::{migcore_visitor, run, with};
use crate::status::{migcore_status, status};

/// Saves bytes that have neither name nor type: what code writes that is not converted yet.
#[no_mangle]
pub unsafe extern "C" fn migcore_put_raw(
    v: *mut migcore_visitor,
    data: *const c_void,
    length: usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or `length` bytes.
    unsafe {
        run(v, |visitor| match bytes(data, length) {
            Some(data) => visitor.put_raw(data),
            None => Err(visitor.fail_as(Code::NullPointer, 0, &"")),
        })
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
        fetch(v, data, length, got, |visitor, out| {
            let wanted = out.len();
            let got = visitor.get_raw(out)?;
            Ok((got, if got < wanted { Err(Code::Truncated) } else { Ok(()) }))
        })
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
        fetch(v, data, length, got, |visitor, out| Ok((visitor.peek_raw(ahead, out)?, Ok(()))))
    }
}

/// Runs a call that fills `data` and says how far and how that ended.
///
/// # Safety
/// `v` is NULL or a visitor, `data` NULL or `length` writable bytes, `got` NULL or a size_t.
unsafe fn fetch(
    v: *mut migcore_visitor,
    data: *mut c_void,
    length: usize,
    got: *mut usize,
    call: impl FnOnce(&mut Visitor<'_>, &mut [u8]) -> Result<(usize, Result<()>)>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    let done = unsafe {
        with(v, |visitor| match bytes_mut(data, length) {
            Some(out) => call(visitor, out),
            None => Err(visitor.fail_as(Code::NullPointer, 0, &"")),
        })
    };
    let (count, end) = match done {
        Ok(Ok((count, end))) => (count, status(end)),
        Ok(Err(code)) => (0, code.number()),
        Err(not_ready) => (0, not_ready),
    };
    if !got.is_null() {
        // SAFETY: not null, and the caller promises a size_t.
        unsafe { got.write_unaligned(count) };
    }
    end
}
