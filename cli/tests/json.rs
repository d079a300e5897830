//! The JSON document has every value, held against what an observer of the library is shown.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use migcore::codec::observe::{Event, Item, Observer, Refusal};
use migcore::visit::{Extent, Kind, Marks, Scope};
use migcore_cli::chunks;
use migcore_cli::show::{printer, Choice, Fact, Filter, Places, Problem};
use serde_json::{json, Value};

use support::{input, stream};

/// The document that the program prints.
fn document(bytes: &[u8], paths: &[&str]) -> (Value, bool) {
    let (mut out, places) = (Vec::new(), Places::new());
    let filter = Filter::new(paths.iter().copied());
    let mut show = printer(&mut out, Choice { json: true, filter, ..Choice::default() }, &places);
    let found = chunks::inspect(&input(bytes), &mut *show, &places).unwrap();
    show.end_document(&[], None).unwrap();
    drop(show);
    let text = String::from_utf8(out).unwrap();
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}")), found.is_some())
}

/// What it must be, but for the places.
fn expected(bytes: &[u8]) -> Value {
    let mut open: Vec<(Value, bool)> = vec![(json!({ "fields": [] }), false)];
    let observe = |item: Item<'_>| -> Result<(), Refusal> {
        let hidden = open.last().unwrap().1 || item.marks.contains(Marks::SECRET);
        match item.event {
            Event::Begin(scope) => {
                let index = array(&mut open.last_mut().unwrap().0).len();
                open.push((begun(&item, scope, index), hidden));
            }
            Event::End(_) => {
                let (closed, _) = open.pop().unwrap();
                array(&mut open.last_mut().unwrap().0).push(closed);
            }
            _ => {
                let fields = array(&mut open.last_mut().unwrap().0);
                if let (Event::Raw(more), Some(last)) = (item.event, fields.last_mut()) {
                    if last["type"] == "raw" {
                        let before = last["value"].as_str().unwrap().to_owned();
                        last["value"] = (before + &hex(more)).into();
                        last["length"] =
                            (last["length"].as_u64().unwrap() + more.len() as u64).into();
                        return Ok(());
                    }
                }
                fields.push(leaf(&item, hidden));
            }
        }
        Ok(())
    };
    chunks::replay(&input(bytes), &mut Observer::new(observe)).unwrap();
    open.remove(0).0["fields"].take()
}

fn array(scope: &mut Value) -> &mut Vec<Value> {
    let key = if scope["type"] == "list" { "elements" } else { "fields" };
    scope[key].as_array_mut().unwrap()
}

fn begun(item: &Item<'_>, scope: Scope<'_>, index: usize) -> Value {
    let mut value = match scope {
        Scope::Device { instance, versions } => {
            json!({ "type": "device", "instance": instance, "version": versions.current })
        }
        Scope::Struct(None) => json!({ "type": "struct" }),
        Scope::Struct(Some(described)) => json!({
            "type": "struct",
            "description": std::str::from_utf8(described.name).unwrap(),
            "version": described.versions.current,
        }),
        Scope::List { extent, count } => json!({
            "type": "list", "extent": extent_of(extent), "count": count, "elements": [],
        }),
        Scope::Element => json!({ "index": index }),
        Scope::Optional { present } => json!({ "type": "optional", "present": present }),
        Scope::Subsection { version } => json!({ "type": "subsection", "version": version }),
    };
    if !matches!(scope, Scope::List { .. }) {
        value["fields"] = json!([]);
    }
    named(value, item)
}

fn leaf(item: &Item<'_>, hidden: bool) -> Value {
    let mut value = match item.event {
        Event::Scalar(kind, bits) => json!({ "type": kind.text(), "value": scalar(kind, bits) }),
        Event::Array(kind, extent, bytes) => json!({
            "type": format!("{}[]", kind.text()),
            "extent": extent_of(extent),
            "value": bytes.chunks(kind.width().bytes()).map(|element| {
                let mut bits = [0; 8];
                bits[..element.len()].copy_from_slice(element);
                scalar(kind, u64::from_le_bytes(bits))
            }).collect::<Vec<_>>(),
        }),
        Event::Bytes(extent, data) => {
            json!({ "type": "bytes", "extent": extent_of(extent), "value": hex(data) })
        }
        Event::Text(text) => json!({ "type": "text", "value": text }),
        Event::Absent => json!({ "type": "null", "value": null }),
        Event::Raw(data) => json!({ "type": "raw", "value": hex(data), "length": data.len() }),
        Event::Begin(_) | Event::End(_) => unreachable!(),
    };
    if hidden {
        value["value"] = Value::Null;
        value["secret"] = true.into();
    }
    named(value, item)
}

fn named(mut value: Value, item: &Item<'_>) -> Value {
    if !item.name.is_empty() {
        value["name"] = std::str::from_utf8(item.name).unwrap().into();
    }
    let names = ["ancillary", "secret", "volatile", "safe to copy", "opaque"];
    let marks = names.iter().enumerate().filter(|(at, _)| item.marks.bits() & (1 << at) != 0);
    let marks: Vec<_> = marks.map(|(_, name)| *name).collect();
    if !marks.is_empty() {
        value["marks"] = marks.into();
    }
    value
}

fn scalar(kind: Kind, bits: u64) -> Value {
    match kind {
        Kind::Bool => (bits != 0).into(),
        Kind::I8 => (bits as i8).into(),
        Kind::I16 => (bits as i16).into(),
        Kind::I32 => (bits as i32).into(),
        Kind::I64 => (bits as i64).into(),
        Kind::F32 if f32::from_bits(bits as u32).is_nan() => format!("nan 0x{bits:x}").into(),
        // As a number of JSON with the digits of an f32.
        Kind::F32 => f32::from_bits(bits as u32).to_string().parse::<f64>().unwrap().into(),
        Kind::F64 if f64::from_bits(bits).is_finite() => f64::from_bits(bits).into(),
        Kind::F64 => f64::from_bits(bits).to_string().into(),
        _ => bits.into(),
    }
}

fn extent_of(extent: Extent) -> &'static str {
    if extent == Extent::Fixed {
        "fixed"
    } else {
        "variable"
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A document without what an observer is not shown.
fn stripped(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.remove("offset");
        object.remove("oldest_reader");
        object.values_mut().for_each(|inner| *inner = stripped(inner.take()));
    } else if let Some(array) = value.as_array_mut() {
        array.iter_mut().for_each(|inner| *inner = stripped(inner.take()));
    }
    value
}

#[test]
#[cfg(target_endian = "little")]
fn the_document_has_every_value() {
    let (document, damaged) = document(&stream(), &[]);
    assert!(!damaged);
    assert_eq!(stripped(document["devices"].clone()), expected(&stream()));
    assert_eq!(document["format"], "chunks");
    assert_eq!(document["machine"], "board \"1\"");
    assert_eq!(document["complete"], true);
    assert_eq!(document["devices"][0]["oldest_reader"], 2);
    let offset = document["devices"][2]["offset"].as_u64().unwrap() as usize;
    assert_eq!(&stream()[offset + 4..][..4], b"MDEV");
    assert_eq!(&stream()[offset + 14..][..5], b"\x04uart");
}

#[test]
fn a_filter_shows_what_it_names_and_the_way_to_it() {
    let fields = |path: &str| document(&stream(), &[path]).0["devices"].clone();
    let head = fields("nic/1.rings[2].head");
    assert_eq!(head.as_array().unwrap().len(), 1);
    let rings = &head[0]["fields"];
    assert_eq!(rings.as_array().unwrap().len(), 1);
    let element = &rings[0]["elements"];
    assert_eq!(element.as_array().unwrap().len(), 1);
    assert_eq!(element[0]["index"], 2);
    assert_eq!(element[0]["fields"], json!([{ "name": "head", "type": "u32", "value": 12 }]));

    assert_eq!(fields("uart/*.level").as_array().unwrap().len(), 2);
    assert_eq!(fields("*.level").as_array().unwrap().len(), 3);
    assert_eq!(fields("abCd").as_array().unwrap().len(), 1);
    assert_eq!(fields("nic/1.nic/more.mode")[0]["fields"][0]["fields"][0]["value"], 1);
    assert_eq!(
        fields("nic/1.rings[*].tail")[0]["fields"][0]["elements"].as_array().unwrap().len(),
        3
    );
    assert_eq!(fields("nic/2"), json!([]));
    assert_eq!(fields("nic/1")[0], document(&stream(), &[]).0["devices"][0]);
    let (both, _) = document(&stream(), &["uart/0", "nic/1.u8"]);
    assert_eq!(both["devices"].as_array().unwrap().len(), 2);
}

#[test]
fn long_arrays_are_whole() {
    let mut array: Vec<u64> = (0..100_000).map(|at| at * 0x1_0000_0001).collect();
    let bytes = support::saved(|v| {
        v.device("d", 0, migcore::visit::Versions::only(1), |v| {
            v.array("a", &mut array)?;
            v.bytes("b", &mut vec![0x5a; 500_000])?;
            v.put_raw(&vec![0xa5; 300_000])
        })
    });
    let (document, _) = document(&bytes, &[]);
    let fields = &document["devices"][0]["fields"];
    let found: Vec<u64> = serde_json::from_value(fields[0]["value"].clone()).unwrap();
    assert!(found == array);
    assert!(fields[1]["value"] == "5a".repeat(500_000));
    assert!(fields[2]["value"] == "a5".repeat(300_000));
    assert_eq!(fields[2]["length"], 300_000);
}

#[test]
fn names_that_are_no_text_are_escaped() {
    let bytes = support::saved(|v| {
        let device = Scope::Device { instance: 0, versions: migcore::visit::Versions::only(1) };
        v.begin(&&b"a\"\\\xff\n"[..], device)?;
        v.scalar(&&b"\x1b[31m"[..], &mut 1u8)?;
        v.end(migcore::visit::ScopeKind::Device)
    });
    let (document, _) = document(&bytes, &[]);
    assert_eq!(document["devices"][0]["name"], "a\"\\\u{fffd}\n");
    assert_eq!(document["devices"][0]["fields"][0]["name"], "\u{1b}[31m");
}

#[test]
fn groups_notes_places_and_problems_are_shown_in_both_forms() {
    let shown = |json: bool, paths: &[&str]| {
        let (mut out, places) = (Vec::new(), Places::new());
        let filter = Filter::new(paths.iter().copied());
        let mut show = printer(&mut out, Choice { json, filter, ..Choice::default() }, &places);
        show.begin_document(&[("format", Fact::Text("test"))], "sections");
        show.begin_group("full", &[("id", Fact::Number(3)), ("footer", Fact::Flag(true))]);
        let mut track = migcore::visit::Track::new();
        let encoder: &mut dyn migcore::visit::Encoder = &mut *show;
        let mut v = migcore::visit::Visitor::saving(encoder, &mut track);
        let device = Scope::Device { instance: 0, versions: migcore::visit::Versions::only(1) };
        v.begin(&"rtc", device).unwrap();
        places.place(41, "uint8 equal");
        v.visit("hour", &mut 7u8).unwrap();
        show.note("opaque", &[("reason", Fact::Text("no \"one\" knows"))]);
        show.end_group();
        let problem = Problem { offset: 99, path: "rtc/0", reason: "cut", message: "cut at 99" };
        show.end_document(&[("size", Fact::Number(5))], Some(&problem)).unwrap();
        drop(show);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(
        shown(false, &[]),
        "format: test\nfull id 3, footer yes\n  rtc/0  version 1\n    \
         hour              uint8 equal  7  @41\n    # opaque: reason no \"one\" knows\nsize: 5\n"
    );
    let json: Value = serde_json::from_str(&shown(true, &[])).unwrap();
    let hour = json!({ "name": "hour", "type": "u8", "value": 7, "offset": 41, "qemu_type": "uint8 equal" });
    let note = json!({ "note": "opaque", "reason": "no \"one\" knows" });
    let group = &json["sections"][0];
    assert_eq!(
        (&group["group"], &group["id"], &group["footer"]),
        (&"full".into(), &3.into(), &true.into())
    );
    assert_eq!(group["fields"][0]["fields"], json!([hour, note]));
    assert_eq!(
        json["error"],
        json!({ "offset": 99, "path": "rtc/0", "reason": "cut", "message": "cut at 99" })
    );
    assert_eq!((&json["complete"], &json["size"]), (&false.into(), &5.into()));

    let hour = shown(false, &["rtc/0.hour"]);
    assert!(hour.contains("full id 3, footer yes\n") && !hour.contains("opaque"), "{hour}");
    assert!(!shown(false, &["rtc/1"]).contains("full"));
}
