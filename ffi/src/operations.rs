//! The table of functions that an object carries for its wire.

use core::ffi::{c_char, c_void};

use migcore::visit::{Kind, Scope, ScopeKind, Visitor};

use crate::chunk::save::Destination;
use crate::chunk::ChunkOperations;
use crate::object::{enter, migcore_visitor, Wire};
use crate::status::migcore_status;
use crate::{raw, scalar, scope, value};

/// What a call needs from the wire behind a visitor. Every function takes an object that is ready.
///
/// All calls could go through `with`; those that a device makes once a field, and those that wrap
/// others' puts and gets, have a function of their own, with the wire's code inside.
#[allow(unreachable_pub, reason = "a public struct points to it, and so does the header")]
pub struct migcore_operations {
    /// Whether visits over this wire load.
    pub(crate) loading: bool,
    /// Runs a call on the visitor.
    pub(crate) with: unsafe fn(*mut migcore_visitor, &mut Call<'_>),
    pub(crate) scalars: Scalars,
    pub(crate) array:
        unsafe fn(*mut migcore_visitor, *const c_char, Kind, *mut c_void, usize) -> migcore_status,
    pub(crate) bytes:
        unsafe fn(*mut migcore_visitor, *const c_char, *mut c_void, usize) -> migcore_status,
    pub(crate) begin: unsafe fn(*mut migcore_visitor, *const c_char, &Scope<'_>) -> migcore_status,
    pub(crate) end: unsafe fn(*mut migcore_visitor, ScopeKind) -> migcore_status,
    pub(crate) begin_element: unsafe fn(*mut migcore_visitor) -> migcore_status,
    pub(crate) end_element: unsafe fn(*mut migcore_visitor) -> migcore_status,
    pub(crate) put_raw: unsafe fn(*mut migcore_visitor, *const c_void, usize) -> migcore_status,
    pub(crate) get_raw:
        unsafe fn(*mut migcore_visitor, *mut c_void, usize, *mut usize) -> migcore_status,
    /// What loaders of chunks have beside.
    pub(crate) chunks: Option<&'static ChunkOperations>,
    /// Which saver of chunks it is, if it is one.
    pub(crate) destination: Option<Destination>,
}

/// What runs on the visitor of an object.
pub(crate) type Call<'c> = dyn FnMut(&mut Visitor<'_>) + 'c;

/// One function for each kind.
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

/// Visits a scalar.
pub(crate) type ScalarOperation<T> =
    unsafe fn(*mut migcore_visitor, *const c_char, *mut T) -> migcore_status;

impl migcore_operations {
    /// The table of a wire.
    pub(crate) const fn of<W: Wire>() -> Self {
        migcore_operations {
            loading: W::LOADING,
            with: with::<W>,
            scalars: Scalars {
                bool: scalar::visit::<W, bool>,
                u8: scalar::visit::<W, u8>,
                u16: scalar::visit::<W, u16>,
                u32: scalar::visit::<W, u32>,
                u64: scalar::visit::<W, u64>,
                i8: scalar::visit::<W, i8>,
                i16: scalar::visit::<W, i16>,
                i32: scalar::visit::<W, i32>,
                i64: scalar::visit::<W, i64>,
                f32: scalar::visit::<W, f32>,
                f64: scalar::visit::<W, f64>,
            },
            array: scalar::array::<W>,
            bytes: value::bytes_of::<W>,
            begin: scope::begin::<W>,
            end: scope::end::<W>,
            begin_element: scope::begin_element::<W>,
            end_element: scope::end_element::<W>,
            put_raw: raw::put::<W>,
            get_raw: raw::get::<W>,
            chunks: W::CHUNKS,
            destination: W::DESTINATION,
        }
    }
}

unsafe fn with<W: Wire>(v: *mut migcore_visitor, call: &mut Call<'_>) {
    // SAFETY: in the table of `W`.
    unsafe { enter::<W, ()>(v, |visitor| call(visitor)) }
}
