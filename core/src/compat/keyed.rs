//! Lists of what is kept beside devices: each element has the name and the instance of its device, and follows
//! it when these change.

use super::devices::Devices;
use super::fields;
use super::seeker::{self, Seeker, Work};
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
        seeker::key(&self.name, self.instance)
    }

    fn is_of(&self, tree: &Tree<'_>, element: NodeId) -> bool {
        fields::word(tree, element, INSTANCE) == Some(self.instance)
            && fields::text(tree, element, DEVICE) == self.name.as_slice()
    }

    /// Makes an element of its own in the list, where the search is.
    pub(super) fn add(
        &self,
        tree: &mut Tree<'_>,
        list: NodeId,
        seeker: &mut Seeker,
    ) -> Result<NodeId> {
        let element = seeker.insert(tree, list, self.key())?;
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

/// A search for the elements of devices.
pub(super) fn over(tree: &Tree<'_>, list: Option<NodeId>) -> Result<Seeker> {
    Seeker::over(tree, list, |tree, element| {
        let instance = fields::word(tree, element, INSTANCE).unwrap_or(0);
        seeker::key(fields::text(tree, element, DEVICE), instance)
    })
}

/// The element of a device.
pub(super) fn find(
    seeker: &mut Seeker,
    tree: &Tree<'_>,
    device: &Identity,
    work: &mut Work,
) -> Result<Option<NodeId>> {
    seeker.find(tree, device.key(), work, &|tree, element| device.is_of(tree, element))
}

/// Notes in each element which device it belongs to, so that it can follow.
pub(super) fn bind(tree: &mut Tree<'_>, list: Option<NodeId>, work: &mut Work) -> Result<()> {
    if list.is_none() {
        return Ok(());
    }
    let (mut seeker, mut devices) = (over(tree, list)?, Devices::new(tree));
    while let Some(device) = devices.next(tree) {
        let identity = Identity::of(tree, device)?;
        if let Some(element) = find(&mut seeker, tree, &identity, work)? {
            let handle = Value::Scalar(Kind::U64, device.to_bits());
            tree.insert(At::Start(element), NODE.as_bytes(), Marks::NONE, handle)?;
        }
    }
    Ok(())
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
        let handle = fields::number(tree, element, NODE).map(NodeId::from_bits);
        tree.remove(note)?;
        if let Some(Ok(device)) = handle.map(|device| Identity::of(tree, device)) {
            device.set(tree, element)?;
        }
    }
    Ok(())
}
