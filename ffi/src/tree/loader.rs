//! Visitors that load from a tree.

use migcore::model::{Loaded, NodeId, TreeDecoder};
use migcore::visit::{Decoder, Visiting, Visitor};
use migcore::{Code, Result};

use super::lent::{Borrows, Lent, Over};
use super::read::migcore_node;
use super::report::tell;
use super::storage::migcore_tree;
use crate::object::{begin, enter_visiting, migcore_visitor, operations, Wire};
use crate::status::{migcore_status, MIGCORE_OK};

/// Storage for a visitor that loads from a tree. Give `&it.visitor` to the calls of a visit.
#[repr(C)]
pub struct migcore_tree_loader {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 640],
}

/// Begins a visitor that loads what is inside of a node: of MIGCORE_ROOT, whole devices; of a device, the
/// items of its state. Items are found by their names; numbers may be wider than in the tree if they lose
/// nothing. Visits in the order of the tree are the fastest; for others an index is made in the free memory
/// of the tree, if that is enough. A scope may be ended, and the load finished, when nothing critical of it is
/// unread. The tree is lent to the visitor, and all calls on it return MIGCORE_BUSY, until migcore_finish or
/// the first error of the visit; meanwhile the tree must stay where it is. migcore_position counts items.
/// `size` is sizeof(migcore_tree_loader).
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_load(
    loader: *mut migcore_tree_loader,
    size: usize,
    tree: *mut migcore_tree,
    node: migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, and NULL or a tree that stays where it is.
    unsafe {
        let wire = Loads::new(tree, |tree| TreeDecoder::inside(tree, NodeId::from_bits(node)));
        begin(loader, size, wire)
    }
}

/// Begins a visitor that loads one node with its own scope, such as a device, as though there were no
/// other. MIGCORE_INVALID_ARGUMENT for the root. Otherwise as migcore_tree_load.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_load_only(
    loader: *mut migcore_tree_loader,
    size: usize,
    tree: *mut migcore_tree,
    node: migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, and NULL or a tree that stays where it is.
    unsafe {
        let wire = Loads::new(tree, |tree| TreeDecoder::only(tree, NodeId::from_bits(node)));
        begin(loader, size, wire)
    }
}

/// Tells how many ancillary items a load has left unread in the scopes that were ended, or passed over
/// (`skipped`), and how many items it looked at beyond the ones that the order of the tree made it expect,
/// the price of another order (`searched`). Both may be NULL.
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_loader_counts(
    loader: *mut migcore_tree_loader,
    skipped: *mut u64,
    searched: *mut u64,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a loader, and two places.
    unsafe {
        let so_far = match inside(loader, |lent| lent.so_far()) {
            Ok(so_far) => so_far,
            Err(not_ready) => return not_ready,
        };
        tell(skipped, so_far.skipped);
        tell(searched, so_far.searched);
        MIGCORE_OK
    }
}

/// What a load that was finished was over.
///
/// # Safety
/// `loader` is NULL or points to a migcore_tree_loader.
pub(super) unsafe fn loaded(loader: *mut migcore_tree_loader) -> Result<Loaded> {
    // SAFETY: as the caller promises.
    match unsafe { inside(loader, |lent| lent.so_far().loaded) } {
        Ok(loaded) => loaded.ok_or(Code::Unbalanced),
        Err(not_ready) => Err(Code::from_number(not_ready).unwrap_or(Code::BadObject)),
    }
}

type Loads = Lent<TreeDecoder<'static, 'static>>;

/// Runs `call` on the wire of a loader.
///
/// # Safety
/// `loader` is NULL or points to a migcore_tree_loader.
unsafe fn inside<R>(
    loader: *mut migcore_tree_loader,
    call: impl FnOnce(&Loads) -> R,
) -> core::result::Result<R, migcore_status> {
    let v = loader.cast::<migcore_visitor>();
    // SAFETY: as the caller promises; no other wire is ever begun in such storage.
    unsafe {
        operations(v)?;
        Ok(enter_visiting::<Loads, R>(v, |visiting| call(visiting.parts().0)))
    }
}

impl Loads {
    fn so_far(&self) -> Over {
        match self {
            Lent::Open { wire, .. } => counts(wire),
            Lent::Over(over) => *over,
        }
    }
}

fn counts(wire: &TreeDecoder<'_, '_>) -> Over {
    Over {
        position: wire.position(),
        loaded: None,
        skipped: wire.skipped(),
        searched: wire.searched(),
    }
}

impl Borrows for TreeDecoder<'static, 'static> {
    fn is_finished(&self) -> bool {
        TreeDecoder::is_finished(self)
    }

    fn close(self, failed: bool) -> Over {
        Over { loaded: (!failed).then(|| self.loaded()), ..counts(&self) }
    }
}

impl Wire for Loads {
    const LOADING: bool = true;
    const CALLS_BACK: bool = false;

    fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_> {
        match visiting.parts() {
            (Lent::Open { wire, .. }, track) => Visitor::loading(wire, track),
            (Lent::Over(over), track) => Visitor::loading(over, track),
        }
    }

    fn settle(visiting: &mut Visiting<Self>) {
        Lent::settle(visiting);
    }
}
