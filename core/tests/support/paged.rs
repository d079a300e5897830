//! Machines with memory: how it changes, what of it is sent, and every way to receive that.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use std::ops::Range;

use migcore::codec::chunk::{Limits, Receiver, Saver, Settings};
use migcore::error::Report;
use migcore::io::{Portable, SliceReader, Writer};
use migcore::ram::{Block, BlockHead, Blocks, Counts, Memory, PageSize};
use migcore::visit::Versions;
use migcore::Result;
use proptest::prelude::*;

/// Room for what is kept of any of these streams.
pub const ROOM: usize = 1 << 13;

/// A machine: the size of its pages, and its blocks.
#[derive(Clone, Debug)]
pub struct Paged {
    pub size: PageSize,
    pub blocks: Vec<(String, Vec<u8>)>,
}

/// What happens to a machine while it is saved.
#[derive(Clone, Debug)]
pub enum Step {
    /// A byte of a block is written.
    Write { block: usize, at: usize, byte: u8 },
    /// Pages of a block are written or cleared.
    Fill { block: usize, pages: Range<u64>, byte: u8 },
    /// Pages are sent.
    Send { block: usize, pages: Range<u64> },
    /// Those that are marked are sent.
    SendMarked { block: usize, pages: Range<u64>, bitmap: Vec<u8> },
    /// The same from a copy of those alone.
    SendPacked { block: usize, pages: Range<u64>, bitmap: Vec<u8> },
    /// A device is saved.
    Device(u32),
}

impl Paged {
    pub fn new(size: u32, blocks: &[(&str, u64)]) -> Self {
        let size = PageSize::new(size).unwrap();
        let block = |(name, pages): &(&str, u64)| {
            ((*name).to_owned(), vec![0; size.bytes_of(*pages) as usize])
        };
        Paged { size, blocks: blocks.iter().map(block).collect() }
    }

    /// The same machine, before anything was received.
    pub fn blank(&self) -> Self {
        let mut blank = self.clone();
        blank.blocks.iter_mut().for_each(|(_, memory)| memory.fill(0));
        blank
    }

    /// The blocks, for a receiver.
    pub fn in_order(&mut self) -> Vec<Block<'_>> {
        self.blocks.iter_mut().map(|(name, memory)| Block::new(name, memory)).collect()
    }

    pub fn heads(&self) -> Vec<BlockHead<'_>> {
        let heads = self.blocks.iter().map(|(name, memory)| {
            let (name, length) = (name.as_bytes(), memory.len() as u64);
            BlockHead { name, length }
        });
        heads.collect()
    }

    /// The bytes of pages of a block.
    pub fn bytes(&self, pages: &Range<u64>) -> Range<usize> {
        self.size.bytes_of(pages.start) as usize..self.size.bytes_of(pages.end) as usize
    }

    fn pages_of(&self, block: usize) -> u64 {
        self.size.pages_in(self.blocks[block].1.len() as u64)
    }

    /// Does a step, and writes to the stream what it sends; `sent` gets what a receiver must have then.
    fn step<W: Writer>(
        &mut self,
        step: &Step,
        saver: &mut Saver<'_, W>,
        sent: &mut Paged,
    ) -> Result<Counts> {
        match step {
            Step::Write { block, at, byte } => {
                let memory = &mut self.blocks[*block].1;
                let length = memory.len().max(1);
                if let Some(place) = memory.get_mut(at % length) {
                    *place = *byte;
                }
            }
            Step::Fill { block, pages, byte } => {
                let bytes = self.bytes(pages);
                self.blocks[*block].1[bytes].fill(*byte);
            }
            Step::Send { block, pages } => {
                let bytes = self.bytes(pages);
                let memory = &self.blocks[*block].1[bytes.clone()];
                sent.blocks[*block].1[bytes].copy_from_slice(memory);
                return saver.pages(&self.heads()[..], *block, pages.start, memory);
            }
            Step::SendMarked { block, pages, bitmap } => {
                self.pack(*block, pages, bitmap, sent);
                let memory = &self.blocks[*block].1;
                return saver.marked(&self.heads()[..], *block, memory, bitmap, pages.clone());
            }
            Step::SendPacked { block, pages, bitmap } => {
                let packed = self.pack(*block, pages, bitmap, sent);
                return saver.packed(&self.heads()[..], *block, &packed, bitmap, pages.clone());
            }
            Step::Device(instance) => device(*instance, saver)?,
        }
        Ok(Counts::default())
    }

    /// The marked pages of a block, one behind the other; `sent` gets them too.
    fn pack(&self, block: usize, pages: &Range<u64>, bitmap: &[u8], sent: &mut Paged) -> Vec<u8> {
        let mut packed = Vec::new();
        for page in pages.clone() {
            let byte = bitmap.get(page as usize / 8).copied().unwrap_or(0);
            if byte & (1 << (page % 8)) != 0 {
                let bytes = self.bytes(&(page..page + 1));
                let memory = &self.blocks[block].1[bytes.clone()];
                sent.blocks[block].1[bytes].copy_from_slice(memory);
                packed.extend_from_slice(memory);
            }
        }
        packed
    }

    /// Saves a machine that goes through these steps: how long the stream is, what a receiver has then, and the
    /// counts.
    pub fn save<W: Writer>(
        &self,
        steps: &[Step],
        mut saver: Saver<'_, W>,
    ) -> core::result::Result<(usize, Paged, Counts), Report> {
        let (mut machine, mut sent, mut counts) = (self.clone(), self.blank(), Counts::default());
        // An error stays in the visit.
        let _ = saver.blocks(&self.heads()[..], self.size);
        for step in steps {
            match machine.step(step, &mut saver, &mut sent) {
                Ok(more) => counts.add(more),
                Err(_) => break,
            }
        }
        saver.finish().map(|length| (length as usize, sent, counts))
    }

    /// The stream of that.
    pub fn stream(&self, steps: &[Step], alignment: u32) -> (Vec<u8>, Paged, Counts) {
        let (mut memory, mut scratch) = (vec![0; 1 << 20], [0; 512]);
        let settings = Settings { machine: "board", alignment, ..Settings::default() };
        let saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
        let (length, sent, counts) = self.save(steps, saver).unwrap();
        (memory[..length].to_vec(), sent, counts)
    }
}

fn device<W: Writer>(instance: u32, saver: &mut Saver<'_, W>) -> Result<()> {
    let visitor = &mut saver.visitor();
    visitor.device("uart", instance, Versions::only(1), |v| {
        v.visit("level", &mut instance.wrapping_mul(7))?;
        v.bytes("fifo", &mut [5; 9])
    })
}

/// The stream of the devices alone, written by the same program.
pub fn without_memory(steps: &[Step]) -> Vec<u8> {
    let (mut memory, mut scratch) = (vec![0; ROOM], [0; 512]);
    let settings = Settings { machine: "board", ..Settings::default() };
    let mut saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
    for step in steps {
        if let Step::Device(instance) = step {
            device(*instance, &mut saver).unwrap();
        }
    }
    let length = saver.finish().unwrap() as usize;
    memory[..length].to_vec()
}

/// What became of a stream: what is kept of it, the memory and the counts; or what was wrong.
pub type Outcome = core::result::Result<(Vec<u8>, Vec<Vec<u8>>, Counts), Report>;

/// How many bytes come at a time: at most so many; any number up to that, if there is a seed.
#[derive(Clone, Copy, Debug)]
pub struct Cuts {
    pub most: usize,
    pub seed: u64,
}

/// All that can come at once does.
pub const WHOLE: Cuts = Cuts { most: usize::MAX, seed: 0 };

impl Cuts {
    pub fn of(most: usize) -> Self {
        Cuts { most, seed: 0 }
    }

    fn next(&mut self) -> usize {
        if self.seed == 0 {
            return self.most;
        }
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        1 + (self.seed % self.most as u64) as usize
    }
}

/// How the bytes of a stream come in.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// They are given to `feed`.
    Fed(Cuts),
    /// They are put where `next` says.
    Put(Cuts),
    /// As `Fed`, into a buffer that grows as it must.
    Grown(Cuts),
    /// They are read from where they are.
    Read,
}

/// Ways that differ in all they can.
pub fn ways() -> [Way; 8] {
    let random = Cuts { most: 50, seed: 0x2545_f491 };
    let put = [WHOLE, Cuts::of(1), random].map(Way::Put);
    let [all, bytes, some] = put;
    let fed = [WHOLE, Cuts::of(1), random].map(Way::Fed);
    let [fed_all, fed_bytes, fed_some] = fed;
    [fed_all, fed_bytes, fed_some, all, bytes, some, Way::Grown(random), Way::Read]
}

/// Receives a stream into blank memory, and what is kept into a buffer of so many bytes.
pub fn receive(bytes: &[u8], machine: &Paged, room: usize, limits: Limits, way: Way) -> Outcome {
    let mut blank = machine.blank();
    let memory = Blocks(&mut blank.in_order());
    let (kept, counts) = receive_into(bytes, memory, room, limits, way)?;
    Ok((kept, blank.blocks.into_iter().map(|(_, memory)| memory).collect(), counts))
}

/// The same into any memory.
pub fn receive_into(
    bytes: &[u8],
    memory: impl Memory,
    room: usize,
    limits: Limits,
    way: Way,
) -> core::result::Result<(Vec<u8>, Counts), Report> {
    let (first, count) = if let Way::Grown(_) = way { (0, 100) } else { (room, 1) };
    let mut free = vec![0xa5; count * room];
    let mut buffers = Buffers { room, free: &mut free };
    let receiver = Receiver::new(buffers.take(first), limits, Portable);
    let mut receiver = receiver.with_memory(memory).unwrap();
    let done = match way {
        Way::Fed(cuts) => feed(&mut receiver, bytes, cuts),
        Way::Put(cuts) => put(&mut receiver, bytes, cuts),
        Way::Grown(cuts) => grow(&mut receiver, bytes, cuts, &mut buffers),
        Way::Read => receiver.read(&mut SliceReader::new(bytes)),
    };
    let kept = done.and_then(|()| receiver.bytes().map(<[u8]>::to_vec));
    kept.map(|kept| (kept, receiver.counts())).map_err(|code| receiver.report(code))
}

/// Buffers of any size, up to a room.
struct Buffers<'b> {
    room: usize,
    free: &'b mut [u8],
}

impl<'b> Buffers<'b> {
    fn take(&mut self, length: usize) -> &'b mut [u8] {
        let (buffer, free) = core::mem::take(&mut self.free).split_at_mut(length.min(self.room));
        self.free = free;
        buffer
    }
}

fn feed<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    mut bytes: &[u8],
    mut cuts: Cuts,
) -> Result<()> {
    while !bytes.is_empty() {
        let (piece, rest) = bytes.split_at(cuts.next().min(bytes.len()));
        let received = receiver.feed(piece)?;
        assert_eq!(received.consumed, receiver.taken());
        assert!(received.done || received.consumed == piece.len());
        bytes = rest;
    }
    Ok(())
}

fn put<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    mut bytes: &[u8],
    mut cuts: Cuts,
) -> Result<()> {
    while !bytes.is_empty() {
        let place = receiver.next()?;
        let length = place.len().min(cuts.next()).min(bytes.len());
        if length == 0 {
            break;
        }
        let (piece, rest) = bytes.split_at(length);
        place[..length].copy_from_slice(piece);
        let done = receiver.got(length)?;
        assert!(!done || receiver.next()?.is_empty());
        bytes = rest;
    }
    Ok(())
}

fn grow<'b, M: Memory>(
    receiver: &mut Receiver<'b, Portable, M>,
    mut bytes: &[u8],
    mut cuts: Cuts,
    buffers: &mut Buffers<'b>,
) -> Result<()> {
    while !bytes.is_empty() {
        let done = receiver.feed(&bytes[..cuts.next().min(bytes.len())]);
        bytes = &bytes[receiver.taken()..];
        match done {
            Ok(received) if received.done => break,
            Ok(_) => {}
            Err(code) => {
                let needed = receiver.fault().expected as usize;
                if code != migcore::Code::NoSpace || needed > buffers.room {
                    return Err(code);
                }
                let buffer = buffers.take(needed);
                buffer[..receiver.received().len()].copy_from_slice(receiver.received());
                receiver.grow(buffer).unwrap();
            }
        }
    }
    Ok(())
}

/// A machine whose stream has all that there is, and is small.
pub fn small() -> (Paged, Vec<Step>) {
    let machine = Paged::new(8, &[("ram", 6), ("a name", 2), ("none", 0)]);
    let steps = vec![
        Step::Fill { block: 0, pages: 1..3, byte: 5 },
        Step::Fill { block: 1, pages: 0..2, byte: 9 },
        Step::Send { block: 0, pages: 0..6 },
        Step::Device(1),
        Step::Fill { block: 0, pages: 2..3, byte: 0 },
        Step::Write { block: 0, at: 40, byte: 3 },
        Step::SendMarked { block: 0, pages: 0..6, bitmap: vec![0b0010_0100] },
        Step::Send { block: 1, pages: 0..2 },
        Step::Device(2),
    ];
    (machine, steps)
}

/// Machines and what they go through.
pub fn machines() -> impl Strategy<Value = (Paged, Vec<Step>)> {
    let sizes = prop::sample::select(vec![1u32, 2, 16, 64, 256, 1024]);
    let lengths = prop::collection::vec(0u64..40, 1..5);
    (sizes, lengths).prop_flat_map(|(size, lengths)| {
        let names = ["ram", "rom", "a name", "vram"];
        let blocks: Vec<_> = names.into_iter().zip(lengths).collect();
        let machine = Paged::new(size, &blocks);
        let steps = prop::collection::vec(step(&machine), 0..24);
        (Just(machine), steps)
    })
}

fn step(machine: &Paged) -> impl Strategy<Value = Step> {
    let pages: Vec<u64> = (0..machine.blocks.len()).map(|at| machine.pages_of(at)).collect();
    let blocks = 0..machine.blocks.len();
    let ranged = blocks.prop_flat_map(move |block| {
        let pages = pages[block];
        let range = (0..=pages, 0..=pages).prop_map(|(a, b)| a.min(b)..a.max(b));
        (Just(block), range)
    });
    let bitmap = prop::collection::vec(prop_oneof![Just(0), Just(0xff), any::<u8>()], 0..7);
    (ranged, 0u32..10, any::<usize>(), any::<u8>(), bitmap).prop_map(
        |((block, pages), what, at, byte, bitmap)| match what {
            0 | 1 => Step::Write { block, at, byte },
            2 => Step::Fill { block, pages, byte },
            3 => Step::Fill { block, pages, byte: 0 },
            4..=6 => Step::Send { block, pages },
            7 => Step::SendMarked { block, pages, bitmap },
            8 => Step::SendPacked { block, pages, bitmap },
            _ => Step::Device(at as u32),
        },
    )
}
