//! What the walk over a table does, beside the bytes: hooks, versions, subsections, null pointers, what it refuses.

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
#[path = "support/wire.rs"]
mod wire;

use std::cell::RefCell;

use layouts::{load, load_in, save, save_in};
use migcore::codec::chunk::ChunkDecoder;
use migcore::codec::observe::{Event, Item, Observer};
use migcore::error::Report;
use migcore::visit::{
    Description, Kind, Marks, Scope, ScopeKind, Track, Versions, Visiting, Visitor,
};
use migcore::vmstate::{Block, Failure, Hook, If, InBlock, Layout, On, Own, StaticTable};
use migcore::{fields, number, Code};
use wire::{in_memory, plain_stream};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

thread_local! {
    /// What the hooks were called for, in order.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn log(what: &str) {
    LOG.with_borrow_mut(|log| log.push(what.to_owned()));
}

/// What was logged since it was last asked for.
fn logged() -> String {
    LOG.take().join(" ")
}

/// Ends a test with a failure of a hook: the number is in a member.
fn answer(number: i32) -> Result<(), i32> {
    match number {
        0 => Ok(()),
        number => Err(number),
    }
}

#[derive(Default, Debug, PartialEq, Clone, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Inner {
    x: u16,
    y: u16,
}

#[derive(Default, Debug, PartialEq, Clone, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Outer {
    a: u32,
    /// What the hooks answer: pre_load, post_load, pre_save, post_save, post_load of the subsection.
    answers: [i32; 5],
    inner: Inner,
    /// Whether the subsections are needed.
    needed: [u8; 2],
    extra: [u8; 2],
}

static INNER: Layout<Inner> = Layout::new(
    StaticTable::new("inner", 2, fields!(Inner { x, y.since(2) }))
        .minimum(1)
        .on(
            Hook::PreLoad,
            &On::<Inner>(|_, version| {
                log(&format!("pre_load:inner@{version}"));
                Ok(())
            }),
        )
        .on(
            Hook::PostLoad,
            &On::<Inner>(|_, _| {
                log("post_load:inner");
                Ok(())
            }),
        )
        .on(
            Hook::PreSave,
            &On::<Inner>(|_, _| {
                log("pre_save:inner");
                Ok(())
            }),
        )
        .on(
            Hook::PostSave,
            &On::<Inner>(|_, _| {
                log("post_save:inner");
                Ok(())
            }),
        ),
);

static FIRST: Layout<Outer> = Layout::new(
    StaticTable::new("outer/first", 3, fields!(Outer { extra }))
        .minimum(2)
        .needed(&If::<Outer>(|outer, _| {
            log("needed:first");
            outer.needed[0] != 0
        }))
        .on(
            Hook::PostLoad,
            &On::<Outer>(|outer, version| {
                log(&format!("post_load:first@{version}"));
                answer(outer.answers[4])
            }),
        ),
);

static SECOND: Layout<Outer> = Layout::new(
    StaticTable::new("outer/second", 1, fields!(Outer { needed }))
        .needed(&If::<Outer>(|outer, _| outer.needed[1] != 0)),
);

static OUTER: Layout<Outer> = Layout::new(
    StaticTable::new("outer", 4, fields!(Outer { a, inner: structs(&INNER) }))
        .minimum(2)
        .subsections(&[FIRST.table(), SECOND.table()])
        .load_old(
            1,
            &On::<Outer>(|outer, version| {
                outer.a = version;
                log("old");
                Ok(())
            }),
        )
        .on(
            Hook::PreLoad,
            &On::<Outer>(|outer, version| {
                log(&format!("pre_load:outer@{version}"));
                answer(outer.answers[0])
            }),
        )
        .on(
            Hook::PostLoad,
            &On::<Outer>(|outer, _| {
                log("post_load:outer");
                answer(outer.answers[1])
            }),
        )
        .on(
            Hook::PreSave,
            &On::<Outer>(|outer, _| {
                log("pre_save:outer");
                answer(outer.answers[2])
            }),
        )
        .on(
            Hook::PostSave,
            &On::<Outer>(|outer, _| {
                log("post_save:outer");
                answer(outer.answers[3])
            }),
        ),
);

fn outer(needed: [u8; 2]) -> Outer {
    Outer { a: 7, inner: Inner { x: 1, y: 2 }, needed, extra: [3, 4], ..Outer::default() }
}

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
struct Pointers {
    numbers: [u32; 3],
    objects: [u32; 2],
    one: u32,
    length: u32,
    bytes: u32,
}

static POINTERS: Layout<Pointers> = Layout::new(StaticTable::new(
    "pointers",
    1,
    fields!(Pointers {
        numbers: each_to_numbers(Kind::U16),
        objects: each_to(&INNER),
        one: to(&INNER),
        length,
        bytes: to_buffer(number!(Pointers, length)).allocated(),
    }),
));

/// A block with objects, those behind these pointers.
fn pointers(block: &mut Block<'_>, there: [bool; 6]) -> usize {
    let mut pointer = |there: bool, x: u16| match there {
        true => block.put(&Inner { x, y: 1 }).unwrap() as u32,
        false => 0,
    };
    let pointers = Pointers {
        numbers: [pointer(there[0], 1), pointer(there[1], 2), pointer(there[2], 3)],
        objects: [pointer(there[3], 4), pointer(there[4], 5)],
        one: pointer(there[5], 6),
        length: 0,
        bytes: 0,
    };
    block.put(&pointers).unwrap()
}

#[test]
fn null_pointers_are_those_that_are_here() {
    let mut memory = [0; 64];
    let mut block = Block::new(&mut memory);
    let place = pointers(&mut block, [true, false, true, false, true, true]);
    let bytes = save_in(&POINTERS, &mut block, place).unwrap();
    let expected = b"\0\x01\x30\0\x03\x30\0\x05\0\x01\0\x06\0\x01\0\0\0\0";
    assert_eq!(bytes, expected);
    assert_eq!(load_in(&POINTERS, &mut block, place, &bytes), Ok(18));

    // Where there is none here, there must be none in the stream.
    let mut memory = [0; 64];
    let mut block = Block::new(&mut memory);
    let place = pointers(&mut block, [false, false, true, false, true, true]);
    let text = load_in(&POINTERS, &mut block, place, &bytes).unwrap_err();
    assert_eq!(text, "pointers/0.numbers[0]: the stream holds a value that is not allowed here (expected 48, found 0), at byte 0 of the stream");
    // A pointer to what must be there.
    let mut memory = [0; 64];
    let mut block = Block::new(&mut memory);
    let place = pointers(&mut block, [true, true, true, true, true, false]);
    let text = save_in(&POINTERS, &mut block, place).unwrap_err();
    assert_eq!(
        text,
        "pointers/0.one: a pointer is NULL that must not be, at byte 14 of the stream"
    );
}

/// The names and shapes of what a walk gives, in short.
fn shapes(save: impl FnOnce(&mut Visitor<'_>) -> migcore::Result<()>) -> String {
    let mut text = String::new();
    let mut observer = Observer::new(|item: Item<'_>| {
        let name = String::from_utf8_lossy(item.name);
        match item.event {
            Event::Scalar(kind, _) => text += &format!("{name}:{} ", kind.text()),
            Event::Array(kind, _, elements) => {
                let count = elements.len() / kind.width().bytes();
                text += &format!("{name}:{}*{count} ", kind.text());
            }
            Event::Bytes(_, data) => text += &format!("{name}:bytes*{} ", data.len()),
            Event::Absent => text += &format!("{name}:null "),
            Event::Raw(data) => text += &format!("raw*{} ", data.len()),
            Event::Begin(_) => text += &format!("{name}( "),
            Event::End(_) => text += ") ",
            _ => {}
        }
        Ok(())
    });
    let mut track = Track::new();
    let done = save(&mut Visitor::saving(&mut observer, &mut track));
    assert_eq!(done, Ok(()));
    text.trim_end().to_owned()
}

#[test]
fn arrays_of_pointers_are_lists_only_if_some_are_null() {
    let shape = |there| {
        let mut memory = [0; 64];
        let mut block = Block::new(&mut memory);
        let place = pointers(&mut block, there);
        shapes(|v| POINTERS.visit_in(&mut block, place, v))
    };
    assert_eq!(
        shape([true; 6]),
        "pointers( numbers:u16*3 objects( ( x:u16 y:u16 ) ( x:u16 y:u16 ) ) one( x:u16 y:u16 ) length:u32 bytes:bytes*0 )"
    );
    assert_eq!(
        shape([false, true, true, true, false, true]),
        "pointers( numbers( ( :null ) ( :u16 ) ( :u16 ) ) objects( ( x:u16 y:u16 ) ( :null ) ) one( x:u16 y:u16 ) length:u32 bytes:bytes*0 )"
    );
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Named {
    a: u32,
    old: [u16; 2],
    outers: [Outer; 2],
    own: [u8; 4],
}

static NAMED: Layout<Named> = Layout::new(StaticTable::new(
    "named",
    1,
    fields!(Named {
        a.tested(&If::<Named>(|named, _| named.a < 8)),
        old,
        a.tested(&If::<Named>(|named, _| named.a >= 8)),
        outers: structs(&OUTER),
        own: own(&Own::<[u8; 4]>(|own, v| {
            v.visit("first", &mut own[0])?;
            let rest = &mut own[1..];
            match v.is_loading() {
                true => v.get_raw(rest).map(|_| ()),
                false => v.put_raw(rest),
            }
        })),
        "gap": unused(2),
    }),
));

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Elder {
    outers: [Outer; 2],
}

static ELDER_OUTER: Layout<Outer> =
    Layout::new(StaticTable::new("elder/outer", 1, fields!(Outer { a })));

static ELDER: Layout<Elder> =
    Layout::new(StaticTable::new("elder", 1, fields!(Elder { outers: structs(&ELDER_OUTER) })));

#[test]
fn items_have_the_names_and_shapes_of_a_description() {
    let mut named = Named { outers: [outer([0, 0]), outer([1, 0])], ..Named::default() };
    let shape = |named: &mut Named| shapes(|v| NAMED.visit(named, v));
    // The second element has a subsection, and so a scope beside that of the element.
    let rest = "old:u16*2 outers( ( a:u32 inner( x:u16 y:u16 ) ) ( ( a:u32 inner( x:u16 y:u16 ) \
                outer/first( extra:u8*2 ) ) ) ) own( first:u8 raw*3 ) gap:bytes*2 )";
    assert_eq!(shape(&mut named), format!("named( a[0]:u32 {rest}"));
    named.a = 9;
    let (old, rest) = rest.split_once(' ').unwrap();
    assert_eq!(shape(&mut named), format!("named( {old} a[1]:u32 {rest}"));
    let bytes = save(&NAMED, &mut named).unwrap();
    let mut loaded = Named { a: 9, ..Named::default() };
    load(&NAMED, &mut loaded, None, &bytes).unwrap();
    assert_eq!(loaded.outers[1].extra, [3, 4]);
    // The stream says which elements have that scope.
    let stream = plain_stream(|v| NAMED.visit(&mut named, v));
    let mut over_chunks = Named { a: 9, ..Named::default() };
    let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&stream)));
    NAMED.visit(&mut over_chunks, &mut visiting.loader()).unwrap();
    visiting.finish_load().unwrap();
    assert_eq!(over_chunks, loaded);
    // A program that does not know the part says so, or passes over it where it may.
    for (marks, expected) in
        [(Marks::NONE, Err(Code::UnknownSubsection)), (Marks::ANCILLARY, Ok(()))]
    {
        let stream = plain_stream(|v| {
            v.device("elder", 0, Versions::only(1), |v| {
                v.list("outers", 2, |v, index| {
                    let known = |v: &mut Visitor<'_>| v.visit("a", &mut 5u32);
                    if index == 0 {
                        return known(v);
                    }
                    let description =
                        Description { name: b"elder/outer", versions: Versions::only(1) };
                    v.versioned("", description, |v| {
                        known(v)?;
                        v.mark(marks)?;
                        v.begin(&"elder/outer/new", Scope::Subsection { version: 1 })?;
                        v.visit("b", &mut 6u32)?;
                        v.end(ScopeKind::Subsection)
                    })
                })
            })
        });
        let mut elder = Elder::default();
        let mut visiting = Visiting::new(ChunkDecoder::new(in_memory(&stream)));
        assert_eq!(ELDER.visit(&mut elder, &mut visiting.loader()), expected);
        assert_eq!((elder.outers[0].a, elder.outers[1].a), (5, 5));
    }
    logged();
}

#[test]
fn inside_of_a_scope_the_fields_go_straight_into_it() {
    let mut inner = Inner { x: 1, y: 2 };
    let mut visit = |version| {
        shapes(|v| {
            v.device("d", 3, Versions { current: version, minimum: 0 }, |v| {
                INNER.visit(&mut inner, v)
            })
        })
    };
    assert_eq!(visit(2), "d( x:u16 y:u16 )");
    assert_eq!(visit(1), "d( x:u16 )");
    logged();
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
