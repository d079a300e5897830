//! Pages as differences: runs of bytes that stay, and runs of new ones.

use super::refuse;
use crate::error::{Code, Result};
use crate::io::{told, Reader, SliceReader};

/// Applies all that is left of `encoded` to `page`, which holds what was there before. Bytes behind the last run
/// stay. After an error some bytes of the page may be new and others old.
///
/// # Errors
/// [`Code::BadValue`] for a run without bytes, but for a first one of bytes that stay, for a length of more than
/// two bytes and for a run beyond the end of the page; [`Code::Truncated`] where the encoded bytes end too early.
/// The place is in the fault of `encoded`.
pub fn xbzrle_decode(encoded: &mut SliceReader<'_>, page: &mut [u8]) -> Result<()> {
    let mut rest = page;
    let mut first = true;
    while encoded.peek(0, &mut [0])? > 0 {
        // QEMU asks for both lengths before it looks at one.
        encoded.require(2)?;
        let same = take_run(encoded, rest.len(), first)?;
        rest = rest.get_mut(same..).unwrap_or_default();
        let new = take_run(encoded, rest.len(), false)?;
        let (run, behind) = rest.split_at_mut_checked(new).unwrap_or_default();
        encoded.take_into(run)?;
        rest = behind;
        first = false;
    }
    Ok(())
}

/// Reads the length of a run in a page of which so many bytes are left.
fn take_run(encoded: &mut SliceReader<'_>, room: usize, may_be_empty: bool) -> Result<usize> {
    let start = encoded.position();
    let length = take_length(encoded)?;
    if length > room || (length == 0 && !may_be_empty) {
        return Err(refuse(encoded, Code::BadValue, start, told(room), told(length)));
    }
    Ok(length)
}

/// Reads a length: seven bits in each byte, the low ones first, in at most two bytes.
fn take_length(encoded: &mut SliceReader<'_>) -> Result<usize> {
    let start = encoded.position();
    let low = encoded.take_as(u8::from_be_bytes)?;
    if low < 0x80 {
        return Ok(usize::from(low));
    }
    let high = encoded.take_as(u8::from_be_bytes)?;
    if high >= 0x80 {
        return Err(refuse(encoded, Code::BadValue, start, 0x7f, u64::from(high)));
    }
    Ok(usize::from(low & 0x7f) | usize::from(high) << 7)
}
