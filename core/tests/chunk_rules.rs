//! What a shape may hold wherever it stands, and what depends on where it is used; the second reader is
//! asked too.

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

use chunks::*;
use rules::*;

#[test]
fn what_is_wrong_everywhere_is_refused_when_it_arrives() {
    let el = element;
    let deep = |depth| vec![op::structure("s"); depth];
    all(vec![
        ("no values", unused(&[u8s()]), true),
        ("ends of what was open before", unused(&vec![op::end(); 20]), true),
        ("not closed", unused(&[op::structure("s")]), true),
        ("an item in a list", unused(&[op::varlist("l"), u8s()]), false),
        ("an element in a struct", unused(&[op::structure("s"), op::element()]), false),
        ("elements, then an item", unused(&[&el()[..], &[u8s()]].concat()), false),
        ("an item, then elements", unused(&[&[u8s()][..], &el()].concat()), false),
        ("a list in a list", unused(&[op::element(), op::end(), op::end(), op::element()]), false),
        ("around a struct is a list", unused(&[u8s(), op::end(), op::element()]), true),
        (
            "around a list is an element of a list",
            unused(&[&el()[..], &[op::end(), u8s(), op::end()], &el()].concat()),
            true,
        ),
        (
            "around what was ended may be a list",
            unused(&[&[op::end(), op::end()][..], &el(), &el()].concat()),
            true,
        ),
        ("15 scopes in a device", unused(&deep(15)), true),
        ("16 scopes in a device", unused(&deep(16)), false),
        ("reader newer than version", unused(&[op::device("n", 3, 4)]), false),
        ("reader as new as version", unused(&[op::device("n", 3, 3), op::end()]), true),
        ("an unknown code", unused(&[vec![27, 0]]), false),
        ("no marks", unused(&[op::marked(0, u8s())]), false),
        ("an unknown mark", unused(&[op::marked(32, u8s())]), false),
        ("a name that is no text", unused(&[vec![2, 2, 0xff, 0x80]]), true),
        ("a note", unused(&[vec![0x42, 1, 0xff, 0]]), true),
    ]);
}

#[test]
fn what_depends_on_the_place_is_refused_where_it_is_used() {
    let open = vec![op::structure("s"); 10];
    let ends = |count| vec![op::end(); count];
    let gone = |depth: usize| {
        let more = [&[op::optional("o")], &vec![op::structure("s"); depth][..], &ends(depth + 11)];
        two(&open, &[], &more.concat(), &[0])
    };
    let spare = |depth: usize| {
        let form =
            [&[op::element()][..], &vec![op::structure("s"); depth], &ends(depth + 1)].concat();
        two(&open, &[], &[&[op::varlist("l")], &form[..], &ends(11)].concat(), &count(0))
    };
    let inner = [&[op::varlist("l"), op::element(), op::varlist("m")], &element()[..]].concat();
    let inner = [&inner[..], &[op::end(), op::end()], &element(), &[op::end()]].concat();
    let values = |form| [&count(1)[..], &run(0, 1), &count(1), &run(form, 1), &[7]].concat();
    all(vec![
        ("16 scopes, passed over", gone(4), true),
        ("17 scopes, passed over", gone(5), false),
        ("16 scopes in a form that nobody has", spare(4), true),
        ("17 scopes in a form that nobody has", spare(5), false),
        ("elements where no list is", simple(&element(), &[]), false),
        ("more ends than scopes", two(&open, &[], &ends(11), &[]), false),
        ("an alternative", simple(&inner, &values(0)), true),
        ("an alternative of the list around", simple(&inner, &values(2)), false),
        ("an alternative that there is not", simple(&inner, &values(9)), false),
    ]);
}

#[test]
fn what_is_not_there_may_be_cut_and_keeps_to_the_rules() {
    let cut = |shapes: [&[Vec<u8>]; 3]| {
        let [first, second, third] = shapes;
        let begun = Assembler::new().shape(0, first).first(0, "d", &[0]).shape(0, second);
        begun.fragment(0, 1, &[]).shape(0, third).fragment(0, 2 | LAST, &[7]).end()
    };
    let begin = [op::optional("o"), op::structure("s")];
    let end = [op::end(), op::end(), u8s()];
    let nested = [u8s(), op::varlist("l"), op::element()];
    let ends = [&[u8s(), op::end(), op::element(), op::end(), op::end()], &end[..]].concat();
    all(vec![
        ("once", cut([&begin, &[], &end]), true),
        ("again and again", cut([&begin, &nested, &ends]), true),
        ("a list that is not closed", cut([&begin, &nested[..2], &end]), false),
        ("elements in a struct", cut([&begin, &element(), &end]), false),
        (
            "an item between elements",
            cut([&begin, &[op::varlist("l")], &[&[u8s()], &end[..]].concat()]),
            false,
        ),
        ("not closed", cut([&begin, &[], &[u8s()]]), false),
    ]);
}
