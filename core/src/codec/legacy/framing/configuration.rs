//! The configuration: which machine a stream is of, and what both sides must agree on.

use super::{capability, refuse, take_name, types};
use crate::codec::legacy::decoder::take_subsection;
use crate::error::{Code, Result, MAX_NAME};
use crate::io::{told, Reader};
use crate::visit::{Extent, Scope, ScopeKind, SubsectionName, Visitor};

/// The name that its subsections begin with.
const OWNER: &str = "configuration";

/// The version of each of its subsections.
const PART_VERSION: u32 = 1;

/// Room for the names of capabilities, each with its length: those of all releases take less than 400 bytes.
const CAPABILITY_ROOM: usize = 1024;

/// What a stream says of the machine that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    machine: heapless::Vec<u8, MAX_NAME>,
    page_bits: u32,
    uuid: [u8; 16],
    capabilities: Capabilities,
    /// The subsections that are there, in their order, each with its version as it is in the stream.
    parts: heapless::Vec<(Part, u32), { Part::ALL.len() }>,
}

/// A subsection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    PageBits,
    Capabilities,
    Uuid,
}

impl Part {
    const ALL: [Part; 3] = [Part::PageBits, Part::Capabilities, Part::Uuid];

    const fn name(self) -> &'static str {
        match self {
            Part::PageBits => "configuration/target-page-bits",
            Part::Capabilities => "configuration/capabilities",
            Part::Uuid => "configuration/uuid",
        }
    }
}

impl Configuration {
    /// How many bytes a configuration takes at most, without its type. A reader over a piece of a stream must
    /// have so many, and [`LOOK_AHEAD`](crate::codec::legacy::LOOK_AHEAD) more, or all that the stream has: a
    /// subsection that it does not see whole does not belong to the configuration.
    pub const MAX_LENGTH: usize = 4 + MAX_NAME + (36 + 4) + (32 + 4 + CAPABILITY_ROOM) + (24 + 16);

    /// That of a machine of this type, without subsections.
    ///
    /// # Errors
    /// [`Code::NameTooLong`]; [`Code::BadText`] for a name with a NUL.
    pub fn new(machine: &[u8]) -> Result<Configuration> {
        let bare = Configuration {
            machine: heapless::Vec::from_slice(machine).map_err(|_| Code::NameTooLong)?,
            page_bits: 0,
            uuid: [0; 16],
            capabilities: Capabilities::default(),
            parts: heapless::Vec::new(),
        };
        match machine.contains(&0) {
            true => Err(Code::BadText),
            false => Ok(bare),
        }
    }

    /// Says how many bits of an address lie within a page of the target.
    pub fn set_page_bits(&mut self, bits: u32) {
        self.page_bits = bits;
        self.add(Part::PageBits);
    }

    /// Says the UUID of the machine.
    pub fn set_uuid(&mut self, uuid: [u8; 16]) {
        self.uuid = uuid;
        self.add(Part::Uuid);
    }

    /// Adds the name of a capability that is on.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for an empty name; [`Code::BadText`] for one with a NUL; [`Code::NameTooLong`];
    /// [`Code::TooMany`] when there is no room for it.
    pub fn add_capability(&mut self, name: &str) -> Result<()> {
        match name.as_bytes() {
            [] => return Err(Code::InvalidArgument),
            name if name.contains(&0) => return Err(Code::BadText),
            name if name.len() > MAX_NAME => return Err(Code::NameTooLong),
            _ => {}
        }
        if self.capabilities.room() <= name.len() || !self.capabilities.keep(name.as_bytes()) {
            return Err(Code::TooMany);
        }
        self.add(Part::Capabilities);
        Ok(())
    }

    /// Notes that a subsection is there: in the order in which QEMU writes them.
    fn add(&mut self, part: Part) {
        let there = Part::ALL.into_iter().filter(|known| *known == part || self.has(*known));
        let mut parts = heapless::Vec::new();
        for part in there {
            // There is room for all of them.
            let _ = parts.push((part, PART_VERSION));
        }
        self.parts = parts;
    }

    /// Reads what follows the type of the record. The subsections may come in any order and may be missing.
    ///
    /// # Errors
    /// [`Code::TooMany`] for a machine whose name is longer than [`MAX_NAME`], as no option of a command line
    /// is, and for more capabilities than there is room for; [`Code::UnknownSubsection`]; [`Code::TooNew`] and
    /// [`Code::TooOld`] for the version of one, of which QEMU reads the low eight bits; [`Code::BadOrder`] for
    /// one that comes twice; [`Code::BadValue`] and [`Code::BadText`] for the name of a capability that is
    /// empty, or no text; those of the reader.
    pub fn read(reader: &mut impl Reader) -> Result<Configuration> {
        let mut configuration = Configuration {
            machine: take_machine(reader)?,
            page_bits: 0,
            uuid: [0; 16],
            capabilities: Capabilities::default(),
            parts: heapless::Vec::new(),
        };
        let mut name = SubsectionName::new();
        loop {
            let start = reader.position();
            let Some(version) = take_subsection(reader, OWNER.as_bytes(), &mut name)? else {
                return Ok(configuration);
            };
            configuration.part(reader, start, &name, version)?;
        }
    }

    /// The name of the type of the machine.
    #[must_use]
    pub fn machine(&self) -> &[u8] {
        &self.machine
    }

    /// How many bits of an address lie within a page of the target, if the stream says it.
    #[must_use]
    pub fn page_bits(&self) -> Option<u32> {
        self.has(Part::PageBits).then_some(self.page_bits)
    }

    /// The UUID of the machine, if the stream has it.
    #[must_use]
    pub fn uuid(&self) -> Option<&[u8; 16]> {
        self.has(Part::Uuid).then_some(&self.uuid)
    }

    /// The names of the capabilities that are on and that the sender validates; also names that nobody here
    /// knows.
    pub fn capabilities(&self) -> impl Iterator<Item = &str> {
        self.capabilities.names()
    }

    /// Whether there is a capability of this name.
    #[must_use]
    pub fn has_capability(&self, name: &str) -> bool {
        self.capabilities().any(|known| known == name)
    }

    /// What of it is no stream for a machine that would write `ours`, by the name of the item; `None` for one that
    /// may be loaded. The types of the machines are the same, and so are the page bits, also where they are missing.
    /// UUIDs differ only where both have one. Capabilities are the same among those that are validated, and all that
    /// the stream has are known.
    #[must_use]
    pub fn misfit(&self, ours: &Configuration) -> Option<&'static str> {
        let lacks = |one: &Configuration, other: &Configuration| {
            let mut validated = other.capabilities().filter(|name| is_validated(name));
            validated.any(|name| !one.has_capability(name))
        };
        let unknown = |name: &str| capability(name.as_bytes()).is_none();
        match () {
            () if self.machine != ours.machine => Some("machine"),
            () if self.page_bits() != ours.page_bits() => Some("page_bits"),
            () if self.capabilities().any(unknown) => Some("capabilities"),
            () if lacks(self, ours) || lacks(ours, self) => Some("capabilities"),
            () if self.uuid().is_some_and(|uuid| ours.uuid().is_some_and(|ours| ours != uuid)) => {
                Some("uuid")
            }
            () => None,
        }
    }

    /// Saves the configuration, its type included, as the struct `configuration` of `docs/format.md`, section 14.
    ///
    /// # Errors
    /// Those of the visitor; [`Code::TooNew`] for a subsection whose version has more than eight bits, on a
    /// wire that does not write such.
    pub fn visit(&self, v: &mut Visitor<'_>) -> Result<()> {
        v.structure(OWNER, |v| {
            v.visit("type", &mut { types::CONFIGURATION })?;
            self.save(v)
        })
    }

    /// Saves what follows the type.
    ///
    /// # Errors
    /// As [`visit`](Configuration::visit).
    pub fn save(&self, v: &mut Visitor<'_>) -> Result<()> {
        v.save_bytes(&"machine", Extent::Variable, &self.machine)?;
        self.parts.iter().try_for_each(|(part, version)| self.visit_part(v, *part, *version))
    }

    fn visit_part(&self, v: &mut Visitor<'_>, part: Part, version: u32) -> Result<()> {
        v.begin(&part.name(), Scope::Subsection { version })?;
        match part {
            Part::PageBits => v.visit("page_bits", &mut { self.page_bits })?,
            Part::Capabilities => self.capabilities.visit(v)?,
            Part::Uuid => v.save_bytes(&"uuid", Extent::Fixed, &self.uuid)?,
        }
        v.end(ScopeKind::Subsection)
    }

    fn has(&self, part: Part) -> bool {
        self.parts.iter().any(|(known, _)| *known == part)
    }

    /// Reads the subsection that began at `start`.
    fn part(
        &mut self,
        reader: &mut impl Reader,
        start: u64,
        name: &[u8],
        version: u32,
    ) -> Result<()> {
        let Some(part) = Part::ALL.into_iter().find(|part| part.name().as_bytes() == name) else {
            return Err(refuse(reader, Code::UnknownSubsection, start, 0, 0));
        };
        let (known, found) = (u64::from(PART_VERSION), u64::from(version));
        match version & 0xff {
            PART_VERSION => {}
            0 => return Err(refuse(reader, Code::TooOld, start, known, found)),
            _ => return Err(refuse(reader, Code::TooNew, start, known, found)),
        }
        if self.has(part) || self.parts.push((part, version)).is_err() {
            return Err(refuse(reader, Code::BadOrder, start, 0, 0));
        }
        match part {
            Part::PageBits => self.page_bits = reader.take_as(u32::from_be_bytes)?,
            Part::Capabilities => self.capabilities.read(reader)?,
            Part::Uuid => self.uuid = reader.take()?,
        }
        Ok(())
    }
}

fn is_validated(name: &str) -> bool {
    capability(name.as_bytes()).is_some_and(|capability| capability.validated)
}

fn take_machine(reader: &mut impl Reader) -> Result<heapless::Vec<u8, MAX_NAME>> {
    let start = reader.position();
    let length = reader.take_as(u32::from_be_bytes)?;
    let mut machine = heapless::Vec::new();
    let fits = usize::try_from(length).is_ok_and(|length| machine.resize(length, 0).is_ok());
    if !fits {
        let room = told(MAX_NAME);
        return Err(refuse(reader, Code::TooMany, start, room, u64::from(length)));
    }
    reader.take_into(&mut machine)?;
    Ok(machine)
}

/// Names one behind the other, each with its length before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Capabilities {
    packed: heapless::Vec<u8, CAPABILITY_ROOM>,
}

impl Capabilities {
    fn names(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.packed.as_slice();
        core::iter::from_fn(move || {
            let (length, behind) = rest.split_first()?;
            let (name, behind) = behind.split_at_checked(usize::from(*length))?;
            rest = behind;
            core::str::from_utf8(name).ok()
        })
    }

    /// How many bytes are free.
    fn room(&self) -> usize {
        CAPABILITY_ROOM.saturating_sub(self.packed.len())
    }

    fn read(&mut self, reader: &mut impl Reader) -> Result<()> {
        let count = reader.take_as(u32::from_be_bytes)?;
        for _ in 0..count {
            let start = reader.position();
            let name = take_name(reader)?;
            if core::str::from_utf8(&name).is_err() {
                return Err(refuse(reader, Code::BadText, start, 0, 0));
            }
            if !self.keep(&name) {
                let room = told(CAPABILITY_ROOM);
                let wanted = self.packed.len().saturating_add(name.len()).saturating_add(1);
                return Err(refuse(reader, Code::TooMany, start, room, told(wanted)));
            }
        }
        Ok(())
    }

    fn keep(&mut self, name: &[u8]) -> bool {
        let length = u8::try_from(name.len()).unwrap_or_default();
        self.packed.push(length).is_ok() && self.packed.extend_from_slice(name).is_ok()
    }

    fn visit(&self, v: &mut Visitor<'_>) -> Result<()> {
        let count = self.names().count();
        v.begin(&"capabilities", Scope::List { extent: Extent::Variable, count })?;
        for name in self.names() {
            v.begin_element()?;
            v.save_text(&"", name)?;
            v.end_element()?;
        }
        v.end(ScopeKind::List)
    }
}
