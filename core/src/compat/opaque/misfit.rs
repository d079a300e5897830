//! Why a field stays opaque.

use core::fmt;

use crate::error::Code;

/// Why the bytes of a field are not what its schema says, or why fields cannot be closed to bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The bytes end inside of this item.
    Ends,
    /// The item has a value that it never has.
    Value,
    /// A subsection that the schema does not know, or not of this version.
    Subsection,
    /// Bytes are left over.
    Left,
    /// The bytes fit two forms of the field.
    Ambiguous,
    /// The item to be closed is not what the schema has there.
    Differs,
    /// The item to be opened is no buffer, or that to be closed was not opened.
    NotOpaque,
    /// A call on the tree or the visitor failed, as `code` says.
    Failed,
}

/// That a field stays as it is: why, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The reason.
    pub why: Why,
    /// The same as a code: that of a call that failed, and else [`Code::BadValue`].
    pub code: Code,
    /// The place in the bytes of the field.
    pub offset: usize,
    /// The name of the item there.
    pub field: &'static str,
}

impl Misfit {
    pub(super) fn not_opaque() -> Misfit {
        Misfit { why: Why::NotOpaque, code: Code::WrongType, offset: 0, field: "" }
    }

    pub(super) fn ambiguous() -> Misfit {
        Misfit { why: Why::Ambiguous, code: Code::BadValue, offset: 0, field: "" }
    }

    pub(super) fn failed(code: Code) -> Misfit {
        Misfit { why: Why::Failed, code, offset: 0, field: "" }
    }
}

impl From<Misfit> for Code {
    fn from(misfit: Misfit) -> Code {
        misfit.code
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Why::Ends => "the bytes end inside of this item",
            Why::Value => "a value that this item never has",
            Why::Subsection => "a subsection that is not known, or not in this version",
            Why::Left => "bytes are left over",
            Why::Ambiguous => "the bytes can be read in more than one way",
            Why::Differs => "the fields are not those of the schema",
            Why::NotOpaque => "it is no buffer that was opaque",
            Why::Failed => "a call failed",
        })
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::Failed => out.write_str(self.code.text()),
            Why::NotOpaque => self.why.fmt(out),
            why if self.field.is_empty() => write!(out, "byte {}: {why}", self.offset),
            why => write!(out, "byte {}, {}: {why}", self.offset, self.field),
        }
    }
}

/// What ends a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes are not what the schema says.
    Misfit(Why),
    /// Who takes the items refused.
    Failed(Code),
}

impl From<Code> for Stop {
    fn from(code: Code) -> Stop {
        Stop::Failed(code)
    }
}

impl Stop {
    pub(super) fn at(self, (offset, field): (usize, &'static str)) -> Misfit {
        match self {
            Stop::Misfit(why) => Misfit { why, code: Code::BadValue, offset, field },
            Stop::Failed(code) => Misfit { why: Why::Failed, code, offset, field },
        }
    }
}
