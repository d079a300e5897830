//! A stream that is written nowhere: what is new of it is in memory, and what it has of a file stays there.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use super::{told, Input};

/// Bytes in memory, with runs of a file between them.
#[derive(Debug)]
pub struct Pieces {
    own: Vec<u8>,
    file: Input,
    /// All of it, in order, each with where it begins.
    pieces: Vec<(u64, Piece)>,
    length: u64,
}

#[derive(Clone, Copy, Debug)]
enum Piece {
    /// From here on in memory.
    Own(u64),
    /// From here on in the file.
    File(u64),
}

impl Pieces {
    /// Puts runs of a file between bytes, each with the number of those that stand before it.
    #[must_use]
    pub fn new(own: Vec<u8>, runs: &[(u64, Range<u64>)], file: Input) -> Self {
        let mut made = Pieces { own, file, pieces: Vec::new(), length: 0 };
        let mut taken = 0u64;
        for (before, run) in runs {
            made.push(Piece::Own(taken), before.saturating_sub(taken));
            made.push(Piece::File(run.start), run.end.saturating_sub(run.start));
            taken = *before;
        }
        made.push(Piece::Own(taken), told(made.own.len()).saturating_sub(taken));
        made
    }

    fn push(&mut self, piece: Piece, length: u64) {
        if length > 0 {
            self.pieces.push((self.length, piece));
            self.length = self.length.saturating_add(length);
        }
    }

    /// What the file is called in messages.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// How long all of it is.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads from `offset` on, to the end of the piece that is there at most; 0 bytes are the end.
    pub(super) fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let behind = self.pieces.partition_point(|(start, _)| *start <= offset);
        let Some((start, piece)) = behind.checked_sub(1).and_then(|at| self.pieces.get(at)) else {
            return Ok(0);
        };
        let end = self.pieces.get(behind).map_or(self.length, |(start, _)| *start);
        let (inside, left) = (offset.saturating_sub(*start), end.saturating_sub(offset));
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let out = out.get_mut(..wanted).unwrap_or_default();
        match piece {
            Piece::File(from) => self.file.read_at(from.saturating_add(inside), out),
            Piece::Own(from) => {
                let from = usize::try_from(from.saturating_add(inside)).unwrap_or(usize::MAX);
                self.own.get(from..).unwrap_or_default().read(out)
            }
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test may panic: that is how it fails"
)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pieces(own: &[u8], runs: &[(u64, Range<u64>)]) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let file = Input::of(file, Path::new("file")).unwrap();
        let mut whole = Input::of_pieces(Pieces::new(own.to_vec(), runs, file));
        let length = usize::try_from(whole.length()).unwrap();
        // In pieces of any length, from any place.
        for start in 0..length {
            let mut out = vec![0; length.saturating_sub(start)];
            whole.read_exact_at(u64::try_from(start).unwrap(), &mut out).unwrap();
            assert_eq!(whole.window(0, length).unwrap().get(start..), Some(&out[..]));
        }
        assert_eq!(whole.read_at(whole.length(), &mut [0]).unwrap(), 0);
        whole.window(0, length).unwrap().to_vec()
    }

    #[test]
    fn runs_of_a_file_stand_where_they_belong() {
        assert_eq!(pieces(b"ab", &[]), b"ab");
        assert_eq!(pieces(b"ab", &[(1, 2..5)]), b"a234b");
        assert_eq!(pieces(b"ab", &[(0, 0..1), (0, 3..3), (2, 8..10)]), b"0ab89");
        assert_eq!(pieces(b"", &[(0, 4..6), (0, 1..2)]), b"451");
    }

    #[test]
    fn a_file_that_became_shorter_ends() {
        let file = tempfile::tempfile().unwrap();
        let file = Input::of(file, Path::new("file")).unwrap();
        let whole = Input::of_pieces(Pieces::new(b"ab".to_vec(), &[(1, 0..4)], file));
        assert!(whole.read_exact_at(0, &mut [0; 6]).is_err());
    }
}
