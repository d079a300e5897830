//! Stable numeric codes, in blocks by who is at fault.

use core::ffi::CStr;
use core::fmt;

/// Why a call failed. The numbers are stable: a code is never renumbered nor reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Code {
    /// The stream ends inside an item.
    Truncated = 101,
    /// A value that its kind does not allow, such as a null marker that is not `0x30`.
    BadValue = 102,
    /// A string is not UTF-8, or holds a NUL.
    BadText = 103,
    /// A subsection that the device does not know and that may not be skipped.
    UnknownSubsection = 104,
    /// The stream holds data that nobody read.
    Unconsumed = 105,
    /// The item has another type in the stream, and not one that fits without loss.
    WrongType = 106,
    /// The stream does not hold an item or a device that must be there.
    Missing = 107,
    /// The bytes do not begin as a stream of this format does.
    BadSignature = 108,
    /// The checksum of a chunk, or of all of them, differs.
    BadCrc = 109,
    /// A chunk whose type is none, or that a reader must know and this one does not.
    UnknownChunk = 110,
    /// A chunk or a device is missing, comes twice, or stands where it may not.
    BadOrder = 111,
    /// The description of items that a stream carries makes no sense, or does not fit the values.
    BadShape = 112,
    /// A device that this program does not have and that may not be skipped.
    UnknownDevice = 113,
    /// The bytes do not begin as a stream of QEMU does.
    BadMagic = 114,
    /// A record of a QEMU stream whose first byte is none of the known types.
    UnknownRecord = 115,
    /// A command of a QEMU stream whose number is none of the known ones.
    UnknownCommand = 116,
    /// A block of memory that this program does not have, or memory where there is no place for it.
    UnknownMemory = 117,
    /// A block of memory has another length in the stream.
    MemoryDiffers = 118,
    /// A value that must be the same on both sides is another here.
    ValueDiffers = 119,
    /// A value that the type which it should have cannot hold.
    DoesNotFit = 120,

    /// Written by a version newer than this device can read.
    TooNew = 201,
    /// Written by a version older than this device can read.
    TooOld = 202,
    /// The stream is of a newer format, or needs a feature that this library does not have.
    UnknownFormat = 203,
    /// The stream is of an old format that is not read any more.
    ObsoleteFormat = 204,
    /// No route leads from one version to the other.
    NoRoute = 205,

    /// A pointer that must not be null is null.
    NullPointer = 301,
    /// A size argument differs from the library's: header and library are of different releases.
    BadSize = 302,
    /// Storage is not aligned as its type asks.
    Misaligned = 303,
    /// The object was never initialised, or is of another type.
    BadObject = 304,
    /// The object was entered again from one of its own callbacks.
    Busy = 305,
    /// A scope was closed that is not open, or was left open.
    Unbalanced = 306,
    /// The call belongs to the other direction (save or load).
    WrongDirection = 307,
    /// An argument is out of its range.
    InvalidArgument = 308,
    /// The wire or the source cannot do this, such as look ahead without a peek.
    Unsupported = 309,
    /// A handle whose item was removed.
    StaleHandle = 310,
    /// The machine was loaded in part: it may be neither run nor saved before a reset.
    Dirty = 311,
    /// The stream is not the one that was checked for this machine.
    NotChecked = 312,
    /// A table that describes a state makes no sense, or does not fit its object.
    BadTable = 313,
    /// There is already an item or a device of this name.
    Occupied = 314,

    /// The source reported an error.
    ReadFailed = 401,
    /// The sink reported an error.
    WriteFailed = 402,
    /// The memory that the caller gave is too small.
    NoSpace = 403,
    /// A callback returned what its contract does not allow.
    BadCallback = 404,

    /// Scopes nest deeper than [`MAX_DEPTH`](crate::error::MAX_DEPTH).
    TooDeep = 501,
    /// A name is longer than [`MAX_NAME`](crate::error::MAX_NAME).
    NameTooLong = 502,
    /// The stream holds more elements or bytes than there is room for.
    TooMany = 503,
    /// A length that the wire cannot carry.
    TooLong = 504,
    /// Items are visited in another order than the stream's, too far apart to be found without an
    /// index.
    NeedsIndex = 505,
    /// The stream asks for more work than the limit allows.
    TooMuchWork = 506,
    /// The stream asks for more memory than the limit allows.
    TooMuchMemory = 507,

    /// The device itself refused, for instance after checking what it loaded.
    Refused = 601,
    /// The state is not valid, as the device's own test says.
    NotValid = 602,
    /// The state would lose something that must not be lost.
    Lossy = 603,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl core::error::Error for Code {}

/// Who is at fault, and so who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Block {
    /// The bytes of the stream.
    Stream,
    /// The versions of sender and receiver.
    Version,
    /// The program that calls the library.
    Caller,
    /// The source or the sink.
    Io,
    /// A bound of the library or of the caller's memory.
    Limit,
    /// The device.
    Device,
}

impl Code {
    /// Every code, in order of number.
    pub const ALL: [Code; 53] = [
        Code::Truncated,
        Code::BadValue,
        Code::BadText,
        Code::UnknownSubsection,
        Code::Unconsumed,
        Code::WrongType,
        Code::Missing,
        Code::BadSignature,
        Code::BadCrc,
        Code::UnknownChunk,
        Code::BadOrder,
        Code::BadShape,
        Code::UnknownDevice,
        Code::BadMagic,
        Code::UnknownRecord,
        Code::UnknownCommand,
        Code::UnknownMemory,
        Code::MemoryDiffers,
        Code::ValueDiffers,
        Code::DoesNotFit,
        Code::TooNew,
        Code::TooOld,
        Code::UnknownFormat,
        Code::ObsoleteFormat,
        Code::NoRoute,
        Code::NullPointer,
        Code::BadSize,
        Code::Misaligned,
        Code::BadObject,
        Code::Busy,
        Code::Unbalanced,
        Code::WrongDirection,
        Code::InvalidArgument,
        Code::Unsupported,
        Code::StaleHandle,
        Code::Dirty,
        Code::NotChecked,
        Code::BadTable,
        Code::Occupied,
        Code::ReadFailed,
        Code::WriteFailed,
        Code::NoSpace,
        Code::BadCallback,
        Code::TooDeep,
        Code::NameTooLong,
        Code::TooMany,
        Code::TooLong,
        Code::NeedsIndex,
        Code::TooMuchWork,
        Code::TooMuchMemory,
        Code::Refused,
        Code::NotValid,
        Code::Lossy,
    ];

    /// The stable number: 1xx stream, 2xx version, 3xx caller, 4xx I/O, 5xx limit, 6xx device.
    #[must_use]
    pub const fn number(self) -> i32 {
        #[allow(clippy::as_conversions, reason = "the discriminant is the number")]
        {
            self as i32
        }
    }

    /// The code with this number, if there is one.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Code> {
        Code::ALL.into_iter().find(|code| code.number() == number)
    }

    /// Who is at fault.
    #[must_use]
    pub const fn block(self) -> Block {
        match self.number() {
            100..=199 => Block::Stream,
            200..=299 => Block::Version,
            300..=399 => Block::Caller,
            400..=499 => Block::Io,
            500..=599 => Block::Limit,
            _ => Block::Device,
        }
    }

    /// What happened, in a few words, as a part of a sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self.c_text().to_str() {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    /// [`text`](Code::text) as a C string.
    #[must_use]
    pub const fn c_text(self) -> &'static CStr {
        match self {
            Code::Truncated => c"the stream ends inside this item",
            Code::BadValue => c"the stream holds a value that is not allowed here",
            Code::BadText => c"a string that is not UTF-8 text, or that holds a NUL",
            Code::UnknownSubsection => c"the device does not know this subsection",
            Code::Unconsumed => c"data is left over that nobody read",
            Code::WrongType => c"the item has another type in the stream",
            Code::Missing => c"the stream does not hold this item",
            Code::BadSignature => c"this is not a migcore stream, or it was damaged on its way",
            Code::BadCrc => c"the stream is damaged: a checksum differs",
            Code::UnknownChunk => {
                c"the stream holds a chunk that this reader must know and does not"
            }
            Code::BadOrder => c"a part of the stream is missing, repeated or out of place",
            Code::BadShape => c"the stream describes its items in a way that makes no sense",
            Code::UnknownDevice => c"there is no such device here",
            Code::BadMagic => c"this is not a QEMU stream, which begins with QEVM, or it was damaged",
            Code::UnknownRecord => c"no record of a QEMU stream begins with this byte",
            Code::UnknownCommand => c"no command of a QEMU stream has this number",
            Code::UnknownMemory => c"the stream holds memory for which there is no place here",
            Code::MemoryDiffers => c"a block of memory has another length here",
            Code::ValueDiffers => c"the value must be the same on both sides",
            Code::DoesNotFit => c"the value does not fit the type that it should have",
            Code::TooNew => c"written by a newer version than the device can read",
            Code::TooOld => c"written by an older version than the device can read",
            Code::UnknownFormat => c"the stream is of a newer format than this library reads",
            Code::ObsoleteFormat => c"the stream is of an old format that is not read any more",
            Code::NoRoute => c"no route leads between the versions",
            Code::NullPointer => c"a pointer is NULL that must not be",
            Code::BadSize => c"a size member is not set, or is of another release of the header",
            Code::Misaligned => c"the storage is not aligned for its type",
            Code::BadObject => c"the object is not initialised, or is of another type",
            Code::Busy => c"the object was entered again from its own callback",
            Code::Unbalanced => c"begin and end of scopes or elements do not match",
            Code::WrongDirection => c"this call belongs to the other direction",
            Code::InvalidArgument => c"an argument is out of its range",
            Code::Unsupported => {
                c"the wire or its source cannot do this; looking ahead needs a peek or a larger buffer"
            }
            Code::StaleHandle => c"the item of this handle was removed",
            Code::Dirty => c"the machine was loaded in part and must be reset first",
            Code::NotChecked => c"this is not the stream that was checked for the machine",
            Code::BadTable => c"a table makes no sense, or does not fit its object",
            Code::Occupied => c"there is already an item of this name",
            Code::ReadFailed => c"reading from the source failed",
            Code::WriteFailed => c"writing to the sink failed",
            Code::NoSpace => c"the memory that was given is too small",
            Code::BadCallback => c"a callback returned what it may not return",
            Code::TooDeep => c"scopes nest too deep",
            Code::NameTooLong => c"a name is too long",
            Code::TooMany => c"the stream holds more than there is room for",
            Code::TooLong => c"longer than the wire can carry",
            Code::NeedsIndex => c"items come in another order than the device reads: give an index",
            Code::TooMuchWork => c"the stream asks for more work than is allowed",
            Code::TooMuchMemory => c"the stream asks for more memory than is allowed",
            Code::Refused => c"the device refused",
            Code::NotValid => c"the state is not valid by the device's own test",
            Code::Lossy => c"this would lose state that must not be lost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_unique_ordered_and_found_again() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].number() < pair[1].number());
        }
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(code));
            assert!(!code.text().is_empty());
        }
        assert_eq!(Code::from_number(0), None);
    }

    #[test]
    fn blocks_follow_the_hundreds() {
        assert_eq!(Code::Unconsumed.block(), Block::Stream);
        assert_eq!(Code::TooOld.block(), Block::Version);
        assert_eq!(Code::Unsupported.block(), Block::Caller);
        assert_eq!(Code::BadCallback.block(), Block::Io);
        assert_eq!(Code::TooLong.block(), Block::Limit);
        assert_eq!(Code::Refused.block(), Block::Device);
    }
}
