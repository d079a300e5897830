//! The framing over the raw bytes of a visitor, beside the devices that are visited with it.

use super::{types, Header, Record};
use crate::codec::legacy::{refuse, RawBytes};
use crate::error::{Code, Result};
use crate::io::Reader;
use crate::visit::{Side, Visitor};

/// Bytes that are passed over at once.
const PIECE: usize = 256;

/// Runs `call` on the raw bytes of a visitor; an error of it is one of the visit.
///
/// # Errors
/// Those of `call`, or the first error.
pub fn over<R>(
    v: &mut Visitor<'_>,
    call: impl FnOnce(&mut RawBytes<Side<'_>>) -> Result<R>,
) -> Result<R> {
    v.check()?;
    let mut bytes = RawBytes::new(v.parts().0);
    let done = call(&mut bytes);
    let fault = Reader::fault(&bytes);
    done.map_err(|code| v.fail_with(code, fault, &""))
}

/// Saves a [`Header`], or checks that one comes next.
///
/// # Errors
/// Those of [`Header::read`], or of the wire.
pub fn visit_header(v: &mut Visitor<'_>) -> Result<()> {
    match v.is_loading() {
        true => over(v, |bytes| Header::read(bytes).map(|_| ())),
        false => over(v, |bytes| Header.write(bytes)),
    }
}

/// Loads a record, as far as its own head tells. A command must be one that may be sent.
///
/// # Errors
/// Those of [`Record::read`]; [`Code::UnknownCommand`], and [`Code::BadValue`] for the length of its data.
pub fn load_record(v: &mut Visitor<'_>) -> Result<Record> {
    over(v, |bytes| {
        let start = Reader::position(bytes);
        let record = Record::read(bytes)?;
        match &record {
            Record::Command(head) => match head.check() {
                Ok(()) => Ok(record),
                Err(code) => {
                    Err(refuse(bytes, code, start, u64::from(head.length), u64::from(head.number)))
                }
            },
            _ => Ok(record),
        }
    })
}

/// Saves the footer of a section, or checks that it comes next.
///
/// # Errors
/// [`Code::BadOrder`] when something else comes next, and the payload was longer or shorter than what was read;
/// [`Code::BadValue`] for the footer of another section; those of the wire.
pub fn visit_footer(v: &mut Visitor<'_>, section: u32) -> Result<()> {
    match v.is_loading() {
        true => over(v, |bytes| take_footer(bytes, section)),
        false => over(v, |bytes| Record::Footer(section).write(bytes)),
    }
}

fn take_footer(reader: &mut impl Reader, section: u32) -> Result<()> {
    let start = reader.position();
    let found = reader.take_as(u8::from_be_bytes)?;
    if found != types::FOOTER {
        let (expected, found) = (u64::from(types::FOOTER), u64::from(found));
        return Err(refuse(reader, Code::BadOrder, start, expected, found));
    }
    let found = reader.take_as(u32::from_be_bytes)?;
    match found == section {
        true => Ok(()),
        false => Err(refuse(reader, Code::BadValue, start, u64::from(section), u64::from(found))),
    }
}

/// Passes over bytes on load, such as the data of a command.
///
/// # Errors
/// [`Code::Truncated`] and others of the wire.
pub fn skip(v: &mut Visitor<'_>, length: u64) -> Result<()> {
    over(v, |bytes| {
        let mut left = length;
        while left > 0 {
            let mut piece = [0; PIECE];
            let wanted = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            bytes.take_into(piece.get_mut(..wanted).unwrap_or_default())?;
            left = left.saturating_sub(u64::try_from(wanted).unwrap_or(left));
        }
        Ok(())
    })
}
