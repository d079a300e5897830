//! Which device of a state is which of a manifest, and their versions.

use super::shape::Shape;
use super::{Answer, Detail, Finding, Reason, Report};
use crate::compat::devices::put_name;
use crate::compat::manifest::{spend, Entry, Known, Manifest};
use crate::compat::private::hops;
use crate::compat::private::keyed::Identity;
use crate::compat::{stream, Devices as Cursor, Version};
use crate::error::{Path, Result};
use crate::model::{NodeId, Tree, Value};
use crate::visit::{Marks, Versions};

/// Names that are compared to find devices that stand in another order: enough for ten thousand in any order, and an
/// end for what was made to cost.
pub(super) const MOST_WORK: u64 = 1 << 27;

/// Compares all devices, for a wire that names all things or for one that does not.
pub(super) fn compare(
    (state, named): (&Tree<'_>, bool),
    manifest: &Manifest<'_, '_>,
    memory: &mut [u8],
    report: Report<'_>,
) -> Result<()> {
    let tags = Tags { list: hops::tags(state)?, last: None };
    let mut devices = Devices { state, named, manifest, tags, work: MOST_WORK, memory, report };
    devices.loose()?;
    let (found, unknown) = devices.sent()?;
    // A reader of QEMU's stream does not ask whether a section came, and loads one twice that comes twice.
    if stream(state).is_none() {
        let has = devices.needed()?;
        if found > has {
            devices.repeated()?;
        }
        if !named && unknown == 0 {
            devices.in_order()?;
        }
    }
    if devices.work == 0 {
        devices.tell(Answer::CannotTell, Reason::TooMuchWork, Path::new(), no_details());
    }
    Ok(())
}

struct Devices<'a, 's, 't, 'm> {
    state: &'a Tree<'s>,
    /// The wire has names, so things may come in any order, be missing, and be skipped.
    named: bool,
    manifest: &'a Manifest<'t, 'm>,
    tags: Tags,
    work: u64,
    memory: &'a mut [u8],
    report: Report<'a>,
}

/// The tags of the devices, which mostly stand in the order of these.
struct Tags {
    list: Option<NodeId>,
    last: Option<NodeId>,
}

impl Tags {
    /// The tag of a device, looked for behind the one that was found last; `None` if `work` does not suffice, of which
    /// nothing is left then.
    fn of<'s>(
        &mut self,
        state: &'s Tree<'_>,
        device: NodeId,
        work: &mut u64,
    ) -> Result<Option<&'s str>> {
        let Some(first) = self.list.map(|list| state.first_child(list)).transpose()?.flatten()
        else {
            return Ok(Some(""));
        };
        let device = Identity::of(state, device)?;
        let next = self.last.map(|last| state.next_sibling(last)).transpose()?.flatten();
        let begin = next.unwrap_or(first);
        let mut at = begin;
        loop {
            if spend(work, state.count(at)?).is_err() {
                return Ok(None);
            }
            if device.is_of(state, at) {
                self.last = Some(at);
                return Ok(Some(hops::tag(state, at)));
            }
            at = state.next_sibling(at)?.unwrap_or(first);
            if at == begin {
                return Ok(Some(""));
            }
        }
    }
}

/// A device of the state.
#[derive(Clone, Copy)]
struct Sent<'s> {
    node: NodeId,
    name: &'s [u8],
    instance: u32,
    version: u32,
    oldest_reader: u32,
}

impl<'s> Sent<'s> {
    fn of(state: &'s Tree<'_>, node: NodeId) -> Result<Option<Self>> {
        let Value::Device { instance, versions, oldest_reader } = state.value(node)? else {
            return Ok(None);
        };
        let (name, version) = (state.name(node)?, versions.current);
        Ok(Some(Sent { node, name, instance, version, oldest_reader }))
    }
}

impl Devices<'_, '_, '_, '_> {
    /// What stands beside the devices.
    fn loose(&mut self) -> Result<()> {
        for node in self.state.children(self.state.root())? {
            if matches!(self.state.value(node)?, Value::Device { .. }) {
                continue;
            }
            self.unknown(node, Reason::UnknownItem)?;
        }
        Ok(())
    }

    /// Each device of the state. Says how many of them the receiver has, and how many it has not.
    fn sent(&mut self) -> Result<(u64, u64)> {
        let (mut found, mut unknown, mut cursor) = (0u64, 0u64, None);
        let mut devices = Cursor::new(self.state);
        while let Some(node) = devices.next(self.state) {
            let Some(sent) = Sent::of(self.state, node)? else { continue };
            let name = (sent.name, sent.instance);
            match self.manifest.seek(&mut cursor, name, &mut self.work) {
                Some(entry) => {
                    found = found.saturating_add(1);
                    self.device(&sent, &entry)?;
                }
                None if self.work == 0 => break,
                None => {
                    unknown = unknown.saturating_add(1);
                    self.unknown(node, Reason::UnknownDevice)?;
                }
            }
        }
        Ok((found, unknown))
    }

    /// What the receiver does not have, which is refused for this reason unless it may be skipped.
    fn unknown(&mut self, node: NodeId, refused: Reason) -> Result<()> {
        let path = self.state.path(node)?;
        let skipped = self.named && self.state.marks(node)?.contains(Marks::ANCILLARY);
        let (answer, reason) = match skipped {
            true => (Answer::Losses, Reason::Skipped),
            false => (Answer::Refused, refused),
        };
        self.tell(answer, reason, path, no_details());
        Ok(())
    }

    /// A device that both have.
    fn device(&mut self, sent: &Sent<'_>, entry: &Entry<'_, '_>) -> Result<()> {
        let known = Versions { current: entry.newest, minimum: entry.oldest };
        let version = match self.named {
            true => known.taken_for(sent.version, sent.oldest_reader),
            false => sent.version,
        };
        let Some(tag) = self.tags.of(self.state, sent.node, &mut self.work)? else {
            // That is told at the end.
            return Ok(());
        };
        let is = Version { number: version, tag };
        if !known.contains(version) || !entry.is_of_line(is) {
            return self.other_version(sent, entry, is);
        }
        let Some(shape) = entry.shape(version) else {
            let reason = match entry.known {
                Known::Nothing => Reason::NoShape,
                Known::Sample | Known::All => Reason::OtherVersion,
            };
            let details =
                (Detail::Version(entry.newest, entry.tag), Detail::Number(version.into()));
            let path = self.state.path(sent.node)?;
            self.tell(Answer::CannotTell, reason, path, details);
            return Ok(());
        };
        let (state, manifest) = (self.state, self.manifest.tree());
        let mut shape = Shape::new((state, sent.node), (manifest, shape), entry, self.named);
        shape.compare(self.memory, self.report)
    }

    /// A version that the receiver does not load as it is.
    fn other_version(
        &mut self,
        sent: &Sent<'_>,
        entry: &Entry<'_, '_>,
        is: Version<'_>,
    ) -> Result<()> {
        let Some(converts) = self.manifest.converts(sent.name, is, &mut self.work) else {
            // That is told at the end.
            return Ok(());
        };
        let (answer, reason, bound) = match is.number {
            _ if converts => (Answer::CannotTell, Reason::ReceiverConverts, entry.newest),
            newer if newer > entry.newest => (Answer::Refused, Reason::TooNew, entry.newest),
            older if older < entry.oldest => (Answer::Refused, Reason::TooOld, entry.oldest),
            // Of another line of development, that counts alike.
            _ => (Answer::CannotTell, Reason::OtherVersion, entry.newest),
        };
        let path = self.state.path(sent.node)?;
        let details = (Detail::Version(bound, entry.tag), Detail::Version(is.number, is.tag));
        self.tell(answer, reason, path, details);
        Ok(())
    }

    /// Each device that the receiver needs. Says how many of all that it has are in the state.
    fn needed(&mut self) -> Result<u64> {
        let (mut has, mut cursor) = (0u64, None);
        let in_stream = stream(self.state).is_some();
        for entry in self.manifest.entries() {
            match self.find((entry.name, entry.instance), &mut cursor)? {
                Some(_) => has = has.saturating_add(1),
                None if self.work == 0 => break,
                None if entry.optional && (self.named || in_stream) => {}
                None => {
                    let path = Path::build(&mut |put| put_name(entry.name, entry.instance, put));
                    let answer = if entry.optional { Answer::CannotTell } else { Answer::Refused };
                    self.tell(answer, Reason::MissingDevice, path, no_details());
                }
            }
        }
        Ok(has)
    }

    /// Some device is there more than once: tells which.
    fn repeated(&mut self) -> Result<()> {
        let mut devices = Cursor::new(self.state);
        while let Some(node) = devices.next(self.state) {
            let Some(sent) = Sent::of(self.state, node)? else { continue };
            let first = self.find((sent.name, sent.instance), &mut None)?;
            if first.is_some_and(|first| first != node) {
                let path = self.state.path(node)?;
                self.tell(Answer::Refused, Reason::RepeatedDevice, path, no_details());
            }
        }
        Ok(())
    }

    /// Tells the first device that the receiver does not expect behind the one before it. Sections have names; whether
    /// devices go as such is not known.
    fn in_order(&mut self) -> Result<()> {
        let (mut entries, mut devices) = (self.manifest.entries(), Cursor::new(self.state));
        while let Some(node) = devices.next(self.state) {
            let Some(sent) = Sent::of(self.state, node)? else { continue };
            if !entries.any(|entry| entry.name == sent.name && entry.instance == sent.instance) {
                let path = self.state.path(node)?;
                self.tell(Answer::CannotTell, Reason::Order, path, no_details());
                break;
            }
        }
        Ok(())
    }

    /// The device of the state with this name and instance, looked for behind the one that was found last.
    fn find(
        &mut self,
        (name, instance): (&[u8], u32),
        cursor: &mut Option<NodeId>,
    ) -> Result<Option<NodeId>> {
        let root = self.state.root();
        let after = |node: NodeId| self.state.next_sibling(node);
        let next = cursor.map(after).transpose()?.flatten();
        let first = self.state.first_child(root)?;
        let Some(begin) = next.or(first) else { return Ok(None) };
        let mut at = begin;
        loop {
            let Some(left) = self.work.checked_sub(1) else { return Ok(None) };
            self.work = left;
            let device = Sent::of(self.state, at)?;
            if device.is_some_and(|sent| sent.name == name && sent.instance == instance) {
                *cursor = Some(at);
                return Ok(Some(at));
            }
            match after(at)?.or(first).filter(|next| *next != begin) {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
    }

    fn tell(&mut self, answer: Answer, reason: Reason, path: Path, details: Details<'_>) {
        let (expected, found) = details;
        (self.report)(&Finding { answer, reason, path, expected, found });
    }
}

/// What was expected, and what was found.
pub(super) type Details<'f> = (Detail<'f>, Detail<'f>);

/// Nothing is to be said.
pub(super) const fn no_details() -> Details<'static> {
    (Detail::None, Detail::None)
}
