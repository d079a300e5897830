//! `ram`: a block of guest memory.

mod chunks;

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{complain, told, unknown};
use crate::arguments::Ram;
use crate::blocks::{Block, Counts};
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input};
use crate::output::Output;
use crate::qemu::memory::{self, survey, Memory, Stopped, Taken};
use crate::qemu::restored::restored;
use crate::qemu::scan::Scanner;

pub(super) fn run(arguments: &Ram) -> Result {
    let mut input = Input::open(&arguments.file)?;
    if arguments.output.as_deref().is_some_and(|output| input.is_at(output)) {
        let file = arguments.file.display();
        return Err(Failure::Usage(format!("{file} is what is read, and cannot be written to")));
    }
    match input.format()? {
        Format::Qemu => of_qemu(arguments, input),
        Format::Unknown => Err(unknown(&mut input)),
        Format::Chunks => match restored(&input)? {
            Some(Ok(restored)) => of_qemu(arguments, restored),
            Some(Err(report)) => told(&input, Some(report)),
            None => chunks::run(arguments, &input),
        },
    }
}

fn of_qemu(arguments: &Ram, input: Input) -> Result {
    let path = arguments.file.as_path();
    let mut scanner = Scanner::new(input, None).map_err(Failure::reading(path))?;
    match (&arguments.block, &arguments.output) {
        (Some(block), Some(output)) => {
            take(&mut scanner, arguments, block, Output::create(output, arguments.force)?)
        }
        _ => list(&mut scanner, path),
    }
}

fn list(scanner: &mut Scanner, path: &Path) -> Result {
    let memory = survey(scanner).map_err(Failure::reading(path))?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = print(&memory, &mut stdout).and_then(|()| stdout.flush());
    printed.map_err(Failure::printing)?;
    let found = damaged(&memory, path);
    match memory.unread.as_ref().filter(|_| found == Outcome::Fine) {
        Some(unread) => Err(refused(path, &unread.to_string())),
        None => Ok(found),
    }
}

fn print(memory: &Memory, to: &mut dyn Write) -> io::Result<()> {
    for block in &memory.blocks {
        write!(to, "{}: {} bytes; ", block.name.escape_ascii(), block.length)?;
        let Counts { zero, normal, xbzrle, compressed, .. } = memory.counts(&block.name);
        if memory.ignore_shared && [zero, normal, xbzrle, compressed] == [0; 4] {
            writeln!(to, "not in the stream: shared memory (x-ignore-shared)")?;
            continue;
        }
        write!(to, "pages sent: {normal} whole, {zero} of zeros")?;
        writeln!(to, ", {xbzrle} as differences, {compressed} compressed")?;
    }
    Ok(())
}

fn take(scanner: &mut Scanner, arguments: &Ram, block: &str, output: Output) -> Result {
    let path = arguments.file.as_path();
    let file = output.file().ok_or_else(|| pipe(&output))?;
    let taken = memory::take(scanner, block.as_bytes(), file);
    let Taken { memory, missing } = taken.map_err(|stopped| match stopped {
        Stopped::Read(error) => Failure::reading(path)(error),
        Stopped::Write(error) => Failure::writing(output.path())(error),
        Stopped::TooLong => refused(path, &format!("block {block} is too long")),
        Stopped::Changed => refused(path, &format!("the length of block {block} changes")),
        Stopped::PageSize => refused(path, "the size of its pages cannot be told"),
    })?;
    let found = damaged(&memory, path);
    if let Some(unread) = memory.unread.as_ref().filter(|_| found == Outcome::Fine) {
        return Err(refused(path, unread));
    }
    let Some(known) = memory.block(block.as_bytes()) else {
        return match found {
            Outcome::Found => Ok(found),
            Outcome::Fine => Err(no_block(path, block, &memory.blocks)),
        };
    };
    if found == Outcome::Fine && missing == known.length && memory.ignore_shared {
        let why = "is not in the stream: shared memory (x-ignore-shared)";
        return Err(refused(path, &format!("block {block} {why}")));
    }
    if !kept(arguments, found) {
        return Ok(found);
    }
    output.complete()?;
    if missing == 0 {
        return Ok(found);
    }
    // The file is what the stream has of it; that is less than the block.
    complain(&format!("{}: {missing} bytes of block {block} never came", path.display()));
    Ok(Outcome::Found)
}

/// Says up to where the stream could be read, if it is damaged.
fn damaged(memory: &Memory, path: &Path) -> Outcome {
    let Some(damage) = &memory.damage else { return Outcome::Fine };
    let (path, offset) = (path.display(), damage.offset);
    complain(&format!("{path}: {damage}; memory was read up to byte {offset}"));
    Outcome::Found
}

/// Whether what was read is kept; says if it is not.
fn kept(arguments: &Ram, found: Outcome) -> bool {
    let kept = found == Outcome::Fine || arguments.force;
    if !kept {
        complain("nothing was written, since the stream is damaged; --force writes what was read");
    }
    kept
}

fn no_block(path: &Path, block: &str, blocks: &[Block]) -> Failure {
    if blocks.is_empty() {
        return refused(path, &format!("no block {block}: the stream holds no memory"));
    }
    let names: Vec<_> = blocks.iter().map(|block| block.name.escape_ascii().to_string()).collect();
    refused(path, &format!("no block {block}; there are {}", names.join(", ")))
}

fn pipe(output: &Output) -> Failure {
    let why = "memory is written to a file, each page at its place, not to a pipe";
    refused(output.path(), why)
}

fn refused(path: &Path, why: &str) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}
