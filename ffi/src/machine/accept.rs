//! A machine from what a receiver has collected.

use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::null;

use migcore::{Code, Result};

use super::{migcore_checked, migcore_machine, migcore_machine_check, migcore_machine_load};
use crate::chunk::load::{migcore_chunk_load_checked, migcore_chunk_loader};
use crate::chunk::receive::{
    migcore_chunk_receiver, migcore_chunk_receiver_bytes, migcore_chunk_receiver_error,
    migcore_chunk_receiver_origin,
};
use crate::chunk::tell::{migcore_chunk_counts, migcore_chunk_get_counts};
use crate::error::{fill_unbegun, migcore_error};
use crate::io::check_sized;
use crate::object::migcore_visitor;
use crate::status::{migcore_status, MIGCORE_OK};
use crate::visitor::migcore_get_error;

/// Checks the stream that `receiver` has collected for a machine, and with `load` loads it: migcore_machine_check and
/// migcore_machine_load over what migcore_chunk_receiver_bytes gives. No device is touched before all was found
/// right. `index` as in migcore_chunk_load_memory.
///
/// `checked` gets what the check found, and `counts` what it passed over; `error` gets the report, in which the offset is
/// the place in the stream as it was sent. Each may be NULL; the `size` of each is filled in by the caller. Whether a load that
/// failed has left the machine dirty, says migcore_machine_is_dirty. The callbacks of devices may not use the receiver.
/// Of the stack this takes some 9 KB.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_accept(
    machine: *mut migcore_machine,
    receiver: *mut migcore_chunk_receiver,
    load: bool,
    index: *mut c_void,
    index_size: usize,
    checked: *mut migcore_checked,
    counts: *mut migcore_chunk_counts,
    error: *mut migcore_error,
) -> migcore_status {
    let (mut data, mut length) = (null(), 0);
    let mut loader = MaybeUninit::<migcore_chunk_loader>::uninit();
    let (storage, size) = (loader.as_mut_ptr(), size_of::<migcore_chunk_loader>());
    let mut own = migcore_checked::new();
    let checked = if checked.is_null() { &raw mut own } else { checked };
    // SAFETY: the caller promises NULL or a machine and a receiver, `index_size` writable bytes, and NULL or
    // structs that begin with their size. The loader is used here alone, as long as what the receiver has stays.
    unsafe {
        if let Err(code) = told_where(counts, error) {
            return code.number();
        }
        let there = migcore_chunk_receiver_bytes(receiver, &raw mut data, &raw mut length);
        if there != MIGCORE_OK {
            if !error.is_null() {
                migcore_chunk_receiver_error(receiver, error);
            }
            return there;
        }
        let v: *mut migcore_visitor = storage.cast();
        let begin = || {
            let (limits, kernels) = (null(), null());
            migcore_chunk_load_checked(
                storage, size, data, length, index, index_size, limits, kernels,
            )
        };
        begin();
        let mut done = migcore_machine_check(machine, v, checked);
        if !counts.is_null() {
            migcore_chunk_get_counts(storage, counts);
        }
        if done == MIGCORE_OK && load {
            begin();
            done = migcore_machine_load(machine, v, checked);
        }
        if !error.is_null() {
            migcore_get_error(v, error);
            if (*error).status != done {
                // What failed is no visit: the machine is none, or not ready.
                fill_unbegun(error, done, None);
            }
            (*error).offset = migcore_chunk_receiver_origin(receiver, (*error).offset);
        }
        done
    }
}

/// Checks the structs that are filled in at the end.
///
/// # Safety
/// Both are NULL or point to a `size_t`.
unsafe fn told_where(counts: *mut migcore_chunk_counts, error: *mut migcore_error) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        if !counts.is_null() {
            check_sized(counts.cast_const())?;
        }
        match error.is_null() {
            true => Ok(()),
            false if !error.is_aligned() => Err(Code::Misaligned),
            false => check_sized(error.cast_const()),
        }
    }
}
