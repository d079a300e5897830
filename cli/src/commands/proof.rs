//! Whether chunks give the stream again that they were made of.

use std::io;

use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Failure as Refused, Portable, Sink, StreamWriter};
use migcore::Report;

use crate::chunks;
use crate::failure::{Failure, Result};
use crate::input::{told, Input, PIECE};

/// Replays `chunks` and compares with `stream`, piece by piece. Says where they differ, and why, if they do.
///
/// # Errors
/// [`Failure::Io`].
pub(super) fn differs(chunks: &Input, stream: &Input) -> Result<Option<String>> {
    let mut compare = Compare { with: stream.again(), at: 0, found: None };
    let mut buffer = vec![0; PIECE];
    let writer = StreamWriter::new(&mut compare, &mut buffer);
    let done = chunks::replay(chunks, &mut SectionEncoder::new(writer, Portable));
    let Compare { at, found, .. } = compare;
    match (found, done) {
        (Some(Found::Failed(error)), _) => Err(Failure::reading(stream.path())(error)),
        (Some(Found::Differs(at)), _) => Ok(Some(format!("the byte at {at} is another"))),
        (None, Err(report)) => Ok(Some(unreadable(&report))),
        (None, Ok(_)) if at != stream.length() => Ok(Some(format!("they end at byte {at}"))),
        (None, Ok(_)) => Ok(None),
    }
}

fn unreadable(report: &Report) -> String {
    format!("they cannot be replayed: {report}")
}

/// A sink that keeps nothing and compares all.
struct Compare {
    with: Input,
    at: u64,
    found: Option<Found>,
}

/// What ends a comparison.
enum Found {
    Differs(u64),
    Failed(io::Error),
}

impl Sink for Compare {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Refused> {
        let window = match self.with.window(self.at, bytes.len()) {
            Ok(window) => window,
            Err(error) => {
                self.found = Some(Found::Failed(error));
                return Err(Refused::Failed(0));
            }
        };
        if !window.starts_with(bytes) {
            let same = window.iter().zip(bytes).take_while(|(left, right)| left == right).count();
            self.found = Some(Found::Differs(self.at.saturating_add(told(same))));
            return Err(Refused::Failed(0));
        }
        self.at = self.at.saturating_add(told(bytes.len()));
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "a test may panic: that is how it fails"
    )]

    use std::io::Write;
    use std::path::Path;

    use migcore::codec::chunk::{Saver, Settings};
    use migcore::io::SliceWriter;
    use migcore::visit::Versions;

    use super::*;

    fn input(bytes: &[u8]) -> Input {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        Input::of(file, Path::new("test")).unwrap()
    }

    /// Chunks of these bytes.
    fn chunks_of(bytes: &[u8]) -> Input {
        let (mut memory, mut scratch) = (vec![0; 1 << 21], vec![0; 1 << 16]);
        let writer = SliceWriter::new(&mut memory);
        let mut saver = Saver::new(writer, Portable, &Settings::default(), &mut scratch).unwrap();
        let mut visitor = saver.visitor();
        visitor.device("qemu", 0, Versions::only(1), |v| v.put_raw(bytes)).unwrap();
        let length = usize::try_from(saver.finish().unwrap()).unwrap();
        input(&memory[..length])
    }

    #[test]
    fn each_difference_is_found() {
        let stream: Vec<u8> = (0..1u32 << 19).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let chunks = chunks_of(&stream);
        assert_eq!(differs(&chunks, &input(&stream)).unwrap(), None);
        for at in [0, 1, PIECE - 1, PIECE, stream.len() - 1] {
            let mut other = stream.clone();
            other[at] ^= 1;
            let found = differs(&chunks, &input(&other)).unwrap();
            assert_eq!(found, Some(format!("the byte at {at} is another")));
        }
        let longer = [&stream[..], &[0]].concat();
        let end = stream.len();
        let found = differs(&chunks, &input(&longer)).unwrap();
        assert_eq!(found, Some(format!("they end at byte {end}")));
        let found = differs(&chunks, &input(&stream[..end - 1])).unwrap();
        assert_eq!(found, Some(format!("the byte at {} is another", end - 1)));
        assert!(differs(&input(&stream), &input(&stream)).unwrap().is_some());
    }
}
