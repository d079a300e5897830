//! A rule of a policy protects what it names, also where that goes with what is around it.

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

use histories::{all, drop_item, memory, number, put, put_number, to, v, SPLIT};
use migcore::compat::{
    After, Compat, DeviceName, Edge, History, NewDevice, Policy, Step, Verdict, Way,
};
use migcore::model::{At, Tree, Value};
use migcore::visit::{Extent, Marks, Versions};
use migcore::Code;

const NEW: Step<'static> = Step::AddDevice {
    device: NewDevice {
        name: DeviceName { name: "nic", instance: Some(0) },
        versions: Versions { current: 1, minimum: 1 },
        oldest_reader: 1,
        after: After::End,
    },
    items: None,
};

const RULE: &[(&str, Verdict)] = &[("nic/0.s.rx[1].head", Verdict::Refuse)];

/// A device with `s.rx[0].head`, and so on.
fn state<'m>(memory: &'m mut [u8], heads: &[u64]) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let nic = put(&mut tree, "nic", 1, &[("a", 0)]);
    let s = tree.insert(At::End(nic), b"s", Marks::NONE, Value::Struct(None)).unwrap();
    let extent = Extent::Variable;
    let rx = tree.insert(At::End(s), b"rx", Marks::NONE, Value::List { extent }).unwrap();
    for head in heads {
        let element = tree.insert(At::End(rx), b"", Marks::NONE, Value::Element).unwrap();
        put_number(&mut tree, element, "head", *head);
        put_number(&mut tree, element, "tail", 0);
    }
    tree
}

/// Drops the whole device, or the struct in it; says whether the policy allows it.
fn drops(heads: &[u64], policy: Policy<'_>) -> [bool; 2] {
    const DROPS: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[drop_item("s")])];
    let histories = [History::of_devices("nic", v(2), &DROPS)];
    let compat = Compat { histories: &histories, policy, ..Compat::default() };
    let (mut one, mut two) = (memory(), memory());
    let added = [Edge::new(v(1), v(2), &[NEW])];
    let mut tree = state(&mut one, heads);
    let device = compat.apply(&mut tree, &added, Way::Down, &mut ());
    let mut tree = state(&mut two, heads);
    let inside = compat.run(&mut tree, &to(&[("nic", v(2))]), &mut ());
    [device, inside].map(|done| match done {
        Ok(done) => done.losses == 1,
        Err(failed) => {
            assert_eq!(failed.code(), Code::Lossy);
            false
        }
    })
}

#[test]
fn what_goes_with_what_is_around_it_is_judged_by_its_own_path() {
    let otherwise = Verdict::Allow;
    // The second element is protected, and there is none, or one.
    assert_eq!(drops(&[5], Policy { rules: RULE, otherwise }), [true, true]);
    assert_eq!(drops(&[0, 0, 0], Policy { rules: RULE, otherwise }), [false, false]);
    // What is allowed around it comes after it, or counts first.
    let (around, refuse) = (("nic/0.s", Verdict::Allow), Verdict::Refuse);
    let [first, last] = [[around, RULE[0]], [RULE[0], around]];
    assert_eq!(drops(&[1, 2], Policy { rules: &first, otherwise }), [true, true]);
    assert_eq!(drops(&[1, 2], Policy { rules: &last, otherwise }), [false, false]);
    assert_eq!(drops(&[1], Policy { rules: &last, otherwise: refuse }), [false, true]);
}

#[test]
fn what_is_inside_may_be_lost_where_it_is_empty_or_allowed() {
    let rules = [("nic/0.s.rx[*].head", Verdict::Allow)];
    assert_eq!(drops(&[7, 8], Policy { rules: &rules, ..Policy::default() }), [true, true]);
    assert_eq!(drops(&[0, 0], Policy::default()), [true, true]);
    assert_eq!(drops(&[0, 1], Policy::default()), [false, false]);
    assert_eq!(drops(&[0, 1], Policy::ALLOW), [true, true]);
}

#[test]
fn marks_of_a_device_that_is_merged_are_no_value() {
    const SPLITS: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[SPLIT])];
    let histories = [History::of_devices("a", v(2), &SPLITS)];
    let compat = Compat { histories: &histories, ..Compat::default() };
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "a", 2, &[("x", 1)]);
    let b = put(&mut tree, "b", 1, &[("y", 2)]);
    tree.set_marks(b, Marks::ANCILLARY).unwrap();
    let before = all(&tree);
    compat.run(&mut tree, &to(&[("a", v(1))]), &mut ()).unwrap();
    assert_eq!(number(&tree, "a/0.y"), Some(2));
    compat.run(&mut tree, &to(&[("a", v(2))]), &mut ()).unwrap();
    assert_eq!(all(&tree), before);
}
