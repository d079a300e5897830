//! The declared steps.

use core::fmt;

use crate::compat::{Edit, Item};
use crate::error::Result;
use crate::model::{NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks, Versions};

/// What a step is for, and what its patterns begin at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// All devices: a pattern begins with the name of a device and its instance, `nic/0.rx`.
    Machine,
    /// One device, which its node tells: a pattern begins inside of it.
    Device(NodeId),
}

/// Behind which sibling an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After<'a> {
    /// The last one; before the subsections, which come last, if it is none itself.
    End,
    /// None: it is the first.
    Start,
    /// The first one of this name; a device is named with its instance, `nic/0`, and the empty name is the device
    /// that one is split from. Where nothing of that name is there, an item that comes is refused
    /// ([`Code::Missing`](crate::error::Code::Missing)), and of one that goes its place is noted.
    Name(&'a str),
}

/// A place for an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The pattern of the scopes that it is in.
    pub scope: &'a str,
    /// The name of the item.
    pub name: &'a str,
    /// Where among the items of the scope.
    pub after: After<'a>,
}

/// The type of a value, for [`Step::Retype`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A scalar.
    Scalar(Kind),
    /// An array.
    Array(Kind, Extent),
    /// A byte buffer.
    Bytes(Extent),
}

/// What becomes of a value that is in none of the pairs of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It stays.
    Keep,
    /// The step fails.
    Refuse,
}

/// The names of devices: a pattern with at most one `*`, which stands for any run of characters. In another name
/// of the same step `*` stands for the same characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceName<'a> {
    /// The name. Empty: the device that the step is for.
    pub name: &'a str,
    /// The instance; `None` for any.
    pub instance: Option<u32>,
}

impl DeviceName<'_> {
    /// The device that the step is for.
    pub const THIS: DeviceName<'static> = DeviceName { name: "", instance: None };
}

/// A device that comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDevice<'a> {
    /// Its name, and its instance: `None` is that of the device that it is split from, else 0.
    pub name: DeviceName<'a>,
    /// Its versions.
    pub versions: Versions,
    /// The oldest version that can read its state.
    pub oldest_reader: u32,
    /// Which device it stands behind.
    pub after: After<'a>,
}

/// Items of a scope that get a scope of their own, or had one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapping<'a> {
    /// Of the inner scope.
    pub place: Place<'a>,
    /// What it is: a struct, a subsection, or something optional that is there.
    pub value: Value<'a>,
    /// Its marks.
    pub marks: Marks,
    /// The names of the items that are in it, in order. Not all need be there.
    pub items: &'a [&'a str],
    /// Behind which sibling the first of them stands without the inner scope.
    pub after: After<'a>,
}

/// How the newer form of a state differs from the older.
///
/// **Scopes** are named by a pattern: a path as [`Tree::find`] takes it, `nic/0.rx[3].head`, in which `*` stands for
/// any run of characters of one name, instance or element number, and `\*` for a star. The empty pattern is the device
/// that the step is for. A step is done in every scope that its pattern names; inside of these it is not
/// searched for more. Names of items are exact; an item that a step names must be the only one of its name in its
/// scope.
///
/// **What is not there** is not touched, and counts for nothing in what a step says of itself. But where the
/// state already has what a step would bring, it is refused ([`Code::Occupied`](crate::error::Code::Occupied)): it is
/// not of the form that the step begins with.
///
/// The scope `qemu/0` of a machine, and what is below, is the head of QEMU's stream: its only item that a step may
/// name is `configuration`. Other states have none.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Step<'a> {
    /// An item has another name.
    Rename {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The older name.
        from: &'a str,
        /// The newer name.
        to: &'a str,
    },
    /// An item is new.
    Add {
        /// Where.
        place: Place<'a>,
        /// The item, with the name of the place. Empty where no default is known: then it only comes back if
        /// it was lost.
        items: &'a [Item<'a>],
    },
    /// An item is gone.
    Drop {
        /// Where it was.
        place: Place<'a>,
        /// What it is if nothing is known of it. Empty: there is no such default.
        items: &'a [Item<'a>],
    },
    /// A value has another type, and must fit it exactly. An array of one element fits a scalar; a buffer fits
    /// an array of as many bytes, as QEMU writes it. A flag is 0 or 1.
    Retype {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// The older type.
        from: Form,
        /// The newer type.
        to: Form,
    },
    /// A value is another, of the same type.
    Set {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// The older value; `None` where it may be any.
        from: Option<Value<'a>>,
        /// The newer value; `None` where it may be any: it stays, but for what was lost.
        to: Option<Value<'a>>,
    },
    /// Values of a scalar, or of elements of an array, have other numbers. Values are bits.
    Map {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// The older and the newer value.
        pairs: &'a [(u64, u64)],
        /// Whether the newer becomes the older.
        turned: bool,
        /// What becomes of other values.
        otherwise: Otherwise,
    },
    /// Bits of a value are others. The item may be an opaque buffer: this is how one byte of it is mended.
    Bits {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// Of a buffer: where the eight bytes are of which the least significant is the first. They may reach beyond its
        /// end where the mask is 0. Of an array: the number of the element. Of a scalar: 0.
        at: u32,
        /// Which bits.
        mask: u64,
        /// What they were before; `None` where they may be anything.
        from: Option<u64>,
        /// What they are now; `None` where they may be anything: they stay, but for what was lost.
        to: Option<u64>,
    },
    /// An item stands elsewhere. If the two patterns are one, it moves within each of the scopes; else each names
    /// one scope.
    Move {
        /// The older place.
        from: Place<'a>,
        /// The newer place.
        to: Place<'a>,
    },
    /// Items have a scope of their own. There is none if none of them is there.
    Wrap(Wrapping<'a>),
    /// The reverse. The scope holds nothing but these items.
    Unwrap(Wrapping<'a>),
    /// Some items of a device are those of a new device.
    Split {
        /// The device.
        device: DeviceName<'a>,
        /// The new one.
        into: NewDevice<'a>,
        /// The names of the items, in order. Not all need be there.
        items: &'a [&'a str],
        /// Behind which item of the device the first of them stood.
        after: After<'a>,
    },
    /// The reverse. The device that goes holds nothing but these items.
    Merge {
        /// The device that stays.
        device: DeviceName<'a>,
        /// The one that goes.
        into: NewDevice<'a>,
        /// The names of the items, in order.
        items: &'a [&'a str],
        /// Behind which item of the device the first of them stands.
        after: After<'a>,
    },
    /// Devices have other names or instances. Both are named, also where the step is for one device.
    RenameDevice {
        /// The older name.
        from: DeviceName<'a>,
        /// The newer name.
        to: DeviceName<'a>,
    },
    /// A device is new. Where its name has a `*` only those come that were lost.
    AddDevice {
        /// The device.
        device: NewDevice<'a>,
        /// Its items, at depth 0 and deeper; `None` where nothing is known of them: it only comes back if it was
        /// lost.
        items: Option<&'a [Item<'a>]>,
    },
    /// A device is gone.
    DropDevice {
        /// The device.
        device: NewDevice<'a>,
        /// Its items if nothing is known of it; `None` where there is no such default.
        items: Option<&'a [Item<'a>]>,
    },
    /// Devices are of another version.
    SetVersion {
        /// The devices.
        device: DeviceName<'a>,
        /// The older version. A device of any other is an error.
        from: u32,
        /// The newer version.
        to: u32,
    },
    /// An opaque buffer is a struct of fields.
    Open {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// Who knows the inside.
        inside: &'a dyn Opens,
    },
    /// The reverse.
    Close {
        /// The pattern of its scopes.
        scope: &'a str,
        /// The name of the item.
        name: &'a str,
        /// Who knows the inside.
        inside: &'a dyn Opens,
    },
    /// QEMU's stream has one more command; other states have none.
    AddCommand {
        /// Its number.
        number: u16,
        /// Its data.
        data: &'a [u8],
        /// Behind which device it stands.
        after: After<'a>,
    },
    /// QEMU's stream has one command less.
    DropCommand {
        /// Its number.
        number: u16,
        /// Its data.
        data: &'a [u8],
        /// Behind which device it stood.
        after: After<'a>,
    },
    /// The sections of QEMU's stream have footers, or have none any more.
    Footers {
        /// Which of the two.
        add: bool,
    },
    /// What only code can do.
    Call {
        /// From the older to the newer form; `None` if there is no such way.
        up: Option<Hook<'a>>,
        /// The way back.
        down: Option<Hook<'a>>,
    },
}

/// Code as a step: changes the items of [`Edit::scope`], and says how many.
#[derive(Clone, Copy)]
pub struct Hook<'a>(pub &'a (dyn Fn(&mut Edit<'_, '_>) -> Result<u32> + Sync));

impl fmt::Debug for Hook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// Knows the inside of an opaque buffer.
pub trait Opens: Sync {
    /// Makes a struct of fields out of a buffer, under the same handle. Closed, it is the same bytes again.
    ///
    /// # Errors
    /// Those of the bytes; nothing is changed then.
    fn open(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()>;

    /// Makes the buffer out of the struct, under the same handle.
    ///
    /// # Errors
    /// Those of the fields; nothing is changed then.
    fn close(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()>;
}

// Not of each: a table of functions that shows anything would be linked with all programs that open.
impl fmt::Debug for dyn Opens + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opens")
    }
}

impl<'a> Step<'a> {
    /// The step from the newer form to the older.
    #[must_use]
    pub const fn inverse(&self) -> Step<'a> {
        match *self {
            Step::Rename { scope, from, to } => Step::Rename { scope, from: to, to: from },
            Step::Add { place, items } => Step::Drop { place, items },
            Step::Drop { place, items } => Step::Add { place, items },
            Step::Retype { scope, name, from, to } => {
                Step::Retype { scope, name, from: to, to: from }
            }
            Step::Set { scope, name, from, to } => Step::Set { scope, name, from: to, to: from },
            Step::Map { scope, name, pairs, turned, otherwise } => {
                Step::Map { scope, name, pairs, turned: !turned, otherwise }
            }
            Step::Bits { scope, name, at, mask, from, to } => {
                Step::Bits { scope, name, at, mask, from: to, to: from }
            }
            Step::Move { from, to } => Step::Move { from: to, to: from },
            Step::Wrap(wrapping) => Step::Unwrap(wrapping),
            Step::Unwrap(wrapping) => Step::Wrap(wrapping),
            Step::Split { device, into, items, after } => {
                Step::Merge { device, into, items, after }
            }
            Step::Merge { device, into, items, after } => {
                Step::Split { device, into, items, after }
            }
            Step::RenameDevice { from, to } => Step::RenameDevice { from: to, to: from },
            Step::AddDevice { device, items } => Step::DropDevice { device, items },
            Step::DropDevice { device, items } => Step::AddDevice { device, items },
            Step::SetVersion { device, from, to } => {
                Step::SetVersion { device, from: to, to: from }
            }
            Step::Open { scope, name, inside } => Step::Close { scope, name, inside },
            Step::Close { scope, name, inside } => Step::Open { scope, name, inside },
            Step::AddCommand { number, data, after } => Step::DropCommand { number, data, after },
            Step::DropCommand { number, data, after } => Step::AddCommand { number, data, after },
            Step::Footers { add } => Step::Footers { add: !add },
            Step::Call { up, down } => Step::Call { up: down, down: up },
        }
    }

    /// Whether there is code for this direction: only of a call there may be none.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        !matches!(self, Step::Call { up: None, .. })
    }

    /// Whether it is about QEMU's stream as such: for other states there is nothing to do.
    #[must_use]
    pub fn is_of_stream(&self) -> bool {
        match self {
            Step::AddCommand { .. } | Step::DropCommand { .. } | Step::Footers { .. } => true,
            Step::Rename { scope, .. }
            | Step::Retype { scope, .. }
            | Step::Set { scope, .. }
            | Step::Map { scope, .. }
            | Step::Bits { scope, .. }
            | Step::Open { scope, .. }
            | Step::Close { scope, .. } => is_head(scope),
            Step::Add { place, .. } | Step::Drop { place, .. } => is_head(place.scope),
            Step::Wrap(wrapping) | Step::Unwrap(wrapping) => is_head(wrapping.place.scope),
            _ => false,
        }
    }

    /// What it does, in one or two words.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        match self {
            Step::Rename { .. } => "rename",
            Step::Add { .. } => "add",
            Step::Drop { .. } => "drop",
            Step::Retype { .. } => "retype",
            Step::Set { .. } => "set",
            Step::Map { .. } => "map",
            Step::Bits { .. } => "bits",
            Step::Move { .. } => "move",
            Step::Wrap(_) => "wrap",
            Step::Unwrap(_) => "unwrap",
            Step::Split { .. } => "split",
            Step::Merge { .. } => "merge",
            Step::RenameDevice { .. } => "rename device",
            Step::AddDevice { .. } => "add device",
            Step::DropDevice { .. } => "drop device",
            Step::SetVersion { .. } => "set version",
            Step::Open { .. } => "open",
            Step::Close { .. } => "close",
            Step::AddCommand { .. } => "add command",
            Step::DropCommand { .. } => "drop command",
            Step::Footers { .. } => "footers",
            Step::Call { .. } => "call",
        }
    }
}

/// Whether a pattern names the head of QEMU's stream, or something in it.
pub(crate) fn is_head(scope: &str) -> bool {
    let rest = scope.as_bytes().strip_prefix(b"qemu/0");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."))
}
