//! `check --rules`: a stream as it is after a transform.

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

use std::path::Path;

use migcore::compat::manifest::{About, Accepts, Writer};
use migcore::model::{Builder, Tree};
use migcore::visit::{Versions, Visiting, Visitor};
use support::{saved, Place, Ran};

/// A device of this version; from version 4 on it has a speed.
fn port(v: &mut Visitor<'_>, version: u32) -> migcore::Result<()> {
    v.device("port", 0, Versions::only(version), |v| {
        v.visit("level", &mut 5u32)?;
        if version < 4 {
            return Ok(());
        }
        v.visit("speed", &mut 9u8)
    })
}

/// The manifest of a receiver that has the device in this version.
fn manifest(version: u32) -> Vec<u8> {
    let mut memory = vec![0; 1 << 16];
    let mut tree = Tree::new(&mut memory).unwrap();
    port(&mut Visiting::new(Builder::new(&mut tree)).saver(), version).unwrap();
    let node = tree.find(tree.root(), b"port/0").unwrap();
    let mut writer = Writer::begin(&mut tree, &About::default()).unwrap();
    writer.device(node, &Accepts { oldest: version, ..Accepts::default() }).unwrap();
    saved(|v| tree.replay(tree.root(), v))
}

/// The manifest, and streams of the device in versions 3, 4 and 5.
fn place() -> Place {
    let place = Place::new();
    place.put("manifest.mig", &manifest(3));
    for version in 3..=5 {
        place.put(&format!("{version}.mig"), &saved(|v| port(v, version)));
    }
    place
}

/// Rules of the device, in two changes.
const RULES: &str = r#"
[policy]
otherwise = "allow"
[[device]]
name = "port"
[[device.change]]
from = 3
to = 4
[[device.change.step]]
add = { name = "speed", type = "u8", value = 0 }
[[device.change]]
from = 4
to = 5
"#;

fn against(place: &Place, stream: &str, more: &[&str]) -> Ran {
    let base = ["check", stream, "--against", "manifest.mig", "--rules", "rules.toml"];
    place.run(&[&base[..], more].concat())
}

/// What is said of a stream, with this exit code.
fn answer(place: &Place, stream: &str, more: &[&str], code: i32) -> String {
    let ran = against(place, stream, more);
    assert_eq!((ran.code, ran.err.as_str()), (Some(code), ""), "{}", ran.out);
    ran.out
}

#[test]
fn rules_are_gone_before() {
    let place = place();
    place.put("rules.toml", RULES.as_bytes());
    let out = answer(&place, "4.mig", &[], 1);
    assert!(out.contains("port/0.speed: a transform loses item u8 9"), "{out}");
    place.put("rules.toml", RULES.replace("allow", "refuse").as_bytes());
    answer(&place, "4.mig", &[], 2);
}

#[test]
fn versions_of_devices_are_those_of_the_receiver_or_as_they_are_told() {
    let place = place();
    place.put("rules.toml", RULES.as_bytes());
    answer(&place, "5.mig", &[], 1);
    let out = answer(&place, "5.mig", &["--device", "port=4"], 2);
    assert!(out.contains("refused: port/0: newer than the receiver loads"), "{out}");
    // One that names no device is a slip.
    let out = answer(&place, "5.mig", &["--device", "prot=3"], 2);
    assert!(out.contains("--device prot: no device of this name"), "{out}");
    let ran = against(&place, "5.mig", &["--device", "port"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{}", ran.err);
}

#[test]
fn what_was_lost_before_comes_back() {
    let place = place();
    // Only of a speed of 9 it is known what it is in version 5.
    let map =
        "[[device.change.step]]\nmap = { name = \"speed\", type = \"u8\", pairs = [[9, 1]] }\n";
    place.put("rules.toml", format!("{RULES}{map}").as_bytes());
    let down = ["transform", "4.mig", "-o", "older.mig", "--rules", "rules.toml"];
    let ran = place.run(&[&down[..], &["--device", "port=3", "--losses", "lost"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    place.put("manifest.mig", &manifest(5));
    let out = answer(&place, "3.mig", &[], 2);
    assert!(out.contains("port/0.speed: the value"), "{out}");
    answer(&place, "3.mig", &["--restore", "lost"], 0);
}

/// The rules for machines of QEMU.
const I440FX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/rules/pc-i440fx.toml");

/// A stream of a machine of QEMU.
fn machine(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loads");
    streams::at(&Path::new(folder).join(format!("{name}.bin.xz"))).bytes
}

/// Checks a stream of QEMU against another of the same release.
fn check(place: &Place, stream: &str, receiver: &str, more: &[&str]) -> Ran {
    let base = ["check", stream, "--against", receiver, "--same-release"];
    place.run(&[&base[..], more].concat())
}

#[test]
fn a_machine_that_says_nothing_of_itself_is_told() {
    let place = Place::new();
    for name in ["i440fx-2.1", "i440fx-7.2"] {
        place.put(&format!("{name}.bin"), &machine(name));
    }
    let check = |more: &[&str]| {
        let more = [&["--rules", I440FX], more].concat();
        check(&place, "i440fx-2.1.bin", "i440fx-7.2.bin", &more)
    };
    let ran = check(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""), "{}", ran.out);
    assert!(ran.out.contains("give it with --from"), "{}", ran.out);
    let ran = check(&["--from", "pc-i440fx-2.1"]);
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    assert_eq!(ran.err, "");
}

/// A stream without the description behind its end.
fn undescribed(bytes: &[u8]) -> &[u8] {
    let text = bytes.windows(11).rposition(|window| window == b"{\"page_size").unwrap();
    // A byte says what comes, and four how long it is.
    &bytes[..text - 5]
}

#[test]
fn a_stream_without_a_description_can_be_given_one() {
    let place = Place::new();
    let described = machine("i440fx-7.2");
    place.put("described", &described);
    place.put("bare", undescribed(&described));
    place.put("older", &machine("i440fx-6.2"));
    let check = |to: &str, more: &[&str]| check(&place, "bare", to, more);
    assert_eq!(check("older", &[]).code, Some(2));
    let ran = check("described", &["--vmdesc", "described"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    // What is transformed has another one, which is not in the stream either.
    let ran = check("older", &["--vmdesc", "described", "--rules", I440FX]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let ran = place.run(&["check", "a.mig", "--against", "a.mig", "--vmdesc", "described"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(4), ""), "{}", ran.err);
}

#[test]
fn nothing_is_written() {
    let place = Place::new();
    for name in ["i440fx-7.2", "i440fx-6.2"] {
        place.put(name, &machine(name));
    }
    let names = place.names();
    let base = ["check", "i440fx-7.2", "--against", "i440fx-6.2", "--same-release"];
    let mut command = place.command(&[&base[..], &["--rules", I440FX]].concat());
    // Files without a name are made there.
    let ran = command.env("TMPDIR", place.path("none")).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert_eq!(place.names(), names);
}

#[test]
fn rules_make_a_stream_of_qemu_one_that_loads() {
    let place = Place::new();
    for name in ["i440fx-7.2", "i440fx-6.2", "i440fx-2.3"] {
        place.put(&format!("{name}.bin"), &machine(name));
    }
    let check = |from: &str, to: &str, more: &[&str]| check(&place, from, to, more);
    let ran = check("i440fx-7.2.bin", "i440fx-6.2.bin", &[]);
    assert_eq!(ran.code, Some(2));
    for line in [
        "refused: configuration: the machine is pc-i440fx-7.2, and the receiver pc-i440fx-6.2\n",
        "refused: 0000:00:01.3/piix4_pm/0.acpi_pci_hotplug.acpi_index: the stream sent it, and the receiver does not read it\n",
    ] {
        assert!(ran.out.contains(line), "{}", ran.out);
    }
    let ran = check("i440fx-7.2.bin", "i440fx-6.2.bin", &["--rules", I440FX]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let ran = check("i440fx-6.2.bin", "i440fx-7.2.bin", &["--rules", I440FX]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    // A machine without a configuration does not say which it is.
    let ran = check("i440fx-6.2.bin", "i440fx-2.3.bin", &["--rules", I440FX]);
    assert_eq!(ran.code, Some(4), "{}", ran.out);
}

#[test]
fn a_rule_that_fails_is_named_with_its_place() {
    let place = place();
    let rules = r#"
        [[device]]
        name = "port"
        [[device.change]]
        from = 3
        to = 4
        [[device.change.step]]
        rename = { name = "speed", to = "none" }
    "#;
    place.put("rules.toml", rules.as_bytes());
    let out = answer(&place, "4.mig", &[], 2);
    assert!(out.contains("rules.toml:"), "{out}");
}

/// What is inside of a virtio device is compared, and only what depends on the machines cannot be told.
#[test]
fn opaque_fields_are_opened() {
    let place = Place::new();
    place.put("state", &machine("i440fx-virtio-7.2"));
    place.put("older", &machine("i440fx-virtio-2.4"));
    let put_rules = |set: &str| {
        let rules = format!(
            r#"
            [policy]
            otherwise = "allow"
            [[change]]
            step = [{{ open = {{ in = "*/virtio-net/0", name = "virtio" }} }}, {{ {set} }}]
            "#
        );
        place.put("rules.toml", rules.as_bytes());
    };
    let by_rules = |receiver: &str| check(&place, "state", receiver, &["--rules", "rules.toml"]);
    let scope = r#"in = "*/virtio-net/0.virtio"#;
    for (set, code, line) in [
        // What the device takes as it comes.
        (format!(r#"set = {{ {scope}.net", name = "promisc", type = "u8", value = 0 }}"#), 0, ""),
        (format!(r#"set = {{ {scope}.queues[0]", name = "num", type = "u32", value = 64 }}"#), 0, ""),
        // What it must have itself.
        (
            format!(r#"bits = {{ {scope}.pci", name = "config", at = 8, mask = 0xff, value = 7 }}"#),
            2,
            "virtio-net/0.virtio.pci.config: byte 0x8 of the PCI configuration is 0x7, and must be 0x0\n",
        ),
        (
            format!(r#"set = {{ {scope}", name = "guest_features", type = "u32", value = 3 }}"#),
            3,
            "virtio-net/0.virtio.guest_features: the guest uses the features 0x3, and whether",
        ),
        (
            format!(r#"set = {{ {scope}.net", name = "has_vnet_hdr", type = "u32", value = 1 }}"#),
            3,
            "virtio-net/0.virtio.net.has_vnet_hdr: the receiver has another one",
        ),
    ] {
        put_rules(&set);
        let ran = by_rules("state");
        let losses = ran.code == Some(1) && code == 0 && ran.out.contains("a transform loses");
        assert!(ran.code == Some(code) || losses, "{set}: {ran:?}");
        assert!(ran.out.contains(line), "{set}: {}", ran.out);
    }
    // A receiver that offers no more than 32 features does not have the subsection of the others.
    let drop = format!(r#"drop = {{ {scope}", name = "virtio/64bit_features" }}"#);
    put_rules(&drop);
    let ran = place.run(&["transform", "state", "-o", "fewer", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let set = |value: &str| {
        let set = format!(
            r#"set = {{ {scope}.virtio/64bit_features", name = "guest_features", type = "u64", value = {value} }}"#
        );
        put_rules(&set);
        by_rules("fewer")
    };
    assert_eq!(set("0").code, Some(0));
    let ran = set("\"0x1_0000_0000\"");
    assert_eq!(ran.code, Some(3), "{}", ran.out);
    assert!(ran.out.contains("the guest uses the features 0x100000000"), "{}", ran.out);
    // Where much differs, all of it is not told.
    let ran = check(&place, "state", "older", &[]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""), "{}", ran.out);
    assert!(ran.out.lines().count() < 30, "{}", ran.out);
    let ran = check(&place, "older", "state", &[]);
    assert!(ran.out.contains("virtio.pci.config: the same of "), "{}", ran.out);
    assert!(ran.out.lines().count() < 30, "{}", ran.out);
}

/// What one release sends as 100 bytes, another one sends as 32 and three more fields.
#[test]
fn fields_that_were_divided_have_the_same_bytes() {
    let place = Place::new();
    place.put("new", &streams::one("xbin-i440fx-10.0-to-7.2.src").bytes);
    place.put("old", &machine("i440fx-7.2"));
    let ran = place.run(&["check", "new", "--against", "old", "--rules", I440FX]);
    assert!(!ran.out.contains("runstate"), "{}", ran.out);
    assert!(!ran.out.contains("refused"), "{}", ran.out);
    let suggested = place.run(&["suggest", "new", "--onto", "old", "--json"]).json();
    let groups = suggested["groups"].as_array().unwrap();
    let steps = groups.iter().flat_map(|group| group["steps"].as_array().unwrap());
    let steps: Vec<String> = steps.map(ToString::to_string).collect();
    assert!(!steps.is_empty() && !steps.iter().any(|step| step.contains("runstate")), "{steps:?}");
    // One byte more, and they are no longer the same.
    let longer = r#"
        [[change]]
        step = [{ add = { in = "globalstate/0", name = "more", type = "u8", value = 0 } }]
    "#;
    place.put("longer.toml", longer.as_bytes());
    let both = ["--rules", I440FX, "--rules", "longer.toml"];
    let ran = place.run(&[&["check", "new", "--against", "old"][..], &both].concat());
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.out.contains("refused: globalstate/0.runstate"), "{}", ran.out);
}

/// Where a section ends is not known without footers and description, so nothing is said to be missing.
#[test]
fn what_follows_a_section_without_an_end_cannot_be_told() {
    let place = Place::new();
    let old = streams::one("i440fx-2.0-net-blk.dev");
    place.put("old", &old.bytes);
    place.put("old.json", &old.vmdesc.unwrap());
    place.put("receiver", &machine("i440fx-2.1"));
    let ran = check(&place, "old", "receiver", &[]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(!ran.out.contains("the stream does not have this section"), "{}", ran.out);
    let said = "cannot tell: timer/0: where it ends is not known, so which sections follow cannot be told\n  give the description";
    assert!(ran.out.contains(said), "{}", ran.out);
}
