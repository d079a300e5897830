//! Elements that cannot be loaded: what was made for them goes back, and nothing that the device may have.

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

use layouts::load_in;
use migcore::visit::Kind;
use migcore::vmstate::{Block, Hook, Layout, On, StaticTable};
use migcore::{fields, number};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// What an element has behind a pointer.
#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Leaf {
    link: [u32; 2],
    count: u32,
    numbers: u32,
}

static LEAF: Layout<Leaf> = Layout::new(StaticTable::new(
    "leaf",
    1,
    fields!(Leaf { count, numbers: to_numbers(Kind::U16).count(number!(Leaf, count)).allocated() }),
));

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Element {
    link: [u32; 2],
    length: u32,
    bytes: u32,
    each: [u32; 2],
    one: u32,
    pad: u32,
}

macro_rules! element {
    () => {
        fields!(Element {
            length,
            bytes: to_buffer(number!(Element, length)).allocated(),
            each: each_to(&LEAF).each_allocated(),
            one: to(&LEAF).allocated(),
        })
    };
}

static ELEMENT: Layout<Element> = Layout::new(StaticTable::new("element", 1, element!()));

/// The device looks at what was loaded.
static LOOKED_AT: Layout<Element> = Layout::new(StaticTable::new("element", 1, element!()).on(
    Hook::PostLoad,
    &On::<Element>(|element, _| match element.length {
        9 => Err(-9),
        _ => Ok(()),
    }),
));

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Head {
    list: u32,
    tree: [u32; 3],
}

static LIST: Layout<Head> =
    Layout::new(StaticTable::new("list", 1, fields!(Head { list: list(&ELEMENT, 0, 1) })));

static LOOKED_AT_LIST: Layout<Head> =
    Layout::new(StaticTable::new("list", 1, fields!(Head { list: list(&LOOKED_AT, 0, 1) })));

static TREE: Layout<Head> =
    Layout::new(StaticTable::new("tree", 1, fields!(Head { tree: numbered(&ELEMENT, 1) })));

/// A leaf of the stream, with this many numbers.
fn leaf(numbers: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, numbers];
    bytes.extend((0..numbers).flat_map(|number| [0, number]));
    bytes
}

/// An element of the stream, with everything in it.
fn element(length: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, length];
    bytes.extend(0..length);
    bytes.push(0x31);
    bytes.extend(leaf(2));
    bytes.push(0x30);
    bytes.extend(leaf(4));
    bytes
}

/// How many bytes a block has more after the load than before, and how that went.
fn left(layout: &'static Layout<Head>, stream: &[u8]) -> (usize, Result<u64, String>) {
    let mut memory = [0; 256];
    let mut block = Block::new(&mut memory);
    let place = block.put(&Head::default()).unwrap();
    let before = block.used();
    let done = load_in(layout, &mut block, place, stream);
    (block.used() - before, done)
}

#[test]
fn an_element_that_is_cut_leaves_nothing() {
    let whole = [&[1][..], &element(5), &[0]].concat();
    let (used, done) = left(&LIST, &whole);
    assert_eq!(done, Ok(whole.len() as u64));
    // The element, its bytes, and two leaves with their numbers.
    assert_eq!(used, 32 + 8 + (16 + 8) + (16 + 8));
    for cut in 0..whole.len() - 1 {
        assert_eq!(left(&LIST, &whole[..cut]).0, 0, "{cut}");
    }
    // An element that is whole stays when the next is not.
    let next = [&[1][..], &element(5), &[1], &element(5)].concat();
    for cut in whole.len()..next.len() {
        assert_eq!(left(&LIST, &next[..cut]).0, used, "{cut}");
    }
}

#[test]
fn a_node_that_is_cut_leaves_nothing() {
    let node = [&[0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 7][..], &element(5)].concat();
    for cut in 0..node.len() {
        assert_eq!(left(&TREE, &node[..cut]).0, 0, "{cut}");
    }
    assert!(left(&TREE, &[&node[..], &[0]].concat()).1.is_ok());
}

#[test]
fn what_the_device_has_looked_at_is_the_devices() {
    let (used, done) = left(&LOOKED_AT_LIST, &[&[1][..], &element(5), &[0]].concat());
    assert!(done.is_ok());
    let refused = [&[1][..], &element(9)].concat();
    let (left_there, done) = left(&LOOKED_AT_LIST, &refused);
    assert!(done.unwrap_err().contains("-9"));
    // Nine bytes take 8 more than five.
    assert_eq!(left_there, used + 8);
    for cut in 0..refused.len() {
        assert_eq!(left(&LOOKED_AT_LIST, &refused[..cut]).0, 0, "{cut}");
    }
}

/// More blocks than are remembered: those that are go back, and the others stay in place.
#[test]
fn an_element_may_have_more_than_is_remembered() {
    #[derive(FromBytes, Immutable, IntoBytes, KnownLayout)]
    #[repr(C)]
    struct Wide {
        link: [u32; 2],
        each: [u32; 40],
    }
    static WIDE: Layout<Wide> = Layout::new(StaticTable::new(
        "wide",
        1,
        fields!(Wide { each: each_to(&LEAF).each_allocated() }),
    ));
    static WIDES: Layout<Head> =
        Layout::new(StaticTable::new("wides", 1, fields!(Head { list: list(&WIDE, 0, 1) })));
    let mut stream = vec![1];
    for _ in 0..39 {
        stream.push(0x31);
        stream.extend(leaf(0));
    }
    let (used, done) = left(&WIDES, &stream);
    assert!(done.is_err());
    // A block takes back what it gave last, which here is not remembered.
    assert!(used > 0);
}

#[derive(Default, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Owner {
    plain: u32,
    length: u32,
    bytes: u32,
}

static PLAIN: Layout<Owner> =
    Layout::new(StaticTable::new("owner/plain", 1, fields!(Owner { plain })));

static MADE: Layout<Owner> = Layout::new(StaticTable::new(
    "owner/made",
    1,
    fields!(Owner { length, bytes: to_buffer(number!(Owner, length)).allocated() }),
));

static OWNER: Layout<Owner> = Layout::new(
    StaticTable::new("owner", 1, fields!(Owner {})).subsections(&[PLAIN.table(), MADE.table()]),
);

#[test]
fn a_subsection_comes_again_unless_memory_was_made_for_it() {
    let part = |name: &str, rest: &[u8]| {
        let name = name.as_bytes();
        [&[5, name.len() as u8], name, &[0, 0, 0, 1], rest].concat()
    };
    let plain = |value| part("owner/plain", &[0, 0, 0, value]);
    let made = |bytes: &[u8]| {
        part("owner/made", &[&(bytes.len() as u32).to_be_bytes()[..], bytes].concat())
    };
    let load = |parts: &[Vec<u8>]| {
        let mut memory = [0; 256];
        let mut block = Block::new(&mut memory);
        let place = block.put(&Owner::default()).unwrap();
        let before = block.used();
        let done = load_in(&OWNER, &mut block, place, &parts.concat());
        let owner: &Owner = block.get(place).unwrap();
        (done, owner.plain, owner.length, block.used() - before)
    };
    let (done, value, length, used) = load(&[plain(1), made(b"abc"), plain(2)]);
    assert_eq!((done, value, length, used), (Ok(21 + 23 + 21), 2, 3, 8));
    // Nothing was made the first time.
    assert_eq!(load(&[made(b""), made(b"ab")]).2, 2);
    let (done, _, length, used) = load(&[made(b"abc"), plain(1), made(b"abcde")]);
    let text = "owner/0.owner/made: a part of the stream is missing, repeated or out of place, at byte 60 of the stream";
    assert_eq!((done, length, used), (Err(text.to_owned()), 3, 8));
}
