//! What a run loses: told, judged, kept in the tree, and given back to whoever goes the same edge the other way.

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

use histories::{
    add, all, compat, drop_item, item, losses, machine, memory, number, private, put, put_number,
    run, set, shown, to, v,
};
use migcore::compat::{
    each_loss, note_hop, After, Compat, DeviceName, Edge, History, Item, NewDevice, Place, Policy,
    Required, Step, Verdict, Version, Way, LOSSES,
};
use migcore::model::{At, DigestOptions, Tree, Value};
use migcore::visit::{Kind, Marks, Versions};
use migcore::Code;

/// Version 2 has a number more, of which 5 is the default; version 3 lost one, of which nothing is known: a state
/// that never had it goes back without.
const EDGES: [Edge<'static>; 2] = [
    Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])]),
    Edge {
        required: Required::But(&[0]),
        ..Edge::new(v(2), v(3), &[drop_item("old"), add("c", &[item("c", 0)])])
    },
];

const HISTORIES: [History<'static>; 1] = [History::of_devices("nic*", v(3), &EDGES)];

const A: &[(&str, u64)] = &[("a", 1), ("b", 5), ("c", 0)];

#[test]
fn what_is_lost_is_told_and_kept_by_version_step_path_and_value() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic1", 3, A);
    put(&mut tree, "nic2", 3, &[("a", 1), ("b", 6), ("c", 7)]);
    let compat = compat(&HISTORIES);
    let (done, notes) = run(&compat, &mut tree, &to(&[("*", v(1))]));
    let done = done.unwrap();
    let told = ["nic2:c = 7 Item 3>2 step 1", "nic2:b = 6 Item 2>1 step 0"];
    assert_eq!((done.losses, &notes.losses[..]), (2, &told.map(String::from)[..]));
    assert_eq!(losses(&tree), told);
    let mut of_run = 0;
    done.each_loss(&tree, &mut |_| of_run += 1).unwrap();
    assert_eq!(of_run, 2);

    // A later run counts from 0, and lists its own.
    put(&mut tree, "nic3", 3, &[("a", 1), ("b", 8), ("c", 0)]);
    let (done, notes) = run(&compat, &mut tree, &to(&[("nic3", v(1))]));
    let done = done.unwrap();
    let told = ["nic3:b = 8 Item 2>1 step 0"];
    assert_eq!(
        (done.losses, done.restored, &notes.losses[..]),
        (1, 0, &told.map(String::from)[..])
    );
    let mut of_run = Vec::new();
    done.each_loss(&tree, &mut |loss| of_run.push(histories::line(&tree, loss))).unwrap();
    assert_eq!((of_run, losses(&tree).len()), (vec![told[0].to_owned()], 3));
}

#[test]
fn an_upgrade_over_the_same_edges_brings_everything_back() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    for at in 0..20 {
        put(&mut tree, &format!("nic{at}"), 3, &[("a", at), ("b", at % 7), ("c", at % 3)]);
    }
    let (before, compat) = (all(&tree), compat(&HISTORIES));
    let done = run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();
    assert!(done.losses > 20 && number(&tree, "nic8/0.b").is_none());
    let back = run(&compat, &mut tree, &to(&[("*", v(3))])).0.unwrap();
    assert_eq!((back.restored, back.unrestored, back.losses), (done.losses, 0, 0));
    // The private device is gone with what it held.
    assert_eq!(all(&tree), before);
}

#[test]
fn what_the_newer_version_drops_comes_back_to_the_older() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 2, &[("old", 9), ("a", 1), ("b", 6)]);
    let edges = EDGES.map(|edge| Edge { required: Required::All, ..edge });
    let histories = [History::of_devices("nic*", v(3), &edges)];
    let (before, compat) = (all(&tree), compat(&histories));
    let three = [("nic", v(3))];
    let up = to(&three);
    assert_eq!(run(&compat, &mut tree, &up).1.losses, ["nic:old = 9 Item 2>3 step 0"]);
    run(&compat, &mut tree, &to(&[("nic", v(2))])).0.unwrap();
    assert_eq!(all(&tree), before);
    // Without the losses there is nothing to make it of, which the step that must find something says.
    run(&compat, &mut tree, &up).0.unwrap();
    tree.remove(private(&tree, LOSSES).unwrap()).unwrap();
    let failed = run(&compat, &mut tree, &to(&[("nic", v(2))])).0.unwrap_err();
    assert_eq!((failed.code(), failed.step), (Code::Missing, Some(0)));
}

#[test]
fn another_edge_gives_nothing_back_and_makes_stale_what_it_passes() {
    const WAYS: [Edge<'static>; 4] = [
        Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])]),
        Edge::new(v(2), v(3), &[add("c", &[item("c", 5)])]),
        // Another way from 1 to 3.
        Edge::new(v(1), Version::tagged(1, "x"), &[add("b", &[item("b", 1)])]),
        Edge::new(Version::tagged(1, "x"), v(3), &[add("c", &[item("c", 1)])]),
    ];
    let histories = [History::of_devices("nic", v(3), &WAYS)];
    let all_ways = compat(&histories);
    let other = [History::of_devices("nic", v(3), &WAYS[2..])];
    let other = compat(&other);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 3, &[("a", 1), ("b", 6), ("c", 7)]);
    let (one, three) = ([("nic", v(1))], [("nic", v(3))]);
    assert_eq!(run(&all_ways, &mut tree, &to(&one)).0.unwrap().losses, 2);
    let back = run(&other, &mut tree, &to(&three)).0.unwrap();
    assert_eq!((number(&tree, "nic/0.b"), number(&tree, "nic/0.c")), (Some(1), Some(1)));
    // The state is of version 3 again, and may change: what it was is no more.
    assert_eq!((back.restored, back.unrestored, losses(&tree).len()), (0, 1, 1));
    // So it is with version 2, when it comes there.
    let done = run(&all_ways, &mut tree, &to(&one)).0.unwrap();
    assert_eq!((done.losses, done.unrestored), (2, 1));
    run(&all_ways, &mut tree, &to(&three)).0.unwrap();
    assert_eq!((number(&tree, "nic/0.b"), number(&tree, "nic/0.c")), (Some(1), Some(1)));
    assert!(private(&tree, LOSSES).is_none());
}

#[test]
fn edges_between_the_same_versions_are_told_apart() {
    // Up by the first, down by the second: the first does not lead back.
    const TWO: [Edge<'static>; 2] = [
        Edge::new(v(1), v(2), &[add("b", &[item("b", 1)])]).one_way(),
        Edge::new(v(1), v(2), &[add("b", &[item("b", 2)])]),
    ];
    let histories = [History::of_devices("nic", v(2), &TWO)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 2, &[("b", 7)]);
    run(&compat(&histories), &mut tree, &to(&[("nic", v(1))])).0.unwrap();
    assert_eq!(losses(&tree), ["nic:b = 7 Item 2>1 step 0"]);
    let back = run(&compat(&histories), &mut tree, &to(&[("nic", v(2))])).0.unwrap();
    assert_eq!((number(&tree, "nic/0.b"), back.restored, back.unrestored), (Some(1), 0, 1));
}

#[test]
fn each_device_gets_its_own_back_wherever_the_private_device_stands() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    for at in 0..9 {
        put(&mut tree, &format!("nic{at}"), 3, &[("a", at), ("b", 10 + at), ("c", 20 + at)]);
    }
    let compat = compat(&HISTORIES);
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();
    // In quite another order, and with what only other programs know before it and behind.
    let root = tree.root();
    let devices: Vec<_> = tree.children(root).unwrap().collect();
    for at in [4, 0, 8, 2] {
        tree.move_to(devices[at], At::End(root)).unwrap();
    }
    put(&mut tree, "migcore.unknown", 1, &[("a", 1)]);
    let foreign = Value::Bytes(migcore::visit::Extent::Variable, b"x");
    tree.insert(At::Start(root), b"foreign", Marks::NONE, foreign).unwrap();
    tree.insert(At::End(root), b"", Marks::NONE, Value::Raw(b"more")).unwrap();
    let done = run(&compat, &mut tree, &to(&[("*", v(3))])).0.unwrap();
    assert_eq!((done.restored, done.unrestored), (18, 0));
    for at in 0..9 {
        assert_eq!(number(&tree, &format!("nic{at}/0.b")), Some(10 + at));
        assert_eq!(number(&tree, &format!("nic{at}/0.c")), Some(20 + at));
    }
    assert_eq!(number(&tree, "migcore.unknown/0.a"), Some(1));
}

#[test]
fn what_has_no_place_any_more_is_counted() {
    let list = [Step::Drop {
        place: Place { scope: "rx[*]", name: "head", after: After::End },
        items: &[],
    }];
    let edges = [Edge::new(v(1), v(2), &list).optional()];
    let histories = [History::of_devices("nic", v(2), &edges)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 1, &[("a", 1)]);
    let rx = Value::List { extent: migcore::visit::Extent::Variable };
    let rx = tree.insert(At::End(nic), b"rx", Marks::NONE, rx).unwrap();
    for head in 0..50 {
        let element = tree.insert(At::End(rx), b"", Marks::NONE, Value::Element).unwrap();
        put_number(&mut tree, element, "head", head);
    }
    let before = all(&tree);
    let [up, down] = [[("nic", v(2))], [("nic", v(1))]];
    assert_eq!(run(&compat, &mut tree, &to(&up)).0.unwrap().losses, 50);
    run(&compat, &mut tree, &to(&down)).0.unwrap();
    assert_eq!(all(&tree), before);
    run(&compat, &mut tree, &to(&up)).0.unwrap();
    for _ in 0..20 {
        let last = tree.children(rx).unwrap().last().unwrap();
        tree.remove(last).unwrap();
    }
    let done = run(&compat, &mut tree, &to(&down)).0.unwrap();
    assert_eq!((done.restored, done.unrestored), (30, 20));
    assert_eq!(number(&tree, "nic/0.rx[29].head"), Some(29));
    assert!(private(&tree, LOSSES).is_none());
}

#[test]
fn a_policy_decides_by_pattern_and_all_refusals_are_seen() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic1", 3, &[("a", 1), ("b", 6), ("c", 7)]);
    put(&mut tree, "nic2", 3, &[("a", 1), ("b", 6), ("c", 8)]);
    let before = all(&tree);
    let mut go = |rules: &[(&str, Verdict)], otherwise| {
        let policy = Policy { rules, otherwise };
        let compat = Compat { histories: &HISTORIES, policy, ..Compat::default() };
        let (done, notes) = run(&compat, &mut tree, &to(&[("*", v(1))]));
        let refused = notes.losses.iter().filter(|line| line.ends_with("REFUSED")).count();
        if done.is_err() {
            assert_eq!((all(&tree), notes.losses.len()), (before.clone(), 4));
        }
        (done.map_err(|failed| failed.to_string()), refused)
    };
    let text = |path, at: &str| {
        let code = "this would lose state that must not be lost";
        let value = match path {
            "nic1/0.c" => 7,
            "nic1/0.b" => 6,
            _ => 8,
        };
        Err(format!("{path}: {code} (u32 = {value}, which the policy refuses), in step {at}"))
    };
    assert_eq!(go(&[], Verdict::Refuse), (text("nic1/0.c", "1 from 3 to 2"), 4));
    assert_eq!(go(&[], Verdict::IfDefault), (text("nic1/0.c", "1 from 3 to 2"), 4));
    let allow = Verdict::Allow;
    assert_eq!(go(&[("nic1/*", allow)], Verdict::Refuse), (text("nic2/0.c", "1 from 3 to 2"), 2));
    let rules = [("*/0.c", allow), ("*/0.b", Verdict::Refuse), ("*/*", allow)];
    assert_eq!(go(&rules, allow), (text("nic1/0.b", "0 from 2 to 1"), 2));
    // The first rule that fits.
    let rules = [("*/*.b", allow), ("*/*.b", Verdict::Refuse), ("nic/0", Verdict::Refuse)];
    assert!(go(&rules, allow).0.is_ok());
}

#[test]
fn what_is_zero_is_a_default_only_where_the_step_knows_none() {
    const DROPS: [Edge<'static>; 1] = [Edge::new(
        v(1),
        v(2),
        &[
            drop_item("x"),
            Step::Drop {
                place: Place { scope: "", name: "y", after: After::End },
                items: &[item("y", 3)],
            },
        ],
    )];
    let histories = [History::of_devices("nic", v(2), &DROPS)];
    let compat = Compat { histories: &histories, ..Compat::default() };
    let go = |x, y| {
        let mut memory = memory();
        let mut tree = Tree::new(&mut memory).unwrap();
        put(&mut tree, "nic", 1, &[("x", x), ("y", y)]);
        let done = run(&compat, &mut tree, &to(&[("nic", v(2))])).0;
        done.map(|done| done.losses).map_err(|failed| failed.report.path.as_str().to_owned())
    };
    assert_eq!(go(0, 3), Ok(1));
    assert_eq!(go(1, 3), Err("nic/0.x".to_owned()));
    assert_eq!(go(0, 0), Err("nic/0.y".to_owned()));
}

#[test]
fn secrets_are_kept_and_marked() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 3, &[("a", 1), ("b", 5)]);
    let keys =
        tree.insert(At::End(nic), b"c", Marks::SECRET, Value::Scalar(Kind::U32, 77)).unwrap();
    assert_eq!(tree.value(keys), Ok(Value::Scalar(Kind::U32, 77)));
    let (before, compat) = (all(&tree), compat(&HISTORIES));
    run(&compat, &mut tree, &to(&[("nic", v(1))])).0.unwrap();
    each_loss(&tree, &mut |loss| assert!(loss.secret && loss.path == b"c")).unwrap();
    let store = private(&tree, LOSSES).unwrap();
    let mut text = Vec::new();
    tree.print(store, &mut |part| text.extend_from_slice(part)).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("c: u32 = (secret)") && !text.contains("77"), "{text}");
    run(&compat, &mut tree, &to(&[("nic", v(3))])).0.unwrap();
    assert_eq!(all(&tree), before);
}

#[test]
fn bits_of_a_secret_are_not_shown() {
    const BITS: [Step<'static>; 1] =
        [Step::Bits { scope: "", name: "key", at: 0, mask: 0xff, from: Some(0), to: Some(1) }];
    const EDGE: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &BITS)];
    let histories = [History::of_devices("nic", v(2), &EDGE)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 1, &[]);
    tree.insert(At::End(nic), b"key", Marks::SECRET, Value::Scalar(Kind::U32, 0x4321)).unwrap();
    let before = tree.digest(tree.root(), DigestOptions::default()).unwrap();
    run(&compat, &mut tree, &to(&[("nic", v(2))])).0.unwrap();
    each_loss(&tree, &mut |loss| assert!(loss.secret && loss.bits == 0x21)).unwrap();
    assert!(all(&tree).contains("bits: u64 = (secret)"), "{}", all(&tree));
    run(&compat, &mut tree, &to(&[("nic", v(1))])).0.unwrap();
    assert_eq!(tree.digest(tree.root(), DigestOptions::default()), Ok(before));
}

/// The machine drops a device, and a number of another.
const MACHINE: [Edge<'static>; 1] = [Edge::new(
    Version::named("old"),
    Version::named("new"),
    &[
        Step::DropDevice {
            device: NewDevice {
                name: DeviceName { name: "hpet", instance: None },
                versions: Versions::only(1),
                oldest_reader: 1,
                after: After::Name("uart/0"),
            },
            items: None,
        },
        Step::Drop { place: Place { scope: "*/0", name: "b", after: After::End }, items: &[] },
    ],
)];

#[test]
fn losses_of_the_machine_are_its_own() {
    let histories = [History::of_machine(Version::named("new"), &MACHINE), HISTORIES[0]];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "uart", 1, &[("a", 1), ("b", 3)]);
    put(&mut tree, "hpet", 1, &[("x", 7)]);
    put(&mut tree, "nic", 3, &[("a", 2), ("c", 8), ("b", 9)]);
    let before = shown(&tree);
    let (old, new) = (Version::named("old"), Version::named("new"));
    let (done, notes) = run(&compat, &mut tree, &machine(old, new));
    assert_eq!(done.unwrap().losses, 3);
    assert!(notes.losses.iter().all(|line| line.starts_with(':')), "{:?}", notes.losses);
    assert_eq!((number(&tree, "hpet/0.x"), number(&tree, "nic/0.b")), (None, None));
    // What a device loses in between, and gets back, has nothing to do with it.
    run(&compat, &mut tree, &machine(new, old)).0.unwrap();
    assert_eq!(shown(&tree), before);
    run(&compat, &mut tree, &machine(old, new)).0.unwrap();
    let done = run(&compat, &mut tree, &machine(new, old)).0.unwrap();
    assert_eq!((done.restored, done.unrestored, shown(&tree)), (3, 0, before));
}

#[test]
fn what_a_device_lost_follows_it_when_the_machine_renames_it() {
    const RENAMES: [Edge<'static>; 1] = [Edge::new(
        Version::named("old"),
        Version::named("new"),
        &[Step::RenameDevice {
            from: DeviceName { name: "nic*", instance: None },
            to: DeviceName { name: "nic.*", instance: None },
        }],
    )];
    let histories = [History::of_machine(Version::named("new"), &RENAMES), HISTORIES[0]];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    for at in 0..5 {
        put(&mut tree, &format!("nic{at}"), 3, &[("a", at), ("b", at), ("c", at)]);
    }
    let (old, new) = (Version::named("old"), Version::named("new"));
    run(&compat, &mut tree, &to(&[("nic*", v(1))])).0.unwrap();
    run(&compat, &mut tree, &machine(old, new)).0.unwrap();
    assert!(losses(&tree).iter().all(|line| line.starts_with("nic.")));
    let done = run(&compat, &mut tree, &to(&[("nic*", v(3))])).0.unwrap();
    assert_eq!((done.unrestored, number(&tree, "nic.4/0.b")), (0, Some(4)));
}

#[test]
fn edges_as_written_stack_and_come_back_in_reverse() {
    let steps = [[drop_item("a")], [drop_item("b")]];
    let edges =
        steps.each_ref().map(|steps| Edge::new(Version::default(), Version::default(), steps));
    let scoped = |step: &Step<'static>| match *step {
        Step::Drop { place, items } => {
            Step::Drop { place: Place { scope: "nic/0", ..place }, items }
        }
        other => other,
    };
    let steps = steps.map(|steps| steps.map(|step| scoped(&step)));
    let edges: Vec<_> =
        edges.iter().zip(&steps).map(|(edge, steps)| Edge { steps, ..*edge }).collect();
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("c", 3), ("a", 1), ("b", 2)]);
    let (before, compat) = (all(&tree), compat(&[]));
    assert_eq!(compat.apply(&mut tree, &edges, Way::Up, &mut ()).unwrap().losses, 2);
    assert_eq!(losses(&tree).len(), 2);
    assert_eq!(compat.apply(&mut tree, &edges, Way::Down, &mut ()).unwrap().restored, 2);
    assert_eq!(all(&tree), before);
    // Twice the same way is no way back.
    compat.apply(&mut tree, &edges[..1], Way::Up, &mut ()).unwrap();
    set(&mut tree, "nic/0.c", 4);
    let nic = tree.find(tree.root(), b"nic/0").unwrap();
    put_number(&mut tree, nic, "a", 8);
    let again = compat.apply(&mut tree, &edges[..1], Way::Up, &mut ()).unwrap();
    assert_eq!((again.losses, again.restored, losses(&tree).len()), (1, 0, 2));
}

#[test]
fn a_dry_run_shows_all_and_changes_nothing() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 3, &[("a", 1), ("b", 6), ("c", 7)]);
    note_hop(&mut tree, "pc", v(1), "test").unwrap();
    let (before, compat) = (all(&tree), compat(&HISTORIES));
    let mut notes = histories::Notes::default();
    let done = compat.dry_run(&mut tree, &to(&[("nic", v(1))]), &mut notes).unwrap();
    assert_eq!((done.losses, done.legs, notes.losses.len()), (2, 2, 2));
    assert_eq!(all(&tree), before);
}

#[test]
fn losses_come_back_in_whatever_order_they_stand() {
    const DROP: [Edge<'static>; 1] = [Edge::new(
        v(1),
        v(2),
        &[Step::Drop {
            place: Place { scope: "part*", name: "x", after: After::End },
            items: &[item("x", 0)],
        }],
    )];
    let histories = [History::of_devices("nic", v(2), &DROP)];
    let compat = compat(&histories);
    let mut memory = vec![0; 8 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 1, &[]);
    for at in 0..1000 {
        let name = format!("part{at}");
        let part = tree.insert(At::End(nic), name.as_bytes(), Marks::NONE, Value::Struct(None));
        put_number(&mut tree, part.unwrap(), "x", at % 3);
    }
    let before = all(&tree);
    let lost = run(&compat, &mut tree, &to(&[("nic", v(2))])).0.unwrap().losses;
    let store = private(&tree, LOSSES).unwrap();
    let list = tree.find(store, b"devices[0].edges[0].losses").unwrap();
    let elements: Vec<_> = tree.children(list).unwrap().collect();
    for element in elements {
        tree.move_to(element, At::Start(list)).unwrap();
    }
    let done = run(&compat, &mut tree, &to(&[("nic", v(1))])).0.unwrap();
    assert_eq!((lost, done.restored, done.unrestored), (666, 666, 0));
    assert!(all(&tree) == before);
}

#[test]
fn what_a_stream_says_of_losses_is_not_believed() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1)]);
    let compat = compat(&HISTORIES);
    let device = |oldest_reader| Value::Device {
        instance: 0,
        versions: Versions { current: 9, minimum: 1 },
        oldest_reader,
    };
    // Only newer programs know how to read it.
    let name = LOSSES.as_bytes();
    let store = tree.insert(At::Start(tree.root()), name, Marks::NONE, device(2)).unwrap();
    let three = [("nic", v(3))];
    let up = to(&three);
    assert_eq!(run(&compat, &mut tree, &up).0.unwrap_err().code(), Code::TooNew);
    // Everything is of another type than it should be.
    tree.replace(store, device(1)).unwrap();
    for name in ["machine", "run", "used"] {
        tree.insert(At::End(store), name.as_bytes(), Marks::NONE, Value::Text("x")).unwrap();
    }
    let list = Value::List { extent: migcore::visit::Extent::Variable };
    let devices = tree.insert(At::End(store), b"devices", Marks::NONE, list).unwrap();
    for list in [list, Value::Absent, Value::Struct(None)] {
        let entry = tree.insert(At::End(devices), b"", Marks::NONE, Value::Element).unwrap();
        tree.insert(At::End(entry), b"device", Marks::NONE, Value::Text("nic")).unwrap();
        put_number(&mut tree, entry, "instance", 0);
        let edges = tree.insert(At::End(entry), b"edges", Marks::NONE, list).unwrap();
        if tree.value(edges) == Ok(list) && matches!(list, Value::List { .. }) {
            let group = tree.insert(At::End(edges), b"", Marks::NONE, Value::Element).unwrap();
            tree.insert(At::End(group), b"from", Marks::NONE, Value::Absent).unwrap();
            let items = tree.insert(At::End(group), b"losses", Marks::NONE, list).unwrap();
            let loss = tree.insert(At::End(items), b"", Marks::NONE, Value::Element).unwrap();
            tree.insert(At::End(loss), b"lost", Marks::NONE, Value::Absent).unwrap();
        }
    }
    each_loss(&tree, &mut |_| panic!("it is of no kind")).unwrap();
    let none = [History::of_devices("nic", v(1), &EDGES)];
    let done = run(&histories::compat(&none), &mut tree, &up).0;
    assert_eq!(done.map(|done| done.legs), Ok(2));
    let down = run(&histories::compat(&none), &mut tree, &to(&[("nic", v(1))])).0;
    assert_eq!(down.map(|done| done.losses), Ok(0));
}

#[test]
fn a_default_given_as_more_items_is_compared_as_one() {
    const ITEMS: [Item<'static>; 3] = [
        Item::new("s", Value::Struct(None)),
        Item::new("x", Value::Scalar(Kind::U32, 1)).inside(1),
        Item::new("y", Value::Scalar(Kind::U32, 2)).inside(1),
    ];
    let steps = [add("s", &ITEMS)];
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_devices("nic", v(2), &edges)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1)]);
    let [up, down] = [[("nic", v(2))], [("nic", v(1))]];
    run(&compat, &mut tree, &to(&up)).0.unwrap();
    assert_eq!(run(&compat, &mut tree, &to(&down)).0.unwrap().losses, 0);
    run(&compat, &mut tree, &to(&up)).0.unwrap();
    set(&mut tree, "nic/0.s.y", 3);
    let before = all(&tree);
    assert_eq!(run(&compat, &mut tree, &to(&down)).0.unwrap().losses, 1);
    run(&compat, &mut tree, &to(&up)).0.unwrap();
    assert_eq!(all(&tree), before);
}

/// Two devices of one name and instance: what one lost would come back to the other.
#[test]
fn devices_that_cannot_be_told_apart_lose_nothing_and_get_nothing_back() {
    let compat = compat(&HISTORIES);
    for (first, second) in [(5, 6), (6, 5), (6, 6)] {
        let mut memory = memory();
        let mut tree = Tree::new(&mut memory).unwrap();
        put(&mut tree, "nic1", 3, &[("a", 1), ("b", first), ("c", 0)]);
        put(&mut tree, "nic2", 3, A);
        put(&mut tree, "nic1", 3, &[("a", 1), ("b", second), ("c", 0)]);
        let before = all(&tree);
        let failed = run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap_err();
        assert_eq!((failed.code(), all(&tree)), (Code::Occupied, before));
        assert!(failed.to_string().contains("nic1/0"), "{failed}");
    }
    // Where nothing is lost there is nothing to mix up.
    let mut block = memory();
    let mut tree = Tree::new(&mut block).unwrap();
    put(&mut tree, "nic1", 3, A);
    put(&mut tree, "nic1", 3, A);
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();

    // One comes when the other has lost something.
    let mut block = memory();
    let mut tree = Tree::new(&mut block).unwrap();
    put(&mut tree, "nic1", 3, &[("a", 1), ("b", 6), ("c", 0)]);
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();
    put(&mut tree, "nic1", 1, &[("a", 2)]);
    let failed = run(&compat, &mut tree, &to(&[("*", v(3))])).0.unwrap_err();
    assert_eq!(failed.code(), Code::Occupied);
}

#[test]
fn devices_that_cannot_be_told_apart_lose_nothing_by_the_machine_either() {
    let b = [item("b", 5)];
    let place = Place { scope: "*/0", name: "b", after: After::End };
    let steps = [Step::Add { place, items: &b }];
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_machine(v(2), &edges)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic1", 3, &[("b", 5)]);
    put(&mut tree, "nic1", 3, &[("b", 6)]);
    let failed = run(&compat, &mut tree, &machine(v(2), v(1))).0.unwrap_err();
    assert_eq!(failed.code(), Code::Occupied);
}
