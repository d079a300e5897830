//! Blocks of guest memory, taken out of a stream.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use support::Place;

const ZERO: u64 = 0x02;
const LIST: u64 = 0x04;
const PAGE: u64 = 0x08;
const END: u64 = 0x10;
const CONTINUE: u64 = 0x20;
const XBZRLE: u64 = 0x40;

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
        "a.ram: 16384 bytes; pages: 2 whole, 2 of zeros, 0 as differences, 0 compressed\n\
         b.ram: 4096 bytes; pages: 1 whole, 0 of zeros, 0 as differences, 0 compressed\n"
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
    place.put("cut.state", &whole[..whole.len() - 5000]);
    assert_eq!(ram("cut.state", "a.ram").0, Some(1));
    assert!(!place.path("out").exists());
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
    assert_eq!(place.run(&["ram", "a.state", "--list"]).code, Some(1));
}
