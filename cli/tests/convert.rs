//! QEMU streams become chunks and come back byte for byte.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/qemu.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod qemu;
#[path = "support/streams.rs"]
mod streams;
mod support;

use std::io::{Read, Write};
use std::process::Stdio;

use qemu::load_case;
use streams::{all, one, Stream};
use support::Place;

/// The first bytes of a stream, as the name says; it has no end.
const CUT: &str = "q10-var-mapped-ram.head";

/// Converts a stream and back, and gives what came back, and the report of the first step.
fn there_and_back(place: &Place, stream: &[u8], options: &[&str]) -> (Vec<u8>, serde_json::Value) {
    place.put("stream", stream);
    let convert = |from, to, target, options: &[&str]| {
        let all = [&["convert", from, "-o", to, "--to", target, "--force", "--json"], options];
        place.run(&all.concat())
    };
    let there = convert("stream", "chunks", "chunk", options);
    let back = convert("chunks", "back", "qemu", &[]);
    let damaged = there.json()["damage"].as_array().is_some_and(|damage| !damage.is_empty());
    assert_eq!(there.code, Some(i32::from(damaged)), "{there:?}");
    assert!(matches!(back.code, Some(0 | 1)), "{back:?}");
    (place.get("back"), there.json())
}

fn comes_back(place: &Place, stream: &Stream, options: &[&str]) -> serde_json::Value {
    let (back, report) = there_and_back(place, &stream.bytes, options);
    assert!(back == stream.bytes, "{} {options:?} came back otherwise", stream.name);
    assert_eq!((&report["written"], &report["proved"]), (&true.into(), &true.into()));
    report
}

/// Also those of a directory that `MIGCORE_QEMU_STREAMS` names.
#[test]
fn every_stream_comes_back() {
    let place = Place::new();
    let mut count = 0;
    for stream in all() {
        let bare = comes_back(&place, &stream, &[]);
        if let Some(vmdesc) = &stream.vmdesc {
            place.put("vmdesc", vmdesc);
            let told = comes_back(&place, &stream, &["--vmdesc", "vmdesc"]);
            assert!(described(&told) >= described(&bare), "{}", stream.name);
            assert!(described(&told) > 0, "{}", stream.name);
        }
        count += 1;
    }
    assert!(count >= 60, "{count} streams");
}

fn described(report: &serde_json::Value) -> u64 {
    report["bytes"]["described"].as_u64().unwrap()
}

#[test]
fn no_stream_is_damaged_even_without_its_description() {
    let place = Place::new();
    for stream in streams::own().filter(|stream| stream.name != CUT) {
        place.put("stream", &stream.bytes);
        let ran = place.run(&["convert", "stream", "-o", "out", "--to", "qemu"]);
        assert_eq!(ran.code, Some(0), "{}: {}", stream.name, ran.err);
        assert!(place.get("out") == stream.bytes);
        std::fs::remove_file(place.path("out")).unwrap();
    }
}

#[test]
fn each_byte_is_counted_once() {
    let place = Place::new();
    let stream = one("s390-7.2.mig");
    let report = comes_back(&place, &stream, &[]);
    let bytes = &report["bytes"];
    let kinds =
        ["described", "private", "ram", "opaque", "framing", "description", "trailing", "lost"];
    let sum: u64 = kinds.iter().map(|kind| bytes[*kind].as_u64().unwrap()).sum();
    assert_eq!(sum, stream.bytes.len() as u64);
    let reasons = bytes["reasons"].as_array().unwrap();
    let opaque: u64 = reasons.iter().map(|reason| reason["bytes"].as_u64().unwrap()).sum();
    assert_eq!(bytes["opaque"], opaque);
    assert_eq!(reasons[1]["first"], "s390_css/0");
    assert!(reasons[1]["reason"].as_str().unwrap().contains("css[254]"), "{reasons:?}");
    // The same is said for people.
    let ran = place.run(&["convert", "stream", "-o", "again", "--to", "chunk"]);
    assert!(ran.err.contains(&format!("{} described", bytes["described"])), "{}", ran.err);
    assert!(ran.err.contains("bytes of s390_css/0: "), "{}", ran.err);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert_eq!(place.get("again"), place.get("chunks"));
}

#[test]
fn pipes_on_both_sides_will_do() {
    let place = Place::new();
    let stream = one("microvm-7.2.mig").bytes;
    place.put("stream", &stream);
    assert_eq!(place.run(&["convert", "stream", "-o", "chunks", "--to", "chunk"]).code, Some(0));
    let mut command = place.command(&["convert", "-", "-o", "-", "--to", "chunk"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&stream).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, place.get("chunks"));
    let back = place.run_raw(&["convert", "chunks", "-o", "-", "--to", "qemu"]);
    assert_eq!(back, stream);
    let both = place.run(&["convert", "chunks", "-o", "-", "--to", "qemu", "--json"]);
    assert_eq!(both.code, Some(2));
}

#[test]
fn the_name_of_the_machine_is_kept() {
    let place = Place::new();
    there_and_back(&place, &one("microvm-7.2.mig").bytes, &[]);
    assert_eq!(place.run(&["info", "--json", "chunks"]).json()["machine"], "microvm");
}

#[test]
fn what_is_damaged_is_converted_only_by_force() {
    let place = Place::new();
    place.put("stream", &load_case("footer id mismatch"));
    place.put("there", b"something");
    let before = place.names();
    let convert = ["convert", "stream", "--to", "chunk", "-o"];
    let ran = place.run(&[&convert[..], &["new"]].concat());
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("byte 116: footer of section 7 where"), "{}", ran.err);
    assert!(ran.err.contains("error: nothing was written, since"), "{}", ran.err);
    assert_eq!(place.run(&[&convert[..], &["there"]].concat()).code, Some(3));
    assert_eq!(place.run_raw(&[&convert[..], &["-"]].concat()), b"");
    assert_eq!((place.names(), place.get("there")), (before, b"something".to_vec()));

    let ran = place.run(&[&convert[..], &["there", "--force"]].concat());
    assert_eq!(ran.code, Some(1));
    assert!(!ran.err.contains("nothing was written"), "{}", ran.err);
    let back = ["convert", "there", "-o", "back", "--to", "qemu"];
    assert_eq!(place.run(&back).code, Some(1), "it is still damaged");
    assert!(!place.path("back").exists());
    assert_eq!(place.run(&[&back[..], &["--no-check"]].concat()).code, Some(0));
    assert_eq!(place.get("back"), place.get("stream"));
    let forced = place.run(&[&back[..], &["--force"]].concat());
    assert_eq!((forced.code, place.get("back")), (Some(1), place.get("stream")));
}

#[test]
fn the_input_is_never_the_output() {
    let place = Place::new();
    let stream = one("microvm-7.2.mig").bytes;
    place.put("stream", &stream);
    std::fs::hard_link(place.path("stream"), place.path("link")).unwrap();
    for out in ["stream", "./stream", "link"] {
        let ran = place.run(&["convert", "stream", "-o", out, "--to", "chunk", "--force"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert_eq!(place.get("stream"), stream);
    }
}

#[test]
fn a_failure_leaves_out_as_it_was() {
    let place = Place::new();
    place.put("stream", &one("microvm-7.2.mig").bytes);
    place.put("text", b"no description");
    place.put("out", b"something");
    let before = place.names();
    for (from, out, options, code) in [
        ("stream", "nowhere/out", &[][..], 3),
        ("stream", "out", &[][..], 3),
        ("stream", "out", &["--force", "--vmdesc", "text"], 3),
        ("stream", "out", &["--force", "--vmdesc", "missing"], 3),
        ("missing", "out", &["--force"], 3),
        ("text", "out", &["--force"], 3),
        ("stream", ".", &["--force"], 3),
    ] {
        let ran = place.run(&[&["convert", from, "-o", out, "--to", "chunk"], options].concat());
        assert_eq!(ran.code, Some(code), "{from} {out} {options:?}: {ran:?}");
        assert!(!ran.err.is_empty());
    }
    assert_eq!((place.names(), place.get("out")), (before, b"something".to_vec()));
}

#[test]
fn only_chunks_of_a_stream_become_one() {
    let place = Place::new();
    let ran = place.run(&["convert", "a.mig", "-o", "b", "--to", "qemu"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("not made of a stream of QEMU"), "{}", ran.err);
    let versions = migcore::visit::Versions::only;
    let two = support::saved(|v| {
        v.device("qemu", 0, versions(1), |v| v.put_raw(b"QEVM\0\0\0\x03\0"))?;
        v.device("uart", 0, versions(1), |v| v.visit("level", &mut 1u8))
    });
    let other =
        support::saved(|v| v.device("qemu", 0, versions(2), |v| v.put_raw(b"QEVM\0\0\0\x03\0")));
    let nothing = support::saved(|v| v.device("qemu", 0, versions(1), |v| v.put_raw(b"nothing")));
    for (chunks, code, said) in [
        (two, 3, "devices beside the stream"),
        (other, 3, "not made of a stream of QEMU"),
        (nothing, 1, "not a QEMU stream"),
    ] {
        place.put("chunks", &chunks);
        let ran = place.run(&["convert", "chunks", "-o", "b", "--to", "qemu"]);
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
        assert!(!place.path("b").exists());
    }
}

#[test]
fn with_any_bit_flipped_it_comes_back() {
    let stream = load_case("ok");
    let place = Place::new();
    // Each bit that is not in the text of the description, of which only some matter, and a few of those.
    let bits = (0..264 * 8).step_by(7).chain((264 * 8..stream.len() * 8).step_by(97));
    for bit in bits {
        let mut flipped = stream.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if flipped.starts_with(b"QEVM") {
            let (back, _) = there_and_back(&place, &flipped, &[]);
            assert_eq!(back, flipped, "bit {bit}");
        }
    }
}

#[test]
fn a_value_that_is_too_large_to_be_held_comes_back() {
    let length: u32 = (64 << 20) + 1;
    let text = format!(
        r#"{{"page_size": 4096, "devices": [{{"name": "x", "instance_id": 0, "vmsd_name": "x", "version": 1, "fields": [{{"name": "b", "type": "buffer", "size": {length}}}]}}]}}"#
    );
    let mut stream = b"QEVM\0\0\0\x03\x04\0\0\0\x01\x01x\0\0\0\0\0\0\0\x01".to_vec();
    stream.resize(stream.len() + length as usize, b'x');
    stream.extend(b"\x7e\0\0\0\x01\0\x06");
    stream.extend((text.len() as u32).to_be_bytes());
    stream.extend(text.as_bytes());
    let (back, report) = there_and_back(&Place::new(), &stream, &[]);
    assert!(back == stream);
    assert_eq!(report["bytes"]["opaque"], length);
}

#[test]
fn what_is_cut_comes_back() {
    let stream = one("q10-i440fx-10.0.mig").bytes;
    let place = Place::new();
    for part in 1..20 {
        let cut = &stream[..stream.len() * part / 20];
        let (back, report) = there_and_back(&place, cut, &[]);
        assert!(back == cut, "part {part}");
        assert_eq!(report["damage"].as_array().unwrap().len(), 1, "part {part}");
    }
}

/// The most memory that a conversion may use: windows, scratch memory and the text of descriptions, and no
/// more for a longer stream.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 24 << 20;

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_stream() {
    let place = Place::new();
    place.put("stream", &large_stream(64 << 20));
    let convert = |from: &str, to: &str| {
        let mut command = place.command(&["convert", from, "-o", "-", "--to", to]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        // The first bytes come when all work is done, and then the program waits for a reader.
        let mut bytes = vec![0; 1];
        out.read_exact(&mut bytes).unwrap();
        let memory = high_water(child.id());
        out.read_to_end(&mut bytes).unwrap();
        assert!(child.wait().unwrap().success());
        println!("to {to}: {} KiB for {} bytes", memory >> 10, bytes.len());
        assert!(memory < MEMORY, "to {to}: {memory} bytes");
        bytes
    };
    place.put("chunks", &convert("stream", "chunk"));
    assert!(convert("chunks", "qemu") == place.get("stream"));
}

/// The most memory that a process had so far, as its system says.
#[cfg(target_os = "linux")]
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

/// A stream of about so many bytes of pages.
#[cfg(target_os = "linux")]
fn large_stream(length: usize) -> Vec<u8> {
    let mut stream = b"QEVM\0\0\0\x03\x07\0\0\0\x04none".to_vec();
    let footer = [0x7e, 0, 0, 0, 2];
    stream.extend(b"\x01\0\0\0\x02\x03ram\0\0\0\0\0\0\0\x04");
    stream.extend((length as u64 | 4).to_be_bytes());
    stream.extend(b"\x06pc.ram");
    stream.extend((length as u64).to_be_bytes());
    stream.extend(16u64.to_be_bytes());
    stream.extend(footer);
    for part in 0..64 {
        stream.extend([2, 0, 0, 0, 2]);
        for page in 0..length / 64 / 4096 {
            let offset = (part * (length / 64) + page * 4096) as u64;
            stream.extend((offset | 8 | if page > 0 { 0x20 } else { 0 }).to_be_bytes());
            if page == 0 {
                stream.extend(b"\x06pc.ram");
            }
            stream.extend([part as u8 ^ page as u8; 4096]);
        }
        stream.extend(16u64.to_be_bytes());
        stream.extend(footer);
    }
    stream.extend([3, 0, 0, 0, 2]);
    stream.extend(16u64.to_be_bytes());
    stream.extend(footer);
    stream.push(0);
    stream
}
