//! What a reader of the chunk wire promises of shapes and values, and of states in several fragments.

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

use core::slice;

use chunks::*;
use migcore::codec::chunk::{check, IndexEntry, Limits, SliceStore};
use migcore::io::Portable;
use migcore::visit::{Kind, Visitor};
use migcore::Code;
use reading::*;

#[test]
fn shapes_and_values_must_fit() {
    let u8s = [op::scalar(Kind::U8, "x")];
    let list =
        |shape: &[Vec<u8>], values: &[u8]| simple(&[&[op::varlist("l")], shape].concat(), values);
    let el = || vec![op::element(), op::scalar(Kind::U8, "x"), op::end()];
    let one = [el(), vec![op::end()]].concat();
    let two = [&count(2)[..], &run(0, 2), &[1, 2]].concat();
    for (bytes, due) in [
        (simple(&u8s, &[]), Code::BadShape),
        (simple(&u8s, &[1, 2]), Code::BadShape),
        (simple(&[op::structure("s")], &[]), Code::BadShape),
        (simple(&[op::end()], &[]), Code::BadShape),
        (simple(&[op::element()], &[]), Code::BadShape),
        (simple(&[op::text("t")], &[0, 0, 0, 1, 0xff]), Code::BadText),
        (simple(&[op::text("t")], &[0, 0, 0, 2, 0x40]), Code::BadShape),
        (simple(&[op::raw()], &[0, 0, 0, 2, 0x40]), Code::BadShape),
        (simple(&[op::scalar(Kind::Bool, "b")], &[2]), Code::BadValue),
        (simple(&[op::array(Kind::Bool, "b", 2)], &[1, 2]), Code::BadValue),
        (simple(&[op::optional("o"), op::end()], &[2]), Code::BadValue),
        (simple(&[op::bytes("b", 3)], &[1, 2]), Code::BadShape),
        (simple(&[op::array(Kind::U16, "b", 2)], &[1, 2, 3]), Code::BadShape),
        (simple(&[op::varbytes("b")], &[0xff; 5]), Code::BadShape),
        (list(&one, &two[..11]), Code::BadShape),
        (list(&one, &[&count(2)[..], &run(0, 1), &[1]].concat()), Code::BadShape),
        (list(&one, &[&count(2)[..], &run(0, 3), &[1, 2, 3]].concat()), Code::BadValue),
        (list(&one, &[&count(2)[..], &run(0, 0), &[1]].concat()), Code::BadValue),
        (list(&one, &[&count(2)[..], &run(1, 2), &[1, 2]].concat()), Code::BadShape),
        (list(&el(), &two), Code::BadShape),
    ] {
        assert_eq!(check_code(&bytes), Some(due), "{bytes:x?}");
        // Who can come back to an item checks its values only when it is left, and it may not be.
        let other = |v: &mut Visitor<'_>| device(v, |v| v.visit_or("other", &mut 0u8, 0));
        for outcome in [load(&bytes, other), load_stream(&bytes, 7, other)] {
            let code = outcome.unwrap_err().code;
            assert!([due, Code::Unconsumed].contains(&code), "{code:?} {bytes:x?}");
        }
    }
    assert_eq!(check_code(&list(&one, &two)), None);
    let unused = [el(), el(), vec![op::end()]].concat();
    assert_eq!(check_code(&list(&unused, &two)), None);
    assert_eq!(check_code(&list(&unused, &count(0))), None);
    assert_eq!(check_code(&list(&[op::end()], &count(0))), None);
}

#[test]
fn what_is_optional_and_not_there_has_no_values() {
    let inside = [op::list("l", 3), op::element(), op::scalar(Kind::U8, "x"), op::end(), op::end()];
    let shape =
        [&[op::optional("o")], &inside[..], &[op::end(), op::scalar(Kind::U8, "y")]].concat();
    let mut gone = Some(1u8);
    let bytes = simple(&shape, &[0, 7]);
    let outcome = load(&bytes, |v| {
        device(v, |v| {
            v.optional("o", &mut gone, |v, value| v.visit("x", value))?;
            u8_is(v, "y", 7)
        })
    });
    assert_eq!((outcome, gone), (Ok(()), None));
    // The end of a fragment may lie in it.
    let (first_part, second_part) = shape.split_at(4);
    let bytes = Assembler::new()
        .shape(0, first_part)
        .first(0, "d", &[0])
        .shape(0, second_part)
        .fragment(0, 1 | LAST, &[7])
        .end();
    assert_eq!(check_code(&bytes), None);
}

#[test]
fn cuts_of_a_state_follow_the_rules() {
    let u8s = op::scalar(Kind::U8, "x");
    let two = |shape: &[Vec<u8>], values: &[u8], shape1: &[Vec<u8>], values1: &[u8]| {
        let first = Assembler::new().shape(0, shape).first(0, "d", values);
        check_code(&first.shape(1, shape1).fragment(1, 1 | LAST, values1).end())
    };
    let regs = op::array(Kind::U16, "r", 2);
    let ok = two(slice::from_ref(&regs), &[0, 1], slice::from_ref(&u8s), &[0, 2, 3]);
    assert_eq!(ok, None);
    // An element is cut; values of the next item; a shape that goes on behind a cut array.
    assert_eq!(two(slice::from_ref(&regs), &[0], &[], &[1, 0, 2]), Some(Code::BadShape));
    assert_eq!(two(slice::from_ref(&u8s), &[], &[], &[1]), Some(Code::BadShape));
    assert_eq!(two(&[regs.clone(), u8s.clone()], &[0, 1], &[], &[0, 2, 3]), Some(Code::BadShape));
    // A scope goes on, and its beginning is not repeated.
    let open = [op::structure("s"), u8s.clone()];
    assert_eq!(two(&open, &[1], &[u8s.clone(), op::end()], &[2]), None);
    assert_eq!(two(&open, &[1], slice::from_ref(&u8s), &[2]), Some(Code::BadShape));
    // Between elements the alternatives begin anew.
    let el = [op::element(), u8s.clone(), op::end()];
    let list = [&[op::list("l", 3)], &el[..]].concat();
    let begin = [&run(0, 2)[..], &[1, 2]].concat();
    let rest = [&run(0, 1)[..], &[3]].concat();
    let end = [&el[..], &[op::end()]].concat();
    assert_eq!(two(&list, &begin, &end, &rest), None);
    let closed = [&list[..], &[op::end()]].concat();
    assert_eq!(two(&closed, &begin, &end, &rest), Some(Code::BadShape));
    assert_eq!(two(&list, &begin, &[op::end()], &rest), Some(Code::BadShape));
    // A run ends with its fragment.
    let cut = [&[op::list("l", 3)][..], &el[..2]].concat();
    let long = [&run(0, 3)[..], &[1]].concat();
    let goes_on = [&[op::end()], &end[..]].concat();
    assert_eq!(two(&cut, &long, &goes_on, &rest), Some(Code::BadShape));
    let short = [&run(0, 1)[..], &[1]].concat();
    let more = [&run(0, 2)[..], &[1, 2]].concat();
    assert_eq!(two(&cut, &short, &goes_on, &more), None);
}

#[test]
fn a_state_may_be_cut_inside_of_nested_lists() {
    let ([shape, mut rest], values) = cut_in_nested_lists();
    rest.push(op::scalar(Kind::U8, "after"));
    let more = [&[2][..], &run(0, 1), &[0, 3], &run(0, 1), &count(0), &[9]].concat();
    let bytes = Assembler::new()
        .shape(0, &shape)
        .first(0, "d", &values)
        .shape(0, &rest)
        .fragment(0, 1 | LAST, &more)
        .end();
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            v.list("outer", 2, |v, outer| {
                let mut count = 0;
                v.varlist("inner", 2, &mut count, |v, inner| match (outer, inner) {
                    (0, 0) => u8_is(v, "x", 1).and_then(|()| u8_is(v, "y", 2)),
                    _ => u16_is(v, "z", 3),
                })?;
                expect(count, 2 - 2 * outer)
            })?;
            u8_is(v, "after", 9)
        })
    };
    assert_eq!(both(&bytes, visit), Ok(()));
    // Out of order in memory, over the cut and back.
    let reversed = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "after", 9)?;
            v.list("outer", 2, |v, outer| {
                let mut count = 0;
                v.varlist("inner", 2, &mut count, |v, inner| match (outer, inner) {
                    (0, 0) => u8_is(v, "y", 2).and_then(|()| u8_is(v, "x", 1)),
                    _ => u16_is(v, "z", 3),
                })
            })
        })
    };
    assert_eq!(load(&bytes, reversed), Ok(()));
    assert_eq!(load_stream(&bytes, 9, reversed).unwrap_err().code, Code::NeedsIndex);
}

#[test]
fn slots_hold_what_they_held_where_a_reader_goes_back_to() {
    let one = |name| [op::scalar(Kind::U8, name)];
    let bytes = Assembler::new()
        .shape(0, &one("a"))
        .first(0, "d", &[1])
        .fragment(0, 1, &[2])
        .shape(0, &one("b"))
        .fragment(0, 2, &[3])
        .shape(0, &one("c"))
        .fragment(0, 3 | LAST, &[4])
        .end();
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "c", 4)?;
            u8_is(v, "b", 3)?;
            u8_is(v, "a", 1)?;
            u8_is(v, "a", 2)
        })
    };
    assert_eq!(load(&bytes, visit), Ok(()));
    let mut index = [IndexEntry::default(); 5];
    let store = SliceStore::new(&bytes, Limits::default(), Portable);
    assert_eq!(reading::visit(store, &mut index, visit), Ok(()));
}

#[test]
fn empty_elements_without_number_are_too_much_work() {
    let shape = [op::varlist("v"), op::element(), op::end(), op::end()];
    let bytes = simple(&shape, &[&[0xff; 4][..], &run(0, u32::MAX)].concat());
    let limits = Limits { work: 1000, ..Limits::default() };
    let code = check(&bytes, limits, Portable).unwrap_err().code;
    assert_eq!(code, Code::TooMuchWork);
}

#[test]
fn slots_hold_what_they_held_where_a_reader_goes_forward_again() {
    let u8s = |name| op::scalar(Kind::U8, name);
    let begin = |name| [op::structure(name)];
    let cut =
        |before, name, after| [&[u8s(before), op::end()], &begin(name)[..], &[u8s(after)]].concat();
    let bytes = Assembler::new()
        .shape(0, &[&begin("s1")[..], &[u8s("a")]].concat())
        .first(0, "d", &[1])
        .shape(0, &cut("b", "s2", "c"))
        .fragment(0, 1, &[2, 3])
        .shape(0, &cut("d", "s3", "e"))
        .fragment(0, 2, &[4, 5])
        .shape(0, &[u8s("f"), op::end(), u8s("z")])
        .fragment(0, 3 | LAST, &[6, 7])
        .end();
    let pair = |v: &mut Visitor<'_>, name, first, second, due| {
        v.structure(name, |v| {
            u8_is(v, second, due + 1)?;
            u8_is(v, first, due)
        })
    };
    let visit = |v: &mut Visitor<'_>| {
        device(v, |v| {
            u8_is(v, "z", 7)?;
            pair(v, "s1", "a", "b", 1)?;
            pair(v, "s3", "e", "f", 5)?;
            pair(v, "s2", "c", "d", 3)
        })
    };
    assert_eq!(load(&bytes, visit), Ok(()));
    for room in [5, 8] {
        let mut index = vec![IndexEntry::default(); room];
        let store = SliceStore::new(&bytes, Limits::default(), Portable);
        assert_eq!(reading::visit(store, &mut index, visit), Ok(()));
    }
}
