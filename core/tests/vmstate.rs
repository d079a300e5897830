//! What the walk over a table does, beside the bytes: hooks, versions, subsections, scratch objects, what it refuses.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/layouts.rs"]
mod layouts;
#[path = "support/outer.rs"]
mod outer;

use layouts::{load, load_in, save, save_in};
use migcore::error::Report;
use migcore::vmstate::{Block, Failure, Hook, If, InBlock, Layout, StaticTable};
use migcore::{fields, Code};
use outer::{log, logged, outer, Outer, OUTER};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[test]
fn hooks_run_in_their_order() {
    let bytes = save(&OUTER, &mut outer([1, 0])).unwrap();
    let saved = "pre_save:outer pre_save:inner post_save:inner needed:first post_save:outer";
    assert_eq!(logged(), saved);
    load(&OUTER, &mut Outer::default(), None, &bytes).unwrap();
    let loaded =
        "pre_load:outer@4 pre_load:inner@2 post_load:inner post_load:first@3 post_load:outer";
    assert_eq!(logged(), loaded);
}

#[test]
fn a_hook_that_fails_ends_the_visit() {
    let fail = |hook: usize, number| {
        let mut outer = outer([0, 0]);
        outer.answers[hook] = number;
        outer
    };
    let refused = |report: Report, cause| {
        assert_eq!((report.code, report.fault.cause), (Code::Refused, cause));
        assert_eq!(report.path.as_str(), "outer/0");
    };
    for number in [-22, 5] {
        refused(save(&OUTER, &mut fail(2, number)).unwrap_err(), number);
        assert_eq!(logged(), "pre_save:outer", "the other hook is not for this");
        refused(save(&OUTER, &mut fail(3, number)).unwrap_err(), number);
        logged();
    }
    let bytes = save(&OUTER, &mut outer([1, 0])).unwrap();
    logged();
    let text =
        |number| format!("outer/0: the device refused (error {number}), at byte 0 of the stream");
    assert_eq!(load(&OUTER, &mut fail(0, -22), None, &bytes), Err(text(-22)));
    assert_eq!(load(&OUTER, &mut fail(0, 1), None, &bytes), Err(text(1)));
    assert_eq!(logged(), "pre_load:outer@4 pre_load:outer@4");
    // As QEMU: a number above 0 is no error behind the fields, but it is in a subsection.
    assert_eq!(load(&OUTER, &mut fail(1, 1), None, &bytes), Ok(bytes.len() as u64));
    assert!(load(&OUTER, &mut fail(1, -1), None, &bytes).is_err());
    let text = load(&OUTER, &mut fail(4, 1), None, &bytes).unwrap_err();
    assert!(text.starts_with("outer/0.outer/first: the device refused (error 1)"), "{text}");
}

#[test]
fn the_hook_behind_a_save_runs_also_if_that_failed() {
    let mut room = [0; 3];
    let mut saver = migcore::codec::legacy::Saver::to_slice(&mut room);
    let _ = OUTER.visit(&mut outer([0, 0]), &mut saver.visitor());
    assert_eq!(saver.finish().unwrap_err().to_string(), "outer/0.a: the memory that was given is too small (bytes needed 4, there 3), at byte 0 of the stream");
    assert_eq!(logged(), "pre_save:outer post_save:outer");
}

#[test]
fn versions_are_those_of_the_rules() {
    let bytes = save(&OUTER, &mut outer([0, 0])).unwrap();
    assert_eq!(bytes, [0, 0, 0, 7, 0, 1, 0, 2]);
    logged();
    // A nested struct is of its own version, whatever that of the stream.
    load(&OUTER, &mut Outer::default(), Some(2), &bytes).unwrap();
    assert_eq!(logged(), "pre_load:outer@2 pre_load:inner@2 post_load:inner post_load:outer");
    let text = load(&OUTER, &mut Outer::default(), Some(5), &bytes).unwrap_err();
    assert_eq!(text, "outer/0: written by a newer version than the device can read (newest version known 4, found 5), at byte 0 of the stream");
    let text = load(&OUTER, &mut Outer::default(), Some(0), &bytes).unwrap_err();
    assert_eq!(text, "outer/0: written by an older version than the device can read (oldest version known 1, found 0), at byte 0 of the stream");
    assert_eq!(logged(), "");
    // What only code can read.
    let mut old = Outer::default();
    assert_eq!(load(&OUTER, &mut old, Some(1), &bytes), Ok(0));
    assert_eq!((old.a, logged().as_str()), (1, "old"));
}

#[test]
fn subsections_come_in_any_order() {
    let bytes = save(&OUTER, &mut outer([1, 1])).unwrap();
    let (fields, parts) = bytes.split_at(8);
    let first = b"\x05\x0bouter/first\0\0\0\x03\x03\x04";
    let second = b"\x05\x0couter/second\0\0\0\x01\x01\x01";
    assert_eq!(parts, [&first[..], second].concat());
    let read = |parts: &[&[u8]]| {
        let mut outer = Outer::default();
        let bytes = [&[fields][..], parts].concat().concat();
        load(&OUTER, &mut outer, None, &bytes).map(|length| {
            assert_eq!(length, bytes.len() as u64);
            (outer.extra, outer.needed)
        })
    };
    assert_eq!(read(&[first, second]), Ok(([3, 4], [1, 1])));
    assert_eq!(read(&[second, first]), Ok(([3, 4], [1, 1])));
    assert_eq!(read(&[second]), Ok(([0, 0], [1, 1])));
    assert_eq!(read(&[]), Ok(([0, 0], [0, 0])));
    assert_eq!(read(&[first, b"\x05\x0bouter/first\0\0\0\x02\x08\x09"]), Ok(([8, 9], [0, 0])));
    let refused = read(&[b"\x05\x0bouter/third\0\0\0\x01\x01"]).unwrap_err();
    assert_eq!(
        refused,
        "outer/0.outer/third: the device does not know this subsection, at byte 25 of the stream"
    );
    let refused = read(&[b"\x05\x0bouter/first\0\0\0\x01\x01\x01"]).unwrap_err();
    assert!(refused.contains("older version") && refused.contains("known 2"), "{refused}");
    let mut short = Outer::default();
    // One of another owner is left for that.
    let foreign = [fields, b"\x05\x07other/x\0\0\0\x01"].concat();
    assert_eq!(load(&OUTER, &mut short, None, &foreign), Ok(8));
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Checked {
    id: u32,
    ids: [u16; 3],
    bound: [i16; 1],
    most: i32,
    valid: u32,
}

static CHECKED: Layout<Checked> = Layout::new(StaticTable::new(
    "checked",
    1,
    fields!(Checked {
        id: equal(),
        ids: equal(),
        most: at_most(),
        "valid": valid().tested(&If::<Checked>(|checked, _| checked.valid == 0)),
    }),
));

#[test]
fn values_are_compared() {
    let here = || Checked { id: 5, ids: [1, 2, 3], most: 9, ..Checked::default() };
    let bytes = save(&CHECKED, &mut here()).unwrap();
    assert_eq!(bytes.len(), 4 + 6 + 4);
    assert_eq!(load(&CHECKED, &mut here(), None, &bytes), Ok(14));
    let read = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        let mut loaded = here();
        load(&CHECKED, &mut loaded, None, &bytes).map(|_| loaded.most)
    };
    let text = read(3, 6).unwrap_err();
    assert_eq!(text, "checked/0.id: the value must be the same on both sides (expected 5, found 6), at byte 0 of the stream");
    let text = read(9, 8).unwrap_err();
    assert_eq!(text, "checked/0.ids: the value must be the same on both sides (expected 3, found 8), at byte 4 of the stream");
    assert_eq!(read(13, 0), Ok(0));
    assert_eq!(read(13, 9), Ok(9));
    let text = read(13, 10).unwrap_err();
    assert_eq!(text, "checked/0.most: the stream holds a value that is not allowed here (expected 9, found 10), at byte 10 of the stream");
    assert!(read(10, 0x80).is_err(), "a negative number");
}

#[test]
fn a_state_that_is_not_valid_is_neither_saved_nor_loaded() {
    let mut invalid = Checked { valid: 1, ..Checked::default() };
    let report = save(&CHECKED, &mut invalid).unwrap_err();
    assert_eq!((report.code, report.fault.cause), (Code::NotValid, 0));
    assert_eq!(report.to_string(), "checked/0.valid: the state is not valid by the device's own test, at byte 14 of the stream");
    assert!(load(&CHECKED, &mut invalid, None, &[0; 14]).unwrap_err().contains("not valid"));
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Scratch {
    parent: u32,
    sum: u32,
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Parent {
    left: u32,
    right: u32,
}

static SCRATCH: Layout<Scratch> = Layout::new(
    StaticTable::new("scratch", 3, fields!(Scratch { sum }))
        .minimum(1)
        .on(
            Hook::PreSave,
            &InBlock(|block, place, version| {
                log(&format!("pre_save@{version}"));
                let parent = block.get::<Scratch>(place).map_err(Failure::Code)?.parent as usize;
                let Parent { left, right } = *block.get::<Parent>(parent).map_err(Failure::Code)?;
                block.get_mut::<Scratch>(place).map_err(Failure::Code)?.sum = left + right;
                Ok(())
            }),
        )
        .on(
            Hook::PostLoad,
            &InBlock(|block, place, version| {
                log(&format!("post_load@{version}"));
                let Scratch { parent, sum } =
                    *block.get::<Scratch>(place).map_err(Failure::Code)?;
                let parent = block.get_mut::<Parent>(parent as usize).map_err(Failure::Code)?;
                parent.left = sum - parent.right;
                Ok(())
            }),
        ),
);

static PARENT: Layout<Parent> = Layout::new(StaticTable::new(
    "parent",
    1,
    fields!(Parent { "sum": temporary(&SCRATCH).since(1), right.since(1) }),
));

#[test]
fn a_temporary_object_carries_values_over() {
    let mut memory = [0; 32];
    let mut block = Block::new(&mut memory);
    let place = block.put(&Parent { left: 3, right: 4 }).unwrap();
    let used = block.used();
    let bytes = save_in(&PARENT, &mut block, place).unwrap();
    assert_eq!(bytes, [0, 0, 0, 7, 0, 0, 0, 4]);
    block.get_mut::<Parent>(place).unwrap().left = 0;
    load_in(&PARENT, &mut block, place, &bytes).unwrap();
    assert_eq!(block.get(place), Ok(&Parent { left: 3, right: 4 }));
    // It is saved at its own version, and loaded at that of the field.
    assert_eq!(logged(), "pre_save@3 post_load@1");
    assert_eq!(block.used(), used, "the memory is given back");
}
