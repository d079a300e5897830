//! Prints what memory in bulk takes, as ratios to memcpy in the same run: `memory [--quick]`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => migcore_benches::memory::print(false),
        ["--quick"] => migcore_benches::memory::print(true),
        _ => {
            eprintln!("usage: memory [--quick]");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}
