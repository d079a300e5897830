//! The tests are in `tests/`; what they share is here.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top folder of the project.
#[must_use]
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The source of the ffi crate in one piece, with its macros expanded.
///
/// # Errors
/// What the compiler has to say when it cannot do it.
pub fn expanded_ffi() -> Result<String, String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(top())
        // The compiler prints expanded source only when it is told that it may do unstable things.
        .env("RUSTC_BOOTSTRAP", "1")
        .args(["rustc", "--quiet", "-p", "migcore-ffi", "--lib", "--profile", "dev"])
        .args(["--target-dir", "target/expanded", "--", "-Zunpretty=expanded"])
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
