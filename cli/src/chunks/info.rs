//! What a stream of chunks is: numbers and sizes.

use std::collections::BTreeMap;
use std::io;

use migcore::codec::chunk::Header;
use migcore::Report;
use serde_json::{json, Value};

use super::list::{error, name};
use super::{Chunk, Step, Tally, Walk, Workspace};
use crate::blocks;
use crate::input::{told, Input};
use crate::show::{fact, sized, table};

/// Devices that are counted one by one; the others go together.
const LISTED: usize = 1 << 16;

/// Numbers and sizes of a stream.
#[derive(Debug, Default)]
pub struct Info {
    /// What the header says, if there is one: as facts with names.
    pub header: Vec<(&'static str, Value)>,
    /// Number and bytes of the chunks of each type, frames included.
    pub types: BTreeMap<String, Count>,
    /// The devices, in order.
    pub devices: Vec<Device>,
    /// Those beyond the ones that are listed.
    pub more: Count,
    /// The memory.
    pub memory: Tally,
    /// How long the stream is.
    pub length: u64,
    /// What is wrong first. All else holds for what stands before it.
    pub damage: Option<Report>,
}

/// A number and a size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub number: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// A device of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Tells devices of one name apart.
    pub instance: u32,
    /// The version of its state.
    pub version: u32,
    /// Where its first fragment begins.
    pub offset: u64,
    /// Its fragments, frames included; shapes are not counted, since devices share them.
    pub fragments: Count,
}

/// Counts the chunks and devices of a stream.
///
/// # Errors
/// Those of the system.
pub fn info(input: &Input) -> io::Result<Info> {
    let mut info = Info { header: header(input), ..Info::default() };
    let mut walk = Walk::new(input);
    loop {
        match walk.next()? {
            Step::Chunk(chunk) => info.count(&chunk),
            Step::End => break,
            Step::Damaged(report) => {
                info.damage = Some(report);
                break;
            }
        }
    }
    info.length = walk.position();
    Ok(info)
}

fn header(input: &Input) -> Vec<(&'static str, Value)> {
    let mut space = Workspace::of(input);
    let (mut decoder, _) = space.decoder(input);
    match decoder.header() {
        Ok(Header { slots, shape_limit, fragment_limit, machine, writer }) => vec![
            ("version", json!("1.0")),
            ("machine", json!(machine)),
            ("writer", json!(writer)),
            ("slots", json!(slots)),
            ("shape_limit", json!(shape_limit)),
            ("fragment_limit", json!(fragment_limit)),
        ],
        Err(_) => Vec::new(),
    }
}

impl Info {
    fn count(&mut self, chunk: &Chunk) {
        let bytes = chunk.whole();
        self.types.entry(name(chunk)).or_default().add(bytes);
        self.memory.take(chunk);
        if !chunk.kind.is_device() {
            return;
        }
        let Some(number) = fragment(&chunk.start) else { return };
        if number == 0 {
            self.begin(chunk);
        }
        match self.devices.last_mut() {
            Some(device) if self.more.number == 0 => device.fragments.add(bytes),
            _ => self.more.bytes = self.more.bytes.saturating_add(bytes),
        }
    }

    fn begin(&mut self, chunk: &Chunk) {
        match device(chunk) {
            Some(device) if self.devices.len() < LISTED => self.devices.push(device),
            _ => self.more.number = self.more.number.saturating_add(1),
        }
    }

    /// All of it as one JSON value.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut all = json!({
            "format": "chunks",
            "length": self.length,
            "types": self.types.iter().map(|(name, count)| {
                json!({ "type": name, "number": count.number, "bytes": count.bytes })
            }).collect::<Vec<_>>(),
            "devices": self.devices.iter().map(Device::json).collect::<Vec<_>>(),
            "more_devices": { "number": self.more.number, "bytes": self.more.bytes },
            "page_size": self.memory.page_size(),
            "blocks": self.memory.each().map(|(block, counts)| blocks::json(block, &counts))
                .collect::<Vec<_>>(),
            "memory_bytes": self.memory.bytes,
            "complete": self.damage.is_none(),
            "error": self.damage.as_ref().map(error),
        });
        if let Some(all) = all.as_object_mut() {
            all.extend(self.header.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        all
    }

    /// Prints it for people.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn print(&self, to: &mut dyn io::Write) -> io::Result<()> {
        fact(to, "format", "chunks, migcore's own")?;
        for (name, value) in &self.header {
            let value = match value.as_str() {
                Some("") => "not said".to_owned(),
                Some(text) => printable(text),
                None => {
                    value.as_u64().map_or_else(|| value.to_string(), |value| limit(name, value))
                }
            };
            fact(to, &name.replace('_', " "), &value)?;
        }
        fact(to, "length", &sized(self.length))?;
        fact(
            to,
            "chunks",
            &self.types.values().map(|count| count.number).sum::<u64>().to_string(),
        )?;
        let lines = self.types.iter().map(|(name, count)| count.cells(name));
        table(to, &["type", "number", "bytes"], lines.collect())?;
        let number = told(self.devices.len()).saturating_add(self.more.number);
        fact(to, "devices", &number.to_string())?;
        let lines = self.devices.iter().map(Device::cells);
        table(to, &["device", "version", "fragments", "bytes", "at"], lines.collect())?;
        if self.more.number > 0 {
            writeln!(to, "  and {} more, {}", self.more.number, sized(self.more.bytes))?;
        }
        self.print_memory(to)
    }

    fn print_memory(&self, to: &mut dyn io::Write) -> io::Result<()> {
        let memory = &self.memory;
        if memory.layout.is_none() {
            return Ok(());
        }
        blocks::summary(to, memory.blocks(), memory.page_size())?;
        fact(to, "", &format!("{} of the stream", sized(memory.bytes)))?;
        blocks::rows(to, memory.each())
    }
}

/// A number of the header.
fn limit(name: &str, value: u64) -> String {
    if name.ends_with("limit") {
        sized(value)
    } else {
        value.to_string()
    }
}

impl Count {
    fn add(&mut self, bytes: u64) {
        self.number = self.number.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
    }
}

impl Count {
    fn cells(&self, name: &str) -> Vec<String> {
        vec![name.to_owned(), self.number.to_string(), self.bytes.to_string()]
    }
}

impl Device {
    fn cells(&self) -> Vec<String> {
        let Device { name, instance, version, offset, fragments } = self;
        let Count { number, bytes } = fragments;
        let numbers = [u64::from(*version), *number, *bytes, *offset].map(|one| one.to_string());
        std::iter::once(format!("{}/{instance}", printable(name))).chain(numbers).collect()
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "instance": self.instance,
            "version": self.version,
            "offset": self.offset,
            "fragments": self.fragments.number,
            "bytes": self.fragments.bytes,
        })
    }
}

/// The number of a fragment.
fn fragment(data: &[u8]) -> Option<u32> {
    let (_slot, rest) = data.split_first_chunk::<2>()?;
    Some(u32::from_be_bytes(*rest.first_chunk()?) & !(1 << 31))
}

/// What the first fragment of a device says of it.
fn device(chunk: &Chunk) -> Option<Device> {
    let (length, rest) = chunk.start.get(6..)?.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let (instance, rest) = rest.split_first_chunk()?;
    Some(Device {
        name: String::from_utf8_lossy(name).into_owned(),
        instance: u32::from_be_bytes(*instance),
        version: u32::from_be_bytes(*rest.first_chunk()?),
        offset: chunk.offset,
        fragments: Count::default(),
    })
}

/// Text without what a terminal would obey.
fn printable(text: &str) -> String {
    text.escape_debug().to_string()
}
