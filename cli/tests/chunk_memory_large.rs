//! Much memory in chunks: what the program needs does not grow with the stream, nor with the length of a block.

#![cfg(target_os = "linux")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]

mod support;

use std::fs::File;
use std::io::{BufWriter, Read};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::process::{Command, Stdio};

use migcore::codec::chunk::{Saver, Settings};
use migcore::io::{Portable, StreamWriter};
use migcore::ram::{BlockHead, PageSize};
use migcore_cli::chunks::Latest;
use migcore_cli::input::Input;
use migcore_cli::output::Pipe;
use support::Place;

/// A block of 64 GiB, of which little is no zeros.
const LENGTH: u64 = 64 << 30;
const PAGE: u64 = 4096;

/// The most memory that the program may use: windows, and places of pages.
const MEMORY: u64 = 32 << 20;

/// All that a process may map, in KiB. Scratch memory for devices is mapped and not used.
const MAPPED: &str = "262144";

/// Pages far from each other, and what they hold.
fn scattered(number: u64) -> (u64, u8) {
    (number * 0x9e37_79b1 % (LENGTH / PAGE), 1 + (number % 255) as u8)
}

/// Writes a stream of `pages` pages at once, and of `single` ones that come one by one.
fn put(place: &Place, name: &str, pages: u64, single: u64) {
    let file = BufWriter::new(File::create(place.path(name)).unwrap());
    let (mut buffer, mut scratch) = (vec![0; 1 << 16], vec![0; 1 << 14]);
    let writer = StreamWriter::new(Pipe::new(file), &mut buffer);
    let mut saver = Saver::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
    let heads = [BlockHead { name: b"ram", length: LENGTH }];
    saver.blocks(&heads, PageSize::new(PAGE as u32).unwrap()).unwrap();
    let mut memory = vec![7; 256 * PAGE as usize];
    for piece in 0..pages / 256 {
        memory.fill(1 + (piece % 255) as u8);
        saver.pages(&heads, 0, piece * 256, &memory).unwrap();
    }
    for number in 0..single {
        let (page, fill) = scattered(number);
        saver.pages(&heads, 0, page, &[fill; PAGE as usize]).unwrap();
    }
    saver.finish().unwrap();
}

#[test]
fn a_long_block_takes_no_more_memory_than_its_pages() {
    let place = Place::new();
    put(&place, "m.mig", 0, 2000);
    for arguments in [
        &["info", "m.mig"][..],
        &["verify", "m.mig"],
        &["inspect", "m.mig"],
        &["diff", "m.mig", "m.mig"],
        &["convert", "m.mig", "-o", "n.mig", "--to", "chunk"],
        &["diff", "m.mig", "n.mig"],
        &["ram", "m.mig", "--block", "ram", "-o", "out"],
    ] {
        let mut command = Command::new("sh");
        command.current_dir(place.path("")).args(["-c", "ulimit -v $0; exec \"$@\"", MAPPED]);
        let ran = command.arg(env!("CARGO_BIN_EXE_migcore")).args(arguments).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!((ran.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
    let (file, length) = (File::open(place.path("out")).unwrap(), LENGTH);
    assert_eq!(file.metadata().unwrap().len(), length);
    // What is zeros is holes, as far as the file system has such.
    assert!(file.metadata().unwrap().blocks() * 512 < 64 << 20);
    let mut page = [0; PAGE as usize];
    for number in 0..2000 {
        let (at, fill) = scattered(number);
        file.read_exact_at(&mut page, at * PAGE).unwrap();
        assert_eq!(page, [fill; PAGE as usize], "{number}");
    }
}

#[test]
fn memory_does_not_grow_with_the_stream() {
    let place = Place::new();
    put(&place, "m.mig", 24 << 10, 100);
    let mut command = place.command(&["convert", "m.mig", "-o", "-", "--to", "chunk"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    // The first bytes come when all work is done, and then the program waits for a reader.
    let mut bytes = vec![0; 1];
    out.read_exact(&mut bytes).unwrap();
    let memory = high_water(child.id());
    out.read_to_end(&mut bytes).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(bytes.len() > 96 << 20 && memory < MEMORY, "{memory} bytes of memory");
}

#[test]
fn a_walk_by_heads_reads_little_else() {
    let place = Place::new();
    put(&place, "m.mig", 8 << 10, 0);
    let input = Input::open(&place.path("m.mig")).unwrap();
    let before = read_so_far();
    Latest::of(&input).unwrap().unwrap();
    let read = read_so_far() - before;
    assert!(read < input.length() / 100, "{read} bytes of {}", input.length());
}

/// How many bytes this thread read so far, as its system says.
fn read_so_far() -> u64 {
    let counts = std::fs::read_to_string("/proc/thread-self/io").unwrap();
    counts.lines().find_map(|line| line.strip_prefix("rchar: ")).unwrap().parse().unwrap()
}

/// The most memory that a process had so far, as its system says.
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}
