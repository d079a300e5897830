//! Checks a whole stream in memory.

use core::ffi::c_void;

use migcore::codec::chunk::{self, Summary};
use migcore::error::{Fault, Path};
use migcore::{Code, Report, Result};

use super::settings::{limits, migcore_chunk_limits};
use super::tell::{self, migcore_chunk_header};
use crate::error::{fill, migcore_error};
use crate::io::check_sized;
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::bytes;
use crate::status::{migcore_status, MIGCORE_OK};

/// What is in a stream that was found right.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk_summary {
    /// sizeof(migcore_chunk_summary); the caller fills it in.
    pub size: usize,
    /// What the stream says of itself.
    pub header: migcore_chunk_header,
    /// How long the stream is, in bytes: up to and with its end chunk.
    pub length: u64,
    /// How many devices there are.
    pub devices: u64,
    /// How many chunks of an unknown type were passed over; they are ancillary.
    pub skipped_chunks: u64,
    /// How many chunks there are before the end chunk.
    pub chunks: u32,
    /// The CRC-32 over their CRCs.
    pub crc: u32,
}

/// Checks the stream that `bytes` begin with: every rule of the format that needs no receiver, down to the
/// last value of every device, so that a load cannot fail later for a damaged stream. Behind its end
/// anything may follow. That devices differ in name or instance is not checked.
///
/// A damaged stream gives MIGCORE_BAD_CRC; where the damage hit a length, a type or the signature, also
/// MIGCORE_TRUNCATED, MIGCORE_TOO_LONG, MIGCORE_UNKNOWN_CHUNK, MIGCORE_BAD_ORDER or MIGCORE_BAD_SIGNATURE.
///
/// `limits`, `kernels`, `summary` and `error` may be NULL; the `size` of the last two is filled in by the
/// caller. `summary` is written when the stream is good, `error` in any case.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_check(
    bytes: *const c_void,
    length: usize,
    limits: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
    summary: *mut migcore_chunk_summary,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises `length` bytes, NULL or limits, NULL or kernels, and NULL or structs that
    // begin with their size.
    unsafe {
        let found = match summary.is_null() {
            true => Ok(()),
            false => check_sized(summary.cast_const()).map_err(bare),
        };
        let found = found.and_then(|()| check(bytes, length, limits, kernels));
        let outcome = match &found {
            Ok(_) => MIGCORE_OK,
            Err(report) => report.code.number(),
        };
        if let (Ok(found), false) = (&found, summary.is_null()) {
            summary.write_unaligned(of(found));
        }
        tell_error(error, found.err().as_ref(), outcome)
    }
}

/// A report without a place.
pub(super) fn bare(code: Code) -> Report {
    Report { code, fault: Fault::default(), path: Path::new() }
}

/// Fills `error` if there is one, and gives `outcome`, or why it cannot be filled.
///
/// # Safety
/// As [`fill`].
pub(super) unsafe fn tell_error(
    error: *mut migcore_error,
    report: Option<&Report>,
    outcome: migcore_status,
) -> migcore_status {
    if error.is_null() {
        return outcome;
    }
    // SAFETY: as the caller promises.
    match unsafe { fill(error, report) } {
        MIGCORE_OK => outcome,
        refused => refused,
    }
}

/// # Safety
/// As [`migcore_chunk_check`], during `'b`.
unsafe fn check<'b>(
    data: *const c_void,
    length: usize,
    given: *const migcore_chunk_limits,
    kernels: *const migcore_kernels,
) -> core::result::Result<Summary<'b>, Report> {
    // SAFETY: as the caller promises.
    let (data, given, kernels) =
        unsafe { (bytes(data, length), limits(given), CKernels::new(kernels)) };
    let kernels: Result<CKernels> = kernels;
    let (data, given) = (data.map_err(bare)?, given.map_err(bare)?);
    chunk::check(data, given, kernels.map_err(bare)?)
}

fn of(summary: &Summary<'_>) -> migcore_chunk_summary {
    migcore_chunk_summary {
        size: size_of::<migcore_chunk_summary>(),
        header: tell::of(&summary.header),
        length: summary.length,
        devices: summary.devices,
        skipped_chunks: summary.skipped.chunks,
        chunks: summary.totals.chunks,
        crc: summary.totals.crc,
    }
}
