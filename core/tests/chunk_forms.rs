//! States of unusual form come over the wire as they are.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::{scratch_for, Chunks, Settings};
use migcore::io::Portable;
use migcore::visit::{Extent, Kind, Scope, ScopeKind, Versions, Visitor};
use migcore::Result;
use saved::{Device, Item, What};
use wire::*;

fn item(name: &str, what: What) -> Item {
    Item { name: name.to_owned(), marks: 0, what }
}

fn u32s(name: &str, value: u64) -> Item {
    item(name, What::Scalar(Kind::U32, value))
}

fn device(items: Vec<Item>) -> Device {
    let name = "d".to_owned();
    Device { name, instance: 0, version: 1, oldest_reader: 1, marks: 0, items }
}

/// The devices are read as they were saved, by the library and the second reader, with much memory and
/// with little.
fn holds(devices: &[Device], longest_name: usize) {
    let save = |v: &mut Visitor<'_>| saved::save(devices, v);
    let (few, usual) = (scratch_for(longest_name), Settings::default());
    let streams = [few, few + 9, 2 * few, 1 << 18].map(|scratch| {
        let bytes = to_stream(&usual, scratch, save).unwrap();
        let read = shown::read(&bytes);
        assert_eq!(read, Ok(saved::lines(devices)));
        (bytes, read)
    });
    second::agrees(&streams);
}

#[test]
fn fields_that_depend_on_others_inside_of_elements() {
    let element = |at: u64| {
        let mut items = vec![u32s("control", at)];
        if at.is_multiple_of(3) {
            items.push(u32s("third", at));
        }
        if at % 4 == 1 {
            let inner = vec![u32s("a", at); (at % 7) as usize];
            items.push(item("inner", What::List(Extent::Variable, vec![inner; (at % 3) as usize])));
        }
        items.push(item(
            "there",
            What::Optional(at.is_multiple_of(5).then(|| vec![u32s("five", at)])),
        ));
        items
    };
    let list = |extent| item("list", What::List(extent, (0..60).map(element).collect()));
    holds(&[device(vec![list(Extent::Fixed), list(Extent::Variable), u32s("after", 1)])], 8);
}

/// More forms than a fragment has of a list: it goes on in others.
#[test]
fn hundreds_of_forms_in_turn() {
    let form = |number: u64| {
        let names = (0..8).filter(|bit| number >> bit & 1 == 1);
        names.map(|bit| item(&format!("bit{bit}"), What::Scalar(Kind::U8, number))).collect()
    };
    let elements = (0..600).map(|at| form(at % 200)).collect();
    let list = item("list", What::List(Extent::Variable, elements));
    holds(&[device(vec![list, u32s("after", 1)])], 5);
}

#[test]
fn lists_in_lists_and_names_that_repeat() {
    let mut items = vec![u32s("x", 1), u32s("x", 2), u32s("", 3), u32s("", 4), u32s("x", 5)];
    for depth in 0..5u64 {
        let other = [items.clone(), vec![u32s("x", depth)]].concat();
        let lists = vec![items.clone(), items[..2].to_vec(), other, vec![]];
        items = vec![u32s("x", depth), item("x", What::List(Extent::Variable, lists))];
    }
    holds(&[device(items)], 1);
}

#[test]
fn sixteen_levels() {
    // The device is one of them.
    let mut items = vec![u32s("x", 7)];
    for depth in 0..15 {
        let what = match depth % 5 {
            0 => What::Struct(None, items),
            1 => What::List(Extent::Fixed, vec![items.clone(), items]),
            2 => What::Optional(Some(items)),
            3 => What::Subsection(depth, items),
            _ => What::Device(depth, 4, 3, items),
        };
        items = vec![item("level", what)];
    }
    holds(&[device(items)], 5);
}

#[test]
fn names_of_255_bytes_and_of_none() {
    let long = "n".repeat(255);
    let described = What::Struct(Some((long.clone(), 9)), vec![u32s(&long, 1), u32s("", 2)]);
    let inside = vec![item(&long, described), item(&long, What::Subsection(3, vec![]))];
    let mut whole = device(inside.clone());
    whole.name.clone_from(&long);
    let list = vec![item(&long, What::List(Extent::Fixed, vec![inside, vec![]]))];
    let nameless = Device { name: String::new(), ..device(list) };
    holds(&[whole, nameless], 255);
}

#[test]
fn what_is_empty() {
    let extents = [Extent::Fixed, Extent::Variable];
    let empty = extents.map(|extent| {
        let arrays = Kind::ALL.map(|kind| item("array", What::Array(kind, extent, vec![])));
        let list = |elements| item("list", What::List(extent, vec![vec![]; elements]));
        let bytes = item("bytes", What::Bytes(extent, vec![]));
        [&arrays[..], &[list(0), list(1), list(1000), bytes]].concat()
    });
    let text = item("text", What::Text(String::new()));
    let scopes = [What::Struct(None, vec![]), What::Optional(Some(vec![])), What::Optional(None)];
    let scopes = scopes.map(|what| item("scope", what));
    let items = [&empty.concat()[..], &[text], &scopes].concat();
    holds(&[device(items), Device { instance: 1, ..device(vec![]) }], 5);
}

#[test]
fn a_large_array_goes_through_little_memory() {
    let data: Vec<u8> = (0..1u32 << 20).map(|at| ((at * 31) >> 3) as u8).collect();
    let save = |v: &mut Visitor<'_>| {
        let versions = Versions::only(1);
        v.begin(&"ram", Scope::Device { instance: 0, versions })?;
        v.save_array(&"words", Kind::U32, Extent::Variable, &data)?;
        v.save_bytes(&"bytes", Extent::Fixed, &data)?;
        v.scalar(&"after", &mut 7u8)?;
        v.end(ScopeKind::Device)
    };
    let limit = |fragment_limit| Settings { fragment_limit, ..Settings::default() };
    let whole = plain_stream(save);
    let due = read_tree(&whole, digest);
    for settings in [limit(0), limit(1500), limit(1 << 16)] {
        let bytes = to_stream(&settings, 256, save).unwrap();
        assert_eq!(read_tree(&bytes, digest), due);
    }
    let lines = shown::read(&whole);
    second::agrees(&[(whole, lines)]);
}

#[test]
fn devices_of_one_shape_carry_one_shape() {
    let save = |v: &mut Visitor<'_>| -> Result<()> {
        (0..10_000u32).try_for_each(|instance| {
            v.device("timer", instance, Versions::only(1), |v| {
                v.visit("control", &mut instance.wrapping_mul(77))?;
                v.list("channels", 2, |v, at| v.visit("level", &mut (at as u16)))
            })
        })
    };
    for scratch in [256, 1 << 16] {
        let bytes = to_stream(&Settings::default(), scratch, save).unwrap();
        let (mut shapes, mut devices, mut walk) = (0, 0, Chunks::new(&bytes, Portable));
        while let Some(chunk) = walk.next().unwrap() {
            shapes += usize::from(&chunk.kind.bytes() == b"MSHP");
            devices += usize::from(chunk.kind.is_device());
        }
        assert_eq!((shapes, devices), (1, 10_000));
    }
}
