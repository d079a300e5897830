//! A manifest is read.

use super::{Known, Wire, NAME, VERSION};
use crate::compat::{name_matches, private::index, Version};
use crate::error::{Code, Result};
use crate::io::told;
use crate::model::{Children, NodeId, Tree, Value};
use crate::visit::Kind;
use core::mem;

/// What may be spent to find what is there twice: enough for some ten thousand devices.
const MOST_WORK: u64 = 1 << 27;

/// Devices that are looked for together.
const TOGETHER: usize = 256;

/// A manifest in a tree.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'t, 'm> {
    tree: &'t Tree<'m>,
    node: NodeId,
}

impl<'t, 'm> Manifest<'t, 'm> {
    /// The manifest that a tree holds.
    ///
    /// # Errors
    /// [`Code::Missing`] when it holds none; [`Code::UnknownFormat`] for one of a newer layout; [`Code::BadValue`] for
    /// one that makes no sense, such as one that has a device twice; [`Code::TooMuchWork`] for one of so many devices
    /// that this was not found out.
    pub fn find(tree: &'t Tree<'m>) -> Result<Self> {
        let mut devices = tree.children(tree.root())?;
        let node = devices.find(|node| tree.name(*node) == Ok(NAME.as_bytes()));
        let manifest = Manifest { tree, node: node.ok_or(Code::Missing)? };
        manifest.check()?;
        Ok(manifest)
    }

    /// The tree that it is in.
    #[must_use]
    pub fn tree(&self) -> &'t Tree<'m> {
        self.tree
    }

    /// The device that it is.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The program that wrote it.
    #[must_use]
    pub fn writer(&self) -> &'t str {
        text(self.tree, self.node, "writer")
    }

    /// The type of its machine; empty where it has none.
    #[must_use]
    pub fn machine(&self) -> &'t str {
        text(self.tree, self.node, "machine")
    }

    /// The version of its machine.
    #[must_use]
    pub fn version(&self) -> Version<'t> {
        version(self.tree, self.node, ["version", "tag"])
    }

    /// The wire that it wants.
    #[must_use]
    pub fn wire(&self) -> Wire {
        let number =
            number(self.tree, self.node, "wire").and_then(|number| u8::try_from(number).ok());
        number.and_then(Wire::of).unwrap_or_default()
    }

    /// The names of its capabilities.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities<'t, 'm> {
        Capabilities(self.elements("capabilities"))
    }

    /// Whether it has a capability.
    #[must_use]
    pub fn has_capability(&self, name: &str) -> bool {
        self.capabilities().any(|known| known == name)
    }

    /// Its devices.
    #[must_use]
    pub fn entries(&self) -> Entries<'t, 'm> {
        Entries(self.elements("devices"))
    }

    /// The device of this name and instance. The search begins behind the one that `cursor` says, which is the one that
    /// was found last, so that devices in one order cost one step each; `work` is what may be spent on others.
    pub(crate) fn seek(
        &self,
        cursor: &mut Option<NodeId>,
        (name, instance): (&[u8], u32),
        work: &mut u64,
    ) -> Option<Entry<'t, 'm>> {
        let list = self.list("devices")?;
        let first = || self.tree.first_child(list).ok().flatten();
        let after = |node: NodeId| self.tree.next_sibling(node).ok().flatten();
        let mut at = cursor.and_then(after).or_else(first)?;
        let begin = at;
        loop {
            *work = work.checked_sub(1)?;
            if self.is_of(at, name, instance) {
                *cursor = Some(at);
                return Entry::of(self.tree, at);
            }
            at = after(at).or_else(first).filter(|next| *next != begin)?;
        }
    }

    fn is_of(&self, element: NodeId, name: &[u8], instance: u32) -> bool {
        let Some((device, found)) = device_of(self.tree, element) else { return false };
        found == instance && self.tree.name(device) == Ok(name)
    }

    /// The routes that the receiver has.
    #[must_use]
    pub fn routes(&self) -> RoutesKnown<'t, 'm> {
        RoutesKnown(self.elements("routes"))
    }

    /// Finds what makes no sense, so that nothing of it is met later.
    fn check(&self) -> Result<()> {
        match self.tree.value(self.node)? {
            Value::Device { versions, .. } if versions.current > VERSION => {
                return Err(Code::UnknownFormat);
            }
            Value::Device { .. } => {}
            _ => return Err(Code::BadValue),
        }
        if number(self.tree, self.node, "wire").is_none() || self.elements("devices").is_none() {
            return Err(Code::BadValue);
        }
        let mut work = MOST_WORK;
        let mut elements = self.elements("devices").into_iter().flatten();
        for element in elements.clone() {
            Entry::of(self.tree, element).ok_or(Code::BadValue)?.check(&mut work)?;
        }
        while elements.clone().next().is_some() {
            self.come_once(&mut elements, &mut work)?;
        }
        Ok(())
    }

    /// Takes some devices, and looks for each of them in one pass over these and all that follow.
    fn come_once(
        &self,
        elements: &mut (impl Iterator<Item = NodeId> + Clone),
        work: &mut u64,
    ) -> Result<()> {
        let all = elements.clone();
        let mut taken = heapless::Vec::<(u32, NodeId), TOGETHER>::new();
        for element in elements.take(TOGETHER) {
            let mut carried = (self.key(element)?, element);
            let first = taken.partition_point(|(other, _)| *other <= carried.0);
            // Those behind move up; the sort of the standard library can panic.
            taken.iter_mut().skip(first).for_each(|held| mem::swap(held, &mut carried));
            // There is room for so many.
            let _ = taken.push(carried);
        }
        for element in all {
            spend(work, self.tree.count(element)?)?;
            let key = self.key(element)?;
            let first = taken.partition_point(|(other, _)| *other < key);
            let alike = taken.iter().skip(first).take_while(|(other, _)| *other == key);
            for (_, other) in alike.filter(|(_, other)| *other != element) {
                spend(work, self.tree.count(*other)?)?;
                let (device, instance) = device_of(self.tree, *other).ok_or(Code::BadValue)?;
                if self.is_of(element, self.tree.name(device)?, instance) {
                    return Err(Code::BadValue);
                }
            }
        }
        Ok(())
    }

    /// Tells most elements apart by their devices.
    fn key(&self, element: NodeId) -> Result<u32> {
        let (device, instance) = device_of(self.tree, element).ok_or(Code::BadValue)?;
        Ok(index::key(self.tree.name(device)?, instance))
    }

    /// Whether the receiver has a route from a version of a device, or of the machine where `name` is empty. `None` if
    /// `work`, which is spent on what is looked at, does not suffice: then nothing is left of it.
    pub(crate) fn converts(&self, name: &[u8], from: Version<'_>, work: &mut u64) -> Option<bool> {
        for element in self.elements("routes").into_iter().flatten() {
            let route = RouteKnown::of(self.tree, element);
            let looked_at = self.tree.count(element).unwrap_or(0).saturating_add(route.of.len());
            spend(work, looked_at).ok()?;
            let fits = route.of.is_empty() == name.is_empty() && name_matches(route.of, name);
            if fits && route.from == from {
                return Some(true);
            }
        }
        Some(false)
    }

    fn elements(&self, name: &str) -> Option<Elements<'t, 'm>> {
        let list = self.list(name)?;
        Some(Elements { tree: self.tree, nodes: self.tree.children(list).ok()? })
    }

    fn list(&self, name: &str) -> Option<NodeId> {
        let list = self.tree.child_by_name(self.node, name.as_bytes(), 0).ok()??;
        matches!(self.tree.value(list), Ok(Value::List { .. })).then_some(list)
    }
}

/// The elements of a list.
#[derive(Clone, Debug)]
struct Elements<'t, 'm> {
    tree: &'t Tree<'m>,
    nodes: Children<'t, 'm>,
}

impl Iterator for Elements<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        self.nodes.next()
    }
}

/// The names of capabilities.
#[derive(Clone, Debug)]
pub struct Capabilities<'t, 'm>(Option<Elements<'t, 'm>>);

impl<'t> Iterator for Capabilities<'t, '_> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        let elements = self.0.as_mut()?;
        let element = elements.next()?;
        Some(text(elements.tree, element, "name"))
    }
}

/// The devices of a manifest.
#[derive(Clone, Debug)]
pub struct Entries<'t, 'm>(Option<Elements<'t, 'm>>);

impl<'t, 'm> Iterator for Entries<'t, 'm> {
    type Item = Entry<'t, 'm>;

    fn next(&mut self) -> Option<Entry<'t, 'm>> {
        let elements = self.0.as_mut()?;
        let element = elements.next()?;
        Entry::of(elements.tree, element)
    }
}

/// The routes of a manifest.
#[derive(Clone, Debug)]
pub struct RoutesKnown<'t, 'm>(Option<Elements<'t, 'm>>);

impl<'t> Iterator for RoutesKnown<'t, '_> {
    type Item = RouteKnown<'t>;

    fn next(&mut self) -> Option<RouteKnown<'t>> {
        let elements = self.0.as_mut()?;
        let element = elements.next()?;
        Some(RouteKnown::of(elements.tree, element))
    }
}

/// A route that a receiver has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteKnown<'t> {
    /// The pattern of the names of devices; empty for the whole machine.
    pub of: &'t str,
    /// Where it begins.
    pub from: Version<'t>,
    /// Where it ends.
    pub to: Version<'t>,
}

impl<'t> RouteKnown<'t> {
    fn of(tree: &'t Tree<'_>, element: NodeId) -> Self {
        RouteKnown {
            of: text(tree, element, "of"),
            from: version(tree, element, ["from", "from_tag"]),
            to: version(tree, element, ["to", "to_tag"]),
        }
    }
}

/// A device of a manifest.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'t, 'm> {
    tree: &'t Tree<'m>,
    element: NodeId,
    device: NodeId,
    /// The name of the device.
    pub name: &'t [u8],
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The newest version of its state that is loaded.
    pub newest: u32,
    /// The oldest.
    pub oldest: u32,
    /// The tag of the newest.
    pub tag: &'t str,
    /// A stream may lack it.
    pub optional: bool,
    /// How much is known of what it accepts.
    pub known: Known,
    /// A state of bytes without names is accepted as well.
    pub blob: bool,
}

impl<'t, 'm> Entry<'t, 'm> {
    fn of(tree: &'t Tree<'m>, element: NodeId) -> Option<Self> {
        let (device, instance) = device_of(tree, element)?;
        let Ok(Value::Device { versions, .. }) = tree.value(device) else { return None };
        let known = u8::try_from(number(tree, element, "known")?).ok().and_then(Known::of)?;
        Some(Entry {
            tree,
            element,
            device,
            name: tree.name(device).ok()?,
            instance,
            newest: versions.current,
            oldest: u32::try_from(number(tree, element, "oldest")?).ok()?,
            tag: text(tree, element, "tag"),
            optional: number(tree, element, "optional")? != 0,
            known,
            blob: number(tree, element, "blob")? != 0,
        })
    }

    /// Each version has one shape.
    fn check(&self, work: &mut u64) -> Result<()> {
        let mut shapes = self.shapes();
        while let Some((_, version)) = shapes.next() {
            for (_, other) in shapes.clone() {
                spend(work, 0)?;
                if other == version {
                    return Err(Code::BadValue);
                }
            }
        }
        Ok(())
    }

    /// The shapes, each with its version.
    fn shapes(&self) -> impl Iterator<Item = (NodeId, u32)> + Clone + use<'t, 'm> {
        let tree = self.tree;
        let children = tree.children(self.element).into_iter().flatten();
        children.filter_map(move |node| match tree.value(node) {
            Ok(Value::Device { versions, .. }) => Some((node, versions.current)),
            _ => None,
        })
    }

    /// Whether a version is of the line of development that the receiver has. Of older versions it says no tag.
    pub(crate) fn is_of_line(&self, version: Version<'_>) -> bool {
        version.tag == self.tag || version.tag.is_empty() && version.number != self.newest
    }

    /// The shape of a version: a device in the tree of the manifest.
    #[must_use]
    pub fn shape(&self, version: u32) -> Option<NodeId> {
        if self.known == Known::Nothing {
            return None;
        }
        self.shapes().find(|(_, of)| *of == version).map(|(shape, _)| shape)
    }

    /// The shape of the newest version; an empty one where [nothing](Known::Nothing) is known of it.
    #[must_use]
    pub fn newest_shape(&self) -> NodeId {
        self.device
    }
}

/// Spends what it costs to look at an element with so many items: all that is left, where that does not suffice.
pub(crate) fn spend(work: &mut u64, items: usize) -> Result<()> {
    let left = work.saturating_sub(told(items)).checked_sub(1);
    *work = left.unwrap_or(0);
    left.map(|_| ()).ok_or(Code::TooMuchWork)
}

/// The newest shape of an element, and its instance.
pub(super) fn device_of(tree: &Tree<'_>, element: NodeId) -> Option<(NodeId, u32)> {
    tree.children(element).ok()?.find_map(|node| match tree.value(node) {
        Ok(Value::Device { instance, .. }) => Some((node, instance)),
        _ => None,
    })
}

fn child<'t>(tree: &'t Tree<'_>, parent: NodeId, name: &str) -> Option<Value<'t>> {
    let node = tree.child_by_name(parent, name.as_bytes(), 0).ok()??;
    tree.value(node).ok()
}

fn text<'t>(tree: &'t Tree<'_>, parent: NodeId, name: &str) -> &'t str {
    match child(tree, parent, name) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn number(tree: &Tree<'_>, parent: NodeId, name: &str) -> Option<u64> {
    match child(tree, parent, name)? {
        Value::Scalar(Kind::Bool | Kind::U8 | Kind::U32, bits) => Some(bits),
        _ => None,
    }
}

fn version<'t>(tree: &'t Tree<'_>, parent: NodeId, [of, tag]: [&str; 2]) -> Version<'t> {
    let number = number(tree, parent, of).and_then(|number| u32::try_from(number).ok());
    Version { number: number.unwrap_or(0), tag: text(tree, parent, tag) }
}
