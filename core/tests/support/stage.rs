//! Machines in both layouts, made of tables.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::compat::Item;
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Versions};

/// Where the devices of a machine are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// At the root.
    Native,
    /// In the records of QEMU's stream.
    Stream,
}

pub const LAYOUTS: [Layout; 2] = [Layout::Native, Layout::Stream];

pub const fn u8(bits: u64) -> Value<'static> {
    Value::Scalar(Kind::U8, bits)
}

pub const fn u32(bits: u64) -> Value<'static> {
    Value::Scalar(Kind::U32, bits)
}

pub const STRUCT: Value<'static> = Value::Struct(None);
pub const LIST: Value<'static> = Value::List { extent: Extent::Fixed };

pub const fn bytes(data: &[u8]) -> Value<'_> {
    Value::Bytes(Extent::Fixed, data)
}

/// A machine that is being made.
pub struct Stage<'m> {
    pub tree: Tree<'m>,
    stream: Option<NodeId>,
    next: u64,
    footers: bool,
}

impl Stage<'static> {
    pub fn new(layout: Layout) -> Self {
        Stage::on(vec![0; 1 << 18].leak(), layout, true)
    }
}

impl<'m> Stage<'m> {
    pub fn on(memory: &'m mut [u8], layout: Layout, footers: bool) -> Self {
        let mut tree = Tree::new(memory).unwrap();
        let root = tree.root();
        let stream = (layout == Layout::Stream).then(|| {
            let stream = insert(&mut tree, root, b"qemu", device(0, 1));
            insert(&mut tree, stream, b"magic", u32(0x5145_564d));
            insert(&mut tree, stream, b"version", u32(3));
            let configuration = insert(&mut tree, stream, b"configuration", STRUCT);
            insert(&mut tree, configuration, b"type", u8(7));
            let machine = Value::Bytes(Extent::Variable, b"pc-7.2");
            insert(&mut tree, configuration, b"machine", machine);
            stream
        });
        Stage { tree, stream, next: 3, footers }
    }

    /// Adds a device with these items, and gives its node.
    pub fn device(&mut self, name: &str, instance: u32, items: &[Item<'_>]) -> NodeId {
        let node = self.bare(name, instance);
        self.fill(node, items);
        node
    }

    /// Adds a device of version 5 without items.
    pub fn bare(&mut self, name: &str, instance: u32) -> NodeId {
        let (root, value) = (self.tree.root(), device(instance, 5));
        let Some(stream) = self.stream else {
            return insert(&mut self.tree, root, name.as_bytes(), value);
        };
        let (id, tree) = (self.next, &mut self.tree);
        self.next += 2;
        let record = insert(tree, stream, b"full", STRUCT);
        insert(tree, record, b"type", u8(4));
        insert(tree, record, b"id", u32(id));
        let device = insert(tree, record, name.as_bytes(), value);
        if self.footers {
            let footer = insert(tree, record, b"footer", STRUCT);
            insert(tree, footer, b"type", u8(0x7e));
            insert(tree, footer, b"id", u32(id));
        }
        device
    }

    /// Adds items to the end of a scope.
    pub fn fill(&mut self, scope: NodeId, items: &[Item<'_>]) {
        let mut open = vec![scope];
        for item in items {
            open.truncate(usize::from(item.depth) + 1);
            let at = At::End(*open.last().unwrap());
            open.push(self.tree.insert(at, item.name, item.marks, item.value).unwrap());
        }
    }

    /// Adds a command.
    pub fn command(&mut self, number: u64, data: &[u8]) {
        let Some(stream) = self.stream else { return };
        let tree = &mut self.tree;
        let command = insert(tree, stream, b"command", STRUCT);
        insert(tree, command, b"type", u8(8));
        insert(tree, command, b"number", Value::Scalar(Kind::U16, number));
        let length = data.len() as u64;
        insert(tree, command, b"length", Value::Scalar(Kind::U16, length));
        insert(tree, command, b"data", bytes(data));
    }

    /// Ends the stream, and gives the tree.
    pub fn done(mut self) -> Tree<'m> {
        if let Some(stream) = self.stream {
            insert(&mut self.tree, stream, b"eof", u8(0));
        }
        self.tree
    }
}

pub fn device(instance: u32, version: u32) -> Value<'static> {
    let versions = Versions { current: version, minimum: 1 };
    Value::Device { instance, versions, oldest_reader: version }
}

pub fn insert(tree: &mut Tree<'_>, scope: NodeId, name: &[u8], value: Value<'_>) -> NodeId {
    tree.insert(At::End(scope), name, Marks::NONE, value).unwrap()
}
