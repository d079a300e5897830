//! The schemas of opaque fields by name.

use migcore::compat::opaque::{self, Known};
use migcore::compat::Opens;

/// The schema of this name; without one, that of each device and field.
pub(super) fn named(name: Option<&str>) -> Result<&'static dyn Opens, String> {
    let Some(name) = name else { return Ok(&Known) };
    match opaque::named(name.as_bytes()) {
        Some(schema) => Ok(schema),
        None => Err(format!("there is no schema {name:?}")),
    }
}
