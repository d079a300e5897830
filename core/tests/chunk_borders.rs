//! Where a state may be cut, and how it goes on; the second reader is asked too.

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
#[path = "support/rules.rs"]
mod rules;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;

use core::slice::from_ref;

use chunks::*;
use migcore::visit::Kind;
use rules::*;

#[test]
fn arrays_are_cut_between_elements_at_the_end_of_a_shape() {
    let regs = op::varray(Kind::U16, "r");
    let values = |bytes: &[u8]| [&count(2)[..], bytes].concat();
    let three = |middle: &[Vec<u8>]| {
        let begun = Assembler::new().shape(0, from_ref(&regs)).first(0, "d", &values(&[]));
        let begun = begun.shape(1, middle).fragment(1, 1, &[1, 2]);
        begun.shape(2, &[u8s()]).fragment(2, 2 | LAST, &[3, 4, 5]).end()
    };
    let cut =
        |shape: &[Vec<u8>], first: &[u8], rest: &[u8]| two(shape, &values(first), &[u8s()], rest);
    let more = [regs.clone(), u8s()];
    all(vec![
        ("before the first element", cut(from_ref(&regs), &[], &[1, 2, 3, 4, 5]), true),
        ("between elements", cut(from_ref(&regs), &[1, 2], &[3, 4, 5]), true),
        ("inside of an element", cut(from_ref(&regs), &[1], &[2, 3, 4, 5]), false),
        ("before other operations", cut(&more, &[1, 2], &[3, 4, 5, 6]), false),
        ("through a fragment without operations", three(&[]), true),
        ("through one with operations", three(&[u8s()]), false),
        ("inside of a count", two(from_ref(&regs), &[0, 0], &[], &[0, 0]), false),
        ("never complete", two(from_ref(&regs), &values(&[1, 2]), &[], &[]), false),
    ]);
}

#[test]
fn lists_are_cut_between_elements() {
    let begin = [&[op::varlist("l")][..], &element()].concat();
    let end = [op::end()];
    let rest = [&element()[..], &end].concat();
    let start = |missing: u32, runs: &[u8]| [&count(missing)[..], runs].concat();
    let one = [&run(0, 1)[..], &[1]].concat();
    let all_there = |second: &[Vec<u8>]| two(&begin, &start(1, &one), second, &[]);
    let closed = [&begin[..], &end].concat();
    all(vec![
        ("between runs", two(&begin, &start(2, &one), &rest, &one), true),
        ("before the first run", two(&begin[..1], &start(1, &[]), &rest, &one), true),
        ("a list that lacks elements is closed", two(&closed, &start(2, &one), &rest, &one), false),
        ("only its end is missing", all_there(&end), true),
        ("its end and forms that nobody has", all_there(&rest), true),
        ("an item before its end", all_there(&[u8s(), op::end()]), false),
        (
            "a run that goes on",
            two(&begin, &start(2, &[&run(0, 2)[..], &[1]].concat()), &rest, &[2]),
            false,
        ),
        ("a run of nothing", two(&begin, &start(1, &run(0, 0)), &rest, &one), false),
        (
            "a run of too many",
            two(&begin, &start(1, &[&run(0, 2)[..], &[1, 2]].concat()), &end, &[]),
            false,
        ),
    ]);
}

#[test]
fn an_element_that_is_cut_is_the_last_of_its_fragment() {
    let open = |forms: &[Vec<u8>]| [&[op::varlist("l")], forms, &[op::element(), u8s()]].concat();
    let values = |form, elements, more: &[u8]| [&count(2)[..], &run(form, elements), more].concat();
    let rest = [&[op::end()], &element()[..], &[op::end()]].concat();
    let more = [&run(0, 1)[..], &[2]].concat();
    let only = |values: &[u8]| two(&open(&[]), values, &rest, &more);
    let second = |values: &[u8]| two(&open(&element()), values, &rest, &more);
    all(vec![
        ("a run of one", only(&values(0, 1, &[1])), true),
        ("a run of two", only(&values(0, 2, &[1])), false),
        ("behind another form", second(&values(1, 1, &[1])), true),
        ("not the last form", second(&values(0, 1, &[1])), false),
        ("no run of it", two(&open(&[]), &count(0), &[op::end(), op::end()], &[]), false),
    ]);
}

#[test]
fn several_open_lists_begin_their_alternatives_anew() {
    let ([first, second], values) = cut_in_nested_lists();
    let more = |form| [&[2][..], &run(0, 1), &[0, 3], &run(form, 1), &count(0)].concat();
    all(vec![
        ("the first form", two(&first, &values, &second, &more(0)), true),
        ("another one", two(&first, &values, &second, &more(1)), false),
    ]);
}

#[test]
fn elements_of_nothing_have_few_values() {
    let empty = |list| simple(&[list, op::element(), op::end(), op::end()], &[]).len();
    let with =
        |list: Vec<u8>, values: &[u8]| simple(&[list, op::element(), op::end(), op::end()], values);
    let fixed = with(op::list("l", 1000), &run(0, 1000));
    let variable = with(op::varlist("l"), &[&count(1000)[..], &run(0, 1000)].concat());
    assert_eq!(fixed.len(), empty(op::list("l", 1000)) + 6);
    assert_eq!(variable.len(), empty(op::varlist("l")) + 10);
    all(vec![("fixed", fixed, true), ("variable", variable, true)]);
}
