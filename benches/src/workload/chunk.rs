//! W1, W2 and the scalars as chunks.

use std::hint::black_box;

use migcore::io::{Kernels, Portable};

use super::{memcpy, save_way, Contender, Fixture, Group};
use crate::chunk::{self, MEMORY, SCRATCH};
use crate::device::{Device, ITEMS};
use crate::native::{self, Way};
use crate::{cbor, visit};

pub(super) fn groups() -> Vec<Group> {
    vec![
        device_group("chunk-w1-save", 1, save_contenders()),
        device_group("chunk-w1-load", 1, load_contenders()),
        device_group("chunk-w2-save", 1000, save_contenders()),
        device_group("chunk-w2-load", 1000, load_contenders()),
        scalar_group("chunk-scalars-save", scalar_save_contenders()),
        scalar_group("chunk-scalars-load", scalar_load_contenders()),
    ]
}

/// Room for what a device takes as CBOR.
const CBOR_ROOM: usize = 4 << 10;

fn device_group(name: &'static str, count: u32, contenders: Vec<Contender>) -> Group {
    let mut fixture = Fixture::devices(count as usize);
    fixture.memory = vec![0; SCRATCH.max(MEMORY)];
    fixture.out = vec![0; count as usize * CBOR_ROOM];
    fixture.stream = saved(&mut fixture.out, |out| {
        chunk::save(&mut fixture.devices, Portable, &mut fixture.memory, out)
    });
    Group::new(name, count * ITEMS, fixture, contenders)
}

fn scalar_group(name: &'static str, contenders: Vec<Contender>) -> Group {
    let mut fixture = Fixture::scalars();
    fixture.memory = vec![0; SCRATCH];
    fixture.out = vec![0; CBOR_ROOM];
    fixture.stream = saved(&mut fixture.out, |out| {
        chunk::save_scalars(&mut fixture.scalars, Portable, &mut fixture.memory, out)
    });
    Group::new(name, 64, fixture, contenders)
}

fn saved(out: &mut [u8], save: impl FnOnce(&mut [u8]) -> migcore::Result<u64>) -> Vec<u8> {
    let length = save(out).expect("the room is large enough");
    out[..length as usize].to_vec()
}

fn save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "legacy, Rust", run: save_legacy },
        Contender { name: "CBOR with names", run: save_cbor },
        Contender { name: "chunks, C", run: |f, n| save_way(native::CHUNKS, f, n) },
        Contender { name: "chunks, C+kernels", run: |f, n| save_way(native::CHUNKS_KERNELS, f, n) },
        Contender { name: "chunks, Rust", run: |f, n| save(Portable, f, n) },
        Contender { name: "chunks, Rust+kernels", run: |f, n| save(f.kernels, f, n) },
    ]
}

fn load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "legacy, Rust", run: load_legacy },
        Contender { name: "chunks, C", run: |f, n| load_way(native::CHUNKS, f, n) },
        Contender { name: "chunks, C+kernels", run: |f, n| load_way(native::CHUNKS_KERNELS, f, n) },
        Contender { name: "chunks, Rust", run: |f, n| load(Portable, f, n) },
        Contender { name: "chunks, Rust+kernels", run: |f, n| load(f.kernels, f, n) },
        Contender { name: "checked before", run: load_checked },
        Contender { name: "stream store", run: load_streamed },
        Contender { name: "check", run: check },
    ]
}

fn scalar_save_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "chunks, Rust", run: |f, n| save_scalars(Portable, f, n) },
        Contender { name: "chunks, Rust+kernels", run: |f, n| save_scalars(f.kernels, f, n) },
    ]
}

fn scalar_load_contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "chunks, Rust", run: |f, n| load_scalars(Portable, f, n) },
        Contender { name: "chunks, Rust+kernels", run: |f, n| load_scalars(f.kernels, f, n) },
    ]
}

fn save<K: Kernels + Copy>(kernels: K, fixture: &mut Fixture, times: u32) {
    let Fixture { devices, memory, out, .. } = fixture;
    for _ in 0..times {
        let saved = chunk::save(black_box(devices), kernels, memory, black_box(out));
        assert!(saved.is_ok());
    }
}

fn save_legacy(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let saved = visit::save(black_box(&mut fixture.devices), black_box(&mut fixture.out));
        assert!(saved.is_ok());
    }
}

fn save_cbor(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let saved = cbor::save(black_box(&mut fixture.devices), black_box(&mut fixture.out));
        assert!(saved.is_ok());
    }
}

fn load<K: Kernels + Copy>(kernels: K, fixture: &mut Fixture, times: u32) {
    load_with(fixture, times, |devices, _, bytes| chunk::load(devices, kernels, bytes));
}

fn load_checked(fixture: &mut Fixture, times: u32) {
    let kernels = fixture.kernels;
    load_with(fixture, times, |devices, _, bytes| chunk::load_checked(devices, kernels, bytes));
}

fn load_streamed(fixture: &mut Fixture, times: u32) {
    let kernels = fixture.kernels;
    load_with(fixture, times, |devices, memory, bytes| {
        chunk::load_streamed(devices, kernels, memory, bytes)
    });
}

fn load_with(
    fixture: &mut Fixture,
    times: u32,
    load: impl Fn(&mut [Device], &mut [u8], &[u8]) -> migcore::Result<()>,
) {
    let Fixture { loaded, memory, stream, .. } = fixture;
    for _ in 0..times {
        assert!(load(black_box(loaded), memory, black_box(stream)).is_ok());
    }
}

fn load_way(way: Way, fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let status = way.load(black_box(&mut fixture.loaded), black_box(&fixture.stream));
        assert_eq!(status, 0, "loading what was saved");
    }
}

fn load_legacy(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let loaded = visit::load(black_box(&mut fixture.loaded), black_box(&fixture.bytes));
        assert!(loaded.is_ok());
    }
}

fn check(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        assert!(chunk::is_right(fixture.kernels, black_box(&fixture.stream)));
    }
}

fn save_scalars<K: Kernels + Copy>(kernels: K, fixture: &mut Fixture, times: u32) {
    let Fixture { scalars, memory, out, .. } = fixture;
    for _ in 0..times {
        let saved = chunk::save_scalars(black_box(scalars), kernels, memory, black_box(out));
        assert!(saved.is_ok());
    }
}

fn load_scalars<K: Kernels + Copy>(kernels: K, fixture: &mut Fixture, times: u32) {
    let Fixture { scalars, stream, .. } = fixture;
    for _ in 0..times {
        assert!(chunk::load_scalars(black_box(scalars), kernels, black_box(stream)).is_ok());
    }
}
