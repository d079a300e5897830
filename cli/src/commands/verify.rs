//! `verify`: whether a stream is right.

use std::io::{self, Write};

use serde_json::json;

use super::{not_chunks, told, unknown};
use crate::arguments::Plain;
use crate::chunks::{self, Verified};
use crate::failure::{Failure, Result};
use crate::input::{Format, Input};

pub(super) fn run(arguments: &Plain) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match input.format()? {
        Format::Chunks => of_chunks(arguments, &input),
        Format::Qemu => Err(not_chunks(&arguments.file)),
        Format::Unknown => Err(unknown(&arguments.file)),
    }
}

fn of_chunks(arguments: &Plain, input: &Input) -> Result {
    let verified = chunks::verify(input);
    let text = match arguments.json {
        true => format!("{:#}\n", as_json(&verified)),
        false => as_text(&verified),
    };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::printing)?;
    told(input, verified.damage)
}

fn as_json(verified: &Verified) -> serde_json::Value {
    json!({
        "format": "chunks",
        "right": verified.damage.is_none(),
        "devices": verified.devices,
        "chunks": verified.totals.chunks,
        "unknown_chunks": verified.skipped.chunks,
        "length": verified.length,
        "remarks": verified.remarks,
        "error": verified.damage.as_ref().map(chunks::error),
    })
}

fn as_text(verified: &Verified) -> String {
    let Verified { devices, totals, skipped, length, remarks, damage } = verified;
    let mut text = match damage {
        None => format!(
            "right: {devices} devices, {} chunks before the end chunk, {length} bytes\n",
            totals.chunks
        ),
        Some(_) => format!("damaged: {devices} devices before it are right\n"),
    };
    if skipped.chunks > 0 {
        text.push_str(&format!("remark: {} chunks are of unknown types\n", skipped.chunks));
    }
    remarks.iter().for_each(|remark| text.push_str(&format!("remark: {remark}\n")));
    text
}
