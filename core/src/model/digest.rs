//! A digest of the values of a tree.

use super::node::{Form, Node};
use super::sha256::Sha256;
use super::tree::{marks_of, NodeId, Tree};
use super::value::{number, Value};
use super::walk::{Step, Walk};
use crate::error::Result;
use crate::io::{told, Kernels, Portable, Width};
use crate::visit::{Extent, Kind, Marks};

/// Bytes of elements that are swapped at once.
const BOUNCE: usize = 256;

/// What counts for a digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DigestOptions {
    /// Leave out items that are marked volatile, with all that is inside.
    pub without_volatile: bool,
}

impl Tree<'_> {
    /// The digest of a node: SHA-256 of its canonical form.
    ///
    /// Two nodes have one digest when everything is equal that their owners visited: names, types,
    /// values, order. Marks do not count, nor the versions that could be read or that can read it; nor
    /// does the layout of the tree, or the wire that it came over.
    ///
    /// # The canonical form
    ///
    /// The items in order, each as below, numbers big-endian. A name, also that of a description, is
    /// one byte of length and its bytes. After the items of a scope comes its end: the byte 0.
    ///
    /// | item | code | then |
    /// |---|---|---|
    /// | root | 1 | its items, end |
    /// | device | 2 | name, instance (u32), version that wrote it (u32), its items, end |
    /// | struct | 3 | name, 0 (u8), its items, end |
    /// | described struct | 3 | name, 1 (u8), name of the description, version (u32), its items, end |
    /// | list | 4 | name, extent (u8: 0 fixed, 1 variable), its elements, end |
    /// | element | 5 | its items, end |
    /// | optional | 6 | name, whether it is there (u8: 0, 1), its items, end |
    /// | subsection | 7 | name, version (u32), its items, end |
    /// | scalar | 16 | name, kind (u8), the bits in the width of the kind; a bool is 0 or 1 |
    /// | array | 17 | name, kind (u8), extent (u8), count of elements (u64), the elements |
    /// | bytes | 18 | name, extent (u8), length (u64), the bytes |
    /// | string | 19 | name, length (u64), the bytes |
    /// | null | 20 | name |
    /// | raw bytes | 21 | length (u64), the bytes |
    ///
    /// Kinds have the numbers of [`Kind`]. Raw items next to each other are one item, which is left out
    /// when it holds no byte.
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::error::Code::StaleHandle).
    pub fn digest(&self, node: NodeId, options: DigestOptions) -> Result<[u8; 32]> {
        let top = self.check(node)?;
        let mut form = Canonical { tree: self, hash: Sha256::new(), options };
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(self) {
            match step {
                Step::Enter(at) if form.is_left_out(at) => walk.skip_inside(),
                Step::Enter(at) => form.item(at, top),
                Step::Leave(_) => form.put(&[0]),
            }
        }
        Ok(form.hash.finish())
    }

    /// Whether raw bytes go on from those of the sibling before them.
    pub(super) fn continues_raw(&self, node: &Node) -> bool {
        node.form == Form::Raw && self.node(node.previous).form == Form::Raw
    }
}

struct Canonical<'t, 'm> {
    tree: &'t Tree<'m>,
    hash: Sha256,
    options: DigestOptions,
}

impl Canonical<'_, '_> {
    fn is_left_out(&self, at: u32) -> bool {
        let marks = marks_of(&self.tree.node(at));
        self.options.without_volatile && marks.contains(Marks::VOLATILE)
    }

    fn item(&mut self, at: u32, top: u32) {
        let node = self.tree.node(at);
        match self.tree.value_of(&node) {
            Value::Root => self.put(&[1]),
            Value::Device { instance, versions, .. } => {
                self.head(2, &node);
                self.put(&instance.to_be_bytes());
                self.put(&versions.current.to_be_bytes());
            }
            Value::Struct(description) => {
                self.head(3, &node);
                self.put(&[u8::from(description.is_some())]);
                if let Some(description) = description {
                    self.name(description.name);
                    self.put(&description.versions.current.to_be_bytes());
                }
            }
            Value::List { extent } => {
                self.head(4, &node);
                self.extent(extent);
            }
            Value::Element => self.put(&[5]),
            Value::Optional { present } => {
                self.head(6, &node);
                self.put(&[u8::from(present)]);
            }
            Value::Subsection { version } => {
                self.head(7, &node);
                self.put(&version.to_be_bytes());
            }
            value => self.leaf(&node, value, at == top),
        }
    }

    fn leaf(&mut self, node: &Node, value: Value<'_>, alone: bool) {
        match value {
            Value::Scalar(kind, bits) => {
                self.head(16, node);
                self.put(&[number(kind)]);
                let bytes = bits.to_be_bytes();
                let unused = bytes.len().saturating_sub(kind.width().bytes());
                self.put(bytes.get(unused..).unwrap_or_default());
            }
            Value::Array(kind, extent, elements) => {
                self.head(17, node);
                self.put(&[number(kind)]);
                self.extent(extent);
                self.length(kind.width().elements_in(elements.len()));
                self.elements(kind, elements);
            }
            Value::Bytes(extent, data) => {
                self.head(18, node);
                self.extent(extent);
                self.length(data.len());
                self.put(data);
            }
            Value::Text(text) => {
                self.head(19, node);
                self.length(text.len());
                self.put(text.as_bytes());
            }
            Value::Raw(bytes) if alone => self.raw(bytes.len(), core::iter::once(bytes)),
            Value::Raw(_) if self.tree.continues_raw(node) => {}
            Value::Raw(_) => self.raw_run(node),
            _ => self.head(20, node),
        }
    }

    /// Raw items from this one on, as one.
    fn raw_run(&mut self, first: &Node) {
        let tree = self.tree;
        let pieces = || RawRun { tree, next: Some(*first) };
        let length = pieces().fold(0usize, |sum, bytes| sum.saturating_add(bytes.len()));
        self.raw(length, pieces());
    }

    fn raw<'b>(&mut self, length: usize, pieces: impl Iterator<Item = &'b [u8]>) {
        if length > 0 {
            self.put(&[21]);
            self.length(length);
            pieces.for_each(|bytes| self.put(bytes));
        }
    }

    fn head(&mut self, code: u8, node: &Node) {
        self.put(&[code]);
        self.name(self.tree.name_of(node));
    }

    fn name(&mut self, name: &[u8]) {
        // No name of a tree is longer.
        self.put(&[u8::try_from(name.len()).unwrap_or(u8::MAX)]);
        self.put(name);
    }

    fn extent(&mut self, extent: Extent) {
        self.put(&[u8::from(extent == Extent::Variable)]);
    }

    fn length(&mut self, length: usize) {
        self.put(&told(length).to_be_bytes());
    }

    fn elements(&mut self, kind: Kind, elements: &[u8]) {
        if kind.width() == Width::One || cfg!(target_endian = "big") {
            return self.put(elements);
        }
        for piece in elements.chunks(BOUNCE) {
            let mut bounce = [0; BOUNCE];
            let swapped = bounce.get_mut(..piece.len()).unwrap_or_default();
            Portable.copy_swapped(kind.width(), swapped, piece);
            self.hash.put(swapped);
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.hash.put(bytes);
    }
}

/// The bytes of raw items next to each other.
#[derive(Clone)]
pub(super) struct RawRun<'t, 'm> {
    pub(super) tree: &'t Tree<'m>,
    pub(super) next: Option<Node>,
}

impl<'t> Iterator for RawRun<'t, '_> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let node = self.next?;
        let after = self.tree.node(node.next);
        self.next = (after.form == Form::Raw).then_some(after);
        Some(self.tree.payload_of(&node))
    }
}
