//! Memory of the caller as slices.

use core::ffi::c_void;
use core::slice;

/// The largest object that Rust and C agree on.
const LARGEST: usize = usize::MAX >> 1;

/// `length` bytes of the caller; `None` for NULL, unless no bytes are asked for, and for lengths that
/// no object can have.
///
/// # Safety
/// `data` is NULL or points to `length` readable bytes that do not change during `'a`.
#[inline]
pub(crate) unsafe fn bytes<'a>(data: *const c_void, length: usize) -> Option<&'a [u8]> {
    if length == 0 {
        return Some(&[]);
    }
    if data.is_null() || length > LARGEST {
        return None;
    }
    // SAFETY: not null, of a possible length, and the caller promises the rest.
    Some(unsafe { slice::from_raw_parts(data.cast(), length) })
}

/// `length` bytes of the caller that may be written. As [`bytes`].
///
/// # Safety
/// `data` is NULL or points to `length` writable bytes that nothing else uses during `'a`.
#[inline]
pub(crate) unsafe fn bytes_mut<'a>(data: *mut c_void, length: usize) -> Option<&'a mut [u8]> {
    if length == 0 {
        return Some(&mut []);
    }
    if data.is_null() || length > LARGEST {
        return None;
    }
    // SAFETY: not null, of a possible length, and the caller promises the rest.
    Some(unsafe { slice::from_raw_parts_mut(data.cast(), length) })
}
