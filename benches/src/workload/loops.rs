//! A walk over small chunks, and CRC-32 of pieces of several sizes.

use std::hint::black_box;

use migcore::io::{Kernels, Portable};

use super::{memcpy, Contender, Fixture, Group};
use crate::chunk;

/// How many chunks are walked, the end among them, and how many bytes of data each has.
const CHUNKS: u32 = 100_000;
const DATA: u32 = 64;

pub(super) fn groups() -> Vec<Group> {
    vec![
        walk_group(),
        crc_group("crc-64", 64),
        crc_group("crc-4k", 4 << 10),
        crc_group("crc-1m", 1 << 20),
    ]
}

/// Each item is a chunk, against one memcpy of W1.
fn walk_group() -> Group {
    let mut fixture = Fixture::devices(1);
    fixture.stream = chunk::chunks_of(CHUNKS, DATA);
    let contenders = vec![
        Contender { name: "memcpy W1 each", run: memcpy_each },
        Contender { name: "walk", run: |f, n| walk(Portable, f, n) },
        Contender { name: "walk, kernels", run: |f, n| walk(f.kernels, f, n) },
    ];
    let mut group = Group::new("walk", CHUNKS, fixture, contenders);
    group.bytes = group.fixture.stream.len();
    group
}

fn memcpy_each(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        memcpy(fixture, CHUNKS);
    }
}

fn walk<K: Kernels + Copy>(kernels: K, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert_eq!(chunk::walk(kernels, black_box(&fixture.stream)), CHUNKS);
    }
}

fn crc_group(name: &'static str, length: usize) -> Group {
    let fixture = Fixture::moving((0..length).map(|at| (at * 7) as u8).collect());
    let contenders = vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "crc32", run: |f, n| crc(Portable, f, n) },
        Contender { name: "crc32, kernels", run: |f, n| crc(f.kernels, f, n) },
    ];
    Group::new(name, 1, fixture, contenders)
}

fn crc<K: Kernels>(kernels: K, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        black_box(kernels.crc32(0, black_box(&fixture.bytes)));
    }
}
