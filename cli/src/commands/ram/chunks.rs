//! `ram` of a stream of chunks.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use migcore::Report;

use super::{kept, no_block, pipe, refused};
use crate::arguments::Ram;
use crate::blocks::{Block, Counts};
use crate::chunks::{self, Chunk, Latest, Step, Stopped, Tally, TooMany, Walk};
use crate::commands::complain;
use crate::failure::{Failure, Outcome, Result};
use crate::input::Input;
use crate::output::Output;

pub(super) fn run(arguments: &Ram, input: &Input) -> Result {
    match (&arguments.block, &arguments.output) {
        (Some(block), Some(output)) => {
            take(arguments, input, block, Output::create(output, arguments.force)?)
        }
        _ => list(input),
    }
}

fn list(input: &Input) -> Result {
    let mut tally = Tally::default();
    let damage = read(input, |chunk| {
        tally.take(chunk);
        Ok(())
    })?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = tally.each().try_for_each(|(block, counts)| line(block, &counts, &mut stdout));
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    match damaged(input, damage)? {
        Outcome::Fine if tally.layout.is_none() => Err(no_memory(input)),
        found => Ok(found),
    }
}

fn line(block: &Block, counts: &Counts, to: &mut dyn Write) -> io::Result<()> {
    let (name, length) = (block.name.escape_ascii(), block.length);
    let Counts { zero, normal, .. } = counts;
    writeln!(to, "{name}: {length} bytes; pages sent: {normal} whole, {zero} of zeros")
}

fn take(arguments: &Ram, input: &Input, block: &str, output: Output) -> Result {
    let file = output.file().ok_or_else(|| pipe(&output))?;
    let mut latest = Latest::default();
    let damage = read(input, |chunk| latest.take(chunk).map_err(|TooMany| in_pieces(input)))?;
    let found = damaged(input, damage)?;
    match (latest.find(block.as_bytes()), found) {
        (None, Outcome::Found) => return Ok(found),
        (None, Outcome::Fine) if latest.tally().layout.is_none() => return Err(no_memory(input)),
        (None, Outcome::Fine) => {
            return Err(no_block(input.path(), block, latest.tally().blocks()))
        }
        (Some(_), _) if !kept(arguments, found) => return Ok(found),
        (Some((number, _)), _) => write(&latest, number, input, &output, file)?,
    }
    output.complete()?;
    Ok(found)
}

fn write(latest: &Latest, block: usize, input: &Input, output: &Output, file: &File) -> Result<()> {
    chunks::extract(latest, block, input, file).map_err(|stopped| match stopped {
        Stopped::Read(error) => Failure::reading(input.path())(error),
        Stopped::Write(error) => Failure::writing(output.path())(error),
    })
}

/// Gives the chunks up to the first damage, and that.
fn read(input: &Input, mut take: impl FnMut(&Chunk) -> Result<()>) -> Result<Option<Report>> {
    let mut walk = Walk::new(input);
    loop {
        match walk.next().map_err(Failure::reading(input.path()))? {
            Step::Chunk(chunk) => take(&chunk)?,
            Step::End => return Ok(None),
            Step::Damaged(report) => return chunks::damage(report, input.path()).map(Some),
        }
    }
}

/// Says up to where the stream could be read, if it is damaged.
fn damaged(input: &Input, damage: Option<Report>) -> Result {
    let Some(report) = damage else { return Ok(Outcome::Fine) };
    let (path, offset) = (input.path().display(), report.fault.offset);
    complain(&format!("{path}: {report}; memory was read up to byte {offset}"));
    Ok(Outcome::Found)
}

fn no_memory(input: &Input) -> Failure {
    let why = "chunks without memory, which were not made of a stream of QEMU; if it is in their devices, see \
               `migcore inspect`";
    refused(input.path(), why)
}

fn in_pieces(input: &Input) -> Failure {
    refused(input.path(), "its memory is in too many pieces")
}
