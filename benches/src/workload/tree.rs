//! W1 as a tree in memory. What is done with a tree is done with one that was built before.

use std::hint::black_box;

use migcore::model::Tree;

use super::{memcpy, Contender, Fixture, Group};
use crate::chunk::SCRATCH;
use crate::device::ITEMS;
use crate::tree;

pub(super) fn groups() -> Vec<Group> {
    let mut fixture = Fixture::devices(1);
    fixture.memory = vec![0; tree::MEMORY];
    fixture.out = vec![0; SCRATCH];
    fixture.stream = Vec::new();
    vec![Group::new("tree-w1", ITEMS, fixture, contenders())]
}

fn contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "build", run: build },
        Contender { name: "load from it", run: load },
        Contender { name: "replay as chunks", run: replay },
        Contender { name: "digest", run: digest },
    ]
}

fn build(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let built = tree::build(black_box(&mut fixture.devices), black_box(&mut fixture.memory));
        assert!(built.is_ok());
    }
}

fn load(fixture: &mut Fixture, times: u32) {
    let Fixture { devices, memory, loaded, .. } = fixture;
    let mut built = tree::build(devices, memory).expect("the memory is large enough");
    for _ in 0..times {
        assert!(tree::load(black_box(loaded), black_box(&mut built)).is_ok());
    }
}

fn replay(fixture: &mut Fixture, times: u32) {
    let Fixture { devices, memory, out, kernels, .. } = fixture;
    let built = tree::build(devices, memory).expect("the memory is large enough");
    let mut scratch = [0; SCRATCH];
    for _ in 0..times {
        let tree: &Tree<'_> = black_box(&built);
        assert!(tree::replay(tree, *kernels, &mut scratch, black_box(out)).is_ok());
    }
}

fn digest(fixture: &mut Fixture, times: u32) {
    let Fixture { devices, memory, .. } = fixture;
    let built = tree::build(devices, memory).expect("the memory is large enough");
    for _ in 0..times {
        let digest = tree::digest(black_box(&built));
        assert!(black_box(digest).is_ok());
    }
}
