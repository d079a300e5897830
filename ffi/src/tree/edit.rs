//! Changes of a tree.

use core::ffi::c_char;

use migcore::model::{At, NodeId, Value};
use migcore::visit::{Marks, Name};
use migcore::{Code, Result};

use super::item::given;
use super::read::migcore_node;
use super::report::{change_at, tell};
use super::storage::{change, check_foreign, migcore_tree};
use crate::error::migcore_error;
use crate::observer::migcore_item;
use crate::place::CName;
use crate::status::{migcore_status, status};

/// Where among its siblings a node is put: one of the MIGCORE_AT_ constants.
pub type migcore_at = u32;

/// Before the first child of the scope that is given.
pub const MIGCORE_AT_START: migcore_at = 1;
/// After the last child of the scope that is given.
pub const MIGCORE_AT_END: migcore_at = 2;
/// Before the node that is given.
pub const MIGCORE_AT_BEFORE: migcore_at = 3;
/// After the node that is given.
pub const MIGCORE_AT_AFTER: migcore_at = 4;

/// Puts a new node, of the type, value, name and marks of `item`, at a place, and writes its handle to
/// `inserted`, which may be NULL; 0 after an error. Scopes are empty at first, so the `count` of an item is
/// not looked at; a struct has a description if its `length` or `version` is not 0; the oldest version
/// that can read a device is its own (see migcore_tree_set_oldest_reader). Name and bytes must not lie in
/// the memory of this tree, as those of migcore_tree_get do.
///
/// MIGCORE_INVALID_ARGUMENT for what cannot stand there: a second root, a child of what is no scope or
/// is optional and not there, an element outside of a list, raw bytes or an element with a name or marks, an
/// array of half an element. A call that fails changes nothing. `error` may be NULL; of MIGCORE_NO_SPACE,
/// it tells the bytes needed and those that were there.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_insert(
    tree: *mut migcore_tree,
    at: migcore_at,
    place: migcore_node,
    item: *const migcore_item,
    inserted: *mut migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, an item with name and bytes, and two places.
    unsafe {
        tell(inserted, 0);
        change_at(tree, place, error, &mut |into| {
            let item = given(item)?;
            let (name, marks) = (item.name(tree)?, item.marks()?);
            let node = into.insert(gap(at, place)?, name, marks, item.value(tree)?)?;
            tell(inserted, node.to_bits());
            Ok(())
        })
    }
}

/// Gives a node the type and value of `item`, whose name and marks are not looked at. Children stay: a
/// scope that has some stays a scope, and a list a list. Bytes go where the old ones are if there is room;
/// else that place is lost until the tree is compacted. Otherwise as migcore_tree_insert.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_replace(
    tree: *mut migcore_tree,
    node: migcore_node,
    item: *const migcore_item,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, an item with its bytes, and NULL or a report.
    unsafe {
        change_at(tree, node, error, &mut |into| {
            into.replace(NodeId::from_bits(node), given(item)?.value(tree)?)
        })
    }
}

/// Gives a node another name, which must not lie in the memory of this tree; NULL is no name. The old one
/// is lost until the tree is compacted. Errors as those of migcore_tree_insert.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_rename(
    tree: *mut migcore_tree,
    node: migcore_node,
    name: *const c_char,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, NULL or a C string, and NULL or a report.
    unsafe {
        let name = CName::new(name);
        change_at(tree, node, error, &mut |into| {
            let name = name.bytes();
            check_foreign(tree, name.as_ptr().cast(), name.len())?;
            into.rename(NodeId::from_bits(node), name)
        })
    }
}

/// Gives a node other marks: MIGCORE_MARK_ constants, or 0. MIGCORE_INVALID_ARGUMENT for the root, raw bytes
/// and elements, which have none.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_set_marks(
    tree: *mut migcore_tree,
    node: migcore_node,
    marks: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe {
        status(change(tree, |tree| {
            let marks = Marks::from_bits(marks).ok_or(Code::InvalidArgument)?;
            tree.set_marks(NodeId::from_bits(node), marks)
        }))
    }
}

/// Says which version of a device is the oldest that can read the state of this one.
/// MIGCORE_INVALID_ARGUMENT for what is no device.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_set_oldest_reader(
    tree: *mut migcore_tree,
    node: migcore_node,
    version: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe {
        status(change(tree, |tree| {
            let node = NodeId::from_bits(node);
            let Value::Device { instance, versions, .. } = tree.value(node)? else {
                return Err(Code::InvalidArgument);
            };
            tree.replace(node, Value::Device { instance, versions, oldest_reader: version })
        }))
    }
}

/// Removes a node with all that is inside. The place of their names and bytes is lost until the tree is
/// compacted. MIGCORE_INVALID_ARGUMENT for the root.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_remove(
    tree: *mut migcore_tree,
    node: migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { status(change(tree, |tree| tree.remove(NodeId::from_bits(node)))) }
}

/// Moves a node with all that is inside to another place of this tree, for instance to another device.
/// Handles stay good. MIGCORE_INVALID_ARGUMENT for a place inside of the node; other errors as those of
/// migcore_tree_insert.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_move(
    tree: *mut migcore_tree,
    node: migcore_node,
    at: migcore_at,
    place: migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a report.
    unsafe {
        change_at(tree, node, error, &mut |tree| {
            tree.move_to(NodeId::from_bits(node), gap(at, place)?)
        })
    }
}

/// A place by its two numbers.
pub(super) fn gap(at: migcore_at, place: migcore_node) -> Result<At> {
    let node = NodeId::from_bits(place);
    Ok(match at {
        MIGCORE_AT_START => At::Start(node),
        MIGCORE_AT_END => At::End(node),
        MIGCORE_AT_BEFORE => At::Before(node),
        MIGCORE_AT_AFTER => At::After(node),
        _ => return Err(Code::InvalidArgument),
    })
}
