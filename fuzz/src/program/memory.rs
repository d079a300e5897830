//! Any chunks, with memory among them, read by the program in every way: all say the same of what is wrong and where; and
//! the memory of a stream that is right is what a receiver puts to its places, also when it was written anew.

use std::io::Write;
use std::path::Path;

use migcore::codec::chunk::{ChunkEncoder, Limits, Receiver, Settings};
use migcore::io::{Portable, SliceWriter};
use migcore::ram::{Block, Blocks};
use migcore::visit::Encoder as _;
use migcore::{Code, Report};
use migcore_cli::chunks::{self, Latest};
use migcore_cli::compare::{compare, Counts, Listing, Side};
use migcore_cli::input::Input;
use migcore_cli::show::{printer, Choice, Places};

use super::mend::mended;

/// Blocks that are longer, together, are not looked into.
const LONGEST: u64 = 1 << 20;

/// The first byte says whether the chunks are put right.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((byte, chunks)) if byte % 8 != 0 => read(&mended(chunks)),
        Some((_, chunks)) => read(chunks),
        None => {}
    }
}

/// Reads a stream in every way.
pub fn read(stream: &[u8]) {
    let input = input(stream);
    let verified = chunks::verify(&input).unwrap();
    let info = chunks::info(&input).unwrap();
    let listed = listed(&input);
    assert_eq!(listed, info.damage, "a list, and info");
    match (&info.damage, &verified.damage) {
        // A header may ask for more memory or work than there is.
        (_, Some(Report { code: Code::NoSpace | Code::TooMuchWork, .. })) | (None, _) => {}
        (Some(one), Some(other)) => {
            assert!(other.fault.offset <= one.fault.offset, "{one}; {other}")
        }
        (Some(damage), None) => panic!("info says {damage}"),
    }
    let shown = shown(&input);
    match (&verified.damage, shown) {
        (None, None) => is_received(stream, &input),
        (Some(_), Some(_)) => {}
        // A replay has limits of its own.
        (None, Some(Report { code: Code::TooMuchWork | Code::NoSpace, .. })) => {}
        (found, shown) => panic!("a check says {found:?}, a replay {shown:?}"),
    }
}

fn input(stream: &[u8]) -> Input {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(stream).unwrap();
    Input::of(file, Path::new("stream")).unwrap()
}

fn listed(input: &Input) -> Option<Report> {
    chunks::list(input, false, &mut Vec::new()).unwrap();
    let mut out = Vec::new();
    let found = chunks::list(input, true, &mut out).unwrap();
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    found
}

fn shown(input: &Input) -> Option<Report> {
    let (mut out, places) = (Vec::new(), Places::new());
    let mut show = printer(&mut out, Choice { json: true, ..Choice::default() }, &places);
    let found = chunks::inspect(input, &mut *show, &places).unwrap();
    show.end_document(&[], None).unwrap();
    drop(show);
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
    found
}

/// The memory of a stream that is right, read out of it, is that which is received.
fn is_received(stream: &[u8], input: &Input) {
    let latest = Latest::of(input).unwrap().unwrap();
    let blocks = latest.tally().blocks();
    let lengths = blocks.iter().fold(0u64, |sum, block| sum.saturating_add(block.length));
    let names: Vec<_> = blocks.iter().flat_map(|block| std::str::from_utf8(&block.name)).collect();
    if blocks.is_empty() || lengths > LONGEST || names.len() < blocks.len() {
        return;
    }
    let read: Vec<_> = (0..blocks.len())
        .map(|number| {
            let mut memory = vec![0; blocks[number].length as usize];
            latest.read(number, 0, input, &mut memory).unwrap();
            memory
        })
        .collect();
    let received = received(stream, &read, &names);
    assert!(received.is_none_or(|received| received == read), "{:?}", latest.tally());
    is_written_again(&latest, input);
}

/// The memory that a receiver makes of a stream; `None` if that has too little memory for the rest.
fn received(stream: &[u8], like: &[Vec<u8>], names: &[&str]) -> Option<Vec<Vec<u8>>> {
    let mut memory: Vec<_> = like.iter().map(|bytes| vec![0; bytes.len()]).collect();
    let mut blocks: Vec<_> =
        names.iter().zip(&mut memory).map(|(name, bytes)| Block::new(name, bytes)).collect();
    let mut buffer = vec![0; stream.len() + 4096];
    let limits = Limits { memory: true, ..Limits::default() };
    let receiver = Receiver::new(&mut buffer, limits, Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    match receiver.feed(stream) {
        Ok(taken) => assert!(taken.done),
        Err(Code::NoSpace | Code::TooMuchWork) => return None,
        Err(code) => panic!("a receiver says {}", receiver.report(code)),
    }
    drop(blocks);
    Some(memory)
}

/// What is written anew has the same memory.
fn is_written_again(latest: &Latest, input: &Input) {
    let (mut out, mut scratch) = (vec![0; 4 << 20], vec![0; 4096]);
    let settings = Settings::default();
    let writer = SliceWriter::new(&mut out);
    let mut encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch).unwrap();
    match chunks::rewrite(latest, input, &mut encoder) {
        Ok(blocks) => assert_eq!(blocks, latest.tally().blocks().len()),
        // A page may be longer than what is given for it.
        Err(chunks::Unwritten::Page(_)) => return,
        Err(unwritten) => panic!("{unwritten:?}"),
    }
    encoder.finish().unwrap();
    let length = encoder.position() as usize;
    drop(encoder);
    let again = self::input(&out[..length]);
    assert_eq!(chunks::verify(&again).unwrap().damage, None);
    let sides = [input, &again].map(|side| Side::read(side.again(), None).unwrap());
    let mut text = Vec::new();
    let mut listing = Listing::new(&mut text, false);
    compare(&sides[0], &sides[1], &mut listing).unwrap();
    let Counts { compared, different, .. } = listing.end(&[], false).unwrap();
    let blocks = latest.tally().blocks().len() as u64;
    assert_eq!((compared, different), (blocks, 0), "{}", String::from_utf8_lossy(&text));
}
