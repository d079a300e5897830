//! A device with what its machine calls it.

use super::device::{Device, Hook, Hooked};
use super::label::Label;
use crate::error::{Code, Report};
use crate::visit::{Marks, Versions};

/// What a machine calls a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'n> {
    /// The name of the device.
    pub name: &'n [u8],
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The versions of its state.
    pub versions: Versions,
    /// The oldest version that can read the state as it is saved: the current one, where nothing else is
    /// known.
    pub oldest_reader: u32,
    /// The marks of its state on save.
    pub marks: Marks,
    /// A stream may lack it; then its state stays as it is, and of its hooks for a load only
    /// [`LoadDone`](Hook::LoadDone) is called.
    pub optional: bool,
}

impl Identity<'_> {
    /// The report of an error of this device that no visit has.
    #[must_use]
    pub fn report(&self, code: Code) -> Report {
        Label::of(self).report(code, 0)
    }
}

/// What a machine notes about a device, for its own use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// The place of the device that stands here when all are sorted.
    pub sorted: u32,
    /// The present pass has seen it.
    pub seen: bool,
}

/// A device that a [`Machine`](super::Machine) can keep: a [`Slot`], or a type of the caller that is as
/// much.
pub trait Registered {
    /// What the machine calls it. It stays the same as long as the machine is used.
    fn identity(&self) -> Identity<'_>;

    /// What was noted last; anything before that.
    fn note(&self) -> Note;

    /// Notes.
    fn set_note(&mut self, note: Note);

    /// Runs a hook.
    ///
    /// # Errors
    /// A refusal.
    fn run(&mut self, hook: Hook) -> Hooked;

    /// See [`Device::has_scratch`].
    fn has_scratch(&self) -> bool;
}

/// A device in its place in a machine.
#[derive(Debug)]
pub struct Slot<'d, D: ?Sized> {
    identity: Identity<'d>,
    note: Note,
    device: &'d mut D,
}

impl<'d, D: Device + ?Sized> Slot<'d, D> {
    /// A device with its name, instance and versions.
    pub fn new(
        name: &'d (impl AsRef<[u8]> + ?Sized),
        instance: u32,
        versions: Versions,
        device: &'d mut D,
    ) -> Self {
        let identity = Identity {
            name: name.as_ref(),
            instance,
            versions,
            oldest_reader: versions.current,
            marks: Marks::NONE,
            optional: false,
        };
        Slot { identity, note: Note::default(), device }
    }

    /// See [`Identity::oldest_reader`].
    #[must_use]
    pub fn oldest_reader(mut self, version: u32) -> Self {
        self.identity.oldest_reader = version;
        self
    }

    /// See [`Identity::marks`].
    #[must_use]
    pub fn marks(mut self, marks: Marks) -> Self {
        self.identity.marks = marks;
        self
    }

    /// See [`Identity::optional`].
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.identity.optional = true;
        self
    }

    /// The device.
    pub fn device(&mut self) -> &mut D {
        self.device
    }
}

impl<D: Device + ?Sized> Registered for Slot<'_, D> {
    fn identity(&self) -> Identity<'_> {
        self.identity
    }

    fn note(&self) -> Note {
        self.note
    }

    fn set_note(&mut self, note: Note) {
        self.note = note;
    }

    fn run(&mut self, hook: Hook) -> Hooked {
        match hook {
            Hook::PreSave => self.device.pre_save(),
            Hook::PostSave => self.device.post_save(),
            Hook::PreLoad => self.device.pre_load(),
            Hook::PostLoad(version) => self.device.post_load(version),
            Hook::LoadDone => self.device.load_done(),
            Hook::OnRun => self.device.on_run(),
        }
    }

    fn has_scratch(&self) -> bool {
        self.device.has_scratch()
    }
}
