//! Blocks of guest memory, taken out of a stream.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/second.rs"]
mod second;
#[path = "support/streams.rs"]
mod streams;
mod support;

use std::path::Path;

use support::Place;

const ZERO: u64 = 0x02;
const LIST: u64 = 0x04;
const PAGE: u64 = 0x08;
const END: u64 = 0x10;
const CONTINUE: u64 = 0x20;
const XBZRLE: u64 = 0x40;
const COMPRESSED: u64 = 0x100;

/// A word, and the name of a block or none behind it.
fn word(number: u64, block: &str) -> Vec<u8> {
    let mut bytes = number.to_be_bytes().to_vec();
    if !block.is_empty() {
        bytes.push(block.len() as u8);
        bytes.extend(block.bytes());
    }
    bytes
}

/// A section of the memory with its footer; `kind` is the byte of its record.
fn section(kind: u8, words: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![kind, 0, 0, 0, 2];
    if kind == 1 {
        bytes.extend(b"\x03ram\0\0\0\0\0\0\0\x04");
    }
    bytes.extend(words.concat());
    bytes.extend(word(END, ""));
    bytes.extend([0x7e, 0, 0, 0, 2]);
    bytes
}

fn page(fill: u8) -> Vec<u8> {
    (0..4096u32).map(|at| fill.wrapping_add((at / 16) as u8)).collect()
}

/// A stream of two blocks: `a.ram` of four pages, `b.ram` of one.
fn stream(more: &[Vec<u8>]) -> Vec<u8> {
    let entry = |name: &str, length: u64| {
        [&[name.len() as u8], name.as_bytes(), &length.to_be_bytes()].concat()
    };
    let list = [word(LIST | 0x5000, ""), entry("a.ram", 0x4000), entry("b.ram", 0x1000)].concat();
    let whole = |at: u64, block: &str, fill: u8| [word(at | PAGE, block), page(fill)].concat();
    let zero = |at: u64, fill: u8| [word(at | ZERO | CONTINUE, ""), vec![fill]].concat();
    [
        b"QEVM\0\0\0\x03".to_vec(),
        section(1, &[list]),
        section(2, &[whole(0, "a.ram", 1), zero(0x1000, 0), whole(0, "b.ram", 2)]),
        // A block that goes on in the next section, and a page that comes again.
        section(2, &[whole(0x2000, "a.ram", 3)]),
        section(2, &[zero(0x2000, 7), more.concat()]),
        section(3, &[]),
        vec![0],
    ]
    .concat()
}

#[test]
fn a_block_is_what_its_pages_make_it() {
    let place = Place::new();
    // Bytes 1 and 2 of page 0 differ, and page 3 comes at last.
    let difference = [word(XBZRLE | CONTINUE, ""), vec![1, 0, 4, 1, 2, 0xaa, 0xbb]].concat();
    let last = [word(0x3000 | PAGE | CONTINUE, ""), page(9)].concat();
    place.put("a.state", &stream(&[difference, last]));
    let ran = place.run(&["ram", "a.state", "--block", "a.ram", "-o", "a.bin"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""));
    let mut expected = [page(1), vec![0; 4096], vec![7; 4096], page(9)].concat();
    expected[1..3].copy_from_slice(&[0xaa, 0xbb]);
    assert!(place.get("a.bin") == expected);
    assert_eq!(place.run(&["ram", "a.state", "--block", "b.ram", "-o", "b.bin"]).code, Some(0));
    assert!(place.get("b.bin") == page(2));

    let again = ["ram", "a.state", "--block", "b.ram", "-o", "a.bin"];
    assert_eq!(place.run(&again).code, Some(3));
    assert_eq!(place.run(&[&again[..], &["--force"]].concat()).code, Some(0));
    assert!(place.get("a.bin") == page(2));
}

#[test]
fn blocks_are_listed() {
    let place = Place::new();
    place.put("a.state", &stream(&[]));
    let ran = place.run(&["ram", "a.state", "--list"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    assert_eq!(
        ran.out,
        "a.ram: 16384 bytes; pages sent: 2 whole, 2 of zeros, 0 as differences, 0 compressed\n\
         b.ram: 4096 bytes; pages sent: 1 whole, 0 of zeros, 0 as differences, 0 compressed\n"
    );
}

#[test]
fn what_cannot_be_had_is_told() {
    let place = Place::new();
    let whole = stream(&[]);
    place.put("a.state", &whole);
    let ram = |file: &str, block: &str| {
        let ran = place.run(&["ram", file, "--block", block, "-o", "out", "--force"]);
        assert_eq!(ran.out, "");
        (ran.code, ran.err)
    };
    let (code, err) = ram("a.state", "c.ram");
    assert_eq!(code, Some(3));
    assert!(err.contains("no block c.ram"), "{err}");
    assert!(!place.path("out").exists());
    // A page that is missing is zeros, and that is said.
    let (code, err) = ram("a.state", "a.ram");
    assert_eq!(code, Some(1));
    assert!(err.contains("4096 bytes of block a.ram never came"), "{err}");
    assert_eq!(place.get("out").len(), 0x4000);
    std::fs::remove_file(place.path("out")).unwrap();
    // In the second of two pages of a section.
    let pages = [(0x3000, 9), (0, 5)]
        .map(|(at, fill)| [word(at | PAGE | CONTINUE, ""), page(fill)].concat());
    let whole = stream(&pages);
    place.put("cut.state", &whole[..whole.len() - 1000]);
    let cut = ["ram", "cut.state", "--block", "a.ram", "-o", "out"];
    let ran = place.run(&cut);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("; memory was read up to byte "), "{}", ran.err);
    assert!(ran.err.contains("error: nothing was written, since"), "{}", ran.err);
    assert!(!place.path("out").exists());
    // What was read is kept if that is asked for.
    assert_eq!(ram("cut.state", "a.ram").0, Some(1));
    assert_eq!(place.get("out").len(), 0x4000);
    assert!(place.get("out") == [page(1), vec![0; 4096], vec![7; 4096], page(9)].concat());
    assert_eq!(place.names().iter().filter(|name| name.starts_with('.')).count(), 0);
    assert_eq!(ram("a.mig", "a.ram").0, Some(3));
}

#[test]
fn memory_that_is_discarded_is_not_given() {
    let place = Place::new();
    let mut discarding = stream(&[]);
    let end = discarding.pop().unwrap();
    // The command with its version, the name of the block, and a range.
    let data = [&[0, 5][..], b"a.ram\0", &[0; 8], &4096u64.to_be_bytes()].concat();
    discarding.extend([8, 0, 6, 0, data.len() as u8]);
    discarding.extend(data);
    discarding.push(end);
    place.put("a.state", &discarding);
    let ran = place.run(&["ram", "a.state", "--block", "a.ram", "-o", "out"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("pages are discarded, as in a postcopy migration"), "{}", ran.err);
    assert!(!place.path("out").exists());
    assert_eq!(place.run(&["ram", "a.state", "--list"]).code, Some(3));
}

#[test]
fn real_memory_is_what_the_second_reader_makes_of_it() {
    let place = Place::new();
    // Whole pages, pages compressed, pages of a machine that was running, and a page of 1 KiB.
    for (name, block) in [
        ("var-plain", "pc.ram"),
        ("var-compress", "pc.ram"),
        ("var-compress", "pc.bios"),
        ("var-xbzrle-live", "pc.ram"),
        ("var-no-footer", "pc.bios"),
        ("mps2-an385.mig", "mps.ssram1"),
    ] {
        let bytes = streams::one(name).bytes;
        place.put("a.state", &bytes);
        let ran = place.run(&["ram", "a.state", "--block", block, "-o", "a.bin", "--force"]);
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""), "{name}");
        let expected = memory(&place.path("a.state"), block, &place.path("b.bin"));
        assert!(place.get("a.bin") == expected, "{name}: {block}");
        let data = pages_of_data(&expected) * 4096;
        let taken = blocks(&place.path("a.bin")) * 512;
        // What is zeros is holes, as far as the file system has such.
        assert!(taken <= 4 * data + (64 << 10), "{name}: {taken} bytes for {data}");

        // The same out of chunks.
        let convert = ["convert", "a.state", "-o", "a.chunks", "--to", "chunk", "--force"];
        assert_eq!(place.run(&convert).code, Some(0), "{name}");
        let ran = place.run(&["ram", "a.chunks", "--block", block, "-o", "c.bin", "--force"]);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{name}");
        assert!(place.get("c.bin") == expected, "{name}: {block}");
    }
}

#[test]
fn made_memory_is_what_the_second_reader_makes_of_it() {
    let place = Place::new();
    let mut differences = 0;
    for stream in second::made(500, 40) {
        place.put("a.state", &stream.bytes);
        let list = place.run(&["ram", "a.state", "--list"]);
        assert_eq!(list.code, Some(0), "{}: {}", stream.name, list.err);
        for line in list.out.lines().filter(|line| !line.contains(" not in the stream")) {
            let block = line.split(": ").next().unwrap();
            differences += usize::from(!line.contains(" 0 as differences"));
            let ran = place.run(&["ram", "a.state", "--block", block, "-o", "a.bin", "--force"]);
            let missing = ran.err.contains(" never came");
            assert_eq!(ran.code, Some(i32::from(missing)), "{}: {block}: {}", stream.name, ran.err);
            let expected = memory(&place.path("a.state"), block, &place.path("b.bin"));
            assert!(place.get("a.bin") == expected, "{}: {block}", stream.name);
        }
    }
    assert!(differences > 5, "{differences}");
}

#[test]
fn memory_that_is_not_in_the_stream_is_not_given() {
    let place = Place::new();
    place.put("a.state", &streams::one("var-ignore-shared").bytes);
    let list = place.run(&["ram", "a.state", "--list"]);
    assert_eq!(list.code, Some(0));
    assert!(
        list.out.contains("mb: 16777216 bytes; not in the stream: shared memory"),
        "{}",
        list.out
    );
    let ran = place.run(&["ram", "a.state", "--block", "mb", "-o", "out"]);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("block mb is not in the stream: shared memory"), "{}", ran.err);
    // Only its head: of the whole, too, it is said that it is cut.
    place.put("a.state", &streams::one("q10-var-mapped-ram.head").bytes);
    assert_eq!(place.run(&["ram", "a.state", "--block", "pc.ram", "-o", "out"]).code, Some(1));
    assert!(!place.path("out").exists());
}

#[test]
fn a_compressed_page_that_is_wrong_is_damage() {
    let place = Place::new();
    let compressed = |data: &[u8]| {
        let length = (data.len() as u32).to_be_bytes();
        [word(0x3000 | COMPRESSED | CONTINUE, ""), length.to_vec(), data.to_vec()].concat()
    };
    // Nothing but a page of zeros; one of another length; no compressed page; one that is too long.
    for (data, right) in [
        (deflated(&[0; 4096]), true),
        (deflated(&[1; 4095]), false),
        (deflated(&[1; 4097]), false),
        (vec![0x78; 40], false),
        (vec![0; 9000], false),
    ] {
        place.put("a.state", &stream(&[compressed(&data)]));
        let ran = place.run(&["ram", "a.state", "--block", "a.ram", "-o", "out"]);
        assert_eq!(ran.code, Some(i32::from(!right)), "{}", ran.err);
        assert_eq!(place.path("out").exists(), right, "{}", ran.err);
        let _ = std::fs::remove_file(place.path("out"));
    }
}

/// Bytes in the container of zlib, stored as they are.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    let head = [0x78, 1, 1].into_iter().chain(length.to_le_bytes()).chain((!length).to_le_bytes());
    head.chain(bytes.iter().copied()).chain((b << 16 | a).to_be_bytes()).collect()
}

/// A block as the second reader makes it.
fn memory(stream: &Path, block: &str, out: &Path) -> Vec<u8> {
    let done = second::python("memory_qemu.py").args([stream, Path::new(block), out]).status();
    assert!(done.unwrap().success());
    std::fs::read(out).unwrap()
}

fn pages_of_data(bytes: &[u8]) -> u64 {
    bytes.chunks(4096).filter(|page| page.iter().any(|byte| *byte != 0)).count() as u64
}

/// How many blocks of 512 bytes a file takes.
fn blocks(path: &Path) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(path).unwrap())
}

#[test]
fn the_stream_itself_is_not_written_to() {
    let place = Place::new();
    place.put("a.state", &stream(&[]));
    let ran = place.run(&["ram", "a.state", "--block", "a.ram", "-o", "a.state", "--force"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("is what is read, and cannot be written to"), "{}", ran.err);
    assert!(place.get("a.state") == stream(&[]));
}

#[test]
fn a_block_that_has_two_lengths_in_one_section_is_refused() {
    let entry = |length: u64| [b"\x05a.ram", &length.to_be_bytes()[..]].concat();
    let list = |lengths: &[u64]| {
        let entries = lengths.iter().map(|length| entry(*length)).collect::<Vec<_>>();
        [word(LIST | lengths.iter().sum::<u64>(), ""), entries.concat()].concat()
    };
    let last = [word(0x1000 | PAGE, "a.ram"), page(2)].concat();
    for lists in [list(&[0x1000, 0x2000]), [list(&[0x1000]), list(&[0x2000])].concat()] {
        let start = section(1, &[lists, last.clone()]);
        let place = Place::new();
        place.put("a.state", &[b"QEVM\0\0\0\x03", &start[..], &section(3, &[]), &[0]].concat());
        let ran = place.run(&["ram", "a.state", "--block", "a.ram", "-o", "a.bin"]);
        assert_eq!(ran.code, Some(3), "{}", ran.err);
        assert!(ran.err.contains("the length of block a.ram changes"), "{}", ran.err);
    }
}
