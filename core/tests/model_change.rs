//! Several edits of a tree as one: undone, a tree is what it was; kept, it is what the edits make of it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::model::{At, Builder, DigestOptions, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Track, Versions, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;

/// All that can be told of a node.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    id: NodeId,
    parent: Option<NodeId>,
    previous: Option<NodeId>,
    name: Vec<u8>,
    marks: Marks,
    value: String,
}

/// All nodes in order.
fn tell(tree: &Tree<'_>) -> Vec<Told> {
    let (mut told, mut next) = (Vec::new(), vec![tree.root()]);
    while let Some(id) = next.pop() {
        told.push(Told {
            id,
            parent: tree.parent(id).unwrap(),
            previous: tree.previous_sibling(id).unwrap(),
            name: tree.name(id).unwrap().to_vec(),
            marks: tree.marks(id).unwrap(),
            value: format!("{:?}", tree.value(id).unwrap()),
        });
        let children: Vec<NodeId> = tree.children(id).unwrap().collect();
        next.extend(children.into_iter().rev());
    }
    told
}

fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

#[derive(Clone, Debug)]
enum Edit {
    Insert(usize, u8, u8, usize),
    Replace(usize, usize),
    Rename(usize, u8),
    Mark(usize, u32),
    Remove(usize),
    Move(usize, usize, u8),
    Copy(usize, usize, u8),
    Save(usize, u8),
}

fn values() -> Vec<Value<'static>> {
    let versions = Versions { current: 7, minimum: 3 };
    let described = |name| Value::Struct(Some(Description { name, versions }));
    vec![
        Value::Device { instance: 1, versions, oldest_reader: 5 },
        Value::Struct(None),
        described(b"first"),
        described(b"n"),
        described(b"the last"),
        Value::List { extent: Extent::Variable },
        Value::Element,
        Value::Optional { present: true },
        Value::Optional { present: false },
        Value::Subsection { version: 9 },
        Value::Scalar(Kind::U64, u64::MAX),
        Value::Scalar(Kind::Bool, 1),
        Value::Array(Kind::U16, Extent::Variable, &[1; 24]),
        Value::Array(Kind::Bool, Extent::Fixed, &[1, 0, 2]),
        Value::Bytes(Extent::Fixed, &[]),
        Value::Bytes(Extent::Variable, &[2; 90]),
        Value::Bytes(Extent::Variable, &[3; 20]),
        Value::Text("some text"),
        Value::Raw(&[4; 10]),
        Value::Absent,
    ]
}

fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let node = || 0..1000usize;
    let value = || 0..values().len();
    let edit = prop_oneof![
        6 => (node(), 0..4u8, 0..12u8, value()).prop_map(|(n, at, name, v)| Edit::Insert(n, at, name, v)),
        4 => (node(), value()).prop_map(|(n, v)| Edit::Replace(n, v)),
        2 => (node(), 0..12u8).prop_map(|(n, name)| Edit::Rename(n, name)),
        2 => (node(), 0..32u32).prop_map(|(n, marks)| Edit::Mark(n, marks)),
        2 => node().prop_map(Edit::Remove),
        3 => (node(), node(), 0..4u8).prop_map(|(n, to, at)| Edit::Move(n, to, at)),
        2 => (node(), node(), 0..4u8).prop_map(|(n, to, at)| Edit::Copy(n, to, at)),
        1 => (node(), 0..9u8).prop_map(|(n, count)| Edit::Save(n, count)),
    ];
    proptest::collection::vec(edit, 0..most)
}

fn at(how: u8, node: NodeId) -> At {
    match how {
        0 => At::Start(node),
        1 => At::End(node),
        2 => At::Before(node),
        _ => At::After(node),
    }
}

/// A tree and all handles that were ever given of it; those of what was removed are asked for as well.
struct Edited<'m> {
    tree: Tree<'m>,
    ids: Vec<NodeId>,
}

impl<'m> Edited<'m> {
    fn new(memory: &'m mut [u8]) -> Self {
        let tree = Tree::new(memory).unwrap();
        let ids = vec![tree.root()];
        Edited { tree, ids }
    }

    /// Does all that can be done; the errors, of which there are those of what makes no sense.
    fn apply_all(&mut self, edits: &[Edit]) -> Vec<Result<()>> {
        edits.iter().map(|edit| apply(&mut self.tree, &mut self.ids, edit)).collect()
    }
}

fn apply(tree: &mut Tree<'_>, ids: &mut Vec<NodeId>, edit: &Edit) -> Result<()> {
    let value = |number: &usize| values()[*number];
    let name = |number: u8| vec![b'n'; usize::from(number)];
    let id = |number: &usize| ids[number % ids.len()];
    match edit {
        Edit::Insert(to, how, text, number) => {
            let nameless = matches!(value(number), Value::Element | Value::Raw(_));
            let text = if nameless { vec![] } else { name(*text) };
            let new = tree.insert(at(*how, id(to)), &text, Marks::NONE, value(number))?;
            ids.push(new);
            Ok(())
        }
        Edit::Replace(node, number) => tree.replace(id(node), value(number)),
        Edit::Rename(node, text) => tree.rename(id(node), &name(*text)),
        Edit::Mark(node, bits) => tree.set_marks(id(node), Marks::from_bits(*bits).unwrap()),
        Edit::Remove(node) => tree.remove(id(node)),
        Edit::Move(node, to, how) => tree.move_to(id(node), at(*how, id(to))),
        // Copies of copies would take all memory.
        Edit::Copy(node, ..) if count_below(tree, id(node)) > 20 => Ok(()),
        Edit::Copy(node, to, how) => {
            let copy = tree.copy_within(id(node), at(*how, id(to)))?;
            ids.push(copy);
            Ok(())
        }
        Edit::Save(node, count) => {
            let mut builder = Builder::inside(tree, id(node))?;
            let mut track = Track::new();
            let mut v = Visitor::saving(&mut builder, &mut track);
            let mut save = |at: u8| v.visit(&format!("saved{at}"), &mut u16::from(at));
            let done = (0..*count).try_for_each(&mut save);
            if done.is_err() || *count == 7 {
                builder.discard();
            }
            done
        }
    }
}

fn count_below(tree: &Tree<'_>, node: NodeId) -> usize {
    let Ok(children) = tree.children(node) else { return 0 };
    1 + children.map(|child| count_below(tree, child)).sum::<usize>()
}

/// What is told without handles: places in the order instead.
fn without_ids(told: &[Told]) -> Vec<(Option<usize>, &[u8], Marks, &str)> {
    let place = |id: NodeId| told.iter().position(|node| node.id == id);
    let shown = told
        .iter()
        .map(|node| (node.parent.and_then(place), &node.name[..], node.marks, &node.value[..]));
    shown.collect()
}

proptest! {
    #[test]
    fn a_change_that_is_undone_never_was(
        (before, change, after) in (edits(80), edits(80), edits(60)),
    ) {
        let (mut memory, mut other) = (vec![0xcc; 1 << 18], vec![0x33; 1 << 18]);
        let (mut edited, mut twin) = (Edited::new(&mut memory), Edited::new(&mut other));
        prop_assert_eq!(edited.apply_all(&before), twin.apply_all(&before));
        for _ in 0..2 {
            let (told, used) = (tell(&edited.tree), edited.tree.used());
            let (count, high) = (edited.ids.len(), edited.tree.high_water());
            edited.tree.begin_change().unwrap();
            prop_assert_eq!(edited.tree.begin_change(), Err(Code::Busy));
            edited.apply_all(&change);
            edited.tree.undo();
            prop_assert_eq!(tell(&edited.tree), told);
            prop_assert_eq!(edited.tree.used(), used);
            prop_assert!(edited.tree.high_water() >= high);
            let lost = edited.ids.split_off(count);

            // It goes on as one that knows nothing of it.
            prop_assert_eq!(edited.apply_all(&after), twin.apply_all(&after));
            let (told, expected) = (tell(&edited.tree), tell(&twin.tree));
            prop_assert_eq!(without_ids(&told), without_ids(&expected));
            prop_assert_eq!(edited.tree.used(), twin.tree.used());
            for id in lost {
                prop_assert_eq!(edited.tree.value(id), Err(Code::StaleHandle));
            }
        }
    }

    #[test]
    fn a_change_that_is_kept_is_its_edits((before, change) in (edits(80), edits(80))) {
        let (mut memory, mut other) = (vec![0xcc; 1 << 18], vec![0x33; 1 << 18]);
        let (mut edited, mut twin) = (Edited::new(&mut memory), Edited::new(&mut other));
        for _ in 0..3 {
            prop_assert_eq!(edited.apply_all(&before), twin.apply_all(&before));
            edited.tree.begin_change().unwrap();
            prop_assert_eq!(edited.apply_all(&change), twin.apply_all(&change));
            edited.tree.keep();
            prop_assert!(!edited.tree.is_changing());
            // The next one is noted as though there had been none.
            let (kept, count) = (tell(&edited.tree), edited.ids.len());
            edited.tree.begin_change().unwrap();
            edited.apply_all(&before);
            edited.tree.undo();
            edited.ids.truncate(count);
            prop_assert_eq!(tell(&edited.tree), kept);
            let (told, expected) = (tell(&edited.tree), tell(&twin.tree));
            prop_assert_eq!(without_ids(&told), without_ids(&expected));
            for (id, other) in edited.ids.iter().zip(&twin.ids) {
                let value = edited.tree.value(*id).map(|value| format!("{value:?}"));
                prop_assert_eq!(value, twin.tree.value(*other).map(|value| format!("{value:?}")));
            }
        }
    }

    #[test]
    fn a_change_without_room_leaves_no_trace((before, change) in (edits(40), edits(40))) {
        let (least, needed) = room_for(&before, &change);
        let between = (0..8).map(|part| least + (needed - least) * part / 8);
        for capacity in between.chain([needed.saturating_sub(1).max(least)]) {
            attempt_in(capacity, &before, &change, capacity >= needed);
        }
        attempt_in(needed, &before, &change, true);
    }
}

/// The memory that a tree takes before and after a change.
fn room_for(before: &[Edit], change: &[Edit]) -> (usize, usize) {
    let mut memory = vec![0; 1 << 18];
    let mut edited = Edited::new(&mut memory);
    edited.apply_all(before);
    let least = edited.tree.high_water();
    edited.tree.begin_change().unwrap();
    edited.apply_all(change);
    (least, edited.tree.high_water())
}

/// Attempts a change in so much memory, where it works or is undone.
fn attempt_in(capacity: usize, before: &[Edit], change: &[Edit], works: bool) {
    let mut memory = vec![0; capacity];
    let Edited { mut tree, mut ids } = Edited::new(&mut memory);
    for edit in before {
        assert_ne!(apply(&mut tree, &mut ids, edit), Err(Code::NoSpace));
    }
    let (told, used) = (tell(&tree), tree.used());
    let done = tree.attempt(|tree| {
        for edit in change {
            if let Err(Code::NoSpace) = apply(tree, &mut ids, edit) {
                let numbers = tree.fault();
                assert!(numbers.expected > numbers.found, "{numbers:?}");
                return Err(Code::NoSpace);
            }
        }
        Ok(())
    });
    assert!(!tree.is_changing());
    assert_eq!(done, if works { Ok(()) } else { Err(Code::NoSpace) }, "{capacity}");
    if !works {
        assert_eq!(tell(&tree), told, "{capacity}");
        assert_eq!(tree.used(), used, "{capacity}");
    }
}

/// A tree of three devices, and edits of each kind.
fn each_kind() -> (Vec<Edit>, Vec<Edit>) {
    let before = vec![
        Edit::Insert(0, 1, 2, 0),
        Edit::Insert(0, 1, 3, 0),
        Edit::Insert(0, 1, 4, 0),
        Edit::Insert(1, 1, 5, 15),
        Edit::Insert(1, 1, 6, 10),
        Edit::Insert(2, 1, 5, 1),
        Edit::Insert(6, 1, 7, 17),
        Edit::Save(3, 5),
    ];
    let change = vec![
        Edit::Rename(5, 9),
        Edit::Replace(4, 16),
        Edit::Replace(4, 15),
        Edit::Replace(5, 17),
        Edit::Mark(2, 9),
        Edit::Move(7, 1, 0),
        Edit::Copy(2, 3, 2),
        Edit::Insert(2, 0, 8, 3),
        Edit::Insert(0, 0, 11, 12),
        Edit::Save(6, 8),
        Edit::Remove(3),
        Edit::Remove(9),
    ];
    (before, change)
}

#[test]
fn every_place_where_room_may_end() {
    let (before, change) = each_kind();
    let (least, needed) = room_for(&before, &change);
    for capacity in least..needed {
        attempt_in(capacity, &before, &change, false);
    }
    attempt_in(needed, &before, &change, true);
}

#[test]
fn two_new_names_take_what_they_are_said_to_take() {
    // The link to the second one may be in the first one, in a change with a record or without.
    for (first, second) in (0..16).flat_map(|first| (0..16).map(move |second| (first, second))) {
        let (name, description) = (format!("name{first}"), format!("name{second}"));
        let versions = Versions::only(1);
        let value = Value::Struct(Some(Description { name: description.as_bytes(), versions }));
        let edit = |capacity: usize| {
            let mut memory = vec![0; capacity];
            let mut tree = Tree::new(&mut memory).unwrap();
            let root = At::End(tree.root());
            tree.insert(root, b"there", Marks::NONE, Value::Absent).unwrap();
            tree.begin_change().unwrap();
            tree.insert(root, name.as_bytes(), Marks::NONE, value).map(|_| tree.high_water())
        };
        let needed = edit(1 << 10).unwrap();
        assert_eq!(edit(needed), Ok(needed), "{name} {description}");
        assert_eq!(edit(needed - 1), Err(Code::NoSpace), "{name} {description}");
    }
}

/// A tree of devices with three numbers and a buffer each.
fn many(memory: &mut [u8], count: u32) -> Tree<'_> {
    let mut tree = Tree::new(memory).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    for instance in 0..count {
        let save = |v: &mut Visitor<'_>| visit(v, &mut [1, 2, 3], &mut [9; 5]);
        v.device("device", instance, Versions::only(1), save).unwrap();
    }
    tree
}

fn visit(v: &mut Visitor<'_>, numbers: &mut [u32; 3], bytes: &mut [u8; 5]) -> Result<()> {
    let [a, b, c] = numbers;
    v.visit("a", a)?;
    v.visit("b", b)?;
    v.bytes("bytes", bytes)?;
    v.visit("c", c)
}

fn find(tree: &Tree<'_>, path: &str) -> NodeId {
    tree.find(tree.root(), path.as_bytes()).unwrap()
}

#[test]
fn the_memory_is_that_of_what_is_touched() {
    for count in [3u32, 3000] {
        let mut memory = vec![0; 1 << 20];
        let mut tree = many(&mut memory, count);
        let used = tree.used();
        let mut taken = |change: &dyn Fn(&mut Tree<'_>)| {
            tree.begin_change().unwrap();
            change(&mut tree);
            let taken = tree.used() - used;
            tree.undo();
            assert_eq!(tree.used(), used);
            taken
        };
        let number = Value::Scalar(Kind::U32, 7);
        let again = |tree: &mut Tree<'_>| {
            let node = find(tree, "device/1.b");
            (0..9).for_each(|_| tree.replace(node, number).unwrap());
            tree.rename(node, b"a").unwrap();
        };
        assert_eq!(taken(&again), Tree::NODE);
        // The scope, both neighbours and the item, whatever is in it.
        let remove = |tree: &mut Tree<'_>| tree.remove(find(tree, "device/1")).unwrap();
        assert_eq!(taken(&remove), 4 * Tree::NODE);
        // The scope and the neighbour, and the new node.
        let root = At::End(tree_root());
        let add = |tree: &mut Tree<'_>| {
            tree.insert(root, b"a", Marks::NONE, number).unwrap();
        };
        assert_eq!(taken(&add), 3 * Tree::NODE);
        // A new name also has a link.
        let rename = |tree: &mut Tree<'_>| tree.rename(find(tree, "device/2.c"), b"new").unwrap();
        assert_eq!(taken(&rename), 2 * Tree::NODE + 21 + 3);
    }
}

/// The root of any tree.
fn tree_root() -> NodeId {
    NodeId::from_bits(1 << 32)
}

#[test]
fn nothing_is_left_of_what_a_kept_change_noted() {
    let mut memory = vec![0; 1 << 16];
    let mut tree = many(&mut memory, 20);
    let used = tree.used();
    for round in 0..1000u64 {
        let bits = round % 7;
        tree.attempt(|tree| {
            let node = find(tree, "device/5.b");
            tree.replace(node, Value::Scalar(Kind::U32, bits))?;
            tree.move_to(node, At::Start(tree.root()))?;
            tree.set_marks(node, Marks::VOLATILE)?;
            tree.move_to(node, At::Start(find(tree, "device/5")))
        })
        .unwrap();
    }
    assert_eq!(tree.used(), used);
    // What is removed and what was noted are free again.
    let high = (0..3).map(|_| {
        let one =
            tree.attempt(|tree| tree.copy_within(find(tree, "device/3"), At::End(tree.root())));
        let other = tree.attempt(|tree| tree.copy_within(one.unwrap(), At::End(tree.root())));
        let done = tree.attempt(|tree| {
            tree.remove(one.unwrap())?;
            tree.remove(other.unwrap())
        });
        done.unwrap();
        tree.used()
    });
    // Only the bytes of both copies.
    assert_eq!(high.collect::<Vec<_>>(), [used + 10, used + 20, used + 30]);
}

#[test]
fn bytes_that_were_there_are_not_overwritten_before_the_end() {
    let mut memory = vec![0; 1 << 12];
    let mut tree = many(&mut memory, 1);
    let node = find(&tree, "device/0.bytes");
    let bytes = |data| Value::Bytes(Extent::Fixed, data);
    tree.begin_change().unwrap();
    let used = tree.used();
    tree.replace(node, bytes(&[1, 2, 3])).unwrap();
    assert_eq!(tree.used(), used + Tree::NODE + 3);
    // These are new, and so is their place.
    tree.replace(node, bytes(&[4, 5])).unwrap();
    assert_eq!(tree.used(), used + Tree::NODE + 3);
    assert_eq!(tree.value(node), Ok(bytes(&[4, 5])));
    tree.undo();
    assert_eq!(tree.value(node), Ok(bytes(&[9; 5])));
    assert_eq!(tree.used(), used);
    // Without a change they are overwritten.
    tree.replace(node, bytes(&[6])).unwrap();
    assert_eq!((tree.value(node), tree.used()), (Ok(bytes(&[6])), used));
}

#[test]
fn a_change_is_in_no_other_one() {
    let mut memory = vec![0; 1 << 12];
    let mut tree = many(&mut memory, 1);
    let before = digest(&tree);
    let done = tree.attempt(|tree| {
        assert!(tree.is_changing());
        assert_eq!(tree.attempt(|_| Ok(())), Err(Code::Busy));
        tree.remove(find(tree, "device/0.a"))?;
        tree.attempt(|_| Ok(()))
    });
    assert_eq!((done, digest(&tree)), (Err(Code::Busy), before));
    // Nothing is open: nothing happens.
    tree.keep();
    tree.undo();
    assert_eq!(digest(&tree), before);
    assert_eq!(tree.attempt(|tree| tree.name(tree.root()).map(<[u8]>::len)), Ok(0));
}

/// Loads in another order than the tree's, which takes an index in free memory.
fn load_backwards(tree: &mut Tree<'_>, count: u32) -> u64 {
    let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
    let mut v = Visitor::loading(&mut decoder, &mut track);
    for instance in (0..count).rev() {
        let (mut numbers, mut bytes) = ([0; 3], [0; 5]);
        let load = |v: &mut Visitor<'_>| visit(v, &mut numbers, &mut bytes);
        v.device("device", instance, Versions::only(1), load).unwrap();
        assert_eq!((numbers, bytes), ([1, 2, 3], [9; 5]));
    }
    v.finish().unwrap();
    decoder.searched()
}

#[test]
fn loads_go_on_in_a_change_as_before() {
    let mut memory = vec![0; 1 << 16];
    let mut tree = many(&mut memory, 50);
    let (searched, told) = (load_backwards(&mut tree, 50), tell(&tree));
    tree.begin_change().unwrap();
    let device = find(&tree, "device/7");
    tree.move_to(device, At::End(tree.root())).unwrap();
    tree.move_to(device, At::After(find(&tree, "device/6"))).unwrap();
    let used = tree.used();
    assert_eq!(load_backwards(&mut tree, 50), searched);
    // A load notes what it has read, but needs no record of that.
    assert_eq!((tree.used(), tell(&tree)), (used, told.clone()));
    tree.undo();
    assert_eq!(tell(&tree), told);
    assert_eq!(load_backwards(&mut tree, 50), searched);
}

/// A tree in which each device has an item that no reader knows.
fn with_unknown(memory: &mut [u8], count: u32) -> Tree<'_> {
    let mut tree = many(memory, count);
    let devices: Vec<NodeId> = tree.children(tree.root()).unwrap().collect();
    let marks = Marks::ANCILLARY | Marks::SAFE_TO_COPY;
    for device in devices {
        tree.insert(At::End(device), b"unknown", marks, Value::Bytes(Extent::Fixed, &[1; 30]))
            .unwrap();
    }
    tree
}

#[test]
fn what_is_carried_is_merged_and_taken_back() {
    let (mut a, mut b, mut c) = (vec![0; 1 << 16], vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut tree = with_unknown(&mut a, 30);
    let mut carried = Tree::new(&mut b).unwrap();
    let (mut decoder, mut track) = (TreeDecoder::new(&mut tree), Track::new());
    let mut v = Visitor::loading(&mut decoder, &mut track);
    for instance in (0..30).rev() {
        let load = |v: &mut Visitor<'_>| visit(v, &mut [0; 3], &mut [0; 5]);
        v.device("device", instance, Versions::only(1), load).unwrap();
    }
    v.finish().unwrap();
    // Into a tree with a change, which is undone and then kept.
    let loaded = decoder.loaded();
    let empty = digest(&carried);
    tree.begin_change().unwrap();
    carried.begin_change().unwrap();
    assert_eq!(tree.carry(loaded, &mut carried), Ok(30));
    carried.undo();
    tree.undo();
    assert_eq!(digest(&carried), empty);
    assert_eq!(carried.attempt(|carried| tree.carry(loaded, carried)), Ok(30));

    // Back to devices in another order, with all room and with less and less.
    let whole = digest(&tree);
    let least = {
        let mut saved = many(&mut c, 30);
        reverse(&mut saved);
        saved.high_water()
    };
    let mut merged = 0;
    for capacity in (least..least + 12000).step_by(97) {
        let mut memory = vec![0; capacity];
        let mut saved = many(&mut memory, 30);
        reverse(&mut saved);
        let (root, told) = (saved.root(), tell(&saved));
        saved.begin_change().unwrap();
        match saved.merge(root, &carried) {
            Ok(done) => {
                assert_eq!((done.placed, done.lost), (30, 0));
                merged += 1;
                let mut memory = vec![0; 1 << 16];
                let mut twin = many(&mut memory, 30);
                reverse(&mut twin);
                twin.merge(root, &carried).unwrap();
                assert_eq!(digest(&saved), digest(&twin));
            }
            Err(code) => assert_eq!((code, tell(&saved)), (Code::NoSpace, told.clone())),
        }
        saved.undo();
        assert_eq!(tell(&saved), told);
    }
    assert!(merged > 10 && merged < 120, "{merged}");
    assert_eq!(digest(&tree), whole);
}

fn reverse(tree: &mut Tree<'_>) {
    let devices: Vec<NodeId> = tree.children(tree.root()).unwrap().collect();
    devices.into_iter().for_each(|device| tree.move_to(device, At::Start(tree.root())).unwrap());
}

#[test]
fn a_tree_that_is_changing_is_compacted_as_it_is() {
    let (mut a, mut b) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut tree = many(&mut a, 5);
    tree.begin_change().unwrap();
    tree.remove(find(&tree, "device/3")).unwrap();
    let mut compact = Tree::new(&mut b).unwrap();
    compact.attempt(|compact| tree.compact_into(compact)).unwrap();
    assert_eq!(digest(&compact), digest(&tree));
    assert_eq!(compact.children(compact.root()).unwrap().count(), 4);
    tree.undo();
    assert_ne!(digest(&compact), digest(&tree));
}

#[test]
fn copies_within_a_tree() {
    let mut memory = vec![0; 1 << 13];
    let mut tree = many(&mut memory, 2);
    let (root, device) = (tree.root(), find(&tree, "device/1"));
    for place in [At::End(device), At::Start(find(&tree, "device/1.a")), At::Before(root)] {
        assert_eq!(tree.copy_within(device, place), Err(Code::InvalidArgument));
    }
    assert_eq!(tree.copy_within(root, At::End(device)), Err(Code::InvalidArgument));
    let (used, names) = (tree.used(), tree.name(device).unwrap().as_ptr());
    let copy = tree.copy_within(device, At::Before(device)).unwrap();
    assert_eq!(tree.used(), used + 5 * Tree::NODE + 5);
    assert_eq!(tree.name(copy).unwrap().as_ptr(), names);
    assert_eq!(tree.next_sibling(copy), Ok(Some(device)));
    // Each has bytes of its own.
    let of_copy = tree.child_by_name(copy, b"bytes", 0).unwrap().unwrap();
    tree.replace(of_copy, Value::Bytes(Extent::Fixed, &[1; 5])).unwrap();
    let of_device = tree.child_by_name(device, b"bytes", 0).unwrap().unwrap();
    assert_eq!(tree.value(of_device), Ok(Value::Bytes(Extent::Fixed, &[9; 5])));
    assert_eq!(tree.value(of_copy), Ok(Value::Bytes(Extent::Fixed, &[1; 5])));
    tree.remove(copy).unwrap();
    let mut moved = 0;
    let within = tree.copy_within(device, At::Start(root)).unwrap();
    tree.diff(device, &tree, within, &mut |_| moved += 1).unwrap();
    assert_eq!(moved, 0);

    // Scopes nest as deep as they may; removed nodes are used for copies.
    let mut open = root;
    for _ in 0..migcore::error::MAX_DEPTH {
        open = tree.insert(At::Start(open), b"deep", Marks::NONE, Value::Struct(None)).unwrap();
    }
    assert_eq!(tree.copy_within(device, At::End(open)), Err(Code::TooDeep));
    let small = tree.high_water();
    let mut memory = vec![0; small];
    let mut full = Tree::new(&mut memory).unwrap();
    tree.compact_into(&mut full).unwrap();
    let device = find(&full, "device/0");
    while let Ok(copy) = full.copy_within(device, At::End(full.root())) {
        assert_eq!(full.first_child(copy).map(|child| child.is_some()), Ok(true));
    }
    assert_eq!(full.copy_within(device, At::End(full.root())), Err(Code::NoSpace));
    assert!(full.fault().expected > full.fault().found);
}
