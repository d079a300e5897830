//! Hostile streams, by their shapes: operations that make no sense, names of any bytes, scopes that nest too
//! deep.

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
use migcore::codec::chunk::{check, Limits, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::visit::{Kind, Scope, ScopeKind, Versions, Visitor};
use migcore::Code;
use reading::*;
use ways::*;

/// Where in its chunk a shape begins.
const SHAPE: usize = 10;

/// A stream that has room for long shapes.
fn wide() -> Assembler {
    Assembler::bare().chunk(b"MHDR", &header(2, 8192, 8192))
}

/// An operation with a name of these bytes.
fn named(code: u8, name: &[u8]) -> Vec<u8> {
    [&[code, name.len() as u8], name].concat()
}

#[test]
fn operations_that_make_no_sense_are_refused_whether_used_or_not() {
    let mut wrong: Vec<(Vec<u8>, &str)> = vec![
        (vec![0x20, 1], "marks of an end"),
        (vec![0x40, 0], "a note of an end"),
        (vec![18 | 0x20, 1], "marks of raw bytes"),
        (vec![18 | 0x40, 0], "a note of raw bytes"),
        (vec![23 | 0x20, 1], "marks of an element"),
        (vec![23 | 0x40, 0], "a note of an element"),
        (vec![2 | 0x20, 0, 0], "no marks"),
        (vec![2 | 0x20, 32, 0], "unknown marks"),
        (vec![2 | 0x20, 0xff, 0], "unknown marks"),
        (vec![2 | 0x20], "marks that end"),
        (vec![2 | 0x40, 255, 0], "a note that ends"),
        (vec![2 | 0x60, 1, 1, b'n'], "a name that is not there"),
        (vec![2, 255, 0], "a name that ends"),
        (vec![20, 0, 9, 0], "a description that ends"),
        (op::device("i", 1, 2), "an oldest reader that is newer"),
        (op::device("i", 0, u32::MAX), "an oldest reader that is newer"),
    ];
    wrong.extend((27..32).map(|code| (vec![code, 0, 0, 0, 0, 0, 0], "an unknown code")));
    wrong.extend((0..32).map(|code| (vec![0x80 | code, 0], "a reserved bit")));
    for kind in [0, 12, 128, 255] {
        wrong.push((vec![12, 0, kind, 0, 0, 0, 0], "elements of no kind"));
        wrong.push((vec![13, 0, kind], "elements of no kind"));
    }
    let parameters = [(12, 5), (13, 1), (14, 4), (20, 5), (21, 4), (25, 4), (26, 8)];
    for (code, length) in parameters {
        let whole = [vec![code, 0], vec![if code < 14 { 2 } else { 0 }; length]].concat();
        wrong.extend((1..whole.len()).map(|cut| (whole[..cut].to_vec(), "parameters that end")));
    }
    let before = [op::structure("s"), op::scalar(Kind::U8, "x"), op::end()].concat();
    let offset = Assembler::new().bytes.len() + SHAPE;
    for (operation, what) in wrong {
        for before in [&[][..], &before] {
            let shape = [before, &operation].concat();
            let bytes = Assembler::new().shape(0, &[shape]).device(NO_SHAPE, "d", 0, &[]).end();
            assert_eq!(refused(&bytes), at(Code::BadShape, offset + before.len(), 0, 0), "{what}");
        }
    }
}

#[test]
fn notes_are_passed_over_and_marks_are_not_names() {
    let note = [&[200][..], &[0xff; 200]].concat();
    let noted = |marks: u8| [&[2 | 0x60, marks][..], &note, b"\x01x"].concat();
    for marks in 1..32 {
        let bytes = wide().shape(0, &[noted(marks)]).device(0, "d", 0, &[5]).end();
        assert_eq!(every_way(&bytes, |v| device(v, |v| u8_is(v, "x", 5))).0, Ok(()));
        let (outcome, skipped) = every_way(&bytes, any_device);
        let ancillary = marks & ANCILLARY != 0;
        assert_eq!(outcome.is_ok(), ancillary);
        assert_eq!(skipped.items, u64::from(ancillary));
    }
    let longest = [&[2 | 0x40, 255][..], &[b'n'; 255], &named(0, &[b'x'; 255])[1..]].concat();
    let bytes = wide().shape(0, &[longest]).device(0, "d", 0, &[5]).end();
    let name = "x".repeat(255);
    assert_eq!(every_way(&bytes, |v| device(v, |v| u8_is(v, &name, 5))).0, Ok(()));
}

#[test]
fn names_may_be_any_bytes_but_one_and_show_as_text() {
    let names: [&[u8]; 4] = [b"", &[0xff; 255], &[0xc0, 0x80], b"\x1b[31m\"\\../.[0]"];
    for name in names {
        let read = |v: &mut Visitor<'_>| {
            let mut value = 0u8;
            v.scalar(&name, &mut value)?;
            expect(value, 7)
        };
        let bytes = wide().shape(0, &[named(2, name)]).device(0, "d", 0, &[7]).end();
        assert_eq!(every_way(&bytes, |v| device(v, read)).0, Ok(()));
        assert_eq!(read_tree(&bytes, |v| device(v, read)).0, Ok(()));
        let report = every_way(&bytes, any_device).0.unwrap_err();
        assert_eq!(report.code, Code::Unconsumed);
        assert!(report.path.as_str().is_ascii() && report.to_string().len() < 300);
        assert!(!report.to_string().contains('\x1b'));
        // As the name of a device and of a scope.
        let head = [&[0, 0, 0x80, 0, 0, 0][..], &named(0, name)[1..], &[0; 13]].concat();
        let scope = [named(19, name), op::scalar(Kind::Bool, "b"), op::end()];
        let whole = |value| {
            let data = [&head[..], &[value]].concat();
            wide().shape(0, &scope).chunk(b"MDEV", &data).end()
        };
        let inside = |v: &mut Visitor<'_>| {
            v.begin(&name, Scope::Struct(None))?;
            v.visit("b", &mut false)?;
            v.end(ScopeKind::Struct)
        };
        let all = |v: &mut Visitor<'_>| {
            let versions = Versions::only(0);
            v.begin(&name, Scope::Device { instance: 0, versions })?;
            inside(v)?;
            v.end(ScopeKind::Device)
        };
        assert_eq!(every_way(&whole(1), all).0, Ok(()));
        let report = every_way(&whole(2), all).0.unwrap_err();
        assert!(report.code == Code::BadValue && report.path.as_str().is_ascii());
    }
}

/// The beginnings of so many scopes of one kind, with the elements that lists need.
fn nested(depth: usize, begin: &[u8]) -> Vec<u8> {
    let element = if begin[0] == 21 { op::element() } else { Vec::new() };
    [begin, &element].concat().repeat(depth)
}

#[test]
fn scopes_nest_to_fifteen_in_a_device_and_no_deeper() {
    let begins = [
        (op::structure("s"), vec![]),
        (op::described("s", "t", 1), vec![]),
        (op::list("l", 1), run(0, 1)),
        (op::optional("o"), vec![1]),
        (op::subsection("d/s", 1), vec![]),
        (op::device("i", 1, 1), count(0).to_vec()),
    ];
    for (begin, value) in begins {
        let close = if begin[0] == 21 { 2 } else { 1 };
        let whole = |depth| [nested(depth, &begin), vec![0; depth * close]].concat();
        let bytes = wide().shape(0, &[whole(15)]).device(0, "d", 0, &value.repeat(15)).end();
        assert_eq!(check_code(&bytes), None, "{begin:x?}");
        let offset = wide().bytes.len() + SHAPE + nested(15, &begin).len();
        let bytes = wide().shape(0, &[whole(16)]).device(NO_SHAPE, "d", 0, &[]).end();
        assert_eq!(refused(&bytes), at(Code::TooDeep, offset, 0, 0));
        // Neither when the sixteenth comes with another shape.
        let (first, rest) = (nested(9, &begin), nested(7, &begin));
        let bytes = wide()
            .shape(0, &[first])
            .first(0, "d", &value.repeat(9))
            .shape(1, &[rest])
            .fragment(1, 1 | LAST, &value.repeat(7))
            .end();
        let report = check(&bytes, Limits::default(), Portable).unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::TooDeep, "d/0"));
    }
}

#[test]
fn huge_shapes_and_many_of_them_are_one_pass() {
    let header = header(32, 60_000, 1024);
    let mut stream = Assembler::bare().chunk(b"MHDR", &header);
    let huge: Vec<u8> = (0..9_000).flat_map(|at| op::scalar(Kind::U8, &format!("{at}"))).collect();
    assert!(huge.len() < 60_000);
    for round in 0..64u16 {
        stream = stream.shape(round % 32, std::slice::from_ref(&huge));
    }
    let bytes = stream.device(NO_SHAPE, "d", 0, &[]).end();
    // No operation of a shape that nothing uses is walked.
    let limits = Limits { work: 10, ..Limits::default() };
    assert_eq!(check(&bytes, limits, Portable).map(|summary| summary.devices), Ok(1));
    let mut memory = vec![0; 32 * 60_000 + 1024];
    let reader = SliceReader::new(&bytes);
    let store = StreamStore::new(reader, &mut memory, limits, Portable);
    assert_eq!(read(store, &mut [], any_device).0, Ok(()));
    let limits = Limits { shape: 59_999, ..limits };
    let due = at(Code::TooMany, 8, 59_999, 60_000);
    assert_eq!(refused_within(&bytes, limits), due);
}
