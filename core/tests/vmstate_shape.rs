//! What tables accept, told without an object, and compared with what objects save.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/wire.rs"]
mod wire;

use migcore::compat::manifest::{About, Accepts, Known, Manifest, Writer};
use migcore::compat::preflight::{Answer, Preflight, Reason};
use migcore::model::{Builder, Tree, Value};
use migcore::visit::{Kind, Visiting, Visitor};
use migcore::vmstate::{If, Layout, StaticTable};
use migcore::{fields, number};
use wire::{digest, in_memory, plain_stream, tree_of, ROOM};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(Clone, Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Ring {
    head: u16,
    tail: u16,
}

static RING: Layout<Ring> =
    Layout::new(StaticTable::new("nic/ring", 3, fields!(Ring { head, tail })));

#[derive(Clone, Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Nic {
    expiry: i64,
    mac: [u8; 6],
    link: u8,
    length: u8,
    regs: [u32; 4],
    one: Ring,
    rings: [Ring; 2],
    spare: u32,
    count: u32,
    last: u32,
}

/// All of it is told by the table.
static NIC: Layout<Nic> = Layout::new(
    StaticTable::new(
        "nic",
        2,
        fields!(Nic {
            expiry: timer(),
            mac: buffer(),
            "unused": unused(3),
            link: flags().tested(&If::<Nic>(|nic, _| nic.length > 0)),
            length,
            regs,
            one: structs(&RING),
            rings: structs(&RING),
            spare.since(2),
            count.since(3),
        }),
    )
    .minimum(1)
    .subsections(&[QUIRK.table()]),
);

static QUIRK: Layout<Nic> = Layout::new(
    StaticTable::new("nic/quirk", 1, fields!(Nic { spare }))
        .needed(&If::<Nic>(|nic, _| nic.spare != 0)),
);

/// Not all of it is, and one value must be that of the object.
static QUEUE: Layout<Nic> = Layout::new(StaticTable::new(
    "queue",
    1,
    fields!(Nic { length, regs.count(number!(Nic, length)), count: equal() }),
));

fn state<'m>(
    memory: &'m mut [u8],
    visit: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>,
) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    visit(&mut Visiting::new(Builder::new(&mut tree)).saver()).unwrap();
    tree
}

fn manifest<'m>(memory: &'m mut [u8], table: &'static StaticTable) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut writer = Writer::begin(&mut tree, &About::default()).unwrap();
    writer.table(table, 0, &Accepts::default()).unwrap();
    tree
}

fn found(state: &Tree<'_>, manifest: &Tree<'_>) -> (Answer, Vec<(Reason, String)>) {
    let mut found = Vec::new();
    let mut preflight = Preflight::new(Manifest::find(manifest).unwrap());
    let answer = preflight.compare(state, &mut |finding| {
        found.push((finding.reason, finding.path.as_str().to_owned()));
    });
    (answer.unwrap(), found)
}

#[test]
fn a_table_loads_what_objects_save_by_it() {
    let mut b = vec![0; ROOM];
    let manifest = manifest(&mut b, NIC.table());
    let entry = Manifest::find(&manifest).unwrap().entries().next().unwrap();
    assert_eq!((entry.known, entry.newest, entry.oldest), (Known::All, 2, 1));
    for (length, spare) in [(0, 0), (1, 0), (0, 7), (3, 9)] {
        let mut a = vec![0; ROOM];
        let mut nic = Nic { length, spare, expiry: -1, ..Nic::default() };
        let state = state(&mut a, |v| NIC.visit(&mut nic, v));
        assert_eq!(found(&state, &manifest), (Answer::Loads, vec![]));
    }
}

#[test]
fn what_a_table_does_not_have_is_refused() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let manifest = manifest(&mut b, NIC.table());
    let mut state = state(&mut a, |v| NIC.visit(&mut Nic::default(), v));
    let node = |tree: &Tree<'_>, path: &[u8]| tree.find(tree.root(), path).unwrap();
    let rings = node(&state, b"nic/0.rings[1].tail");
    state.replace(rings, Value::Scalar(Kind::U32, 1)).unwrap();
    let due = vec![(Reason::WrongType, "nic/0.rings[1].tail".to_owned())];
    assert_eq!(found(&state, &manifest), (Answer::Refused, due));
    state.remove(rings).unwrap();
    let due = vec![(Reason::MissingItem, "nic/0.rings[1].tail".to_owned())];
    assert_eq!(found(&state, &manifest), (Answer::Refused, due));
}

#[test]
fn what_no_table_tells_cannot_be_told() {
    let (mut a, mut b, mut c) = (vec![0; ROOM], vec![0; ROOM], vec![0; ROOM]);
    let written = manifest(&mut b, QUEUE.table());
    // The marks go over a wire.
    let bytes = plain_stream(|v| written.replay(written.root(), v));
    let manifest = tree_of(&mut c, in_memory(&bytes)).unwrap();
    assert_eq!(digest(&written), digest(&manifest));
    let entry = Manifest::find(&manifest).unwrap().entries().next().unwrap();
    assert_eq!(entry.known, Known::Sample);
    let mut nic = Nic { length: 2, ..Nic::default() };
    let state = state(&mut a, |v| QUEUE.visit(&mut nic, v));
    let due = [(Reason::ValueUnknown, "queue/0.count"), (Reason::UnknownItem, "queue/0.regs")];
    let due = due.map(|(reason, path)| (reason, path.to_owned())).to_vec();
    assert_eq!(found(&state, &manifest), (Answer::CannotTell, due));
}
