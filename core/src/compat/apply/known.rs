//! What is known of the devices of a tree while steps are applied, so that not all are looked at for each.

use super::order::Cursors;
use super::sections::{number_of, Sections};
use crate::compat::devices::{device_in, holder_of, looked, Head, Holders, Way};
use crate::compat::private::fields;
use crate::compat::private::index::{self, Index, Work};
use crate::compat::Effort;
use crate::error::Result;
use crate::model::{At, NodeId, Tree};

/// The private device that indexes lie in.
const HOME: &str = "migcore.lookup";

/// Searches that go through all devices before there is an index: most runs need no more.
const SCANS: u32 = 4;

/// Items of a scope that are searched one by one.
const FEW: usize = 32;

/// What is known of the devices of a tree. It holds while nothing but steps adds, moves, renames or removes devices.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) sections: Option<Sections>,
    pub(super) cursors: Cursors,
    devices: Lookup,
    numbers: Lookup,
    indexes: Indexes,
    /// The device of which was last found that no other has its name.
    single: Option<NodeId>,
    /// Scopes with many items, and whether all of these have names of their own.
    distinct: [Option<(NodeId, bool)>; 4],
    /// How often a step asked about others.
    asked: u32,
    /// What the patterns of all steps may cost.
    pub(super) effort: Effort,
}

/// Where indexes lie, and how much they may search in vain.
#[derive(Debug)]
struct Indexes {
    home: Option<NodeId>,
    work: Work,
}

impl Indexes {
    fn home(&mut self, tree: &mut Tree<'_>) -> Result<NodeId> {
        let home = match self.home {
            Some(home) => home,
            None => fields::make_device(tree, HOME)?,
        };
        self.home = Some(home);
        Ok(home)
    }

    /// Whether all items of a scope have names of their own.
    fn are_distinct(&mut self, tree: &mut Tree<'_>, scope: NodeId) -> Result<bool> {
        let count = tree.children(scope)?.count();
        looked(count);
        let home = self.home(tree)?;
        let mut index = Index::new(tree, At::End(home), count, &mut self.work)?;
        let (mut distinct, mut at) = (true, tree.first_child(scope)?);
        while let Some(item) = at.filter(|_| distinct) {
            let key = index::key(tree.name(item)?, 0);
            let same = |tree: &Tree<'_>, other: NodeId| tree.name(other) == tree.name(item);
            distinct = index.find(tree, key, &mut self.work, &same)?.is_none();
            index.add(tree, key, item)?;
            at = tree.next_sibling(item)?;
        }
        index.close(tree)?;
        Ok(distinct)
    }
}

/// The node of a device at the root or of a record, and its key.
type Entry = fn(&Tree<'_>, NodeId) -> Result<Option<(NodeId, u32)>>;

/// Finds nodes by their keys.
#[derive(Debug)]
struct Lookup {
    entry: Entry,
    index: Option<Index>,
    scans: u32,
    /// How many more the index takes before it is made anew.
    room: usize,
}

impl Known {
    pub(super) const fn new() -> Self {
        Known {
            sections: None,
            cursors: Cursors::NONE,
            devices: Lookup::new(device_entry),
            numbers: Lookup::new(record_entry),
            indexes: Indexes { home: None, work: Work::new() },
            single: None,
            distinct: [None; 4],
            asked: 0,
            effort: Effort::new(),
        }
    }

    /// Another step begins.
    pub(super) fn begin_step(&mut self) {
        (self.distinct, self.asked) = ([None; 4], 0);
    }

    /// Forgets all, since anything may have changed.
    pub(super) fn forget(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        (self.sections, self.cursors, self.single) = (None, Cursors::NONE, None);
        for lookup in [&mut self.devices, &mut self.numbers] {
            (lookup.index, lookup.scans) = (None, 0);
        }
        self.indexes.home.take().map_or(Ok(()), |home| tree.remove(home))
    }

    /// The first device of this name and instance. It is looked for behind the one that is `near` first.
    pub(super) fn device(
        &mut self,
        tree: &mut Tree<'_>,
        near: Option<NodeId>,
        name: &[u8],
        instance: u32,
    ) -> Result<Option<NodeId>> {
        // Whether there ever was such a name is known at once.
        if !tree.knows_name(name) {
            return Ok(None);
        }
        let is_it = |tree: &Tree<'_>, device: NodeId| is_called(tree, device, name, instance);
        if let Some(near) = near {
            let holder = holder_of(tree, near)?;
            let beside = Holders::beyond(tree, holder, Way::Forth).next(tree);
            let beside = beside.and_then(|holder| device_in(tree, holder));
            if let Some(found) = beside.filter(|device| is_it(tree, *device)) {
                return Ok(Some(found));
            }
        }
        self.devices.find(tree, &mut self.indexes, index::key(name, instance), &is_it)
    }

    /// The device that a text as in paths names, `nic/0`.
    pub(super) fn device_of_text(
        &mut self,
        tree: &mut Tree<'_>,
        near: Option<NodeId>,
        text: &[u8],
    ) -> Result<Option<NodeId>> {
        let Some((name, instance)) = named(text) else { return Ok(None) };
        match near.filter(|near| is_called(tree, *near, name, instance)) {
            Some(near) => Ok(Some(near)),
            None => self.device(tree, near, name, instance),
        }
    }

    /// Whether a record is of the section of this number.
    pub(super) fn is_taken(&mut self, tree: &mut Tree<'_>, number: u64) -> Result<bool> {
        let is_it = |tree: &Tree<'_>, record: NodeId| number_of(tree, record) == Ok(Some(number));
        let found = self.numbers.find(tree, &mut self.indexes, key_of_number(number), &is_it)?;
        Ok(found.is_some())
    }

    /// Whether another device has the name and the instance of this one.
    pub(super) fn has_twin(&mut self, tree: &mut Tree<'_>, device: NodeId) -> Result<bool> {
        if self.single == Some(device) {
            return Ok(false);
        }
        let Some(head) = Head::of(tree, device) else { return Ok(false) };
        let key = index::key(tree.name(device)?, head.instance);
        let is_twin = |tree: &Tree<'_>, other: NodeId| {
            let name = tree.name(device);
            other != device && name.is_ok_and(|name| is_called(tree, other, name, head.instance))
        };
        let twin = self.devices.find(tree, &mut self.indexes, key, &is_twin)?;
        self.single = if twin.is_none() { Some(device) } else { None };
        Ok(twin.is_some())
    }

    /// Whether another item of a scope has the name of this one. It holds for one step, which changes nothing around the
    /// scopes that it is for.
    pub(super) fn has_namesake(
        &mut self,
        tree: &mut Tree<'_>,
        scope: NodeId,
        item: NodeId,
    ) -> Result<bool> {
        let known = self.distinct.iter().flatten().find(|(of, _)| *of == scope);
        let distinct = match known {
            Some((_, distinct)) => *distinct,
            None if tree.children(scope)?.nth(FEW).is_none() => false,
            // An index takes memory, and what asks seldom needs none.
            None if self.asked < SCANS => {
                self.asked = self.asked.saturating_add(1);
                false
            }
            None => {
                let distinct = self.indexes.are_distinct(tree, scope)?;
                let [first, second, third, _] = self.distinct;
                self.distinct = [Some((scope, distinct)), first, second, third];
                distinct
            }
        };
        if distinct {
            return Ok(false);
        }
        #[cfg(test)]
        looked(tree.children(scope)?.count());
        Ok(tree.child_by_name(scope, tree.name(item)?, 1)?.is_some())
    }

    /// A device is there that was not, or has another name.
    pub(super) fn has_device(&mut self, tree: &mut Tree<'_>, device: NodeId) -> Result<()> {
        self.single = None;
        let holder = holder_of(tree, device)?;
        self.devices.add(tree, holder)
    }

    /// A device or its record is there that was not.
    pub(super) fn has_holder(
        &mut self,
        tree: &mut Tree<'_>,
        list: NodeId,
        holder: NodeId,
    ) -> Result<()> {
        self.single = None;
        self.cursors.inserted(tree, list, holder)?;
        self.devices.add(tree, holder)?;
        self.numbers.add(tree, holder)
    }
}

impl Lookup {
    const fn new(entry: Entry) -> Self {
        Lookup { entry, index: None, scans: 0, room: 0 }
    }

    /// The first node with this key that `is` accepts.
    fn find(
        &mut self,
        tree: &mut Tree<'_>,
        indexes: &mut Indexes,
        key: u32,
        is: &dyn Fn(&Tree<'_>, NodeId) -> bool,
    ) -> Result<Option<NodeId>> {
        let index = match self.index {
            Some(index) => index,
            None if self.scans < SCANS => {
                self.scans = self.scans.saturating_add(1);
                return self.scan(tree, is);
            }
            None => self.make(tree, indexes)?,
        };
        let found = index.find(tree, key, &mut indexes.work, is)?;
        Ok(found.map(|entry| entry.element))
    }

    fn scan(
        &self,
        tree: &Tree<'_>,
        is: &dyn Fn(&Tree<'_>, NodeId) -> bool,
    ) -> Result<Option<NodeId>> {
        let mut holders = Holders::new(tree, Way::Forth);
        while let Some(holder) = holders.next(tree) {
            if let Some((node, _)) = (self.entry)(tree, holder)?.filter(|(node, _)| is(tree, *node))
            {
                return Ok(Some(node));
            }
        }
        Ok(None)
    }

    fn make(&mut self, tree: &mut Tree<'_>, indexes: &mut Indexes) -> Result<Index> {
        let home = indexes.home(tree)?;
        let mut holders = Holders::new(tree, Way::Forth);
        let count = core::iter::from_fn(|| holders.next(tree)).count();
        let index = Index::new(tree, At::End(home), count, &mut indexes.work)?;
        let mut holders = Holders::new(tree, Way::Forth);
        while let Some(holder) = holders.next(tree) {
            if let Some((node, key)) = (self.entry)(tree, holder)? {
                index.add(tree, key, node)?;
            }
        }
        // One that has become twice as large would have long ways.
        (self.index, self.room) = (Some(index), count.max(64));
        Ok(index)
    }

    /// Adds the node of a holder to the index, if there is one.
    fn add(&mut self, tree: &mut Tree<'_>, holder: NodeId) -> Result<()> {
        let Some(mut index) = self.index else { return Ok(()) };
        let Some((node, key)) = (self.entry)(tree, holder)? else { return Ok(()) };
        match self.room.checked_sub(1) {
            Some(room) => {
                self.room = room;
                index.add(tree, key, node)
            }
            None => {
                self.index = None;
                index.close(tree)
            }
        }
    }
}

/// Whether a device has this name and instance.
fn is_called(tree: &Tree<'_>, device: NodeId, name: &[u8], instance: u32) -> bool {
    tree.name(device) == Ok(name)
        && Head::of(tree, device).is_some_and(|head| head.instance == instance)
}

fn device_entry(tree: &Tree<'_>, holder: NodeId) -> Result<Option<(NodeId, u32)>> {
    let Some(device) = device_in(tree, holder) else { return Ok(None) };
    let Some(head) = Head::of(tree, device) else { return Ok(None) };
    Ok(Some((device, index::key(tree.name(device)?, head.instance))))
}

fn record_entry(tree: &Tree<'_>, holder: NodeId) -> Result<Option<(NodeId, u32)>> {
    Ok(number_of(tree, holder)?.map(|number| (holder, key_of_number(number))))
}

fn key_of_number(number: u64) -> u32 {
    index::key(&number.to_le_bytes(), 0)
}

/// The name and the instance in a text as in paths.
fn named(text: &[u8]) -> Option<(&[u8], u32)> {
    let slash = text.iter().rposition(|byte| *byte == b'/')?;
    let (name, number) = text.split_at_checked(slash)?;
    let number = core::str::from_utf8(number.strip_prefix(b"/")?).ok()?;
    Some((name, number.parse().ok()?))
}
