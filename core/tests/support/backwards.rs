//! From a description back to a table that could have led to it, and to an object that it describes.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use migcore::codec::legacy::Loader;
use migcore::codec::vmdesc::{Description, Field as Entry, Nested};
use migcore::visit::Kind;
use migcore::vmstate::{Amount, Field, ListForm, What};

use crate::tables::{field, list_of, Made, Objects};

/// Links of an element of a list: next and previous.
const LINKS: usize = 16;

/// A device made from its description, with the state that it was saved with. `None` where elements of one array
/// have fields of their own, or only the device knows what the description means.
pub fn device(
    description: &Description,
    payload: &[u8],
) -> Option<(Objects, &'static Made, usize)> {
    let (table, size) = table(description, 0)?;
    let mut objects = Objects::new();
    let object = objects.heap.add(&vec![0; size]);
    let mut loader = Loader::from_slice(payload);
    let loaded = objects.walk(table, object, &mut loader.visitor());
    loaded.unwrap_or_else(|code| panic!("{}: {code:?}", description.name));
    assert_eq!(loader.finish().unwrap(), payload.len() as u64, "{}", description.name);
    Some((objects, table, object))
}

/// A table whose first field lies at `start`, and where its object ends.
fn table(description: &Description, start: usize) -> Option<(&'static Made, usize)> {
    let (made, end) = made(description, start)?;
    Some((made.leak(), end))
}

fn made(description: &Description, start: usize) -> Option<(Made, usize)> {
    let mut table = Made::new(&description.name, description.version);
    let mut end = start;
    for run in description.fields.chunk_by(|one, next| one.name == next.name) {
        table.add(array(run, &mut end)?, true);
    }
    for subsection in description.subsections() {
        let (mut part, part_end) = made(subsection, end)?;
        part.needed = false;
        end = part_end;
        table.subsections.push(part.leak());
    }
    Some((table, end))
}

/// The field of these entries, which lies where the last one ended.
fn array(run: &[Entry], end: &mut usize) -> Option<Field<&'static Made>> {
    let first = &run[0];
    let (what, size, stride) = element(run)?;
    let mut field = field(&first.name, &first.kind, what, *end, size);
    let count = match run {
        [one] => one.array_len.unwrap_or(1) as usize,
        all => all.len(),
    };
    field.count = Amount::Fixed(count);
    // What is not told in one entry has a test, if its table has no subsections.
    field.tested = run.len() > 1;
    field.pointers = stride == POINTER_TO_NONE;
    *end += count * if field.pointers { 8 } else { stride };
    Some(field)
}

/// In the place of a stride: the elements are null pointers.
const POINTER_TO_NONE: usize = usize::MAX;

/// What the elements are, their size as a table says it, and how far they lie apart.
fn element(run: &[Entry]) -> Option<(What<&'static Made>, usize, usize)> {
    let first = &run[0];
    let size = first.size as usize;
    if let Some(kind) = kind(&first.kind) {
        let stride = if size == kind.width().bytes() { size } else { POINTER_TO_NONE };
        let what = if first.kind == "timer" { What::Timer } else { What::Scalar(kind) };
        return Some((what, kind.width().bytes(), stride));
    }
    let inside = inside(run);
    match (first.kind.as_str(), &inside[..]) {
        ("struct", []) => Some((What::Struct(Made::new("", 0).leak()), 0, POINTER_TO_NONE)),
        ("struct", all) => {
            let (table, size) = table(&common(all)?, 0)?;
            Some((What::Struct(table), size, size))
        }
        ("vstruct" | "tmp", [one]) => {
            let (table, size) = table(one, 0)?;
            Some((What::Versioned(table, one.version), size, size))
        }
        ("qtailq" | "qlist", []) => {
            Some((What::List(ListForm::Plain, list_of(Made::new("", 0).leak())), LINKS, 8))
        }
        ("qtailq" | "qlist", all) => {
            let (table, size) = table(&common(all)?, LINKS)?;
            Some((What::List(ListForm::Plain, list_of(table)), size, 8))
        }
        ("bitmap", []) => Some((What::Bitmap, size * 8, size)),
        ("unused_buffer", []) => Some((What::Unused, size, size)),
        (_, []) => Some((What::Buffer, size, size)),
        _ => None,
    }
}

/// The descriptions inside of all entries.
fn inside(run: &[Entry]) -> Vec<&Description> {
    run.iter()
        .flat_map(|entry| match &entry.nested {
            Nested::None | Nested::Struct(None) => Vec::new(),
            Nested::Struct(Some(one)) => vec![&**one],
            Nested::Inline(all) => all.iter().collect(),
        })
        .collect()
}

/// The description of all, which have the same fields, with every subsection that one of them has.
fn common(all: &[&Description]) -> Option<Description> {
    let mut common = all[0].clone();
    for one in all {
        if (&one.name, one.version, &one.fields) != (&common.name, common.version, &common.fields) {
            return None;
        }
        for subsection in one.subsections() {
            let known = common.subsections.get_or_insert_default();
            match known.iter().find(|known| known.name == subsection.name) {
                Some(known) if known == subsection => {}
                Some(_) => return None,
                None => known.push(subsection.clone()),
            }
        }
    }
    Some(common)
}

/// The kind of a value of this type.
fn kind(text: &str) -> Option<Kind> {
    Some(match text.trim_end_matches(" equal") {
        "bool" => Kind::Bool,
        "int8" => Kind::I8,
        "int16" => Kind::I16,
        "int32" | "int32 le" => Kind::I32,
        "int64" if text == "int64 equal" => Kind::U64,
        "int64" | "timer" => Kind::I64,
        "uint8" => Kind::U8,
        "uint16" => Kind::U16,
        "uint32" => Kind::U32,
        "uint64" => Kind::U64,
        "CPU_Double_U" | "float64" => Kind::F64,
        _ => return None,
    })
}
