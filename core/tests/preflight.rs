//! What a preflight says, and what a machine then does.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/mod.rs"]
mod support;
#[path = "support/wire.rs"]
mod wire;

use migcore::compat::manifest::{About, Accepts, Known, Manifest, Wire, Writer};
use migcore::compat::preflight::{Answer, Preflight, Reason};
use migcore::compat::Version;
use migcore::machine::{Device, Machine, Slot};
use migcore::model::{Builder, Tree, TreeDecoder, Value};
use migcore::visit::{Kind, Marks, Versions, Visit, Visiting, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;
use support::Item;
use wire::{digest, ROOM};

/// An item of a device, how it is read, and how it is marked.
#[derive(Clone, Debug)]
struct Part {
    name: String,
    item: Item,
    /// Read only if it is there.
    spare: bool,
    ancillary: bool,
    since: u32,
}

/// A device of any items, that can be loaded into a scratch instance.
#[derive(Clone, Debug)]
struct Any {
    parts: Vec<Part>,
    scratch: bool,
}

impl Any {
    fn of(items: Vec<Item>) -> Any {
        let part = |(at, item)| Part {
            name: format!("item{at}"),
            item,
            spare: false,
            ancillary: false,
            since: 0,
        };
        Any { parts: items.into_iter().enumerate().map(part).collect(), scratch: true }
    }
}

impl Visit for Any {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        for part in &mut self.parts {
            if part.since > v.version() || part.spare && !v.has(&part.name.as_str())? {
                continue;
            }
            if part.ancillary && !v.is_loading() {
                v.mark(Marks::ANCILLARY)?;
            }
            part.item.visit(&part.name, v)?;
        }
        Ok(())
    }
}

impl Device for Any {
    fn has_scratch(&self) -> bool {
        self.scratch
    }

    fn visit_scratch(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        let mut scratch = self.clone();
        scratch.parts.iter_mut().for_each(|part| part.item = part.item.blank());
        scratch.visit(v)
    }
}

/// A device as the newest version of `versions`, alone in a tree.
fn state<'m>(memory: &'m mut [u8], device: &mut Any, versions: Versions) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let mut slots = [Slot::new("dev", 0, versions, device)];
    Machine::new(&mut slots).unwrap().save(&mut visiting.saver()).unwrap();
    tree
}

fn manifest<'m>(memory: &'m mut [u8], device: &mut Any, versions: Versions) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut slots = [Slot::new("dev", 0, versions, device)];
    let mut machine = Machine::new(&mut slots).unwrap();
    let about = About { writer: "test 1", ..About::default() };
    machine.manifest(&mut tree, &about, 8, &mut |_, accepts| Ok(accepts)).unwrap();
    tree
}

/// The answer for a state, with everything that was found: the numbers of the reasons, and paths.
fn answer(state: &Tree<'_>, manifest: &Tree<'_>) -> (Answer, Vec<(Reason, String)>) {
    let mut found = Vec::new();
    let mut preflight = Preflight::new(Manifest::find(manifest).unwrap());
    let answer = preflight
        .compare(state, &mut |finding| {
            assert!(!finding.reason.help().is_empty());
            assert!(finding.to_string().contains(finding.reason.text()));
            found.push((finding.reason, finding.path.as_str().to_owned()));
        })
        .unwrap();
    (answer, found)
}

/// What the receiver really does.
fn really(state: &mut Tree<'_>, receiver: &mut Any, versions: Versions) -> Result<()> {
    let mut slots = [Slot::new("dev", 0, versions, receiver)];
    let mut machine = Machine::new(&mut slots).unwrap();
    let mut visiting = Visiting::new(TreeDecoder::new(state));
    machine.check(&mut visiting.loader()).map(|_| ())
}

/// Compares a sender with a receiver, by the manifest and by a load.
fn both(
    (sender, sent): (&mut Any, Versions),
    (receiver, known): (&mut Any, Versions),
) -> (Answer, Vec<(Reason, String)>) {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let mut state = state(&mut a, sender, sent);
    let manifest = manifest(&mut b, receiver, known);
    let before = digest(&state);
    let (answer, found) = answer(&state, &manifest);
    assert_eq!(digest(&state), before);
    let done = really(&mut state, receiver, known);
    match answer {
        Answer::Loads | Answer::Losses => assert_eq!(done, Ok(()), "{found:?}"),
        Answer::Refused => assert!(done.is_err(), "{found:?}"),
        Answer::CannotTell => {}
    }
    (answer, found)
}

fn changed(sender: Any, change: impl FnOnce(&mut Vec<Part>)) -> (Answer, Vec<(Reason, String)>) {
    let (mut receiver, mut sender) = (sender.clone(), sender);
    change(&mut sender.parts);
    both((&mut sender, Versions::only(1)), (&mut receiver, Versions::only(1)))
}

fn example() -> Any {
    Any::of(vec![
        Item::Scalar(Kind::U16, 7),
        Item::Array(Kind::U32, vec![1, 2, 3]),
        Item::Struct(vec![Item::Scalar(Kind::U8, 1), Item::Varray(Kind::U8, vec![1, 2], 9)]),
        Item::Varlist(vec![(1, 2), (3, 4)], 9),
        Item::Optional(Some(3)),
        Item::Bytes(vec![1; 40]),
    ])
}

fn told(reason: Reason, path: &str) -> Vec<(Reason, String)> {
    vec![(reason, path.to_owned())]
}

#[test]
fn the_same_device_loads() {
    assert_eq!(changed(example(), |_| {}), (Answer::Loads, vec![]));
    let other = |parts: &mut Vec<Part>| {
        parts[0].item = Item::Scalar(Kind::U16, 9);
        parts[3].item = Item::Varlist(vec![(1, 2)], 9);
        parts[4].item = Item::Optional(None);
        parts.swap(1, 3);
    };
    assert_eq!(changed(example(), other), (Answer::Loads, vec![]));
}

#[test]
fn what_only_one_side_has_is_named() {
    let more = |ancillary| {
        move |parts: &mut Vec<Part>| {
            let item = Item::Scalar(Kind::U32, 5);
            let name = "more".to_owned();
            parts.insert(2, Part { name, item, spare: false, ancillary, since: 0 });
        }
    };
    let path = "dev/0.more";
    assert_eq!(changed(example(), more(false)), (Answer::Refused, told(Reason::UnknownItem, path)));
    assert_eq!(changed(example(), more(true)), (Answer::Losses, told(Reason::Skipped, path)));
    let less = |parts: &mut Vec<Part>| drop(parts.remove(1));
    let path = "dev/0.item1";
    assert_eq!(changed(example(), less), (Answer::Refused, told(Reason::MissingItem, path)));
    let mut device = example();
    device.parts[1].spare = true;
    assert_eq!(changed(device, less), (Answer::Loads, vec![]));
}

#[test]
fn types_widen_without_loss_and_not_otherwise() {
    let kind = |kind| move |parts: &mut Vec<Part>| parts[0].item = Item::Scalar(kind, 1);
    assert_eq!(changed(example(), kind(Kind::U8)), (Answer::Loads, vec![]));
    let refused = (Answer::Refused, told(Reason::WrongType, "dev/0.item0"));
    for other in [Kind::U32, Kind::I16, Kind::Bool, Kind::F32] {
        assert_eq!(changed(example(), kind(other)), refused);
    }
    let array = |parts: &mut Vec<Part>| parts[1].item = Item::Array(Kind::U16, vec![1, 2, 3]);
    assert_eq!(changed(example(), array), (Answer::Loads, vec![]));
    let longer = |parts: &mut Vec<Part>| parts[1].item = Item::Array(Kind::U16, vec![1; 4]);
    let refused = (Answer::Refused, told(Reason::WrongCount, "dev/0.item1"));
    assert_eq!(changed(example(), longer), refused);
}

#[test]
fn what_is_inside_is_compared_too() {
    let inner = |parts: &mut Vec<Part>| {
        let Item::Struct(items) = &mut parts[2].item else { panic!() };
        items[0] = Item::Scalar(Kind::U64, 1);
        items.push(Item::Absent);
    };
    let (answer, found) = changed(example(), inner);
    let due = [(Reason::WrongType, "item0"), (Reason::UnknownItem, "item2")];
    let due = due.map(|(reason, name)| (reason, format!("dev/0.item2.{name}")));
    assert_eq!((answer, &found[..]), (Answer::Refused, &due[..]));
}

#[test]
fn more_than_is_known_to_fit_cannot_be_told() {
    let longer = |parts: &mut Vec<Part>| parts[3].item = Item::Varlist(vec![(1, 2); 3], 9);
    let due = (Answer::CannotTell, told(Reason::Room, "dev/0.item3"));
    assert_eq!(changed(example(), longer), due);
    let longer = |parts: &mut Vec<Part>| {
        parts[2].item =
            Item::Struct(vec![Item::Scalar(Kind::U8, 1), Item::Varray(Kind::U8, vec![1; 3], 9)]);
    };
    let due = (Answer::CannotTell, told(Reason::Room, "dev/0.item2.item1"));
    assert_eq!(changed(example(), longer), due);
}

#[test]
fn versions_are_those_that_the_receiver_loads_and_whose_shape_is_known() {
    let mut receiver = example();
    receiver.parts[3].since = 5;
    receiver.parts[4].since = 6;
    let known = Versions { current: 6, minimum: 4 };
    for version in 3..=7 {
        let mut sender = receiver.clone();
        let answer = both((&mut sender, Versions::only(version)), (&mut receiver, known));
        let due = match version {
            3 => (Answer::Refused, told(Reason::TooOld, "dev/0")),
            7 => (Answer::Refused, told(Reason::TooNew, "dev/0")),
            _ => (Answer::Loads, vec![]),
        };
        assert_eq!(answer, due);
    }
    // The state of a version is compared with the shape of that version.
    let mut sender = receiver.clone();
    sender.parts[4].since = 0;
    let (answer, found) = both((&mut sender, Versions::only(4)), (&mut receiver, known));
    assert_eq!((answer, found), (Answer::Refused, told(Reason::UnknownItem, "dev/0.item4")));
}

#[test]
fn without_a_scratch_instance_what_differs_cannot_be_told() {
    let mut device = example();
    device.scratch = false;
    let less = |parts: &mut Vec<Part>| drop(parts.remove(1));
    let due = (Answer::CannotTell, told(Reason::MissingItem, "dev/0.item1"));
    assert_eq!(changed(device, less), due);
}

/// A tree with the devices of these names and versions, each of one number.
fn devices<'m>(memory: &'m mut [u8], names: &[(&str, u32)], marks: Marks) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let mut v = visiting.saver();
    for (name, version) in names {
        v.mark(marks).unwrap();
        v.device(name, 0, Versions::only(*version), |v| v.visit("level", &mut 1u8)).unwrap();
    }
    tree
}

fn accepting<'m>(memory: &'m mut [u8], names: &[(&str, u32)], accepts: Accepts<'_>) -> Tree<'m> {
    let mut tree = devices(memory, names, Marks::NONE);
    let nodes: Vec<_> = tree.children(tree.root()).unwrap().collect();
    let about = About { writer: "vmm 2", machine: "board", wire: Wire::Chunks, ..About::default() };
    let mut writer = Writer::begin(&mut tree, &about).unwrap();
    for node in nodes {
        writer.device(node, &accepts).unwrap();
    }
    writer.capability("ram").unwrap();
    let (from, to) = (Version::new(1), Version::tagged(3, "acme"));
    writer.route("old", from, to).unwrap();
    tree
}

#[test]
fn devices_are_known_needed_and_come_once() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let accepts = Accepts { oldest: 1, ..Accepts::default() };
    let manifest = accepting(&mut b, &[("one", 3), ("two", 3), ("old", 3)], accepts);
    let mut of = |names: &[(&str, u32)], marks| answer(&devices(&mut a, names, marks), &manifest);
    let all = [("one", 3), ("two", 3), ("old", 3)];
    assert_eq!(of(&all, Marks::NONE), (Answer::Loads, vec![]));
    let other = [("old", 3), ("one", 3), ("two", 3)];
    assert_eq!(of(&other, Marks::NONE), (Answer::Loads, vec![]));
    let due = (Answer::Refused, told(Reason::MissingDevice, "two/0"));
    assert_eq!(of(&[("one", 3), ("old", 3)], Marks::NONE), due);
    let more = [&all[..], &[("four", 1)]].concat();
    let due = (Answer::Refused, told(Reason::UnknownDevice, "four/0"));
    assert_eq!(of(&more, Marks::NONE), due);
    let due = (Answer::Losses, told(Reason::Skipped, "four/0"));
    assert_eq!(of(&more, Marks::ANCILLARY), due);
    let twice = [&all[..], &[("one", 3)]].concat();
    let due = (Answer::Refused, told(Reason::RepeatedDevice, "one/0"));
    assert_eq!(of(&twice, Marks::NONE), due);
    // Private devices are no part of a machine.
    let more = [&all[..], &[("migcore.history", 1)]].concat();
    assert_eq!(of(&more, Marks::NONE), (Answer::Loads, vec![]));
    // Of version 2 no shape is known; from version 1 the receiver has a route.
    let due = (Answer::CannotTell, told(Reason::OtherVersion, "one/0"));
    assert_eq!(of(&[("one", 2), ("two", 3), ("old", 3)], Marks::NONE), due);
}

#[test]
fn a_route_of_the_receiver_is_known_and_its_outcome_is_not() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let accepts = Accepts { oldest: 3, ..Accepts::default() };
    let manifest = accepting(&mut b, &[("one", 3), ("old", 3)], accepts);
    let state = devices(&mut a, &[("one", 1), ("old", 1)], Marks::NONE);
    let found = answer(&state, &manifest).1;
    let due = [(Reason::TooOld, "one/0"), (Reason::ReceiverConverts, "old/0")];
    assert_eq!(found, due.map(|(reason, path)| (reason, path.to_owned())));
}

#[test]
fn of_a_device_of_which_nothing_is_known_nothing_is_told() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let accepts = Accepts { oldest: 3, known: Known::Nothing, ..Accepts::default() };
    let manifest = accepting(&mut b, &[("one", 3)], accepts);
    let state = devices(&mut a, &[("one", 3)], Marks::NONE);
    assert_eq!(answer(&state, &manifest), (Answer::CannotTell, told(Reason::NoShape, "one/0")));
}

#[test]
fn a_value_that_must_be_the_same_is_compared() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let mut manifest =
        accepting(&mut b, &[("one", 3)], Accepts { oldest: 3, ..Accepts::default() });
    let path = b"migcore.manifest/0.devices[0].one/0.level";
    let level = manifest.find(manifest.root(), path).unwrap();
    manifest.set_marks(level, Marks::VOLATILE).unwrap();
    let state = devices(&mut a, &[("one", 3)], Marks::NONE);
    let due = (Answer::Refused, told(Reason::ValueDiffers, "one/0.level"));
    assert_eq!(answer(&state, &manifest), due);
    manifest.replace(level, Value::Scalar(Kind::U8, 1)).unwrap();
    assert_eq!(answer(&state, &manifest), (Answer::Loads, vec![]));
}

#[test]
fn what_is_opaque_cannot_be_told() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let save = |v: &mut Visitor<'_>| {
        v.device("one", 0, Versions::only(3), |v| {
            v.mark(Marks::OPAQUE)?;
            v.bytes("inside", &mut [0; 4])?;
            v.put_raw(&[0])?;
            v.put_raw(&[0])
        })
    };
    fn tree<'m>(memory: &'m mut [u8], save: impl Fn(&mut Visitor<'_>) -> Result<()>) -> Tree<'m> {
        let mut tree = Tree::new(memory).unwrap();
        save(&mut Visiting::new(Builder::new(&mut tree)).saver()).unwrap();
        tree
    }
    let state = tree(&mut a, save);
    let mut manifest = tree(&mut b, save);
    let node = manifest.find(manifest.root(), b"one/0").unwrap();
    let mut writer = Writer::begin(&mut manifest, &About::default()).unwrap();
    writer.device(node, &Accepts { oldest: 3, ..Accepts::default() }).unwrap();
    let due = [(Reason::Opaque, "one/0.inside"), (Reason::Opaque, "one/0")];
    let due = due.map(|(reason, path)| (reason, path.to_owned())).to_vec();
    assert_eq!(answer(&state, &manifest), (Answer::CannotTell, due));
}

#[test]
fn a_capability_that_is_needed_must_be_there() {
    let mut b = vec![0; ROOM];
    let manifest = accepting(&mut b, &[], Accepts::default());
    let mut memory = vec![0; ROOM];
    let state = Tree::new(&mut memory).unwrap();
    let manifest = Manifest::find(&manifest).unwrap();
    let ask = |needs: &[&str]| Preflight::new(manifest).needs(needs).compare(&state, &mut |_| ());
    assert_eq!(ask(&["ram"]), Ok(Answer::Loads));
    assert_eq!(ask(&["ram", "postcopy"]), Ok(Answer::Refused));
}

#[test]
fn a_manifest_goes_over_chunks_and_says_what_it_said() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let accepts = Accepts { oldest: 2, optional: true, tag: "acme", ..Accepts::default() };
    let written = accepting(&mut b, &[("one", 3), ("two", 4)], accepts);
    let bytes = wire::plain_stream(|v| written.replay(written.root(), v));
    let tree = wire::tree_of(&mut a, wire::in_memory(&bytes)).unwrap();
    assert_eq!(digest(&written), digest(&tree));
    let manifest = Manifest::find(&tree).unwrap();
    assert_eq!((manifest.writer(), manifest.machine()), ("vmm 2", "board"));
    assert_eq!((manifest.wire(), manifest.version()), (Wire::Chunks, Version::default()));
    assert!(manifest.capabilities().eq(["ram"]));
    let route = manifest.routes().next().unwrap();
    assert_eq!((route.of, route.from.number, route.to.number, route.to.tag), ("old", 1, 3, "acme"));
    let entries: Vec<_> = manifest.entries().collect();
    assert_eq!(entries.len(), 2);
    let entry = &entries[1];
    assert_eq!((entry.name, entry.instance, entry.newest, entry.oldest), (&b"two"[..], 0, 4, 2));
    assert_eq!((entry.tag, entry.optional, entry.known), ("acme", true, Known::All));
    assert!(entry.shape(4).is_some() && entry.shape(3).is_none());
}

#[test]
fn what_is_no_manifest_is_refused() {
    let mut memory = vec![0; ROOM];
    let tree = devices(&mut memory, &[("one", 3)], Marks::NONE);
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::Missing);
    let tree = devices(&mut memory, &[("migcore.manifest", 2)], Marks::NONE);
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::UnknownFormat);
    let tree = devices(&mut memory, &[("migcore.manifest", 1)], Marks::NONE);
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::BadValue);
    let mut tree = accepting(&mut memory, &[("one", 3)], Accepts::default());
    let shape = tree.find(tree.root(), b"migcore.manifest/0.devices[0].one/0").unwrap();
    tree.remove(shape).unwrap();
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::BadValue);
}

#[test]
fn numbers_of_reasons_are_unique_and_in_order() {
    for pair in Reason::ALL.windows(2) {
        assert!(pair[0].number() < pair[1].number());
    }
    let numbers = [Answer::Loads, Answer::Losses, Answer::Refused, Answer::CannotTell];
    assert_eq!(numbers.map(Answer::number), [0, 1, 2, 3]);
}

#[test]
fn a_write_that_fails_leaves_the_devices_where_they_were() {
    let mut memory = vec![0; ROOM];
    let used = accepting(&mut memory, &[("one", 3)], Accepts::default()).high_water();
    for room in Tree::EMPTY..used {
        let mut memory = vec![0; room];
        let mut tree = Tree::new(&mut memory).unwrap();
        let mut visiting = Visiting::new(Builder::new(&mut tree));
        let done =
            visiting.saver().device("one", 0, Versions::only(3), |v| v.visit("level", &mut 1u8));
        if done.is_err() {
            continue;
        }
        let Ok(node) = tree.find(tree.root(), b"one/0") else { continue };
        let before = digest(&tree);
        match Writer::begin(&mut tree, &About { writer: "vmm 2", ..About::default() }) {
            Ok(mut writer) => {
                if writer.device(node, &Accepts::default()).is_err() {
                    let tree = writer.tree();
                    assert_eq!(tree.find(tree.root(), b"one/0"), Ok(node));
                }
            }
            Err(code) => assert_eq!((code, digest(&tree)), (Code::NoSpace, before)),
        }
    }
}

/// What was changed since the receiver, of one item.
#[derive(Clone, Debug)]
enum Mutation {
    Drop,
    Other(Item),
    Blank,
    Before(Item, bool),
    Swap,
}

fn mutation() -> impl Strategy<Value = (prop::sample::Index, Mutation)> {
    let item = || support::state().prop_map(|mut items| items.pop().unwrap_or(Item::Absent));
    let mutation = prop_oneof![
        1 => Just(Mutation::Drop),
        1 => item().prop_map(Mutation::Other),
        2 => Just(Mutation::Blank),
        1 => (item(), any::<bool>()).prop_map(|(item, extra)| Mutation::Before(item, extra)),
        1 => Just(Mutation::Swap),
    ];
    (any::<prop::sample::Index>(), mutation)
}

fn mutate(parts: &mut Vec<Part>, index: usize, mutation: Mutation) {
    if parts.is_empty() {
        return;
    }
    let at = index % parts.len();
    match mutation {
        Mutation::Drop => drop(parts.remove(at)),
        Mutation::Other(item) => parts[at].item = item,
        Mutation::Blank => parts[at].item = parts[at].item.blank(),
        Mutation::Swap => parts.swap(at, 0),
        Mutation::Before(item, ancillary) => {
            // Names that the receiver has may come twice.
            let name = if at.is_multiple_of(2) { "new".to_owned() } else { parts[0].name.clone() };
            parts.insert(at, Part { name, item, spare: false, ancillary, since: 0 });
        }
    }
}

proptest! {
    /// Never a false answer: what is said to load is loaded, what is said to be refused is refused.
    #[test]
    fn what_is_said_is_so(
        items in support::state(),
        spare in any::<u32>(),
        mutations in prop::collection::vec(mutation(), 0..4),
    ) {
        let mut receiver = Any::of(items);
        for (at, part) in receiver.parts.iter_mut().enumerate() {
            part.spare = spare.checked_shr(at as u32).unwrap_or(0) & 1 != 0;
        }
        let mut sender = receiver.clone();
        sender.parts.iter_mut().for_each(|part| part.spare = false);
        for (index, mutation) in mutations {
            mutate(&mut sender.parts, index.index(1 << 16), mutation);
        }
        both((&mut sender, Versions::only(1)), (&mut receiver, Versions::only(1)));
    }
}
