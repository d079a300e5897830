//! The tree in the caller's storage, and who may use it when.

use core::ffi::c_void;
use core::mem;

use migcore::model::Tree;
use migcore::{Code, Result};

use crate::memory::bytes_mut;
use crate::object::check_storage;
use crate::status::{migcore_status, MIGCORE_OK};

/// Storage for a tree of named, typed values: the state of devices as data. Its nodes, names and values
/// lie in memory that the caller gives beside. It is no visitor: migcore_tree_save and migcore_tree_load
/// begin visitors over it, and while one of these is at work all calls on the tree return MIGCORE_BUSY.
/// It may be moved in memory between two calls, but not while a visitor over it is at work. It needs no
/// destructor.
#[repr(C)]
pub struct migcore_tree {
    state: u32,
    failure: migcore_status,
    reserved: [u64; 24],
}

/// A tree as it lies in the caller's storage. What uses the tree looks at the other members through the
/// pointer to the storage: the reference to the tree may be another's.
#[repr(C)]
struct Stored {
    state: u32,
    failure: migcore_status,
    /// How many calls that run callbacks are reading it.
    readers: u32,
    /// Whether it was taken out, and whether code of the caller has it meanwhile.
    held: Held,
    /// The memory that was lent to the tree: from where to where.
    memory: (usize, usize),
    tree: Tree<'static>,
}

/// Where a tree is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// In its storage.
    No,
    /// It was taken out.
    Out,
    /// It was taken out, and is back while code of the caller runs.
    Back,
}

/// State word of a tree that may be used.
const READY: u32 = 0x6d69_6774;
/// State word of a tree that a visitor over it uses.
const LENT: u32 = 0x6d69_676c;
/// State word of a tree that could not be begun; `failure` says why.
const FAILED: u32 = 0x6d69_6778;

/// Begins an empty tree in `memory`, of any alignment, which it borrows as long as it is used. `size` is
/// sizeof(migcore_tree). An empty tree takes MIGCORE_TREE_NODE bytes, every node as many more, with
/// its bytes; each name is stored once, with 21 bytes more than it has.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_init(
    tree: *mut migcore_tree,
    size: usize,
    memory: *mut c_void,
    capacity: usize,
) -> migcore_status {
    const {
        assert!(size_of::<Stored>() <= size_of::<migcore_tree>());
        assert!(align_of::<Stored>() <= align_of::<migcore_tree>());
    }
    // SAFETY: the caller promises storage of its own, and `capacity` bytes lent to the tree alone.
    unsafe {
        let made = check_storage(tree, size)
            .and_then(|()| bytes_mut(memory, capacity))
            .and_then(Tree::new);
        match made {
            Ok(made) => {
                let start = memory.addr();
                let memory = (start, start.wrapping_add(capacity));
                let (state, failure) = (READY, MIGCORE_OK);
                tree.cast::<Stored>().write(Stored {
                    state,
                    failure,
                    readers: 0,
                    held: Held::No,
                    memory,
                    tree: made,
                });
                MIGCORE_OK
            }
            Err(code) => {
                init_failed(tree, size, code);
                code.number()
            }
        }
    }
}

/// Makes storage that trees of this memory are given to the caller in ([`while_returned`]). Until then it is busy.
///
/// # Safety
/// `tree` points to aligned storage of its own. `spare` is lent to it.
pub(crate) unsafe fn init_for(
    tree: *mut migcore_tree,
    spare: &'static mut [u8],
    memory: &[u8],
) -> Result<()> {
    let range = memory.as_ptr_range();
    let memory = (range.start.addr(), range.end.addr());
    let (state, failure, held) = (LENT, MIGCORE_OK, Held::Out);
    let stored = Stored { state, failure, readers: 0, held, memory, tree: Tree::new(spare)? };
    // SAFETY: as the caller promises.
    unsafe { tree.cast::<Stored>().write(stored) };
    Ok(())
}

/// Makes a tree of storage that returns `code` from every call, if there is room for its head.
///
/// # Safety
/// `tree` is NULL or points to `size` writable bytes that nothing else refers to.
unsafe fn init_failed(tree: *mut migcore_tree, size: usize, code: Code) {
    if !tree.is_null() && tree.is_aligned() && size >= size_of::<(u32, migcore_status)>() {
        // SAFETY: not null, aligned, and there is room for these two.
        unsafe {
            (*tree).state = FAILED;
            (*tree).failure = code.number();
        }
    }
}

/// What a node takes beside its name and bytes; and what an empty tree takes.
pub const MIGCORE_TREE_NODE: usize = 48;

const _: () = assert!(MIGCORE_TREE_NODE == Tree::NODE && MIGCORE_TREE_NODE == Tree::EMPTY);

/// The bytes of the memory that cannot be used for new items. Names and bytes of items that were removed
/// or replaced count until the tree is compacted into another one. 0 for what is no tree, or is busy.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_used(tree: *const migcore_tree) -> usize {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { read(tree, |tree| Ok(tree.used())) }.unwrap_or(0)
}

/// The most of the memory that was ever needed at a time: that much would have been enough. 0 for what
/// is no tree, or is busy.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_high_water(tree: *const migcore_tree) -> usize {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { read(tree, |tree| Ok(tree.high_water())) }.unwrap_or(0)
}

/// The size of the memory, of which at most 4 GiB are used. 0 for what is no tree, or is busy.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_capacity(tree: *const migcore_tree) -> usize {
    // SAFETY: the caller promises NULL or a tree.
    unsafe { read(tree, |tree| Ok(tree.capacity())) }.unwrap_or(0)
}

/// Runs `call` on a tree that it only reads. It runs no callback of the caller.
///
/// # Safety
/// `tree` is NULL or points to a migcore_tree.
pub(crate) unsafe fn read<R>(
    tree: *const migcore_tree,
    call: impl FnOnce(&Tree<'static>) -> Result<R>,
) -> Result<R> {
    // SAFETY: as the caller promises.
    unsafe { check(tree) }?;
    // SAFETY: ready, so no visitor and no change is at work; other calls may read it.
    call(unsafe { &(*tree.cast::<Stored>()).tree })
}

/// Runs `call` on a tree that it only reads, with callbacks of the caller, which may read it too.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn show<R>(
    tree: *mut migcore_tree,
    call: impl FnOnce(&Tree<'static>) -> Result<R>,
) -> Result<R> {
    let stored = tree.cast::<Stored>();
    // SAFETY: as the caller promises.
    unsafe { check(tree) }?;
    // SAFETY: a tree that is ready; the count is never referred to, only read and written.
    unsafe { (*stored).readers = (*stored).readers.wrapping_add(1) };
    // SAFETY: ready, and not changed as long as it has a reader.
    let done = call(unsafe { &(*stored).tree });
    // SAFETY: as above.
    unsafe { (*stored).readers = (*stored).readers.wrapping_sub(1) };
    done
}

/// Runs `call` on a tree that it changes. It runs no callback of the caller.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn change<R>(
    tree: *mut migcore_tree,
    call: impl FnOnce(&mut Tree<'static>) -> Result<R>,
) -> Result<R> {
    // SAFETY: as the caller promises.
    unsafe { check_unread(tree) }?;
    // SAFETY: ready and without readers: nothing else makes a reference to it before this one is gone.
    call(unsafe { &mut (*tree.cast::<Stored>()).tree })
}

/// A tree that was lent; the caller's again when this is dropped.
pub(crate) struct Loan(*mut Stored);

/// Lends a tree that is ready. Its users must be gone when the loan is dropped.
///
/// # Safety
/// As [`read`]; the tree stays where it is while it is lent.
pub(crate) unsafe fn lend(tree: *mut migcore_tree) -> Result<(&'static mut Tree<'static>, Loan)> {
    // SAFETY: as the caller promises.
    unsafe { check_unread(tree) }?;
    let stored = tree.cast::<Stored>();
    // SAFETY: a tree that is ready; the word is never referred to, only read and written.
    unsafe { (*stored).state = LENT };
    // SAFETY: lent, so nothing else makes a reference to it; the caller lets it stay where it is.
    Ok((unsafe { &mut (*stored).tree }, Loan(stored)))
}

impl Drop for Loan {
    fn drop(&mut self) {
        // SAFETY: `lend` was promised that the tree stays where it is.
        unsafe { (*self.0).state = READY };
    }
}

/// A tree that was taken out of its storage.
pub(crate) struct Taken(*mut Stored);

/// Takes a tree that is ready out of its storage, where all calls find it busy until it is put back.
///
/// # Safety
/// As [`read`]; the storage stays where it is meanwhile.
pub(crate) unsafe fn take_out(tree: *mut migcore_tree) -> Result<(Tree<'static>, Taken)> {
    // SAFETY: as the caller promises.
    unsafe { check_open(tree) }?;
    let stored = tree.cast::<Stored>();
    // SAFETY: a tree that is ready, and is not used there until it is put back.
    unsafe {
        (*stored).state = LENT;
        (*stored).held = Held::Out;
        Ok(((&raw const (*stored).tree).read(), Taken(stored)))
    }
}

impl Taken {
    /// Puts a tree back. One that code of the caller did not give back stays where that left it.
    pub(crate) fn put_back(self, tree: Tree<'static>) {
        // SAFETY: `take_out` was promised that the storage stays where it is; the words are never referred to.
        unsafe {
            let held = (*self.0).held;
            (*self.0).held = Held::No;
            if held == Held::Out {
                (&raw mut (*self.0).tree).write(tree);
                (*self.0).state = READY;
            }
        }
    }
}

/// Gives a tree that was taken out back to its storage while `call` runs, and lets another one, which is empty, stand in
/// for it. [`Code::Unbalanced`] if a visitor is at work over it afterwards: then it stays there.
///
/// # Safety
/// `taken` is the tree that [`take_out`] gave of this storage, or the one that stands in for it.
pub(crate) unsafe fn while_returned<'m, R>(
    storage: *mut migcore_tree,
    taken: &mut Tree<'m>,
    spare: &'m mut [u8],
    call: impl FnOnce() -> R,
) -> Result<R> {
    let stored = storage.cast::<Stored>();
    // SAFETY: the storage stays where it is while the tree is out; the word is never referred to.
    if unsafe { (*stored).held } != Held::Out {
        return Err(Code::Busy);
    }
    let tree = mem::replace(taken, Tree::new(spare)?);
    // SAFETY: it is the tree of this storage, whose memory is lent as long as the storage is used.
    let tree = unsafe { mem::transmute::<Tree<'m>, Tree<'static>>(tree) };
    // SAFETY: taken out, so nothing refers to the storage.
    unsafe {
        (&raw mut (*stored).tree).write(tree);
        ((*stored).held, (*stored).state) = (Held::Back, READY);
    }
    let returned = call();
    // SAFETY: as above; without a visitor and without readers nothing refers to the tree any more.
    unsafe {
        if (*stored).state != READY || (*stored).readers != 0 {
            return Err(Code::Unbalanced);
        }
        ((*stored).held, (*stored).state) = (Held::Out, LENT);
        // The same tree, with the lifetime that it had.
        *taken = mem::transmute::<Tree<'static>, Tree<'m>>((&raw const (*stored).tree).read());
    }
    Ok(returned)
}

/// Checks that a tree may be changed, and is not at work in a run of which this is called: changes of that are its own.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn check_open(tree: *const migcore_tree) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { check_unread(tree) }?;
    // SAFETY: a tree that is ready.
    match unsafe { (*tree.cast::<Stored>()).held } {
        Held::No => Ok(()),
        Held::Out | Held::Back => Err(Code::Busy),
    }
}

/// Checks that bytes of the caller do not lie in the memory of a tree that is to be changed by them, as
/// those that migcore_tree_get gives.
///
/// # Safety
/// `tree` points to a tree that is ready.
pub(super) unsafe fn check_foreign(
    tree: *const migcore_tree,
    data: *const c_void,
    length: usize,
) -> Result<()> {
    // SAFETY: as the caller promises.
    let (start, end) = unsafe { (*tree.cast::<Stored>()).memory };
    let apart = length == 0 || data.addr() >= end || data.addr().saturating_add(length) <= start;
    match apart {
        true => Ok(()),
        false => Err(Code::InvalidArgument),
    }
}

/// Checks that a tree may be changed.
///
/// # Safety
/// As [`read`].
pub(super) unsafe fn check_unread(tree: *const migcore_tree) -> Result<()> {
    // SAFETY: as the caller promises.
    unsafe { check(tree) }?;
    // SAFETY: a tree that is ready.
    match unsafe { (*tree.cast::<Stored>()).readers } {
        0 => Ok(()),
        _ => Err(Code::Busy),
    }
}

/// Checks that a tree may be read.
///
/// # Safety
/// As [`read`].
unsafe fn check(tree: *const migcore_tree) -> Result<()> {
    if tree.is_null() {
        return Err(Code::NullPointer);
    }
    // SAFETY: not null, and the caller promises a tree.
    let (state, failure) = unsafe { ((*tree).state, (*tree).failure) };
    match state {
        READY => Ok(()),
        LENT => Err(Code::Busy),
        FAILED => Err(Code::from_number(failure).unwrap_or(Code::BadObject)),
        _ => Err(Code::BadObject),
    }
}
