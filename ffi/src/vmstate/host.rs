//! The program behind the tables: its memory, its code, and its visitor.

use core::ffi::{c_int, c_void};

use migcore::codec::describe::Describer;
use migcore::error::Fault;
use migcore::io::json::Text;
use migcore::visit::Visitor;
use migcore::vmstate::{Failure, Hook, Host, Key, Memory, NodeVisit, ALLOCATION};
use migcore::{Code, Result};

use super::decode::{member, CTable};
use super::memory::{CMemory, CPlace};
use super::services::*;
use crate::blob::{begin_loading, over_raw};
use crate::io::sized;
use crate::object::{migcore_visitor, reach};
use crate::vmdesc::storage::describe;

/// What a hook of a device gave.
type Hooked = core::result::Result<(), Failure>;

/// A visit by a table of the caller.
pub(crate) struct CHost {
    v: *mut migcore_visitor,
    services: migcore_vmstate_host,
    memory: CMemory,
}

impl CHost {
    /// With what the program lends, which may be NULL.
    ///
    /// # Safety
    /// `v` is NULL or points to a migcore_visitor; `services` is NULL or points to a migcore_vmstate_host whose
    /// callbacks keep their contract; the objects that are visited are as their tables say, and in nobody else's use.
    pub(super) unsafe fn new(
        v: *mut migcore_visitor,
        services: *const migcore_vmstate_host,
    ) -> Result<Self> {
        let services = match services.is_null() {
            true => migcore_vmstate_host::NONE,
            // SAFETY: as the caller promises.
            false => unsafe { sized(services) }?,
        };
        // SAFETY: as the caller promises.
        Ok(CHost { v, services, memory: unsafe { CMemory::new() } })
    }

    pub(super) fn services(&self) -> &migcore_vmstate_host {
        &self.services
    }
}

impl Host for CHost {
    type Table = CTable;
    type Memory = CMemory;

    fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Visitor<'_>, &mut CMemory) -> Result<R>,
    ) -> Result<R> {
        let memory = &mut self.memory;
        // SAFETY: `new` was promised a visitor.
        unsafe { reach(self.v, |visitor| call(visitor, memory)) }
    }

    fn memory(&mut self) -> &mut CMemory {
        &mut self.memory
    }

    fn exists(
        &mut self,
        table: CTable,
        index: usize,
        object: CPlace,
        version: u32,
    ) -> Result<bool> {
        // SAFETY: the field is there, since the walk asks for its test.
        let test = unsafe { member!(table.field_at(index), field_exists) };
        // SAFETY: `new` was promised an object that is as its table says.
        Ok(test.is_none_or(|test| unsafe { test(object.as_ptr(), number(version)) }))
    }

    fn needed(&mut self, table: CTable, object: CPlace) -> Result<bool> {
        // SAFETY: a table, and the entry in which it was found, are as `new` was promised.
        let needed = unsafe {
            let listed = table.entry();
            let own = (!listed.is_null()).then(|| member!(listed, needed)).flatten();
            own.or(member!(table.as_ptr(), needed))
        };
        // SAFETY: as in `exists`.
        Ok(needed.is_none_or(|needed| unsafe { needed(object.as_ptr()) }))
    }

    fn hook(&mut self, table: CTable, hook: Hook, object: CPlace, version: u32) -> Hooked {
        let hooks = Hooks::of(table, hook);
        let returned = match self.services.hook {
            _ if hooks.is_empty() => 0,
            // SAFETY: `new` was promised a callback for this `opaque`.
            Some(call) => unsafe {
                let (opaque, object) = (self.services.opaque, object.as_ptr());
                call(opaque, table.as_ptr(), hooks.number, object, number(version))
            },
            None if hooks.foreign => return Err(Failure::Code(Code::Unsupported)),
            // SAFETY: `new` was promised an object that is as its table says.
            None => unsafe {
                let returned = hooks.native.map_or(0, |native| native.call(object, version));
                return self.settled(returned).map_err(Failure::Code);
            },
        };
        match returned {
            0 => Ok(()),
            refused => Err(Failure::Device(refused)),
        }
    }

    fn custom(
        &mut self,
        table: CTable,
        index: usize,
        place: Option<CPlace>,
        size: usize,
    ) -> Hooked {
        self.visit_custom(table, index, place, size)
    }

    fn custom_bytes(
        &mut self,
        table: CTable,
        index: usize,
        place: Option<CPlace>,
        size: usize,
    ) -> Hooked {
        let (v, mut refused) = (self.v, None);
        let visit = |fields| {
            self.v = fields;
            let done = self.visit_custom(table, index, place, size);
            self.v = v;
            done.map_err(|failure| {
                refused = Some(failure);
                Code::Refused
            })
        };
        // SAFETY: `new` was promised a visitor, which is ready while code of the device runs.
        let done = unsafe { over_raw(v, begin_loading, visit) };
        refused.map_or(done.map_err(Failure::Code), Err)
    }

    fn allocate(&mut self, bytes: usize) -> Result<CPlace> {
        let allocate = self.services.allocate.ok_or(Code::NoSpace)?;
        // SAFETY: `new` was promised a callback for this `opaque`.
        let place = unsafe { allocate(self.services.opaque, bytes) };
        let place = CPlace::new(place).ok_or(Code::NoSpace)?;
        // SAFETY: the callback gave `bytes` bytes, as its contract says.
        unsafe { place.as_ptr::<u8>().write_bytes(0, bytes) };
        Ok(place)
    }

    fn release(&mut self, place: CPlace, _: usize) {
        if let Some(release) = self.services.release {
            // SAFETY: `allocate` gave it, and nothing points to it.
            unsafe { release(self.services.opaque, place.as_ptr()) };
        }
    }

    fn allocation_limit(&self) -> usize {
        match self.services.allocation_limit {
            0 => MIGCORE_VMSTATE_ALLOCATION,
            limit => limit,
        }
    }

    fn timer(&mut self, place: CPlace) -> Result<i64> {
        match self.services.timer_get {
            // SAFETY: `new` was promised a timer where the table says so, and a callback for this `opaque`.
            Some(get) => Ok(unsafe { get(self.services.opaque, place.as_ptr()) }),
            None => {
                let bytes = self.memory.bytes(place, size_of::<i64>())?;
                bytes.first_chunk().map(|bytes| i64::from_ne_bytes(*bytes)).ok_or(Code::BadTable)
            }
        }
    }

    fn set_timer(&mut self, place: CPlace, expiry: i64) -> Result<()> {
        match self.services.timer_set {
            // SAFETY: as in `timer`.
            Some(set) => unsafe { set(self.services.opaque, place.as_ptr(), expiry) },
            None => {
                let bytes = self.memory.bytes_mut(place, size_of::<i64>())?;
                *bytes.first_chunk_mut().ok_or(Code::BadTable)? = expiry.to_ne_bytes();
            }
        }
        Ok(())
    }

    fn nodes(&mut self, _: CTable, _: usize, place: CPlace) -> Result<usize> {
        self.tree_at(place)?.count()
    }

    fn each_node(
        &mut self,
        table: CTable,
        index: usize,
        place: CPlace,
        visit: &mut NodeVisit<'_, Self>,
    ) -> Result<()> {
        let tree = self.tree_at(place)?;
        tree.each(self, has_keys(table, index), visit)
    }

    fn insert_node(
        &mut self,
        _: CTable,
        _: usize,
        place: CPlace,
        key: Key<CPlace>,
        value: CPlace,
    ) -> Hooked {
        let tree = self.tree_at(place).map_err(Failure::Code)?;
        let returned = tree.insert(key, value).map_err(Failure::Code)?;
        self.settled(returned).map_err(Failure::Code)
    }

    fn describe<R>(&mut self, call: impl FnOnce(&mut Describer<dyn Text + '_>) -> R) -> Option<R> {
        // SAFETY: `new` was promised NULL or a description.
        unsafe { describe(self.services.description, call) }
    }
}

impl CHost {
    /// Calls the code of the field at `index`.
    fn visit_custom(
        &mut self,
        table: CTable,
        index: usize,
        place: Option<CPlace>,
        size: usize,
    ) -> Hooked {
        let field = table.field_at(index);
        let place: *mut c_void = place.map_or(core::ptr::null_mut(), CPlace::as_ptr);
        // SAFETY: the field is there and has an info, since the walk found it custom.
        let visit = unsafe { member!(member!(field, info), visit) };
        let returned = match (visit, self.services.custom) {
            // SAFETY: `new` was promised a visitor and an object that is as its table says.
            (Some(visit), _) => unsafe {
                let returned = visit(self.v, place, size, field);
                return self.settled(returned).map_err(Failure::Code);
            },
            // SAFETY: as above, and a callback for this `opaque`.
            (None, Some(custom)) => unsafe {
                custom(self.services.opaque, self.v, field, place, size)
            },
            (None, None) => return Err(Failure::Code(Code::Unsupported)),
        };
        match (returned, Code::from_number(returned)) {
            (0, _) => Ok(()),
            (_, Some(code)) => Err(Failure::Code(code)),
            (refused, None) => Err(Failure::Device(refused)),
        }
    }

    /// What code with a signature of the library returned: 0, a status, or a number of its own that refuses, whatever
    /// its sign. For QEMU one above 0 may mean nothing.
    fn settled(&mut self, returned: c_int) -> Result<()> {
        match (returned, Code::from_number(returned)) {
            (0, _) => Ok(()),
            (_, Some(code)) => Err(code),
            (cause, None) => self.with(|v, _| {
                let fault = Fault { offset: v.position(), cause, ..Fault::default() };
                Err(v.fail_with(Code::Refused, fault, &""))
            }),
        }
    }
}

const _: () = assert!(MIGCORE_VMSTATE_ALLOCATION == ALLOCATION);

/// Whether the keys of a tree are objects.
fn has_keys(table: CTable, index: usize) -> bool {
    // SAFETY: the field is there, since the walk found it a tree.
    unsafe { member!(table.field_at(index), start) != 0 }
}

/// Whether a table has any hook.
pub(super) fn has_hooks(table: CTable) -> bool {
    let all = [Hook::PreLoad, Hook::PostLoad, Hook::PreSave, Hook::PostSave, Hook::LoadOld];
    all.into_iter().any(|hook| !Hooks::of(table, hook).is_empty())
}

/// A hook of a table in the forms that the table has it.
struct Hooks {
    number: migcore_vmstate_hook,
    native: Option<Native>,
    /// There is one of a signature of the host's own, which comes before the native one.
    foreign: bool,
}

/// A hook that can be called.
enum Native {
    Plain(unsafe extern "C" fn(*mut c_void) -> c_int),
    Versioned(unsafe extern "C" fn(*mut c_void, c_int) -> c_int),
    Void(unsafe extern "C" fn(*mut c_void)),
}

impl Hooks {
    fn of(table: CTable, hook: Hook) -> Self {
        let table = table.as_ptr();
        let plain =
            |first: Option<_>, void: Option<_>| first.map(Native::Plain).or(void.map(Native::Void));
        // SAFETY: the maker of the table promised that it is one.
        let (number, native, foreign) = unsafe {
            match hook {
                Hook::PreLoad => (
                    MIGCORE_VMSTATE_HOOK_PRE_LOAD,
                    plain(member!(table, pre_load), None),
                    member!(table, pre_load_errp),
                ),
                Hook::PostLoad => (
                    MIGCORE_VMSTATE_HOOK_POST_LOAD,
                    member!(table, post_load).map(Native::Versioned),
                    member!(table, post_load_errp),
                ),
                Hook::PreSave => (
                    MIGCORE_VMSTATE_HOOK_PRE_SAVE,
                    plain(member!(table, pre_save), member!(table, pre_save_void)),
                    member!(table, pre_save_errp),
                ),
                Hook::PostSave => (
                    MIGCORE_VMSTATE_HOOK_POST_SAVE,
                    plain(member!(table, post_save), member!(table, post_save_void)),
                    None,
                ),
                Hook::LoadOld => {
                    (MIGCORE_VMSTATE_HOOK_LOAD_STATE_OLD, None, member!(table, load_state_old))
                }
            }
        };
        Hooks { number, native, foreign: foreign.is_some() }
    }

    fn is_empty(&self) -> bool {
        self.native.is_none() && !self.foreign
    }
}

impl Native {
    /// # Safety
    /// `object` is one for whose table this is a hook.
    unsafe fn call(self, object: CPlace, version: u32) -> c_int {
        // SAFETY: as the caller promises.
        unsafe {
            match self {
                Native::Plain(hook) => hook(object.as_ptr()),
                Native::Versioned(hook) => hook(object.as_ptr(), number(version)),
                Native::Void(hook) => {
                    hook(object.as_ptr());
                    0
                }
            }
        }
    }
}

/// A version as C has it.
fn number(version: u32) -> c_int {
    c_int::try_from(version).unwrap_or(c_int::MAX)
}
