//! `check`: whether a receiver loads a stream. Its exit codes are answers, so failures have another one.

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use migcore::compat::Version;

use super::{complain, devices};
use crate::arguments::Check;
use crate::check::answer::Answer;
use crate::check::{check, print, Asked, Before};
use crate::failure::{Failure, Result};
use crate::input::Input;
use crate::qemu::description;
use crate::show::Document;
use crate::transform::losses;

/// The exit code of a check that cannot be made.
const FAILED: u8 = 4;

/// Makes the check, and gives the exit code.
#[must_use]
pub fn run(arguments: &Check) -> ExitCode {
    ExitCode::from(match checked(arguments) {
        Ok(answer) => answer.number(),
        Err(failure) => {
            if !failure.is_broken_pipe() {
                complain(&failure.to_string());
            }
            FAILED
        }
    })
}

/// The exit code for a command line that is none, or asks for help.
#[must_use]
pub fn usage(error: &clap::Error) -> ExitCode {
    // There is nobody else to be told.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { FAILED } else { 0 })
}

fn checked(arguments: &Check) -> Result<Answer> {
    let stream = Input::open(&arguments.stream)?;
    let against: Result<Vec<Input>> =
        arguments.against.iter().map(|path| Input::open(path)).collect();
    let (against, same) = (against?, arguments.same_release);
    let vmdesc = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let devices = devices(&arguments.device)?;
    let before = Before {
        rules: &arguments.rules,
        from: arguments.from.as_deref().map(Version::parse),
        to: arguments.to.as_deref(),
        devices: &devices,
        restore: arguments.restore.as_deref().map(losses::read).transpose()?.flatten(),
    };
    let found = check(Asked { stream, vmdesc, against, before, same })?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => writeln!(stdout, "{:#}", Document(&print::json(&found))),
        false => print::print(&found, &mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    Ok(found.answer)
}
