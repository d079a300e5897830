//! A run comes to all devices, and what is kept beside them follows them.

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
    add, all, compat, item, losses, memory, number, put, rename, run, shown, to, v, SPLIT,
};
use migcore::compat::{
    set_tag, tag_of, After, DeviceName, Edge, Edit, History, Hook, NewDevice, Otherwise, Step,
    Version, Way, What,
};
use migcore::model::{At, Tree, Value};
use migcore::visit::{Kind, Marks, Versions};
use migcore::Code;

#[test]
fn devices_behind_one_that_is_merged_or_split_off_are_not_left_out() {
    const SPLITS: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[SPLIT])];
    const RENAMES: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[rename("", "old", "new")])];
    const OF_B: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[rename("", "y", "z")])];
    let histories = [
        History::of_devices("a", v(2), &SPLITS),
        History::of_devices("b", v(2), &OF_B),
        History::of_devices("c", v(2), &RENAMES),
    ];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "a", 2, &[("x", 7)]);
    put(&mut tree, "b", 1, &[("y", 7)]);
    put(&mut tree, "c", 2, &[("new", 7)]);
    let before = shown(&tree);
    // On the way down `b` goes while the run is at `a`.
    let done = run(&compat, &mut tree, &to(&[("a", v(1)), ("c", v(1))])).0.unwrap();
    assert_eq!(done.legs, 2);
    assert!(tree.find(tree.root(), b"c/0.old").is_ok() && !shown(&tree).contains("b/0"));
    // On the way up it comes, and is of the version that is wanted of it.
    let wanted = [("a", v(2)), ("b", v(1)), ("c", v(2))];
    assert_eq!(run(&compat, &mut tree, &to(&wanted)).0.unwrap().legs, 2);
    assert_eq!(shown(&tree), before);
    // If that is a newer one, it goes there at once.
    run(&compat, &mut tree, &to(&[("a", v(1))])).0.unwrap();
    let done = run(&compat, &mut tree, &to(&[("a", v(2)), ("b", v(2))])).0.unwrap();
    assert_eq!((done.legs, number(&tree, "b/0.z")), (2, Some(7)));
}

#[test]
fn what_was_written_since_is_not_overwritten_by_what_was_lost() {
    let number = |number| Some(Value::Scalar(Kind::U32, number));
    let set = |from, to| Step::Set { scope: "", name: "x", from, to };
    let bits = |from, to| Step::Bits { scope: "", name: "x", at: 0, mask: 0xff, from, to };
    let map = Step::Map {
        scope: "",
        name: "x",
        pairs: &[(1, 3), (1, 7)],
        turned: false,
        otherwise: Otherwise::Keep,
    };
    // The step up; what stands there after the way down of 7, and after the way back up if the guest wrote 99.
    for (step, down, written) in [
        (set(number(1), number(0)), 1, 0),
        (set(None, number(0)), 7, 0),
        (bits(Some(1), Some(0)), 1, 0),
        (bits(None, Some(0)), 7, 0),
        (map, 1, 99),
    ] {
        let steps = [step];
        let edges = [Edge::new(v(1), v(2), &steps)];
        let histories = [History::of_devices("a", v(2), &edges)];
        let compat = compat(&histories);
        let mut memory = memory();
        let mut tree = Tree::new(&mut memory).unwrap();
        put(&mut tree, "a", 2, &[("x", 7)]);
        let value = |tree: &Tree<'_>| histories::number(tree, "a/0.x").unwrap();
        run(&compat, &mut tree, &to(&[("a", v(1))])).0.unwrap();
        assert_eq!((value(&tree), losses(&tree).len()), (down, 1), "{step:?}");
        let back = run(&compat, &mut tree, &to(&[("a", v(2))])).0.unwrap();
        assert_eq!((value(&tree), back.restored, back.unrestored), (7, 1, 0), "{step:?}");
        run(&compat, &mut tree, &to(&[("a", v(1))])).0.unwrap();
        histories::set(&mut tree, "a/0.x", 99);
        let back = run(&compat, &mut tree, &to(&[("a", v(2))])).0.unwrap();
        assert_eq!((value(&tree), back.restored, back.unrestored), (written, 0, 1), "{step:?}");
    }
}

#[test]
fn tags_and_losses_follow_devices_also_where_edges_are_gone_as_written() {
    const ADDS: [Edge<'static>; 1] = [Edge::new(v(1), v(2), &[add("b", &[item("b", 5)])])];
    const RENAMES: [Edge<'static>; 1] = [Edge::new(
        v(0),
        v(0),
        &[Step::RenameDevice {
            from: DeviceName { name: "old", instance: None },
            to: DeviceName { name: "new", instance: None },
        }],
    )];
    let histories = [History::of_devices("*", v(2), &ADDS)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let device = put(&mut tree, "old", 2, &[("b", 6)]);
    let other = put(&mut tree, "other", 1, &[]);
    run(&compat, &mut tree, &to(&[("old", v(1))])).0.unwrap();
    set_tag(&mut tree, device, "acme").unwrap();
    set_tag(&mut tree, other, "else").unwrap();
    // What a stream calls as the library calls its own handles means nothing.
    let tags = tree.find(tree.root(), b"migcore.history/0.tags").unwrap();
    let last = tree.children(tags).unwrap().last().unwrap();
    let handle = Value::Scalar(Kind::U64, device.to_bits());
    tree.insert(At::Start(last), b"node", Marks::NONE, handle).unwrap();
    let before = all(&tree);
    compat.apply(&mut tree, &RENAMES, Way::Up, &mut ()).unwrap();
    assert_eq!(tag_of(&tree, device), Ok("acme"));
    assert_eq!(
        (tag_of(&tree, other), losses(&tree)[0].as_str()),
        (Ok("else"), "new:b = 6 Item 2>1 step 0")
    );
    compat.apply(&mut tree, &RENAMES, Way::Down, &mut ()).unwrap();
    assert_eq!(all(&tree), before);
}

#[test]
fn code_tells_only_what_it_may_and_of_its_own_device() {
    fn tell(edit: &mut Edit<'_, '_>) -> migcore::Result<u32> {
        let (root, scope) = (edit.tree.root(), edit.scope);
        let own = edit.tree.find(scope, b"x")?;
        let other = edit.tree.find(root, b"b/0.x")?;
        for what in What::ALL {
            let kept = matches!(what, What::Value | What::Item | What::Record);
            let expected = if kept { Ok(()) } else { Err(Code::InvalidArgument) };
            assert_eq!(edit.lose(own, what, false), expected, "{what:?}");
            assert_eq!(edit.lose(other, what, false), Err(Code::InvalidArgument), "{what:?}");
        }
        assert_eq!(edit.lose(root, What::Item, false), Err(Code::InvalidArgument));
        assert_eq!(edit.recover(other, b"x", What::Value), Err(Code::InvalidArgument));
        edit.lose(scope, What::Record, false)?;
        Ok(1)
    }
    let call = [Step::Call { up: Some(Hook(&tell)), down: None }];
    let edges = [Edge::new(v(1), v(2), &call)];
    let histories = [History::of_devices("a", v(2), &edges)];
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "a", 1, &[("x", 1)]);
    put(&mut tree, "b", 1, &[("x", 2)]);
    let done = run(&compat(&histories), &mut tree, &to(&[("a", v(2))])).0.unwrap();
    assert_eq!((done.losses, losses(&tree).len()), (4, 4));
    assert!(losses(&tree).iter().all(|line| line.starts_with("a:")));
}

#[test]
fn all_devices_get_their_tags_in_one_list() {
    const TO: Version<'static> = Version::tagged(1, "acme");
    const EDGES: [Edge<'static>; 1] = [Edge::new(v(1), TO, &[rename("", "x", "y")])];
    let histories = [History::of_devices("nic*", TO, &EDGES)];
    let compat = compat(&histories);
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    for at in 0..50 {
        put(&mut tree, &format!("nic{at}"), 1, &[("x", at)]);
    }
    let before = all(&tree);
    assert_eq!(run(&compat, &mut tree, &to(&[("*", TO)])).0.unwrap().legs, 50);
    let tags = tree.find(tree.root(), b"migcore.history/0.tags").unwrap();
    assert_eq!(tree.count(tags), Ok(50));
    for device in tree.children(tree.root()).unwrap().take(50) {
        assert_eq!(tag_of(&tree, device), Ok("acme"));
    }
    run(&compat, &mut tree, &to(&[("*", v(1))])).0.unwrap();
    assert_eq!(tree.count(tags), Ok(0));
    assert!(all(&tree).starts_with(&before));
}

#[test]
fn devices_that_were_dropped_together_come_back_between_the_others() {
    const ADDS: [Edge<'static>; 1] = [Edge::new(
        v(1),
        v(2),
        &[Step::AddDevice {
            device: NewDevice {
                name: DeviceName { name: "nic*", instance: None },
                versions: Versions { current: 1, minimum: 1 },
                oldest_reader: 1,
                after: After::End,
            },
            items: None,
        }],
    )];
    let compat = compat(&[]);
    for present in 1..1 << 7 {
        let mut memory = memory();
        let mut tree = Tree::new(&mut memory).unwrap();
        for at in 0..7 {
            let kind = if present >> at & 1 == 1 { "nic" } else { "disk" };
            put(&mut tree, &format!("{kind}{at}"), 1, &[("x", at)]);
        }
        let before = all(&tree);
        compat.apply(&mut tree, &ADDS, Way::Down, &mut ()).unwrap();
        assert!(!shown(&tree).contains("nic"));
        compat.apply(&mut tree, &ADDS, Way::Up, &mut ()).unwrap();
        assert_eq!(all(&tree), before, "{present:b}");
    }
}

#[test]
fn a_version_that_the_steps_set_must_be_that_of_their_edge() {
    let this = DeviceName::THIS;
    let set = |from, to| Step::SetVersion { device: this, from, to };
    for (steps, good) in [
        (vec![set(1, 3)], true),
        (vec![set(1, 2), set(2, 3)], true),
        (vec![set(1, 2)], false),
        (vec![set(2, 3)], false),
        (vec![set(1, 3), set(3, 4)], false),
    ] {
        let edges = [Edge::new(v(1), v(3), &steps)];
        let histories = [History::of_devices("nic", v(3), &edges)];
        for (from, to_version) in [(1, 3), (3, 1)] {
            let mut memory = memory();
            let mut tree = Tree::new(&mut memory).unwrap();
            put(&mut tree, "nic", from, &[("a", 1)]);
            let before = all(&tree);
            let done = run(&compat(&histories), &mut tree, &to(&[("nic", v(to_version))])).0;
            match done {
                Ok(_) => assert!(good && all(&tree) != before, "{steps:?}"),
                Err(failed) => {
                    assert_eq!((good, failed.code()), (false, Code::InvalidArgument), "{steps:?}");
                    assert_eq!(all(&tree), before);
                }
            }
        }
    }
}

#[test]
fn many_devices_with_few_tags_are_not_too_much() {
    let compat = compat(&[]);
    let mut memory = vec![0; 8 << 20];
    let mut tree = Tree::new(&mut memory).unwrap();
    for at in 0..20_000u32 {
        let value = Value::Device { instance: at, versions: Versions::only(1), oldest_reader: 1 };
        let device = tree.insert(At::End(tree.root()), b"nic", Marks::NONE, value).unwrap();
        if at < 4 {
            set_tag(&mut tree, device, "acme").unwrap();
        }
    }
    assert_eq!(run(&compat, &mut tree, &to(&[])).0.unwrap().legs, 0);
}
