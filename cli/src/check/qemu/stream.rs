//! A stream as a whole: what its sender is, its sections, and where their bytes are.

use std::path::Path;
use std::rc::Rc;

use migcore::codec::vmdesc::{self, Vmdesc};

use crate::failure::{Failure, Result};
use crate::input::Input;
use crate::qemu::info::Info;
use crate::qemu::item::{Content, End, Payload, Section as Record};
use crate::qemu::scan::Scanner;
use crate::schema::model::{Schema, Source};
use crate::schema::read;

/// The most sections of one stream: what is kept of each is small, but kept.
const MOST_SECTIONS: usize = 1 << 16;

/// A stream of which everything but the bytes is in memory.
#[derive(Debug)]
pub struct Stream {
    /// What it says of its sender, and numbers.
    pub info: Info,
    /// What its sections consist of, as far as they are described.
    pub schema: Schema,
    pub(super) sections: Vec<Section>,
    input: Input,
    description: Option<Rc<Vmdesc>>,
}

/// A section with a head of its own: one that is whole, or the first part of a live one.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) name: Vec<u8>,
    pub(super) instance: u32,
    start: u64,
    length: u64,
    pub(super) inside: Inside,
    /// Whether its end was not found: other sections may be in its bytes.
    pub(super) open: bool,
}

/// What is known of the inside of a section.
#[derive(Clone, Debug)]
pub(super) enum Inside {
    /// Its fields, by the entry of this number.
    Described(usize),
    /// The memory of the guest.
    Ram,
    /// A handler wrote it that describes nothing.
    Handler,
    /// Nothing, and why.
    Unknown(String),
}

impl Section {
    /// Name and instance, as a path.
    pub(super) fn path(&self) -> String {
        format!("{}/{}", self.name.escape_ascii(), self.instance)
    }
}

impl Stream {
    /// Reads a stream, whose description stands at its end.
    ///
    /// # Errors
    /// [`Failure`]. Damage is none: see [`Info::damages`].
    pub fn read(input: Input) -> Result<Stream> {
        Stream::described(input, None)
    }

    /// Reads a stream, with the description of another one for one that has none.
    ///
    /// # Errors
    /// [`Failure`]. Damage is none: see [`Info::damages`].
    pub fn described(input: Input, outside: Option<Vmdesc>) -> Result<Stream> {
        let (path, again) = (input.path().to_owned(), input.again());
        let mut scanner = Scanner::new(input, outside).map_err(Failure::reading(&path))?;
        let description = scanner.vmdesc().cloned();
        let mut info = Info::of_length(again.length());
        let mut schema = Schema { source: Source::Description, machine: None, devices: Vec::new() };
        let mut sections = Vec::new();
        while let Some(item) = scanner.next_item().map_err(Failure::reading(&path))? {
            info.item(&item);
            let Content::Section(record) = &item.content else { continue };
            if !record.kind.is_named() {
                continue;
            }
            if sections.len() >= MOST_SECTIONS {
                return Err(super::refused(&path, &format!("more than {MOST_SECTIONS} sections")));
            }
            schema.devices.push(read::device(record, description.as_ref()));
            sections.push(section(record, description.as_deref()));
        }
        info.finish(&scanner);
        Ok(Stream { info, schema, sections, input: again, description })
    }

    /// The file that it lies in.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.input.path()
    }

    /// The bytes of a section.
    pub(super) fn bytes(&mut self, section: &Section) -> Vec<u8> {
        let length = usize::try_from(section.length).unwrap_or(usize::MAX);
        let window = self.input.window(section.start, length).unwrap_or_default();
        window.get(..length.min(window.len())).unwrap_or_default().to_vec()
    }

    /// The entry of the description for a section.
    pub(super) fn entry(&self, number: usize) -> Option<&vmdesc::Device> {
        self.description.as_ref()?.devices.get(number)
    }

    /// The type of the machine.
    pub(super) fn machine(&self) -> Option<&[u8]> {
        self.info.configuration.as_ref().map(|configuration| configuration.machine())
    }
}

fn section(record: &Record, description: Option<&Vmdesc>) -> Section {
    let is_handler = |device: usize| {
        let entry = description.and_then(|description| description.devices.get(device));
        matches!(entry.map(|entry| &entry.content), Some(vmdesc::Content::Handler { .. }))
    };
    let inside = match &record.payload {
        Payload::Described(described) if is_handler(described.device) => Inside::Handler,
        Payload::Described(described) => Inside::Described(described.device),
        Payload::Ram(_) => Inside::Ram,
        Payload::Opaque(reason) => Inside::Unknown(reason.to_string()),
    };
    Section {
        name: record.named.name.clone(),
        instance: record.named.instance,
        start: record.start,
        length: record.length,
        inside,
        open: record.end == End::NotFound,
    }
}
