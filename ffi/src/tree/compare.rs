//! Digests, and what two trees differ in.

use core::ffi::{c_char, c_void};

use migcore::model::{Change, Difference, DigestOptions, NodeId, Tree};
use migcore::{Code, Result};

use super::read::{line, migcore_node};
use super::report::tell;
use super::storage::{migcore_tree, read, show};
use crate::io::sized;
use crate::memory::bytes_mut;
use crate::status::{migcore_status, refusal, status, MIGCORE_OK};

/// The size of a digest in bytes.
pub const MIGCORE_DIGEST_SIZE: usize = 32;

/// Leaves out of a digest what is marked volatile, with all that is inside.
pub const MIGCORE_DIGEST_WITHOUT_VOLATILE: u32 = 1;

/// Computes the digest of a node with all that is inside: SHA-256 of its canonical form, which
/// docs/format.md describes. Two nodes have one digest when everything is equal that their owners
/// visited: names, types, values, order. Marks do not count, also not that of secrets; nor do the layout of
/// the tree, or the wire that it came over. `options` are MIGCORE_DIGEST_WITHOUT_ constants, or 0.
/// Writes MIGCORE_DIGEST_SIZE bytes to `digest`.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_digest(
    tree: *const migcore_tree,
    node: migcore_node,
    options: u32,
    digest: *mut u8,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, and room for a digest.
    unsafe {
        status(read(tree, |tree| {
            let done = tree.digest(NodeId::from_bits(node), digest_options(options)?)?;
            if digest.is_null() {
                return Err(Code::NullPointer);
            }
            tell(digest.cast::<[u8; MIGCORE_DIGEST_SIZE]>(), done);
            Ok(())
        }))
    }
}

fn digest_options(options: u32) -> Result<DigestOptions> {
    match options {
        0 => Ok(DigestOptions::default()),
        MIGCORE_DIGEST_WITHOUT_VOLATILE => Ok(DigestOptions { without_volatile: true }),
        _ => Err(Code::InvalidArgument),
    }
}

/// In what way an item differs: one of the MIGCORE_CHANGE_ constants.
pub type migcore_change = u32;

/// Only the right tree has it.
pub const MIGCORE_CHANGE_ADDED: migcore_change = 1;
/// Only the left tree has it.
pub const MIGCORE_CHANGE_REMOVED: migcore_change = 2;
/// It is of one type in both, and has another value; of a scope, another version or count.
pub const MIGCORE_CHANGE_VALUE: migcore_change = 3;
/// It has another type.
pub const MIGCORE_CHANGE_TYPE: migcore_change = 4;
/// It has other marks.
pub const MIGCORE_CHANGE_MARKS: migcore_change = 5;
/// It stands in another place among its neighbours.
pub const MIGCORE_CHANGE_MOVED: migcore_change = 6;

/// One difference of two trees.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_difference {
    /// sizeof(migcore_difference) of the library
    pub size: usize,
    /// In what way.
    pub change: migcore_change,
    /// Bits: 1, the item or a scope around it is marked volatile on one of the sides, so it does not
    /// count; 2, likewise secret, so its value is not to be shown.
    pub flags: u32,
    /// The item in the left tree; 0 when it was added.
    pub left: migcore_node,
    /// The item in the right tree; 0 when it was removed.
    pub right: migcore_node,
}

/// In `flags` of a migcore_difference: it does not count.
pub const MIGCORE_DIFFERENCE_VOLATILE: u32 = 1;
/// In `flags` of a migcore_difference: its value is not to be shown.
pub const MIGCORE_DIFFERENCE_SECRET: u32 = 2;

/// The memory for one item of an index: see migcore_tree_diff.
pub const MIGCORE_TREE_INDEX_ENTRY: usize = 16;

const _: () = assert!(MIGCORE_TREE_INDEX_ENTRY == Tree::INDEX_ENTRY);

/// Is shown one difference. It may read the trees, and not change them. A status other than MIGCORE_OK
/// ends the comparison: see migcore_tree_diff.
pub type migcore_report_difference = Option<
    unsafe extern "C" fn(
        opaque: *mut c_void,
        difference: *const migcore_difference,
    ) -> migcore_status,
>;

/// Compares a node of a tree, the left one, with one of another or the same, the right one, with all that
/// is inside, and shows each difference in order to `report`. The names of the two themselves may differ.
/// Items are the same by name, kind of scope and instance; of several equal ones the first belongs to the
/// first. MIGCORE_OK also when there are differences. When `report` returns another status, it is
/// called no more, and that is returned; a number that is none of the MIGCORE_ codes becomes
/// MIGCORE_REFUSED.
///
/// Items in another order are found by an index in `index`: memory of any alignment apart from both trees,
/// MIGCORE_TREE_INDEX_ENTRY bytes for each item of the right scopes that are open, which is never more than
/// for each item of the right tree. Where it does not suffice, as NULL with `index_size` 0, they are
/// searched from one end to the other, each of them: with states of strangers, give it.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_diff(
    left: *mut migcore_tree,
    left_node: migcore_node,
    right: *mut migcore_tree,
    right_node: migcore_node,
    index: *mut c_void,
    index_size: usize,
    report: migcore_report_difference,
    opaque: *mut c_void,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a tree, twice, `index_size` writable bytes that nothing else uses
    // meanwhile, and a callback for this `opaque`.
    unsafe {
        status(show(left, |left| {
            show(right, |right| {
                let Some(report) = report else { return Err(Code::NullPointer) };
                let mut answer = MIGCORE_OK;
                let (left_node, right_node) =
                    (NodeId::from_bits(left_node), NodeId::from_bits(right_node));
                let index = bytes_mut(index, index_size)?;
                left.diff_with(left_node, right, right_node, index, &mut |difference| {
                    if answer == MIGCORE_OK {
                        answer = report(opaque, &to_c(&difference));
                    }
                })?;
                match answer {
                    MIGCORE_OK => Ok(()),
                    other => Err(refusal(other).0),
                }
            })
        }))
    }
}

/// Writes a difference of two trees as one line of text into `text`, cut to `capacity` and ended with a
/// NUL, such as `changed nic/0.head: u16 = 3 -> u16 = 4`; to `length`, which may be NULL, how long
/// the whole line is, without the NUL. The values of secret items are not shown. The trees are those that
/// were compared, and not changed since: MIGCORE_STALE_HANDLE when an item is gone.
#[no_mangle]
pub unsafe extern "C" fn migcore_difference_text(
    difference: *const migcore_difference,
    left: *const migcore_tree,
    right: *const migcore_tree,
    text: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a difference, NULL or a tree, twice, and two places.
    unsafe {
        status(read(left, |left| {
            read(right, |right| {
                let difference = of_c(&sized(difference)?)?;
                let mut line = line(text, capacity)?;
                let put = difference.put(left, right, &mut |part| line.put(part));
                let whole = line.end();
                tell(length, whole);
                put
            })
        }))
    }
}

fn to_c(difference: &Difference) -> migcore_difference {
    let flag = |set: bool, flag: u32| if set { flag } else { 0 };
    let bits = |node: Option<NodeId>| node.map_or(0, NodeId::to_bits);
    migcore_difference {
        size: size_of::<migcore_difference>(),
        change: match difference.change {
            Change::Added => MIGCORE_CHANGE_ADDED,
            Change::Removed => MIGCORE_CHANGE_REMOVED,
            Change::Value => MIGCORE_CHANGE_VALUE,
            Change::Type => MIGCORE_CHANGE_TYPE,
            Change::Marks => MIGCORE_CHANGE_MARKS,
            Change::Moved => MIGCORE_CHANGE_MOVED,
        },
        flags: flag(difference.volatile, MIGCORE_DIFFERENCE_VOLATILE)
            | flag(difference.secret, MIGCORE_DIFFERENCE_SECRET),
        left: bits(difference.left),
        right: bits(difference.right),
    }
}

fn of_c(difference: &migcore_difference) -> Result<Difference> {
    let node = |bits: migcore_node| (bits != 0).then_some(NodeId::from_bits(bits));
    Ok(Difference {
        change: match difference.change {
            MIGCORE_CHANGE_ADDED => Change::Added,
            MIGCORE_CHANGE_REMOVED => Change::Removed,
            MIGCORE_CHANGE_VALUE => Change::Value,
            MIGCORE_CHANGE_TYPE => Change::Type,
            MIGCORE_CHANGE_MARKS => Change::Marks,
            MIGCORE_CHANGE_MOVED => Change::Moved,
            _ => return Err(Code::InvalidArgument),
        },
        left: node(difference.left),
        right: node(difference.right),
        volatile: difference.flags & MIGCORE_DIFFERENCE_VOLATILE != 0,
        secret: difference.flags & MIGCORE_DIFFERENCE_SECRET != 0,
    })
}
