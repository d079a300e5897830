//! Shows the chunks that a stream is made of.

use std::io::{self, Write};

use migcore::Report;
use serde_json::json;

use super::{Chunk, Step, Walk};
use crate::input::Input;

/// Prints a line for each chunk, or one JSON document, and says what stopped it, if something did.
///
/// # Errors
/// Those of the system: of the file, or of `to`.
pub fn list(input: &Input, json: bool, to: &mut dyn Write) -> io::Result<Option<Report>> {
    let mut walk = Walk::new(input);
    match json {
        true => to.write_all(b"{\"format\":\"chunks\",\"chunks\":[")?,
        false => writeln!(to, "{:>12} {:>10} type  CRC             properties", "offset", "data")?,
    }
    let mut first = true;
    let damage = loop {
        match walk.next()? {
            Step::Chunk(chunk) if json => {
                to.write_all(if first { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *to, &as_json(&chunk))?;
                first = false;
            }
            Step::Chunk(chunk) => line(&chunk, to)?,
            Step::End => break None,
            Step::Damaged(report) => break Some(report),
        }
    };
    if json {
        let end = json!({ "complete": damage.is_none(), "error": damage.as_ref().map(error) });
        // The members of this object become those of the document.
        write!(to, "\n],{}", end.to_string().trim_start_matches('{'))?;
        to.write_all(b"\n")?;
    }
    Ok(damage)
}

/// An error as an object.
#[must_use]
pub fn error(report: &Report) -> serde_json::Value {
    json!({
        "offset": report.fault.offset,
        "path": report.path.as_str(),
        "reason": report.code.text(),
        "message": report.to_string(),
    })
}

fn as_json(chunk: &Chunk) -> serde_json::Value {
    json!({
        "type": name(chunk),
        "offset": chunk.offset,
        "length": chunk.length,
        "crc": format!("{:08x}", chunk.crc),
        "crc_right": true,
        "critical": !chunk.kind.is_ancillary(),
        "private": chunk.kind.is_private(),
        "reserved": false,
        "safe_to_copy": chunk.kind.is_safe_to_copy(),
        "known": chunk.kind.is_known(),
    })
}

fn line(chunk: &Chunk, to: &mut dyn Write) -> io::Result<()> {
    let Chunk { kind, offset, length, crc, .. } = chunk;
    let either = |set, yes, no| if set { yes } else { no };
    writeln!(
        to,
        "{offset:>12} {length:>10} {}  {crc:08x} right  {}, {}, reserved bit clear, {}{}",
        name(chunk),
        either(kind.is_ancillary(), "ancillary", "critical"),
        either(kind.is_private(), "private", "public"),
        either(kind.is_safe_to_copy(), "safe to copy", "not safe to copy"),
        either(kind.is_known(), "", ", unknown here"),
    )
}

/// The letters of a type.
pub(super) fn name(chunk: &Chunk) -> String {
    chunk.kind.bytes().into_iter().map(char::from).collect()
}
