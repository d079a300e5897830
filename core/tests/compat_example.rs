//! A network card of seven releases, as `examples/history` has it in C: its table of changes is checked by itself, against
//! the programs of all releases, and over all wires.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/releases.rs"]
mod releases;

use migcore::codec::chunk::{Loader, Saver, Settings};
use migcore::codec::legacy::{visit_blob, ALWAYS_BLOB};
use migcore::compat::{
    check, each_loss, After, Border, Checked, Compat, DeviceName, Devices, Edge, Edit, Failed,
    Filter, Form, History, Hook, Item, NewDevice, Otherwise, Outcome, Place, Policy, Random,
    States, Step, Targets, Verdict, Version, LOSSES,
};
use migcore::model::{At, Builder, NodeId, Tree, TreeDecoder, Value};
use migcore::visit::{Extent, Kind, Marks, Track, Versions, Visit, Visitor};
use migcore::{Code, Result};
use releases::{Meaning, Nic2, COALESCING, FEATURE_OFFLOAD, NEWEST};

/// Release 1 put and got bytes. What they hold is what release 2 visits: so that is done, over the bytes.
fn exchange(edit: &mut Edit<'_, '_>, bytes_leave: bool) -> Result<u32> {
    let (mut nic, mut track) = (Nic2::default(), Track::new());
    let mut decoder = TreeDecoder::inside(edit.tree, edit.scope)?;
    let mut v = Visitor::loading(&mut decoder, &mut track);
    visit_blob(&mut v, 2, |v| nic.visit(v))?; // whichever of the two it is
    v.finish()?;
    while let Some(item) = edit.tree.first_child(edit.scope)? {
        edit.tree.remove(item)?;
    }
    let (mut builder, mut track) = (Builder::inside(edit.tree, edit.scope)?, Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    match bytes_leave {
        true => visit_blob(&mut v, ALWAYS_BLOB, |v| nic.visit(v))?,
        false => nic.visit(&mut v)?,
    }
    v.finish().map(|()| 1)
}

const fn version(release: u32) -> Version<'static> {
    Version::new(release)
}

const fn wider(name: &str) -> Step<'_> {
    let (from, to) = (Form::Scalar(Kind::U16), Form::Scalar(Kind::U32));
    Step::Retype { scope: "", name, from, to }
}

// What each release changed, from the older form to the newer.
static EDGES: [Edge<'static>; 6] = [
    Edge::new(
        version(1),
        version(2),
        &[Step::Call {
            up: Some(Hook(&|edit| exchange(edit, false))),
            down: Some(Hook(&|edit| exchange(edit, true))),
        }],
    ),
    Edge::new(
        version(2),
        version(3),
        &[
            Step::Rename { scope: "", from: "ctl", to: "control" },
            wider("rx_head"),
            wider("rx_tail"),
        ],
    ),
    Edge::new(
        version(3),
        version(4),
        &[Step::Drop {
            // It stood behind `features`, and is 0 if nobody knows.
            place: Place { scope: "", name: "debug", after: After::Name("features") },
            items: &[Item::new("debug", Value::Scalar(Kind::U32, 0))],
        }],
    ),
    Edge::new(
        version(4),
        version(5),
        &[
            // Off, on, loopback were numbers; now they are bits, of which one alone makes no sense to the older release.
            Step::Map {
                scope: "",
                name: "mode",
                pairs: &[(0, 0), (1, 1), (2, 3), (0, 2)],
                turned: false,
                otherwise: Otherwise::Refuse,
            },
            Step::Bits {
                scope: "",
                name: "features",
                at: 0,
                mask: FEATURE_OFFLOAD as u64,
                from: Some(0),
                to: None,
            },
        ],
    ),
    Edge::new(
        version(5),
        version(6),
        &[Step::Split {
            device: DeviceName::THIS,
            into: NewDevice {
                name: DeviceName { name: "phy", instance: Some(0) },
                versions: Versions::only(1),
                oldest_reader: 1,
                after: After::Name(""), // behind the card itself
            },
            items: &["link", "speed"],
            after: After::End,
        }],
    ),
    Edge::new(
        version(6),
        version(7),
        &[Step::Add {
            place: Place { scope: "", name: "coalescing", after: After::Name("features") },
            items: &[Item {
                marks: Marks::ANCILLARY,
                ..Item::new("coalescing", Value::Scalar(Kind::U32, COALESCING as u64))
            }],
        }],
    ),
];
static HISTORIES: [History<'static>; 1] = [History::of_devices("nic", version(NEWEST), &EDGES)];

/// What is tuned for this host is of no use to another: it does not leave, whatever release it goes to.
fn leave_out_tuning(edit: &mut Edit<'_, '_>) -> Result<u32> {
    let Ok(tuning) = edit.tree.find(edit.scope, b"nic/0.coalescing") else { return Ok(0) };
    edit.tree.remove(tuning).map(|()| 1)
}

static STRICT: Compat<'static> = Compat {
    histories: &HISTORIES,
    // The guest does without `coalescing`. What else is lost must be what an older release takes for granted.
    policy: Policy {
        rules: &[("nic/*.coalescing", Verdict::Allow)],
        otherwise: Verdict::IfDefault,
    },
    filters: &[Filter { leaving: Some(Hook(&leave_out_tuning)), arriving: None }],
    writer: "compat_example",
};

/// Makes of the state of a board the one that an older release loads; or changes nothing, and says why.
fn downgrade(
    compat: &Compat<'_>,
    tree: &mut Tree<'_>,
    release: u32,
) -> core::result::Result<Outcome, Failed> {
    let wanted = [("nic", version(release))];
    compat.run(tree, &Targets { devices: &wanted, ..Targets::default() }, &mut ())
}

fn lenient() -> Compat<'static> {
    Compat { policy: Policy::ALLOW, ..STRICT }
}

fn memory() -> Vec<u8> {
    vec![0; 1 << 16]
}

struct Programs;

impl States for Programs {
    fn save(
        &mut self,
        tree: &mut Tree<'_>,
        version: Version<'_>,
        random: &mut Random,
    ) -> Result<bool> {
        let meaning = Meaning::random(random, version.number);
        releases::save(tree, version.number, &meaning).map(|()| true)
    }

    fn load(&mut self, tree: &mut Tree<'_>, version: Version<'_>) -> Result<()> {
        releases::load(tree, version.number).map(|_| ())
    }
}

#[test]
fn every_release_to_every_other_and_back_and_over_a_third() {
    let (mut memory, mut lines) = (memory(), Vec::new());
    let checked = check(&HISTORIES[0], &mut Programs, (1, 10), &mut memory, &mut |found| {
        let stops: Vec<_> = found.stops.iter().map(Version::to_string).collect();
        lines.push(format!("{} #{}: {:?}", stops.join(" "), found.case, found.wrong));
    });
    assert_eq!(lines, [""; 0]);
    assert_eq!(checked, Ok(Checked { equal: 10 * 7 * (6 + 6 * 5), ..Checked::default() }));
}

/// The releases on the way from one to another, with both.
fn between(from: u32, to: u32) -> Vec<u32> {
    match from <= to {
        true => (from..=to).collect(),
        false => (to..=from).rev().collect(),
    }
}

#[test]
fn what_a_program_saves_means_the_same_to_any_other_and_comes_back_whole() {
    let (compat, mut random) = (lenient(), Random::new(2));
    let mut lossy = 0;
    for (from, to) in (1..=NEWEST).flat_map(|from| (1..=NEWEST).map(move |to| (from, to))) {
        for _ in 0..20 {
            let mut memory = memory();
            let mut tree = Tree::new(&mut memory).unwrap();
            let before = Meaning::random(&mut random, from);
            let wanted = between(from, to).into_iter().fold(before, Meaning::seen_by);
            releases::save(&mut tree, from, &before).unwrap();
            downgrade(&compat, &mut tree, to).unwrap();
            assert_eq!(releases::load(&mut tree, to), Ok(wanted), "{from} to {to}");
            lossy += u32::from(wanted != before);
            downgrade(&compat, &mut tree, from).unwrap();
            assert_eq!(releases::load(&mut tree, from), Ok(before), "{to} back to {from}");
        }
    }
    assert!(lossy > 100, "{lossy}");
}

#[test]
fn an_older_program_goes_on_and_the_newest_takes_it_over() {
    let (compat, mut random) = (lenient(), Random::new(3));
    for old in 1..NEWEST {
        let (mut first, mut second) = (memory(), memory());
        let mut tree = Tree::new(&mut first).unwrap();
        let sent = Meaning { control: 1, ..Meaning::random(&mut random, NEWEST) };
        releases::save(&mut tree, NEWEST, &sent).unwrap();
        downgrade(&compat, &mut tree, old).unwrap();
        // It runs for a while, and saves what it has: without losses, of which it knows nothing.
        let running = Meaning { control: 2, ..releases::load(&mut tree, old).unwrap() };
        let mut tree = Tree::new(&mut second).unwrap();
        releases::save(&mut tree, old, &running).unwrap();
        downgrade(&compat, &mut tree, NEWEST).unwrap();
        assert_eq!(releases::load(&mut tree, NEWEST), Ok(running.seen_by(NEWEST)));
    }
}

#[test]
fn a_downgrade_that_would_hurt_the_guest_changes_nothing() {
    let mut memory = self::memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let state = Meaning { coalescing: 50, ..Meaning::default() };
    releases::save(&mut tree, NEWEST, &state).unwrap();
    assert_eq!(downgrade(&STRICT, &mut tree, 1).map(|done| done.losses), Ok(1));
    let mut lost = Vec::new();
    each_loss(&tree, &mut |loss| {
        if loss.what.is_value() {
            lost.push((String::from_utf8_lossy(loss.path).into_owned(), loss.step));
        }
    })
    .unwrap();
    assert_eq!(lost, [("coalescing".to_owned(), 0)]);
    assert_eq!(downgrade(&STRICT, &mut tree, NEWEST).map(|done| done.restored), Ok(1));
    assert_eq!(releases::load(&mut tree, NEWEST), Ok(state));

    let mut memory = self::memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let state = Meaning { features: FEATURE_OFFLOAD, ..state };
    releases::save(&mut tree, NEWEST, &state).unwrap();
    let before = shown(&tree);
    let failed = downgrade(&STRICT, &mut tree, 1).unwrap_err();
    assert_eq!((failed.code(), failed.report.path.as_str()), (Code::Lossy, "nic/0.features"));
    assert_eq!(shown(&tree), before);
    let failed = downgrade(&STRICT, &mut tree, 8).unwrap_err();
    assert_eq!((failed.code(), failed.report.path.as_str()), (Code::NoRoute, "nic/0"));
    assert_eq!(shown(&tree), before);
}

#[test]
fn what_leaves_is_filtered_and_what_stays_is_not() {
    let mut memory = self::memory();
    let mut tree = Tree::new(&mut memory).unwrap();
    let state = Meaning { coalescing: 50, ..Meaning::default() };
    releases::save(&mut tree, NEWEST, &state).unwrap();
    STRICT.run(&mut tree, &Targets::default(), &mut ()).unwrap();
    assert_eq!(releases::load(&mut tree, NEWEST), Ok(state));
    let leaving = Targets { border: Border::Leaving, ..Targets::default() };
    STRICT.run(&mut tree, &leaving, &mut ()).unwrap();
    assert_eq!(releases::load(&mut tree, NEWEST), Ok(Meaning::default()));
}

/// The devices as text, in any layout.
fn shown(tree: &Tree<'_>) -> String {
    let (mut text, mut devices) = (Vec::new(), Devices::new(tree));
    while let Some(device) = devices.next(tree) {
        tree.print(device, &mut |part| text.extend_from_slice(part)).unwrap();
    }
    String::from_utf8(text).unwrap()
}

/// A tree that went over chunks.
fn over_chunks<'m>(tree: &Tree<'_>, memory: &'m mut [u8]) -> Tree<'m> {
    let (mut bytes, mut scratch) = (vec![0; 1 << 16], [0; 4096]);
    let mut saver = Saver::to_slice(&mut bytes, &Settings::default(), &mut scratch).unwrap();
    let _ = tree.replay(tree.root(), &mut saver.visitor());
    let length = saver.finish().unwrap() as usize;
    let mut tree = Tree::new(memory).unwrap();
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut saving = Visitor::saving(&mut builder, &mut track);
    let mut loader = Loader::from_slice(&bytes[..length]);
    loader.decoder().replay_all(&mut saving, &mut scratch).unwrap();
    tree
}

/// The same devices in a stream of QEMU.
fn as_stream(tree: &mut Tree<'_>) {
    let (root, number) = (tree.root(), Value::Scalar);
    let devices: Vec<NodeId> = tree.children(root).unwrap().collect();
    let put = |tree: &mut Tree<'_>, scope, name: &str, value: Value<'_>| {
        tree.insert(At::End(scope), name.as_bytes(), Marks::NONE, value).unwrap()
    };
    let head = Value::Device { instance: 0, versions: Versions::only(1), oldest_reader: 1 };
    let qemu = put(tree, root, "qemu", head);
    put(tree, qemu, "magic", number(Kind::U32, 0x5145_564d));
    put(tree, qemu, "version", number(Kind::U32, 3));
    let configuration = put(tree, qemu, "configuration", Value::Struct(None));
    put(tree, configuration, "type", number(Kind::U8, 7));
    put(tree, configuration, "machine", Value::Bytes(Extent::Variable, b"board"));
    for (at, device) in devices.into_iter().enumerate() {
        let record = put(tree, qemu, "full", Value::Struct(None));
        put(tree, record, "type", number(Kind::U8, 4));
        put(tree, record, "id", number(Kind::U32, at as u64));
        tree.move_to(device, At::End(record)).unwrap();
    }
    put(tree, qemu, "eof", number(Kind::U8, 0));
}

/// The losses, without the private device around them.
fn lost(tree: &Tree<'_>) -> String {
    let mut text = Vec::new();
    if let Ok(losses) = tree.find(tree.root(), format!("{LOSSES}/0").as_bytes()) {
        tree.print(losses, &mut |part| text.extend_from_slice(part)).unwrap();
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn the_wire_does_not_matter() {
    let (compat, mut random) = (lenient(), Random::new(4));
    for _ in 0..60 {
        let from = random.below(u64::from(NEWEST)) as u32 + 1;
        let (mut first, mut second) = (memory(), memory());
        let mut tree = Tree::new(&mut first).unwrap();
        let mut stream = Tree::new(&mut second).unwrap();
        let meaning = Meaning::random(&mut random, from);
        releases::save(&mut tree, from, &meaning).unwrap();
        tree.compact_into(&mut stream).unwrap();
        as_stream(&mut stream);
        let mut here = memory();
        let mut came = over_chunks(&tree, &mut here);
        for _ in 0..5 {
            let to = random.below(u64::from(NEWEST)) as u32 + 1;
            let done = downgrade(&compat, &mut tree, to).unwrap();
            assert_eq!(downgrade(&compat, &mut came, to).unwrap(), done);
            let other = downgrade(&compat, &mut stream, to).unwrap();
            // Beside it, the numbers of sections come back.
            let counts = |done: &Outcome| (done.legs, done.steps, done.losses);
            assert_eq!(counts(&other), counts(&done));
            assert_eq!(shown(&came), shown(&tree));
            assert_eq!(shown(&stream), shown(&tree));
            assert_eq!(lost(&came), lost(&tree));
        }
        // Once more over the wire: losses travel as well, and bring all back.
        let mut there = memory();
        let mut came = over_chunks(&came, &mut there);
        downgrade(&compat, &mut came, from).unwrap();
        assert_eq!(releases::load(&mut came, from).unwrap().control, meaning.control);
    }
}
