//! What a machine asks of a device.

use crate::error::{Code, Result};
use crate::visit::{Visit, Visitor};

/// What a hook comes to: the device may refuse, with a number of its own, which the report keeps as its
/// cause.
pub type Hooked = core::result::Result<(), i32>;

/// A device of a machine: its visit function, and hooks for what has to be done around it. Hooks must not
/// reach the outside world; what does belongs into [`on_run`](Device::on_run).
pub trait Device: Visit {
    /// Before a save.
    ///
    /// # Errors
    /// A refusal: nothing is saved.
    fn pre_save(&mut self) -> Hooked {
        Ok(())
    }

    /// After a save, also one that failed, if [`pre_save`](Device::pre_save) did not.
    ///
    /// # Errors
    /// A refusal: the save has failed.
    fn post_save(&mut self) -> Hooked {
        Ok(())
    }

    /// Before the device is loaded, once the whole stream was checked. A device with state that a stream may
    /// leave out, such as a subsection that is saved only where it is needed, resets that state here: what the
    /// stream does not have stays as it is.
    ///
    /// # Errors
    /// A refusal: the load has failed.
    fn pre_load(&mut self) -> Hooked {
        Ok(())
    }

    /// After a load, before the next device is loaded. The version is the one that the state was taken for:
    /// see [`Versions::taken_for`](crate::visit::Versions::taken_for).
    ///
    /// # Errors
    /// A refusal: the load has failed.
    fn post_load(&mut self, version: u32) -> Hooked {
        let _ = version;
        Ok(())
    }

    /// After all devices were loaded, also where the stream lacks this one: for what depends on other
    /// devices, as the level of an interrupt line.
    ///
    /// # Errors
    /// A refusal: the load has failed.
    fn load_done(&mut self) -> Hooked {
        Ok(())
    }

    /// The machine is about to run.
    ///
    /// # Errors
    /// A refusal: the machine does not run.
    fn on_run(&mut self) -> Hooked {
        Ok(())
    }

    /// Whether the device can load into a scratch instance.
    fn has_scratch(&self) -> bool {
        false
    }

    /// Visits a fresh scratch instance: the same items as [`visit`](Visit::visit), nothing of the device
    /// itself. Called where [`has_scratch`](Device::has_scratch) says so.
    ///
    /// # Errors
    /// As [`visit`](Visit::visit).
    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        Err(v.fail_as(Code::Unsupported, 0, &""))
    }
}

/// A hook of a [`Device`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// [`Device::pre_save`].
    PreSave,
    /// [`Device::post_save`].
    PostSave,
    /// [`Device::pre_load`].
    PreLoad,
    /// [`Device::post_load`], of a state that was taken for this version.
    PostLoad(u32),
    /// [`Device::load_done`].
    LoadDone,
    /// [`Device::on_run`].
    OnRun,
}
