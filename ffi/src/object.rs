//! Objects in storage of the caller, and the way of a call to the wire behind a visitor.
//!
//! An object begins with a [`migcore_visitor`]: a state word, and a table of functions made for its
//! wire. A call checks the state word, which tells an object that is ready from one that is busy, from
//! one that could not be begun and from bytes that are no object, and goes on through the table: so a
//! program links only the wires that it begins.

use core::ptr;

use migcore::error::{Fault, Path, Report};
use migcore::visit::{Place, Visiting, Visitor};
use migcore::{Code, Result};

use crate::chunk::save::Destination;
use crate::chunk::ChunkOperations;
use crate::operations::migcore_operations;
use crate::place::CName;
use crate::status::{
    migcore_status, refusal, status, MIGCORE_BAD_OBJECT, MIGCORE_BUSY, MIGCORE_NULL_POINTER,
    MIGCORE_OK,
};

/// The head of every object that visits, whatever its wire. Its members are the library's own; a
/// pointer to it is what the calls of a visit take. An object belongs to one thread at a time, may be
/// moved in memory between two calls, and needs no destructor.
#[repr(C)]
pub struct migcore_visitor {
    state: u32,
    failure: migcore_status,
    operations: *const migcore_operations,
}

/// State word of an object that may be called.
const READY: u32 = 0x6d69_6763;
/// State word of an object that is in a call.
const BUSY: u32 = 0x6d69_6762;
/// State words of an object that could not be begun, to save or to load; `failure` says why.
const FAILED: u32 = 0x6d69_6766;
const FAILED_LOAD: u32 = 0x6d69_6765;
/// State word of an object that could not be begun to save, behind whose head stand the numbers of why.
const FAILED_TOLD: u32 = 0x6d69_6764;

/// An object as it lies in the caller's storage.
#[repr(C)]
struct Object<W> {
    head: migcore_visitor,
    visiting: Visiting<W>,
}

/// An object that could not be begun, with the numbers of why.
#[repr(C)]
struct Failed {
    head: migcore_visitor,
    /// What was expected, and what was found.
    numbers: (u64, u64),
}

/// A wire that can stand behind a visitor.
pub(crate) trait Wire: Sized + 'static {
    /// Whether it loads.
    const LOADING: bool;

    /// Whether a call may run a callback of the caller, and so come back to the same object.
    const CALLS_BACK: bool;

    /// What loaders of chunks have beside.
    const CHUNKS: Option<&'static ChunkOperations> = None;

    /// Which saver of chunks it is, if it is one.
    const DESTINATION: Option<Destination> = None;

    /// The visitor over it.
    fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_>;

    /// Visits a scalar, but for what only an error needs.
    fn scalar<P: Place>(visiting: &mut Visiting<Self>, name: &CName, place: P) -> Result<()> {
        Self::visitor(visiting).try_scalar(name, place)
    }

    /// Runs after each call: a wire that the visit ended for may give back what it borrowed.
    #[inline]
    fn settle(visiting: &mut Visiting<Self>) {
        let _ = visiting;
    }
}

/// Makes [`Wire`] of an encoder or a decoder, with what it has beside.
macro_rules! wire {
    ($type:ty, saves, calls_back: $calls_back:literal $(, $($beside:tt)*)?) => {
        crate::object::wire!(@ $type, false, $calls_back, saver, try_save, $($($beside)*)?);
    };
    ($type:ty, loads, calls_back: $calls_back:literal $(, $($beside:tt)*)?) => {
        crate::object::wire!(@ $type, true, $calls_back, loader, try_load, $($($beside)*)?);
    };
    (@ $type:ty, $loading:literal, $calls_back:literal, $visitor:ident, $scalar:ident, $($beside:tt)*) => {
        impl crate::object::Wire for $type {
            const LOADING: bool = $loading;
            const CALLS_BACK: bool = $calls_back;
            $($beside)*

            #[inline]
            fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_> {
                visiting.$visitor()
            }

            #[inline]
            fn scalar<P: migcore::visit::Place>(
                visiting: &mut Visiting<Self>,
                name: &crate::place::CName,
                place: P,
            ) -> migcore::Result<()> {
                visiting.$scalar(name, place)
            }
        }
    };
}
pub(crate) use wire;

/// Begins an object for `wire` in storage of type `S`, which begins with a migcore_visitor; or makes
/// it one that returns the code of why there is no wire from every call. So a caller who checks once,
/// at the end, does not go on with what the storage held before.
///
/// # Safety
/// `storage` is NULL or points to `size` writable bytes that nothing else refers to.
// Inlined, so that an object is made where it goes: it is large for the stack of a firmware.
#[inline(always)]
pub(crate) unsafe fn begin<S, W: Wire>(
    storage: *mut S,
    size: usize,
    wire: Result<W>,
) -> migcore_status {
    const {
        assert!(size_of::<Object<W>>() <= size_of::<S>());
        assert!(align_of::<Object<W>>() <= align_of::<S>());
    }
    let wire = match (check_storage(storage, size), wire) {
        (Ok(()), Ok(wire)) => wire,
        (Err(code), _) | (_, Err(code)) => {
            // SAFETY: the caller promises `size` writable bytes.
            unsafe { begin_failed(storage.cast(), size, code, W::LOADING) };
            return code.number();
        }
    };
    let operations: &'static migcore_operations = const { &migcore_operations::of::<W>() };
    let head = migcore_visitor { state: READY, failure: MIGCORE_OK, operations };
    let object = Object { head, visiting: Visiting::new(wire) };
    // SAFETY: as large and as aligned as an object, as just checked; the caller's alone.
    unsafe { storage.cast::<Object<W>>().write(object) };
    MIGCORE_OK
}

/// [`begin`] to save, for a wire that tells numbers where it cannot be made: they are in the report.
///
/// # Safety
/// As [`begin`].
// Inlined as `begin`.
#[inline(always)]
pub(crate) unsafe fn begin_told<S, W: Wire>(
    storage: *mut S,
    size: usize,
    wire: core::result::Result<W, (Code, Fault)>,
) -> migcore_status {
    const {
        assert!(!W::LOADING);
        assert!(size_of::<Failed>() <= size_of::<S>());
        assert!(align_of::<Failed>() <= align_of::<S>());
    }
    let numbers = wire.as_ref().err().map(|(_, fault)| (fault.expected, fault.found));
    let numbers = numbers.filter(|numbers| *numbers != (0, 0));
    // SAFETY: as the caller promises.
    let begun = unsafe { begin(storage, size, wire.map_err(|(code, _)| code)) };
    if let (Some(numbers), Ok(())) = (numbers, check_storage(storage, size)) {
        let head = migcore_visitor { state: FAILED_TOLD, failure: begun, operations: ptr::null() };
        // SAFETY: as large and as aligned as that, as just checked; the caller's alone.
        unsafe { storage.cast::<Failed>().write(Failed { head, numbers }) };
    }
    begun
}

/// Makes an object of storage that returns `code` from every call, if there is room for its head.
///
/// # Safety
/// `head` is NULL or points to `size` writable bytes that nothing else refers to.
unsafe fn begin_failed(head: *mut migcore_visitor, size: usize, code: Code, loading: bool) {
    if !head.is_null() && head.is_aligned() && size >= size_of::<migcore_visitor>() {
        let failure = code.number();
        let state = if loading { FAILED_LOAD } else { FAILED };
        // SAFETY: not null, aligned, and there is room.
        unsafe { head.write(migcore_visitor { state, failure, operations: ptr::null() }) };
    }
}

/// Whether storage of the caller is there, aligned, and of the size that this library knows.
pub(crate) fn check_storage<S>(storage: *mut S, size: usize) -> Result<()> {
    match size {
        _ if storage.is_null() => Err(Code::NullPointer),
        _ if size != size_of::<S>() => Err(Code::BadSize),
        _ if !storage.is_aligned() => Err(Code::Misaligned),
        _ => Ok(()),
    }
}

/// The table of an object that is ready, or why the call cannot be done.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
#[inline]
pub(crate) unsafe fn operations(
    v: *const migcore_visitor,
) -> core::result::Result<&'static migcore_operations, migcore_status> {
    // SAFETY: the caller promises NULL or a visitor.
    if v.is_null() || unsafe { (*v).state } != READY {
        // SAFETY: as above.
        return Err(unsafe { not_ready(v) });
    }
    // SAFETY: an object that is ready points to a table that lives as long as the program.
    Ok(unsafe { &*(*v).operations })
}

/// Calls a function of the table of an object, or gives the code of why it cannot be called.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
#[inline]
pub(crate) unsafe fn through(
    v: *mut migcore_visitor,
    call: impl FnOnce(&migcore_operations) -> migcore_status,
) -> migcore_status {
    // SAFETY: as the caller promises.
    match unsafe { operations(v) } {
        Ok(operations) => call(operations),
        Err(not_ready) => not_ready,
    }
}

#[cold]
unsafe fn not_ready(v: *const migcore_visitor) -> migcore_status {
    if v.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    // SAFETY: not null, and the caller of `operations` promises a visitor.
    match unsafe { (*v).state } {
        BUSY => MIGCORE_BUSY,
        // SAFETY: as above.
        FAILED | FAILED_LOAD | FAILED_TOLD => unsafe { (*v).failure },
        _ => MIGCORE_BAD_OBJECT,
    }
}

/// The numbers of why an object could not be begun, where there are any: expected, and found.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
pub(crate) unsafe fn numbers_of_begin(v: *const migcore_visitor) -> Option<(u64, u64)> {
    // SAFETY: the caller promises NULL or a visitor.
    match !v.is_null() && unsafe { (*v).state } == FAILED_TOLD {
        // SAFETY: so `begin_told` left it.
        true => Some(unsafe { (*v.cast::<Failed>()).numbers }),
        false => None,
    }
}

/// Whether this is a load that could not be begun.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
pub(crate) unsafe fn is_failed_load(v: *const migcore_visitor) -> bool {
    // SAFETY: as the caller promises.
    !v.is_null() && unsafe { (*v).state } == FAILED_LOAD
}

/// Runs `call` on the visitor of an object. An object that is not ready gives its code, and `call`
/// is not run.
///
/// # Safety
/// `v` is NULL or points to a migcore_visitor.
pub(crate) unsafe fn with<R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visitor<'_>) -> R,
) -> core::result::Result<R, migcore_status> {
    // SAFETY: as the caller promises.
    let operations = unsafe { operations(v) }?;
    let mut call = Some(call);
    let mut done = None;
    // SAFETY: the table is the object's own.
    unsafe {
        (operations.with)(v, &mut |visitor| done = call.take().map(|call| call(visitor)));
    }
    done.ok_or(MIGCORE_BAD_OBJECT)
}

/// Runs a call that gives nothing but its status.
///
/// # Safety
/// As [`with`].
pub(crate) unsafe fn run(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    match unsafe { with(v, call) } {
        Ok(result) => status(result),
        Err(not_ready) => not_ready,
    }
}

/// Runs `call` on the visitor of an object; why that cannot be done is an error like those of `call`.
///
/// # Safety
/// As [`with`].
pub(crate) unsafe fn reach<R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visitor<'_>) -> Result<R>,
) -> Result<R> {
    // SAFETY: as the caller promises.
    match unsafe { with(v, call) } {
        Ok(result) => result,
        Err(not_ready) => Err(Code::from_number(not_ready).unwrap_or(Code::BadObject)),
    }
}

/// The report of `code`, which a call on an object returned.
///
/// # Safety
/// As [`with`].
pub(crate) unsafe fn report_of(v: *mut migcore_visitor, code: Code) -> Report {
    // SAFETY: as the caller promises.
    unsafe {
        let kept = with(v, |visitor| visitor.report().cloned());
        let bare = || {
            let (expected, found) = numbers_of_begin(v).unwrap_or_default();
            Report { code, fault: Fault { expected, found, ..Fault::default() }, path: Path::new() }
        };
        kept.ok().flatten().unwrap_or_else(bare)
    }
}

/// Takes what a callback returned that visits: any number but MIGCORE_OK ends the visit.
///
/// # Safety
/// As [`with`].
pub(crate) unsafe fn settle(v: *mut migcore_visitor, returned: migcore_status) -> Result<()> {
    let take = |visitor: &mut Visitor<'_>| match returned {
        MIGCORE_OK => visitor.check(),
        other => {
            let (code, cause) = refusal(other);
            Err(visitor.fail_as(code, cause, &""))
        }
    };
    // SAFETY: as the caller promises.
    unsafe { reach(v, take) }
}

/// Runs `call` on the visitor of an object that is ready.
///
/// # Safety
/// As [`enter_visiting`].
#[inline]
pub(crate) unsafe fn enter<W: Wire, R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visitor<'_>) -> R,
) -> R {
    // SAFETY: as the caller promises.
    unsafe { enter_visiting::<W, R>(v, |visiting| call(&mut W::visitor(visiting))) }
}

/// Runs `call` on the wire and the track of an object that is ready. Meanwhile the object is marked busy,
/// if anybody could come back to it.
///
/// # Safety
/// `v` is the head of an `Object<W>` that is ready: as it is in a function of the table of `W`.
#[inline]
pub(crate) unsafe fn enter_visiting<W: Wire, R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visiting<W>) -> R,
) -> R {
    if W::CALLS_BACK {
        // SAFETY: the head of an object; the state word is never referred to, only read and written.
        unsafe { (*v).state = BUSY };
    }
    // SAFETY: the object is the caller's alone, and busy if anybody could come back to it: nothing
    // else makes a reference to its inside before this one is gone.
    let visiting = unsafe { &mut (*v.cast::<Object<W>>()).visiting };
    let done = call(visiting);
    W::settle(visiting);
    if W::CALLS_BACK {
        // SAFETY: as above.
        unsafe { (*v).state = READY };
    }
    done
}

/// [`enter_visiting`] for a call in which callbacks of another object are run: this one is marked busy
/// whatever its wire.
///
/// # Safety
/// As [`enter_visiting`].
pub(crate) unsafe fn enter_busy<W: Wire, R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visiting<W>) -> R,
) -> R {
    // SAFETY: the head of an object, whose state word is never referred to.
    unsafe { (*v).state = BUSY };
    // SAFETY: as the caller promises; what is ready inside of the call does not see it.
    let done = unsafe { enter_visiting(v, call) };
    // SAFETY: as above.
    unsafe { (*v).state = READY };
    done
}
