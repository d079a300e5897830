//! What a preflight finds.

use core::ffi::CStr;
use core::fmt;

use crate::compat::Version;
use crate::error::{put_number, Path, Put};
use crate::visit::Kind;

/// A C string with one byte 0 more than it needs. A compiler puts those with one into a pool, which a linker keeps
/// or throws away as a whole; these are linked only with who says them.
macro_rules! c_text {
    ($text:literal) => {
        const {
            match CStr::from_bytes_until_nul(concat!($text, "\0\0").as_bytes()) {
                Ok(text) => text,
                Err(_) => c"",
            }
        }
    };
}

/// Whether a receiver loads a state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// It loads, as far as items, types and versions tell. What hooks refuse is not known before.
    #[default]
    Loads,
    /// It loads, and what was found is lost.
    Losses,
    /// That depends on what is not known here.
    CannotTell,
    /// It is refused.
    Refused,
}

impl Answer {
    /// The number: 0 loads, 1 loads with losses, 2 refused, 3 cannot tell. Exit codes of tools are these.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Answer::Loads => 0,
            Answer::Losses => 1,
            Answer::Refused => 2,
            Answer::CannotTell => 3,
        }
    }

    /// The answer in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        text_of(self.c_text())
    }

    /// [`text`](Answer::text) as a C string.
    #[must_use]
    pub const fn c_text(self) -> &'static CStr {
        match self {
            Answer::Loads => c_text!("loads"),
            Answer::Losses => c_text!("loads with losses"),
            Answer::Refused => c_text!("refused"),
            Answer::CannotTell => c_text!("cannot tell"),
        }
    }

    /// The worse of the two: refused, cannot tell, losses, loads.
    #[must_use]
    pub fn and(self, other: Answer) -> Answer {
        self.max(other)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Why something is not simply loaded. The numbers are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The receiver does not have this device.
    UnknownDevice = 1,
    /// The receiver needs this device, and the state does not have it.
    MissingDevice = 2,
    /// The state has this device twice.
    RepeatedDevice = 3,
    /// The state is of a newer version than the receiver loads.
    TooNew = 4,
    /// The state is of an older version than the receiver loads.
    TooOld = 5,
    /// The receiver does not know this item.
    UnknownItem = 6,
    /// The receiver does not know this subsection.
    UnknownSubsection = 7,
    /// The receiver needs this item, and the state does not have it.
    MissingItem = 8,
    /// The item is of a type that the receiver cannot take.
    WrongType = 9,
    /// The receiver takes another number of elements or bytes.
    WrongCount = 10,
    /// The value must be another one.
    ValueDiffers = 11,
    /// What the receiver does not know is marked as what may be skipped: it is lost there.
    Skipped = 12,
    /// A transform loses this.
    Lost = 13,
    /// A transform would lose this, and the policy does not allow it.
    LossRefused = 14,
    /// There is no route between the versions.
    NoRoute = 15,
    /// A transform fails.
    StepFailed = 16,
    /// The receiver lacks a capability.
    Capability = 17,
    /// Nothing is known of the state that the device accepts.
    NoShape = 18,
    /// The shape that is known is of another version.
    OtherVersion = 19,
    /// Bytes whose inside nobody describes.
    Opaque = 20,
    /// It is not known whether there is room for so many.
    Room = 21,
    /// The receiver does not have it now, so what it takes inside is not known.
    NotThere = 22,
    /// The receiver has a route from this version, whose outcome is not known here.
    ReceiverConverts = 23,
    /// The manifest or the state is too much to be compared.
    TooMuchWork = 24,
    /// The receiver wants another wire.
    Wire = 25,
    /// Several items have this name, and not as many on both sides: which of them the receiver takes is not known.
    RepeatedItem = 26,
    /// The value must be the receiver's own, which is not known.
    ValueUnknown = 27,
    /// It stands where the receiver reads something else: the wire has no names.
    Order = 28,
}

impl Reason {
    /// Every reason, in order of number.
    pub const ALL: [Reason; 28] = [
        Reason::UnknownDevice,
        Reason::MissingDevice,
        Reason::RepeatedDevice,
        Reason::TooNew,
        Reason::TooOld,
        Reason::UnknownItem,
        Reason::UnknownSubsection,
        Reason::MissingItem,
        Reason::WrongType,
        Reason::WrongCount,
        Reason::ValueDiffers,
        Reason::Skipped,
        Reason::Lost,
        Reason::LossRefused,
        Reason::NoRoute,
        Reason::StepFailed,
        Reason::Capability,
        Reason::NoShape,
        Reason::OtherVersion,
        Reason::Opaque,
        Reason::Room,
        Reason::NotThere,
        Reason::ReceiverConverts,
        Reason::TooMuchWork,
        Reason::Wire,
        Reason::RepeatedItem,
        Reason::ValueUnknown,
        Reason::Order,
    ];

    /// The stable number.
    #[must_use]
    pub const fn number(self) -> u16 {
        #[allow(clippy::as_conversions, reason = "the discriminant is the number")]
        {
            self as u16
        }
    }

    /// The reason with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.number() == number)
    }

    /// The reason as one word, for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Reason::UnknownDevice => "unknown-device",
            Reason::MissingDevice => "missing-device",
            Reason::RepeatedDevice => "repeated-device",
            Reason::TooNew => "too-new",
            Reason::TooOld => "too-old",
            Reason::UnknownItem => "unknown-item",
            Reason::UnknownSubsection => "unknown-subsection",
            Reason::MissingItem => "missing-item",
            Reason::WrongType => "wrong-type",
            Reason::WrongCount => "wrong-count",
            Reason::ValueDiffers => "value-differs",
            Reason::Skipped => "skipped",
            Reason::Lost => "lost",
            Reason::LossRefused => "loss-refused",
            Reason::NoRoute => "no-route",
            Reason::StepFailed => "step-failed",
            Reason::Capability => "capability",
            Reason::NoShape => "no-shape",
            Reason::OtherVersion => "other-version",
            Reason::Opaque => "opaque",
            Reason::Room => "room",
            Reason::NotThere => "not-there",
            Reason::ReceiverConverts => "receiver-converts",
            Reason::TooMuchWork => "too-much-work",
            Reason::Wire => "wire",
            Reason::RepeatedItem => "repeated-item",
            Reason::ValueUnknown => "value-unknown",
            Reason::Order => "order",
        }
    }

    /// The reason in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        text_of(self.c_text())
    }

    /// [`text`](Reason::text) as a C string.
    #[must_use]
    pub const fn c_text(self) -> &'static CStr {
        match self {
            Reason::UnknownDevice => c_text!("the receiver does not have this device"),
            Reason::MissingDevice => c_text!("the receiver needs this device"),
            Reason::RepeatedDevice => c_text!("the state has this device twice"),
            Reason::TooNew => c_text!("newer than the receiver loads"),
            Reason::TooOld => c_text!("older than the receiver loads"),
            Reason::UnknownItem => c_text!("the receiver does not know this item"),
            Reason::UnknownSubsection => c_text!("the receiver does not know this subsection"),
            Reason::MissingItem => c_text!("the receiver needs this item"),
            Reason::WrongType => c_text!("the receiver cannot take this type"),
            Reason::WrongCount => c_text!("the receiver takes another number of elements"),
            Reason::ValueDiffers => c_text!("the receiver must have the same value"),
            Reason::Skipped => c_text!("the receiver skips this"),
            Reason::Lost => c_text!("a transform loses this"),
            Reason::LossRefused => c_text!("a transform would lose this, which is not allowed"),
            Reason::NoRoute => c_text!("there is no route between these versions"),
            Reason::StepFailed => c_text!("a transform fails here"),
            Reason::Capability => c_text!("the receiver lacks this capability"),
            Reason::NoShape => c_text!("what this device accepts is not known"),
            Reason::OtherVersion => {
                c_text!("what the receiver accepts of this version is not known")
            }
            Reason::Opaque => c_text!("bytes whose inside nobody describes"),
            Reason::Room => c_text!("whether the receiver has room for so many is not known"),
            Reason::NotThere => {
                c_text!("the receiver does not have it now, so what it takes inside is not known")
            }
            Reason::ReceiverConverts => {
                c_text!("the receiver converts this version, with an outcome not known here")
            }
            Reason::TooMuchWork => c_text!("too much to be compared"),
            Reason::Wire => c_text!("the receiver wants another wire"),
            Reason::RepeatedItem => {
                c_text!("several items have this name, so which of them the receiver takes is not known")
            }
            Reason::ValueUnknown => {
                c_text!("the value must be the receiver's own, which is not known")
            }
            Reason::Order => {
                c_text!("the receiver reads something else here, on a wire without names")
            }
        }
    }

    /// What would help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        text_of(self.c_help())
    }

    /// [`help`](Reason::help) as a C string.
    #[must_use]
    pub const fn c_help(self) -> &'static CStr {
        match self {
            Reason::UnknownDevice => {
                c_text!("give the receiver this device, or remove it by a transform, or mark it ancillary if it may be lost")
            }
            Reason::MissingDevice => {
                c_text!("add it by a transform, or make it optional at the receiver")
            }
            Reason::RepeatedDevice => c_text!("give each device an instance of its own"),
            Reason::TooNew | Reason::TooOld => {
                c_text!("register a transform between the two versions, on either side")
            }
            Reason::UnknownItem | Reason::UnknownSubsection => {
                c_text!("drop it by a transform, or mark it ancillary if it may be lost")
            }
            Reason::MissingItem => {
                c_text!("add it with a default by a transform, or let the receiver do without it")
            }
            Reason::WrongType => c_text!("change the type by a transform, where the values fit"),
            Reason::WrongCount => {
                c_text!("give both machines the same number, or convert it by a transform")
            }
            Reason::ValueDiffers => c_text!("give both machines the same configuration"),
            Reason::Skipped | Reason::Lost => {
                c_text!("if it must not be lost, update the receiver; a list of losses that travels along restores it later")
            }
            Reason::LossRefused => c_text!(
                "allow the loss for this path in the policy, or bring the state to a default first"
            ),
            Reason::NoRoute => c_text!("register a transform between these versions"),
            Reason::StepFailed => {
                c_text!("mend the transform, or bring the state into the form that it is for")
            }
            Reason::Capability => c_text!("turn it off on this side, or update the receiver"),
            Reason::NoShape => {
                c_text!("let the receiver record its shape, by a scratch instance or a table")
            }
            Reason::OtherVersion => {
                c_text!(
                    "let the receiver record the shape of this version, or transform to its newest"
                )
            }
            Reason::Opaque => c_text!("describe it, by a table, a visit function or a schema"),
            Reason::Room => {
                c_text!("let the receiver tell its room, or let it check the state itself")
            }
            Reason::NotThere => c_text!("let the receiver record a shape in which it is there"),
            Reason::ReceiverConverts => c_text!("give this side the same transforms"),
            Reason::TooMuchWork => c_text!("give memory for an index"),
            Reason::Wire => c_text!("send on that wire"),
            Reason::RepeatedItem => c_text!("give each item a name of its own"),
            Reason::ValueUnknown => c_text!("let the receiver record its shape from a device"),
            Reason::Order => c_text!("save in the receiver's order, or send chunks"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

const fn text_of(text: &'static CStr) -> &'static str {
    match text.to_str() {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// What was expected, or what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail<'f> {
    /// Nothing is to be said.
    #[default]
    None,
    /// A version, a count, a value.
    Number(u64),
    /// Words.
    Text(&'f str),
    /// A type.
    Kind(Kind),
    /// An array of a type.
    Array(Kind),
    /// A version and its tag.
    Version(u32, &'f str),
}

impl Detail<'_> {
    /// Puts it as text; nothing for [`Detail::None`].
    pub fn put(&self, put: Put<'_>) {
        match *self {
            Detail::None => {}
            Detail::Number(number) => put_number(number, put),
            Detail::Text(text) => put(text.as_bytes()),
            Detail::Kind(kind) => put(kind.text().as_bytes()),
            Detail::Array(kind) => {
                put(b"array of ");
                put(kind.text().as_bytes());
            }
            Detail::Version(number, tag) => Version { number, tag }.put(put),
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct Finding<'f> {
    /// What follows from it.
    pub answer: Answer,
    /// Why.
    pub reason: Reason,
    /// Where in the state.
    pub path: Path,
    /// What the receiver takes.
    pub expected: Detail<'f>,
    /// What the state has.
    pub found: Detail<'f>,
}

impl Finding<'_> {
    /// The finding as a line of text, in pieces.
    pub fn put(&self, put: Put<'_>) {
        put(self.answer.text().as_bytes());
        put(b": ");
        if !self.path.as_str().is_empty() {
            put(self.path.as_str().as_bytes());
            put(b": ");
        }
        self.put_reason(put);
    }

    /// The reason alone, with what was expected and found.
    pub fn put_reason(&self, put: Put<'_>) {
        put(self.reason.text().as_bytes());
        let (expected, found) = (self.expected != Detail::None, self.found != Detail::None);
        if expected || found {
            put(b" (");
        }
        if expected {
            put(b"takes ");
            self.expected.put(put);
        }
        if expected && found {
            put(b", ");
        }
        if found {
            put(b"found ");
            self.found.put(put);
        }
        if expected || found {
            put(b")");
        }
    }
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut done = Ok(());
        self.put(&mut |part| {
            if done.is_ok() {
                // Names of devices need not be text.
                done = part.utf8_chunks().try_for_each(|chunk| f.write_str(chunk.valid()));
            }
        });
        done
    }
}
