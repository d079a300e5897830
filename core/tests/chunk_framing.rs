//! What chunks, headers and fragments may hold; the second reader is asked too.

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
use migcore::visit::Kind;
use rules::*;

#[test]
fn types_are_known_or_may_be_skipped() {
    let with = |kind| Assembler::new().chunk(kind, &[1, 2]).end();
    let flipped = |at: usize| {
        let mut kind = *b"MDEV";
        kind[at] ^= 0x20;
        Assembler::new().chunk(&kind, &first(NO_SHAPE, LAST, "d", 0, 0, &[])).end()
    };
    all(vec![
        ("a private ancillary type", with(b"abCD"), true),
        ("a public ancillary type", with(b"aBCD"), true),
        ("a header that is none", with(b"mHDR"), true),
        ("a shape that is none", with(b"mSHP"), true),
        ("an end that is none", with(b"mEND"), true),
        ("a critical type", with(b"ABCD"), false),
        ("a private critical type", with(b"AbCD"), false),
        ("the reserved bit", with(b"aBcD"), false),
        ("no letter", with(b"aB1D"), false),
        ("MDEv", flipped(3), false),
        ("mDEV without its mark", flipped(0), false),
        ("nothing first", Assembler::bare().chunk(b"abCD", &[]).end(), false),
    ]);
}

#[test]
fn headers_say_what_is_needed() {
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut data = header(SLOTS, SHAPE_LIMIT, FRAGMENT_LIMIT);
        change(&mut data);
        Assembler::bare().chunk(b"MHDR", &data).end()
    };
    let later = |data: &mut Vec<u8>| {
        data[1] = 7;
        data.push(1);
    };
    // The shape and the fragment have 10 and 25 bytes of data.
    let limits = |shape, fragment| {
        let start = Assembler::bare().chunk(b"MHDR", &header(1, shape, fragment));
        start.shape(0, &[op::varbytes("abcdef")]).device(0, "d", 0, &[0; 4]).end()
    };
    all(vec![
        ("a header", with(&|_| {}), true),
        ("a later minor version that says more", with(&later), true),
        ("a later minor version", with(&|data| data[1] = 1), true),
        ("a later minor version, cut", with(&|data| data.truncate(15)), false),
        ("more than version 1.0 has", with(&|data| data.push(0)), false),
        ("another major version", with(&|data| data[0] = 2), false),
        ("a feature", with(&|data| data[7] = 1), false),
        ("no slots", with(&|data| data[3] = 0), false),
        ("a machine that is no text", with(&|data| data[17] = 0xff), false),
        ("a writer that is no text", with(&|data| data[20] = 0xff), false),
        ("a machine with a zero", with(&|data| data[17] = 0), false),
        ("a writer with a zero", with(&|data| data[20] = 0), false),
        ("limits that are just enough", limits(10, 25), true),
        ("a slot too much", limits(9, 25), false),
        ("a head too much", limits(10, 24), false),
    ]);
}

#[test]
fn fragments_begin_as_they_must() {
    let new = || Assembler::new().shape(3, &[u8s()]);
    let one = |slot| new().device(slot, "d", 0, &[7]).end();
    let versions = |version, oldest_reader| {
        let head = Head { name: b"\xff", instance: 0, version, oldest_reader, marks: 0 };
        new().chunk(b"MDEV", &fragment(3, LAST, &[first_of(&head), vec![7]].concat())).end()
    };
    let twice = |instance| {
        let nested = [op::device("d", 1, 1), op::end()];
        let out = new().shape(0, &[&nested[..], &nested].concat());
        let out = out.device(0, "d", 0, &[count(0), count(0)].concat());
        out.device(3, "d", instance, &[1]).end()
    };
    let empty = new().first(NO_SHAPE, "d", &[]).shape(0, &[]).fragment(0, 1, &[]);
    let around = |kind: &[u8; 4]| new().chunk(kind, b"?").first(NO_SHAPE, "d", &[]);
    let between = |kind: &[u8; 4]| around(kind).chunk(kind, b"?").fragment(3, 1 | LAST, &[7]).end();
    all(vec![
        ("a slot that holds a shape", one(3), true),
        ("a slot that does not", one(2), false),
        ("a slot that there is not", one(SLOTS), false),
        ("a shape for a slot that there is not", Assembler::new().shape(SLOTS, &[]).end(), false),
        ("a shape for slot ffff", Assembler::new().shape(NO_SHAPE, &[]).end(), false),
        ("values without operations", one(NO_SHAPE), false),
        ("fragments without anything", empty.fragment(3, 2 | LAST, &[7]).end(), true),
        (
            "unknown around",
            around(b"abCd").fragment(3, 1 | LAST, &[7]).chunk(b"abCd", b"").end(),
            true,
        ),
        ("unknown between", between(b"abCD"), false),
        ("unknown between that is safe to copy", between(b"abCd"), false),
        ("any name, any version", versions(u32::MAX, 0), true),
        ("a name with a zero", new().device(3, "a\0b", 0, &[7]).end(), false),
        ("a reader newer than the version", versions(1, 2), false),
        ("devices that differ, with ones inside that do not", twice(1), true),
        ("the same device twice", twice(0), false),
    ]);
}

#[test]
fn names_hold_no_zero() {
    let shape = |operation| Assembler::new().shape(0, &[operation, op::end()]).end();
    let noted = [&[2 | 0x40, 2][..], b"\0b\x01a"].concat();
    all(vec![
        ("a name", shape(op::scalar(Kind::U8, "ab")), true),
        ("a zero first", shape(op::scalar(Kind::U8, "\0")), false),
        ("a zero last", shape(op::structure("ab\0")), false),
        ("a zero in a subsection", shape(op::subsection("d/\0", 1)), false),
        ("a zero in a device", shape(op::device("a\0b", 1, 1)), false),
        ("a description", shape(op::described("a", "b", 1)), true),
        ("a description with a zero", shape(op::described("a", "b\0c", 1)), false),
        ("a note with a zero", shape(noted), true),
    ]);
}

#[test]
fn values_are_those_that_there_are() {
    let bools = |bytes: &[u8]| simple(&[op::array(Kind::Bool, "b", 2)], bytes);
    let text = |bytes: &[u8]| simple(&[op::text("t")], &[&count(2)[..], bytes].concat());
    let optional = |byte| simple(&[op::optional("o"), op::end()], &[byte]);
    all(vec![
        ("bools", bools(&[0, 1]), true),
        ("no bool", bools(&[0, 2]), false),
        ("text", text("é".as_bytes()), true),
        ("half a letter", text(&[b'a', 0xc3]), false),
        ("a surrogate", simple(&[op::text("t")], &[0, 0, 0, 3, 0xed, 0xa0, 0x80]), false),
        ("there", optional(1), true),
        ("not there", optional(0), true),
        ("neither", optional(2), false),
        ("raw bytes that are none", simple(&[op::raw(), op::raw()], &[0; 8]), true),
    ]);
}
