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
use migcore::io::{Portable, Writer};
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
                for page in pages.clone() {
                    let byte = bitmap.get(page as usize / 8).copied().unwrap_or(0);
                    if byte & (1 << (page % 8)) != 0 {
                        let bytes = self.bytes(&(page..page + 1));
                        let memory = &self.blocks[*block].1[bytes.clone()];
                        sent.blocks[*block].1[bytes].copy_from_slice(memory);
                    }
                }
                let memory = &self.blocks[*block].1;
                return saver.marked(&self.heads()[..], *block, memory, bitmap, pages.clone());
            }
            Step::Device(instance) => device(*instance, saver)?,
        }
        Ok(Counts::default())
    }

    /// Saves a machine that goes through these steps: what a receiver has then, and the counts.
    pub fn save<W: Writer>(
        &self,
        steps: &[Step],
        mut saver: Saver<'_, W>,
    ) -> core::result::Result<(Paged, Counts), Report> {
        let (mut machine, mut sent, mut counts) = (self.clone(), self.blank(), Counts::default());
        // An error stays in the visit.
        let _ = saver.blocks(&self.heads()[..], self.size);
        for step in steps {
            match machine.step(step, &mut saver, &mut sent) {
                Ok(more) => counts.add(more),
                Err(_) => break,
            }
        }
        saver.finish().map(|_| (sent, counts))
    }

    /// The stream of that.
    pub fn stream(&self, steps: &[Step], alignment: u32) -> (Vec<u8>, Paged, Counts) {
        let (mut memory, mut scratch) = (vec![0; 1 << 20], [0; 512]);
        let settings = Settings { machine: "board", alignment, ..Settings::default() };
        let saver = Saver::to_slice(&mut memory, &settings, &mut scratch).unwrap();
        let (sent, counts) = self.save(steps, saver).unwrap();
        let end = b"MEND\0\0\0";
        let at = memory.windows(end.len()).rposition(|bytes| bytes == end).unwrap();
        (memory[..at + 16].to_vec(), sent, counts)
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

/// How the bytes of a stream come in.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// So many at a time are given to `feed`.
    Fed(usize),
    /// At most so many at a time are put where `next` says.
    Put(usize),
    /// As `Fed`, and the buffer grows as it must.
    Grown(usize),
}

/// Receives a stream, whose buffer has so many bytes at the most, into blank memory.
pub fn receive(bytes: &[u8], machine: &Paged, room: usize, limits: Limits, way: Way) -> Outcome {
    let mut blank = machine.blank();
    let mut blocks: Vec<_> =
        blank.blocks.iter_mut().map(|(name, memory)| Block::new(name, memory)).collect();
    let first = if let Way::Grown(_) = way { 0 } else { room };
    let mut buffers: Vec<Vec<u8>> = (0..=room).map(|length| vec![0; length.max(first)]).collect();
    if first > 0 {
        buffers.truncate(1);
    }
    let (buffer, bigger) = buffers.split_first_mut().unwrap();
    let receiver = Receiver::new(buffer, limits, Portable);
    let mut receiver = receiver.with_memory(Blocks(&mut blocks)).unwrap();
    let done = match way {
        Way::Fed(step) => feed(&mut receiver, bytes, step),
        Way::Put(most) => put(&mut receiver, bytes, most),
        Way::Grown(step) => grow(&mut receiver, bytes, step, bigger),
    };
    let kept = done.and_then(|()| receiver.bytes().map(<[u8]>::to_vec));
    let kept = kept.map_err(|code| receiver.report(code))?;
    let counts = receiver.counts();
    Ok((kept, blank.blocks.into_iter().map(|(_, memory)| memory).collect(), counts))
}

fn feed<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    bytes: &[u8],
    step: usize,
) -> Result<()> {
    for piece in bytes.chunks(step) {
        let received = receiver.feed(piece)?;
        assert_eq!(received.consumed, receiver.taken());
        assert!(received.done || received.consumed == piece.len());
    }
    Ok(())
}

fn put<M: Memory>(
    receiver: &mut Receiver<'_, Portable, M>,
    mut bytes: &[u8],
    most: usize,
) -> Result<()> {
    while !bytes.is_empty() {
        let place = receiver.next()?;
        let length = place.len().min(most).min(bytes.len());
        if length == 0 {
            break;
        }
        place[..length].copy_from_slice(&bytes[..length]);
        bytes = &bytes[length..];
        receiver.got(length)?;
    }
    Ok(())
}

fn grow<'b, M: Memory>(
    receiver: &mut Receiver<'b, Portable, M>,
    bytes: &[u8],
    step: usize,
    mut bigger: &'b mut [Vec<u8>],
) -> Result<()> {
    let mut fed = 0;
    while fed < bytes.len() {
        let piece = &bytes[fed..bytes.len().min(fed + step)];
        let done = receiver.feed(piece);
        fed += receiver.taken();
        match done {
            Ok(received) if received.done => break,
            Ok(_) => {}
            Err(migcore::Code::NoSpace) if !bigger.is_empty() => {
                let needed = receiver.fault().expected as usize;
                let at = bigger.iter().position(|buffer| buffer.len() >= needed).unwrap();
                let (buffer, behind) = bigger[at..].split_first_mut().unwrap();
                let kept = receiver.received();
                buffer[..kept.len()].copy_from_slice(kept);
                bigger = behind;
                receiver.grow(buffer).unwrap();
            }
            Err(code) => return Err(code),
        }
    }
    Ok(())
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
    (ranged, 0u32..9, any::<usize>(), any::<u8>(), bitmap).prop_map(
        |((block, pages), what, at, byte, bitmap)| match what {
            0 | 1 => Step::Write { block, at, byte },
            2 => Step::Fill { block, pages, byte },
            3 => Step::Fill { block, pages, byte: 0 },
            4..=6 => Step::Send { block, pages },
            7 => Step::SendMarked { block, pages, bitmap },
            _ => Step::Device(at as u32),
        },
    )
}
