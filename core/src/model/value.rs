//! What a node says, and how that lies in its words.

use super::node::{Form, Node};
use crate::io::Width;
use crate::visit::{Description, Extent, Kind, Scope, ScopeKind, Versions};

/// What an item is. Everything that an [`Encoder`](crate::visit::Encoder) can be told is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The whole tree; there is one.
    Root,
    /// The state of one device.
    Device {
        /// Tells devices of one name apart.
        instance: u32,
        /// The version that wrote it, and the oldest one that the writer could read.
        versions: Versions,
        /// The oldest version that can read this state.
        oldest_reader: u32,
    },
    /// A struct.
    Struct(Option<Description<'a>>),
    /// A list of structs: its count is the number of its elements.
    List {
        /// Whether the count is part of the state.
        extent: Extent,
    },
    /// One element of a list.
    Element,
    /// What may be there or not. Only what is there has children.
    Optional {
        /// Whether it is.
        present: bool,
    },
    /// A named part that may be missing.
    Subsection {
        /// The version of this part.
        version: u32,
    },
    /// A scalar as bits (see [`Scalar`](crate::visit::Scalar)); those beyond the width of the kind are dropped.
    Scalar(Kind, u64),
    /// An array: its elements in the machine's byte order, as bytes.
    Array(Kind, Extent, &'a [u8]),
    /// A byte buffer.
    Bytes(Extent, &'a [u8]),
    /// A string.
    Text(&'a str),
    /// A null pointer.
    Absent,
    /// Bytes without a name or type.
    Raw(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The value of a scope that begins; a list is then empty. The oldest reader of a device is the
    /// version that writes.
    #[must_use]
    pub fn of_scope(scope: Scope<'a>) -> Value<'a> {
        match scope {
            Scope::Device { instance, versions } => {
                Value::Device { instance, versions, oldest_reader: versions.current }
            }
            Scope::Struct(description) => Value::Struct(description),
            Scope::List { extent, .. } => Value::List { extent },
            Scope::Element => Value::Element,
            Scope::Optional { present } => Value::Optional { present },
            Scope::Subsection { version } => Value::Subsection { version },
        }
    }

    /// Which kind of scope it is; `None` for the root and for what has no inside.
    #[must_use]
    pub fn scope_kind(&self) -> Option<ScopeKind> {
        match self {
            Value::Device { .. } => Some(ScopeKind::Device),
            Value::Struct(_) => Some(ScopeKind::Struct),
            Value::List { .. } => Some(ScopeKind::List),
            Value::Element => Some(ScopeKind::Element),
            Value::Optional { .. } => Some(ScopeKind::Optional),
            Value::Subsection { .. } => Some(ScopeKind::Subsection),
            _ => None,
        }
    }

    pub(super) fn form(&self) -> Form {
        match self {
            Value::Root => Form::Root,
            Value::Device { .. } => Form::Device,
            Value::Struct(_) => Form::Struct,
            Value::List { .. } => Form::List,
            Value::Element => Form::Element,
            Value::Optional { .. } => Form::Optional,
            Value::Subsection { .. } => Form::Subsection,
            Value::Scalar(..) => Form::Scalar,
            Value::Array(..) => Form::Array,
            Value::Bytes(..) => Form::Bytes,
            Value::Text(_) => Form::Text,
            Value::Absent => Form::Absent,
            Value::Raw(_) => Form::Raw,
        }
    }

    /// The bytes that lie at the back of the block.
    pub(super) fn payload(&self) -> &'a [u8] {
        match self {
            Value::Array(_, _, bytes) | Value::Bytes(_, bytes) | Value::Raw(bytes) => bytes,
            Value::Text(text) => text.as_bytes(),
            _ => &[],
        }
    }

    /// The name of its description, which is interned as those of nodes are.
    pub(super) fn description(&self) -> &'a [u8] {
        match self {
            Value::Struct(Some(description)) => description.name,
            _ => &[],
        }
    }

    /// Whether there can be such a value: of whole elements, of text without a NUL.
    pub(super) fn is_possible(&self) -> bool {
        match self {
            Value::Array(kind, _, bytes) => kind.width().divides(bytes.len()),
            Value::Text(text) => !text.contains('\0'),
            _ => true,
        }
    }

    /// The detail and the words of a node of this value; those of a payload are its place's.
    pub(super) fn pack(&self, description: u32) -> (u8, [u32; 4]) {
        match *self {
            Value::Device { instance, versions, oldest_reader } => {
                (0, [instance, versions.current, versions.minimum, oldest_reader])
            }
            Value::Struct(Some(Description { versions, .. })) => {
                (1, [description, versions.current, versions.minimum, 0])
            }
            Value::List { extent } | Value::Bytes(extent, _) => (variable(extent), [0; 4]),
            Value::Optional { present } => (u8::from(present), [0; 4]),
            Value::Subsection { version } => (0, [version, 0, 0, 0]),
            Value::Scalar(kind, bits) => {
                let (low, high) = split(normal(kind, bits));
                (number(kind), [low, high, 0, 0])
            }
            Value::Array(kind, extent, _) => (number(kind) | variable(extent) << 4, [0; 4]),
            _ => (0, [0; 4]),
        }
    }

    /// The value of a node, whose payload and description are given.
    pub(super) fn unpack(node: &Node, payload: &'a [u8], description: &'a [u8]) -> Value<'a> {
        let [a, b, c, d] = node.words;
        match node.form {
            Form::Free | Form::Root => Value::Root,
            Form::Device => {
                let versions = Versions { current: b, minimum: c };
                Value::Device { instance: a, versions, oldest_reader: d }
            }
            Form::Struct if node.detail == 0 => Value::Struct(None),
            Form::Struct => {
                let versions = Versions { current: b, minimum: c };
                Value::Struct(Some(Description { name: description, versions }))
            }
            Form::List => Value::List { extent: extent(node.detail) },
            Form::Element => Value::Element,
            Form::Optional => Value::Optional { present: node.detail != 0 },
            Form::Subsection => Value::Subsection { version: a },
            Form::Scalar => Value::Scalar(kind(node.detail), join(a, b)),
            Form::Array => Value::Array(kind(node.detail & 15), extent(node.detail >> 4), payload),
            Form::Bytes => Value::Bytes(extent(node.detail), payload),
            // Only whole strings are ever stored.
            Form::Text => Value::Text(core::str::from_utf8(payload).unwrap_or_default()),
            Form::Absent => Value::Absent,
            Form::Raw => Value::Raw(payload),
        }
    }
}

/// Bits beyond the width do not count, and a flag is 0 or 1: equal values are equal bits.
fn normal(kind: Kind, bits: u64) -> u64 {
    match kind {
        Kind::Bool => u64::from(bits != 0),
        _ => bits & (u64::MAX >> unused_bits(kind)),
    }
}

fn unused_bits(kind: Kind) -> u32 {
    match kind.width() {
        Width::One => 56,
        Width::Two => 48,
        Width::Four => 32,
        Width::Eight => 0,
    }
}

#[allow(clippy::as_conversions, reason = "the halves of a number")]
fn split(bits: u64) -> (u32, u32) {
    (bits as u32, (bits >> 32) as u32)
}

fn join(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

#[allow(clippy::as_conversions, reason = "the discriminant is the number")]
pub(super) fn number(kind: Kind) -> u8 {
    kind as u8
}

/// The kind of a number that was made from one.
fn kind(number: u8) -> Kind {
    let index = usize::from(number).wrapping_sub(1);
    Kind::ALL.get(index).copied().unwrap_or(Kind::U8)
}

fn variable(extent: Extent) -> u8 {
    u8::from(extent == Extent::Variable)
}

fn extent(variable: u8) -> Extent {
    match variable {
        0 => Extent::Fixed,
        _ => Extent::Variable,
    }
}
