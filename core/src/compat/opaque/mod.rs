//! Fields that QEMU's description shows as bytes, opened into named items and closed again.
//!
//! A virtio device is one field to that description: features, queues and all. A [`Schema`] knows what is inside.
//! [`find`] tells which schema is for a field, [`open`] makes a struct of the buffer, whose items can then be changed as
//! any other's, and [`close`] makes the buffer of it again.
//!
//! # Contract
//!
//! What is opened is understood to its last byte, in one way only, and closes to the same bytes: that is tried
//! before the buffer goes. Everything else stays opaque, and a [`Misfit`] says why. What is closed is read once more
//! as it will be read by the machine that loads it; items that the schema would not have found so are refused.
//! Bytes whose inside only the program knows that wrote them, such as the memory of a request, stay opaque inside
//! of what is opened.
//!
//! Both calls need room in the tree for what they make, before what was there goes; a call that fails changes nothing
//! that can be read. Cost: linear in the bytes of the field; nothing recurses deeper than the schema.
//!
//! The items are so named and typed that they are the bytes on QEMU's wire one after the other. Tables with an entry
//! for each of 1024 possible queues are a list of the queues that are there, and a buffer for the rest.
//!
//! # Features
//!
//! The feature bits of virtio devices have the names of the specification: [`Schema::feature`].

mod devices;
mod features;
mod misfit;
mod pack;
mod take;
mod transport;
mod virtio;
mod walk;
mod way;

pub use misfit::{Misfit, Why};

use core::fmt;

use crate::compat::Opens;
use crate::error::{Code, Result, MAX_NAME};
use crate::io::copy;
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Description, Extent, Marks, Versions};

use features::Features;
use take::{Build, Check, Compare, Take};
use walk::{Fit, Walk};
use way::Way;

/// What the description of an opened field is named before the name of its schema.
const PREFIX: &str = "opaque:";

/// What is inside of a field that QEMU does not describe.
pub struct Schema {
    /// The name of the description of the struct that it is opened to, after `opaque:`.
    name: &'static str,
    /// Which devices have the field, by the end of their names.
    device: &'static str,
    field: &'static str,
    inside: fn(&mut Walk<'_>) -> Fit,
    features: Features,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Schema {
    /// The version of what opened fields look like.
    const VERSION: u32 = 1;

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name.strip_prefix(PREFIX).unwrap_or(self.name)
    }

    /// The number of a feature bit by its name, such as 40 of `VIRTIO_F_RING_RESET`.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<u32> {
        features::number(self.features, name)
    }

    /// The name of a feature bit.
    #[must_use]
    pub fn feature_name(&self, number: u32) -> Option<&'static str> {
        features::name(self.features, number)
    }

    /// Whether these bytes can be opened.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, payload: &[u8]) -> core::result::Result<(), Misfit> {
        self.way(payload).map(|_| ())
    }
}

/// The schema of a field of a device. What stands before the last `/` of the device's name is where it is plugged
/// in.
#[must_use]
pub fn find(device: &[u8], field: &[u8]) -> Option<&'static Schema> {
    let device = device.rsplit(|byte| *byte == b'/').next().unwrap_or(device);
    let is =
        |schema: &&Schema| schema.device.as_bytes() == device && schema.field.as_bytes() == field;
    devices::ALL.iter().find(is)
}

/// The schema of this [name](Schema::name).
#[must_use]
pub fn named(name: &[u8]) -> Option<&'static Schema> {
    devices::ALL.iter().find(|schema| schema.name().as_bytes() == name)
}

/// The schema that an item was opened by, if it was.
///
/// # Errors
/// [`Code::StaleHandle`].
pub fn is_open(tree: &Tree<'_>, node: NodeId) -> Result<Option<&'static Schema>> {
    Ok(match tree.value(node)? {
        Value::Struct(Some(description)) => {
            description.name.strip_prefix(PREFIX.as_bytes()).and_then(named)
        }
        _ => None,
    })
}

/// Opens a buffer that is marked opaque: under its name and handle there is a struct then, whose items are what is
/// inside.
///
/// # Errors
/// Why it stays opaque; as a [`Code`], that of the call on the tree that failed, [`Code::WrongType`] for what is no
/// such buffer, [`Code::BadValue`] for bytes that the schema does not fit.
pub fn open(
    tree: &mut Tree<'_>,
    node: NodeId,
    schema: &Schema,
) -> core::result::Result<(), Misfit> {
    let marks = tree.marks(node).map_err(Misfit::failed)?;
    let way = match tree.value(node).map_err(Misfit::failed)? {
        Value::Bytes(Extent::Fixed, payload) if marks.contains(Marks::OPAQUE) => {
            schema.way(payload)?
        }
        _ => return Err(Misfit::not_opaque()),
    };
    let description =
        Description { name: schema.name.as_bytes(), versions: Versions::only(Schema::VERSION) };
    let value = Value::Struct(Some(description));
    let opened = beside(tree, node, |tree, at, name| {
        tree.insert(at, name, marks.without(Marks::OPAQUE), value)
    });
    let opened = opened.map_err(Misfit::failed)?;
    let mut build = Build { tree, buffer: node, open: opened };
    let built = schema.walk(&mut build, &mut way.again());
    let built = built.and_then(|()| same_bytes(tree, opened, node));
    settle(tree, built, node, opened)
}

/// Closes what was opened: under its name and handle there is the buffer then that the items are on QEMU's wire.
///
/// # Errors
/// Why it stays open, with the place in the bytes that it would be; as a [`Code`], that of the call on the tree that
/// failed, [`Code::WrongType`] for what was not opened, [`Code::BadValue`] for items that are not as the schema would
/// find them.
pub fn close(tree: &mut Tree<'_>, node: NodeId) -> core::result::Result<(), Misfit> {
    let schema = is_open(tree, node).map_err(Misfit::failed)?.ok_or(Misfit::not_opaque())?;
    let closed = packed(tree, node).map_err(Misfit::failed)?;
    let fits = schema.fits(tree, closed, node);
    settle(tree, fits, node, closed)
}

/// An item becomes the new one if that is right; else that goes.
fn settle(
    tree: &mut Tree<'_>,
    right: core::result::Result<(), Misfit>,
    item: NodeId,
    new: NodeId,
) -> core::result::Result<(), Misfit> {
    let done = right.and_then(|()| tree.take_over(item, new).map_err(Misfit::failed));
    if done.is_err() {
        tree.remove(new).map_err(Misfit::failed)?;
    }
    done
}

/// Puts something behind an item that has its name.
fn beside<'m>(
    tree: &mut Tree<'m>,
    node: NodeId,
    put: impl FnOnce(&mut Tree<'m>, At, &[u8]) -> Result<NodeId>,
) -> Result<NodeId> {
    let mut room = [0; MAX_NAME];
    let length = copy(&mut room, tree.name(node)?);
    put(tree, At::After(node), room.get(..length).unwrap_or_default())
}

/// Puts the buffer that the items of a struct are behind it.
fn packed(tree: &mut Tree<'_>, node: NodeId) -> Result<NodeId> {
    let length = pack::packed_length(tree, node)?;
    let mut gathered = tree.gather(length)?;
    pack::pack(tree, node, &mut |tree, piece| {
        tree.put(&mut gathered, piece);
        Ok(())
    })?;
    let marks = tree.marks(node)? | Marks::OPAQUE;
    beside(tree, node, |tree, at, name| tree.insert_gathered(at, name, marks, &gathered))
}

/// Whether the items of a struct are the bytes of a buffer.
fn same_bytes(
    tree: &mut Tree<'_>,
    opened: NodeId,
    buffer: NodeId,
) -> core::result::Result<(), Misfit> {
    let mut at = 0usize;
    let compared = pack::pack(tree, opened, &mut |tree, piece| {
        let end = at.saturating_add(piece.len());
        match tree.value(buffer)? {
            Value::Bytes(_, bytes) if bytes.get(at..end) == Some(piece) => {
                at = end;
                Ok(())
            }
            _ => Err(Code::BadValue),
        }
    });
    let why = Misfit { why: Why::Differs, code: Code::BadValue, offset: at, field: "" };
    compared.map_err(|_| why)
}

/// Opens each field by the schema that there is for it: for steps over devices of several kinds.
#[derive(Clone, Copy, Debug)]
pub struct Known;

impl Opens for Known {
    /// [`Code::Unsupported`] for a field without a schema.
    fn open(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        let mut device = node;
        while !matches!(tree.value(device)?, Value::Device { .. }) {
            device = tree.parent(device)?.ok_or(Code::Unsupported)?;
        }
        let schema = find(tree.name(device)?, tree.name(node)?).ok_or(Code::Unsupported)?;
        Ok(open(tree, node, schema)?)
    }

    fn close(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        Ok(close(tree, node)?)
    }
}

impl Opens for Schema {
    fn open(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        Ok(open(tree, node, self)?)
    }

    fn close(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        Ok(close(tree, node)?)
    }
}

impl Schema {
    /// The one way in which the schema fits these bytes; else where the one ended that went farthest.
    fn way(&self, payload: &[u8]) -> core::result::Result<Way, Misfit> {
        let (mut found, mut misfit) = (None, None);
        let mut next = Some(Way::default());
        while let Some(mut way) = next {
            match (self.walk(&mut Check(payload), &mut way), found) {
                (Ok(()), None) => found = Some(way),
                (Ok(()), Some(_)) => return Err(Misfit::ambiguous()),
                (Err(new), _) => misfit = farther(misfit, new),
            }
            next = way.next();
        }
        found.ok_or_else(|| misfit.unwrap_or_else(Misfit::ambiguous))
    }

    /// Whether there is a way in which the schema finds the items of a struct in these bytes.
    fn fits(
        &self,
        tree: &Tree<'_>,
        buffer: NodeId,
        opened: NodeId,
    ) -> core::result::Result<(), Misfit> {
        let mut misfit = None;
        let mut next = Some(Way::default());
        while let Some(mut way) = next {
            let mut compare = Compare::new(tree, buffer, opened).map_err(Misfit::failed)?;
            match self.walk(&mut compare, &mut way) {
                Ok(()) if compare.is_complete() => return Ok(()),
                Ok(()) => {}
                Err(new) => misfit = farther(misfit, new),
            }
            next = way.next();
        }
        Err(misfit.map_or_else(Misfit::not_opaque, |misfit| Misfit { why: Why::Differs, ..misfit }))
    }

    fn walk(&self, take: &mut dyn Take, way: &mut Way) -> core::result::Result<(), Misfit> {
        let mut walk = Walk::new(take, way);
        let done = (self.inside)(&mut walk).and_then(|()| walk.finish());
        done.map_err(|stop| stop.at(walk.place()))
    }
}

/// Of two misfits the one that is farther on.
fn farther(old: Option<Misfit>, new: Misfit) -> Option<Misfit> {
    match old {
        Some(old) if old.offset >= new.offset => Some(old),
        _ => Some(new),
    }
}
