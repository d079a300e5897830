//! What a save by a table tells of itself, rule by rule of QEMU's text.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/made.rs"]
mod tables;

use migcore::visit::Kind;
use migcore::vmstate::{Amount, Field, ListForm, Number, What};
use tables::{field, list_of, scalar, tree_of, Made, Objects};

/// A table of these fields, which are all there.
fn made(name: &str, fields: &[Field<&'static Made>]) -> Made {
    let mut table = Made::new(name, 1);
    fields.iter().for_each(|field| table.add(*field, true));
    table
}

/// What is told of a table's fields, with what follows in the same object.
fn told(objects: &mut Objects, table: Made, object: usize, release: u32) -> String {
    let (_, text) = objects.described(table.leak(), object, release);
    let (_, fields) = text.split_once("\"version\": 1, \"fields\": [").unwrap();
    fields.strip_suffix("}]}").unwrap().to_owned()
}

/// The same of an object of zeros.
fn told_of_zeros(table: Made, release: u32) -> String {
    let mut objects = Objects::new();
    let object = objects.heap.add(&[0; 256]);
    told(&mut objects, table, object, release)
}

fn array(mut field: Field<&'static Made>, count: usize) -> Field<&'static Made> {
    field.count = Amount::Fixed(count);
    field
}

fn tested(mut field: Field<&'static Made>) -> Field<&'static Made> {
    field.tested = true;
    field
}

#[test]
fn a_field_has_its_type_and_size() {
    let fields = [
        scalar("a", Kind::U8, 0),
        field("b", "int64 equal", What::Equal(Kind::U64), 8, 8),
        field("c", "timer", What::Timer, 16, 8),
        field("d", "bitmap", What::Bitmap, 24, 65),
        field("e", "unused_buffer", What::Unused, 0, 3),
    ];
    assert_eq!(
        told_of_zeros(made("t", &fields), 702),
        r#"{"name": "a", "type": "uint8", "size": 1}, {"name": "b", "type": "int64 equal", "size": 8}, {"name": "c", "type": "timer", "size": 8}, {"name": "d", "type": "bitmap", "size": 16}, {"name": "e", "type": "unused_buffer", "size": 3}]"#
    );
}

#[test]
fn an_array_is_told_by_its_first_element_unless_something_is_tested() {
    let fields = [
        array(scalar("a", Kind::U16, 0), 3),
        array(scalar("one", Kind::U16, 0), 1),
        array(scalar("none", Kind::U16, 0), 0),
        tested(array(scalar("b", Kind::U16, 0), 2)),
        array(field("c", "buffer", What::Buffer, 0, 5), 2),
    ];
    let ends = r#", {"name": "c", "array_len": 2, "type": "buffer", "size": 5}]"#;
    let begins = r#"{"name": "a", "array_len": 3, "type": "uint16", "size": 2}, {"name": "one", "type": "uint16", "size": 2}, {"name": "b", "index": 0, "type": "uint16", "size": 2}, "#;
    let old = r#"{"name": "b", "index": 1, "type": "uint16", "size": 2}"#;
    let new = r#"{"name": "b", "type": "uint16", "size": 2}"#;
    assert_eq!(told_of_zeros(made("t", &fields), 702), [begins, old, ends].concat());
    assert_eq!(told_of_zeros(made("t", &fields), 1000), [begins, new, ends].concat());
}

#[test]
fn a_count_is_that_of_the_object() {
    let mut counted = scalar("a", Kind::U8, 8);
    let (number, capacity) = (Number::U8, Some(4));
    counted.count = Amount::Member { offset: 0, number, times: 1, capacity };
    let mut objects = Objects::new();
    let object = objects.heap.add(&[3; 16]);
    assert_eq!(
        told(&mut objects, made("t", &[counted]), object, 702),
        r#"{"name": "a", "array_len": 3, "type": "uint8", "size": 1}]"#
    );
}

#[test]
fn fields_of_one_name_are_numbered_also_if_one_is_not_there() {
    let mut table = Made::new("t", 1);
    for there in [true, false, true] {
        table.add(tested(scalar("a", Kind::U8, 0)), there);
    }
    table.add(scalar("b", Kind::U8, 0), true);
    assert_eq!(
        told_of_zeros(table, 702),
        r#"{"name": "a[0]", "type": "uint8", "size": 1}, {"name": "a[2]", "type": "uint8", "size": 1}, {"name": "b", "type": "uint8", "size": 1}]"#
    );
}

#[test]
fn a_struct_has_an_object_of_its_own_and_others_none() {
    let inner = made("inner", &[scalar("x", Kind::U8, 0)]).leak();
    let fields = [
        field("s", "struct", What::Struct(inner), 0, 1),
        field("v", "vstruct", What::Versioned(inner, 0), 0, 1),
        field("t", "tmp", What::Temporary(inner), 0, 8),
    ];
    assert_eq!(
        told_of_zeros(made("t", &fields), 702),
        r#"{"name": "s", "type": "struct", "struct": {"vmsd_name": "inner", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}]}, "size": 1}, {"name": "v", "type": "vstruct", "vmsd_name": "inner", "version": 0, "fields": [{"name": "x", "type": "uint8", "size": 1}], "size": 1}, {"name": "t", "type": "tmp", "vmsd_name": "inner", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}], "size": 1}]"#
    );
}

#[test]
fn structs_are_told_once_if_nothing_in_them_is_tested_and_they_have_no_subsections() {
    let plain = made("p", &[scalar("x", Kind::U8, 0)]).leak();
    let deep = made("d", &[field("p", "struct", What::Struct(plain), 0, 1)]).leak();
    let sometimes = made("s", &[tested(scalar("x", Kind::U8, 0))]).leak();
    let mut with_part = made("w", &[]);
    let mut part = made("w/part", &[scalar("x", Kind::U8, 0)]);
    part.needed = false;
    with_part.subsections.push(part.leak());
    let with_part = with_part.leak();
    let entries = |table: &'static Made, kind, what| {
        let text = told_of_zeros(made("t", &[array(field("a", kind, what, 0, 1), 2)]), 702);
        let both = r#""index": 0"#;
        assert_eq!(text.contains(r#""array_len": 2"#), !text.contains(both), "{}", table.name);
        text.matches(r#"{"name": "a""#).count()
    };
    assert_eq!(entries(plain, "struct", What::Struct(plain)), 1);
    assert_eq!(entries(deep, "struct", What::Struct(deep)), 1);
    assert_eq!(entries(sometimes, "struct", What::Struct(sometimes)), 2);
    assert_eq!(entries(with_part, "struct", What::Struct(with_part)), 2);
    // So QEMU has it.
    assert_eq!(entries(sometimes, "vstruct", What::Versioned(sometimes, 1)), 1);
}

#[test]
fn subsections_are_told_if_one_was_written() {
    let part = |name: &str, needed| {
        let mut part = made(name, &[scalar("x", Kind::U8, 0)]);
        part.needed = needed;
        part
    };
    let mut table = made("t", &[scalar("a", Kind::U8, 0)]);
    table.subsections.push(part("t/no", false).leak());
    assert_eq!(told_of_zeros(table, 702), r#"{"name": "a", "type": "uint8", "size": 1}]"#);

    let mut outer = part("t/one", true);
    outer.subsections.push(part("t/one/in", true).leak());
    let mut table = made("t", &[]);
    table.subsections.push(outer.leak());
    table.subsections.push(part("t/no", false).leak());
    table.subsections.push(part("t/two", true).leak());
    assert_eq!(
        told_of_zeros(table, 702),
        r#"], "subsections": [{"vmsd_name": "t/one", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}], "subsections": [{"vmsd_name": "t/one/in", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}]}]}, {"vmsd_name": "t/two", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}]}]"#
    );
}

/// Values behind pointers; null where there is none.
fn pointers(objects: &mut Objects, there: &[bool]) -> usize {
    let object = objects.heap.add(&vec![0; 8 * there.len()]);
    for (at, _) in there.iter().enumerate().filter(|(_, there)| **there) {
        let value = objects.heap.add(&[7; 8]);
        objects.heap.set(object + 8 * at, &value.to_ne_bytes());
    }
    object
}

fn told_of_pointers(field: Field<&'static Made>, there: &[bool], release: u32) -> String {
    let mut objects = Objects::new();
    let object = pointers(&mut objects, there);
    let mut field = array(field, there.len());
    field.pointers = true;
    told(&mut objects, made("t", &[field]), object, release)
}

#[test]
fn until_qemu_10_the_first_pointer_stands_for_all() {
    let number = scalar("a", Kind::U32, 0);
    let all = r#"{"name": "a", "array_len": 3, "type": "uint32", "size": 4}]"#;
    let none = r#"{"name": "a", "array_len": 3, "type": "uint32", "size": 1}]"#;
    assert_eq!(told_of_pointers(number, &[true, true, true], 902), all);
    assert_eq!(told_of_pointers(number, &[true, false, true], 902), all);
    assert_eq!(told_of_pointers(number, &[false, true, true], 902), none);
    let inner = made("in", &[scalar("x", Kind::U8, 0)]).leak();
    assert_eq!(
        told_of_pointers(field("s", "struct", What::Struct(inner), 0, 1), &[false, true], 902),
        r#"{"name": "s", "array_len": 2, "type": "struct", "struct": {}, "size": 1}]"#
    );
    assert_eq!(
        told_of_pointers(tested(number), &[true, false], 902),
        r#"{"name": "a", "index": 0, "type": "uint32", "size": 4}, {"name": "a", "index": 1, "type": "uint32", "size": 1}]"#
    );
}

#[test]
fn from_qemu_10_on_null_pointers_are_told_apart() {
    let number = scalar("a", Kind::U32, 0);
    assert_eq!(
        told_of_pointers(number, &[true, true, false, false, false, true], 1000),
        r#"{"name": "a", "array_len": 2, "type": "uint32", "size": 4}, {"name": "a", "array_len": 3, "type": "nullptr", "size": 1}, {"name": "a", "type": "uint32", "size": 4}]"#
    );
    assert_eq!(
        told_of_pointers(number, &[false, false], 1000),
        r#"{"name": "a", "array_len": 2, "type": "nullptr", "size": 1}]"#
    );
    assert_eq!(
        told_of_pointers(number, &[false], 1000),
        r#"{"name": "a", "type": "nullptr", "size": 1}]"#
    );
    // Where elements have an entry each, null pointers count what is left, and the last has no index.
    assert_eq!(
        told_of_pointers(tested(number), &[true, false, false, true], 1000),
        r#"{"name": "a", "index": 0, "type": "uint32", "size": 4}, {"name": "a", "array_len": 3, "type": "nullptr", "size": 1}, {"name": "a", "array_len": 2, "type": "nullptr", "size": 1}, {"name": "a", "type": "uint32", "size": 4}]"#
    );
}

#[test]
fn lists_and_trees_repeat_the_keys_for_each_element() {
    let mut objects = Objects::new();
    let element = made("e", &[scalar("x", Kind::U8, 16)]).leak();
    let second = objects.heap.add(&[0; 24]);
    let first = objects.heap.add(&[0; 24]);
    objects.heap.set(first, &second.to_ne_bytes());
    let tree = objects.heap.add(&[0; 40]);
    let object = objects.heap.add(&[0; 16]);
    objects.heap.set(object, &first.to_ne_bytes());
    objects.heap.set(object + 8, &tree.to_ne_bytes());
    for (at, word) in [2, 5, first, 6, second].into_iter().enumerate() {
        objects.heap.set(tree + 8 * at, &word.to_ne_bytes());
    }
    let list = What::List(ListForm::Plain, list_of(element));
    let fields = [
        field("l", "qlist", list, 0, 24),
        field("t", "gtree", What::Tree(tree_of(None, element)), 8, 24),
    ];
    let inside =
        r#""vmsd_name": "e", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}]"#;
    assert_eq!(
        told(&mut objects, made("t", &fields), object, 702),
        format!(
            r#"{{"name": "l", "type": "qlist", {inside}, {inside}, "size": 5}}, {{"name": "t", "type": "gtree", {inside}, {inside}, "size": 25}}]"#
        )
    );
}

#[test]
fn a_type_without_a_name_is_unknown() {
    let fields = [field("a", "", What::Custom, 0, 2), field("b", "", What::Buffer, 0, 2)];
    assert_eq!(
        told_of_zeros(made("t", &fields), 702),
        r#"{"name": "a", "type": "unknown", "first": 0, "size": 2}, {"name": "b", "type": "unknown", "size": 2}]"#
    );
}

#[test]
fn of_a_table_without_a_name_only_what_is_inside_of_its_fields_is_told() {
    let inner = made("in", &[scalar("x", Kind::U8, 0)]).leak();
    let bare = [
        scalar("a", Kind::U8, 0),
        array(scalar("b", Kind::U8, 0), 3),
        field("c", "tmp", What::Versioned(inner, 1), 0, 1),
    ];
    let bare = made("", &bare).leak();
    let fields = [field("s", "vstruct", What::Versioned(bare, 1), 0, 4)];
    assert_eq!(
        told_of_zeros(made("t", &fields), 702),
        r#"{"name": "s", "type": "vstruct", "vmsd_name": "in", "version": 1, "fields": [{"name": "x", "type": "uint8", "size": 1}], "size": 5}]"#
    );
}

#[test]
fn a_device_adds_keys_of_its_own_but_for_elements_that_are_not_told() {
    let own = field("a", "own", What::Custom, 0, 2);
    let inner = made("in", &[own]).leak();
    let fields = [own, array(field("s", "struct", What::Struct(inner), 0, 2), 3)];
    assert_eq!(
        told_of_zeros(made("t", &fields), 702),
        r#"{"name": "a", "type": "own", "first": 0, "size": 2}, {"name": "s", "array_len": 3, "type": "struct", "struct": {"vmsd_name": "in", "version": 1, "fields": [{"name": "a", "type": "own", "first": 0, "size": 2}]}, "size": 2}]"#
    );
}

#[test]
fn a_table_that_leads_to_itself_is_looked_into_to_a_bounded_depth() {
    let mut objects = Objects::new();
    // Two pointers to the next node each; the last has none.
    let mut next = 0usize;
    for _ in 0..4 {
        let node = objects.heap.add(&[0; 16]);
        objects.heap.set(node, &next.to_ne_bytes());
        next = node;
    }
    let table = Made::recursive("t", |this| {
        let mut field = array(field("next", "struct", What::Struct(this), 0, 16), 2);
        field.pointers = true;
        field
    });
    let (_, text) = objects.described(table, next, 702);
    assert_eq!(text.matches(r#""vmsd_name": "t""#).count(), 4);
    assert!(text.contains(r#""index": 1"#), "{text}");
}

/// The smallest stream that QEMU 7.2 makes, of a machine without devices.
#[test]
fn the_smallest_stream_is_told_as_by_qemu() {
    let text = include_str!("vectors/qemu/none-7.2.vmdesc.json");
    let mut timer = Made::new("timer", 2);
    timer.add(scalar("cpu_ticks_offset", Kind::I64, 0), true);
    timer.add(field("unused", "unused_buffer", What::Unused, 8, 8), true);
    timer.add(scalar("cpu_clock_offset", Kind::I64, 8), true);
    let state = made(
        "globalstate",
        &[scalar("size", Kind::U32, 0), field("runstate", "buffer", What::Buffer, 4, 100)],
    );
    let mut objects = Objects::new();
    let object = objects.heap.add(&[0; 104]);
    let (_, both) = objects.described_all(&[(timer.leak(), object), (state.leak(), object)], 702);
    assert_eq!(both, text);
}
