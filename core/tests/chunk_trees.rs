//! A state is the same on every way: visited, as a tree, over the wire, and loaded.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/saved.rs"]
mod saved;
#[path = "support/shown.rs"]
mod shown;
mod support;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::ChunkDecoder;
use migcore::codec::legacy::Saver;
use migcore::visit::{Versions, Visiting, Visitor};
use migcore::Result;
use proptest::prelude::*;
use support::{blanks, state, visit_all, Item};
use wire::*;

#[test]
fn a_tree_goes_over_the_wire_and_comes_back_equal() {
    for_each(40, &saved::devices(), |devices| {
        let (mut here, mut there) = (vec![0xaa; ROOM], vec![0x55; ROOM]);
        let tree = to_tree(&mut here, |v| saved::save(&devices, v)).unwrap();
        let bytes = plain_stream(|v| tree.replay(tree.root(), v));
        let back = tree_of(&mut there, in_memory(&bytes)).unwrap();
        prop_assert_eq!(differences(&tree, &back), 0);
        prop_assert_eq!(digest(&tree), digest(&back));
        // Replayed, the tree is what was visited: in chunks and for who looks on.
        prop_assert_eq!(&bytes, &plain_stream(|v| saved::save(&devices, v)));
        let lines = shown::lines(|v| tree.replay(tree.root(), v));
        prop_assert_eq!(&lines, &saved::lines(&devices));
        prop_assert_eq!(&lines, &shown::lines(|v| back.replay(back.root(), v)));
        Ok(())
    });
}

fn device(items: &mut [Item], v: &mut Visitor<'_>) -> Result<()> {
    v.device("device", 7, Versions { current: 3, minimum: 2 }, |v| visit_all(items, v))
}

fn legacy(save: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Vec<u8> {
    let mut memory = vec![0; ROOM];
    let mut saver = Saver::to_slice(&mut memory);
    save(&mut saver.visitor()).unwrap();
    let length = saver.finish().unwrap();
    memory.truncate(length as usize);
    memory
}

#[test]
fn what_was_loaded_is_saved_again_as_it_was() {
    for_each(40, &state(), |mut items| {
        let bytes = plain_stream(|v| device(&mut items, v));
        let mut loaded = blanks(&items);
        let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&bytes)));
        let mut v = visiting.loader();
        let done = device(&mut loaded, &mut v).and_then(|()| v.finish());
        prop_assert_eq!(done, Ok(()));
        prop_assert_eq!(&plain_stream(|v| device(&mut loaded, v)), &bytes);
        let direct = legacy(|v| device(&mut items, v));
        prop_assert_eq!(&legacy(|v| device(&mut loaded, v)), &direct);
        let replayed = read_tree(&bytes, |tree| legacy(|v| tree.replay(tree.root(), v)));
        prop_assert_eq!(replayed, direct);
        Ok(())
    });
}
