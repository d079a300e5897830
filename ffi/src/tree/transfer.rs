//! Parts of one tree in another one.

use core::ptr;

use migcore::model::{NodeId, Tree};
use migcore::{Code, Result};

use super::edit::{gap, migcore_at};
use super::loader::{loaded, migcore_tree_loader};
use super::read::{migcore_node, MIGCORE_ROOT};
use super::report::{change_at, tell};
use super::storage::{change, migcore_tree, read};
use crate::error::migcore_error;
use crate::status::migcore_status;

/// Copies a node of `tree` with all that is inside to a place in another tree, and writes the handle of the
/// copy to `copied`, which may be NULL; 0 after an error. Errors are those of migcore_tree_insert, from
/// the other tree; what then is left there are names and bytes that nothing refers to.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_copy(
    tree: *const migcore_tree,
    node: migcore_node,
    other: *mut migcore_tree,
    at: migcore_at,
    place: migcore_node,
    copied: *mut migcore_node,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, and two places.
    unsafe {
        tell(copied, 0);
        into_other(tree, other, place, error, &mut |tree, other| {
            let copy = tree.copy_to(NodeId::from_bits(node), other, gap(at, place)?)?;
            tell(copied, copy.to_bits());
            Ok(())
        })
    }
}

/// Copies all that is in `tree` into another one that is empty, without what removed items left behind.
/// Handles of the one are none of the other. MIGCORE_INVALID_ARGUMENT when the other is not empty;
/// other errors as those of migcore_tree_copy.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_compact(
    tree: *const migcore_tree,
    other: *mut migcore_tree,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, and NULL or a report.
    unsafe {
        into_other(tree, other, MIGCORE_ROOT, error, &mut |tree, other| tree.compact_into(other))
    }
}

/// Copies what the last load from `tree` left unread and what is ancillary and safe to copy to the end of
/// the root of another tree, with the scopes around it; migcore_tree_merge puts it back into a later save.
/// `loader` is the visitor of that load, after migcore_finish and before the tree is changed. Writes to
/// `count`, which may be NULL, how many items that were; 0 after an error. MIGCORE_UNBALANCED when the
/// load is not finished, or failed; other errors as those of migcore_tree_copy.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_carry(
    tree: *mut migcore_tree,
    loader: *mut migcore_tree_loader,
    carried: *mut migcore_tree,
    count: *mut u64,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, NULL or a loader, and two places.
    unsafe {
        tell(count, 0);
        change_at(carried, MIGCORE_ROOT, error, &mut |carried_into| {
            check_other(tree, carried)?;
            let loaded = loaded(loader)?;
            let done = change(tree, |tree| tree.carry(loaded, carried_into))?;
            tell(count, done);
            Ok(())
        })
    }
}

/// Puts what migcore_tree_carry kept to the end of the scopes that it came from: into a device, what came
/// from the device of that name and instance; into the root, everything. Scopes are the same by kind,
/// name and instance, and by their place among equal ones. Writes how many items were put back (`placed`),
/// and how many were left out because their scope is not there any more (`lost`); both may be NULL. After
/// an error both are 0, and nothing is put back. MIGCORE_INVALID_ARGUMENT for a node that is neither a
/// device nor the root; other errors as those of migcore_tree_insert.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_merge(
    tree: *mut migcore_tree,
    node: migcore_node,
    carried: *const migcore_tree,
    placed: *mut u64,
    lost: *mut u64,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, and three places.
    unsafe {
        tell(placed, 0);
        tell(lost, 0);
        into_other(carried, tree, node, error, &mut |carried, tree| {
            let merged = tree.merge(NodeId::from_bits(node), carried)?;
            tell(placed, merged.placed);
            tell(lost, merged.lost);
            Ok(())
        })
    }
}

/// What copies from one tree to another.
type Copying<'c> = dyn FnMut(&Tree<'static>, &mut Tree<'static>) -> Result<()> + 'c;

/// Runs `call` on a tree and another one, which it changes at `place`.
///
/// # Safety
/// `tree` and `other` are NULL or point to a migcore_tree, `error` is NULL or points to a migcore_error.
unsafe fn into_other(
    tree: *const migcore_tree,
    other: *mut migcore_tree,
    place: migcore_node,
    error: *mut migcore_error,
    call: &mut Copying<'_>,
) -> migcore_status {
    // SAFETY: as the caller promises. The two are not the same: each is referred to once.
    unsafe {
        change_at(other, place, error, &mut |into| {
            check_other(tree, other)?;
            read(tree, |tree| call(tree, into))
        })
    }
}

/// Checks that two trees are not the same one.
fn check_other(tree: *const migcore_tree, other: *const migcore_tree) -> Result<()> {
    match ptr::eq(tree, other) {
        true => Err(Code::InvalidArgument),
        false => Ok(()),
    }
}
