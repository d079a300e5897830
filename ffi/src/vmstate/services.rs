//! What a program lends to the visits of its tables.

use core::ffi::{c_int, c_void};
use core::ptr;

use super::table::{migcore_vmstate, migcore_vmstate_field};
use crate::object::migcore_visitor;
use crate::vmdesc::migcore_vmdesc;

/// A hook of a table, as `hook` of the host is told: one of the MIGCORE_VMSTATE_HOOK_ constants.
pub type migcore_vmstate_hook = u32;

/// `pre_load`, or `pre_load_errp`
pub const MIGCORE_VMSTATE_HOOK_PRE_LOAD: migcore_vmstate_hook = 1;
/// `post_load`, or `post_load_errp`
pub const MIGCORE_VMSTATE_HOOK_POST_LOAD: migcore_vmstate_hook = 2;
/// `pre_save`, or `pre_save_errp`
pub const MIGCORE_VMSTATE_HOOK_PRE_SAVE: migcore_vmstate_hook = 3;
/// `post_save`
pub const MIGCORE_VMSTATE_HOOK_POST_SAVE: migcore_vmstate_hook = 4;
/// `load_state_old`, which reads the whole state
pub const MIGCORE_VMSTATE_HOOK_LOAD_STATE_OLD: migcore_vmstate_hook = 5;

/// The bytes that one visit may allocate, where the host does not say otherwise.
pub const MIGCORE_VMSTATE_ALLOCATION: usize = 0x100_0000;

/// How to walk and fill trees of the program. All three functions must be there.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_vmstate_tree {
    /// sizeof(migcore_vmstate_tree)
    pub size: usize,
    /// The number of nodes.
    pub count: Option<unsafe extern "C" fn(opaque: *mut c_void, tree: *mut c_void) -> usize>,
    /// Calls `visit` with `data` for each node, in the order of the keys, until it returns false.
    pub each: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            tree: *mut c_void,
            visit: Option<
                unsafe extern "C" fn(
                    data: *mut c_void,
                    key: *mut c_void,
                    value: *mut c_void,
                ) -> bool,
            >,
            data: *mut c_void,
        ),
    >,
    /// Takes a key and a value, both allocated by the host, into the tree, to which they belong from here on. Where
    /// keys have no size, `key` is the key itself. Returns 0, a migcore_status, or a number of its own to
    /// refuse; then they belong to the library.
    pub insert: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            tree: *mut c_void,
            key: *mut c_void,
            value: *mut c_void,
        ) -> c_int,
    >,
}

/// What a program lends to the visit of a table. All but `size` may be NULL or 0. Callbacks return normally: no
/// longjmp, no exception.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_vmstate_host {
    /// sizeof(migcore_vmstate_host)
    pub size: usize,
    /// Handed to the callbacks.
    pub opaque: *mut c_void,
    /// Memory for `bytes` bytes, at least one, aligned for any type, or NULL. Without this function a field that
    /// needs memory is MIGCORE_NO_SPACE.
    pub allocate: Option<unsafe extern "C" fn(opaque: *mut c_void, bytes: usize) -> *mut c_void>,
    /// Takes memory back that `allocate` gave: of scratch, or an element of a list or tree that could not be loaded. What
    /// the load made in such an element was taken back before, and the pointer to it is NULL. Still in it is what code of
    /// the device made, nodes of trees, what was loaded before an object with hooks was complete, whose `post_load` may
    /// have used it, and what is beyond 32 blocks and lists in one element.
    pub release: Option<unsafe extern "C" fn(opaque: *mut c_void, memory: *mut c_void)>,
    /// The bytes that one visit may allocate; 0: MIGCORE_VMSTATE_ALLOCATION.
    pub allocation_limit: usize,
    /// Calls a hook of a table that has it, with any signature: one of the MIGCORE_VMSTATE_HOOK_ constants. Returns
    /// 0, or a number of its own to refuse; as in QEMU, one above 0 of post_load refuses only in subsections and in the
    /// elements of lists and trees. NULL: the hooks have the signatures of migcore_vmstate.
    pub hook: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            table: *const migcore_vmstate,
            hook: migcore_vmstate_hook,
            object: *mut c_void,
            version_id: c_int,
        ) -> c_int,
    >,
    /// Visits a value of a kind of its own, of `size` bytes, with `v`, which is another visitor where the stream has
    /// it as bytes. Returns 0, a migcore_status, or a number of its own to refuse; as in QEMU, one above 0 that is no
    /// status refuses on save alone.
    pub custom: Option<
        unsafe extern "C" fn(
            opaque: *mut c_void,
            v: *mut migcore_visitor,
            field: *const migcore_vmstate_field,
            place: *mut c_void,
            size: usize,
        ) -> c_int,
    >,
    /// When a timer expires; -1: it is not armed. NULL: the timer is an `int64_t` that says so.
    pub timer_get: Option<unsafe extern "C" fn(opaque: *mut c_void, timer: *const c_void) -> i64>,
    /// Arms a timer, or with -1 disarms it.
    pub timer_set:
        Option<unsafe extern "C" fn(opaque: *mut c_void, timer: *mut c_void, expiry: i64)>,
    /// Trees; NULL: a field that is one is MIGCORE_UNSUPPORTED.
    pub tree: *const migcore_vmstate_tree,
    /// Is told on save what is saved, inside of what is open in it; or NULL.
    pub description: *mut migcore_vmdesc,
}

/// An object with its table: what migcore_visit_vmstate_device takes, and so a device of a machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_vmstate_device {
    /// sizeof(migcore_vmstate_device)
    pub size: usize,
    /// Its table.
    pub table: *const migcore_vmstate,
    /// The object.
    pub object: *mut c_void,
    /// What the program lends to the visit, or NULL.
    pub host: *const migcore_vmstate_host,
}

impl migcore_vmstate_host {
    /// Of a program that lends nothing.
    pub(super) const NONE: Self = migcore_vmstate_host {
        size: size_of::<Self>(),
        opaque: ptr::null_mut(),
        allocate: None,
        release: None,
        allocation_limit: 0,
        hook: None,
        custom: None,
        timer_get: None,
        timer_set: None,
        tree: ptr::null(),
        description: ptr::null_mut(),
    };
}
