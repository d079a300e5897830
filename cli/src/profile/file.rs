//! A profile as it is written: TOML.

use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) title: Option<String>,
    /// From the newest version to the oldest.
    #[serde(default)]
    pub(super) machine: Vec<Machine>,
}

/// What holds up to and including a version of the machine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Machine {
    pub(super) until: Spanned<String>,
    pub(super) wire: Option<Spanned<Wire>>,
    #[serde(default)]
    pub(super) blobs: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Wire {
    Legacy,
    Chunk,
}

/// A property of a device.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) device: Spanned<String>,
    pub(super) property: Spanned<String>,
    pub(super) value: Value,
    #[serde(default)]
    pub(super) optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a value is true or false, a number that is not negative, or a text")]
pub(super) enum Value {
    Flag(bool),
    Number(u64),
    Text(String),
}

impl Value {
    /// What it is, in a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Value::Flag(_) => "true or false",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
        }
    }
}
