//! What is known of a state without its values: plain types that anybody may read, make or change.

use std::collections::HashMap;

/// How many descriptions may lie in each other. QEMU's are less than ten deep; the bound is that of the stack.
pub const MAX_NESTING: usize = 32;

/// The devices of a machine, or of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What says so.
    pub source: Source,
    /// The type of the machine, where it is told.
    pub machine: Option<String>,
    /// The devices, in the order of the source.
    pub devices: Vec<Device>,
}

impl Schema {
    /// Whether the number of elements is told of any array: older releases of QEMU leave it out of dumps.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.devices.iter().filter_map(Device::description).any(Description::is_counted)
    }
}

/// What a schema was read from, and so what it can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A dump of a program's tables: all that may be sent, with sizes in memory and without types.
    Dump,
    /// The description of a stream of QEMU: what was sent, with types and sizes on the wire.
    Description,
    /// A stream of chunks: the same, and what may be done with it.
    Chunks,
}

impl Source {
    /// The word for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Source::Dump => "dump",
            Source::Description => "description",
            Source::Chunks => "chunks",
        }
    }

    /// The source of this word.
    #[must_use]
    pub fn of(text: &str) -> Option<Source> {
        let all = [Source::Dump, Source::Description, Source::Chunks];
        all.into_iter().find(|source| source.text() == text)
    }

    /// Whether only what was sent is known: what is not there may have been left out.
    #[must_use]
    pub fn is_sent(self) -> bool {
        self != Source::Dump
    }
}

/// A type of device in a dump; a section or a device in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name: of the type, or of the section with the path of the device.
    pub name: String,
    /// Tells those of one name in a stream apart.
    pub instance: Option<u32>,
    /// The versions of its state.
    pub versions: Versions,
    /// Whether a reader that does not know it may leave it out.
    pub ancillary: bool,
    /// What its state is.
    pub state: State,
}

/// What is known of the state of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Its fields.
    Described(Description),
    /// Nothing, and why.
    Unknown(String),
}

impl Device {
    /// Its description, if it is known.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        match &self.state {
            State::Described(description) => Some(description),
            State::Unknown(_) => None,
        }
    }
}

/// Versions of a state, as far as they are known. QEMU has signed ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// The one that is saved, and the newest that is loaded.
    pub current: Option<i64>,
    /// The oldest that is loaded; of chunks, the oldest reader.
    pub minimum: Option<i64>,
}

impl Versions {
    /// A version that was sent.
    #[must_use]
    pub fn sent(version: u32) -> Versions {
        Versions { current: Some(version.into()), minimum: None }
    }
}

/// A struct, the state of a device or a subsection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its name, such as `ptimer`; empty where it has none.
    pub name: String,
    /// Its versions.
    pub versions: Versions,
    /// Of a subsection: whether a reader that does not know it may leave it out.
    pub ancillary: bool,
    /// The fields in their order. `None` where the source does not have the key.
    pub fields: Option<Vec<Field>>,
    /// The subsections. `None` where the source does not have the key.
    pub subsections: Option<Vec<Description>>,
}

impl Description {
    /// The fields, none where the source does not have the key.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        self.fields.as_deref().unwrap_or_default()
    }

    /// The subsections, none where the source does not have the key.
    #[must_use]
    pub fn subsections(&self) -> &[Description] {
        self.subsections.as_deref().unwrap_or_default()
    }
}

impl Description {
    /// The readers bound how deep descriptions nest.
    fn is_counted(&self) -> bool {
        let of = |field: &Field| {
            matches!(field.count, Count::Of(_))
                || field.description.as_deref().is_some_and(Description::is_counted)
        };
        self.fields().iter().any(of) || self.subsections().iter().any(Description::is_counted)
    }
}

/// A field: one entry of a table, or what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// How many fields of this name stand before it in its description.
    pub rank: u64,
    /// Its type, as the source names it.
    pub kind: Option<String>,
    /// The version from which on it exists.
    pub since: Option<i64>,
    /// Whether anything else decides that.
    pub exists: Exists,
    /// The bytes of one element: in memory for a dump, else on the wire.
    pub size: Option<u64>,
    /// How many elements there are.
    pub count: Count,
    /// Whether a reader that does not know it may leave it out.
    pub ancillary: bool,
    /// What is inside of it, or of each of its elements.
    pub description: Option<Box<Description>>,
}

/// Whether a field of the right version exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exists {
    /// It was sent; what else may be is not known.
    #[default]
    Sent,
    /// Always.
    Always,
    /// Code of the device decides; where it was sent, it was in some elements and in others not.
    Condition,
}

/// How many elements a field has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Not known: a single one, or an array whose length is part of the state.
    #[default]
    Unknown,
    /// It is no array.
    One,
    /// An array of so many.
    Of(u64),
    /// An array whose length is part of the state.
    Variable,
}

impl Count {
    /// The number of elements, as far as it is known; else one.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Count::Of(number) => number,
            Count::Unknown | Count::One | Count::Variable => 1,
        }
    }
}

/// Tells the fields of each name apart.
pub(super) fn ranked(mut fields: Vec<Field>) -> Vec<Field> {
    let mut seen: HashMap<String, u64> = HashMap::new();
    for field in &mut fields {
        match seen.get_mut(&field.name) {
            Some(before) => {
                field.rank = *before;
                *before = before.saturating_add(1);
            }
            None => drop(seen.insert(field.name.clone(), 1)),
        }
    }
    fields
}
