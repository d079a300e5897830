//! Memory in a stream of chunks: what was sent is received, however the bytes come in.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/paged.rs"]
mod paged;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::Limits;
use paged::*;
use proptest::prelude::*;

#[test]
fn what_was_sent_is_received() {
    wire::for_each(300, &(machines(), 0u32..4), |((machine, steps), alignment)| {
        let (stream, sent, counts) = machine.stream(&steps, [0, 1, 64, 4096][alignment as usize]);
        let due =
            (without_memory(&steps), sent.blocks.into_iter().map(|(_, m)| m).collect::<Vec<_>>());
        for way in [
            Way::Fed(1 << 20),
            Way::Fed(1),
            Way::Fed(13),
            Way::Put(1 << 20),
            Way::Put(1),
            Way::Put(17),
        ] {
            let (kept, memory, received) = receive(&stream, &machine, ROOM, Limits::default(), way)
                .unwrap_or_else(|report| panic!("{report}, {way:?}"));
            prop_assert_eq!(&due, &(kept, memory), "{:?}", way);
            prop_assert_eq!(counts, received);
        }
        Ok(())
    });
}
