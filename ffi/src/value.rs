//! Buffers, strings, null pointers, marks, and whether there is an item.

use core::ffi::{c_char, c_void};

use migcore::visit::{Count, Extent, Marks, Place, Visitor};
use migcore::{Code, Result};

use crate::memory::{bytes, bytes_mut, string};
use crate::object::{enter, migcore_visitor, run, through, Wire};
use crate::place::{CName, Raw};
use crate::status::{migcore_status, status};

/// Visits a buffer of `length` bytes; both sides know the length. A load that fails may have written
/// some of the bytes.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_bytes(
    v: *mut migcore_visitor,
    name: *const c_char,
    data: *mut c_void,
    length: usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and the bytes; on save they are only read.
    unsafe { through(v, |operations| (operations.bytes)(v, name, data, length)) }
}

/// A buffer of fixed length, over the wire `W`.
///
/// # Safety
/// `v` is ready and of `W`, `name` NULL or a C string, `data` NULL or `length` bytes.
pub(crate) unsafe fn bytes_of<W: Wire>(
    v: *mut migcore_visitor,
    name: *const c_char,
    data: *mut c_void,
    length: usize,
) -> migcore_status {
    // SAFETY: as the caller promises.
    unsafe {
        let name = CName::new(name);
        status(enter::<W, _>(v, |visitor| match W::LOADING {
            true => load(visitor, &name, Extent::Fixed, data, length).map(|_| ()),
            false => save(visitor, &name, Extent::Fixed, data, length),
        }))
    }
}

/// Visits the first `*length` bytes of a buffer; the length is part of the state. On load at most
/// `capacity` bytes are accepted, and `length` is written.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_varbytes(
    v: *mut migcore_visitor,
    name: *const c_char,
    data: *mut c_void,
    capacity: usize,
    length: *mut usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name, the bytes and a length.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| {
            let Some(mut length) = Raw::new(length) else {
                return Err(visitor.fail_as(Code::NullPointer, 0, &name));
            };
            if visitor.is_loading() {
                length.store(load(visitor, &name, Extent::Variable, data, capacity)?);
                return Ok(());
            }
            visitor.check_count(&name, length.load(), capacity)?;
            save(visitor, &name, Extent::Variable, data, length.load())
        })
    }
}

/// # Safety
/// `data` is NULL or `length` bytes.
#[inline]
unsafe fn save(
    visitor: &mut Visitor<'_>,
    name: &CName,
    extent: Extent,
    data: *const c_void,
    length: usize,
) -> Result<()> {
    // SAFETY: as the caller promises.
    match unsafe { bytes(data, length) } {
        Ok(data) => visitor.save_bytes(name, extent, data),
        Err(code) => Err(visitor.fail_as(code, 0, name)),
    }
}

/// # Safety
/// `data` is NULL or `length` writable bytes.
#[inline]
unsafe fn load(
    visitor: &mut Visitor<'_>,
    name: &CName,
    extent: Extent,
    data: *mut c_void,
    length: usize,
) -> Result<usize> {
    // SAFETY: as the caller promises.
    match unsafe { bytes_mut(data, length) } {
        Ok(data) => visitor.load_bytes(name, extent, data),
        Err(code) => Err(visitor.fail_as(code, 0, name)),
    }
}

/// Visits a string that ends with a NUL within the `capacity` bytes at `text`. It must be UTF-8. On
/// load a string that does not fit with its NUL is refused, and `text` keeps what it held.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_string(
    v: *mut migcore_visitor,
    name: *const c_char,
    text: *mut c_char,
    capacity: usize,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and `capacity` bytes; on save they are only read.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| {
            if visitor.is_loading() {
                return match bytes_mut(text.cast(), capacity) {
                    Ok(text) => load_string(visitor, &name, text),
                    Err(code) => Err(visitor.fail_as(code, 0, &name)),
                };
            }
            match string(text, capacity) {
                Ok(text) => save_string(visitor, &name, text),
                Err(code) => Err(visitor.fail_as(code, 0, &name)),
            }
        })
    }
}

fn save_string(visitor: &mut Visitor<'_>, name: &CName, text: &[u8]) -> Result<()> {
    match core::str::from_utf8(text) {
        Ok(text) => visitor.save_text(name, text),
        Err(_) => Err(visitor.fail_as(Code::BadText, 0, name)),
    }
}

fn load_string(visitor: &mut Visitor<'_>, name: &CName, place: &mut [u8]) -> Result<()> {
    let Some(room) = place.len().checked_sub(1) else {
        return Err(visitor.fail_as(Code::InvalidArgument, 0, name));
    };
    visitor.load_text(name, room, &mut |text| {
        if text.bytes().any(|byte| byte == 0) {
            return Err(Code::BadText);
        }
        let ended = text.bytes().chain([0]);
        place.iter_mut().zip(ended).for_each(|(place, byte)| *place = byte);
        Ok(())
    })
}

/// Visits a null pointer: on load, checks that the stream has one here too.
#[no_mangle]
pub unsafe extern "C" fn migcore_visit_absent(
    v: *mut migcore_visitor,
    name: *const c_char,
) -> migcore_status {
    // SAFETY: the caller promises a visitor and a name.
    unsafe {
        let name = CName::new(name);
        run(v, |visitor| visitor.null(&name))
    }
}

/// A reader that does not know the item may skip it. Everything else is critical.
pub const MIGCORE_MARK_ANCILLARY: u32 = 1;
/// Tools do not show the value.
pub const MIGCORE_MARK_SECRET: u32 = 2;
/// The value does not count when states are compared, as that of a clock.
pub const MIGCORE_MARK_VOLATILE: u32 = 4;
/// With MIGCORE_MARK_ANCILLARY: the item stays true whatever becomes of the rest of the state. A program
/// that does not know it may keep it and send it on.
pub const MIGCORE_MARK_SAFE_TO_COPY: u32 = 8;
/// A buffer whose inside is not described: a device that is not converted yet, a foreign format.
pub const MIGCORE_MARK_OPAQUE: u32 = 16;

/// Says which version of the device that begins next is the oldest that can read its state as it is
/// saved; without this call, only the one that saves and newer ones can. On load nothing happens.
#[no_mangle]
pub unsafe extern "C" fn migcore_set_oldest_reader(
    v: *mut migcore_visitor,
    version: u32,
) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe { run(v, |visitor| visitor.set_oldest_reader(version)) }
}

/// Marks the next item or scope with MIGCORE_MARK_ constants; if that is left out, the marks are left
/// out with it. Has a meaning on save only, and on wires that can carry it: there, marks of raw bytes and of
/// elements are MIGCORE_INVALID_ARGUMENT.
#[no_mangle]
pub unsafe extern "C" fn migcore_mark(v: *mut migcore_visitor, marks: u32) -> migcore_status {
    // SAFETY: the caller promises NULL or a visitor.
    unsafe {
        run(v, |visitor| match Marks::from_bits(marks) {
            Some(marks) => visitor.mark(marks),
            None => Err(visitor.fail_as(Code::InvalidArgument, 0, &"")),
        })
    }
}

/// Tells whether the open scope has an item of this name that was not visited yet: writes `has`. On a
/// wire without names it always has, and so it has on save. After an error `has` is false.
#[no_mangle]
pub unsafe extern "C" fn migcore_has(
    v: *mut migcore_visitor,
    name: *const c_char,
    has: *mut bool,
) -> migcore_status {
    // SAFETY: the caller promises a visitor, a name and a flag.
    unsafe {
        let name = CName::new(name);
        let Some(mut place) = Raw::new(has) else {
            return run(v, |visitor| Err(visitor.fail_as(Code::NullPointer, 0, &name)));
        };
        place.store(false);
        run(v, |visitor| {
            place.store(visitor.has(&name)?);
            Ok(())
        })
    }
}
