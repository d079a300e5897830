//! What was lost, as data in the tree: the private device `migcore.losses` (`docs/format.md`, section 16).
//!
//! Each device that lost something, and the machine, has groups, one for each edge and direction in which something
//! was lost. Who goes the edge the other way gets these things back. Who comes to the version that the edge began with in
//! another way, or goes the edge once more, makes the group stale: the state was there again, and may have
//! changed.

use crate::compat::declare::history::Way;
use crate::compat::declare::version::Version;
use crate::compat::losses::ledger::{Found, Lost, What};
use crate::compat::losses::loss::Loss;
use crate::compat::private::index::{self, Index, Work};
use crate::compat::private::{fields, keyed};
use crate::error::Result;
use crate::io::told;
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// The name of the device.
pub const LOSSES: &str = "migcore.losses";

pub(crate) const MACHINE: &str = "machine";
pub(crate) const DEVICES: &str = "devices";
pub(crate) const EDGES: &str = "edges";
const RUN: &str = "run";
const WAY: &str = "way";
const FROM: &str = "from";
const FROM_TAG: &str = "from_tag";
const TO: &str = "to";
const TO_TAG: &str = "to_tag";
const EDGE: &str = "edge";
const ITEMS: &str = "losses";
const STEP: &str = "step";
const WHAT: &str = "what";
const PATH: &str = "path";
const PLACE: &str = "place";
const BITS: &str = "bits";
const LOST: &str = "lost";

/// One time that an edge was gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passage<'a> {
    pub(crate) from: Version<'a>,
    pub(crate) to: Version<'a>,
    /// Which of the edges with these ends, in the order of the history.
    pub(crate) edge: u32,
    pub(crate) way: Way,
}

impl<'a> Passage<'a> {
    fn of<'t>(tree: &'t Tree<'_>, group: NodeId) -> Passage<'t> {
        let way = match fields::word(tree, group, WAY) {
            0 => Way::Up,
            _ => Way::Down,
        };
        Passage {
            from: fields::version(tree, group, FROM, FROM_TAG),
            to: fields::version(tree, group, TO, TO_TAG),
            edge: fields::word(tree, group, EDGE),
            way,
        }
    }

    /// Whether this leads back what `group` led.
    fn reverts(&self, tree: &Tree<'_>, group: NodeId) -> bool {
        let there = Passage::of(tree, group);
        there.way != self.way && Passage { way: self.way, ..there } == *self
    }

    /// Whether the state is where `group` began, before this or after: then what it lost is not to come back. An edge
    /// without versions says nothing of that.
    fn outdates(&self, tree: &Tree<'_>, group: NodeId) -> bool {
        let (begin, _) = Passage::of(tree, group).ends();
        let (from, to) = self.ends();
        from != to && (begin == from || begin == to)
    }

    /// The ends as they are gone.
    pub(crate) fn ends(&self) -> (Version<'a>, Version<'a>) {
        match self.way {
            Way::Up => (self.from, self.to),
            Way::Down => (self.to, self.from),
        }
    }

    /// Adds a group, and gives the list of its losses.
    pub(crate) fn add(&self, tree: &mut Tree<'_>, groups: NodeId, run: u32) -> Result<NodeId> {
        let group = tree.insert(At::End(groups), b"", Marks::NONE, Value::Element)?;
        fields::put_word(tree, group, RUN, run)?;
        fields::put_word(tree, group, WAY, u32::from(self.way == Way::Down))?;
        fields::put_word(tree, group, FROM, self.from.number)?;
        fields::put_text(tree, group, FROM_TAG, self.from.tag.as_bytes())?;
        fields::put_word(tree, group, TO, self.to.number)?;
        fields::put_text(tree, group, TO_TAG, self.to.tag.as_bytes())?;
        fields::put_word(tree, group, EDGE, self.edge)?;
        fields::make_list(tree, group, ITEMS)
    }
}

/// What a passage does to groups: gives the last one that it leads back, drops those that it makes stale, and says how
/// many losses were in these.
pub(crate) fn enter(
    tree: &mut Tree<'_>,
    groups: Option<NodeId>,
    passage: &Passage<'_>,
    work: &mut Work,
) -> Result<(Option<Back>, u64)> {
    let Some(groups) = groups else { return Ok((None, 0)) };
    let reverted = tree.children(groups)?.filter(|group| passage.reverts(tree, *group)).last();
    let mut dropped = 0u64;
    let mut at = tree.first_child(groups)?;
    while let Some(group) = at {
        at = tree.next_sibling(group)?;
        if Some(group) != reverted && passage.outdates(tree, group) {
            dropped = dropped.saturating_add(count(tree, group)?);
            tree.remove(group)?;
        }
    }
    let back = reverted.map(|group| Back::over(tree, group, work)).transpose()?;
    Ok((back, dropped))
}

/// The losses of a group.
fn count(tree: &Tree<'_>, group: NodeId) -> Result<u64> {
    let items = fields::list(tree, group, ITEMS);
    let count = items.map_or(Ok(0), |items| tree.count(items))?;
    Ok(told(count))
}

/// A group whose losses come back.
#[derive(Debug)]
pub(crate) struct Back {
    group: NodeId,
    index: Index,
}

impl Back {
    fn over(tree: &mut Tree<'_>, group: NodeId, work: &mut Work) -> Result<Back> {
        let items = fields::list(tree, group, ITEMS);
        let index = Index::over(tree, items, work, |tree, loss| {
            let step = fields::word(tree, loss, STEP);
            let what = fields::word(tree, loss, WHAT);
            key_of(step, what, fields::text(tree, loss, PATH))
        })?;
        Ok(Back { group, index })
    }

    /// Takes out what a step lost at a path, or the first device that it lost. The item goes into `used`.
    pub(crate) fn take(
        &mut self,
        tree: &mut Tree<'_>,
        (step, what): (u32, What),
        path: Option<&[u8]>,
        used: NodeId,
        work: &mut Work,
    ) -> Result<Option<Found>> {
        let what = number(what);
        let key = key_of(step, what, path.unwrap_or_default());
        let found = self.index.find(tree, key, work, &|tree, loss| {
            path.is_none_or(|path| fields::text(tree, loss, PATH) == path)
                && fields::word(tree, loss, STEP) == step
                && fields::word(tree, loss, WHAT) == what
        })?;
        let Some(entry) = found else { return Ok(None) };
        let loss = entry.element;
        let node = lost_item(tree, loss)?;
        if let Some(node) = node {
            tree.move_to(node, At::End(used))?;
        }
        let at = fields::word(tree, loss, PLACE);
        let bits = fields::number(tree, loss, BITS);
        self.index.remove(tree, entry)?;
        Ok(Some(Found { node, at, bits }))
    }

    /// The end: what is left did not find its place. Says how many.
    pub(crate) fn close(self, tree: &mut Tree<'_>) -> Result<u64> {
        let left = count(tree, self.group)?;
        tree.remove(self.group)?;
        Ok(left)
    }
}

/// The key of what a step lost at a path. Devices have one key, since they are asked for in their order as well.
fn key_of(step: u32, what: u32, path: &[u8]) -> u32 {
    let path = if what == number(What::Record) { &[] } else { path };
    index::key(path, step.wrapping_shl(4) | what & 15)
}

#[allow(clippy::as_conversions, reason = "the discriminant is the number")]
fn number(what: What) -> u32 {
    what as u32
}

/// Adds a loss to those of a group, and gives the copy of its item.
pub(crate) fn record(
    tree: &mut Tree<'_>,
    items: NodeId,
    step: u32,
    lost: &Lost<'_>,
    secret: bool,
) -> Result<Option<NodeId>> {
    let loss = tree.insert(At::End(items), b"", Marks::NONE, Value::Element)?;
    fields::put_text(tree, loss, PATH, lost.trail.below())?;
    fields::put_word(tree, loss, STEP, step)?;
    fields::put_word(tree, loss, WHAT, number(lost.what))?;
    fields::put_word(tree, loss, PLACE, lost.at)?;
    let marks = if secret { Marks::SECRET } else { Marks::NONE };
    if lost.bits != 0 {
        let bits = Value::Scalar(Kind::U64, lost.bits);
        tree.insert(At::End(loss), BITS.as_bytes(), marks, bits)?;
    }
    let kept = matches!(lost.what, What::Value | What::Item | What::Record);
    let Some(node) = lost.node.filter(|_| kept) else { return Ok(None) };
    let around = tree.insert(At::End(loss), LOST.as_bytes(), marks, Value::Struct(None))?;
    tree.copy_within(node, At::End(around)).map(Some)
}

/// The copy of what was lost.
fn lost_item(tree: &Tree<'_>, loss: NodeId) -> Result<Option<NodeId>> {
    match tree.child_by_name(loss, LOST.as_bytes(), 0)? {
        Some(around) => tree.first_child(around),
        None => Ok(None),
    }
}

/// The number of the next run.
pub(crate) fn next_run(tree: &mut Tree<'_>, store: NodeId) -> Result<u32> {
    let run = fields::word(tree, store, RUN).wrapping_add(1);
    fields::set(tree, store, RUN, Value::Scalar(Kind::U32, u64::from(run)))?;
    Ok(run)
}

/// Gives all losses that a tree has to `each`, those of the machine first.
///
/// # Errors
/// [`Code::TooNew`](crate::error::Code::TooNew) if only newer programs can read them.
pub fn each_loss(tree: &Tree<'_>, each: &mut dyn FnMut(&Loss<'_>)) -> Result<()> {
    losses_of(tree, None, each)
}

/// The losses of one run, or of all.
pub(crate) fn losses_of(
    tree: &Tree<'_>,
    run: Option<u32>,
    each: &mut dyn FnMut(&Loss<'_>),
) -> Result<()> {
    let Some(store) = fields::device(tree, LOSSES)? else { return Ok(()) };
    if let Some(groups) = fields::list(tree, store, MACHINE) {
        losses_in(tree, groups, run, (b"", 0), each)?;
    }
    let Some(devices) = fields::list(tree, store, DEVICES) else { return Ok(()) };
    for entry in tree.children(devices)? {
        let instance = fields::word(tree, entry, keyed::INSTANCE);
        let device = (fields::text(tree, entry, keyed::DEVICE), instance);
        if let Some(groups) = fields::list(tree, entry, EDGES) {
            losses_in(tree, groups, run, device, each)?;
        }
    }
    Ok(())
}

fn losses_in(
    tree: &Tree<'_>,
    groups: NodeId,
    run: Option<u32>,
    device: (&[u8], u32),
    each: &mut dyn FnMut(&Loss<'_>),
) -> Result<()> {
    for group in tree.children(groups)? {
        if run.is_some_and(|run| run != fields::word(tree, group, RUN)) {
            continue;
        }
        let Some(items) = fields::list(tree, group, ITEMS) else { continue };
        let (from, to) = Passage::of(tree, group).ends();
        for item in tree.children(items)? {
            let Some(what) = what(fields::word(tree, item, WHAT)) else { continue };
            let marks = [LOST, BITS].map(|name| tree.child_by_name(item, name.as_bytes(), 0));
            let secret =
                marks.into_iter().flatten().flatten().any(|around| {
                    tree.marks(around).is_ok_and(|marks| marks.contains(Marks::SECRET))
                });
            each(&Loss {
                device: device.0,
                instance: device.1,
                from,
                to,
                step: fields::word(tree, item, STEP),
                path: fields::text(tree, item, PATH),
                what,
                node: lost_item(tree, item)?,
                bits: fields::number(tree, item, BITS),
                secret,
                allowed: true,
            });
        }
    }
    Ok(())
}

fn what(found: u32) -> Option<What> {
    What::ALL.into_iter().find(|what| number(*what) == found)
}
