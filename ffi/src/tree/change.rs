//! Several edits of a tree as one.

use migcore::model::{NodeId, Tree};
use migcore::{Code, Result};

use super::edit::{gap, migcore_at};
use super::read::migcore_node;
use super::report::{change_at, tell};
use super::storage::{change, check_open, migcore_tree};
use crate::error::migcore_error;
use crate::status::{migcore_status, status};

/// Begins a change: several edits that are kept or undone as one, for instance when one of them fails. Until
/// migcore_tree_keep_change or migcore_tree_undo_change ends it, everything can be done with the tree as
/// before. What is in use grows meanwhile by MIGCORE_TREE_NODE bytes for each item that an edit touches for
/// the first time, that is, which changes or gets another neighbour, and for each new name, so that every
/// edit may return MIGCORE_NO_SPACE; the memory of what was removed or replaced is not used again before
/// the end. The cost is linear in what is touched. MIGCORE_BUSY when a change is open already, as in code
/// that migcore_compat_run calls, whose changes are kept or undone by the run.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_begin_change(tree: *mut migcore_tree) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { status(check_open(tree).and_then(|()| change(tree, Tree::begin_change))) }
}

/// Ends the change that is open, and leaves the tree as it is now. MIGCORE_UNBALANCED when none is open.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_keep_change(tree: *mut migcore_tree) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { status(check_open(tree).and_then(|()| change(tree, |tree| end(tree, Tree::keep)))) }
}

/// Ends the change that is open, and makes the tree what it was before it: every item, name, value, mark and
/// order is as it was, handles from before are good again, and those of what was added are stale.
/// MIGCORE_UNBALANCED when none is open.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_undo_change(tree: *mut migcore_tree) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { status(check_open(tree).and_then(|()| change(tree, |tree| end(tree, Tree::undo)))) }
}

/// Copies a node with all that is inside to another place of the same tree, and writes the handle of the copy
/// to `copied`, which may be NULL; 0 after an error. Names are shared, bytes are copied.
/// MIGCORE_INVALID_ARGUMENT for the root, and for a place inside of the node; other errors as those of
/// migcore_tree_insert.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_copy_within(
    tree: *mut migcore_tree,
    node: migcore_node,
    at: migcore_at,
    place: migcore_node,
    copied: *mut migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and two places.
    unsafe {
        tell(copied, 0);
        change_at(tree, node, error, &mut |tree| {
            let copy = tree.copy_within(NodeId::from_bits(node), gap(at, place)?)?;
            tell(copied, copy.to_bits());
            Ok(())
        })
    }
}

fn end(tree: &mut Tree<'static>, how: fn(&mut Tree<'static>)) -> Result<()> {
    if !tree.is_changing() {
        return Err(Code::Unbalanced);
    }
    how(tree);
    Ok(())
}
