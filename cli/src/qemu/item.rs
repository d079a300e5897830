//! What a QEMU stream consists of.

use std::fmt;
use std::rc::Rc;

use migcore::codec::legacy::framing::{types, CommandHead, Configuration};

use super::ram::Summary;

/// A part of a stream. The items of a stream lie one behind the other, from its first byte to its last;
/// none lies over another.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
    /// What it is.
    pub content: Content,
}

impl Item {
    /// Where it ends.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// What an item is.
#[derive(Clone, Debug)]
pub enum Content {
    /// The first eight bytes.
    Header,
    /// What the sender says of itself.
    Configuration {
        /// What it says.
        configuration: Rc<Configuration>,
        /// Whether it would be written with the same bytes: QEMU reads only a part of the versions in it.
        exact: bool,
    },
    /// A section, with its footer if it has one.
    Section(Section),
    /// A command with its data.
    Command(CommandHead),
    /// A command behind which records follow that belong to it, up to [`Content::PackageEnd`].
    Package {
        /// How many bytes they are.
        length: u32,
    },
    /// The end of the records of a package. Has no bytes.
    PackageEnd,
    /// The end of the records.
    End,
    /// The description, its type byte and length included.
    Description,
    /// Bytes behind the end.
    Trailing,
    /// Bytes that could not be read, perhaps none, and why.
    Damage(Damage),
}

/// Which record carries a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// The first of a live section.
    Start,
    /// One between the first and the last.
    Part,
    /// The last of a live section.
    End,
    /// The only one.
    Full,
}

impl SectionKind {
    /// The word for it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            SectionKind::Start => "start",
            SectionKind::Part => "part",
            SectionKind::End => "end",
            SectionKind::Full => "full",
        }
    }

    /// The type byte of the record.
    #[must_use]
    pub fn type_byte(self) -> u8 {
        match self {
            SectionKind::Start => types::START,
            SectionKind::Part => types::PART,
            SectionKind::End => types::END,
            SectionKind::Full => types::FULL,
        }
    }

    /// Whether name, instance and version are on the wire.
    #[must_use]
    pub fn is_named(self) -> bool {
        matches!(self, SectionKind::Start | SectionKind::Full)
    }
}

/// The name of a section, its instance and version: as on the wire, or of the record that began it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Named {
    /// The name, with the path of the device.
    pub name: Vec<u8>,
    /// Tells sections of one name apart.
    pub instance: u32,
    /// The version of the state.
    pub version: u32,
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name.escape_ascii(), self.instance)
    }
}

/// A section.
#[derive(Clone, Debug)]
pub struct Section {
    /// Which record it is.
    pub kind: SectionKind,
    /// Its number in this stream.
    pub id: u32,
    /// Whose it is.
    pub named: Rc<Named>,
    /// Where its payload begins.
    pub start: u64,
    /// How long its payload is.
    pub length: u64,
    /// What its payload is.
    pub payload: Payload,
    /// How its end was found.
    pub end: End,
    /// Whether a right footer follows.
    pub footer: bool,
}

/// How the end of a section was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The payload says where it ends, and what follows agrees.
    Known,
    /// By looking for what looks like its footer or the next record.
    Found,
    /// It was not: the payload goes up to where reading went on, or to the end of the stream.
    NotFound,
}

/// What a payload is.
#[derive(Clone, Debug)]
pub enum Payload {
    /// What the description says, exactly.
    Described(Described),
    /// Pages of memory.
    Ram(Box<Summary>),
    /// Bytes of which nothing is known, and why.
    Opaque(Reason),
}

impl Payload {
    /// The word for it.
    #[must_use]
    pub fn text(&self) -> &'static str {
        match self {
            Payload::Described(_) => "described",
            Payload::Ram(_) => "ram",
            Payload::Opaque(_) => "opaque",
        }
    }
}

/// How a payload is described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// The index of its device in the description.
    pub device: usize,
    /// Bytes whose values are known.
    pub described: u64,
    /// Bytes of fields of a private type.
    pub opaque: u64,
    /// Values.
    pub leaves: u64,
}

/// Why a payload is opaque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The stream has no description, and none was given.
    NoDescription,
    /// The description has no such device.
    NotDescribed,
    /// The description is of another version.
    OtherVersion {
        /// That version.
        described: u32,
    },
    /// The description does not fit the bytes.
    Misfit(String),
    /// The description goes beyond a limit of this program.
    Limit(String),
    /// The description has null pointers where there is data.
    Pointers(String),
    /// The description fits, but this subsection follows, which it does not have.
    Subsection(String),
    /// The description fits, but what follows is neither the footer nor a record.
    NoEnd,
    /// The description fits, but what follows is a record where others have their footers.
    NoFooter,
    /// A live section of a format that is not read.
    Live,
    /// A version of the section `ram` that nobody writes.
    RamVersion,
    /// The section `ram` could not be read.
    Ram(String),
    /// Pages that lie at fixed places of the file.
    MappedRam,
    /// Larger than what is read into memory.
    TooLarge {
        /// The size that the description says.
        size: u64,
    },
    /// So much of this stream did not fit its description that no more is tried.
    GivenUp,
    /// The stream ends inside.
    Cut,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NoDescription => f.write_str("the stream has no description"),
            Reason::NotDescribed => f.write_str("the description does not have it"),
            Reason::OtherVersion { described } => {
                write!(f, "the description is of version {described}")
            }
            Reason::Misfit(why) => write!(f, "the description does not fit: {why}"),
            Reason::Limit(why) => write!(f, "the description goes beyond a limit: {why}"),
            Reason::Pointers(why) => {
                write!(
                    f,
                    "QEMU before 10.0 describes an array with null pointers in it wrongly: {why}"
                )
            }
            Reason::Subsection(name) => {
                write!(f, "the description fits, but does not have its subsection {name}")
            }
            Reason::NoEnd => {
                f.write_str("the description fits, but neither footer nor record follows")
            }
            Reason::NoFooter => {
                f.write_str("the description fits, but a record follows, and no footer")
            }
            Reason::Live => f.write_str("a live section of a format that is not read"),
            Reason::RamVersion => f.write_str("not version 4 of ram"),
            Reason::Ram(why) => write!(f, "not readable as ram: {why}"),
            Reason::MappedRam => {
                f.write_str("mapped-ram: pages at fixed places of the file are not read")
            }
            Reason::TooLarge { size } => write!(f, "{size} bytes are too many to read at once"),
            Reason::GivenUp => f.write_str("too much of the stream did not fit its description"),
            Reason::Cut => f.write_str("the stream ends inside"),
        }
    }
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where it was found.
    pub offset: u64,
    /// What is wrong there.
    pub what: Trouble,
    /// Where reading went on; `None`: nowhere.
    pub resumed_at: Option<u64>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.what)?;
        match self.resumed_at {
            Some(resumed) => write!(f, "; read on at byte {resumed}"),
            None => f.write_str("; nothing behind it could be read"),
        }
    }
}

/// What can be wrong in a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The stream does not begin as one of QEMU.
    Magic,
    /// A version of the format that is not read.
    Version(u32),
    /// The stream ends inside of this.
    Cut(String),
    /// The configuration cannot be read.
    Configuration(String),
    /// A record cannot be read.
    Head(String),
    /// A byte that begins no record here.
    UnknownRecord(u8),
    /// A part of a section that did not begin.
    UnknownId(u32),
    /// A command of an unknown number.
    UnknownCommand(u16),
    /// A command of a length that is not its own.
    CommandLength(CommandHead),
    /// A footer of another section.
    WrongFooter {
        /// Whose it should be.
        expected: u32,
        /// Whose it says it is.
        found: u32,
    },
    /// A section without its footer, or one that is longer or shorter than it should be.
    NoFooter(String),
    /// A section behind which no record stands, in a stream that has no footers.
    NoRecord(String),
    /// The payload of a section cannot be read.
    Payload(String),
    /// The mark of the end, though more follows.
    EarlyEnd,
    /// A description, though another one further on was taken for it.
    OtherDescription,
    /// A description that cannot be read to its end, for this reason.
    Description(String),
    /// A package inside of a package, or one that does not end with a record.
    Package,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Magic => f.write_str("not a QEMU stream"),
            Trouble::Version(2) => f.write_str("version 2 of the format is obsolete"),
            Trouble::Version(version) => write!(f, "unknown version {version} of the format"),
            Trouble::Cut(what) => write!(f, "the stream ends inside of {what}"),
            Trouble::Configuration(why) => write!(f, "configuration: {why}"),
            Trouble::Head(why) => write!(f, "unreadable record: {why}"),
            Trouble::UnknownRecord(byte) => write!(f, "unknown record type {byte} ({byte:#04x})"),
            Trouble::UnknownId(id) => write!(f, "part of a section {id} that did not begin"),
            Trouble::UnknownCommand(number) => write!(f, "unknown command {number}"),
            Trouble::CommandLength(CommandHead { number, length }) => {
                write!(f, "command {number} cannot have {length} bytes")
            }
            Trouble::WrongFooter { expected, found } => {
                write!(f, "footer of section {found} where that of section {expected} belongs")
            }
            Trouble::NoFooter(section) => write!(f, "no footer behind section {section}"),
            Trouble::NoRecord(section) => write!(f, "no record behind section {section}"),
            Trouble::Payload(why) => f.write_str(why),
            Trouble::EarlyEnd => f.write_str("mark of the end, though more follows"),
            Trouble::OtherDescription => {
                f.write_str("description, though another one behind the stream was used")
            }
            Trouble::Description(why) => write!(f, "the description: {why}"),
            Trouble::Package => {
                f.write_str("package that does not end with a record, or lies in another")
            }
        }
    }
}
