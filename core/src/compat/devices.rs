//! The devices of a tree in both of its layouts: at the root, and in the records of QEMU's stream.

use crate::error::{put_number, Put, Result};
use crate::model::{NodeId, Tree, Value};
use crate::visit::{self, Versions};

/// The name of the device that QEMU's stream is.
const STREAM: &[u8] = b"qemu";

/// Whether a device at the root belongs to the library, by its name: no step, pattern or other wire sees it.
#[must_use]
pub fn is_private(name: &[u8]) -> bool {
    visit::is_private(name)
}

/// The device that QEMU's stream is, if the tree has one: `qemu/0` at the root.
#[must_use]
pub fn stream(tree: &Tree<'_>) -> Option<NodeId> {
    // Whether there ever was such a name is known at once.
    match tree.knows_name(STREAM) {
        true => tree.children(tree.root()).ok()?.find(|child| is_stream(tree, *child)),
        false => None,
    }
}

/// Puts the name of a device and its instance, as a path begins.
pub(super) fn put_name(name: &[u8], instance: u32, put: Put<'_>) {
    put(name);
    put(b"/");
    put_number(u64::from(instance), put);
}

/// What a tree says of a device before its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) instance: u32,
    pub(super) versions: Versions,
    pub(super) oldest_reader: u32,
}

impl Head {
    /// That of a node, if it is a device.
    pub(super) fn of(tree: &Tree<'_>, node: NodeId) -> Option<Head> {
        match tree.value(node) {
            Ok(Value::Device { instance, versions, oldest_reader }) => {
                Some(Head { instance, versions, oldest_reader })
            }
            _ => None,
        }
    }

    pub(super) fn value(self) -> Value<'static> {
        let Head { instance, versions, oldest_reader } = self;
        Value::Device { instance, versions, oldest_reader }
    }
}

/// Goes through all devices of a tree, in order, but for those of the library. It borrows nothing: the device
/// that it gave may be changed or removed before the next one is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Devices {
    holders: Holders,
}

impl Devices {
    /// Before the first device.
    #[must_use]
    pub fn new(tree: &Tree<'_>) -> Self {
        Devices::going(tree, Way::Forth)
    }

    /// Before the first device of this way.
    pub(super) fn going(tree: &Tree<'_>, way: Way) -> Self {
        Devices { holders: Holders::new(tree, way) }
    }

    /// Begins beyond a device at the root or a record.
    pub(super) fn beyond(tree: &Tree<'_>, holder: NodeId, way: Way) -> Self {
        Devices { holders: Holders::beyond(tree, holder, way) }
    }

    /// The next device.
    pub fn next(&mut self, tree: &Tree<'_>) -> Option<NodeId> {
        loop {
            if let Some(device) = device_in(tree, self.holders.next(tree)?) {
                return Some(device);
            }
        }
    }
}

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Forth,
    Back,
}

impl Way {
    fn first(self, tree: &Tree<'_>, scope: NodeId) -> Result<Option<NodeId>> {
        match self {
            Way::Forth => tree.first_child(scope),
            Way::Back => tree.last_child(scope),
        }
    }

    fn next(self, tree: &Tree<'_>, node: NodeId) -> Result<Option<NodeId>> {
        match self {
            Way::Forth => tree.next_sibling(node),
            Way::Back => tree.previous_sibling(node),
        }
    }
}

/// Goes through the devices at the root and the records of a stream, also of its packages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holders {
    way: Way,
    next: Option<NodeId>,
}

impl Holders {
    pub(super) fn new(tree: &Tree<'_>, way: Way) -> Self {
        Holders { way, next: way.first(tree, tree.root()).unwrap_or_default() }
    }

    /// Begins beyond a device or its record.
    pub(super) fn beyond(tree: &Tree<'_>, holder: NodeId, way: Way) -> Self {
        Holders { way, next: beyond(tree, holder, way) }
    }

    /// The next device at the root, or the next record with a section's number.
    pub(super) fn next(&mut self, tree: &Tree<'_>) -> Option<NodeId> {
        loop {
            let holder = self.next?;
            looked(1);
            let first = inside(tree, holder).map(|list| self.way.first(tree, list));
            self.next = match first {
                Some(Ok(Some(first))) => Some(first),
                _ => beyond(tree, holder, self.way),
            };
            if first.is_none() && holds(tree, holder) {
                return Some(holder);
            }
        }
    }
}

/// Counts, in tests, how many devices, records and items are looked at.
#[cfg(not(test))]
pub(super) const fn looked(_: usize) {}

#[cfg(test)]
pub(super) use super::linear::looked;

/// What of a stream, or of a command with a package, has holders in it.
fn inside(tree: &Tree<'_>, holder: NodeId) -> Option<NodeId> {
    if is_stream(tree, holder) {
        return Some(holder);
    }
    let command = is_record(tree, holder) && tree.name(holder) == Ok(b"command");
    if command {
        package(tree, holder)
    } else {
        None
    }
}

fn package(tree: &Tree<'_>, command: NodeId) -> Option<NodeId> {
    let mut children = tree.children(command).ok()?;
    children.find(|child| tree.name(*child) == Ok(b"package"))
}

/// What is beyond a holder, there or further up.
fn beyond(tree: &Tree<'_>, holder: NodeId, way: Way) -> Option<NodeId> {
    let mut at = holder;
    loop {
        if let Some(next) = way.next(tree, at).ok()? {
            return Some(next);
        }
        let parent = tree.parent(at).ok()??;
        at = match tree.name(parent) {
            // The root.
            Ok([]) => return None,
            Ok(b"package") => tree.parent(parent).ok()??,
            _ => parent,
        };
    }
}

fn holds(tree: &Tree<'_>, holder: NodeId) -> bool {
    match tree.value(holder) {
        Ok(Value::Device { .. }) => !tree.name(holder).is_ok_and(is_private),
        _ => is_record(tree, holder) && is_section(tree, holder),
    }
}

/// Whether a record is of a section: it has a number, and may have a footer.
pub(super) fn is_section(tree: &Tree<'_>, record: NodeId) -> bool {
    matches!(tree.name(record), Ok(b"start" | b"full" | b"part" | b"end"))
}

/// Whether a node is a struct of the stream itself: in it or in a package.
fn is_record(tree: &Tree<'_>, node: NodeId) -> bool {
    let parent = tree.parent(node).unwrap_or_default();
    let above = parent.is_some_and(|parent| parent != tree.root());
    above && matches!(tree.value(node), Ok(Value::Struct(_)))
}

/// Whether a node is the device that QEMU's stream is.
pub(super) fn is_stream(tree: &Tree<'_>, node: NodeId) -> bool {
    let first = tree.first_child(node).unwrap_or_default();
    tree.name(node) == Ok(STREAM)
        && Head::of(tree, node).is_some_and(|head| head.instance == 0)
        && tree.parent(node) == Ok(Some(tree.root()))
        && first.is_some_and(|first| tree.name(first) == Ok(b"magic"))
}

/// The device that a holder is or has.
pub(super) fn device_in(tree: &Tree<'_>, holder: NodeId) -> Option<NodeId> {
    let is_device = |node: &NodeId| matches!(tree.value(*node), Ok(Value::Device { .. }));
    match is_device(&holder) {
        true => Some(holder),
        false => tree.children(holder).ok()?.find(is_device),
    }
}

/// The record that a device is in; the device itself where there is none.
pub(super) fn holder_of(tree: &Tree<'_>, device: NodeId) -> Result<NodeId> {
    let parent = tree.parent(device)?.unwrap_or(device);
    Ok(if parent == tree.root() { device } else { parent })
}
