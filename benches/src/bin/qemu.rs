//! Prints what the program `migcore` takes to show streams of QEMU. It is looked for where this program lies, so
//! both are built first: `make -C benches qemu`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let printed = std::env::current_exe()
        .and_then(|path| migcore_benches::qemu::print(&path.with_file_name("migcore")));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
