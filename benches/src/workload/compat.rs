//! Many devices of the newest version made those of the oldest, eight steps away: what it takes beside building
//! the tree. The items of these groups are devices.

use std::hint::black_box;

use migcore::compat::Compat;

use super::{memcpy, Contender, Fixture, Group};
use crate::compat::{build, down, up, COMPAT, LOSING_COMPAT, MEMORY};

pub(super) fn groups() -> Vec<Group> {
    vec![group("compat-10", 10), group("compat-10000", 10_000)]
}

fn group(name: &'static str, count: u32) -> Group {
    let mut fixture = Fixture::devices(count as usize);
    fixture.memory = vec![0; count as usize * MEMORY + MEMORY];
    Group::new(name, count, fixture, contenders())
}

fn contenders() -> Vec<Contender> {
    vec![
        Contender { name: "memcpy", run: memcpy },
        Contender { name: "build", run: only_build },
        Contender { name: "build, 8 steps", run: |f, n| go(&COMPAT, f, n, false) },
        Contender { name: "build, 8 there, back", run: |f, n| go(&COMPAT, f, n, true) },
        Contender { name: "build, 8, one loses", run: |f, n| go(&LOSING_COMPAT, f, n, false) },
        Contender { name: "the same and back", run: |f, n| go(&LOSING_COMPAT, f, n, true) },
    ]
}

fn only_build(fixture: &mut Fixture, times: u32) {
    for _ in 0..times {
        let built = build(black_box(&mut fixture.devices), black_box(&mut fixture.memory));
        assert!(built.is_ok());
    }
}

fn go(compat: &Compat<'_>, fixture: &mut Fixture, times: u32, back: bool) {
    for _ in 0..times {
        let built = build(black_box(&mut fixture.devices), black_box(&mut fixture.memory));
        let mut tree = built.expect("the memory is large enough");
        assert!(down(compat, black_box(&mut tree)).is_ok());
        assert!(!back || up(compat, black_box(&mut tree)).is_ok());
    }
}
