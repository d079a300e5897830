//! Finds the elements of a list by their keys, in any order.

use crate::compat::private::fields;
use crate::error::{Code, Result};
use crate::io::told;
use crate::model::{At, NodeId, Tree, Value};
use crate::visit::{Kind, Marks};

/// Elements that may be looked at in vain, for each that is in an index. That many are only where most keys are the same,
/// which is nothing that a name does by chance.
const WORK: u64 = 256;

/// What may be looked at in vain in any case.
const LEAST_WORK: u64 = 1 << 16;

/// References in one place, on average.
const TOGETHER: usize = 4;

/// References that each search may look at for nothing: a search for what is not there, as most are where few have
/// what is indexed, takes no more.
const FREE: usize = 16;

/// Items of an element that are looked at for nothing. Those of the library's own have fewer.
const ITEMS: usize = 16;

/// The digits of a key that places are told apart by.
const DIGITS: [&[u8]; 16] = [
    b"0", b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"8", b"9", b"a", b"b", b"c", b"d", b"e", b"f",
];

/// How much was looked at in vain, and how much may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    left: u64,
}

impl Work {
    pub(crate) const fn new() -> Self {
        Work { left: LEAST_WORK }
    }

    fn spend(&mut self, work: usize) -> Result<()> {
        self.left = self.left.checked_sub(told(work)).ok_or(Code::TooMuchWork)?;
        Ok(())
    }
}

/// An index of a list: references to its elements, in scopes that the digits of their keys lead to. It lies in the
/// tree, beside the list, until it is closed. The list may change; only what was there is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index {
    top: Option<NodeId>,
    /// How many digits lead to a reference.
    digits: u32,
}

/// An element that was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    reference: NodeId,
    pub(crate) element: NodeId,
}

impl Index {
    /// Finds nothing.
    pub(crate) const NONE: Index = Index { top: None, digits: 0 };

    /// Makes an index of a list, whose elements have these keys.
    pub(crate) fn over(
        tree: &mut Tree<'_>,
        list: Option<NodeId>,
        work: &mut Work,
        key: fn(&Tree<'_>, NodeId) -> u32,
    ) -> Result<Index> {
        let Some(list) = list else { return Ok(Index::NONE) };
        let count = tree.count(list)?;
        let index = Index::new(tree, At::After(list), count, work)?;
        let mut at = tree.first_child(list)?;
        while let Some(element) = at {
            index.add(tree, key(tree, element), element)?;
            at = tree.next_sibling(element)?;
        }
        Ok(index)
    }

    /// Makes an index of so many elements, which are still to be added.
    pub(crate) fn new(tree: &mut Tree<'_>, at: At, count: usize, work: &mut Work) -> Result<Index> {
        let places = count.div_euclid(TOGETHER).max(1);
        // As many digits as tell so many places apart, and no more than a key has.
        let digits = places.checked_ilog2().unwrap_or(0).div_ceil(4).min(6);
        work.left = work.left.saturating_add(told(count).saturating_mul(WORK));
        let top = tree.insert(at, b"index", Marks::NONE, Value::Struct(None))?;
        Ok(Index { top: Some(top), digits })
    }

    /// Adds an element with this key.
    pub(crate) fn add(&self, tree: &mut Tree<'_>, key: u32, element: NodeId) -> Result<()> {
        let place = self.place(tree, key)?;
        let reference = Value::Scalar(Kind::U64, element.to_bits());
        tree.insert(At::End(place), b"", Marks::NONE, reference).map(|_| ())
    }

    /// Where references with this key are, made if there were none.
    fn place(&self, tree: &mut Tree<'_>, key: u32) -> Result<NodeId> {
        let mut place = self.top.ok_or(Code::Missing)?;
        for digit in self.digits_of(key) {
            place = match tree.child_by_name(place, digit, 0)? {
                Some(next) => next,
                None => tree.insert(At::End(place), digit, Marks::NONE, Value::Struct(None))?,
            };
        }
        Ok(place)
    }

    fn digits_of(&self, key: u32) -> impl Iterator<Item = &'static [u8]> {
        (0..self.digits).map(move |at| {
            let digit = key.wrapping_shr(at.wrapping_mul(4)) & 15;
            let digit = usize::try_from(digit).unwrap_or(0);
            DIGITS.get(digit).copied().unwrap_or(b"0")
        })
    }

    /// The first element in the list that has this key and that `is` accepts.
    pub(crate) fn find(
        &self,
        tree: &Tree<'_>,
        key: u32,
        work: &mut Work,
        is: &dyn Fn(&Tree<'_>, NodeId) -> bool,
    ) -> Result<Option<Entry>> {
        let Some(mut place) = self.top else { return Ok(None) };
        for digit in self.digits_of(key) {
            match tree.child_by_name(place, digit, 0)? {
                Some(next) => place = next,
                None => return Ok(None),
            }
        }
        for (number, reference) in tree.children(place)?.enumerate() {
            let there = |element: &NodeId| tree.name(*element).is_ok();
            if let Some(element) = fields::handle(tree, reference).filter(there) {
                // They come from a stream, which may have put any number before those that are asked for. In devices
                // nothing is looked for.
                if !matches!(tree.value(element)?, Value::Device { .. }) {
                    work.spend(tree.children(element)?.count().div_euclid(ITEMS))?;
                }
                if is(tree, element) {
                    return Ok(Some(Entry { reference, element }));
                }
            }
            work.spend(usize::from(number >= FREE))?;
        }
        Ok(None)
    }

    /// Removes an element from the list and the index.
    pub(crate) fn remove(&self, tree: &mut Tree<'_>, entry: Entry) -> Result<()> {
        tree.remove(entry.reference)?;
        tree.remove(entry.element)
    }

    /// Removes the index from the tree.
    pub(crate) fn close(&mut self, tree: &mut Tree<'_>) -> Result<()> {
        self.top.take().map_or(Ok(()), |top| tree.remove(top))
    }
}

/// The key of some bytes and a number: FNV-1a, mixed at the end.
pub(crate) fn key(bytes: &[u8], number: u32) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for &byte in bytes.iter().chain(&number.to_le_bytes()) {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash ^= hash >> 15;
    hash.wrapping_mul(0x2c1b_3c6d) ^ hash >> 11
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A list of elements with these numbers.
    fn list(tree: &mut Tree<'_>, numbers: impl Iterator<Item = u32>) -> NodeId {
        let extent = crate::visit::Extent::Variable;
        let list = fields::put(tree, tree.root(), "list", Value::List { extent }).unwrap();
        for number in numbers {
            let element = tree.insert(At::End(list), b"", Marks::NONE, Value::Element).unwrap();
            fields::put_word(tree, element, "number", number).unwrap();
        }
        list
    }

    fn number(tree: &Tree<'_>, element: NodeId) -> u32 {
        fields::word(tree, element, "number")
    }

    fn find(index: &Index, tree: &Tree<'_>, wanted: u32, work: &mut Work) -> Result<Option<Entry>> {
        index.find(tree, key(b"", wanted), work, &|tree, element| number(tree, element) == wanted)
    }

    #[test]
    fn elements_are_found_in_any_order_without_looking_at_many() {
        for count in [0, 1, 5, 100, 3000] {
            let mut memory = vec![0; 4 << 20];
            let mut tree = Tree::new(&mut memory).unwrap();
            let list = list(&mut tree, (0..count).map(|at| at * 2));
            let before = tree.used();
            let mut work = Work::new();
            let mut index = Index::over(&mut tree, Some(list), &mut work, |tree, element| {
                key(b"", number(tree, element))
            })
            .unwrap();
            let allowed = work.left;
            for wanted in (0..count * 2).rev() {
                let found = find(&index, &tree, wanted, &mut work).unwrap();
                let found = found.map(|entry| number(&tree, entry.element));
                assert_eq!(found, (wanted % 2 == 0).then_some(wanted));
            }
            assert!(allowed - work.left <= u64::from(count) * 32, "{}", allowed - work.left);
            // What was removed is not found again, and nothing stays.
            for wanted in (0..count * 2).step_by(2) {
                let entry = find(&index, &tree, wanted, &mut work).unwrap().unwrap();
                index.remove(&mut tree, entry).unwrap();
                assert!(find(&index, &tree, wanted, &mut work).unwrap().is_none());
            }
            index.close(&mut tree).unwrap();
            let left: Vec<_> = tree.children(tree.root()).unwrap().collect();
            assert!(left == [list] && tree.count(list) == Ok(0) && tree.used() <= before + 300);
        }
    }

    #[test]
    fn of_equal_ones_the_first_is_found() {
        let mut memory = vec![0; 1 << 16];
        let mut tree = Tree::new(&mut memory).unwrap();
        let list = list(&mut tree, [7; 9].into_iter());
        let mut work = Work::new();
        let index = Index::over(&mut tree, Some(list), &mut work, |_, _| key(b"", 7)).unwrap();
        for element in tree.children(list).unwrap().collect::<Vec<_>>() {
            let entry = find(&index, &tree, 7, &mut work).unwrap().unwrap();
            assert_eq!(entry.element, element);
            index.remove(&mut tree, entry).unwrap();
        }
    }

    #[test]
    fn elements_of_many_items_are_not_searched_for_ever() {
        let mut memory = vec![0; 2 << 20];
        let mut tree = Tree::new(&mut memory).unwrap();
        let list = list(&mut tree, [7].into_iter());
        let element = tree.first_child(list).unwrap().unwrap();
        for _ in 0..10_000 {
            let junk = Value::Scalar(Kind::U8, 0);
            tree.insert(At::Start(element), b"junk", Marks::NONE, junk).unwrap();
        }
        for wanted in [7, 8] {
            let mut work = Work::new();
            let index = Index::over(&mut tree, Some(list), &mut work, |_, _| 0).unwrap();
            let mut searches = 0;
            while find(&index, &tree, wanted, &mut work).is_ok() {
                searches += 1;
                assert!(searches < 200);
            }
        }
    }

    #[test]
    fn few_elements_are_searched_in_vain_as_often_as_one_likes() {
        let mut memory = vec![0; 1 << 16];
        let mut tree = Tree::new(&mut memory).unwrap();
        let list = list(&mut tree, 0..4);
        let mut work = Work::new();
        let index = Index::over(&mut tree, Some(list), &mut work, |_, _| 0).unwrap();
        let before = work.left;
        for wanted in 5..200_000 {
            assert!(find(&index, &tree, wanted, &mut work).unwrap().is_none());
        }
        assert_eq!(work.left, before);
    }

    #[test]
    fn keys_that_are_all_the_same_are_not_searched_for_ever() {
        let mut memory = vec![0; 2 << 20];
        let mut tree = Tree::new(&mut memory).unwrap();
        let list = list(&mut tree, 0..2000);
        let mut work = Work::new();
        let index = Index::over(&mut tree, Some(list), &mut work, |_, _| key(b"", 5000)).unwrap();
        let searched = (0..2000).try_for_each(|_| find(&index, &tree, 5000, &mut work).map(|_| ()));
        assert_eq!(searched, Err(Code::TooMuchWork));
    }
}
