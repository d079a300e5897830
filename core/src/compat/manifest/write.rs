//! A manifest is put together.

use super::read::device_of;
use super::{About, Accepts, Known, NAME, VERSION};
use crate::compat::declare::history::each_once;
use crate::compat::{History, Of, Pattern, Route, Version};
use crate::error::{Code, Result};
use crate::model::{At, Builder, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks, Track, Versions, Visitor};
use crate::vmstate::{save_shape, Table};

/// Puts a manifest together at the end of a tree.
///
/// A device is first saved into the tree as any device is, and then given to [`device`](Writer::device), which moves
/// it into the manifest and makes its values 0. To say more of a shape, set the marks of its items (see the
/// [module](super)). That each device is there once, who reads the manifest checks.
#[derive(Debug)]
pub struct Writer<'t, 'm> {
    tree: &'t mut Tree<'m>,
    manifest: NodeId,
    capabilities: NodeId,
    devices: NodeId,
    routes: NodeId,
    last: Option<NodeId>,
}

impl<'t, 'm> Writer<'t, 'm> {
    /// Begins a manifest.
    ///
    /// # Errors
    /// [`Code::Occupied`] for a tree that has one; [`Code::NoSpace`], with the tree as it was; [`Code::InvalidArgument`]
    /// for a text that holds a NUL.
    pub fn begin(tree: &'t mut Tree<'m>, about: &About<'_>) -> Result<Self> {
        let (root, versions) = (tree.root(), Versions::only(VERSION));
        if tree.child_by_name(root, NAME.as_bytes(), 0)?.is_some() {
            return Err(Code::Occupied);
        }
        let device = Value::Device { instance: 0, versions, oldest_reader: VERSION };
        let manifest = tree.insert(At::End(root), NAME.as_bytes(), Marks::ANCILLARY, device)?;
        match put_about(tree, manifest, about) {
            Ok([capabilities, devices, routes]) => {
                Ok(Writer { tree, manifest, capabilities, devices, routes, last: None })
            }
            Err(code) => {
                tree.remove(manifest)?;
                Err(code)
            }
        }
    }

    /// Goes on with a manifest that was begun.
    ///
    /// # Errors
    /// [`Code::StaleHandle`]; [`Code::InvalidArgument`] for what is none.
    pub fn resume(tree: &'t mut Tree<'m>, manifest: NodeId) -> Result<Self> {
        let list = |name: &str| {
            let found = tree.child_by_name(manifest, name.as_bytes(), 0)?;
            found.ok_or(Code::InvalidArgument)
        };
        let [capabilities, devices, routes] =
            [list("capabilities")?, list("devices")?, list("routes")?];
        let last = tree.last_child(devices)?;
        Ok(Writer { tree, manifest, capabilities, devices, routes, last })
    }

    /// Says that the receiver has a capability.
    ///
    /// # Errors
    /// [`Code::NoSpace`]; [`Code::InvalidArgument`] for a name that is empty or holds a NUL.
    pub fn capability(&mut self, name: &str) -> Result<()> {
        if name.is_empty() {
            return Err(Code::InvalidArgument);
        }
        let element = self.element(self.capabilities)?;
        self.or_remove(element, |writer| put(writer.tree, element, "name", Value::Text(name)))
    }

    /// Takes a device that was saved into the tree: it is the newest version that is accepted, and its items are the
    /// shape of that. Gives the handle of the shape, which is the same node.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for what is no device, and for an oldest version that is newer than the newest;
    /// [`Code::Occupied`] for one that is not at the root, as one that was taken already; [`Code::StaleHandle`];
    /// [`Code::TooDeep`] for a state that is too deep to stand in a manifest; [`Code::NoSpace`]. Then the device stays
    /// where it was.
    pub fn device(&mut self, device: NodeId, accepts: &Accepts<'_>) -> Result<NodeId> {
        check_oldest(self.tree, device, accepts.oldest)?;
        if self.tree.parent(device)? != Some(self.tree.root()) {
            return Err(Code::Occupied);
        }
        let element = self.element(self.devices)?;
        self.or_remove(element, |writer| {
            put_accepts(writer.tree, element, accepts)?;
            writer.shape(element, device, accepts.known)
        })?;
        self.last = Some(element);
        Ok(device)
    }

    /// Takes a device that a table describes, of which there is no instance: its shape is what
    /// [`save_shape`](crate::vmstate::save_shape) tells, and so is how much is known of it. The oldest version is the
    /// table's.
    ///
    /// # Errors
    /// Those of [`save_shape`](crate::vmstate::save_shape); [`Code::InvalidArgument`] as for [`device`](Writer::device);
    /// [`Code::NoSpace`].
    pub fn table<T: Table>(
        &mut self,
        table: T,
        instance: u32,
        accepts: &Accepts<'_>,
    ) -> Result<NodeId> {
        let element = self.element(self.devices)?;
        let mut made = None;
        self.or_remove(element, |writer| {
            let (mut builder, mut track) = (Builder::inside(writer.tree, element)?, Track::new());
            let mut v = Visitor::saving(&mut builder, &mut track);
            let complete = save_shape(table, instance, &mut v)?;
            let known = if complete { Known::All } else { Known::Sample };
            let oldest = table.head().minimum_old.unwrap_or(table.head().minimum);
            let device = writer.tree.first_child(element)?.ok_or(Code::Missing)?;
            check_oldest(writer.tree, device, oldest)?;
            made = Some(device);
            put_accepts(writer.tree, element, &Accepts { known, oldest, ..*accepts })
        })?;
        self.last = Some(element);
        made.ok_or(Code::Missing)
    }

    /// Takes the same device at an older version: its items are the shape of that version.
    ///
    /// # Errors
    /// As [`device`](Writer::device), also for another device, and for a version of which there is a shape already;
    /// [`Code::Unbalanced`] when no device was taken before.
    pub fn older(&mut self, device: NodeId) -> Result<NodeId> {
        let element = self.last.ok_or(Code::Unbalanced)?;
        let Value::Device { instance, versions, .. } = self.tree.value(device)? else {
            return Err(Code::InvalidArgument);
        };
        let (newest, same) = device_of(self.tree, element).ok_or(Code::InvalidArgument)?;
        if instance != same || self.tree.name(device)? != self.tree.name(newest)? {
            return Err(Code::InvalidArgument);
        }
        let is_it = |shape| match self.tree.value(shape) {
            Ok(Value::Device { versions: there, .. }) => there.current == versions.current,
            _ => false,
        };
        if self.tree.children(element)?.any(is_it) {
            return Err(Code::Occupied);
        }
        self.shape(element, device, Known::All)?;
        Ok(device)
    }

    /// Says that the receiver has a route: for the devices whose names have this pattern, or for the whole machine
    /// where it is empty.
    ///
    /// # Errors
    /// As [`capability`](Writer::capability), and those of [`Pattern::new`].
    pub fn route(&mut self, of: &str, from: Version<'_>, to: Version<'_>) -> Result<()> {
        Pattern::new(of)?;
        let element = self.element(self.routes)?;
        self.or_remove(element, |writer| {
            put(writer.tree, element, "of", Value::Text(of))?;
            put_version(writer.tree, element, ["from", "from_tag"], from)?;
            put_version(writer.tree, element, ["to", "to_tag"], to)
        })
    }

    /// Says that the receiver has the routes of histories: to the version that the program speaks, from each other one
    /// that a history knows and that a route leads on from.
    ///
    /// # Errors
    /// As [`route`](Writer::route); [`Code::TooMany`] for a history of too many versions. Some routes may be in the
    /// manifest then.
    pub fn histories(&mut self, histories: &[History<'_>]) -> Result<()> {
        for history in histories {
            let of = match history.of {
                Of::Machine => "",
                // That is a pattern of no device.
                Of::Devices("") => continue,
                Of::Devices(names) => names,
            };
            let ends = history.edges.iter().flat_map(|edge| [edge.from, edge.to]);
            for from in each_once(ends).filter(|from| *from != history.newest) {
                if Route::leads(history.edges, from, history.newest)? {
                    self.route(of, from, history.newest)?;
                }
            }
        }
        Ok(())
    }

    /// The device that the manifest is.
    #[must_use]
    pub fn manifest(&self) -> NodeId {
        self.manifest
    }

    /// The tree, for the marks of shapes.
    pub fn tree(&mut self) -> &mut Tree<'m> {
        self.tree
    }

    fn element(&mut self, list: NodeId) -> Result<NodeId> {
        self.tree.insert(At::End(list), b"", Marks::NONE, Value::Element)
    }

    fn or_remove(
        &mut self,
        element: NodeId,
        fill: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let done = fill(self);
        if done.is_err() {
            self.tree.remove(element)?;
        }
        done
    }

    fn shape(&mut self, element: NodeId, device: NodeId, known: Known) -> Result<()> {
        self.tree.move_to(device, At::End(element))?;
        if known == Known::Nothing {
            while let Some(child) = self.tree.first_child(device)? {
                self.tree.remove(child)?;
            }
        }
        self.tree.blank(device)
    }
}

/// Checks that the versions of a device are in order.
fn check_oldest(tree: &Tree<'_>, device: NodeId, oldest: u32) -> Result<()> {
    match tree.value(device)? {
        Value::Device { versions, .. } if oldest <= versions.current => Ok(()),
        _ => Err(Code::InvalidArgument),
    }
}

fn put_about(tree: &mut Tree<'_>, manifest: NodeId, about: &About<'_>) -> Result<[NodeId; 3]> {
    put(tree, manifest, "writer", Value::Text(about.writer))?;
    put(tree, manifest, "machine", Value::Text(about.machine))?;
    put_version(tree, manifest, ["version", "tag"], about.version)?;
    put(tree, manifest, "wire", Value::Scalar(Kind::U8, about.wire.number().into()))?;
    let mut list = |name: &str| {
        let value = Value::List { extent: Extent::Variable };
        tree.insert(At::End(manifest), name.as_bytes(), Marks::NONE, value)
    };
    Ok([list("capabilities")?, list("devices")?, list("routes")?])
}

fn put_accepts(tree: &mut Tree<'_>, element: NodeId, accepts: &Accepts<'_>) -> Result<()> {
    put(tree, element, "oldest", Value::Scalar(Kind::U32, accepts.oldest.into()))?;
    put(tree, element, "tag", Value::Text(accepts.tag))?;
    put(tree, element, "optional", Value::Scalar(Kind::Bool, accepts.optional.into()))?;
    put(tree, element, "known", Value::Scalar(Kind::U8, accepts.known.number().into()))?;
    put(tree, element, "blob", Value::Scalar(Kind::Bool, accepts.blob.into()))
}

fn put_version(
    tree: &mut Tree<'_>,
    parent: NodeId,
    [number, tag]: [&str; 2],
    version: Version<'_>,
) -> Result<()> {
    put(tree, parent, number, Value::Scalar(Kind::U32, version.number.into()))?;
    put(tree, parent, tag, Value::Text(version.tag))
}

fn put(tree: &mut Tree<'_>, parent: NodeId, name: &str, value: Value<'_>) -> Result<()> {
    tree.insert(At::End(parent), name.as_bytes(), Marks::NONE, value).map(|_| ())
}
