//! JSON, written by what describes itself.

use core::ffi::c_char;

use migcore::io::json::Json;

use super::storage::{change, migcore_vmdesc, tell, write, write_text};
use crate::status::migcore_status;

/// Whether nothing is told at the moment: an element of an array is saved whose first one was told for all. The
/// calls that follow then do nothing.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_is_muted(description: *mut migcore_vmdesc) -> bool {
    // SAFETY: the caller promises NULL or a description.
    unsafe { change(description, |to| to.is_muted()) }.unwrap_or(false)
}

/// Opens an object. As in all calls that follow, `key` is NULL in an array and for the outermost value, and
/// nowhere else.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_begin_object(
    description: *mut migcore_vmdesc,
    key: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.begin_object(key)) }
}

/// Closes the object that was opened last.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_end_object(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, |to| to.write(Json::end_object)) }
}

/// Opens an array.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_begin_array(
    description: *mut migcore_vmdesc,
    key: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.begin_array(key)) }
}

/// Closes the array that was opened last.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_end_array(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, |to| to.write(Json::end_array)) }
}

/// A string. What is not printable ASCII is escaped, and what is not UTF-8 replaced.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_string(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    value: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or C strings.
    unsafe { write_text(description, key, value, |json, key, value| json.string(key, value)) }
}

/// A number.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_signed(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    value: i64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.signed(key, value)) }
}

/// A number that is not negative.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_unsigned(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    value: u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.unsigned(key, value)) }
}

/// A number that the caller printed, as `1.5e3`. Another text is MIGCORE_INVALID_ARGUMENT.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_number(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    printed: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or C strings.
    unsafe { write_text(description, key, printed, |json, key, printed| json.number(key, printed)) }
}

/// `true` or `false`.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_boolean(
    description: *mut migcore_vmdesc,
    key: *const c_char,
    value: bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.boolean(key, value)) }
}

/// `null`.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_null(
    description: *mut migcore_vmdesc,
    key: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { write(description, key, |json, key| json.null(key)) }
}
