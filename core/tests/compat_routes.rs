//! Which way leads from a version to another, and in which order a machine and its devices go theirs.

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
    add, bare, compat, drop_item, item, leg, machine, memory, number, put, rename, run, shown, to,
    v, version,
};
use migcore::compat::{
    set_tag, tag_of, Edge, History, Hook, Others, Plan, Required, Reverse, Route, Step, Targets,
    Version, Way, MAX_VERSIONS,
};
use migcore::model::Tree;
use migcore::Code;
use proptest::prelude::*;

fn route(edges: &[Edge<'_>], from: Version<'_>, to: Version<'_>) -> Result<Vec<String>, Code> {
    let route = Route::find(edges, from, to)?;
    Ok(route.legs().iter().map(|found| leg(edges, found)).collect())
}

#[test]
fn the_shortest_route_is_taken_in_both_directions() {
    let edges = bare(&[(v(1), v(2)), (v(2), v(3)), (v(3), v(4)), (v(1), v(3))]);
    assert_eq!(route(&edges, v(1), v(4)).unwrap(), ["3:1>3", "2:3>4"]);
    assert_eq!(route(&edges, v(4), v(1)).unwrap(), ["2':4>3", "3':3>1"]);
    assert_eq!(route(&edges, v(2), v(2)).unwrap(), [""; 0]);
    assert_eq!(route(&[], v(2), v(2)).unwrap(), [""; 0]);
}

#[test]
fn of_equally_short_routes_the_first_declared_counts() {
    let ends = [(v(1), v(3)), (v(1), v(2)), (v(2), v(4)), (v(3), v(4)), (v(1), v(2))];
    let edges = bare(&ends);
    assert_eq!(route(&edges, v(1), v(4)).unwrap(), ["0:1>3", "3:3>4"]);
    assert_eq!(route(&edges, v(4), v(1)).unwrap(), ["2':4>2", "1':2>1"]);
    assert_eq!(route(&edges, v(1), v(2)).unwrap(), ["1:1>2"]);
}

#[test]
fn an_edge_leads_back_only_if_it_can() {
    fn nothing(_: &mut migcore::compat::Edit<'_, '_>) -> migcore::Result<u32> {
        Ok(0)
    }
    let (up, down) = (Some(Hook(&nothing)), None);
    let calls = [Step::Call { up, down }];
    let edge = |from, to| Edge::new(v(from), v(to), &calls);
    let edges = [edge(1, 2), edge(2, 3).back_by(&[]), edge(3, 4).one_way(), edge(4, 5)];
    assert_eq!(route(&edges, v(1), v(5)).unwrap().len(), 4);
    assert_eq!(route(&edges, v(3), v(2)).unwrap(), ["1':3>2"]);
    for (from, to) in [(2, 1), (4, 3), (5, 4), (9, 1), (1, 9)] {
        assert_eq!(route(&edges, v(from), v(to)), Err(Code::NoRoute));
    }
    let back = Step::Call { up: down, down: up };
    let back = [back];
    let edges = [Edge { reverse: Reverse::Derived, ..Edge::new(v(1), v(2), &back) }];
    assert_eq!(route(&edges, v(1), v(2)), Err(Code::NoRoute));
    assert_eq!(route(&edges, v(2), v(1)).unwrap(), ["0':2>1"]);
}

#[test]
fn tags_are_two_lines_of_development() {
    let acme = |number| Version::tagged(number, "acme");
    let edges = bare(&[(v(6), v(7)), (v(6), acme(6)), (acme(6), acme(7)), (v(7), v(8))]);
    assert_eq!(route(&edges, acme(7), v(7)).unwrap(), ["2':7+acme>6+acme", "1':6+acme>6", "0:6>7"]);
    assert_eq!(route(&edges, v(7), Version::tagged(7, "other")), Err(Code::NoRoute));
}

#[test]
fn a_history_has_a_bounded_number_of_versions() {
    let versions = |count: u32| (1..count).map(|at| (v(at), v(at + 1))).collect::<Vec<_>>();
    let count = u32::try_from(MAX_VERSIONS).unwrap();
    let edges = bare(&versions(count));
    assert_eq!(route(&edges, v(1), v(count)).unwrap().len(), MAX_VERSIONS - 1);
    let edges = bare(&versions(count + 1));
    assert_eq!(route(&edges, v(1), v(count + 1)), Err(Code::TooMany));
}

proptest! {
    /// Against the distances of all pairs, found by relaxing.
    #[test]
    fn no_route_is_shorter(ends in proptest::collection::vec((0..9u32, 0..9u32, any::<bool>()), 0..20)) {
        let edges: Vec<Edge<'_>> = ends
            .iter()
            .map(|(from, to, both)| {
                let edge = Edge::new(v(*from), v(*to), &[]);
                if *both { edge } else { edge.one_way() }
            })
            .collect();
        let mut distance = [[None::<usize>; 9]; 9];
        distance.iter_mut().enumerate().for_each(|(at, row)| row[at] = Some(0));
        for _ in 0..9 {
            for (from, to, both) in &ends {
                let (from, to) = (*from as usize, *to as usize);
                for row in &mut distance {
                    for (a, b, open) in [(from, to, true), (to, from, *both)] {
                        if let (Some(before), true) = (row[a], open) {
                            let shorter = row[b].is_none_or(|found| before + 1 < found);
                            row[b] = if shorter { Some(before + 1) } else { row[b] };
                        }
                    }
                }
            }
        }
        for from in 0..9u32 {
            for to in 0..9u32 {
                let found = Route::find(&edges, v(from), v(to));
                let wanted = distance[from as usize][to as usize].ok_or(Code::NoRoute);
                prop_assert_eq!(found.as_ref().map(|route| route.legs().len()).map_err(|code| *code), wanted);
                let mut at = v(from);
                for leg in found.iter().flat_map(|route| route.legs()) {
                    let (begin, end) = edges[leg.edge].ends(leg.way);
                    prop_assert_eq!(begin, at);
                    prop_assert!(leg.way == Way::Up || ends[leg.edge].2);
                    at = end;
                }
                prop_assert!(found.is_err() || at == v(to));
            }
        }
    }
}

/// A device of three versions.
const DEVICE: [Edge<'static>; 2] = [
    Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])]),
    Edge::new(v(2), v(3), &[rename("", "a", "c")]),
];

#[test]
fn each_device_goes_its_own_route() {
    let (mut memory, histories) = (memory(), [History::of_devices("*/nic", v(3), &DEVICE)]);
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "x/nic", 1, &[("a", 1)]);
    put(&mut tree, "uart", 1, &[("a", 1)]);
    put(&mut tree, "y/nic", 3, &[("c", 2), ("b", 6)]);
    put(&mut tree, "z/nic", 2, &[("a", 3), ("b", 7)]);
    let compat = compat(&histories);
    let before = shown(&tree);
    let plan = compat.plan(&mut tree, &Targets::default());
    assert_eq!(plan, Ok(Plan { machine: 0, devices: 2, legs: 3 }));
    assert_eq!(shown(&tree), before);

    let (done, notes) = run(&compat, &mut tree, &Targets::default());
    let done = done.unwrap();
    // Each leg has a step of its own and that of the version.
    assert_eq!((done.legs, done.steps, done.touched, done.losses), (3, 6, 6, 0));
    let steps = ["x/nic 1>2 0 add", "x/nic 1>2 1 set version"];
    let more = ["x/nic 2>3 0 rename", "x/nic 2>3 1 set version"];
    let last = ["z/nic 2>3 0 rename", "z/nic 2>3 1 set version"];
    assert_eq!(notes.steps, [steps, more, last].concat());
    assert_eq!((version(&tree, "x/nic/0"), number(&tree, "x/nic/0.b")), (3, Some(5)));
    assert_eq!((number(&tree, "z/nic/0.c"), number(&tree, "uart/0.a")), (Some(3), Some(1)));

    // By name: the first pattern counts, the others stay.
    let wanted = [("y/*", v(3)), ("*/nic", v(2))];
    run(&compat, &mut tree, &to(&wanted)).0.unwrap();
    let versions = ["x/nic/0", "y/nic/0", "z/nic/0"].map(|name| version(&tree, name));
    assert_eq!(versions, [2, 3, 2]);
}

#[test]
fn the_first_history_that_fits_is_that_of_a_device() {
    const OTHER: [Edge<'static>; 1] = [Edge::new(v(1), v(9), &[])];
    let nic = History::of_devices("x/nic", v(9), &OTHER);
    let histories = [nic, History::of_devices("*/nic", v(3), &DEVICE)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "x/nic", 1, &[("a", 1)]);
    put(&mut tree, "y/nic", 1, &[("a", 1)]);
    run(&compat(&histories), &mut tree, &Targets::default()).0.unwrap();
    assert_eq!(["x/nic/0", "y/nic/0"].map(|name| version(&tree, name)), [9, 3]);
}

#[test]
fn no_route_names_the_device_and_both_ends_before_anything_is_done() {
    let (mut memory, histories) = (memory(), [History::of_devices("*nic", v(3), &DEVICE)]);
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "a-nic", 1, &[("a", 1)]);
    let odd = put(&mut tree, "b-nic", 2, &[("a", 1), ("b", 2)]);
    set_tag(&mut tree, odd, "acme").unwrap();
    let before = histories::all(&tree);
    let (failed, notes) = run(&compat(&histories), &mut tree, &Targets::default());
    let failed = failed.unwrap_err();
    assert_eq!(failed.code(), Code::NoRoute);
    let text = "b-nic/0: no route leads between the versions (known are 1, 2, 3), from 2+acme to 3";
    assert_eq!(failed.to_string(), text);
    assert_eq!((notes.steps.len(), histories::all(&tree)), (0, before));

    // A device without a history has no other version.
    let uart = [("uart", v(2))];
    put(&mut tree, "uart", 2, &[]);
    run(&compat(&histories), &mut tree, &to(&uart)).0.unwrap();
    let failed = run(&compat(&histories), &mut tree, &to(&[("uart", v(1))])).0.unwrap_err();
    assert!(failed.to_string().ends_with("from 2 to 1") && failed.code() == Code::NoRoute);

    // The machine is told as such.
    let machine = machine(Version::named("pc-1"), Version::named("pc-2"));
    let failed = run(&compat(&histories), &mut tree, &machine).0.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "the machine: no route leads between the versions (there is no history of it), from pc-1 to pc-2"
    );
}

#[test]
fn the_tag_of_a_device_is_part_of_its_version() {
    const ACME: Version<'static> = Version::tagged(2, "acme");
    const EDGES: [Edge<'static>; 3] = [
        Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])]),
        Edge::new(v(1), ACME, &[add("acme", &[item("acme", 7)])]),
        Edge::new(ACME, Version::tagged(2, "acme2"), &[rename("", "acme", "own")]),
    ];
    let (mut memory, histories) = (memory(), [History::of_devices("nic", v(2), &EDGES)]);
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 1, &[("a", 1)]);
    let compat = compat(&histories);
    let go = |tree: &mut Tree<'_>, to_version| {
        run(&compat, tree, &to(&[("nic", to_version)])).0.unwrap();
    };
    go(&mut tree, Version::tagged(2, "acme2"));
    assert_eq!((tag_of(&tree, nic), number(&tree, "nic/0.own")), (Ok("acme2"), Some(7)));
    go(&mut tree, v(2));
    assert_eq!((tag_of(&tree, nic), number(&tree, "nic/0.b")), (Ok(""), Some(5)));
    assert_eq!((version(&tree, "nic/0"), number(&tree, "nic/0.own")), (2, None));
}

/// The machine calls its device something else, and the device has versions.
const MACHINE: [Edge<'static>; 2] = [
    Edge::new(
        Version::named("pc-1"),
        Version::named("pc-2"),
        &[Step::RenameDevice {
            from: migcore::compat::DeviceName { name: "nic", instance: None },
            to: migcore::compat::DeviceName { name: "net", instance: None },
        }],
    ),
    Edge::new(Version::named("pc-2"), Version::named("pc-3"), &[rename("net/*", "b", "bb")]),
];

#[test]
fn a_newer_machine_goes_first_and_an_older_one_last() {
    const DEVICE: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[rename("", "a", "aa")])];
    let histories = [
        History::of_machine(Version::named("pc-3"), &MACHINE),
        History::of_devices("nic", v(1), &DEVICE),
        History::of_devices("net", v(2), &DEVICE),
    ];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1), ("b", 2)]);
    let (before, compat) = (shown(&tree), compat(&histories));
    let up = Targets {
        others: Others::Newest,
        ..machine(Version::named("pc-1"), Version::named("pc-3"))
    };
    let (done, notes) = run(&compat, &mut tree, &up);
    done.unwrap();
    let device = ["net 1>2 0 rename", "net 1>2 1 set version"];
    let machine_steps = ["machine pc-1>pc-2 0 rename device", "machine pc-2>pc-3 0 rename"];
    assert_eq!(notes.steps, [machine_steps, device].concat());
    assert_eq!((number(&tree, "net/0.aa"), number(&tree, "net/0.bb")), (Some(1), Some(2)));

    // The last hop says which version it is.
    let devices = [("net", v(1))];
    let down =
        Targets { devices: &devices, machine: Some(Version::named("pc-1")), ..Targets::default() };
    let (done, notes) = run(&compat, &mut tree, &down);
    done.unwrap();
    let device = ["net 2>1 1 set version", "net 2>1 0 rename"];
    let machine_steps = ["machine pc-3>pc-2 0 rename", "machine pc-2>pc-1 0 rename device"];
    assert_eq!(notes.steps, [device, machine_steps].concat());
    assert_eq!(shown(&tree), before);
}

#[test]
fn the_way_back_of_mixed_legs_mirrors_the_way_there() {
    const OLD: Version<'static> = Version::named("base");
    const EDGES: [Edge<'static>; 2] = [
        Edge::new(OLD, Version::named("a"), &[rename("nic/0", "x", "xa")]),
        Edge::new(OLD, Version::named("b"), &[rename("nic/0", "x", "xb")]),
    ];
    const DEVICE: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[rename("", "y", "yy")])];
    let (a, b) = (Version::named("a"), Version::named("b"));
    let histories = [History::of_machine(a, &EDGES), History::of_devices("nic", v(2), &DEVICE)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("xa", 1), ("y", 2)]);
    let compat = compat(&histories);
    let go = |tree: &mut Tree<'_>, from, to, version| {
        let devices = [("nic", version)];
        let targets = Targets { devices: &devices, ..machine(from, to) };
        let (done, notes) = run(&compat, tree, &targets);
        done.unwrap();
        notes.steps.iter().map(|step| step.starts_with("machine")).collect::<Vec<_>>()
    };
    let there = go(&mut tree, a, b, v(2));
    let mut back = go(&mut tree, b, a, v(1));
    back.reverse();
    assert_eq!(there, back);
    assert_eq!(there, [true, true, false, false]);
}

#[test]
fn a_step_that_finds_nothing_is_an_error_where_it_is_required() {
    let steps = [rename("", "a", "b"), drop_item("c"), rename("", "d", "e")];
    let (mut memory, mut edge) = (memory(), Edge::new(v(1), v(2), &steps));
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1), ("d", 1)]);
    let before = shown(&tree);
    let mut go = |edge: Edge<'_>, version| {
        let (edges, wanted) = ([edge], [("nic", version)]);
        let histories = [History::of_devices("nic", v(2), &edges)];
        run(&compat(&histories), &mut tree, &to(&wanted)).0.map(|_| shown(&tree))
    };
    let failed = go(edge, v(2)).unwrap_err();
    assert_eq!((failed.code(), failed.step), (Code::Missing, Some(1)));
    assert_eq!(failed.report.path.as_str(), "nic/0.c");
    assert!(failed.to_string().ends_with("in step 1 from 1 to 2"), "{failed}");
    edge.required = Required::But(&[0, 2]);
    assert_eq!(go(edge, v(2)).unwrap_err().step, Some(1));
    edge.required = Required::But(&[1]);
    go(edge, v(2)).unwrap();
    assert_eq!(go(edge, v(1)).unwrap(), before);
    assert_ne!(go(edge.optional(), v(2)).unwrap(), before);
}

#[test]
fn steps_of_its_own_lead_back() {
    const UP: [Step<'static>; 1] = [rename("", "a", "b")];
    const DOWN: [Step<'static>; 2] = [rename("", "b", "a"), add("f", &[item("f", 1)])];
    let (edges, mut memory) = ([Edge::new(v(1), v(2), &UP).back_by(&DOWN)], memory());
    let histories = [History::of_devices("nic", v(2), &edges)];
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 2, &[("b", 4)]);
    let (done, notes) = run(&compat(&histories), &mut tree, &to(&[("nic", v(1))]));
    done.unwrap();
    assert_eq!(notes.steps, ["nic 2>1 1 set version", "nic 2>1 1 rename", "nic 2>1 0 add"]);
    assert_eq!((number(&tree, "nic/0.a"), number(&tree, "nic/0.f")), (Some(4), Some(1)));
}
