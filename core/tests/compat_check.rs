//! The tests that a history has by itself, run on one; and that they find what is wrong with another.

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

use histories::{add, drop_item, item, put, put_number, rename, v};
use migcore::compat::{
    check, After, Checked, DeviceName, Edge, Edit, Finding, Form, History, Hook, NewDevice,
    Otherwise, Place, Random, States, Step, Version, Wrapping, Wrong,
};
use migcore::model::{At, Tree, TreeDecoder, Value};
use migcore::visit::{Extent, Kind, Marks, Track, Versions, Visitor};
use migcore::{Code, Result};

const MEMORY: usize = 1 << 20;

const fn place(name: &str) -> Place<'_> {
    Place { scope: "", name, after: After::End }
}

const fn after<'a>(name: &'a str, sibling: &'a str) -> Place<'a> {
    Place { after: After::Name(sibling), ..place(name) }
}

fn no_code(_: &mut Edit<'_, '_>) -> Result<u32> {
    Ok(1)
}

/// A device of seven versions, and one of a downstream.
const EDGES: [Edge<'static>; 7] = [
    Edge::new(v(1), v(2), &[rename("", "lvl", "level"), add("rate", &[item("rate", 9600)])]),
    Edge::new(
        v(2),
        v(3),
        &[Step::Retype {
            scope: "",
            name: "level",
            from: Form::Scalar(Kind::U32),
            to: Form::Scalar(Kind::U64),
        }],
    ),
    Edge::new(
        v(3),
        v(4),
        &[
            Step::Add {
                place: Place { scope: "rx[*]", name: "flags", after: After::Start },
                items: &[item("flags", 0)],
            },
            Step::Drop { place: after("legacy", "level"), items: &[item("legacy", 3)] },
            Step::Map {
                scope: "",
                name: "mode",
                pairs: &[(0, 1), (1, 0), (2, 7)],
                turned: false,
                otherwise: Otherwise::Keep,
            },
        ],
    )
    .optional(),
    Edge::new(
        v(4),
        v(5),
        &[Step::Wrap(Wrapping {
            place: place("uart/fifo"),
            value: Value::Subsection { version: 1 },
            marks: Marks::NONE,
            items: &["rate", "mode"],
            after: After::Name("level"),
        })],
    )
    .optional(),
    Edge::new(
        v(5),
        v(6),
        &[
            drop_item("old"),
            Step::Move { from: after("head", "level"), to: after("head", "rx") },
            Step::Set {
                scope: "",
                name: "kind",
                from: None,
                to: Some(Value::Scalar(Kind::U32, 6)),
            },
        ],
    )
    .optional(),
    Edge::new(
        v(6),
        v(7),
        &[
            Step::Bits {
                scope: "",
                name: "head",
                at: 0,
                mask: 0xf0,
                from: Some(0),
                to: Some(0x50),
            },
            Step::Call { up: Some(Hook(&no_code)), down: Some(Hook(&no_code)) },
        ],
    ),
    Edge::new(
        v(4),
        Version::tagged(4, "acme"),
        &[add("acme", &[item("acme", 1)]), rename("", "rx", "ring")],
    ),
];

/// The newest state, of random numbers: most are what the steps take for the default, so that these are seen as well.
struct Uarts;

impl Uarts {
    fn number(random: &mut Random, usual: u64) -> u64 {
        match random.below(3) {
            0 => random.below(1 << 32),
            _ => usual,
        }
    }
}

impl States for Uarts {
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool> {
        if version != v(7) {
            return Ok(false);
        }
        for at in 0..random.below(3) + 1 {
            let level = Value::Scalar(Kind::U64, random.below(1 << 32));
            let device = put(tree, &format!("uart{at}"), 7, &[]);
            tree.insert(At::End(device), b"level", Marks::NONE, level)?;
            let list = Value::List { extent: Extent::Variable };
            let rx = tree.insert(At::End(device), b"rx", Marks::NONE, list)?;
            for _ in 0..random.below(5) {
                let element = tree.insert(At::End(rx), b"", Marks::NONE, Value::Element)?;
                put_number(tree, element, "flags", Self::number(random, 0));
                put_number(tree, element, "data", random.below(256));
            }
            put_number(tree, device, "head", Self::number(random, 0x53));
            put_number(tree, device, "kind", Self::number(random, 6));
            let part = Value::Subsection { version: 1 };
            let part = tree.insert(At::End(device), b"uart/fifo", Marks::NONE, part)?;
            put_number(tree, part, "rate", Self::number(random, 9600));
            if random.below(2) == 0 {
                put_number(tree, part, "mode", random.below(10));
            }
        }
        // Another device, which is never touched.
        put(tree, "rtc", 1, &[("time", random.below(1 << 32))]);
        Ok(true)
    }

    fn load(&mut self, tree: &mut Tree<'_>, version: Version<'_>) -> Result<()> {
        let has = |path: &[u8]| tree.find(tree.root(), path).is_ok();
        let newest = [has(b"uart0/0.lvl"), has(b"uart0/0.acme"), has(b"uart0/0.uart/fifo.rate")];
        let wanted = [version == v(1), !version.tag.is_empty(), version.number > 4];
        if newest != wanted {
            return Err(Code::WrongType);
        }
        let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
        let mut visitor = Visitor::loading(&mut decoder, &mut track);
        let time = &mut 0u32;
        visitor.device("rtc", 0, Versions::only(1), |v| v.visit("time", time))
    }
}

fn told(history: &History<'_>, states: &mut dyn States, cases: u32) -> (Checked, Vec<String>) {
    let (mut memory, mut lines) = (vec![0; MEMORY], Vec::new());
    let checked = check(history, states, (7, cases), &mut memory, &mut |found: &Finding<'_>| {
        let stops: Vec<_> = found.stops.iter().map(Version::to_string).collect();
        let wrong = match &found.wrong {
            Wrong::Failed(failed) => failed.to_string(),
            Wrong::NotLoaded(code) => code.to_string(),
            Wrong::Unused => "unused".to_owned(),
            Wrong::Differs { difference, before, after } => {
                let mut text = Vec::new();
                difference.put(before, after, &mut |part| text.extend_from_slice(part)).unwrap();
                String::from_utf8(text).unwrap()
            }
        };
        lines.push(format!("{} #{}: {wrong}", stops.join(" "), found.case));
    });
    (checked.unwrap(), lines)
}

#[test]
fn every_version_goes_to_every_other_and_back_and_over_a_third() {
    let history = History::of_devices("uart*", v(7), &EDGES);
    let (checked, lines) = told(&history, &mut Uarts, 2);
    assert_eq!(lines, [""; 0]);
    // Eight versions: from each to seven others, and from there to six others.
    let equal = 2 * 8 * (7 + 7 * 6);
    assert_eq!(checked, Checked { equal, ..Checked::default() });
}

const PC: [Edge<'static>; 2] = [
    Edge::new(
        Version::named("pc-1"),
        Version::named("pc-2"),
        &[
            Step::Split {
                device: DeviceName { name: "uart*", instance: None },
                into: NewDevice {
                    name: DeviceName { name: "fifo*", instance: None },
                    versions: Versions::only(1),
                    oldest_reader: 1,
                    after: After::End,
                },
                items: &["rx"],
                after: After::Name("level"),
            },
            Step::RenameDevice {
                from: DeviceName { name: "rtc", instance: None },
                to: DeviceName { name: "clock", instance: None },
            },
        ],
    ),
    Edge::new(
        Version::named("pc-2"),
        Version::named("pc-3"),
        &[Step::DropDevice {
            device: NewDevice {
                name: DeviceName { name: "fifo*", instance: None },
                versions: Versions::only(1),
                oldest_reader: 1,
                after: After::Name("clock/0"),
            },
            items: None,
        }],
    )
    .optional(),
];

/// States that a function saves, and that are loaded whatever they are.
struct Saved<F>(F)
where
    F: FnMut(&mut Tree<'_>, Version<'_>, &mut Random) -> Result<bool>;

impl<F> States for Saved<F>
where
    F: FnMut(&mut Tree<'_>, Version<'_>, &mut Random) -> Result<bool>,
{
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool> {
        (self.0)(tree, version, random)
    }
}

#[test]
fn the_history_of_a_machine_is_checked_as_well() {
    let history = History::of_machine(Version::named("pc-1"), &PC);
    // A machine with any of these states.
    let mut oldest = Saved(|tree, version, random| match version.tag {
        "pc-1" => Uarts.save(tree, v(7), random),
        _ => Ok(false),
    });
    let (checked, lines) = told(&history, &mut oldest, 10);
    assert_eq!(lines, [""; 0]);
    assert_eq!(checked, Checked { equal: 10 * 3 * (2 + 2), ..Checked::default() });
}

/// A state of one number.
struct One(u64);

impl States for One {
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        _random: &mut Random,
    ) -> Result<bool> {
        put(tree, "uart", version.number, &[("a", self.0)]);
        Ok(true)
    }

    fn load(&mut self, tree: &mut Tree<'_>, _version: Version<'_>) -> Result<()> {
        tree.find(tree.root(), b"uart/0.a").map(|_| ())
    }
}

#[test]
fn what_is_wrong_with_a_history_is_found() {
    fn silently(edit: &mut Edit<'_, '_>) -> Result<u32> {
        let node = edit.tree.find(edit.scope, b"a")?;
        edit.tree.replace(node, Value::Scalar(Kind::U32, 0)).map(|()| 1)
    }
    let call = |up, down| [Step::Call { up, down }];
    let one = |steps: &[Step<'_>]| {
        let edges = [Edge::new(v(1), v(2), steps)];
        told(&History::of_devices("uart", v(2), &edges), &mut One(7), 1)
    };
    // Code that loses a value and does not tell it.
    let (checked, lines) = one(&call(Some(Hook(&silently)), Some(Hook(&no_code))));
    let changed = "changed uart/0.a: u32 = 7 -> u32 = 0";
    assert_eq!(lines, ["1 2 1", "2 1 2"].map(|stops| format!("{stops} #0: {changed}")));
    assert_eq!((checked.equal, checked.findings), (0, 2));
    // A step that finds nothing.
    let (_, lines) = one(&[rename("", "b", "c")]);
    assert!(lines[0].starts_with("1 2 #0: uart/0.b: ") && lines.len() == 2, "{lines:?}");
    // A form that the program does not load.
    let (_, lines) = one(&[rename("", "a", "b")]);
    assert!(lines[0].starts_with("1 2 #0: ") && lines.len() == 2, "{lines:?}");
    // No way back.
    let (checked, lines) = one(&call(Some(Hook(&no_code)), None));
    assert_eq!((checked.unreachable, lines.len()), (2, 0));
}

#[test]
fn a_way_round_a_circle_is_only_gone() {
    const CIRCLE: [Edge<'static>; 4] = [
        Edge::new(v(1), v(2), &[add("b", &[item("b", 1)])]).optional(),
        Edge::new(v(2), v(3), &[]),
        Edge::new(v(3), v(4), &[]),
        Edge::new(v(1), v(4), &[add("b", &[item("b", 2)])]).optional(),
    ];
    let (checked, lines) = told(&History::of_devices("uart", v(4), &CIRCLE), &mut One(7), 1);
    assert_eq!(lines.len(), 0, "{lines:?}");
    assert!(checked.around > 0 && checked.equal > 0);
}

#[test]
fn a_newest_version_that_cannot_be_saved_is_an_error() {
    let history = History::of_devices("uart", v(7), &EDGES);
    let mut memory = vec![0; 1 << 16];
    let mut none = Saved(|_, _, _| Ok(false));
    let done = check(&history, &mut none, (1, 1), &mut memory, &mut |_| {});
    assert_eq!(done, Err(Code::InvalidArgument));
    let done = check(&history, &mut Uarts, (1, 1), &mut memory[..100], &mut |_| {});
    assert_eq!(done, Err(Code::NoSpace));
}

#[test]
fn random_numbers_are_the_same_each_time() {
    let mut random = Random::new(1);
    assert_eq!(random.number(), 0x910a_2dec_8902_5cc1);
    assert!((0..100).all(|_| random.below(7) < 7));
    assert_eq!(random.below(0), 0);
}

/// A check that checks nothing is not as good as one that found nothing.
#[test]
fn changes_that_no_state_went_are_found() {
    const STEP: Step<'static> = rename("", "level", "lvl");
    let mut newest = Saved(|tree, version, random| {
        if version == v(7) {
            put(tree, "uart0", 7, &[("lvl", random.below(9))]);
        }
        Ok(version == v(7))
    });
    let once = [Edge::new(v(6), v(7), &[STEP])];
    let history = History::of_devices("urat*", v(7), &once);
    let (checked, lines) = told(&history, &mut newest, 1);
    assert_eq!((checked.unused, checked.findings), (1, 1));
    assert_eq!(lines, ["6 7 #0: unused"]);
    let history = History::of_devices("uart*", v(7), &once);
    assert_eq!(told(&history, &mut newest, 1).0, Checked { equal: 2, ..Checked::default() });

    // Of two with the same ends the second is never gone.
    let twice = [Edge::new(v(6), v(7), &[STEP]), Edge::new(v(6), v(7), &[])];
    let history = History::of_devices("uart*", v(7), &twice);
    let mut memory = vec![0; MEMORY];
    let mut found = 0;
    let checked = check(&history, &mut newest, (7, 1), &mut memory, &mut |finding| {
        assert!(matches!(finding.wrong, Wrong::Unused), "{finding:?}");
        found += 1;
    });
    assert_eq!(checked.map(|checked| (checked.unused, found)), Ok((1, 1)));

    // Where a version cannot be made at all, it is only counted.
    let one_way = [Edge::new(v(6), v(7), &[STEP]).one_way()];
    let history = History::of_devices("uart*", v(7), &one_way);
    let checked = check(&history, &mut newest, (7, 1), &mut memory, &mut |_| {}).unwrap();
    assert_eq!((checked.unused, checked.findings, checked.unreachable > 0), (1, 0, true));
}
