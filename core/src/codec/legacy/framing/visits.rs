//! The framing over the raw bytes of a visitor, beside the devices that are visited with it.

use heapless::Vec;

use super::{types, Configuration, Header, Record};
use crate::codec::legacy::{refuse, RawBytes};
use crate::error::{put_number, Code, Fault, Result, MAX_NAME};
use crate::io::Reader;
use crate::visit::{Name, Side, Visitor};

/// Bytes that are passed over at once.
const PIECE: usize = 256;

/// Runs `call` on the raw bytes of a visitor; an error of it is one of the visit, at an item of this name.
///
/// # Errors
/// Those of `call`, or the first error.
pub fn over<R>(
    v: &mut Visitor<'_>,
    name: &dyn Name,
    call: impl FnOnce(&mut RawBytes<Side<'_>>) -> Result<R>,
) -> Result<R> {
    v.check()?;
    let mut bytes = RawBytes::new(v.parts().0);
    let done = call(&mut bytes);
    let fault = Reader::fault(&bytes);
    done.map_err(|code| v.fail_with(code, fault, name))
}

/// Saves a [`Header`], or checks that one comes next.
///
/// # Errors
/// Those of [`Header::read`], or of the wire.
pub fn visit_header(v: &mut Visitor<'_>) -> Result<()> {
    match v.is_loading() {
        true => over(v, &"header", |bytes| Header::read(bytes).map(|_| ())),
        false => over(v, &"header", |bytes| Header.write(bytes)),
    }
}

/// Loads a record, as far as its own head tells. A command must be one that may be sent.
///
/// # Errors
/// Those of [`Record::read`]; [`Code::UnknownCommand`], and [`Code::BadValue`] for the length of its data.
pub fn load_record(v: &mut Visitor<'_>) -> Result<Record> {
    over(v, &"record", |bytes| {
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
    let mut name = Text::new();
    put_text(&mut name, b"footer of section ");
    put_number(u64::from(section), &mut |digits| put_text(&mut name, digits));
    let name = name.as_slice();
    match v.is_loading() {
        true => over(v, &name, |bytes| take_footer(bytes, section)),
        false => over(v, &name, |bytes| Record::Footer(section).write(bytes)),
    }
}

/// Checks that a stream of the configuration `found` may be loaded by a machine that would write `ours`, as
/// [`Configuration::misfit`] says.
///
/// # Errors
/// [`Code::BadValue`] at the item that differs, with both names of a machine in the place of that, and the numbers of
/// page bits.
pub fn check_configuration(
    v: &mut Visitor<'_>,
    found: &Configuration,
    ours: &Configuration,
) -> Result<()> {
    let Some(item) = found.misfit(ours) else { return v.check() };
    let bits = |configuration: &Configuration| configuration.page_bits().map_or(0, u64::from);
    let numbers = match item {
        "page_bits" => (bits(ours), bits(found)),
        _ => (0, 0),
    };
    let fault = Fault { offset: v.position(), expected: numbers.0, found: numbers.1, cause: 0 };
    let mut name = Text::new();
    put_text(&mut name, item.as_bytes());
    if item == "machine" {
        for part in [&b" '"[..], found.machine(), b"', here '", ours.machine(), b"'"] {
            put_text(&mut name, part);
        }
    }
    Err(v.fail_with(Code::BadValue, fault, &name.as_slice()))
}

/// The name of an item in a report.
type Text = Vec<u8, MAX_NAME>;

/// Adds to a text, as far as there is room.
fn put_text(text: &mut Text, more: &[u8]) {
    for byte in more {
        // What there is no room for is left out.
        let _ = text.push(*byte);
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
    over(v, &"data", |bytes| {
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
