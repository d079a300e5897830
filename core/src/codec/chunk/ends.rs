//! Whole visits over chunks: an encoder or decoder with its track.

use core::ops::Range;

use super::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore, Store};
use crate::error::{Code, Report, Result};
use crate::io::{Kernels, Portable, SliceWriter, Writer};
use crate::ram::{Counts, Layout, PageSize};
use crate::visit::{Visiting, Visitor};

/// A visit that saves.
#[derive(Debug)]
pub struct Saver<'s, W, K = Portable> {
    visiting: Visiting<ChunkEncoder<'s, W, K>>,
}

impl<'s> Saver<'s, SliceWriter<'s>> {
    /// Saves into memory.
    ///
    /// # Errors
    /// As [`ChunkEncoder::new`].
    pub fn to_slice(
        memory: &'s mut [u8],
        settings: &Settings<'s>,
        scratch: &'s mut [u8],
    ) -> core::result::Result<Self, Report> {
        Saver::new(SliceWriter::new(memory), Portable, settings, scratch)
    }
}

impl<'s, W: Writer, K: Kernels> Saver<'s, W, K> {
    /// Saves to a writer.
    ///
    /// # Errors
    /// As [`ChunkEncoder::new`].
    pub fn new(
        writer: W,
        kernels: K,
        settings: &Settings<'s>,
        scratch: &'s mut [u8],
    ) -> core::result::Result<Self, Report> {
        let encoder = ChunkEncoder::new(writer, kernels, settings, scratch)?;
        Ok(Saver { visiting: Visiting::new(encoder) })
    }

    /// The visitor to give to devices.
    pub fn visitor(&mut self) -> Visitor<'_> {
        self.visiting.saver()
    }

    /// Tells the blocks of the machine's memory. See [`ChunkEncoder::blocks`].
    ///
    /// # Errors
    /// As there; they are errors of the visit.
    pub fn blocks(&mut self, layout: &(impl Layout + ?Sized), size: PageSize) -> Result<()> {
        self.visiting.beside(|encoder| encoder.blocks(layout, size))
    }

    /// Writes pages of a block. See [`ChunkEncoder::pages`].
    ///
    /// # Errors
    /// As there; they are errors of the visit.
    pub fn pages(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        first: u64,
        pages: &[u8],
    ) -> Result<Counts> {
        self.visiting.beside(|encoder| encoder.pages(layout, block, first, pages))
    }

    /// Writes those pages of a block that are marked in a bitmap. See [`ChunkEncoder::marked`].
    ///
    /// # Errors
    /// As there; they are errors of the visit.
    pub fn marked(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        memory: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        self.visiting.beside(|encoder| encoder.marked(layout, block, memory, bitmap, range))
    }

    /// Writes the marked pages of a block from a copy of them alone. See [`ChunkEncoder::packed`].
    ///
    /// # Errors
    /// As there; they are errors of the visit.
    pub fn packed(
        &mut self,
        layout: &(impl Layout + ?Sized),
        block: usize,
        pages: &[u8],
        bitmap: &[u8],
        range: Range<u64>,
    ) -> Result<Counts> {
        self.visiting.beside(|encoder| encoder.packed(layout, block, pages, bitmap, range))
    }

    /// The full report of `code`, which a call on the visitor returned.
    #[must_use]
    pub fn report_of(&self, code: Code) -> Report {
        self.visiting.report_of(code)
    }

    /// Ends the stream, sends on what is held back, and gives the number of bytes written.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish(mut self) -> core::result::Result<u64, Report> {
        self.visiting.finish_save()
    }
}

/// A visit that loads.
#[derive(Debug)]
pub struct Loader<'i, S> {
    visiting: Visiting<ChunkDecoder<'i, S>>,
}

impl<'b> Loader<'_, SliceStore<'b, Portable>> {
    /// Loads the stream that `bytes` begin with, whatever it asks for.
    #[must_use]
    pub fn from_slice(bytes: &'b [u8]) -> Self {
        Loader::new(ChunkDecoder::new(SliceStore::new(bytes, Limits::default(), Portable)))
    }
}

impl<'i, S: Store> Loader<'i, S> {
    /// Loads with a decoder.
    pub fn new(decoder: ChunkDecoder<'i, S>) -> Self {
        Loader { visiting: Visiting::new(decoder) }
    }

    /// The visitor to give to devices.
    pub fn visitor(&mut self) -> Visitor<'_> {
        self.visiting.loader()
    }

    /// The full report of `code`, which a call on the visitor returned.
    #[must_use]
    pub fn report_of(&self, code: Code) -> Report {
        self.visiting.report_of(code)
    }

    /// The decoder, for what a visitor does not tell: the header of the stream, and what was counted so
    /// far. Its errors are not noted as those of the visit.
    pub fn decoder(&mut self) -> &mut ChunkDecoder<'i, S> {
        self.visiting.parts().0
    }

    /// Checks that every scope was closed and that nothing critical is left in the stream, and gives the
    /// number of bytes read.
    ///
    /// # Errors
    /// The first error of the visit, whole.
    pub fn finish(mut self) -> core::result::Result<u64, Report> {
        self.visiting.finish_load()
    }
}
