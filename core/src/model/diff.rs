//! What two trees differ in.

use super::digest::RawRun;
use super::index::RECORD;
use super::node::{Form, Node};
use super::pairs::{Pairs, Search, Step};
use super::print::put_marks;
use super::tree::{marks_of, NodeId, Tree};
use super::value::Value;
use crate::error::{Put, Result, MAX_DEPTH};
use crate::visit::{Description, Marks, Versions};

/// The scopes from the first to the deepest item.
const STEPS: usize = 2 * MAX_DEPTH + 2;

/// In what way an item differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Only the right tree has it.
    Added,
    /// Only the left tree has it.
    Removed,
    /// It is of one type in both, and has another value; of a scope, another version or count.
    Value,
    /// It has another type.
    Type,
    /// It has other marks.
    Marks,
    /// It stands in another place among its neighbours.
    Moved,
}

/// One difference. It holds no value: [`put`](Difference::put) shows it, as far as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what way.
    pub change: Change,
    /// The item in the left tree; `None` when it was added.
    pub left: Option<NodeId>,
    /// The item in the right tree; `None` when it was removed.
    pub right: Option<NodeId>,
    /// It, or a scope around it, is marked volatile on one of the sides: it does not count.
    pub volatile: bool,
    /// It, or a scope around it, is marked secret on one of the sides.
    pub secret: bool,
}

impl Tree<'_> {
    /// The memory for one item of an index: see [`diff_with`](Tree::diff_with).
    pub const INDEX_ENTRY: usize = RECORD;

    /// Compares a node of this tree, the left one, with one of another, the right one, with all that
    /// is inside of them, and reports each difference in order. The names of the two themselves may
    /// differ.
    ///
    /// Items are the same by name, kind of scope and instance; of several equal ones the first belongs to
    /// the first. Where the order of two scopes agrees but for one stretch, only that is searched, for each
    /// item from one end to the other; see [`diff_with`](Tree::diff_with).
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::error::Code::StaleHandle).
    pub fn diff(
        &self,
        node: NodeId,
        right: &Tree<'_>,
        right_node: NodeId,
        report: &mut dyn FnMut(Difference),
    ) -> Result<()> {
        self.diff_with(node, right, right_node, &mut [], report)
    }

    /// As [`diff`](Tree::diff), with memory in which that stretch of the right scope is indexed, so that a
    /// state made by somebody else cannot cost a search for each of its items. It takes
    /// [`INDEX_ENTRY`](Tree::INDEX_ENTRY) bytes for each item of the right scopes that are open, which is never
    /// more than for each item of the right tree. Where it does not suffice, the stretch is searched as by
    /// [`diff`](Tree::diff).
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::error::Code::StaleHandle).
    pub fn diff_with(
        &self,
        node: NodeId,
        right: &Tree<'_>,
        right_node: NodeId,
        memory: &mut [u8],
        report: &mut dyn FnMut(Difference),
    ) -> Result<()> {
        let mut search = Search { memory, searched: 0 };
        self.diff_counted(node, (right, right_node), &mut search, report)
    }

    fn diff_counted(
        &self,
        node: NodeId,
        (right, right_node): (&Tree<'_>, NodeId),
        search: &mut Search<'_>,
        report: &mut dyn FnMut(Difference),
    ) -> Result<()> {
        let (left_top, right_top) = (self.check(node)?, right.check(right_node)?);
        let mut diff = Diff { left: self, right, open: heapless::Vec::new(), report };
        diff.pair(left_top, right_top, false);
        while let Some(scope) = diff.open.last_mut() {
            match scope.pairs.next(self, right, search) {
                Some(Step::Both { left, right, moved }) => diff.pair(left, right, moved),
                Some(Step::Left(left)) => diff.alone(Change::Removed, Some(left), None),
                Some(Step::Right(right)) => diff.alone(Change::Added, None, Some(right)),
                None => {
                    diff.open.pop();
                }
            }
        }
        Ok(())
    }
}

struct Diff<'d, 'l, 'r> {
    left: &'d Tree<'l>,
    right: &'d Tree<'r>,
    open: heapless::Vec<OpenPair, STEPS>,
    report: &'d mut dyn FnMut(Difference),
}

/// Two scopes that are compared.
struct OpenPair {
    pairs: Pairs,
    /// The marks of the scopes and of all around them.
    marks: Marks,
}

impl Diff<'_, '_, '_> {
    fn pair(&mut self, left: u32, right: u32, moved: bool) {
        let (a, b) = (self.left.node(left), self.right.node(right));
        let marks = self.marks_around() | marks_of(&a) | marks_of(&b);
        let mut tell = |change: Change| self.tell(change, Some(left), Some(right), marks);
        if moved {
            tell(Change::Moved);
        }
        if a.marks != b.marks {
            tell(Change::Marks);
        }
        if let Some(change) = self.compare(&a, &b) {
            self.tell(change, Some(left), Some(right), marks);
        }
        if a.form == b.form && a.form.is_scope() {
            let base = self.open.last().map_or(0, |around| around.pairs.end());
            let pairs = Pairs::new((self.left, left), (self.right, right), base);
            // No tree is deeper.
            let _ = self.open.push(OpenPair { pairs, marks });
        }
    }

    fn alone(&mut self, change: Change, left: Option<u32>, right: Option<u32>) {
        let marks_in =
            |tree: &Tree<'_>, at: Option<u32>| at.map_or(Marks::NONE, |at| tree.marks_at(at));
        let own = marks_in(self.left, left) | marks_in(self.right, right);
        self.tell(change, left, right, self.marks_around() | own);
    }

    fn tell(&mut self, change: Change, left: Option<u32>, right: Option<u32>, marks: Marks) {
        (self.report)(Difference {
            change,
            left: left.map(|at| self.left.id(at)),
            right: right.map(|at| self.right.id(at)),
            volatile: marks.contains(Marks::VOLATILE),
            secret: marks.contains(Marks::SECRET),
        });
    }

    fn marks_around(&self) -> Marks {
        self.open.last().map_or(Marks::NONE, |scope| scope.marks)
    }

    fn compare(&self, a: &Node, b: &Node) -> Option<Change> {
        if a.form == Form::Raw && b.form == Form::Raw {
            let bytes = |tree, first: &Node| RawRun { tree, next: Some(*first) }.flatten();
            let same = bytes(self.left, a).eq(bytes(self.right, b));
            return (!same).then_some(Change::Value);
        }
        let (left, right) = (self.left.value_of(a), self.right.value_of(b));
        if !is_of_type(left, right) {
            return Some(Change::Type);
        }
        (readable(left) != readable(right)).then_some(Change::Value)
    }
}

/// A value without the oldest version that its writer could read: that says nothing of the state.
fn readable(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Device { instance, versions, oldest_reader } => {
            let versions = Versions::only(versions.current);
            Value::Device { instance, versions, oldest_reader }
        }
        Value::Struct(Some(Description { name, versions })) => {
            let versions = Versions::only(versions.current);
            Value::Struct(Some(Description { name, versions }))
        }
        value => value,
    }
}

fn is_of_type(left: Value<'_>, right: Value<'_>) -> bool {
    match (left, right) {
        (Value::Scalar(a, _), Value::Scalar(b, _)) => a == b,
        (Value::Array(a, x, _), Value::Array(b, y, _)) => (a, x) == (b, y),
        (Value::Bytes(a, _), Value::Bytes(b, _)) => a == b,
        (Value::List { extent: a }, Value::List { extent: b }) => a == b,
        (Value::Struct(a), Value::Struct(b)) => a.is_some() == b.is_some(),
        _ => left.form() == right.form(),
    }
}

impl Difference {
    /// Puts the difference as one line of text, without its end; the trees are those that were
    /// compared. The values of secret items are not shown.
    ///
    /// # Errors
    /// [`Code::StaleHandle`](crate::error::Code::StaleHandle) when an item was removed since.
    pub fn put(&self, left: &Tree<'_>, right: &Tree<'_>, put: Put<'_>) -> Result<()> {
        let left = self.left.map(|id| left.check(id).map(|at| (left, at))).transpose()?;
        let right = self.right.map(|id| right.check(id).map(|at| (right, at))).transpose()?;
        put(match self.change {
            Change::Added => b"added ",
            Change::Removed => b"removed ",
            Change::Value => b"changed ",
            Change::Type => b"other type ",
            Change::Marks => b"other marks ",
            Change::Moved => b"moved ",
        });
        if let Some((tree, at)) = left.or(right) {
            put(tree.path_of(at).as_str().as_bytes());
        }
        if self.volatile {
            put(b" (volatile)");
        }
        self.put_sides(left, right, put);
        Ok(())
    }

    fn put_sides(&self, left: Side<'_, '_>, right: Side<'_, '_>, put: Put<'_>) {
        match self.change {
            Change::Moved => return,
            Change::Value if self.secret => return put(b": differs (secret)"),
            _ => put(b": "),
        }
        self.put_side(left, put);
        if left.is_some() && right.is_some() {
            put(b" -> ");
        }
        self.put_side(right, put);
    }

    fn put_side(&self, side: Side<'_, '_>, put: Put<'_>) {
        match (side, self.change) {
            (None, _) => {}
            (Some((tree, at)), Change::Marks) => put_marks(tree.marks_at(at), put),
            (Some((tree, at)), _) => tree.put_value(at, self.secret, put),
        }
    }
}

/// An item and its tree.
type Side<'t, 'm> = Option<(&'t Tree<'m>, u32)>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::visit::Kind;
    use std::format;
    use std::vec;
    use std::vec::Vec;

    /// Items of these names and instances; those of an instance are devices.
    fn tree<'m>(memory: &'m mut [u8], items: &[(u32, Option<u32>)]) -> Tree<'m> {
        let mut tree = Tree::new(memory).unwrap();
        for (name, instance) in items {
            let value = match instance {
                Some(instance) => Value::Device {
                    instance: *instance,
                    versions: Versions::only(1),
                    oldest_reader: 1,
                },
                None => Value::Scalar(Kind::U8, 1),
            };
            let (end, name) = (At::End(tree.root()), format!("item{name}"));
            tree.insert(end, name.as_bytes(), Marks::NONE, value).unwrap();
        }
        tree
    }

    /// The differences that are no moves, and how many items were looked at.
    fn searched(
        left: &[(u32, Option<u32>)],
        right: &[(u32, Option<u32>)],
        room: usize,
    ) -> (u32, u64) {
        let size = (left.len().max(right.len()) + 1) * 120;
        let (mut a, mut b) = (vec![0; size], vec![0; size]);
        let (left, right) = (tree(&mut a, left), tree(&mut b, right));
        let mut memory = vec![0; room];
        let mut search = Search { memory: &mut memory, searched: 0 };
        let mut count = 0;
        let mut report = |found: Difference| count += u32::from(found.change != Change::Moved);
        let (node, other) = (left.root(), (&right, right.root()));
        left.diff_counted(node, other, &mut search, &mut report).unwrap();
        (count, search.searched)
    }

    #[test]
    fn another_order_is_compared_without_looking_at_everything_each_time() {
        for count in [1u32, 100, 1000, 10000] {
            let room = usize::try_from(count).unwrap() * Tree::INDEX_ENTRY;
            let steps = u64::from(u32::BITS - count.leading_zeros());
            let most = u64::from(count) * (2 * steps + 1);
            let items = |item: fn(u32) -> (u32, Option<u32>)| (0..count).map(item).collect();
            let names: Vec<_> = items(|at| (at, None));
            let devices: Vec<_> = items(|at| (0, Some(at)));
            let equal: Vec<_> = items(|at| (at % 2, None));
            for items in [names, devices, equal] {
                let reversed: Vec<_> = items.iter().rev().copied().collect();
                let (found, looked) = searched(&items, &reversed, room);
                assert!(found == 0 && looked <= most, "{count}: {looked}");
                // Nothing is looked for where one has nothing, nor where the order agrees.
                assert_eq!(searched(&items, &items, 0), (0, 0));
                assert_eq!(searched(&items, &[], 0), (count, 0));
                assert_eq!(searched(&[], &items, 0), (count, 0));
            }
        }
    }
}
