//! Streams with one thing wrong that no CRC shows.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by several tests, which may panic: that is how they fail"
)]

use crate::chunks::Assembler;
use crate::writer::Random;
use migcore::codec::chunk::Chunks;
use migcore::io::Portable;

/// A chunk: its type and its data.
pub type Piece = ([u8; 4], Vec<u8>);

/// The chunks of a stream but for its end.
pub fn take_apart(bytes: &[u8]) -> Vec<Piece> {
    let (mut pieces, mut walk) = (Vec::new(), Chunks::new(bytes, Portable));
    while let Some(chunk) = walk.next().unwrap() {
        pieces.push((chunk.kind.bytes(), chunk.data.to_vec()));
    }
    pieces.pop();
    pieces
}

/// A stream of chunks, with the right CRCs and totals.
pub fn put_together(pieces: &[Piece]) -> Vec<u8> {
    let chunk = |made: Assembler, (kind, data): &Piece| made.chunk(kind, data);
    pieces.iter().fold(Assembler::bare(), chunk).end()
}

/// The stream with one change.
pub fn damage(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut pieces = take_apart(bytes);
    // The header is not the first to be looked at.
    let at = match random.below(20) {
        0 => 0,
        _ => 1 + random.below(pieces.len() as u32 - 1) as usize,
    };
    match random.below(12) {
        0 => {
            pieces.remove(at.max(1).min(pieces.len() - 1));
        }
        1 => {
            let piece = pieces[at].clone();
            pieces.insert(at, piece);
        }
        2 if at + 1 < pieces.len() => pieces.swap(at, at + 1),
        3 => {
            pieces[at].0 =
                *[b"MDEV", b"mDEV", b"mDEv", b"MDEv", b"MSHP", b"mSHP"][random.below(6) as usize]
        }
        4 | 5 if &pieces[at].0 == b"MSHP" => change_shape(&mut pieces[at].1, random),
        6 => move_values(&mut pieces, random),
        _ => change_bytes(&mut pieces[at].1, random),
    }
    put_together(&pieces)
}

fn change_bytes(data: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(data.len() as u32) as usize;
    match (random.below(6), data.get_mut(at)) {
        (0, Some(byte)) => *byte = random.below(256) as u8,
        (1, Some(byte)) => *byte ^= 1 << random.below(8),
        (2, Some(byte)) => *byte = byte.wrapping_add(1),
        (3, Some(byte)) => *byte = random.below(28) as u8,
        (4, Some(_)) => {
            data.remove(at);
        }
        _ => data.insert(at, random.below(4) as u8),
    }
}

/// Moves values from one fragment to the next.
fn move_values(pieces: &mut [Piece], random: &mut Random) {
    let devices: Vec<usize> =
        (0..pieces.len()).filter(|at| pieces[*at].0.eq_ignore_ascii_case(b"MDEV")).collect();
    let Some(pair) = devices.windows(2).nth(random.below(devices.len() as u32) as usize) else {
        return;
    };
    let taken = random.below(7).min(pieces[pair[0]].1.len() as u32 - 6) as usize;
    let rest = pieces[pair[0]].1.len() - taken;
    let values = pieces[pair[0]].1.split_off(rest);
    pieces[pair[1]].1.splice(6..6, values);
}

/// Leaves out, repeats or swaps operations, or puts in an end or an element.
fn change_shape(data: &mut Vec<u8>, random: &mut Random) {
    let mut operations = operations(&data[2..]);
    let at = random.below(operations.len() as u32) as usize;
    match random.below(5) {
        0 if !operations.is_empty() => {
            operations.remove(at);
        }
        1 if !operations.is_empty() => {
            let operation = operations[at].clone();
            operations.insert(at, operation);
        }
        2 if at + 1 < operations.len() => operations.swap(at, at + 1),
        3 => operations.insert(at, vec![0]),
        _ => operations.insert(at, vec![23]),
    }
    data.splice(2.., operations.concat());
}

/// The operations of a shape that follows the rules.
pub fn operations(shape: &[u8]) -> Vec<Vec<u8>> {
    let (mut operations, mut rest) = (Vec::new(), shape);
    while let Some(first) = rest.first() {
        let code = first & 31;
        let mut length = 1;
        if !matches!(code, 0 | 18 | 23) {
            length += usize::from(first & 32 != 0);
            for _ in 0..1 + usize::from(first & 64 != 0) + usize::from(code == 20) {
                length += 1 + usize::from(rest[length]);
            }
            length += [5, 1, 4, 0, 0, 0, 0, 0, 4, 4, 0, 0, 0, 4, 8]
                .get(usize::from(code).wrapping_sub(12))
                .unwrap_or(&0);
        }
        let (operation, behind) = rest.split_at(length);
        operations.push(operation.to_vec());
        rest = behind;
    }
    operations
}
