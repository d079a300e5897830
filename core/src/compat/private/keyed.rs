//! Lists of what is kept beside devices: each element has the name and the instance of its device, and follows
//! it when these change.

use crate::compat::devices::Devices;
use crate::compat::private::fields;
use crate::compat::private::index::{self, Entry, Index, Work};
use crate::error::{Result, MAX_NAME};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// What a device is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) name: heapless::Vec<u8, MAX_NAME>,
    pub(crate) instance: u32,
}

impl Identity {
    /// That of a device in the tree.
    pub(crate) fn of(tree: &Tree<'_>, device: NodeId) -> Result<Identity> {
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

    pub(crate) fn is_of(&self, tree: &Tree<'_>, element: NodeId) -> bool {
        fields::word(tree, element, INSTANCE) == self.instance
            && fields::text(tree, element, DEVICE) == self.name.as_slice()
    }

    /// Makes an element of its own.
    pub(crate) fn add(&self, tree: &mut Tree<'_>, list: NodeId) -> Result<NodeId> {
        let element = tree.insert(At::End(list), b"", Marks::NONE, Value::Element)?;
        fields::put_text(tree, element, DEVICE, &self.name)?;
        fields::put_word(tree, element, INSTANCE, self.instance)?;
        Ok(element)
    }

    /// Gives an element of another device to this one.
    pub(crate) fn set(&self, tree: &mut Tree<'_>, element: NodeId) -> Result<()> {
        if self.is_of(tree, element) {
            return Ok(());
        }
        fields::set(tree, element, DEVICE, fields::value_of(&self.name))?;
        if fields::word(tree, element, INSTANCE) == self.instance {
            return Ok(());
        }
        let instance = Value::Scalar(Kind::U32, u64::from(self.instance));
        fields::set(tree, element, INSTANCE, instance)
    }
}

pub(crate) const DEVICE: &str = "device";
pub(crate) const INSTANCE: &str = "instance";

/// An index of such a list.
pub(crate) fn over(tree: &mut Tree<'_>, list: Option<NodeId>, work: &mut Work) -> Result<Index> {
    Index::over(tree, list, work, |tree, element| {
        let instance = fields::word(tree, element, INSTANCE);
        index::key(fields::text(tree, element, DEVICE), instance)
    })
}

/// The element of a device.
pub(crate) fn find(
    index: &Index,
    tree: &Tree<'_>,
    device: &Identity,
    work: &mut Work,
) -> Result<Option<Entry>> {
    index.find(tree, device.key(), work, &|tree, element| device.is_of(tree, element))
}

/// Notes which device each element belongs to, so that it can follow: handles of both, in a scope beside the list.
pub(crate) fn bind(
    tree: &mut Tree<'_>,
    list: Option<NodeId>,
    work: &mut Work,
) -> Result<Option<NodeId>> {
    let Some(list) = list else { return Ok(None) };
    let (mut index, mut devices) = (over(tree, Some(list), work)?, Devices::new(tree));
    let bound = tree.insert(At::After(list), b"bound", Marks::NONE, Value::Struct(None))?;
    while let Some(device) = devices.next(tree) {
        let identity = Identity::of(tree, device)?;
        if let Some(Entry { element, .. }) = find(&index, tree, &identity, work)? {
            for node in [element, device] {
                let handle = Value::Scalar(Kind::U64, node.to_bits());
                tree.insert(At::End(bound), b"", Marks::NONE, handle)?;
            }
        }
    }
    index.close(tree)?;
    Ok(Some(bound))
}

/// Ends what [`bind`] began: each element has the name that its device has now. One whose device is gone keeps its
/// name, since the device may come back.
pub(crate) fn unbind(tree: &mut Tree<'_>, bound: Option<NodeId>) -> Result<()> {
    let Some(bound) = bound else { return Ok(()) };
    let mut at = tree.first_child(bound)?;
    while let Some(element) = at {
        let Some(device) = tree.next_sibling(element)? else { break };
        at = tree.next_sibling(device)?;
        let [element, device] = [element, device].map(|note| fields::handle(tree, note));
        let (Some(element), Some(device)) = (element, device) else { continue };
        if let (Ok(_), Ok(identity)) = (tree.name(element), Identity::of(tree, device)) {
            identity.set(tree, element)?;
        }
    }
    tree.remove(bound)
}
