//! The devices of one machine: save all, check a stream, load it, undo.
//!
//! # Contract
//!
//! A [`Machine`] is a view of devices that the caller keeps, in an order of its choice: each with its
//! name, instance and versions, its visit function and its hooks ([`Device`], [`Slot`]). Two of them
//! differ in name or instance.
//!
//! **Save** ([`Machine::save`]) visits them in their order. It changes nothing but what hooks of the
//! devices do, so a machine whose save failed goes on.
//!
//! **Load** takes two passes over the same stream. The first, [`Machine::check`], changes no device: every
//! device of the stream must be known, or ancillary; be of a version that is accepted; come once. Its
//! state is loaded into a scratch instance, if the device has one, else its form is checked; every
//! device of the machine must be there, or be optional. The second, [`Machine::load`], loads the devices
//! in the order of the stream, and compares that the stream is the one that was checked. Then, in the order
//! of the machine, the hooks run for what depends on several devices ([`Device::load_done`]).
//!
//! What the first pass accepts can be refused in the second one. Where a device has a scratch instance,
//! only its hooks do that, or what the scratch instance cannot know. A device without one has its form
//! checked alone ([`Checked::unproven`] counts them): an item that it does not know, one that it misses, or
//! one of another type is found only when it is loaded.
//!
//! The comparison is of [fingerprints](crate::visit::Visitor::fingerprint), which are no proof against
//! intent. Over chunks it is a CRC, known when the whole stream was read, so another stream leaves the
//! machine dirty. A tree has none: there, nothing binds the load to the check but the caller, who changes
//! nothing between them.
//!
//! **Dirty**: a machine whose second pass failed holds part of a state. It can be neither saved, loaded
//! nor run until its devices were reset ([`each`](Machine::each)) and
//! [`reset_done`](Machine::reset_done) says so. [`Machine::load_atomic`] saves the present state first, and
//! puts it back when the load fails: then the machine is as it was, and only a failed undo leaves it
//! dirty. That it is as it was is found by saving it once more and comparing. So a device must reset in
//! [`pre_load`](Device::pre_load) what a stream may leave out, and must save the same as long as the machine
//! stands still: a clock of the host that [`pre_save`](Device::pre_save) reads would make it another state.
//!
//! **Blobs**: a device that once was a pair of functions, and is visited in this version, goes into a
//! [`BlobDevice`]. It loads what either of the two saved.
//!
//! Any wire that names devices will do: chunks, or a tree of the [model](crate::model). What a device left
//! unread that is ancillary and safe to copy can be [carried](crate::model::TreeDecoder::carry) when the
//! load goes over a tree.
//!
//! # Walk
//!
//! ```
//! use migcore::codec::chunk::{self, Limits, Settings};
//! use migcore::io::Portable;
//! use migcore::machine::{Device, Machine, Slot};
//! use migcore::visit::{Versions, Visit, Visitor};
//!
//! #[derive(Default)]
//! struct Timer { reload: u16, armed: bool }
//!
//! impl Visit for Timer {
//!     fn visit(&mut self, v: &mut Visitor<'_>) -> migcore::Result<()> {
//!         v.visit("reload", &mut self.reload)?;
//!         v.visit("armed", &mut self.armed)
//!     }
//! }
//!
//! impl Device for Timer {
//!     fn on_run(&mut self) -> Result<(), i32> {
//!         // Here a timer of the host would be started.
//!         Ok(())
//!     }
//! }
//!
//! fn slots(timers: &mut [Timer; 2]) -> [Slot<'_, Timer>; 2] {
//!     let [first, second] = timers;
//!     [Slot::new("timer", 0, Versions::only(1), first), Slot::new("timer", 1, Versions::only(1), second)]
//! }
//!
//! let mut timers = [Timer { reload: 1000, armed: true }, Timer::default()];
//! let (mut memory, mut scratch) = ([0; 512], [0; 256]);
//! let mut devices = slots(&mut timers);
//! let mut saver = chunk::Saver::to_slice(&mut memory, &Settings::default(), &mut scratch)?;
//! // An error stays in the visit, and `finish` returns the whole report of it.
//! let _ = Machine::new(&mut devices)?.save(&mut saver.visitor());
//! let length = saver.finish()? as usize;
//!
//! let mut timers = [Timer::default(), Timer::default()];
//! let mut devices = slots(&mut timers);
//! let mut machine = Machine::new(&mut devices)?;
//! let mut loader = chunk::Loader::from_slice(&memory[..length]);
//! let checked = machine.check(&mut loader.visitor());
//! let checked = checked.map_err(|code| loader.report_of(code))?;
//! let mut loader = chunk::Loader::from_slice(&memory[..length]);
//! let loaded = machine.load(&mut loader.visitor(), &checked);
//! loaded.map_err(|code| loader.report_of(code))?;
//! machine.run()?;
//! assert!(timers[0].armed && timers[0].reload == 1000);
//! # Ok::<(), migcore::Report>(())
//! ```

mod blob;
mod check;
mod device;
mod label;
mod load;
mod manifest;
mod order;
mod reach;
mod save;
mod slot;
mod undo;

pub use blob::BlobDevice;
pub use check::Checked;
pub use device::{Device, Hook, Hooked};
pub use manifest::Accepted;
pub use reach::Reach;
pub use slot::{Identity, Note, Registered, Slot};
pub use undo::{Target, Undo, Undoing};

use crate::error::{Code, Report};
use label::Label;

/// A view of devices that the caller keeps, as those of one machine. See the [module](self).
#[derive(Debug)]
pub struct Machine<'m, S> {
    devices: &'m mut [S],
    dirty: bool,
}

impl<'m, S: Registered> Machine<'m, S> {
    /// The machine of these devices.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] when two devices have the same name and instance, or versions make no
    /// sense; [`Code::NameTooLong`]; [`Code::TooMany`] for more than 2^32-1 devices. The path is that of the
    /// device.
    pub fn new(devices: &'m mut [S]) -> Result<Self, Report> {
        let mut machine = Machine { devices, dirty: false };
        machine.sort()?;
        Ok(machine)
    }

    /// The machine of devices that [`new`](Machine::new) accepted before, and that did not change their
    /// places or identities since; `dirty` is what [`is_dirty`](Machine::is_dirty) told last. Nothing else
    /// keeps it: whoever drops a dirty machine before its devices are reset has to, since
    /// [`new`](Machine::new) takes devices to be whole.
    pub fn resume(devices: &'m mut [S], dirty: bool) -> Self {
        Machine { devices, dirty }
    }

    /// Whether a load failed half-way.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Calls `call` for each device in their order, for instance to reset it. Their places and identities stay as
    /// they are.
    pub fn each(&mut self, call: impl FnMut(&mut S)) {
        self.devices.iter_mut().for_each(call);
    }

    /// The caller has reset all devices: the machine is no longer dirty.
    pub fn reset_done(&mut self) {
        self.dirty = false;
    }

    /// Runs the hooks of all devices for what reaches the outside world: to be called once the machine is
    /// about to run.
    ///
    /// # Errors
    /// [`Code::Dirty`]; [`Code::Refused`] by a device: those after it were not called.
    pub fn run(&mut self) -> Result<(), Report> {
        if self.dirty {
            return Err(Label::none().report(Code::Dirty, 0));
        }
        for device in self.devices.iter_mut() {
            if let Err(cause) = device.run(Hook::OnRun) {
                return Err(Label::of(&device.identity()).report(Code::Refused, cause));
            }
        }
        Ok(())
    }
}
