//! The files in `examples/rules` are good ones, and each has a place in their list.

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

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use migcore_cli::rules::Rules;
use support::Place;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/rules");

/// What makes more of streams than there is: guests use more devices, and machines lack those that end a way.
const BEFORE: &str = r#"
[policy]
otherwise = "allow"
[[change]]
step = [
    { drop-device = { device = "*/virtio-scsi/0" }, optional = true },
    { drop-device = { device = "*/virtio-console/0" }, optional = true },
    { add = { in = "hpet/0", name = "hpet/offset", type = "subsection", version = 1, items = [{ name = "hpet_offset", type = "u64", value = 5 }] }, optional = true },
]
"#;

/// A stream, and the options for it.
type Try = (&'static str, &'static [&'static str]);

/// Streams that a file is for; `+` is before those that are changed by [`BEFORE`].
const FOR: [(&str, &[Try]); 8] = [
    ("move-nic", &[("slot-5", &[])]),
    ("qxl-revision", &[("qxl-5", &[])]),
    ("remove-cpu", &[("cpus-2", &[])]),
    ("remove-hpet", &[("hpet-on", &[])]),
    ("remove-nic", &[("nic-with", &[])]),
    ("remove-tablet", &[("tablet-with", &[])]),
    (
        "pc-i440fx",
        &[
            ("i440fx-2.1", &["--from", "pc-i440fx-2.1", "--to", "pc-i440fx-10.0"]),
            ("i440fx-7.2", &["--to", "pc-i440fx-2.1"]),
            ("+hpet-on", &["--to", "pc-i440fx-2.4"]),
            ("qxl-5", &["--to", "pc-i440fx-4.2"]),
            ("qxl-5", &["--to", "pc-i440fx-2.12"]),
            ("+i440fx-mixed-7.2", &["--to", "pc-i440fx-2.1"]),
            ("i440fx-mixed-2.8", &["--to", "pc-i440fx-7.2"]),
            ("i440fx-virtio-7.2", &["--to", "pc-i440fx-2.6"]),
            ("i440fx-vmxnet3-7.2", &["--to", "pc-i440fx-2.4"]),
            ("i440fx-vga-7.2", &["--to", "pc-i440fx-2.1"]),
            ("i440fx-vga-2.8", &["--to", "pc-i440fx-2.1"]),
            ("i440fx-10.0-virtio-gpu", &["--to", "pc-i440fx-7.2"]),
            ("queue-reset-on", &["--to", "pc-i440fx-7.0"]),
        ],
    ),
    (
        "pc-q35",
        &[
            ("q35-7.2", &["--to", "pc-q35-2.4"]),
            ("q35-2.4", &["--to", "pc-q35-7.2"]),
            ("q35-virtio-7.2", &["--to", "pc-q35-2.6"]),
            ("q35-virtio-2.8", &["--to", "pc-q35-7.2"]),
        ],
    ),
];

/// Steps that no stream here has something for, by what is in their line. Most of those of the one board are tried on the
/// other, which has the same.
const NEVER: [(&str, &str); 12] = [
    ("pc-i440fx", "*/intel-hda/0"),
    ("pc-i440fx", "*/pvscsi/0"),
    ("pc-i440fx", "*/e1000e/0"),
    ("pc-i440fx", "hda-audio-stream/buffer"),
    ("pc-q35", "hda-audio-stream/buffer"),
    ("pc-q35", "*/pvscsi/0"),
    ("pc-q35", "*/vmxnet3/0"),
    ("pc-q35", "*/vga/0"),
    ("pc-q35", "*/qxl/0"),
    ("pc-q35", "e1000/full_mac_state"),
    ("pc-q35", "e1000/tx_tso_state"),
    ("pc-q35", "hpet/offset"),
];

#[test]
fn each_file_is_read_and_listed() {
    let list = fs::read_to_string(PathBuf::from(EXAMPLES).join("README.md")).unwrap();
    let paths = fs::read_dir(EXAMPLES).unwrap().map(|entry| entry.unwrap().path());
    let rules: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    assert!(!rules.is_empty());
    for path in rules {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(list.contains(&format!("[{name}]({name})")), "{name} is not in the list");

        let read =
            Rules::read(std::slice::from_ref(&path)).unwrap_or_else(|why| panic!("{name}: {why}"));
        let arena = Bump::new();
        let made = read.made(&arena).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(made.title.is_some(), "{name} has no title");
        assert!(!made.plain.is_empty() || !made.histories.is_empty(), "{name} changes nothing");
    }
}

#[test]
fn each_step_finds_what_it_is_for() {
    let place = Place::new();
    place.put("before.toml", BEFORE.as_bytes());
    for (name, streams) in FOR {
        let rules = format!("{EXAMPLES}/{name}.toml");
        let written = fs::read_to_string(&rules).unwrap();
        // By the number of its line how many items each step touched, in all runs together.
        let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
        for (stream, options) in streams {
            let stream = given(&place, stream);
            let base = ["transform", &stream, "--dry-run", "--json", "--rules", &rules];
            let ran = place.run(&[&base[..], options].concat());
            let said = ran.json();
            // A step that refuses what it finds ends the run, and nothing was done.
            if let Some((_, refused)) =
                said["refused"].as_str().and_then(|why| why.split_once(&format!("{rules}:")))
            {
                let (line, _) = refused.split_once(':').unwrap();
                *counts.entry(line.parse().unwrap()).or_default() += 1;
            }
            for step in said["steps"].as_array().unwrap() {
                let (_, line) = step["rule"].as_str().unwrap().rsplit_once(':').unwrap();
                let count = counts.entry(line.parse().unwrap()).or_default();
                *count += step["touched"].as_u64().unwrap();
            }
        }
        let steps = written.lines().enumerate().filter(|(_, line)| is_step(line));
        let wrong: Vec<String> = steps
            .filter(|(at, line)| {
                let never = NEVER.iter().any(|(file, what)| *file == name && line.contains(what));
                never != (counts.get(&(at + 1)).copied().unwrap_or(0) == 0)
            })
            .map(|(at, line)| format!("{name}.toml:{}: {line}", at + 1))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// Whether a step is written in this line.
fn is_step(line: &str) -> bool {
    let line = line.trim_start();
    let is_other = line.starts_with("{ path = ") || line.starts_with("{ name = ");
    line.starts_with("step = [{ ") || line.starts_with("{ ") && !is_other
}

/// Puts a stream there, and gives its name.
fn given(place: &Place, stream: &str) -> String {
    let name = stream.trim_start_matches('+');
    let file = ["tests/loads", "../qemu-tests"].map(|folder| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(format!("{name}.bin.xz"))
    });
    let file = fs::read(file.iter().find(|file| file.exists()).unwrap()).unwrap();
    let mut bytes = Vec::new();
    lzma_rust2::XzReader::new(file.as_slice(), false).read_to_end(&mut bytes).unwrap();
    place.put(name, &bytes);
    if name == stream {
        return name.to_owned();
    }
    let more = format!("{name}-more");
    let base = ["transform", name, "-o", &more, "--rules", "before.toml", "--force"];
    assert_eq!(place.run(&base).code, Some(0));
    more
}

/// The example that the reference begins with does what it says.
#[test]
fn the_first_example_of_the_reference_is_right() {
    let page =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (rules, _) = rest.split_once("```").unwrap();
    let place = Place::new();
    place.put("rules.toml", rules.as_bytes());
    let stream = given(&place, "i440fx-6.0");
    let to = ["--rules", "rules.toml", "--json", "--to"];
    let ran =
        place.run(&[&["transform", &stream, "-o", "out"][..], &to, &["pc-i440fx-7.0"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = ran.json();
    let steps = said["steps"].as_array().unwrap();
    let touched: Vec<&str> = steps
        .iter()
        .filter(|step| step["step"] == "add" && step["touched"] == 1)
        .map(|step| step["from"].as_str().unwrap())
        .collect();
    assert_eq!(touched, ["pc-i440fx-6.0", "pc-i440fx-6.2"], "{said:#}");
    let back = ["transform", "out", "-o", "back"];
    let ran = place.run(&[&back[..], &to, &["pc-i440fx-6.0"]].concat());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = place.run(&["diff", &stream, "back"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{ran:?}");
}
