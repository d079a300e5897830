//! Carried items go back to where they came from.

use core::ops::Range;

use super::edit::Gap;
use super::node::{Form, Node, AROUND, MATCHED, NONE, PLACED};
use super::target::Target;
use super::tree::{NodeId, Tree, ROOT};
use super::walk::{Step, Walk};
use crate::error::{Code, Result, MAX_DEPTH};

/// The scopes from the root to the deepest item.
const STEPS: usize = 2 * MAX_DEPTH + 2;

/// How many carried items found the scope that they came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Items that were put back.
    pub placed: u64,
    /// Items whose scope is not there any more; they are left out.
    pub lost: u64,
}

/// A merge that is going on.
struct Merge<'c, 'm> {
    carried: &'c Tree<'m>,
    /// Where indexes may lie: beyond what everything that is carried may take, so they stay while it is put
    /// back.
    room: Range<usize>,
    merged: Merged,
    /// How many scopes were looked at beyond the expected ones.
    searched: u64,
}

impl Tree<'_> {
    /// Puts what a load [carried](super::TreeDecoder::carry) to the end of the scopes that it came
    /// from: into a device, what came from the device of that name and instance; into the root,
    /// everything. Scopes are the same by kind, name and instance, and by their place among equal ones,
    /// as elements of a list; only of equal devices, the first comes again after the last. Scopes in
    /// another order are indexed in the memory of this tree that is free beside what is carried; where that
    /// does not suffice, they are searched from one end to the other.
    ///
    /// # Errors
    /// As [`insert`](Tree::insert); nothing is put back then. [`Code::InvalidArgument`] for a node that
    /// is neither a device nor the root.
    pub fn merge(&mut self, node: NodeId, carried: &Tree<'_>) -> Result<Merged> {
        self.merge_counted(node, carried).map(|merge| merge.merged)
    }

    fn merge_counted<'c, 'm>(
        &mut self,
        node: NodeId,
        carried: &'c Tree<'m>,
    ) -> Result<Merge<'c, 'm>> {
        let index = self.check(node)?;
        let room = self.arena.middle_after(&carried.arena);
        let mut merge = Merge { carried, room, merged: Merged::default(), searched: 0 };
        let done = match self.node(index).form {
            Form::Root => merge.scope(self, index, ROOT),
            Form::Device => merge.device(self, index),
            _ => Err(Code::InvalidArgument),
        };
        self.settle(index, done.is_ok());
        done.map(|()| merge)
    }

    /// Takes back the notes of a merge, and after an error what it has put.
    fn settle(&mut self, top: u32, keep: bool) {
        let mut walk = Walk::new(top);
        let mut undone = None;
        while let Some(step) = walk.next(self) {
            // The walk has gone on: its way does not need the links of that node any more.
            if let Some(at) = undone.take() {
                self.remove_at(at);
            }
            let Step::Enter(at) = step else { continue };
            if self.node(at).flags & PLACED != 0 {
                walk.skip_inside();
                undone = (!keep).then_some(at);
            }
            self.arena.flag(at, |flags| *flags &= !(MATCHED | PLACED));
        }
    }
}

impl Merge<'_, '_> {
    fn device(&mut self, tree: &mut Tree<'_>, device: u32) -> Result<()> {
        let carried = self.carried;
        let mut at = carried.node(ROOT).first;
        while at != NONE {
            let node = carried.node(at);
            if node.flags & AROUND != 0 && is_same_device(tree, device, carried, &node) {
                self.scope(tree, device, at)?;
            }
            at = node.next;
        }
        Ok(())
    }

    fn scope(&mut self, tree: &mut Tree<'_>, scope: u32, top: u32) -> Result<()> {
        let carried = self.carried;
        let mut targets = heapless::Vec::<Target, STEPS>::new();
        let mut walk = Walk::new(top);
        while let Some(step) = walk.next(carried) {
            let at = match step {
                Step::Enter(at) => at,
                Step::Leave(_) => {
                    targets.pop();
                    continue;
                }
            };
            let found = match targets.last_mut() {
                None => Some((scope, self.room.clone())),
                Some(target) => self.one(tree, target, at)?.map(|scope| (scope, target.room())),
            };
            match found.map(|(scope, room)| Target::new(tree, scope, room)) {
                Some(target) => targets.push(target).map_err(|_| Code::TooDeep)?,
                None => walk.skip_inside(),
            }
        }
        Ok(())
    }

    /// Puts back an item; of a scope around items, finds the one that is to get them.
    fn one(&mut self, tree: &mut Tree<'_>, target: &mut Target, at: u32) -> Result<Option<u32>> {
        let node = self.carried.node(at);
        if node.flags & AROUND == 0 {
            let gap = Gap { parent: target.scope, next: NONE };
            let copy = self.carried.copy_at(at, tree, gap)?;
            tree.arena.flag(copy, |flags| *flags |= PLACED);
            self.merged.placed = self.merged.placed.saturating_add(1);
            return Ok(None);
        }
        let found = target.find(tree, self.carried, &node, &mut self.searched);
        if let Some(scope) = found {
            tree.arena.flag(scope, |flags| *flags |= MATCHED);
        }
        let open = found.filter(|scope| can_hold(&tree.node(*scope)));
        if open.is_none() {
            let lost = items_around(self.carried, at);
            self.merged.lost = self.merged.lost.saturating_add(lost);
        }
        Ok(open)
    }
}

fn is_same_device(tree: &Tree<'_>, device: u32, carried: &Tree<'_>, wanted: &Node) -> bool {
    let node = tree.node(device);
    wanted.form == Form::Device
        && node.instance() == wanted.instance()
        && tree.name_of(&node) == carried.name_of(wanted)
}

/// Whether it is there: what is optional need not be.
fn can_hold(scope: &Node) -> bool {
    scope.form != Form::Optional || scope.detail != 0
}

/// How many carried items a scope is around.
fn items_around(carried: &Tree<'_>, top: u32) -> u64 {
    let mut count = 0u64;
    let mut walk = Walk::new(top);
    while let Some(step) = walk.next(carried) {
        if let Step::Enter(at) = step {
            if carried.node(at).flags & AROUND == 0 {
                count = count.saturating_add(1);
                walk.skip_inside();
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{At, DigestOptions, Value};
    use crate::visit::{Extent, Kind, Marks, Versions};
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::format;
    use std::vec;
    use std::vec::Vec;

    fn device(instance: u32) -> Value<'static> {
        Value::Device { instance, versions: Versions::only(1), oldest_reader: 1 }
    }

    const LIST: Value<'_> = Value::List { extent: Extent::Variable };
    const LEAF: Value<'_> = Value::Scalar(Kind::U8, 3);

    fn add(tree: &mut Tree<'_>, scope: NodeId, name: &str, value: Value<'_>) -> NodeId {
        let name = if value.form().is_nameless() { "" } else { name };
        tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value).unwrap()
    }

    /// Makes the scopes without marks those around carried items.
    fn as_carried(tree: &mut Tree<'_>) {
        let mut walk = Walk::new(ROOT);
        while let Some(Step::Enter(at) | Step::Leave(at)) = walk.next(tree) {
            let node = tree.node(at);
            match node.form.is_scope() && node.marks == 0 {
                true => tree.arena.flag(at, |flags| *flags |= AROUND),
                false => walk.skip_inside(),
            }
        }
    }

    /// Merges scopes, each with one carried item, into others, and gives the scopes searched.
    fn searched(
        (lists, scopes): (u32, &[(u32, Value<'_>)]),
        into: &[(u32, Value<'_>)],
    ) -> (Merged, u64) {
        let fill = |tree: &mut Tree<'_>, scopes: &[(u32, Value<'_>)], leaf: bool| {
            let mut parent = tree.root();
            if lists == 1 {
                parent = add(tree, parent, "list", LIST);
            }
            for (name, value) in scopes {
                let scope = add(tree, parent, &format!("scope{name}"), *value);
                if leaf {
                    add(tree, scope, "leaf", LEAF);
                }
            }
        };
        let size = (scopes.len() + into.len() + 4) * 160;
        let (mut a, mut b) = (vec![0; size], vec![0; size]);
        let (mut carried, mut tree) = (Tree::new(&mut a).unwrap(), Tree::new(&mut b).unwrap());
        fill(&mut carried, scopes, true);
        fill(&mut tree, into, false);
        as_carried(&mut carried);
        let merge = tree.merge_counted(tree.root(), &carried).unwrap();
        (merge.merged, merge.searched)
    }

    #[test]
    fn another_order_is_merged_without_looking_at_everything_each_time() {
        for count in [1u32, 100, 1000, 10000] {
            let most = u64::from(count) * u64::from(u32::BITS - count.leading_zeros() + 3);
            let placed = |count: u32| Merged { placed: count.into(), lost: 0 };
            let devices: Vec<_> = (0..count).map(|at| (0, device(at))).collect();
            assert_eq!(searched((0, &devices), &devices), (placed(count), 0));
            let reversed: Vec<_> = devices.iter().rev().copied().collect();
            let (merged, looked) = searched((0, &reversed), &devices);
            assert!(merged == placed(count) && looked <= most, "{count}: {looked}");

            let structs: Vec<_> = (0..count).map(|at| (at, Value::Struct(None))).collect();
            let reversed: Vec<_> = structs.iter().rev().copied().collect();
            let (merged, looked) = searched((0, &reversed), &structs);
            assert!(merged == placed(count) && looked <= most, "{count}: {looked}");

            // What is not there, and what comes again.
            let (merged, looked) = searched((0, &structs), &devices);
            assert!(merged.lost == u64::from(count) && looked <= most, "{count}: {looked}");
            let again = vec![(0, device(0)); devices.len()];
            let (merged, looked) = searched((0, &again), &devices);
            assert!(merged == placed(count) && looked <= 4 * most, "{count}: {looked}");
            let (merged, looked) = searched((0, &again), &again);
            assert!(merged == placed(count) && looked == 0, "{count}: {looked}");
        }
    }

    #[test]
    fn elements_beyond_the_end_of_a_list_are_lost_at_once() {
        let elements = vec![(0, Value::Element); 10000];
        let (merged, looked) = searched((1, &elements), &elements[..5000]);
        assert_eq!((merged, looked), (Merged { placed: 5000, lost: 5000 }, 0));
    }

    /// What is found for a carried scope, as simply as can be said.
    fn naive(
        (tree, scope): (&mut Tree<'_>, NodeId),
        (carried, from): (&Tree<'_>, NodeId),
        taken: &mut HashSet<NodeId>,
        merged: &mut Merged,
    ) {
        let children: Vec<_> = carried.children(from).unwrap().collect();
        for child in children {
            let node = carried.node(child.index);
            if node.flags & AROUND == 0 {
                let copy = carried.copy_to(child, tree, At::End(scope)).unwrap();
                tree.arena.flag(copy.index, |flags| *flags |= PLACED);
                merged.placed += 1;
                continue;
            }
            let same: Vec<_> = tree
                .children(scope)
                .unwrap()
                .filter(|there| {
                    let other = tree.node(there.index);

                    let names = (tree.name_of(&other), carried.name_of(&node));
                    let like = (other.form, other.instance()) == (node.form, node.instance());
                    other.flags & PLACED == 0 && names.0 == names.1 && like
                })
                .collect();
            if node.form == Form::Device && same.iter().all(|there| taken.contains(there)) {
                same.iter().for_each(|there| assert!(taken.remove(there)));
            }
            let next = same.into_iter().find(|there| taken.insert(*there));
            match next.filter(|there| can_hold(&tree.node(there.index))) {
                Some(there) => naive((tree, there), (carried, child), taken, merged),
                None => merged.lost += items_around(carried, child.index),
            }
        }
    }

    /// Adds items; of each, how far up from the last one, and what.
    fn grow(tree: &mut Tree<'_>, items: &[(u8, u8)]) {
        let mut last = tree.root();
        for (up, what) in items {
            for _ in 0..*up {
                last = tree.parent(last).unwrap().unwrap_or(last);
            }
            let (name, number) = (["a", "b"][usize::from(what & 1)], u32::from(what >> 1 & 1));
            let value = match what >> 2 {
                0..=2 => device(number),
                3 => LIST,
                4 => Value::Element,
                5 => Value::Optional { present: number == 1 },
                6 => Value::Subsection { version: 1 },
                7 | 8 => Value::Struct(None),
                _ => LEAF,
            };
            let marks = if what >> 2 == 8 { Marks::ANCILLARY } else { Marks::NONE };
            let name = if value.form().is_nameless() { "" } else { name };
            // What cannot stand there is left out.
            if let Ok(node) = tree.insert(At::End(last), name.as_bytes(), marks, value) {
                if value.form().is_scope() {
                    last = node;
                }
            }
        }
    }

    fn items() -> impl Strategy<Value = Vec<(u8, u8)>> {
        proptest::collection::vec((0..3u8, 0..40u8), 0..40)
    }

    proptest! {
        #[test]
        fn merges_are_those_of_a_search_from_one_end_to_the_other(
            (kept, there) in (items(), items()),
        ) {
            let mut memory = vec![0; 4 << 14];
            let mut blocks = memory.chunks_mut(1 << 14);
            let mut tree = || Tree::new(blocks.next().unwrap()).unwrap();
            let (mut carried, mut plain, mut expected, mut found) = (tree(), tree(), tree(), tree());
            grow(&mut carried, &kept);
            as_carried(&mut carried);
            grow(&mut plain, &there);
            plain.compact_into(&mut expected).unwrap();
            let (mut merged, mut taken) = (Merged::default(), HashSet::new());
            let root = expected.root();
            naive((&mut expected, root), (&carried, carried.root()), &mut taken, &mut merged);
            let digest = |tree: &Tree<'_>| tree.digest(root, DigestOptions::default()).unwrap();

            plain.compact_into(&mut found).unwrap();
            prop_assert_eq!(found.merge(root, &carried), Ok(merged));
            prop_assert_eq!(digest(&found), digest(&expected));
            // Without room for an index, and with some for small ones.
            for spare in [0, 64] {
                let mut memory = vec![0; expected.high_water() + spare];
                let mut tight = Tree::new(&mut memory).unwrap();
                plain.compact_into(&mut tight).unwrap();
                prop_assert_eq!(tight.merge(root, &carried), Ok(merged));
                prop_assert_eq!(digest(&tight), digest(&expected));
            }
        }
    }
}
