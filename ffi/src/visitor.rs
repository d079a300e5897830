//! What a visit tells, and its end.

use core::ffi::c_char;

use crate::error::{self, migcore_error};
use crate::object::{migcore_visitor, numbers_of_begin, operations, run, with};
use crate::place::CName;
use crate::status::{migcore_status, refusal, MIGCORE_OK};

/// What migcore_state_version returns where nobody told a version: newer than any, so that nothing is
/// left out.
pub const MIGCORE_NEWEST: u32 = 0xffff_ffff;

/// Whether this visitor loads. False for what is no visitor.
#[no_mangle]
pub unsafe extern "C" fn migcore_is_loading(v: *const migcore_visitor) -> bool {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { operations(v) }.is_ok_and(|operations| operations.loading)
}

/// The version of the state being visited: of the innermost device, versioned struct or subsection;
/// on load the stream's, on save the target's. Use it for arrays and structs that exist from a version
/// on, as the _since calls do for scalars. MIGCORE_NEWEST where nobody told a version; 0 for what is no
/// visitor.
#[no_mangle]
pub unsafe extern "C" fn migcore_state_version(v: *mut migcore_visitor) -> u32 {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { with(v, |visitor| visitor.version()) }.unwrap_or(0)
}

/// Sets the version that the caller's own framing gives, such as that of a QEMU section: of the device
/// that begins next, or of items outside of any device. On load it is the stream's version, on save
/// the one to write. Outside of all scopes only.
#[no_mangle]
pub unsafe extern "C" fn migcore_set_state_version(
    v: *mut migcore_visitor,
    version: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.set_version(version)) }
}

/// The position in the stream, in bytes; after an error, where the visit stood still. 0 for what is
/// no visitor.
#[no_mangle]
pub unsafe extern "C" fn migcore_position(v: *mut migcore_visitor) -> u64 {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { with(v, |visitor| visitor.position()) }.unwrap_or(0)
}

/// The first error of the visit, or MIGCORE_OK. Every call after it returned the same.
#[no_mangle]
pub unsafe extern "C" fn migcore_get_status(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    let first = unsafe { with(v, |visitor| visitor.report().map(|report| report.code.number())) };
    match first {
        Ok(first) => first.unwrap_or(MIGCORE_OK),
        Err(not_ready) => not_ready,
    }
}

/// Copies the report of the first error to `error`, whose `size` the caller has filled in; a report
/// of MIGCORE_OK when there was none, and one without a place for what is no visitor, or could not be
/// begun, whose code is then returned.
#[no_mangle]
pub unsafe extern "C" fn migcore_get_error(
    v: *mut migcore_visitor,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or a migcore_error.
    unsafe {
        let filled = with(v, |visitor| error::fill(error, visitor.report()));
        filled
            .unwrap_or_else(|not_ready| error::fill_unbegun(error, not_ready, numbers_of_begin(v)))
    }
}

/// Ends the visit with an error of the device's own, at the item `name` of the innermost scope, for
/// instance when a loaded value cannot be. `status` is one of the MIGCORE_ codes, by custom
/// MIGCORE_REFUSED; any other number, such as -EINVAL, is taken for MIGCORE_REFUSED with this number as
/// its cause. `cause` is the device's number for it, and goes before that one; or 0. Returns the first
/// error of the visit.
#[no_mangle]
pub unsafe extern "C" fn migcore_fail(
    v: *mut migcore_visitor,
    name: *const c_char,
    status: migcore_status,
    cause: i32,
) -> migcore_status {
    let (code, own) = refusal(status);
    let cause = if cause == 0 { own } else { cause };
    // SAFETY: the caller promises NULL or a visitor, and NULL or a C string.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| Err(visitor.fail_as(code, cause, &name)))
    }
}

/// On load, ends the visit with MIGCORE_REFUSED at the item `name` of the innermost scope unless `good`: for a
/// value that the device could not live with, such as an index out of its ring. On save it does nothing, and so it
/// does after an error. Returns the first error of the visit.
#[no_mangle]
pub unsafe extern "C" fn migcore_require(
    v: *mut migcore_visitor,
    name: *const c_char,
    good: bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor, and NULL or a C string.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| visitor.refuse_unless(good, &name))
    }
}

/// Sends on what the visitor's buffer holds back.
#[no_mangle]
pub unsafe extern "C" fn migcore_flush(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe {
        run(v, |visitor| match visitor.is_loading() {
            true => visitor.check(),
            false => visitor.flush(),
        })
    }
}

/// Checks, on load, that the stream ends here: MIGCORE_UNCONSUMED if it does not. For a state whose end
/// is that of its stream; on save there is nothing to check.
#[no_mangle]
pub unsafe extern "C" fn migcore_expect_end(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.expect_end()) }
}

/// Ends a visit: returns its first error, checks that every scope is closed, and sends on what is held
/// back. Chunks and trees are looked at to their end, and nothing critical in them may be unread; what follows,
/// and what is left on a legacy wire, is not looked at: see migcore_expect_end. What the visitor borrowed
/// is the caller's again. Nothing needs to be freed; for another visit, begin again.
#[no_mangle]
pub unsafe extern "C" fn migcore_finish(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.finish()) }
}
