//! A file of rules as it is written: TOML.

use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) title: Option<String>,
    pub(super) policy: Option<Policy>,
    #[serde(default)]
    pub(super) change: Vec<Spanned<Change>>,
    #[serde(default)]
    pub(super) device: Vec<Spanned<History>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) otherwise: Option<Verdict>,
    #[serde(default)]
    pub(super) paths: Vec<Spanned<PathRule>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PathRule {
    pub(super) path: String,
    pub(super) loss: Verdict,
}

/// From the mildest to the strictest.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    Allow,
    IfDefault,
    Refuse,
}

/// What differs between two versions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) from: Option<Name>,
    pub(super) to: Option<Name>,
    #[serde(default)]
    pub(super) step: Vec<Spanned<Step>>,
}

/// The versions of devices.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct History {
    pub(super) name: String,
    #[serde(default)]
    pub(super) change: Vec<Spanned<Change>>,
}

/// A version: a number or a text.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged, expecting = "a version is a number or a text")]
pub(super) enum Name {
    Number(u32),
    Text(String),
}

/// A step. One of the keys is there, beside `optional`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Step {
    #[serde(default)]
    pub(super) optional: bool,
    pub(super) add: Option<Entry>,
    pub(super) drop: Option<Gone>,
    pub(super) rename: Option<Rename>,
    pub(super) retype: Option<Retype>,
    pub(super) set: Option<Set>,
    pub(super) map: Option<Map>,
    pub(super) bits: Option<Bits>,
    #[serde(rename = "move")]
    pub(super) moves: Option<Move>,
    pub(super) wrap: Option<Wrap>,
    pub(super) unwrap: Option<Wrap>,
    pub(super) split: Option<Split>,
    pub(super) merge: Option<Split>,
    pub(super) rename_device: Option<RenameDevice>,
    pub(super) add_device: Option<NewDevice>,
    pub(super) drop_device: Option<NewDevice>,
    pub(super) set_version: Option<SetVersion>,
    pub(super) open: Option<Schema>,
    pub(super) close: Option<Schema>,
    pub(super) add_command: Option<Command>,
    pub(super) drop_command: Option<Command>,
    pub(super) footers: Option<bool>,
    pub(super) configuration: Option<Configuration>,
    pub(super) refuse: Option<Refuse>,
}

/// An item; of a step `add` also where it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    #[serde(rename = "in")]
    pub(super) scope: Option<String>,
    pub(super) after: Option<String>,
    #[serde(default)]
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) value: Option<Literal>,
    pub(super) text: Option<String>,
    pub(super) count: Option<u64>,
    #[serde(default)]
    pub(super) variable: bool,
    pub(super) description: Option<String>,
    pub(super) version: Option<u32>,
    pub(super) items: Option<Vec<Entry>>,
    pub(super) elements: Option<Vec<Vec<Entry>>>,
    #[serde(default)]
    pub(super) marks: Vec<Mark>,
}

/// An item that is gone, or several.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Gone {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) after: Option<String>,
    #[serde(default)]
    pub(super) name: String,
    pub(super) default: Option<Entry>,
    pub(super) items: Option<Vec<Entry>>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mark {
    Ancillary,
    SafeToCopy,
    Secret,
    Volatile,
}

/// A value as TOML writes it; what no number of TOML can be is a text.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "a value is true, false, a number, a text or a list of these")]
pub(super) enum Literal {
    Flag(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Literal>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retype {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Set {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) variable: bool,
    pub(super) was: Option<Literal>,
    pub(super) value: Option<Literal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Map {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) pairs: Vec<Vec<Literal>>,
    #[serde(default)]
    pub(super) otherwise: Otherwise,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Otherwise {
    Keep,
    #[default]
    Refuse,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bits {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) at: u32,
    pub(super) mask: Option<Literal>,
    pub(super) was: Option<Literal>,
    pub(super) value: Option<Literal>,
    pub(super) clear: Option<Literal>,
    pub(super) set: Option<Literal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Move {
    pub(super) from: Place,
    pub(super) to: Place,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Wrap {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) after: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    pub(super) version: Option<u32>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) marks: Vec<Mark>,
    pub(super) items: Vec<String>,
    pub(super) items_after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Split {
    #[serde(default)]
    pub(super) device: String,
    pub(super) into: NewDevice,
    pub(super) items: Vec<String>,
    pub(super) items_after: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RenameDevice {
    pub(super) device: String,
    pub(super) to: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct NewDevice {
    pub(super) device: String,
    pub(super) version: Option<u32>,
    pub(super) minimum: Option<u32>,
    pub(super) oldest_reader: Option<u32>,
    pub(super) after: Option<String>,
    pub(super) items: Option<Vec<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetVersion {
    #[serde(default)]
    pub(super) device: String,
    pub(super) from: u32,
    pub(super) to: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schema {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    pub(super) name: String,
    pub(super) schema: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    pub(super) number: u16,
    #[serde(default)]
    pub(super) data: String,
    pub(super) after: Option<String>,
}

/// What may not be there, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refuse {
    #[serde(rename = "in", default)]
    pub(super) scope: String,
    #[serde(default)]
    pub(super) memory: String,
    pub(super) why: String,
}

/// The section of this name comes or goes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Configuration {
    pub(super) machine: String,
    #[serde(default)]
    pub(super) gone: bool,
}
