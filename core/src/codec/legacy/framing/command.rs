//! Commands: what the source tells the destination between sections.

use crate::error::{Code, Result};
use crate::io::{Reader, Writer};

/// The numbers of commands.
pub mod commands {
    /// The destination is to open the return path.
    pub const OPEN_RETURN_PATH: u16 = 1;
    /// The destination is to send a number back.
    pub const PING: u16 = 2;
    /// Postcopy may follow: from here on, the block list of RAM may have page sizes.
    pub const POSTCOPY_ADVISE: u16 = 3;
    /// The destination is to take pages while it loads devices.
    pub const POSTCOPY_LISTEN: u16 = 4;
    /// The destination is to run.
    pub const POSTCOPY_RUN: u16 = 5;
    /// Pages that were sent and are not good any more.
    pub const POSTCOPY_RAM_DISCARD: u16 = 6;
    /// Records in a package, whose length is in the data and which follows behind them.
    pub const PACKAGED: u16 = 7;
    /// The two sides go on in lockstep.
    pub const ENABLE_COLO: u16 = 8;
    /// A postcopy that was interrupted goes on.
    pub const POSTCOPY_RESUME: u16 = 9;
    /// The destination is to tell which pages of a block it has.
    pub const RECV_BITMAP: u16 = 10;
    /// The last phase begins.
    pub const SWITCHOVER_START: u16 = 11;
}

/// How long the data of a command may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lengths {
    /// This long.
    Fixed(u16),
    /// One or the other.
    Either(u16, u16),
    /// This long or longer.
    AtLeast(u16),
}

impl Lengths {
    /// Whether a length is one of these.
    #[must_use]
    pub const fn contain(self, length: u16) -> bool {
        match self {
            Lengths::Fixed(only) => length == only,
            Lengths::Either(one, other) => length == one || length == other,
            Lengths::AtLeast(least) => length >= least,
        }
    }
}

/// Names and lengths by number; number 0 is none that may be sent. A discard has its version, a name of one byte
/// with its length, a byte 0 and at least one range; the request of a bitmap has a name with its length.
const KNOWN: [(&str, Option<Lengths>); 12] = [
    ("INVALID", None),
    ("OPEN_RETURN_PATH", Some(Lengths::Fixed(0))),
    ("PING", Some(Lengths::Fixed(4))),
    ("POSTCOPY_ADVISE", Some(Lengths::Either(0, 16))),
    ("POSTCOPY_LISTEN", Some(Lengths::Fixed(0))),
    ("POSTCOPY_RUN", Some(Lengths::Fixed(0))),
    ("POSTCOPY_RAM_DISCARD", Some(Lengths::AtLeast(1 + 2 + 1 + 16))),
    ("PACKAGED", Some(Lengths::Fixed(4))),
    ("ENABLE_COLO", Some(Lengths::Fixed(0))),
    ("POSTCOPY_RESUME", Some(Lengths::Fixed(0))),
    ("RECV_BITMAP", Some(Lengths::AtLeast(2))),
    ("SWITCHOVER_START", Some(Lengths::Fixed(0))),
];

/// What a command begins with, behind its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandHead {
    /// Which command: see [`commands`].
    pub number: u16,
    /// So many bytes of data follow.
    pub length: u16,
}

impl CommandHead {
    /// Reads a head, of whatever command.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read(reader: &mut impl Reader) -> Result<CommandHead> {
        let number = reader.take_as(u16::from_be_bytes)?;
        let length = reader.take_as(u16::from_be_bytes)?;
        Ok(CommandHead { number, length })
    }

    /// Writes a head.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(self, writer: &mut impl Writer) -> Result<()> {
        writer.put(self.number.to_be_bytes())?;
        writer.put(self.length.to_be_bytes())
    }

    /// The name of the command, if its number has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        KNOWN.get(usize::from(self.number)).map(|(name, _)| *name)
    }

    /// How long the data of the command may be; `None` for one that may not be sent.
    #[must_use]
    pub fn lengths(self) -> Option<Lengths> {
        KNOWN.get(usize::from(self.number)).and_then(|(_, lengths)| *lengths)
    }

    /// Checks that there is such a command and that its data may be so long.
    ///
    /// # Errors
    /// [`Code::UnknownCommand`]; [`Code::BadValue`] for the length.
    pub fn check(self) -> Result<()> {
        match self.lengths() {
            None => Err(Code::UnknownCommand),
            Some(lengths) if lengths.contain(self.length) => Ok(()),
            Some(_) => Err(Code::BadValue),
        }
    }
}
