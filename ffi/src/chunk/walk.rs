//! The chunks of a stream in memory, one after the other.

use core::ffi::{c_char, c_void};

use migcore::codec::chunk::{Chunk, ChunkType, Chunks};
use migcore::error::Path;
use migcore::{Code, Report};

use super::check::{bare, tell_error};
use crate::error::migcore_error;
use crate::io::sized;
use crate::kernels::{migcore_kernels, CKernels};
use crate::memory::bytes;
use crate::place::copy_name;
use crate::status::{migcore_status, MIGCORE_OK};

/// The room for the type of a chunk, with its NUL.
pub const MIGCORE_CHUNK_TYPE_SIZE: usize = 5;

/// A chunk of a stream in memory, and how far a walk of its chunks came.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct migcore_chunk {
    /// sizeof(migcore_chunk); the caller fills it in, and sets the rest to 0 before the first chunk.
    pub size: usize,
    /// Where it begins in the stream, in bytes.
    pub offset: usize,
    /// Where the next one begins; 0: nothing was read yet.
    pub next: usize,
    /// Its data: points into the stream.
    pub data: *const c_void,
    /// The length of its data, in bytes.
    pub length: usize,
    /// Its CRC, as the stream holds it.
    pub crc: u32,
    /// Its type, four letters and a NUL. Lower case of the first one: a reader that does not know the type
    /// may skip the chunk; of the second: the type is a vendor's own; of the fourth: a program that does
    /// not know the type may send the chunk on.
    pub kind: [c_char; MIGCORE_CHUNK_TYPE_SIZE],
}

/// Goes on to the next chunk of the stream that `bytes` begin with: writes `more`, false behind the end
/// chunk and after an error, and if it is true `chunk`. Signature, types and CRCs are checked; order,
/// limits and contents are not looked at. `kernels` and `error` may be NULL; `error` is written in any case.
#[no_mangle]
pub unsafe extern "C" fn migcore_chunk_next(
    bytes: *const c_void,
    length: usize,
    kernels: *const migcore_kernels,
    chunk: *mut migcore_chunk,
    more: *mut bool,
    error: *mut migcore_error,
) -> migcore_status {
    // SAFETY: the caller promises `length` bytes, NULL or kernels, NULL or structs that begin with their
    // size, and a flag.
    unsafe {
        let next = match more.is_null() {
            true => Err(bare(Code::NullPointer)),
            false => {
                more.write(false);
                next(bytes, length, kernels, chunk)
            }
        };
        match next {
            Ok(Some(next)) => {
                chunk.write_unaligned(next);
                more.write(true);
                tell_error(error, None, MIGCORE_OK)
            }
            Ok(None) => tell_error(error, None, MIGCORE_OK),
            Err(report) => tell_error(error, Some(&report), report.code.number()),
        }
    }
}

/// # Safety
/// As [`migcore_chunk_next`].
unsafe fn next(
    data: *const c_void,
    length: usize,
    kernels: *const migcore_kernels,
    chunk: *const migcore_chunk,
) -> core::result::Result<Option<migcore_chunk>, Report> {
    // SAFETY: as the caller promises.
    let (data, kernels, last) =
        unsafe { (bytes(data, length), CKernels::new(kernels), sized(chunk)) };
    let (data, last) = (data.map_err(bare)?, last.map_err(bare)?);
    if last.next != 0 && last.kind == letters(ChunkType::END) {
        return Ok(None);
    }
    let mut walk = Chunks::at(data, last.next, kernels.map_err(bare)?);
    match walk.next() {
        Ok(found) => {
            Ok(found.map(|found| of(&found, data.len().saturating_sub(walk.rest().len()))))
        }
        Err(code) => Err(Report { code, fault: walk.fault(), path: Path::new() }),
    }
}

fn of(chunk: &Chunk<'_>, next: usize) -> migcore_chunk {
    migcore_chunk {
        size: size_of::<migcore_chunk>(),
        offset: chunk.offset,
        next,
        data: chunk.data.as_ptr().cast(),
        length: chunk.data.len(),
        crc: chunk.crc,
        kind: letters(chunk.kind),
    }
}

fn letters(kind: ChunkType) -> [c_char; MIGCORE_CHUNK_TYPE_SIZE] {
    let mut letters = [0; MIGCORE_CHUNK_TYPE_SIZE];
    copy_name(&kind.bytes(), &mut letters);
    letters
}
