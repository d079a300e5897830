//! What is said where a run is refused: enough to mend the history, or the state.

#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

#[path = "support/histories.rs"]
mod histories;

use histories::{add, compat, drop_item, item, machine, memory, put, rename, run, to, v};
use migcore::compat::{
    After, Compat, DeviceName, Edge, Form, History, Loss, Observer, Otherwise, Place, Policy, Step,
    Targets, Version, Wrapping,
};
use migcore::error::Report;
use migcore::model::{Tree, Value};
use migcore::visit::{Extent, Kind, Marks};
use migcore::Code;

const U16: Form = Form::Scalar(Kind::U16);
const U32: Form = Form::Scalar(Kind::U32);

/// What is said of a disk that goes over one change, up to version 2 or down to version 1.
fn said(step: Step<'_>, down: bool) -> String {
    let (mut memory, steps) = (memory(), [step]);
    let edges = [Edge::new(v(1), v(2), &steps)];
    let mut tree = Tree::new(&mut memory).unwrap();
    let (is, wanted) = if down { (2, 1) } else { (1, 2) };
    put(&mut tree, "disk", is, &[("sector", 70000), ("last", 1)]);
    let histories = [History::of_devices("disk", v(2), &edges)];
    let wanted = [("disk", v(wanted))];
    run(&compat(&histories), &mut tree, &to(&wanted)).0.unwrap_err().to_string()
}

#[test]
fn a_value_that_does_not_fit_is_told_with_what_would() {
    let retype = |from, to| Step::Retype { scope: "", name: "sector", from, to };
    assert_eq!(
        said(retype(U16, U32), true),
        "disk/0.sector: the value does not fit the type that it should have \
         (70000 (0x00011170), u16 has 0 to 65535), in step 0 from 2 to 1"
    );
    let array = Form::Array(Kind::I8, Extent::Variable);
    for (to, range) in [(Form::Scalar(Kind::Bool), "bool is 0 or 1"), (array, "i8 has -128 to 127")]
    {
        assert!(said(retype(U32, to), false).contains(range));
    }
}

#[test]
fn a_wrong_type_is_told_with_the_one_that_is_there() {
    let retype = Step::Retype { scope: "", name: "sector", from: U16, to: U32 };
    let text = "disk/0.sector: the item has another type in the stream (expected u16, found u32), \
                in step 0 from 1 to 2";
    assert_eq!(said(retype, false), text);
    let to = Some(Value::Bytes(Extent::Variable, b"x"));
    let set = Step::Set { scope: "", name: "sector", from: None, to };
    assert!(said(set, false).contains("(expected bytes[*], found u32)"));
}

#[test]
fn a_value_that_no_map_has_is_told_but_of_a_secret() {
    let (mut memory, pairs) = (memory(), [(1, 2)]);
    let (scope, name) = ("", "speed");
    let otherwise = Otherwise::Refuse;
    let steps = [Step::Map { scope, name, pairs: &pairs, turned: false, otherwise }];
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_devices("disk", v(2), &edges)];
    let mut tree = Tree::new(&mut memory).unwrap();
    let device = put(&mut tree, "disk", 1, &[("speed", 50)]);
    let wanted = [("disk", v(2))];
    let mut said = |marks| {
        tree.set_marks(device, marks).unwrap();
        run(&compat(&histories), &mut tree, &to(&wanted)).0.unwrap_err().to_string()
    };
    let [plain, secret] = [Marks::NONE, Marks::SECRET].map(&mut said);
    assert!(plain.contains("(no pair is for 50 (0x00000032))"), "{plain}");
    assert!(secret.contains("(no pair is for it)"), "{secret}");
}

#[test]
fn what_a_step_looked_for_is_named() {
    let start = |step, down| {
        let text = said(step, down);
        text.split_once(": ").map(|(path, _)| path.to_owned()).unwrap()
    };
    assert_eq!(start(rename("", "sektor", "s"), false), "disk/0.sektor");
    assert_eq!(start(rename("", "s", "sektor"), true), "disk/0.sektor");
    assert_eq!(start(drop_item("sektor"), false), "disk/0.sektor");
    // The scope, where that is what is missing.
    assert_eq!(start(rename("rx[*]", "a", "b"), false), "disk/0.rx[*]");
    let items = &[item("new", 1)];
    let place = Place { scope: "state", name: "new", after: After::End };
    assert_eq!(start(Step::Add { place, items }, false), "disk/0.state");
    let place = Place { scope: "", name: "new", after: After::Name("sektor") };
    assert_eq!(start(Step::Add { place, items }, false), "disk/0.sektor");
    let (value, marks) = (Value::Struct(None), Marks::NONE);
    let wrapping = Wrapping { place, value, marks, items: &["sektor"], after: After::End };
    assert_eq!(start(Step::Wrap(wrapping), false), "disk/0.sektor");
    assert_eq!(start(Step::Unwrap(wrapping), false), "disk/0.new");
}

#[test]
fn what_a_step_of_the_machine_looked_for_is_named() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "disk", 1, &[("a", 1)]);
    let mut path = |step: Step<'_>| {
        let steps = [step];
        let edges = [Edge::new(v(1), v(2), &steps)];
        let histories = [History::of_machine(v(2), &edges)];
        let failed = run(&compat(&histories), &mut tree, &machine(v(1), v(2))).0.unwrap_err();
        assert_eq!(failed.code(), Code::Missing);
        failed.report.path.as_str().to_owned()
    };
    assert_eq!(path(rename("d*/0", "b", "c")), "d*/0.b");
    assert_eq!(path(rename("dsik/0", "b", "c")), "dsik/0");
    let one = |name| DeviceName { name, instance: Some(3) };
    assert_eq!(path(Step::RenameDevice { from: one("disk"), to: one("disc") }), "disk/3");
}

#[test]
fn what_would_be_lost_is_told_and_that_the_policy_refuses_it() {
    let (mut memory, items) = (memory(), [item("speed", 100)]);
    let steps = [add("speed", &items)];
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_devices("disk", v(2), &edges)];
    let mut tree = Tree::new(&mut memory).unwrap();
    let device = put(&mut tree, "disk", 2, &[("speed", 50)]);
    let compat = Compat { histories: &histories, policy: Policy::default(), ..Compat::default() };
    let wanted = [("disk", v(1))];
    let said = |tree: &mut Tree<'_>| run(&compat, tree, &to(&wanted)).0.unwrap_err().to_string();
    assert_eq!(
        said(&mut tree),
        "disk/0.speed: this would lose state that must not be lost \
         (u32 = 50 (0x00000032), which the policy refuses), in step 0 from 2 to 1"
    );
    tree.set_marks(device, Marks::SECRET).unwrap();
    assert!(said(&mut tree).contains("(u32 = (secret), which the policy refuses)"));
}

#[test]
fn a_loss_says_what_and_where() {
    struct Lines(Vec<String>);
    impl Observer for Lines {
        fn lost(&mut self, _: &Tree<'_>, loss: &Loss<'_>) {
            self.0.push(format!("{loss} {loss:?}"));
        }
    }
    let (mut memory, steps) = (memory(), [drop_item("speed")]);
    let edges = [Edge::new(v(1), v(2), &steps)];
    let histories = [History::of_devices("disk", v(2), &edges)];
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "disk", 1, &[("speed", 50)]);
    let mut lines = Lines(Vec::new());
    compat(&histories).run(&mut tree, &Targets::default(), &mut lines).unwrap();
    let text = "disk/0.speed: the item, in step 0 from 1 to 2";
    assert_eq!(lines.0, [format!("{text} Loss({text})")]);
}

#[test]
fn a_wanted_device_of_no_name_that_is_known_is_refused_and_one_that_is_not_there_is_counted() {
    let mut memory = memory();
    let edges = [Edge::new(v(1), v(2), &[])];
    let histories = [History::of_devices("disk*", v(2), &edges)];
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "disk", 1, &[("a", 1)]);
    let compat = compat(&histories);
    let mut go = |wanted: &[(&str, Version<'_>)]| run(&compat, &mut tree, &to(wanted)).0;
    let failed = go(&[("dsik", v(2))]).unwrap_err();
    assert_eq!(failed.code(), Code::NoRoute);
    assert_eq!(
        failed.to_string(),
        "dsik: no route leads between the versions \
         (no device has this name, and no history is for it)"
    );
    let done = go(&[("disk9", v(2)), ("dis*9", v(2)), ("disk", v(2))]).unwrap();
    assert_eq!((done.unused, done.legs), (2, 1));
    assert_eq!(go(&[("disk", v(2))]).unwrap().unused, 0);
}

#[test]
fn no_route_tells_the_versions_that_are_known() {
    let mut memory = memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    put(&mut tree, "disk", 1, &[]);
    let go = |tree: &mut Tree<'_>, histories: &[History<'_>]| {
        let targets = machine(v(3), v(9));
        run(&compat(histories), tree, &targets).0.unwrap_err().to_string()
    };
    let edges = [Edge::new(v(1), v(2), &[]), Edge::new(v(2), v(3), &[])];
    let text = "the machine: no route leads between the versions";
    let known = format!("{text} (known are 1, 2, 3), from 3 to 9");
    assert_eq!(go(&mut tree, &[History::of_machine(v(3), &edges)]), known);
    let none = format!("{text} (there is no history of it), from 3 to 9");
    assert_eq!(go(&mut tree, &[]), none);
}

/// A program has one type of error for what knows a place and what does not.
#[test]
fn a_code_is_a_report_without_a_place() {
    fn both(fails: bool) -> Result<(), Report> {
        let code: migcore::Result<()> = Err(Code::NoSpace);
        if fails {
            code?;
        }
        Ok(())
    }
    assert_eq!(both(true).unwrap_err().code, Code::NoSpace);
    assert_eq!(both(false), Ok(()));
}
