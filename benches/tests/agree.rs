//! Ratios mean something only if every way does the same work: same bytes, same state.
#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

use migcore::io::Portable;
use migcore::model::{DigestOptions, Tree};
use migcore_benches::chunk::{self, SCRATCH};
use migcore_benches::device::{samples, Device, WIRE_BYTES};
use migcore_benches::native::{self, Way};
use migcore_benches::workload::{groups, Group};
use migcore_benches::{compat, hand, tables, visit};

const COUNT: usize = 20; // more than one fill of the 32 KiB buffer

fn expected() -> (Vec<Device>, Vec<u8>) {
    let devices = samples(COUNT);
    let mut bytes = vec![0; COUNT * WIRE_BYTES];
    assert!(hand::save(&devices, &mut bytes));
    (devices, bytes)
}

fn check(way: Way) {
    let (devices, bytes) = expected();
    let mut out = vec![0; bytes.len()];
    assert_eq!(way.save(&devices, &mut out), 0);
    assert_eq!(out, bytes);
    let mut loaded = vec![Device::EMPTY; COUNT];
    assert_eq!(way.load(&mut loaded, &bytes), 0);
    assert_eq!(loaded, devices);
    assert_ne!(way.save(&devices, &mut out[1..]), 0, "too small a target is noticed");
    assert_ne!(way.load(&mut loaded, &bytes[1..]), 0, "a truncated stream is noticed");
}

#[test]
fn c_and_rust_share_the_layout() {
    assert_eq!(native::device_size(), size_of::<Device>());
}

#[test]
fn hand_written_c_agrees() {
    check(native::HAND);
}

#[test]
fn buffered_file_agrees() {
    check(native::BUFFERED);
}

#[test]
fn migcore_through_c_agrees() {
    check(native::MIGCORE);
}

#[test]
fn migcore_with_kernels_agrees() {
    native::detect_kernels();
    check(native::KERNELS);
}

#[test]
fn migcore_through_rust_agrees() {
    let (mut devices, bytes) = expected();
    let mut out = vec![0; bytes.len()];
    visit::save(&mut devices, &mut out).expect("the target is large enough");
    assert_eq!(out, bytes);
    let mut loaded = vec![Device::EMPTY; COUNT];
    visit::load(&mut loaded, &bytes).expect("the bytes are whole");
    assert_eq!(loaded, devices);
    visit::save(&mut devices, &mut out[1..]).expect_err("too small a target is noticed");
    visit::load(&mut loaded, &bytes[1..]).expect_err("a truncated stream is noticed");
}

#[test]
fn chunks_agree() {
    native::detect_kernels();
    let (mut devices, _) = expected();
    let mut stream = vec![0; COUNT * WIRE_BYTES * 2];
    let length = chunk::save(&mut devices, Portable, &mut [0; SCRATCH], &mut stream);
    let length = usize::try_from(length.expect("the target is large enough")).expect("it is short");
    stream.truncate(length);
    for way in [native::CHUNKS, native::CHUNKS_KERNELS] {
        let mut out = vec![0; length];
        assert_eq!(way.save(&devices, &mut out), 0);
        assert_eq!(out, stream);
        let mut loaded = vec![Device::EMPTY; COUNT];
        assert_eq!(way.load(&mut loaded, &stream), 0);
        assert_eq!(loaded, devices);
        assert_ne!(way.save(&devices, &mut out[1..]), 0, "too small a target is noticed");
        out[length / 2] ^= 1;
        assert_ne!(way.load(&mut loaded, &out), 0, "a damaged stream is noticed");
    }
}

#[test]
fn tables_agree() {
    tables::prepare();
    let (devices, bytes) = expected();
    for ways in [[tables::WALK, tables::PLAN], [tables::CHUNK_WALK, tables::CHUNK_PLAN]] {
        let streams = ways.map(|way| {
            let mut out = vec![0; COUNT * WIRE_BYTES * 2];
            let length = way.save(&devices, &mut out).expect("the target is large enough");
            out.truncate(length);
            let mut small = vec![0; length - 1];
            assert_eq!(way.save(&devices, &mut small), None, "too small a target is noticed");
            out
        });
        assert_eq!(streams[0], streams[1]);
        for way in ways {
            let mut loaded = vec![Device::EMPTY; COUNT];
            assert_eq!(way.load(&mut loaded, &streams[0]), 0);
            assert_eq!(loaded, devices);
            let truncated = &streams[0][..streams[0].len() - 1];
            assert_ne!(way.load(&mut loaded, truncated), 0, "a truncated stream is noticed");
        }
    }
    let mut out = vec![0; bytes.len()];
    assert_eq!(tables::PLAN.save(&devices, &mut out), Some(bytes.len()));
    assert_eq!(out, bytes, "tables write what visits write");
}

#[test]
fn the_walk_meets_every_chunk() {
    assert_eq!(chunk::walk(Portable, &chunk::chunks_of(1000, 64)), 1000);
}

#[test]
fn eight_steps_lead_there_and_back() {
    let mut devices = samples(COUNT);
    let count = COUNT as u64;
    let mut memory = vec![0; COUNT * compat::MEMORY];
    for (way, losses) in [(compat::COMPAT, 0), (compat::LOSING_COMPAT, count)] {
        let mut tree = compat::build(&mut devices, &mut memory).expect("room for the devices");
        let root = tree.root();
        let digest = |tree: &Tree<'_>| {
            let node = tree.find(root, b"nic/7").expect("the device is there");
            tree.digest(node, DigestOptions::default())
        };
        let before = digest(&tree);
        let done = compat::down(&way, &mut tree).expect("there is a way");
        assert_eq!((done.legs, done.losses), (8 * count, losses));
        assert!(tree.find(root, b"nic/7.link.duplex").is_ok());
        assert_ne!(digest(&tree), before);
        let back = compat::up(&way, &mut tree).expect("there is a way back");
        // What was noted of places comes back as well.
        assert!(back.legs == 8 * count && back.restored >= losses && back.unrestored == 0);
        assert_eq!(digest(&tree), before);
    }
}

/// Also the smoke test of the programs: each contender runs once.
#[test]
fn every_contender_runs() {
    // What is done for many devices is done for few as well, and takes long where nothing is optimised.
    for mut group in groups().into_iter().filter(|group| group.name != "compat-10000") {
        for contender in &group.contenders {
            (contender.run)(&mut group.fixture, 1);
        }
        let Group { name, fixture, .. } = &group;
        if name.ends_with("save") {
            assert!(fixture.out.starts_with(&fixture.stream), "{name}");
        }
        if name.ends_with("load") || name.starts_with("tree") {
            assert_eq!(fixture.loaded, fixture.devices, "{name}");
        }
    }
}
