//! `schema`: what a state consists of, and whether one program loads what another saves.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::complain;
use crate::arguments::Schema as Arguments;
use crate::failure::{Failure, Outcome, Result};
use crate::input::Input;
use crate::schema::check::report::Direction;
use crate::schema::check::{check, report, Side};
use crate::schema::document::document;
use crate::schema::model::{Device, Schema};
use crate::schema::print::print;
use crate::schema::read::{read, Found};
use crate::show::Document;

pub(super) fn run(arguments: &Arguments) -> Result {
    match &arguments.new {
        Some(new) => compare(arguments, new),
        None => show(arguments),
    }
}

fn show(arguments: &Arguments) -> Result {
    let found = read(Input::open(&arguments.file)?)?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", Document(&document(&found.schema))),
        false => print(&found.schema, &mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    Ok(told(&arguments.file, &found))
}

/// Says what is damaged, if something is.
fn told(path: &Path, found: &Found) -> Outcome {
    for damage in &found.damages {
        complain(&format!("{}: {damage}", path.display()));
    }
    match found.damages.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    }
}

fn compare(arguments: &Arguments, new: &Path) -> Result {
    let old = &arguments.file;
    if old == new && old == Path::new("-") {
        return Err(Failure::Usage("only one of the two can be the standard input".to_owned()));
    }
    let (left, right) = (described(old)?, described(new)?);
    let damaged = told(old, &left).and(told(new, &right));
    // Half a schema is not compared.
    if damaged == Outcome::Found {
        return Ok(Outcome::Found);
    }
    let old = Side { name: "OLD", schema: &left.schema };
    let new = Side { name: "NEW", schema: &right.schema };
    let forward = (!arguments.reverse).then_some((old, new));
    let backward = (arguments.reverse || arguments.both).then_some((new, old));
    let directions = forward.into_iter().chain(backward);
    let directions: Vec<Direction<'_>> =
        directions.map(|(from, to)| Direction { from, to, checked: check(from, to) }).collect();
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", Document(&report::json([old, new], &directions))),
        false => report::print([old, new], &directions, &mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    Ok(match directions.iter().all(|direction| direction.checked.faults.is_empty()) {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

/// A schema of which there is something to be compared.
fn described(path: &Path) -> Result<Found> {
    let found = read(Input::open(path)?)?;
    let Schema { source, devices, .. } = &found.schema;
    let known = devices.iter().filter_map(Device::description).next();
    if source.is_sent() && known.is_none() && !devices.is_empty() && found.damages.is_empty() {
        let what = "nothing of it is described; the description of another stream of the same machine may be \
                    given in its place";
        return Err(Failure::Refused(format!("{}: {what}", path.display())));
    }
    Ok(found)
}
