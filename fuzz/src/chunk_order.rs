//! A device that knows a state and asks for all of it, in an order and with types that the input chooses: it
//! gets what was saved, out of a stream with an index and out of a tree; without an index, or from a source
//! that is read once, it gets that or is told that it needs one.

use super::input::Input;
use super::reading::Pieces;
use super::state::{save, with_type, MOST};
use migcore::codec::chunk::{
    ChunkDecoder, ChunkEncoder, IndexEntry, Limits, Settings, SliceStore, Store, StreamStore,
};
use migcore::io::{Portable, SliceWriter, StreamReader};
use migcore::model::{Builder, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{
    widen, Extent, Kind, Marks, Scalar, Scope, ScopeKind, Slots, SubsectionName, Track, Versions,
    Visiting, Visitor,
};
use migcore::{Code, Result};

/// Room for streams, and for trees.
const ROOM: usize = 1 << 16;

/// Room in an index for the items of all scopes that are open, and their ends.
const INDEX: usize = MOST + 16;

/// The first bytes choose the order, the rest is the state.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let length = usize::from(input.byte());
    let order = Input::new(input.bytes(length));
    let scratch = 256 + 32 * input.below(200);
    let (mut memory, mut room) = (vec![0; ROOM], vec![0; ROOM]);
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    if save(&mut input.clone(), &mut visiting.saver()).is_err() {
        return;
    }
    let bytes = stream(&mut input, scratch);
    let asking = |v: &mut Visitor<'_>| ask(v, &tree, &mut order.clone());

    let mut index = vec![IndexEntry::default(); INDEX];
    let slice = || SliceStore::new(&bytes, Limits::default(), Portable);
    assert_eq!(load(slice(), &mut index, asking), Ok(()));
    let mut copy = Tree::new(&mut room).unwrap();
    tree.compact_into(&mut copy).unwrap();
    let (mut decoder, mut track) = (TreeDecoder::new(&mut copy), Track::new());
    assert_eq!(asking(&mut Visitor::loading(&mut decoder, &mut track)), Ok(()));

    assert!(matches!(load(slice(), &mut [], asking), Ok(()) | Err(Code::NeedsIndex)));
    let (mut memory, mut buffer) = (vec![0; scratch], [0; 16]);
    let reader = StreamReader::new(Pieces { bytes: &bytes, step: 9 }, &mut buffer);
    let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
    assert!(matches!(load(store, &mut index, asking), Ok(()) | Err(Code::NeedsIndex)));
}

fn stream(input: &mut Input<'_>, scratch: usize) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; ROOM], vec![0; scratch]);
    let (writer, settings) = (SliceWriter::new(&mut memory), Settings::default());
    let encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch).unwrap();
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    save(input, &mut v).and_then(|_| v.finish()).unwrap();
    let length = v.position() as usize;
    memory.truncate(length);
    memory
}

fn load(
    store: impl Store,
    index: &mut [IndexEntry],
    asking: impl Fn(&mut Visitor<'_>) -> Result<()>,
) -> Result<()> {
    let (mut decoder, mut track) = (ChunkDecoder::with_index(store, index), Track::new());
    asking(&mut Visitor::loading(&mut decoder, &mut track))
}

fn ask(v: &mut Visitor<'_>, tree: &Tree<'_>, order: &mut Input<'_>) -> Result<()> {
    for device in tree.children(tree.root()).unwrap() {
        // What is no device is a chunk of an unknown type, which a visit of devices does not see.
        if matches!(tree.value(device).unwrap(), Value::Device { .. }) {
            item(v, tree, device, order)?;
        }
    }
    v.finish()
}

/// Asks for what is in a scope. Subsections come last, in their order; next to raw bytes all do.
fn inside(
    v: &mut Visitor<'_>,
    tree: &Tree<'_>,
    scope: NodeId,
    order: &mut Input<'_>,
) -> Result<()> {
    let children: Vec<NodeId> = tree.children(scope).unwrap().collect();
    let value = |node: &NodeId| tree.value(*node).unwrap();
    let is_part = |node: &NodeId| matches!(value(node), Value::Subsection { .. });
    if children.iter().any(|node| matches!(value(node), Value::Raw(_) | Value::Element)) {
        return in_order(v, tree, &children, order);
    }
    let (parts, mut left): (Vec<NodeId>, Vec<NodeId>) = children.iter().partition(|at| is_part(at));
    while !left.is_empty() {
        if order.once_in(8) {
            same(v.has(&"nowhere")?, false)?;
        }
        let wanted = left[order.below(left.len().min(256))];
        let same = |node: &NodeId| key(tree, *node) == key(tree, wanted);
        let first = left.iter().position(same).unwrap();
        let node = left.remove(first);
        let alone = !left.iter().any(|other| key(tree, *other) == key(tree, node));
        let ancillary = tree.marks(node).unwrap().contains(Marks::ANCILLARY);
        if !(alone && ancillary && order.once_in(3)) {
            item(v, tree, node, order)?;
        }
    }
    parts.into_iter().try_for_each(|part| item(v, tree, part, order))
}

fn in_order(
    v: &mut Visitor<'_>,
    tree: &Tree<'_>,
    children: &[NodeId],
    order: &mut Input<'_>,
) -> Result<()> {
    children.iter().try_for_each(|node| item(v, tree, *node, order))
}

/// What an item is found by.
fn key<'t>(tree: &'t Tree<'_>, node: NodeId) -> (&'t [u8], Option<u32>) {
    let instance = match tree.value(node).unwrap() {
        Value::Device { instance, .. } => Some(instance),
        _ => None,
    };
    (tree.name(node).unwrap(), instance)
}

fn item(v: &mut Visitor<'_>, tree: &Tree<'_>, node: NodeId, order: &mut Input<'_>) -> Result<()> {
    let name = &tree.name(node).unwrap();
    match tree.value(node).unwrap() {
        Value::Scalar(kind, bits) => {
            let wider = order.kind();
            let (kind, bits) = widen(kind, wider, bits).map_or((kind, bits), |bits| (wider, bits));
            with_type!(kind, scalar(v, name, bits))
        }
        Value::Array(kind, extent, elements) => {
            let mut found = vec![0; elements.len()];
            v.load_array(name, kind, extent, Slots::Bytes(&mut found))?;
            same(&found[..], elements)
        }
        Value::Bytes(extent, data) => {
            let mut found = vec![0; data.len()];
            v.load_bytes(name, extent, &mut found)?;
            same(&found[..], data)
        }
        Value::Text(text) => v.load_text(name, text.len(), &mut |found| same(found, text)),
        Value::Absent => v.null(name),
        Value::Raw(bytes) => {
            let mut found = vec![0; bytes.len()];
            same(v.get_raw(&mut found)?, bytes.len())?;
            same(&found[..], bytes)
        }
        scope => {
            begin(v, tree, node, name, scope)?;
            inside(v, tree, node, order)?;
            v.end(scope.scope_kind().unwrap_or(ScopeKind::Struct))
        }
    }
}

fn begin(
    v: &mut Visitor<'_>,
    tree: &Tree<'_>,
    node: NodeId,
    name: &&[u8],
    scope: Value<'_>,
) -> Result<()> {
    match scope {
        Value::Device { instance, versions, .. } => {
            let versions = Versions::only(versions.current);
            v.begin(name, Scope::Device { instance, versions })
        }
        Value::List { extent } => {
            let count = tree.children(node).unwrap().count();
            if extent == Extent::Fixed {
                return v.begin(name, Scope::List { extent, count });
            }
            let mut found = 0;
            v.begin_varlist(name, count, &mut found)?;
            same(found, count)
        }
        Value::Element => v.begin_element(),
        Value::Optional { present } => {
            let mut found = !present;
            v.begin_optional(name, &mut found)?;
            same(found, present)
        }
        Value::Subsection { version } => {
            let mut found = SubsectionName::new();
            same(v.next_subsection(b"d", &mut found)?, Some(version))?;
            same(&found[..], name)
        }
        Value::Struct(description) => v.begin(name, Scope::Struct(description)),
        other => panic!("{other:?} is no scope"),
    }
}

fn scalar<T: Scalar>(v: &mut Visitor<'_>, name: &&[u8], due: u64) -> Result<()> {
    let mut value = T::from_wire_bits(!due);
    v.scalar(name, &mut value)?;
    same(value.to_wire_bits(), due)
}

fn same<T: PartialEq + core::fmt::Debug>(found: T, due: T) -> Result<()> {
    assert_eq!(found, due);
    Ok(())
}
