//! `schema`, run as a program: what it prints, what it takes, and its exit codes.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/dump_text.rs"]
mod dump_text;
#[path = "support/schemas.rs"]
mod schemas;
mod support;

use dump_text::text_of;
use migcore::visit::{Kind, Marks, Scope, ScopeKind, Versions, Visitor};
use migcore_cli::schema::document::document;
use schemas::{of_bytes, real_dump_text};
use serde_json::{json, Value};
use support::{saved, Place, Ran};

const OLD: &str = r#"{"vmschkmachine": {"Name": "pc-1"},
    "uart": {"Name": "uart", "version_id": 2, "minimum_version_id": 1, "Description": {
        "name": "serial", "version_id": 2, "minimum_version_id": 1,
        "Fields": [
            {"field": "level", "version_id": 0, "field_exists": false, "size": 4},
            {"field": "fifo", "version_id": 2, "field_exists": false, "num": 16, "size": 1},
            {"field": "rings", "version_id": 0, "field_exists": true, "num": 2, "size": 16, "Description": {
                "name": "ring", "version_id": 1, "minimum_version_id": 1,
                "Fields": [{"field": "head", "version_id": 0, "field_exists": false, "size": 2}]}}],
        "Subsections": [{"name": "serial/irq", "version_id": 1, "minimum_version_id": 1,
            "Fields": [{"field": "line", "version_id": 0, "field_exists": false, "size": 1}]}]}},
    "rtc": {"Name": "rtc", "version_id": 1, "minimum_version_id": 1}}"#;

/// The same with a field of another size.
fn new() -> String {
    OLD.replace("\"size\": 2}", "\"size\": 4}")
}

fn place() -> Place {
    let place = Place::new();
    place.put("old.dump", OLD.as_bytes());
    place.put("new.dump", new().as_bytes());
    place
}

#[test]
fn a_dump_is_printed_with_a_line_for_each_field() {
    let ran = place().run(&["schema", "old.dump"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let expected = "\
dump of tables, machine pc-1: 2 devices
uart  serial, version 2, loads from 1
  level  4 bytes
  fifo   1 byte[16]  since 2
  rings  16 bytes[2] ring, version 1, conditional
    head  2 bytes
  serial/irq  subsection, version 1
    line  1 byte
rtc  version 1, not described: the dump does not describe it
";
    assert_eq!(ran.out, expected);
}

#[test]
fn a_stream_of_chunks_is_printed_with_its_types() {
    let ran = Place::new().run(&["schema", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    for line in [
        "stream of chunks, machine board \"1\": 3 devices\n",
        "\nnic/1  version 3\n",
        "\n  level     i16\n",
        "\n  regs      u16[20]\n",
        "\n  some      u8[*]\n",
        "\n  mac       bytes     6 bytes\n",
        "\n  log       bytes[*]\n",
        "\n  (raw)     bytes\n",
        "\n  rings  list[3]\n    head  u32\n    tail  u32\n",
        "\n  vault  struct, ancillary\n    pin   u32\n",
        "\n  timer  struct ptimer, version 4\n",
        "\n  nic/more  subsection, version 2\n    mode  u8\n",
        "\nuart/1  version 1\n",
    ] {
        assert!(ran.out.contains(line), "{line:?} is not in:\n{}", ran.out);
    }
}

#[test]
fn a_document_has_all_of_a_dump() {
    let place = place();
    for dump in [OLD.as_bytes(), &real_dump_text()] {
        place.put("a.dump", dump);
        let ran = place.run(&["schema", "--json", "a.dump"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
        place.put("a.schema", ran.out.as_bytes());
        assert_eq!(ran.out, place.run(&["schema", "--json", "a.schema"]).out);
        let original: Value = serde_json::from_slice(dump).unwrap();
        let again = text_of(&of_bytes(ran.out.as_bytes()));
        assert_eq!(original, serde_json::from_str::<Value>(&again).unwrap());
        let ran = place.run(&["schema", "--check", "--both", "a.schema", "a.dump"]);
        assert_eq!(ran.code, Some(0), "{}", ran.out);
        assert_eq!(ran.out.contains("remark: "), ran.out.contains("remark: rtc: "), "{}", ran.out);
    }
}

#[test]
fn the_document_has_its_members() {
    let json = place().run(&["schema", "--json", "old.dump"]).json();
    assert_eq!((&json["format"], &json["source"]), (&"schema".into(), &"dump".into()));
    assert_eq!(json["machine"], "pc-1");
    let uart = &json["devices"][0];
    assert_eq!(
        (&uart["name"], &uart["version"], &uart["minimum_version"]),
        (&"uart".into(), &2.into(), &1.into())
    );
    let fields = &uart["description"]["fields"];
    assert_eq!(
        fields[1],
        json!({ "name": "fifo", "version": 2, "exists": "always", "size": 1, "count": 16 })
    );
    assert_eq!(fields[2]["exists"], "condition");
    assert_eq!(fields[2]["description"]["name"], "ring");
    assert_eq!(uart["description"]["subsections"][0]["name"], "serial/irq");
    assert_eq!(json["devices"][1]["unknown"], "the dump does not describe it");

    let json = Place::new().run(&["schema", "--json", "a.mig"]).json();
    assert_eq!((&json["source"], &json["devices"][0]["instance"]), (&"chunks".into(), &1.into()));
    let fields = json["devices"][0]["description"]["fields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap().clone();
    assert_eq!(
        field("level"),
        json!({ "name": "level", "type": "i16", "exists": "sent", "size": 2, "count": "one" })
    );
    assert_eq!(field("some")["count"], "variable");
    assert_eq!(field("vault")["ancillary"], true);
}

#[test]
fn a_check_says_what_differs_and_what_to_do() {
    let place = place();
    let ran = place.run(&["schema", "--check", "old.dump", "new.dump"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    assert!(
        ran.out.contains("fault: uart.rings.head: 2 bytes in OLD, 4 bytes in NEW\n  send it with "),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("NEW does not load what OLD saves: 1 fault, 1 remark; compared 2 devices, 1 subsection, 5 fields\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with("and what hooks do\n") && !ran.out.contains("OLD does not load"));
    let ran = place.run(&["schema", "--check", "--reverse", "old.dump", "new.dump"]);
    assert!(ran.out.contains("uart.rings.head: 4 bytes in NEW, 2 bytes in OLD\n"), "{}", ran.out);
    assert!(
        ran.out.contains("OLD does not load what NEW saves")
            && !ran.out.contains("NEW does not load")
    );
    let ran = place.run(&["schema", "--check", "--both", "old.dump", "new.dump"]);
    assert!(ran.out.contains("OLD does not load") && ran.out.contains("NEW does not load"));
    let ran = place.run(&["schema", "--check", "--both", "old.dump", "old.dump"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out.contains("NEW loads what OLD saves, as far as this tells: 0 faults"),
        "{}",
        ran.out
    );

    let json = place.run(&["schema", "--check", "--both", "--json", "old.dump", "new.dump"]).json();
    assert_eq!((&json["format"], &json["compatible"]), (&"schema check".into(), &false.into()));
    assert_eq!(json["old"], json!({ "source": "dump", "machine": "pc-1" }));
    let [forward, backward] = &json["directions"].as_array().unwrap()[..] else { panic!("{json}") };
    assert_eq!((&forward["from"], &forward["to"]), (&"OLD".into(), &"NEW".into()));
    assert_eq!((&backward["from"], &backward["loads"]), (&"NEW".into(), &false.into()));
    let fault = &forward["faults"][0];
    assert_eq!((&fault["rule"], &fault["device"]), (&"size".into(), &"uart".into()));
    assert_eq!(
        (&fault["path"], &fault["text"]),
        (&"rings.head".into(), &"2 bytes in OLD, 4 bytes in NEW".into())
    );
    assert!(fault["advice"].is_string() && forward["remarks"][0]["rule"] == "device");
    assert_eq!(forward["compared"], json!({ "devices": 2, "subsections": 1, "fields": 5 }));
    assert_eq!((&forward["more_faults"], &forward["more_remarks"]), (&0.into(), &0.into()));
}

#[test]
fn each_kind_of_failure_has_its_exit_code() {
    let place = place();
    place.put("text", b"no stream at all");
    place.put("empty", b"");
    place.put("other.json", br#"{"a": 1}"#);
    place.put("list.json", b"{\"devices\": 3}");
    place.put("half.dump", &OLD.as_bytes()[..300]);
    let stream = place.get("a.mig");
    place.put("cut.mig", &stream[..stream.len() / 2]);
    let mut plain = b"QEVM\0\0\0\x03\x04\0\0\0\0\x01d\0\0\0\0\0\0\0\x01\x07\x7e\0\0\0\0".to_vec();
    plain.push(0);
    place.put("plain.state", &plain);
    for (arguments, code, said) in [
        (&["schema"][..], 2, "<FILE>"),
        (&["schema", "a.mig", "a.mig"], 2, "--check"),
        (&["schema", "--check", "a.mig"], 2, "<NEW>"),
        (&["schema", "--reverse", "a.mig"], 2, "--check"),
        (&["schema", "--check", "--both", "--reverse", "a.mig", "a.mig"], 2, "--reverse"),
        (&["schema", "--check", "-", "-"], 2, "only one of the two"),
        (&["schema", "nothing"], 3, "cannot read nothing: No such file"),
        (&["schema", "text"], 3, "text: neither a stream of chunks nor one of QEMU"),
        (&["schema", "empty"], 3, "the file is empty"),
        (&["schema", "other.json"], 3, "neither a dump of tables, nor a description, nor a schema"),
        (&["schema", "list.json"], 3, "no description of a stream"),
        (&["schema", "half.dump"], 3, "EOF"),
        (&["schema", "--check", "plain.state", "old.dump"], 3, "nothing of it is described"),
        (&["schema", "cut.mig"], 1, "cut.mig: "),
        (&["schema", "--check", "cut.mig", "a.mig"], 1, "cut.mig: "),
        (&["schema", "plain.state"], 0, ""),
    ] {
        let Ran { code: exit, err, out } = place.run(arguments);
        assert_eq!(exit, Some(code), "{arguments:?}: {err}{out}");
        assert!(err.contains(said), "{arguments:?}: {err}");
    }
}

#[test]
fn one_of_the_two_may_be_the_standard_input() {
    let place = place();
    let ran = place.run_with(&["schema", "--check", "-", "new.dump"], OLD.as_bytes());
    assert_eq!(ran.code, Some(1));
    let ran = place.run_with(&["schema", "--check", "old.dump", "-"], OLD.as_bytes());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(
        place.run_with(&["schema", "-"], OLD.as_bytes()),
        place.run(&["schema", "old.dump"])
    );
}

#[test]
fn hostile_texts_are_refused_with_a_place() {
    let place = Place::new();
    let field = |inside: &str| {
        format!(
            r#"{{"uart": {{"Description": {{"name": "u", "Fields": [{{"field": "a"{inside}}}]}}}}}}"#
        )
    };
    let mut deep = r#"{"field": "a"}"#.to_owned();
    for _ in 0..34 {
        deep = format!(r#"{{"field": "a", "Description": {{"name": "d", "Fields": [{deep}]}}}}"#);
    }
    let deep = format!(r#"{{"uart": {{"Description": {{"name": "u", "Fields": [{deep}]}}}}}}"#);
    for (text, said) in [
        (
            field(r#", "size": -1"#),
            "uart.Description.Fields[0].size: not a whole number that is not negative",
        ),
        (field(r#", "size": 1.5"#), "size: not a whole number"),
        (field(r#", "size": 1, "size": 1"#), "Fields[0].size: comes twice"),
        (
            field(r#", "version_id": 99999999999999999999"#),
            "version_id: not a whole number of 64 bits",
        ),
        (field(r#", "field_exists": 1"#), "field_exists: not true or false"),
        (field(r#", "Description": []"#), "Fields[0].Description: not an object"),
        (
            r#"{"uart": {"Description": {"Fields": []}}}"#.to_owned(),
            "uart.Description.name: is missing",
        ),
        (
            r#"{"\u001b[2J": {"Description": {}}}"#.to_owned(),
            r"\u{1b}[2J.Description.name: is missing",
        ),
        (deep, "descriptions nest too deep"),
        (format!(r#"{{"a": {}"#, "[".repeat(1 << 16)), "recursion limit exceeded"),
        (
            r#"{"format": "schema", "source": "dreams"}"#.to_owned(),
            "source: \"dreams\" is no word that is known",
        ),
        (r#"{"format": "schema"}"#.to_owned(), "source: is missing"),
    ] {
        place.put("hostile", text.as_bytes());
        let ran = place.run(&["schema", "hostile"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{said}: {}", ran.err);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    place.put("long", &vec![b'{'; (32 << 20) + 1]);
    assert_eq!(place.run(&["schema", "long"]).code, Some(3));
}

#[test]
fn names_do_not_reach_the_terminal_as_they_are() {
    let text = r#"{"\u001b[2J": {"Description": {"name": "\u001b]0;\u0007", "Fields": [{"field": "\u009b1m"}]}}}"#;
    let place = place();
    place.put("names", text.as_bytes());
    for arguments in [
        &["schema", "names"][..],
        &["schema", "--json", "names"],
        &["schema", "--check", "--both", "names", "old.dump"],
        &["schema", "--check", "--json", "--both", "names", "old.dump"],
    ] {
        let ran = place.run(arguments);
        let obeyed = |letter: char| letter.is_control() && letter != '\n';
        assert!(!ran.out.contains(obeyed) && !ran.err.contains(obeyed), "{arguments:?}: {ran:?}");
        assert!(ran.out.contains("[2J"), "{arguments:?}: {ran:?}");
    }
}

/// As many devices, fields and depths as the largest QEMU has, and then ten times as many.
#[test]
fn a_large_dump_is_no_trouble() {
    let mut dump = r#"{"vmschkmachine": {"Name": "large"}"#.to_owned();
    for device in 0..6000 {
        let mut inner =
            r#"{"field": "leaf", "version_id": 0, "field_exists": false, "size": 8}"#.to_owned();
        for depth in 0..4 {
            inner = format!(
                r#"{{"field": "s{depth}", "version_id": 0, "field_exists": false, "size": 64, "Description": {{"name": "d{depth}", "version_id": 1, "minimum_version_id": 1, "Fields": [{inner}]}}}}"#
            );
        }
        dump.push_str(&format!(
            r#", "device{device}": {{"Name": "device{device}", "version_id": 1, "minimum_version_id": 1, "Description": {{"name": "device{device}", "version_id": 1, "minimum_version_id": 1, "Fields": ["#
        ));
        for field in 0..30 {
            dump.push_str(&format!(
                r#"{{"field": "f{field}", "version_id": 0, "field_exists": false, "size": 4}}, "#
            ));
        }
        dump.push_str(&format!("{inner}]}}}}"));
    }
    dump.push('}');
    let place = Place::new();
    place.put("large", dump.as_bytes());
    let ran = place.run(&["schema", "--check", "--both", "large", "large"]);
    assert_eq!(ran.code, Some(0), "{} {}", ran.err, ran.out);
    assert!(ran.out.contains("compared 6000 devices, 0 subsections, 210000 fields"), "{}", ran.out);
}

/// Tables that have nothing to do with each other, and are larger than any: no work grows with their product.
#[test]
fn large_tables_that_differ_in_everything_are_no_trouble() {
    let dump = |letter: char| {
        let list = |what: &str, number: usize, rest: &str| -> String {
            let each = |at| format!(r#"{{"{what}": "{letter}{at}"{rest}}}"#);
            (0..number).map(each).collect::<Vec<_>>().join(", ")
        };
        let fields = list("field", 100_000, r#", "size": 4"#);
        let subsections = list("name", 50_000, "");
        format!(
            r#"{{"uart": {{"Description": {{"name": "uart", "Fields": [{fields}], "Subsections": [{subsections}]}}}}}}"#
        )
    };
    let place = Place::new();
    place.put("a", dump('a').as_bytes());
    place.put("b", dump('b').as_bytes());
    let json = place.run(&["schema", "--check", "--json", "a", "b"]).json();
    let found = &json["directions"][0];
    assert_eq!(found["faults"].as_array().unwrap().len(), 10_000);
    assert_eq!(found["more_faults"], 140_000);
}

/// The schema of a device as a program of chunks saves it.
fn chunks(visit: impl Fn(&mut Visitor<'_>) -> migcore::Result<()>) -> Vec<u8> {
    saved(|v| v.device("nic", 0, Versions::only(1), |v| visit(v)))
}

fn structure(v: &mut Visitor<'_>, name: &[u8]) -> migcore::Result<()> {
    let versions = Versions::only(1);
    let described = migcore::visit::Description { name, versions };
    v.begin(&"ring", Scope::Struct(Some(described)))?;
    v.visit("head", &mut 1u16)?;
    v.end(ScopeKind::Struct)
}

#[test]
fn chunks_are_checked_as_their_readers_read_them() {
    let place = Place::new();
    place.put(
        "old.mig",
        &chunks(|v| {
            v.visit("level", &mut 1u16)?;
            v.array("regs", &mut [1u32; 4])?;
            v.save_array(&"some", Kind::U8, migcore::visit::Extent::Variable, &[1, 2])?;
            structure(v, b"ring")?;
            v.mark(Marks::ANCILLARY)?;
            v.visit("note", &mut 1u8)
        }),
    );
    // In another order, one wider, one more, and without what may be left out.
    place.put(
        "new.mig",
        &chunks(|v| {
            structure(v, b"ring")?;
            v.array("regs", &mut [1u64; 4])?;
            v.visit("more", &mut 1u8)?;
            v.save_array(&"some", Kind::U8, migcore::visit::Extent::Variable, &[1, 2, 3])?;
            v.visit("level", &mut 1i32)
        }),
    );
    let json = place.run(&["schema", "--check", "--both", "--json", "old.mig", "new.mig"]).json();
    let [forward, backward] = &json["directions"].as_array().unwrap()[..] else { panic!("{json}") };
    let found = |direction: &Value, key: &str| -> Vec<String> {
        let each = direction[key].as_array().unwrap().iter();
        each.map(|one| format!("{} {}", one["rule"], one["path"]).replace('"', "")).collect()
    };
    assert_eq!(found(forward, "faults"), [""; 0]);
    assert_eq!(found(forward, "remarks"), ["added more"]);
    assert_eq!(found(backward, "faults"), ["type regs", "removed more", "type level"]);
    assert_eq!(found(backward, "remarks"), ["added note"]);

    let broken = |visit: fn(&mut Visitor<'_>) -> migcore::Result<()>, rules: &[&str]| {
        place.put("new.mig", &chunks(visit));
        let json = place.run(&["schema", "--check", "--json", "old.mig", "new.mig"]).json();
        let found = found(&json["directions"][0], "faults");
        assert!(
            rules.iter().all(|rule| found.iter().any(|one| one == rule)),
            "{rules:?}: {found:?}"
        );
    };
    broken(
        |v| structure(v, b"other"),
        &["removed level", "removed regs", "removed some", "name ring"],
    );
    broken(|v| v.array("regs", &mut [1u32; 5]), &["count regs"]);
    broken(|v| v.array("some", &mut [1u8; 2]), &["count some"]);
    broken(|v| v.visit("level", &mut 1u8), &["type level"]);
    broken(|v| v.visit("ring", &mut 1u8), &["type ring"]);
}

#[test]
fn a_document_of_a_stream_is_read_again() {
    let place = Place::new();
    let schema = of_bytes(&place.get("a.mig"));
    assert_eq!(of_bytes(document(&schema).to_string().as_bytes()), schema);
    let ran = place.run(&["schema", "--json", "a.mig"]);
    place.put("a.schema", ran.out.as_bytes());
    let ran = place.run(&["schema", "--check", "--both", "a.schema", "a.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
}
