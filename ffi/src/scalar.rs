//! Scalars and arrays of scalars: five calls for each kind.

use core::ffi::{c_char, c_void};

use migcore::visit::{Count, Extent, Kind, Place, Scalar, Slots, Visitor};
use migcore::{Code, Result};

use crate::memory::{bytes, bytes_mut};
use crate::object::{enter, enter_visiting, migcore_visitor, run, through, Wire};
use crate::place::{CName, Raw};
use crate::status::{migcore_status, status, MIGCORE_OK};

/// The type of a scalar: one of the MIGCORE_KIND_ constants.
pub type migcore_kind = u32;

/// bool: true or false
pub const MIGCORE_KIND_BOOL: migcore_kind = 1;
/// uint8_t
pub const MIGCORE_KIND_U8: migcore_kind = 2;
/// uint16_t
pub const MIGCORE_KIND_U16: migcore_kind = 3;
/// uint32_t
pub const MIGCORE_KIND_U32: migcore_kind = 4;
/// uint64_t
pub const MIGCORE_KIND_U64: migcore_kind = 5;
/// int8_t
pub const MIGCORE_KIND_I8: migcore_kind = 6;
/// int16_t
pub const MIGCORE_KIND_I16: migcore_kind = 7;
/// int32_t
pub const MIGCORE_KIND_I32: migcore_kind = 8;
/// int64_t
pub const MIGCORE_KIND_I64: migcore_kind = 9;
/// float, as IEEE 754 binary32
pub const MIGCORE_KIND_F32: migcore_kind = 10;
/// double, as IEEE 754 binary64
pub const MIGCORE_KIND_F64: migcore_kind = 11;

macro_rules! scalars {
    ($($type:ident $c:literal $kind:ident
        $visit:ident $since:ident $or:ident $array:ident $varray:ident;)*) => {
        $(
            #[doc = concat!(" Visits a ", $c, ". On save `value` is only read; on load it is written")]
            /// when the call succeeds, and only then.
            #[no_mangle]
            pub unsafe extern "C" fn $visit(
                v: *mut migcore_visitor,
                name: *const c_char,
                value: *mut $type,
            ) -> migcore_status {
                // SAFETY: the caller promises NULL or a visitor; its table is its own.
                unsafe {
                    through(v, |operations| (operations.scalars.$type)(v, name, value))
                }
            }

            #[doc = concat!(" Visits a ", $c, " that exists from `version` of the state on. In an older")]
            /// state nothing is on the wire, and loading stores `otherwise`. The version is that of
            /// migcore_state_version.
            #[no_mangle]
            pub unsafe extern "C" fn $since(
                v: *mut migcore_visitor,
                name: *const c_char,
                value: *mut $type,
                version: u32,
                otherwise: $type,
            ) -> migcore_status {
                // SAFETY: the caller promises a name, a value and a visitor.
                unsafe {
                    let (name, value) = (CName::new(name), Raw::new(value));
                    run(v, |visitor| match value {
                        Some(value) => visitor.scalar_since(&name, value, version, otherwise),
                        None => Err(visitor.fail_as(Code::NullPointer, 0, &name)),
                    })
                }
            }

            #[doc = concat!(" Visits a ", $c, " that may be missing in the stream, in which case loading")]
            /// stores `otherwise`. On a wire without names it is never missing.
            #[no_mangle]
            pub unsafe extern "C" fn $or(
                v: *mut migcore_visitor,
                name: *const c_char,
                value: *mut $type,
                otherwise: $type,
            ) -> migcore_status {
                // SAFETY: the caller promises a name, a value and a visitor.
                unsafe {
                    let (name, value) = (CName::new(name), Raw::new(value));
                    run(v, |visitor| match value {
                        Some(value) => visitor.scalar_or(&name, value, otherwise),
                        None => Err(visitor.fail_as(Code::NullPointer, 0, &name)),
                    })
                }
            }

            #[doc = concat!(" Visits `count` elements of type ", $c, " in one call. Both sides know the")]
            /// count. A load that fails may have written some of the elements.
            #[no_mangle]
            pub unsafe extern "C" fn $array(
                v: *mut migcore_visitor,
                name: *const c_char,
                values: *mut $type,
                count: usize,
            ) -> migcore_status {
                // SAFETY: the caller promises a visitor, a name and the elements.
                unsafe {
                    through(v, |operations| (operations.array)(v, name, Kind::$kind, values.cast(), count))
                }
            }

            #[doc = concat!(" Visits the first `*count` elements of type ", $c, "; the count is part of")]
            /// the state. On load at most `capacity` elements are accepted, and `count` is written.
            #[no_mangle]
            pub unsafe extern "C" fn $varray(
                v: *mut migcore_visitor,
                name: *const c_char,
                values: *mut $type,
                capacity: usize,
                count: *mut usize,
            ) -> migcore_status {
                // SAFETY: the caller promises a visitor, a name, the elements and a count.
                unsafe { varray(v, name, Kind::$kind, values.cast(), capacity, count) }
            }
        )*
    };
}

scalars! {
    bool "bool" Bool migcore_visit_bool migcore_visit_bool_since migcore_visit_bool_or
        migcore_visit_bool_array migcore_visit_bool_varray;
    u8 "uint8_t" U8 migcore_visit_u8 migcore_visit_u8_since migcore_visit_u8_or
        migcore_visit_u8_array migcore_visit_u8_varray;
    u16 "uint16_t" U16 migcore_visit_u16 migcore_visit_u16_since migcore_visit_u16_or
        migcore_visit_u16_array migcore_visit_u16_varray;
    u32 "uint32_t" U32 migcore_visit_u32 migcore_visit_u32_since migcore_visit_u32_or
        migcore_visit_u32_array migcore_visit_u32_varray;
    u64 "uint64_t" U64 migcore_visit_u64 migcore_visit_u64_since migcore_visit_u64_or
        migcore_visit_u64_array migcore_visit_u64_varray;
    i8 "int8_t" I8 migcore_visit_i8 migcore_visit_i8_since migcore_visit_i8_or
        migcore_visit_i8_array migcore_visit_i8_varray;
    i16 "int16_t" I16 migcore_visit_i16 migcore_visit_i16_since migcore_visit_i16_or
        migcore_visit_i16_array migcore_visit_i16_varray;
    i32 "int32_t" I32 migcore_visit_i32 migcore_visit_i32_since migcore_visit_i32_or
        migcore_visit_i32_array migcore_visit_i32_varray;
    i64 "int64_t" I64 migcore_visit_i64 migcore_visit_i64_since migcore_visit_i64_or
        migcore_visit_i64_array migcore_visit_i64_varray;
    f32 "float" F32 migcore_visit_f32 migcore_visit_f32_since migcore_visit_f32_or
        migcore_visit_f32_array migcore_visit_f32_varray;
    f64 "double" F64 migcore_visit_f64 migcore_visit_f64_since migcore_visit_f64_or
        migcore_visit_f64_array migcore_visit_f64_varray;
}

/// A scalar, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`, `name` NULL or a C string, `value` NULL or a value.
pub(crate) unsafe fn visit<W: Wire, T: Scalar>(
    v: *mut migcore_visitor,
    name: *const c_char,
    value: *mut T,
) -> migcore_status
where
    Raw<T>: Place<Value = T>,
{
    // SAFETY: as the caller promises. The name is made anew where it is wanted, so that it need not
    // lie in memory when all goes well.
    unsafe {
        let Some(value) = Raw::new(value) else {
            return failed::<W>(v, name, Code::NullPointer);
        };
        match enter_visiting(v, |visiting| W::scalar(visiting, &CName::new(name), value)) {
            Ok(()) => MIGCORE_OK,
            Err(code) => failed::<W>(v, name, code),
        }
    }
}

/// Notes that a scalar failed.
///
/// # Safety
/// `v` is ready and of `W`, `name` NULL or a C string.
#[cold]
unsafe fn failed<W: Wire>(
    v: *mut migcore_visitor,
    name: *const c_char,
    code: Code,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        enter::<W, _>(v, |visitor| match code {
            Code::NullPointer => visitor.fail_as(code, 0, &name),
            code => visitor.wire_failed(code, &name),
        })
        .number()
    }
}

/// An array of fixed length, over the wire `W`.
///
/// # Safety
/// As [`visit`], with `count` elements at `values`.
pub(crate) unsafe fn array<W: Wire>(
    v: *mut migcore_visitor,
    name: *const c_char,
    kind: Kind,
    values: *mut c_void,
    count: usize,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        let elements = Elements { kind, extent: Extent::Fixed, values };
        status(enter::<W, _>(v, |visitor| match W::LOADING {
            true => elements.load(visitor, &name, count).map(|_| ()),
            false => elements.save(visitor, &name, count),
        }))
    }
}

/// An array whose count is part of the state.
///
/// # Safety
/// `v` is NULL or a visitor, `name` NULL or a C string, `count` NULL or a size_t, and there is room
/// for `capacity` elements at `values`.
unsafe fn varray(
    v: *mut migcore_visitor,
    name: *const c_char,
    kind: Kind,
    values: *mut c_void,
    capacity: usize,
    count: *mut usize,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        let elements = Elements { kind, extent: Extent::Variable, values };
        run(v, |visitor| {
            let Some(mut count) = Raw::new(count) else {
                return Err(visitor.fail_as(Code::NullPointer, 0, &name));
            };
            if visitor.is_loading() {
                count.store(elements.load(visitor, &name, capacity)?);
                return Ok(());
            }
            visitor.check_count(&name, count.load(), capacity)?;
            elements.save(visitor, &name, count.load())
        })
    }
}

/// Elements in memory of the caller.
struct Elements {
    kind: Kind,
    extent: Extent,
    values: *mut c_void,
}

impl Elements {
    /// # Safety
    /// There are `count` elements, or `values` is NULL.
    #[inline]
    unsafe fn save(&self, visitor: &mut Visitor<'_>, name: &CName, count: usize) -> Result<()> {
        // SAFETY: as the caller promises; only read.
        match unsafe { bytes(self.values, self.length(count)) } {
            Ok(elements) => visitor.save_array(name, self.kind, self.extent, elements),
            Err(code) => Err(visitor.fail_as(code, 0, name)),
        }
    }

    /// # Safety
    /// There is room for `count` elements, or `values` is NULL.
    #[inline]
    unsafe fn load(&self, visitor: &mut Visitor<'_>, name: &CName, count: usize) -> Result<usize> {
        // SAFETY: as the caller promises.
        match unsafe { bytes_mut(self.values, self.length(count)) } {
            Ok(slots) => visitor.load_array(name, self.kind, self.extent, Slots::Bytes(slots)),
            Err(code) => Err(visitor.fail_as(code, 0, name)),
        }
    }

    fn length(&self, count: usize) -> usize {
        count.saturating_mul(self.kind.width().bytes())
    }
}
