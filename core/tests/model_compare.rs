//! Trees compared: by digest, by difference, by eye.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::model::{At, Builder, Change, Difference, DigestOptions, NodeId, Tree, Value};
use migcore::visit::{
    Description, Extent, Kind, Marks, Scope, ScopeKind, Versions, Visiting, Visitor,
};
use migcore::Result;
use proptest::prelude::*;

fn visit(v: &mut Visitor<'_>) -> Result<()> {
    let versions = Versions { current: 2, minimum: 1 };
    v.device("nic", 0, versions, |v| {
        v.bytes("mac", &mut [0x52, 0x54, 0, 0x12, 0x34, 0x56])?;
        v.array("regs", &mut [1u32, 2, 0x8000_0000])?;
        v.list("rings", 2, |v, index| {
            v.visit("head", &mut (3 + index as u16))?;
            v.visit("tail", &mut -5i16)
        })?;
        v.versioned("timer", Description { name: b"ptimer", versions }, |v| {
            v.mark(Marks::VOLATILE)?;
            v.visit("clock", &mut 123_456u64)
        })?;
        v.optional("irq", &mut Some(9u8), |v, line| v.visit("line", line))?;
        v.mark(Marks::SECRET)?;
        v.structure("key", |v| v.varbytes("bytes", &mut [7; 4], &mut 4))?;
        v.text("label", &mut heapless::String::<20>::try_from("left\"\n").unwrap())?;
        v.absent("next")?;
        v.put_raw(b"one")?;
        v.put_raw(b"two")?;
        v.mark(Marks::ANCILLARY | Marks::SAFE_TO_COPY)?;
        v.begin(&"nic/more", Scope::Subsection { version: 3 })?;
        v.visit("ratio", &mut 1.0f32)?;
        v.visit("on", &mut true)?;
        v.end(ScopeKind::Subsection)
    })
}

fn tree(memory: &mut [u8]) -> Tree<'_> {
    let mut tree = Tree::new(memory).unwrap();
    visit(&mut Visiting::new(Builder::new(&mut tree)).saver()).unwrap();
    tree
}

fn digest(tree: &Tree<'_>, without_volatile: bool) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions { without_volatile }).unwrap()
}

fn differences(left: &Tree<'_>, right: &Tree<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    left.diff(left.root(), right, right.root(), &mut |difference| found.push(difference)).unwrap();
    found
}

fn lines(left: &Tree<'_>, right: &Tree<'_>) -> Vec<String> {
    let line = |difference: &Difference| {
        let mut text = Vec::new();
        difference.put(left, right, &mut |part| text.extend_from_slice(part)).unwrap();
        String::from_utf8(text).unwrap()
    };
    differences(left, right).iter().map(line).collect()
}

fn all(tree: &Tree<'_>) -> Vec<NodeId> {
    let mut nodes = vec![tree.root()];
    let mut at = 0;
    while at < nodes.len() {
        nodes.extend(tree.children(nodes[at]).unwrap());
        at += 1;
    }
    nodes
}

/// What one edit makes of the difference.
fn after(edit: impl FnOnce(&mut Tree<'_>, NodeId)) -> Vec<String> {
    let (mut a, mut b) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    let (left, mut right) = (tree(&mut a), tree(&mut b));
    let device = right.find(right.root(), b"nic/0").unwrap();
    assert_eq!(lines(&left, &right), [""; 0]);
    edit(&mut right, device);
    lines(&left, &right)
}

#[test]
fn each_single_change_is_found_and_changes_the_digest() {
    let (mut a, mut b) = (vec![0; 1 << 14], vec![1; 1 << 14]);
    let (left, pristine) = (tree(&mut a), tree(&mut b));
    assert_eq!(digest(&left, false), digest(&pristine, false));
    assert_eq!(differences(&left, &left), []);
    for number in 1..all(&left).len() {
        let mut memory = vec![0; 1 << 14];
        let mut right = Tree::new(&mut memory).unwrap();
        pristine.compact_into(&mut right).unwrap();
        let check = |right: &Tree<'_>, change: &[Change], digests: bool| {
            let found: Vec<Change> = differences(&left, right).iter().map(|d| d.change).collect();
            assert_eq!(found, change, "node {number}");
            assert_eq!(digest(&left, false) != digest(right, false), digests, "node {number}");
        };
        let node = all(&right)[number];
        let (value, marks) = (left.value(all(&left)[number]).unwrap(), right.marks(node).unwrap());
        if let Some((value, change)) = changed(value) {
            right.replace(node, value).unwrap();
            check(&right, &[change], true);
            right.replace(node, left.value(all(&left)[number]).unwrap()).unwrap();
            check(&right, &[], false);
        }
        if !matches!(value, Value::Element | Value::Raw(_)) {
            right.set_marks(node, Marks::OPAQUE).unwrap();
            check(&right, &[Change::Marks], false);
            right.set_marks(node, marks).unwrap();
            let name = right.name(node).unwrap().to_vec();
            right.rename(node, b"other").unwrap();
            check(&right, &[Change::Removed, Change::Added], true);
            right.rename(node, &name).unwrap();
        }
        check(&right, &[], false);
        if let Some(next) = right.next_sibling(node).unwrap() {
            let raws = |id| matches!(right.value(id), Ok(Value::Raw(_)));
            let elements = matches!(value, Value::Element);
            if !elements && !raws(node) && !raws(next) {
                right.move_to(node, At::After(next)).unwrap();
                check(&right, &[Change::Moved], true);
                right.move_to(node, At::Before(next)).unwrap();
            }
        }
        let lists = matches!(value, Value::Element);
        right.remove(node).unwrap();
        let found = differences(&left, &right);
        let raw = matches!(value, Value::Raw(_));
        let expected = if raw { Change::Value } else { Change::Removed };
        assert!(found.iter().any(|d| d.change == expected) && (lists || found.len() == 1));
        assert_ne!(digest(&left, false), digest(&right, false));
    }
}

/// Another value, as close as can be.
fn changed(value: Value<'_>) -> Option<(Value<'_>, Change)> {
    let versions = Versions { current: 3, minimum: 1 };
    Some(match value {
        Value::Scalar(Kind::Bool, bits) => (Value::Scalar(Kind::Bool, bits ^ 1), Change::Value),
        Value::Scalar(Kind::U16, bits) => (Value::Scalar(Kind::I16, bits), Change::Type),
        Value::Scalar(kind, bits) => (Value::Scalar(kind, bits ^ 2), Change::Value),
        Value::Array(kind, _, bytes) => (Value::Array(kind, Extent::Variable, bytes), Change::Type),
        Value::Bytes(Extent::Fixed, bytes) => {
            (Value::Bytes(Extent::Fixed, &bytes[1..]), Change::Value)
        }
        Value::Bytes(extent, _) => (Value::Bytes(extent, &[7, 7, 7, 8]), Change::Value),
        Value::Text(text) => (Value::Text(&text[1..]), Change::Value),
        Value::Absent => (Value::Struct(None), Change::Type),
        Value::Raw(bytes) => (Value::Raw(&bytes[1..]), Change::Value),
        Value::Device { oldest_reader, .. } => {
            (Value::Device { instance: 0, versions, oldest_reader }, Change::Value)
        }
        Value::Struct(None) => {
            (Value::Struct(Some(Description { name: b"", versions })), Change::Type)
        }
        Value::Struct(Some(_)) => {
            (Value::Struct(Some(Description { name: b"other", versions })), Change::Value)
        }
        Value::List { .. } => (Value::List { extent: Extent::Variable }, Change::Type),
        Value::Subsection { .. } => (Value::Subsection { version: 4 }, Change::Value),
        Value::Root | Value::Element | Value::Optional { .. } => return None,
    })
}

#[test]
fn differences_say_where_and_what() {
    let set = |path: &'static [u8], value: Value<'static>| {
        after(|tree, device| {
            let node = tree.find(device, path).unwrap();
            tree.replace(node, value).unwrap();
        })
    };
    let found = set(b"rings[1].head", Value::Scalar(Kind::U16, 20));
    assert_eq!(found, ["changed nic/0.rings[1].head: u16 = 4 -> u16 = 20 (0x0014)"]);
    let found = set(b"rings[0].tail", Value::Scalar(Kind::I32, 1));
    assert_eq!(found, ["other type nic/0.rings[0].tail: i16 = -5 -> i32 = 1"]);
    let found = set(b"timer.clock", Value::Scalar(Kind::U64, 5));
    assert_eq!(
        found,
        ["changed nic/0.timer.clock (volatile): u64 = 123456 (0x000000000001e240) -> u64 = 5"]
    );
    let found = set(b"key.bytes", Value::Bytes(Extent::Variable, b"\x07\x07"));
    assert_eq!(found, ["changed nic/0.key.bytes: differs (secret)"]);
    let found = set(b"key.bytes", Value::Bytes(Extent::Fixed, b"\x07\x07"));
    assert_eq!(found, ["other type nic/0.key.bytes: bytes[*4] = (secret) -> bytes[2] = (secret)"]);
    let found = after(|tree, device| {
        tree.insert(At::Start(device), b"x", Marks::SECRET, Value::Scalar(Kind::U8, 1)).unwrap();
        let irq = tree.find(device, b"irq").unwrap();
        tree.set_marks(irq, Marks::VOLATILE).unwrap();
        tree.remove(tree.find(irq, b"line").unwrap()).unwrap();
        tree.replace(irq, Value::Optional { present: false }).unwrap();
    });
    assert_eq!(
        found,
        [
            "added nic/0.x: u8 = (secret)",
            "other marks nic/0.irq (volatile): {} -> {volatile}",
            "changed nic/0.irq (volatile): optional, there -> optional, not there",
            "removed nic/0.irq.line (volatile): u8 = 9",
        ]
        .map(String::from)
    );
}

#[test]
fn equal_names_are_paired_in_their_order() {
    let build = |tree: &mut Tree<'_>, names: &[u8]| {
        let root = tree.root();
        for (at, name) in names.iter().enumerate() {
            let value = Value::Scalar(Kind::U8, at as u64);
            tree.insert(At::End(root), &[*name], Marks::NONE, value).unwrap();
        }
    };
    for (left, right, expected) in [
        (&b"axbxc"[..], &b"axc"[..], &[Change::Value, Change::Removed, Change::Removed][..]),
        (b"kk", b"k", &[Change::Removed]),
        (b"xk", b"kxk", &[Change::Value, Change::Value, Change::Added]),
        (b"ab", b"ba", &[Change::Value, Change::Moved, Change::Value]),
        (b"", b"z", &[Change::Added]),
    ] {
        let (mut a, mut b) = (vec![0; 4096], vec![0; 4096]);
        let mut trees = [Tree::new(&mut a).unwrap(), Tree::new(&mut b).unwrap()];
        build(&mut trees[0], left);
        build(&mut trees[1], right);
        let mut found: Vec<Change> =
            differences(&trees[0], &trees[1]).iter().map(|d| d.change).collect();
        let mut expected = expected.to_vec();
        found.sort_by_key(|change| *change as u8);
        expected.sort_by_key(|change| *change as u8);
        assert_eq!(found, expected, "{left:?} {right:?}");
    }
}

#[test]
fn raw_bytes_count_without_their_cuts() {
    let (mut a, mut b) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    let (left, mut right) = (tree(&mut a), tree(&mut b));
    let device = right.find(right.root(), b"nic/0").unwrap();
    let raws: Vec<NodeId> = right
        .children(device)
        .unwrap()
        .filter(|id| matches!(right.value(*id), Ok(Value::Raw(_))))
        .collect();
    right.replace(raws[0], Value::Raw(b"onetw")).unwrap();
    right.replace(raws[1], Value::Raw(b"o")).unwrap();
    right.insert(At::After(raws[1]), b"", Marks::NONE, Value::Raw(b"")).unwrap();
    assert_eq!(lines(&left, &right), [""; 0]);
    assert_eq!(digest(&left, false), digest(&right, false));
}

#[test]
fn volatile_values_are_left_out_when_asked() {
    let (mut a, mut b) = (vec![0; 1 << 14], vec![0; 1 << 14]);
    let (left, mut right) = (tree(&mut a), tree(&mut b));
    let clock = right.find(right.root(), b"nic/0.timer.clock").unwrap();
    right.replace(clock, Value::Scalar(Kind::U64, 0)).unwrap();
    assert_ne!(digest(&left, false), digest(&right, false));
    assert_eq!(digest(&left, true), digest(&right, true));
    assert_ne!(digest(&left, false), digest(&left, true));
}

#[test]
fn the_digest_is_that_of_the_written_form() {
    let mut memory = vec![0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let mut v = visiting.saver();
    v.device("d", 1, Versions { current: 2, minimum: 1 }, |v| {
        v.visit("s", &mut 0x0102u16)?;
        v.varray("a", &mut [0x0304_0506u32], &mut 1)?;
        v.put_raw(b"r")
    })
    .unwrap();
    let form = b"\x01\x02\x01d\0\0\0\x01\0\0\0\x02\
        \x10\x01s\x03\x01\x02\
        \x11\x01a\x04\x01\0\0\0\0\0\0\0\x01\x03\x04\x05\x06\
        \x15\0\0\0\0\0\0\0\x01r\
        \0\0";
    use sha2::Digest;
    assert_eq!(digest(&tree, false)[..], sha2::Sha256::digest(form)[..]);
}

#[test]
fn a_tree_prints_one_item_a_line() {
    let mut memory = vec![0; 1 << 14];
    let tree = tree(&mut memory);
    let mut text = Vec::new();
    let device = tree.find(tree.root(), b"nic/0").unwrap();
    tree.print(device, &mut |part| text.extend_from_slice(part)).unwrap();
    let expected = r#"nic/0: device, version 2
  mac: bytes[6] = 52 54 00 12 34 56
  regs: u32[3] = 1 2 2147483648
  rings: list[2]
    [0]
      head: u16 = 3
      tail: i16 = -5
    [1]
      head: u16 = 4
      tail: i16 = -5
  timer: struct ptimer, version 2
    clock: u64 = 123456 (0x000000000001e240) {volatile}
  irq: optional, there
    line: u8 = 9
  key: struct {secret}
    bytes: bytes[*4] = (secret)
  label: text = "left"?"
  next: null
  raw[3] = 6f 6e 65
  raw[3] = 74 77 6f
  nic/more: subsection, version 3 {ancillary, safe to copy}
    ratio: f32 = 0x3f800000
    on: bool = true
"#;
    assert_eq!(String::from_utf8(text).unwrap(), expected);
}

/// Adds items; of each, how far up from the last one, and what.
fn grow(tree: &mut Tree<'_>, items: &[(u8, u8)]) {
    let mut last = tree.root();
    for (up, what) in items {
        for _ in 0..*up {
            last = tree.parent(last).unwrap().unwrap_or(last);
        }
        let (name, number) = (["a", "b"][usize::from(what & 1)], u32::from(what >> 1 & 1));
        let versions = Versions::only(1);
        let value = match what >> 2 {
            0 => Value::Device { instance: number, versions, oldest_reader: 1 },
            1 => Value::List { extent: Extent::Variable },
            2 => Value::Element,
            3 => Value::Struct(None),
            4 => Value::Subsection { version: 1 },
            5 => Value::Raw(b"raw"),
            _ => Value::Scalar(Kind::U8, number.into()),
        };
        let nameless = matches!(value, Value::Element | Value::Raw(_));
        let name = if nameless { "" } else { name };
        // What cannot stand there is left out.
        if let Ok(node) = tree.insert(At::End(last), name.as_bytes(), Marks::NONE, value) {
            if matches!(tree.value(node), Ok(value) if value.scope_kind().is_some()) {
                last = node;
            }
        }
    }
}

fn items() -> impl Strategy<Value = Vec<(u8, u8)>> {
    proptest::collection::vec((0..3u8, 0..28u8), 0..40)
}

proptest! {
    #[test]
    fn an_index_finds_what_a_search_from_one_end_to_the_other_does(
        (one, other) in (items(), items()),
        room in 0..40 * Tree::INDEX_ENTRY,
    ) {
        let (mut a, mut b) = (vec![0; 1 << 14], vec![0; 1 << 14]);
        let (mut left, mut right) = (Tree::new(&mut a).unwrap(), Tree::new(&mut b).unwrap());
        grow(&mut left, &one);
        grow(&mut right, &other);
        let expected = differences(&left, &right);
        for room in [room, 40 * Tree::INDEX_ENTRY] {
            let (mut memory, mut found) = (vec![0xa5; room], Vec::new());
            let mut report = |difference| found.push(difference);
            left.diff_with(left.root(), &right, right.root(), &mut memory, &mut report).unwrap();
            prop_assert_eq!(&found, &expected);
        }
    }
}
