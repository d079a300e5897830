//! The tree: what is saved into it comes out of it again, over any way.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::legacy::Saver;
use migcore::codec::observe::{Item as Shown, Observer};
use migcore::error::Report;
use migcore::model::{Builder, DigestOptions, Tree, TreeDecoder, Value};
use migcore::visit::{Versions, Visiting, Visitor};
use migcore::{Code, Result};
use proptest::prelude::*;
use support::{blanks, state, visit_all, Item};

const ROOM: usize = 1 << 20;

fn device(items: &mut [Item], v: &mut Visitor<'_>) -> Result<()> {
    v.device("device", 7, Versions { current: 3, minimum: 2 }, |v| visit_all(items, v))
}

fn build(
    tree: &mut Tree<'_>,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<(), Report> {
    let mut visiting = Visiting::new(Builder::new(tree));
    let mut v = visiting.saver();
    let done = visit(&mut v).and_then(|()| v.finish());
    done.map_err(|code| visiting.report_of(code))
}

fn load(
    tree: &mut Tree<'_>,
    visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<(), Report> {
    let mut visiting = Visiting::new(TreeDecoder::new(tree));
    let mut v = visiting.loader();
    let done = visit(&mut v).and_then(|()| v.finish());
    done.map_err(|code| visiting.report_of(code))
}

fn legacy(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<u8> {
    let mut memory = vec![0; ROOM];
    let mut saver = Saver::to_slice(&mut memory);
    visit(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap();
    memory.truncate(length as usize);
    memory
}

/// All calls of a visit, as text: what any wire could see of it.
fn calls(visit: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<String> {
    let mut shown = Vec::new();
    let mut visiting = Visiting::new(Observer::new(|item: Shown<'_>| {
        shown.push(format!("{item:?}"));
        Ok(())
    }));
    visit(&mut visiting.saver()).unwrap();
    drop(visiting);
    shown
}

fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

proptest! {
    #[test]
    fn a_state_comes_out_as_it_went_in(mut items in state()) {
        let mut memory = vec![0xaa; ROOM];
        let mut tree = Tree::new(&mut memory).unwrap();
        build(&mut tree, |v| device(&mut items, v)).unwrap();

        let root = tree.root();
        prop_assert_eq!(legacy(|v| tree.replay(root, v)), legacy(|v| device(&mut items, v)));
        prop_assert_eq!(calls(|v| tree.replay(root, v)), calls(|v| device(&mut items, v)));
        let before = digest(&tree);
        let mut loaded = blanks(&items);
        load(&mut tree, |v| device(&mut loaded, v)).unwrap();
        prop_assert_eq!(legacy(|v| device(&mut loaded, v)), legacy(|v| device(&mut items, v)));
        prop_assert_eq!(before, digest(&tree));

        let mut memory = vec![0x55; ROOM];
        let mut again = Tree::new(&mut memory).unwrap();
        build(&mut again, |v| device(&mut loaded, v)).unwrap();
        prop_assert_eq!(before, digest(&again));
    }

    #[test]
    fn another_device_is_refused_or_reads_the_same(mut items in state(), other in state()) {
        let mut memory = vec![0; ROOM];
        let mut tree = Tree::new(&mut memory).unwrap();
        build(&mut tree, |v| device(&mut items, v)).unwrap();
        let before = digest(&tree);
        let mut loaded = blanks(&other);
        match load(&mut tree, |v| device(&mut loaded, v)) {
            // The same names, and types that are the same or wider.
            Ok(()) => prop_assert_eq!(loaded.len(), items.len()),
            Err(report) => prop_assert!(report.code.number() < 200 || report.code == Code::TooMany),
        }
        prop_assert_eq!(before, digest(&tree));
    }

    #[test]
    fn any_memory_is_enough_or_an_error(mut items in state(), cut in 0..100usize) {
        let mut memory = vec![0; ROOM];
        let mut tree = Tree::new(&mut memory).unwrap();
        build(&mut tree, |v| device(&mut items, v)).unwrap();
        let (needed, wanted) = (tree.high_water(), digest(&tree));

        let mut small = vec![0; needed];
        let mut tree = Tree::new(&mut small).unwrap();
        build(&mut tree, |v| device(&mut items, v)).unwrap();
        prop_assert_eq!(digest(&tree), wanted);
        let mut loaded = blanks(&items);
        load(&mut tree, |v| device(&mut loaded, v)).unwrap();
        prop_assert_eq!(legacy(|v| device(&mut loaded, v)), legacy(|v| device(&mut items, v)));

        let mut small = vec![0; needed * cut / 100];
        match Tree::new(&mut small) {
            Err(code) => prop_assert_eq!(code, Code::NoSpace),
            Ok(mut tree) => {
                let report = build(&mut tree, |v| device(&mut items, v)).unwrap_err();
                prop_assert_eq!(report.code, Code::NoSpace);
                prop_assert!(report.fault.expected > report.fault.found);
            }
        }
    }
}

fn small(v: &mut Visitor<'_>) -> Result<()> {
    v.device("uart", 0, Versions::only(1), |v| {
        v.visit("control", &mut 1u32)?;
        v.text("label", &mut heapless::String::<8>::try_from("console").unwrap())?;
        v.list("ports", 2, |v, _| v.array("bits", &mut [1u16, 2, 3]))?;
        v.put_raw(b"rest")
    })
}

#[test]
fn every_size_of_memory_is_enough_or_refused() {
    let mut memory = vec![0; 4096];
    let mut whole = Tree::new(&mut memory).unwrap();
    build(&mut whole, small).unwrap();
    let (needed, wanted) = (whole.high_water(), digest(&whole));
    for size in 0..needed + 10 {
        let mut memory = vec![0xff; size + 1];
        // At any alignment.
        let Ok(mut tree) = Tree::new(&mut memory[1..]) else {
            assert!(size < Tree::EMPTY);
            continue;
        };
        match build(&mut tree, small) {
            Ok(()) => assert!(size >= needed && digest(&tree) == wanted),
            Err(report) => assert!(size < needed && report.code == Code::NoSpace),
        }
    }
}

#[test]
fn names_and_depth_have_the_bounds_of_a_visitor() {
    let mut memory = vec![0; 8192];
    let mut tree = Tree::new(&mut memory).unwrap();
    let long = "n".repeat(256);
    build(&mut tree, |v| v.visit(&long[1..], &mut 1u8)).unwrap();
    load(&mut tree, |v| v.visit(&long[1..], &mut 0u8)).unwrap();
    let report = build(&mut tree, |v| v.visit(&long, &mut 1u8)).unwrap_err();
    assert_eq!((report.code, report.fault.expected), (Code::NameTooLong, 255));

    fn nested(v: &mut Visitor<'_>, depth: usize) -> Result<()> {
        match depth {
            0 => v.visit("x", &mut 5u8),
            _ => v.list("", 1, |v, _| nested(v, depth - 1)),
        }
    }
    let mut memory = vec![0; 8192];
    let mut tree = Tree::new(&mut memory).unwrap();
    build(&mut tree, |v| nested(v, 16)).unwrap();
    load(&mut tree, |v| nested(v, 16)).unwrap();
    assert_eq!(calls(|v| tree.replay(tree.root(), v)), calls(|v| nested(v, 16)));
}

fn reversed(count: usize) -> u64 {
    let mut memory = vec![0; count * 100 + 1000];
    let mut tree = Tree::new(&mut memory).unwrap();
    let name = |at: usize| format!("field{at}");
    let mut each = (0..count).collect::<Vec<_>>();
    build(&mut tree, |v| each.iter_mut().try_for_each(|at| v.visit(&name(*at), &mut (*at as u64))))
        .unwrap();
    each.reverse();
    let mut decoder = TreeDecoder::new(&mut tree);
    let mut track = migcore::visit::Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    for at in each {
        let mut value = 0u64;
        v.visit(&name(at), &mut value).unwrap();
        assert_eq!(value, at as u64);
    }
    v.finish().unwrap();
    decoder.searched()
}

#[test]
fn another_order_is_found_without_looking_at_everything_each_time() {
    for count in [1usize, 8, 9, 100, 1000, 10000] {
        let steps = u64::from(usize::BITS - count.leading_zeros()) + 2;
        assert!(reversed(count) <= count as u64 * steps.max(9), "{count}: {}", reversed(count));
    }
}

#[test]
fn a_device_is_saved_with_the_version_that_was_set() {
    let mut memory = vec![0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    build(&mut tree, |v| {
        v.set_version(2)?;
        device(&mut [], v)
    })
    .unwrap();
    let saved = tree.find(tree.root(), b"device/7").unwrap();
    assert!(matches!(
        tree.value(saved),
        Ok(Value::Device { versions: Versions { current: 2, .. }, .. })
    ));
}
