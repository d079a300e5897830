//! Any declared steps on any tree: what is refused changes nothing, and the way back by the inverses, with what was
//! lost, ends with the tree that was there.

use super::input::Input;
use super::state;
use migcore::compat::{
    is_private, After, Compat, DeviceName, Edge, Failed, Form, History, Item, NewDevice, Opens,
    Others, Otherwise, Outcome, Place, Policy, Step, Targets, Verdict, Version, Way, Wrapping,
};
use migcore::model::{At, Builder, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Track, Versions, Visitor};
use migcore::{Code, Result};

/// Room for the tree, so little that some transforms run out of it, and for those that must not.
const ROOM: [usize; 2] = [1 << 13, 1 << 18];

/// How many steps an edge has at most.
const STEPS: usize = 5;

/// Where steps of a machine look, and where those of a device do.
const SCOPES: [[&str; 12]; 2] = [
    [
        "d/0",
        "d/*",
        "d/1",
        "*",
        "d/*.a",
        "d/*.*",
        "d/0.a[*]",
        "d/*.b.x",
        "qemu/0",
        "qemu/0.configuration",
        "*.*.*",
        "",
    ],
    ["", "", "", "*", "a", "b", "x", "a[*]", "*.*", "d/s", "b.a", "qemu/0"],
];

/// Names of items. The first ones are those that items have.
const NAMES: [&str; 9] = ["a", "b", "x", "", "d/s", "d", "*", "configuration", "machine"];

/// One run.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (many, layout, how) = (input.below(4) > 0, input.below(3), input.byte());
    let mut memory = vec![0x5a; ROOM[usize::from(many)]];
    let Ok(mut tree) = made(&mut input, layout, &mut memory) else { return };

    let of_devices = how / 4 % 3 == 0;
    let tables = Tables::new(&mut input, of_devices, aims(&tree, of_devices));
    let edges: Vec<Vec<Step<'_>>> =
        (0..1 + input.below(3)).map(|_| steps(&mut input, &tables)).collect();
    let edges: Vec<Edge<'_>> = (0..).zip(&edges).map(|(at, steps)| edge(at, steps)).collect();
    let rules = [("d/0.a", Verdict::IfDefault), ("*", Verdict::Refuse)];
    let policy = match how % 4 {
        0..=1 => Policy::ALLOW,
        2 => Policy::default(),
        _ => Policy { rules: &rules, otherwise: Verdict::Allow },
    };
    let newest = Version::new(edges.len() as u32);
    let histories = [History::of_devices("d", newest, &edges), History::of_machine(newest, &edges)];
    let compat = Compat { histories: &histories, policy, ..Compat::default() };
    match of_devices {
        true => devices(&compat, &mut tree),
        false => machine(&compat, &edges, &mut tree),
    }
}

/// The edges of the machine as they are written, and back.
fn machine(compat: &Compat<'_>, edges: &[Edge<'_>], tree: &mut Tree<'_>) {
    let go =
        |tree: &mut Tree<'_>, way| attempt(tree, |tree| compat.apply(tree, edges, way, &mut ()));
    let before = public(tree);
    let Ok(up) = go(tree, Way::Up) else { return };
    assert_eq!(up.unrestored, 0);
    let there = public(tree);
    if back(&before, tree, |tree| go(tree, Way::Down)) {
        assert!(go(tree, Way::Up).map_or_else(is_cramped, |_| public(tree) == there));
    }
}

/// The devices to all versions, and back to their own.
fn devices(compat: &Compat<'_>, tree: &mut Tree<'_>) {
    let before = public(tree);
    for number in 0..4 {
        let target = Version::new(number);
        let to = [("d", target)];
        let keep = Targets { others: Others::Keep, ..Targets::default() };
        let go = |tree: &mut Tree<'_>| {
            let targets = Targets { devices: &to, ..keep };
            attempt(tree, |tree| compat.run(tree, &targets, &mut ()))
        };
        let known: Vec<u32> = versions(tree);
        let Ok(done) = go(tree) else { continue };
        // Several devices of several versions have no one way back.
        let [first, rest @ ..] = &known[..] else { continue };
        if done.legs == 0 || rest.iter().any(|version| version != first) {
            return;
        }
        let home = [("d", Version::new(*first))];
        let targets = Targets { devices: &home, ..keep };
        back(&before, tree, |tree| attempt(tree, |tree| compat.run(tree, &targets, &mut ())));
        return;
    }
}

/// The versions of the devices that have a history, at the root.
fn versions(tree: &Tree<'_>) -> Vec<u32> {
    let version = |device: NodeId| match tree.value(device) {
        Ok(Value::Device { versions, .. }) if tree.name(device) == Ok(b"d") => {
            Some(versions.current)
        }
        _ => None,
    };
    tree.children(tree.root()).unwrap().filter_map(version).collect()
}

/// Goes back, which ends where it began if there is room; says whether there was.
fn back(
    before: &[Told],
    tree: &mut Tree<'_>,
    go: impl FnOnce(&mut Tree<'_>) -> core::result::Result<Outcome, Failed>,
) -> bool {
    match go(tree) {
        Ok(done) => {
            assert_eq!(done.unrestored, 0);
            let after = public(tree);
            for (there, was) in after.iter().zip(before) {
                assert_eq!(there, was);
            }
            assert_eq!(after.len(), before.len());
            true
        }
        Err(failed) => !is_cramped(failed),
    }
}

/// What only more memory would mend, or a policy that allows it.
fn is_cramped(failed: Failed) -> bool {
    let known = [Code::NoSpace, Code::Lossy];
    assert!(known.contains(&failed.code()), "{failed}");
    true
}

/// Runs what changes nothing when it fails, and changes what it changes whether it is tried before or not.
fn attempt<'m, T>(
    tree: &mut Tree<'m>,
    run: impl FnOnce(&mut Tree<'m>) -> core::result::Result<T, Failed>,
) -> core::result::Result<T, Failed> {
    let (before, used) = (told(tree), tree.used());
    let done = run(tree);
    assert!(!tree.is_changing());
    if let Err(failed) = &done {
        assert_eq!(told(tree), before, "{failed}");
        assert_eq!(tree.used(), used, "{failed}");
    }
    done
}

/// What can be told of a node, and how deep it is.
#[derive(Clone, Debug, PartialEq)]
struct Told(usize, Option<NodeId>, String, Marks, String);

/// All nodes, with their handles.
fn told(tree: &Tree<'_>) -> Vec<Told> {
    let (mut all, mut next) = (Vec::new(), vec![(0, tree.root())]);
    while let Some((depth, node)) = next.pop() {
        let name = String::from_utf8_lossy(tree.name(node).unwrap()).into_owned();
        let value = format!("{:?}", tree.value(node).unwrap());
        all.push(Told(depth, Some(node), name, tree.marks(node).unwrap(), value));
        let children: Vec<NodeId> = tree.children(node).unwrap().collect();
        next.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
    }
    all
}

/// All nodes but those of the library, and without handles.
fn public(tree: &Tree<'_>) -> Vec<Told> {
    let mut private = false;
    let all = told(tree).into_iter().filter_map(|Told(depth, _, name, marks, value)| {
        if depth <= 1 {
            private = depth == 1 && is_private(name.as_bytes());
        }
        (!private).then_some(Told(depth, None, name, marks, value))
    });
    all.collect()
}

/// A tree of devices, of which some are in records of a stream of QEMU.
fn made<'m>(input: &mut Input<'_>, layout: usize, memory: &'m mut [u8]) -> Result<Tree<'m>> {
    let mut tree = Tree::new(memory)?;
    if input.once_in(2) {
        let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
        state::save(input, &mut Visitor::saving(&mut builder, &mut track))?;
    }
    let root = tree.root();
    // Those of the visitor have the numbers before.
    for instance in 4..4 + input.below(4) as u32 {
        let device = Value::Device { instance, versions: Versions::only(1), oldest_reader: 1 };
        add(&mut tree, root, "d", device)?;
    }
    let devices: Vec<NodeId> = tree.children(tree.root())?.collect();
    for device in devices {
        if let Value::Device { instance, .. } = tree.value(device)? {
            let versions = Versions::only(u32::from(input.byte() % 4));
            tree.replace(device, Value::Device { instance, versions, oldest_reader: 0 })?;
            plant(input, &mut tree, device)?;
        }
    }
    if layout > 0 {
        in_records(input, &mut tree, layout > 1)?;
    }
    Ok(tree)
}

/// Adds items to a device that steps are likely to meet.
fn plant(input: &mut Input<'_>, tree: &mut Tree<'_>, device: NodeId) -> Result<()> {
    let mut scope = device;
    for _ in 0..input.below(6) {
        let (name, value) = (["a", "b", "x", "d/s"][input.below(4)], value(input));
        let item = tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value)?;
        match input.below(3) {
            0 if matches!(value, Value::Struct(_) | Value::Subsection { .. }) => scope = item,
            1 => scope = device,
            _ => {}
        }
    }
    Ok(())
}

fn in_records(input: &mut Input<'_>, tree: &mut Tree<'_>, all: bool) -> Result<()> {
    let root = tree.root();
    let devices: Vec<NodeId> = tree.children(root)?.collect();
    let versions = Versions::only(1);
    let stream = Value::Device { instance: 0, versions, oldest_reader: 1 };
    let stream = tree.insert(At::End(root), b"qemu", Marks::NONE, stream)?;
    if input.once_in(2) {
        let head = add(tree, stream, "configuration", Value::Struct(None))?;
        add(tree, head, "type", Value::Scalar(Kind::U8, 7))?;
        add(tree, head, "machine", Value::Bytes(Extent::Variable, b"pc"))?;
    }
    for device in devices {
        if !all && input.once_in(3) {
            continue;
        }
        let name = ["start", "full", "full"][input.below(3)];
        let (id, footer) = (u64::from(input.byte() % 4), input.once_in(3));
        let record = add(tree, stream, name, Value::Struct(None))?;
        add(tree, record, "type", Value::Scalar(Kind::U8, if name == "full" { 4 } else { 1 }))?;
        add(tree, record, "id", Value::Scalar(Kind::U32, id))?;
        tree.move_to(device, At::End(record))?;
        if footer {
            let footer = add(tree, record, "footer", Value::Struct(None))?;
            add(tree, footer, "type", Value::Scalar(Kind::U8, 0x7e))?;
            add(tree, footer, "id", Value::Scalar(Kind::U32, id))?;
        }
        if input.once_in(4) {
            let command = add(tree, stream, "command", Value::Struct(None))?;
            add(tree, command, "type", Value::Scalar(Kind::U8, 8))?;
            add(tree, command, "number", Value::Scalar(Kind::U16, u64::from(input.byte() % 3)))?;
            add(tree, command, "length", Value::Scalar(Kind::U16, 2))?;
            add(tree, command, "data", Value::Bytes(Extent::Fixed, b"xy"))?;
        }
    }
    add(tree, stream, "eof", Value::Scalar(Kind::U8, 0)).map(|_| ())
}

fn add(tree: &mut Tree<'_>, scope: NodeId, name: &str, value: Value<'_>) -> Result<NodeId> {
    tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value)
}

/// What steps refer to: items and pairs of values.
struct Tables {
    /// For each name, no item, one, and one with an inside.
    items: Vec<[Vec<Item<'static>>; 3]>,
    pairs: Vec<(u64, u64)>,
    scopes: [&'static str; 12],
    aims: Vec<Aim>,
    of_devices: bool,
}

/// An item that is there: its scope, its name, and what it is if it is a number.
struct Aim {
    scope: String,
    name: String,
    form: Form,
    scalar: Option<Value<'static>>,
}

/// The items of a tree, but for those of the library and of QEMU's stream itself.
fn aims(tree: &Tree<'_>, of_devices: bool) -> Vec<Aim> {
    let (mut aims, mut next) = (Vec::new(), vec![(tree.root(), None::<String>)]);
    while let Some((scope, path)) = next.pop() {
        for child in tree.children(scope).unwrap() {
            let name = String::from_utf8_lossy(tree.name(child).unwrap()).into_owned();
            let (form, mut scalar) = match tree.value(child).unwrap() {
                Value::Scalar(kind, bits) => (Form::Scalar(kind), Some(Value::Scalar(kind, bits))),
                Value::Array(kind, extent, _) => (Form::Array(kind, extent), None),
                Value::Bytes(extent, _) => (Form::Bytes(extent), None),
                _ => (Form::Scalar(Kind::U8), None),
            };
            let inner = match (tree.value(child).unwrap(), &path) {
                (Value::Device { instance, .. }, None) if name != "qemu" => {
                    Some(if of_devices { String::new() } else { format!("{name}/{instance}") })
                }
                (_, None) => None,
                (_, Some(path)) => {
                    Some([path, &name[..]].join(if path.is_empty() { "" } else { "." }))
                }
            };
            if let Some(scope) = path.clone() {
                scalar = scalar.filter(|_| name != "type");
                aims.push(Aim { scope, name, form, scalar });
            }
            next.push((child, inner));
        }
    }
    aims
}

impl Tables {
    fn new(input: &mut Input<'_>, of_devices: bool, aims: Vec<Aim>) -> Tables {
        let (first, second, marks) = (value(input), value(input), input.marks());
        let scope = [Value::Struct(None), Value::Subsection { version: 1 }][input.below(2)];
        let items = |name: &'static str| {
            let one = Item { marks, ..Item::new(name, first) };
            let inside = vec![
                Item::new(name, scope),
                Item::new("a", second).inside(1),
                Item::new("l", Value::List { extent: Extent::Variable }).inside(1),
                Item::new("", Value::Element).inside(2),
                Item::new("x", first).inside(3),
            ];
            [vec![], vec![one], inside]
        };
        let items = NAMES.into_iter().map(items).collect();
        let pairs = (0..4).map(|_| (u64::from(input.byte() % 8), u64::from(input.byte() % 8)));
        Tables {
            items,
            pairs: pairs.collect(),
            scopes: SCOPES[usize::from(of_devices)],
            aims,
            of_devices,
        }
    }
}

/// A value that an item of a table may have.
fn value(input: &mut Input<'_>) -> Value<'static> {
    let bits = u64::from(input.byte() % 4);
    let values = [
        Value::Scalar(Kind::U8, bits),
        Value::Scalar(Kind::U16, bits),
        Value::Scalar(Kind::Bool, bits),
        Value::Scalar(Kind::F32, bits << 30),
        Value::Array(Kind::U16, Extent::Fixed, &[0, 0, 1, 1]),
        Value::Array(Kind::U8, Extent::Variable, &[]),
        Value::Array(Kind::I8, Extent::Fixed, &[1, 0xff]),
        Value::Bytes(Extent::Fixed, b"ab"),
        Value::Bytes(Extent::Variable, b""),
        Value::Text("t"),
        Value::Absent,
        Value::Struct(None),
        Value::Struct(None),
        Value::Optional { present: false },
        Value::Subsection { version: 2 },
        Value::List { extent: Extent::Fixed },
    ];
    values[input.below(values.len())]
}

/// An edge whose steps may find nothing.
fn edge<'a>(at: u32, steps: &'a [Step<'a>]) -> Edge<'a> {
    Edge::new(Version::new(at), Version::new(at + 1), steps).optional()
}

fn steps<'t>(input: &mut Input<'_>, tables: &'t Tables) -> Vec<Step<'t>> {
    (0..input.below(STEPS + 1)).map(|_| step(input, tables)).collect()
}

fn step<'t>(input: &mut Input<'_>, tables: &'t Tables) -> Step<'t> {
    let choice = input.below(23);
    let scopes = tables.scopes;
    let (mut scope, mut name, to) = (scopes[input.below(scopes.len())], name(input), name(input));
    let shape = input.below(3);
    // Half of them aim at an item that is there.
    let aimed = if input.once_in(2) { input.below(tables.aims.len().max(1)) } else { usize::MAX };
    let aim = tables.aims.get(aimed);
    if let Some(aim) = aim {
        (scope, name) = (&aim.scope, &aim.name);
    }
    let items = NAMES.iter().position(|known| *known == name);
    let items = items.map_or(&[][..], |at| &tables.items[at][shape][..]);
    let place = Place { scope, name, after: after(input) };
    let new = NewDevice {
        name: device(input, tables.of_devices),
        versions: Versions::only(u32::from(input.byte() % 4)),
        oldest_reader: 0,
        after: after(input),
    };
    let inside = input.once_in(2).then_some(items);
    let step = match choice {
        0 | 1 => Step::Rename { scope, from: name, to },
        2 | 3 => Step::Add { place, items },
        4 => {
            let from = aim.map_or_else(|| form(input), |aim| aim.form);
            Step::Retype { scope, name, from, to: form(input) }
        }
        5 => {
            let from = aim.and_then(|aim| aim.scalar).unwrap_or_else(|| value(input));
            let to = match from {
                Value::Scalar(kind, _) => Value::Scalar(kind, u64::from(input.byte() % 4)),
                _ => value(input),
            };
            let known = input.below(3);
            Step::Set {
                scope,
                name,
                from: (known > 0).then_some(from),
                to: (known < 2).then_some(to),
            }
        }
        6 => {
            let pairs = &tables.pairs[..input.below(5)];
            let otherwise = [Otherwise::Keep, Otherwise::Refuse][input.below(2)];
            Step::Map { scope, name, pairs, turned: input.once_in(2), otherwise }
        }
        7 | 8 => {
            let (at, mask) = (u32::from(input.byte() % 10), input.number());
            let (from, to, known) = (input.number() & mask, input.number() & mask, input.below(3));
            let (from, to) = ((known > 0).then_some(from), (known < 2).then_some(to));
            Step::Bits { scope, name, at, mask, from, to }
        }
        9 | 10 => {
            let other = if input.once_in(2) { scope } else { scopes[input.below(scopes.len())] };
            Step::Move { from: place, to: Place { scope: other, name: to, after: after(input) } }
        }
        11 | 12 => {
            let value = [
                Value::Struct(None),
                Value::Subsection { version: 3 },
                Value::Optional { present: true },
            ][input.below(3)];
            let marks = input.marks();
            Step::Wrap(Wrapping { place, value, marks, items: some(input), after: after(input) })
        }
        13 | 14 => {
            let device = device(input, tables.of_devices);
            Step::Split { device, into: new, items: some(input), after: after(input) }
        }
        15 => Step::RenameDevice {
            from: device(input, tables.of_devices),
            to: device(input, tables.of_devices),
        },
        16 | 17 => Step::AddDevice { device: new, items: inside },
        18 => {
            let (from, to) = (u32::from(input.byte() % 4), u32::from(input.byte() % 4));
            // The run says of which version a device of a history is.
            let device = match tables.of_devices {
                true => DeviceName { name: "e", instance: None },
                false => device(input, false),
            };
            Step::SetVersion { device, from, to }
        }
        19 => Step::Open { scope, name, inside: &Bytes },
        20 | 21 => Step::AddCommand {
            number: u16::from(input.byte() % 3),
            data: b"xy",
            after: after(input),
        },
        _ => Step::Footers { add: true },
    };
    match input.once_in(3) {
        true => step.inverse(),
        false => step,
    }
}

fn name(input: &mut Input<'_>) -> &'static str {
    // Most are those that items have.
    let among = if input.once_in(3) { NAMES.len() } else { 3 };
    NAMES[input.below(among)]
}

/// Devices by name. Steps of a device are for itself, or for devices that have no history.
fn device(input: &mut Input<'_>, of_devices: bool) -> DeviceName<'static> {
    let names = if of_devices { ["", "", "", "e"] } else { ["d", "d*", "*", "e"] };
    let names = if input.once_in(4) { ["machine", "migcore.x", "e", "a*b"] } else { names };
    let name = names[input.below(4)];
    let some = !name.is_empty() && input.once_in(2);
    DeviceName { name, instance: some.then_some(u32::from(input.byte() % 8)) }
}

fn after(input: &mut Input<'_>) -> After<'static> {
    [After::End, After::Start, After::Name(name(input)), After::Name("d/0")][input.below(4)]
}

fn form(input: &mut Input<'_>) -> Form {
    let few = [Kind::U8, Kind::U16, Kind::Bool, Kind::I8];
    let kind = if input.once_in(3) { input.kind() } else { few[input.below(4)] };
    let extent = input.extent();
    [Form::Scalar(kind), Form::Array(kind, extent), Form::Bytes(extent)][input.below(3)]
}

/// Names that are items of a wrapping or a split.
fn some(input: &mut Input<'_>) -> &'static [&'static str] {
    let start = input.below(4);
    &NAMES[start..start + input.below(4)]
}

/// A buffer as a struct of its bytes in one item.
#[derive(Debug)]
struct Bytes;

impl Opens for Bytes {
    fn open(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        let Value::Bytes(Extent::Fixed, bytes) = tree.value(node)? else {
            return Err(Code::WrongType);
        };
        let bytes = bytes.to_vec();
        tree.replace(node, Value::Struct(None))?;
        add(tree, node, "bytes", Value::Bytes(Extent::Fixed, &bytes)).map(|_| ())
    }

    fn close(&self, tree: &mut Tree<'_>, node: NodeId) -> Result<()> {
        let (Value::Struct(None), Some(inner)) = (tree.value(node)?, tree.first_child(node)?)
        else {
            return Err(Code::WrongType);
        };
        let (Value::Bytes(Extent::Fixed, bytes), 1) =
            (tree.value(inner)?, tree.children(node)?.count())
        else {
            return Err(Code::WrongType);
        };
        if tree.name(inner)? != b"bytes" || tree.marks(inner)? != Marks::NONE {
            return Err(Code::WrongType);
        }
        let bytes = bytes.to_vec();
        tree.remove(inner)?;
        tree.replace(node, Value::Bytes(Extent::Fixed, &bytes))
    }
}
