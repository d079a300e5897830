//! States to wires that cannot carry what the library keeps beside them.

use super::devices::is_private;
use crate::error::Result;
use crate::model::{Tree, Value};
use crate::visit::Visitor;

/// Saves all that is in a tree through a visitor, but for the devices that the library keeps for itself: for a
/// wire that cannot carry them, as the legacy one. What they hold is lost then, unless the caller keeps it
/// elsewhere.
///
/// # Errors
/// As [`Tree::replay`].
pub fn replay(tree: &Tree<'_>, v: &mut Visitor<'_>) -> Result<()> {
    for child in tree.children(tree.root())? {
        let device = matches!(tree.value(child)?, Value::Device { .. });
        if !(device && is_private(tree.name(child)?)) {
            tree.replay(child, v)?;
        }
    }
    Ok(())
}
