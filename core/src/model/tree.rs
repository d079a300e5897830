//! The tree, and how it is read.

use super::arena::Arena;
use super::names::{self, Names};
use super::node::{Form, Node, NODE, NONE, NO_NODE};
use super::value::Value;
use crate::error::{Code, Fault, Report, Result};
use crate::io::told;
use crate::visit::Marks;

/// The number of the root.
pub(super) const ROOT: u32 = 0;

/// A handle of a node. It stays good while the node is in its tree, wherever it moves; after the node
/// was removed it is stale, also when its place was given to another. A handle of another tree is not
/// told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

impl NodeId {
    /// The handle as a number, which is never 0.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index)
    }

    /// The handle of a number. Whether it is that of a node is seen when it is used.
    #[must_use]
    #[allow(clippy::as_conversions, reason = "the halves of a number")]
    pub fn from_bits(bits: u64) -> NodeId {
        NodeId { index: bits as u32, generation: (bits >> 32) as u32 }
    }
}

/// A tree of named, typed values in a block of memory that the caller gives.
/// See the [module](super).
#[derive(Debug)]
pub struct Tree<'m> {
    pub(super) arena: Arena<'m>,
    pub(super) names: Names,
    pub(super) fault: Fault,
}

impl<'m> Tree<'m> {
    /// The memory that an empty tree takes.
    pub const EMPTY: usize = NODE;

    /// The memory that a node takes beside its name and bytes: a scalar takes no more.
    pub const NODE: usize = NODE;

    /// An empty tree in `memory`, of which at most 4 GiB are used. What the memory holds does not
    /// matter.
    ///
    /// # Errors
    /// [`Code::NoSpace`] when it is less than [`EMPTY`](Tree::EMPTY).
    pub fn new(memory: &'m mut [u8]) -> Result<Self> {
        let mut arena = Arena::new(memory);
        if arena.gap() < NODE {
            return Err(Code::NoSpace);
        }
        let (root, generation) = arena.begin();
        arena.put(root, &Node { form: Form::Root, generation, ..NO_NODE });
        Ok(Tree { arena, names: Names::new(), fault: Fault::default() })
    }

    /// The root: a node without a name, whose children are the devices, or whatever else was saved.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.id(ROOT)
    }

    /// Whether the root has no children.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arena.node(ROOT).first == NONE
    }

    /// The bytes of the memory that cannot be used for new items. Names and bytes of items that were
    /// removed count until the tree is compacted.
    #[must_use]
    pub fn used(&self) -> usize {
        self.arena.used()
    }

    /// The most of the memory that was ever needed at a time: that much would have been enough.
    #[must_use]
    pub fn high_water(&self) -> usize {
        self.arena.high_water()
    }

    /// The size of the memory.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.arena.capacity()
    }

    /// The numbers of the last error that has some: of [`Code::NoSpace`], the bytes needed and those that
    /// were there.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// The full report of `code`, which a call on this tree at `node` just returned.
    #[must_use]
    pub fn report_of(&self, code: Code, node: NodeId) -> Report {
        let fault = match code {
            Code::NoSpace | Code::NameTooLong | Code::TooDeep => self.fault,
            _ => Fault::default(),
        };
        Report { code, fault, path: self.path(node).unwrap_or_default() }
    }

    /// The name; empty if it has none.
    ///
    /// # Errors
    /// [`Code::StaleHandle`], as all calls that take a handle.
    pub fn name(&self, node: NodeId) -> Result<&[u8]> {
        let index = self.check(node)?;
        Ok(self.name_at(index))
    }

    /// The marks.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn marks(&self, node: NodeId) -> Result<Marks> {
        let index = self.check(node)?;
        Ok(self.marks_at(index))
    }

    /// Whether its value must not be shown: it is marked as secret, or a scope around it is.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn is_secret(&self, node: NodeId) -> Result<bool> {
        let mut at = Some(node);
        while let Some(node) = at {
            if self.marks(node)?.contains(Marks::SECRET) {
                return Ok(true);
            }
            at = self.parent(node)?;
        }
        Ok(false)
    }

    /// What it is. Bytes and strings are those in the tree.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn value(&self, node: NodeId) -> Result<Value<'_>> {
        let index = self.check(node)?;
        Ok(self.value_at(index))
    }

    /// The node that it is a child of; `None` for the root.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn parent(&self, node: NodeId) -> Result<Option<NodeId>> {
        let index = self.check(node)?;
        Ok(self.some_id(self.arena.node(index).parent))
    }

    /// The first child, if there is one.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn first_child(&self, node: NodeId) -> Result<Option<NodeId>> {
        let index = self.check(node)?;
        Ok(self.some_id(self.arena.node(index).first))
    }

    /// The sibling after it, if there is one.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn next_sibling(&self, node: NodeId) -> Result<Option<NodeId>> {
        let index = self.check(node)?;
        Ok(self.some_id(self.arena.node(index).next))
    }

    /// The sibling before it, if there is one.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn previous_sibling(&self, node: NodeId) -> Result<Option<NodeId>> {
        let index = self.check(node)?;
        Ok(self.some_id(self.arena.node(index).previous))
    }

    /// The children, in order.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn children(&self, node: NodeId) -> Result<Children<'_, 'm>> {
        let index = self.check(node)?;
        Ok(Children { tree: self, next: self.arena.node(index).first })
    }

    /// The child at `nth` among those of this name; the first is 0.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn child_by_name(&self, node: NodeId, name: &[u8], nth: usize) -> Result<Option<NodeId>> {
        let children = self.children(node)?;
        let Some(number) = self.names.find(&self.arena, name) else { return Ok(None) };
        let mut named = children.filter(|child| self.node(child.index).name == number);
        Ok(named.nth(nth))
    }

    /// The number of a node whose handle is good.
    #[inline]
    pub(super) fn check(&self, node: NodeId) -> Result<u32> {
        let there = self.arena.node(node.index);
        if there.form == Form::Free || there.generation != node.generation {
            return Err(Code::StaleHandle);
        }
        Ok(node.index)
    }

    pub(super) fn id(&self, index: u32) -> NodeId {
        NodeId { index, generation: self.arena.node(index).generation }
    }

    pub(super) fn some_id(&self, index: u32) -> Option<NodeId> {
        match index {
            NONE => None,
            _ => Some(self.id(index)),
        }
    }

    #[inline]
    pub(super) fn node(&self, index: u32) -> Node {
        self.arena.node(index)
    }

    pub(super) fn name_at(&self, index: u32) -> &[u8] {
        self.name_of(&self.arena.node(index))
    }

    pub(super) fn name_of(&self, node: &Node) -> &[u8] {
        names::name(&self.arena, node.name)
    }

    pub(super) fn marks_at(&self, index: u32) -> Marks {
        marks_of(&self.arena.node(index))
    }

    pub(super) fn value_at(&self, index: u32) -> Value<'_> {
        self.value_of(&self.arena.node(index))
    }

    pub(super) fn value_of(&self, node: &Node) -> Value<'_> {
        let [description, ..] = node.words;
        let described = node.form == Form::Struct && node.detail != 0;
        let description = names::name(&self.arena, if described { description } else { 0 });
        Value::unpack(node, self.payload_of(node), description)
    }

    /// The bytes of a node; none of one without.
    #[inline]
    pub(super) fn payload_of(&self, node: &Node) -> &[u8] {
        let [place, length, ..] = node.words;
        if !node.form.has_payload() {
            return &[];
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.arena.at(place).get(..length).unwrap_or_default()
    }

    /// How many elements a list has; anything else has none.
    ///
    /// # Errors
    /// [`Code::StaleHandle`].
    pub fn count(&self, list: NodeId) -> Result<usize> {
        let index = self.check(list)?;
        Ok(self.elements(index))
    }

    /// How many elements a list has.
    pub(super) fn elements(&self, list: u32) -> usize {
        let mut count = 0usize;
        let mut at = self.arena.node(list).first;
        while at != NONE {
            let node = self.arena.node(at);
            count = count.saturating_add(usize::from(node.form == Form::Element));
            at = node.next;
        }
        count
    }

    /// Notes that `needed` bytes are not there.
    #[cold]
    pub(super) fn no_space(&mut self, needed: usize) -> Code {
        let found = told(self.arena.gap());
        self.fault = Fault { expected: told(needed), found, ..Fault::default() };
        Code::NoSpace
    }
}

/// The marks of a node.
pub(super) fn marks_of(node: &Node) -> Marks {
    Marks::from_bits(u32::from(node.marks)).unwrap_or_default()
}

/// The children of a node, in order.
#[derive(Clone, Debug)]
pub struct Children<'t, 'm> {
    tree: &'t Tree<'m>,
    next: u32,
}

impl Iterator for Children<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let child = self.tree.some_id(self.next)?;
        self.next = self.tree.node(self.next).next;
        Some(child)
    }
}
