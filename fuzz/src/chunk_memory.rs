//! Memory in chunks: any stream is received in the same way however its bytes come in, and as a check says; what
//! a writer sends of a machine is what a receiver has.

use super::reading::{replay, Pieces, LIMITS, MEMORY};
use super::{input::Input, mend::mended};
use migcore::codec::chunk::{
    check, BlockList, ChunkType, Chunks, Limits, Receiver, Saver, Settings, StreamStore,
};
use migcore::error::Fault;
use migcore::io::{Portable, SliceWriter, StreamReader};
use migcore::ram::{Block, BlockHead, Blocks, Counts, Memory, PageSize};
use migcore::{Code, Result};

/// Chunks of any length, as those of pages are for a receiver.
const LONG: Limits = Limits { chunk: u32::MAX, ..LIMITS };

/// Room for a stream, for what is kept of one, and for the blocks of all of one.
const ROOM: usize = 1 << 14;

/// What became of a stream: what is kept, the memory and its counts; or what was wrong.
type Outcome = core::result::Result<(Vec<u8>, Vec<Vec<u8>>, Counts), (Code, Fault)>;

/// The blocks of a machine.
type Machine = Vec<(String, Vec<u8>)>;

/// The first byte says whether a machine is made, or whether the rest are chunks and are put right; the second, in
/// which pieces they come.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (what, step) = (input.below(8), 1 + usize::from(input.byte()));
    match what {
        0 => read(input.rest(), step),
        1 | 2 => write(&mut input, step),
        _ => read(&mended(input.rest()), step),
    }
}

/// Receives a stream in every way.
fn read(bytes: &[u8], step: usize) {
    let machine = listed(bytes);
    let due = receive(bytes, &machine, |receiver| feed(receiver, bytes, ROOM));
    assert_eq!(receive(bytes, &machine, |receiver| feed(receiver, bytes, step)), due, "in pieces");
    assert_eq!(receive(bytes, &machine, |receiver| put(receiver, bytes, step)), due, "put");
    let limits = Limits { memory: true, ..LONG };
    let checked = check(bytes, limits, Portable).map(|summary| summary.devices);
    let checked = checked.map_err(|report| report.code);
    match due {
        // A receiver does not look at values, which stand where they did or before.
        Ok((kept, ..)) => {
            let again = check(&kept, LONG, Portable).map(|summary| summary.devices);
            assert_eq!(again.map_err(|report| report.code), checked);
        }
        // Memory that is too large is not there.
        Err((Code::MemoryDiffers | Code::UnknownMemory | Code::TooMuchWork, _)) => {}
        Err(failed) => assert!(checked.is_err(), "{failed:?}"),
    }
    if let Ok(devices) = checked {
        let (mut memory, limits) = (vec![0; MEMORY + ROOM], Limits { memory: true, ..LONG });
        let reader = StreamReader::new(Pieces { bytes, step }, &mut []);
        match replay(StreamStore::new(reader, &mut memory, limits, Portable), |_| ()) {
            Ok((found, _)) => assert_eq!(found, devices),
            // What a replay has beside a check: a tree, scratch.
            Err((code, _)) => assert!(matches!(code, Code::NoSpace | Code::TooMuchWork)),
        }
    }
}

/// The blocks that a stream lists, if there is room for them.
fn listed(bytes: &[u8]) -> Machine {
    let mut walk = Chunks::new(bytes, Portable);
    while let Ok(Some(chunk)) = walk.next() {
        let list = Some(chunk).filter(|chunk| chunk.kind == ChunkType::BLOCKS);
        let Some(Ok(list)) = list.map(|chunk| BlockList::parse(chunk.data)) else { continue };
        let there = |head: &BlockHead<'_>| head.length <= (ROOM / 16) as u64;
        let block = |head: BlockHead<'_>| {
            let name = String::from_utf8(head.name.to_vec()).unwrap_or_default();
            (name, vec![0; head.length as usize])
        };
        return list.heads().filter(there).take(16).map(block).collect();
    }
    Vec::new()
}

fn receive(
    bytes: &[u8],
    machine: &Machine,
    receive: impl FnOnce(&mut Receiver<'_, Portable, Blocks<'_, '_>>) -> Result<()>,
) -> Outcome {
    let mut machine = machine.clone();
    machine.iter_mut().for_each(|(_, memory)| memory.fill(0));
    let mut blocks: Vec<_> =
        machine.iter_mut().map(|(name, memory)| Block::new(name, memory)).collect();
    let mut buffer = vec![0; bytes.len() + ROOM];
    let receiver = Receiver::new(&mut buffer, LONG, Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    let done = receive(&mut receiver);
    let kept = done.and_then(|()| receiver.bytes().map(<[u8]>::to_vec));
    match kept {
        Ok(kept) => {
            let counts = receiver.counts();
            Ok((kept, machine.into_iter().map(|(_, memory)| memory).collect(), counts))
        }
        Err(code) => {
            assert!(receiver.report(code).to_string().len() < 400);
            Err((code, receiver.fault()))
        }
    }
}

fn feed<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    bytes: &[u8],
    step: usize,
) -> Result<()> {
    for piece in bytes.chunks(step) {
        let taken = receiver.feed(piece)?;
        assert!(taken.consumed <= piece.len() && (taken.done || taken.consumed == piece.len()));
    }
    Ok(())
}

fn put<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    mut bytes: &[u8],
    step: usize,
) -> Result<()> {
    while !bytes.is_empty() {
        let place = receiver.next()?;
        let length = place.len().min(step).min(bytes.len());
        if length == 0 {
            break;
        }
        place[..length].copy_from_slice(&bytes[..length]);
        bytes = &bytes[length..];
        receiver.got(length)?;
    }
    Ok(())
}

/// Sends a machine that changes meanwhile, and receives it.
fn write(input: &mut Input<'_>, step: usize) {
    let size = PageSize::new(1 << input.below(6)).unwrap();
    let settings = Settings { alignment: 1 << input.below(8), ..Settings::default() };
    let length = |pages: usize| pages * size.bytes() as usize;
    let names = &["ram", "rom", "a"][..1 + input.below(3)];
    let blank: Machine =
        names.iter().map(|name| ((*name).to_owned(), vec![0; length(input.below(40))])).collect();
    let mut going = Going { size, machine: blank.clone(), sent: blank.clone() };
    let (mut memory, mut scratch) = (vec![0; 1 << 18], [0; 256]);
    let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    saver.blocks(&heads(&blank)[..], size).unwrap();
    let mut counts = Counts::default();
    while !input.is_empty() {
        counts.add(going.step(input, &mut saver));
    }
    let length = saver.finish().unwrap() as usize;
    let stream = &memory[..length];
    let received = receive(stream, &blank, |receiver| put(receiver, stream, step)).unwrap();
    let sent: Vec<_> = going.sent.into_iter().map(|(_, memory)| memory).collect();
    assert_eq!((received.1, received.2), (sent, counts));
}

fn heads(machine: &Machine) -> Vec<BlockHead<'_>> {
    let heads = machine.iter().map(|(name, memory)| {
        let (name, length) = (name.as_bytes(), memory.len() as u64);
        BlockHead { name, length }
    });
    heads.collect()
}

/// A machine that is sent, and what a receiver has of it.
struct Going {
    size: PageSize,
    machine: Machine,
    sent: Machine,
}

impl Going {
    /// Changes some pages, or sends them.
    fn step(&mut self, input: &mut Input<'_>, saver: &mut Saver<'_, SliceWriter<'_>>) -> Counts {
        let (block, what) = (input.below(self.machine.len()), input.below(4));
        let width = self.size.bytes() as usize;
        let pages = self.machine[block].1.len() / width;
        let first = input.below(pages + 1);
        let end = first + input.below(pages - first + 1);
        let bytes = first * width..end * width;
        match what {
            0 => self.machine[block].1[bytes].fill(0),
            1 => self.machine[block].1[bytes].fill(input.byte()),
            2 => {
                let from = &self.machine[block].1[bytes.clone()];
                self.sent[block].1[bytes].copy_from_slice(from);
                return saver.pages(&heads(&self.machine)[..], block, first as u64, from).unwrap();
            }
            _ => {
                let (bitmap, range) = (input.bytes(5), first as u64..end as u64);
                let set = |page: &usize| {
                    bitmap.get(page / 8).is_some_and(|byte| byte & 1 << (page % 8) != 0)
                };
                let from = &self.machine[block].1;
                for bytes in (first..end).filter(set).map(|page| page * width..(page + 1) * width) {
                    self.sent[block].1[bytes.clone()].copy_from_slice(&from[bytes]);
                }
                return saver
                    .marked(&heads(&self.machine)[..], block, from, bitmap, range)
                    .unwrap();
            }
        }
        Counts::default()
    }
}
