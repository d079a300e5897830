//! `info`: what a stream is.

use std::io::{self, BufWriter, Write};

use super::{not_chunks, told, unknown};
use crate::arguments::Plain;
use crate::chunks;
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
    let info = chunks::info(input).map_err(Failure::reading(input.path()))?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", info.json()),
        false => info.print(&mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    told(input, info.damage)
}
