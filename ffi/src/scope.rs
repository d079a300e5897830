//! Devices, structs, lists, and what is optional.

use core::ffi::c_char;

use migcore::visit::{Count, Description, Extent, Name, Place, Scope, ScopeKind, Versions};
use migcore::Code;

use crate::object::{enter, is_failed_load, migcore_visitor, run, through, Wire};
use crate::place::{CName, Raw};
use crate::status::{migcore_status, status};

/// Begins the state of one device; the device's own function visits what is inside. `instance` tells
/// devices of one name apart. The device writes `version`, and reads from `minimum_version` to
/// `version`. Which version this state has is told by the stream, or by migcore_set_state_version where
/// the wire carries none, as the legacy one; where nobody tells, it is `version`.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_device(
    v: *mut migcore_visitor,
    name: *const c_char,
    instance: u32,
    version: u32,
    minimum_version: u32,
) -> migcore_status {
    let versions = Versions { current: version, minimum: minimum_version };
    // SAFETY: the caller promises a visitor and a name.
    unsafe { begin_scope(v, name, &Scope::Device { instance, versions }) }
}

/// Ends a device.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_device(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { end_scope(v, ScopeKind::Device) }
}

/// Begins a struct of the version that surrounds it.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_struct(
    v: *mut migcore_visitor,
    name: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe { begin_scope(v, name, &Scope::Struct(None)) }
}

/// Begins a struct that is described on its own, as `description`, with versions of its own: writes
/// `version`, and reads from `minimum_version` to `version`. On a wire that carries no version of
/// structs, as the legacy one, `version` is taken for the stream's.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_versioned_struct(
    v: *mut migcore_visitor,
    name: *const c_char,
    description: *const c_char,
    version: u32,
    minimum_version: u32,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and two names.
    unsafe {
        let description = CName::new(description);
        let name_of = description.bytes();
        let versions = Versions { current: version, minimum: minimum_version };
        let description = Description { name: name_of, versions };
        begin_scope(v, name, &Scope::Struct(Some(description)))
    }
}

/// Ends a struct of either form.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_struct(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { end_scope(v, ScopeKind::Struct) }
}

/// Begins what may be there or not: on save `*present` says whether it is, on load `present` is
/// written, false after an error. Visit its items only if it is; call migcore_end_optional in any case.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_optional(
    v: *mut migcore_visitor,
    name: *const c_char,
    present: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and a flag.
    unsafe {
        let (name, mut present) = (CName::new(name), Raw::new(present));
        if let (true, Some(present)) = (is_failed_load(v), &mut present) {
            present.store(false);
        }
        run(v, |visitor| match present {
            Some(present) => visitor.begin_optional(&name, present),
            None => Err(visitor.fail_as(Code::NullPointer, 0, &name)),
        })
    }
}

/// Ends what is optional.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_optional(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { end_scope(v, ScopeKind::Optional) }
}

/// Begins a list of `count` structs; both sides know the count. Visit each between
/// migcore_begin_element and migcore_end_element.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_list(
    v: *mut migcore_visitor,
    name: *const c_char,
    count: usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe { begin_scope(v, name, &Scope::List { extent: Extent::Fixed, count }) }
}

/// Begins a list of `*count` structs; the count is part of the state. On load at most `capacity` are
/// accepted, and `count` is written, 0 after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_varlist(
    v: *mut migcore_visitor,
    name: *const c_char,
    capacity: usize,
    count: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and a count.
    unsafe {
        let (name, mut count) = (CName::new(name), Raw::new(count));
        if let (true, Some(count)) = (is_failed_load(v), &mut count) {
            count.store(0);
        }
        run(v, |visitor| match count {
            Some(count) => visitor.begin_varlist(&name, capacity, count),
            None => Err(visitor.fail_as(Code::NullPointer, 0, &name)),
        })
    }
}

/// Begins the next element of a list.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_element(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { through(v, |operations| (operations.begin_element)(v)) }
}

/// Ends an element.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_element(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { through(v, |operations| (operations.end_element)(v)) }
}

/// Ends a list of either form.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_list(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { end_scope(v, ScopeKind::List) }
}

/// # Safety
/// `v` is NULL or a visitor, `name` NULL or a C string.
unsafe fn begin_scope(
    v: *mut migcore_visitor,
    name: *const c_char,
    scope: &Scope<'_>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe { through(v, |operations| (operations.begin)(v, name, scope)) }
}

/// # Safety
/// `v` is NULL or a visitor.
pub(crate) unsafe fn end_scope(v: *mut migcore_visitor, kind: ScopeKind) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe { through(v, |operations| (operations.end)(v, kind)) }
}

/// Begins a scope, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`, `name` NULL or a C string.
pub(crate) unsafe fn begin<W: Wire>(
    v: *mut migcore_visitor,
    name: *const c_char,
    scope: &Scope<'_>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        status(enter::<W, _>(v, |visitor| visitor.begin(&name, *scope)))
    }
}

/// Ends a scope, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`.
pub(crate) unsafe fn end<W: Wire>(v: *mut migcore_visitor, kind: ScopeKind) -> migcore_status {
    // SAFETY: as the caller promises.
    status(unsafe { enter::<W, _>(v, |visitor| visitor.end(kind)) })
}

/// Begins an element, over the wire `W`: as [`begin`], but lists are long and this is short.
///
/// # Safety
/// `v` is ready and of `W`.
pub(crate) unsafe fn begin_element<W: Wire>(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: as the caller promises.
    status(unsafe { enter::<W, _>(v, |visitor| visitor.begin_element()) })
}

/// Ends an element, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`.
pub(crate) unsafe fn end_element<W: Wire>(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: as the caller promises.
    status(unsafe { enter::<W, _>(v, |visitor| visitor.end_element()) })
}
