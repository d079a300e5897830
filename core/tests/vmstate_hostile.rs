//! Tables, objects and streams that were made to do harm to the walk: counts, sizes, pointers, depth, memory.

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

use std::cmp::Ordering;
use std::mem::offset_of;

use layouts::{load, load_in, save, save_in};
use migcore::codec::legacy::Saver;
use migcore::visit::Kind;
use migcore::vmstate::{
    visit, Amount, Arena, Block, Entry, Field, Layout, ListField, ListForm, Number, Ordered,
    StaticTable, What,
};
use migcore::{fields, number, Code};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Counted {
    signed: i32,
    whole: u32,
    wide: u64,
    behind: u32,
    inside: [u16; 4],
    pad: u32,
}

static SIGNED: Layout<Counted> = Layout::new(StaticTable::new(
    "signed",
    1,
    fields!(Counted {
        signed,
        behind: to_numbers(Kind::U16).count(number!(Counted, signed)).allocated(),
    }),
));

static NEGATIVE: Layout<Counted> = Layout::new(StaticTable::new(
    "negative",
    1,
    fields!(Counted { signed, inside.count(number!(Counted, signed)) }),
));

static WHOLE: Layout<Counted> = Layout::new(StaticTable::new(
    "whole",
    1,
    fields!(Counted {
        whole,
        behind: to_numbers(Kind::U16).count(number!(Counted, whole).times(3)).allocated(),
    }),
));

static WIDE: Layout<Counted> = Layout::new(StaticTable::new(
    "wide",
    1,
    fields!(Counted { wide, behind: to_buffer(number!(Counted, wide)).allocated() }),
));

static INSIDE: Layout<Counted> = Layout::new(StaticTable::new(
    "inside",
    1,
    fields!(Counted { wide, inside.count(number!(Counted, wide)) }),
));

/// Loads into a block of some KiB, of which a visit may use 1 KiB, and says what went wrong.
fn load_counted(layout: &'static Layout<Counted>, bytes: &[u8]) -> Result<u64, String> {
    let mut memory = [0; 512];
    let mut block = Block::new(&mut memory).with_limit(1 << 10);
    let place = block.put(&Counted::default()).unwrap();
    load_in(layout, &mut block, place, bytes)
}

#[test]
fn a_count_may_be_anything() {
    let signed =
        |count: i32, rest: &[u8]| load_counted(&SIGNED, &[&count.to_be_bytes(), rest].concat());
    assert_eq!(signed(0, &[]), Ok(4));
    assert_eq!(signed(1, &[0, 1]), Ok(6));
    // Of memory to be made QEMU stops at a negative number; of elements that are there it is none.
    for count in [-1, i32::MIN] {
        assert!(signed(count, &[]).unwrap_err().contains("more than there is room for"));
        assert_eq!(load_counted(&NEGATIVE, &count.to_be_bytes()), Ok(4));
    }
    let text = signed(i32::MAX >> 1, &[]).unwrap_err();
    assert_eq!(text, "signed/0.behind: the stream asks for more memory than is allowed (room for 1024, found 2147483646), at byte 4 of the stream");
    assert!(signed(i32::MAX, &[]).is_err());
    assert!(signed(513, &[]).unwrap_err().contains("room for 1024, found 1026"));
    assert!(signed(512, &[0; 1023]).unwrap_err().contains("bytes needed 1024, there 1023"));

    let whole =
        |count: u32, rest: &[u8]| load_counted(&WHOLE, &[&count.to_be_bytes(), rest].concat());
    assert_eq!(whole(1, &[0; 6]), Ok(10));
    assert!(whole(1 << 28, &[]).unwrap_err().contains("more memory than is allowed"));
    assert!(whole(u32::MAX, &[]).is_err());
    let wide = |count: u64| load_counted(&WIDE, &count.to_be_bytes());
    assert!(wide(1 << 30).unwrap_err().contains("more memory than is allowed"));
    assert!(wide(1 << 62).is_err());
    assert!(wide(u64::MAX).unwrap_err().contains("more than there is room for"));
    assert!(load_counted(&INSIDE, &[0, 0, 0, 0, 0, 0, 0, 5])
        .unwrap_err()
        .contains("room for 4, found 5"));
    // What the program got wrong itself.
    let report = save(&INSIDE, &mut Counted { wide: 5, ..Counted::default() }).unwrap_err();
    assert_eq!(report.to_string(), "inside/0.inside: an argument is out of its range (at most 4, given 5), at byte 8 of the stream");
}

#[test]
fn a_product_that_overflows_is_refused() {
    let member = |offset, number, times| Amount::Member { offset, number, times, capacity: None };
    let huge = |size, count| {
        let huge = Field { size, count, pointer: true, allocated: true, ..field(What::Buffer) };
        let table = table(huge);
        let mut memory = [0; 64];
        let mut block = Block::new(&mut memory);
        let place =
            block.put(&Counted { whole: u32::MAX, wide: 1 << 40, ..Counted::default() }).unwrap();
        let mut loader = migcore::codec::legacy::Loader::from_slice(&[]);
        let _ = table.visit(&mut block, place, &mut loader.visitor());
        loader.finish().unwrap_err().to_string()
    };
    let whole = offset_of!(Counted, whole);
    let wide = offset_of!(Counted, wide);
    let room = "more than there is room for";
    assert!(huge(member(whole, Number::U32, 1), member(wide, Number::U64, 1)).contains(room));
    assert!(huge(Amount::Fixed(1), member(wide, Number::U64, usize::MAX)).contains(room));
    assert!(huge(Amount::Fixed(usize::MAX), Amount::Fixed(2)).contains(room));
    assert!(huge(Amount::Fixed(1), Amount::Fixed(usize::MAX)).contains(room));
    // A member that is not in the object, nor in the block.
    assert!(huge(member(1 << 20, Number::U8, 1), Amount::Fixed(1)).contains("makes no sense"));
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Node {
    link: [u32; 2],
    value: u32,
    tree: [u32; 3],
}

#[derive(Default, Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Head {
    tail: [u32; 2],
    plain: u32,
    tree: [u32; 3],
    sorted: [u32; 3],
    next: u32,
}

static NODE: Layout<Node> = Layout::new(StaticTable::new("node", 1, fields!(Node { value })));

static TAIL: Layout<Head> =
    Layout::new(StaticTable::new("tail", 1, fields!(Head { tail: queue(&NODE, 0, 1) })));

static PLAIN: Layout<Head> =
    Layout::new(StaticTable::new("plain", 1, fields!(Head { plain: list(&NODE, 0, 1) })));

static TREE: Layout<Head> =
    Layout::new(StaticTable::new("tree", 1, fields!(Head { tree: numbered(&NODE, 1) })));

static SORTED: Layout<Head> = Layout::new(StaticTable::new(
    "sorted",
    1,
    fields!(Head {
        sorted: sorted(&NODE, &Ordered::<Node>(|one, other| one.value.cmp(&other.value)), &NODE, 1),
    }),
));

fn block_with_head<'m>(memory: &'m mut [u64], head: &Head) -> (Block<'m>, usize) {
    let mut block = Block::new(memory);
    let place = block.put(head).unwrap();
    (block, place)
}

#[test]
fn a_list_that_has_no_end_is_refused() {
    for nodes in [1u32, 2, 3, 7, 64] {
        for back in 0..nodes {
            let mut memory = [0; 512];
            let (mut block, place) = block_with_head(&mut memory, &Head::default());
            let mut places = Vec::new();
            for value in 0..nodes {
                places.push(block.put(&Node { value, ..Node::default() }).unwrap());
            }
            block.get_mut::<Head>(place).unwrap().plain = places[0] as u32;
            for (index, at) in places.iter().enumerate() {
                let next = places.get(index + 1).unwrap_or(&places[back as usize]);
                block.get_mut::<Node>(*at).unwrap().link[0] = *next as u32;
            }
            let text = save_in(&PLAIN, &mut block, place).unwrap_err();
            assert!(text.starts_with("plain/0.plain: a table makes no sense"), "{text}");
        }
    }
}

/// The link is written into memory that a load has made.
#[test]
fn a_list_whose_link_lies_outside_of_its_elements_is_refused() {
    for (link, size, refused) in
        [(0, 8, false), (4, 12, false), (1, 8, true), (0, 7, true), (0, 0, true)]
    {
        let list = ListField { table: NODE.table(), version: 1, link };
        let entry = Entry::new(Field {
            size: Amount::Fixed(size),
            ..field(What::List(ListForm::Plain, list))
        });
        let table: &'static StaticTable =
            Box::leak(Box::new(StaticTable::new("list", 1, vec![entry].leak())));
        let mut memory = [0; 16];
        let mut block = Block::new(&mut memory);
        let place = block.allocate(64).unwrap();
        let mut saver = Saver::to_slice(&mut []);
        let mut v = saver.visitor();
        let done = visit(&mut Arena::new(&mut block, &mut v), table, place);
        assert_eq!(done == Err(Code::BadTable), refused, "{link} {size}");
    }
}

#[test]
fn pointers_that_lead_nowhere_are_refused() {
    for pointer in [1u32 << 20, u32::MAX, 4093, 4096] {
        let mut memory = [0; 512];
        let (mut block, place) =
            block_with_head(&mut memory, &Head { plain: pointer, ..Head::default() });
        let text = save_in(&PLAIN, &mut block, place).unwrap_err();
        assert!(text.contains("makes no sense, or does not fit"), "{text}");
        // Lists that were never initialised, or damaged.
        let tail = Head { tail: [0, pointer], tree: [pointer; 3], ..Head::default() };
        let (mut block, place) = block_with_head(&mut memory, &tail);
        assert!(load_in(&TAIL, &mut block, place, &[1, 0, 0, 0, 1, 0]).is_err());
        assert!(save_in(&TREE, &mut block, place).is_err());
        assert!(load_in(&TREE, &mut block, place, &[0, 0, 0, 0, 0]).is_ok());
        assert!(
            load_in(&TREE, &mut block, place, &[0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1]).is_err()
        );
    }
    let mut memory = [0; 512];
    let (mut block, place) = block_with_head(&mut memory, &Head::default());
    let text = load_in(&TAIL, &mut block, place, &[1, 0, 0, 0, 1, 0]).unwrap_err();
    assert_eq!(
        text,
        "tail/0.tail.elements[0]: a pointer is NULL that must not be, at byte 5 of the stream"
    );
    assert_eq!(
        block.used(),
        place + size_of::<Head>().next_multiple_of(8),
        "the element is given back"
    );
}

#[test]
fn a_tree_has_as_many_nodes_as_it_says() {
    let head = Head::default();
    let node = |key: u8| [&[1, 0, 0, 0, 0, 0, 0, 0, key][..], &[0, 0, 0, 9]].concat();
    let load = |bytes: &[u8]| {
        let mut memory = [0; 512];
        let (mut block, place) = block_with_head(&mut memory, &head);
        load_in(&TREE, &mut block, place, bytes)
    };
    let tree = |count: u8, keys: &[u8], end: &[u8]| {
        let nodes: Vec<u8> = keys.iter().flat_map(|key| node(*key)).collect();
        load(&[&[0, 0, 0, count], &nodes[..], end].concat())
    };
    assert_eq!(tree(2, &[3, 4], &[0]), Ok(4 + 26 + 1));
    assert_eq!(tree(0, &[], &[0]), Ok(5));
    let text = tree(2, &[3], &[0]).unwrap_err();
    assert_eq!(text, "tree/0.tree.elements[1]: the stream holds a value that is not allowed here (expected 2, found 1), at byte 18 of the stream");
    let text = tree(1, &[3, 4], &[0]).unwrap_err();
    assert!(text.contains("(expected 1, found 2)"), "{text}");
    assert!(tree(2, &[4, 3], &[0]).unwrap_err().contains("out of place"));
    assert!(load(&[0xff; 4]).unwrap_err().contains("longer than the wire can carry"));
    assert!(load(&[0x7f, 0xff, 0xff, 0xff]).unwrap_err().contains("the stream ends"));
    let mut memory = [0; 512];
    let (mut block, place) = block_with_head(&mut memory, &head);
    let bytes = [0, 0, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 7, 1, 0, 0, 0, 2, 0, 0, 0, 8, 0];
    assert_eq!(load_in(&SORTED, &mut block, place, &bytes), Ok(23));
    assert_eq!(save_in(&SORTED, &mut block, place).as_deref(), Ok(&bytes[..]));
    assert_eq!(1.cmp(&2), Ordering::Less);
}

/// A field of a struct, of which nothing else is to be said.
fn field(what: What<&'static StaticTable>) -> Field<&'static StaticTable> {
    Field::new("field", "", what, 0, size_of::<Node>())
}

fn table(field: Field<&'static StaticTable>) -> &'static StaticTable {
    Box::leak(Box::new(StaticTable::new("t", 1, Box::leak(Box::new([Entry::new(field)])))))
}

#[test]
fn objects_in_objects_end() {
    for count in [1, 2] {
        let mut memory = [0; 64];
        let (mut block, place) = block_with_head(&mut memory, &Head::default());
        block.get_mut::<Head>(place).unwrap().tail[0] = place as u32;
        let mut nested = NODE.table();
        for _ in 0..40 {
            let count = Amount::Fixed(count);
            nested = table(Field { pointer: true, count, ..field(What::Struct(nested)) });
        }
        let mut loader = migcore::codec::legacy::Loader::from_slice(&[]);
        let _ = nested.visit(&mut block, place, &mut loader.visitor());
        let text = loader.finish().unwrap_err().to_string();
        assert!(text.contains("scopes nest too deep"), "{text}");
    }
}

#[derive(Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Many {
    none: [[u8; 0]; 1 << 17],
}

static NOTHING: Layout<[u8; 0]> = Layout::new(StaticTable::new("nothing", 1, &[]));

static MANY: Layout<Many> =
    Layout::new(StaticTable::new("many", 1, fields!(Many { none: structs(&NOTHING) })));

#[test]
fn elements_without_bytes_are_counted() {
    let text = load(&MANY, &mut Many { none: [[]; 1 << 17] }, None, &[]).unwrap_err();
    assert_eq!(text, "many/0.none[65536]: the stream asks for more work than is allowed, at byte 0 of the stream");
}

#[test]
fn memory_for_elements_has_a_bound() {
    let mut stream = Vec::new();
    for value in 0..1000u32 {
        stream.push(1);
        stream.extend(value.to_be_bytes());
    }
    let mut memory = [0; 4096];
    let mut block = Block::new(&mut memory).with_limit(24 * 10);
    let place = block.put(&Head::default()).unwrap();
    let text = load_in(&PLAIN, &mut block, place, &stream).unwrap_err();
    assert!(
        text.starts_with("plain/0.plain.elements[10]: the stream asks for more memory"),
        "{text}"
    );
    // Or the block ends first.
    let mut memory = [0; 64];
    let (mut block, place) = block_with_head(&mut memory, &Head::default());
    let text = load_in(&PLAIN, &mut block, place, &stream).unwrap_err();
    assert!(text.contains("the memory that was given is too small"), "{text}");
}

#[derive(Debug, PartialEq, FromBytes, Immutable, IntoBytes, KnownLayout)]
#[repr(C)]
struct Timers {
    few: [i64; 60],
    many: [i64; 100],
}

static TIMERS: Layout<Timers> = Layout::new(StaticTable::new(
    "timers",
    1,
    fields!(Timers { few: timer(), many: timer(), "gap": unused(1000) }),
));

#[test]
fn values_that_the_host_keeps_take_memory_if_there_are_many() {
    let mut memory = [0; 1024];
    let mut block = Block::new(&mut memory);
    let place = block.allocate(size_of::<Timers>()).unwrap();
    let used = block.used();
    block.get_mut::<Timers>(place).unwrap().many[99] = -1;
    let bytes = save_in(&TIMERS, &mut block, place).unwrap();
    assert_eq!(bytes.len(), 160 * 8 + 1000);
    assert_eq!((bytes[60 * 8 + 99 * 8], bytes[160 * 8]), (0xff, 0));
    let mut other = bytes.clone();
    other[160 * 8..].fill(7);
    other[7] = 5;
    assert_eq!(load_in(&TIMERS, &mut block, place, &other), Ok(2280));
    assert_eq!(block.get::<Timers>(place).unwrap().few[0], 5);
    assert_eq!(block.used(), used);
    // Without memory for it.
    let text = load(&TIMERS, &mut Timers { few: [0; 60], many: [0; 100] }, None, &bytes);
    let text = text.unwrap_err();
    assert!(text.starts_with("timers/0.many: the stream asks for more memory"), "{text}");
}

static EACH: Layout<Head> = Layout::new(StaticTable::new(
    "each",
    1,
    fields!(Head { tree: each_to(&NODE).each_allocated() }),
));

#[test]
fn elements_may_be_made_one_by_one() {
    let mut memory = [0; 64];
    let mut block = Block::new(&mut memory);
    let node = block.put(&Node { value: 5, ..Node::default() }).unwrap() as u32;
    let place = block.put(&Head { tree: [0, node, 0], ..Head::default() }).unwrap();
    let bytes = save_in(&EACH, &mut block, place).unwrap();
    assert_eq!(bytes, [0x30, 0x31, 0, 0, 0, 5, 0x30]);
    // One is made, one is filled in, one goes.
    let other = [0x31, 0, 0, 0, 1, 0x31, 0, 0, 0, 2, 0x30];
    block.get_mut::<Head>(place).unwrap().tree[2] = node;
    assert_eq!(load_in(&EACH, &mut block, place, &other), Ok(11));
    let tree = block.get::<Head>(place).unwrap().tree;
    assert_eq!((tree[1], tree[2]), (node, 0));
    assert_eq!(block.get::<Node>(tree[0] as usize).unwrap().value, 1);
    assert_eq!(block.get::<Node>(node as usize).unwrap().value, 2);
    assert_eq!(save_in(&EACH, &mut block, place).as_deref(), Ok(&other[..]));
    let text = load_in(&EACH, &mut block, place, &[0x30, 0x32]).unwrap_err();
    assert_eq!(text, "each/0.tree[1]: the stream holds a value that is not allowed here (expected 49, found 50), at byte 2 of the stream");
}

#[test]
fn a_version_that_the_elements_do_not_have_is_refused() {
    let list = ListField { table: NODE.table(), version: 2, link: 0 };
    let offset = offset_of!(Head, plain);
    let table = table(Field { offset, ..field(What::List(ListForm::Plain, list)) });
    for stream in [&[1, 0, 0, 0, 1, 0][..], &[0]] {
        let mut memory = [0; 64];
        let (mut block, place) = block_with_head(&mut memory, &Head::default());
        let mut loader = migcore::codec::legacy::Loader::from_slice(stream);
        let _ = table.visit(&mut block, place, &mut loader.visitor());
        let text = loader.finish().unwrap_err().to_string();
        assert_eq!(text, "t/0.field: written by a newer version than the device can read (newest version known 1, found 2), at byte 0 of the stream");
    }
}
