//! `migcore transform`: streams of other versions, by rules.

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

/// What 7.0 added to a board.
const INDEX: &str = r#"
[[change]]
from = "pc-i440fx-6.2"
to = "pc-i440fx-7.2"
[[change.step]]
add = { in = "*/piix4_pm/0", name = "acpi_pci_hotplug.acpi_index", type = "u32", value = 0, after = "acpi_pci_hotplug.acpi_pcihp_pci_status" }
"#;

fn place(stream: &str, rules: &str) -> Place {
    let place = Place::new();
    place.put("in", &one(stream).bytes);
    place.put("rules.toml", rules.as_bytes());
    place
}

fn transform(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["transform"], more].concat())
}

/// A stream that verifies, and has no differences but these from another one.
fn is_like(place: &Place, out: &str, expected: &str) {
    let verified = place.run(&["verify", out]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    place.put("expected", &one(expected).bytes);
    let differs = place.run(&["diff", out, "expected"]);
    assert_eq!((differs.code, differs.out.as_str()), (Some(0), ""), "{differs:?}");
}

#[test]
fn a_board_becomes_older_and_newer_again() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{ran:?}");
    assert_eq!(ran.err, "rules.toml:5: drop (pc-i440fx-7.2 to pc-i440fx-6.2): 1 item\n");
    is_like(&place, "out", "p1-i440fx-7.2-to-6.2.transformed");
    // The way back gives the same bytes, those of the description too.
    let ran = transform(&place, &["out", "-o", "back", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(place.get("back") == place.get("in"));
}

#[test]
fn chunks_of_a_stream_give_what_the_stream_gives() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let rules = ["--rules", "rules.toml"];
    for arguments in [
        &["transform", "in", "-o", "out", rules[0], rules[1]][..],
        &["convert", "in", "-o", "chunks", "--to", "chunk"],
        &["transform", "chunks", "-o", "older", rules[0], rules[1]],
        &["convert", "older", "-o", "again", "--to", "qemu"],
        &["transform", "older", "-o", "newer", rules[0], rules[1]],
        &["convert", "newer", "-o", "back", "--to", "qemu"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
    assert!(place.get("again") == place.get("out"));
    assert!(place.get("back") == place.get("in"));
    // Who made it is noted beside the stream, and is no part of it.
    let shown = place.run(&["inspect", "older", "--chunks"]);
    assert!(shown.out.contains("mDEv"), "{}", shown.out);
}

#[test]
fn devices_move_to_another_slot() {
    let rules = r#"
        [[change]]
        [[change.step]]
        rename-device = { device = "0000:00:05.0/*/0", to = "0000:00:06.0/*/0" }
    "#;
    let place = place("setup-rtl8139-slot.src", rules);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), "rules.toml:3: rename device: 1 item\n"));
    is_like(&place, "out", "setup-rtl8139-slot.transformed");
}

#[test]
fn a_command_is_dropped_and_added() {
    let rules = r#"
        [[change]]
        from = "pc-i440fx-7.2"
        to = "pc-i440fx-10.0"
        [[change.step]]
        add-command = { number = 11 }
        optional = true
    "#;
    let place = place("q10-i440fx-10.0.mig", rules);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(place.run(&["verify", "out"]).code, Some(0));
    let info = place.run(&["info", "--json", "out"]);
    assert!(info.out.contains("\"machine\": \"pc-i440fx-7.2\""), "{}", info.out);
    // The description of the configuration is right as well.
    let shown = place.run(&["inspect", "--json", "out"]).out;
    assert!(!shown.contains("pc-i440fx-10.0"), "the old name is somewhere");
}

/// The clock of every board has an offset that is not 0.
const LOSSY: &str = r#"
[[change]]
from = "pc-i440fx-7.2"
to = "pc-none"
[[change.step]]
drop = { in = "timer/0", name = "cpu_clock_offset", after = "unused" }
[[change.step]]
drop-device = { device = "mc146818rtc/0", after = "i8254/0" }
"#;

#[test]
fn what_is_lost_is_refused_or_kept_and_comes_back() {
    let place = place("p1-i440fx-7.2-to-6.2.src", LOSSY);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml", "--losses", "lost"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("refused: mc146818rtc/0: device, version"), "{}", ran.err);
    assert!(ran.err.contains("from pc-i440fx-7.2 to pc-none; `[policy]`"), "{}", ran.err);
    assert_eq!(place.names(), ["a.mig", "in", "rules.toml"]);
    let told = transform(&place, &["in", "--dry-run", "--rules", "rules.toml", "--json"]).json();
    assert_eq!(
        (&told["written"], &told["losses"][0]["allowed"]),
        (&false.into(), &false.into()),
        "{told:#}"
    );
    // Allowed, they are written down, and the way back has them.
    place.put("allow.toml", b"[policy]\notherwise = \"allow\"\n");
    let rules = ["--rules", "rules.toml", "--rules", "allow.toml"];
    let out = ["in", "-o", "out", "--losses", "lost"];
    let ran = transform(&place, &[&out[..], &rules].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("lost: timer/0.cpu_clock_offset: item i64 "), "{}", ran.err);
    assert_eq!(place.run(&["verify", "out"]).code, Some(0));
    let ran =
        transform(&place, &[&["out", "-o", "back", "--restore", "lost"][..], &rules].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // QEMU's names of types in the description are no part of a state.
    let end =
        place.get("in").windows(11).rposition(|window| window == b"{\"page_size").unwrap() - 4;
    assert!(place.get("back")[..end] == place.get("in")[..end]);
    let differs = place.run(&["diff", "back", "in"]);
    assert_eq!((differs.code, differs.out.as_str()), (Some(0), ""), "{differs:?}");
    // Without them there is nothing to make the device of.
    let ran = transform(&place, &[&["out", "-o", "none"][..], &rules].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
}

#[test]
fn what_nobody_describes_is_seen_as_that_when_it_comes_back() {
    const GONE: &str = r#"
        [policy]
        otherwise = "allow"
        [[change]]
        from = "pc-q35-7.2"
        to = "pc-none"
        [[change.step]]
        drop-device = { device = "*/virtio-net/0" }
        [[change.step]]
        drop-device = { device = "*/virtio-blk/0" }
    "#;
    let place = place("linux-q35-7.2-share.mig", GONE);
    let rules = ["--rules", "rules.toml"];
    for arguments in [
        &["transform", "in", "-o", "out", "--losses", "lost", rules[0], rules[1]][..],
        &["transform", "out", "-o", "back", "--restore", "lost", rules[0], rules[1]],
        &["convert", "in", "-o", "chunks", "--to", "chunk"],
        &["transform", "chunks", "-o", "older", rules[0], rules[1]],
        &["transform", "older", "-o", "newer", rules[0], rules[1]],
        &["convert", "newer", "-o", "again", "--to", "qemu"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
    }
    for back in ["back", "newer", "again"] {
        let differs = place.run(&["diff", "in", back]);
        assert_eq!((differs.code, differs.out.as_str()), (Some(0), ""), "{back}: {differs:?}");
        let shown = place.run(&["inspect", back]).out;
        let virtio = shown.lines().filter(|line| line.trim_start().starts_with("virtio "));
        let opaque: Vec<bool> = virtio.map(|line| line.contains("{opaque}")).collect();
        assert_eq!(opaque, [true, true], "{back}: {shown}");
    }
    // Without the name of a type, that it is the same cannot be told.
    let checked = place.run(&["check", "back", "--against", "in", "--same-release"]);
    assert_eq!(checked.code, Some(3), "{checked:?}");
}

#[test]
fn a_dry_run_and_explanations_write_nothing() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let ran = transform(&place, &["in", "--dry-run", "--explain", "--rules", "rules.toml"]);
    let said = "no file was written: --dry-run\n";
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), said), "{ran:?}");
    assert_eq!(
        ran.out,
        "\
rules.toml:5: drop (pc-i440fx-7.2 to pc-i440fx-6.2): 1 item
  - 0000:00:01.3/piix4_pm/0.acpi_pci_hotplug.acpi_index: u32 0
"
    );
    assert_eq!(place.names(), ["a.mig", "in", "rules.toml"]);
    let json = transform(&place, &["in", "--dry-run", "--json", "--rules", "rules.toml"]).json();
    assert_eq!(json["steps"][0]["touched"], 1, "{json:#}");
    assert_eq!(json["steps"][0]["from"], "pc-i440fx-7.2", "{json:#}");
}

#[test]
fn what_is_not_possible_is_told() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    place.put(
        "none.toml",
        b"[[change]]\n[[change.step]]\nrename = { in = \"none/0\", name = \"a\", to = \"b\" }\n",
    );
    place.put("maybe.toml", b"[[change]]\n[[change.step]]\nrename = { in = \"none/0\", name = \"a\", to = \"b\" }\noptional = true\n");
    place.put("live.toml", b"[policy]\notherwise = \"allow\"\n[[change]]\n[[change.step]]\ndrop-device = { device = \"ram/0\" }\n");
    place.put("two.toml", format!("{INDEX}\n[[change]]\nfrom = \"a\"\nto = \"b\"\n").as_bytes());
    for (arguments, code, said) in [
        (
            &["in", "-o", "out", "--rules", "rules.toml", "--to", "pc-i440fx-2.4"][..],
            1,
            "from pc-i440fx-7.2 to pc-i440fx-2.4",
        ),
        (
            &["in", "-o", "out", "--rules", "rules.toml", "--from", "pc-q35-7.2"],
            1,
            "--from says that the machine is pc-q35-7.2, but the stream is of pc-i440fx-7.2",
        ),
        (
            &["in", "-o", "out", "--rules", "none.toml"],
            1,
            "error: in: none.toml:2: none/0.a: the stream does not hold this item; give the step `optional = true` if it may be absent\n",
        ),
        (
            &["in", "-o", "out", "--rules", "live.toml"],
            1,
            "what stays in the file cannot be dropped",
        ),
        (&["in", "-o", "out", "--rules", "two.toml"], 2, "--to says which version is wanted"),
        (&["in", "-o", "out", "--rules", "in"], 2, "in"),
        (&["in", "-o", "out", "--rules", "missing.toml"], 3, "cannot read missing.toml"),
        (&["rules.toml", "-o", "out", "--rules", "rules.toml"], 3, "rules.toml"),
        (&["in", "-o", "in", "--rules", "rules.toml", "--force"], 2, "what is read"),
        (&["in", "-o", "rules.toml", "--rules", "rules.toml", "--force"], 2, "what is read"),
        (&["in", "-o", "a.mig", "--rules", "rules.toml"], 3, "is there already"),
        (&["in", "-o", "-", "--json", "--rules", "rules.toml"], 2, "not both"),
        (&["in", "-o", "out", "--rules", "rules.toml", "--restore", "rules.toml"], 3, "no losses"),
        (&["in", "-o", "out", "--rules", "rules.toml", "--device", "x"], 2, "NAME=VERSION"),
        (&["a.mig", "-o", "out", "--rules", "rules.toml", "--vmdesc", "in"], 2, "--vmdesc"),
    ] {
        let ran = transform(&place, arguments);
        assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
        assert!(!place.path("out").exists(), "{arguments:?}");
    }
    let ran = transform(&place, &["in", "-o", "out", "--rules", "maybe.toml"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), "1 step found nothing\n"));
    assert!(place.get("out") == place.get("in"));
}

/// Of the machine that has one of everything.
const NIC: &str = r#"
[policy]
paths = [ { path = "nic/1.key", loss = "allow" } ]
[[change]]
from = "1"
to = "2"
[[change.step]]
rename = { in = "uart/*", name = "level", to = "depth" }
[[change.step]]
set = { in = "nic/1", name = "key", type = "bytes", value = "00 00 00 00 00 00 00 00" }
[[change.step]]
add = { in = "nic/1.timer", name = "period", type = "u64", value = "0xffffffffffffffff", after = "" }
[[device]]
name = "uart"
[[device.change]]
from = 1
to = 2
[[device.change.step]]
retype = { name = "depth", from = "u32", to = "u16" }
"#;

#[test]
fn chunks_of_any_machine_go_there_and_back() {
    let place = Place::new();
    place.put("rules.toml", NIC.as_bytes());
    let ran = transform(
        &place,
        &["a.mig", "-o", "new", "--rules", "rules.toml", "--from", "1", "--explain"],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for line in [
        "rules.toml:7: rename (1 to 2): 2 items\n",
        "  - uart/0.level: u32 0\n",
        "  + uart/0.depth: u32 0\n",
        "  - nic/1.key: bytes[8] (secret)\n",
        "  + nic/1.timer.period: u64 18446744073709551615",
        "  + uart/1.depth: u16 1\n",
    ] {
        assert!(ran.out.contains(line), "{line}{}", ran.out);
    }
    let said = ran.out + &ran.err;
    assert!(said.contains("lost: nic/1.key: value (secret)\n"), "{said}");
    assert!(!said.contains("hunter2") && !said.contains("68 75 6e"), "{said}");
    assert_eq!(place.run(&["verify", "new"]).code, Some(0));
    let shown = place.run(&["inspect", "new", "--filter", "uart/1"]).out;
    assert!(shown.contains("depth") && shown.contains("version 2"), "{shown}");
    // The version is in the stream now, and so is what was lost.
    let ran =
        transform(&place, &["new", "-o", "old", "--rules", "rules.toml", "--device", "uart=1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("1 came back of what was lost before"), "{}", ran.err);
    let differs = place.run(&["diff", "a.mig", "old"]).out;
    let state: Vec<&str> = differs.lines().filter(|line| !line.contains("migcore.")).collect();
    assert!(state.len() <= 1, "{differs}");
}

#[test]
fn what_was_damaged_or_cut_is_not_written() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let whole = place.get("in");
    place.put("in", &whole[..whole.len() / 2]);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!place.path("out").exists());
    let chunks = place.get("a.mig");
    place.put("in", &chunks[..chunks.len() / 2]);
    let ran = transform(&place, &["in", "-o", "out", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(!place.path("out").exists());
}

/// Streams that were changed anywhere, and rules for all that could be in them: nothing but an exit code comes of it.
#[test]
fn hostile_streams_are_transformed_or_refused() {
    let place = place("microvm-7.2.mig", "");
    let rules = r#"
        [policy]
        otherwise = "allow"
        [[change]]
        [[change.step]]
        add = { in = "*/*", name = "new", type = "u32", value = 1 }
        optional = true
        [[change.step]]
        footers = false
        optional = true
        [[change.step]]
        rename-device = { device = "*/*", to = "x*/*" }
        optional = true
        [[change.step]]
        open = { in = "*/*", name = "virtio" }
        optional = true
    "#;
    place.put("rules.toml", rules.as_bytes());
    let stream = place.get("in");
    let mut seed = 12345u64;
    for round in 0..60 {
        let mut bytes = stream.clone();
        for _ in 0..=round % 4 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            // Most of it is the memory of the guest and the description.
            let at = (seed >> 20) as usize % bytes.len();
            bytes[at] ^= (seed >> 55) as u8 | 1;
        }
        place.put("in", &bytes);
        let ran = transform(
            &place,
            &["in", "-o", "out", "--rules", "rules.toml", "--force", "--explain"],
        );
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "round {round}: {ran:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    for arguments in [
        &["in", "-o", "/dev/full", "--rules", "rules.toml"][..],
        &[
            "a.mig",
            "-o",
            "/dev/full",
            "--rules",
            "rules.toml",
            "--from",
            "pc-i440fx-6.2",
            "--to",
            "pc-i440fx-6.2",
        ],
        &["in", "-o", "out", "--losses", "/dev/full", "--rules", "rules.toml"],
    ] {
        let ran = transform(&place, arguments);
        assert_eq!(ran.code, Some(3), "{arguments:?}: {ran:?}");
        assert!(ran.err.contains("error: cannot write /dev/full: "), "{}", ran.err);
        assert!(!place.path("out").exists());
    }
    // The losses of an earlier run stay, until the stream that they are replaced for is written.
    place.put("lost", b"earlier");
    let forced = ["in", "-o", "/dev/full", "--losses", "lost", "--force", "--rules", "rules.toml"];
    let ran = transform(&place, &forced);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(place.get("lost") == b"earlier");
    for said in ["--explain", "--json"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command =
            place.command(&["transform", "in", "--dry-run", said, "--rules", "rules.toml"]);
        let ran = command.stdout(full).output().unwrap();
        assert_eq!(ran.status.code(), Some(3));
    }
}

/// What is open is written to, and not replaced: the name of it may be one that the whole machine uses. These names are
/// links in a folder of the test, as /dev/stdout is one.
#[test]
#[cfg(target_os = "linux")]
fn what_is_open_already_is_written_to() {
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let ran = transform(&place, &["in", "-o", "expected", "--rules", "rules.toml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    std::os::unix::fs::symlink("/proc/self/fd/1", place.path("first")).unwrap();
    std::os::unix::fs::symlink("first", place.path("open")).unwrap();
    for more in [&[][..], &["--force"]] {
        place.put("printed", b"before ");
        let printed = std::fs::File::options().append(true).open(place.path("printed")).unwrap();
        let out = ["transform", "in", "-o", "open", "--rules", "rules.toml"];
        let ran = place.command(&[&out[..], more].concat()).stdout(printed).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{ran:?}");
        let links = ["first", "open"].map(|link| place.path(link).is_symlink());
        assert_eq!(links, [true, true]);
        assert!(place.get("printed") == [b"before ", &place.get("expected")[..]].concat());
    }
    // The losses are private, but not if they are printed.
    let printed = std::fs::File::create(place.path("printed")).unwrap();
    let out = ["transform", "in", "-o", "out", "--losses", "open", "--force", "--rules"];
    let ran = place.command(&[&out[..], &["rules.toml"]].concat()).stdout(printed).output();
    assert_eq!(ran.unwrap().status.code(), Some(0));
    assert!(place.path("open").is_symlink());
    assert!(place.get("printed").starts_with(b"{"));
    // Only one of them fits there.
    let ran = transform(&place, &["in", "-o", "open", "--rules", "rules.toml", "--json"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

/// The most memory that a transform may use: windows, scratch memory and the tree, and no more for a longer stream.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 32 << 20;

#[cfg(target_os = "linux")]
#[test]
fn memory_of_the_guest_goes_past() {
    use std::io::Read as _;
    let place = place("p1-i440fx-7.2-to-6.2.src", INDEX);
    let stream = place.get("in");
    // The live section of the memory once more, with many parts.
    let (head, rest) = stream.split_at(first_part(&stream));
    let pages: Vec<u8> = (0..16u64 << 10).flat_map(page).collect();
    let part = [&[2, 0, 0, 0, 2][..], &pages, &16u64.to_be_bytes(), &[0x7e, 0, 0, 0, 2]].concat();
    place.put("in", &[head, &part, rest].concat());
    let mut command = place.command(&["transform", "in", "-o", "-", "--rules", "rules.toml"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    // The first bytes come when all work is done, and then the program waits for a reader.
    let mut bytes = vec![0; 1];
    out.read_exact(&mut bytes).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let memory = line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10;
    out.read_to_end(&mut bytes).unwrap();
    assert!(child.wait().unwrap().success());
    println!("{} KiB for {} bytes", memory >> 10, bytes.len());
    assert!(memory < MEMORY, "{memory} bytes for {}", bytes.len());
    assert!(bytes.windows(part.len()).any(|window| window == part));
}

/// A page of the first block, whole.
#[cfg(target_os = "linux")]
fn page(number: u64) -> Vec<u8> {
    let head = ((number * 4096 % (1 << 24)) | 8 | if number > 0 { 0x20 } else { 0 }).to_be_bytes();
    let name: &[u8] = if number == 0 { b"\x06pc.ram" } else { b"" };
    [&head[..], name, &[number as u8; 4096]].concat()
}

/// Where the first part of the memory behind its start begins.
#[cfg(target_os = "linux")]
fn first_part(stream: &[u8]) -> usize {
    let footer = [0x7e, 0, 0, 0, 2];
    stream.windows(5).position(|window| window == footer).unwrap() + footer.len()
}
