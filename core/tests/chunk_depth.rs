//! One limit of nesting everywhere: what a visitor can save, every reader of chunks and every tree takes, and
//! what is deeper nobody does.

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
#[path = "support/reading.rs"]
mod reading;
#[path = "support/saved.rs"]
mod saved;
#[path = "support/second.rs"]
mod second;
#[path = "support/shown.rs"]
mod shown;
mod support;
#[path = "support/ways.rs"]
mod ways;
#[path = "support/wire.rs"]
mod wire;
#[path = "support/writer.rs"]
mod writer;

use migcore::codec::chunk::{scratch_for, Chunks, Limits, Settings, SliceStore, StreamStore};
use migcore::codec::legacy::{Loader, Saver};
use migcore::error::MAX_DEPTH;
use migcore::io::{Portable, SliceReader};
use migcore::model::Tree;
use migcore::visit::{
    Description, Extent, Kind, Scope, ScopeKind, SubsectionName, Versions, Visitor,
};
use migcore::{Code, Result};
use reading::{check_code, expect, u8_is, Outcome};
use saved::{Device, Item, What};
use ways::{any_device, into_tree, read_tree, Reading, ROOM};
use wire::{plain_stream, to_stream, to_tree};

/// The scopes that a device may have open inside, which is one itself.
const INSIDE: usize = MAX_DEPTH - 1;

/// Memory for the shapes and the fragment that these streams ask for.
const MEMORY: usize = 5 << 20;

const LIMITS: Limits = shown::LIMITS;

const VERSIONS: Versions = Versions { current: 3, minimum: 1 };

/// Every form of scope, the same all the way down, and all of them in turn.
const FORMS: [&[Form]; 7] = [
    &[Form::Struct],
    &[Form::Described],
    &[Form::List],
    &[Form::Optional],
    &[Form::Subsection],
    &[Form::Device],
    &[
        Form::Struct,
        Form::List,
        Form::Optional,
        Form::Subsection,
        Form::Described,
        Form::Device,
        Form::List,
    ],
];

#[derive(Clone, Copy, Debug)]
enum Form {
    Struct,
    Described,
    List,
    Optional,
    Subsection,
    Device,
}

fn item(name: &str, what: What) -> Item {
    Item { name: name.to_owned(), marks: 0, what }
}

fn numbered(instance: u32, items: Vec<Item>) -> Device {
    let name = "d".to_owned();
    Device { name, instance, version: 3, oldest_reader: 2, marks: 0, items }
}

/// A device in which so many scopes nest. There is a field at each level, and a buffer at the deepest.
fn device(forms: &[Form], depth: usize) -> Vec<Device> {
    let bytes = |length: u8| What::Bytes(Extent::Variable, (0..length).collect());
    let mut items = vec![item("deepest", bytes(99))];
    for level in (0..depth).rev() {
        let what = match forms[level % forms.len()] {
            Form::Struct => What::Struct(None, items),
            Form::Described => What::Struct(Some(("t".to_owned(), 3)), items),
            Form::List => What::List(Extent::Fixed, vec![items]),
            Form::Optional => What::Optional(Some(items)),
            Form::Subsection => What::Subsection(3, items),
            Form::Device => What::Device(7, 3, 2, items),
        };
        items = vec![item("level", What::Scalar(Kind::U8, level as u64)), item("d/scope", what)];
    }
    vec![numbered(0, items)]
}

/// Loads what such a device saves.
fn load(v: &mut Visitor<'_>, forms: &[Form], depth: usize) -> Result<()> {
    v.device("d", 0, VERSIONS, |v| load_inside(v, forms, 0, depth))
}

fn load_inside(v: &mut Visitor<'_>, forms: &[Form], level: usize, depth: usize) -> Result<()> {
    if level == depth {
        let (mut bytes, mut length) = ([0; 99], 0);
        v.varbytes("deepest", &mut bytes, &mut length)?;
        return expect((length, bytes[98]), (99, 98));
    }
    u8_is(v, "level", level as u8)?;
    let name = &"d/scope";
    let kind = match forms[level % forms.len()] {
        Form::Struct => {
            v.begin(name, Scope::Struct(None))?;
            ScopeKind::Struct
        }
        Form::Described => {
            let described = Description { name: b"t", versions: VERSIONS };
            v.begin(name, Scope::Struct(Some(described)))?;
            ScopeKind::Struct
        }
        Form::List => {
            v.begin(name, Scope::List { extent: Extent::Fixed, count: 1 })?;
            v.begin_element()?;
            ScopeKind::List
        }
        Form::Optional => {
            v.begin_optional(name, &mut false)?;
            ScopeKind::Optional
        }
        Form::Subsection => {
            v.next_subsection(b"d", &mut SubsectionName::new())?;
            ScopeKind::Subsection
        }
        Form::Device => {
            v.begin(name, Scope::Device { instance: 7, versions: VERSIONS })?;
            ScopeKind::Device
        }
    };
    load_inside(v, forms, level + 1, depth)?;
    if kind == ScopeKind::List {
        v.end_element()?;
    }
    v.end(kind)
}

/// A stream from memory and from a source, which are read alike.
fn read(bytes: &[u8], f: impl Reading) -> Outcome {
    let mut memory = vec![0; MEMORY];
    let (slice, _) = ways::read(SliceStore::new(bytes, LIMITS, Portable), &mut [], &f);
    let stream = StreamStore::new(SliceReader::new(bytes), &mut memory, LIMITS, Portable);
    assert_eq!(ways::read(stream, &mut [], &f).0, slice);
    slice
}

/// The same for a replay into a tree.
fn replay(bytes: &[u8]) -> core::result::Result<u64, Code> {
    let (mut memory, mut room) = (vec![0; MEMORY], vec![0; ROOM]);
    let slice =
        into_tree(SliceStore::new(bytes, LIMITS, Portable), &mut Tree::new(&mut room).unwrap());
    let stream = StreamStore::new(SliceReader::new(bytes), &mut memory, LIMITS, Portable);
    assert_eq!(into_tree(stream, &mut Tree::new(&mut room).unwrap()), slice);
    slice.map_err(|(code, _)| code)
}

fn fragments(bytes: &[u8]) -> usize {
    let (mut count, mut walk) = (0, Chunks::new(bytes, Portable));
    while let Some(chunk) = walk.next().unwrap() {
        count += usize::from(chunk.kind.is_device());
    }
    count
}

/// The streams of another writer: whole, and cut where they may be.
fn written(devices: &[Device]) -> [Vec<u8>; 4] {
    [(0, 1), (20, 2), (40, 3), (70, 4)].map(|(cuts, seed)| writer::write(devices, seed << 40, cuts))
}

#[test]
fn the_deepest_state_goes_everywhere() {
    let mut streams = Vec::new();
    for forms in FORMS {
        let devices = device(forms, INSIDE);
        let save = |v: &mut Visitor<'_>| saved::save(&devices, v);
        let scratches = [scratch_for(7), 300, 1000, 1 << 18];
        let saved = scratches.map(|size| to_stream(&Settings::default(), size, save).unwrap());
        assert!(fragments(&saved[0]) > 1 && fragments(&saved[3]) == 1);
        for bytes in saved.into_iter().chain(written(&devices)) {
            let lines = shown::read(&bytes);
            assert_eq!(lines, Ok(saved::lines(&devices)), "{forms:?}");
            assert_eq!(read(&bytes, |v| load(v, forms, INSIDE)), Ok(()));
            assert_eq!(replay(&bytes), Ok(1));
            assert_eq!(read_tree(&bytes, |v| load(v, forms, INSIDE)).0, Ok(()));
            streams.push((bytes, lines));
        }
        let mut memory = vec![0; ROOM];
        let tree = to_tree(&mut memory, save).unwrap();
        assert_eq!(plain_stream(|v| tree.replay(tree.root(), v)), plain_stream(save));
    }
    second::agrees(&streams);
}

#[test]
fn what_is_one_deeper_goes_nowhere() {
    let mut streams = Vec::new();
    for forms in FORMS {
        let mut devices = device(forms, MAX_DEPTH);
        devices[0].items.iter_mut().for_each(|item| item.marks = 1);
        let save = |v: &mut Visitor<'_>| saved::save(&devices, v);
        for size in [scratch_for(7), 1 << 18] {
            let report = to_stream(&Settings::default(), size, save).unwrap_err();
            assert_eq!(report.code, Code::TooDeep, "{forms:?}");
        }
        assert_eq!(to_tree(&mut vec![0; ROOM], save).err(), Some(Code::TooDeep));
        for bytes in written(&devices) {
            assert_eq!(check_code(&bytes), Some(Code::TooDeep));
            let codes = [
                read(&bytes, |v| load(v, forms, MAX_DEPTH)).map_err(|report| report.code),
                read(&bytes, any_device).map_err(|report| report.code),
                replay(&bytes).map(|_| ()),
            ];
            assert_eq!(codes, [Err(Code::TooDeep); 3], "{forms:?}");
            streams.push((bytes, Err(Code::TooDeep)));
        }
    }
    second::agrees(&streams);
    for (bytes, _) in &streams[..4] {
        assert!(second::reason(bytes).contains("too many open scopes"));
    }
}

/// What the legacy wire makes of it.
fn legacy(
    save: impl FnOnce(&mut Visitor<'_>) -> Result<()>,
) -> core::result::Result<Vec<u8>, Code> {
    let mut memory = vec![0; ROOM];
    let mut saver = Saver::to_slice(&mut memory);
    let done = save(&mut saver.visitor());
    let length = saver.finish().map_err(|report| report.code)?;
    done.map(|()| memory[..length as usize].to_vec())
}

#[test]
fn the_legacy_wire_and_trees_count_alike() {
    for forms in FORMS {
        let inside = |depth| device(forms, depth).remove(0).items;
        let deepest = device(forms, INSIDE);
        let bytes = legacy(|v| saved::save(&deepest, v)).unwrap();
        let mut loader = Loader::from_slice(&bytes);
        load(&mut loader.visitor(), forms, INSIDE).unwrap();
        loader.finish().unwrap();
        let deeper = device(forms, MAX_DEPTH);
        assert_eq!(legacy(|v| saved::save(&deeper, v)), Err(Code::TooDeep));
        // Without a device around them there may be one more.
        let bytes = legacy(|v| saved::save_items(&inside(MAX_DEPTH), v)).unwrap();
        assert_eq!(legacy(|v| saved::save_items(&inside(MAX_DEPTH + 1), v)), Err(Code::TooDeep));
        let mut memory = vec![0; ROOM];
        let tree = to_tree(&mut memory, |v| saved::save_items(&inside(MAX_DEPTH), v)).unwrap();
        assert_eq!(legacy(|v| tree.replay(tree.root(), v)), Ok(bytes));
        let around =
            |v: &mut Visitor<'_>| v.device("d", 0, VERSIONS, |v| tree.replay(tree.root(), v));
        assert_eq!(legacy(around), Err(Code::TooDeep));
        let report = to_stream(&Settings::default(), 256, around).unwrap_err();
        assert_eq!(report.code, Code::TooDeep);
    }
}

/// So many structs around items.
fn structs(depth: usize, items: Vec<Item>) -> Vec<Item> {
    (0..depth).fold(items, |items, _| vec![item("s", What::Struct(None, items))])
}

/// A shape that is remembered may expect more where it has no values, for which there is no room at
/// another place: behind an optional that is not there, in alternatives of a list.
#[test]
fn what_has_no_values_is_no_deeper_either() {
    let leaf = || vec![item("x", What::Scalar(Kind::U8, 7))];
    let present = item("o", What::Optional(Some(structs(INSIDE - 1, leaf()))));
    let absent = item("o", What::Optional(None));
    let list = |elements| item("l", What::List(Extent::Variable, elements));
    let deep = list(vec![structs(INSIDE - 1, leaf()), leaf()]);
    let flat = list(vec![leaf()]);
    let none = list(vec![]);
    for (first, then) in [(present, absent), (deep.clone(), flat), (deep, none)] {
        let long = item("b", What::Bytes(Extent::Fixed, vec![1; 9000]));
        let behind = structs(INSIDE - 1, vec![long.clone(), then]);
        let together = [vec![long, first.clone()], behind.clone()].concat();
        for devices in
            [vec![numbered(0, together)], vec![numbered(0, vec![first]), numbered(1, behind)]]
        {
            for size in [256, 512, 1024, 8192, 12288] {
                let save = |v: &mut Visitor<'_>| saved::save(&devices, v);
                let bytes = to_stream(&Settings::default(), size, save).unwrap();
                assert!(shown::read(&bytes) == Ok(saved::lines(&devices)), "{size}");
            }
        }
    }
}
