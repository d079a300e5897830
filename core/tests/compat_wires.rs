//! Losses and hops travel where a wire can carry them, through programs that know nothing of them; other wires get the
//! devices alone. A route does not depend on the wire.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/histories.rs"]
mod histories;

use histories::{add, all, compat, item, losses, machine, memory, private, put, run, shown, to, v};
use migcore::codec::chunk::{Loader, Saver, Settings};
use migcore::codec::legacy;
use migcore::compat::{
    each_hop, machine_version, note_hop, After, DeviceName, Edge, History, NewDevice, Place, Step,
    Version, HISTORY, LOSSES,
};
use migcore::model::{At, Builder, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{Extent, Kind, Marks, Track, Versions, Visiting, Visitor};

const EDGES: [Edge<'static>; 2] = [
    Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])]),
    Edge::new(v(2), v(3), &[add("c", &[item("c", 0)])]),
];

const HISTORIES: [History<'static>; 1] = [History::of_devices("nic*", v(3), &EDGES)];

/// A tree as a stream of chunks.
fn chunks(tree: &Tree<'_>) -> Vec<u8> {
    let (mut bytes, mut scratch) = (memory(), vec![0; 1 << 16]);
    let mut saver = Saver::to_slice(&mut bytes, &Settings::default(), &mut scratch).unwrap();
    let _ = tree.replay(tree.root(), &mut saver.visitor());
    let length = saver.finish().unwrap() as usize;
    bytes.truncate(length);
    bytes
}

/// A stream of chunks as a tree.
fn received<'m>(bytes: &[u8], memory: &'m mut [u8]) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut loader = Loader::from_slice(bytes);
    let mut scratch = vec![0; 1 << 16];
    let mut saving = Visitor::saving(&mut builder, &mut track);
    loader.decoder().replay_all(&mut saving, &mut scratch).unwrap();
    tree
}

fn state(tree: &mut Tree<'_>) {
    put(tree, "nic1", 3, &[("a", 1), ("b", 6), ("c", 7)]);
    put(tree, "nic2", 3, &[("a", 1), ("b", 5), ("c", 8)]);
}

#[test]
fn losses_travel_over_chunks_and_come_back() {
    let (mut here, mut there, mut back) = (memory(), memory(), memory());
    let mut tree = Tree::new(&mut here).unwrap();
    state(&mut tree);
    note_hop(&mut tree, "pc", v(3), "sender").unwrap();
    let (before, compat) = (all(&tree), compat(&HISTORIES));
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();

    let bytes = chunks(&tree);
    // An ancillary device that is safe to copy, for the losses and for the history.
    assert_eq!(bytes.windows(4).filter(|kind| kind == b"mDEv").count(), 2);
    let mut old = received(&bytes, &mut there);
    assert_eq!((all(&old), losses(&old)), (all(&tree), losses(&tree)));
    run(&compat, &mut old, &to(&[("*", v(2))])).0.unwrap();
    let mut tree = received(&chunks(&old), &mut back);
    run(&compat, &mut tree, &to(&[("*", v(3))])).0.unwrap();
    assert_eq!(all(&tree), before);
}

/// The devices as the old program knows them.
fn visit(v: &mut Visitor<'_>, values: &mut [u32; 2]) -> migcore::Result<()> {
    let [first, second] = values;
    v.device("nic1", 0, Versions::only(1), |v| v.visit("a", first))?;
    v.device("nic2", 0, Versions::only(1), |v| v.visit("a", second))
}

#[test]
fn a_program_that_knows_no_losses_skips_them_and_may_keep_them() {
    let (mut here, mut there, mut kept, mut next) = (memory(), memory(), memory(), memory());
    let mut tree = Tree::new(&mut here).unwrap();
    state(&mut tree);
    let (before, compat) = (all(&tree), compat(&HISTORIES));
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();
    let bytes = chunks(&tree);

    // Straight from the wire: counted and passed over.
    let (mut values, mut loader) = ([0; 2], Loader::from_slice(&bytes));
    visit(&mut loader.visitor(), &mut values).unwrap();
    assert_eq!((loader.visitor().finish(), values), (Ok(()), [1, 1]));
    assert_eq!(loader.decoder().skipped().devices, 1);

    // From a tree: kept, and sent on with its next state.
    let mut came = received(&bytes, &mut there);
    let mut carried = Tree::new(&mut kept).unwrap();
    let (mut decoder, mut track) = (TreeDecoder::new(&mut came), Track::new());
    let mut loading = Visitor::loading(&mut decoder, &mut track);
    visit(&mut loading, &mut values).and_then(|()| loading.finish()).unwrap();
    assert_eq!((decoder.carry(&mut carried).unwrap(), decoder.skipped()), (1, 1));
    let mut sent = Tree::new(&mut next).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut sent));
    visit(&mut visiting.saver(), &mut values).unwrap();
    sent.merge(sent.root(), &carried).unwrap();

    run(&compat, &mut sent, &to(&[("*", v(3))])).0.unwrap();
    assert_eq!(all(&sent), before);
}

fn legacy_bytes(save: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>) -> Vec<u8> {
    let mut bytes = memory();
    let mut saver = legacy::Saver::to_slice(&mut bytes);
    save(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap() as usize;
    bytes.truncate(length);
    bytes
}

#[test]
fn the_legacy_wire_gets_the_devices_alone() {
    let (mut here, mut there) = (memory(), memory());
    let mut tree = Tree::new(&mut here).unwrap();
    state(&mut tree);
    note_hop(&mut tree, "pc", v(3), "sender").unwrap();
    run(&compat(&HISTORIES), &mut tree, &to(&[("*", v(1))])).0.unwrap();
    assert!(private(&tree, LOSSES).is_some() && private(&tree, HISTORY).is_some());
    let mut plain = Tree::new(&mut there).unwrap();
    put(&mut plain, "nic1", 1, &[("a", 1)]);
    put(&mut plain, "nic2", 1, &[("a", 1)]);
    let expected = legacy_bytes(|v| plain.replay(plain.root(), v));
    assert_eq!(legacy_bytes(|v| tree.replay(tree.root(), v)), expected);
    assert_eq!(legacy_bytes(|v| tree.replay_inside(tree.root(), v)), expected);
    for name in [LOSSES, HISTORY] {
        let device = private(&tree, name).unwrap();
        assert_eq!(legacy_bytes(|v| tree.replay(device, v)), b"");
    }

    // Straight from a stream of chunks to legacy they are passed over too, and counted.
    let bytes = chunks(&tree);
    let (mut loader, mut scratch) = (Loader::from_slice(&bytes), vec![0; 1 << 16]);
    let from_chunks = legacy_bytes(|v| loader.decoder().replay_all(v, &mut scratch).map(|_| ()));
    assert_eq!((from_chunks, loader.decoder().skipped().devices), (expected, 2));
    assert_eq!(loader.visitor().finish(), Ok(()));
}

#[test]
fn a_device_of_such_a_name_inside_of_another_goes_to_every_wire() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let outer = put(&mut tree, "nic", 1, &[("a", 1)]);
    let inner = Value::Device { instance: 0, versions: Versions::only(1), oldest_reader: 1 };
    let inner = tree.insert(At::End(outer), b"migcore.losses", Marks::NONE, inner).unwrap();
    let number = Value::Scalar(Kind::U32, 2);
    tree.insert(At::End(inner), b"b", Marks::NONE, number).unwrap();
    let bytes = legacy_bytes(|v| tree.replay(tree.root(), v));
    assert_eq!(bytes, [0, 0, 0, 1, 0, 0, 0, 2]);
}

#[test]
fn what_a_route_makes_does_not_depend_on_the_wire() {
    let compat = compat(&HISTORIES);
    let mut random = migcore::compat::Random::new(3);
    for _ in 0..20 {
        let mut here = memory();
        let mut tree = Tree::new(&mut here).unwrap();
        for at in 0..random.below(6) {
            let mut usual = |usual| if random.below(2) == 0 { usual } else { random.below(9) };
            let items = [("a", usual(1)), ("b", usual(5)), ("c", usual(0))];
            put(&mut tree, &format!("nic{at}"), 3, &items);
        }
        let mut bytes = chunks(&tree);
        for version in [1, 2, 1, 3, 2, 3] {
            let wanted = [("*", v(version))];
            let done = run(&compat, &mut tree, &to(&wanted)).0.unwrap();
            // The one stays where it is, the other goes over the wire each time.
            let mut there = memory();
            let mut came = received(&bytes, &mut there);
            assert_eq!(run(&compat, &mut came, &to(&wanted)).0.unwrap(), done);
            bytes = chunks(&came);
            assert_eq!((all(&came), &bytes), (all(&tree), &chunks(&tree)));
        }
    }
}

/// A stream of QEMU with devices of one number each.
fn stream(tree: &mut Tree<'_>, machine: &str, devices: &[(&str, u32, u32)]) -> NodeId {
    let root = tree.root();
    let one = |instance| Value::Device { instance, versions: Versions::only(1), oldest_reader: 1 };
    let number = |kind, bits| Value::Scalar(kind, bits);
    let mut put = |scope, name: &str, value: Value<'_>| {
        tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value).unwrap()
    };
    let qemu = put(root, "qemu", one(0));
    put(qemu, "magic", number(Kind::U32, 0x5145_564d));
    put(qemu, "version", number(Kind::U32, 3));
    let configuration = put(qemu, "configuration", Value::Struct(None));
    put(configuration, "type", number(Kind::U8, 7));
    put(configuration, "machine", Value::Bytes(Extent::Variable, machine.as_bytes()));
    for (at, (name, instance, value)) in devices.iter().enumerate() {
        let record = put(qemu, "full", Value::Struct(None));
        put(record, "type", number(Kind::U8, 4));
        put(record, "id", number(Kind::U32, at as u64));
        let device = put(record, name, one(*instance));
        put(device, "a", number(Kind::U32, u64::from(*value)));
        let footer = put(record, "footer", Value::Struct(None));
        put(footer, "type", number(Kind::U8, 0x7e));
        put(footer, "id", number(Kind::U32, at as u64));
    }
    put(qemu, "eof", number(Kind::U8, 0));
    qemu
}

/// Devices that come, go and change.
const MACHINE: [Edge<'static>; 1] = [Edge::new(
    Version::named("pc-6.2"),
    Version::named("pc-7.2"),
    &[
        Step::Rename { scope: "*/*", from: "a", to: "b" },
        Step::DropDevice {
            device: NewDevice {
                name: DeviceName { name: "hpet", instance: None },
                versions: Versions::only(1),
                oldest_reader: 1,
                after: After::Name("pit/0"),
            },
            items: None,
        },
        Step::Add {
            place: Place { scope: "*pit/*", name: "n", after: After::Name("b") },
            items: &[item("n", 3)],
        },
    ],
)];

#[test]
fn a_stream_of_qemu_goes_the_same_routes_and_its_machine_is_renamed() {
    let histories = [History::of_machine(Version::named("pc-7.2"), &MACHINE)];
    let compat = compat(&histories);
    let devices = [("timer", 0, 1), ("pit", 0, 2), ("hpet", 0, 3), ("pit", 1, 4)];
    let (mut first, mut second) = (memory(), memory());
    let mut tree = Tree::new(&mut first).unwrap();
    assert_eq!(stream(&mut tree, "pc-6.2", &devices), tree.find(tree.root(), b"qemu/0").unwrap());
    let before = shown(&tree);
    assert_eq!(machine_version(&tree), Ok(Some(Version::named("pc-6.2"))));
    let new = migcore::compat::Targets { machine: Some(Version::named("pc-7.2")), ..to(&[]) };
    let (done, notes) = run(&compat, &mut tree, &new);
    let done = done.unwrap();
    assert_eq!((done.losses, done.steps), (1, 3));
    assert_eq!(machine_version(&tree), Ok(Some(Version::named("pc-7.2"))));
    let mut hops = Vec::new();
    each_hop(&tree, &mut |hop| hops.push(hop.version.to_string())).unwrap();
    assert_eq!(hops, ["pc-7.2"]);

    // The same devices at the root become the same.
    let mut plain = Tree::new(&mut second).unwrap();
    for (name, instance, value) in devices {
        let device = put(&mut plain, name, 1, &[("a", u64::from(value))]);
        let versions = Versions::only(1);
        plain.replace(device, Value::Device { instance, versions, oldest_reader: 1 }).unwrap();
    }
    let (from, to_version) = (Version::named("pc-6.2"), Version::named("pc-7.2"));
    let (other, other_notes) = run(&compat, &mut plain, &machine(from, to_version));
    let other = other.unwrap();
    assert_eq!((other.touched, other.losses), (done.touched, done.losses));
    // Of a stream the whole record is lost, of devices at the root the device.
    assert_eq!(other_notes.steps, notes.steps);
    let lines = |tree: &Tree<'_>| {
        let shown = shown(tree);
        let own = |line: &&str| line.contains("device, version") || line.contains(": u32 = ");
        let own = shown.lines().filter(own).map(|line| line.trim().to_owned());
        own.filter(|line| {
            !["qemu", "magic", "version", "id"].iter().any(|name| line.starts_with(name))
        })
        .collect::<Vec<_>>()
    };
    assert_eq!(lines(&tree), lines(&plain));

    let old = migcore::compat::Targets { machine: Some(from), ..to(&[]) };
    let done = run(&compat, &mut tree, &old).0.unwrap();
    assert_eq!((done.restored, shown(&tree)), (1, before));
    // What the library keeps stands beside the stream, not in it.
    assert!(private(&tree, HISTORY).is_some());
    let stream = tree.find(tree.root(), b"qemu/0").unwrap();
    let whole = legacy_bytes(|v| tree.replay(tree.root(), v));
    assert_eq!(whole, legacy_bytes(|v| tree.replay(stream, v)));
}
