//! The report of a fault, as C sees it.

use core::ffi::c_char;

use migcore::error::{put_number, Fault, Path, Piece, Report, PATH_CAPACITY};
use migcore::io::json::Line;
use migcore::Code;

use crate::io::{check_sized, sized};
use crate::memory::{bytes_mut, LARGEST};
use crate::object::{migcore_visitor, run};
use crate::place::CName;
use crate::scalar::{migcore_visit_i32, migcore_visit_u64};
use crate::scope::{migcore_begin_struct, migcore_end_struct};
use crate::status::{
    migcore_status, MIGCORE_BAD_SIZE, MIGCORE_MISALIGNED, MIGCORE_NULL_POINTER, MIGCORE_OK,
};
use crate::value::migcore_visit_string;

/// The room for a path in a report, with its NUL.
pub const MIGCORE_PATH_SIZE: usize = 128;

const _: () = assert!(MIGCORE_PATH_SIZE == PATH_CAPACITY + 1);

/// The full report of a visit's first fault.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_error {
    /// sizeof(migcore_error); the caller fills it in.
    pub size: usize,
    /// What happened.
    pub status: migcore_status,
    /// The number that a callback or a device gave for its failure, such as -errno; or 0.
    pub cause: i32,
    /// Where in the stream, in bytes from its start.
    pub offset: u64,
    /// What was wanted: bytes, elements, a version or a value, as the status says; or 0.
    pub expected: u64,
    /// What was there instead.
    pub found: u64,
    /// Where in the state, such as `nic/0.rx_ring[3].head`; shortened in the middle with `...` when
    /// it is too long. Ends with a NUL.
    pub path: [c_char; MIGCORE_PATH_SIZE],
}

impl migcore_error {
    /// One of MIGCORE_OK, to be filled in.
    pub(crate) fn empty() -> Self {
        from_report(None)
    }
}

/// Fills `error` from `report`; without one, with MIGCORE_OK and zeros.
///
/// # Safety
/// `error` is NULL or points to a `size_t` at least, and to as many bytes as that says.
pub(crate) unsafe fn fill(error: *mut migcore_error, report: Option<&Report>) -> migcore_status {
    if error.is_null() {
        return MIGCORE_NULL_POINTER;
    }
    if !error.is_aligned() {
        return MIGCORE_MISALIGNED;
    }
    // SAFETY: not null, aligned, and the caller promises a readable `size`.
    let size = unsafe { (*error).size };
    if size != size_of::<migcore_error>() {
        return MIGCORE_BAD_SIZE;
    }
    // SAFETY: of the right size, as just checked.
    unsafe { error.write(from_report(report)) };
    MIGCORE_OK
}

/// Fills `error` with the status of what is no visitor and the numbers of why, and gives that status.
///
/// # Safety
/// As [`fill`].
pub(crate) unsafe fn fill_unbegun(
    error: *mut migcore_error,
    status: migcore_status,
    numbers: Option<(u64, u64)>,
) -> migcore_status {
    let report = Code::from_number(status).map(|code| Report {
        code,
        fault: Fault::default(),
        path: Path::new(),
    });
    // SAFETY: as the caller promises.
    let refused = unsafe { fill(error, report.as_ref()) };
    if refused != MIGCORE_OK {
        return refused;
    }
    if let Some((expected, found)) = numbers {
        // SAFETY: not null, aligned and of the right size: it was just filled.
        unsafe { ((*error).expected, (*error).found) = (expected, found) };
    }
    status
}

fn from_report(report: Option<&Report>) -> migcore_error {
    let fault = report.map(|report| report.fault).unwrap_or_default();
    migcore_error {
        size: size_of::<migcore_error>(),
        status: report.map_or(MIGCORE_OK, |report| report.code.number()),
        cause: fault.cause,
        offset: fault.offset,
        expected: fault.expected,
        found: fault.found,
        path: report.map_or([0; MIGCORE_PATH_SIZE], |report| characters(&report.path)),
    }
}

/// A path as C has it. It ends with a NUL, since it is shorter.
pub(crate) fn characters(path: &Path) -> [c_char; MIGCORE_PATH_SIZE] {
    let mut text = [0; MIGCORE_PATH_SIZE];
    for (place, byte) in text.iter_mut().zip(path.as_str().bytes()) {
        // A path is printable ASCII, which both signs of `char` hold.
        *place = c_char::try_from(byte).unwrap_or(0);
    }
    text
}

/// A path that C gives back.
pub(crate) fn path_of(text: &[c_char; MIGCORE_PATH_SIZE]) -> Path {
    Path::build(&mut |put| {
        for byte in text.iter().take_while(|byte| **byte != 0) {
            put(&[u8::try_from(*byte).unwrap_or(b'?')]);
        }
    })
}

/// Writes the message of `error` into `text`, cut to `capacity` and ended with a NUL, and returns
/// how long the whole message is, without the NUL. `text` may be NULL when `capacity` is 0. A NULL or
/// foreign `error` has an empty message.
#[no_mangle]
pub unsafe extern "C" fn migcore_error_text(
    error: *const migcore_error,
    text: *mut c_char,
    capacity: usize,
) -> usize {
    // SAFETY: the caller promises `capacity` writable bytes at `text`. A message is never so long that
    // a larger capacity than an object can have would matter.
    let text = unsafe { bytes_mut(text.cast(), capacity.min(LARGEST)) }.unwrap_or_default();
    let mut line = Line::new(text);
    // SAFETY: the caller promises that `error` is NULL or a report; it may lie where `text` does.
    if let Ok(error) = unsafe { sized(error) } {
        message(&error, &mut line);
    }
    line.end()
}

/// Visits a report as a struct, `name`: how a destination tells its source why it refuses. On load the caller
/// fills in `size`, as always; what comes may be of a newer release that knows more statuses. Its message is what
/// migcore_error_text makes of it, which holds nothing but printable ASCII.
///
/// Over a socket, a destination that refuses in the middle of a stream reads on until the source has closed, and
/// closes only then: to close while bytes are unread resets a TCP connection, and the answer may be lost with it.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_error(
    v: *mut migcore_visitor,
    name: *const c_char,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name, and NULL or a report; its members are visited where they lie.
    unsafe {
        if let Err(code) = check_sized(error.cast_const()) {
            return run(v, |visitor| Err(visitor.fail_as(code, 0, &CName::new(name))));
        }
        migcore_begin_struct(v, name);
        migcore_visit_i32(v, c"status".as_ptr(), &raw mut (*error).status);
        migcore_visit_i32(v, c"cause".as_ptr(), &raw mut (*error).cause);
        migcore_visit_u64(v, c"offset".as_ptr(), &raw mut (*error).offset);
        migcore_visit_u64(v, c"expected".as_ptr(), &raw mut (*error).expected);
        migcore_visit_u64(v, c"found".as_ptr(), &raw mut (*error).found);
        let path = (&raw mut (*error).path).cast();
        migcore_visit_string(v, c"path".as_ptr(), path, MIGCORE_PATH_SIZE);
        migcore_end_struct(v)
    }
}

fn message(error: &migcore_error, line: &mut Line<'_>) {
    let Some(code) = Code::from_number(error.status) else {
        return line.put(if error.status == MIGCORE_OK { b"done" } else { b"unknown status" });
    };
    let fault = Fault {
        offset: error.offset,
        expected: error.expected,
        found: error.found,
        cause: error.cause,
    };
    Report { code, fault, path: path_of(&error.path) }.pieces(&mut |piece| match piece {
        Piece::Text(text) => line.put(text.as_bytes()),
        Piece::Number(number) => put_number(number, &mut |digits| line.put(digits)),
    });
}
