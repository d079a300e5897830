//! Status codes.

use core::ffi::{c_char, CStr};

use migcore::Code;

/// What every call returns: MIGCORE_OK, or why it failed. The numbers are stable and stand in
/// blocks by who is at fault: 1xx the stream, 2xx the versions, 3xx the caller, 4xx the I/O, 5xx a
/// limit, 6xx a device.
pub type migcore_status = i32;

/// Done.
pub const MIGCORE_OK: migcore_status = 0;
/// The stream ends inside an item.
pub const MIGCORE_TRUNCATED: migcore_status = 101;
/// A value that its kind does not allow, such as a null marker that is not 0x30.
pub const MIGCORE_BAD_VALUE: migcore_status = 102;
/// A string is not UTF-8, or holds a NUL.
pub const MIGCORE_BAD_TEXT: migcore_status = 103;
/// A subsection that the device does not know and that may not be skipped.
pub const MIGCORE_UNKNOWN_SUBSECTION: migcore_status = 104;
/// The stream holds data that nobody read.
pub const MIGCORE_UNCONSUMED: migcore_status = 105;
/// The item has another type in the stream, and not one that fits without loss.
pub const MIGCORE_WRONG_TYPE: migcore_status = 106;
/// The stream does not hold an item or a device that must be there.
pub const MIGCORE_MISSING: migcore_status = 107;
/// The bytes do not begin as a stream of this format does.
pub const MIGCORE_BAD_SIGNATURE: migcore_status = 108;
/// The checksum of a chunk, or of all of them, differs.
pub const MIGCORE_BAD_CRC: migcore_status = 109;
/// A chunk whose type is none, or that a reader must know and this one does not.
pub const MIGCORE_UNKNOWN_CHUNK: migcore_status = 110;
/// A chunk or a device is missing, comes twice, or stands where it may not.
pub const MIGCORE_BAD_ORDER: migcore_status = 111;
/// The description of items that a stream carries makes no sense, or does not fit the values.
pub const MIGCORE_BAD_SHAPE: migcore_status = 112;
/// A device that this program does not have and that may not be skipped.
pub const MIGCORE_UNKNOWN_DEVICE: migcore_status = 113;
/// The bytes do not begin as a stream of QEMU does.
pub const MIGCORE_BAD_MAGIC: migcore_status = 114;
/// A record of a QEMU stream whose first byte is none of the known types.
pub const MIGCORE_UNKNOWN_RECORD: migcore_status = 115;
/// A command of a QEMU stream whose number is none of the known ones.
pub const MIGCORE_UNKNOWN_COMMAND: migcore_status = 116;
/// A block of memory that this program does not have, or memory where there is no place for it.
pub const MIGCORE_UNKNOWN_MEMORY: migcore_status = 117;
/// A block of memory has another length in the stream.
pub const MIGCORE_MEMORY_DIFFERS: migcore_status = 118;
/// A value that must be the same on both sides is another here.
pub const MIGCORE_VALUE_DIFFERS: migcore_status = 119;
/// A value that the type which it should have cannot hold.
pub const MIGCORE_DOES_NOT_FIT: migcore_status = 120;
/// Written by a version newer than this device can read.
pub const MIGCORE_TOO_NEW: migcore_status = 201;
/// Written by a version older than this device can read.
pub const MIGCORE_TOO_OLD: migcore_status = 202;
/// The stream is of a newer format, or needs a feature that this library does not have.
pub const MIGCORE_UNKNOWN_FORMAT: migcore_status = 203;
/// The stream is of an old format that is not read any more.
pub const MIGCORE_OBSOLETE_FORMAT: migcore_status = 204;
/// No route leads from one version to the other.
pub const MIGCORE_NO_ROUTE: migcore_status = 205;
/// A pointer that must not be NULL is NULL.
pub const MIGCORE_NULL_POINTER: migcore_status = 301;
/// A size argument differs from the library's: header and library are of different releases.
pub const MIGCORE_BAD_SIZE: migcore_status = 302;
/// Storage is not aligned as its type asks.
pub const MIGCORE_MISALIGNED: migcore_status = 303;
/// The object was never initialised, or is of another type.
pub const MIGCORE_BAD_OBJECT: migcore_status = 304;
/// The object was entered again from one of its own callbacks, or a visitor over this tree is at work.
pub const MIGCORE_BUSY: migcore_status = 305;
/// A scope was closed that is not open, or was left open.
pub const MIGCORE_UNBALANCED: migcore_status = 306;
/// The call belongs to the other direction (save or load).
pub const MIGCORE_WRONG_DIRECTION: migcore_status = 307;
/// An argument is out of its range.
pub const MIGCORE_INVALID_ARGUMENT: migcore_status = 308;
/// The wire or the source cannot do this, such as look ahead without a peek.
pub const MIGCORE_UNSUPPORTED: migcore_status = 309;
/// A handle whose item was removed.
pub const MIGCORE_STALE_HANDLE: migcore_status = 310;
/// The machine was loaded in part: it may be neither run nor saved before a reset.
pub const MIGCORE_DIRTY: migcore_status = 311;
/// The stream is not the one that was checked for this machine.
pub const MIGCORE_NOT_CHECKED: migcore_status = 312;
/// A table that describes a state makes no sense, or does not fit its object.
pub const MIGCORE_BAD_TABLE: migcore_status = 313;
/// There is already an item or a device of this name.
pub const MIGCORE_OCCUPIED: migcore_status = 314;
/// The source reported an error.
pub const MIGCORE_READ_FAILED: migcore_status = 401;
/// The sink reported an error.
pub const MIGCORE_WRITE_FAILED: migcore_status = 402;
/// The memory that was given is too small; the report tells how much is needed.
pub const MIGCORE_NO_SPACE: migcore_status = 403;
/// A callback returned what its contract does not allow.
pub const MIGCORE_BAD_CALLBACK: migcore_status = 404;
/// Scopes nest deeper than MIGCORE_MAX_DEPTH.
pub const MIGCORE_TOO_DEEP: migcore_status = 501;
/// A name is longer than MIGCORE_MAX_NAME.
pub const MIGCORE_NAME_TOO_LONG: migcore_status = 502;
/// The stream holds more elements or bytes than there is room for.
pub const MIGCORE_TOO_MANY: migcore_status = 503;
/// A length that the wire cannot carry.
pub const MIGCORE_TOO_LONG: migcore_status = 504;
/// Items are visited in another order than the stream's, too far apart to be found without an index.
pub const MIGCORE_NEEDS_INDEX: migcore_status = 505;
/// The stream asks for more work than the limit allows.
pub const MIGCORE_TOO_MUCH_WORK: migcore_status = 506;
/// The stream asks for more memory than the limit allows.
pub const MIGCORE_TOO_MUCH_MEMORY: migcore_status = 507;
/// The device itself refused.
pub const MIGCORE_REFUSED: migcore_status = 601;
/// The state is not valid, as the device's own test says.
pub const MIGCORE_NOT_VALID: migcore_status = 602;
/// The state would lose something that must not be lost.
pub const MIGCORE_LOSSY: migcore_status = 603;

/// How deep scopes may nest: a device counts, elements of lists do not.
pub const MIGCORE_MAX_DEPTH: usize = 16;
/// The longest name of a field, scope or subsection, in bytes without the NUL.
pub const MIGCORE_MAX_NAME: usize = 255;

/// The number of a result.
pub(crate) fn status<T>(result: migcore::Result<T>) -> migcore_status {
    match result {
        Ok(_) => MIGCORE_OK,
        Err(code) => code.number(),
    }
}

/// What a callback means that returns `status` to end a visit: one of the codes, or a number of its
/// own, such as -EINVAL, which becomes the cause of a refusal.
pub(crate) fn refusal(status: migcore_status) -> (Code, i32) {
    match Code::from_number(status) {
        Some(code) => (code, 0),
        None => (Code::Refused, status),
    }
}

/// What a status means, in a few words; a static string, never NULL.
#[no_mangle]
pub extern "C" fn migcore_status_text(status: migcore_status) -> *const c_char {
    let text: &CStr = match Code::from_number(status) {
        Some(code) => code.c_text(),
        None if status == MIGCORE_OK => c"done",
        None => c"unknown status",
    };
    text.as_ptr()
}

/// The version of the library, as major * 1000000 + minor * 1000 + patch.
pub const MIGCORE_VERSION: u32 = 1000;

/// The version of the binary interface. A program and a library of the same number fit together.
pub const MIGCORE_ABI_VERSION: u32 = 0;

/// The MIGCORE_VERSION of the library that is linked.
#[no_mangle]
pub extern "C" fn migcore_version() -> u32 {
    MIGCORE_VERSION
}

/// The MIGCORE_ABI_VERSION of the library that is linked.
#[no_mangle]
pub extern "C" fn migcore_abi_version() -> u32 {
    MIGCORE_ABI_VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_the_numbers_of_the_core() {
        let expected = [
            (MIGCORE_TRUNCATED, Code::Truncated),
            (MIGCORE_BAD_VALUE, Code::BadValue),
            (MIGCORE_BAD_TEXT, Code::BadText),
            (MIGCORE_UNKNOWN_SUBSECTION, Code::UnknownSubsection),
            (MIGCORE_UNCONSUMED, Code::Unconsumed),
            (MIGCORE_WRONG_TYPE, Code::WrongType),
            (MIGCORE_MISSING, Code::Missing),
            (MIGCORE_BAD_SIGNATURE, Code::BadSignature),
            (MIGCORE_BAD_CRC, Code::BadCrc),
            (MIGCORE_UNKNOWN_CHUNK, Code::UnknownChunk),
            (MIGCORE_BAD_ORDER, Code::BadOrder),
            (MIGCORE_BAD_SHAPE, Code::BadShape),
            (MIGCORE_UNKNOWN_DEVICE, Code::UnknownDevice),
            (MIGCORE_BAD_MAGIC, Code::BadMagic),
            (MIGCORE_UNKNOWN_RECORD, Code::UnknownRecord),
            (MIGCORE_UNKNOWN_COMMAND, Code::UnknownCommand),
            (MIGCORE_UNKNOWN_MEMORY, Code::UnknownMemory),
            (MIGCORE_MEMORY_DIFFERS, Code::MemoryDiffers),
            (MIGCORE_VALUE_DIFFERS, Code::ValueDiffers),
            (MIGCORE_DOES_NOT_FIT, Code::DoesNotFit),
            (MIGCORE_TOO_NEW, Code::TooNew),
            (MIGCORE_TOO_OLD, Code::TooOld),
            (MIGCORE_UNKNOWN_FORMAT, Code::UnknownFormat),
            (MIGCORE_OBSOLETE_FORMAT, Code::ObsoleteFormat),
            (MIGCORE_NO_ROUTE, Code::NoRoute),
            (MIGCORE_NULL_POINTER, Code::NullPointer),
            (MIGCORE_BAD_SIZE, Code::BadSize),
            (MIGCORE_MISALIGNED, Code::Misaligned),
            (MIGCORE_BAD_OBJECT, Code::BadObject),
            (MIGCORE_BUSY, Code::Busy),
            (MIGCORE_UNBALANCED, Code::Unbalanced),
            (MIGCORE_WRONG_DIRECTION, Code::WrongDirection),
            (MIGCORE_INVALID_ARGUMENT, Code::InvalidArgument),
            (MIGCORE_UNSUPPORTED, Code::Unsupported),
            (MIGCORE_STALE_HANDLE, Code::StaleHandle),
            (MIGCORE_DIRTY, Code::Dirty),
            (MIGCORE_NOT_CHECKED, Code::NotChecked),
            (MIGCORE_BAD_TABLE, Code::BadTable),
            (MIGCORE_OCCUPIED, Code::Occupied),
            (MIGCORE_READ_FAILED, Code::ReadFailed),
            (MIGCORE_WRITE_FAILED, Code::WriteFailed),
            (MIGCORE_NO_SPACE, Code::NoSpace),
            (MIGCORE_BAD_CALLBACK, Code::BadCallback),
            (MIGCORE_TOO_DEEP, Code::TooDeep),
            (MIGCORE_NAME_TOO_LONG, Code::NameTooLong),
            (MIGCORE_TOO_MANY, Code::TooMany),
            (MIGCORE_TOO_LONG, Code::TooLong),
            (MIGCORE_NEEDS_INDEX, Code::NeedsIndex),
            (MIGCORE_TOO_MUCH_WORK, Code::TooMuchWork),
            (MIGCORE_TOO_MUCH_MEMORY, Code::TooMuchMemory),
            (MIGCORE_REFUSED, Code::Refused),
            (MIGCORE_NOT_VALID, Code::NotValid),
            (MIGCORE_LOSSY, Code::Lossy),
        ];
        assert_eq!(expected.len(), Code::ALL.len());
        for ((number, code), known) in expected.into_iter().zip(Code::ALL) {
            assert_eq!((number, code), (known.number(), known));
        }
        assert_eq!(MIGCORE_MAX_DEPTH, migcore::error::MAX_DEPTH);
        assert_eq!(MIGCORE_MAX_NAME, migcore::error::MAX_NAME);
    }

    #[test]
    fn the_version_is_the_crate_s() {
        let mut parts = env!("CARGO_PKG_VERSION").split('.').map(|part| part.parse::<u32>());
        let mut part = || parts.next().unwrap().unwrap();
        assert_eq!(MIGCORE_VERSION, part() * 1_000_000 + part() * 1000 + part());
    }
}
