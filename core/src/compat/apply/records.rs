//! Devices that come and go: at the root, or in the records of QEMU's stream.

use super::order::{device_behind, end_of, part, start_of, Part};
use super::sections::{footed_section, number_of, plain_section, renumber};
use super::{Loss, Work};
use crate::compat::devices::{device_in, holder_of, is_private, stream, Devices, Head};
use crate::compat::{declare::item, After, DeviceName, Item, NewDevice, On, Trail, What};
use crate::error::{Code, Result};
use crate::model::{At, NodeId};
use crate::visit::Marks;

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
        let Some(device) = self.known.device(self.tree, None, name, instance)? else {
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
        self.known.forget(self.tree)?;
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
            let Some((copy, device)) = self.fitting(list, found.node)? else { continue };
            self.enter_device(device)?;
            if is_private(self.tree.name(device)?) || self.run_of(names, device)?.is_none() {
                self.ledger.unfit();
                continue;
            }
            let at = match last {
                Some(last) => device_behind(self.tree, list, last, found.at)?,
                None => self.known.cursors.place(self.tree, list, found.at)?,
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

    fn check_free_device(&mut self, name: &[u8], instance: u32) -> Result<()> {
        match self.known.device(self.tree, None, name, instance)? {
            None => Ok(()),
            Some(_) => Err(Code::Occupied),
        }
    }

    /// Puts the device back that was lost where the trail leads to.
    pub(super) fn device_back(&mut self, name: &[u8], instance: u32) -> Result<Option<NodeId>> {
        let Some(found) = self.found(What::Record)? else { return Ok(None) };
        let list = stream(self.tree).unwrap_or(self.tree.root());
        let Some((copy, device)) = self.fitting(list, found.node)? else { return Ok(None) };
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        self.tree.rename(device, name)?;
        self.tree.replace(device, Head { instance, ..head }.value())?;
        let at = self.known.cursors.place(self.tree, list, found.at)?;
        self.settle(list, copy, device, at)?;
        Ok(Some(device))
    }

    /// The device of a record that was lost, with what it comes back with. What is no device with its record, or a record
    /// that is not like those of the stream, does not come back: nobody could read the stream behind it.
    fn fitting(&mut self, list: NodeId, copy: Option<NodeId>) -> Result<Option<(NodeId, NodeId)>> {
        let pair = copy.and_then(|copy| Some((copy, device_in(self.tree, copy)?)));
        let fits = match pair {
            None => false,
            Some((copy, device)) if list == self.tree.root() || copy == device => true,
            Some((copy, _)) => match footed_section(self.tree, copy)? {
                Some(footed) => self.is_footed_alike(footed)?,
                None => false,
            },
        };
        if !fits {
            self.ledger.unfit();
        }
        Ok(pair.filter(|_| fits))
    }

    /// Moves a device that was lost to its place: as it was, or in a record of its own if it had none.
    fn settle(&mut self, list: NodeId, copy: NodeId, device: NodeId, at: At) -> Result<()> {
        let holder = if list == self.tree.root() {
            self.tree.move_to(device, at)?;
            device
        } else if copy == device {
            let (number, footer) = self.section(None)?;
            let record = self.make_record(at, number)?;
            self.tree.move_to(device, At::End(record))?;
            self.end_record(record, number, footer)?;
            record
        } else {
            if let Some(number) = number_of(self.tree, copy)? {
                let (free, _) = self.section(Some(number))?;
                if free != number {
                    renumber(self.tree, copy, free)?;
                }
            }
            self.tree.move_to(copy, at)?;
            copy
        };
        self.known.has_holder(self.tree, list, holder)
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
            Some(found) => self.known.cursors.place(self.tree, list, found.at)?,
            None => self.declared_device(list, new.after, origin)?,
        };
        let NewDevice { versions, oldest_reader, .. } = *new;
        let head = self.with_lost_versions(Head { instance, versions, oldest_reader })?;
        if list == self.tree.root() {
            let device = self.tree.insert(at, name, Marks::NONE, head.value())?;
            self.known.has_holder(self.tree, list, device)?;
            return Ok(device);
        }
        let (number, footer) = match self.found(What::Section)? {
            Some(found) => {
                let footed = found.bits >> 32 != 0;
                if self.is_footed_alike(footed)? {
                    let (free, _) = self.section(Some(found.bits & u64::from(u32::MAX)))?;
                    (free, footed)
                } else {
                    self.ledger.unfit();
                    self.section(None)?
                }
            }
            None => self.section(None)?,
        };
        let record = self.make_record(at, number)?;
        let device = self.tree.insert(At::End(record), name, Marks::NONE, head.value())?;
        self.end_record(record, number, footer)?;
        self.known.has_holder(self.tree, list, record)?;
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
            let at = self.known.cursors.index_of(self.tree, list, holder)?;
            self.lose(&Loss { at, ..Loss::of(What::Order) })?;
        }
        if let Some(bits) = section {
            self.lose(&Loss { bits, ..Loss::of(What::Section) })?;
        }
        self.known.cursors.removing(self.tree, list, holder)?;
        self.tree.remove(holder)
    }

    /// Removes a device with its record, as a loss.
    fn lose_record(&mut self, device: NodeId, known: bool) -> Result<()> {
        let holder = holder_of(self.tree, device)?;
        let list = self.check_listed(holder)?;
        let at = self.known.cursors.index_of(self.tree, list, holder)?;
        self.lose(&Loss { node: Some(holder), at, known, ..Loss::of(What::Record) })?;
        self.known.cursors.removing(self.tree, list, holder)?;
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
        &mut self,
        list: NodeId,
        after: After<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<At> {
        match (self.beside(list, after, origin)?, after) {
            (Some(sibling), _) => Ok(At::After(sibling)),
            (None, After::Start) => start_of(self.tree, list),
            (None, After::End) => end_of(self.tree, list),
            (None, After::Name(name)) => {
                self.trail = Trail::new();
                self.trail.enter(name.as_bytes(), None)?;
                Err(Code::Missing)
            }
        }
    }

    /// Whether a device or a record stands where it would come to if it were not there.
    pub(super) fn device_stands(
        &mut self,
        list: NodeId,
        holder: NodeId,
        after: After<'_>,
        origin: Option<(NodeId, &[u8])>,
    ) -> Result<bool> {
        let sibling = self.beside(list, after, origin)?.filter(|sibling| *sibling != holder);
        let (tree, own) = (&*self.tree, |at: NodeId| part(self.tree, list, at));
        let mut before = tree.previous_sibling(holder)?;
        while let Some(at) = before.filter(|at| own(*at) == Ok(Part::Private)) {
            before = tree.previous_sibling(at)?;
        }
        let mut behind = tree.next_sibling(holder)?;
        while let Some(at) = behind.filter(|at| own(*at) == Ok(Part::Private)) {
            behind = tree.next_sibling(at)?;
        }
        Ok(match (sibling, after) {
            (Some(sibling), _) => before == Some(sibling),
            (None, After::Start) => before.is_none_or(|at| own(at) == Ok(Part::Head)),
            // It would come to no place at all.
            (None, After::Name(_)) => false,
            (None, After::End) => behind.is_none_or(|at| own(at) == Ok(Part::Tail)),
        })
    }

    /// The device or record that another is to stand behind, if there is one.
    fn beside(
        &mut self,
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
                let near = origin.map(|(device, _)| device);
                self.known.device_of_text(self.tree, near, &name)?
            }
        };
        let Some(device) = device else { return Ok(None) };
        let holder = holder_of(self.tree, device)?;
        Ok(Some(holder).filter(|holder| self.tree.parent(*holder) == Ok(Some(list))))
    }
}
