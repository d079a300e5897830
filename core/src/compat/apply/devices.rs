//! Devices that have other names or versions, and those that become two or one.

use super::parts::Parts;
use super::{Loss, Work};
use crate::compat::declare::name::Name;
use crate::compat::devices::{holder_of, Devices, Head, Way};
use crate::compat::{is_private, DeviceName, NewDevice, On, Trail, What};
use crate::error::{Code, Fault, Result};
use crate::model::NodeId;
use crate::visit::Versions;

/// What is done with a device, of whose name the star stands for these characters.
type Change<'c, W> = &'c mut dyn FnMut(&mut W, NodeId, &[u8]) -> Result<()>;

impl Work<'_, '_> {
    /// Does something with every device of these names: it is given the device, to which the trail leads, and what
    /// the star stands for. The device stays; others may come or go.
    pub(super) fn each_device(
        &mut self,
        names: &DeviceName<'_>,
        way: Way,
        change: Change<'_, Self>,
    ) -> Result<u32> {
        names.check()?;
        let mut touched = 0u32;
        let mut next = match self.on {
            On::Device(device) => Some(device),
            On::Machine if names.name.is_empty() => return Err(Code::InvalidArgument),
            On::Machine => Devices::going(self.tree, way).next(self.tree),
        };
        while let Some(device) = next {
            if let Some(run) = self.run_of(names, device)? {
                self.enter_device(device)?;
                change(self, device, &run)?;
                touched = touched.saturating_add(1);
            }
            next = match self.on {
                On::Device(_) => None,
                On::Machine => {
                    let holder = holder_of(self.tree, device)?;
                    Devices::beyond(self.tree, holder, way).next(self.tree)
                }
            };
        }
        Ok(touched)
    }

    /// What the star of a name stands for in that of a device.
    pub(super) fn run_of(&self, names: &DeviceName<'_>, device: NodeId) -> Result<Option<Name>> {
        let instance = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?.instance;
        let Some(run) = names.run_in(self.tree.name(device)?, instance) else { return Ok(None) };
        Name::from_slice(run).map(Some).map_err(|_| Code::NameTooLong)
    }

    pub(super) fn rename_devices(
        &mut self,
        from: &DeviceName<'_>,
        to: &DeviceName<'_>,
    ) -> Result<u32> {
        to.check()?;
        let alike =
            from.has_star() == to.has_star() && from.instance.is_some() == to.instance.is_some();
        if !alike || from == to || from.name.is_empty() || to.name.is_empty() {
            return Err(Code::InvalidArgument);
        }
        self.check_given_up(from, to)?;
        self.each_device(from, Way::Forth, &mut |work, device, run| {
            let head = Head::of(work.tree, device).ok_or(Code::InvalidArgument)?;
            let (name, instance) = (to.with_run(run)?, to.instance.unwrap_or(head.instance));
            // Nobody would see it any more.
            if is_private(&name) {
                return Err(Code::InvalidArgument);
            }
            // Of the whole machine all were looked at.
            let one = work.on != On::Machine;
            if one && work.known.device(work.tree, None, &name, instance)?.is_some() {
                work.enter_name(&name, instance)?;
                return Err(Code::Occupied);
            }
            work.changed(device, |tree| {
                tree.rename(device, &name)?;
                tree.replace(device, Head { instance, ..head }.value())
            })?;
            work.known.has_device(work.tree, device)
        })
    }

    /// Checks that no device that the step may be for has a newer name, but for those that give it up.
    fn check_given_up(&mut self, from: &DeviceName<'_>, to: &DeviceName<'_>) -> Result<()> {
        let mut devices = Devices::new(self.tree);
        let mut next = match self.on {
            On::Device(device) => Some(device),
            On::Machine => devices.next(self.tree),
        };
        while let Some(device) = next {
            if self.run_of(to, device)?.is_some() && self.run_of(from, device)?.is_none() {
                self.enter_device(device)?;
                return Err(Code::Occupied);
            }
            next = match self.on {
                On::Device(_) => None,
                On::Machine => devices.next(self.tree),
            };
        }
        Ok(())
    }

    pub(super) fn set_version(&mut self, device: NodeId, from: u32, to: u32) -> Result<()> {
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        self.check_version(&head, from)?;
        self.check_described(device)?;
        let new = of_version(&head, to);
        if of_version(&new, from) != head {
            self.check_single(device)?;
            self.lose_versions(&head)?;
        }
        let new = self.with_lost_versions(new)?;
        self.changed(device, |tree| tree.replace(device, new.value()))
    }

    pub(super) fn check_version(&mut self, head: &Head, wanted: u32) -> Result<()> {
        let there = head.versions.current;
        if there == wanted {
            return Ok(());
        }
        let (expected, found) = (u64::from(wanted), u64::from(there));
        self.fault = Fault { expected, found, ..Fault::default() };
        Err(Code::ValueDiffers)
    }

    pub(super) fn lose_versions(&mut self, head: &Head) -> Result<()> {
        let bits = u64::from(head.versions.minimum) | u64::from(head.oldest_reader) << 32;
        self.lose(&Loss { bits, ..Loss::of(What::Versions) })
    }

    pub(super) fn with_lost_versions(&mut self, head: Head) -> Result<Head> {
        let Some(found) = self.found(What::Versions)? else { return Ok(head) };
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or_default();
        let (minimum, oldest_reader) = (half(found.bits), half(found.bits >> 32));
        Ok(Head { versions: Versions { minimum, ..head.versions }, oldest_reader, ..head })
    }

    pub(super) fn split(&mut self, device: NodeId, run: &[u8], halves: &Halves<'_>) -> Result<()> {
        let other = self.other(device, run, halves)?;
        let near = Some(device);
        if self.known.device(self.tree, near, &other.name, other.instance)?.is_some() {
            self.trail = other.trail;
            return Err(Code::Occupied);
        }
        let own = core::mem::replace(&mut self.trail, other.trail.clone());
        if self.found(What::Absence)?.is_some() {
            return Ok(());
        }
        self.check_described(device)?;
        let made = match self.device_back(&other.name, other.instance)? {
            Some(device) => device,
            None => {
                let origin = Some((device, run));
                self.make_device(&halves.into, &other.name, other.instance, origin)?
            }
        };
        self.trail = own;
        self.gather(device, made, other.trail, &halves.parts)?;
        self.ledger.after(self.tree, made);
        Ok(())
    }

    pub(super) fn merge(&mut self, device: NodeId, run: &[u8], halves: &Halves<'_>) -> Result<()> {
        let other = self.other(device, run, halves)?;
        let near = Some(device);
        let Some(gone) = self.known.device(self.tree, near, &other.name, other.instance)? else {
            self.check_none(device, halves.parts.items)?;
            self.trail = other.trail;
            return self.lose(&Loss::of(What::Absence));
        };
        let head = Head::of(self.tree, gone).ok_or(Code::InvalidArgument)?;
        let own = core::mem::replace(&mut self.trail, other.trail.clone());
        self.check_version(&head, halves.into.versions.current)?;
        self.check_described(gone)?;
        self.check_described(device)?;
        self.ledger.before(self.tree, gone);
        self.trail = own;
        self.scatter(device, gone, other.trail.clone(), &halves.parts)?;
        self.trail = other.trail;
        self.retire(gone, &halves.into, Some((device, run)))
    }

    /// The other device of a split. It must not be one that the step splits itself.
    fn other(&self, device: NodeId, run: &[u8], halves: &Halves<'_>) -> Result<Other> {
        let into = &halves.into.name;
        into.check()?;
        let head = Head::of(self.tree, device).ok_or(Code::InvalidArgument)?;
        let instance = into.instance.unwrap_or(head.instance);
        let name = into.with_run(run)?;
        let again = match self.on {
            On::Machine => halves.names.run_in(&name, instance).is_some(),
            On::Device(_) => self.tree.name(device)? == name && head.instance == instance,
        };
        if again || name.is_empty() || is_private(&name) {
            return Err(Code::InvalidArgument);
        }
        let mut trail = Trail::new();
        trail.enter(&name, Some(instance))?;
        Ok(Other { name, instance, trail })
    }
}

/// What a split says, or a merge.
pub(super) struct Halves<'a> {
    /// The devices that stay.
    pub(super) names: DeviceName<'a>,
    pub(super) into: NewDevice<'a>,
    pub(super) parts: Parts<'a>,
}

/// The device that comes or goes when one is split or merged.
struct Other {
    name: Name,
    instance: u32,
    trail: Trail,
}

/// The versions of a device as of another: what was its own version goes with it.
fn of_version(head: &Head, to: u32) -> Head {
    let Versions { current, minimum } = head.versions;
    let follow = |oldest: u32| if oldest == current { to } else { oldest.min(to) };
    let versions = Versions { current: to, minimum: follow(minimum) };
    Head { versions, oldest_reader: follow(head.oldest_reader), ..*head }
}
