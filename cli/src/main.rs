//! The program `migcore`: see `migcore --help`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    migcore_cli::commands::main()
}
