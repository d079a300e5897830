//! `verify`: whether a stream is right.

use std::io::{self, Write};

use serde_json::json;

use super::{complain, describes_itself, told, unknown};
use crate::arguments::Plain;
use crate::blocks::{self, Counts};
use crate::chunks::{self, Verified};
use crate::failure::{Failure, Outcome, Result};
use crate::input::{self, Format, Input};
use crate::qemu::description;
use crate::qemu::rules::{check, Finding, Findings};
use crate::qemu::scan::Scanner;
use crate::show::{counted, Document};

pub(super) fn run(arguments: &Plain) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match input.format()? {
        Format::Chunks if arguments.vmdesc.is_some() => Err(describes_itself(&arguments.file)),
        Format::Chunks => of_chunks(arguments, &input),
        Format::Qemu => of_qemu(arguments, input),
        Format::Unknown => Err(unknown(&mut input)),
    }
}

fn of_chunks(arguments: &Plain, input: &Input) -> Result {
    let verified = chunks::verify(input).map_err(Failure::reading(input.path()))?;
    // Of what could not be read nothing is known, so nothing is printed.
    if let Some(report) = &verified.damage {
        chunks::damage(report.clone(), input.path())?;
    }
    let text = match arguments.json {
        true => format!("{:#}\n", Document(&as_json(&verified))),
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
        "page_size": verified.memory.page_size(),
        "blocks": verified.memory.each().map(|(block, counts)| blocks::json(block, &counts))
            .collect::<Vec<_>>(),
        "remarks": verified.remarks,
        "error": verified.damage.as_ref().map(chunks::error),
    })
}

fn as_text(verified: &Verified) -> String {
    let Verified { devices, totals, skipped, length, memory, remarks, damage } = verified;
    let mut text = match damage {
        None => format!(
            "right: {devices} devices, {} chunks before the end chunk, {length} bytes\n",
            totals.chunks
        ),
        Some(_) => format!("damaged: {devices} devices before it are right\n"),
    };
    if memory.layout.is_some() {
        let (blocks, Counts { zero, normal, .. }) = (memory.blocks(), memory.total());
        let length = blocks::length(blocks);
        let number = counted(input::told(blocks.len()), "block");
        text.push_str(&format!(
            "memory: {number}, {length}; pages sent: {normal} whole, {zero} of zeros\n"
        ));
    }
    if skipped.chunks > 0 {
        text.push_str(&format!("remark: {} chunks are of unknown types\n", skipped.chunks));
    }
    remarks.iter().for_each(|remark| text.push_str(&format!("remark: {remark}\n")));
    text
}

fn of_qemu(arguments: &Plain, input: Input) -> Result {
    let path = input.path().to_owned();
    let given = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let found = Scanner::new(input, given).and_then(|mut scanner| check(&mut scanner));
    let found = found.map_err(Failure::reading(&path))?;
    let text = match arguments.json {
        true => format!("{:#}\n", Document(&findings_as_json(&found))),
        false => findings_as_text(&found),
    };
    io::stdout().write_all(text.as_bytes()).map_err(Failure::printing)?;
    let place = |finding: &Finding| {
        format!("{}: byte {}: {}", path.display(), finding.offset, finding.text)
    };
    found.errors.iter().for_each(|error| complain(&place(error)));
    match &found.unchecked {
        _ if !found.errors.is_empty() => Ok(Outcome::Found),
        Some(unchecked) => Err(Failure::Refused(place(unchecked))),
        None => Ok(Outcome::Fine),
    }
}

fn findings_as_json(found: &Findings) -> serde_json::Value {
    let one = |finding: &Finding| json!({ "offset": finding.offset, "text": finding.text });
    let list =
        |findings: &[Finding]| -> Vec<serde_json::Value> { findings.iter().map(one).collect() };
    json!({
        "format": "qemu",
        "right": found.are_right(),
        "sections": found.sections,
        "described": found.described,
        "errors": list(&found.errors),
        "remarks": list(&found.remarks),
        "unchecked": found.unchecked.as_ref().map(one),
        "more_findings": found.more,
    })
}

fn findings_as_text(found: &Findings) -> String {
    let Findings { errors, remarks, unchecked, more, sections, described } = found;
    let mut text = match unchecked {
        _ if !errors.is_empty() => {
            format!("not right: {}\n", counted(input::told(errors.len()), "error"))
        }
        Some(unchecked) => format!("not checked behind byte {}\n", unchecked.offset),
        None => format!("right as far as it tells: {sections} sections, {described} described\n"),
    };
    for Finding { offset, text: remark } in remarks {
        text.push_str(&format!("remark: byte {offset}: {remark}\n"));
    }
    if *more > 0 {
        text.push_str(&format!("remark: {more} findings more\n"));
    }
    text
}
