//! What `docs/format.md` says that every reader does: which headers it takes, and how it answers devices that
//! ask for items by name (sections 5 and 8).

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/reading.rs"]
mod reading;
mod support;

use chunks::*;
use migcore::codec::chunk::{IndexEntry, Limits, SliceStore, StreamStore};
use migcore::io::{Portable, SliceReader};
use migcore::visit::{Kind, Marks, ScopeKind, Subsection, SubsectionName, Visitor};
use migcore::{Code, Result};
use reading::*;

#[test]
fn a_header_that_is_safe_to_write_is_taken() {
    let stream = |shape_limit: u32, fragment_limit: u32| {
        let header = header(32, shape_limit, fragment_limit);
        Assembler::bare().chunk(b"MHDR", &header).end()
    };
    assert_eq!(check_code(&stream(0x7fff_ffff, 0x7fff_ffff)), None);
    let mut memory = [0; 65536];
    for shape_limit in [0, 1024, 2048] {
        let bytes = stream(shape_limit, 65536 - 32 * shape_limit);
        let reader = SliceReader::new(&bytes);
        let store = StreamStore::new(reader, &mut memory, Limits::default(), Portable);
        assert_eq!(visit(store, &mut [], |_| Ok(())), Ok(()));
    }
}

/// What came of a visit of the device `d`: from memory, from a stream and with an index alike.
fn outcome(bytes: &[u8], f: impl Fn(&mut Visitor<'_>) -> Result<()>) -> Option<Code> {
    let found = both(bytes, |v| device(v, &f));
    let mut index = [IndexEntry::default(); 16];
    let store = SliceStore::new(bytes, Limits::default(), Portable);
    let indexed = visit(store, &mut index, |v| device(v, &f));
    let code = |outcome: Outcome| outcome.err().map(|report| report.code);
    assert_eq!(code(indexed), code(found.clone()));
    code(found)
}

fn u8s(name: &str) -> Vec<u8> {
    op::scalar(Kind::U8, name)
}

fn ancillary(operation: Vec<u8>) -> Vec<u8> {
    op::marked(ANCILLARY, operation)
}

/// The device `x` inside of another one.
fn inner(v: &mut Visitor<'_>, instance: u32, due: u8) -> Result<()> {
    v.device("x", instance, KNOWN, |v| u8_is(v, "y", due))
}

#[test]
fn devices_subsections_and_other_items_of_one_name_are_apart() {
    let device = [op::device("x", 1, 1), u8s("y"), op::end()];
    let subsection = [op::subsection("x", 1), op::end()];
    let shape = [&subsection[..], &device, &[u8s("x")], &device, &device].concat();
    let values = [0, 0, 0, 1, 5, 9, 0, 0, 0, 0, 6, 0, 0, 0, 1, 7];
    let bytes = simple(&shape, &values);
    let found = outcome(&bytes, |v| {
        assert!(v.has(&"x")?);
        inner(v, 0, 6)?;
        inner(v, 1, 5)?;
        u8_is(v, "x", 9)?;
        assert!(!v.has(&"x")?);
        inner(v, 1, 7)?;
        v.next_subsection(b"x", &mut SubsectionName::new())?;
        v.end(ScopeKind::Subsection)
    });
    assert_eq!(found, None);
    assert_eq!(outcome(&bytes, |v| inner(v, 2, 0)), Some(Code::Missing));
}

#[test]
fn other_items_of_one_name_are_numbered_together() {
    let bytes = simple(&[op::structure("x"), op::end(), u8s("x")], &[9]);
    let right = |v: &mut Visitor<'_>| {
        v.structure("x", |_| Ok(()))?;
        u8_is(v, "x", 9)?;
        let mut more = 0u8;
        v.visit_or("x", &mut more, 3)?;
        expect(more, 3)
    };
    assert_eq!(outcome(&bytes, right), None);
    assert_eq!(outcome(&bytes, |v| u8_is(v, "x", 9)), Some(Code::WrongType));
}

#[test]
fn an_item_in_a_scope_that_was_opened_has_its_own_marks() {
    let open = |v: &mut Visitor<'_>| v.structure("s", |v| u8_is(v, "x", 1));
    let critical = [ancillary(op::structure("s")), u8s("x"), u8s("new"), op::end()];
    let bytes = simple(&critical, &[1, 2]);
    assert_eq!(outcome(&bytes, |_| Ok(())), None);
    assert_eq!(outcome(&bytes, open), Some(Code::Unconsumed));
    let skippable = [op::structure("s"), u8s("x"), ancillary(u8s("new")), op::end()];
    assert_eq!(outcome(&simple(&skippable, &[1, 2]), open), None);
}

#[test]
fn what_is_known_must_be_of_a_known_version_also_if_it_is_ancillary() {
    let known = [Subsection::<()> {
        name: "d/s",
        version: 3,
        minimum_version: 2,
        marks: Marks::ANCILLARY,
        needed: |()| true,
        visit: |(), v| u8_is(v, "x", 1),
    }];
    for (version, due) in [(1, Some(Code::TooOld)), (2, None), (3, None), (4, Some(Code::TooNew))] {
        let shape = [ancillary(op::subsection("d/s", version)), u8s("x"), op::end()];
        let read = |v: &mut Visitor<'_>| v.subsections("d", &known, &mut ());
        assert_eq!(outcome(&simple(&shape, &[1]), read), due, "{version}");
    }
}

#[test]
fn a_newer_state_is_loaded_as_the_newest_version_that_the_device_has() {
    let newest = KNOWN.current;
    for (version, oldest, due) in [(2, 1, 2), (3, 3, 3), (5, 3, 3), (5, 0, 3)] {
        let bytes = simple(&[op::device("e", version, oldest), op::end()], &[0; 4]);
        let read = |v: &mut Visitor<'_>| v.device("e", 0, KNOWN, |v| expect(v.version(), due));
        assert_eq!(outcome(&bytes, read), None);
    }
    let bytes = simple(&[op::device("e", newest + 2, newest + 1), op::end()], &[0; 4]);
    let read = |v: &mut Visitor<'_>| v.device("e", 0, KNOWN, |_| Ok(()));
    assert_eq!(outcome(&bytes, read), Some(Code::TooNew));
}

#[test]
fn raw_bytes_are_due_when_all_before_them_was_read() {
    let bytes = simple(&[u8s("a"), op::raw(), u8s("b")], &[&[1][..], &count(1), &[7, 2]].concat());
    let raw = |v: &mut Visitor<'_>| {
        let mut raw = [0];
        v.get_raw(&mut raw)?;
        expect(raw, [7])
    };
    let (a, b) = (|v: &mut Visitor<'_>| u8_is(v, "a", 1), |v: &mut Visitor<'_>| u8_is(v, "b", 2));
    assert_eq!(outcome(&bytes, |v| a(v).and_then(|()| raw(v)).and_then(|()| b(v))), None);
    assert_eq!(outcome(&bytes, |v| b(v).and_then(|()| a(v)).and_then(|()| raw(v))), None);
    assert_eq!(outcome(&bytes, |v| a(v).and_then(|()| b(v))), Some(Code::Unconsumed));
    let early = |v: &mut Visitor<'_>| v.get_raw(&mut [0]).map(|_| ());
    assert_eq!(outcome(&bytes, early), Some(Code::Truncated));
}
