//! The items of the private devices: what the library itself keeps in a tree. They come from streams, so
//! nothing of them is taken for granted.

use crate::compat::declare::version::Version;
use crate::error::{Code, Result};
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Extent, Kind, Marks, Versions};

/// The version of all private devices.
const VERSION: u32 = 1;

/// The private device of this name, instance 0; `None` if there is none.
///
/// # Errors
/// [`Code::TooNew`] for one that only newer programs can read.
pub(crate) fn device(tree: &Tree<'_>, name: &str) -> Result<Option<NodeId>> {
    for node in tree.children(tree.root())? {
        if let Value::Device { instance: 0, oldest_reader, .. } = tree.value(node)? {
            if tree.name(node)? == name.as_bytes() {
                return if oldest_reader > VERSION { Err(Code::TooNew) } else { Ok(Some(node)) };
            }
        }
    }
    Ok(None)
}

/// Makes a private device, behind all others.
pub(crate) fn make_device(tree: &mut Tree<'_>, name: &str) -> Result<NodeId> {
    let versions = Versions::only(VERSION);
    let value = Value::Device { instance: 0, versions, oldest_reader: VERSION };
    let marks = Marks::ANCILLARY | Marks::SAFE_TO_COPY;
    tree.insert(At::End(tree.root()), name.as_bytes(), marks, value)
}

/// The list of this name.
pub(crate) fn list(tree: &Tree<'_>, scope: NodeId, name: &str) -> Option<NodeId> {
    let list = item(tree, scope, name)?;
    matches!(tree.value(list), Ok(Value::List { .. })).then_some(list)
}

/// The list of this name, which is made if there is none.
pub(crate) fn make_list(tree: &mut Tree<'_>, scope: NodeId, name: &str) -> Result<NodeId> {
    match list(tree, scope, name) {
        Some(list) => Ok(list),
        None => put(tree, scope, name, Value::List { extent: Extent::Variable }),
    }
}

/// The number of this name; 0 if there is none, or anything else.
pub(crate) fn number(tree: &Tree<'_>, scope: NodeId, name: &str) -> u64 {
    match item(tree, scope, name).map(|item| tree.value(item)) {
        Some(Ok(Value::Scalar(_, bits))) => bits,
        _ => 0,
    }
}

/// A number of 32 bits; 0 for one that is larger.
pub(crate) fn word(tree: &Tree<'_>, scope: NodeId, name: &str) -> u32 {
    u32::try_from(number(tree, scope, name)).unwrap_or(0)
}

/// The handle that a number is.
pub(crate) fn handle(tree: &Tree<'_>, number: NodeId) -> Option<NodeId> {
    match tree.value(number) {
        Ok(Value::Scalar(Kind::U64, bits)) => Some(NodeId::from_bits(bits)),
        _ => None,
    }
}

/// The text of this name, as bytes; empty if there is none.
pub(crate) fn text<'t>(tree: &'t Tree<'_>, scope: NodeId, name: &str) -> &'t [u8] {
    match item(tree, scope, name).map(|item| tree.value(item)) {
        Some(Ok(Value::Text(text))) => text.as_bytes(),
        Some(Ok(Value::Bytes(_, bytes))) => bytes,
        _ => &[],
    }
}

/// A version, of the items with these names.
pub(crate) fn version<'t>(
    tree: &'t Tree<'_>,
    scope: NodeId,
    number: &str,
    tag: &str,
) -> Version<'t> {
    let tag = core::str::from_utf8(text(tree, scope, tag)).unwrap_or_default();
    Version { number: word(tree, scope, number), tag }
}

/// Puts an item to the end.
pub(crate) fn put(
    tree: &mut Tree<'_>,
    scope: NodeId,
    name: &str,
    value: Value<'_>,
) -> Result<NodeId> {
    tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value)
}

/// Puts a number of 32 bits to the end, unless it is 0: that is what stands for a missing one.
pub(crate) fn put_word(tree: &mut Tree<'_>, scope: NodeId, name: &str, word: u32) -> Result<()> {
    match word {
        0 => Ok(()),
        _ => put(tree, scope, name, Value::Scalar(Kind::U32, u64::from(word))).map(|_| ()),
    }
}

/// Puts a text to the end, unless it is empty.
pub(crate) fn put_text(tree: &mut Tree<'_>, scope: NodeId, name: &str, text: &[u8]) -> Result<()> {
    match text {
        [] => Ok(()),
        _ => put(tree, scope, name, value_of(text)).map(|_| ()),
    }
}

/// Gives the item of this name another value, or puts it to the end.
pub(crate) fn set(tree: &mut Tree<'_>, scope: NodeId, name: &str, value: Value<'_>) -> Result<()> {
    match item(tree, scope, name) {
        Some(item) => tree.replace(item, value),
        None => put(tree, scope, name, value).map(|_| ()),
    }
}

/// The value of a text; what is none, as a name may be, is bytes.
pub(crate) fn value_of(text: &[u8]) -> Value<'_> {
    match core::str::from_utf8(text) {
        Ok(text) if !text.contains('\0') => Value::Text(text),
        _ => Value::Bytes(Extent::Variable, text),
    }
}

/// Removes a list that has no elements.
pub(crate) fn remove_empty_list(tree: &mut Tree<'_>, list: NodeId) -> Result<bool> {
    let empty = tree.first_child(list)?.is_none();
    if empty {
        tree.remove(list)?;
    }
    Ok(empty)
}

fn item(tree: &Tree<'_>, scope: NodeId, name: &str) -> Option<NodeId> {
    tree.child_by_name(scope, name.as_bytes(), 0).ok().flatten()
}
