//! All devices of a machine: save, check, load, run.

mod accept;
mod device;
mod manifest;
mod reach;
mod undo;

pub use accept::migcore_machine_accept;
pub use device::*;
pub use manifest::*;
pub use undo::migcore_undo;

use core::slice;

use migcore::error::{Fault, Path, Report};
use migcore::machine::{Checked, Machine, Reach};
use migcore::{Code, Result};

use crate::error::{fill, migcore_error};
use crate::io::sized;
use crate::memory::LARGEST;
use crate::object::{check_storage, migcore_visitor};
use crate::status::{migcore_status, status, MIGCORE_OK};
use reach::CReach;
use undo::Image;

/// The devices of one machine, as a table of the caller. It belongs to one thread at a time, and needs no
/// destructor; it may be moved between two calls, and so may the table, by beginning anew.
#[repr(C)]
pub struct migcore_machine {
    state: u32,
    dirty: u32,
    devices: *mut migcore_device,
    count: usize,
    reserved: [u64; 4],
}

/// State words.
const READY: u32 = 0x6d69_6d63;
const BUSY: u32 = 0x6d69_6d62;
/// Of storage in which no machine began.
const NO_MACHINE: u32 = 0;

/// A stream that was found right for a machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_checked {
    /// sizeof(migcore_checked); the caller fills it in.
    pub size: usize,
    /// How many devices of it the machine has.
    pub devices: u64,
    /// How many ancillary ones it has not.
    pub skipped: u64,
    /// Of how many devices the state was checked for its form alone, since they have no scratch instance. What
    /// such a device does not know, misses or takes for another type is found only when it is loaded.
    pub unproven: u64,
    /// Tells it from other streams, as a CRC does; 0 over a tree.
    pub fingerprint: u64,
}

impl migcore_checked {
    /// Of nothing.
    fn new() -> Self {
        let size = size_of::<Self>();
        migcore_checked { size, devices: 0, skipped: 0, unproven: 0, fingerprint: 0 }
    }
}

/// Begins a machine of `count` devices, whose table it borrows; they are saved in this order. `size` is
/// sizeof(migcore_machine). Two devices differ in name or instance. `error` may be NULL; its path is
/// that of the device. A machine that could not begin refuses every call. While a call on the machine goes on, nothing
/// else may touch the table, not even read it.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_init(
    machine: *mut migcore_machine,
    size: usize,
    devices: *mut migcore_device,
    count: usize,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises storage, a table and NULL or a report.
    unsafe {
        let done = check_storage(machine, size).map_err(bare);
        let sized = done.is_ok();
        let done = done.and_then(|()| sorted(devices, count));
        if sized {
            let state = if done.is_ok() { READY } else { NO_MACHINE };
            let reserved = [0; 4];
            machine.write(migcore_machine { state, dirty: 0, devices, count, reserved });
        }
        told(done, error)
    }
}

/// Saves all devices, with their hooks. Whoever began `v` ends it with migcore_finish. A machine whose
/// save failed goes on; the report is in the visitor. Any visitor that saves will do; a load needs one whose
/// wire names its devices.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_save(
    machine: *mut migcore_machine,
    v: *mut migcore_visitor,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, and NULL or a visitor.
    unsafe { on(machine, |machine| machine.save_over(&mut CReach::new(v))) }
}

/// Checks a whole stream for this machine, and changes no device: that all its devices are known or
/// ancillary, come once and are of an accepted version, that all that are not optional are there, and what
/// the visits of scratch instances find; of a device without one it checks the form alone, and counts it as
/// `unproven`. Writes `checked`. Finishes `v`, which is used up; bytes behind the stream are not looked at. The
/// report is in the visitor. A legacy visitor does not name devices: MIGCORE_UNSUPPORTED.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_check(
    machine: *mut migcore_machine,
    v: *mut migcore_visitor,
    checked: *mut migcore_checked,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, NULL or a visitor, and room for what was found.
    unsafe {
        on(machine, |machine| {
            let mut reach = CReach::new(v);
            if let Err(code) = sized(checked) {
                return refuse(&mut reach, code);
            }
            let Checked { devices, skipped, unproven, fingerprint } =
                machine.check_over(&mut reach)?;
            let size = size_of::<migcore_checked>();
            let found = migcore_checked { size, devices, skipped, unproven, fingerprint };
            checked.write_unaligned(found);
            Ok(())
        })
    }
}

/// Loads the devices from a stream that was `checked`, with a visitor that begins at its start again and that
/// is finished here. If it fails half-way, the machine is dirty: it can be neither saved, loaded nor run
/// before a reset. The report is in the visitor.
///
/// That the stream is the one that was checked is found by a CRC when all of it was loaded:
/// MIGCORE_NOT_CHECKED, and the machine is dirty. A tree has no such number: it is the caller who does not change
/// it meanwhile. A `checked` that is of no check of this machine is refused before a device is touched.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_load(
    machine: *mut migcore_machine,
    v: *mut migcore_visitor,
    checked: *const migcore_checked,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, NULL or a visitor, and what was found.
    unsafe {
        on(machine, |machine| {
            let mut reach = CReach::new(v);
            match found(checked) {
                Ok(checked) => machine.load_over(&mut reach, &checked),
                Err(code) => refuse(&mut reach, code),
            }
        })
    }
}

/// migcore_machine_load into a machine whose present state is still wanted: when the load fails, that state
/// is put back, and the machine is dirty only if that fails too. Of the stack this takes some 12 KB. If the
/// image or the scratch memory is too small: MIGCORE_NO_SPACE with the size needed, before anything is loaded.
///
/// All devices are saved before, and what was saved is checked; then they are loaded again, and saved once more
/// to compare, with their hooks. Where another state than before is found, the machine is dirty. So a device
/// resets in `pre_load` what a stream may leave out, and saves the same as long as the machine stands still,
/// without a clock of the host.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_load_atomic(
    machine: *mut migcore_machine,
    v: *mut migcore_visitor,
    checked: *const migcore_checked,
    undo: *const migcore_undo,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, NULL or a visitor, what was found, and memory that
    // nothing else uses meanwhile.
    unsafe {
        on(machine, |machine| {
            let mut reach = CReach::new(v);
            match (found(checked), sized(undo).and_then(|undo| Image::new(undo))) {
                (Ok(checked), Ok(mut image)) => {
                    machine.load_atomic_over(&mut reach, &checked, &mut image)
                }
                (Err(code), _) | (_, Err(code)) => refuse(&mut reach, code),
            }
        })
    }
}

/// Runs the `on_run` hooks of all devices. `error` may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_run(
    machine: *mut migcore_machine,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine, and NULL or a report.
    unsafe {
        let done = enter(machine, |machine| machine.run());
        told(done.unwrap_or_else(|code| Err(bare(code))), error)
    }
}

/// Says whether a load failed half-way. What may not run counts as dirty: so do NULL, what is no machine, and one
/// that is in a call.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_is_dirty(machine: *const migcore_machine) -> bool {
    // SAFETY: the caller promises NULL or a machine.
    machine.is_null() || unsafe { (*machine).state != READY || (*machine).dirty != 0 }
}

/// The caller has reset all devices: the machine is no longer dirty.
#[no_mangle]
pub unsafe extern "C" fn migcore_machine_reset_done(
    machine: *mut migcore_machine,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a machine.
    unsafe {
        on(machine, |machine| {
            machine.reset_done();
            Ok(())
        })
    }
}

/// Checks a table, and notes the order of names in it.
///
/// # Safety
/// `devices` is NULL or points to `count` entries that nothing else uses meanwhile.
unsafe fn sorted(devices: *mut migcore_device, count: usize) -> core::result::Result<(), Report> {
    // SAFETY: as the caller promises.
    let devices = unsafe { table(devices, count) }.map_err(bare)?;
    devices.iter().try_for_each(migcore_device::objection)?;
    Machine::new(devices).map(|_| ())
}

/// The table of the caller as a slice. Its entries may be of another size than the first.
///
/// # Safety
/// As [`sorted`], during `'a`.
unsafe fn table<'a>(
    devices: *mut migcore_device,
    count: usize,
) -> Result<&'a mut [migcore_device]> {
    match count {
        0 => return Ok(&mut []),
        _ if devices.is_null() => return Err(Code::NullPointer),
        _ if !devices.is_aligned() => return Err(Code::Misaligned),
        _ if count > LARGEST.div_euclid(size_of::<migcore_device>()) => {
            return Err(Code::InvalidArgument);
        }
        _ => {}
    }
    // SAFETY: not null, aligned; the caller promises that every entry begins with its size. It is read
    // alone: entries of another size lie elsewhere.
    if unsafe { (*devices).size } != size_of::<migcore_device>() {
        return Err(Code::BadSize);
    }
    // SAFETY: not null, aligned, of the right size, of a possible count; the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts_mut(devices, count) })
}

/// Runs `call` on a machine, which is busy meanwhile.
///
/// # Safety
/// `machine` is NULL or points to a migcore_machine whose table is as it was.
unsafe fn enter<R>(
    machine: *mut migcore_machine,
    call: impl FnOnce(&mut Machine<'_, migcore_device>) -> R,
) -> Result<R> {
    if machine.is_null() {
        return Err(Code::NullPointer);
    }
    // SAFETY: not null; the caller promises a machine. It is never referred to, only read and written: a
    // callback may come back to it, and finds it busy.
    unsafe {
        match (*machine).state {
            READY => {}
            BUSY => return Err(Code::Busy),
            _ => return Err(Code::BadObject),
        }
        let devices = table((*machine).devices, (*machine).count)?;
        (*machine).state = BUSY;
        let mut view = Machine::resume(devices, (*machine).dirty != 0);
        let done = call(&mut view);
        (*machine).dirty = u32::from(view.is_dirty());
        (*machine).state = READY;
        Ok(done)
    }
}

/// [`enter`] for a call that gives nothing but its status.
///
/// # Safety
/// As [`enter`].
unsafe fn on(
    machine: *mut migcore_machine,
    call: impl FnOnce(&mut Machine<'_, migcore_device>) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    status(unsafe { enter(machine, call) }.and_then(|done| done))
}

/// What a check found, as the caller kept it.
///
/// # Safety
/// As [`sized`].
unsafe fn found(checked: *const migcore_checked) -> Result<Checked> {
    // SAFETY: as the caller promises.
    let checked = unsafe { sized(checked) }?;
    let migcore_checked { devices, skipped, unproven, fingerprint, .. } = checked;
    Ok(Checked { devices, skipped, unproven, fingerprint })
}

/// Makes an error of an argument that of the visit.
fn refuse(reach: &mut CReach, code: Code) -> Result<()> {
    reach.with(|v| Err(v.fail_as(code, 0, &"")))
}

fn bare(code: Code) -> Report {
    Report { code, fault: Fault::default(), path: Path::new() }
}

/// Gives a result as a status, and its report as `error`, unless that is NULL.
///
/// # Safety
/// As [`fill`].
unsafe fn told(
    done: core::result::Result<(), Report>,
    error: *mut migcore_error,
) -> migcore_status {
    if !error.is_null() {
        // SAFETY: as the caller promises.
        let filled = unsafe { fill(error, done.as_ref().err()) };
        if filled != MIGCORE_OK && done.is_ok() {
            return filled;
        }
    }
    status(done.map_err(|report| report.code))
}
