//! Streams for machines: how they are made, and how they are read.

use super::board::Board;
use super::input::Input;
use super::mend::mended;
use super::reading::{Pieces, LIMITS, MEMORY};
use migcore::codec::chunk::{ChunkDecoder, Saver, Settings, SliceStore, Store, StreamStore};
use migcore::error::Report;
use migcore::io::{Portable, StreamReader};
use migcore::visit::{Visiting, Visitor};
use migcore::Result;

/// Room for a stream of a whole machine.
pub const ROOM: usize = 1 << 12;

/// The choices that a damage takes: whether it stays as it is, how many bytes, and for each its place and value.
const CHANGES: usize = 2 + 4 * 3;

/// What is loaded.
pub struct Streams {
    /// What is checked, and what is loaded then.
    pub checked: Vec<u8>,
    pub loaded: Vec<u8>,
    /// A machine wrote it, and nobody changed it.
    pub whole: bool,
}

/// How a stream is read.
#[derive(Clone, Copy)]
pub enum Way {
    Slice,
    /// From a source that gives so many bytes at a time, through a buffer of this length.
    Pieces(usize, usize),
}

/// The streams that an input chooses.
pub fn streams(input: &mut Input<'_>) -> Streams {
    let (choice, other) = (input.below(4), input.below(16));
    let mut changes = Input::new(input.bytes(CHANGES));
    let (mut checked, mut whole) = (mended(&[]), false);
    if choice == 0 {
        checked = mended(input.rest());
    } else if let Some(bytes) = saved_by_another(input) {
        (checked, whole) = (bytes, choice < 3);
    }
    if choice == 3 {
        checked = damaged(&checked, &mut changes.clone());
    }
    let loaded = match other {
        14 => damaged(&checked, &mut changes),
        15 => checked[..changes.small() as usize % checked.len()].to_vec(),
        _ => checked.clone(),
    };
    Streams { checked, loaded, whole }
}

/// The stream of another program's machine.
fn saved_by_another(input: &mut Input<'_>) -> Option<Vec<u8>> {
    let scratch = 256 + 8 * input.below(128);
    save(&mut Board::another(input), scratch).ok()
}

/// A stream in which some bytes are others; mostly the checksums are those of what it holds then.
fn damaged(bytes: &[u8], input: &mut Input<'_>) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    let as_it_is = input.once_in(8);
    for _ in 0..=input.below(4) {
        let at = usize::from(input.byte()) * 256 + usize::from(input.byte());
        damaged[at % bytes.len()] ^= input.byte().max(1);
    }
    match as_it_is {
        true => damaged,
        false => mended(&damaged),
    }
}

/// What a machine saves, with so much scratch memory. If a device refused, it says so.
pub fn save(board: &mut Board, scratch: usize) -> core::result::Result<Vec<u8>, Report> {
    let (mut memory, mut scratch) = (vec![0; ROOM], vec![0; scratch]);
    let mut saver = Saver::to_slice(&mut memory, &Settings::default(), &mut scratch)?;
    let refused = board.refused();
    let done = board.with(|machine| machine.save(&mut saver.visitor()));
    assert!(done.is_err() || board.refused() == refused);
    let length = saver.finish()? as usize;
    memory.truncate(length);
    Ok(memory)
}

impl Way {
    /// Runs a pass over a stream.
    pub fn over<R>(
        self,
        bytes: &[u8],
        pass: impl FnOnce(&mut Visitor<'_>) -> Result<R>,
    ) -> core::result::Result<R, Report> {
        match self {
            Way::Slice => over(SliceStore::new(bytes, LIMITS, Portable), pass),
            Way::Pieces(step, buffer) => {
                let (mut memory, mut buffer) = (vec![0; MEMORY], vec![0; buffer]);
                let reader = StreamReader::new(Pieces { bytes, step }, &mut buffer);
                over(StreamStore::new(reader, &mut memory, LIMITS, Portable), pass)
            }
        }
    }
}

fn over<R>(
    store: impl Store,
    pass: impl FnOnce(&mut Visitor<'_>) -> Result<R>,
) -> core::result::Result<R, Report> {
    let mut visiting = Visiting::new(ChunkDecoder::new(store));
    let done = pass(&mut visiting.loader());
    assert!(visiting.parts().0.searched() <= LIMITS.work);
    done.map_err(|code| visiting.report_of(code))
}
