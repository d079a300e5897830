//! The description of a stream, written anew where devices were changed.

mod chain;
mod device;

use std::collections::BTreeMap;

use migcore::codec::vmdesc::{replay, Content, Description, Device, Field, Nested, Vmdesc};
use migcore::model::{Builder, DigestOptions, NodeId, Tree, Value};
use migcore::visit::{Scope, ScopeKind, Track, Visitor};

use super::encode;
use super::load::Origins;
use crate::input::told;
use device::Describing;

/// The memory that a tree of one device begins with.
const MEMORY: usize = 1 << 20;

/// The description of the devices that lie in the records, in order: what it said before where that still holds, in
/// the same order. Entries that were of no device stay; that of a new device stands behind that of the device before.
#[must_use]
pub(super) fn description(tree: &Tree<'_>, devices: &[NodeId], origins: &Origins) -> Vmdesc {
    let old = origins.vmdesc.as_deref().cloned().unwrap_or_default();
    let mut entries: Vec<Option<Device>> = old.devices.iter().cloned().map(Some).collect();
    for index in origins.entries.values() {
        if let Some(used) = entries.get_mut(*index) {
            *used = None;
        }
    }
    let mut proof = Proof::default();
    // By the entry that they stand behind.
    let mut new: BTreeMap<Option<usize>, Vec<Device>> = BTreeMap::new();
    let mut before = None;
    for node in devices {
        let index = origins.entries.get(node).copied();
        let entry = index.and_then(|index| old.devices.get(index));
        let anew = one(tree, *node, entry, origins, &mut proof);
        match index.and_then(|index| entries.get_mut(index)) {
            Some(place) => (*place, before) = (anew, index),
            None => new.entry(before).or_default().extend(anew),
        }
    }
    let mut anew = new.remove(&None).unwrap_or_default();
    for (index, entry) in entries.into_iter().enumerate() {
        anew.extend(entry);
        anew.extend(new.remove(&Some(index)).unwrap_or_default());
    }
    Vmdesc { devices: anew, ..old }
}

/// The entry of a device: none if it stays in the file and had none.
fn one(
    tree: &Tree<'_>,
    node: NodeId,
    old: Option<&Device>,
    origins: &Origins,
    proof: &mut Proof,
) -> Option<Device> {
    let (Ok(Value::Device { instance, versions, .. }), Ok(name)) =
        (tree.value(node), tree.name(node))
    else {
        return None;
    };
    let name = String::from_utf8_lossy(name).into_owned();
    if encode::within(tree, node).any(|node| matches!(tree.value(node), Ok(Value::Raw(_)))) {
        return old.map(|old| Device { name, instance, ..old.clone() });
    }
    let payload = encode::inside(tree, node).ok()?;
    let content = old.map(|old| at_version(&old.content, versions.current));
    let same = content.map(|content| Device { name: name.clone(), instance, content });
    if let Some(same) = same.filter(|same| proof.holds(tree, node, same, &payload)) {
        return Some(same);
    }
    let mut describing = Describing { tree, origins, proof };
    let content = describing.device(node, &name, versions.current, old);
    let described = content.map(|content| Device { name: name.clone(), instance, content });
    Some(match described.filter(|device| proof.holds(tree, node, device, &payload)) {
        Some(device) => device,
        None => Device { name, instance, content: opaque(told(payload.len())) },
    })
}

/// What an entry says, of another version.
fn at_version(content: &Content, version: u32) -> Content {
    match content {
        Content::Described(old) => Content::Described(Description { version, ..old.clone() }),
        handler => handler.clone(),
    }
}

/// What is said of a device of which only the length can be told.
fn opaque(size: u64) -> Content {
    let nested = Nested::None;
    let (name, kind) = ("data".to_owned(), "buffer".to_owned());
    let data = Field { name, array_len: None, index: None, kind, nested, size };
    Content::Handler { size, fields: vec![data] }
}

/// Looks whether a description is that of a node.
#[derive(Default)]
pub(super) struct Proof {
    memory: Vec<u8>,
}

impl Proof {
    /// Whether an entry fits the payload of a device, and gives the same items.
    fn holds(&mut self, tree: &Tree<'_>, node: NodeId, entry: &Device, payload: &[u8]) -> bool {
        let Ok(Value::Device { instance, versions, .. }) = tree.value(node) else { return false };
        let Ok(name) = tree.name(node) else { return false };
        let scope = Scope::Device { instance, versions };
        self.gives(tree, node, payload, |visitor| {
            visitor.begin(&name, scope)?;
            let done = replay(entry, payload, visitor, &mut ());
            done.map_err(|_| visitor.check().err().unwrap_or(migcore::Code::BadValue))?;
            visitor.end(ScopeKind::Device)
        })
    }

    /// Whether these entries describe one item, and nothing else.
    pub(super) fn describes(&mut self, tree: &Tree<'_>, node: NodeId, fields: &[Field]) -> bool {
        let Ok(bytes) = encode::whole(tree, node) else { return false };
        let inside = Description {
            name: String::new(),
            version: 0,
            fields: fields.to_vec(),
            subsections: None,
        };
        let content = Content::Described(inside);
        let entry = Device { name: String::new(), instance: 0, content };
        self.gives(tree, node, &bytes, |visitor| {
            let done = replay(&entry, &bytes, visitor, &mut ());
            done.map_err(|_| visitor.check().err().unwrap_or(migcore::Code::BadValue))
        })
    }

    /// Whether a visit gives one item, which equals a node.
    fn gives(
        &mut self,
        tree: &Tree<'_>,
        node: NodeId,
        bytes: &[u8],
        mut visit: impl FnMut(&mut Visitor<'_>) -> migcore::Result<()>,
    ) -> bool {
        // An item takes a byte, or is one of few without; each takes a node and perhaps a name.
        let most = bytes.len().saturating_mul(1 << 10).saturating_add(MEMORY << 4);
        loop {
            let wanted = self.memory.len().max(MEMORY);
            self.memory.resize(wanted, 0);
            let Ok(mut scratch) = Tree::new(&mut self.memory) else { return false };
            let visited = {
                let (mut builder, mut track) = (Builder::new(&mut scratch), Track::new());
                visit(&mut Visitor::saving(&mut builder, &mut track))
            };
            match visited {
                Ok(()) => return equals(tree, node, &scratch),
                Err(migcore::Code::NoSpace) if wanted < most => {}
                Err(_) => return false,
            }
            self.memory = vec![0; wanted.saturating_mul(2)];
        }
    }
}

/// Whether a tree holds one item, and that equals a node of another.
fn equals(tree: &Tree<'_>, node: NodeId, other: &Tree<'_>) -> bool {
    let Ok(mut children) = other.children(other.root()) else { return false };
    let (Some(only), None) = (children.next(), children.next()) else { return false };
    let digest = |tree: &Tree<'_>, node| tree.digest(node, DigestOptions::default());
    matches!((digest(tree, node), digest(other, only)), (Ok(left), Ok(right)) if left == right)
}

/// The entry of a description of this name.
pub(super) fn part<'d>(old: Option<&'d Description>, name: &str) -> Option<&'d Description> {
    old.and_then(|old| old.subsections().iter().find(|part| part.name == name))
}
