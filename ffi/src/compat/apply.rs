//! Changes that stand in no history, and what a state says of its versions.

use core::ffi::c_void;
use core::ptr;

use migcore::compat::{self, Failed, Version, Way};
use migcore::error::Path;
use migcore::model::{NodeId, Tree, Value};
use migcore::{Code, Result};

use super::arena::Arena;
use super::decode;
use super::rows::migcore_compat_change;
use super::run::{
    migcore_compat, migcore_compat_failure, migcore_compat_outcome, of_outcome, put_bad, run,
    running_of,
};
use super::told::{migcore_compat_observer, migcore_told_version, told};
use crate::status::{migcore_status, status};
use crate::tree::read::migcore_node;
use crate::tree::report::tell;
use crate::tree::storage::{migcore_tree, read};

/// Goes changes that stand in no history, whatever the versions of the tree are: from the first to the last as they are
/// written, or with `down` from the last to the first by their ways back. All or nothing. `changes` ends as that of a
/// history does (MIGCORE_CHANGE_END); their scopes begin with a device, as in the history of the machine. The policy and the
/// writer are those of `compat`, whose table may have no histories. What is lost is kept in the tree, and comes back when
/// the same changes are gone the other way.
///
/// `memory` is for what the rows become, of any alignment, and is used by this call alone: what migcore_compat_size says of a
/// table with one history of these changes is enough. `observer`, `outcome` and `failure` may be NULL.
///
/// MIGCORE_NULL_POINTER without changes; MIGCORE_BAD_TABLE for rows that make no sense; MIGCORE_NO_SPACE;
/// MIGCORE_NO_ROUTE for a change that cannot be gone this way; others as those of migcore_compat_run.
#[no_mangle]
pub unsafe extern "C" fn migcore_compat_apply(
    compat: *mut migcore_compat,
    tree: *mut migcore_tree,
    changes: *const migcore_compat_change,
    down: bool,
    memory: *mut c_void,
    capacity: usize,
    observer: *const migcore_compat_observer,
    outcome: *mut migcore_compat_outcome,
    failure: *mut migcore_compat_failure,
) -> migcore_status {
    let way = if down { Way::Down } else { Way::Up };
    let targets = ptr::null();
    // SAFETY: the caller promises NULL or an object of each kind, rows, and memory that nothing else uses meanwhile.
    unsafe {
        let running = running_of(compat);
        run(compat, tree, targets, observer, outcome, failure, |compat, tree, _, looking| {
            if changes.is_null() {
                return Err(Code::NullPointer.into());
            }
            let mut arena = Arena::over(memory, capacity)?;
            let edges = decode::changes(&mut arena, changes, Some(running?)).map_err(|bad| {
                let detail = Path::build(&mut |put| put_bad(&arena, bad, put));
                Failed { detail, ..bad.code.into() }
            })?;
            compat.apply(tree, edges, way, looking).map(of_outcome)
        })
    }
}

/// Writes to `version` the version of the machine that a state is of: the name of the machine in a QEMU stream, else the
/// version of the last hop. The tag lies in the tree, until that is changed or given to a visitor. MIGCORE_MISSING if nothing
/// tells; MIGCORE_TOO_NEW if only newer programs can read the hops. After an error it is number 0 without a tag.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_machine_version(
    tree: *const migcore_tree,
    version: *mut migcore_told_version,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a place.
    unsafe {
        tell_version(tree, version, |tree| compat::machine_version(tree)?.ok_or(Code::Missing))
    }
}

/// Writes to `version` that of a device: the number that its state has, and the tag beside it, which migcore_tree_set_tag
/// gives. The tag lies in the tree, until that is changed or given to a visitor. MIGCORE_INVALID_ARGUMENT for what is no
/// device; MIGCORE_STALE_HANDLE; MIGCORE_TOO_NEW if only newer programs can read the tags. After an error it is number 0
/// without a tag.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_device_version(
    tree: *const migcore_tree,
    device: migcore_node,
    version: *mut migcore_told_version,
) -> migcore_status {
    let device = NodeId::from_bits(device);
    // SAFETY: the caller promises NULL or a tree, and NULL or a place.
    unsafe {
        tell_version(tree, version, |tree| match tree.value(device)? {
            Value::Device { versions, .. } => {
                Ok(Version { number: versions.current, tag: compat::tag_of(tree, device)? })
            }
            _ => Err(Code::InvalidArgument),
        })
    }
}

/// # Safety
/// Each is NULL or an object of its kind.
unsafe fn tell_version(
    tree: *const migcore_tree,
    place: *mut migcore_told_version,
    find: impl for<'t> FnOnce(&'t Tree<'static>) -> Result<Version<'t>>,
) -> migcore_status {
    if place.is_null() {
        return Code::NullPointer.number();
    }
    // SAFETY: as the caller promises.
    unsafe {
        tell(place, told(&Version::new(0)));
        status(read(tree, |tree| {
            tell(place, told(&find(tree)?));
            Ok(())
        }))
    }
}
