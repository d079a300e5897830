//! No name and no string holds a byte 0, whatever it is written to: C could not say it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;
#[path = "support/wire.rs"]
mod wire;

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::codec::legacy;
use migcore::io::{Portable, SliceWriter};
use migcore::model::{At, Tree, Value};
use migcore::visit::{Description, Extent, Kind, Marks, Scope, ScopeKind, Versions, Visitor};
use migcore::{Code, Result};
use wire::*;

const KNOWN: Versions = Versions { current: 1, minimum: 1 };

type Saving = fn(&mut Visitor<'_>, &[u8]) -> Result<()>;

/// All that has a name.
fn named() -> [Saving; 10] {
    [
        |v, name| v.scalar(&name, &mut 1u8),
        |v, name| v.save_array(&name, Kind::U8, Extent::Fixed, &[1]),
        |v, name| v.save_bytes(&name, Extent::Variable, &[1]),
        |v, name| v.save_text(&name, "text"),
        |v, name| v.null(&name),
        |v, name| v.begin(&name, Scope::Struct(None)),
        |v, name| {
            let description = Description { name, versions: KNOWN };
            v.begin(&"s", Scope::Struct(Some(description)))
        },
        |v, name| v.begin_optional(&name, &mut true),
        |v, name| v.begin(&name, Scope::Subsection { version: 1 }),
        |v, name| v.begin(&name, Scope::Device { instance: 0, versions: KNOWN }),
    ]
}

fn in_device(v: &mut Visitor<'_>, save: Saving, name: &[u8]) -> Result<()> {
    v.begin(&"d", Scope::Device { instance: 0, versions: KNOWN })?;
    save(v, name)
}

#[test]
fn no_writer_takes_such_a_name() {
    for (at, save) in named().into_iter().enumerate() {
        for name in [&b"\0"[..], b"a\0b", b"ab\0"] {
            let wrong = |v: &mut Visitor<'_>| in_device(v, save, name);
            let report = to_stream(&Settings::default(), 4096, wrong).unwrap_err();
            assert_eq!(report.code, Code::InvalidArgument, "chunks {at}");
            let code = to_tree(&mut vec![0; 4096], wrong).err();
            assert_eq!(code, Some(Code::InvalidArgument), "tree {at}");
        }
        // The same visit with another name goes on.
        let right = |v: &mut Visitor<'_>| in_device(v, save, b"ab").map_err(|_| Code::Refused);
        let code = to_stream(&Settings::default(), 4096, right).err().map(|report| report.code);
        assert!(matches!(code, None | Some(Code::Unbalanced)), "{at}: {code:?}");
    }
}

#[test]
fn a_device_and_a_header_have_no_such_name() {
    let device = |v: &mut Visitor<'_>| v.device("a\0b", 0, KNOWN, |_| Ok(()));
    let report = to_stream(&Settings::default(), 4096, device).unwrap_err();
    assert_eq!(report.code, Code::InvalidArgument);
    assert_eq!(to_tree(&mut vec![0; 4096], device).err(), Some(Code::InvalidArgument));
    for (machine, writer) in [("\0", ""), ("pc", "a\0")] {
        let settings = Settings { machine, writer, ..Settings::default() };
        let (mut memory, mut scratch) = ([0; 64], [0; 256]);
        let out = SliceWriter::new(&mut memory);
        let report = ChunkEncoder::new(out, Portable, &settings, &mut scratch).unwrap_err();
        assert_eq!(report.code, Code::InvalidArgument);
    }
}

#[test]
fn no_edit_gives_such_a_name() {
    let mut memory = vec![0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    let end = At::End(tree.root());
    let described = Value::Struct(Some(Description { name: b"\0", versions: KNOWN }));
    assert_eq!(tree.insert(end, b"a\0", Marks::NONE, Value::Absent), Err(Code::InvalidArgument));
    assert_eq!(tree.insert(end, b"a", Marks::NONE, described), Err(Code::InvalidArgument));
    let item = tree.insert(end, b"a", Marks::NONE, Value::Absent).unwrap();
    assert_eq!(tree.rename(item, b"\0a"), Err(Code::InvalidArgument));
    assert_eq!(tree.replace(item, described), Err(Code::InvalidArgument));
    assert_eq!((tree.name(item), tree.value(item)), (Ok(&b"a"[..]), Ok(Value::Absent)));
}

#[test]
fn a_legacy_subsection_has_no_such_name() {
    let mut memory = [0; 64];
    let mut saver = legacy::Saver::to_slice(&mut memory);
    let mut v = saver.visitor();
    let code = v.begin(&&b"d/\0"[..], Scope::Subsection { version: 1 });
    assert_eq!(code, Err(Code::InvalidArgument));
    assert_eq!(v.end(ScopeKind::Subsection), Err(Code::InvalidArgument));
}

#[test]
fn no_string_holds_a_nul() {
    let save = |v: &mut Visitor<'_>| {
        in_device(
            v,
            |v, text| {
                let text = core::str::from_utf8(text).unwrap();
                v.save_text(&"id", text)
            },
            b"a\0b",
        )
    };
    assert_eq!(to_stream(&Settings::default(), 4096, save).unwrap_err().code, Code::BadText);
    assert_eq!(to_tree(&mut vec![0; 4096], save).err(), Some(Code::BadText));
    let mut memory = [0; 64];
    let mut saver = legacy::Saver::to_slice(&mut memory);
    assert_eq!(saver.visitor().save_text(&"id", "a\0"), Err(Code::BadText));
    let mut loader = legacy::Loader::from_slice(b"\x02a\0");
    let loaded = loader.visitor().load_text(&"id", 8, &mut |_| panic!("a NUL was given"));
    assert_eq!(loaded, Err(Code::BadText));

    let mut memory = vec![0; 4096];
    let mut tree = Tree::new(&mut memory).unwrap();
    let end = At::End(tree.root());
    let inserted = tree.insert(end, b"id", Marks::NONE, Value::Text("\0"));
    assert_eq!(inserted, Err(Code::InvalidArgument));
}
