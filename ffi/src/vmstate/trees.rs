//! Trees of the caller.

use core::ffi::{c_int, c_void};

use migcore::vmstate::{Host, Key, Memory, NodeVisit};
use migcore::{Code, Result};

use super::host::CHost;
use super::memory::CPlace;
use super::services::migcore_vmstate_tree;
use crate::io::sized;

/// A tree with the functions that know it.
pub(super) struct CTree {
    functions: migcore_vmstate_tree,
    opaque: *mut c_void,
    tree: CPlace,
}

impl CHost {
    /// The tree to which the pointer at `place` leads.
    pub(super) fn tree_at(&mut self, place: CPlace) -> Result<CTree> {
        let (functions, opaque) = (self.services().tree, self.services().opaque);
        if functions.is_null() {
            return Err(Code::Unsupported);
        }
        // SAFETY: not null, and the maker of the host promised that it is what it says.
        let functions = unsafe { sized(functions) }?;
        let tree = self.memory().follow(place)?.ok_or(Code::NullPointer)?;
        Ok(CTree { functions, opaque, tree })
    }
}

impl CTree {
    pub(super) fn count(&self) -> Result<usize> {
        let count = self.functions.count.ok_or(Code::NullPointer)?;
        // SAFETY: the maker of the host promised a callback for this `opaque` and its trees.
        Ok(unsafe { count(self.opaque, self.tree.as_ptr()) })
    }

    /// Gives each node to `visit`, in order, until that fails.
    pub(super) fn each(
        &self,
        host: &mut CHost,
        has_keys: bool,
        visit: &mut NodeVisit<'_, CHost>,
    ) -> Result<()> {
        let each = self.functions.each.ok_or(Code::NullPointer)?;
        let mut walk = Walk { host, has_keys, visit, done: Ok(()) };
        let data: *mut Walk<'_, '_> = &mut walk;
        // SAFETY: as in `count`; the callback gives `data` on to `visit_node` during the call, and to nobody else.
        unsafe { each(self.opaque, self.tree.as_ptr(), Some(visit_node), data.cast()) };
        walk.done
    }

    pub(super) fn insert(&self, key: Key<CPlace>, value: CPlace) -> Result<c_int> {
        let insert = self.functions.insert.ok_or(Code::NullPointer)?;
        let key = match key {
            Key::At(key) => key.as_ptr(),
            Key::Direct(key) => {
                let key = usize::try_from(key).map_err(|_| Code::BadValue)?;
                core::ptr::without_provenance_mut(key)
            }
        };
        // SAFETY: as in `count`.
        Ok(unsafe { insert(self.opaque, self.tree.as_ptr(), key, value.as_ptr()) })
    }
}

/// A walk over the nodes of a tree, behind the `data` of its callback.
struct Walk<'h, 'v> {
    host: &'h mut CHost,
    has_keys: bool,
    visit: &'h mut NodeVisit<'v, CHost>,
    done: Result<()>,
}

impl Walk<'_, '_> {
    fn node(&mut self, key: *mut c_void, value: *mut c_void) -> Result<()> {
        let key = match self.has_keys {
            true => Key::At(CPlace::new(key).ok_or(Code::NullPointer)?),
            false => Key::Direct(u64::try_from(key.addr()).unwrap_or(u64::MAX)),
        };
        let value = CPlace::new(value).ok_or(Code::NullPointer)?;
        (self.visit)(self.host, key, value)
    }
}

/// Visits a node; false ends the walk.
///
/// # Safety
/// `data` is that of a [`Walk`] which goes on.
unsafe extern "C" fn visit_node(data: *mut c_void, key: *mut c_void, value: *mut c_void) -> bool {
    // SAFETY: as the caller promises.
    let walk = unsafe { &mut *data.cast::<Walk<'_, '_>>() };
    if walk.done.is_ok() {
        walk.done = walk.node(key, value);
    }
    walk.done.is_ok()
}
