//! What a profile says, for people and for programs.

use std::collections::BTreeMap;
use std::io::{self, Write};

use migcore::compat::profile::{AtVersion, Row, Rows, Says, Setting, Wire};
use serde_json::{json, Map, Value};

use super::read::{Line, Stack};
use super::version::Version;
use crate::show::{table, Document};

/// What is asked of a profile.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Of which version of the machine; of none: for all rows.
    pub machine: Option<&'a Version>,
    /// Of which device; of none: of all.
    pub device: Option<&'a str>,
}

/// What it says.
#[derive(Debug)]
pub struct Answer<'a> {
    /// What the profiles are for.
    titles: Vec<&'a str>,
    /// The version, and what the machine is written as.
    machine: Option<(&'a Version, Wire)>,
    /// For a version each property once, with what holds, in alphabetical order; else all rows, in the order in which
    /// they apply.
    rows: Vec<(&'a Line, Row<'a>)>,
    /// Whether any row is about the device, of whatever version.
    known: bool,
}

impl Answer<'_> {
    /// Whether the profiles have the device that was asked for.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known
    }
}

/// Answers a question.
///
/// # Errors
/// [`Code::TooMany`](migcore::Code::TooMany) for more profiles than may be on top of each other; those of their rows.
pub fn answer<'a>(stack: Stack<'a>, question: Question<'a>) -> migcore::Result<Answer<'a>> {
    let number = question.machine.map_or(0, Version::number);
    let (mut rows, mut all) = (Rows::new(stack, number)?, Vec::new());
    while let Some((line, row)) = rows.step()? {
        let asked = |device: &str| question.device.is_none_or(|asked| asked == device);
        if about(&row).is_none_or(|(device, _)| asked(device)) {
            all.push((line, row));
        }
    }
    let (mut rows, mut known) = (Rows::new(stack, 0)?, question.device.is_none());
    while let Some((_, row)) = rows.step()? {
        known |= about(&row).is_some_and(|(device, _)| question.device == Some(device));
    }
    let titles = stack.0.iter().filter_map(|profile| profile.title.as_deref()).collect();
    let Some(machine) = question.machine else {
        return Ok(Answer { titles, machine: None, rows: all, known });
    };
    // Later rows override those before.
    let last = all.into_iter().filter_map(|found| Some((about(&found.1)?, found)));
    let last: BTreeMap<_, _> = last.collect();
    let wire = AtVersion::new(stack, number).wire()?;
    let machine = Some((machine, wire));
    Ok(Answer { titles, machine, rows: last.into_values().collect(), known })
}

/// The device and the property of a row; no property is that of a blob, and no device that of the machine.
fn about<'a>(row: &Row<'a>) -> Option<(&'a str, &'a str)> {
    match row.says {
        Says::Property { device, name, .. } => Some((device, name)),
        Says::Blob { device, .. } => Some((device, "")),
        Says::Wire(_) => None,
    }
}

/// As it stands in a file.
fn word(wire: Wire) -> &'static str {
    match wire {
        Wire::Legacy => "legacy",
        Wire::Chunk => "chunk",
    }
}

/// Prints an answer for people.
///
/// # Errors
/// Those of the writer.
pub fn print(answer: &Answer<'_>, to: &mut dyn Write) -> io::Result<()> {
    for title in &answer.titles {
        writeln!(to, "{}", title.replace(char::is_control, "?"))?;
    }
    if let Some((machine, wire)) = answer.machine {
        writeln!(to, "machine {machine}, wire {}", word(wire))?;
    }
    let lines = answer.rows.iter().map(|(line, row)| {
        let (device, property, value, optional) = match row.says {
            Says::Property { device, name, value, optional } => {
                let value = match value {
                    Setting::Flag(value) => value.to_string(),
                    Setting::Number(value) => value.to_string(),
                    Setting::Text(value) => format!("{value:?}"),
                };
                (device, name, value, if optional { "optional" } else { "" })
            }
            Says::Blob { device, .. } => (device, "", "stays a blob".to_owned(), ""),
            Says::Wire(wire) => ("(machine)", "", format!("wire {}", word(wire)), ""),
        };
        let until = line.until.to_string();
        vec![device.to_owned(), property.to_owned(), value, until, optional.to_owned()]
    });
    table(to, &["device", "property", "value", "until", ""], lines.collect())
}

/// Prints an answer as one document.
///
/// # Errors
/// Those of the writer.
pub fn print_json(answer: &Answer<'_>, to: &mut dyn Write) -> io::Result<()> {
    let rows = || answer.rows.iter().map(|(line, row)| object(line, row));
    let document = match answer.machine {
        None => json!({
            "format": "profile",
            "titles": answer.titles,
            "rows": rows().collect::<Vec<_>>(),
        }),
        Some((machine, wire)) => {
            let (blobs, properties): (Vec<_>, Vec<_>) =
                rows().partition(|row| row.get("blob").is_some());
            json!({
                "format": "profile",
                "titles": answer.titles,
                "machine": machine.to_string(),
                "wire": word(wire),
                "blobs": blobs,
                "properties": properties,
            })
        }
    };
    writeln!(to, "{:#}", Document(&document))
}

fn object(line: &Line, row: &Row<'_>) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    match row.says {
        Says::Property { device, name, value, optional } => {
            put("device", device.into());
            put("property", name.into());
            put(
                "value",
                match value {
                    Setting::Flag(value) => value.into(),
                    Setting::Number(value) => value.into(),
                    Setting::Text(value) => value.into(),
                },
            );
            put("optional", optional.into());
        }
        Says::Blob { device, stays } => {
            put("device", device.into());
            put("blob", stays.into());
        }
        Says::Wire(wire) => put("wire", word(wire).into()),
    }
    put("until", line.until.to_string().into());
    object.into()
}
