//! The library and the second reader agree: on what a stream says, and on what is no stream.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/damage.rs"]
mod damage;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::Settings;
use migcore::Code;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use wire::{cases, runner, to_stream};
use writer::Random;

/// How often a state is cut where it may be, of 100 times.
const CUTS: [u32; 4] = [0, 5, 30, 70];

/// States, and for each a stream of the library's writer and some of one that does all that is allowed.
fn streams(count: u32) -> Vec<(Vec<saved::Device>, Vec<u8>)> {
    let strategy = (saved::devices(), any::<u64>(), 256..5000usize);
    let mut runner = runner(1);
    let mut streams = Vec::new();
    for _ in 0..count {
        let (devices, seed, scratch) = strategy.new_tree(&mut runner).unwrap().current();
        let settings = Settings { slots: 1, ..Settings::default() };
        let saved = to_stream(&settings, scratch, |v| saved::save(&devices, v)).unwrap();
        for cuts in CUTS {
            let written = writer::write(&devices, seed ^ u64::from(cuts) << 40, cuts);
            streams.push((devices.clone(), written));
        }
        streams.push((devices, saved));
    }
    streams
}

#[test]
fn whatever_a_writer_may_do_is_read_alike() {
    let streams = streams(cases(40));
    let read = |(devices, bytes): (Vec<saved::Device>, Vec<u8>)| {
        let lines = shown::read(&bytes);
        assert_eq!(lines, Ok(saved::lines(&devices)), "{bytes:x?}");
        (bytes, lines)
    };
    second::agrees(&streams.into_iter().map(read).collect::<Vec<_>>());
}

#[test]
fn what_is_wrong_is_refused_alike() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut damaged = Vec::new();
    for (_, bytes) in streams(cases(40)) {
        for _ in 0..6 {
            let bytes = damage::damage(&bytes, &mut random);
            match shown::read(&bytes) {
                // What the library has no room for, or does not want to do.
                Err(Code::TooMany | Code::TooMuchWork | Code::TooLong) => {}
                read => damaged.push((bytes, read)),
            }
        }
    }
    second::agrees(&damaged);
    let accepted = damaged.iter().filter(|(_, read)| read.is_ok()).count();
    assert!(accepted > damaged.len() / 50, "{accepted} of {}", damaged.len());
    assert!(accepted < damaged.len() / 2, "{accepted} of {}", damaged.len());
}
