//! Nodes: their neighbours, names and values.

use core::ffi::{c_char, CStr};

use migcore::io::json::Line;
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::Name;
use migcore::{Code, Result};

use super::item;
use super::report::tell;
use super::storage::{migcore_tree, read};
use crate::memory::bytes_mut;
use crate::observer::migcore_item;
use crate::place::CName;
use crate::status::{migcore_status, status};

/// A handle of a node. It stays good while the node is in its tree, wherever it moves, and whatever else
/// changes. Once the node was removed, calls return MIGCORE_STALE_HANDLE, also when its place was given
/// to another. 0 is no node, and stale wherever one is needed. A handle of another tree is not told
/// apart: it is stale, or stands for some node of this one.
pub type migcore_node = u64;

/// The root of every tree: a node without a name, whose children are the devices, or whatever else was
/// saved.
pub const MIGCORE_ROOT: migcore_node = 0x1_0000_0000;

/// Tells what a node is. `item`, whose `size` the caller has filled in, is one as an observer shows it,
/// but for the end of scopes, which have children instead; the `count` of a list is that of its elements. The
/// root is a MIGCORE_ITEM_ROOT. Its pointers lead into the memory of the tree, and are valid until the
/// tree is changed or given to a visitor.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_get(
    tree: *const migcore_tree,
    node: migcore_node,
    item: *mut migcore_item,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or an item.
    unsafe {
        status(read(tree, |tree| {
            item::check(item)?;
            item.write_unaligned(item::of_node(tree, NodeId::from_bits(node))?);
            Ok(())
        }))
    }
}

/// Tells the oldest version of a device that can read the state of this one: writes `version`.
/// MIGCORE_INVALID_ARGUMENT for what is no device.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_oldest_reader(
    tree: *const migcore_tree,
    node: migcore_node,
    version: *mut u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe {
        status(read(tree, |tree| match tree.value(NodeId::from_bits(node))? {
            Value::Device { .. } if version.is_null() => Err(Code::NullPointer),
            Value::Device { oldest_reader, .. } => {
                version.write_unaligned(oldest_reader);
                Ok(())
            }
            _ => Err(Code::InvalidArgument),
        }))
    }
}

/// The node that a node is a child of: writes `found`, 0 for the root and after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_parent(
    tree: *const migcore_tree,
    node: migcore_node,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe { look(tree, found, |tree| tree.parent(NodeId::from_bits(node))) }
}

/// The first child of a node: writes `found`, 0 if there is none, and after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_first_child(
    tree: *const migcore_tree,
    node: migcore_node,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe { look(tree, found, |tree| tree.first_child(NodeId::from_bits(node))) }
}

/// The sibling after a node: writes `found`, 0 if there is none, and after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_next_sibling(
    tree: *const migcore_tree,
    node: migcore_node,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe { look(tree, found, |tree| tree.next_sibling(NodeId::from_bits(node))) }
}

/// The sibling before a node: writes `found`, 0 if there is none, and after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_previous_sibling(
    tree: *const migcore_tree,
    node: migcore_node,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and a place.
    unsafe { look(tree, found, |tree| tree.previous_sibling(NodeId::from_bits(node))) }
}

/// The child of a name at `nth` among those of this name, from 0: writes `found`, 0 if there is none, and
/// after an error.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_child(
    tree: *const migcore_tree,
    node: migcore_node,
    name: *const c_char,
    nth: usize,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, a name, and a place.
    unsafe {
        let name = CName::new(name);
        look(tree, found, |tree| tree.child_by_name(NodeId::from_bits(node), name.bytes(), nth))
    }
}

/// The node at a path below `scope`, as it stands in reports: names with dots between them, a slash and
/// the instance after a device, the number of an element, from 0, in brackets, such as
/// `nic/0.rx_ring[3].head`. Of several items of one name it is the first. Writes `found`;
/// MIGCORE_MISSING when there is none, and 0.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_find(
    tree: *const migcore_tree,
    scope: migcore_node,
    path: *const c_char,
    found: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, NULL or a C string, and a place.
    unsafe {
        look(tree, found, |tree| match path.is_null() {
            true => Err(Code::NullPointer),
            false => {
                let path = CStr::from_ptr(path).to_bytes();
                tree.find(NodeId::from_bits(scope), path).map(Some)
            }
        })
    }
}

/// Writes the path of a node into `text`, cut to `capacity` and ended with a NUL. MIGCORE_PATH_SIZE is
/// always enough: a path that is too long is shortened in the middle with `...`.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_path(
    tree: *const migcore_tree,
    node: migcore_node,
    text: *mut c_char,
    capacity: usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and `capacity` writable bytes.
    unsafe {
        status(read(tree, |tree| {
            let path = tree.path(NodeId::from_bits(node))?;
            let mut line = line(text, capacity)?;
            line.put(path.as_str().as_bytes());
            line.end();
            Ok(())
        }))
    }
}

/// A line of text in an array of the caller, which must have room for a NUL.
///
/// # Safety
/// `text` is NULL or points to `capacity` writable bytes that nothing else uses during `'a`.
pub(super) unsafe fn line<'a>(text: *mut c_char, capacity: usize) -> Result<Line<'a>> {
    match capacity {
        _ if text.is_null() => Err(Code::NullPointer),
        0 => Err(Code::InvalidArgument),
        // SAFETY: as the caller promises.
        _ => Ok(Line::new(unsafe { bytes_mut(text.cast(), capacity) }?)),
    }
}

/// Looks for a node, and tells its handle.
///
/// # Safety
/// `tree` is NULL or points to a migcore_tree, `found` is NULL or writable.
unsafe fn look(
    tree: *const migcore_tree,
    found: *mut migcore_node,
    find: impl FnOnce(&Tree<'static>) -> Result<Option<NodeId>>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        tell(found, 0);
        status(read(tree, |tree| {
            if found.is_null() {
                return Err(Code::NullPointer);
            }
            tell(found, find(tree)?.map_or(0, NodeId::to_bits));
            Ok(())
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_the_same_handle_in_every_tree() {
        let (mut a, mut b) = ([0; 48], [0xff; 1000]);
        for tree in [Tree::new(&mut a).unwrap(), Tree::new(&mut b).unwrap()] {
            assert_eq!(tree.root().to_bits(), MIGCORE_ROOT);
        }
    }
}
