//! A value that is changed in the chunks of a QEMU stream changes the bytes of that field, and no other.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;
mod support;

use std::ops::Range;

use migcore::model::{Builder, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind};
use migcore_cli::chunks;

use streams::{one, Stream};
use support::{input, saved, Place};

/// A value of a described section, as the tree of the chunks and `inspect` have it.
#[derive(Clone, Debug)]
struct Leaf {
    node: NodeId,
    name: String,
    /// The scopes around it, outermost first.
    inside: Vec<&'static str>,
    /// Where `inspect` says that it is.
    offset: usize,
}

/// A stream as files, and its values.
struct Case {
    place: Place,
    stream: Stream,
    chunks: Vec<u8>,
    leaves: Vec<Leaf>,
}

impl Case {
    fn new(name: &str) -> Self {
        let (place, stream) = (Place::new(), one(name));
        place.put("stream", &stream.bytes);
        let description = stream.vmdesc.as_ref().map(|text| place.put("vmdesc", text));
        let options = &["--vmdesc", "vmdesc"][..if description.is_some() { 2 } else { 0 }];
        let convert = ["convert", "stream", "-o", "chunks", "--to", "chunk"];
        assert_eq!(place.run(&[&convert[..], options].concat()).code, Some(0), "{name}");
        let shown = place.run(&[&["inspect", "--json", "stream"], options].concat()).json();
        let chunks = place.get("chunks");
        let mut leaves = with_tree(&chunks, |tree| {
            let mut leaves = vec![];
            collect(tree, tree.root(), &mut vec![], &mut leaves);
            leaves
        });
        let mut places = vec![];
        offsets(&shown, &mut places);
        assert_eq!(leaves.len(), places.len(), "{name}");
        for (leaf, (name, offset)) in leaves.iter_mut().zip(places) {
            assert_eq!(leaf.name, name);
            leaf.offset = offset;
        }
        Case { place, stream, chunks, leaves }
    }

    /// The chunks, with another value of one leaf, and which bytes of the stream that changes.
    fn edited(&self, leaf: &Leaf) -> Option<(Vec<u8>, Range<usize>)> {
        tree_of(&self.chunks, |tree| {
            let mut elements = match tree.value(leaf.node).unwrap() {
                Value::Array(_, _, elements) | Value::Bytes(_, elements) => elements.to_vec(),
                _ => vec![],
            };
            let (new, part) = changed(&tree.value(leaf.node).unwrap(), &mut elements)?;
            tree.replace(leaf.node, new).unwrap();
            let chunks = saved(|v| tree.replay(tree.root(), v));
            Some((chunks, leaf.offset + part.start..leaf.offset + part.end))
        })
    }

    /// Changes a value, goes back through the program and compares.
    fn is_the_only_change(&self, leaf: &Leaf) -> bool {
        let Some((chunks, range)) = self.edited(leaf) else { return false };
        self.place.put("edited", &chunks);
        let command = ["convert", "edited", "-o", "back", "--to", "qemu", "--force"];
        let ran = self.place.run(&command);
        assert_eq!(ran.code, Some(0), "{}: {leaf:?}: {ran:?}", self.stream.name);
        self.compare(&self.place.get("back"), leaf, range);
        true
    }

    /// All bytes of the range are others, and none outside of it.
    fn compare(&self, back: &[u8], leaf: &Leaf, range: Range<usize>) {
        let stream = &self.stream.bytes;
        assert_eq!(back.len(), stream.len(), "{}: {leaf:?}", self.stream.name);
        let context = format!("{}: {leaf:?}: bytes {range:?}", self.stream.name);
        assert!(stream[..range.start] == back[..range.start], "{context}: one before");
        assert!(stream[range.end..] == back[range.end..], "{context}: one behind");
        let mut pairs = stream[range.clone()].iter().zip(&back[range]);
        assert!(pairs.all(|(old, new)| old != new), "{context}: one of them");
    }
}

/// The other value, and where the bytes are that differ. All bits of a number are turned over; of an array and a
/// buffer, those of the element in the middle.
fn changed<'a>(value: &Value<'_>, elements: &'a mut [u8]) -> Option<(Value<'a>, Range<usize>)> {
    let width = |kind: Kind| kind.width().bytes();
    let turned = |kind: Kind| if kind == Kind::Bool { 1 } else { 0xff };
    match *value {
        Value::Scalar(Kind::Bool, bits) => Some((Value::Scalar(Kind::Bool, bits ^ 1), 0..1)),
        Value::Scalar(kind, bits) => {
            let mask = u64::MAX >> (64 - 8 * width(kind));
            Some((Value::Scalar(kind, bits ^ mask), 0..width(kind)))
        }
        Value::Array(kind, extent, _) if !elements.is_empty() => {
            assert_eq!(extent, Extent::Fixed);
            let start = elements.len() / width(kind) / 2 * width(kind);
            let range = start..start + width(kind);
            elements[range.clone()].iter_mut().for_each(|byte| *byte ^= turned(kind));
            Some((Value::Array(kind, extent, elements), range))
        }
        Value::Bytes(extent, _) if !elements.is_empty() => {
            assert_eq!(extent, Extent::Fixed);
            let start = elements.len() / 2;
            elements[start] ^= 0xff;
            Some((Value::Bytes(extent, elements), start..start + 1))
        }
        _ => None,
    }
}

fn tree_of<R>(chunks: &[u8], look: impl FnOnce(&mut Tree<'_>) -> R) -> R {
    let mut memory = vec![0; 64 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    chunks::replay(&input(chunks), &mut Builder::new(&mut tree)).unwrap();
    look(&mut tree)
}

fn with_tree<R>(chunks: &[u8], look: impl FnOnce(&Tree<'_>) -> R) -> R {
    tree_of(chunks, |tree| look(tree))
}

/// The values of sections, that is of devices inside of the device that is the stream.
fn collect(tree: &Tree<'_>, node: NodeId, inside: &mut Vec<&'static str>, out: &mut Vec<Leaf>) {
    for child in tree.children(node).unwrap() {
        let value = tree.value(child).unwrap();
        let scope = match value {
            Value::Device { .. } => "device",
            Value::Struct(_) => "struct",
            Value::List { .. } => "list",
            Value::Element => "element",
            Value::Optional { .. } => "optional",
            Value::Subsection { .. } => "subsection",
            Value::Raw(_) => continue,
            _ => {
                if inside.iter().filter(|scope| **scope == "device").count() > 1 {
                    let name = String::from_utf8(tree.name(child).unwrap().to_vec()).unwrap();
                    out.push(Leaf { node: child, name, inside: inside.clone(), offset: 0 });
                }
                continue;
            }
        };
        inside.push(scope);
        collect(tree, child, inside, out);
        inside.pop();
    }
}

/// Names and offsets of the values in described sections, in the order in which they are shown.
fn offsets(shown: &serde_json::Value, out: &mut Vec<(String, usize)>) {
    if let Some(items) = shown.as_array() {
        items.iter().for_each(|item| offsets(item, out));
        return;
    }
    let is_section = shown["group"] == "section";
    if is_section && shown["payload"] == "described" {
        leaves(&shown["fields"], out);
    } else if !is_section {
        ["items", "fields"].iter().for_each(|key| match &shown[*key] {
            serde_json::Value::Null => {}
            inside => offsets(inside, out),
        });
    }
}

fn leaves(shown: &serde_json::Value, out: &mut Vec<(String, usize)>) {
    for item in shown.as_array().unwrap() {
        match (&item["fields"], &item["elements"]) {
            (serde_json::Value::Null, serde_json::Value::Null) => {
                let name = item["name"].as_str().unwrap_or_default().to_owned();
                out.push((name, item["offset"].as_u64().unwrap() as usize));
            }
            (fields, serde_json::Value::Null) => leaves(fields, out),
            (_, elements) => leaves(elements, out),
        }
    }
}

#[test]
fn each_scalar_of_a_stream_is_its_own_bytes() {
    let case = Case::new("microvm-7.2.dev");
    let mut covered = vec![false; case.stream.bytes.len()];
    let mut edits = 0;
    for leaf in &case.leaves {
        let Some((chunks, range)) = case.edited(leaf) else { continue };
        case.compare(&legacy(&chunks), leaf, range.clone());
        for at in range {
            assert!(!covered[at], "byte {at} belongs to two fields");
            covered[at] = true;
        }
        edits += 1;
    }
    println!("{edits} values of {}", case.leaves.len());
    assert!(edits >= 250, "{edits}");
}

/// The stream of QEMU that chunks become.
fn legacy(chunks: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 1 << 20];
    let writer = migcore::io::SliceWriter::new(&mut out);
    let kernels = migcore::io::Portable;
    let mut encoder = migcore::codec::legacy::SectionEncoder::new(writer, kernels);
    chunks::replay(&input(chunks), &mut encoder).unwrap();
    let length = migcore::visit::Encoder::position(&encoder) as usize;
    out.truncate(length);
    out
}

/// Of each sort of value the first and the last.
fn chosen(case: &Case) -> Vec<Leaf> {
    let mut chosen: Vec<Leaf> = vec![];
    let (sorts, leaves) = (sorts(case), &case.leaves);
    let mut seen = std::collections::HashMap::<_, Vec<usize>>::new();
    for (index, sort) in sorts.into_iter().enumerate() {
        seen.entry(sort).or_default().push(index);
    }
    for (_, indexes) in seen {
        let picks = [0, indexes.len() - 1].map(|pick| indexes[pick]);
        chosen.extend(picks.iter().map(|index| leaves[*index].clone()));
    }
    chosen.extend([leaves[0].clone(), leaves[leaves.len() - 1].clone()]);
    chosen.sort_by_key(|leaf| leaf.offset);
    chosen.dedup_by_key(|leaf| leaf.offset);
    chosen
}

/// What kind of value each leaf is, and in what it lies.
fn sorts(case: &Case) -> Vec<(&'static str, [bool; 3])> {
    with_tree(&case.chunks, |tree| {
        let each = |leaf: &Leaf| {
            let kind = match tree.value(leaf.node).unwrap() {
                Value::Scalar(kind, _) => kind.text(),
                Value::Array(..) => "array",
                Value::Bytes(..) => "bytes",
                _ => "other",
            };
            let scopes = ["subsection", "list", "struct"];
            (kind, scopes.map(|scope| leaf.inside[2..].contains(&scope)))
        };
        case.leaves.iter().map(each).collect()
    })
}

#[test]
fn a_value_of_each_sort_is_its_own_bytes() {
    let mut sorts_seen = std::collections::BTreeSet::new();
    for name in [
        "arm-virt-7.2-a15.dev",
        "i440fx-2.0-net-blk.dev",
        "i440fx-5.2-usb.dev",
        "i440fx-7.2-ipmi-tpm.dev",
        "i440fx-7.2-audio.dev",
        "linux-q35-7.2.dev",
        "m68k-virt-7.2.dev",
        "microvm-7.2.mig",
        "mips-malta.dev",
        "mips-malta.mig",
        "q10-i440fx-10.0.dev",
        "s390-7.2.mig",
        "riscv64-virt.dev",
        "vexpress-a9.dev",
    ] {
        let case = Case::new(name);
        let done = chosen(&case).iter().filter(|leaf| case.is_the_only_change(leaf)).count();
        println!("{name}: {done} values of {}", case.leaves.len());
        assert!(done >= 5, "{name}: {done}");
        sorts_seen.extend(sorts(&case));
    }
    let kinds = ["bool", "u8", "u16", "u32", "u64", "i32", "i64", "array", "bytes"];
    for kind in kinds {
        assert!(sorts_seen.iter().any(|(seen, _)| *seen == kind), "{kind}: {sorts_seen:?}");
    }
    for inside in 0..3 {
        assert!(sorts_seen.iter().any(|(_, scopes)| scopes[inside]), "{sorts_seen:?}");
    }
}
