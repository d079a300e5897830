//! What each command does.

pub mod check;
pub mod convert;
pub mod diff;
pub mod generate;
pub mod info;
pub mod inspect;
pub mod profile;
mod proof;
pub mod ram;
pub mod schema;
pub mod suggest;
pub mod transform;
pub mod verify;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use migcore::compat::Version;
use migcore::Report;

use crate::arguments::{Arguments, Command};
use crate::chunks;
use crate::failure::{exit_code, Failure, Outcome, Result};
use crate::guess::{describes_itself, unknown};
use crate::input::Input;
use crate::qemu::item::Damage;

/// Does what the command line asks for, and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let is_check = std::env::args_os().nth(1).is_some_and(|command| command == "check");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if is_check => return check::usage(&error),
        Err(error) => error.exit(),
    };
    let result = match &arguments.command {
        Command::Check(check) => return check::run(check),
        command => run(command),
    };
    if let Err(failure) = result.as_ref() {
        if !failure.is_broken_pipe() {
            complain(&failure.to_string());
        }
    }
    exit_code(&result)
}

fn run(command: &Command) -> Result {
    match command {
        Command::Check(_) => Ok(Outcome::Fine),
        Command::Inspect(inspect) => unread(inspect::run(inspect)),
        Command::Info(info) => unread(info::run(info)),
        Command::Verify(verify) => verify::run(verify),
        Command::Convert(convert) => convert::run(convert),
        Command::Diff(diff) => diff::run(diff),
        Command::Ram(ram) => ram::run(ram),
        Command::Schema(schema) => match schema.check {
            true => schema::run(schema),
            false => unread(schema::run(schema)),
        },
        Command::Transform(transform) => transform::run(transform),
        Command::Suggest(suggest) => unread(suggest::run(suggest)),
        Command::Profile(profile) => profile::run(profile),
        Command::Generate(generate) => generate::run(generate),
    }
}

/// Who looks into a stream need not read to the end. The other commands do not say that all is well unless it is.
fn unread(result: Result) -> Result {
    match result {
        Err(failure) if failure.is_broken_pipe() => Ok(Outcome::Fine),
        result => result,
    }
}

/// Says on the standard error what is wrong.
pub fn complain(text: &str) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    // There is nobody else to be told.
    let _ = writeln!(anstream::stderr(), "{red}error:{red:#} {text}");
}

/// Devices and the versions that they shall be of.
fn devices(texts: &[String]) -> Result<Vec<(&str, Version<'_>)>> {
    let both = texts.iter().map(|text| match text.rsplit_once('=') {
        Some((name, version)) if !name.is_empty() => Ok((name, Version::parse(version))),
        _ => Err(Failure::Usage(format!("--device {text}: it is NAME=VERSION"))),
    });
    both.collect()
}

/// Says what is damaged in a stream of QEMU, if something is.
fn told_damages(path: &Path, damages: &[Damage]) -> Result {
    for damage in damages {
        complain(&format!("{}: {damage}", path.display()));
    }
    Ok(if damages.is_empty() { Outcome::Fine } else { Outcome::Found })
}

/// Says what is damaged, if something is.
fn told(input: &Input, found: Option<Report>) -> Result {
    let Some(report) = found else { return Ok(Outcome::Fine) };
    let report = chunks::damage(report, input.path())?;
    complain(&format!("{}: {report}", input.path().display()));
    Ok(Outcome::Found)
}
