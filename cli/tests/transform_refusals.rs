//! What `migcore transform` does not believe, does not overwrite and does not keep quiet about.

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

use streams::one;
use support::{Place, Ran};

const STREAM: &str = "p1-i440fx-7.2-to-6.2.src";

/// What 7.0 added to a board, and the types before it.
const INDEX: &str = r#"
[[change]]
from = "pc-i440fx-6.2"
to = "pc-i440fx-7.2"
[[change.step]]
add = { in = "*/piix4_pm/0", name = "acpi_pci_hotplug.acpi_index", type = "u32", value = 0, after = "acpi_pci_hotplug.acpi_pcihp_pci_status" }
[[change]]
from = "pc-i440fx-6.1"
to = "pc-i440fx-6.2"
"#;

fn place(rules: &str) -> Place {
    let place = Place::new();
    place.put("in", &one(STREAM).bytes);
    place.put("rules.toml", rules.as_bytes());
    place
}

fn transform(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["transform", "--rules", "rules.toml"], more].concat())
}

fn fails(place: &Place, more: &[&str], code: i32, said: &str) {
    let ran = transform(place, more);
    assert_eq!(ran.code, Some(code), "{more:?}: {ran:?}");
    assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
}

#[test]
fn a_stream_that_names_its_machine_is_believed() {
    let place = place(INDEX);
    let wrong = ["in", "-o", "out", "--from", "pc-i440fx-6.2", "--to", "pc-i440fx-6.1"];
    let said = "--from says that the machine is pc-i440fx-6.2, but the stream is of pc-i440fx-7.2";
    fails(&place, &wrong, 1, said);
    assert!(!place.path("out").exists());
    // A name that the rules do not know is that of somebody's own type.
    place.put("rules.toml", INDEX.replace("7.2", "x").as_bytes());
    let own = ["in", "-o", "out", "--from", "pc-i440fx-x", "--to", "pc-i440fx-6.1"];
    let ran = transform(&place, &own);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let info = place.run(&["info", "--json", "out"]);
    assert!(info.out.contains("\"machine\": \"pc-i440fx-6.1\""), "{}", info.out);
}

#[test]
fn a_machine_that_is_not_known_is_told_with_those_that_are() {
    let place = place(INDEX);
    let said = "pc-i440fx-6.2, pc-i440fx-7.2, pc-i440fx-6.1";
    fails(&place, &["in", "-o", "out", "--to", "pc-i440fx-5.0"], 1, said);
    // These chunks have no history.
    let said = "the stream does not say which machine it is of: give it with --from\n";
    fails(&place, &["a.mig", "-o", "out", "--to", "pc-i440fx-6.1"], 1, said);
}

/// Of the machine that has one of everything.
const UART: &str = r#"
[[change]]
from = "1"
to = "2"
[[device]]
name = "uart"
[[device.change]]
from = 1
to = 2
[[device.change.step]]
rename = { name = "level", to = "depth" }
"#;

#[test]
fn a_device_that_is_asked_for_has_versions() {
    let place = place(UART);
    let to = ["a.mig", "-o", "out", "--from", "1", "--to", "2"];
    // That it is already of this version does not help.
    for name in ["nothing=1", "nic=3"] {
        let said =
            format!("--device {}: no device of this name", name.trim_end_matches(['=', '1', '3']));
        fails(&place, &[&to[..], &["--device", "uart=1", "--device", name]].concat(), 1, &said);
        assert!(!place.path("out").exists());
    }
}

#[test]
fn devices_of_a_machine_that_becomes_older_stay() {
    let place = place(UART);
    let depth = |from: &str, to: &str| {
        let ran = transform(&place, &["a.mig", "-o", "out", "--from", from, "--to", to, "--force"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        place.run(&["inspect", "out", "--filter", "uart/1"]).out.contains("depth")
    };
    assert!(depth("1", "2"));
    assert!(!depth("2", "1"));
}

#[test]
fn no_output_is_another_file_of_the_run() {
    let place = place(INDEX);
    let to = ["--to", "pc-i440fx-6.2", "--force"];
    let fails = |more: &[&str], said: &str| fails(&place, &[more, &to].concat(), 2, said);
    place.put("vmdesc", b"{}");
    place.put("lost", b"{}");
    let names = place.names();
    std::fs::create_dir(place.path("folder")).unwrap();
    for path in ["out", "./out", "folder/../out"] {
        fails(&["in", "-o", "out", "--losses", path], "cannot take both OUT and LOSSES");
    }
    fails(&["in", "-o", "rules.toml"], "rules.toml is what is read");
    fails(&["in", "-o", "./in"], "in is what is read");
    fails(&["in", "-o", "out", "--losses", "in"], "in is what is read");
    fails(&["in", "-o", "out", "--losses", "lost", "--restore", "lost"], "lost is what is read");
    fails(&["in", "-o", "vmdesc", "--vmdesc", "vmdesc"], "vmdesc is what is read");
    for more in [
        &["in", "-o", "-", "--losses", "-"][..],
        &["in", "-o", "out", "--losses", "-", "--json"],
        &["in", "-o", "out", "--losses", "-", "--explain"],
    ] {
        fails(more, "the standard output takes");
    }
    std::fs::remove_dir(place.path("folder")).unwrap();
    assert_eq!(place.names(), names);
}

#[cfg(target_os = "linux")]
#[test]
fn losses_are_their_owners_and_never_without_the_stream() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place(INDEX);
    let to = ["in", "--to", "pc-i440fx-6.2", "--losses", "lost"];
    fails(&place, &[&to[..], &["-o", "/dev/full"]].concat(), 3, "cannot write /dev/full");
    assert!(!place.path("lost").exists());
    for force in [&["-o", "out"][..], &["-o", "out", "--force"]] {
        let ran = transform(&place, &[&to[..], force].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let mode = place.path("lost").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::set_permissions(place.path("lost"), std::fs::Permissions::from_mode(0o644))
            .unwrap();
    }
    // Nothing was lost, and that is what comes back.
    let ran =
        transform(&place, &["out", "-o", "back", "--to", "pc-i440fx-7.2", "--restore", "lost"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(place.get("back") == place.get("in"));
}

#[test]
fn a_document_says_why_nothing_was_written() {
    let place = place(INDEX);
    let ran = transform(&place, &["in", "-o", "out", "--to", "pc-i440fx-5.0", "--json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let json = ran.json();
    assert_eq!(json["written"], false, "{json:#}");
    assert!(json["refused"].as_str().unwrap().contains("pc-i440fx-5.0"), "{json:#}");
    for name in ["in", "a.mig"] {
        let whole = place.get(name);
        place.put(name, &whole[..whole.len() / 2]);
        let ran = transform(&place, &[name, "-o", "out", "--from", "1", "--json"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        let json = ran.json();
        assert_eq!((&json["written"], &json["refused"]), (&false.into(), &().into()), "{json:#}");
        assert_eq!(json["damage"].as_array().unwrap().len(), 1, "{json:#}");
    }
    assert!(!place.path("out").exists());
}

#[test]
fn rules_and_losses_have_an_end() {
    let place = place(INDEX);
    let many = |what: &str, count: usize| what.repeat(count);
    let step = "[[change.step]]\nfooters = true\n";
    for (rules, said) in [
        (many("[[change]]\n", 4097), "at most 4096 changes"),
        (many("[[device]]\nname = \"a\"\n", 1025), "at most 1024 devices"),
        (format!("[[change]]\n{}", many(step, 16385)), "at most 16384 steps"),
    ] {
        place.put("rules.toml", rules.as_bytes());
        fails(&place, &["in", "-o", "out"], 2, said);
    }
    let ran = place.run(&["transform", "in", "-o", "out", "--rules", "-"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    #[cfg(unix)]
    {
        let ran = place.run(&["transform", "in", "-o", "out", "--rules", "/dev/zero"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains("/dev/zero: a file of rules has at most"), "{}", ran.err);
    }
}

#[test]
fn the_strictest_of_several_policies_counts() {
    let place = place("[[change]]\nstep = [{ drop-device = { device = \"mc146818rtc/0\" } }]\n");
    let policy = |name: &str, verdict: &str| {
        place.put(name, format!("[policy]\notherwise = \"{verdict}\"\n").as_bytes());
    };
    policy("mild", "allow");
    policy("strict", "if-default");
    for (files, code) in [(["mild", "mild"], 0), (["strict", "mild"], 1), (["mild", "strict"], 1)] {
        let more = ["in", "--dry-run", "--rules", files[0], "--rules", files[1]];
        let ran = transform(&place, &more);
        assert_eq!(ran.code, Some(code), "{files:?}: {ran:?}");
    }
}

#[test]
fn what_is_in_a_lost_device_is_told() {
    let place = place("[policy]\notherwise = \"allow\"\n[[change]]\nstep = [{ drop-device = { device = \"nic/1\" } }]\n");
    let ran = transform(&place, &["a.mig", "--dry-run"]);
    assert!(ran.err.contains("lost: nic/1: device, version"), "{}", ran.err);
    assert!(ran.err.ends_with("no file was written: --dry-run\n"), "{}", ran.err);
    assert!(ran.err.contains("; inside: "), "{}", ran.err);
    let ran = transform(&place, &["a.mig", "--dry-run", "--json"]);
    let json = ran.json();
    let inside = json["losses"][0]["inside"].as_array().unwrap();
    let value = |path: &str| inside.iter().find(|item| item["path"] == path).unwrap();
    let key = value("key");
    assert_eq!(json["format"], "transform");
    assert_eq!((&key["type"], &key["secret"]), (&"bytes[8]".into(), &true.into()), "{json:#}");
    assert!(key["value"].is_null(), "{json:#}");
    // Values are data.
    assert_eq!(value("u16")["value"], 0xfffe);
    assert_eq!(value("signed")["value"], serde_json::json!([-1, 0, 1]));
    assert_eq!(value("mac")["value"], "525400123456");
    assert_eq!(value("on")["value"], true);
    let rule = json["losses"][0]["rule"].as_str().unwrap();
    assert_eq!(rule, "rules.toml:4", "{json:#}");
    assert!(!ran.out.contains("68756e"), "{}", ran.out);
}

#[test]
fn what_no_rule_can_take_along_is_refused_with_the_reason() {
    let rules = |place: &str| {
        format!(
            "{INDEX}[[change.step]]\nrefuse = {{ in = \"{place}\", why = \"it is of glass\" }}\n"
        )
    };
    let place = place(&rules("*/piix4_pm/0"));
    for pattern in ["*/piix4_pm/*", "timer/0.cpu_clock_offset", "*/*.*"] {
        place.put("rules.toml", rules(pattern).as_bytes());
        let said = format!("error: in: rules.toml:10: {pattern} is there: it is of glass\n");
        fails(&place, &["in", "-o", "out", "--to", "pc-i440fx-6.1"], 1, &said);
        assert!(!place.path("out").exists());
    }
    for pattern in ["*/virtio-net/0", "timer/0.none", "timer"] {
        place.put("rules.toml", rules(pattern).as_bytes());
        let ran = transform(&place, &["in", "--dry-run", "--to", "pc-i440fx-6.1"]);
        assert_eq!(ran.code, Some(0), "{pattern}: {ran:?}");
        assert!(!ran.err.contains("found nothing"), "{}", ran.err);
    }
}

/// A stream of a machine of QEMU.
fn machine(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/loads");
    streams::at(&std::path::Path::new(folder).join(format!("{name}.bin.xz"))).bytes
}

/// The same without the description behind its end.
fn undescribed(mut bytes: Vec<u8>) -> Vec<u8> {
    let text = bytes.windows(11).rposition(|window| window == b"{\"page_size").unwrap();
    bytes.truncate(text - 5);
    bytes
}

const I440FX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/rules/pc-i440fx.toml");

#[test]
fn what_no_description_tells_is_not_passed_in_silence() {
    let place = Place::new();
    // Without footers nobody knows where the first section ends.
    let old = one("i440fx-2.0-net-blk.dev");
    place.put("old", &old.bytes);
    place.put("old.json", &old.vmdesc.unwrap());
    let up = ["transform", "old", "--dry-run", "--rules", I440FX, "--from", "pc-i440fx-2.1"];
    let up = [&up[..], &["--to", "pc-i440fx-2.2"]].concat();
    let ran = place.run(&up);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in ["*/vga/0: section timer/0 is not known inside, nor where it ends", "--vmdesc"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let ran = place.run(&[&up[..], &["--vmdesc", "old.json"]].concat());
    assert!(ran.err.contains("*/vga/0 is there: "), "{}", ran.err);
    // With them it is known which sections there are, and rules that go into none are done.
    place.put("bare", &undescribed(machine("i440fx-virtio-7.2")));
    place.put("described", &machine("i440fx-virtio-7.2"));
    for to in ["pc-i440fx-7.1", "pc-i440fx-6.2"] {
        let run = ["transform", "bare", "-o", "out", "--force", "--rules", I440FX, "--to", to];
        let ran = place.run(&run);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.err.contains(" is not known inside: the stream has no description"),
            "{}",
            ran.err
        );
        assert!(
            ran.err.contains("--vmdesc") && !ran.err.contains("optional = true"),
            "{}",
            ran.err
        );
        assert!(!place.path("out").exists());
        let described = [&run[..], &["--vmdesc", "described"]].concat();
        let ran = place.run(&described);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.err.contains("OUT has no description"), "{}", ran.err);
        std::fs::remove_file(place.path("out")).unwrap();
    }
    let rules = "[[change]]\nstep = [{ drop-device = { device = \"pcspk/0\" } }]\n";
    place.put("rules.toml", format!("[policy]\notherwise = \"allow\"\n{rules}").as_bytes());
    let ran = transform(&place, &["bare", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn memory_that_the_other_machine_has_not_is_refused() {
    let place = Place::new();
    for (name, code) in [("i440fx-2.3", Some(1)), ("i440fx-2.1", Some(0))] {
        place.put("in", &machine(name));
        // What the second stream is called does not matter: it has no such block.
        let down = ["--dry-run", "--from", "pc-i440fx-2.3", "--to", "pc-i440fx-2.2"];
        let ran = place.run(&[&["transform", "in", "--rules", I440FX][..], &down].concat());
        assert_eq!(ran.code, code, "{ran:?}");
        let said = "memory /rom@etc/acpi/rsdp is there: ";
        assert_eq!(ran.err.contains(said), code == Some(1), "{}", ran.err);
    }
    place.put("rules.toml", b"[[change]]\nstep = [{ refuse = { why = \"it is\" } }]\n");
    assert_eq!(transform(&place, &["in", "--dry-run"]).code, Some(2));
}

#[test]
fn what_is_not_done_is_said() {
    let place = place(INDEX);
    place.put("empty.toml", b"");
    let said = "warning: nothing was done: ";
    let ran = place.run(&["transform", "in", "-o", "same", "--rules", "empty.toml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains(said) && place.get("same") == place.get("in"), "{}", ran.err);
    let ran = transform(&place, &["in", "-o", "out", "--to", "pc-i440fx-6.1"]);
    assert!(!ran.err.contains(said), "{}", ran.err);
    // Losses of one way do not come back on another.
    let drop = r#"drop = { in = "timer/0", name = "cpu_clock_offset", after = "unused" }"#;
    let rules = format!("[policy]\notherwise = \"allow\"\n[[change]]\nstep = [{{ {drop} }}]\n");
    place.put("drop.toml", rules.as_bytes());
    let drop = ["transform", "in", "-o", "old", "--rules", "drop.toml", "--losses", "lost"];
    let ran = place.run(&drop);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let other = ["in", "-o", "x", "--restore", "lost", "--rules", "empty.toml", "--json"];
    let ran = place.run(&[&["transform"], &other[..]].concat());
    assert_eq!(ran.json()["left"], 1, "{ran:?}");
    let ran =
        place.run(&["transform", "in", "--dry-run", "--restore", "lost", "--rules", "empty.toml"]);
    assert!(ran.err.contains("1 of what was lost before was lost on another way"), "{}", ran.err);
}

#[test]
fn a_refused_loss_names_its_rule() {
    let place = place("[[change]]\nstep = [{ drop-device = { device = \"nic/1\" } }]\n");
    let ran = transform(&place, &["a.mig", "--dry-run"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("error: a.mig: rules.toml:2: "), "{}", ran.err);
    assert!(ran.err.contains("`[policy]` says what may be lost"), "{}", ran.err);
}

#[test]
fn a_scope_that_is_missing_is_named() {
    let add = "add = { in = \"nic/1.nowhere\", name = \"new\", type = \"u8\", value = 1 }";
    let place = place(&format!("[[change]]\nstep = [{{ {add} }}]\n"));
    fails(&place, &["a.mig", "--dry-run"], 1, "rules.toml:2: nic/1.nowhere: ");
    // So is what a new item cannot stand behind, and that it may be absent is no advice.
    let typo = INDEX.replace("pcihp_pci_status", "pcihp_pci_statusX").replace("6.2", "x");
    let typo = typo.replace("acpi_index", "more");
    let place = self::place(&typo.replace("7.2", "8").replace("pc-i440fx-x", "pc-i440fx-7.2"));
    let ran = transform(&place, &["in", "--dry-run", "--to", "pc-i440fx-8"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for said in ["rules.toml:5: */piix4_pm/0: ", "acpi_pcihp_pci_statusX: ", "`after` names it"] {
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    assert!(!ran.err.contains("optional = true"), "{}", ran.err);
}

#[test]
fn a_document_says_why_the_command_failed() {
    let place = place("[[change]]\nstep = [{ none = 1 }]\n");
    let ran = transform(&place, &["in", "--dry-run", "--json"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.json()["error"].as_str().unwrap().contains("rules.toml"), "{}", ran.out);
}

#[test]
fn bits_and_arrays_are_explained_by_their_values() {
    let step = |step: &str| {
        format!("[policy]\notherwise = \"allow\"\n[[change]]\nstep = [{{ {step} }}]\n")
    };
    let place =
        place(&step(r#"bits = { in = "nic/1", name = "mac", at = 1, mask = 0xff, value = 0x77 }"#));
    let explain = ["a.mig", "--dry-run", "--explain"];
    let ran = transform(&place, &explain);
    let lines = "- nic/1.mac, from byte 1 on: 54 00 12 34 56\n  + nic/1.mac, from byte 1 on: 77 00 12 34 56\n";
    assert!(ran.out.contains(lines), "{ran:?}");
    let rules = step(r#"rename = { in = "nic/1", name = "signed", to = "other" }"#);
    place.put("rules.toml", rules.as_bytes());
    let ran = transform(&place, &explain);
    assert!(ran.out.contains("- nic/1.signed: i32[3] [-1, 0, 1]\n"), "{ran:?}");
}
