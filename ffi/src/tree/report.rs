//! Reports of calls on trees, and what they write beside.

use migcore::error::{Fault, Path, Report};
use migcore::model::{NodeId, Tree};
use migcore::{Code, Result};

use super::read::migcore_node;
use super::storage::{change, migcore_tree};
use crate::error::{fill, migcore_error};
use crate::status::{migcore_status, MIGCORE_OK};

/// Runs `call` on a tree that it changes at `node`. An error goes to `error`, unless that is NULL; a
/// place for it that is none is found before anything is done.
///
/// # Safety
/// `tree` is NULL or points to a migcore_tree, `error` NULL or to a migcore_error.
pub(crate) unsafe fn change_at(
    tree: *mut migcore_tree,
    node: migcore_node,
    error: *mut migcore_error,
    call: &mut dyn FnMut(&mut Tree<'static>) -> Result<()>,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        if let Err(refused) = clear(error) {
            return refused;
        }
        let mut report = None;
        let done = change(tree, |tree| {
            let done = call(tree);
            report = done.err().map(|code| tree.report_of(code, NodeId::from_bits(node)));
            done
        });
        end(error, done, report)
    }
}

/// Makes a report that is asked for one of MIGCORE_OK.
///
/// # Safety
/// `error` is NULL or points to a migcore_error.
pub(crate) unsafe fn clear(error: *mut migcore_error) -> core::result::Result<(), migcore_status> {
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: as the caller promises.
    match unsafe { fill(error, None) } {
        MIGCORE_OK => Ok(()),
        refused => Err(refused),
    }
}

/// Gives the status of a call, and the report of its error, or one without place and numbers, to who asks
/// for it.
///
/// # Safety
/// `error` is NULL or points to a migcore_error that was [cleared](clear).
pub(crate) unsafe fn end(
    error: *mut migcore_error,
    done: Result<()>,
    report: Option<Report>,
) -> migcore_status {
    let Err(code) = done else { return MIGCORE_OK };
    let report = report.unwrap_or_else(|| bare(code));
    if !error.is_null() {
        // SAFETY: as the caller promises. It was seen that it is a place for a report.
        unsafe { fill(error, Some(&report)) };
    }
    code.number()
}

fn bare(code: Code) -> Report {
    Report { code, fault: Fault::default(), path: Path::new() }
}

/// Writes to a place of the caller, unless that is NULL.
///
/// # Safety
/// `place` is NULL or writable.
pub(crate) unsafe fn tell<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not null, and the caller promises a place.
        unsafe { place.write_unaligned(value) };
    }
}
