//! Hostile streams, by their values: counts and lengths that lie, runs and alternatives that are not there.

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
#[path = "support/ways.rs"]
mod ways;

use chunks::*;
use migcore::codec::chunk::{Limits, SliceStore, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::model::Tree;
use migcore::visit::{Kind, Visitor};
use migcore::Code;
use reading::*;
use ways::*;

/// Where an error is found: in the shape, behind so many of its operations, or in the values.
#[derive(Clone, Copy)]
enum Place {
    Shape(usize),
    Values(usize),
}
use Place::{Shape, Values};

/// The items in a struct that nobody asks for, and where the shape and the values begin.
fn unasked(operations: &[Vec<u8>], values: &[u8]) -> (Vec<u8>, [usize; 2]) {
    let begin = op::marked(ANCILLARY, op::structure("s"));
    let shape = [&[begin][..], operations, &[op::end()]].concat();
    let made = Assembler::new().shape(0, &shape);
    let starts = [Assembler::new().bytes.len() + 10, made.bytes.len() + 8 + 21];
    (made.device(0, "d", 0, values).end(), starts)
}

/// What a check, every reader that passes over the items, and replays find wrong.
fn found(bytes: &[u8]) -> Failed {
    let failed = refused(bytes);
    let limits = Limits::default();
    let (mut memory, mut room) = (vec![0; ROOM], vec![0; ROOM]);
    let slice = SliceStore::new(bytes, limits, Portable);
    assert_eq!(into_tree(slice, &mut Tree::new(&mut memory).unwrap()), Err(failed), "replay");
    let stream = StreamStore::new(SliceReader::new(bytes), &mut room, limits, Portable);
    assert_eq!(into_tree(stream, &mut Tree::new(&mut memory).unwrap()), Err(failed), "replay");
    failed
}

/// Operations and values, and what is wrong with them.
type Case = (Vec<Vec<u8>>, Vec<u8>, Code, Place, [u64; 2]);

fn expect_all(cases: &[Case]) {
    for (operations, values, code, place, [expected, count]) in cases {
        let (bytes, [shape, first]) = unasked(operations, values);
        let offset = match place {
            // Behind the beginning of the struct, which has five bytes.
            Shape(passed) => shape + 4 + operations[..*passed].concat().len(),
            Values(at) => first + at,
        };
        let due = at(*code, offset, *expected, *count);
        assert_eq!(found(&bytes), due, "{operations:x?} {values:x?}");
    }
}

#[test]
fn counts_that_lie_are_found_before_anything_is_taken() {
    let all = [0xff; 4];
    let mut cases = Vec::new();
    for kind in Kind::ALL {
        for count in [u32::MAX, 0x8000_0000, 0x2000_0001, 100] {
            let fixed = op::array(kind, "a", count);
            cases.push((vec![fixed], vec![0; 16], Code::BadShape, Shape(1), [0; 2]));
            let values = [&count.to_be_bytes()[..], &[0; 16]].concat();
            let variable = op::varray(kind, "a");
            cases.push((vec![variable], values, Code::BadShape, Shape(1), [0; 2]));
        }
    }
    for operation in [op::varbytes("b"), op::text("t"), op::raw()] {
        for count in [u32::MAX, 0x8000_0000, 17] {
            let values = [&count.to_be_bytes()[..], &[0; 16]].concat();
            cases.push((vec![operation.clone()], values, Code::BadShape, Shape(1), [0; 2]));
        }
        for length in 0..4 {
            let values = all[..length].to_vec();
            cases.push((vec![operation.clone()], values, Code::BadShape, Shape(1), [0; 2]));
        }
    }
    cases.push((vec![op::bytes("b", u32::MAX)], vec![1], Code::BadShape, Shape(1), [0; 2]));
    expect_all(&cases);
}

#[test]
fn values_out_of_their_range_are_found_where_they_are() {
    let flags = op::array(Kind::Bool, "f", 3);
    let varflags = op::varray(Kind::Bool, "f");
    let text = |bytes: &[u8]| [&count(bytes.len() as u32)[..], bytes].concat();
    expect_all(&[
        (vec![op::scalar(Kind::Bool, "b")], vec![2], Code::BadValue, Values(0), [1, 2]),
        (vec![flags], vec![1, 0, 255], Code::BadValue, Values(2), [1, 255]),
        (vec![varflags], vec![0, 0, 0, 2, 0, 7], Code::BadValue, Values(5), [1, 7]),
        (vec![op::optional("o"), op::end()], vec![2], Code::BadValue, Values(0), [1, 2]),
        (vec![op::text("t")], text(b"\xff"), Code::BadText, Values(4), [0; 2]),
        (vec![op::text("t")], text(b"ok\xed\xa0\x80"), Code::BadText, Values(4), [0; 2]),
        (vec![op::text("t")], text(b"\xc0\x80"), Code::BadText, Values(4), [0; 2]),
        (vec![op::text("t")], text(b"a\0"), Code::BadText, Values(4), [0; 2]),
    ]);
}

#[test]
fn runs_and_alternatives_that_are_not_there_are_refused() {
    let element = [op::element(), op::scalar(Kind::U8, "x"), op::end()].concat();
    let list =
        |alternatives: usize| vec![op::varlist("l"), element.repeat(alternatives), op::end()];
    let values = |runs: &[(u16, u32)], total: u32| {
        let runs: Vec<u8> = runs.iter().flat_map(|(number, of)| run(*number, *of)).collect();
        [&count(total)[..], &runs].concat()
    };
    let head = 4;
    for total in [1, 2, u32::MAX] {
        let left = u64::from(total);
        let bad = |of: u32| {
            let due = [left, u64::from(of)];
            (list(1), values(&[(0, of)], total), Code::BadValue, Values(head), due)
        };
        expect_all(&[bad(0)]);
        if let Some(more) = total.checked_add(1) {
            expect_all(&[bad(more), bad(u32::MAX)]);
        }
    }
    // The second run, when one element is left.
    let two = [&values(&[(0, 1)], 2)[..], &[9], &run(0, 2)].concat();
    expect_all(&[(list(1), two, Code::BadValue, Values(head + 7), [1, 2])]);
    for (alternatives, number, passed) in [(1, 1, 2), (2, 2, 2), (3, 0xffff, 2)] {
        let case = values(&[(number, 1)], 1);
        expect_all(&[(list(alternatives), case, Code::BadShape, Shape(passed), [0; 2])]);
    }
    expect_all(&[(list(0), values(&[(0, 1)], 1), Code::BadShape, Shape(1), [0; 2])]);
    for length in 0..6 {
        let cut = [&count(1)[..], &run(0, 1)[..length]].concat();
        // Without any values more fragments might follow, so what comes next must be alternatives.
        let place = if length == 0 { Shape(2) } else { Shape(1) };
        expect_all(&[(list(1), cut, Code::BadShape, place, [0; 2])]);
    }
}

#[test]
fn an_element_behind_its_list_is_no_alternative() {
    let shape = [op::varlist("l"), op::end(), op::element(), op::end(), op::end()];
    for number in 0..4 {
        let values = [&count(1)[..], &run(number, 1)].concat();
        let made = Assembler::new().shape(0, &shape);
        let bytes = made.device(0, "d", 0, &values).end();
        let element = Assembler::new().bytes.len() + 10 + 4;
        let due = at(Code::BadShape, element, 0, 0);
        let visit = |v: &mut Visitor<'_>| device(v, |v| v.varlist("l", 1, &mut 0, |_, _| Ok(())));
        let report = every_way(&bytes, visit).0.unwrap_err();
        assert_eq!((report.code, report.fault), due);
        assert_eq!(check_code(&bytes), Some(Code::BadShape));
    }
}

#[test]
fn values_and_shape_are_used_up_together() {
    let x = || op::scalar(Kind::U8, "x");
    expect_all(&[(vec![x()], vec![], Code::BadShape, Shape(1), [0; 2])]);
    let (bytes, [shape, _]) = unasked(&[x()], &[1, 2]);
    let end = shape + 4 + x().len() + 1;
    assert_eq!(found(&bytes), at(Code::BadShape, end, 0, 0));
}

#[test]
fn what_a_device_has_no_room_for_is_refused_with_the_numbers() {
    type Ask = fn(&mut Visitor<'_>) -> migcore::Result<()>;
    type Asked = (Vec<u8>, Vec<u8>, Ask, Code, [u64; 2]);
    let lots = [&[0xff; 4][..], &[0; 16]].concat();
    let four = 0xffff_ffff;
    let cases: [Asked; 7] = [
        (
            op::varray(Kind::U64, "v"),
            lots.clone(),
            |v| v.varray("v", &mut [0u64; 3], &mut 0),
            Code::TooMany,
            [3, four],
        ),
        (
            op::varray(Kind::U8, "v"),
            lots.clone(),
            |v| v.varray("v", &mut [0u64; 3], &mut 0),
            Code::TooMany,
            [3, four],
        ),
        (
            op::array(Kind::U64, "v", u32::MAX),
            vec![0; 16],
            |v| v.array("v", &mut [0u64; 3]),
            Code::BadValue,
            [3, four],
        ),
        (
            op::varbytes("v"),
            lots.clone(),
            |v| v.varbytes("v", &mut [0; 5], &mut 0),
            Code::TooMany,
            [5, four],
        ),
        (
            op::bytes("v", u32::MAX),
            vec![0; 16],
            |v| v.bytes("v", &mut [0; 5]),
            Code::BadValue,
            [5, four],
        ),
        (
            [op::varlist("v"), op::end()].concat(),
            vec![0xff; 4],
            |v| v.varlist("v", 6, &mut 0, |_, _| Ok(())),
            Code::TooMany,
            [6, four],
        ),
        (
            [op::list("v", u32::MAX), op::end()].concat(),
            vec![],
            |v| v.list("v", 6, |_, _| Ok(())),
            Code::BadValue,
            [6, four],
        ),
    ];
    for (operation, values, ask, code, [expected, count]) in cases {
        let made = Assembler::new().shape(0, &[operation]);
        let offset = made.bytes.len() + 8 + 21;
        let bytes = made.device(0, "d", 0, &values).end();
        let report = every_way(&bytes, |v| device(v, ask)).0.unwrap_err();
        assert_eq!((report.code, report.fault), at(code, offset, expected, count));
        assert_eq!(report.path.as_str(), "d/0.v");
    }
}

#[test]
fn a_replay_asks_for_no_more_scratch_than_a_stream_can_fill() {
    let (bytes, _) = unasked(&[op::array(Kind::U64, "a", u32::MAX)], &[0; 16]);
    assert_eq!(found(&bytes).0, Code::BadShape);
    // Whether more comes is not known before the last fragment.
    let bytes = Assembler::new()
        .shape(0, &[op::array(Kind::U64, "a", 0x1000_0000)])
        .first(0, "d", &[0; 16])
        .fragment(NO_SHAPE, 1 | LAST, &[0; 8])
        .end();
    assert_eq!(check_code(&bytes), Some(Code::BadShape));
    let mut memory = vec![0; ROOM];
    let slice = SliceStore::new(&bytes, Limits::default(), Portable);
    let (code, fault) = into_tree(slice, &mut Tree::new(&mut memory).unwrap()).unwrap_err();
    assert_eq!((code, fault.expected, fault.found), (Code::NoSpace, 1 << 31, ROOM as u64));
}
