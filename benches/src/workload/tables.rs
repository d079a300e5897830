//! W1, W2 and one large array by tables in C: the walk, and the plan.

use std::hint::black_box;

use super::{
    load_hand_rust, load_way, memcpy, save_hand_rust, save_way, Contender, Fixture, Group,
};
use crate::device::ITEMS;
use crate::native;
use crate::tables::{self, Way, CHUNK_PLAN, CHUNK_WALK, PLAN, REGISTERS, WALK};

/// Room for what a device takes as chunks.
const ROOM: usize = 4 << 10;

pub(super) fn groups() -> Vec<Group> {
    tables::prepare();
    vec![
        device_group("table-w1-save", 1, WALK, save_contenders()),
        device_group("table-w1-load", 1, WALK, load_contenders()),
        device_group("table-w2-save", 1000, WALK, save_contenders()),
        device_group("table-w2-load", 1000, WALK, load_contenders()),
        device_group("table-chunk-w1-save", 1, CHUNK_WALK, chunk_save_contenders()),
        device_group("table-chunk-w1-load", 1, CHUNK_WALK, chunk_load_contenders()),
        device_group("table-chunk-w2-save", 1000, CHUNK_WALK, chunk_save_contenders()),
        device_group("table-chunk-w2-load", 1000, CHUNK_WALK, chunk_load_contenders()),
        array_group(
            "array-save",
            WALK,
            ways(|f, n| save_array(WALK, f, n), |f, n| save_array(PLAN, f, n)),
        ),
        array_group(
            "array-load",
            WALK,
            ways(|f, n| load_array(WALK, f, n), |f, n| load_array(PLAN, f, n)),
        ),
        array_group(
            "array-chunk-save",
            CHUNK_WALK,
            ways(|f, n| save_array(CHUNK_WALK, f, n), |f, n| save_array(CHUNK_PLAN, f, n)),
        ),
        array_group(
            "array-chunk-load",
            CHUNK_WALK,
            ways(|f, n| load_array(CHUNK_WALK, f, n), |f, n| load_array(CHUNK_PLAN, f, n)),
        ),
    ]
}

fn device_group(name: &'static str, count: u32, way: Way, contenders: Vec<Contender>) -> Group {
    let mut fixture = Fixture::devices(count as usize);
    fixture.out = vec![0; count as usize * ROOM];
    let length = way.save(&fixture.devices, &mut fixture.out).expect("the room is large enough");
    fixture.stream = fixture.out[..length].to_vec();
    Group::new(name, count * ITEMS, fixture, contenders)
}

fn array_group(name: &'static str, way: Way, contenders: Vec<Contender>) -> Group {
    let values: Vec<u32> = (0..REGISTERS as u32).map(|at| at.wrapping_mul(0x0101_0107)).collect();
    let mut fixture =
        Fixture::moving(values.iter().flat_map(|value| value.to_be_bytes()).collect());
    fixture.registers = values.try_into().expect("as many as there are");
    fixture.out = vec![0; 2 * fixture.bytes.len()];
    let saved = way.save_array(&fixture.registers, &mut fixture.out);
    fixture.stream = fixture.out[..saved.expect("the room is large enough")].to_vec();
    Group::new(name, 1, fixture, contenders)
}

/// The two ways of visiting a table.
fn ways(walk: fn(&mut Fixture, u32), plan: fn(&mut Fixture, u32)) -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "walk", run: walk },
        Contender { name: "plan", run: plan },
    ]
}

fn save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "hand, Rust", run: save_hand_rust },
        Contender { name: "visits, C+kernels", run: |f, n| save_way(native::KERNELS, f, n) },
        Contender { name: "walk", run: |f, n| save(WALK, f, n) },
        Contender { name: "plan", run: |f, n| save(PLAN, f, n) },
    ]
}

fn load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "hand, Rust", run: load_hand_rust },
        Contender { name: "visits, C+kernels", run: |f, n| load_way(native::KERNELS, f, n) },
        Contender { name: "walk", run: |f, n| load(WALK, f, n) },
        Contender { name: "plan", run: |f, n| load(PLAN, f, n) },
    ]
}

fn chunk_save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "visits, C+kernels", run: |f, n| save_way(native::CHUNKS_KERNELS, f, n) },
        Contender { name: "walk", run: |f, n| save(CHUNK_WALK, f, n) },
        Contender { name: "plan", run: |f, n| save(CHUNK_PLAN, f, n) },
    ]
}

fn chunk_load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "walk", run: |f, n| load(CHUNK_WALK, f, n) },
        Contender { name: "plan", run: |f, n| load(CHUNK_PLAN, f, n) },
    ]
}

fn save(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let saved = way.save(black_box(&fixture.devices), black_box(&mut fixture.out));
        assert_eq!(saved, Some(fixture.stream.len()));
    }
}

fn load(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.load(black_box(&mut fixture.loaded), black_box(&fixture.stream));
        assert_eq!(status, 0, "loading what was saved");
    }
}

fn save_array(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let saved = way.save_array(black_box(&fixture.registers), black_box(&mut fixture.out));
        assert_eq!(saved, Some(fixture.stream.len()));
    }
}

fn load_array(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.load_array(black_box(&mut fixture.registers), black_box(&fixture.stream));
        assert_eq!(status, 0, "loading what was saved");
    }
}
