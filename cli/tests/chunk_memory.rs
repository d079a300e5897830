//! Streams of chunks that hold the memory of a guest: what each command says of it, and what it makes of it.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/guest.rs"]
mod guest;
#[path = "../../core/tests/support/random.rs"]
#[allow(dead_code, reason = "each test uses what it needs")]
mod random;
mod support;

use std::io::{Read as _, Seek as _};

use guest::Guest;
use migcore::codec::chunk::{Chunks, Saver, Settings};
use migcore::io::Portable;
use migcore::ram::{BlockHead, PageSize};
use migcore::visit::Versions;
use migcore_cli::chunks::{self, Latest};
use migcore_cli::compare::{compare, Listing, Side};
use random::Random;
use serde_json::{json, Value};
use support::{input, Place};

/// A place with a stream `m.mig`.
fn place() -> Place {
    let place = Place::new();
    place.put("m.mig", &Guest::small().stream());
    place
}

fn bytes_of(kind: &[u8]) -> u64 {
    let stream = Guest::small().stream();
    let mut chunks = Chunks::new(&stream, Portable);
    let mut sum = 0;
    while let Some(chunk) = chunks.next().unwrap() {
        sum += if chunk.kind.bytes() == kind { chunk.data.len() as u64 + 12 } else { 0 };
    }
    sum
}

#[test]
fn info_counts_blocks_and_pages() {
    let place = place();
    let ran = place.run(&["info", "m.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let memory = bytes_of(b"MBLK") + bytes_of(b"MRAM");
    let table = format!(
        "memory         2 blocks, 160 bytes, in pages of 16 bytes\n               \
         {memory} bytes of the stream\n  \
         block           size  zero pages  whole  in the stream\n  \
         ram            128 B           2      5      192 bytes\n  \
         a \\\"rom\\\"\\x1b   32 B           0      1       48 bytes\n"
    );
    assert!(ran.out.ends_with(&table), "{}", ran.out);
    let json = place.run(&["info", "--json", "m.mig"]).json();
    assert_eq!((&json["page_size"], &json["memory_bytes"]), (&16.into(), &memory.into()));
    assert_eq!(json["blocks"][0], block("ram", 128, [2, 5, 192]));
    assert_eq!(json["blocks"][1], block("a \"rom\"\x1b", 32, [0, 1, 48]));
    assert_eq!(json["devices"].as_array().unwrap().len(), 2);
    // What has no memory says nothing of it.
    assert!(!place.run(&["info", "a.mig"]).out.contains("memory"));
    let json = place.run(&["info", "--json", "a.mig"]).json();
    let none = (&Value::Null, &json!([]), &json!(0));
    assert_eq!((&json["page_size"], &json["blocks"], &json["memory_bytes"]), none);
}

fn block(name: &str, length: u64, [zero, normal, bytes]: [u64; 3]) -> Value {
    json!({
        "name": name,
        "length": length,
        "page_size": 16,
        "address": null,
        "zero": zero,
        "normal": normal,
        "xbzrle": 0,
        "compressed": 0,
        "bytes": bytes,
    })
}

#[test]
fn inspect_shows_blocks_behind_the_devices() {
    let place = place();
    let ran = place.run(&["inspect", "m.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let tables = "\nblock      size  page size\n\
                  ram       128 B       16 B\n\
                  a \"rom\"?   32 B       16 B\n\
                  pages of block  zero  whole  bytes in the stream\n\
                  ram                2      5                  192\n\
                  a \"rom\"?           0      1                   48\n";
    assert!(ran.out.ends_with(tables), "{}", ran.out);
    assert!(ran.out.contains("uart/0  version 1  @219\n"), "{}", ran.out);
    let json = place.run(&["inspect", "--json", "m.mig"]).json();
    let items = json["devices"].as_array().unwrap();
    assert_eq!((items.len(), &json["complete"]), (6, &true.into()));
    let block = json!({ "note": "block", "name": "ram", "length": 128, "page_size": 16 });
    let pages = json!({ "note": "pages", "block": "ram", "zero": 2, "normal": 5, "bytes": 192 });
    assert_eq!((&items[2], &items[4]), (&block, &pages));
    let filtered = place.run(&["inspect", "--filter", "uart/1", "m.mig"]).out;
    assert!(filtered.contains("uart/1") && !filtered.contains("block"), "{filtered}");
}

#[test]
fn chunks_of_memory_are_listed_with_their_runs() {
    let place = place();
    let ran = place.run(&["inspect", "--chunks", "m.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let below = |line: &str| {
        format!("critical, public, reserved bit clear, not safe to copy\n{:24}{line}\n", "")
    };
    for line in [
        "in pages of 16 bytes: blocks 0 ram, 128 B; 1 a \\\"rom\\\"\\x1b, 32 B",
        "block 0 ram: pages 1; 2 zeros; 3 to 4",
        "block 1 a \\\"rom\\\"\\x1b: pages 1",
        "block 0 ram: pages 3; 4 zeros; 5",
    ] {
        assert!(ran.out.contains(&below(line)), "{line:?} is not in:\n{}", ran.out);
    }
    let json = place.run(&["inspect", "--chunks", "--json", "m.mig"]).json();
    let list = &json["chunks"][1];
    assert_eq!((&list["type"], &list["page_size"]), (&"MBLK".into(), &16.into()));
    assert_eq!(list["blocks"][0], json!({ "name": "ram", "length": 128 }));
    let pages = &json["chunks"][2];
    assert_eq!((&pages["type"], &pages["block"]), (&"MRAM".into(), &0.into()));
    let run = |first: u64, pages: u64, zero: bool| json!({ "first": first, "pages": pages, "zero": zero });
    assert_eq!(pages["runs"], json!([run(1, 1, false), run(2, 1, true), run(3, 2, false)]));
    assert_eq!(pages["padding"], 0);
}

#[test]
fn what_is_long_is_cut_in_text_and_whole_in_json() {
    let pages: Vec<u8> = (0..100u8).flat_map(|at| [at % 2; 16]).collect();
    let guest = Guest { alignment: 64, ..Guest::of(16, vec![("ram", 1600)]) };
    let place = Place::new();
    place.put("m.mig", &guest.with(0, 0, &pages).stream());
    let out = place.run(&["inspect", "--chunks", "m.mig"]).out;
    let runs =
        "block 0 ram: pages 0 zeros; 1; 2 zeros; 3; 4 zeros; 5; 6 zeros; 7; and 56 more; padding ";
    assert!(out.contains(runs), "{out}");
    let json = place.run(&["inspect", "--chunks", "--json", "m.mig"]).json();
    let chunks = json["chunks"].as_array().unwrap().iter().filter(|chunk| chunk["type"] == "MRAM");
    let runs: Vec<_> = chunks.map(|chunk| chunk["runs"].as_array().unwrap().len()).collect();
    assert_eq!(runs, [64, 36]);
}

#[test]
fn verify_says_how_much_memory_is_right() {
    let place = place();
    let ran = place.run(&["verify", "m.mig"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let length = Guest::small().stream().len();
    let text = format!(
        "right: 2 devices, 8 chunks before the end chunk, {length} bytes\n\
         memory: 2 blocks, 160 bytes; pages sent: 6 whole, 2 of zeros\n"
    );
    assert_eq!(ran.out, text);
    let json = place.run(&["verify", "--json", "m.mig"]).json();
    assert_eq!((&json["page_size"], &json["right"]), (&16.into(), &true.into()));
    assert_eq!(json["blocks"][0], block("ram", 128, [2, 5, 192]));
}

#[test]
fn a_block_is_what_its_pages_make_it() {
    let place = place();
    for (name, number) in [("ram", 0), ("a \"rom\"\x1b", 1)] {
        let ran = place.run(&["ram", "m.mig", "--block", name, "-o", "out", "--force"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
        assert_eq!(place.get("out"), Guest::small().memory(number));
    }
    // The same from the standard input.
    let stream = Guest::small().stream();
    let ran = place.run_with(&["ram", "-", "--block", "ram", "-o", "in"], &stream);
    assert_eq!((ran.code, place.get("in")), (Some(0), Guest::small().memory(0)));
    let list = place.run(&["ram", "m.mig", "--list"]);
    let lines = "ram: 128 bytes; pages sent: 5 whole, 2 of zeros\n\
                 a \\\"rom\\\"\\x1b: 32 bytes; pages sent: 1 whole, 0 of zeros\n";
    assert_eq!((list.code, list.out.as_str(), list.err.as_str()), (Some(0), lines, ""));
}

#[test]
fn what_cannot_be_had_is_told() {
    let place = place();
    let ran = place.run(&["ram", "m.mig", "--block", "rom", "-o", "out"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("no block rom; there are ram, a \\\"rom\\\"\\x1b"), "{}", ran.err);
    for arguments in
        [&["ram", "a.mig", "--list"][..], &["ram", "a.mig", "--block", "x", "-o", "out"]]
    {
        let ran = place.run(arguments);
        assert_eq!(ran.code, Some(3));
        assert!(ran.err.contains("a.mig: chunks without memory"), "{}", ran.err);
    }
    let ran = place.run(&["ram", "m.mig", "--block", "ram", "-o", "-"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("not to a pipe"), "{}", ran.err);
    let ran = place.run(&["ram", "m.mig", "--block", "ram", "-o", "m.mig", "--force"]);
    assert_eq!(ran.code, Some(2));
    assert!(!place.path("out").exists());
}

#[test]
fn memory_is_compared_as_it_is_in_the_end() {
    let place = place();
    // The same memory, in one go and in other pages.
    let whole = Guest::of(4, vec![("a \"rom\"\x1b", 32), ("ram", 128)]);
    let whole = whole.with(1, 0, &Guest::small().memory(0)).with(0, 0, &Guest::small().memory(1));
    place.put("same.mig", &whole.stream());
    let ran = place.run(&["diff", "m.mig", "same.mig"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));

    let other = Guest::small().with(0, 6, &[0xaa; 32]).with(0, 1, &[0; 16]).with(1, 1, &[0xbb; 16]);
    place.put("other.mig", &other.stream());
    let ran = place.run(&["diff", "m.mig", "other.mig"]);
    let lines = "memory.ram: 3 of 8 pages differ: 1, 6 to 7; first at 16 (0x10): 01 -> 00\n\
                 memory.a \"rom\"?: 1 of 2 pages differ: 1; first at 16 (0x10): 09 -> bb\n";
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(1), lines, ""));
    let json = place.run(&["diff", "--json", "m.mig", "other.mig"]).json();
    assert_eq!(json["differences"][0]["path"], "memory.ram");
    let summary = &json["summary"];
    assert_eq!((&summary["compared"], &summary["different"]), (&4.into(), &2.into()));
}

#[test]
fn blocks_that_are_not_on_both_sides_are_told() {
    let place = Place::new();
    let stream = |blocks| Guest::of(16, blocks).with(0, 0, &[5; 32]).stream();
    place.put("l.mig", &stream(vec![("a", 64), ("b", 32)]));
    place.put("r.mig", &stream(vec![("a", 32), ("c", 16)]));
    let ran = place.run(&["diff", "l.mig", "r.mig"]);
    let lines = "memory.a: block of 64 bytes -> block of 32 bytes\n\
                 only in A: memory.b, block of 32 bytes\n\
                 only in B: memory.c, block of 16 bytes\n";
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), lines));
    let json = place.run(&["diff", "--json", "l.mig", "a.mig"]).json();
    let paths: Vec<_> =
        json["differences"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(paths[paths.len() - 2..], ["memory.a", "memory.b"]);
}

#[test]
fn a_page_that_is_not_whole_on_the_other_side_counts() {
    let one = Guest::of(16, vec![("ram", 32)]).with(0, 0, &[5; 32]).stream();
    let other = Guest::of(4, vec![("ram", 20)]).with(0, 0, &[6; 20]).stream();
    let text = "memory.ram: 2 of 2 pages differ: 0 to 1; first at 0 (0x0): 05 -> 06";
    assert_eq!(differences(&one, &other)["differences"][1]["text"], text);
    let text = "memory.ram: 5 of 5 pages differ: 0 to 4; first at 0 (0x0): 06 -> 05";
    assert_eq!(differences(&other, &one)["differences"][1]["text"], text);
}

#[test]
fn many_different_pages_are_told_as_runs() {
    let place = Place::new();
    let guest = || Guest::of(16, vec![("ram", 1 << 12)]);
    let every = |step: usize| -> Vec<u8> {
        (0..256).flat_map(|page| [u8::from(page % step == 0); 16]).collect()
    };
    place.put("l.mig", &guest().stream());
    place.put("r.mig", &guest().with(0, 0, &every(10)).stream());
    let ran = place.run(&["diff", "l.mig", "r.mig"]);
    let line =
        "memory.ram: 26 of 256 pages differ: 0, 10, 20, 30, 40, 50, 60, 70 and 18 runs more; \
                first at 0 (0x0): 00 -> 01\n";
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), line));
}

#[test]
fn pages_of_a_byte_are_compared_in_one_go() {
    let guest = || Guest::of(1, vec![("ram", 1 << 20)]);
    let bytes: Vec<u8> = (0..1 << 20).map(|at: u32| (at % 251) as u8).collect();
    let other: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_add(1)).collect();
    let [one, other] = [bytes, other].map(|bytes| guest().with(0, 0, &bytes).stream());
    let found = differences(&one, &other);
    let text =
        "memory.ram: 1048576 of 1048576 pages differ: 0 to 1048575; first at 0 (0x0): 00 -> 01";
    assert_eq!(found["differences"][0]["text"], text);
}

#[test]
fn convert_writes_each_page_once() {
    let place = place();
    let ran = place.run(&["convert", "m.mig", "-o", "n.mig", "--to", "chunk", "--json"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!((&ran.json()["devices"], &ran.json()["blocks"]), (&2.into(), &2.into()));
    let ran = place.run(&["diff", "m.mig", "n.mig"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    assert_eq!(place.run(&["verify", "n.mig"]).code, Some(0));
    let json = place.run(&["info", "--json", "n.mig"]).json();
    assert_eq!(
        (&json["blocks"][0]["normal"], &json["blocks"][1]["normal"]),
        (&3.into(), &1.into())
    );
    let ran = place.run(&["convert", "m.mig", "-o", "q.state", "--to", "qemu"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("were not made of a stream of QEMU"), "{}", ran.err);
}

/// Blocks of some pages, which come in any order, several times, with zeros among them.
fn random_guest(random: &mut Random) -> Guest {
    let page = [1, 4, 16][random.below(3)];
    let blocks = ["a", "b", "c"].map(|name| (name, random.below(20) * page as usize));
    let mut guest = Guest { alignment: [0, 8][random.below(2)], ..Guest::of(page, blocks.into()) };
    for _ in 0..random.below(12) {
        let block = random.below(3);
        let pages = guest.blocks[block].1.len() / page as usize;
        let first = random.below(pages + 1);
        let count = random.below(pages - first + 1);
        let fills: Vec<_> = (0..count).map(|_| random.below(4) as u8).collect();
        let bytes: Vec<_> = fills.iter().flat_map(|fill| vec![*fill; page as usize]).collect();
        guest = guest.with(block, first as u64, &bytes);
    }
    guest
}

/// What `diff` finds in two streams.
fn differences(one: &[u8], other: &[u8]) -> Value {
    let sides = [one, other].map(|bytes| Side::read(input(bytes), None).unwrap());
    let mut text = Vec::new();
    let mut listing = Listing::new(&mut text, true);
    compare(&sides[0], &sides[1], &mut listing).unwrap();
    listing.end(&[], false).unwrap();
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn memory_is_what_any_rounds_make_it() {
    for seed in 1..400 {
        let mut random = Random(seed);
        let guest = random_guest(&mut random);
        let stream = guest.stream();
        let file = input(&stream);
        let latest = Latest::of(&file).unwrap().unwrap();
        for (number, (_, whole)) in guest.blocks.iter().enumerate() {
            let memory = guest.memory(number);
            let from = random.below(whole.len() + 1);
            let mut read = vec![0xff; whole.len() - from];
            latest.read(number, from as u64, &file, &mut read).unwrap();
            assert_eq!(read, memory[from..], "seed {seed}, block {number} from {from}");
            let mut out = tempfile::tempfile().unwrap();
            chunks::extract(&latest, number, &file, &out).unwrap();
            out.rewind().unwrap();
            let mut taken = Vec::new();
            out.read_to_end(&mut taken).unwrap();
            assert_eq!(taken, memory, "seed {seed}, block {number}");
        }
    }
}

#[test]
fn pages_that_differ_are_counted() {
    for seed in 1..200 {
        let mut random = Random(seed);
        let guest = random_guest(&mut random);
        let mut other = Guest { page: guest.page, ..Guest::small() };
        other.blocks.clone_from(&guest.blocks);
        other.rounds = guest.rounds[..random.below(guest.rounds.len() + 1)].to_vec();
        let found = differences(&guest.stream(), &other.stream());
        let due: Vec<_> = (0..3)
            .filter_map(|number| {
                let sides = [&guest, &other].map(|guest| guest.memory(number));
                let pages = sides.each_ref().map(|side| side.chunks(guest.page as usize));
                let [one, two] = pages;
                let count = one.len();
                let differ = one.zip(two).filter(|(one, two)| one != two).count();
                let text = format!("memory.{}: {differ} of {count} pages", guest.blocks[number].0);
                (differ > 0).then_some(text)
            })
            .collect();
        let texts = found["differences"].as_array().unwrap();
        assert_eq!(texts.len(), due.len(), "seed {seed}: {found}");
        for (text, due) in texts.iter().zip(due) {
            assert!(text["text"].as_str().unwrap().starts_with(&due), "seed {seed}: {text}, {due}");
        }
    }
}

#[test]
fn memory_beside_a_stream_of_qemu_is_not_lost() {
    let (mut stream, mut scratch) = (vec![0; 1 << 16], vec![0; 1 << 12]);
    let mut saver = Saver::to_slice(&mut stream, &Settings::default(), &mut scratch).unwrap();
    let mut visitor = saver.visitor();
    let versions = Versions::only(1);
    visitor.device("qemu", 0, versions, |v| v.put_raw(b"QEVM\0\0\0\x03\0")).unwrap();
    let heads = [BlockHead { name: b"ram", length: 16 }];
    saver.blocks(&heads, PageSize::new(16).unwrap()).unwrap();
    saver.pages(&heads, 0, 0, &[5; 16]).unwrap();
    let length = saver.finish().unwrap() as usize;
    let place = Place::new();
    place.put("m.mig", &stream[..length]);
    let ran = place.run(&["convert", "m.mig", "-o", "q", "--to", "qemu"]);
    assert_eq!((ran.code, place.path("q").exists()), (Some(3), false));
    assert!(ran.err.contains("there is memory beside the stream of QEMU"), "{}", ran.err);
    let ran = place.run(&["ram", "m.mig", "--list"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (Some(0), "ram: 16 bytes; pages sent: 1 whole, 0 of zeros\n")
    );
    assert_eq!(place.run(&["convert", "m.mig", "-o", "n", "--to", "chunk"]).code, Some(0));
    assert_eq!(place.run(&["diff", "m.mig", "n"]).code, Some(0));
    assert_eq!(place.run(&["verify", "n"]).code, Some(0));
}
