//! A stream that lost something on its way is found out before a device changes.

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
#[path = "support/saved.rs"]
mod saved;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::{check, Chunks, Limits, Receiver};
use migcore::io::Portable;
use migcore::Code;
use proptest::strategy::{Strategy, ValueTree};
use wire::*;

/// A stream of a few KiB, with several devices and fragments, and chunks that nobody knows.
fn stream() -> Vec<u8> {
    let (strategy, mut runner) = (saved::devices(), runner(1));
    loop {
        let devices = strategy.new_tree(&mut runner).unwrap().current();
        let bytes = writer::write(&devices, 0x2545_f491, 4);
        if (4096..6000).contains(&bytes.len()) && offsets(&bytes).len() > 12 {
            return bytes;
        }
    }
}

/// Where the chunks of a stream begin, and where it ends.
fn offsets(bytes: &[u8]) -> Vec<usize> {
    let (mut offsets, mut walk) = (Vec::new(), Chunks::new(bytes, Portable));
    while let Some(chunk) = walk.next().unwrap() {
        offsets.push(chunk.offset);
    }
    offsets.push(bytes.len());
    offsets
}

fn checked(bytes: &[u8]) -> Option<Code> {
    check(bytes, Limits::default(), Portable).err().map(|report| report.code)
}

/// Whether a receiver gets the whole of a stream.
fn is_received(bytes: &[u8]) -> bool {
    let mut buffer = vec![0; 1 << 13];
    let mut receiver = Receiver::new(&mut buffer, Limits::default(), Portable);
    receiver.feed(bytes).is_ok_and(|received| received.done)
}

#[test]
fn every_cut_is_found() {
    let bytes = stream();
    assert_eq!(checked(&bytes), None);
    assert!(is_received(&bytes));
    for length in 0..bytes.len() {
        assert_eq!(checked(&bytes[..length]), Some(Code::Truncated), "{length}");
        assert!(!is_received(&bytes[..length]), "{length}");
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let mut bytes = stream();
    for bit in 0..8 * bytes.len() {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(checked(&bytes).is_some(), "{bit}");
        assert!(bit % 5 != 0 || !is_received(&bytes), "{bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn lost_repeated_and_swapped_chunks_are_found() {
    let bytes = stream();
    let offsets = offsets(&bytes);
    let chunk = |at: usize| &bytes[offsets[at]..offsets[at + 1]];
    let refused = |at: usize, with: &[&[u8]], behind: usize| {
        let parts = [&bytes[..offsets[at]], &with.concat(), &bytes[offsets[behind]..]];
        let changed = parts.concat();
        changed == bytes || checked(&changed).is_some() && !is_received(&changed)
    };
    for at in 0..offsets.len() - 1 {
        assert!(refused(at, &[], at + 1), "lost {at}");
        // What is behind the end is not part of the stream.
        if at + 2 < offsets.len() {
            assert!(refused(at, &[chunk(at), chunk(at)], at + 1), "repeated {at}");
            assert!(refused(at, &[chunk(at + 1), chunk(at)], at + 2), "swapped {at}");
        }
    }
}

#[test]
fn any_two_chunks_that_change_places_are_found() {
    let bytes = stream();
    let offsets = offsets(&bytes);
    let chunk = |at: usize| &bytes[offsets[at]..offsets[at + 1]];
    let count = offsets.len() - 1;
    for first in 0..count {
        for second in first + 1..count {
            let order = (0..count).map(|at| match at {
                _ if at == first => chunk(second),
                _ if at == second => chunk(first),
                _ => chunk(at),
            });
            let changed = [&bytes[..8], &order.collect::<Vec<_>>().concat()].concat();
            assert!(changed == bytes || checked(&changed).is_some(), "{first} {second}");
        }
    }
}
