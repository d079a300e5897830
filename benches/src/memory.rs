//! Memory in bulk: what a copy with its CRC, a search for zeros, and pages as chunks take, against memcpy.
//!
//! All ways of one size take turns in one run, and each is set against the memcpy of its round.

use std::hint::black_box;
use std::time::Instant;

use migcore::io::Kernels;

use crate::kernels::Fast;

mod chunks;

/// How much memory is moved: what the caches hold, and what they do not.
const SIZES: [usize; 4] = [256 << 10, 4 << 20, 64 << 20, 256 << 20];

/// Pieces in which a copy takes turns with the CRC.
const PIECES: [usize; 5] = [4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

/// The size of a page.
const PAGE: usize = 4096;

/// Every one of so many pages is marked in a bitmap.
const MARKED: usize = 8;

/// What a socket gives at a time.
const SOCKET: usize = 64 << 10;

/// What is moved in one sample at least, and how many samples there are.
const SAMPLE: usize = 16 << 20;
const ROUNDS: usize = 21;

/// The memory that all ways share.
struct Memory {
    /// No page of it is 0.
    from: Vec<u8>,
    /// A quarter of its pages is 0.
    mixed: Vec<u8>,
    /// All of it is 0.
    zeros: Vec<u8>,
    /// A bit for each page.
    marked: Vec<u8>,
    /// `from` as a stream of chunks.
    stream: Vec<u8>,
    /// Where pages go, or a stream of them.
    to: Vec<u8>,
    kernels: Fast,
}

/// One way of moving memory.
struct Way {
    name: String,
    /// It moves one of so many bytes.
    share: usize,
    run: Box<dyn Fn(&mut Memory)>,
}

/// What one way took, for one size after the other.
struct Row {
    name: String,
    ratios: Vec<f64>,
}

/// Prints the table; a quick one has fewer rounds, and no memory that takes long.
pub fn print(quick: bool) {
    let sizes = if quick { &SIZES[..3] } else { &SIZES[..] };
    let rounds = if quick { 5 } else { ROUNDS };
    let mut speeds = Vec::new();
    let mut rows: Vec<Row> =
        ways().into_iter().map(|way| Row { name: way.name, ratios: Vec::new() }).collect();
    for size in sizes {
        let (speed, ratios) = measure(*size, rounds);
        speeds.push(speed);
        rows.iter_mut().zip(ratios).for_each(|(row, ratio)| row.ratios.push(ratio));
    }
    println!("memory (times memcpy of the same bytes in the same run)");
    let heads = sizes.iter().map(|size| format!("{:>9}", told(*size))).collect::<String>();
    println!("  {:<32}{heads}", "way");
    let speeds = speeds.iter().map(|speed| format!("{speed:>9.1}")).collect::<String>();
    println!("  {:<32}{speeds}", "memcpy, GB/s");
    for Row { name, ratios } in rows {
        let ratios = ratios.iter().map(|ratio| format!("{ratio:>9.2}")).collect::<String>();
        println!("  {name:<32}{ratios}");
    }
}

/// The speed of memcpy, in GB/s, and the ratio of each way to it.
fn measure(size: usize, rounds: usize) -> (f64, Vec<f64>) {
    let mut memory = Memory::new(size);
    let ways = ways();
    let times = (SAMPLE / size).max(1);
    let mut samples = vec![Vec::new(); ways.len()];
    for _ in 0..rounds {
        for (way, samples) in ways.iter().zip(&mut samples) {
            // Not counted: finds in the caches what another way left there.
            (way.run)(&mut memory);
            let start = Instant::now();
            (0..times).for_each(|_| (way.run)(&mut memory));
            samples.push(start.elapsed().as_secs_f64() / times as f64);
        }
    }
    let base = samples[0].clone();
    let ratio = |(way, own): (&Way, &Vec<f64>)| {
        let ratios = own.iter().zip(&base).map(|(own, base)| own / base);
        median(ratios) * way.share as f64
    };
    let ratios = ways.iter().zip(&samples).map(ratio).collect();
    (size as f64 / median(base.into_iter()) / 1e9, ratios)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Memory {
    fn new(size: usize) -> Self {
        let kernels = Fast::detect();
        let from: Vec<u8> = (0..size).map(|at| (at % 251 + 1) as u8).collect();
        let mut mixed = from.clone();
        mixed.chunks_mut(PAGE).step_by(4).for_each(|page| page.fill(0));
        // Written, so that there is memory behind all of it.
        let mut zeros = black_box(vec![1; size]);
        zeros.fill(0);
        let mut to = vec![1; chunks::room_for(size)];
        let length = chunks::save(kernels.raw(), &from, None, &mut to);
        let stream = to[..length].to_vec();
        let marked = vec![1 << 3; size / PAGE / MARKED];
        Memory { from, mixed, zeros, marked, stream, to, kernels }
    }
}

/// memcpy, then the others.
fn ways() -> Vec<Way> {
    let mut ways = vec![way("memcpy", |memory| by_pieces(memory, usize::MAX, |_| ()))];
    ways.extend(searches());
    ways.extend(copies());
    ways.extend(streams());
    ways
}

fn searches() -> Vec<Way> {
    vec![
        way("read", |memory| {
            black_box(read(black_box(&memory.from)));
        }),
        way("zeros", |memory| {
            assert_eq!(chunks::zeros(black_box(&memory.zeros)), memory.zeros.len());
        }),
        way("zeros, page by page", |memory| {
            let zero = |page: &&[u8]| chunks::zeros(black_box(page)) == page.len();
            assert!(memory.zeros.chunks(PAGE).all(|page| zero(&page)));
        }),
        way("pages that are not 0", |memory| {
            let zero = |page: &&[u8]| chunks::zeros(black_box(page)) == page.len();
            assert!(!memory.from.chunks(PAGE).any(|page| zero(&page)));
        }),
    ]
}

fn copies() -> Vec<Way> {
    let mut ways = vec![
        way("CRC-32", |memory| {
            black_box(memory.kernels.crc32(0, black_box(&memory.from)));
        }),
        way("copy with its CRC-32", |memory| {
            let to = &mut memory.to[..memory.from.len()];
            black_box(memory.kernels.copy_crc32(0, to, black_box(&memory.from)));
        }),
    ];
    for piece in PIECES {
        let name = format!("copy by {}", told(piece));
        ways.push(way(&name, move |memory| by_pieces(memory, piece, |_| ())));
    }
    for piece in PIECES {
        let name = format!("CRC-32 and copy by {}", told(piece));
        ways.push(way(&name, move |memory| {
            let (kernels, mut crc) = (memory.kernels, 0);
            by_pieces(memory, piece, |from| crc = kernels.crc32(crc, from));
            black_box(crc);
        }));
    }
    ways
}

fn streams() -> Vec<Way> {
    vec![
        way("save to memory", |memory| {
            let length =
                chunks::save(memory.kernels.raw(), black_box(&memory.from), None, &mut memory.to);
            assert_eq!(length, memory.stream.len());
        }),
        way("save, a quarter is 0", |memory| {
            chunks::save(memory.kernels.raw(), black_box(&memory.mixed), None, &mut memory.to);
        }),
        Way {
            share: MARKED,
            ..way("save, every 8th page marked", |memory| {
                let marked = Some(&memory.marked[..]);
                chunks::save(memory.kernels.raw(), &memory.from, marked, &mut memory.to);
            })
        },
        way("save to a sink that drops it", |memory| {
            chunks::send(memory.kernels.raw(), black_box(&memory.from));
        }),
        way("receive, feed", |memory| {
            let to = &mut memory.to[..memory.from.len()];
            chunks::feed(memory.kernels.raw(), black_box(&memory.stream), to);
        }),
        way("receive, next and got", |memory| {
            let to = &mut memory.to[..memory.from.len()];
            chunks::read(memory.kernels.raw(), black_box(&memory.stream), SOCKET, to);
        }),
    ]
}

fn way(name: &str, run: impl Fn(&mut Memory) + 'static) -> Way {
    Way { name: name.into(), share: 1, run: Box::new(run) }
}

/// All words added up: as fast as memory is read.
#[inline(never)]
fn read(bytes: &[u8]) -> u64 {
    let words = |block: &[u8; 256]| {
        block.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word)).fold(0, u64::wrapping_add)
    };
    bytes.as_chunks().0.iter().map(words).fold(0, u64::wrapping_add)
}

/// Copies piece by piece, each after something was done with it.
fn by_pieces(memory: &mut Memory, piece: usize, mut before: impl FnMut(&[u8])) {
    let to = &mut memory.to[..memory.from.len()];
    for (to, from) in to.chunks_mut(piece).zip(memory.from.chunks(piece)) {
        before(from);
        black_box(to).copy_from_slice(black_box(from));
    }
}

fn told(size: usize) -> String {
    if size >= 1 << 20 {
        format!("{} MiB", size >> 20)
    } else {
        format!("{} KiB", size >> 10)
    }
}
