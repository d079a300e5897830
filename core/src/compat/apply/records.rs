//! Devices that come and go: at the root, or in the records of QEMU's stream.

use super::{Loss, Work};
use crate::compat::devices::{
    device_in, find, holder_of, is_private, is_section, stream, Devices, Head, Holders, Way,
};
use crate::compat::{item, After, DeviceName, Item, NewDevice, On, What};
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// What a section of a whole device begins with in QEMU's stream.
const FULL: u64 = 4;
/// What a footer begins with.
const FOOTER: u64 = 0x7e;

/// What the sections of a stream have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections {
    /// A number that none has, as all greater ones.
    next: u64,
    /// Whether they have footers.
    footers: bool,
}

/// What a node is among those that devices stand between.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The start of a stream.
    Head,
    /// A device, a record, or anything else that has a place.
    Body,
    /// The end of a stream.
    Tail,
    /// The library's own.
    Private,
}

impl Work<'_, '_> {
    pub(super) fn add_devices(
        &mut self,
        new: &NewDevice<'_>,
        items: Option<&[Item<'_>]>,
    ) -> Result<u32> {
        self.check_whole(new, items)?;
        if new.name.has_star() {
            return self.all_devices_back(&new.name);
        }
        let (name, instance) = (new.name.name.as_bytes(), new.name.instance.unwrap_or(0));
        self.enter_name(name, instance)?;
        self.check_free_device(name, instance)?;
        if self.found(What::Absence)?.is_some() {
            return Ok(0);
        }
        let device = match (self.device_back(name, instance)?, items) {
            (Some(device), _) => device,
            (None, None) => return Ok(0),
            (None, Some(items)) => {
                let device = self.make_device(new, name, instance, None)?;
                item::put(self.tree, At::End(device), items)?;
                device
            }
        };
        self.ledger.after(self.tree, device);
        Ok(1)
    }

    pub(super) fn drop_devices(
        &mut self,
        new: &NewDevice<'_>,
        items: Option<&[Item<'_>]>,
    ) -> Result<u32> {
        self.check_whole(new, items)?;
        if new.name.has_star() {
            return self.drop_all(&new.name, items.is_some());
        }
        let (name, instance) = (new.name.name.as_bytes(), new.name.instance.unwrap_or(0));
        self.enter_name(name, instance)?;
        let Some(device) = find(self.tree, None, name, instance) else {
            // Without a default nothing would come back either.
            if items.is_some() {
                self.lose(&Loss::of(What::Absence))?;
            }
            return Ok(0);
        };
        self.ledger.before(self.tree, device);
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        let known = match items {
            Some(items) => item::is_inside(self.tree, device, items, 0)?,
            None => false,
        };
        match known && head.versions.current == new.versions.current {
            true => self.retire(device, new, None)?,
            false => self.lose_record(device, items.is_some())?,
        }
        Ok(1)
    }

    /// Drops all devices of these names.
    fn drop_all(&mut self, names: &DeviceName<'_>, known: bool) -> Result<u32> {
        let list = stream(self.tree).unwrap_or(self.tree.root());
        self.check_all_listed(names, list)?;
        // Places are told as they were before anything was dropped: they come back in this order.
        let (mut at, mut touched) = (0u32, 0u32);
        let mut next = self.tree.first_child(list)?;
        while let Some(holder) = next {
            next = self.tree.next_sibling(holder)?;
            if part(self.tree, list, holder)? != Part::Body {
                continue;
            }
            let device = device_in(self.tree, holder);
            let dropped = match device {
                Some(device) => self.run_of(names, device)?.map(|_| device),
                None => None,
            };
            if let Some(device) = dropped {
                self.enter_device(device)?;
                self.ledger.before(self.tree, device);
                self.lose(&Loss { node: Some(holder), at, known, ..Loss::of(What::Record) })?;
                self.tree.remove(holder)?;
                touched = touched.saturating_add(1);
            }
            at = at.saturating_add(1);
        }
        Ok(touched)
    }

    /// Checks that no device of these names stands elsewhere, as in a package of QEMU's.
    fn check_all_listed(&mut self, names: &DeviceName<'_>, list: NodeId) -> Result<()> {
        let mut devices = Devices::new(self.tree);
        while let Some(device) = devices.next(self.tree) {
            let listed = self.tree.parent(holder_of(self.tree, device)?)? == Some(list);
            if !listed && self.run_of(names, device)?.is_some() {
                self.enter_device(device)?;
                return Err(Code::Unsupported);
            }
        }
        Ok(())
    }

    /// Puts all devices back that this step dropped.
    fn all_devices_back(&mut self, names: &DeviceName<'_>) -> Result<u32> {
        self.check_no_device(names)?;
        let list = stream(self.tree).unwrap_or(self.tree.root());
        let mut touched = 0u32;
        let mut last = None;
        while let Some(found) = self.ledger.found(self.tree, What::Record, None)? {
            let Some(copy) = found.node else { continue };
            let device = device_in(self.tree, copy).ok_or(Code::InvalidArgument)?;
            self.enter_device(device)?;
            if self.run_of(names, device)?.is_none() {
                return Err(Code::InvalidArgument);
            }
            let at = match last {
                Some(last) => device_behind(self.tree, list, last, found.at)?,
                None => device_at(self.tree, list, found.at)?,
            };
            self.settle(list, copy, device, at)?;
            last = Some((holder_of(self.tree, device)?, found.at));
            self.ledger.after(self.tree, device);
            touched = touched.saturating_add(1);
        }
        Ok(touched)
    }

    /// Checks a step that is for the whole machine.
    fn check_whole(&self, new: &NewDevice<'_>, items: Option<&[Item<'_>]>) -> Result<()> {
        new.name.check()?;
        let name = new.name.name.as_bytes();
        match self.on != On::Machine || name.is_empty() || is_private(name) {
            true => Err(Code::InvalidArgument),
            false => item::check(items.unwrap_or_default()),
        }
    }

    /// Checks that there is no device of these names.
    fn check_no_device(&mut self, names: &DeviceName<'_>) -> Result<()> {
        let mut devices = Devices::new(self.tree);
        while let Some(device) = devices.next(self.tree) {
            if self.run_of(names, device)?.is_some() {
                self.enter_device(device)?;
                return Err(Code::Occupied);
            }
        }
        Ok(())
    }

    fn check_free_device(&self, name: &[u8], instance: u32) -> Result<()> {
        match find(self.tree, None, name, instance) {
            None => Ok(()),
            Some(_) => Err(Code::Occupied),
        }
    }

    /// Puts the device back that was lost where the trail leads to.
    pub(super) fn device_back(&mut self, name: &[u8], instance: u32) -> Result<Option<NodeId>> {
        let Some(found) = self.found(What::Record)? else { return Ok(None) };
        let Some(copy) = found.node else { return Ok(None) };
        let device = device_in(self.tree, copy).ok_or(Code::InvalidArgument)?;
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        self.tree.rename(device, name)?;
        self.tree.replace(device, Head { instance, ..head }.value())?;
        let list = stream(self.tree).unwrap_or(self.tree.root());
        let at = device_at(self.tree, list, found.at)?;
        self.settle(list, copy, device, at)?;
        Ok(Some(device))
    }

    /// Moves a device that was lost to its place: as it was, or in a record of its own if it had none.
    fn settle(&mut self, list: NodeId, copy: NodeId, device: NodeId, at: At) -> Result<()> {
        if list == self.tree.root() {
            return self.tree.move_to(device, at);
        }
        if copy == device {
            let (number, footer) = self.section(None)?;
            let record = self.make_record(at, number)?;
            self.tree.move_to(device, At::End(record))?;
            return self.end_record(record, number, footer);
        }
        if let Some(number) = number_of(self.tree, copy)? {
            let (free, _) = self.section(Some(number))?;
            if free != number {
                renumber(self.tree, copy, free)?;
            }
        }
        self.tree.move_to(copy, at)
    }

    /// Makes the device that the trail leads to, without items. It may come of another, whose star stands for some
    /// characters.
    pub(super) fn make_device(
        &mut self,
        new: &NewDevice<'_>,
        name: &[u8],
        instance: u32,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<NodeId> {
        let list = self.list(origin)?;
        let at = match self.found(What::Order)? {
            Some(found) => device_at(self.tree, list, found.at)?,
            None => self.declared_device(list, new.after, origin)?,
        };
        let NewDevice { versions, oldest_reader, .. } = *new;
        let head = self.with_lost_versions(Head { instance, versions, oldest_reader })?;
        if list == self.tree.root() {
            return self.tree.insert(at, name, Marks::NONE, head.value());
        }
        let (number, footer) = match self.found(What::Section)? {
            Some(found) => {
                let (free, _) = self.section(Some(found.bits & u64::from(u32::MAX)))?;
                (free, found.bits >> 32 != 0)
            }
            None => self.section(None)?,
        };
        let record = self.make_record(at, number)?;
        let device = self.tree.insert(At::End(record), name, Marks::NONE, head.value())?;
        self.end_record(record, number, footer)?;
        Ok(device)
    }

    /// Removes a device without items, or with those that the step knows: what else is to be known of it is lost. The
    /// trail leads to it.
    pub(super) fn retire(
        &mut self,
        device: NodeId,
        new: &NewDevice<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<()> {
        let holder = holder_of(self.tree, device)?;
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        let section = if holder == device { None } else { plain_section(self.tree, holder)? };
        let plain = holder == device || section.is_some();
        if !plain || self.tree.marks(device)? != Marks::NONE {
            // One that goes back into another is without items, and no default of them is known.
            return self.lose_record(device, origin.is_none());
        }
        let list = self.check_listed(holder)?;
        let like_new = head.versions.minimum == new.versions.minimum
            && head.oldest_reader == new.oldest_reader;
        if !like_new {
            self.lose_versions(&head)?;
        }
        if !self.device_stands(list, holder, new.after, origin)? {
            let at = device_index(self.tree, list, holder)?;
            self.lose(&Loss { at, ..Loss::of(What::Order) })?;
        }
        if let Some(bits) = section {
            self.lose(&Loss { bits, ..Loss::of(What::Section) })?;
        }
        self.tree.remove(holder)
    }

    /// Removes a device with its record, as a loss.
    fn lose_record(&mut self, device: NodeId, known: bool) -> Result<()> {
        let holder = holder_of(self.tree, device)?;
        let list = self.check_listed(holder)?;
        let at = device_index(self.tree, list, holder)?;
        self.lose(&Loss { node: Some(holder), at, known, ..Loss::of(What::Record) })?;
        self.tree.remove(holder)
    }

    /// Where a device or a record stands: a package of QEMU's is left as it is.
    fn check_listed(&self, holder: NodeId) -> Result<NodeId> {
        let list = self.tree.parent(holder)?.ok_or(Code::InvalidArgument)?;
        let root = self.tree.root();
        match list == root || self.tree.parent(list)? == Some(root) {
            true => Ok(list),
            false => Err(Code::Unsupported),
        }
    }

    /// What the devices stand in: the root, or the stream. It is found from one of them, if there is one.
    fn list(&self, origin: Option<(NodeId, &[u8])>) -> Result<NodeId> {
        let root = self.tree.root();
        let Some((device, _)) = origin else { return Ok(stream(self.tree).unwrap_or(root)) };
        let mut at = device;
        while let Some(parent) = self.tree.parent(at)?.filter(|parent| *parent != root) {
            at = parent;
        }
        Ok(if at == device { root } else { at })
    }

    pub(super) fn declared_device(
        &self,
        list: NodeId,
        after: After<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<At> {
        match (self.beside(list, after, origin)?, after) {
            (Some(sibling), _) => Ok(At::After(sibling)),
            (None, After::Start) => start_of(self.tree, list),
            (None, _) => end_of(self.tree, list),
        }
    }

    /// Whether a device or a record stands where it would come to if it were not there.
    pub(super) fn device_stands(
        &self,
        list: NodeId,
        holder: NodeId,
        after: After<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<bool> {
        let (tree, own) = (&*self.tree, |at: NodeId| part(self.tree, list, at));
        let mut before = tree.previous_sibling(holder)?;
        while let Some(at) = before.filter(|at| own(*at) == Ok(Part::Private)) {
            before = tree.previous_sibling(at)?;
        }
        let mut behind = tree.next_sibling(holder)?;
        while let Some(at) = behind.filter(|at| own(*at) == Ok(Part::Private)) {
            behind = tree.next_sibling(at)?;
        }
        let sibling = self.beside(list, after, origin)?.filter(|sibling| *sibling != holder);
        Ok(match (sibling, after) {
            (Some(sibling), _) => before == Some(sibling),
            (None, After::Start) => before.is_none_or(|at| own(at) == Ok(Part::Head)),
            (None, _) => behind.is_none_or(|at| own(at) == Ok(Part::Tail)),
        })
    }

    /// The device or record that another is to stand behind, if there is one.
    fn beside(
        &self,
        list: NodeId,
        after: After<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<Option<NodeId>> {
        let After::Name(text) = after else { return Ok(None) };
        let device = match (text, origin) {
            ("", origin) => origin.map(|(device, _)| device),
            (text, origin) => {
                let run = origin.map_or(&[][..], |(_, run)| run);
                let name = DeviceName { name: text, instance: None }.with_run(run)?;
                device_of_text(self.tree, origin.map(|(device, _)| device), &name)
            }
        };
        let Some(device) = device else { return Ok(None) };
        let holder = holder_of(self.tree, device)?;
        Ok(Some(holder).filter(|holder| self.tree.parent(*holder) == Ok(Some(list))))
    }

    /// A number for a section, the wanted one if it is free, and whether sections have footers.
    fn section(&mut self, wanted: Option<u64>) -> Result<(u64, bool)> {
        let sections = match *self.sections {
            Some(sections) => sections,
            None => sections_of(self.tree)?,
        };
        let free = match wanted {
            Some(wanted) if wanted >= sections.next || !is_taken(self.tree, wanted)? => wanted,
            _ => sections.next,
        };
        u32::try_from(free).map_err(|_| Code::TooMany)?;
        let next = sections.next.max(free.saturating_add(1));
        *self.sections = Some(Sections { next, ..sections });
        Ok((free, sections.footers))
    }

    fn make_record(&mut self, at: At, number: u64) -> Result<NodeId> {
        let record = self.tree.insert(at, b"full", Marks::NONE, Value::Struct(None))?;
        let (kind, number) = (Value::Scalar(Kind::U8, FULL), Value::Scalar(Kind::U32, number));
        self.tree.insert(At::End(record), b"type", Marks::NONE, kind)?;
        self.tree.insert(At::End(record), b"id", Marks::NONE, number)?;
        Ok(record)
    }

    /// Puts the footer to the end of a record, if there is to be one.
    pub(super) fn end_record(&mut self, record: NodeId, number: u64, footer: bool) -> Result<()> {
        if !footer {
            return Ok(());
        }
        let at = At::End(record);
        let footer = self.tree.insert(at, b"footer", Marks::NONE, Value::Struct(None))?;
        let (kind, number) = (Value::Scalar(Kind::U8, FOOTER), Value::Scalar(Kind::U32, number));
        self.tree.insert(At::End(footer), b"type", Marks::NONE, kind)?;
        self.tree.insert(At::End(footer), b"id", Marks::NONE, number)?;
        Ok(())
    }
}

/// The device that a text as in paths names, `nic/0`.
pub(super) fn device_of_text(tree: &Tree<'_>, near: Option<NodeId>, text: &[u8]) -> Option<NodeId> {
    let slash = text.iter().rposition(|byte| *byte == b'/')?;
    let (name, number) = text.split_at_checked(slash)?;
    let number = core::str::from_utf8(number.strip_prefix(b"/")?).ok()?;
    let instance = number.parse().ok()?;
    let is_near = |near: &NodeId| {
        tree.name(*near) == Ok(name)
            && Head::of(tree, *near).is_some_and(|head| head.instance == instance)
    };
    near.filter(is_near).or_else(|| find(tree, near, name, instance))
}

fn part(tree: &Tree<'_>, list: NodeId, node: NodeId) -> Result<Part> {
    let name = tree.name(node)?;
    Ok(match (list == tree.root(), name) {
        (true, name) if is_private(name) && Head::of(tree, node).is_some() => Part::Private,
        (true, _) => Part::Body,
        (false, b"magic" | b"version" | b"configuration") => Part::Head,
        (false, b"eof" | b"description" | b"trailing") => Part::Tail,
        (false, _) => Part::Body,
    })
}

/// How many devices, records and others stand before a device or a record.
pub(super) fn device_index(tree: &Tree<'_>, list: NodeId, holder: NodeId) -> Result<u32> {
    let (mut index, mut at) = (0u32, holder);
    while let Some(before) = tree.previous_sibling(at)? {
        at = before;
        index = index.saturating_add(u32::from(part(tree, list, at)? == Part::Body));
    }
    Ok(index)
}

/// The place with so many of them before it, or the last one.
pub(super) fn device_at(tree: &Tree<'_>, list: NodeId, index: u32) -> Result<At> {
    let is_body = |node: &NodeId| part(tree, list, *node) == Ok(Part::Body);
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    match tree.children(list)?.filter(is_body).nth(index) {
        Some(next) => Ok(At::Before(next)),
        None => end_of(tree, list),
    }
}

/// The same, behind one that came back before, of which the number is known: they were told in their order.
fn device_behind(
    tree: &Tree<'_>,
    list: NodeId,
    (last, number): (NodeId, u32),
    index: u32,
) -> Result<At> {
    let (mut number, mut at) = (number, last);
    while number < index {
        let Some(next) = tree.next_sibling(at)? else { return end_of(tree, list) };
        at = next;
        number = number.saturating_add(u32::from(part(tree, list, at)? == Part::Body));
    }
    Ok(if at == last { At::After(last) } else { At::Before(at) })
}

/// The place before the first of them.
pub(super) fn start_of(tree: &Tree<'_>, list: NodeId) -> Result<At> {
    let mut at = tree.first_child(list)?;
    while let Some(node) = at {
        if matches!(part(tree, list, node)?, Part::Body | Part::Tail) {
            return Ok(At::Before(node));
        }
        at = tree.next_sibling(node)?;
    }
    Ok(At::End(list))
}

/// The place behind the last of them.
pub(super) fn end_of(tree: &Tree<'_>, list: NodeId) -> Result<At> {
    let mut at = tree.last_child(list)?;
    while let Some(node) = at {
        if matches!(part(tree, list, node)?, Part::Body | Part::Head) {
            return Ok(At::After(node));
        }
        at = tree.previous_sibling(node)?;
    }
    Ok(At::Start(list))
}

fn sections_of(tree: &Tree<'_>) -> Result<Sections> {
    let mut sections = Sections { next: 0, footers: false };
    let mut holders = Holders::new(tree, Way::Forth);
    while let Some(holder) = holders.next(tree) {
        let Some(number) = number_of(tree, holder)? else { continue };
        sections.next = sections.next.max(number.saturating_add(1));
        sections.footers |= tree.child_by_name(holder, b"footer", 0)?.is_some();
    }
    Ok(sections)
}

fn is_taken(tree: &Tree<'_>, number: u64) -> Result<bool> {
    let mut holders = Holders::new(tree, Way::Forth);
    while let Some(holder) = holders.next(tree) {
        if number_of(tree, holder)? == Some(number) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The number of the section that a record is of.
pub(super) fn number_of(tree: &Tree<'_>, record: NodeId) -> Result<Option<u64>> {
    match tree.child_by_name(record, b"id", 0)? {
        Some(id) if is_section(tree, record) => match tree.value(id)? {
            Value::Scalar(Kind::U32, number) => Ok(Some(number)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn renumber(tree: &mut Tree<'_>, record: NodeId, number: u64) -> Result<()> {
    let value = Value::Scalar(Kind::U32, number);
    if let Some(id) = tree.child_by_name(record, b"id", 0)? {
        tree.replace(id, value)?;
    }
    let Some(footer) = tree.child_by_name(record, b"footer", 0)? else { return Ok(()) };
    match tree.child_by_name(footer, b"id", 0)? {
        Some(id) => tree.replace(id, value),
        None => Ok(()),
    }
}

/// Of a record that could have been made here, what [`What::Section`] tells.
fn plain_section(tree: &Tree<'_>, record: NodeId) -> Result<Option<u64>> {
    let mut children = tree.children(record)?;
    let kind = children.next().map(|child| (tree.name(child), tree.value(child)));
    let is_full = kind == Some((Ok(b"type"), Ok(Value::Scalar(Kind::U8, FULL))));
    let id = children.next().is_some_and(|child| tree.name(child) == Ok(b"id"));
    let device = children.next().is_some_and(|child| Head::of(tree, child).is_some());
    let Some(number) = number_of(tree, record)? else { return Ok(None) };
    let footer = children.next();
    let footed = match footer {
        Some(footer) => is_footer(tree, footer, number)?,
        None => true,
    };
    let bare = tree.marks(record)? == Marks::NONE && tree.name(record)? == b"full";
    let plain = is_full && id && device && footed && bare && children.next().is_none();
    Ok(plain.then_some(number | u64::from(footer.is_some()) << 32))
}

/// Whether an item is the footer of the record of this number, as it is made here.
pub(super) fn is_footer(tree: &Tree<'_>, footer: NodeId, number: u64) -> Result<bool> {
    let mut children = tree.children(footer)?;
    let mut is_next = |name: &[u8], kind, bits| {
        children.next().is_some_and(|child| {
            let bare = tree.marks(child) == Ok(Marks::NONE);
            bare && tree.name(child) == Ok(name)
                && tree.value(child) == Ok(Value::Scalar(kind, bits))
        })
    };
    let whole = is_next(b"type", Kind::U8, FOOTER) && is_next(b"id", Kind::U32, number);
    Ok(whole
        && children.next().is_none()
        && tree.name(footer)? == b"footer"
        && tree.marks(footer)? == Marks::NONE
        && tree.value(footer)? == Value::Struct(None))
}
