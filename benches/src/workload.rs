//! What is measured: groups of contenders that do the same work.

use std::hint::black_box;

use crate::device::{samples, Device, ITEMS, WIRE_BYTES};
use crate::kernels::Fast;
use crate::native::{self, ScalarWay, Way};
use crate::tables::{Registers, REGISTERS};
use crate::{hand, visit};

mod chunk;
mod compat;
mod loops;
mod tables;
mod tree;

/// The memory that all contenders of a group share, so that caches treat them alike.
pub struct Fixture {
    /// Live devices to save.
    pub devices: Vec<Device>,
    /// Live devices to load into.
    pub loaded: Vec<Device>,
    /// What memcpy moves: the legacy bytes of `devices`.
    pub bytes: Vec<u8>,
    /// The bytes of the wire: what saving must give.
    pub stream: Vec<u8>,
    /// Where saving writes.
    pub out: Vec<u8>,
    /// The fields of the scalars workload.
    pub scalars: [u32; 64],
    /// The registers of the device that has little else.
    pub registers: Box<Registers>,
    /// Scratch memory of a writer or reader, or that of a tree.
    pub memory: Vec<u8>,
    /// The loops of this processor.
    pub kernels: Fast,
}

impl Fixture {
    fn devices(count: usize) -> Self {
        let devices = samples(count);
        let mut bytes = vec![0; count * WIRE_BYTES];
        assert!(hand::save(&devices, &mut bytes));
        Self { devices, loaded: vec![Device::EMPTY; count], ..Self::moving(bytes) }
    }

    fn scalars() -> Self {
        let scalars = core::array::from_fn(|i| i as u32 * 0x0101_0101);
        let bytes = scalars.iter().flat_map(|value: &u32| value.to_be_bytes()).collect();
        Self { scalars, ..Self::moving(bytes) }
    }

    /// Bytes that are moved as they are.
    fn moving(bytes: Vec<u8>) -> Self {
        Self {
            devices: Vec::new(),
            loaded: Vec::new(),
            stream: bytes.clone(),
            out: vec![0; bytes.len()],
            bytes,
            scalars: [0; 64],
            registers: Box::new([0; REGISTERS]),
            memory: Vec::new(),
            kernels: Fast::detect(),
        }
    }
}

/// One way of doing a group's work.
pub struct Contender {
    /// What the tables call it.
    pub name: &'static str,
    /// Does the work so many times.
    pub run: fn(&mut Fixture, u32),
}

/// Contenders that do the same work; the first is memcpy.
pub struct Group {
    /// What the tables call it: `w1-save`.
    pub name: &'static str,
    /// Bytes that one run moves.
    pub bytes: usize,
    /// Items that one run visits.
    pub items: u32,
    /// The shared memory.
    pub fixture: Fixture,
    /// memcpy, then the others.
    pub contenders: Vec<Contender>,
}

impl Group {
    fn new(name: &'static str, items: u32, fixture: Fixture, contenders: Vec<Contender>) -> Self {
        Self { name, bytes: fixture.bytes.len(), items, fixture, contenders }
    }
}

/// All groups, in the order of the tables.
pub fn groups() -> Vec<Group> {
    native::detect_kernels();
    let mut groups = vec![
        device_group("w1-save", 1, save_contenders()),
        device_group("w1-load", 1, load_contenders()),
        device_group("w2-save", 1000, save_contenders()),
        device_group("w2-load", 1000, load_contenders()),
        scalar_group("scalars-save", scalar_save_contenders()),
        scalar_group("scalars-load", scalar_load_contenders()),
    ];
    groups.extend(chunk::groups());
    groups.extend(tables::groups());
    groups.extend(tree::groups());
    groups.extend(compat::groups());
    groups.extend(loops::groups());
    groups
}

fn device_group(name: &'static str, count: u32, contenders: Vec<Contender>) -> Group {
    let fixture = Fixture::devices(count as usize);
    Group::new(name, count * ITEMS, fixture, contenders)
}

fn scalar_group(name: &'static str, contenders: Vec<Contender>) -> Group {
    let fixture = Fixture::scalars();
    Group::new(name, 64, fixture, contenders)
}

fn memcpy(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let out = &mut fixture.out[..fixture.bytes.len()];
        black_box(out).copy_from_slice(black_box(&fixture.bytes[..]));
    }
    black_box(&fixture.out);
}

fn save_way(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.save(black_box(&fixture.devices), black_box(&mut fixture.out));
        assert_eq!(status, 0, "saving into a buffer of the right size");
    }
}

fn load_way(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.load(black_box(&mut fixture.loaded), black_box(&fixture.bytes));
        assert_eq!(status, 0, "loading what was saved");
    }
}

fn save_hand_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert!(hand::save(black_box(&fixture.devices), black_box(&mut fixture.out)));
    }
}

fn load_hand_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert!(hand::load(black_box(&mut fixture.loaded), black_box(&fixture.bytes)));
    }
}

fn save_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let saved = visit::save(black_box(&mut fixture.devices), black_box(&mut fixture.out));
        assert!(saved.is_ok());
    }
}

fn load_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let loaded = visit::load(black_box(&mut fixture.loaded), black_box(&fixture.bytes));
        assert!(loaded.is_ok());
    }
}

fn save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "hand, C", run: |f, n| save_way(native::HAND, f, n) },
        Contender { name: "hand, Rust", run: save_hand_rust },
        Contender { name: "byte file, C", run: |f, n| save_way(native::BUFFERED, f, n) },
        Contender { name: "migcore, C", run: |f, n| save_way(native::MIGCORE, f, n) },
        Contender { name: "migcore, C+kernels", run: |f, n| save_way(native::KERNELS, f, n) },
        Contender { name: "migcore, Rust", run: save_rust },
    ]
}

fn load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "hand, C", run: |f, n| load_way(native::HAND, f, n) },
        Contender { name: "hand, Rust", run: load_hand_rust },
        Contender { name: "byte file, C", run: |f, n| load_way(native::BUFFERED, f, n) },
        Contender { name: "migcore, C", run: |f, n| load_way(native::MIGCORE, f, n) },
        Contender { name: "migcore, C+kernels", run: |f, n| load_way(native::KERNELS, f, n) },
        Contender { name: "migcore, Rust", run: load_rust },
    ]
}

fn save_scalars(way: ScalarWay, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.save(black_box(&fixture.scalars), black_box(&mut fixture.out));
        assert_eq!(status, 0, "saving into a buffer of the right size");
    }
}

fn load_scalars(way: ScalarWay, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.load(black_box(&mut fixture.scalars), black_box(&fixture.bytes));
        assert_eq!(status, 0, "loading what was saved");
    }
}

fn save_scalars_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert!(visit::save_scalars(black_box(&mut fixture.scalars), black_box(&mut fixture.out))
            .is_ok());
    }
}

fn load_scalars_rust(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert!(
            visit::load_scalars(black_box(&mut fixture.scalars), black_box(&fixture.bytes)).is_ok()
        );
    }
}

fn scalar_save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "bare calls, C", run: |f, n| save_scalars(native::SCALARS_BARE, f, n) },
        Contender { name: "migcore, C", run: |f, n| save_scalars(native::SCALARS_MIGCORE, f, n) },
        Contender { name: "migcore, Rust", run: save_scalars_rust },
    ]
}

fn scalar_load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "bare calls, C", run: |f, n| load_scalars(native::SCALARS_BARE, f, n) },
        Contender { name: "migcore, C", run: |f, n| load_scalars(native::SCALARS_MIGCORE, f, n) },
        Contender { name: "migcore, Rust", run: load_scalars_rust },
    ]
}
