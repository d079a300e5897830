//! Where a state was, and the code that sees it at the border.

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

use std::sync::atomic::{AtomicU32, Ordering};

use histories::{add, all, compat, drop_item, item, losses, memory, number, put, run, set, to, v};
use migcore::compat::{
    each_hop, machine_version, note_hop, set_tag, tag_of, Border, Compat, DeviceName, Edge, Filter,
    History, Hook, Item, Lost, Policy, Step, Targets, Trail, Version, What, MAX_HOPS,
};
use migcore::model::{Tree, Value};
use migcore::visit::Kind;
use migcore::Code;

fn hops(tree: &Tree<'_>) -> (Vec<String>, u64) {
    let mut hops = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let folded = each_hop(tree, &mut |hop| {
        hops.push(format!("{} {} by {}", text(hop.machine), hop.version, text(hop.writer)));
    });
    (hops, folded.unwrap())
}

const MACHINE: [Edge<'static>; 2] =
    [Edge::new(Version::tagged(6, "acme"), v(6), &[]), Edge::new(v(6), v(7), &[])];

#[test]
fn a_state_knows_the_versions_that_it_went_through() {
    let histories = [History::of_machine(v(7), &MACHINE)];
    let compat = Compat { writer: "receiver 2", ..compat(&histories) };
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    assert_eq!((hops(&tree), machine_version(&tree)), ((vec![], 0), Ok(None)));
    note_hop(&mut tree, "board", Version::tagged(6, "acme"), "sender 1").unwrap();
    let machine = |version| Targets { machine: Some(version), ..Targets::default() };
    run(&compat, &mut tree, &machine(v(7))).0.unwrap();
    // Nothing to do is no hop.
    run(&compat, &mut tree, &machine(v(7))).0.unwrap();
    run(&compat, &mut tree, &machine(v(6))).0.unwrap();
    note_hop(&mut tree, "board", v(6), "sender 3").unwrap();
    let all = [
        "board 6+acme by sender 1",
        "board 7 by receiver 2",
        "board 6 by receiver 2",
        "board 6 by sender 3",
    ];
    assert_eq!(hops(&tree), (all.map(String::from).to_vec(), 0));
    assert_eq!(machine_version(&tree), Ok(Some(v(6))));
    assert_eq!(note_hop(&mut tree, "a\0b", v(6), ""), Err(Code::InvalidArgument));
}

#[test]
fn the_oldest_hops_are_folded_into_a_count() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let most = u32::try_from(MAX_HOPS).unwrap();
    for at in 0..most + 5 {
        note_hop(&mut tree, "", v(at), "w").unwrap();
    }
    let (hops, folded) = hops(&tree);
    assert_eq!((hops.len(), folded), (MAX_HOPS, 5));
    assert_eq!((&*hops[0], &*hops[MAX_HOPS - 1]), (" 5 by w", &*format!(" {} by w", most + 4)));
}

#[test]
fn a_tag_follows_its_device_when_the_machine_renames_it() {
    let star = |name| DeviceName { name, instance: None };
    let steps = [Step::RenameDevice { from: star("nic*"), to: star("net*") }];
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_machine(v(2), &edges)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let devices: Vec<_> =
        (0..20).map(|at| put(&mut tree, &format!("nic{at}"), 1, &[("a", at)])).collect();
    for at in [3, 0, 17] {
        set_tag(&mut tree, devices[at], &format!("tag{at}")).unwrap();
    }
    let targets = histories::machine(v(1), v(2));
    run(&compat(&histories), &mut tree, &targets).0.unwrap();
    for (at, device) in devices.iter().enumerate() {
        let tag = if [3, 0, 17].contains(&at) { format!("tag{at}") } else { String::new() };
        assert_eq!(tag_of(&tree, *device), Ok(&*tag));
        assert_eq!(tree.name(*device).unwrap(), format!("net{at}").as_bytes());
    }
    set_tag(&mut tree, devices[3], "").unwrap();
    assert_eq!(tag_of(&tree, devices[3]), Ok(""));
    assert_eq!(tag_of(&tree, devices[17]), Ok("tag17"));
}

const NIC: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])])];

/// The numbers that the filters found, in order.
static SEEN: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(0)];

#[test]
fn filters_see_what_leaves_after_its_routes_and_what_arrives_before_them() {
    let seen = |at: usize, tree: &Tree<'_>| {
        SEEN[at].fetch_add(1 + u32::from(number(tree, "nic/0.b").is_some()), Ordering::Relaxed);
    };
    let leaving = |edit: &mut migcore::compat::Edit<'_, '_>| {
        seen(0, edit.tree);
        assert_eq!(edit.scope, edit.tree.root());
        set(edit.tree, "nic/0.a", 100);
        Ok(1)
    };
    let arriving = |edit: &mut migcore::compat::Edit<'_, '_>| {
        seen(1, edit.tree);
        set(edit.tree, "nic/0.a", 200);
        Ok(1)
    };
    let (leaving, arriving) = (Some(Hook(&leaving)), Some(Hook(&arriving)));
    let filters = [Filter { leaving, arriving: None }, Filter { leaving: None, arriving }];
    let histories = [History::of_devices("nic", v(2), &NIC)];
    let compat = Compat { filters: &filters, ..compat(&histories) };
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 2, &[("a", 1), ("b", 5)]);
    let counts = || SEEN.each_ref().map(|count| count.load(Ordering::Relaxed));
    let mut go = |border, version| {
        let wanted = [("nic", version)];
        run(&compat, &mut tree, &Targets { border, ..to(&wanted) }).0.unwrap();
        number(&tree, "nic/0.a")
    };
    // Down: when it leaves, b is gone. Up: when it arrives, b is not there yet.
    assert_eq!((go(Border::Leaving, v(1)), counts()), (Some(100), [1, 0]));
    assert_eq!((go(Border::Arriving, v(2)), counts()), (Some(200), [1, 1]));
    assert_eq!((go(Border::Neither, v(2)), counts()), (Some(200), [1, 1]));
}

#[test]
fn what_a_filter_loses_is_judged_and_shown_and_a_filter_that_fails_changes_nothing() {
    let forget = |edit: &mut migcore::compat::Edit<'_, '_>| {
        let node = edit.tree.find(edit.scope, b"nic/0.a")?;
        let mut trail = Trail::new();
        trail.enter(b"nic", Some(0))?;
        trail.enter(b"a", None)?;
        let what = What::Value;
        let lost = Lost { trail: &trail, what, node: Some(node), at: 0, bits: 0, known: true };
        edit.ledger.lost(edit.tree, &lost)?;
        edit.tree.replace(node, Value::Scalar(Kind::U32, 0))?;
        match number(edit.tree, "nic/0.fail") {
            Some(_) => Err(Code::Refused),
            None => Ok(1),
        }
    };
    let filters = [Filter { leaving: Some(Hook(&forget)), arriving: None }];
    let allowing = Compat { filters: &filters, ..compat(&[]) };
    let strict = Compat { policy: Policy::default(), ..allowing };
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let nic = put(&mut tree, "nic", 2, &[("a", 9)]);
    let (before, leave) = (all(&tree), Targets { border: Border::Leaving, ..Targets::default() });
    let (done, notes) = run(&strict, &mut tree, &leave);
    let failed = done.unwrap_err();
    assert_eq!((failed.code(), failed.report.path.as_str()), (Code::Lossy, "nic/0.a"));
    assert_eq!(notes.losses, [":nic/0.a = 9 Value 0>0 step 0 REFUSED"]);
    assert_eq!(all(&tree), before);
    let done = run(&allowing, &mut tree, &leave).0.unwrap();
    assert_eq!((done.losses, losses(&tree).len(), number(&tree, "nic/0.a")), (1, 0, Some(0)));
    set(&mut tree, "nic/0.a", 9);
    histories::put_number(&mut tree, nic, "fail", 1);
    let before = all(&tree);
    assert_eq!(run(&allowing, &mut tree, &leave).0.unwrap_err().code(), Code::Refused);
    assert_eq!(all(&tree), before);
}

#[test]
fn a_history_may_be_a_static() {
    static ITEMS: [Item<'static>; 1] = [item("b", 5)];
    static STEPS: [Step<'static>; 2] = [add("b", &ITEMS), drop_item("a")];
    static EDGES: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &STEPS)];
    static HISTORIES: [History<'static>; 1] = [History::of_devices("nic", v(2), &EDGES)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1)]);
    let done = run(&compat(&HISTORIES), &mut tree, &Targets::default()).0;
    assert_eq!(done.map(|done| done.losses), Ok(1));
}
