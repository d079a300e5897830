//! What a preflight must not say: that a state loads, where that is not known.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::manifest::{About, Accepts, Manifest, Wire, Writer};
use migcore::compat::preflight::{Answer, Preflight, Reason};
use migcore::compat::{set_tag, Compat, Edge, Edit, Filter, History, Hook, Reverse, Step, Version};
use migcore::machine::{Device, Machine, Slot};
use migcore::model::{At, NodeId, Tree, Value};
use migcore::visit::{Extent, Kind, Marks, Versions, Visit, Visitor};
use migcore::{Code, Result};

const ROOM: usize = 1 << 16;

type Found = Vec<(Reason, String)>;

/// Adds a device with these numbers.
fn device(tree: &mut Tree<'_>, name: &str, version: u32, items: &[&str]) -> NodeId {
    let versions = Versions::only(version);
    let value = Value::Device { instance: 0, versions, oldest_reader: version };
    let device = tree.insert(At::End(tree.root()), name.as_bytes(), Marks::NONE, value).unwrap();
    for item in items {
        let value = Value::Scalar(Kind::U32, 7);
        tree.insert(At::End(device), item.as_bytes(), Marks::NONE, value).unwrap();
    }
    device
}

/// A state with the device `nic/0` of one number.
fn nic(memory: &mut [u8], version: u32) -> Tree<'_> {
    let mut tree = Tree::new(memory).unwrap();
    device(&mut tree, "nic", version, &["level"]);
    tree
}

/// A receiver that takes `nic/0` at a version, and says what it says.
fn receiver<'m>(
    memory: &'m mut [u8],
    (version, tag): (u32, &str),
    about: &About<'_>,
    say: impl FnOnce(&mut Writer<'_, '_>),
) -> Tree<'m> {
    let mut tree = nic(memory, version);
    let node = tree.find(tree.root(), b"nic/0").unwrap();
    let mut writer = Writer::begin(&mut tree, about).unwrap();
    writer.device(node, &Accepts { oldest: version, tag, ..Accepts::default() }).unwrap();
    say(&mut writer);
    tree
}

fn compare(state: &Tree<'_>, receiver: &Tree<'_>) -> (Answer, Found) {
    let mut found = Found::new();
    let mut preflight = Preflight::new(Manifest::find(receiver).unwrap());
    let answer = preflight.compare(state, &mut |finding| {
        found.push((finding.reason, finding.path.as_str().to_owned()));
    });
    (answer.unwrap(), found)
}

fn run(
    state: &mut Tree<'_>,
    receiver: &Tree<'_>,
    compat: &Compat<'_>,
    from: Option<Version<'_>>,
) -> (Answer, Found) {
    let mut found = Found::new();
    let mut preflight = Preflight::new(Manifest::find(receiver).unwrap());
    let answer = preflight.run(state, compat, from, &mut |finding| {
        found.push((finding.reason, finding.path.as_str().to_owned()));
    });
    (answer.unwrap(), found)
}

fn told(reason: Reason, path: &str) -> Found {
    vec![(reason, path.to_owned())]
}

fn lossy(_: &mut Edit<'_, '_>) -> Result<u32> {
    Err(Code::Lossy)
}

fn no_route(_: &mut Edit<'_, '_>) -> Result<u32> {
    Err(Code::NoRoute)
}

static LOSSY: [Edge<'static>; 1] = [Edge::new(
    Version::new(1),
    Version::new(2),
    &[Step::Call { up: Some(Hook(&lossy)), down: None }],
)];
static NO_ROUTE: [Edge<'static>; 1] = [Edge::new(
    Version::new(1),
    Version::new(2),
    &[Step::Call { up: Some(Hook(&no_route)), down: None }],
)];

#[test]
fn a_step_that_fails_with_any_code_does_not_load() {
    for (edges, route) in [(&LOSSY, false), (&NO_ROUTE, false), (&NO_ROUTE, true)] {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let histories = [History::of_devices("nic", Version::new(2), edges)];
        let compat = Compat { histories: &histories, ..Compat::default() };
        let receiver = receiver(&mut b, (2, ""), &About::default(), |writer| {
            if route {
                writer.route("other", Version::new(1), Version::new(2)).unwrap();
            }
        });
        let (answer, found) = run(&mut nic(&mut a, 1), &receiver, &compat, None);
        assert_eq!((answer, found[0].0), (Answer::Refused, Reason::StepFailed));
    }
}

#[test]
fn only_a_route_that_fits_helps_a_device() {
    let of = |of: &str, from: Version<'_>| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let receiver = receiver(&mut b, (2, ""), &About::default(), |writer| {
            writer.route(of, from, Version::new(2)).unwrap();
        });
        run(&mut nic(&mut a, 1), &receiver, &Compat::default(), None)
    };
    let refused = (Answer::Refused, told(Reason::NoRoute, "nic/0"));
    assert_eq!(of("other", Version::new(1)), refused);
    assert_eq!(of("nic", Version::new(3)), refused);
    assert_eq!(of("nic", Version::tagged(1, "acme")), refused);
    assert_eq!(of("", Version::new(1)), refused);
    let converts = (Answer::CannotTell, told(Reason::ReceiverConverts, "nic/0"));
    assert_eq!(of("n*", Version::new(1)), converts);
}

#[test]
fn what_the_receiver_converts_leaves_the_other_devices_to_the_sender() {
    static EDGES: [Edge<'static>; 1] = [Edge {
        reverse: Reverse::None,
        ..Edge::new(
            Version::new(1),
            Version::new(2),
            &[Step::Rename { scope: "", from: "lvl", to: "level" }],
        )
    }];
    static HISTORIES: [History<'static>; 1] = [History::of_devices("nic", Version::new(2), &EDGES)];
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let mut state = Tree::new(&mut a).unwrap();
    device(&mut state, "disk", 1, &["old"]);
    device(&mut state, "nic", 1, &["lvl"]);
    let mut receiver = Tree::new(&mut b).unwrap();
    let nodes =
        [device(&mut receiver, "disk", 2, &["new"]), device(&mut receiver, "nic", 2, &["level"])];
    let mut writer = Writer::begin(&mut receiver, &About::default()).unwrap();
    for node in nodes {
        writer.device(node, &Accepts { oldest: 2, ..Accepts::default() }).unwrap();
    }
    writer.route("*", Version::new(1), Version::new(2)).unwrap();
    let compat = Compat { histories: &HISTORIES, ..Compat::default() };
    let due = (Answer::CannotTell, told(Reason::ReceiverConverts, "disk/0"));
    assert_eq!(run(&mut state, &receiver, &compat, None), due);
}

#[test]
fn only_a_route_that_fits_helps_a_machine() {
    let of = |of: &str, from: u32| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let about = About { version: Version::new(3), ..About::default() };
        let receiver = receiver(&mut b, (1, ""), &about, |writer| {
            writer.route(of, Version::new(from), Version::new(3)).unwrap();
        });
        let from = Some(Version::new(2));
        run(&mut nic(&mut a, 1), &receiver, &Compat::default(), from)
    };
    // Nobody has a history of the machine.
    assert_eq!(of("other", 2), (Answer::Loads, Found::new()));
    assert_eq!(of("*", 2), (Answer::Loads, Found::new()));
    assert_eq!(of("", 1), (Answer::Refused, told(Reason::NoRoute, "machine")));
    assert_eq!(of("", 2), (Answer::CannotTell, told(Reason::ReceiverConverts, "machine")));
}

/// A tree of a device with four bytes.
fn blob<'m>(memory: &'m mut [u8], marks: Marks, bytes: &[u8]) -> (Tree<'m>, NodeId) {
    let mut tree = Tree::new(memory).unwrap();
    let node = device(&mut tree, "nic", 1, &[]);
    let value = Value::Bytes(Extent::Fixed, bytes);
    tree.insert(At::End(node), b"blob", marks, value).unwrap();
    (tree, node)
}

#[test]
fn what_is_opaque_on_either_side_cannot_be_told() {
    let of = |sent: Marks, bytes: &[u8], read: Marks| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let (state, (mut receiver, node)) =
            (blob(&mut a, sent, bytes).0, blob(&mut b, read, b"1234"));
        let mut writer = Writer::begin(&mut receiver, &About::default()).unwrap();
        writer.device(node, &Accepts { oldest: 1, ..Accepts::default() }).unwrap();
        compare(&state, &receiver)
    };
    let opaque = (Answer::CannotTell, told(Reason::Opaque, "nic/0.blob"));
    for bytes in [b"abcd", &[0; 4]] {
        assert_eq!(of(Marks::NONE, bytes, Marks::NONE), (Answer::Loads, vec![]));
        assert_eq!(of(Marks::NONE, bytes, Marks::OPAQUE), opaque);
        assert_eq!(of(Marks::OPAQUE, bytes, Marks::NONE), opaque);
        assert_eq!(of(Marks::OPAQUE, bytes, Marks::OPAQUE), opaque);
    }
}

#[test]
fn what_stands_beside_the_devices_is_known_to_nobody() {
    for (marks, answer, reason) in [
        (Marks::NONE, Answer::Refused, Reason::UnknownItem),
        (Marks::ANCILLARY, Answer::Losses, Reason::Skipped),
    ] {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let receiver = receiver(&mut b, (1, ""), &About::default(), |_| ());
        let mut state = nic(&mut a, 1);
        let end = At::End(state.root());
        state.insert(end, b"loose", marks, Value::Scalar(Kind::U32, 1)).unwrap();
        assert_eq!(compare(&state, &receiver), (answer, told(reason, "loose")));
    }
}

fn refuse(_: &mut Edit<'_, '_>) -> Result<u32> {
    Err(Code::NotValid)
}

fn leave_out_level(edit: &mut Edit<'_, '_>) -> Result<u32> {
    let level = edit.tree.find(edit.scope, b"nic/0.level")?;
    edit.tree.remove(level).map(|()| 1)
}

#[test]
fn what_leaves_is_what_the_filters_leave() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let receiver = receiver(&mut b, (1, ""), &About::default(), |_| ());
    let mut of = |filter: Filter<'_>| {
        let compat = Compat { filters: &[filter], ..Compat::default() };
        run(&mut nic(&mut a, 1), &receiver, &compat, None)
    };
    let arriving = Filter { leaving: None, arriving: Some(Hook(&refuse)) };
    assert_eq!(of(arriving), (Answer::Loads, vec![]));
    let leaving = Filter { leaving: Some(Hook(&leave_out_level)), arriving: None };
    assert_eq!(of(leaving), (Answer::Refused, told(Reason::MissingItem, "nic/0.level")));
    let leaving = Filter { leaving: Some(Hook(&refuse)), arriving: None };
    assert_eq!(of(leaving), (Answer::Refused, told(Reason::StepFailed, "")));
}

#[test]
fn a_version_of_another_line_cannot_be_told() {
    let of = |sent: &str, newest: (u32, &str)| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let receiver = receiver(&mut b, newest, &About::default(), |writer| {
            writer.route("nic", Version::tagged(6, "known"), Version::new(6)).unwrap();
        });
        let mut state = nic(&mut a, 6);
        // Others have tags as well.
        for name in ["a", "z"] {
            let other = device(&mut state, name, 1, &[]);
            state.set_marks(other, Marks::ANCILLARY).unwrap();
            set_tag(&mut state, other, "other").unwrap();
        }
        let node = state.find(state.root(), b"nic/0").unwrap();
        set_tag(&mut state, node, sent).unwrap();
        compare(&state, &receiver).1[0].clone()
    };
    let skipped = (Reason::Skipped, "a/0".to_owned());
    assert_eq!(of("", (6, "")), skipped);
    assert_eq!(of("acme", (6, "acme")), skipped);
    let other = (Reason::OtherVersion, "nic/0".to_owned());
    for (sent, newest) in [("acme", ""), ("", "acme"), ("acme", "else")] {
        assert_eq!(of(sent, (6, newest)), other);
    }
    assert_eq!(of("known", (6, "")).0, Reason::ReceiverConverts);
    assert_eq!(of("acme", (5, "")).0, Reason::TooNew);
}

#[test]
fn many_routes_and_devices_are_too_much_and_not_slow() {
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 22]);
    let long = "x".repeat(250);
    let mut receiver = Tree::new(&mut b).unwrap();
    let mut state = Tree::new(&mut a).unwrap();
    let names: Vec<_> = (0..300).map(|at| format!("nic{at}")).collect();
    let nodes: Vec<_> = names.iter().map(|name| device(&mut receiver, name, 2, &[])).collect();
    for name in &names {
        device(&mut state, name, 1, &[]);
    }
    let mut writer = Writer::begin(&mut receiver, &About::default()).unwrap();
    for node in nodes {
        writer.device(node, &Accepts { oldest: 2, ..Accepts::default() }).unwrap();
    }
    for _ in 0..3000 {
        writer.route(&long, Version::new(1), Version::new(2)).unwrap();
    }
    let (answer, found) = compare(&state, &receiver);
    assert_eq!(answer, Answer::Refused);
    assert!(found.len() < 300);
    assert_eq!(found.last(), Some(&(Reason::TooMuchWork, String::new())));
}

/// What a sender on a wire is told by a receiver of `nic/0` that wants one.
fn over(
    (sends, wants): (Wire, Wire),
    sent: impl FnOnce(&mut Tree<'_>),
    read: impl FnOnce(&mut Tree<'_>) -> Vec<NodeId>,
    optional: bool,
) -> (Answer, Found) {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let (mut state, mut receiver) = (Tree::new(&mut a).unwrap(), Tree::new(&mut b).unwrap());
    sent(&mut state);
    let nodes = read(&mut receiver);
    let about = About { wire: wants, ..About::default() };
    let mut writer = Writer::begin(&mut receiver, &about).unwrap();
    for node in nodes {
        let accepts = Accepts { oldest: 1, optional, ..Accepts::default() };
        // The marks of a state say something else than those of a shape.
        let items: Vec<_> = writer.tree().children(node).unwrap().collect();
        let marks: Vec<_> = items.iter().map(|item| writer.tree().marks(*item).unwrap()).collect();
        writer.device(node, &accepts).unwrap();
        for (item, marks) in items.into_iter().zip(marks) {
            writer.tree().set_marks(item, marks).unwrap();
        }
    }
    let mut found = Found::new();
    let mut preflight = Preflight::new(Manifest::find(&receiver).unwrap()).wire(sends);
    let answer = preflight.compare(&state, &mut |finding| {
        found.push((finding.reason, finding.path.as_str().to_owned()));
    });
    (answer.unwrap(), found)
}

#[test]
fn the_receiver_gets_the_wire_that_it_wants() {
    for sends in [Wire::Any, Wire::Legacy, Wire::Chunks] {
        for wants in [Wire::Any, Wire::Legacy, Wire::Chunks] {
            let same = |tree: &mut Tree<'_>| vec![device(tree, "nic", 1, &["level"])];
            let found = over((sends, wants), |tree| drop(same(tree)), same, false);
            let other = matches!(
                (sends, wants),
                (Wire::Legacy, Wire::Chunks) | (Wire::Chunks, Wire::Legacy)
            );
            let due = match other {
                true => (Answer::Refused, told(Reason::Wire, "")),
                false => (Answer::Loads, vec![]),
            };
            assert_eq!(found, due);
        }
    }
}

#[test]
fn without_names_only_the_same_bytes_load() {
    let typed = |kind: Kind, marks: Marks| {
        move |tree: &mut Tree<'_>| {
            let nic = device(tree, "nic", 1, &["a"]);
            tree.insert(At::End(nic), b"b", marks, Value::Scalar(kind, 0)).unwrap();
            vec![nic]
        }
    };
    let items = |items: &'static [&'static str]| {
        move |tree: &mut Tree<'_>| vec![device(tree, "nic", 1, items)]
    };
    let wires = [(Wire::Legacy, Wire::Any), (Wire::Any, Wire::Legacy)];
    let named = [(Wire::Chunks, Wire::Any), (Wire::Any, Wire::Any)];
    for wires in wires.into_iter().chain(named) {
        let is_named = named.contains(&wires);
        let or = |answer: Answer, reason: Reason, path: &str, else_: (Answer, Found)| match is_named
        {
            true => else_,
            false => (answer, told(reason, path)),
        };
        let loads = (Answer::Loads, vec![]);
        let sent = |tree: &mut Tree<'_>| drop(items(&["b", "a"])(tree));
        let found = over(wires, sent, items(&["a", "b"]), false);
        assert_eq!(found.0, if is_named { Answer::Loads } else { Answer::Refused });
        assert!(found.1.iter().all(|(reason, _)| *reason == Reason::Order));

        let sent = |tree: &mut Tree<'_>| drop(typed(Kind::U16, Marks::NONE)(tree));
        let found = over(wires, sent, typed(Kind::U32, Marks::NONE), false);
        let due = or(Answer::Refused, Reason::WrongType, "nic/0.b", loads.clone());
        assert_eq!(found, due);

        // What is skipped where things have names is read as what comes next.
        let sent = |tree: &mut Tree<'_>| drop(typed(Kind::U16, Marks::ANCILLARY)(tree));
        let skipped = (Answer::Losses, told(Reason::Skipped, "nic/0.b"));
        let due = or(Answer::Refused, Reason::UnknownItem, "nic/0.b", skipped);
        assert_eq!(over(wires, sent, items(&["a"]), false), due);
        let sent = |tree: &mut Tree<'_>| drop(items(&["a"])(tree));
        let due = or(Answer::Refused, Reason::MissingItem, "nic/0.b", loads.clone());
        assert_eq!(over(wires, sent, typed(Kind::U16, Marks::ANCILLARY), false), due);

        // Devices have names in QEMU's stream, and not without it.
        let two = |names: [&'static str; 2]| {
            move |tree: &mut Tree<'_>| names.map(|name| device(tree, name, 1, &["a"])).to_vec()
        };
        let sent = |tree: &mut Tree<'_>| drop(two(["disk", "nic"])(tree));
        let due = or(Answer::CannotTell, Reason::Order, "nic/0", loads.clone());
        assert_eq!(over(wires, sent, two(["nic", "disk"]), true), due.clone());
        let sent = |tree: &mut Tree<'_>| drop(items(&["a"])(tree));
        let due = or(Answer::CannotTell, Reason::MissingDevice, "disk/0", loads);
        assert_eq!(over(wires, sent, two(["nic", "disk"]), true), due);
    }
}

#[test]
fn a_manifest_that_says_something_twice_is_none() {
    let (mut a, about) = (vec![0; ROOM], About::default());
    let mut tree = receiver(&mut a, (3, ""), &about, |_| ());
    assert!(Manifest::find(&tree).is_ok());
    let more = |tree: &mut Tree<'_>, version: u32, older: bool| {
        let node = device(tree, "nic", version, &["level"]);
        let manifest = tree.find(tree.root(), b"migcore.manifest/0").unwrap();
        let mut writer = Writer::resume(tree, manifest).unwrap();
        match older {
            true => writer.older(node),
            false => writer.device(node, &Accepts::default()),
        }
    };
    let shape = more(&mut tree, 2, true).unwrap();
    assert_eq!(more(&mut tree, 2, true), Err(Code::Occupied));
    assert_eq!(Manifest::find(&tree).unwrap().entries().next().unwrap().shape(2), Some(shape));
    let of_newest = tree.parent(shape).unwrap().unwrap();
    let twice = tree.copy_within(shape, At::End(of_newest)).unwrap();
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::BadValue);
    tree.remove(twice).unwrap();
    assert_eq!(Manifest::find(&tree).unwrap().entries().next().unwrap().shape(2), Some(shape));
    more(&mut tree, 4, false).unwrap();
    assert_eq!(Manifest::find(&tree).unwrap_err(), Code::BadValue);
}

#[test]
fn a_device_that_comes_twice_is_found_among_many() {
    for twice in [None, Some(1), Some(254), Some(255), Some(256), Some(700)] {
        let mut memory = vec![0; 1 << 20];
        let mut tree = Tree::new(&mut memory).unwrap();
        let names = (0..800).map(|at| format!("port{at}"));
        let names: Vec<_> = names.chain(twice.map(|at| format!("port{at}"))).collect();
        let nodes: Vec<_> = names.iter().map(|name| device(&mut tree, name, 1, &[])).collect();
        let mut writer = Writer::begin(&mut tree, &About::default()).unwrap();
        for node in nodes {
            writer.device(node, &Accepts::default()).unwrap();
        }
        let due = if twice.is_some() { Err(Code::BadValue) } else { Ok(()) };
        assert_eq!(Manifest::find(&tree).map(|_| ()), due);
    }
}

struct Port;

impl Visit for Port {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("level", &mut 1u8)
    }
}

impl Device for Port {}

#[test]
fn who_refuses_to_accept_is_asked_no_more() {
    let mut memory = vec![0; ROOM];
    let mut tree = Tree::new(&mut memory).unwrap();
    let (mut one, mut other, mut asked) = (Port, Port, 0);
    let versions = Versions::only(1);
    let mut slots =
        [Slot::new("port", 0, versions, &mut one), Slot::new("port", 1, versions, &mut other)];
    let mut machine = Machine::new(&mut slots).unwrap();
    let done = machine.manifest(&mut tree, &About::default(), 0, &mut |_, _| {
        asked += 1;
        Err(Code::NotValid)
    });
    assert_eq!((done.unwrap_err().code, asked), (Code::NotValid, 1));
}

/// Adds `nic/0` with two lists of so many elements, behind items that nobody looks at.
fn lists(memory: &mut [u8], before: usize, counts: [usize; 2]) -> Tree<'_> {
    let mut tree = Tree::new(memory).unwrap();
    let pad = device(&mut tree, "pad", 1, &vec!["item"; before]);
    let nic = device(&mut tree, "nic", 1, &[]);
    for (name, count) in ["first", "second"].into_iter().zip(counts) {
        let list = Value::List { extent: Extent::Fixed };
        let list = tree.insert(At::End(nic), name.as_bytes(), Marks::NONE, list).unwrap();
        for _ in 0..count {
            tree.insert(At::End(list), b"", Marks::NONE, Value::Element).unwrap();
        }
    }
    tree.remove(pad).unwrap();
    tree
}

/// Lists of two trees may have one handle.
#[test]
fn a_list_that_is_longer_is_told_behind_one_that_is_shorter() {
    for before in 0..16 {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let (state, mut receiver) = (lists(&mut a, 0, [1, 2]), lists(&mut b, before, [2, 1]));
        let nic = receiver.find(receiver.root(), b"nic/0").unwrap();
        let mut writer = Writer::begin(&mut receiver, &About::default()).unwrap();
        writer.device(nic, &Accepts { oldest: 1, ..Accepts::default() }).unwrap();
        let (answer, found) = compare(&state, &receiver);
        let both =
            ["nic/0.first", "nic/0.second"].map(|path| (Reason::WrongCount, path.to_owned()));
        assert_eq!((answer, found), (Answer::Refused, both.to_vec()), "{before}");
    }
}
