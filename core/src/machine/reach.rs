//! How a machine gets at a visitor, and how devices do.

use super::check::Checked;
use super::device::Device;
use super::label::Label;
use super::slot::{Registered, Slot};
use super::undo::{Image, Undo};
use super::Machine;
use crate::error::{Code, Fault, Result};
use crate::io::Kernels;
use crate::visit::{Scope, ScopeKind, Visitor};

/// A visitor that a machine and its devices use in turns. In Rust one borrows it from the other, and
/// [`Machine::save`] and its like do so; the devices of another language hold it on their own.
pub trait Reach<S> {
    /// Runs `call` on the visitor.
    ///
    /// # Errors
    /// Those of `call`; or why the visitor cannot be reached.
    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R>;

    /// Lets a device visit its state, or that of a fresh scratch instance.
    ///
    /// # Errors
    /// Those of the visit.
    fn visit(&mut self, device: &mut S, scratch: bool) -> Result<()>;
}

/// A visitor that is lent to each device.
struct Lent<'r, 'v>(&'r mut Visitor<'v>);

impl<D: Device + ?Sized> Reach<Slot<'_, D>> for Lent<'_, '_> {
    fn with<R>(&mut self, call: impl FnOnce(&mut Visitor<'_>) -> Result<R>) -> Result<R> {
        call(self.0)
    }

    fn visit(&mut self, slot: &mut Slot<'_, D>, scratch: bool) -> Result<()> {
        let done = match scratch {
            true => slot.device().visit_scratch(self.0),
            false => slot.device().visit(self.0),
        };
        done.map_err(|code| self.0.fail_as(code, 0, &""))
    }
}

impl<D: Device + ?Sized> Machine<'_, Slot<'_, D>> {
    /// Saves all devices in their order. Whoever made `v` finishes it.
    ///
    /// # Errors
    /// Those of the visitor, which has the report; [`Code::Dirty`]; [`Code::Refused`] by a hook.
    pub fn save(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        self.save_over(&mut Lent(v))
    }

    /// Saves the devices at older versions of theirs: see [`record_older_over`](Machine::record_older_over).
    ///
    /// # Errors
    /// As [`save`](Machine::save).
    pub fn record_older(&mut self, v: &mut Visitor<'_>, most: u32) -> Result<()> {
        self.record_older_over(&mut Lent(v), most)
    }

    /// Checks a whole stream for this machine, and changes no device: with scratch instances all that the visits
    /// can object to, without them the form alone. Finishes `v`. What follows the stream is not looked at: see
    /// [`Visitor::expect_end`].
    ///
    /// # Errors
    /// Those of the wire, of the visits of scratch instances; [`Code::UnknownDevice`], [`Code::Missing`],
    /// [`Code::BadOrder`] for a device that comes twice, [`Code::TooNew`], [`Code::TooOld`];
    /// [`Code::Unsupported`] by a wire that does not name its devices, which can be saved to all the same. The
    /// report is in the visitor.
    pub fn check(&mut self, v: &mut Visitor<'_>) -> Result<Checked> {
        self.check_over(&mut Lent(v))
    }

    /// Loads the devices from a stream that was checked, and finishes `v`. One that fails half-way leaves the
    /// machine [dirty](Machine::is_dirty).
    ///
    /// # Errors
    /// As [`check`](Machine::check); those of the visits and of the hooks; [`Code::Dirty`];
    /// [`Code::NotChecked`] when the stream is not the one that was checked, which is found when all of it was
    /// loaded. The report is in the visitor.
    pub fn load(&mut self, v: &mut Visitor<'_>, checked: &Checked) -> Result<()> {
        self.load_over(&mut Lent(v), checked)
    }

    /// [`load`](Machine::load) into a machine whose present state is still wanted: when the load fails, that
    /// state is put back, and the machine is dirty only if that fails too. All devices are saved and checked
    /// before, and then loaded again and saved once more, to compare, with their hooks.
    ///
    /// # Errors
    /// As [`load`](Machine::load), with its report in the visitor also when the state was put back; why that
    /// failed is in [`Undo::failure`]. Before the load begins: those of saving the present state, and of
    /// checking what was saved; [`Code::NoSpace`] with the size that the image needs.
    pub fn load_atomic<K: Kernels + Clone>(
        &mut self,
        v: &mut Visitor<'_>,
        checked: &Checked,
        undo: Undo<'_, K>,
    ) -> Result<()> {
        self.load_atomic_over(&mut Lent(v), checked, &mut Image::new(undo))
    }
}

/// Visits a device with the scope around it.
pub(super) fn visit<S: Registered>(
    reach: &mut impl Reach<S>,
    device: &mut S,
    scratch: bool,
) -> Result<()> {
    let identity = device.identity();
    let (instance, versions) = (identity.instance, identity.versions);
    reach.with(|v| v.begin(&identity.name, Scope::Device { instance, versions }))?;
    reach.visit(device, scratch)?;
    reach.with(|v| v.end(ScopeKind::Device))
}

/// Runs the hook of a device.
pub(super) fn run<S: Registered>(
    reach: &mut impl Reach<S>,
    device: &mut S,
    hook: super::Hook,
) -> Result<()> {
    match device.run(hook) {
        Ok(()) => Ok(()),
        Err(cause) => Err(refused(reach, device, cause)),
    }
}

#[cold]
fn refused<S: Registered>(reach: &mut impl Reach<S>, device: &S, cause: i32) -> Code {
    let done: Result<()> = reach.with(|v| {
        let fault = Fault { offset: v.position(), cause, ..Fault::default() };
        Err(v.fail_with(Code::Refused, fault, &Label::of(&device.identity())))
    });
    done.err().unwrap_or(Code::Refused)
}
