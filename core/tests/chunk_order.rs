//! A device may read its items in any order: it gets the same, for work that does not explode.

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
#[path = "support/reading.rs"]
mod reading;
mod support;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::{ChunkDecoder, IndexEntry, Limits, Settings, SliceStore};
use migcore::io::Portable;
use migcore::visit::{
    widen, Kind, Marks, Scalar, ScopeKind, SubsectionName, Track, Versions, Visitor,
};
use migcore::{Code, Result};
use proptest::prelude::*;
use wire::*;

const KNOWN: Versions = Versions { current: 1, minimum: 1 };

/// How many items an index has room for.
const INDEX: usize = 10_001;

/// Saves fields of these numbers, some inside of a struct.
fn save(v: &mut Visitor<'_>, fields: &[u16]) -> Result<()> {
    v.device("d", 0, KNOWN, |v| fields.iter().try_for_each(|field| visit(v, *field)))
}

/// Saves a field, or loads it and checks it.
fn visit(v: &mut Visitor<'_>, field: u16) -> Result<()> {
    let name = format!("field{}", field % 700);
    match field % 5 {
        0 => v.structure(&name, |v| {
            let order = if v.is_loading() { ["b", "a"] } else { ["a", "b"] };
            order.iter().try_for_each(|name| value(v, name, field ^ u16::from(name.as_bytes()[0])))
        }),
        1 => {
            let mut values = if v.is_loading() { [0; 3] } else { [field; 3] };
            v.array(&name, &mut values)?;
            reading::expect(values, [field; 3])
        }
        _ => value(v, &name, field),
    }
}

fn value(v: &mut Visitor<'_>, name: &str, due: u16) -> Result<()> {
    let mut value = if v.is_loading() { !due } else { due };
    v.visit(name, &mut value)?;
    reading::expect(value, due)
}

/// Loads the fields in this order, and says how many items were looked at.
fn searched(bytes: &[u8], room: usize, order: &[u16]) -> core::result::Result<u64, Code> {
    let mut index = vec![IndexEntry::default(); room];
    let store = SliceStore::new(bytes, Limits::default(), Portable);
    let mut decoder = ChunkDecoder::with_index(store, &mut index);
    let mut track = Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    save(&mut v, order)?;
    v.finish()?;
    Ok(decoder.searched())
}

/// An order in which fields of one name come as they were saved.
fn in_turn(mut order: Vec<u16>) -> Vec<u16> {
    let mut next: Vec<u16> = (0..700).collect();
    order.iter_mut().for_each(|field| {
        let name = usize::from(*field % 700);
        *field = next[name];
        next[name] += 700;
    });
    order
}

#[test]
fn any_order_reads_what_was_saved() {
    let orders = (1..2000u16).prop_flat_map(|count| {
        (Just(count), Just((0..count).collect::<Vec<_>>()).prop_shuffle(), 256..3000usize)
    });
    for_each(24, &orders, |(count, shuffled, scratch)| {
        let fields: Vec<u16> = (0..count).collect();
        let bytes = to_stream(&Settings::default(), scratch, |v| save(v, &fields)).unwrap();
        let order = in_turn(shuffled);
        let work = searched(&bytes, INDEX, &order);
        prop_assert!(work.is_ok_and(|work| work < 10 * u64::from(count) + 100), "{:?}", work);
        if count <= 64 {
            prop_assert!(searched(&bytes, 0, &order).is_ok());
        }
        Ok(())
    });
}

#[test]
fn order_is_free_and_the_reverse_of_it_linear() {
    for count in [100u16, 1_000, 10_000] {
        // No name twice, and nothing but scalars.
        let all = |v: &mut Visitor<'_>, order: &[u16]| {
            v.device("d", 0, KNOWN, |v| {
                order.iter().try_for_each(|field| value(v, &format!("field{field}"), *field))
            })
        };
        let fields: Vec<u16> = (0..count).collect();
        let reversed: Vec<u16> = (0..count).rev().collect();
        let bytes = plain_stream(|v| all(v, &fields));
        let read = |order: &[u16]| {
            let mut index = vec![IndexEntry::default(); INDEX];
            let store = SliceStore::new(&bytes, Limits::default(), Portable);
            let mut decoder = ChunkDecoder::with_index(store, &mut index);
            let mut track = Track::new();
            all(&mut Visitor::loading(&mut decoder, &mut track), order).unwrap();
            decoder.searched()
        };
        assert_eq!(read(&fields), 0);
        let work = read(&reversed);
        println!("{count} fields in reverse: {work} items looked at");
        assert!(work <= 4 * u64::from(count), "{count}: {work}");
    }
}

#[test]
fn every_kind_is_read_as_every_wider_one() {
    type Read = core::result::Result<u64, Code>;
    fn read<T: Scalar>(bytes: &[u8]) -> Read {
        let mut value = T::from_wire_bits(0);
        let done = reading::load(bytes, |v| reading::device(v, |v| v.visit("x", &mut value)));
        done.map_err(|report| report.code)?;
        Ok(value.to_wire_bits())
    }
    let reads: [fn(&[u8]) -> Read; 11] = [
        read::<bool>,
        read::<u8>,
        read::<u16>,
        read::<u32>,
        read::<u64>,
        read::<i8>,
        read::<i16>,
        read::<i32>,
        read::<i64>,
        read::<f32>,
        read::<f64>,
    ];
    for from in Kind::ALL {
        let raw = if from == Kind::Bool { [1; 8] } else { [0xc1; 8] };
        let values = &raw[..from.width().bytes()];
        let bytes = reading::simple(&[chunks::op::scalar(from, "x")], values);
        let bits = values.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte));
        for (to, read) in Kind::ALL.into_iter().zip(reads) {
            let due = widen(from, to, bits).ok_or(Code::WrongType);
            assert_eq!(read(&bytes), due, "{from:?} as {to:?}");
        }
    }
}

#[test]
fn what_is_missing_is_what_the_device_says() {
    let fields: Vec<u16> = (0..200).filter(|field| field % 7 != 3).collect();
    let save = |v: &mut Visitor<'_>| {
        v.device("d", 0, KNOWN, |v| {
            fields.iter().try_for_each(|field| value(v, &format!("field{field}"), *field))
        })
    };
    let bytes = plain_stream(save);
    let read = |v: &mut Visitor<'_>| {
        v.device("d", 0, KNOWN, |v| {
            (0..200u16).try_for_each(|field| {
                let mut found = 0;
                v.visit_or(&format!("field{field}"), &mut found, 9999)?;
                reading::expect(found, if field % 7 == 3 { 9999 } else { field })
            })
        })
    };
    let mut index = vec![IndexEntry::default(); INDEX];
    assert_eq!(reading::visit(in_memory(&bytes), &mut index, read), Ok(()));
}

#[test]
fn subsections_come_in_any_order() {
    let names = ["d/a", "d/b", "d/c", "d/d"];
    let orders = Just(names.to_vec()).prop_shuffle();
    for_each(24, &(orders, 0..4usize), |(order, missing)| {
        let order = &order[missing..];
        let bytes = plain_stream(|v| {
            v.device("d", 0, KNOWN, |v| {
                value(v, "x", 1)?;
                order.iter().try_for_each(|name| {
                    v.mark(if *name == "d/d" { Marks::ANCILLARY } else { Marks::NONE })?;
                    v.begin(name, migcore::visit::Scope::Subsection { version: 4 })?;
                    value(v, "y", u16::from(name.as_bytes()[2]))?;
                    v.end(ScopeKind::Subsection)
                })
            })
        });
        let mut seen = Vec::new();
        let read = |v: &mut Visitor<'_>| {
            v.device("d", 0, KNOWN, |v| {
                value(v, "x", 1)?;
                let mut name = SubsectionName::new();
                while let Some(version) = v.next_subsection(b"d", &mut name)? {
                    reading::expect(version, 4)?;
                    seen.push(String::from_utf8(name.to_vec()).unwrap());
                    match &name[..] {
                        b"d/d" => v.skip_subsection()?,
                        _ => {
                            value(v, "y", u16::from(name[2]))?;
                            v.end(ScopeKind::Subsection)?;
                        }
                    }
                }
                Ok(())
            })
        };
        prop_assert_eq!(reading::load(&bytes, read), Ok(()));
        prop_assert_eq!(seen, order);
        Ok(())
    });
}
