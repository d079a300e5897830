//! Memory in a stream that comes from a reader: it is checked and passed over.

use super::{Intake, Span, Stop, StreamStore, Taken, PIECE};
use crate::codec::chunk::memory::{PagesHead, RunReader};
use crate::codec::chunk::rules::{check_length, check_padding, Breach, Content};
use crate::codec::chunk::ChunkType;
use crate::error::Code;
use crate::io::{told, Kernels, Reader};

/// How much is read at once, if there is so much room.
const MUCH: usize = 1 << 16;

/// How far the data of a chunk were read in pieces.
struct Passed {
    read: usize,
    length: usize,
    crc: u32,
}

/// What was read, or what is wrong with it, which is told once the CRC was found right.
type Checked<T> = Result<T, Breach>;

impl<R: Reader, K: Kernels> StreamStore<'_, R, K> {
    /// Takes a list of blocks, for which there must be room, though it is not kept.
    pub(super) fn take_blocks(&mut self, length: usize, crc: u32) -> Taken {
        let (room, needed) = (self.memory.len(), self.fragments.saturating_add(length));
        match needed <= room {
            true => self.take_fragment(ChunkType::BLOCKS, length, crc),
            false => Err(Breach::numbers(Code::NoSpace, told(needed), told(room)).into()),
        }
    }

    /// Takes a chunk of pages, of which nothing is kept.
    pub(super) fn take_pages(&mut self, length: usize, crc: u32) -> Taken {
        let mut head = [0; PagesHead::LENGTH];
        let head = head.get_mut(..length.min(PagesHead::LENGTH)).unwrap_or_default();
        let mut passed = Passed { read: 0, length, crc };
        self.intake.pass(head, &mut passed)?;
        let checked = match self.rules.pages_head(head, length) {
            Ok(head) => self.pass_runs(&head, &mut passed)?,
            Err(breach) => Err(breach),
        };
        self.pass_pages(&mut passed)?;
        let crc = self.intake.body(passed.read, length, passed.crc, &mut [])?;
        let content = checked?;
        self.rules.pass(crc, &self.intake.kernels);
        Ok((content, Span::default()))
    }

    /// Passes the runs of a chunk of pages, and its padding, if they are right.
    fn pass_runs(
        &mut self,
        head: &PagesHead,
        passed: &mut Passed,
    ) -> Result<Checked<Content>, Stop> {
        let mut runs = self.rules.run_reader()?;
        let mut checked = Ok(());
        for _ in 0..head.runs {
            let mut entry = [0; RunReader::ENTRY];
            self.intake.pass(&mut entry, passed)?;
            checked = checked.and(runs.read(entry).map(|_| ()).map_err(Breach::bare));
        }
        checked = checked.and_then(|()| check_length(head, &runs, passed.length));
        if checked.is_ok() {
            checked = self.intake.pass_padding(head.padding, passed)?;
        }
        Ok(checked.map(|()| Content::Pages(head.block, runs.end())))
    }

    /// Passes pages through the room for fragments, none of which is open.
    fn pass_pages(&mut self, passed: &mut Passed) -> Result<(), Stop> {
        let room = self.memory.get_mut(self.fragments..).unwrap_or_default();
        let most = room.len().min(MUCH);
        while most > 0 && passed.read < passed.length {
            let left = passed.length.saturating_sub(passed.read);
            self.intake.pass(room.get_mut(..left.min(most)).unwrap_or_default(), passed)?;
        }
        Ok(())
    }
}

impl<R: Reader, K: Kernels> Intake<R, K> {
    /// Fills `out` from data that are passed, which are at least so long.
    fn pass(&mut self, out: &mut [u8], passed: &mut Passed) -> Result<(), Stop> {
        self.exactly(passed.read, passed.length, out)?;
        passed.crc = self.kernels.crc32(passed.crc, out);
        passed.read = passed.read.saturating_add(out.len());
        Ok(())
    }

    /// Passes the padding of a chunk of pages, all of which is there.
    fn pass_padding(&mut self, padding: u32, passed: &mut Passed) -> Result<Checked<()>, Stop> {
        let mut left = usize::try_from(padding).unwrap_or(usize::MAX);
        let mut checked = Ok(());
        while left > 0 {
            let mut piece = [0; PIECE];
            let piece = piece.get_mut(..left.min(PIECE)).unwrap_or_default();
            self.pass(piece, passed)?;
            checked = checked.and(check_padding(piece));
            left = left.saturating_sub(piece.len());
        }
        Ok(checked)
    }
}
