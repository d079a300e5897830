//! Devices, structs and lists.

use core::ffi::c_char;

use migcore::visit::{Description, Extent, Name, Scope, ScopeKind};
use migcore::Code;

use crate::object::{migcore_visitor, run, CName, Raw};
use crate::status::migcore_status;

/// Begins the state of one device, of `version`: on save the version to write, on load the stream's.
/// `instance` tells devices of one name apart.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_device(
    v: *mut migcore_visitor,
    name: *const c_char,
    instance: u32,
    version: u32,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe { begin(v, name, Scope::Device { instance, version }) }
}

/// Ends a device.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_device(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.end(ScopeKind::Device)) }
}

/// Begins a struct of the version that surrounds it.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_struct(
    v: *mut migcore_visitor,
    name: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe { begin(v, name, Scope::Struct(None)) }
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
        let description = Description { name: name_of, version, minimum_version };
        begin(v, name, Scope::Struct(Some(description)))
    }
}

/// Ends a struct of either form.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_struct(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.end(ScopeKind::Struct)) }
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
    unsafe { begin(v, name, Scope::List { extent: Extent::Fixed, count }) }
}

/// Begins a list of `*count` structs; the count is part of the state. On load at most `capacity` are
/// accepted, and `count` is written.
#[no_mangle]
pub unsafe extern "C" fn migcore_begin_varlist(
    v: *mut migcore_visitor,
    name: *const c_char,
    capacity: usize,
    count: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and a count.
    unsafe {
        let (name, count) = (CName::new(name), Raw::new(count));
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
    unsafe { run(v, |visitor| visitor.begin(&"", Scope::Element)) }
}

/// Ends an element.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_element(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.end(ScopeKind::Element)) }
}

/// Ends a list of either form.
#[no_mangle]
pub unsafe extern "C" fn migcore_end_list(v: *mut migcore_visitor) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.end(ScopeKind::List)) }
}

/// # Safety
/// `v` is NULL or a visitor, `name` NULL or a C string.
unsafe fn begin(v: *mut migcore_visitor, name: *const c_char, scope: Scope<'_>) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| visitor.begin(&name, scope))
    }
}
