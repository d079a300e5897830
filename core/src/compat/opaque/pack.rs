//! Fields to the bytes that they are on QEMU's wire.

use crate::error::{Code, Result};
use crate::io::copy;
use crate::model::{NodeId, Tree, Value, PIECE};
use crate::visit::{Extent, Kind};

/// The byte before a subsection.
const SUBSECTION: u8 = 0x05;

/// Gives the bytes of all that is inside of a scope, in small pieces, to `put`, which may write to the tree.
pub(super) fn pack<'m>(
    tree: &mut Tree<'m>,
    scope: NodeId,
    put: &mut dyn FnMut(&mut Tree<'m>, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut at = scope;
    let mut next = tree.first_child(scope)?;
    loop {
        if let Some(node) = next {
            pack_one(tree, node, put)?;
            at = node;
            next = tree.first_child(node)?;
            continue;
        }
        if at == scope {
            return Ok(());
        }
        next = tree.next_sibling(at)?;
        if next.is_none() {
            at = tree.parent(at)?.unwrap_or(scope);
        }
    }
}

/// The number of these bytes.
pub(super) fn packed_length(tree: &mut Tree<'_>, scope: NodeId) -> Result<usize> {
    let mut length = 0usize;
    pack(tree, scope, &mut |_, piece| {
        length = length.checked_add(piece.len()).ok_or(Code::TooLong)?;
        Ok(())
    })?;
    Ok(length)
}

/// One item without what is inside.
fn pack_one<'m>(
    tree: &mut Tree<'m>,
    node: NodeId,
    put: &mut dyn FnMut(&mut Tree<'m>, &[u8]) -> Result<()>,
) -> Result<()> {
    match tree.value(node)? {
        Value::Struct(_) | Value::Element | Value::List { extent: Extent::Fixed } => Ok(()),
        Value::List { extent: Extent::Variable } => {
            let count = count(tree.count(node)?)?;
            put(tree, &count.to_be_bytes())
        }
        Value::Optional { present } => put(tree, &[u8::from(present)]),
        Value::Subsection { version } => {
            let mut head = [0; 2 + PIECE];
            let name = tree.name(node)?;
            let length = u8::try_from(name.len()).map_err(|_| Code::NameTooLong)?;
            let (mark, rest) = head.split_at_mut_checked(2).ok_or(Code::NameTooLong)?;
            copy(mark, &[SUBSECTION, length]);
            let length = copy(rest, name).saturating_add(2);
            put(tree, head.get(..length).unwrap_or_default())?;
            put(tree, &version.to_be_bytes())
        }
        Value::Scalar(kind, bits) => put_bits(tree, kind, bits, put),
        Value::Array(kind, extent, elements) => {
            let count = count(kind.width().elements_in(elements.len()))?;
            put_payload(tree, node, (extent == Extent::Variable).then_some(count), put)
        }
        Value::Bytes(extent, bytes) => {
            let count = count(bytes.len())?;
            put_payload(tree, node, (extent == Extent::Variable).then_some(count), put)
        }
        _ => Err(Code::WrongType),
    }
}

fn count(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| Code::TooLong)
}

fn put_bits<'m>(
    tree: &mut Tree<'m>,
    kind: Kind,
    bits: u64,
    put: &mut dyn FnMut(&mut Tree<'m>, &[u8]) -> Result<()>,
) -> Result<()> {
    let bytes = bits.to_be_bytes();
    let unused = bytes.len().saturating_sub(kind.width().bytes());
    put(tree, bytes.get(unused..).unwrap_or_default())
}

fn put_payload<'m>(
    tree: &mut Tree<'m>,
    node: NodeId,
    count: Option<u32>,
    put: &mut dyn FnMut(&mut Tree<'m>, &[u8]) -> Result<()>,
) -> Result<()> {
    if let Some(count) = count {
        put(tree, &count.to_be_bytes())?;
    }
    let mut from = 0usize;
    loop {
        let mut piece = [0; PIECE];
        let length = tree.wire_bytes(node, from, &mut piece)?;
        if length == 0 {
            return Ok(());
        }
        put(tree, piece.get(..length).unwrap_or_default())?;
        from = from.saturating_add(length);
    }
}
