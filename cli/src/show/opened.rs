//! Opaque fields that are shown as what is inside of them.

use migcore::compat::opaque;
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Marks};
use migcore::Code;

/// How many bytes of a tree what is inside of a field takes for each of its bytes: usually little more than one; a
/// node for each of them at the most.
const LEAST: usize = 2;
const MOST: usize = 64;

/// Beside that: a small field is mostly nodes.
const BESIDE: usize = 64 << 10;

/// Opens a field of a device, and gives the tree that it is in to `show`. `None` where nobody knows the inside of such
/// a field.
///
/// # Errors
/// Why the field stays opaque.
pub(crate) fn open<R>(
    device: &[u8],
    field: &[u8],
    marks: Marks,
    bytes: &[u8],
    show: impl FnOnce(&Tree<'_>, NodeId) -> R,
) -> Option<Result<R, String>> {
    let schema = opaque::find(device, field)?;
    let mut room = LEAST;
    loop {
        let mut memory = vec![0; bytes.len().saturating_mul(room).saturating_add(BESIDE)];
        let opened = Tree::new(&mut memory).and_then(|mut tree| {
            let value = Value::Bytes(Extent::Fixed, bytes);
            let node = tree.insert(At::End(tree.root()), field, marks, value)?;
            Ok((tree, node))
        });
        let (mut tree, node) = match opened {
            Ok(opened) => opened,
            Err(code) => return Some(Err(code.text().to_owned())),
        };
        match opaque::open(&mut tree, node, schema) {
            Ok(()) => return Some(Ok(show(&tree, node))),
            Err(misfit) if misfit.code == Code::NoSpace && room < MOST => {
                room = room.saturating_mul(2);
            }
            Err(misfit) => return Some(Err(misfit.to_string())),
        }
    }
}
