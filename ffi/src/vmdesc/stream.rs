//! The devices of a stream, as whoever saves them tells them.

use core::ffi::c_char;

use migcore::codec::describe::Describer;

use super::storage::{migcore_vmdesc, tell, tell_text};
use crate::status::migcore_status;

/// Begins a whole stream, whose target has pages of `page_size` bytes: the outermost object.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_begin_stream(
    description: *mut migcore_vmdesc,
    page_size: u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, |to| to.begin_stream(page_size)) }
}

/// Begins the configuration section, before all devices. QEMU describes it from 8.2 on.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_begin_configuration(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, Describer::begin_configuration) }
}

/// Ends the configuration section.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_end_configuration(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, Describer::end_configuration) }
}

/// Begins a section that is saved by a table.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_begin_device(
    description: *mut migcore_vmdesc,
    name: *const c_char,
    instance: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { tell_text(description, name, |to, name| to.begin_device(name, instance)) }
}

/// Ends a section.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_end_device(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, Describer::end_device) }
}

/// A section of which no more is known than that a handler wrote `length` bytes.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_handler(
    description: *mut migcore_vmdesc,
    name: *const c_char,
    instance: u32,
    length: u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description, and NULL or a C string.
    unsafe { tell_text(description, name, |to, name| to.handler(name, instance, length)) }
}

/// Ends a stream.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmdesc_end_stream(
    description: *mut migcore_vmdesc,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a description.
    unsafe { tell(description, Describer::end_stream) }
}
