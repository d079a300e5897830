//! The program `migcore`: see `migcore --help`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use migcore_cli::arguments::Arguments;
use migcore_cli::{commands, failure};

fn main() -> ExitCode {
    let result = commands::run(&Arguments::parse());
    if let Err(failure) = result.as_ref() {
        if !failure.is_broken_pipe() {
            commands::complain(&failure.to_string());
        }
    }
    failure::exit_code(&result)
}
