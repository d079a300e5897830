//! What a preflight says of a state that is transformed before it is sent.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

use migcore::compat::manifest::{About, Accepts, Manifest, Writer};
use migcore::compat::preflight::{Answer, Preflight, Reason};
use migcore::compat::{
    After, Compat, Edge, History, Item as Added, Place, Policy, Reverse, Step, Targets, Verdict,
    Version,
};
use migcore::model::{Builder, DigestOptions, Tree, Value};
use migcore::visit::{Kind, Versions, Visiting};

/// Memory for each tree.
const ROOM: usize = 1 << 16;

fn digest(tree: &Tree<'_>) -> [u8; 32] {
    tree.digest(tree.root(), DigestOptions::default()).unwrap()
}

fn told(reason: Reason, path: &str) -> Vec<(Reason, String)> {
    vec![(reason, path.to_owned())]
}

static SPEED: [Added<'static>; 1] = [Added::new("speed", Value::Scalar(Kind::U32, 100))];
static EDGES: [Edge<'static>; 3] = [
    Edge::new(
        Version::new(1),
        Version::new(2),
        &[Step::Rename { scope: "", from: "lvl", to: "level" }],
    ),
    Edge::new(
        Version::new(2),
        Version::new(3),
        &[Step::Add {
            place: Place { scope: "", name: "speed", after: After::End },
            items: &SPEED,
        }],
    ),
    Edge {
        reverse: Reverse::None,
        ..Edge::new(
            Version::new(3),
            Version::new(4),
            &[Step::Rename { scope: "", from: "speed", to: "rate" }],
        )
    },
];
static HISTORIES: [History<'static>; 1] = [History::of_devices("uart", Version::new(4), &EDGES)];

/// A device as it was in each of its versions.
fn uart<'m>(memory: &'m mut [u8], version: u32, speed: u32) -> Tree<'m> {
    let mut tree = Tree::new(memory).unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut tree));
    let done = visiting.saver().device("uart", 0, Versions::only(version), |v| {
        v.visit(if version == 1 { "lvl" } else { "level" }, &mut 7u8)?;
        match version {
            1 | 2 => Ok(()),
            3 => v.visit("speed", &mut speed.clone()),
            _ => v.visit("rate", &mut speed.clone()),
        }
    });
    done.unwrap();
    tree
}

#[test]
fn a_state_is_compared_as_it_is_after_the_transforms() {
    let transformed = |from: u32, to: u32, speed: u32, policy: Policy<'static>| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let mut state = uart(&mut a, from, speed);
        let mut manifest = uart(&mut b, to, 0);
        let node = manifest.find(manifest.root(), b"uart/0").unwrap();
        let mut writer = Writer::begin(&mut manifest, &About::default()).unwrap();
        writer.device(node, &Accepts { oldest: to, ..Accepts::default() }).unwrap();
        let compat = Compat { histories: &HISTORIES, policy, ..Compat::default() };
        let (mut found, before) = (Vec::new(), digest(&state));
        let mut preflight = Preflight::new(Manifest::find(&manifest).unwrap());
        let answer = preflight.run(&mut state, &compat, None, &mut |finding| {
            found.push((finding.reason, finding.path.as_str().to_owned()));
        });
        assert_eq!(digest(&state), before);
        // What the run then does is what was said.
        let wanted = [("uart", Version::new(to))];
        let targets = Targets { devices: &wanted, ..Targets::default() };
        let done = compat.run(&mut state, &targets, &mut ());
        assert_eq!(done.is_ok(), answer != Ok(Answer::Refused));
        (answer.unwrap(), found)
    };
    let refuse = Policy { rules: &[], otherwise: Verdict::Refuse };
    for (from, to) in [(1, 4), (1, 1), (1, 3), (2, 1), (3, 4)] {
        assert_eq!(transformed(from, to, 50, refuse), (Answer::Loads, vec![]), "{from} {to}");
    }
    // The default is no loss, and another value is one.
    assert_eq!(transformed(3, 1, 100, refuse), (Answer::Loads, vec![]));
    let lost = |reason| told(reason, "uart/0.speed");
    assert_eq!(transformed(3, 1, 50, Policy::ALLOW), (Answer::Losses, lost(Reason::Lost)));
    assert_eq!(transformed(3, 1, 50, refuse), (Answer::Refused, lost(Reason::LossRefused)));
    let due = (Answer::Refused, told(Reason::NoRoute, "uart/0"));
    assert_eq!(transformed(4, 3, 50, Policy::ALLOW), due);
}

/// The version of a machine asks for a route only where there is a history of the machine.
#[test]
fn a_machine_without_a_history_goes_by_its_devices() {
    let told = |from: u32, to: u32, histories: &[History<'_>], now: Option<u32>| {
        let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
        let (mut state, mut manifest) = (uart(&mut a, from, 100), uart(&mut b, to, 0));
        let node = manifest.find(manifest.root(), b"uart/0").unwrap();
        let about = About { version: Version::new(to), ..About::default() };
        let mut writer = Writer::begin(&mut manifest, &about).unwrap();
        writer.device(node, &Accepts { oldest: to, ..Accepts::default() }).unwrap();
        let compat = Compat { histories, ..Compat::default() };
        let (mut found, now) = (Vec::new(), now.map(Version::new));
        let mut preflight = Preflight::new(Manifest::find(&manifest).unwrap());
        let answer =
            preflight.run(&mut state, &compat, now, &mut |one| found.push(one.to_string()));
        (answer.unwrap(), found)
    };
    for (from, to, now) in [(3, 3, None), (3, 3, Some(3)), (3, 1, None), (3, 1, Some(3))] {
        assert_eq!(told(from, to, &HISTORIES, now), (Answer::Loads, vec![]), "{from} {to}");
    }
    // With one it does, and the machine is named.
    let edges = [Edge::new(Version::new(7), Version::new(8), &[])];
    let histories = [HISTORIES[0], History::of_machine(Version::new(8), &edges)];
    let line = "refused: machine: there is no route between these versions (takes 3, found 7)";
    assert_eq!(told(3, 3, &histories, Some(7)), (Answer::Refused, vec![line.to_owned()]));
}

#[test]
fn a_receiver_that_takes_the_version_as_it_is_needs_no_transform() {
    let (mut a, mut b) = (vec![0; ROOM], vec![0; ROOM]);
    let mut state = uart(&mut a, 2, 0);
    let mut manifest = uart(&mut b, 3, 0);
    let newest = manifest.find(manifest.root(), b"uart/0").unwrap();
    let mut visiting = Visiting::new(Builder::new(&mut manifest));
    let done =
        visiting.saver().device("uart", 0, Versions::only(2), |v| v.visit("level", &mut 0u8));
    done.unwrap();
    let older = manifest.next_sibling(newest).unwrap().unwrap();
    let mut writer = Writer::begin(&mut manifest, &About::default()).unwrap();
    writer.device(newest, &Accepts { oldest: 2, ..Accepts::default() }).unwrap();
    writer.older(older).unwrap();
    let mut preflight = Preflight::new(Manifest::find(&manifest).unwrap());
    // There is no way to version 3: none is looked for.
    let answer = preflight.run(&mut state, &Compat::default(), None, &mut |_| ());
    assert_eq!(answer, Ok(Answer::Loads));
}
