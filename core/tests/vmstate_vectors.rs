//! The vectors of QEMU's own tests of its tables, through tables of the same fields: each saves these bytes, loads
//! them, and fails where it must; cut or damaged in any way it does no harm; and over chunks and trees it comes back.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/vectors.rs"]
mod vectors;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::ChunkDecoder;
use migcore::codec::legacy::{Loader, Saver};
use migcore::error::Report;
use migcore::model::TreeDecoder;
use migcore::visit::Visiting;
use migcore::vmstate::Block;
use migcore::Code;
use serde_json::Value;
use vectors::{Made, Vector, Vectors};
use wire::{digest, in_memory, plain_stream, read_tree, to_tree, tree_of, ROOM};

/// Words of memory for the objects of a vector.
const WORDS: usize = 1 << 9;

/// The bytes of an object.
fn saved(made: &'static Made, values: &Value, room: usize) -> Result<Vec<u8>, Report> {
    let mut memory = [0; WORDS];
    let mut block = Block::new(&mut memory);
    let place = made.put(&mut block, values);
    save_from(made, &mut block, place, room)
}

fn save_from(
    made: &'static Made,
    block: &mut Block<'_>,
    place: usize,
    room: usize,
) -> Result<Vec<u8>, Report> {
    let mut bytes = vec![0; room];
    let mut saver = Saver::to_slice(&mut bytes);
    let _ = made.table.visit(block, place, &mut saver.visitor());
    let length = saver.finish()? as usize;
    bytes.truncate(length);
    Ok(bytes)
}

/// What an object has after a load into one with the values of `vector.initial`, and how many bytes it took.
fn loaded(made: &'static Made, vector: &Vector, bytes: &[u8]) -> Result<(Value, u64), Report> {
    load(made, vector, bytes, |block, place| made.get(block, place, &vector.object))
}

/// What `look` makes of a loaded object, and how many bytes that took.
fn load<R>(
    made: &'static Made,
    vector: &Vector,
    bytes: &[u8],
    look: impl FnOnce(&Block<'_>, usize) -> R,
) -> Result<(R, u64), Report> {
    let mut memory = [0; WORDS];
    let mut block = Block::new(&mut memory);
    let place = made.put(&mut block, &vector.initial);
    let mut loader = Loader::from_slice(bytes);
    let mut v = loader.visitor();
    if let Some(version) = vector.version {
        v.set_version(version).unwrap();
    }
    let _ = made.table.visit(&mut block, place, &mut v);
    let length = loader.finish()?;
    Ok((look(&block, place), length))
}

/// Runs a test on each vector with its table, and says how many there were.
fn each(mut test: impl FnMut(&'static Made, &Vector)) -> usize {
    let mut all = Vectors::read();
    let vectors = std::mem::take(&mut all.vectors);
    for vector in &vectors {
        test(all.made(&vector.vmsd), vector);
    }
    vectors.len()
}

/// A load of this vector begins with an object whose null pointers are those of the stream.
fn starts(vector: &Vector) -> Vector {
    let mut initial = vector.initial.clone();
    let given = |name: &str| vector.object.get(name).cloned();
    for name in ["ar", "skip_c_e", "has_a"] {
        if let (Some(value), None) = (given(name), initial.get(name)) {
            initial[name] = value;
        }
    }
    Vector { initial, ..vector.clone() }
}

#[test]
fn all_save_their_bytes() {
    let mut saves = 0;
    each(|made, vector| {
        let id = &vector.id;
        if vector.version == Some(1) && vector.vmsd == "versioned" {
            return;
        }
        let mut object = starts(vector).initial;
        object.as_object_mut().unwrap().extend(vector.object.as_object().unwrap().clone());
        assert_eq!(saved(made, &object, 256).as_ref(), Ok(&vector.wire), "{id}");
        saves += 1;
    });
    assert_eq!(saves, 30);
}

#[test]
fn all_load_what_they_should() {
    let count = each(|made, vector| {
        let (id, vector) = (&vector.id, starts(vector));
        let bytes = [&vector.wire[..], &vector.trailing].concat();
        let (object, length) = loaded(made, &vector, &bytes).expect(id);
        let mut expected = vector.object.clone();
        if !vector.saves || vector.vmsd != "d_dev" {
            // What is not in the stream is as it was.
            if vector.vmsd == "skipping" && expected["skip_c_e"] == true && vector.saves {
                (expected["c"], expected["e"]) = (0.into(), 0.into());
            }
            if vector.vmsd == "d_outer" {
                expected["s2"]["q"] = 0.into();
            }
            assert_eq!(object, expected, "{id}");
        }
        assert_eq!(length, vector.wire.len() as u64, "{id}");
    });
    assert_eq!(count, 31);
}

#[test]
fn they_fail_where_they_must() {
    let mut failed = 0;
    each(|made, vector| {
        let all = [&vector.wire[..], &vector.trailing].concat();
        for when in &vector.must_fail {
            let half = all.len() / 2;
            let bytes = match when.as_str() {
                "empty stream" => &[],
                "last 2 bytes (of wire+trailing) removed" => &all[..all.len() - 2],
                "first half only (integer division)" => &all[..half],
                "second half only" => &all[half..],
                other => panic!("{other}"),
            };
            let report = loaded(made, &starts(vector), bytes).expect_err(when);
            assert_eq!(report.code, Code::Truncated, "{} {when}", vector.id);
            failed += 1;
        }
    });
    assert_eq!(failed, 12);
}

#[test]
fn a_stream_that_is_cut_at_any_byte_is_refused() {
    each(|made, vector| {
        let vector = starts(vector);
        for length in 0..vector.wire.len() {
            let done = loaded(made, &vector, &vector.wire[..length]);
            let before_a_subsection = vector.vmsd == "d_dev" && done.is_ok();
            match done {
                Err(report) => {
                    assert_eq!(report.code, Code::Truncated, "{} {length} {report}", vector.id);
                }
                Ok(_) => assert!(before_a_subsection, "{} {length}", vector.id),
            }
        }
    });
}

#[test]
fn a_bit_that_flips_does_no_harm() {
    each(|made, vector| {
        let vector = starts(vector);
        for bit in 0..8 * vector.wire.len() {
            let mut bytes = vector.wire.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // Members may count more than there is now.
            match load(made, &vector, &bytes, |_, _| ()) {
                Ok((_, length)) => assert!(length <= bytes.len() as u64),
                Err(report) => assert!(!report.path.as_str().is_empty(), "{report}"),
            }
        }
    });
}

#[test]
fn a_save_without_room_for_its_last_byte_fails() {
    each(|made, vector| {
        for room in 0..vector.wire.len() {
            if vector.vmsd == "versioned" {
                continue;
            }
            let report = saved(made, &vector.object, room).expect_err(&vector.id);
            assert_eq!(report.code, Code::NoSpace, "{}", vector.id);
        }
    });
}

#[test]
fn over_chunks_and_trees_they_come_back() {
    let count = each(|made, vector| {
        let (id, vector) = (&vector.id, starts(vector));
        let mut values = vector.initial.clone();
        values.as_object_mut().unwrap().extend(vector.object.as_object().unwrap().clone());
        let mut memory = [0; WORDS];
        let mut block = Block::new(&mut memory);
        let place = made.put(&mut block, &values);
        let stream = plain_stream(|v| made.table.visit(&mut block, place, v));
        let legacy = save_from(made, &mut block, place, 256).unwrap();
        read_tree(&stream, |tree| {
            // The tree has the same bytes in it,
            let mut bytes = [0; 256];
            let mut saver = Saver::to_slice(&mut bytes);
            tree.replay(tree.root(), &mut saver.visitor()).unwrap();
            let length = saver.finish().unwrap() as usize;
            assert_eq!(bytes[..length], legacy, "{id}");
        });
        // and is that of a walk right into it.
        let (mut one, mut other) = (vec![0; ROOM], vec![0; ROOM]);
        let walked = to_tree(&mut one, |v| made.table.visit(&mut block, place, v)).unwrap();
        let read = tree_of(&mut other, in_memory(&stream)).unwrap();
        assert_eq!(digest(&walked), digest(&read), "{id}");

        let look = |block: &Block<'_>, place| made.get(block, place, &vector.object);
        let current = Vector { version: None, ..vector.clone() };
        let expected = load(made, &current, &legacy, look).unwrap().0;
        for from_tree in [false, true] {
            let mut memory = [0; WORDS];
            let mut block = Block::new(&mut memory);
            let place = made.put(&mut block, &vector.initial);
            let mut room = vec![0; ROOM];
            let done = match from_tree {
                true => {
                    let mut tree = tree_of(&mut room, in_memory(&stream)).unwrap();
                    let mut visiting = Visiting::new(TreeDecoder::new(&mut tree));
                    made.table.visit(&mut block, place, &mut visiting.loader())
                }
                false => {
                    let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&stream)));
                    made.table.visit(&mut block, place, &mut visiting.loader())
                }
            };
            assert_eq!(done, Ok(()), "{id}");
            assert_eq!(look(&block, place), expected, "{id}");
        }
    });
    assert_eq!(count, 31);
}
