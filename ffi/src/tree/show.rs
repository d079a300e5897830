//! A tree as text, and to any wire.

use migcore::error::Report;
use migcore::io::{StreamWriter, Writer};
use migcore::model::{NodeId, Tree};
use migcore::visit::Visitor;
use migcore::{Code, Result};

use super::read::migcore_node;
use super::report::{clear, end};
use super::storage::{migcore_tree, show};
use crate::error::migcore_error;
use crate::io::{migcore_sink, CSink};
use crate::object::{migcore_visitor, run};
use crate::status::migcore_status;

/// Text that is written at once.
const LINE: usize = 128;

/// Prints a node with all that is inside to a sink, as text of one item a line. Long values are cut, marks
/// stand in braces, the values of what is marked secret are not shown:
///
/// ```text
/// nic/0: device, version 2
///   mac: bytes[6] = 52 54 00 12 34 56
///   key: bytes[16] = (secret) {secret}
/// ```
///
/// The sink's callbacks may read the tree, and not change it. `error`, which may be NULL, gets the
/// report of a sink that fails.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_print(
    tree: *mut migcore_tree,
    node: migcore_node,
    sink: *const migcore_sink,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, a sink, and NULL or a report.
    unsafe {
        if let Err(refused) = clear(error) {
            return refused;
        }
        let mut report = None;
        let done = show(tree, |tree| {
            let sink = CSink::new(sink)?;
            print(tree, NodeId::from_bits(node), sink, &mut report)
        });
        end(error, done, report)
    }
}

fn print(tree: &Tree<'_>, node: NodeId, sink: CSink, report: &mut Option<Report>) -> Result<()> {
    let mut buffer = [0; LINE];
    let mut writer = StreamWriter::new(sink, &mut buffer);
    let mut done = Ok(());
    tree.print(node, &mut |text| {
        if done.is_ok() {
            done = writer.put_slice(text);
        }
    })?;
    done.and_then(|()| writer.flush()).inspect_err(|&code| {
        *report = Some(Report { code, fault: writer.fault(), path: migcore::error::Path::new() });
    })
}

/// Saves a node through a visitor that saves, with its own scope; of the root, all that is in it. The
/// visitor's wire gets what it would have got from the device. Errors, also those of the tree, are errors
/// of the visit. What the visitor calls back may read the tree, and not change it.
///
/// A buffer of variable length in the root that is marked ancillary, safe to copy and opaque, and nothing else,
/// is what only other programs know: see migcore_chunk_replay_device. A device in the root whose name begins with
/// `migcore.` is the library's own. They are left out where the wire cannot carry them, as the legacy one.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_replay(
    tree: *mut migcore_tree,
    node: migcore_node,
    v: *mut migcore_visitor,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a visitor.
    unsafe { replay(tree, v, &mut |tree, v| tree.replay(NodeId::from_bits(node), v)) }
}

/// Saves what is inside of a node through a visitor that saves, without the node itself: for a caller that
/// began the scope, or on whose wire a device has none. Otherwise as migcore_tree_replay.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_replay_inside(
    tree: *mut migcore_tree,
    node: migcore_node,
    v: *mut migcore_visitor,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and NULL or a visitor.
    unsafe { replay(tree, v, &mut |tree, v| tree.replay_inside(NodeId::from_bits(node), v)) }
}

/// What saves from a tree.
type Replaying<'c> = dyn FnMut(&Tree<'static>, &mut Visitor<'_>) -> Result<()> + 'c;

/// Runs `call` on a tree and a visitor.
///
/// # Safety
/// `tree` is NULL or points to a migcore_tree, `v` to a migcore_visitor.
unsafe fn replay(
    tree: *mut migcore_tree,
    v: *mut migcore_visitor,
    call: &mut Replaying<'_>,
) -> migcore_status {
    // SAFETY: as the caller promises. A visitor over this tree has it lent, so it cannot be read then.
    unsafe {
        run(v, |visitor| {
            let mut asked = Err(Code::BadObject);
            let shown = show(tree, |tree| {
                asked = call(tree, visitor);
                Ok(())
            });
            match shown {
                Ok(()) => asked,
                Err(code) => Err(visitor.fail_as(code, 0, &"")),
            }
        })
    }
}
