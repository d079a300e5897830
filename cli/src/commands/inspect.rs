//! `inspect`: the state that a stream holds.

use std::io::{self, BufWriter, Write};

use migcore::Report;

use super::{describes_itself, told, told_damages, unknown};
use crate::arguments::{Color, Inspect};
use crate::chunks;
use crate::failure::{Failure, Result};
use crate::input::{Format, Input};
use crate::qemu::scan::Scanner;
use crate::qemu::visit::Stopped;
use crate::qemu::{self, description};
use crate::show::{printer, Choice, Filter, Places, Problem, Show};

pub(super) fn run(arguments: &Inspect) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match input.format()? {
        Format::Chunks if arguments.vmdesc.is_some() => Err(describes_itself(&arguments.file)),
        Format::Chunks if arguments.chunks => list(arguments, &input),
        Format::Chunks => show(arguments, &input),
        Format::Qemu if arguments.chunks => {
            let what = "a stream of QEMU, which has no chunks; without --chunks its state is shown";
            Err(Failure::Refused(format!("{}: {what}", arguments.file.display())))
        }
        Format::Qemu => show_qemu(arguments, input),
        Format::Unknown => Err(unknown(&mut input)),
    }
}

/// What the command line says of printing.
pub(super) fn choice(arguments: &Inspect) -> Choice {
    let coloured = match arguments.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    let filter = Filter::new(arguments.filter.clone());
    Choice { json: arguments.json, coloured, filter, open: arguments.open }
}

fn show(arguments: &Inspect, input: &Input) -> Result {
    let places = Places::new();
    let mut printer = printer(io::stdout().lock(), choice(arguments), &places);
    let found =
        chunks::inspect(input, &mut *printer, &places).map_err(Failure::reading(input.path()))?;
    end(input, &mut *printer, found)
}

fn show_qemu(arguments: &Inspect, input: Input) -> Result {
    let path = input.path().to_owned();
    let given = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let mut scanner = Scanner::new(input, given).map_err(Failure::reading(&path))?;
    let places = Places::new();
    let mut printer = printer(io::stdout().lock(), choice(arguments), &places);
    let found = qemu::inspect::inspect(&mut scanner, &mut *printer, &places);
    if let Some(failure) = printer.take_failure() {
        return Err(Failure::printing(failure));
    }
    let damages = match found {
        Ok(damages) => damages,
        Err(Stopped::Io(error)) => return Err(Failure::reading(&path)(error)),
        Err(Stopped::Visitor(code)) => return Err(Failure::Refused(code.text().to_owned())),
    };
    let message = damages.first().map(ToString::to_string).unwrap_or_default();
    let problem = damages.first().map(|damage| Problem {
        offset: damage.offset,
        path: "",
        reason: &message,
        message: &message,
    });
    printer.end_document(&[], problem.as_ref()).map_err(Failure::printing)?;
    told_damages(&path, &damages)
}

/// Ends a document, with what stopped it.
pub(super) fn end(input: &Input, show: &mut dyn Show, found: Option<Report>) -> Result {
    if let Some(failure) = show.take_failure() {
        return Err(Failure::printing(failure));
    }
    let message = found.as_ref().map(ToString::to_string).unwrap_or_default();
    let problem = found.as_ref().map(|report| Problem {
        offset: report.fault.offset,
        path: report.path.as_str(),
        reason: report.code.text(),
        message: &message,
    });
    show.end_document(&[], problem.as_ref()).map_err(Failure::printing)?;
    told(input, found)
}

fn list(arguments: &Inspect, input: &Input) -> Result {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let found = chunks::list(input, arguments.json, &mut stdout);
    let found = found.and_then(|found| stdout.flush().map(|()| found));
    told(input, found.map_err(Failure::printing)?)
}
