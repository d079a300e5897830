//! What a transform lost, in a file: for people and programs, and to be restored from.

use std::path::Path;

use serde_json::{json, Value};

use super::native::spooled;
use super::run::Transformed;
use crate::failure::{Failure, Result};
use crate::input::{whole, Input};
use crate::show::Document;

/// The key of what is restored from.
const CHUNKS: &str = "chunks";

/// The longest file that is read, in bytes.
const MOST: u64 = 256 << 20;

/// The file: the losses, each with its path, and a stream of chunks with all that is needed to restore them, in
/// hexadecimal digits.
#[must_use]
pub fn text(done: &Transformed<'_>) -> String {
    let chunks = done.losses.as_deref().map(hex);
    let losses = json!({ "losses": done.effects.losses_json(), CHUNKS: chunks });
    format!("{:#}\n", Document(&losses))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // A text takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The losses in a file, as a stream of chunks; `None` if nothing was lost.
///
/// # Errors
/// [`Failure::Io`]; [`Failure::Refused`] for what is no such file.
pub fn read(path: &Path) -> Result<Option<Input>> {
    let refused = |why: &str| Failure::Refused(format!("{}: {why}", path.display()));
    if path == Path::new("-") {
        return Err(refused("losses are read from a file, not from the standard input"));
    }
    let text = whole(path, MOST)?.ok_or_else(|| refused("these are no losses"))?;
    let file: Value =
        serde_json::from_slice(&text).map_err(|error| refused(&format!("no losses: {error}")))?;
    match file.get(CHUNKS) {
        Some(Value::String(digits)) => {
            let bytes = crate::rules::hex(digits).map_err(|why| refused(&why))?;
            spooled(&bytes, path).map(Some)
        }
        Some(Value::Null) => Ok(None),
        _ => Err(refused("these are no losses")),
    }
}
