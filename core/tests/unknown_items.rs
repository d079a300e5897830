//! What a reader does with what it does not know, at every level: critical, it is refused; ancillary, it is
//! passed over and counted.

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
use migcore::codec::chunk::{check, Limits, Skipped};
use migcore::io::Portable;
use migcore::visit::{Description, Kind, ScopeKind, SubsectionName, Versions, Visitor};
use migcore::{Code, Result};
use reading::*;
use ways::*;

/// An item that the reader does not know, with what stands around it.
struct Case {
    what: &'static str,
    before: Vec<Vec<u8>>,
    unknown: Vec<u8>,
    after: Vec<Vec<u8>>,
    values: Vec<u8>,
    /// How often the item is there.
    times: u64,
    /// What is refused when it is critical, and where.
    refused: (Code, &'static str),
    read: fn(&mut Visitor<'_>) -> Result<()>,
}

fn u8s(name: &str) -> Vec<u8> {
    op::scalar(Kind::U8, name)
}

/// The device knows `a` before the unknown item and `z` behind it.
fn read_a_and_z(v: &mut Visitor<'_>) -> Result<()> {
    u8_is(v, "a", 1)?;
    u8_is(v, "z", 26)
}

fn read_subsections(v: &mut Visitor<'_>) -> Result<()> {
    read_a_and_z(v)?;
    v.subsections::<()>("d", &[], &mut ())
}

/// Between `a` and `z`.
fn item(what: &'static str, unknown: Vec<u8>, inside: &[Vec<u8>], values: &[u8]) -> Case {
    Case {
        what,
        before: vec![u8s("a")],
        unknown,
        after: [inside, &[u8s("z")]].concat(),
        values: [&[1][..], values, &[26]].concat(),
        times: 1,
        refused: (Code::Unconsumed, "d/0.new"),
        read: read_a_and_z,
    }
}

/// In a scope that the device knows, between `x` and `y`.
fn inside(
    what: &'static str,
    begin: &[Vec<u8>],
    end: &[Vec<u8>],
    head: &[u8],
    times: u8,
    read: fn(&mut Visitor<'_>) -> Result<()>,
    refused: &'static str,
) -> Case {
    let values: Vec<u8> = (0..times).flat_map(|_| [3, 77, 4]).collect();
    Case {
        what,
        before: [begin, &[u8s("x")]].concat(),
        unknown: u8s("new"),
        after: [&[u8s("y")], end].concat(),
        values: [head, &values].concat(),
        times: u64::from(times),
        refused: (Code::Unconsumed, refused),
        read,
    }
}

fn read_x_and_y(v: &mut Visitor<'_>) -> Result<()> {
    u8_is(v, "x", 3)?;
    u8_is(v, "y", 4)
}

fn items_of_every_type() -> Vec<Case> {
    let mut cases: Vec<Case> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let values = vec![1; kind.width().bytes()];
            item(kind.text(), op::scalar(kind, "new"), &[], &values)
        })
        .collect();
    let end = &[op::end()];
    let long = [&count(300)[..], &[9; 300]].concat();
    let three = [&count(3)[..], &[1; 6]].concat();
    let element = [op::element(), u8s("e"), op::end(), op::end()];
    let two = [&count(2)[..], &run(0, 2), &[5, 6]].concat();
    cases.extend([
        item("array", op::array(Kind::U32, "new", 2), &[], &[1; 8]),
        item("variable array", op::varray(Kind::U16, "new"), &[], &three),
        item("no elements", op::varray(Kind::U16, "new"), &[], &count(0)),
        item("bytes", op::bytes("new", 4), &[], &[0xff; 4]),
        item("variable bytes", op::varbytes("new"), &[], &long),
        item("text", op::text("new"), &[], &[&count(2)[..], b"hi"].concat()),
        item("null", op::absent("new"), &[], &[]),
        item("struct", op::structure("new"), &[u8s("a"), op::end()], &[8]),
        item("described", op::described("new", "t", 9), &[u8s("a"), op::end()], &[8]),
        item("empty struct", op::structure("new"), end, &[]),
        item("optional, there", op::optional("new"), &[u8s("a"), op::end()], &[1, 8]),
        item("optional, not there", op::optional("new"), &[u8s("a"), op::end()], &[0]),
        item("list", op::list("new", 2), &element, &two[4..]),
        item("variable list", op::varlist("new"), &element, &two),
        item("empty list", op::varlist("new"), end, &count(0)),
        item("device", op::device("new", 9, 9), &[u8s("a"), op::end()], &[0, 0, 0, 5, 8]),
        item("subsection", op::subsection("new", 9), &[u8s("a"), op::end()], &[8]),
        Case {
            refused: (Code::UnknownSubsection, "d/0.d/new"),
            read: read_subsections,
            ..item("asked for", op::subsection("d/new", 9), &[u8s("a"), op::end()], &[8])
        },
    ]);
    cases
}

fn items_in_every_scope() -> Vec<Case> {
    let end = [op::end()];
    let ends = [op::end(), op::end()];
    let element = [op::varlist("l"), op::element()];
    let deep = [op::structure("s"), op::list("l", 3), op::element(), op::optional("o")];
    let one_deep = [op::varlist("l"), op::element(), op::structure("s")];
    vec![
        inside(
            "in a struct",
            &[op::structure("s")],
            &end,
            &[],
            1,
            |v| v.structure("s", read_x_and_y),
            "d/0.s.new",
        ),
        inside(
            "in a described struct",
            &[op::described("s", "t", 1)],
            &end,
            &[],
            1,
            |v| {
                let known = Description { name: b"t", versions: Versions::only(1) };
                v.versioned("s", known, read_x_and_y)
            },
            "d/0.s.new",
        ),
        inside(
            "in an optional",
            &[op::optional("o")],
            &end,
            &[1],
            1,
            |v| v.optional("o", &mut Some(0u8), |v, _| read_x_and_y(v)),
            "d/0.o.new",
        ),
        inside(
            "in a subsection",
            &[op::subsection("d/s", 1)],
            &end,
            &[],
            1,
            |v| {
                v.next_subsection(b"d", &mut SubsectionName::new())?;
                read_x_and_y(v)?;
                v.end(ScopeKind::Subsection)
            },
            "d/0.d/s.new",
        ),
        inside(
            "in a device",
            &[op::device("i", 3, 3)],
            &end,
            &[0, 0, 0, 7],
            1,
            |v| v.device("i", 7, KNOWN, read_x_and_y),
            "d/0.i/7.new",
        ),
        inside(
            "in elements",
            &element,
            &ends,
            &[&count(5)[..], &run(0, 5)].concat(),
            5,
            |v| v.varlist("l", 5, &mut 0, |v, _| read_x_and_y(v)),
            "d/0.l[0].new",
        ),
        inside(
            "in a struct in elements",
            &one_deep,
            &[op::end(), op::end(), op::end()],
            &[&count(2)[..], &run(0, 2)].concat(),
            2,
            |v| v.varlist("l", 5, &mut 0, |v, _| v.structure("s", read_x_and_y)),
            "d/0.l[0].s.new",
        ),
        Case {
            // Not in every element is the optional there.
            values: [&run(0, 3)[..], &[1, 3, 77, 4], &[0], &[1, 3, 77, 4]].concat(),
            ..inside(
                "deep inside",
                &deep,
                &[op::end(), op::end(), op::end(), op::end()],
                &[],
                2,
                |v| {
                    v.structure("s", |v| {
                        v.list("l", 3, |v, _| {
                            v.optional("o", &mut None::<u8>, |v, _| read_x_and_y(v))
                        })
                    })
                },
                "d/0.s.l[0].o.new",
            )
        },
    ]
}

fn stream(case: &Case, marks: u8) -> Vec<u8> {
    let unknown = match marks {
        0 => case.unknown.clone(),
        marks => op::marked(marks, case.unknown.clone()),
    };
    let shape = [&case.before[..], &[unknown], &case.after].concat();
    simple(&shape, &case.values)
}

fn items(items: u64) -> Skipped {
    Skipped { items, ..Skipped::default() }
}

#[test]
fn an_ancillary_item_is_passed_over_and_counted() {
    for case in items_of_every_type().into_iter().chain(items_in_every_scope()) {
        for marks in [ANCILLARY, ANCILLARY | SAFE_TO_COPY, ANCILLARY | 2 | 4] {
            let bytes = stream(&case, marks);
            let visit = |v: &mut Visitor<'_>| device(v, case.read);
            let due = (Ok(()), items(case.times));
            assert_eq!(every_way(&bytes, visit), due, "{}", case.what);
            assert_eq!(read_tree(&bytes, visit), (Ok(()), case.times), "{} in a tree", case.what);
            assert_eq!(check_code(&bytes), None);
        }
    }
}

#[test]
fn a_critical_item_is_refused_by_its_name() {
    for case in items_of_every_type().into_iter().chain(items_in_every_scope()) {
        // Safe to copy says nothing of an item that is critical.
        for marks in [0, SAFE_TO_COPY, 2, 4] {
            let bytes = stream(&case, marks);
            let visit = |v: &mut Visitor<'_>| device(v, case.read);
            let (code, path) = case.refused;
            for (outcome, way) in
                [(every_way(&bytes, visit).0, "chunks"), (read_tree(&bytes, visit).0, "a tree")]
            {
                let report = outcome.unwrap_err();
                assert_eq!(report.code, code, "{} in {way}", case.what);
                assert_eq!(report.path.as_str(), path, "{} in {way}", case.what);
            }
            assert_eq!(check_code(&bytes), None, "nothing is wrong with the stream");
        }
    }
}

#[test]
fn a_scope_is_marked_as_a_whole_for_those_who_do_not_enter_it() {
    let shape = [op::marked(ANCILLARY, op::structure("s")), u8s("x"), u8s("new"), op::end()];
    let bytes = simple(&shape, &[3, 77]);
    assert_eq!(every_way(&bytes, any_device), (Ok(()), items(1)));
    // Who enters it must know what is in it.
    let enter = |v: &mut Visitor<'_>| device(v, |v| v.structure("s", |v| u8_is(v, "x", 3)));
    for outcome in [every_way(&bytes, enter).0, read_tree(&bytes, enter).0] {
        let report = outcome.unwrap_err();
        assert_eq!((report.code, report.path.as_str()), (Code::Unconsumed, "d/0.s.new"));
    }
    // A critical scope is one, whatever is in it.
    let inside = [op::structure("s"), op::marked(ANCILLARY, u8s("x")), op::end()];
    let report = every_way(&simple(&inside, &[3]), any_device).0.unwrap_err();
    assert_eq!((report.code, report.path.as_str()), (Code::Unconsumed, "d/0.s"));
}

#[test]
fn raw_bytes_are_critical_wherever_they_are() {
    let raw = [&count(2)[..], &[1, 2]].concat();
    let bytes = simple(&[op::raw()], &raw);
    for outcome in [every_way(&bytes, any_device).0, read_tree(&bytes, any_device).0] {
        assert_eq!(outcome.unwrap_err().code, Code::Unconsumed);
    }
    let in_scope = [op::marked(ANCILLARY, op::structure("s")), op::raw(), op::end()];
    let bytes = simple(&in_scope, &raw);
    assert_eq!(every_way(&bytes, any_device), (Ok(()), items(1)));
    assert_eq!(read_tree(&bytes, any_device), (Ok(()), 1));
}

#[test]
fn unknown_devices_are_passed_over_or_refused() {
    let one = |kind: &[u8; 4], marks| {
        let data = first(0, LAST, "new", 3, marks, &[5]);
        Assembler::new().shape(0, &[u8s("x")]).chunk(kind, &data).device(0, "d", 0, &[1]).end()
    };
    let read = |v: &mut Visitor<'_>| device(v, |v| u8_is(v, "x", 1));
    for (kind, marks) in [
        (b"mDEV", ANCILLARY),
        (b"mDEv", ANCILLARY | SAFE_TO_COPY),
        (b"mDEV", ANCILLARY | 2 | 4 | 16),
    ] {
        let due = Skipped { devices: 1, ..Skipped::default() };
        assert_eq!(every_way(&one(kind, marks), read), (Ok(()), due));
        assert_eq!(read_tree(&one(kind, marks), read), (Ok(()), 1));
    }
    for marks in [0, SAFE_TO_COPY, 2 | 4 | 16] {
        let bytes = one(b"MDEV", marks);
        for outcome in [every_way(&bytes, read).0, read_tree(&bytes, read).0] {
            let report = outcome.unwrap_err();
            assert_eq!((report.code, report.path.as_str()), (Code::UnknownDevice, "new"));
        }
    }
    // Items of a device that is passed over are not counted one by one.
    let marked = [op::marked(ANCILLARY, u8s("x")), op::marked(ANCILLARY, u8s("y"))];
    let data = first(0, LAST, "new", 3, ANCILLARY, &[5, 6]);
    let bytes = Assembler::new().shape(0, &marked).chunk(b"mDEV", &data).end();
    let due = Skipped { devices: 1, ..Skipped::default() };
    assert_eq!(every_way(&bytes, |v| v.finish()), (Ok(()), due));
}

#[test]
fn unknown_chunks_are_passed_over_by_their_first_letter() {
    let x = [u8s("x")];
    let with = |kind: &[u8; 4]| {
        let chunk = |stream: Assembler| stream.chunk(kind, b"data");
        let begun = chunk(chunk(Assembler::new()).shape(0, &x)).first(NO_SHAPE, "d", &[]);
        chunk(chunk(begun.fragment(0, 1 | LAST, &[1]))).end()
    };
    let read = |v: &mut Visitor<'_>| device(v, |v| u8_is(v, "x", 1));
    for kind in [b"aBCD", b"abCD", b"aBCd", b"abCd", b"mSHP", b"mEND", b"mHDR", b"zzZz"] {
        let due = Skipped { chunks: 4, ..Skipped::default() };
        let bytes = with(kind);
        assert_eq!(every_way(&bytes, read), (Ok(()), due));
        let summary = check(&bytes, Limits::default(), Portable).unwrap();
        assert_eq!((summary.skipped.chunks, summary.devices), (4, 1));
    }
    let offset = Assembler::new().bytes.len();
    for kind in [b"ABCD", b"AbCD", b"ABCd", b"AbCd", b"MSHp", b"MdEV", b"aBcD", b"a\xc2CD", b"a BD"]
    {
        assert_eq!(refused(&with(kind)), at(Code::UnknownChunk, offset, 0, 0));
    }
}

#[test]
fn everything_at_once_is_counted_in_its_place() {
    let shape = [
        op::marked(ANCILLARY, u8s("n1")),
        op::varlist("l"),
        op::element(),
        op::marked(ANCILLARY, op::structure("n2")),
        u8s("x"),
        op::end(),
        op::end(),
        op::end(),
        op::marked(ANCILLARY, op::subsection("d/n3", 1)),
        op::end(),
    ];
    let values = [&[9][..], &count(3), &run(0, 3), &[1, 2, 3]].concat();
    let bytes = Assembler::new()
        .chunk(b"abCD", b"")
        .shape(0, &shape)
        .chunk(b"mDEV", &first(0, LAST, "odd", 0, ANCILLARY, &values))
        .device(0, "d", 0, &values)
        .chunk(b"abCd", b"")
        .chunk(b"mDEv", &first(0, LAST, "copy", 0, ANCILLARY | SAFE_TO_COPY, &values))
        .end();
    let read = |v: &mut Visitor<'_>| {
        device(v, |v| {
            v.varlist("l", 3, &mut 0, |_, _| Ok(()))?;
            v.subsections::<()>("d", &[], &mut ())
        })
    };
    let due = Skipped { chunks: 2, devices: 2, items: 1 + 3 + 1 };
    assert_eq!(every_way(&bytes, read), (Ok(()), due));
    // In a tree, a chunk that is safe to copy is an item; the other is not there.
    assert_eq!(read_tree(&bytes, read), (Ok(()), 2 + 5 + 1));
}
