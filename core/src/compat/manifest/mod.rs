//! What a receiver accepts, as data: a manifest.
//!
//! A manifest is a device like any other, `migcore.manifest/0`, in a tree of its own, so it goes over every wire that
//! names devices. `docs/format.md` has its layout. A [`Writer`] puts one together, [`Manifest`] reads one; neither
//! needs more memory than the tree. `Machine::manifest` makes that of a machine.
//!
//! For each device it has the versions that are accepted and, where they are known, the **shapes**: the items of a
//! state, with names, kinds and counts, and without values. In a shape the marks say what the receiver does:
//! [`ANCILLARY`] stands at what it does without, [`VOLATILE`] at what must have the value that stands there, and
//! [`OPAQUE`] at bytes whose inside nobody describes. An item of variable length is as long as is certainly accepted.
//!
//! [`ANCILLARY`]: crate::visit::Marks::ANCILLARY
//! [`VOLATILE`]: crate::visit::Marks::VOLATILE
//! [`OPAQUE`]: crate::visit::Marks::OPAQUE

mod older;
mod read;
mod write;

pub(super) use read::spend;
pub use read::{Capabilities, Entries, Entry, Manifest, RouteKnown, RoutesKnown};
pub use write::Writer;

use super::Version;

/// The name of the device that a manifest is.
pub const NAME: &str = "migcore.manifest";

/// The version of its layout.
pub const VERSION: u32 = 1;

/// How much is known of the state that a device accepts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Nothing but its versions.
    Nothing,
    /// One shape that it accepts. It may accept others, where code of the device decides which items there are.
    Sample,
    /// All that it accepts: the device reads the same items whatever their values are, but for those that it does
    /// without.
    #[default]
    All,
}

impl Known {
    /// The number in a manifest.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Known::Nothing => 0,
            Known::Sample => 1,
            Known::All => 2,
        }
    }

    /// What has this number.
    #[must_use]
    pub const fn of(number: u8) -> Option<Known> {
        match number {
            0 => Some(Known::Nothing),
            1 => Some(Known::Sample),
            2 => Some(Known::All),
            _ => None,
        }
    }
}

/// The wire that a receiver wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wire {
    /// Any.
    #[default]
    Any,
    /// QEMU's bytes.
    Legacy,
    /// Chunks.
    Chunks,
}

impl Wire {
    /// The number in a manifest.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Wire::Any => 0,
            Wire::Legacy => 1,
            Wire::Chunks => 2,
        }
    }

    /// The wire in words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Wire::Any => "any",
            Wire::Legacy => "QEMU's bytes",
            Wire::Chunks => "chunks",
        }
    }

    /// What has this number.
    #[must_use]
    pub const fn of(number: u8) -> Option<Wire> {
        match number {
            0 => Some(Wire::Any),
            1 => Some(Wire::Legacy),
            2 => Some(Wire::Chunks),
            _ => None,
        }
    }
}

/// What a manifest says of the whole receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct About<'a> {
    /// The program, such as `vmm 3`.
    pub writer: &'a str,
    /// The type of its machine; empty where it has none.
    pub machine: &'a str,
    /// The version of the machine.
    pub version: Version<'a>,
    /// The wire that it wants.
    pub wire: Wire,
}

/// What a manifest says of a device beside its shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepts<'a> {
    /// The oldest version of its state that is loaded.
    pub oldest: u32,
    /// The tag of its newest version.
    pub tag: &'a str,
    /// A stream may lack it.
    pub optional: bool,
    /// How much is known of the state that it accepts.
    pub known: Known,
    /// A state that is bytes without names is accepted as well.
    pub blob: bool,
}
