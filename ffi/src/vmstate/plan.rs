//! Plans: tables worked out beforehand.

use core::ffi::{c_int, c_void};
use core::mem::size_of;

use migcore::vmstate::{visit_planned, Plan};
use migcore::Code;

use super::decode::CTable;
use super::services::migcore_vmstate_host;
use super::table::migcore_vmstate;
use super::visit;
use crate::io::sized;
use crate::memory::{bytes, bytes_mut};
use crate::object::{migcore_visitor, run};
use crate::status::{
    migcore_status, MIGCORE_BAD_SIZE, MIGCORE_INVALID_ARGUMENT, MIGCORE_NULL_POINTER, MIGCORE_OK,
};

/// What a table says of its objects, worked out once: neighbouring fields that are there whatever an object holds, and
/// that no code of the device looks at, are moved many at a time. It may be used by any number of visits at once, of any
/// objects of the table.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_vmstate_plan {
    /// sizeof(migcore_vmstate_plan)
    pub size: usize,
    /// The table.
    pub table: *const migcore_vmstate,
    /// The memory that the plan lies in.
    pub memory: *const c_void,
    /// How many bytes of it the plan takes.
    pub length: usize,
}

/// How many bytes of memory the plan of a table takes at this version: mostly the table's own. 0 when the table is NULL
/// or makes no sense.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmstate_compile_size(
    table: *const migcore_vmstate,
    version_id: c_int,
) -> usize {
    let Ok(version) = u32::try_from(version_id) else { return 0 };
    if table.is_null() {
        return 0;
    }
    // SAFETY: not null, and the caller promises a table.
    let table = unsafe { CTable::new(table) };
    match Plan::compile(table, version, &mut []) {
        Err(report) if report.code == Code::NoSpace => {
            usize::try_from(report.fault.expected).unwrap_or(0)
        }
        _ => 0,
    }
}

/// Makes the plan of a table at this version in `memory`, which the plan goes on using; `size` is
/// sizeof(migcore_vmstate_plan). The memory may be given up together with the plan, and there is nothing to end. It, the
/// plan and the table may not change as long as the plan is used.
///
/// Errors: MIGCORE_NO_SPACE when `capacity` is less than migcore_vmstate_compile_size says, MIGCORE_BAD_TABLE,
/// MIGCORE_INVALID_ARGUMENT for a version below 0, MIGCORE_NULL_POINTER, MIGCORE_BAD_SIZE.
#[no_mangle]
pub unsafe extern "C" fn migcore_vmstate_compile(
    plan: *mut migcore_vmstate_plan,
    size: usize,
    table: *const migcore_vmstate,
    version_id: c_int,
    memory: *mut c_void,
    capacity: usize,
) -> migcore_status {
    if plan.is_null() || table.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    if size != size_of::<migcore_vmstate_plan>() {
        return MIGCORE_BAD_SIZE;
    }
    let Ok(version) = u32::try_from(version_id) else { return MIGCORE_INVALID_ARGUMENT };
    // SAFETY: the caller promises `capacity` writable bytes, and a table.
    let (given, tables) = unsafe { (bytes_mut(memory, capacity), CTable::new(table)) };
    let made = match given {
        Ok(given) => Plan::compile(tables, version, given).map_err(|report| report.code),
        Err(code) => Err(code),
    };
    let (length, status) = match made {
        Ok(made) => (made.length(), MIGCORE_OK),
        Err(code) => (0, code.number()),
    };
    // SAFETY: the caller promises `size` writable bytes.
    unsafe { plan.write_unaligned(migcore_vmstate_plan { size, table, memory, length }) };
    status
}

/// migcore_visit_vmstate by a plan: the same bytes, values and errors, in less time. An object of another version than
/// the plan's is visited by the table alone, and so is every save that is described. Of a plan that could not be made for
/// want of memory, or because the table is MIGCORE_BAD_TABLE, the table is visited alone too.
///
/// While the call runs nothing else may use the members that the table names: no other thread, no source or sink that
/// lies in one. Code of the device may, where it is called for the object.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_vmstate_plan(
    v: *mut migcore_visitor,
    plan: *const migcore_vmstate_plan,
    object: *mut c_void,
    host: *const migcore_vmstate_host,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, NULL or a plan that was made, an object of its table, and NULL or a host.
    unsafe {
        let given = sized(plan).and_then(|plan| Ok((plan.table, bytes(plan.memory, plan.length)?)));
        match given {
            Ok((table, memory)) => {
                let plan = Plan::in_memory(memory);
                visit(v, table, object, host, |host, table, object| {
                    visit_planned(host, table, &plan, object)
                })
            }
            Err(code) => run(v, |visitor| Err(visitor.fail_as(code, 0, &""))),
        }
    }
}
