//! Operations without their texts.

use crate::codec::chunk::shape::What;
use crate::visit::{Extent, Kind, ScopeKind};

/// An operation without its texts, so that it can be kept while the place moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Leaf(Leaf),
    Begin(Begin),
    Element,
    End,
}

/// An item that is no scope. A count that the shape has not is in the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    Scalar(Kind),
    Array(Kind, Option<u32>),
    Bytes(Option<u32>),
    Text,
    Absent,
    Raw,
}

/// The beginning of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    Plain(ScopeKind),
    List(Option<u32>),
    Optional,
    Device,
}

impl Begin {
    pub(super) fn kind(self) -> ScopeKind {
        match self {
            Begin::Plain(kind) => kind,
            Begin::List(_) => ScopeKind::List,
            Begin::Optional => ScopeKind::Optional,
            Begin::Device => ScopeKind::Device,
        }
    }
}

impl Step {
    pub(super) fn of(what: &What<'_>) -> Step {
        let fixed = |extent, count| (extent == Extent::Fixed).then_some(count);
        match *what {
            What::End => Step::End,
            What::Scalar(kind) => Step::Leaf(Leaf::Scalar(kind)),
            What::Array(kind, extent, count) => Step::Leaf(Leaf::Array(kind, fixed(extent, count))),
            What::Bytes(extent, count) => Step::Leaf(Leaf::Bytes(fixed(extent, count))),
            What::Text => Step::Leaf(Leaf::Text),
            What::Absent => Step::Leaf(Leaf::Absent),
            What::Raw => Step::Leaf(Leaf::Raw),
            What::Struct | What::Described { .. } => Step::Begin(Begin::Plain(ScopeKind::Struct)),
            What::List(extent, count) => Step::Begin(Begin::List(fixed(extent, count))),
            What::Element => Step::Element,
            What::Optional => Step::Begin(Begin::Optional),
            What::Subsection { .. } => Step::Begin(Begin::Plain(ScopeKind::Subsection)),
            What::Device { .. } => Step::Begin(Begin::Device),
        }
    }
}
