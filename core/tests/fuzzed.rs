//! The fuzz targets, without a fuzzer: over their seeds, over pseudo-random changes of these, and over what
//! a fuzzer found. The seeds are made here; with `MIGCORE_BLESS` set they are written anew.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

#[path = "support/boards.rs"]
mod boards;
#[path = "support/chunks.rs"]
mod chunks;
#[path = "support/random.rs"]
mod random;
#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::path::PathBuf;

use chunks::*;
use migcore::visit::Kind;
use random::Random;
use targets::TARGETS;

/// How many changed inputs are made of each seed; `PROPTEST_CASES` in the environment says another number.
fn changes() -> u64 {
    let told = std::env::var("PROPTEST_CASES").ok();
    told.and_then(|cases| cases.parse().ok()).unwrap_or(100)
}

fn u8s(name: &str) -> Vec<u8> {
    op::scalar(Kind::U8, name)
}

/// A device of every type of item, cut inside of a list and of an array.
fn everything() -> Vec<u8> {
    let shape = [
        u8s("a"),
        op::marked(ANCILLARY, op::scalar(Kind::Bool, "b")),
        op::varray(Kind::U16, "x"),
        op::text("a"),
        op::absent(""),
        op::raw(),
        op::described("a", "b", 4),
        op::scalar(Kind::F32, "x"),
        op::end(),
        op::optional("x"),
        u8s("a"),
        op::end(),
        op::varlist("b"),
        op::element(),
        u8s("a"),
        op::end(),
        op::element(),
        u8s("x"),
    ];
    let values = [
        &[7, 1][..],
        &count(2),
        &[0, 1, 0, 2],
        &count(3),
        b"xyz",
        &count(2),
        &[0xaa, 0xbb],
        &1.5f32.to_be_bytes(),
        &[0],
        &count(3),
        &run(0, 2),
        &[10, 11],
        &run(1, 1),
        &[5],
    ];
    let rest = [op::end(), op::end(), op::array(Kind::U32, "x", 2)];
    let last = [
        op::marked(ANCILLARY | SAFE_TO_COPY, op::subsection("d/s", 9)),
        op::structure("a"),
        u8s("x"),
        op::end(),
        op::end(),
        op::device("b", 3, 2),
        u8s("x"),
        op::end(),
    ];
    Assembler::new()
        .chunk(b"abCd", b"unknown")
        .shape(1, &shape)
        .first(1, "d", &values.concat())
        .shape(0, &rest)
        .fragment(0, 1, &[0, 0, 0, 3])
        .fragment(NO_SHAPE, 2, &[0, 0, 0, 4])
        .shape(2, &last)
        .fragment(2, 3 | LAST, &[1, 0, 0, 0, 3, 2])
        .shape(3, &[u8s("x")])
        .chunk(b"mDEV", &first(3, LAST, "odd", 0, ANCILLARY, &[9]))
        .end()
}

/// Lists in lists with alternatives, of which elements hold nothing.
fn lists() -> Vec<u8> {
    let inner = [op::varlist("x"), op::element(), op::end(), op::element(), u8s("a"), op::end()];
    let shape = [
        &[op::list("b", 3), op::element()][..],
        &inner,
        &[op::end(), op::end(), op::element(), op::optional("a"), u8s("b"), op::end(), op::end()],
        &[op::end()],
    ];
    let values = [&run(0, 2)[..], &count(40), &run(0, 38), &run(1, 2), &[1, 2], &count(0)];
    let values = [&values.concat()[..], &run(1, 1), &[1, 9]].concat();
    Assembler::new().shape(0, &shape.concat()).device(0, "d", 0, &values).end()
}

/// Chunks of unknown types around devices.
fn foreign() -> Vec<u8> {
    let begun = Assembler::new().chunk(b"exMp", b"first").shape(0, &[u8s("x")]).chunk(b"eXMP", b"");
    let between = begun.device(0, "d", 0, &[1]).chunk(b"eXMp", &[7; 40]).chunk(b"exMp", b"");
    between.device(0, "d", 1, &[2]).chunk(b"exMp", b"last").end()
}

/// Several devices of one shape.
fn alike() -> Vec<u8> {
    let shape = [u8s("a"), op::structure("b"), u8s("x"), u8s("x"), op::end()];
    let begun = Assembler::new().shape(3, &shape).device(3, "d", 0, &[1, 2, 3]);
    begun.device(3, "d", 1, &[4, 5, 6]).device(3, "d", 2, &[7, 8, 9]).end()
}

/// Two blocks of memory, of which pages come, change and become 0.
fn memory() -> Vec<u8> {
    let list = [&[0, 0, 0, 4, 0, 2, 3][..], b"ram", &[0, 0, 0, 0, 0, 0, 0, 32, 1, b'a'], &[0; 8]];
    let run = |first: u64, pages: u32| [&first.to_be_bytes()[..], &pages.to_be_bytes()].concat();
    let zeros = |pages: u32| 1 << 31 | pages;
    let first =
        [&[0, 0, 0, 2, 0, 0, 0, 3][..], &run(1, zeros(2)), &run(4, 2), &[0; 3], b"page4567"];
    let second = [&[0, 0, 0, 1, 0, 0, 0, 0][..], &run(4, zeros(1))];
    Assembler::new()
        .chunk(b"MBLK", &list.concat())
        .chunk(b"MRAM", &first.concat())
        .shape(0, &[u8s("x")])
        .device(0, "d", 0, &[1])
        .chunk(b"MRAM", &second.concat())
        .end()
}

/// What a device of `chunk_device` asks for, before the stream.
fn asking(steps: &[u8], stream: Vec<u8>) -> Vec<u8> {
    [&[steps.len() as u8][..], steps, &stream].concat()
}

/// Bytes without a pattern.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    (0..length).map(|_| random.below(256) as u8).collect()
}

fn seeds(target: &str) -> Vec<(&'static str, Vec<u8>)> {
    let device = |instance| [10, instance];
    match target {
        "chunk_read" => vec![
            ("everything", [&[0, 5][..], &everything()].concat()),
            ("lists", [&[0, 0][..], &lists()].concat()),
            ("alike", [&[0, 200][..], &alike()].concat()),
            ("foreign", [&[0, 3][..], &foreign()].concat()),
            ("as_it_is", [&[7, 12][..], &alike()].concat()),
        ],
        "chunk_device" => vec![
            ("nothing", asking(&device(0), everything())),
            // Out of order: the struct and its items, then the scalar, of a wider type.
            (
                "disorder",
                asking(
                    &[&device(0)[..], &[8, 1, 0, 1, 0, 2, 0, 1, 0, 2, 14, 0, 3, 0, 0, 14]].concat(),
                    alike(),
                ),
            ),
            ("lists", asking(&[&device(0)[..], &[11, 50, 1, 15]].concat(), lists())),
        ],
        "chunk_order" => vec![
            ("in_order", [&[0, 200][..], &noise(400, 17)].concat()),
            ("another", [&[200][..], &noise(900, 19)].concat()),
            ("foreign", [&[0, 50, 0xf2][..], &noise(400, 23)].concat()),
        ],
        "chunk_round" => vec![
            ("short", noise(60, 3)),
            ("long", noise(900, 5)),
            ("small_fragments", [&[0, 1, 2, 3][..], &noise(500, 7)].concat()),
            ("foreign", [&[9, 0, 0, 3, 0xf3][..], &noise(600, 29)].concat()),
        ],
        "chunk_memory" => vec![
            ("as_it_is", [&[0, 9][..], &memory()].concat()),
            ("mended", [&[3, 0][..], &memory()].concat()),
            ("written", [&[1, 6][..], &noise(300, 31)].concat()),
            ("written_long", [&[2, 80][..], &noise(1500, 37)].concat()),
        ],
        "vmstate" => targets::vmstate::seeds(),
        "machine" => boards::seeds().into_iter().map(|(name, _, bytes)| (name, bytes)).collect(),
        _ => vec![("few", noise(60, 11)), ("many", noise(1200, 13))],
    }
}

fn folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target)
}

#[test]
fn the_seeds_are_those_made_here() {
    for (target, _) in TARGETS {
        if std::env::var_os("MIGCORE_BLESS").is_some() {
            fs::create_dir_all(folder(target)).unwrap();
            for (name, bytes) in seeds(target) {
                fs::write(folder(target).join(name), bytes).unwrap();
            }
        }
        for (name, bytes) in seeds(target) {
            let kept = fs::read(folder(target).join(name)).expect("a seed");
            assert_eq!(kept, bytes, "{target}/{name}: set MIGCORE_BLESS to write it anew");
        }
    }
}

#[test]
fn the_seeds_of_a_machine_come_to_every_end() {
    let end = |load: targets::machine::Loaded| match (load.done, load.after.is_dirty()) {
        (Ok(()), _) => "loaded".to_owned(),
        (Err(report), false) => format!("{:?}", report.code),
        (Err(report), true) => format!("{:?}, dirty", report.code),
    };
    for (name, due, bytes) in boards::seeds() {
        let reached = targets::machine::reached(&bytes);
        let found = match reached.loaded {
            Some(loads) => loads.map(end).join("; "),
            None => format!("{:?}", reached.checked.unwrap_err().code),
        };
        assert_eq!(found, due, "{name}");
    }
}

#[test]
fn the_seeds_of_tables_load_to_their_end() {
    for (name, bytes) in targets::vmstate::seeds() {
        let stream = bytes.len() as u64 - 4;
        let length = targets::vmstate::outcome(&bytes).map_err(|report| report.to_string());
        assert_eq!(length, Ok(stream), "{name}");
    }
}

#[test]
fn what_was_found_stays_mended() {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/found");
    for (target, run) in TARGETS {
        // Nothing was found yet by some targets.
        let Ok(files) = fs::read_dir(found.join(target)) else { continue };
        files.for_each(|file| run(&fs::read(file.unwrap().path()).unwrap()));
    }
}

/// Shows the input of a target that broke a promise.
struct Shown<'s>(&'s str, &'s [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} with {:02x?}", self.0, self.1);
        }
    }
}

#[test]
fn no_target_breaks_a_promise() {
    for (target, run) in TARGETS {
        for (number, (_, seed)) in seeds(target).into_iter().enumerate() {
            let mut random = Random(number as u64 + 1);
            let mut bytes = seed.clone();
            for change in 0..changes() {
                let shown = Shown(target, &bytes);
                run(&bytes);
                drop(shown);
                if change % 8 == 0 {
                    bytes.clone_from(&seed);
                }
                random.change(&mut bytes);
            }
        }
    }
}
