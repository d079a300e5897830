//! Texts of the caller.

use core::ffi::{c_char, CStr};

use migcore::{Code, Result};

/// A text that is an argument of a call; NULL is an empty one. [`Code::BadText`] if it is not UTF-8.
///
/// # Safety
/// `text` is NULL or a C string that does not change during `'a`.
pub(crate) unsafe fn argument<'a>(text: *const c_char) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    unsafe { utf8(text, Code::BadText) }
}

/// A text in a row of a table; NULL is an empty one. [`Code::BadTable`] if it is not UTF-8.
///
/// # Safety
/// As [`argument`].
pub(crate) unsafe fn of_row<'a>(text: *const c_char) -> Result<&'a str> {
    // SAFETY: as the caller promises.
    unsafe { utf8(text, Code::BadTable) }
}

/// # Safety
/// As [`argument`].
unsafe fn utf8<'a>(text: *const c_char, otherwise: Code) -> Result<&'a str> {
    if text.is_null() {
        return Ok("");
    }
    // SAFETY: not null, and the caller promises a C string.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| otherwise)
}
