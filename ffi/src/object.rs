//! Objects in storage of the caller, and the way of a call to the wire behind a visitor.
//!
//! An object begins with a [`migcore_visitor`]: a state word, and a table of functions made for its
//! wire. A call checks the state word, which tells an object that is ready from one that is busy and
//! from bytes that are no object, and goes on through the table: so a program links only the wires
//! that it begins.

use core::ffi::{c_char, CStr};

use migcore::visit::{Count, Name, Place, Scalar, Visiting, Visitor};
use migcore::{Code, Result};

use crate::status::{
    migcore_status, status, MIGCORE_BAD_OBJECT, MIGCORE_BAD_SIZE, MIGCORE_BUSY, MIGCORE_MISALIGNED,
    MIGCORE_NULL_POINTER, MIGCORE_OK,
};

/// The head of every object that visits, whatever its wire. Its members are the library's own; a
/// pointer to it is what the calls of a visit take. An object belongs to one thread at a time, may be
/// moved in memory between two calls, and needs no destructor.
#[repr(C)]
pub struct migcore_visitor {
    state: u32,
    reserved: u32,
    operations: *const migcore_operations,
}

/// State word of an object that may be called.
const READY: u32 = 0x6d69_6763;
/// State word of an object that is in a call.
const BUSY: u32 = 0x6d69_6762;

/// What a call needs from the wire behind a visitor.
pub struct migcore_operations {
    /// Whether visits over this wire load.
    pub(crate) loading: bool,
    /// Runs a call on the visitor; the head of the object is marked busy.
    with: unsafe fn(*mut migcore_visitor, &mut Call<'_>),
    /// One function for each kind, in the order of their numbers: a scalar is too small to go
    /// through `with`.
    pub(crate) scalars: Scalars,
}

/// What runs on the visitor of an object.
type Call<'c> = dyn FnMut(&mut Visitor<'_>) + 'c;

/// See [`migcore_operations::scalars`].
pub(crate) struct Scalars {
    pub(crate) bool: ScalarOperation<bool>,
    pub(crate) u8: ScalarOperation<u8>,
    pub(crate) u16: ScalarOperation<u16>,
    pub(crate) u32: ScalarOperation<u32>,
    pub(crate) u64: ScalarOperation<u64>,
    pub(crate) i8: ScalarOperation<i8>,
    pub(crate) i16: ScalarOperation<i16>,
    pub(crate) i32: ScalarOperation<i32>,
    pub(crate) i64: ScalarOperation<i64>,
    pub(crate) f32: ScalarOperation<f32>,
    pub(crate) f64: ScalarOperation<f64>,
}

/// Visits a scalar of an object that is ready.
pub(crate) type ScalarOperation<T> =
    unsafe fn(*mut migcore_visitor, *const c_char, *mut T) -> migcore_status;

/// An object as it lies in the caller's storage.
#[repr(C)]
struct Object<W> {
    head: migcore_visitor,
    visiting: Visiting<W>,
}

/// A wire that can stand behind a visitor.
pub(crate) trait Wire: Sized + 'static {
    /// Whether it loads.
    const LOADING: bool;

    /// The visitor over it.
    fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_>;

    /// The table that its objects point to.
    const OPERATIONS: migcore_operations = migcore_operations {
        loading: Self::LOADING,
        with: with_object::<Self>,
        scalars: Scalars {
            bool: visit_scalar::<Self, bool>,
            u8: visit_scalar::<Self, u8>,
            u16: visit_scalar::<Self, u16>,
            u32: visit_scalar::<Self, u32>,
            u64: visit_scalar::<Self, u64>,
            i8: visit_scalar::<Self, i8>,
            i16: visit_scalar::<Self, i16>,
            i32: visit_scalar::<Self, i32>,
            i64: visit_scalar::<Self, i64>,
            f32: visit_scalar::<Self, f32>,
            f64: visit_scalar::<Self, f64>,
        },
    };
}

/// Makes [`Wire`] of an encoder or a decoder.
macro_rules! wire {
    ($type:ty, save) => {
        crate::object::wire!(@ $type, false, saver);
    };
    ($type:ty, load) => {
        crate::object::wire!(@ $type, true, loader);
    };
    (@ $type:ty, $loading:literal, $visitor:ident) => {
        impl crate::object::Wire for $type {
            const LOADING: bool = $loading;

            #[inline]
            fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_> {
                visiting.$visitor()
            }
        }
    };
}
pub(crate) use wire;

/// Begins an object for `wire` in storage of type `S`, which begins with a migcore_visitor.
///
/// # Safety
/// `storage` is NULL or points to `size` writable bytes that nothing else refers to.
pub(crate) unsafe fn begin<S, W: Wire>(storage: *mut S, size: usize, wire: W) -> migcore_status {
    const {
        assert!(size_of::<Object<W>>() <= size_of::<S>());
        assert!(align_of::<Object<W>>() <= align_of::<S>());
    }
    let fits = check_storage(storage, size);
    if fits != MIGCORE_OK {
        return fits;
    }
    let operations: &'static migcore_operations = const { &W::OPERATIONS };
    let head = migcore_visitor { state: READY, reserved: 0, operations };
    let object = Object { head, visiting: Visiting::new(wire) };
    // SAFETY: as large and as aligned as an object, as just checked; the caller's alone.
    unsafe { storage.cast::<Object<W>>().write(object) };
    MIGCORE_OK
}

/// Whether storage of the caller is there, aligned, and of the size that this library knows.
fn check_storage<S>(storage: *mut S, size: usize) -> migcore_status {
    if storage.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    if size != size_of::<S>() {
        return MIGCORE_BAD_SIZE;
    }
    if !storage.is_aligned() {
        return MIGCORE_MISALIGNED;
    }
    MIGCORE_OK
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

#[cold]
unsafe fn not_ready(v: *const migcore_visitor) -> migcore_status {
    if v.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    // SAFETY: not null, and the caller of `operations` promises a visitor.
    match unsafe { (*v).state } {
        BUSY => MIGCORE_BUSY,
        _ => MIGCORE_BAD_OBJECT,
    }
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

unsafe fn with_object<W: Wire>(v: *mut migcore_visitor, call: &mut Call<'_>) {
    // SAFETY: this function is in the table of `Object<W>` only.
    unsafe { enter::<W, ()>(v, |visitor| call(visitor)) }
}

unsafe fn visit_scalar<W: Wire, T: Scalar>(
    v: *mut migcore_visitor,
    name: *const c_char,
    value: *mut T,
) -> migcore_status
where
    Raw<T>: Place,
{
    // SAFETY: the caller of the interface promises a name that is NULL or a C string.
    let name = unsafe { CName::new(name) };
    let visit = |visitor: &mut Visitor<'_>| {
        // SAFETY: the caller of the interface promises NULL or a `T`.
        let place = unsafe { Raw::new(value) };
        match place {
            Some(place) => visitor.scalar(&name, place),
            None => Err(visitor.fail_as(Code::NullPointer, 0, &name)),
        }
    };
    // SAFETY: this function is in the table of `Object<W>` only.
    status(unsafe { enter::<W, _>(v, visit) })
}

/// Runs `call` on the visitor of an object that is ready, and marks the object busy meanwhile.
///
/// # Safety
/// `v` is the head of an `Object<W>` that is ready.
#[inline]
unsafe fn enter<W: Wire, R>(
    v: *mut migcore_visitor,
    call: impl FnOnce(&mut Visitor<'_>) -> R,
) -> R {
    // SAFETY: the head of an object; the state word is never referred to, only read and written.
    unsafe { (*v).state = BUSY };
    // SAFETY: the object is the caller's alone, and busy: nothing else makes a reference to its
    // inside before this one is gone.
    let visiting = unsafe { &mut (*v.cast::<Object<W>>()).visiting };
    let done = call(&mut W::visitor(visiting));
    // SAFETY: as above.
    unsafe { (*v).state = READY };
    done
}

/// A scalar in memory of the caller, aligned or not.
pub(crate) struct Raw<T>(*mut T);

impl<T> Raw<T> {
    /// `None` for NULL.
    ///
    /// # Safety
    /// `place` is NULL or points to a `T` that stays where it is while this value lives; on load it
    /// is writable.
    #[inline]
    pub(crate) unsafe fn new(place: *mut T) -> Option<Self> {
        (!place.is_null()).then_some(Raw(place))
    }
}

/// [`Place`] for the numbers, any pattern of which is a value.
macro_rules! place {
    ($($type:ty)*) => {
        $(impl Place for Raw<$type> {
            type Value = $type;

            #[inline]
            fn load(&self) -> $type {
                // SAFETY: `new` was promised a value there.
                unsafe { self.0.read_unaligned() }
            }

            #[inline]
            fn store(&mut self, value: $type) {
                // SAFETY: `new` was promised a writable place.
                unsafe { self.0.write_unaligned(value) }
            }
        })*
    };
}

place!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

impl Place for Raw<bool> {
    type Value = bool;

    /// C code may hold any byte in a flag that it cleared or copied: it is read as a byte.
    #[inline]
    fn load(&self) -> bool {
        // SAFETY: `new` was promised a byte there.
        unsafe { self.0.cast::<u8>().read() != 0 }
    }

    #[inline]
    fn store(&mut self, value: bool) {
        // SAFETY: `new` was promised a writable place.
        unsafe { self.0.write(value) }
    }
}

impl Count for Raw<usize> {
    fn load(&self) -> usize {
        // SAFETY: `new` was promised a value there.
        unsafe { self.0.read_unaligned() }
    }

    fn store(&mut self, count: usize) {
        // SAFETY: `new` was promised a writable place.
        unsafe { self.0.write_unaligned(count) }
    }
}

/// A name of the caller, read only when somebody wants it.
pub(crate) struct CName(*const c_char);

impl CName {
    /// # Safety
    /// `name` is NULL or a C string that stays as it is while this value lives.
    #[inline]
    pub(crate) unsafe fn new(name: *const c_char) -> Self {
        CName(name)
    }
}

impl Name for CName {
    fn bytes(&self) -> &[u8] {
        if self.0.is_null() {
            return &[];
        }
        // SAFETY: `new` was promised a C string.
        unsafe { CStr::from_ptr(self.0) }.to_bytes()
    }
}
