//! Edits of a tree, against a plain model of one; handles, memory and compaction.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::error::{MAX_DEPTH, MAX_NAME};
use migcore::model::{At, DigestOptions, NodeId, Tree, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Versions};
use migcore::Code;
use proptest::prelude::*;

/// A node of the reference, which owns its children.
#[derive(Clone, Debug, PartialEq)]
struct Plain {
    id: Option<NodeId>,
    name: Vec<u8>,
    marks: Marks,
    value: Held,
    children: Vec<Plain>,
}

#[derive(Clone, Debug, PartialEq)]
enum Held {
    Root,
    Struct,
    Number(u64),
    Bytes(Vec<u8>),
}

impl Held {
    fn value(&self) -> Value<'_> {
        match self {
            Held::Root => Value::Root,
            Held::Struct => Value::Struct(None),
            Held::Number(bits) => Value::Scalar(Kind::U64, *bits),
            Held::Bytes(bytes) => Value::Bytes(Extent::Variable, bytes),
        }
    }
}

impl Plain {
    /// All nodes as ways from the root.
    fn ways(&self) -> Vec<Vec<usize>> {
        let mut ways = vec![vec![]];
        for (at, child) in self.children.iter().enumerate() {
            for way in child.ways() {
                ways.push([vec![at], way].concat());
            }
        }
        ways
    }

    fn at(&mut self, way: &[usize]) -> &mut Plain {
        way.iter().fold(self, |node, at| &mut node.children[*at])
    }

    fn height(&self) -> usize {
        let below = self.children.iter().map(Plain::height).max().unwrap_or(0);
        below + usize::from(self.value == Held::Struct)
    }

    fn ids(&self) -> Vec<NodeId> {
        let mut ids: Vec<NodeId> = self.id.into_iter().collect();
        self.children.iter().for_each(|child| ids.extend(child.ids()));
        ids
    }
}

/// What a tree holds, as the reference would.
fn read(tree: &Tree<'_>, node: NodeId) -> Plain {
    let value = match tree.value(node).unwrap() {
        Value::Root => Held::Root,
        Value::Struct(None) => Held::Struct,
        Value::Scalar(Kind::U64, bits) => Held::Number(bits),
        Value::Bytes(Extent::Variable, bytes) => Held::Bytes(bytes.to_vec()),
        other => panic!("{other:?}"),
    };
    let children: Vec<NodeId> = tree.children(node).unwrap().collect();
    for pair in children.windows(2) {
        assert_eq!(tree.previous_sibling(pair[1]), Ok(Some(pair[0])));
    }
    for child in &children {
        assert_eq!(tree.parent(*child), Ok(Some(node)));
    }
    Plain {
        id: Some(node),
        name: tree.name(node).unwrap().to_vec(),
        marks: tree.marks(node).unwrap(),
        value,
        children: children.into_iter().map(|child| read(tree, child)).collect(),
    }
}

fn without_ids(mut plain: Plain) -> Plain {
    plain.id = None;
    plain.children = plain.children.into_iter().map(without_ids).collect();
    plain
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(usize, u8, u8, Held),
    Replace(usize, Held),
    Rename(usize, u8),
    Mark(usize, u32),
    Remove(usize),
    Move(usize, usize, u8),
}

fn held() -> impl Strategy<Value = Held> {
    prop_oneof![
        2 => Just(Held::Struct),
        3 => any::<u64>().prop_map(Held::Number),
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Held::Bytes),
    ]
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let node = || 0..1000usize;
    let edit = prop_oneof![
        6 => (node(), 0..4u8, 0..9u8, held()).prop_map(|(n, at, name, v)| Edit::Insert(n, at, name, v)),
        2 => (node(), held()).prop_map(|(n, v)| Edit::Replace(n, v)),
        1 => (node(), 0..9u8).prop_map(|(n, name)| Edit::Rename(n, name)),
        1 => (node(), 0..32u32).prop_map(|(n, marks)| Edit::Mark(n, marks)),
        2 => node().prop_map(Edit::Remove),
        3 => (node(), node(), 0..4u8).prop_map(|(n, to, at)| Edit::Move(n, to, at)),
    ];
    proptest::collection::vec(edit, 0..120)
}

/// Names repeat, and one is empty.
fn name(number: u8) -> Vec<u8> {
    vec![b'n'; usize::from(number)]
}

/// The place in the reference: the way of the scope, and the number in it.
fn place(plain: &mut Plain, way: &[usize], how: u8) -> Option<(Vec<usize>, usize)> {
    match (how, way.split_last()) {
        (0, _) => Some((way.to_vec(), 0)),
        (1, _) => Some((way.to_vec(), plain.at(way).children.len())),
        (2, Some((last, parent))) => Some((parent.to_vec(), *last)),
        (3, Some((last, parent))) => Some((parent.to_vec(), *last + 1)),
        _ => None,
    }
}

fn at(how: u8, node: NodeId) -> At {
    match how {
        0 => At::Start(node),
        1 => At::End(node),
        2 => At::Before(node),
        _ => At::After(node),
    }
}

/// Whether a scope at `way` may get children of this height.
fn may_hold(plain: &mut Plain, way: &[usize], height: usize) -> bool {
    matches!(plain.at(way).value, Held::Root | Held::Struct) && way.len() + height <= MAX_DEPTH
}

/// Does one edit on both; the handles that are stale after it.
fn apply(tree: &mut Tree<'_>, plain: &mut Plain, edit: &Edit) -> Vec<NodeId> {
    let ways = plain.ways();
    let way = |number: &usize| ways[number % ways.len()].clone();
    match edit {
        Edit::Insert(to, how, text, held) => {
            let (to, text) = (way(to), name(*text));
            let id = plain.at(&to).id.unwrap();
            let done = tree.insert(at(*how, id), &text, Marks::NONE, held.value());
            let height = usize::from(*held == Held::Struct);
            match place(plain, &to, *how) {
                Some((scope, index)) if may_hold(plain, &scope, height) => {
                    let (id, marks) = (Some(done.unwrap()), Marks::NONE);
                    let value = held.clone();
                    let new = Plain { id, name: text, marks, value, children: vec![] };
                    plain.at(&scope).children.insert(index, new);
                }
                _ => assert!(done.is_err()),
            }
            vec![]
        }
        Edit::Replace(node, held) => {
            let node = way(node);
            let done = tree.replace(plain.at(&node).id.unwrap(), held.value());
            let stays = plain.at(&node).children.is_empty() || *held == Held::Struct;
            let fits = node.len() < MAX_DEPTH || *held != Held::Struct;
            match !node.is_empty() && stays && (fits || plain.at(&node).value == Held::Struct) {
                true => {
                    done.unwrap();
                    plain.at(&node).value = held.clone();
                }
                false => assert!(done.is_err(), "{node:?} {held:?}"),
            }
            vec![]
        }
        Edit::Rename(node, text) => {
            let (node, text) = (way(node), name(*text));
            let done = tree.rename(plain.at(&node).id.unwrap(), &text);
            match node.is_empty() && !text.is_empty() {
                true => assert_eq!(done, Err(Code::InvalidArgument)),
                false => {
                    done.unwrap();
                    plain.at(&node).name = text;
                }
            }
            vec![]
        }
        Edit::Mark(node, bits) => {
            let (node, marks) = (way(node), Marks::from_bits(*bits).unwrap());
            let done = tree.set_marks(plain.at(&node).id.unwrap(), marks);
            match node.is_empty() {
                true => assert_eq!(done, Err(Code::InvalidArgument)),
                false => plain.at(&node).marks = marks,
            }
            vec![]
        }
        Edit::Remove(node) => {
            let node = way(node);
            let done = tree.remove(plain.at(&node).id.unwrap());
            let Some((last, parent)) = node.split_last() else {
                assert_eq!(done, Err(Code::InvalidArgument));
                return vec![];
            };
            done.unwrap();
            plain.at(parent).children.remove(*last).ids()
        }
        Edit::Move(node, to, how) => {
            let (node, to) = (way(node), way(to));
            let (id, target) = (plain.at(&node).id.unwrap(), plain.at(&to).id.unwrap());
            let done = tree.move_to(id, at(*how, target));
            let height = plain.at(&node).height();
            match place(plain, &to, *how) {
                Some((mut scope, mut index))
                    if !node.is_empty()
                        && !scope.starts_with(&node)
                        && may_hold(plain, &scope, height) =>
                {
                    done.unwrap();
                    let (last, parent) = node.split_last().unwrap();
                    let moved = plain.at(parent).children.remove(*last);
                    // Taking it away moved what follows it.
                    if scope == parent && index > *last {
                        index -= 1;
                    } else if scope.len() > parent.len()
                        && scope.starts_with(parent)
                        && scope[parent.len()] > *last
                    {
                        scope[parent.len()] -= 1;
                    }
                    plain.at(&scope).children.insert(index, moved);
                }
                _ => assert!(done.is_err()),
            }
            vec![]
        }
    }
}

fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

proptest! {
    #[test]
    fn edits_do_what_they_do_to_a_plain_tree(edits in edits()) {
        let mut memory = vec![0xcc; 1 << 16];
        let mut tree = Tree::new(&mut memory).unwrap();
        let mut plain = read(&tree, tree.root());
        let (mut stale, mut high) = (Vec::new(), 0);
        for edit in &edits {
            stale.extend(apply(&mut tree, &mut plain, edit));
            prop_assert!(tree.high_water() >= high && tree.used() <= tree.high_water());
            high = tree.high_water();
        }
        prop_assert_eq!(&read(&tree, tree.root()), &plain);
        for id in stale {
            prop_assert_eq!(tree.value(id), Err(Code::StaleHandle));
            prop_assert_eq!(tree.remove(id), Err(Code::StaleHandle));
        }

        let mut memory = vec![0xdd; 1 << 16];
        let mut compact = Tree::new(&mut memory).unwrap();
        tree.compact_into(&mut compact).unwrap();
        let (a, b) = (read(&tree, tree.root()), read(&compact, compact.root()));
        prop_assert_eq!(without_ids(a), without_ids(b));
        prop_assert_eq!(digest(&tree), digest(&compact));
        prop_assert!(compact.high_water() <= tree.high_water());
        let mut none = 0;
        let root = compact.root();
        tree.diff(tree.root(), &compact, root, &mut |_| none += 1).unwrap();
        prop_assert_eq!(none, 0);
    }

    #[test]
    fn an_edit_without_room_changes_nothing(edits in edits(), room in 48..3000usize) {
        let mut memory = vec![0; 1 << 16];
        let mut tree = Tree::new(&mut memory).unwrap();
        let mut plain = read(&tree, tree.root());
        edits.iter().for_each(|edit| { apply(&mut tree, &mut plain, edit); });

        let mut small = vec![0; room];
        let mut other = Tree::new(&mut small).unwrap();
        let root = other.root();
        let kept = other.insert(At::End(root), b"kept", Marks::NONE, Value::Absent);
        let before = without_ids_of(&other);
        let all: Vec<NodeId> = tree.children(tree.root()).unwrap().collect();
        for child in all {
            if let Err(code) = tree.copy_to(child, &mut other, At::End(root)) {
                prop_assert_eq!(code, Code::NoSpace);
                prop_assert!(other.fault().expected > other.fault().found);
                prop_assert_eq!(&without_ids_of(&other), &before);
            } else {
                let copy = other.children(root).unwrap().last().unwrap();
                other.remove(copy).unwrap();
            }
        }
        if let Ok(kept) = kept {
            prop_assert_eq!(other.value(kept), Ok(Value::Absent));
        }
    }
}

/// The names of the children of the root, enough to see a change.
fn without_ids_of(tree: &Tree<'_>) -> Vec<Vec<u8>> {
    let children = tree.children(tree.root()).unwrap();
    children.map(|child| tree.name(child).unwrap().to_vec()).collect()
}

#[test]
fn every_value_is_kept_as_it_is() {
    let versions = Versions { current: 7, minimum: 3 };
    let long = [b'd'; MAX_NAME];
    let values = [
        Value::Device { instance: u32::MAX, versions, oldest_reader: 5 },
        Value::Struct(None),
        Value::Struct(Some(Description { name: b"", versions })),
        Value::Struct(Some(Description { name: &long, versions })),
        Value::List { extent: Extent::Fixed },
        Value::List { extent: Extent::Variable },
        Value::Optional { present: true },
        Value::Optional { present: false },
        Value::Subsection { version: 9 },
        Value::Array(Kind::F64, Extent::Variable, &[1; 24]),
        Value::Array(Kind::Bool, Extent::Fixed, &[1, 0, 1]),
        Value::Bytes(Extent::Fixed, &[]),
        Value::Bytes(Extent::Variable, &[2; 99]),
        Value::Text("ganz schön"),
        Value::Absent,
    ];
    let scalars = Kind::ALL.map(|kind| Value::Scalar(kind, 1));
    let mut memory = vec![0; 1 << 14];
    let mut tree = Tree::new(&mut memory).unwrap();
    let root = tree.root();
    for &value in values.iter().chain(&scalars) {
        let node = tree.insert(At::End(root), b"x", Marks::SECRET, value).unwrap();
        assert_eq!(tree.value(node), Ok(value));
        assert_eq!(tree.marks(node), Ok(Marks::SECRET));
    }
    let raw = tree.insert(At::End(root), b"", Marks::NONE, Value::Raw(b"raw")).unwrap();
    assert_eq!(tree.value(raw), Ok(Value::Raw(b"raw")));
    let flags = tree.insert(At::End(root), b"", Marks::NONE, Value::Scalar(Kind::Bool, 4)).unwrap();
    assert_eq!(tree.value(flags), Ok(Value::Scalar(Kind::Bool, 1)));
    let second = tree.child_by_name(root, b"x", 1).unwrap().unwrap();
    assert_eq!(tree.value(second), Ok(values[1]));
    assert_eq!(tree.child_by_name(root, b"x", 99), Ok(None));
    assert_eq!(tree.child_by_name(root, b"y", 0), Ok(None));
}

#[test]
fn what_cannot_stand_there_is_refused() {
    let mut memory = vec![0; 1 << 14];
    let mut tree = Tree::new(&mut memory).unwrap();
    let root = tree.root();
    let mut put = |at, name: &[u8], value| tree.insert(at, name, Marks::NONE, value);
    let refused = Err(Code::InvalidArgument);
    let leaf = put(At::End(root), b"leaf", Value::Absent).unwrap();
    let none = put(At::End(root), b"none", Value::Optional { present: false }).unwrap();
    let list = put(At::End(root), b"list", Value::List { extent: Extent::Fixed }).unwrap();
    let element = put(At::End(list), b"", Value::Element).unwrap();
    assert_eq!(put(At::End(leaf), b"", Value::Absent), refused);
    assert_eq!(put(At::End(none), b"", Value::Absent), refused);
    assert_eq!(put(At::Before(root), b"", Value::Absent), refused);
    assert_eq!(put(At::End(root), b"", Value::Root), refused);
    assert_eq!(put(At::End(root), b"", Value::Element), refused);
    assert_eq!(put(At::End(list), b"name", Value::Element), refused);
    assert_eq!(put(At::End(root), b"name", Value::Raw(b"1")), refused);
    let half = Value::Array(Kind::U16, Extent::Fixed, &[1, 2, 3]);
    assert_eq!(put(At::End(root), b"", half), refused);
    assert_eq!(tree.replace(list, Value::Struct(None)), Err(Code::InvalidArgument));
    assert_eq!(tree.replace(element, Value::Absent), Err(Code::InvalidArgument));
    assert_eq!(tree.rename(element, b"name"), Err(Code::InvalidArgument));
    assert_eq!(tree.move_to(element, At::End(root)), Err(Code::InvalidArgument));
    assert_eq!(tree.move_to(list, At::End(element)), Err(Code::InvalidArgument));
    // Neither raw bytes nor elements have marks.
    let raw = tree.insert(At::End(root), b"", Marks::NONE, Value::Raw(b"1")).unwrap();
    for node in [element, raw] {
        assert_eq!(tree.set_marks(node, Marks::SECRET), Err(Code::InvalidArgument));
        assert_eq!(tree.set_marks(node, Marks::NONE), Ok(()));
    }
    for (at, value) in [(At::End(list), Value::Element), (At::End(root), Value::Raw(b"1"))] {
        assert_eq!(tree.insert(at, b"", Marks::SECRET, value), Err(Code::InvalidArgument));
    }
    let marked = tree.insert(At::End(root), b"", Marks::SECRET, Value::Absent).unwrap();
    assert_eq!(tree.replace(marked, Value::Raw(b"1")), Err(Code::InvalidArgument));
    tree.remove(marked).unwrap();
    tree.remove(raw).unwrap();
    let longer = [b'n'; MAX_NAME + 1];
    let longest = &longer[..MAX_NAME];
    assert_eq!(tree.rename(leaf, &longer), Err(Code::NameTooLong));
    assert_eq!((tree.fault().expected, tree.fault().found), (255, 256));
    assert_eq!(tree.name(leaf), Ok(&b"leaf"[..]));
    tree.rename(leaf, longest).unwrap();
    assert_eq!(tree.name(leaf), Ok(longest));
}

#[test]
fn scopes_nest_to_the_limit_and_no_deeper() {
    let mut memory = vec![0; 1 << 14];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut scope = tree.root();
    for _ in 0..MAX_DEPTH {
        let list = Value::List { extent: Extent::Fixed };
        scope = tree.insert(At::End(scope), b"list", Marks::NONE, list).unwrap();
        scope = tree.insert(At::End(scope), b"", Marks::NONE, Value::Element).unwrap();
    }
    let deeper = tree.insert(At::End(scope), b"s", Marks::NONE, Value::Struct(None));
    assert_eq!(deeper, Err(Code::TooDeep));
    let leaf = tree.insert(At::End(scope), b"x", Marks::NONE, Value::Absent).unwrap();
    assert_eq!(tree.replace(leaf, Value::Struct(None)), Err(Code::TooDeep));
    let root = tree.root();
    let aside = tree.insert(At::End(root), b"s", Marks::NONE, Value::Struct(None)).unwrap();
    assert_eq!(tree.move_to(aside, At::End(scope)), Err(Code::TooDeep));
    let path = tree.path(leaf).unwrap();
    assert!(path.as_str().ends_with("list[0].list[0].x"));
    let mut text = Vec::new();
    tree.print(root, &mut |part| text.extend_from_slice(part)).unwrap();
    assert!(String::from_utf8(text).unwrap().lines().any(|line| line.trim() == "x: null"));
    let mut full = Vec::new();
    (0..MAX_DEPTH).for_each(|_| full.extend_from_slice(b".list[0]"));
    full.extend_from_slice(b".x");
    assert_eq!(tree.find(root, &full), Ok(leaf));
}

#[test]
fn a_report_has_the_numbers_of_its_own_error() {
    let mut memory = [0; 48 * 2 + 8 + 21];
    let mut tree = Tree::new(&mut memory).unwrap();
    let list = Value::List { extent: Extent::Fixed };
    let list = tree.insert(At::End(tree.root()), b"list", Marks::NONE, list).unwrap();
    let full = tree.insert(At::End(list), b"", Marks::NONE, Value::Raw(b"12345")).unwrap_err();
    let report = tree.report_of(full, list);
    assert_eq!((full, report.path.as_str()), (Code::NoSpace, "list"));
    assert_eq!((report.fault.expected, report.fault.found), (53, 4));
    let refused = tree.replace(tree.root(), Value::Absent).unwrap_err();
    let report = tree.report_of(refused, tree.root());
    assert_eq!((refused, report.path.as_str()), (Code::InvalidArgument, ""));
    assert_eq!((report.fault.expected, report.fault.found), (0, 0));
    assert_eq!((tree.count(list), tree.count(tree.root())), (Ok(0), Ok(0)));
}

#[test]
fn bytes_that_are_not_longer_take_the_place_of_the_old_ones() {
    let mut memory = vec![0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    let root = tree.root();
    let long = Value::Bytes(Extent::Variable, &[1; 100]);
    let node = tree.insert(At::End(root), b"x", Marks::NONE, long).unwrap();
    let used = tree.used();
    for length in [100, 10, 0, 99, 100] {
        tree.replace(node, Value::Raw(&[])).unwrap_err();
        let bytes = vec![2; length];
        tree.replace(node, Value::Bytes(Extent::Variable, &bytes)).unwrap();
        assert_eq!(tree.value(node), Ok(Value::Bytes(Extent::Variable, &bytes)));
    }
    assert_eq!(tree.used(), used);
    tree.replace(node, Value::Bytes(Extent::Variable, &[3; 101])).unwrap();
    assert_eq!(tree.used(), used + 101);
}

#[test]
fn a_removed_node_is_used_again_and_its_handle_is_not() {
    let mut memory = vec![0; Tree::EMPTY + 2 * Tree::NODE];
    let mut tree = Tree::new(&mut memory).unwrap();
    let root = tree.root();
    let absent = |tree: &mut Tree<'_>| tree.insert(At::End(root), b"", Marks::NONE, Value::Absent);
    let first = absent(&mut tree).unwrap();
    let second = absent(&mut tree).unwrap();
    assert_eq!(absent(&mut tree), Err(Code::NoSpace));
    tree.remove(first).unwrap();
    let third = absent(&mut tree).unwrap();
    assert_eq!(tree.name(first), Err(Code::StaleHandle));
    assert_ne!(first.to_bits(), third.to_bits());
    assert_eq!(NodeId::from_bits(third.to_bits()), third);
    assert_eq!(tree.children(root).unwrap().collect::<Vec<_>>(), [second, third]);
    for bits in [0, 1, u64::MAX, 1 << 32 | 77] {
        assert_eq!(tree.value(NodeId::from_bits(bits)), Err(Code::StaleHandle));
    }
}

#[test]
fn memory_for_a_name_is_asked_for_once() {
    let name = &b"timer"[..];
    let versions = Versions::only(1);
    let insert = |memory: &mut [u8]| {
        let mut tree = Tree::new(memory)?;
        let described = Value::Struct(Some(Description { name, versions }));
        tree.insert(At::End(tree.root()), name, Marks::NONE, described)?;
        Ok::<usize, Code>(tree.used())
    };
    let used = insert(&mut [0; 4096]).unwrap();
    assert_eq!(insert(&mut vec![0; used]), Ok(used));
    assert_eq!(insert(&mut vec![0; used - 1]), Err(Code::NoSpace));
}
