//! The schemas of opaque fields by name.

use migcore::compat::Opens;

/// The schema of this name.
pub(super) fn named(name: &str) -> Result<&'static dyn Opens, String> {
    Err(format!("there is no schema {name:?}"))
}
