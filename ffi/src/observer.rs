//! No wire at all: each item of a state is shown to a callback.

use core::ffi::{c_char, c_void};
use core::ptr;

use migcore::codec::observe::{Event, Item, Observe, Observer, Refusal};
use migcore::visit::{Extent, Kind, Marks, Scope, Visiting, Visitor};
use migcore::Code;

use crate::object::{begin, migcore_visitor, wire};
use crate::scalar::migcore_kind;
use crate::status::{migcore_status, refusal, MIGCORE_OK};

/// What kind of item is shown: one of the MIGCORE_ITEM_ constants.
pub type migcore_item_type = u32;

/// A scalar: `kind`, `bits`
pub const MIGCORE_ITEM_SCALAR: migcore_item_type = 1;
/// An array of scalars: `kind`, `data`, `length` in bytes, `count`, `variable`
pub const MIGCORE_ITEM_ARRAY: migcore_item_type = 2;
/// A byte buffer: `data`, `length`, `variable`
pub const MIGCORE_ITEM_BYTES: migcore_item_type = 3;
/// A UTF-8 string without a NUL: `data`, `length`
pub const MIGCORE_ITEM_STRING: migcore_item_type = 4;
/// A null pointer
pub const MIGCORE_ITEM_ABSENT: migcore_item_type = 5;
/// Bytes without name or type: `data`, `length`
pub const MIGCORE_ITEM_RAW: migcore_item_type = 6;
/// A device begins: `instance`, `version`
pub const MIGCORE_ITEM_BEGIN_DEVICE: migcore_item_type = 7;
/// A struct begins; if it has a description, that is `data`, `length`, with its `version`
pub const MIGCORE_ITEM_BEGIN_STRUCT: migcore_item_type = 8;
/// A list begins: `count`, `variable`
pub const MIGCORE_ITEM_BEGIN_LIST: migcore_item_type = 9;
/// An element of a list begins
pub const MIGCORE_ITEM_BEGIN_ELEMENT: migcore_item_type = 10;
/// What is optional begins: `bits` is 1 if it is there, else 0
pub const MIGCORE_ITEM_BEGIN_OPTIONAL: migcore_item_type = 11;
/// A subsection begins: `version`
pub const MIGCORE_ITEM_BEGIN_SUBSECTION: migcore_item_type = 12;
/// The innermost device, struct, list, element, optional or subsection ends
pub const MIGCORE_ITEM_END: migcore_item_type = 13;
/// The whole of a tree (see migcore_tree_get)
pub const MIGCORE_ITEM_ROOT: migcore_item_type = 14;

/// One item of a state. Pointers that a callback is given are valid until it returns; members that the
/// type does not name are 0.
#[repr(C)]
pub struct migcore_item {
    /// sizeof(migcore_item) of the library
    pub size: usize,
    /// What kind of item.
    pub item_type: migcore_item_type,
    /// The type of a scalar or of the elements of an array.
    pub kind: migcore_kind,
    /// The name, not ended by a NUL.
    pub name: *const c_char,
    /// The length of the name, 0 when there is none.
    pub name_length: usize,
    /// A scalar as an unsigned number of its own width: -1 as int8_t is 0xff, a float is its IEEE
    /// representation.
    pub bits: u64,
    /// Bytes; the elements of an array in the machine's byte order.
    pub data: *const c_void,
    /// The number of bytes at `data`.
    pub length: usize,
    /// The number of elements.
    pub count: usize,
    /// The instance of a device.
    pub instance: u32,
    /// The version of a device, a described struct or a subsection, as it is written.
    pub version: u32,
    /// MIGCORE_MARK_ constants.
    pub marks: u32,
    /// Whether the length or count is part of the state.
    pub variable: bool,
}

/// Is shown one item. A status other than MIGCORE_OK ends the visit: one of the MIGCORE_ codes with
/// that code, any other number with MIGCORE_REFUSED and the number as its cause. It may not use the
/// visitor.
pub type migcore_observe =
    Option<unsafe extern "C" fn(opaque: *mut c_void, item: *const migcore_item) -> migcore_status>;

/// Storage for a visitor that shows each item to a callback: to print a state, to trace it, to look
/// for one field. It saves, so it never writes to a device.
#[repr(C)]
pub struct migcore_observer {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 112],
}

/// Begins a visitor that shows each item to `observe`. `size` is sizeof(migcore_observer).
#[no_mangle]
pub unsafe extern "C" fn migcore_observer_init(
    observer: *mut migcore_observer,
    size: usize,
    observe: migcore_observe,
    opaque: *mut c_void,
) -> migcore_status {
    let wire = match observe {
        Some(_) => Ok(Shown::new(Callback { observe, opaque })),
        None => Err(Code::NullPointer),
    };
    // SAFETY: the caller promises storage of its own.
    unsafe { begin(observer, size, wire) }
}

type Shown = Observer<Callback>;

wire!(Shown, saves, calls_back: true);

struct Callback {
    observe: migcore_observe,
    opaque: *mut c_void,
}

impl Observe for Callback {
    fn item(&mut self, shown: Item<'_>) -> Result<(), Refusal> {
        let item = named(of(shown.event), shown.name, shown.marks);
        let Some(observe) = self.observe else { return Ok(()) };
        // SAFETY: the caller promises a callback for this `opaque`.
        match unsafe { observe(self.opaque, &raw const item) } {
            MIGCORE_OK => Ok(()),
            other => {
                let (code, cause) = refusal(other);
                Err(Refusal { code, cause })
            }
        }
    }
}

/// An event as the callback sees it, but for name and marks.
pub(crate) fn of(event: Event<'_>) -> migcore_item {
    match event {
        Event::Scalar(kind, bits) => {
            migcore_item { kind: number(kind), bits, ..empty(MIGCORE_ITEM_SCALAR) }
        }
        Event::Array(kind, extent, elements) => migcore_item {
            kind: number(kind),
            count: kind.width().elements_in(elements.len()),
            variable: extent == Extent::Variable,
            ..with_data(MIGCORE_ITEM_ARRAY, elements)
        },
        Event::Bytes(extent, data) => migcore_item {
            variable: extent == Extent::Variable,
            ..with_data(MIGCORE_ITEM_BYTES, data)
        },
        Event::Text(text) => with_data(MIGCORE_ITEM_STRING, text.as_bytes()),
        Event::Absent => empty(MIGCORE_ITEM_ABSENT),
        Event::Raw(bytes) => with_data(MIGCORE_ITEM_RAW, bytes),
        Event::Begin(scope) => of_scope(scope),
        Event::End(_) => empty(MIGCORE_ITEM_END),
    }
}

fn of_scope(scope: Scope<'_>) -> migcore_item {
    match scope {
        Scope::Device { instance, versions } => {
            migcore_item { instance, version: versions.current, ..empty(MIGCORE_ITEM_BEGIN_DEVICE) }
        }
        Scope::Optional { present } => {
            migcore_item { bits: u64::from(present), ..empty(MIGCORE_ITEM_BEGIN_OPTIONAL) }
        }
        Scope::Struct(None) => empty(MIGCORE_ITEM_BEGIN_STRUCT),
        Scope::Struct(Some(description)) => migcore_item {
            version: description.versions.current,
            ..with_data(MIGCORE_ITEM_BEGIN_STRUCT, description.name)
        },
        Scope::List { extent, count } => migcore_item {
            count,
            variable: extent == Extent::Variable,
            ..empty(MIGCORE_ITEM_BEGIN_LIST)
        },
        Scope::Element => empty(MIGCORE_ITEM_BEGIN_ELEMENT),
        Scope::Subsection { version } => {
            migcore_item { version, ..empty(MIGCORE_ITEM_BEGIN_SUBSECTION) }
        }
    }
}

/// An item with its name and marks.
pub(crate) fn named(item: migcore_item, name: &[u8], marks: Marks) -> migcore_item {
    let (length, marks) = (name.len(), marks.bits());
    migcore_item { name: or_null(name).cast(), name_length: length, marks, ..item }
}

/// Where the bytes lie; NULL when there are none.
fn or_null(bytes: &[u8]) -> *const u8 {
    match bytes {
        [] => ptr::null(),
        bytes => bytes.as_ptr(),
    }
}

fn with_data(item_type: migcore_item_type, data: &[u8]) -> migcore_item {
    migcore_item { data: or_null(data).cast(), length: data.len(), ..empty(item_type) }
}

pub(crate) fn empty(item_type: migcore_item_type) -> migcore_item {
    migcore_item {
        size: size_of::<migcore_item>(),
        item_type,
        kind: 0,
        name: ptr::null(),
        name_length: 0,
        bits: 0,
        data: ptr::null(),
        length: 0,
        count: 0,
        instance: 0,
        version: 0,
        marks: 0,
        variable: false,
    }
}

#[allow(clippy::as_conversions, reason = "the discriminant is the number")]
fn number(kind: Kind) -> migcore_kind {
    kind as migcore_kind
}
