//! However a stream is cut on its way, it is read in the same way, and refused in the same way.

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
mod support;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::{ChunkDecoder, Limits, Receiver, SliceStore, Store, StreamStore};
use migcore::error::Fault;
use migcore::io::{Portable, StreamReader};
use migcore::model::{Builder, Tree};
use migcore::visit::{Decoder, Track, Visitor};
use migcore::Code;
use proptest::prelude::*;
use support::Pipe;
use wire::*;
use writer::Random;

const LIMITS: Limits =
    Limits { slots: 32, shape: 1 << 20, chunk: 1 << 24, work: 1 << 18, memory: false };

/// The digest of a stream, or what is wrong and where.
type Found = core::result::Result<[u8; 32], (Code, Fault)>;

fn found(store: impl Store) -> Found {
    let (mut memory, mut scratch) = (vec![0; ROOM], vec![0; SCRATCH]);
    let mut tree = Tree::new(&mut memory).unwrap();
    let mut decoder = ChunkDecoder::new(store);
    let (mut builder, mut track) = (Builder::new(&mut tree), Track::new());
    let mut v = Visitor::saving(&mut builder, &mut track);
    match decoder.replay_all(&mut v, &mut scratch) {
        Ok(_) => Ok(digest(&tree)),
        Err(code) => Err((code, decoder.fault())),
    }
}

fn from_memory(bytes: &[u8]) -> Found {
    found(SliceStore::new(bytes, LIMITS, Portable))
}

/// From a stream that gives at most `step` bytes at once.
fn from_stream(bytes: &[u8], step: usize) -> Found {
    let (mut memory, mut buffer) = (vec![0; 3 << 21], [0; 16]);
    let reader = StreamReader::new(Pipe::new(bytes.to_vec(), step), &mut buffer);
    found(StreamStore::new(reader, &mut memory, LIMITS, Portable))
}

/// Through a receiver that gets pieces of any length.
fn received(bytes: &[u8], most: u32, random: &mut Random) -> Found {
    let mut buffer = vec![0; bytes.len() + 64];
    let mut receiver = Receiver::new(&mut buffer, LIMITS, Portable);
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at((random.below(most) as usize).min(rest.len()));
        receiver.feed(piece).map_err(|code| (code, receiver.fault()))?;
        rest = behind;
    }
    let fault = receiver.fault();
    let whole = receiver.bytes().map_err(|code| (code, fault))?;
    found(SliceStore::checked(whole, LIMITS, Portable))
}

fn streams() -> impl Strategy<Value = (Vec<u8>, u64)> {
    let seeds = (saved::devices(), any::<u64>(), 0..60u32, 400..4000usize);
    seeds.prop_map(|(devices, seed, cuts, scratch)| match seed & 2 {
        0 => (writer::write(&devices, seed, cuts), seed),
        _ => {
            let settings = migcore::codec::chunk::Settings::default();
            (to_stream(&settings, scratch, |v| saved::save(&devices, v)).unwrap(), seed)
        }
    })
}

#[test]
fn pieces_of_any_length_make_the_same_stream() {
    for_each(30, &streams(), |(bytes, seed)| {
        let due = from_memory(&bytes);
        prop_assert!(due.is_ok());
        let mut random = Random(seed | 1);
        for step in [1, 2, 1 + random.below(70) as usize] {
            prop_assert_eq!(&from_stream(&bytes, step), &due, "{}", step);
        }
        for most in [2, 9, 5000] {
            prop_assert_eq!(&received(&bytes, most, &mut random), &due, "{}", most);
        }
        Ok(())
    });
}

#[test]
fn one_defect_is_the_same_error_at_the_same_place() {
    for_each(60, &streams(), |(bytes, seed)| {
        let mut random = Random(seed | 1);
        let damaged = damage::damage(&bytes, &mut random);
        let due = from_memory(&damaged);
        prop_assert_eq!(&from_stream(&damaged, 1 + random.below(70) as usize), &due);
        // A receiver finds what is wrong with chunks before anybody reads a value.
        let whole = |random: &mut Random, most| received(&damaged, most, random);
        let first = whole(&mut random, 1 << 20);
        for most in [2, 9, 300] {
            prop_assert_eq!(&whole(&mut random, most), &first, "{}", most);
        }
        match (due, first) {
            (Err(due), Err(first)) => {
                prop_assert!(first == due || first.1.offset > due.1.offset, "{due:?} {first:?}");
            }
            (due, first) => prop_assert_eq!(due, first),
        }
        Ok(())
    });
}

#[test]
fn a_flipped_bit_is_found_at_the_same_place() {
    for_each(60, &streams(), |(mut bytes, seed)| {
        let mut random = Random(seed | 1);
        let at = random.below(bytes.len() as u32) as usize;
        bytes[at] ^= 1 << random.below(8);
        let due = from_memory(&bytes);
        prop_assert!(due.is_err());
        prop_assert_eq!(&from_stream(&bytes, 1 + random.below(70) as usize), &due);
        Ok(())
    });
}
