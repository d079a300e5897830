//! Which items the walk over a table gives: null pointers, arrays and lists, names, parts that only the sender knows.

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
#[path = "support/wire.rs"]
mod wire;

use std::sync::atomic::{AtomicU32, Ordering};

use layouts::{load, load_in, save, save_in};
use migcore::codec::chunk::ChunkDecoder;
use migcore::codec::observe::{Event, Item, Observer};
use migcore::visit::{
    Description, Kind, Marks, Scope, ScopeKind, Track, Versions, Visiting, Visitor,
};
use migcore::vmstate::{Block, If, Layout, Own, StaticTable};
use migcore::{fields, number, Code};
use outer::{outer, Inner, Outer, INNER, OUTER};
use wire::{in_memory, plain_stream};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

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
}

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Asked {
    count: u32,
}

static ASKED: AtomicU32 = AtomicU32::new(0);

/// A device is asked once whether a part is needed, also where that decides about a scope.
#[test]
fn a_part_of_an_element_is_asked_once() {
    static EVERY_OTHER: If<Asked> = If(|_, _| ASKED.fetch_add(1, Ordering::Relaxed) % 2 == 1);
    static EXTRA: Layout<Asked> = Layout::new(
        StaticTable::new("asked/extra", 1, fields!(Asked { count })).needed(&EVERY_OTHER),
    );
    static PARTS: &[&StaticTable] = &[EXTRA.table(), EXTRA.table(), EXTRA.table()];
    static TABLE: Layout<Asked> =
        Layout::new(StaticTable::new("asked", 1, fields!(Asked { count })).subsections(PARTS));
    #[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
    #[repr(C)]
    struct Pair {
        both: [Asked; 2],
    }
    static PAIR: Layout<Pair> =
        Layout::new(StaticTable::new("pair", 1, fields!(Pair { both: structs(&TABLE) })));
    let bytes = save(&PAIR, &mut Pair::default()).unwrap();
    // No, yes, no of the first element; yes, no, yes of the second.
    assert_eq!(ASKED.load(Ordering::Relaxed), 6);
    let extra = 1 + 1 + "asked/extra".len() + 4 + 4;
    assert_eq!(bytes.len(), 2 * 4 + 3 * extra);
}
