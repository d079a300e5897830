//! What items are grouped by.

use super::Extent;

/// A group of items that begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The state of one device.
    Device {
        /// Tells devices of one name apart.
        instance: u32,
        /// The versions of its state.
        versions: Versions,
    },
    /// A struct; its version, if it has one of its own, comes with its description.
    Struct(Option<Description<'a>>),
    /// A list of structs.
    List {
        /// Whether the count is on the wire.
        extent: Extent,
        /// How many elements there are; on load of a variable list, how many there is room for. On load of a
        /// fixed list also [`OPEN`].
        count: usize,
    },
    /// One element of a list: a struct without a name.
    Element,
    /// What may be there or not.
    Optional {
        /// Whether it is; not known on load.
        present: bool,
    },
    /// A named part of a struct or device that may be missing.
    Subsection {
        /// The version of this part.
        version: u32,
    },
}

impl Scope<'_> {
    /// The number of elements of a list, else 0.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Scope::List { count, .. } => *count,
            _ => 0,
        }
    }

    /// The scope of a device or struct whose state is written as of another version than the current one.
    pub(super) fn written_as(self, version: Option<u32>) -> Self {
        let Some(current) = version else { return self };
        match self {
            Scope::Device { instance, versions } => {
                Scope::Device { instance, versions: Versions { current, ..versions } }
            }
            Scope::Struct(Some(Description { name, versions })) => {
                let versions = Versions { current, ..versions };
                Scope::Struct(Some(Description { name, versions }))
            }
            _ => self,
        }
    }

    /// The scope without its numbers.
    #[must_use]
    pub const fn kind(&self) -> ScopeKind {
        match self {
            Scope::Device { .. } => ScopeKind::Device,
            Scope::Struct(_) => ScopeKind::Struct,
            Scope::List { .. } => ScopeKind::List,
            Scope::Element => ScopeKind::Element,
            Scope::Optional { .. } => ScopeKind::Optional,
            Scope::Subsection { .. } => ScopeKind::Subsection,
        }
    }
}

/// Which kind of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// See [`Scope::Device`].
    Device,
    /// See [`Scope::Struct`].
    Struct,
    /// See [`Scope::List`].
    List,
    /// See [`Scope::Element`].
    Element,
    /// See [`Scope::Optional`].
    Optional,
    /// See [`Scope::Subsection`].
    Subsection,
}

/// The name and versions of a struct that is described on its own and used in several devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description<'a> {
    /// The name of the description, such as `ptimer`.
    pub name: &'a [u8],
    /// The versions of the struct.
    pub versions: Versions,
}

/// The count of a fixed list that is to be loaded without knowing it: the elements say which is the last. A wire
/// that tells how many there are says so then; the list of another wire may end at any element.
pub const OPEN: usize = usize::MAX;

/// The version of a state of which nobody told one: newer than any, so that nothing of it is left out.
pub const NEWEST: u32 = u32::MAX;

/// Which versions of a state a program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The version that is written, and the newest that can be read.
    pub current: u32,
    /// The oldest version that can be read.
    pub minimum: u32,
}

impl Versions {
    /// One version and no other.
    #[must_use]
    pub const fn only(version: u32) -> Self {
        Versions { current: version, minimum: version }
    }
}

/// What a decoder says of a scope that it opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The version that the wire carries for it; `None` when it carries none.
    pub version: Option<u32>,
    /// The number of elements of a list.
    pub count: usize,
    /// Whether what is optional is there.
    pub present: bool,
}
