//! Objects that are visited by a table of their fields.

pub mod dump;
pub mod plan;
pub mod services;
pub mod table;

mod decode;
mod host;
mod memory;
mod trees;

use core::ffi::{c_char, c_int, c_void};

use migcore::visit::Name;
use migcore::{vmstate, Code, Result};

use crate::io::sized;
use crate::object::{migcore_visitor, run};
use crate::place::CName;
use crate::status::{migcore_status, status};
use decode::CTable;
use host::CHost;
use memory::CPlace;
use services::{migcore_vmstate_device, migcore_vmstate_host};
use table::migcore_vmstate;

/// Visits an object by its table: saves or loads the fields in their order, with hooks and subsections. Outside of a
/// device this begins and ends one, of the table's name, instance 0 and version, or the version that
/// migcore_set_state_version gave; inside, the fields go into the open scope, at its version. `host` may be NULL. A load
/// that fails has stored what came before the fault, as always.
///
/// The table says where in the object a member lies and what it is: a wrong one reads and writes elsewhere. What a
/// stream says is checked: it cannot make the visit go beyond an array inside of the object whose length the table
/// knows, allocate without bound, or go deeper than MIGCORE_MAX_DEPTH.
///
/// While the call runs nothing else may use the members that the table names: no other thread, no source or sink that
/// lies in one. Code of the device may, where it is called for the object.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_vmstate(
    v: *mut migcore_visitor,
    table: *const migcore_vmstate,
    object: *mut c_void,
    host: *const migcore_vmstate_host,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a table, an object of that table, and NULL or a host.
    unsafe { visit(v, table, object, host, vmstate::visit) }
}

/// Visits an object by its table in a struct `name` of its own, at this version of the table, 0 or more; on a wire that
/// tells the version of a struct, a load takes that. Outside of a device this begins and ends one. With `name` NULL the
/// name is the table's. While the call runs nothing else may use the members, as in migcore_visit_vmstate.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_vmstate_struct(
    v: *mut migcore_visitor,
    name: *const c_char,
    table: *const migcore_vmstate,
    version_id: c_int,
    object: *mut c_void,
    host: *const migcore_vmstate_host,
) -> migcore_status {
    // SAFETY: as in `migcore_visit_vmstate`, and NULL or a name.
    unsafe {
        let Ok(version) = u32::try_from(version_id) else {
            return run(v, |visitor| Err(visitor.fail_as(Code::InvalidArgument, 0, &"")));
        };
        let given = (!name.is_null()).then(|| CName::new(name));
        visit(v, table, object, host, |host, table, object| {
            let name = given.as_ref().map(|name| -> &dyn Name { name });
            vmstate::visit_struct(host, name, table, version, object)
        })
    }
}

/// migcore_visit_vmstate of what `device` points to, a migcore_vmstate_device: a `visit` for devices of a machine,
/// whose `opaque` it is. Hooks are best left to the table.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_vmstate_device(
    v: *mut migcore_visitor,
    device: *mut c_void,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a device, whose members are as `migcore_visit_vmstate` takes them.
    unsafe {
        match sized(device.cast::<migcore_vmstate_device>()) {
            Ok(device) => migcore_visit_vmstate(v, device.table, device.object, device.host),
            Err(code) => run(v, |visitor| Err(visitor.fail_as(code, 0, &""))),
        }
    }
}

/// Runs `walk` on what the caller gave, if that is possible.
///
/// # Safety
/// As [`migcore_visit_vmstate`].
unsafe fn visit(
    v: *mut migcore_visitor,
    table: *const migcore_vmstate,
    object: *mut c_void,
    host: *const migcore_vmstate_host,
    walk: impl FnOnce(&mut CHost, CTable, CPlace) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    let given = unsafe { CHost::new(v, host) };
    match (given, CPlace::new(object)) {
        // SAFETY: not null, and as the caller promises.
        (Ok(mut host), Some(object)) if !table.is_null() => unsafe {
            status(walk(&mut host, CTable::new(table), object))
        },
        // SAFETY: as the caller promises.
        (given, _) => unsafe {
            let code = given.err().unwrap_or(Code::NullPointer);
            run(v, |visitor| Err(visitor.fail_as(code, 0, &"")))
        },
    }
}
