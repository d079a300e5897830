//! What the histories of a receiver add to its manifest: routes, and older versions of its devices.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::manifest::{About, Accepts, Known, Manifest, Writer};
use migcore::compat::preflight::{Answer, Preflight, Reason};
use migcore::compat::{After, Compat, Edge, History, Item, Of, Place, Step, Version};
use migcore::model::{At, Builder, NodeId, Tree, Value};
use migcore::visit::{Kind, Marks, Track, Versions, Visitor};
use migcore::{Code, Result};

const fn v(number: u32) -> Version<'static> {
    Version::new(number)
}

static SPEED: [Item<'static>; 1] = [Item::new("speed", Value::Scalar(Kind::U32, 100))];
static EDGES: [Edge<'static>; 4] = [
    Edge::new(v(1), v(2), &[Step::Rename { scope: "", from: "lvl", to: "level" }]),
    Edge::new(
        v(2),
        v(4),
        &[Step::Add {
            place: Place { scope: "", name: "speed", after: After::End },
            items: &SPEED,
        }],
    ),
    // Nothing leads on from these.
    Edge::new(v(4), v(3), &[]).one_way(),
    Edge::new(Version::tagged(2, "acme"), v(4), &[]),
];
static MACHINE: [Edge<'static>; 1] = [Edge::new(Version::named("a"), Version::named("b"), &[])];
static HISTORIES: [History<'static>; 3] = [
    History::of_devices("uart*", v(4), &EDGES),
    History::of_machine(Version::named("b"), &MACHINE),
    History { of: Of::Devices(""), newest: v(4), edges: &EDGES },
];

fn compat() -> Compat<'static> {
    Compat { histories: &HISTORIES, ..Compat::default() }
}

fn uart(tree: &mut Tree<'_>, name: &str, instance: u32, version: u32) -> NodeId {
    let (mut builder, mut track) = (Builder::new(tree), Track::new());
    let mut visitor = Visitor::saving(&mut builder, &mut track);
    let done = visitor.device(name, instance, Versions::only(version), |visitor| {
        visitor.visit(if version == 1 { "lvl" } else { "level" }, &mut 7u32)?;
        match version {
            4 => visitor.visit("speed", &mut 50u32),
            _ => Ok(()),
        }
    });
    done.unwrap();
    tree.children(tree.root()).unwrap().last().unwrap()
}

/// The names, instances and versions of the devices at the root.
fn devices(tree: &Tree<'_>) -> Vec<(String, u32, u32)> {
    let told = |node| {
        let name = String::from_utf8(tree.name(node).unwrap().to_vec()).unwrap();
        match tree.value(node).unwrap() {
            Value::Device { instance, versions, .. } => (name, instance, versions.current),
            _ => (name, 0, 0),
        }
    };
    tree.children(tree.root()).unwrap().map(told).collect()
}

#[test]
fn devices_are_recorded_at_versions_that_a_route_leads_from() {
    let mut memory = [0; 8192];
    let mut tree = Tree::new(&mut memory).unwrap();
    uart(&mut tree, "uart0", 1, 4);
    uart(&mut tree, "nic", 0, 4);
    // Not of the version that the program speaks.
    uart(&mut tree, "uart1", 0, 2);
    uart(&mut tree, "uart2", 0, 4);
    compat().record_older(&mut tree, &mut [0; 4096]).unwrap();
    let all = devices(&tree);
    let recorded: Vec<_> =
        all[4..].iter().map(|(name, at, of)| (name.as_str(), *at, *of)).collect();
    assert_eq!(recorded, [("uart0", 1, 2), ("uart0", 1, 1), ("uart2", 0, 2), ("uart2", 0, 1)]);
    let first = tree.children(tree.root()).unwrap().nth(5).unwrap();
    assert!(tree.find(first, b"lvl").is_ok());
    assert_eq!(tree.find(first, b"speed"), Err(Code::Missing));
    assert_eq!(compat().oldest(b"uart0"), Ok(Some(1)));
    assert_eq!(compat().oldest(b"nic"), Ok(None));
}

#[test]
fn memory_that_is_too_small_leaves_the_tree_as_it_was() {
    let mut enough = 0;
    for room in (0..4096).step_by(8) {
        let mut memory = [0; 8192];
        let mut tree = Tree::new(&mut memory).unwrap();
        uart(&mut tree, "uart0", 0, 4);
        let before = devices(&tree);
        match compat().record_older(&mut tree, &mut vec![0; room]) {
            Ok(()) => enough += 1,
            Err(code) => {
                assert_eq!(code, Code::NoSpace);
                assert_eq!(devices(&tree), before);
            }
        }
    }
    // Ten times what the device takes, and 1 KB.
    assert!((150..400).contains(&enough), "{enough}");
    let mut memory = [0; 8192];
    let mut tree = Tree::new(&mut memory).unwrap();
    tree.begin_change().unwrap();
    assert_eq!(compat().record_older(&mut tree, &mut [0; 4096]), Err(Code::Busy));
}

/// The answer for a device of a version, and the last reason.
fn answer(receiver: &Tree<'_>, version: u32) -> (Answer, Option<Reason>) {
    let mut memory = [0; 4096];
    let mut state = Tree::new(&mut memory).unwrap();
    uart(&mut state, "uart0", 0, version);
    let mut reason = None;
    let mut preflight = Preflight::new(Manifest::find(receiver).unwrap());
    let answer = preflight.compare(&state, &mut |finding| reason = Some(finding.reason)).unwrap();
    (answer, reason)
}

#[test]
fn a_manifest_with_routes_cannot_tell_and_one_with_shapes_can() -> Result<()> {
    for shapes in [false, true] {
        let mut memory = [0; 8192];
        let mut receiver = Tree::new(&mut memory)?;
        let newest = uart(&mut receiver, "uart0", 0, 4);
        let accepts = Accepts { oldest: 4, known: Known::All, ..Accepts::default() };
        let oldest = if shapes { compat().oldest(b"uart0")?.unwrap() } else { 4 };
        if shapes {
            compat().record_older(&mut receiver, &mut [0; 4096])?;
        }
        let older: Vec<_> = receiver.children(receiver.root())?.skip(1).collect();
        let mut writer = Writer::begin(&mut receiver, &About::default())?;
        writer.device(newest, &Accepts { oldest, ..accepts })?;
        for older in older {
            writer.older(older)?;
        }
        writer.histories(&HISTORIES)?;
        let routes: Vec<_> = Manifest::find(&receiver)?
            .routes()
            .map(|route| (route.of.to_owned(), route.from.to_string(), route.to.to_string()))
            .collect();
        let told = |of: &str, from: &str, to: &str| (of.to_owned(), from.to_owned(), to.to_owned());
        assert_eq!(
            routes,
            [
                told("uart*", "1", "4"),
                told("uart*", "2", "4"),
                told("uart*", "2+acme", "4"),
                told("", "a", "b")
            ]
        );
        let converts = (Answer::CannotTell, Some(Reason::ReceiverConverts));
        let older = if shapes { (Answer::Loads, None) } else { converts };
        assert_eq!(answer(&receiver, 4), (Answer::Loads, None));
        assert_eq!([answer(&receiver, 1), answer(&receiver, 2)], [older; 2]);
        assert_eq!(answer(&receiver, 5), (Answer::Refused, Some(Reason::TooNew)));
        let no_shape = (Answer::CannotTell, Some(Reason::OtherVersion));
        let no_route = (Answer::Refused, Some(Reason::TooOld));
        assert_eq!(answer(&receiver, 3), if shapes { no_shape } else { no_route });
    }
    Ok(())
}

#[test]
fn what_cannot_be_made_of_a_device_is_left_out() {
    // The older version is made of two devices.
    static TWO: [Edge<'static>; 1] = [Edge::new(
        v(1),
        v(2),
        &[Step::Move {
            from: Place { scope: "", name: "rate", after: After::End },
            to: Place { scope: "missing", name: "rate", after: After::End },
        }],
    )];
    static OF_TWO: [History<'static>; 1] = [History::of_devices("dev", v(2), &TWO)];
    let mut memory = [0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    let versions = Versions::only(2);
    let device = Value::Device { instance: 0, versions, oldest_reader: 2 };
    tree.insert(At::End(tree.root()), b"dev", Marks::NONE, device).unwrap();
    let compat = Compat { histories: &OF_TWO, ..Compat::default() };
    compat.record_older(&mut tree, &mut [0; 2048]).unwrap();
    assert_eq!(devices(&tree).len(), 1);
}
