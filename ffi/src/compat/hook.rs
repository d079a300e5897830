//! Code of the caller as steps and filters.

use core::cell::Cell;
use core::ffi::{c_char, c_void};
use core::ptr;

use migcore::compat::{Edit, Hook, Ledger, What};
use migcore::model::NodeId;
use migcore::visit::Name;
use migcore::{Code, Result};

use super::arena::Arena;
use crate::io::sized;
use crate::place::CName;
use crate::status::{migcore_status, refusal, status, MIGCORE_OK};
use crate::tree::read::migcore_node;
use crate::tree::report::tell;
use crate::tree::storage::{lend, migcore_tree, while_returned, MIGCORE_TREE_NODE};

/// What code that is a step works on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_edit {
    /// sizeof(migcore_edit)
    pub size: usize,
    /// The tree, of which only what is in `scope` is to be changed, by any calls but those that begin, keep or undo a
    /// change, and those on the object that runs. A visitor over it is ended before the code returns.
    pub tree: *mut migcore_tree,
    /// The device, or the root for the machine and in filters.
    pub scope: migcore_node,
    /// How many items were touched: the code says so.
    pub touched: u32,
    /// The library's own.
    pub inside: *mut c_void,
}

/// Code as a step. Another status than MIGCORE_OK ends the run, which changes nothing then; of what is no status of the
/// library it makes MIGCORE_REFUSED.
pub type migcore_step_function =
    Option<unsafe extern "C" fn(opaque: *mut c_void, edit: *mut migcore_edit) -> migcore_status>;

/// What of an item is lost: one of the MIGCORE_LOST_ constants.
pub type migcore_lost = u32;

/// Its value; the item stays.
pub const MIGCORE_LOST_VALUE: migcore_lost = 1;
/// Bits of its value
pub const MIGCORE_LOST_BITS: migcore_lost = 2;
/// Its place among its siblings
pub const MIGCORE_LOST_ORDER: migcore_lost = 3;
/// The item with all that is inside
pub const MIGCORE_LOST_ITEM: migcore_lost = 4;
/// A device, or a record of a QEMU stream with the device inside
pub const MIGCORE_LOST_RECORD: migcore_lost = 5;
/// That it is not there, where the way back would make it
pub const MIGCORE_LOST_ABSENCE: migcore_lost = 6;
/// The oldest versions of a device
pub const MIGCORE_LOST_VERSIONS: migcore_lost = 7;
/// The number of a section of a QEMU stream, and whether it has a footer
pub const MIGCORE_LOST_SECTION: migcore_lost = 8;

/// What all code of one object shares while it runs: the tree that is at work, and memory for what stands in for it
/// where the caller has it.
pub(super) struct Running {
    pub(super) tree: Cell<*mut migcore_tree>,
    spare: Cell<[u8; MIGCORE_TREE_NODE]>,
}

impl Running {
    pub(super) fn idle() -> Running {
        Running { tree: Cell::new(ptr::null_mut()), spare: Cell::new([0; MIGCORE_TREE_NODE]) }
    }
}

/// A function of the caller, and what it is given.
#[derive(Clone, Copy)]
struct Function {
    code: unsafe extern "C" fn(*mut c_void, *mut migcore_edit) -> migcore_status,
    opaque: *mut c_void,
    running: &'static Running,
}

// SAFETY: an object belongs to one thread at a time, with all that it was made of.
unsafe impl Sync for Function {}

/// A function of the caller as a hook; none of NULL.
pub(super) fn hook(
    arena: &mut Arena,
    code: migcore_step_function,
    opaque: *mut c_void,
    running: Option<&'static Running>,
) -> Result<Option<Hook<'static>>> {
    let (Some(code), Some(running)) = (code, running) else {
        // Where only the count of the memory is wanted, nothing is running.
        return code.map_or(Ok(None), |_| arena.keep([0usize; 3]).map(|_| None));
    };
    let function = Function { code, opaque, running };
    let call = move |edit: &mut Edit<'_, '_>| { function }.call(edit);
    Ok(arena.keep(call)?.map(|call| Hook(call)))
}

/// What a function of the caller may tell of losses.
struct Inside<'e> {
    ledger: &'e mut dyn Ledger,
    scope: NodeId,
}

impl Function {
    fn call(self, edit: &mut Edit<'_, '_>) -> Result<u32> {
        let tree = self.running.tree.get();
        let mut inside = Inside { ledger: &mut *edit.ledger, scope: edit.scope };
        let mut given = migcore_edit {
            size: size_of::<migcore_edit>(),
            tree,
            scope: edit.scope.to_bits(),
            touched: 0,
            inside: (&raw mut inside).cast(),
        };
        // SAFETY: nothing refers to the spare memory but what stands in for the tree, in one call at a time.
        let spare = unsafe { &mut *self.running.spare.as_ptr() };
        // SAFETY: the run took this tree out of that storage, and gives it to one function at a time. The caller
        // promised a function for this `opaque`; what it is given lives until it returns.
        let done = unsafe {
            while_returned(tree, edit.tree, spare, || (self.code)(self.opaque, &raw mut given))
        }?;
        match done {
            MIGCORE_OK => Ok(given.touched),
            other => Err(refusal(other).0),
        }
    }
}

/// Tells, before the change, that `node` will be lost: MIGCORE_LOST_VALUE, MIGCORE_LOST_ITEM or MIGCORE_LOST_RECORD of it.
/// `known` says that the code knows a default, which this is not.
///
/// MIGCORE_INVALID_ARGUMENT for anything else, and for an item outside of `scope`; MIGCORE_NO_SPACE.
#[no_mangle]
pub unsafe extern "C" fn migcore_edit_lose(
    edit: *mut migcore_edit,
    node: migcore_node,
    what: migcore_lost,
    known: bool,
) -> migcore_status {
    // SAFETY: the caller promises NULL or what its code was given.
    unsafe { status(with(edit, |edit| edit.lose(NodeId::from_bits(node), kept(what)?, known))) }
}

/// Writes to `copy` what this code told of the item `name` of `scope` when it went the other way: a copy of it in the
/// tree, which the code moves to its place or takes the value of; 0 if there is none.
#[no_mangle]
pub unsafe extern "C" fn migcore_edit_recover(
    edit: *mut migcore_edit,
    scope: migcore_node,
    name: *const c_char,
    what: migcore_lost,
    copy: *mut migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises NULL or what its code was given, a name, and NULL or a place.
    unsafe {
        tell(copy, 0);
        let name = CName::new(name);
        status(with(edit, |edit| {
            let found = edit.recover(NodeId::from_bits(scope), name.bytes(), kept(what)?)?;
            let node = found.and_then(|found| found.node);
            tell(copy, node.map_or(0, NodeId::to_bits));
            Ok(())
        }))
    }
}

/// What of an item code may tell.
fn kept(what: migcore_lost) -> Result<What> {
    match what {
        MIGCORE_LOST_VALUE => Ok(What::Value),
        MIGCORE_LOST_ITEM => Ok(What::Item),
        MIGCORE_LOST_RECORD => Ok(What::Record),
        _ => Err(Code::InvalidArgument),
    }
}

/// Runs `call` on what a function of the caller was given.
///
/// # Safety
/// `edit` is NULL or what the function was given that is running.
unsafe fn with<R>(
    edit: *mut migcore_edit,
    call: impl FnOnce(&mut Edit<'_, '_>) -> Result<R>,
) -> Result<R> {
    // SAFETY: as the caller promises.
    let given = unsafe { sized(edit.cast_const()) }?;
    // SAFETY: the tree is the caller's while the function runs, and stays where it is. It is lent, since the observer is
    // told within: a call of that on it, and one more on `edit`, finds it busy.
    let (tree, _loan) = unsafe { lend(given.tree) }?;
    // SAFETY: what it was given has this, which only the call that has the tree uses.
    let inside = unsafe { given.inside.cast::<Inside<'_>>().as_mut() }.ok_or(Code::NullPointer)?;
    call(&mut Edit { tree, scope: inside.scope, ledger: inside.ledger })
}
