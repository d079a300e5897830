//! Items to add, as a flat table.

use crate::error::{Code, Result, MAX_DEPTH};
use crate::io::Width;
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// One item of a table that says what is added, or what stands for the default of what is dropped.
///
/// The table is in the order of the state: an item is followed by what is inside of it, one deeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// How deep it is. Where a table is one item with its inside, only the first is 0.
    pub depth: u8,
    /// Its name; empty for elements of lists.
    pub name: &'a [u8],
    /// Its marks. None is [`OPAQUE`](Marks::OPAQUE).
    pub marks: Marks,
    /// What it is. Neither raw bytes nor devices can be told so.
    pub value: Value<'a>,
}

impl<'a> Item<'a> {
    /// An item without marks, at depth 0.
    #[must_use]
    pub const fn new(name: &'a str, value: Value<'a>) -> Self {
        Item { depth: 0, name: name.as_bytes(), marks: Marks::NONE, value }
    }

    /// The same, so deep inside.
    #[must_use]
    pub const fn inside(self, depth: u8) -> Self {
        Item { depth, ..self }
    }
}

/// How deep a table may be: no scope is deeper.
const DEPTHS: usize = 2 * MAX_DEPTH + 2;

/// Checks a table: nothing opaque is in it, and nothing is deeper than one below what is before it.
pub(crate) fn check(items: &[Item<'_>]) -> Result<()> {
    let mut deepest = 0;
    for item in items {
        let described = !matches!(item.value, Value::Root | Value::Device { .. } | Value::Raw(_));
        let fits = usize::from(item.depth) < DEPTHS && item.depth <= deepest;
        if !described || !fits || item.marks.contains(Marks::OPAQUE) {
            return Err(Code::InvalidArgument);
        }
        deepest = item.depth.saturating_add(1);
    }
    Ok(())
}

/// Checks a table of one item with its inside, which has this name.
pub(crate) fn check_one(items: &[Item<'_>], name: &str) -> Result<()> {
    let [first, inside @ ..] = items else { return Ok(()) };
    match first.name == name.as_bytes() && inside.iter().all(|item| item.depth > 0) {
        true => check(items),
        false => Err(Code::InvalidArgument),
    }
}

/// Puts a table that was checked to a place, and gives the handle of its first item.
pub(crate) fn put(tree: &mut Tree<'_>, at: At, items: &[Item<'_>]) -> Result<Option<NodeId>> {
    // The last item of each depth.
    let mut open = [None; DEPTHS];
    let mut first = None;
    for item in items {
        let depth = usize::from(item.depth);
        let above = depth.checked_sub(1).and_then(|above| open.get(above)).copied().flatten();
        let at = match (above, open.first().copied().flatten()) {
            (Some(scope), _) => At::End(scope),
            (None, Some(before)) => At::After(before),
            (None, None) => at,
        };
        let node = tree.insert(at, item.name, item.marks, item.value)?;
        first = first.or(Some(node));
        if let Some(place) = open.get_mut(depth) {
            *place = Some(node);
        }
    }
    Ok(first)
}

/// Whether an item is what a table of one says.
pub(crate) fn is(tree: &Tree<'_>, node: NodeId, items: &[Item<'_>]) -> Result<bool> {
    match items {
        [item, inside @ ..] => Ok(is_one(tree, node, item)? && is_inside(tree, node, inside, 1)?),
        [] => Ok(false),
    }
}

/// Whether what is in a scope is what a table says, whose first items have this depth.
pub(crate) fn is_inside(
    tree: &Tree<'_>,
    scope: NodeId,
    items: &[Item<'_>],
    depth: usize,
) -> Result<bool> {
    // The next node of each depth.
    let mut due = [None; DEPTHS];
    let mut deepest = depth;
    set(&mut due, depth, tree.first_child(scope)?);
    for item in items {
        let at = usize::from(item.depth);
        let deeper = at.saturating_add(1);
        let left = due.get(deeper..=deepest).unwrap_or_default();
        let there = due.get(at).copied().flatten();
        let Some(node) = there.filter(|_| left.iter().all(Option::is_none)) else {
            return Ok(false);
        };
        if !is_one(tree, node, item)? {
            return Ok(false);
        }
        set(&mut due, at, tree.next_sibling(node)?);
        set(&mut due, deeper, tree.first_child(node)?);
        deepest = deeper;
    }
    Ok(due.iter().take(deepest.saturating_add(1)).all(Option::is_none))
}

fn set(due: &mut [Option<NodeId>; DEPTHS], depth: usize, node: Option<NodeId>) {
    if let Some(place) = due.get_mut(depth) {
        *place = node;
    }
}

fn is_one(tree: &Tree<'_>, node: NodeId, item: &Item<'_>) -> Result<bool> {
    Ok(tree.name(node)? == item.name
        && tree.marks(node)? == item.marks
        && is_same(&tree.value(node)?, &item.value))
}

/// Whether two values are one: what a tree drops of a scalar does not count.
pub(crate) fn is_same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Scalar(kind, a), Value::Scalar(other, b)) => {
            kind == other && normal(*kind, *a) == normal(*kind, *b)
        }
        _ => left == right,
    }
}

/// Bits beyond the width of their kind do not count.
pub(crate) fn normal(kind: Kind, bits: u64) -> u64 {
    match (kind, kind.width()) {
        (Kind::Bool, _) => u64::from(bits != 0),
        (_, Width::One) => bits & 0xff,
        (_, Width::Two) => bits & 0xffff,
        (_, Width::Four) => bits & 0xffff_ffff,
        (_, Width::Eight) => bits,
    }
}
