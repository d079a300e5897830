//! Any chunks, read in every way: a check, a replay from memory and from a source in pieces, a receiver in
//! pieces. All agree on whether the stream is right, on what is wrong, and on what it holds.

use super::reading::{replay, Pieces, Replayed, LIMITS, MEMORY};
use super::{input::Input, mend::mended};
use migcore::codec::chunk::{check, Chunks, Receiver, SliceStore, StreamStore};
use migcore::error::{Fault, Report};
use migcore::io::{Portable, StreamReader};
use migcore::Code;

/// The first byte says whether the chunks are put right, the second in which pieces they come.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let (as_it_is, step) = (input.once_in(8), 1 + usize::from(input.byte()));
    match as_it_is {
        true => read(input.rest(), step),
        false => read(&mended(input.rest()), step),
    }
}

/// Reads a stream in every way, in pieces of `step` bytes.
pub fn read(bytes: &[u8], step: usize) {
    let replayed = replay(SliceStore::new(bytes, LIMITS, Portable), |_| ());
    compare_stream(bytes, step, &replayed);
    compare_check(bytes, &replayed);
    compare_receiver(bytes, step, &replayed);
}

fn compare_stream(bytes: &[u8], step: usize, replayed: &Replayed) {
    let (mut memory, mut buffer) = (vec![0; MEMORY], [0; 64]);
    let reader = StreamReader::new(Pieces { bytes, step }, &mut buffer[..step.min(64)]);
    let streamed = replay(StreamStore::new(reader, &mut memory, LIMITS, Portable), |_| ());
    match streamed {
        // A header may ask for more memory than there is.
        Err((Code::NoSpace, Fault { offset: 8, .. })) => {}
        streamed => assert_eq!(streamed, *replayed, "a source in pieces"),
    }
}

fn compare_check(bytes: &[u8], replayed: &Replayed) {
    let checked = check(bytes, LIMITS, Portable);
    if let Err(report) = &checked {
        assert!(report.to_string().len() < 400);
    }
    match (checked, replayed) {
        (Ok(summary), Ok((devices, _))) => assert_eq!(summary.devices, *devices),
        (Err(Report { code: Code::TooMuchWork, .. }), _) => {}
        // What a replay has beside a check: a tree, scratch.
        (_, Err((Code::TooMuchWork | Code::NoSpace, _))) => {}
        (Err(report), Err((code, _))) => assert_eq!(report.code, *code, "a check"),
        (checked, replayed) => panic!("a check says {checked:?}, a replay {replayed:?}"),
    }
}

fn compare_receiver(bytes: &[u8], step: usize, replayed: &Replayed) {
    match (received(bytes, step), replayed) {
        (Ok(whole), _) => {
            assert!(bytes.starts_with(&whole));
            let again = replay(SliceStore::checked(&whole, LIMITS, Portable), |_| ());
            assert_eq!(again, *replayed, "after a receiver");
            compare_walk(&whole);
        }
        (Err(_), Err(_)) => {}
        (Err(failed), Ok(_)) => panic!("a receiver says {failed:?}"),
    }
}

fn received(bytes: &[u8], step: usize) -> core::result::Result<Vec<u8>, (Code, Fault)> {
    let mut buffer = vec![0; bytes.len()];
    let mut receiver = Receiver::new(&mut buffer, LIMITS, Portable);
    for piece in bytes.chunks(step) {
        let taken = receiver.feed(piece).map_err(|code| (code, receiver.fault()))?;
        assert!(taken.consumed <= piece.len() && (taken.done || taken.consumed == piece.len()));
    }
    match receiver.bytes() {
        Ok(whole) => Ok(whole.to_vec()),
        Err(code) => Err((code, receiver.fault())),
    }
}

/// The chunks of a stream that was received are all there.
fn compare_walk(bytes: &[u8]) {
    let mut walk = Chunks::new(bytes, Portable);
    while let Some(chunk) = walk.next().unwrap() {
        assert!(chunk.data.len() <= LIMITS.chunk as usize);
    }
    assert!(walk.rest().is_empty());
}
