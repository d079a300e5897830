//! A run is all or nothing: whatever refuses it, wherever, the tree is as it was.

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

use histories::{add, all, compat, drop_item, item, machine, put, rename, v};
use migcore::compat::{
    set_tag, Border, Compat, DeviceName, Edge, Edit, Filter, History, Hook, Others, Policy, Step,
    Targets, Verdict, Version,
};
use migcore::model::{DigestOptions, Tree};
use migcore::{Code, Result};
use proptest::prelude::*;

/// A call that fails when it is its turn.
fn turn(left: &AtomicU32) -> Result<u32> {
    match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
        Ok(_) => Ok(1),
        Err(_) => Err(Code::Refused),
    }
}

/// A machine with devices that lose and are renamed, between calls that may fail.
struct World<'w> {
    device: Vec<Step<'w>>,
    machine: Vec<Step<'w>>,
    filters: [Filter<'w>; 1],
}

impl<'w> World<'w> {
    fn new(hook: Hook<'w>) -> World<'w> {
        let call = Step::Call { up: Some(hook), down: Some(hook) };
        const B: &[migcore::compat::Item<'static>] = &[item("b", 5)];
        let device = vec![call, add("b", B), call, rename("", "a", "aa"), drop_item("z"), call];
        let name = |name| DeviceName { name, instance: None };
        let renamed = Step::RenameDevice { from: name("nic*"), to: name("net*") };
        let machine = vec![call, renamed, rename("net*/0", "x", "xx"), call];
        let filters = [Filter { leaving: Some(hook), arriving: Some(hook) }];
        World { device, machine, filters }
    }

    /// Goes up or down, and says how it ended and how many calls there were left.
    fn go(
        &self,
        tree: &mut Tree<'_>,
        up: bool,
        policy: Policy<'_>,
    ) -> std::result::Result<u64, Code> {
        let ends = (Version::named("old"), Version::named("new"));
        let device = [Edge::new(v(1), Version::tagged(2, "acme"), &self.device).optional()];
        let machine_edges = [Edge::new(ends.0, ends.1, &self.machine).optional()];
        let histories = [
            History::of_machine(ends.1, &machine_edges),
            History::of_devices("n*", Version::tagged(2, "acme"), &device),
        ];
        let compat =
            Compat { policy, filters: &self.filters, writer: "test", ..compat(&histories) };
        let (from, to) = if up { ends } else { (ends.1, ends.0) };
        let wanted = [("n*", v(1))];
        let devices: &[_] = if up { &[] } else { &wanted };
        let border = if up { Border::Arriving } else { Border::Leaving };
        let others = Others::Newest;
        let targets = Targets { devices, others, border, ..machine(from, to) };
        compat.run(tree, &targets, &mut ()).map(|done| done.steps).map_err(|failed| failed.code())
    }
}

fn state(tree: &mut Tree<'_>, count: u64) {
    for at in 0..count {
        let device = put(tree, &format!("nic{at}"), 1, &[("a", at), ("x", at), ("z", at % 3)]);
        if at % 4 == 3 {
            // One that needs no edge of its own.
            set_tag(tree, device, "").unwrap();
        }
    }
    put(tree, "uart", 1, &[("x", 7)]);
}

/// All that can be seen of a tree.
fn seen(tree: &Tree<'_>) -> (String, usize, [u8; 32], Vec<u64>) {
    let digest = tree.digest(tree.root(), DigestOptions::default()).unwrap();
    let handles = tree.children(tree.root()).unwrap().map(|node| node.to_bits()).collect();
    (all(tree), tree.used(), digest, handles)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_refuses_nothing_is_changed(
        devices in 1..5u64, turns in 0..40u32, up in any::<bool>(), memory in 0..40usize, strict in any::<bool>(),
    ) {
        let left = AtomicU32::new(u32::MAX);
        let hook = |_: &mut Edit<'_, '_>| turn(&left);
        let world = World::new(Hook(&hook));
        let mut block = vec![0; 1 << 18];
        let mut tree = Tree::new(&mut block).unwrap();
        state(&mut tree, devices);
        if !up {
            world.go(&mut tree, true, Policy::ALLOW).unwrap();
        }
        // As much memory as it takes, or less.
        let mut smaller = vec![0; tree.used() + memory * 200];
        let mut small = Tree::new(&mut smaller).unwrap();
        tree.compact_into(&mut small).unwrap();
        left.store(turns, Ordering::Relaxed);
        let policy = if strict {
            Policy { rules: &[("*1/*", Verdict::Refuse)], otherwise: Verdict::Allow }
        } else {
            Policy::ALLOW
        };
        let before = seen(&small);
        match world.go(&mut small, up, policy) {
            Err(code) => {
                let known = [Code::Refused, Code::Lossy, Code::NoSpace];
                prop_assert!(known.contains(&code), "{:?}", code);
                prop_assert_eq!(seen(&small), before);
                // It is good for another try.
                left.store(u32::MAX, Ordering::Relaxed);
                let mut large = vec![0; 1 << 18];
                let mut again = Tree::new(&mut large).unwrap();
                small.compact_into(&mut again).unwrap();
                let done = world.go(&mut again, up, Policy::ALLOW);
                prop_assert!(done.is_ok());
            }
            Ok(steps) => {
                prop_assert!(steps > 0 && all(&small) != before.0);
            }
        }
    }
}

#[test]
fn each_of_the_calls_can_be_the_one_that_fails() {
    for up in [true, false] {
        let left = AtomicU32::new(u32::MAX);
        let hook = |_: &mut Edit<'_, '_>| turn(&left);
        let world = World::new(Hook(&hook));
        let mut block = vec![0; 1 << 18];
        let mut tree = Tree::new(&mut block).unwrap();
        state(&mut tree, 3);
        if !up {
            world.go(&mut tree, true, Policy::ALLOW).unwrap();
        }
        let before = seen(&tree);
        // Three devices with three calls, the machine with two, and a filter.
        for turns in 0..12 {
            left.store(turns, Ordering::Relaxed);
            assert_eq!(world.go(&mut tree, up, Policy::ALLOW), Err(Code::Refused));
            assert_eq!(seen(&tree), before, "{turns}");
        }
        left.store(12, Ordering::Relaxed);
        assert!(world.go(&mut tree, up, Policy::ALLOW).is_ok());
        assert_eq!(left.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn a_run_inside_of_a_change_is_refused() {
    let mut block = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut block).unwrap();
    put(&mut tree, "nic", 1, &[("a", 1)]);
    tree.begin_change().unwrap();
    let compat = compat(&[]);
    let targets = Targets::default();
    assert_eq!(compat.run(&mut tree, &targets, &mut ()).unwrap_err().code(), Code::Busy);
    assert_eq!(compat.dry_run(&mut tree, &targets, &mut ()).unwrap_err().code(), Code::Busy);
    assert_eq!(compat.plan(&mut tree, &targets).unwrap_err().code(), Code::Busy);
    tree.keep();
    assert!(compat.run(&mut tree, &targets, &mut ()).is_ok());
}
