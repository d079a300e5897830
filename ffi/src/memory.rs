//! Memory of the caller as slices.

use core::ffi::{c_char, c_void};
use core::mem::MaybeUninit;
use core::slice;

use migcore::codec::chunk::IndexEntry;
use migcore::{Code, Result};

/// The largest object that Rust and C agree on.
pub(crate) const LARGEST: usize = usize::MAX >> 1;

/// `length` bytes of the caller. NULL is an error unless no bytes are asked for; so is a length that
/// no object can have.
///
/// # Safety
/// `data` is NULL or points to `length` readable bytes that do not change during `'a`.
#[inline]
pub(crate) unsafe fn bytes<'a>(data: *const c_void, length: usize) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    possible(data, length)?;
    // SAFETY: not null, of a possible length, and the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts(data.cast(), length) })
}

/// `length` bytes of the caller that may be written. As [`bytes`].
///
/// # Safety
/// `data` is NULL or points to `length` writable bytes that nothing else uses during `'a`.
#[inline]
pub(crate) unsafe fn bytes_mut<'a>(data: *mut c_void, length: usize) -> Result<&'a mut [u8]> {
    if length == 0 {
        return Ok(&mut []);
    }
    possible(data, length)?;
    // SAFETY: not null, of a possible length, and the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts_mut(data.cast(), length) })
}

/// Memory of the caller as entries of an index: as many as lie in it whole, at addresses that fit. What it
/// held is lost.
///
/// # Safety
/// As [`bytes_mut`].
pub(crate) unsafe fn index<'a>(data: *mut c_void, size: usize) -> Result<&'a mut [IndexEntry]> {
    // SAFETY: as the caller promises.
    let memory = unsafe { bytes_mut(data, size) }?;
    // SAFETY: bytes are as good as memory that was not initialised.
    let (_, entries, _) = unsafe { memory.align_to_mut::<MaybeUninit<IndexEntry>>() };
    entries.fill(MaybeUninit::new(IndexEntry::default()));
    // SAFETY: each of them was just written.
    Ok(unsafe { slice::from_raw_parts_mut(entries.as_mut_ptr().cast(), entries.len()) })
}

/// The bytes of a string before its NUL, which must be among the first `capacity` bytes. What lies
/// behind the NUL is not looked at: it need not be initialised, nor be there.
///
/// # Safety
/// `text` is NULL or points to readable bytes up to a NUL or to `capacity` of them, which do not change
/// during `'a`.
pub(crate) unsafe fn string<'a>(text: *const c_char, capacity: usize) -> Result<&'a [u8]> {
    possible(text.cast(), capacity)?;
    // SAFETY: not null; each byte before the NUL is readable, as the caller promises.
    let length = (0..capacity).find(|at| unsafe { text.add(*at).read() } == 0);
    match length {
        // SAFETY: those bytes were just read.
        Some(length) => Ok(unsafe { slice::from_raw_parts(text.cast(), length) }),
        None => Err(Code::InvalidArgument),
    }
}

/// Whether there can be an object of `length` bytes at `data`.
#[inline]
fn possible(data: *const c_void, length: usize) -> Result<()> {
    match length {
        _ if data.is_null() => Err(Code::NullPointer),
        _ if length > LARGEST => Err(Code::InvalidArgument),
        _ => Ok(()),
    }
}
