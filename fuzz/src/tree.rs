//! Any edits of a tree: its links hold, an edit that fails changes nothing, a compact copy is equal, and what a
//! load carries goes back to its place.

use super::input::Input;
use super::reading::digest;
use migcore::model::{At, Builder, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{Description, Kind, Track, Versions, Visitor};
use migcore::{Code, Result};

/// So little that edits run out of it now and then.
const ROOM: usize = 1 << 12;

/// How many edits there are at most.
const EDITS: usize = 200;

/// The edits, one after the other.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut memory = vec![0xa5; ROOM];
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut nodes = vec![tree.root()];
    for _ in 0..EDITS {
        if input.is_empty() {
            break;
        }
        let (before, left) = (digest(&tree), tree.used());
        if let Err(code) = edit(&mut input, &mut tree, &mut nodes) {
            assert_eq!(digest(&tree), before, "{code:?}");
            assert_eq!(tree.used(), left, "{code:?}");
        }
        assert!(tree.used() <= tree.high_water() && tree.high_water() <= tree.capacity());
    }
    nodes.iter().for_each(|node| linked(&tree, *node));
    compacted(&tree);
    replayed(&tree);
    tree.print(tree.root(), &mut |_| ()).unwrap();
    carried(&mut tree);
}

fn edit(input: &mut Input<'_>, tree: &mut Tree<'_>, nodes: &mut Vec<NodeId>) -> Result<()> {
    let (choice, node) = (input.below(8), nodes[input.below(nodes.len().min(256))]);
    match choice {
        0..=2 => {
            let (place, name, marks) = (at(input, node), input.name(), input.marks());
            let made =
                with_value(input, |value| tree.insert(place, name.as_bytes(), marks, value))?;
            nodes.push(made);
            Ok(())
        }
        3 => with_value(input, |value| tree.replace(node, value)),
        4 => tree.rename(node, input.name().as_bytes()),
        5 => tree.set_marks(node, input.marks()),
        6 => tree.remove(node),
        _ => {
            let other = nodes[input.below(nodes.len().min(256))];
            tree.move_to(node, at(input, other))
        }
    }
}

fn at(input: &mut Input<'_>, node: NodeId) -> At {
    [At::End(node), At::Start(node), At::Before(node), At::After(node)][input.below(4)]
}

fn with_value<R>(input: &mut Input<'_>, run: impl FnOnce(Value<'_>) -> R) -> R {
    let (kind, extent, number) = (input.kind(), input.extent(), input.small());
    let versions = Versions { current: number, minimum: 0 };
    let elements = input.elements(kind, 30);
    let text = input.text(20);
    let name = input.name().as_bytes();
    run([
        Value::Scalar(kind, number.into()),
        Value::Struct(None),
        Value::List { extent },
        Value::Element,
        Value::Optional { present: number % 2 == 1 },
        Value::Device { instance: number, versions, oldest_reader: 0 },
        Value::Subsection { version: number },
        Value::Struct(Some(Description { name, versions })),
        Value::Array(kind, extent, &elements),
        Value::Bytes(extent, &elements),
        Value::Text(&text),
        Value::Absent,
        Value::Raw(&elements),
        Value::Array(Kind::U64, extent, &elements),
        Value::Root,
        Value::Scalar(Kind::Bool, number.into()),
    ][input.below(16)])
}

/// A node and its children know each other, or its handle is stale.
fn linked(tree: &Tree<'_>, node: NodeId) {
    let Ok(children) = tree.children(node) else {
        return assert_eq!(tree.value(node), Err(Code::StaleHandle));
    };
    let children: Vec<NodeId> = children.collect();
    assert_eq!(tree.first_child(node), Ok(children.first().copied()));
    for (at, child) in children.iter().enumerate() {
        assert_eq!(tree.parent(*child), Ok(Some(node)));
        assert_eq!(tree.next_sibling(*child), Ok(children.get(at + 1).copied()));
        let before = at.checked_sub(1).map(|at| children[at]);
        assert_eq!(tree.previous_sibling(*child), Ok(before));
    }
    assert!(tree.path(node).unwrap().as_str().len() <= 127);
    assert_eq!(NodeId::from_bits(node.to_bits()), node);
}

fn compacted(tree: &Tree<'_>) {
    let mut memory = vec![0; tree.used()];
    let mut copy = Tree::new(&mut memory).unwrap();
    tree.compact_into(&mut copy).unwrap();
    assert_eq!(digest(&copy), digest(tree));
    for (left, right) in [(tree, &copy), (&copy, tree), (tree, tree)] {
        left.diff(left.root(), right, right.root(), &mut |found| panic!("{found:?}")).unwrap();
    }
}

/// A tree that a visitor could have made comes out of a visitor again.
fn replayed(tree: &Tree<'_>) {
    let mut memory = vec![0; 2 * ROOM];
    let mut copy = Tree::new(&mut memory).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut copy), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    if tree.replay(tree.root(), &mut v).and_then(|()| v.finish()).is_ok() {
        assert_eq!(digest(&copy), digest(tree));
    }
}

/// What nobody read is carried, and goes back to where it was removed from.
fn carried(tree: &mut Tree<'_>) {
    let (mut memory, before) = (vec![0; 2 * ROOM], digest(tree));
    let mut kept = Tree::new(&mut memory).unwrap();
    let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
    let _ = Visitor::loading(&mut decoder, &mut track).finish();
    let count = decoder.carry(&mut kept).unwrap();
    assert_eq!(digest(tree), before);
    let mut room = vec![0; 3 * ROOM];
    let mut merged = Tree::new(&mut room).unwrap();
    let root = merged.root();
    let found = merged.merge(root, &kept).unwrap();
    assert_eq!((found.placed, found.lost), (count, 0));
    assert_eq!(digest(&merged), digest(&kept));
}
