//! The tests are in `tests/`; what they share is here.

use std::path::{Path, PathBuf};
use std::process::Command;

pub mod interface;
pub mod spell;

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

/// What bindgen makes of a header in `include/`: the declarations whose names match `names`, as C
/// sees them.
///
/// # Errors
/// What bindgen has to say when it cannot read the header.
pub fn bound_header(header: &str, names: &str, arguments: &[&str]) -> Result<String, String> {
    let path = top().join("include").join(header);
    let path = path.to_str().ok_or("the path is not UTF-8")?;
    bindgen::Builder::default()
        .header(path)
        .clang_args(arguments)
        .allowlist_item(names)
        .formatter(bindgen::Formatter::None)
        .generate()
        .map(|bindings| bindings.to_string())
        .map_err(|error| error.to_string())
}
