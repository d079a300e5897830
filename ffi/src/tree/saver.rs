//! A visitor that saves into a tree.

use migcore::model::{Builder, NodeId};
use migcore::visit::{Encoder, Visiting, Visitor};

use super::lent::{Borrows, Lent, Over};
use super::read::migcore_node;
use super::storage::migcore_tree;
use crate::object::{begin, migcore_visitor, Wire};
use crate::status::migcore_status;

/// Storage for a visitor that saves into a tree. Give `&it.visitor` to the calls of a visit.
#[repr(C)]
pub struct migcore_tree_saver {
    /// What the calls of a visit take.
    pub visitor: migcore_visitor,
    reserved: [u64; 128],
}

/// Begins a visitor that saves into a tree: every item becomes a node, after those that `scope` has. It is
/// MIGCORE_ROOT for whole devices. The tree is lent to the visitor, and all calls on it return MIGCORE_BUSY,
/// until migcore_finish or the first error of the visit; meanwhile it must stay where it is. A visit that
/// is given up is ended with one of these, by migcore_finish at the latest. After
/// an error everything that the visitor saved is taken out of the tree again; of MIGCORE_NO_SPACE, the
/// report tells how many bytes the item needed and how many there were. migcore_position counts items.
/// `size` is sizeof(migcore_tree_saver).
#[no_mangle]
pub unsafe extern "C" fn migcore_tree_save(
    saver: *mut migcore_tree_saver,
    size: usize,
    tree: *mut migcore_tree,
    scope: migcore_node,
) -> migcore_status {
    // SAFETY: the caller promises storage of its own, and NULL or a tree that stays where it is.
    unsafe {
        let wire = Saves::new(tree, |tree| Builder::inside(tree, NodeId::from_bits(scope)));
        begin(saver, size, wire)
    }
}

type Saves = Lent<Builder<'static, 'static>>;

impl Borrows for Builder<'static, 'static> {
    fn is_finished(&self) -> bool {
        Builder::is_finished(self)
    }

    fn close(self, failed: bool) -> Over {
        let over = Over { position: self.position(), ..Over::default() };
        if failed {
            self.discard();
        }
        over
    }
}

impl Wire for Saves {
    const LOADING: bool = false;
    const CALLS_BACK: bool = false;

    fn visitor(visiting: &mut Visiting<Self>) -> Visitor<'_> {
        match visiting.parts() {
            (Lent::Open { wire, .. }, track) => Visitor::saving(wire, track),
            (Lent::Over(over), track) => Visitor::saving(over, track),
        }
    }

    fn settle(visiting: &mut Visiting<Self>) {
        Lent::settle(visiting);
    }
}
