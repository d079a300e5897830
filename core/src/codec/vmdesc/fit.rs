//! Whether a description and the bytes of a section belong together, and where they part.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use super::take::Counting;
use super::walk::Walk;
use super::Device;
use crate::error::Code;

/// What a walk found that fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// Bytes that the description explains, with the heads of subsections.
    pub described_bytes: u64,
    /// Bytes of which it tells only that they are there.
    pub opaque_bytes: u64,
    /// Values: elements of arrays count each, a buffer counts once.
    pub leaves: u64,
    /// How many scopes are open at most, elements of lists not counted. A replay needs that many besides
    /// those that the caller opens, of [`MAX_DEPTH`](crate::error::MAX_DEPTH).
    pub depth: usize,
}

/// Looks whether a description fits the bytes of its section: exactly, to the last one.
///
/// # Errors
/// Where and why it does not.
pub fn fits(device: &Device, payload: &[u8]) -> Result<Fit, Misfit> {
    let mut counting = Counting::default();
    Walk::new(payload, &mut counting).device(device).map_err(|misfit| *misfit)?;
    Ok(counting.fit())
}

/// A description does not fit its section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The byte of the section.
    pub offset: usize,
    /// The path of the field, from the device on; empty for the whole section.
    pub at: String,
    /// What is wrong.
    pub what: Unfit,
}

/// Why a description does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unfit {
    /// The section ends inside of the field.
    Short {
        /// The bytes of the field.
        needed: u64,
        /// Those that are left.
        left: u64,
    },
    /// The section goes on behind the last field.
    Left(u64),
    /// The size is none that the type can have.
    Size(u64),
    /// A struct has another size than its fields and subsections together.
    StructSize {
        /// What the description says.
        says: u64,
        /// What its fields have.
        has: u64,
    },
    /// A byte that is no truth value.
    Bool(u8),
    /// A byte that does not stand for a null pointer.
    Null(u8),
    /// A byte that says something else than the description of whether one more element follows.
    More(u8),
    /// A tree has another number of nodes.
    Count {
        /// What the description has.
        says: u64,
        /// What the section says.
        has: u32,
    },
    /// A string is not UTF-8, holds a NUL, or has another length.
    Text,
    /// The head of this subsection does not stand here.
    Subsection,
    /// The version of a subsection is above 255, which QEMU cannot write.
    Version(u32),
    /// A name is longer than [`MAX_NAME`](crate::error::MAX_NAME), holds a NUL, or is that of a subsection and empty.
    Name,
    /// Descriptions nest too deep.
    Nesting,
    /// Far more entries or elements than a section of this length has: such without bytes, repeated.
    Work,
    /// The visitor does not take it: its error.
    Visit(Code),
}

impl Misfit {
    #[cold]
    pub(super) fn new(offset: usize, what: Unfit) -> Box<Misfit> {
        Box::new(Misfit { offset, at: String::new(), what })
    }

    /// The misfit, seen from one scope further out.
    #[cold]
    pub(super) fn within(mut self: Box<Misfit>, scope: &str) -> Box<Misfit> {
        let dot = !self.at.is_empty() && !self.at.starts_with('[') && !scope.is_empty();
        self.at = format!("{scope}{}{}", if dot { "." } else { "" }, self.at);
        self
    }

    /// The same for an element of a list.
    #[cold]
    pub(super) fn within_element(self: Box<Misfit>, index: u64) -> Box<Misfit> {
        self.within(&format!("[{index}]"))
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        write!(f, "{}, at byte {} of the section", self.what, self.offset)
    }
}

impl core::error::Error for Misfit {}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Short { needed, left } => {
                write!(f, "the section ends inside (bytes needed {needed}, there {left})")
            }
            Unfit::Left(left) => write!(f, "{left} bytes are left that no field describes"),
            Unfit::Size(size) => write!(f, "a field of its type does not have {size} bytes"),
            Unfit::StructSize { says, has } => {
                write!(f, "the struct says {says} bytes and its fields have {has}")
            }
            Unfit::Bool(byte) => write!(f, "a truth value is 0 or 1, and here is {byte:#04x}"),
            Unfit::Null(byte) => write!(f, "a null pointer is 0x30, and here is {byte:#04x}"),
            Unfit::More(byte) => {
                write!(f, "{byte:#04x} stands where another element begins or the list ends")
            }
            Unfit::Count { says, has } => {
                write!(f, "the tree has {says} nodes and its count says {has}")
            }
            Unfit::Text => f.write_str("this is not a string of the length that is described"),
            Unfit::Subsection => f.write_str("the subsection does not begin here"),
            Unfit::Version(version) => write!(f, "a subsection cannot have version {version}"),
            Unfit::Name => f.write_str("a name that no item can have"),
            Unfit::Nesting => f.write_str("descriptions nest too deep"),
            Unfit::Work => f.write_str("far more elements than a section of this length has"),
            Unfit::Visit(code) => f.write_str(code.text()),
        }
    }
}
