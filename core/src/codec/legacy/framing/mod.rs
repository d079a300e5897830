//! The framing of a whole QEMU stream: its header, and the records that it is made of.
//!
//! A stream is a [`Header`], then [`Record`]s, each with one byte that tells its type. Only commands and the
//! description say how long they are; where the payload of a section ends, only its reader knows. See
//! `docs/format.md`, section 12.
//!
//! Readers and writers here know one head at a time and keep nothing between two calls: which record may
//! stand where is the caller's.

mod command;
mod configuration;
mod names;
mod visits;

pub use command::{commands, CommandHead, Lengths};
pub use configuration::Configuration;
pub use names::{capability, Capability, CAPABILITIES, RUN_STATES};
pub use visits::{check_configuration, load_record, over, skip, visit_footer, visit_header};

use super::{put_name, refuse, take_name, Counted};
use crate::error::{Code, Result, MAX_NAME};
use crate::io::{Reader, Writer};

/// The first four bytes of a stream, as a number.
pub const MAGIC: u32 = 0x5145_564d;

/// The version of the framing.
pub const VERSION: u32 = 3;

/// The bytes that records begin with.
pub mod types {
    /// The records end.
    pub const EOF: u8 = 0x00;
    /// The first part of a live section.
    pub const START: u8 = 0x01;
    /// One more part of a live section.
    pub const PART: u8 = 0x02;
    /// The last part of a live section.
    pub const END: u8 = 0x03;
    /// A section that is written at once.
    pub const FULL: u8 = 0x04;
    /// A subsection: only within the payload of a section or configuration, no record.
    pub const SUBSECTION: u8 = crate::codec::legacy::SUBSECTION;
    /// The description of the devices.
    pub const DESCRIPTION: u8 = 0x06;
    /// The configuration.
    pub const CONFIGURATION: u8 = 0x07;
    /// A command.
    pub const COMMAND: u8 = 0x08;
    /// The footer of a section.
    pub const FOOTER: u8 = 0x7e;
}

/// What a stream begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header;

impl Header {
    /// Bytes of a header.
    pub const LENGTH: usize = 8;

    /// Reads a header.
    ///
    /// # Errors
    /// [`Code::BadMagic`] for what is no stream of QEMU; [`Code::ObsoleteFormat`] for a version before
    /// [`VERSION`], [`Code::UnknownFormat`] for one after it; those of the reader.
    pub fn read(reader: &mut impl Reader) -> Result<Header> {
        let start = reader.position();
        if reader.take_as(u32::from_be_bytes)? != MAGIC {
            return Err(refuse(reader, Code::BadMagic, start, 0, 0));
        }
        let start = reader.position();
        let version = reader.take_as(u32::from_be_bytes)?;
        let code = match version {
            VERSION => return Ok(Header),
            0..VERSION => Code::ObsoleteFormat,
            _ => Code::UnknownFormat,
        };
        Err(refuse(reader, code, start, u64::from(VERSION), u64::from(version)))
    }

    /// Writes a header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, writer: &mut impl Writer) -> Result<()> {
        writer.put(MAGIC.to_be_bytes())?;
        writer.put(VERSION.to_be_bytes())
    }
}

/// The name of a section: of the device, often behind the path of its bus.
pub type SectionName = Counted;

/// What a section begins with, behind its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionHead {
    /// The number of the section in this stream: its footer and its other parts have the same.
    pub id: u32,
    /// The name, of at least one byte and without a NUL.
    pub name: SectionName,
    /// Tells sections of one name apart.
    pub instance: u32,
    /// The version of the state.
    pub version: u32,
}

impl SectionHead {
    /// Reads a head.
    ///
    /// # Errors
    /// [`Code::BadValue`] for an empty name; [`Code::BadText`] for one with a NUL; those of the reader.
    pub fn read(reader: &mut impl Reader) -> Result<SectionHead> {
        Ok(SectionHead {
            id: reader.take_as(u32::from_be_bytes)?,
            name: take_name(reader)?,
            instance: reader.take_as(u32::from_be_bytes)?,
            version: reader.take_as(u32::from_be_bytes)?,
        })
    }

    /// Writes a head.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] for a name that is empty or has a NUL; those of the writer.
    pub fn write(&self, writer: &mut impl Writer) -> Result<()> {
        writer.put(self.id.to_be_bytes())?;
        put_name(writer, &self.name)?;
        writer.put(self.instance.to_be_bytes())?;
        writer.put(self.version.to_be_bytes())
    }

    /// How many bytes it takes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        self.name.len().saturating_add(13)
    }
}

/// One record, as far as its own head tells: of a section its head and not its payload, of a command not its
/// data, of the description not its text, and of the configuration only that it follows.
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, and there is no memory to put the large one"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record {
    /// The records end. Only a description may follow.
    Eof,
    /// The first part of a live section.
    Start(SectionHead),
    /// One more part of the live section with this number.
    Part(u32),
    /// The last part of the live section with this number.
    End(u32),
    /// A section that is written at once.
    Full(SectionHead),
    /// The description of the devices: so many bytes of text follow.
    Description(u32),
    /// The [`Configuration`] follows.
    Configuration,
    /// A command; its data follow.
    Command(CommandHead),
    /// The payload of the section with this number ended here.
    Footer(u32),
}

impl Record {
    /// How many bytes a record may take at most.
    pub const MAX_LENGTH: usize = 1 + 4 + 1 + MAX_NAME + 4 + 4;

    /// Reads one record. Where it stands is not looked at: in the middle of records, a description, a
    /// configuration or a footer is the caller's to refuse.
    ///
    /// # Errors
    /// [`Code::UnknownRecord`] for a type that is none, such as that of a subsection; those of
    /// [`SectionHead::read`] and of the reader.
    pub fn read(reader: &mut impl Reader) -> Result<Record> {
        let start = reader.position();
        let kind = reader.take_as(u8::from_be_bytes)?;
        Ok(match kind {
            types::EOF => Record::Eof,
            types::START => Record::Start(SectionHead::read(reader)?),
            types::PART => Record::Part(reader.take_as(u32::from_be_bytes)?),
            types::END => Record::End(reader.take_as(u32::from_be_bytes)?),
            types::FULL => Record::Full(SectionHead::read(reader)?),
            types::DESCRIPTION => Record::Description(reader.take_as(u32::from_be_bytes)?),
            types::CONFIGURATION => Record::Configuration,
            types::COMMAND => Record::Command(CommandHead::read(reader)?),
            types::FOOTER => Record::Footer(reader.take_as(u32::from_be_bytes)?),
            _ => return Err(refuse(reader, Code::UnknownRecord, start, 0, u64::from(kind))),
        })
    }

    /// Writes one record.
    ///
    /// # Errors
    /// Those of [`SectionHead::write`] and of the writer.
    pub fn write(&self, writer: &mut impl Writer) -> Result<()> {
        writer.put([self.type_byte()])?;
        match self {
            Record::Eof | Record::Configuration => Ok(()),
            Record::Start(head) | Record::Full(head) => head.write(writer),
            Record::Part(number)
            | Record::End(number)
            | Record::Description(number)
            | Record::Footer(number) => writer.put(number.to_be_bytes()),
            Record::Command(head) => head.write(writer),
        }
    }

    /// The byte that tells its type; see [`types`].
    #[must_use]
    pub const fn type_byte(&self) -> u8 {
        match self {
            Record::Eof => types::EOF,
            Record::Start(_) => types::START,
            Record::Part(_) => types::PART,
            Record::End(_) => types::END,
            Record::Full(_) => types::FULL,
            Record::Description(_) => types::DESCRIPTION,
            Record::Configuration => types::CONFIGURATION,
            Record::Command(_) => types::COMMAND,
            Record::Footer(_) => types::FOOTER,
        }
    }

    /// How many bytes it takes, with the byte of its type.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        match self {
            Record::Eof | Record::Configuration => 1,
            Record::Start(head) | Record::Full(head) => head.encoded_len().saturating_add(1),
            Record::Part(_)
            | Record::End(_)
            | Record::Description(_)
            | Record::Command(_)
            | Record::Footer(_) => 5,
        }
    }
}
