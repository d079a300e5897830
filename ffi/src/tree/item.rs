//! Nodes as items of the observer, and items as values.

use core::ffi::{c_char, c_void};

use migcore::codec::observe::Event;
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Scope, Versions};
use migcore::{Code, Result};

use super::storage::{check_foreign, migcore_tree};
use crate::io::sized;
use crate::memory::bytes;
use crate::observer::*;
use crate::scalar::migcore_kind;

/// An item of the caller as it is read: any byte may stand for a flag.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Given {
    size: usize,
    item_type: migcore_item_type,
    kind: migcore_kind,
    name: *const c_char,
    name_length: usize,
    bits: u64,
    data: *const c_void,
    length: usize,
    count: usize,
    instance: u32,
    version: u32,
    marks: u32,
    variable: u8,
}

const _: () = {
    assert!(size_of::<Given>() == size_of::<migcore_item>());
    assert!(
        core::mem::offset_of!(Given, variable) == core::mem::offset_of!(migcore_item, variable)
    );
};

/// Checks the size of an item that is to be written.
///
/// # Safety
/// `item` is NULL or points to a `size_t` at least, and to as many bytes as that says.
pub(super) unsafe fn check(item: *const migcore_item) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { given(item) }.map(|_| ())
}

/// Copies an item of the caller.
///
/// # Safety
/// As [`check`].
pub(super) unsafe fn given(item: *const migcore_item) -> Result<Given> {
    // SAFETY: as the caller promises.
    unsafe { sized(item.cast::<Given>()) }
}

/// A node as an item.
pub(super) fn of_node(tree: &Tree<'_>, node: NodeId) -> Result<migcore_item> {
    let item = match event(tree.value(node)?, tree.count(node)?) {
        Some(event) => of(event),
        None => empty(MIGCORE_ITEM_ROOT),
    };
    Ok(named(item, tree.name(node)?, tree.marks(node)?))
}

/// What an observer sees of a value, of a list with `count` elements; nothing of the root.
fn event(value: Value<'_>, count: usize) -> Option<Event<'_>> {
    Some(match value {
        Value::Root => return None,
        Value::Scalar(kind, bits) => Event::Scalar(kind, bits),
        Value::Array(kind, extent, elements) => Event::Array(kind, extent, elements),
        Value::Bytes(extent, data) => Event::Bytes(extent, data),
        Value::Text(text) => Event::Text(text),
        Value::Absent => Event::Absent,
        Value::Raw(data) => Event::Raw(data),
        Value::Device { instance, versions, .. } => {
            Event::Begin(Scope::Device { instance, versions })
        }
        Value::Struct(description) => Event::Begin(Scope::Struct(description)),
        Value::List { extent } => Event::Begin(Scope::List { extent, count }),
        Value::Element => Event::Begin(Scope::Element),
        Value::Optional { present } => Event::Begin(Scope::Optional { present }),
        Value::Subsection { version } => Event::Begin(Scope::Subsection { version }),
    })
}

impl Given {
    /// Its name.
    ///
    /// # Safety
    /// The item's name is as long as it says, does not change during `'a`, and `tree` is ready.
    pub(super) unsafe fn name<'a>(&self, tree: *const migcore_tree) -> Result<&'a [u8]> {
        // SAFETY: as the caller promises.
        unsafe { foreign(tree, self.name.cast(), self.name_length) }
    }

    /// Its marks.
    pub(super) fn marks(&self) -> Result<Marks> {
        Marks::from_bits(self.marks).ok_or(Code::InvalidArgument)
    }

    /// What it is.
    ///
    /// # Safety
    /// As [`name`](Given::name), of its data.
    pub(super) unsafe fn value<'a>(&self, tree: *const migcore_tree) -> Result<Value<'a>> {
        // SAFETY: as the caller promises.
        let data = || unsafe { foreign(tree, self.data, self.length) };
        Ok(match self.item_type {
            MIGCORE_ITEM_SCALAR => Value::Scalar(self.kind()?, self.bits),
            MIGCORE_ITEM_ARRAY => Value::Array(self.kind()?, self.extent(), data()?),
            MIGCORE_ITEM_BYTES => Value::Bytes(self.extent(), data()?),
            MIGCORE_ITEM_STRING => {
                Value::Text(core::str::from_utf8(data()?).map_err(|_| Code::BadText)?)
            }
            MIGCORE_ITEM_ABSENT => Value::Absent,
            MIGCORE_ITEM_RAW => Value::Raw(data()?),
            MIGCORE_ITEM_BEGIN_STRUCT => Value::Struct(self.description(data()?)),
            _ => self.scope()?,
        })
    }

    /// A scope without bytes.
    fn scope<'a>(&self) -> Result<Value<'a>> {
        let versions = Versions::only(self.version);
        Ok(match self.item_type {
            MIGCORE_ITEM_BEGIN_DEVICE => {
                Value::of_scope(Scope::Device { instance: self.instance, versions })
            }
            MIGCORE_ITEM_BEGIN_LIST => Value::List { extent: self.extent() },
            MIGCORE_ITEM_BEGIN_ELEMENT => Value::Element,
            MIGCORE_ITEM_BEGIN_OPTIONAL => Value::Optional { present: self.bits != 0 },
            MIGCORE_ITEM_BEGIN_SUBSECTION => Value::Subsection { version: self.version },
            _ => return Err(Code::InvalidArgument),
        })
    }

    fn description<'a>(&self, name: &'a [u8]) -> Option<Description<'a>> {
        let described = !name.is_empty() || self.version != 0;
        described.then_some(Description { name, versions: Versions::only(self.version) })
    }

    fn kind(&self) -> Result<Kind> {
        let index = usize::try_from(self.kind).unwrap_or(usize::MAX).wrapping_sub(1);
        Kind::ALL.get(index).copied().ok_or(Code::InvalidArgument)
    }

    fn extent(&self) -> Extent {
        match self.variable {
            0 => Extent::Fixed,
            _ => Extent::Variable,
        }
    }
}

/// Bytes of the caller that do not lie in the memory of the tree.
///
/// # Safety
/// `data` is NULL or points to `length` bytes that do not change during `'a`, and `tree` is ready.
unsafe fn foreign<'a>(
    tree: *const migcore_tree,
    data: *const c_void,
    length: usize,
) -> Result<&'a [u8]> {
    // SAFETY: as the caller promises.
    unsafe {
        check_foreign(tree, data, length)?;
        bytes(data, length)
    }
}
