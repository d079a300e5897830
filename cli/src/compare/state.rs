//! Two devices compared as trees.

use migcore::model::{Change, Difference, NodeId, Tree, Value};
use migcore::visit::Kind;
use migcore::Code;

use super::bytes::Unlike;
use super::listing::{Found, Listing};
use super::value::{self, scalar, Paths};
use crate::input::told;
use crate::show::values::elements;

/// Elements of an array that are shown.
const SHOWN: usize = 8;

/// Compares all that two trees hold.
pub(super) fn compare(
    left: &Tree<'_>,
    right: &Tree<'_>,
    listing: &mut Listing<'_>,
) -> Result<(), Code> {
    // No item is smaller than a node.
    let items = right.used().checked_div(Tree::NODE).unwrap_or(0).saturating_add(1);
    let mut index = vec![0; items.saturating_mul(Tree::INDEX_ENTRY)];
    let mut telling =
        Telling { left: Named::of(left), right: Named::of(right), list: None, listing };
    left.diff_with(left.root(), right, right.root(), &mut index, &mut |difference| {
        telling.difference(&difference);
    })
}

/// A tree and the paths of its items.
struct Named<'t, 'm> {
    tree: &'t Tree<'m>,
    paths: Paths,
}

impl<'t, 'm> Named<'t, 'm> {
    fn of(tree: &'t Tree<'m>) -> Self {
        Named { tree, paths: Paths::default() }
    }

    fn path(&mut self, node: NodeId) -> String {
        self.paths.path(self.tree, node)
    }
}

struct Telling<'t, 'm, 'r, 'n, 'l, 'w> {
    left: Named<'t, 'm>,
    right: Named<'r, 'n>,
    /// The list whose lengths were told last, and whether it is the left one.
    list: Option<(NodeId, bool)>,
    listing: &'l mut Listing<'w>,
}

impl Telling<'_, '_, '_, '_, '_, '_> {
    fn difference(&mut self, difference: &Difference) {
        let found = match (difference.left, difference.right) {
            (Some(left), None) => alone(&mut self.left, left, difference, &mut self.list),
            (None, Some(right)) => alone(&mut self.right, right, difference, &mut self.list),
            (Some(left), Some(right)) => self.both(left, right, difference),
            (None, None) => None,
        };
        if let Some(found) = found {
            let Difference { volatile, secret, .. } = *difference;
            self.listing.tell(&found.marked(volatile, secret));
        }
    }

    fn both(&mut self, left: NodeId, right: NodeId, difference: &Difference) -> Option<Found> {
        let path = self.left.path(left);
        let (left_tree, right_tree) = (self.left.tree, self.right.tree);
        let typed = |tree: &Tree<'_>, node: NodeId| value::typed(tree, node, difference.secret);
        Some(match difference.change {
            Change::Moved => Found::value(path, "in another order".to_owned()).by("moved"),
            Change::Marks => {
                let marks =
                    |tree: &Tree<'_>, node| value::marks(tree.marks(node).unwrap_or_default());
                Found::sided(path, marks(left_tree, left), marks(right_tree, right)).by("marks")
            }
            Change::Type => {
                Found::sided(path, typed(left_tree, left), typed(right_tree, right)).by("type")
            }
            _ if difference.secret => Found::value(path, "differs (secret)".to_owned()),
            _ => value_of(path, (left_tree, left), (right_tree, right)),
        })
    }
}

/// What only one side has. Elements are told of once a list: they are the last ones of the longer list.
fn alone(
    side: &mut Named<'_, '_>,
    node: NodeId,
    difference: &Difference,
    list: &mut Option<(NodeId, bool)>,
) -> Option<Found> {
    let removed = difference.left.is_some();
    if matches!(side.tree.value(node), Ok(Value::Element)) {
        let around = side.tree.parent(node).ok()??;
        let told = list.replace((around, removed)) == Some((around, removed));
        return (!told).then(|| lengths(side, node, around, removed));
    }
    let (path, what) = (side.path(node), value::typed(side.tree, node, difference.secret));
    Some(match removed {
        true => Found::removed(path, what),
        false => Found::added(path, what),
    })
}

/// The lengths of two lists, of which the longer one has this element as the first that the other has not.
fn lengths(side: &mut Named<'_, '_>, element: NodeId, list: NodeId, removed: bool) -> Found {
    let (longer, shorter) = (side.tree.count(list).unwrap_or(0), before(side.tree, element));
    let path = side.path(list);
    let text = |count: usize| format!("{count} elements");
    match removed {
        true => Found::sided(path, text(longer), text(shorter)),
        false => Found::sided(path, text(shorter), text(longer)),
    }
}

/// How many elements of a list stand before this one.
fn before(tree: &Tree<'_>, element: NodeId) -> usize {
    let mut count = 0usize;
    let mut at = element;
    while let Ok(Some(before)) = tree.previous_sibling(at) {
        (at, count) = (before, count.saturating_add(1));
    }
    count
}

/// An item that has another value of the same type.
fn value_of(
    path: String,
    (left_tree, left): (&Tree<'_>, NodeId),
    (right_tree, right): (&Tree<'_>, NodeId),
) -> Found {
    match (left_tree.value(left), right_tree.value(right)) {
        (Ok(Value::Array(kind, _, one)), Ok(Value::Array(_, _, other))) => {
            array(path, kind, one, other)
        }
        (Ok(Value::Bytes(_, one)), Ok(Value::Bytes(_, other))) => buffer(path, one, other),
        (Ok(Value::Raw(_)), Ok(Value::Raw(_))) => {
            buffer(path, &run(left_tree, left), &run(right_tree, right))
        }
        _ => Found::sided(path, value::value(left_tree, left), value::value(right_tree, right)),
    }
}

fn buffer(path: String, left: &[u8], right: &[u8]) -> Found {
    let mut unlike =
        Unlike { left: told(left.len()), right: told(right.len()), ..Unlike::default() };
    unlike.add(0, left, right);
    Found::value(path, unlike.text("bytes"))
}

/// The raw bytes from this item on: they may be in several pieces.
fn run(tree: &Tree<'_>, first: NodeId) -> Vec<u8> {
    let (mut bytes, mut next) = (Vec::new(), Some(first));
    while let Some(node) = next {
        let Ok(Value::Raw(piece)) = tree.value(node) else { break };
        bytes.extend_from_slice(piece);
        next = tree.next_sibling(node).ok().flatten();
    }
    bytes
}

/// The elements in which two arrays differ; of many, the first ones.
fn array(path: String, kind: Kind, left: &[u8], right: &[u8]) -> Found {
    let counts = (kind.width().elements_in(left.len()), kind.width().elements_in(right.len()));
    let pairs = elements(kind, left).zip(elements(kind, right)).enumerate();
    let (mut shown, mut different) = (Vec::new(), 0usize);
    for (at, (one, other)) in pairs.filter(|(_, (one, other))| one != other) {
        different = different.saturating_add(1);
        if different <= SHOWN {
            shown.push(format!("[{at}] {} -> {}", scalar(kind, one), scalar(kind, other)));
        }
    }
    let mut text = match counts.0 == counts.1 {
        true => format!("{different} of {} elements differ", counts.0),
        false => format!("{} -> {} elements, {different} differ", counts.0, counts.1),
    };
    if !shown.is_empty() {
        text.push_str(&format!(": {}", shown.join(", ")));
    }
    if different > SHOWN {
        text.push_str(&format!(", and {} more", different.saturating_sub(SHOWN)));
    }
    Found::value(path, text)
}
