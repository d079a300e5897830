//! `info`: what a stream is.

use std::io::{self, BufWriter, Write};

use super::{describes_itself, told, told_damages, unknown};
use crate::arguments::Plain;
use crate::chunks;
use crate::failure::{Failure, Result};
use crate::input::{Format, Input};
use crate::qemu;
use crate::qemu::description;
use crate::qemu::scan::Scanner;
use crate::show::Document;

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
    let info = chunks::info(input).map_err(Failure::reading(input.path()))?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", Document(&info.json())),
        false => info.print(&mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    told(input, info.damage)
}

fn of_qemu(arguments: &Plain, input: Input) -> Result {
    let path = input.path().to_owned();
    let given = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let info = Scanner::new(input, given).and_then(|mut scanner| qemu::info::info(&mut scanner));
    let info = info.map_err(Failure::reading(&path))?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", Document(&info.json())),
        false => info.print(&mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    told_damages(&path, &info.damages)
}
