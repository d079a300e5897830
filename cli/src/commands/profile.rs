//! `profile`: what the devices of older machines were.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use migcore::compat::profile::MAX_TABLES;

use super::complain;
use crate::arguments::Profile as Arguments;
use crate::failure::{Failure, Outcome, Result};
use crate::profile::{answer, print, print_json, read, Question, Stack, Version};

pub(super) fn run(arguments: &Arguments) -> Result {
    let files = &arguments.files;
    if files.len() > MAX_TABLES {
        let what = format!("at most {MAX_TABLES} profiles can be on top of each other");
        return Err(Failure::Usage(what));
    }
    if files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(Failure::Usage("only one of the files can be the standard input".to_owned()));
    }
    let machine = arguments.machine.as_deref().map(version).transpose()?;
    let profiles = read(files)?;
    let question = Question { machine: machine.as_ref(), device: arguments.device.as_deref() };
    let answer =
        answer(Stack(&profiles), question).map_err(|code| Failure::Refused(code.to_string()))?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let printed = match arguments.json {
        true => print_json(&answer, &mut stdout),
        false => print(&answer, &mut stdout),
    };
    printed.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    match (&arguments.device, answer.is_known()) {
        (Some(device), false) => {
            complain(&format!("no row is about the device {device}"));
            Ok(Outcome::Found)
        }
        _ => Ok(Outcome::Fine),
    }
}

fn version(name: &str) -> Result<Version> {
    Version::of_machine(name).ok_or_else(|| {
        let what = "does not end with a version of up to three numbers, such as pc-i440fx-7.2";
        Failure::Usage(format!("{name:?} {what}"))
    })
}
