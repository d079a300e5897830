//! Histories of the caller, and runs over trees.

use core::ffi::{c_char, c_void};

use migcore::compat::{Border, Compat, Ends, Failed, Others, Outcome, Targets, Version};
use migcore::error::{put_number, Path, Put, Report};
use migcore::io::json::Line;
use migcore::model::Tree;
use migcore::{Code, Result};

use super::arena::Arena;
use super::decode;
use super::hook::Running;
use super::rows::{migcore_compat_table, migcore_compat_version};
use super::told::{migcore_compat_observer, Looking};
use crate::error::{characters, fill, migcore_error, path_of, MIGCORE_PATH_SIZE};
use crate::io::{check_sized, sized};
use crate::memory::{bytes_mut, LARGEST};
use crate::object::check_storage;
use crate::status::{migcore_status, status, MIGCORE_OK};
use crate::text::argument;
use crate::tree::report::tell;
use crate::tree::storage::{migcore_tree, take_out};

/// Storage for the histories of a program, made of a table; what they need beside lies in memory that the caller gives.
/// It needs no destructor, and may be moved in memory between two calls.
#[repr(C)]
pub struct migcore_compat {
    state: u32,
    failure: migcore_status,
    reserved: [u64; 16],
}

/// Histories as they lie in the caller's storage.
#[repr(C)]
struct Stored {
    state: u32,
    failure: migcore_status,
    compat: Compat<'static>,
    running: &'static Running,
}

/// State word of histories that may be used.
const READY: u32 = 0x6d69_6368;
/// State word of histories that could not be made.
const FAILED: u32 = 0x6d69_6366;
/// State word of histories that are at work.
const BUSY: u32 = 0x6d69_6362;

/// Writes to `size` how much memory migcore_compat_init needs for a table, or migcore_compat_apply for the changes in it.
/// Errors as of migcore_compat_init, but that changes may be there which are never gone.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_size(
    table: *const migcore_compat_table,
    size: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a table with its rows, and NULL or a place.
    unsafe {
        tell(size, 0);
        status(needed(table).map(|needed| tell(size, needed)))
    }
}

/// # Safety
/// `table` is NULL or a table with its rows.
unsafe fn needed(table: *const migcore_compat_table) -> Result<usize> {
    let mut arena = Arena::counting();
    // SAFETY: as the caller promises.
    unsafe {
        decode::table(&mut arena, &sized(table)?, None).map_err(|bad| bad.code)?;
    }
    let words = size_of::<Running>().div_ceil(size_of::<usize>());
    arena.slice(words, |_, _| Ok::<usize, Code>(0))?;
    Ok(arena.used())
}

/// Writes into `text` what is wrong with a table, such as `history 0, change 2, step 1: ...`, all counted from 0, cut to
/// `capacity` and ended with a NUL, and returns how long the whole text is, without the NUL: 0 if migcore_compat_init takes
/// the table. `text` may be NULL when `capacity` is 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_table_text(
    table: *const migcore_compat_table,
    text: *mut c_char,
    capacity: usize,
) -> usize {
    // SAFETY: the caller promises `capacity` writable bytes at `text`.
    let text = unsafe { bytes_mut(text.cast(), capacity.min(LARGEST)) }.unwrap_or_default();
    let mut line = Line::new(text);
    let mut arena = Arena::counting();
    // SAFETY: the caller promises NULL or a table with its rows.
    let read = unsafe {
        let given = sized(table).map_err(decode::Bad::from);
        given.and_then(|table| decode::table_of_routes(&mut arena, &table, None))
    };
    if let Err(bad) = read {
        put_bad(&arena, bad, &mut |part| line.put(part));
    }
    line.end()
}

/// Puts at which row a table is refused, and why.
pub(super) fn put_bad(arena: &Arena, bad: decode::Bad, put: Put<'_>) {
    for (at, (what, number)) in arena.rows().iter().enumerate() {
        put(if at == 0 { b"" } else { b", " });
        put(what.as_bytes());
        put(b" ");
        put_number(u64::try_from(*number).unwrap_or(u64::MAX), put);
    }
    put(if arena.rows().is_empty() { b"" } else { b": " });
    put(if bad.why.is_empty() { bad.code.text() } else { bad.why }.as_bytes());
}

/// Makes histories of a table in `memory`, of any alignment, which are both lent as long as the object is used. `size` is
/// sizeof(migcore_compat).
///
/// MIGCORE_BAD_TABLE for rows that make no sense: a member that the kind of its row does not use and that is not 0, a text
/// that is not UTF-8, a number that is none of its constants, a change that is never gone, since earlier ones lead every
/// way that it leads between the same versions. migcore_compat_table_text tells where. After an error each use of the
/// object returns the same status. MIGCORE_NO_SPACE if migcore_compat_size says more than `capacity`. What only a state
/// shows, such as a pattern that is too long, is an error of the run.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_init(
    compat: *mut migcore_compat,
    size: usize,
    table: *const migcore_compat_table,
    memory: *mut c_void,
    capacity: usize,
) -> migcore_status {
    const {
        assert!(size_of::<Stored>() <= size_of::<migcore_compat>());
        assert!(align_of::<Stored>() <= align_of::<migcore_compat>());
    }
    // SAFETY: the caller promises storage of its own, a table with its rows, and memory; both are lent to the object.
    unsafe {
        status(check_storage(compat, size).and_then(|()| {
            let made = made(table, memory, capacity);
            match made {
                Ok((made, running)) => {
                    let (state, failure) = (READY, MIGCORE_OK);
                    compat.cast::<Stored>().write(Stored { state, failure, compat: made, running });
                    Ok(())
                }
                Err(code) => {
                    ((*compat).state, (*compat).failure) = (FAILED, code.number());
                    Err(code)
                }
            }
        }))
    }
}

/// # Safety
/// As of migcore_compat_init.
unsafe fn made(
    table: *const migcore_compat_table,
    memory: *mut c_void,
    capacity: usize,
) -> Result<(Compat<'static>, &'static Running)> {
    // SAFETY: as the caller promises.
    unsafe {
        let mut arena = Arena::over(memory, capacity)?;
        let running = arena.place(Running::idle())?;
        let made = decode::table_of_routes(&mut arena, &sized(table)?, Some(running));
        Ok((made.map_err(|bad| bad.code)?, running))
    }
}

/// A version that is wanted of devices.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_wanted {
    /// A pattern of names of devices, in which `*` stands for any run of characters.
    pub devices: *const c_char,
    /// The version.
    pub version: migcore_compat_version,
}

/// Which versions are wanted.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_targets {
    /// sizeof(migcore_compat_targets)
    pub size: usize,
    /// The version of the machine that the tree is of; NULL: what the tree says.
    pub from: *const migcore_compat_version,
    /// The version of the machine that is wanted; NULL: that of the machine stays.
    pub machine: *const migcore_compat_version,
    /// Versions of devices; the first whose pattern fits counts.
    pub devices: *const migcore_compat_wanted,
    /// How many: MIGCORE_MAX_WANTED at most.
    pub count: usize,
    /// What is wanted of other devices: MIGCORE_OTHERS_NEWEST or MIGCORE_OTHERS_KEEP.
    pub others: u32,
    /// Which filters run: a MIGCORE_BORDER_ constant.
    pub border: u32,
}

/// Devices that no pattern names become of the version that the program speaks.
pub const MIGCORE_OTHERS_NEWEST: u32 = 0;
/// They stay what they are.
pub const MIGCORE_OTHERS_KEEP: u32 = 1;

/// No filter runs.
pub const MIGCORE_BORDER_NEITHER: u32 = 0;
/// The state will be sent: filters see what leaves.
pub const MIGCORE_BORDER_LEAVING: u32 = 1;
/// The state was received: filters see what arrives.
pub const MIGCORE_BORDER_ARRIVING: u32 = 2;

/// The most patterns of devices that targets may have: with more a run is MIGCORE_TOO_MANY. The rest can be versions that
/// histories speak (MIGCORE_OTHERS_NEWEST), or be wanted in a further run.
pub const MIGCORE_MAX_WANTED: usize = 32;

/// What a run did, or routes that were found.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_outcome {
    /// sizeof(migcore_compat_outcome); the caller fills it in.
    pub size: usize,
    /// The changes that were gone.
    pub legs: u64,
    /// The steps of these.
    pub steps: u64,
    /// The items that these touched.
    pub touched: u64,
    /// The values that were lost.
    pub losses: u64,
    /// What else the way back would not know, such as places, and what is kept for it.
    pub notes: u64,
    /// What came back of what earlier runs lost or noted.
    pub restored: u64,
    /// What earlier runs lost or noted and will not come back: its place is gone, or the state came to its version in
    /// another way.
    pub unrestored: u64,
    /// The patterns of the targets that no device of the tree fits, of devices that may come and go. One that no history is
    /// for either is MIGCORE_NO_ROUTE.
    pub unused: u64,
}

/// Why a run did not happen.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_failure {
    /// sizeof(migcore_compat_failure); the caller fills it in.
    pub size: usize,
    /// The report: its path is the device or the item, empty for the machine.
    pub error: migcore_error,
    /// The number of the step in its change, from 0, or -1.
    pub step: i64,
    /// The version that no route leads from, or that of the change, as it was gone; ends with a NUL.
    pub from: [c_char; MIGCORE_PATH_SIZE],
    /// The version that it was to lead to.
    pub to: [c_char; MIGCORE_PATH_SIZE],
    /// What more is to be said: the value that did not fit, the type that was expected, what would be lost, the versions that
    /// there are. Ends with a NUL; empty if nothing is.
    pub detail: [c_char; MIGCORE_PATH_SIZE],
}

/// Makes of a tree one of the versions that are wanted, or changes nothing. `targets` may be NULL: all devices become of
/// the version that the program speaks. A machine that becomes newer goes its own changes first, one that becomes
/// older those of its devices. `outcome`, `observer` and `failure` may be NULL.
///
/// MIGCORE_NO_ROUTE names the device and both versions, before a step is done to any device, or a pattern of the targets
/// that neither a device nor a history fits; MIGCORE_MISSING a step that had to find something; MIGCORE_LOSSY a loss that
/// the policy refuses; MIGCORE_BUSY if a change of the tree is open; MIGCORE_UNBALANCED if code of the caller left a
/// visitor over the tree: then the change stays open, and is undone by migcore_tree_undo_change when the visitor has
/// ended. Of targets MIGCORE_TOO_MANY, MIGCORE_BAD_TEXT for what is not UTF-8, MIGCORE_INVALID_ARGUMENT for a number that
/// is none of its constants. MIGCORE_NO_SPACE; those of the steps and of code that is called.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_run(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    targets: *const migcore_compat_targets,
    observer: *const migcore_compat_observer,
    outcome: *mut migcore_compat_outcome,
    failure: *mut migcore_compat_failure,
) -> migcore_status {
    // SAFETY: the caller promises NULL or an object of each kind.
    unsafe {
        run(compat, tree, targets, observer, outcome, failure, |compat, tree, targets, looking| {
            compat.run(tree, targets, looking).map(of_outcome)
        })
    }
}

/// The same, and all of it is undone; what would be lost was told to the observer.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_dry_run(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    targets: *const migcore_compat_targets,
    observer: *const migcore_compat_observer,
    outcome: *mut migcore_compat_outcome,
    failure: *mut migcore_compat_failure,
) -> migcore_status {
    // SAFETY: as above.
    unsafe {
        run(compat, tree, targets, observer, outcome, failure, |compat, tree, targets, looking| {
            compat.dry_run(tree, targets, looking).map(of_outcome)
        })
    }
}

/// Finds the routes that a run would go, and leaves the tree as it is; `legs` of the outcome is the number of changes,
/// all else in it is 0. Errors as of migcore_compat_run.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_plan(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    targets: *const migcore_compat_targets,
    outcome: *mut migcore_compat_outcome,
    failure: *mut migcore_compat_failure,
) -> migcore_status {
    let observer = core::ptr::null();
    // SAFETY: as above.
    unsafe {
        run(compat, tree, targets, observer, outcome, failure, |compat, tree, targets, _| {
            let plan = compat.plan(tree, targets)?;
            let legs = plan.machine.saturating_add(plan.legs);
            Ok(migcore_compat_outcome { legs, ..NOTHING })
        })
    }
}

const NOTHING: migcore_compat_outcome = migcore_compat_outcome {
    size: size_of::<migcore_compat_outcome>(),
    legs: 0,
    steps: 0,
    touched: 0,
    losses: 0,
    notes: 0,
    restored: 0,
    unrestored: 0,
    unused: 0,
};

pub(super) fn of_outcome(outcome: Outcome) -> migcore_compat_outcome {
    let Outcome { legs, steps, touched, losses, notes, restored, unrestored, unused, .. } = outcome;
    let size = size_of::<migcore_compat_outcome>();
    migcore_compat_outcome {
        size,
        legs,
        steps,
        touched,
        losses,
        notes,
        restored,
        unrestored,
        unused,
    }
}

/// Checks arguments, calls what works on a tree, and writes what came of it.
///
/// # Safety
/// Each is NULL or an object of its kind.
pub(super) unsafe fn run(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    targets: *const migcore_compat_targets,
    observer: *const migcore_compat_observer,
    outcome: *mut migcore_compat_outcome,
    failure: *mut migcore_compat_failure,
    call: impl FnOnce(
        &Compat<'static>,
        &mut Tree<'static>,
        &Targets<'_>,
        &mut Looking,
    ) -> core::result::Result<migcore_compat_outcome, Failed>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        if let Err(code) = places(outcome, failure) {
            return code.number();
        }
        let done = at_work(compat, tree, |compat, tree| {
            let mut looking = Looking::new(observer)?;
            with_targets(targets, |targets| call(compat, tree, targets, &mut looking))
        });
        match done {
            Ok(done) => {
                if !outcome.is_null() {
                    outcome.write_unaligned(done);
                }
                MIGCORE_OK
            }
            Err(mut failed) => {
                let code = failed.code().number();
                if !compat.is_null() && (*compat).state == FAILED {
                    failed.detail =
                        Path::build(&mut |put| put(b"migcore_compat_init returned this"));
                }
                if !failure.is_null() {
                    failure.write_unaligned(of_failed(&failed));
                }
                code
            }
        }
    }
}

/// Checks the places for results before anything is done.
///
/// # Safety
/// Each is NULL or points to a `size_t`.
unsafe fn places(
    outcome: *const migcore_compat_outcome,
    failure: *const migcore_compat_failure,
) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe {
        if !outcome.is_null() {
            check_sized(outcome)?;
        }
        match failure.is_null() {
            true => Ok(()),
            false => check_sized(failure),
        }
    }
}

/// Takes a tree out of its storage, and histories too, while `call` runs.
///
/// # Safety
/// Each is NULL or an object of its kind.
pub(super) unsafe fn at_work<T>(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    call: impl FnOnce(&Compat<'static>, &mut Tree<'static>) -> core::result::Result<T, Failed>,
) -> core::result::Result<T, Failed> {
    // SAFETY: as the caller promises.
    unsafe {
        with_histories(compat, tree, |histories| {
            let (mut taken, storage) = take_out(tree)?;
            let done = call(histories, &mut taken);
            storage.put_back(taken);
            done
        })
    }
}

/// Takes histories out of their storage while `call` runs, whose code finds the tree in `storage`.
///
/// # Safety
/// `compat` is NULL or histories; `storage` is where trees are put back for code that runs.
pub(super) unsafe fn with_histories<T, E: From<Code>>(
    compat: *mut migcore_compat,
    storage: *mut migcore_tree,
    call: impl FnOnce(&Compat<'static>) -> core::result::Result<T, E>,
) -> core::result::Result<T, E> {
    // SAFETY: as the caller promises. While the word says that it is at work, nobody else uses the object.
    unsafe {
        check(compat)?;
        let stored = compat.cast::<Stored>();
        let (histories, running) = ((*stored).compat, (*stored).running);
        (*stored).state = BUSY;
        running.tree.set(storage);
        let done = call(&histories);
        running.tree.set(core::ptr::null_mut());
        (*stored).state = READY;
        done
    }
}

/// What code in rows beside those of these histories shares with theirs.
///
/// # Safety
/// `compat` is NULL or histories.
pub(super) unsafe fn running_of(compat: *const migcore_compat) -> Result<&'static Running> {
    // SAFETY: as the caller promises.
    unsafe {
        check(compat)?;
        Ok((*compat.cast::<Stored>()).running)
    }
}

/// # Safety
/// `compat` is NULL or histories.
unsafe fn check(compat: *const migcore_compat) -> Result<()> {
    if compat.is_null() {
        return Err(Code::NullPointer);
    }
    // SAFETY: not null, and the caller promises histories.
    match unsafe { (*compat).state } {
        READY => Ok(()),
        BUSY => Err(Code::Busy),
        // SAFETY: as above.
        FAILED => Err(Code::from_number(unsafe { (*compat).failure }).unwrap_or(Code::BadObject)),
        _ => Err(Code::BadObject),
    }
}

/// # Safety
/// `targets` is NULL or targets with what they name.
unsafe fn with_targets<T>(
    targets: *const migcore_compat_targets,
    call: impl FnOnce(&Targets<'_>) -> core::result::Result<T, Failed>,
) -> core::result::Result<T, Failed> {
    if targets.is_null() {
        return call(&Targets::default());
    }
    let mut wanted = [("", Version::new(0)); MIGCORE_MAX_WANTED];
    // SAFETY: as the caller promises.
    unsafe {
        let given = sized(targets)?;
        let wanted = wanted.get_mut(..given.count).ok_or(Code::TooMany)?;
        if given.devices.is_null() && given.count > 0 {
            return Err(Code::NullPointer.into());
        }
        for (at, place) in wanted.iter_mut().enumerate() {
            let row = given.devices.wrapping_add(at).read_unaligned();
            *place = (argument(row.devices)?, version_of(&row.version)?);
        }
        let others = match given.others {
            MIGCORE_OTHERS_NEWEST => Others::Newest,
            MIGCORE_OTHERS_KEEP => Others::Keep,
            _ => return Err(Code::InvalidArgument.into()),
        };
        let border = match given.border {
            MIGCORE_BORDER_NEITHER => Border::Neither,
            MIGCORE_BORDER_LEAVING => Border::Leaving,
            MIGCORE_BORDER_ARRIVING => Border::Arriving,
            _ => return Err(Code::InvalidArgument.into()),
        };
        let (from, machine) = (version(given.from)?, version(given.machine)?);
        call(&Targets { from, machine, devices: wanted, others, border })
    }
}

/// # Safety
/// `version` is NULL or a version.
pub(super) unsafe fn version(
    version: *const migcore_compat_version,
) -> Result<Option<Version<'static>>> {
    if version.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and the caller promises a version.
    unsafe { version_of(&version.read_unaligned()) }.map(Some)
}

/// A version that is an argument.
///
/// # Safety
/// Its tag is NULL or a C string that stays as it is during the call.
pub(super) unsafe fn version_of(version: &migcore_compat_version) -> Result<Version<'static>> {
    // SAFETY: as the caller promises.
    Ok(Version { number: version.number, tag: unsafe { argument(version.tag) }? })
}

fn of_failed(failed: &Failed) -> migcore_compat_failure {
    let Ends { from, to } = failed.ends.clone().unwrap_or_default();
    let mut error = migcore_error::empty();
    // SAFETY: it is a report of the right size.
    unsafe { fill(&raw mut error, Some(&failed.report)) };
    migcore_compat_failure {
        size: size_of::<migcore_compat_failure>(),
        error,
        step: failed.step.map_or(-1, i64::from),
        from: characters(&from),
        to: characters(&to),
        detail: characters(&failed.detail),
    }
}

/// Writes the message of a failure into `text`, cut to `capacity` and ended with a NUL, and returns how long the whole
/// message is, without the NUL. `text` may be NULL when `capacity` is 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_failure_text(
    failure: *const migcore_compat_failure,
    text: *mut c_char,
    capacity: usize,
) -> usize {
    // SAFETY: the caller promises `capacity` writable bytes at `text`.
    let text = unsafe { bytes_mut(text.cast(), capacity.min(LARGEST)) }.unwrap_or_default();
    let mut line = Line::new(text);
    // SAFETY: the caller promises NULL or a failure.
    if let Ok(failure) = unsafe { sized(failure) } {
        if let Some(failed) = read(&failure) {
            failed.put(&mut |part| line.put(part));
        }
    }
    line.end()
}

/// The failure that was told; `None` if it is of no status that is known.
fn read(failure: &migcore_compat_failure) -> Option<Failed> {
    let code = Code::from_number(failure.error.status)?;
    let report = Report { path: path_of(&failure.error.path), ..code.into() };
    let (from, to) = (path_of(&failure.from), path_of(&failure.to));
    let known = !from.as_str().is_empty() || !to.as_str().is_empty();
    let step = u32::try_from(failure.step).ok();
    let detail = path_of(&failure.detail);
    Some(Failed { report, ends: known.then_some(Ends { from, to }), step, detail })
}
