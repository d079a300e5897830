//! Lists of what is kept beside devices: each element has the name and the instance of its device, and follows
//! it when these change.

use super::devices::Devices;
use super::fields;
use super::index::{self, Entry, Index, Work};
use crate::error::{Result, MAX_NAME};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// What a device is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: heapless::Vec<u8, MAX_NAME>,
    pub(super) instance: u32,
}

impl Identity {
    /// That of a device in the tree.
    pub(super) fn of(tree: &Tree<'_>, device: NodeId) -> Result<Identity> {
        let instance = match tree.value(device)? {
            Value::Device { instance, .. } => instance,
            _ => 0,
        };
        // No name in a tree is longer.
        let name = heapless::Vec::from_slice(tree.name(device)?).unwrap_or_default();
        Ok(Identity { name, instance })
    }

    /// The key of its elements in a search.
    fn key(&self) -> u32 {
        index::key(&self.name, self.instance)
    }

    pub(super) fn is_of(&self, tree: &Tree<'_>, element: NodeId) -> bool {
        fields::word(tree, element, INSTANCE) == self.instance
            && fields::text(tree, element, DEVICE) == self.name.as_slice()
    }

    /// Makes an element of its own.
    pub(super) fn add(&self, tree: &mut Tree<'_>, list: NodeId) -> Result<NodeId> {
        let element = tree.insert(At::End(list), b"", Marks::NONE, Value::Element)?;
        fields::put_text(tree, element, DEVICE, &self.name)?;
        fields::put_word(tree, element, INSTANCE, self.instance)?;
        Ok(element)
    }

    /// Gives an element of another device to this one.
    pub(super) fn set(&self, tree: &mut Tree<'_>, element: NodeId) -> Result<()> {
        if self.is_of(tree, element) {
            return Ok(());
        }
        fields::set(tree, element, DEVICE, fields::value_of(&self.name))?;
        let instance = Value::Scalar(Kind::U32, u64::from(self.instance));
        fields::set(tree, element, INSTANCE, instance)
    }
}

pub(super) const DEVICE: &str = "device";
pub(super) const INSTANCE: &str = "instance";

/// While devices are renamed: the handle of the device.
const NODE: &str = "node";

/// An index of such a list.
pub(super) fn over(tree: &mut Tree<'_>, list: Option<NodeId>, work: &mut Work) -> Result<Index> {
    Index::over(tree, list, work, |tree, element| {
        let instance = fields::word(tree, element, INSTANCE);
        index::key(fields::text(tree, element, DEVICE), instance)
    })
}

/// The element of a device.
pub(super) fn find(
    index: &Index,
    tree: &Tree<'_>,
    device: &Identity,
    work: &mut Work,
) -> Result<Option<Entry>> {
    index.find(tree, device.key(), work, &|tree, element| device.is_of(tree, element))
}

/// Notes in each element which device it belongs to, so that it can follow.
pub(super) fn bind(tree: &mut Tree<'_>, list: Option<NodeId>, work: &mut Work) -> Result<()> {
    if list.is_none() {
        return Ok(());
    }
    let (mut index, mut devices) = (over(tree, list, work)?, Devices::new(tree));
    while let Some(device) = devices.next(tree) {
        let identity = Identity::of(tree, device)?;
        if let Some(Entry { element, .. }) = find(&index, tree, &identity, work)? {
            let handle = Value::Scalar(Kind::U64, device.to_bits());
            tree.insert(At::Start(element), NODE.as_bytes(), Marks::NONE, handle)?;
        }
    }
    index.close(tree)
}

/// Ends what [`bind`] began: each element has the name that its device has now. One whose device is gone keeps its
/// name, since the device may come back.
pub(super) fn unbind(tree: &mut Tree<'_>, list: Option<NodeId>) -> Result<()> {
    let mut at = match list {
        Some(list) => tree.first_child(list)?,
        None => None,
    };
    while let Some(element) = at {
        at = tree.next_sibling(element)?;
        let Some(note) = tree.child_by_name(element, NODE.as_bytes(), 0)? else { continue };
        let handle = fields::handle(tree, note);
        tree.remove(note)?;
        if let Some(Ok(device)) = handle.map(|device| Identity::of(tree, device)) {
            device.set(tree, element)?;
        }
    }
    Ok(())
}
