//! Memory in bulk: what a copy with its CRC, a search for zeros, and pages as chunks take, against memcpy.
//!
//! All ways of one size take turns in one run, and each is set against the memcpy of its round.

use std::hint::black_box;
use std::time::Instant;

use migcore::io::Kernels;

use crate::kernels::Fast;

/// How much memory is moved: what the caches hold, and what they do not.
const SIZES: [usize; 4] = [256 << 10, 4 << 20, 64 << 20, 256 << 20];

/// Pieces in which a copy takes turns with the CRC.
const PIECES: [usize; 6] = [4 << 10, 8 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

/// What is moved in one sample at least, and how many samples there are.
const SAMPLE: usize = 16 << 20;
const ROUNDS: usize = 21;

/// The memory that all ways share.
struct Memory {
    from: Vec<u8>,
    to: Vec<u8>,
    kernels: Fast,
}

/// One way of moving memory.
struct Way {
    name: String,
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
    let ratio = |own: &Vec<f64>| median(own.iter().zip(&base).map(|(own, base)| own / base));
    let ratios = samples.iter().map(ratio).collect();
    (size as f64 / median(base.into_iter()) / 1e9, ratios)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Memory {
    fn new(size: usize) -> Self {
        Memory {
            // No byte is 0, so that no page is.
            from: (0..size).map(|at| (at % 251 + 1) as u8).collect(),
            // Written, so that there is memory behind all of it.
            to: vec![1; size],
            kernels: Fast::detect(),
        }
    }
}

/// memcpy, then the others.
fn ways() -> Vec<Way> {
    let mut ways = vec![
        way("memcpy", |memory| memory.to.copy_from_slice(black_box(&memory.from))),
        way("read", |memory| {
            black_box(read(black_box(&memory.from)));
        }),
        way("CRC-32", |memory| {
            black_box(memory.kernels.crc32(0, black_box(&memory.from)));
        }),
        way("copy_crc32", |memory| {
            black_box(memory.kernels.copy_crc32(0, &mut memory.to, black_box(&memory.from)));
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

fn way(name: &str, run: impl Fn(&mut Memory) + 'static) -> Way {
    Way { name: name.into(), run: Box::new(run) }
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
    for (to, from) in memory.to.chunks_mut(piece).zip(memory.from.chunks(piece)) {
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
