//! Histories as they lie in C: rows of plain members.

use core::ffi::{c_char, c_void};

use super::hook::migcore_step_function;
use crate::observer::migcore_item_type;
use crate::scalar::migcore_kind;

/// What a step does: one of the MIGCORE_STEP_KIND_ constants. The text beside each says which members it uses; all others are
/// 0, and refused if they are not.
pub type migcore_step_kind = u32;

/// The end of the steps
pub const MIGCORE_STEP_KIND_END: migcore_step_kind = 0;
/// An item has another name: `place` without `after`, `to.name`.
pub const MIGCORE_STEP_KIND_RENAME: migcore_step_kind = 1;
/// An item is new: `place`; `items` is the item with its inside, or NULL where no default is known.
pub const MIGCORE_STEP_KIND_ADD: migcore_step_kind = 2;
/// An item is gone: `place`; `items` is what it is if nothing is known of it, or NULL.
pub const MIGCORE_STEP_KIND_DROP: migcore_step_kind = 3;
/// A value has another type, which it must fit: `place` without `after`, `form`, `to_form`.
pub const MIGCORE_STEP_KIND_RETYPE: migcore_step_kind = 4;
/// A value is another: `place` without `after`; `items` is the older one, `to_items` the newer, NULL for any.
pub const MIGCORE_STEP_KIND_SET: migcore_step_kind = 5;
/// Values have other numbers: `place` without `after`, `pairs`, `count`; MIGCORE_STEP_KEEP.
pub const MIGCORE_STEP_KIND_MAP: migcore_step_kind = 6;
/// Bits are others: `place` without `after`, `at`, `mask`, `bits`, `to_bits`; MIGCORE_STEP_ANY, MIGCORE_STEP_TO_ANY.
pub const MIGCORE_STEP_KIND_BITS: migcore_step_kind = 7;
/// An item stands elsewhere: `place`, `to`.
pub const MIGCORE_STEP_KIND_MOVE: migcore_step_kind = 8;
/// Items have a scope of their own: `place` is that of the scope, `items` the scope alone, `names` the items in it, and
/// `to.after` the sibling that the first of them followed. The scope stands beside its items while they go into it and come
/// out. So where both are the first or both the last of what is around, `to.after` is the scope itself, by its name:
/// MIGCORE_STEP_FIRST with MIGCORE_STEP_TO_FIRST, or NULL twice, come true as well, but their places are noted each time.
pub const MIGCORE_STEP_KIND_WRAP: migcore_step_kind = 9;
/// The reverse of MIGCORE_STEP_KIND_WRAP
pub const MIGCORE_STEP_KIND_UNWRAP: migcore_step_kind = 10;
/// Items of a device are those of a new one: `place.name` and `instance` are the device, no name being the one that the
/// history is of; `place.after` the item that the first of them followed; `to.name`, `to.after`, `to_instance`, `version`,
/// `minimum` and `oldest_reader` the new device; `names` the items.
pub const MIGCORE_STEP_KIND_SPLIT: migcore_step_kind = 11;
/// The reverse of MIGCORE_STEP_KIND_SPLIT
pub const MIGCORE_STEP_KIND_MERGE: migcore_step_kind = 12;
/// Devices have other names or instances: `place.name`, `instance`, `to.name`, `to_instance`.
pub const MIGCORE_STEP_KIND_RENAME_DEVICE: migcore_step_kind = 13;
/// A device is new: `place.name`, `place.after`, `instance`, `version`, `minimum`, `oldest_reader`; `items` are its items, or
/// NULL where nothing is known of them.
pub const MIGCORE_STEP_KIND_ADD_DEVICE: migcore_step_kind = 14;
/// A device is gone; members as of MIGCORE_STEP_KIND_ADD_DEVICE
pub const MIGCORE_STEP_KIND_DROP_DEVICE: migcore_step_kind = 15;
/// Devices are of another version: `place.name`, `instance`, `version`, `to_version`.
pub const MIGCORE_STEP_KIND_SET_VERSION: migcore_step_kind = 16;
/// An opaque buffer is opened: `place` without `after`; `schema` is the name of what knows the inside, NULL for the one that
/// there is for the name of the device and the field.
pub const MIGCORE_STEP_KIND_OPEN: migcore_step_kind = 17;
/// The reverse of MIGCORE_STEP_KIND_OPEN
pub const MIGCORE_STEP_KIND_CLOSE: migcore_step_kind = 18;
/// A QEMU stream has one more command: `at` is its number, `data` and `count` its data, `place.after` the device.
pub const MIGCORE_STEP_KIND_ADD_COMMAND: migcore_step_kind = 19;
/// The reverse of MIGCORE_STEP_KIND_ADD_COMMAND
pub const MIGCORE_STEP_KIND_DROP_COMMAND: migcore_step_kind = 20;
/// The sections of a QEMU stream have footers.
pub const MIGCORE_STEP_KIND_ADD_FOOTERS: migcore_step_kind = 21;
/// They have none any more.
pub const MIGCORE_STEP_KIND_DROP_FOOTERS: migcore_step_kind = 22;
/// What only code can do: `up`, `down`, of which one may be NULL, and `opaque`.
pub const MIGCORE_STEP_KIND_CALL: migcore_step_kind = 23;

/// The step need not find anything.
pub const MIGCORE_STEP_OPTIONAL: u32 = 1;
/// `place.after` is NULL, and means that the item is the first of its scope, not the last.
pub const MIGCORE_STEP_FIRST: u32 = 2;
/// The same of `to.after`.
pub const MIGCORE_STEP_TO_FIRST: u32 = 4;
/// Of a map: values that are in no pair stay; without it they are refused.
pub const MIGCORE_STEP_KEEP: u32 = 8;
/// Of bits: the older ones may be any, and `bits` is 0.
pub const MIGCORE_STEP_ANY: u32 = 16;
/// Of bits: the newer ones may be any, and `to_bits` is 0.
pub const MIGCORE_STEP_TO_ANY: u32 = 32;

/// Any instance of a device; of one that comes: that of the device that it is split from, else 0
pub const MIGCORE_INSTANCE_ANY: u32 = 0xffff_ffff;

/// An item of a table, as migcore_item has it, and flat: an item is followed by what is inside of it, one deeper.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_step_item {
    /// A MIGCORE_ITEM_ constant, neither RAW nor BEGIN_DEVICE nor END; 0 ends the table.
    pub item_type: migcore_item_type,
    /// Of scalars and arrays: a MIGCORE_KIND_ constant.
    pub kind: migcore_kind,
    /// How deep it is; the first is 0.
    pub depth: u32,
    /// MIGCORE_MARK_ constants.
    pub marks: u32,
    /// Of a struct with a description, and of a subsection.
    pub version: u32,
    /// 1 for a list, an array or bytes whose length is a part of the state, else 0.
    pub variable: u32,
    /// The name; NULL is none.
    pub name: *const c_char,
    /// The value of a scalar, as bits; whether an optional scope is there.
    pub bits: u64,
    /// The elements of an array, in the machine's byte order; bytes; the text of a string; the name of the description of a
    /// struct.
    pub data: *const c_void,
    /// The bytes of `data`.
    pub length: usize,
    /// 0, and refused if it is not.
    pub reserved: [u64; 2],
}

/// A place of an item.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_step_place {
    /// The pattern of its scopes, in UTF-8 as all texts: a path in which `*` stands for any run of characters of one name.
    /// NULL or empty: the device that the history is of.
    pub scope: *const c_char,
    /// The name of the item.
    pub name: *const c_char,
    /// The sibling that it follows; NULL: the last one.
    pub after: *const c_char,
}

/// A type of a value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_step_form {
    /// MIGCORE_ITEM_SCALAR, _ARRAY or _BYTES; 0 where no type is wanted.
    pub item_type: migcore_item_type,
    /// A MIGCORE_KIND_ constant, but for bytes.
    pub kind: migcore_kind,
    /// 1 where the length is a part of the state.
    pub variable: u32,
}

/// Two numbers that stand for the same.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_step_pair {
    /// The older one.
    pub from: u64,
    /// The newer one.
    pub to: u64,
}

/// A step: how the newer form of a state differs from the older. The macros of migcore_compat.h make rows.
///
/// Rows are compiled into programs without their size, so their layout does not change within a version of the interface:
/// a member that comes takes the place of a reserved one, where 0 is as before.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_step {
    /// What it does.
    pub kind: migcore_step_kind,
    /// MIGCORE_STEP_ flags of its kind.
    pub flags: u32,
    /// The place, or the older one.
    pub place: migcore_step_place,
    /// The newer place.
    pub to: migcore_step_place,
    /// A table of items.
    pub items: *const migcore_step_item,
    /// Another one.
    pub to_items: *const migcore_step_item,
    /// Names, up to NULL.
    pub names: *const *const c_char,
    /// Pairs of numbers.
    pub pairs: *const migcore_step_pair,
    /// Bytes.
    pub data: *const c_void,
    /// How many pairs or bytes.
    pub count: usize,
    /// Which bits.
    pub mask: u64,
    /// What they were.
    pub bits: u64,
    /// What they are.
    pub to_bits: u64,
    /// The older type.
    pub form: migcore_step_form,
    /// The newer type.
    pub to_form: migcore_step_form,
    /// Of bits: where in a buffer the first eight are, or the number of an element; of a command: its number.
    pub at: u32,
    /// The instance of a device.
    pub instance: u32,
    /// That of another.
    pub to_instance: u32,
    /// The version of a device.
    pub version: u32,
    /// The newer version.
    pub to_version: u32,
    /// The oldest version that the program can read which writes a device.
    pub minimum: u32,
    /// The oldest version that can read the state.
    pub oldest_reader: u32,
    /// The name of a schema.
    pub schema: *const c_char,
    /// Code that makes the newer form of the older one.
    pub up: migcore_step_function,
    /// Code that makes the older form of the newer one.
    pub down: migcore_step_function,
    /// Given to both.
    pub opaque: *mut c_void,
    /// 0, and refused if it is not.
    pub reserved: [u64; 4],
}

/// A version: a number, and a tag that tells apart lines of development which count alike. What has a name and no number is
/// number 0 with the name as its tag.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_version {
    /// The number.
    pub number: u32,
    /// The tag; NULL if there is none.
    pub tag: *const c_char,
}

/// How a change is undone: one of the MIGCORE_BACK_ constants.
pub type migcore_back = u32;

/// By the inverses of its steps, from the last to the first
pub const MIGCORE_BACK_DERIVED: migcore_back = 0;
/// Not at all
pub const MIGCORE_BACK_NONE: migcore_back = 1;
/// By `back_steps`
pub const MIGCORE_BACK_STEPS: migcore_back = 2;

/// What differs between two versions, written from the older to the newer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_change {
    /// The older version.
    pub from: migcore_compat_version,
    /// The newer version.
    pub to: migcore_compat_version,
    /// The steps, up to MIGCORE_STEP_KIND_END; NULL ends the changes.
    pub steps: *const migcore_step,
    /// The steps back, with MIGCORE_BACK_STEPS, else NULL.
    pub back_steps: *const migcore_step,
    /// A MIGCORE_BACK_ constant.
    pub back: migcore_back,
    /// 0, and refused if it is not.
    pub reserved: [u32; 3],
}

/// The versions of a device or of the machine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_history {
    /// A pattern of names of devices, in which `*` stands for any run of characters; NULL: the machine.
    pub devices: *const c_char,
    /// The version that this program speaks.
    pub newest: migcore_compat_version,
    /// The changes, up to one without steps; NULL ends the histories.
    pub changes: *const migcore_compat_change,
    /// 0, and refused if it is not.
    pub reserved: [u64; 2],
}

/// What a policy says of a loss: one of the MIGCORE_VERDICT_ constants.
pub type migcore_verdict = u32;

/// It may be lost if it is 0 or empty and the step does not know another default.
pub const MIGCORE_VERDICT_IF_DEFAULT: migcore_verdict = 0;
/// It may be lost.
pub const MIGCORE_VERDICT_ALLOW: migcore_verdict = 1;
/// It may not: nothing is changed then.
pub const MIGCORE_VERDICT_REFUSE: migcore_verdict = 2;

/// What is said of losses at certain paths.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_policy_row {
    /// A pattern of paths from the machine; what is below is covered too. The first row that fits counts. NULL ends the rows.
    pub path: *const c_char,
    /// A MIGCORE_VERDICT_ constant.
    pub verdict: migcore_verdict,
    /// 0, and refused if it is not.
    pub reserved: u32,
}

/// Code that sees a state on its way out, after the steps, and in, before them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_filter {
    /// Sees what leaves, or NULL.
    pub leaving: migcore_step_function,
    /// Sees what arrives, or NULL. Without either the filters end.
    pub arriving: migcore_step_function,
    /// Given to both.
    pub opaque: *mut c_void,
    /// 0, and refused if it is not.
    pub reserved: [u64; 2],
}

/// All that a program says of versions.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_compat_table {
    /// sizeof(migcore_compat_table)
    pub size: usize,
    /// The histories, up to one without changes.
    pub histories: *const migcore_history,
    /// What is said of losses, or NULL.
    pub policy: *const migcore_policy_row,
    /// What is said of all others.
    pub otherwise: migcore_verdict,
    /// Filters in order, or NULL.
    pub filters: *const migcore_filter,
    /// The name of the program, for the history of the state; NULL is none.
    pub writer: *const c_char,
}
