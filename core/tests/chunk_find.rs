//! How a reader of the chunk wire finds what a device asks for, and what it does with the rest.

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

use chunks::*;
use migcore::codec::chunk::{ChunkDecoder, IndexEntry, Limits, SliceStore, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::visit::{Decoder, Kind, Scope, ScopeKind, SubsectionName, Track, Versions, Visitor};
use migcore::{Code, Result};
use reading::*;

#[test]
fn values_widen_and_never_narrow() {
    let kinds = [Kind::U8, Kind::I8, Kind::F32];
    let shape: Vec<_> = kinds.map(|kind| op::scalar(kind, "v")).into();
    let arrays = [op::array(Kind::I8, "s", 2), op::varray(Kind::U16, "u")];
    let values = [&[200, 0xfe][..], &1.5f32.to_be_bytes(), &[0xff, 5], &count(1), &[1, 2]].concat();
    let bytes = simple(&[&shape[..], &arrays].concat(), &values);
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            let (mut a, mut b, mut c) = (0i64, 0i16, 0f64);
            v.visit("v", &mut a)?;
            v.visit("v", &mut b)?;
            v.visit("v", &mut c)?;
            expect((a, b, c), (200, -2, 1.5))?;
            let (mut s, mut u, mut length) = ([0i32; 2], [0u64; 3], 0);
            v.array("s", &mut s)?;
            v.varray("u", &mut u, &mut length)?;
            expect((s, u[0], length), ([-1, 5], 0x0102, 1))
        })
    };
    assert_eq!(both(&bytes, visit), Ok(()));
    let wide = simple(&[op::scalar(Kind::U16, "v")], &[0, 1]);
    assert_eq!(device_error(&wide, |v| u8_is(v, "v", 1)), Code::WrongType);
    assert_eq!(device_error(&wide, |v| v.visit("v", &mut 0i16)), Code::WrongType);
    assert_eq!(device_error(&wide, |v| v.array("v", &mut [0u16])), Code::WrongType);
    assert_eq!(device_error(&wide, |v| v.structure("v", |_| Ok(()))), Code::WrongType);
}

#[test]
fn counts_are_compared_with_the_room() {
    let bytes = simple(&[op::varray(Kind::U16, "v")], &[&count(2)[..], &[0, 1, 0, 2]].concat());
    let error = both(&bytes, |v| device(v, |v| v.varray("v", &mut [0u16; 1], &mut 0))).unwrap_err();
    assert_eq!((error.code, error.fault.expected, error.fault.found), (Code::TooMany, 1, 2));
    assert_eq!(error.path.as_str(), "d/0.v");
    assert_eq!(device_error(&bytes, |v| v.array("v", &mut [0u16; 2])), Code::WrongType);
    let fixed = simple(&[op::array(Kind::U16, "v", 2)], &[0, 1, 0, 2]);
    assert_eq!(device_error(&fixed, |v| v.array("v", &mut [0u16; 3])), Code::BadValue);
    assert_eq!(device_error(&fixed, |v| v.varray("v", &mut [0u16; 3], &mut 0)), Code::WrongType);
    let huge = simple(&[op::varlist("v"), op::element(), op::end(), op::end()], &[0xff; 4]);
    assert_eq!(device_error(&huge, |v| v.varlist("v", 9, &mut 0, |_, _| Ok(()))), Code::TooMany);
    let text = simple(&[op::text("t")], &[&count(3)[..], b"abc"].concat());
    let mut short = heapless::String::<2>::new();
    let error = load(&text, |v| device(v, |v| v.text("t", &mut short))).unwrap_err();
    assert_eq!(error.code, Code::TooMany);
}

#[test]
fn what_is_missing_or_left_is_an_error_unless_it_may_be() {
    let extra = op::marked(ANCILLARY, op::structure("extra"));
    let shape = [op::scalar(Kind::U8, "a"), extra, op::scalar(Kind::U8, "x"), op::end()];
    let bytes = simple(&shape, &[1, 2]);
    assert_eq!(both(&bytes, |v| device(v, |v| u8_is(v, "a", 1))), Ok(()));
    let error = both(&bytes, |v| device(v, |_| Ok(()))).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Unconsumed, "d/0.a"));
    let error = both(&bytes, |v| device(v, |v| u8_is(v, "b", 1))).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Missing, "d/0.b"));
    let mut missing = 0u8;
    let outcome = load(&bytes, |v| {
        device(v, |v| {
            v.visit_or("b", &mut missing, 42)?;
            u8_is(v, "a", 1)
        })
    });
    assert_eq!((outcome, missing), (Ok(()), 42));
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    let mut track = Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    device(&mut v, |v| u8_is(v, "a", 1)).unwrap();
    assert_eq!(decoder.skipped().items, 1);
    assert_eq!(decoder.searched(), 0);
}

#[test]
fn devices_are_found_in_order_and_ancillary_ones_skipped() {
    let x = [op::scalar(Kind::U8, "x")];
    let one = |name, marks, value| first(0, LAST, name, 1, marks, &[value]);
    let bytes = Assembler::new()
        .shape(0, &x)
        .chunk(b"mDEV", &one("odd", ANCILLARY, 1))
        .chunk(b"mDEv", &one("copy", ANCILLARY | SAFE_TO_COPY, 2))
        .device(0, "d", 0, &[3])
        .device(0, "d", 1, &[4])
        .end();
    let both_devices = |v: &mut Visitor<'_>| {
        device(v, |v| u8_is(v, "x", 3))?;
        v.device("d", 1, KNOWN, |v| u8_is(v, "x", 4))
    };
    assert_eq!(both(&bytes, both_devices), Ok(()));
    let error = both(&bytes, |v| device(v, |v| u8_is(v, "x", 3))).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::UnknownDevice, "d"));
    let error = both(&bytes, |v| v.device("d", 1, KNOWN, |_| Ok(()))).unwrap_err();
    assert_eq!(error.code, Code::UnknownDevice);
    let third = |v: &mut Visitor<'_>| {
        both_devices(v)?;
        v.device("d", 2, KNOWN, |_| Ok(()))
    };
    assert_eq!(both(&bytes, third).unwrap_err().code, Code::Missing);
    assert_eq!(both(&bytes, |v| u8_is(v, "x", 1)).unwrap_err().code, Code::Unbalanced);
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    assert_eq!(decoder.header().unwrap().machine, "pc");
    assert_eq!(decoder.next_device().unwrap().unwrap().name, b"odd");
    decoder.check_device().unwrap();
    let head = decoder.next_device().unwrap().unwrap();
    assert_eq!(
        (head.name, head.instance, head.version, head.oldest_reader),
        (&b"copy"[..], 1, 3, 2)
    );
    let mut track = Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    both_devices(&mut v).unwrap();
    assert_eq!(decoder.skipped().devices, 1);
    assert_eq!(decoder.next_device(), Ok(None));
}

#[test]
fn a_newer_state_is_read_by_those_who_can() {
    let bytes = simple(&[], &[]);
    let version = |current, minimum| {
        let mut found = None;
        let outcome = load(&bytes, |v| {
            v.device("d", 0, Versions { current, minimum }, |v| {
                found = Some(v.version());
                Ok(())
            })
        });
        outcome.map(|()| found).map_err(|report| report.code)
    };
    assert_eq!(version(3, 1), Ok(Some(3)));
    assert_eq!(version(7, 3), Ok(Some(3)));
    assert_eq!(version(2, 1), Ok(Some(2)));
    assert_eq!(version(1, 1), Err(Code::TooNew));
    assert_eq!(version(7, 4), Err(Code::TooOld));
}

/// Names `f0` and so on, as scalars of 16 bits whose values are their numbers.
fn fields(count: u16) -> (Vec<Vec<u8>>, Vec<u8>) {
    let shape = (0..count).map(|at| op::scalar(Kind::U16, &format!("f{at}"))).collect();
    (shape, (0..count).flat_map(u16::to_be_bytes).collect())
}

/// A device with that many fields, in one fragment of a stream with wide limits.
fn wide(shape: &[Vec<u8>], values: &[u8]) -> Vec<u8> {
    let header = header(1, 1 << 20, 1 << 20);
    Assembler::bare().chunk(b"MHDR", &header).shape(0, shape).device(0, "d", 0, values).end()
}

fn searched(
    bytes: &[u8],
    index: &mut [IndexEntry],
    order: impl Iterator<Item = u16>,
) -> core::result::Result<u64, Code> {
    let store = SliceStore::new(bytes, Limits::default(), Portable);
    let mut decoder = ChunkDecoder::with_index(store, index);
    let mut track = Track::new();
    let mut v = Visitor::loading(&mut decoder, &mut track);
    device(&mut v, |v| {
        let mut order = order;
        order.try_for_each(|at| u16_is(v, &format!("f{at}"), at))
    })?;
    Ok(decoder.searched())
}

#[test]
fn order_costs_nothing_and_disorder_little() {
    let (shape, values) = fields(10_000);
    let bytes = wide(&shape, &values);
    assert_eq!(searched(&bytes, &mut [], 0..10_000), Ok(0));
    let mut index = vec![IndexEntry::default(); 10_001];
    let work = searched(&bytes, &mut index, (0..10_000).rev()).unwrap();
    assert!(work < 40_000, "{work}");
    assert_eq!(searched(&bytes, &mut index, 0..10_000), Ok(0));
    assert_eq!(searched(&bytes, &mut index[..10_000], (0..10_000).rev()), Err(Code::NeedsIndex));
    let near = (0..10_000).map(|at| at / 64 * 64 + (63 - at % 64)).filter(|at| *at < 10_000);
    let near: Vec<u16> =
        near.chain(9984..10_000).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let mut swapped = near;
    swapped.chunks_mut(65).for_each(<[u16]>::reverse);
    assert!(searched(&bytes, &mut [], swapped.into_iter()).is_ok());
    let far = [65].into_iter().chain(0..65).chain(66..10_000);
    assert_eq!(searched(&bytes, &mut [], far), Err(Code::NeedsIndex));
}

#[test]
fn names_that_repeat_are_had_in_their_order() {
    let names = ["a", "b", "a", "", "c", "", "a"];
    let shape: Vec<_> = names.iter().map(|name| op::scalar(Kind::U8, name)).collect();
    let bytes = simple(&shape, &[0, 1, 2, 3, 4, 5, 6]);
    let order = [("c", 4), ("", 3), ("a", 0), ("a", 2), ("", 5), ("a", 6), ("b", 1)];
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| order.iter().try_for_each(|(name, due)| u8_is(v, name, *due)))
    };
    assert_eq!(both(&bytes, visit), Ok(()));
    let mut index = [IndexEntry::default(); 8];
    let store = SliceStore::new(&bytes, Limits::default(), Portable);
    assert_eq!(reading::visit(store, &mut index, visit), Ok(()));
}

/// To look for what is missing makes an index; what is then read in order is in it all the same.
#[test]
fn with_an_index_a_missing_item_changes_nothing_for_the_others() {
    let inner = [op::structure("s"), op::scalar(Kind::U8, "x"), op::end()];
    let bytes = simple(
        &[
            &[op::scalar(Kind::U8, "a")][..],
            &inner,
            &[op::scalar(Kind::U8, "b"), op::scalar(Kind::U8, "c")],
        ]
        .concat(),
        &[1, 2, 3, 4],
    );
    let ask = |v: &mut Visitor<'_>, name| match name {
        "a" => u8_is(v, "a", 1),
        "s" => v.structure("s", |v| u8_is(v, "x", 2)),
        "b" => u8_is(v, "b", 3),
        "c" => u8_is(v, "c", 4),
        missing => {
            let mut value = 0u8;
            v.visit_or(missing, &mut value, 9)?;
            expect(value, 9)
        }
    };
    for order in ["new a s b c", "a new s b c", "new s b a c", "a s b new c"] {
        let all = |v: &mut Visitor<'_>| order.split(' ').try_for_each(|name| ask(v, name));
        assert_eq!(both(&bytes, |v| device(v, all)), Ok(()));
        let mut index = [IndexEntry::default(); 8];
        let store = || SliceStore::new(&bytes, Limits::default(), Portable);
        assert_eq!(reading::visit(store(), &mut index, |v| device(v, all)), Ok(()));
        let twice = |v: &mut Visitor<'_>| all(v).and_then(|()| ask(v, "a"));
        let error = reading::visit(store(), &mut index, |v| device(v, twice)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (Code::Missing, "d/0.a"));
    }
}

#[test]
fn scopes_are_entered_in_any_order_and_left_to_the_right_place() {
    let shape = [
        op::scalar(Kind::U8, "a"),
        op::structure("s"),
        op::scalar(Kind::U8, "x"),
        op::scalar(Kind::U8, "y"),
        op::end(),
        op::list("l", 2),
        op::element(),
        op::scalar(Kind::U8, "x"),
        op::scalar(Kind::U8, "y"),
        op::end(),
        op::end(),
        op::scalar(Kind::U8, "z"),
        op::subsection("d/s", 1),
        op::end(),
        op::raw(),
    ];
    let values = [&[1, 2, 3][..], &run(0, 2), &[4, 5, 6, 7, 8], &count(1), &[9]].concat();
    let bytes = simple(&shape, &values);
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "z", 8)?;
            v.list("l", 2, |v, at| {
                u8_is(v, "y", 5 + 2 * at as u8)?;
                u8_is(v, "x", 4 + 2 * at as u8)
            })?;
            assert!(v.has(&"s").unwrap() && !v.has(&"z").unwrap());
            v.structure("s", |v| {
                u8_is(v, "y", 3)?;
                u8_is(v, "x", 2)
            })?;
            u8_is(v, "a", 1)?;
            let mut name = SubsectionName::new();
            expect(v.next_subsection(b"d", &mut name)?, Some(1))?;
            v.end(ScopeKind::Subsection)?;
            let mut raw = [0; 2];
            expect(v.peek_raw(0, &mut raw)?, 1)?;
            expect(v.get_raw(&mut raw[..1])?, 1)?;
            expect(raw[0], 9)
        })
    };
    assert_eq!(both(&bytes, visit), Ok(()));
    for room in 0..20 {
        let mut index = vec![IndexEntry::default(); room];
        let store = SliceStore::new(&bytes, Limits::default(), Portable);
        assert_eq!(reading::visit(store, &mut index, visit), Ok(()), "{room}");
        let mut memory = [0; MEMORY];
        let store =
            StreamStore::new(SliceReader::new(&bytes), &mut memory, Limits::default(), Portable);
        assert_eq!(reading::visit(store, &mut index, visit), Ok(()), "{room}");
    }
}

#[test]
fn an_ancillary_item_that_nobody_reads_stops_nobody() {
    let (mut shape, mut values) = fields(100);
    shape.insert(1, op::marked(ANCILLARY, op::scalar(Kind::U8, "new")));
    values.insert(2, 0xee);
    let bytes = wide(&shape, &values);
    assert!(searched(&bytes, &mut [], 0..100).is_ok());
    let late = |v: &mut Visitor<'_>| {
        device(v, |v| {
            (0..100).try_for_each(|at| u16_is(v, &format!("f{at}"), at))?;
            u8_is(v, "new", 0xee)
        })
    };
    assert_eq!(load(&bytes, late).unwrap_err().code, Code::NeedsIndex);
    // A stream leaves it with its fragment.
    let extra = op::marked(ANCILLARY, op::scalar(Kind::U8, "extra"));
    let cut = Assembler::new()
        .shape(0, &[op::scalar(Kind::U8, "a"), extra, op::array(Kind::U16, "r", 2)])
        .first(0, "d", &[1, 2, 0, 3])
        .shape(0, &[op::scalar(Kind::U8, "z")])
        .fragment(0, 1 | LAST, &[0, 4, 5])
        .end();
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "a", 1)?;
            let mut regs = [0u16; 2];
            v.array("r", &mut regs)?;
            expect(regs, [3, 4])?;
            u8_is(v, "z", 5)
        })
    };
    assert_eq!(both(&cut, visit), Ok(()));
}

#[test]
fn nothing_critical_is_left_with_a_fragment() {
    let bytes = Assembler::new()
        .shape(0, &[op::marked(ANCILLARY, op::scalar(Kind::U8, "extra"))])
        .first(0, "d", &[1])
        .shape(0, &[op::scalar(Kind::U8, "c"), op::scalar(Kind::U8, "w")])
        .fragment(0, 1 | LAST, &[2, 3])
        .end();
    let read_w = |v: &mut Visitor<'_>| u8_is(v, "w", 3);
    let read_both = |v: &mut Visitor<'_>| read_w(v).and_then(|()| u8_is(v, "c", 2));
    assert_eq!(both(&bytes, |v| device(v, read_both)), Ok(()));
    let error = both(&bytes, |v| device(v, read_w)).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (Code::Unconsumed, "d/0.c"));
    // What was left is not missing: it cannot be had any more.
    let late = |v: &mut Visitor<'_>| {
        read_both(v)?;
        v.visit_or("extra", &mut 0u8, 9)
    };
    let error = load_stream(&bytes, 7, |v| device(v, late)).unwrap_err();
    assert_eq!(error.code, Code::NeedsIndex);
}

#[test]
fn raw_bytes_are_one_run_and_none_is_left() {
    let bytes = Assembler::new()
        .shape(0, &[op::raw(), op::raw()])
        .first(0, "d", &[&count(2)[..], &[1, 2], &count(0)].concat())
        .shape(1, &[op::raw(), op::scalar(Kind::U8, "x"), op::raw()])
        .fragment(1, 1 | LAST, &[&count(2)[..], &[3, 4, 5], &count(1), &[6]].concat())
        .end();
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            let mut raw = [0; 3];
            expect(v.get_raw(&mut raw)?, 3)?;
            expect(raw, [1, 2, 3])?;
            expect(v.peek_raw(0, &mut raw)?, 1)?;
            expect(raw[0], 4)?;
            v.get_raw(&mut raw[..1])?;
            u8_is(v, "x", 5)?;
            v.get_raw(&mut raw[..1])?;
            expect(raw[0], 6)
        })
    };
    assert_eq!(both(&bytes, visit), Ok(()));
    let mut peeked = [0; 9];
    let outcome = load(&bytes, |v| device(v, |v| v.peek_raw(1, &mut peeked).map(|_| ())));
    assert_eq!((outcome.unwrap_err().code, &peeked[..3]), (Code::Unconsumed, &[2, 3, 4][..]));
    assert_eq!(device_error(&bytes, |v| u8_is(v, "x", 5)), Code::Unconsumed);
    let some = |v: &mut Visitor<'_>| v.get_raw(&mut [0; 3]).map(|_| ());
    assert_eq!(device_error(&bytes, some), Code::Unconsumed);
    let many = |v: &mut Visitor<'_>| v.get_raw(&mut [0; 5]).map(|_| ());
    assert_eq!(device_error(&bytes, many), Code::Truncated);
}

#[test]
fn raw_bytes_that_are_none_are_nothing() {
    let u8s = |name: &str| op::scalar(Kind::U8, name);
    let inside = [op::structure("s"), op::raw(), op::end()];
    let shape = [&[u8s("a"), op::raw(), op::raw()], &inside[..], &[u8s("b"), op::raw()]].concat();
    let bytes = simple(&shape, &[&[1][..], &[0; 12], &[2], &[0; 4]].concat());
    let items: [fn(&mut Visitor<'_>) -> Result<()>; 3] =
        [|v| u8_is(v, "a", 1), |v| v.structure("s", |_| Ok(())), |v| u8_is(v, "b", 2)];
    let forth = |v: &mut Visitor<'_>| device(v, |v| items.iter().try_for_each(|item| item(v)));
    let back = |v: &mut Visitor<'_>| device(v, |v| items.iter().rev().try_for_each(|item| item(v)));
    for visit in [&forth as &dyn Fn(&mut Visitor<'_>) -> Result<()>, &back] {
        assert_eq!(both(&bytes, visit), Ok(()));
        let mut index = [IndexEntry::default(); 16];
        let store = SliceStore::new(&bytes, Limits::default(), Portable);
        assert_eq!(reading::visit(store, &mut index, visit), Ok(()));
    }
}

#[test]
fn subsections_that_nobody_knows_must_be_ancillary() {
    let bytes = simple(&[op::subsection("d/s", 1), op::scalar(Kind::U8, "x"), op::end()], &[1]);
    let skip = |v: &mut Visitor<'_>| {
        v.next_subsection(b"d", &mut SubsectionName::new())?;
        v.skip_subsection()
    };
    assert_eq!(device_error(&bytes, skip), Code::UnknownSubsection);
    assert_eq!(device_error(&bytes, |_| Ok(())), Code::Unconsumed);
}

#[test]
fn after_an_error_nothing_is_given() {
    let bytes = simple(&[op::scalar(Kind::U8, "a"), op::scalar(Kind::U8, "b")], &[1, 2]);
    let mut decoder = ChunkDecoder::new(SliceStore::new(&bytes, Limits::default(), Portable));
    let scope = Scope::Device { instance: 0, versions: KNOWN };
    decoder.begin(&"d", scope).unwrap();
    assert_eq!(decoder.scalar8("c", Kind::U8), Err(Code::Missing));
    assert_eq!(decoder.scalar8("a", Kind::U8), Err(Code::Missing));
    assert_eq!(decoder.next_device(), Err(Code::Missing));
    assert_eq!(decoder.end(ScopeKind::Device), Err(Code::Missing));
}

#[test]
fn raw_bytes_end_where_an_item_stands_that_was_read_before() {
    let shape = [op::scalar(Kind::U8, "a"), op::raw(), op::scalar(Kind::U8, "b"), op::raw()];
    let values = [&[7][..], &count(2), &[1, 2], &[8], &count(2), &[3, 4]].concat();
    let bytes = simple(&shape, &values);
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "b", 8)?;
            u8_is(v, "a", 7)?;
            let mut run = [0; 2];
            v.get_raw(&mut run)?;
            expect(run, [1, 2])?;
            v.get_raw(&mut run)?;
            expect(run, [3, 4])
        })
    };
    assert_eq!(load(&bytes, visit), Ok(()));
    let joined = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "b", 8)?;
            u8_is(v, "a", 7)?;
            v.get_raw(&mut [0; 4])?;
            Ok(())
        })
    };
    assert_eq!(load(&bytes, joined).unwrap_err().code, Code::Truncated);
}
