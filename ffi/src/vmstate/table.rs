//! Tables of fields, as they lie in C.

use core::ffi::{c_char, c_int, c_void};

use crate::object::migcore_visitor;
use crate::status::migcore_status;

/// What a field holds: one of the MIGCORE_VMSTATE_KIND_ constants.
pub type migcore_vmstate_kind = u32;

/// Whatever the device puts there: `visit` of the info visits it, else `custom` of the host.
pub const MIGCORE_VMSTATE_KIND_CUSTOM: migcore_vmstate_kind = 0;
/// `bool`
pub const MIGCORE_VMSTATE_KIND_BOOL: migcore_vmstate_kind = 1;
/// `int8_t`
pub const MIGCORE_VMSTATE_KIND_I8: migcore_vmstate_kind = 2;
/// `int16_t`
pub const MIGCORE_VMSTATE_KIND_I16: migcore_vmstate_kind = 3;
/// `int32_t`
pub const MIGCORE_VMSTATE_KIND_I32: migcore_vmstate_kind = 4;
/// `int64_t`
pub const MIGCORE_VMSTATE_KIND_I64: migcore_vmstate_kind = 5;
/// `uint8_t`
pub const MIGCORE_VMSTATE_KIND_U8: migcore_vmstate_kind = 6;
/// `uint16_t`
pub const MIGCORE_VMSTATE_KIND_U16: migcore_vmstate_kind = 7;
/// `uint32_t`
pub const MIGCORE_VMSTATE_KIND_U32: migcore_vmstate_kind = 8;
/// `uint64_t`
pub const MIGCORE_VMSTATE_KIND_U64: migcore_vmstate_kind = 9;
/// `uint8_t` that a load does not change: the stream must have the same.
pub const MIGCORE_VMSTATE_KIND_U8_EQUAL: migcore_vmstate_kind = 10;
/// `uint16_t` that a load does not change.
pub const MIGCORE_VMSTATE_KIND_U16_EQUAL: migcore_vmstate_kind = 11;
/// `int32_t` that a load does not change.
pub const MIGCORE_VMSTATE_KIND_I32_EQUAL: migcore_vmstate_kind = 12;
/// `uint32_t` that a load does not change.
pub const MIGCORE_VMSTATE_KIND_U32_EQUAL: migcore_vmstate_kind = 13;
/// `uint64_t` that a load does not change.
pub const MIGCORE_VMSTATE_KIND_U64_EQUAL: migcore_vmstate_kind = 14;
/// `int32_t` that a load lets become smaller, down to 0, but not larger.
pub const MIGCORE_VMSTATE_KIND_I32_LE: migcore_vmstate_kind = 15;
/// `double`, with all its bits
pub const MIGCORE_VMSTATE_KIND_F64: migcore_vmstate_kind = 16;
/// `double` that QEMU calls CPU_Double_U; the bytes are those of MIGCORE_VMSTATE_KIND_F64.
pub const MIGCORE_VMSTATE_KIND_CPU_DOUBLE: migcore_vmstate_kind = 17;
/// A timer, which `timer_get` and `timer_set` of the host know; without them an `int64_t`.
pub const MIGCORE_VMSTATE_KIND_TIMER: migcore_vmstate_kind = 18;
/// `size` bytes as they are
pub const MIGCORE_VMSTATE_KIND_BUFFER: migcore_vmstate_kind = 19;
/// `size` bytes in the stream that are in no object: zeros, and not looked at on load
pub const MIGCORE_VMSTATE_KIND_UNUSED: migcore_vmstate_kind = 20;
/// An array of `unsigned long`, of which `size` bits count
pub const MIGCORE_VMSTATE_KIND_BITMAP: migcore_vmstate_kind = 21;
/// A null pointer
pub const MIGCORE_VMSTATE_KIND_NULLPTR: migcore_vmstate_kind = 22;
/// A scratch object of `size` bytes, whose first word points to the object, visited by `vmsd`
pub const MIGCORE_VMSTATE_KIND_TMP: migcore_vmstate_kind = 23;
/// A tail queue of QEMU; `start` is where the link lies in an element.
pub const MIGCORE_VMSTATE_KIND_TAILQ: migcore_vmstate_kind = 24;
/// A list of QEMU; `start` is where the link lies in an element.
pub const MIGCORE_VMSTATE_KIND_LIST: migcore_vmstate_kind = 25;
/// A tree, which `tree` of the host knows; `start` is the size of a key, 0 where the pointer to it is the key.
pub const MIGCORE_VMSTATE_KIND_TREE: migcore_vmstate_kind = 26;
/// An open file: as MIGCORE_VMSTATE_KIND_CUSTOM
pub const MIGCORE_VMSTATE_KIND_FD: migcore_vmstate_kind = 27;

/// One value.
pub const MIGCORE_VMSTATE_FLAG_SINGLE: u32 = 0x1;
/// The member is a pointer to what is visited.
pub const MIGCORE_VMSTATE_FLAG_POINTER: u32 = 0x2;
/// `num` elements
pub const MIGCORE_VMSTATE_FLAG_ARRAY: u32 = 0x4;
/// An element is visited by `vmsd`, at the version of that table.
pub const MIGCORE_VMSTATE_FLAG_STRUCT: u32 = 0x8;
/// As many elements as the `int32_t` at `num_offset` says
pub const MIGCORE_VMSTATE_FLAG_VARRAY_I32: u32 = 0x10;
/// Bytes.
pub const MIGCORE_VMSTATE_FLAG_BUFFER: u32 = 0x20;
/// Each element is a pointer to what is visited.
pub const MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER: u32 = 0x40;
/// As many elements as the `uint16_t` at `num_offset` says
pub const MIGCORE_VMSTATE_FLAG_VARRAY_U16: u32 = 0x80;
/// An element is as long as the `int32_t` at `size_offset` says.
pub const MIGCORE_VMSTATE_FLAG_VBUFFER: u32 = 0x100;
/// That many times `size`
pub const MIGCORE_VMSTATE_FLAG_MULTIPLY: u32 = 0x200;
/// As many elements as the `uint8_t` at `num_offset` says
pub const MIGCORE_VMSTATE_FLAG_VARRAY_U8: u32 = 0x400;
/// As many elements as the `uint32_t` at `num_offset` says; more than INT32_MAX are none.
pub const MIGCORE_VMSTATE_FLAG_VARRAY_U32: u32 = 0x800;
/// It is an error if the field does not exist.
pub const MIGCORE_VMSTATE_FLAG_MUST_EXIST: u32 = 0x1000;
/// With MIGCORE_VMSTATE_FLAG_POINTER: a load allocates what the member points to.
pub const MIGCORE_VMSTATE_FLAG_ALLOC: u32 = 0x2000;
/// The number of elements is that times `num`.
pub const MIGCORE_VMSTATE_FLAG_MULTIPLY_ELEMENTS: u32 = 0x4000;
/// As MIGCORE_VMSTATE_FLAG_STRUCT, at `struct_version_id`
pub const MIGCORE_VMSTATE_FLAG_VSTRUCT: u32 = 0x8000;
/// The end of the fields
pub const MIGCORE_VMSTATE_FLAG_END: u32 = 0x1_0000;
/// As many elements as the unsigned number of `num_width` bytes at `num_offset` says
pub const MIGCORE_VMSTATE_FLAG_VARRAY: u32 = 0x4_0000;
/// With MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER: which elements are NULL is in the stream, and a load allocates the
/// others.
pub const MIGCORE_VMSTATE_FLAG_AUTO_ALLOC: u32 = 0x8_0000;

/// What a field holds. The kind alone says how it is visited; the functions are those of the host.
#[repr(C)]
pub struct migcore_vmstate_info {
    /// The name of the type in descriptions; may be NULL.
    pub name: *const c_char,
    /// The host's own, of any signature; the library does not call it. The next five are alike.
    pub get: Option<unsafe extern "C" fn()>,
    /// See `get`.
    pub put: Option<unsafe extern "C" fn()>,
    /// See `get`.
    pub load: Option<unsafe extern "C" fn()>,
    /// See `get`.
    pub save: Option<unsafe extern "C" fn()>,
    /// See `get`.
    pub old_get: Option<unsafe extern "C" fn()>,
    /// See `get`.
    pub old_put: Option<unsafe extern "C" fn()>,
    /// Visits a value of MIGCORE_VMSTATE_KIND_CUSTOM, of `size` bytes, in a scope of its own; NULL: `custom` of the
    /// host does. Where the stream has it as bytes, `v` is another visitor, over these alone. A return value other than
    /// MIGCORE_OK ends the visit: a status with that, another number with MIGCORE_REFUSED and that number as its cause.
    pub visit: Option<
        unsafe extern "C" fn(
            v: *mut migcore_visitor,
            place: *mut c_void,
            size: usize,
            field: *const migcore_vmstate_field,
        ) -> migcore_status,
    >,
    /// A MIGCORE_VMSTATE_KIND_ constant.
    pub kind: migcore_vmstate_kind,
}

/// A field of an object. The macros of migcore_vmstate.h fill it in.
#[repr(C)]
pub struct migcore_vmstate_field {
    /// The name; NULL ends the fields.
    pub name: *const c_char,
    /// What a user is told when the stream has another value than the object; may be NULL. Kept for the program: the
    /// library does not look at it.
    pub err_hint: *const c_char,
    /// Where the member lies in the object.
    pub offset: usize,
    /// The size of an element, from one to the next.
    pub size: usize,
    /// What the kind says.
    pub start: usize,
    /// The number of elements, or a factor.
    pub num: c_int,
    /// Where in the object the number of elements lies.
    pub num_offset: u32,
    /// The width of that number, with MIGCORE_VMSTATE_FLAG_VARRAY; else 0.
    pub num_width: u8,
    /// Where in the object the size of an element lies.
    pub size_offset: u32,
    /// The width of that number, which is unsigned; 0: it is an `int32_t`.
    pub size_width: u8,
    /// What an element holds; not looked at where `flags` say that it is a struct.
    pub info: *const migcore_vmstate_info,
    /// MIGCORE_VMSTATE_FLAG_ constants.
    pub flags: u32,
    /// For how many elements there is room, where their number lies in the object, a factor included; with
    /// MIGCORE_VMSTATE_FLAG_VBUFFER how long an element may be: in bytes, also where the object has the number by which
    /// MIGCORE_VMSTATE_FLAG_MULTIPLY multiplies, and in bits for a bitmap. More is MIGCORE_TOO_MANY. 0: the object is
    /// trusted, which a stream may have filled in.
    pub limit: u32,
    /// The table of an element. For a tree with keys, the first of two: of a value, and of a key.
    pub vmsd: *const migcore_vmstate,
    /// The version that brought the field.
    pub version_id: c_int,
    /// The version at which an element is visited, with MIGCORE_VMSTATE_FLAG_VSTRUCT.
    pub struct_version_id: c_int,
    /// Whether the field is there, whatever the version; NULL: from `version_id` on.
    pub field_exists: Option<unsafe extern "C" fn(opaque: *mut c_void, version_id: c_int) -> bool>,
    /// 0: members to come. Anything else is MIGCORE_BAD_TABLE.
    pub reserved: [u32; 2],
}

/// A subsection and when it is written, in lists that end with a NULL table.
#[repr(C)]
pub struct migcore_vmstate_subsection {
    /// Its table; NULL ends the list.
    pub vmsd: *const migcore_vmstate,
    /// Whether the object has anything to say here; NULL: `needed` of the table is asked.
    pub needed: Option<unsafe extern "C" fn(opaque: *mut c_void) -> bool>,
}

/// A table: what the state of an object is. It must not change while it is used.
///
/// The hooks get the object. Those that have a signature here are called with it, where the host has no `hook` of
/// its own; the others only by that, so without it they are MIGCORE_UNSUPPORTED. They return 0, a migcore_status, or a
/// number of their own to refuse, such as -EINVAL or 1: that is MIGCORE_REFUSED with the number as its cause.
///
/// Tables are compiled into programs without their size, unlike other structs. So the layout of migcore_vmstate,
/// migcore_vmstate_field, migcore_vmstate_info, migcore_vmstate_subsection and migcore_vmstate_type does not change within
/// a version of the interface: a member that comes takes the place of a reserved one, where 0 is as before.
#[repr(C)]
pub struct migcore_vmstate {
    /// The name of the device or the struct; the full one of a subsection. Empty: the table stands for its fields
    /// alone. It has no subsections, and a description has what is inside of the fields, but not them.
    pub name: *const c_char,
    /// Not 0: there is no way to move the object. The library does not look at it.
    pub unmigratable: c_int,
    /// The device is saved before the others. The library does not look at it.
    pub early_setup: bool,
    /// The version that is written, and the newest that can be read.
    pub version_id: c_int,
    /// The oldest version that can be read.
    pub minimum_version_id: c_int,
    /// The oldest version that `load_state_old` can read.
    pub minimum_version_id_old: c_int,
    /// Devices of a higher priority are saved first. The library does not look at it.
    pub priority: c_int,
    /// Reads what is older than `minimum_version_id`; of the host's own signature.
    pub load_state_old: Option<unsafe extern "C" fn()>,
    /// Before the first field is loaded.
    pub pre_load: Option<unsafe extern "C" fn(opaque: *mut c_void) -> c_int>,
    /// Instead of `pre_load`; of the host's own signature.
    pub pre_load_errp: Option<unsafe extern "C" fn()>,
    /// After fields and subsections were loaded, at this version.
    pub post_load: Option<unsafe extern "C" fn(opaque: *mut c_void, version_id: c_int) -> c_int>,
    /// Instead of `post_load`; of the host's own signature.
    pub post_load_errp: Option<unsafe extern "C" fn()>,
    /// Before the first field is saved.
    pub pre_save: Option<unsafe extern "C" fn(opaque: *mut c_void) -> c_int>,
    /// Instead of `pre_save`; of the host's own signature.
    pub pre_save_errp: Option<unsafe extern "C" fn()>,
    /// Instead of `pre_save`, of code that cannot refuse.
    pub pre_save_void: Option<unsafe extern "C" fn(opaque: *mut c_void)>,
    /// After fields and subsections were saved, also when one of them failed, if `pre_save` did not.
    pub post_save: Option<unsafe extern "C" fn(opaque: *mut c_void) -> c_int>,
    /// Instead of `post_save`, of code that cannot refuse.
    pub post_save_void: Option<unsafe extern "C" fn(opaque: *mut c_void)>,
    /// Of a subsection: whether the object has anything to say here; NULL: always. Not asked on load.
    pub needed: Option<unsafe extern "C" fn(opaque: *mut c_void) -> bool>,
    /// The library does not call it.
    pub dev_unplug_pending: Option<unsafe extern "C" fn(opaque: *mut c_void) -> bool>,
    /// The fields, in the order of the stream, up to one without a name or with MIGCORE_VMSTATE_FLAG_END; NULL: none.
    pub fields: *const migcore_vmstate_field,
    /// The tables of the subsections, up to NULL; NULL: none.
    pub subsections: *const *const migcore_vmstate,
    /// Further subsections, in the older form; NULL: none.
    pub old_subsections: *const migcore_vmstate_subsection,
    /// MIGCORE_MARK_ constants of a subsection. Other bits are MIGCORE_BAD_TABLE.
    pub marks: u32,
    /// 0: members to come. Anything else is MIGCORE_BAD_TABLE.
    pub reserved: [usize; 4],
}
