//! A schema from whatever file says one.

use std::path::Path;
use std::rc::Rc;

use migcore::codec::observe::{Item, Observer, Refusal};
use migcore::codec::vmdesc::Vmdesc;

use super::chunked::Collector;
use super::model::{Device, Schema, Source, State, Versions};
use super::tree::Json;
use super::{described, document, dump};
use crate::chunks;
use crate::failure::{Failure, Result};
use crate::guess::unknown;
use crate::input::{Format, Input};
use crate::qemu::item::{Content, Payload, Section};
use crate::qemu::restored;
use crate::qemu::scan::Scanner;

/// The longest text that is read, in bytes. QEMU's dumps have two to four million.
const MAX_TEXT: u64 = 32 << 20;

/// The most devices of one schema: what is kept of each is small, but kept.
const MOST_DEVICES: usize = 1 << 20;

/// A schema, and what is wrong with the stream that it was read from.
#[derive(Debug)]
pub struct Found {
    /// What is known of the devices; where something is wrong, of those before it.
    pub schema: Schema,
    /// What is wrong.
    pub damages: Vec<String>,
}

impl Found {
    fn right(schema: Schema) -> Found {
        Found { schema, damages: Vec::new() }
    }
}

/// Reads the schema that a file holds: a stream, the description of one, a dump, or the document of a schema.
///
/// # Errors
/// [`Failure`]. Damage of a stream is none.
pub fn read(mut input: Input) -> Result<Found> {
    match input.format()? {
        Format::Qemu => of_qemu(input),
        Format::Chunks => match restored::restored(&input)? {
            None => of_chunks(&input),
            Some(Ok(restored)) => of_qemu(restored),
            Some(Err(report)) => {
                let schema = Schema { source: Source::Chunks, machine: None, devices: Vec::new() };
                Ok(Found { schema, damages: vec![report.to_string()] })
            }
        },
        Format::Unknown if is_text(&mut input)? => of_text(input).map(Found::right),
        Format::Unknown => Err(unknown(&mut input)),
    }
}

fn is_text(input: &mut Input) -> Result<bool> {
    let path = input.path().to_owned();
    let start = input.window(0, 64).map_err(Failure::reading(&path))?;
    Ok(start.trim_ascii_start().starts_with(b"{"))
}

fn of_text(mut input: Input) -> Result<Schema> {
    let path = input.path().to_owned();
    if input.length() > MAX_TEXT {
        return Err(refused(&path, &format!("a text of more than {MAX_TEXT} bytes is not read")));
    }
    let length = usize::try_from(input.length()).unwrap_or(usize::MAX);
    let text = input.window(0, length).map_err(Failure::reading(&path))?;
    let json = Json::parse(text).map_err(|wrong| refused(&path, &wrong.to_string()))?;
    let members = json.members().map_err(|wrong| refused(&path, &wrong.to_string()))?;
    if document::is_document(members) {
        return document::read(members).map_err(|wrong| refused(&path, &wrong.to_string()));
    }
    if dump::is_dump(members) {
        return dump::read(members).map_err(|wrong| refused(&path, &wrong.to_string()));
    }
    match members.find("devices") {
        Ok(None) => {
            Err(refused(&path, "neither a dump of tables, nor a description, nor a schema"))
        }
        _ => Vmdesc::parse(text)
            .map(|vmdesc| described::schema(&vmdesc))
            .map_err(|error| refused(&path, &format!("no description of a stream: {error}"))),
    }
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}

fn of_qemu(input: Input) -> Result<Found> {
    let path = input.path().to_owned();
    let mut scanner = Scanner::new(input, None).map_err(Failure::reading(&path))?;
    let vmdesc = scanner.vmdesc().cloned();
    let schema = Schema { source: Source::Description, machine: None, devices: Vec::new() };
    let mut found = Found::right(schema);
    while let Some(item) = scanner.next_item().map_err(Failure::reading(&path))? {
        match &item.content {
            Content::Configuration { configuration, .. } => {
                let machine = String::from_utf8_lossy(configuration.machine());
                found.schema.machine = Some(machine.into_owned());
            }
            Content::Section(section) if section.kind.is_named() => {
                if found.schema.devices.len() >= MOST_DEVICES {
                    return Err(refused(&path, &format!("more than {MOST_DEVICES} sections")));
                }
                found.schema.devices.push(device(section, vmdesc.as_ref()));
            }
            Content::Damage(damage) => found.damages.push(damage.to_string()),
            _ => {}
        }
    }
    Ok(found)
}

/// A section, with its fields where its description fits it.
pub(crate) fn device(section: &Section, vmdesc: Option<&Rc<Vmdesc>>) -> Device {
    let entry = match section.payload {
        Payload::Described(described) => described::entry(vmdesc, described.device),
        Payload::Ram(_) | Payload::Opaque(_) => None,
    };
    let why = match &section.payload {
        Payload::Ram(_) => "the memory of the guest".to_owned(),
        Payload::Opaque(reason) => reason.to_string(),
        Payload::Described(_) => "the description does not have it".to_owned(),
    };
    let versions = Versions::sent(section.named.version);
    let state = entry.map_or(State::Unknown(why), |entry| entry.state);
    let name = String::from_utf8_lossy(&section.named.name).into_owned();
    Device { name, instance: Some(section.named.instance), versions, ancillary: false, state }
}

fn of_chunks(input: &Input) -> Result<Found> {
    let mut collector = Collector::default();
    let done = {
        let observe = |item: Item<'_>| -> std::result::Result<(), Refusal> {
            collector.item(&item);
            Ok(())
        };
        chunks::replay_devices(input, &mut Observer::new(observe))
    };
    let damages = match done {
        Ok(_) => Vec::new(),
        Err(report) => vec![chunks::damage(report, input.path())?.to_string()],
    };
    let machine = Some(chunks::machine(input)).filter(|machine| !machine.is_empty());
    let schema = Schema { source: Source::Chunks, machine, devices: collector.devices };
    Ok(Found { schema, damages })
}
