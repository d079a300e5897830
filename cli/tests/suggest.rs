//! `migcore suggest`: the rules that it writes make a stream fit, and say what they do.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/streams.rs"]
mod streams;
mod support;

use std::path::{Path, PathBuf};

use migcore::visit::{Marks, Versions};
use support::{saved, Place, Ran};

/// Streams of real machines, made by `qemu-tests/loads.py`.
fn load(name: &str) -> Vec<u8> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/loads");
    let file = std::fs::File::open(path.join(format!("{name}.bin.xz"))).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut lzma_rust2::XzReader::new(file, false), &mut bytes).unwrap();
    bytes
}

fn place(mine: &str, theirs: &str) -> Place {
    let place = Place::new();
    place.put("in", &load(mine));
    place.put("onto", &load(theirs));
    place
}

fn rules(place: &Place, onto: &str) -> String {
    let ran = place.run(&["suggest", "in", "--onto", onto]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    place.put("rules.toml", ran.out.as_bytes());
    ran.out
}

/// The faults that are left when the rules ran.
fn faults(place: &Place, onto: &str) -> Vec<String> {
    let ran = place.run(&["transform", "in", "-o", "out", "--rules", "rules.toml", "--force"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(place.run(&["verify", "out"]).code, Some(0));
    let checked = place.run(&["schema", "--check", "out", onto]);
    let faults = checked.out.lines().filter_map(|line| line.strip_prefix("fault: "));
    faults.map(str::to_owned).collect()
}

fn is_written_by_hand(rules: &str) -> bool {
    rules.contains("# NOT DONE")
}

#[test]
fn what_is_suggested_makes_a_stream_fit() {
    for (mine, theirs) in [
        ("i440fx-7.2", "i440fx-6.2"),
        ("i440fx-6.2", "i440fx-7.2"),
        ("i440fx-7.2", "i440fx-2.1"),
        ("i440fx-2.1", "i440fx-7.2"),
        ("i440fx-mixed-7.2", "i440fx-mixed-2.4"),
        ("i440fx-virtio-7.2", "i440fx-virtio-3.1"),
        ("q35-7.2", "q35-2.4"),
        ("q35-2.4", "q35-7.2"),
        ("hpet-on", "hpet-off"),
        ("hpet-off", "hpet-on"),
        ("cpus-2", "cpus-1"),
        ("cpus-1", "cpus-2"),
        ("nic-with", "nic-without"),
        ("tablet-with", "tablet-without"),
        ("slot-5", "slot-6"),
        ("qxl-5", "qxl-4"),
        ("pcihp-on", "pcihp-off"),
        ("pcihp-off", "pcihp-on"),
    ] {
        let place = place(mine, theirs);
        rules(&place, "onto");
        assert_eq!(faults(&place, "onto"), [""; 0], "{mine} onto {theirs}");
    }
}

#[test]
fn a_schema_does_as_well_as_a_stream() {
    for (mine, theirs) in
        [("i440fx-7.2", "i440fx-2.4"), ("i440fx-2.4", "i440fx-7.2"), ("hpet-on", "hpet-off")]
    {
        let place = place(mine, theirs);
        let schema = place.run(&["schema", "onto", "--json"]);
        place.put("schema.json", schema.out.as_bytes());
        let text = rules(&place, "schema.json");
        assert!(text.contains("tells no values") || text.contains("tells no\n# values"), "{text}");
        assert!(!is_written_by_hand(&text), "{text}");
        assert_eq!(faults(&place, "schema.json"), [""; 0], "{mine} onto {theirs}");
    }
}

/// A schema of a few bytes has as many elements as it likes: those of one in another are multiplied.
#[test]
fn arrays_of_arrays_are_bounded() {
    let place = place("i440fx-7.2", "i440fx-7.2");
    let mut field = r#"{"name": "a", "type": "uint8", "size": 1}"#.to_owned();
    for (depth, code) in [(1, 0), (2, 0), (3, 3)] {
        field = format!(
            r#"{{"name": "a", "type": "struct", "size": 1, "array_len": 100,
                "struct": {{"vmsd_name": "z", "version": 1, "fields": [{field}]}}}}"#
        );
        let schema = format!(
            r#"{{"page_size": 4096, "devices": [{{"name": "timer", "instance_id": 0,
                "vmsd_name": "timer", "version": 2, "fields": [{field}]}}]}}"#
        );
        place.put("onto.json", schema.as_bytes());
        let ran = place.run(&["suggest", "in", "--onto", "onto.json"]);
        assert_eq!(ran.code, Some(code), "{depth}: {}", ran.err);
        assert_eq!(ran.err.contains("onto.json: its arrays have too many elements"), code == 3);
    }
}

#[test]
fn nothing_is_suggested_for_what_fits() {
    let place = place("i440fx-7.2", "i440fx-7.2");
    let text = rules(&place, "onto");
    assert!(text.ends_with("[[change]]\nstep = [\n]\n"), "{text}");
    assert_eq!(faults(&place, "onto"), [""; 0]);
    assert!(place.get("out") == place.get("in"));
}

#[test]
fn the_head_says_what_is_lost_and_each_step_why() {
    let place = place("i440fx-7.2", "i440fx-3.1");
    let text = rules(&place, "onto");
    let (head, rest) = text.split_once("\ntitle = ").unwrap();
    assert!(head.contains("#   PCIHost/0: the whole device\n"), "{text}");
    assert!(head.contains("#   */piix4_pm/0.smb: smb_auxctl is 2, op_done is true\n"), "{text}");
    assert!(rest.contains("{ path = \"*/piix4_pm/0.smb\", loss = \"allow\" },"), "{text}");
    assert!(rest.contains("from = \"pc-i440fx-3.1\"\nto = \"pc-i440fx-7.2\"\n"), "{text}");
    let lines: Vec<&str> = rest.lines().collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("    { ")) {
        assert!(lines[at - 1].trim_start().starts_with('#'), "{line}");
    }
    // Without the leave, nothing is written.
    let strict = text.replace("loss = \"allow\"", "loss = \"refuse\"");
    place.put("rules.toml", strict.as_bytes());
    let ran = place.run(&["transform", "in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!place.path("out").exists());
}

#[test]
fn bytes_of_a_pci_configuration_are_bits() {
    let place = place("qxl-5", "qxl-4");
    let text = rules(&place, "onto");
    let step = "bits = { in = \"*/qxl/0.pci\", name = \"config[0]\", at = 8, mask = 0xff, was = 0x05, value = 0x04 }";
    assert!(text.contains(step) && text.contains("the revision"), "{text}");
}

#[test]
fn a_device_in_another_slot_is_renamed() {
    let text = rules(&place("slot-5", "slot-6"), "onto");
    let step =
        "rename-device = { device = \"0000:00:05.0/rtl8139/0\", to = \"0000:00:06.0/rtl8139/0\" }";
    assert!(text.contains(step), "{text}");
    assert!(!text.contains("drop-device") && !text.contains("add-device"), "{text}");
}

#[test]
fn opaque_content_is_named_and_never_touched() {
    let place = place("i440fx-mixed-7.2", "i440fx-mixed-2.4");
    let text = rules(&place, "onto");
    assert!(text.contains("*/virtio-scsi/0.virtio: opaque (virtio): "), "{text}");
    assert!(is_written_by_hand(&text), "{text}");
    let steps = text.lines().filter(|line| line.starts_with("    { ") && !line.contains("path = "));
    assert!(steps.clone().count() > 3);
    assert!(steps.into_iter().all(|step| !step.contains("\"virtio\"")), "{text}");
}

fn native(level: Option<u32>, key: &[u8]) -> Vec<u8> {
    saved(|v| {
        v.device("nic", 0, Versions::only(1), |v| {
            v.visit("head", &mut 5u32)?;
            if let Some(mut level) = level {
                v.visit("level", &mut level)?;
                v.mark(Marks::SECRET)?;
                v.save_text(&"key", std::str::from_utf8(key).unwrap())?;
            }
            v.visit("tail", &mut 7u32)
        })
    })
}

#[test]
fn chunks_of_any_program_are_compared_and_secrets_are_not_told() {
    let place = Place::new();
    place.put("in", &native(None, b""));
    place.put("onto", &native(Some(9), b"hunter2!"));
    let text = rules(&place, "onto");
    assert!(text.contains("name = \"level\", type = \"u32\", value = 9"), "{text}");
    assert!(text.contains("marks = [\"secret\"]") && !text.contains("hunter2!"), "{text}");
    let ran = place.run(&["transform", "in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The other way the value is lost, and said to be, but not what it is.
    place.put("in", &native(Some(9), b"hunter2!"));
    place.put("onto", &native(None, b""));
    let text = rules(&place, "onto");
    assert!(text.contains("#   nic/0.level: 9\n#   nic/0.key: a secret\n"), "{text}");
    assert!(!text.contains("hunter2!"), "{text}");
    let json = place.run(&["suggest", "in", "--onto", "onto", "--json"]);
    assert!(json.code == Some(0) && !json.out.contains("hunter2!"), "{json:?}");
}

/// A device with a secret scope, and something plain inside of that.
fn vault(pins: &[(&str, u32)]) -> Vec<u8> {
    saved(|v| {
        v.device("vault", 0, Versions::only(1), |v| {
            v.mark(Marks::SECRET)?;
            v.structure("keys", |v| {
                pins.iter().try_for_each(|(name, pin)| v.visit(name, &mut pin.clone()))
            })
        })
    })
}

/// The rules from one of these to the other, in which 271828 must not stand.
fn quiet(place: &Place, before: &[(&str, u32)], after: &[(&str, u32)]) -> String {
    place.put("in", &vault(before));
    place.put("onto", &vault(after));
    let json = place.run(&["suggest", "in", "--onto", "onto", "--json"]);
    assert!(json.code == Some(0) && !json.out.contains("271828"), "{json:?}");
    let text = rules(place, "onto");
    assert!(!text.contains("271828"), "{text}");
    text
}

#[test]
fn what_lies_in_a_secret_is_not_told() {
    let place = Place::new();
    for [before, after] in [
        [&[("head", 5)][..], &[("head", 5), ("pin", 271_828)][..]],
        [&[("head", 5), ("pin", 271_828)], &[("head", 5)]],
        [&[], &[("pin", 271_828)]],
        [&[("pin", 271_828)], &[]],
        [&[("pin", 5)], &[("pin", 271_828)]],
    ] {
        quiet(&place, before, after);
    }
    // Nor whether it is 0.
    let [zero, one] =
        [0, 271_828].map(|pin| quiet(&place, &[("head", 5), ("pin", pin)], &[("head", 5)]));
    assert!(zero == one && zero.contains("a secret"), "{zero}");
    let [zero, one] =
        [0, 271_828].map(|pin| quiet(&place, &[("head", 5)], &[("head", 5), ("pin", pin)]));
    assert!(zero == one && zero.contains("A secret is not copied"), "{zero}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let place = place("i440fx-7.2", "i440fx-6.2");
    place.put("native", &native(None, b""));
    place.put("text", b"no stream");
    for (onto, code, why) in
        [("native", 3, "nothing in common"), ("text", 3, "neither a stream"), ("none", 3, "none")]
    {
        let ran: Ran = place.run(&["suggest", "in", "--onto", onto]);
        assert!(ran.code == Some(code) && ran.err.contains(why) && ran.out.is_empty(), "{ran:?}");
    }
    let ran = place.run(&["suggest", "in", "--onto", "onto", "-o", "in", "--force"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    // A stream without a description has no names.
    place.put("in", &streams::one("p5-i440fx-2.1-to-7.2.src").bytes);
    let ran = place.run(&["suggest", "in", "--onto", "onto"]);
    assert!(ran.code == Some(3) && ran.err.contains("--vmdesc"), "{ran:?}");
}
