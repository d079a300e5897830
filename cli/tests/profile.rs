//! Profiles: what holds for a version, and what is refused.

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

use std::path::Path;

use migcore::compat::profile::{check, AtVersion, Setting};
use migcore_cli::profile::{read, Stack, Version};
use serde_json::{json, Value};
use support::Place;

/// Rows of QEMU's common tables.
fn hw_compat() -> String {
    format!("{}/tests/data/hw_compat.toml", env!("CARGO_MANIFEST_DIR"))
}

const PROFILE: &str = r#"title = "a board"

[[machine]]
until = "7.2"
rows = [
  { device = "nic", property = "queues", value = 4 },
  { device = "nic", property = "rom", value = "old \"rom\"", optional = true },
]

[[machine]]
until = "6.2"
wire = "legacy"
blobs = ["rtc"]

[[machine]]
until = "2.12.1"
rows = [{ device = "nic", property = "queues", value = 1 }]
"#;

const UPPER: &str = r#"
[[machine]]
until = "7.2"
rows = [
  { device = "nic", property = "queues", value = 8 },
  { device = "uart", property = "fifo", value = false },
]
"#;

fn place() -> Place {
    let place = Place::new();
    place.put("board.toml", PROFILE.as_bytes());
    place.put("upper.toml", UPPER.as_bytes());
    place
}

#[test]
fn prints_what_holds_for_a_version() {
    let ran = place().run(&["profile", "board.toml", "--machine", "board-6.2"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "a board\n\
         machine 6.2, wire legacy\n\
         \x20 device  property  value          until\n\
         \x20 nic     queues    4                7.2\n\
         \x20 nic     rom       \"old \\\"rom\\\"\"    7.2  optional\n\
         \x20 rtc               stays a blob     6.2\n"
    );
    let ran = place().run(&["profile", "board.toml", "--machine", "7.3"]);
    assert_eq!(ran.out, "a board\nmachine 7.3, wire chunk\n");
}

#[test]
fn prints_all_rows_without_a_version() {
    let ran = place().run(&["profile", "board.toml", "upper.toml"]);
    assert_eq!(
        ran.out,
        "a board\n\
         \x20 device     property  value           until\n\
         \x20 nic        queues    4                 7.2\n\
         \x20 nic        rom       \"old \\\"rom\\\"\"     7.2  optional\n\
         \x20 nic        queues    8                 7.2\n\
         \x20 uart       fifo      false             7.2\n\
         \x20 (machine)            wire legacy       6.2\n\
         \x20 rtc                  stays a blob      6.2\n\
         \x20 nic        queues    1              2.12.1\n"
    );
    let ran = place().run(&["profile", "board.toml", "--device", "rtc"]);
    assert!(ran.out.contains("rtc") && !ran.out.contains("nic"), "{}", ran.out);
}

#[test]
fn a_profile_is_on_top_of_those_before_it() {
    let queues = |machine: &str| {
        let arguments = ["profile", "board.toml", "upper.toml", "--json", "--device", "nic"];
        let ran = place().run(&[&arguments[..], &["--machine", machine]].concat());
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        document["properties"][0]["value"].as_u64()
    };
    assert_eq!(queues("7.3"), None);
    assert_eq!(queues("7.2"), Some(8));
    assert_eq!(queues("2.12.2"), Some(8));
    assert_eq!(queues("2.12.1"), Some(1));
    assert_eq!(queues("2.4"), Some(1));
}

#[test]
fn the_document_says_it_all() {
    let ran = place().run(&["profile", "board.toml", "--machine", "6.0", "--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let queues = json!({
        "device": "nic", "property": "queues", "value": 4, "optional": false, "until": "7.2",
    });
    let rom = json!({
        "device": "nic", "property": "rom", "value": "old \"rom\"", "optional": true, "until": "7.2",
    });
    let rtc = json!({ "device": "rtc", "blob": true, "until": "6.2" });
    assert_eq!(
        document,
        json!({
            "format": "profile",
            "titles": ["a board"],
            "machine": "6.0",
            "wire": "legacy",
            "blobs": [rtc],
            "properties": [queues, rom],
        })
    );
    let ran = place().run(&["profile", "board.toml", "--json"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let rows = document["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[2], json!({ "wire": "legacy", "until": "6.2" }));
}

#[test]
fn the_standard_input_is_a_file_too() {
    let arguments = ["profile", "-", "upper.toml", "--machine", "6.2"];
    let named = arguments.map(|word| if word == "-" { "board.toml" } else { word });
    assert_eq!(place().run_with(&arguments, PROFILE.as_bytes()), place().run(&named));
    assert_eq!(place().run(&["profile", "-", "-"]).code, Some(2));
}

#[test]
fn a_profile_that_makes_no_sense_is_refused_with_its_line() {
    let changed = |from: &str, to: &str| {
        assert!(PROFILE.contains(from), "{from}");
        PROFILE.replacen(from, to, 1)
    };
    let cases = [
        (
            changed("until = \"6.2\"", "until = \"7.2\""),
            "board.toml:11: there are two entries until 7.2",
        ),
        (
            changed("until = \"6.2\"", "until = \"8.0\""),
            "board.toml:11: 8.0 stands below 7.2: versions",
        ),
        (changed("until = \"6.2\"", "until = \"six\""), "board.toml:11: \"six\" is no version"),
        (changed("wire = \"legacy\"", "wire = \"raw\""), "board.toml:12: unknown variant `raw`"),
        (changed("wire =", "wires ="), "board.toml:12: unknown field `wires`"),
        (changed("title", "titel"), "board.toml:1: unknown field `titel`"),
        (changed("optional", "optionally"), "board.toml:7: unknown field `optionally`"),
        (
            changed("\"rom\", value", "\"queues\", value"),
            "board.toml:7: queues of nic is said twice until 7.2",
        ),
        (
            changed("[\"rtc\"]", "[\"rtc\", \"rtc\"]"),
            "board.toml:13: rtc is a blob until 6.2 twice",
        ),
        (changed("[\"rtc\"]", "[\"\"]"), "board.toml:13: \"\" is no name of a device"),
        (
            changed("\"rom\", value", "\"r\\u001bm\", value"),
            "board.toml:7: \"r\\u{1b}m\" is no name of a property",
        ),
        (
            changed("value = 1", "value = true"),
            "board.toml:17: queues of nic is true or false here, and a number before",
        ),
        (
            changed("value = 1", "value = -1"),
            "board.toml:17: a value is true or false, a number that is not negative",
        ),
        (
            changed("value = 1", "value = 1.5"),
            "board.toml:17: a value is true or false, a number that is not negative",
        ),
        (changed(", value = 1", ""), "board.toml:17: missing field `value`"),
        (changed("until = \"7.2\"", ""), "board.toml:3: missing field `until`"),
        (
            changed("until = \"7.2\"", "until = 7.2"),
            "board.toml:4: invalid type: floating point `7.2`",
        ),
        (PROFILE[..200].to_owned(), "board.toml:10: unclosed array"),
    ];
    let place = Place::new();
    for (text, expected) in cases {
        place.put("board.toml", text.as_bytes());
        let ran = place.run(&["profile", "board.toml"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{expected}");
        assert!(ran.err.starts_with(&format!("error: {expected}")), "{expected}: {}", ran.err);
    }

    // A kind is one for all files.
    place.put("board.toml", PROFILE.as_bytes());
    place.put("upper.toml", UPPER.replace("= 8", "= \"8\"").as_bytes());
    let ran = place.run(&["profile", "board.toml", "upper.toml"]);
    assert!(ran.err.contains("upper.toml:5: queues of nic is a text here"), "{}", ran.err);
    place.put("binary", b"\x1f\x8b\x08\xff");
    let ran = place.run(&["profile", "binary"]);
    assert!(ran.err.contains("compressed with gzip, where a profile was expected"), "{}", ran.err);
}

#[test]
fn usage_is_checked() {
    let place = place();
    for arguments in [&["profile"][..], &["profile", "board.toml", "--machine", "microvm"]] {
        assert_eq!(place.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(place.run(&[&["profile"][..], &["board.toml"; 8]].concat()).code, Some(0));
    assert_eq!(place.run(&[&["profile"][..], &["board.toml"; 9]].concat()).code, Some(2));
    assert_eq!(place.run(&["profile", "missing.toml"]).code, Some(3));
}

#[test]
fn rows_of_qemu_hold_as_its_machines_have_them() {
    let profiles = read(&[Path::new(&hw_compat()).to_owned()]).unwrap();
    let stack = Stack(&profiles);
    check(stack).unwrap();
    let at = |machine: &str| AtVersion::new(stack, Version::of_machine(machine).unwrap().number());
    // The last machine without the field, and the first with it.
    let index = ("PIIX4_PM", "x-not-migrate-acpi-index", false);
    let flag = |machine, (device, property, default)| at(machine).flag(device, property, default);
    assert_eq!(flag("pc-i440fx-7.0", index), Ok(false));
    assert_eq!(flag("pc-i440fx-6.2", index), Ok(true));
    assert_eq!(flag("pc-i440fx-2.1", index), Ok(true));
    let timadj = ("e1000e", "migrate-timadj", true);
    assert_eq!(flag("pc-q35-8.0", timadj), Ok(true));
    assert_eq!(flag("pc-q35-7.2", timadj), Ok(false));
    assert_eq!(flag("pc-q35-3.1", timadj), Ok(false));
    let footers = ("migration", "send-section-footer", true);
    assert_eq!(flag("pc-i440fx-2.4", footers), Ok(true));
    assert_eq!(flag("pc-i440fx-2.3", footers), Ok(false));
    let scanout = ("virtio-gpu-device", "x-scanout-vmstate-version", 2);
    let number = |machine| at(machine).number(scanout.0, scanout.1, scanout.2);
    assert_eq!((number("9.0"), number("8.2")), (Ok(2), Ok(1)));
    let zero = at("8.2").get("migration", "zero-page-detection");
    assert_eq!(zero, Ok(Some(Setting::Text("legacy"))));

    // How many rows each machine has: all of those of the versions from its own on.
    let counts = ["10.2", "10.1", "9.2", "7.2", "6.2", "4.2", "2.12", "2.4", "2.3", "0.10"];
    let counts = counts.map(|machine| at(machine).rows().unwrap().count());
    assert_eq!(counts, [0, 1, 3, 13, 14, 19, 28, 33, 36, 36]);
}

/// What stands in the guide between these two lines.
fn block<'g>(guide: &'g str, begin: &str) -> &'g str {
    let (_, behind) = guide.split_once(begin).expect("the beginning of a block");
    behind.split_once("```\n").expect("the end of a block").0
}

#[test]
fn the_screen_of_the_guide_is_what_the_program_prints() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compat.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, section) = guide.split_once("### In a file\n").unwrap();
    let place = Place::new();
    place.put("compat.toml", block(section, "```toml\n").as_bytes());
    let screen = block(section, "```console\n$ migcore ");
    let (command, printed) = screen.split_once('\n').unwrap();
    let ran = place.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), printed));
}

#[test]
fn a_device_that_no_row_is_about_is_told() {
    let place = place();
    let ran = place.run(&["profile", "board.toml", "--device", "nosuch"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("no row is about the device nosuch"), "{}", ran.err);
}
