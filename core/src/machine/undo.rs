//! The state of a machine, kept while another one is loaded.

use super::device::Device;
use super::slot::Slot;
use super::Machine;
use crate::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use crate::error::{Code, Fault, Report, Result};
use crate::io::{told, Failure, Kernels, Sink, SliceWriter, StreamWriter, Writer};
use crate::visit::Visiting;

/// Memory for the present state of a machine, which is kept as chunks.
#[derive(Debug)]
pub struct Undo<'u, K> {
    /// Holds the state.
    pub image: &'u mut [u8],
    /// Scratch for writing it: see [`scratch_for`](crate::codec::chunk::scratch_for).
    pub scratch: &'u mut [u8],
    /// The loops of this processor.
    pub kernels: K,
}

/// Saves the state of a machine before a load, and puts it back.
pub trait Undoing<S> {
    /// Saves the present state.
    ///
    /// # Errors
    /// Those of saving; [`Code::NoSpace`] with the size that is needed.
    fn save(&mut self, machine: &mut Machine<'_, S>) -> core::result::Result<(), Report>;

    /// Loads it.
    ///
    /// # Errors
    /// Those of loading.
    fn put_back(&mut self, machine: &mut Machine<'_, S>) -> Result<()>;
}

/// The state in memory.
pub(super) struct Image<'u, K> {
    undo: Undo<'u, K>,
    length: usize,
}

impl<'u, K: Kernels + Clone> Image<'u, K> {
    pub(super) fn new(undo: Undo<'u, K>) -> Self {
        Image { undo, length: 0 }
    }

    /// How long the image would be.
    fn measure<D: Device + ?Sized>(
        &mut self,
        machine: &mut Machine<'_, Slot<'_, D>>,
    ) -> core::result::Result<u64, Report> {
        let Undo { scratch, kernels, .. } = &mut self.undo;
        save_to(machine, StreamWriter::new(Nowhere, &mut []), scratch, kernels.clone())
    }

    fn visiting(&self) -> Visiting<ChunkDecoder<'_, SliceStore<'_, K>>> {
        let image = self.undo.image.get(..self.length).unwrap_or_default();
        // Nobody else has the image: it is what was written.
        let store = SliceStore::checked(image, Limits::default(), self.undo.kernels.clone());
        Visiting::new(ChunkDecoder::new(store))
    }
}

impl<K: Kernels + Clone, D: Device + ?Sized> Undoing<Slot<'_, D>> for Image<'_, K> {
    fn save(&mut self, machine: &mut Machine<'_, Slot<'_, D>>) -> core::result::Result<(), Report> {
        let Undo { image, scratch, kernels } = &mut self.undo;
        let room = told(image.len());
        match save_to(machine, SliceWriter::new(image), scratch, kernels.clone()) {
            Ok(length) => {
                self.length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(())
            }
            Err(report) if report.code == Code::NoSpace => {
                // If it is the scratch memory that is too small, this fails in the same way.
                let expected = self.measure(machine)?;
                let fault = Fault { expected, found: room, ..Fault::default() };
                Err(Report { fault, ..report })
            }
            Err(report) => Err(report),
        }
    }

    fn put_back(&mut self, machine: &mut Machine<'_, Slot<'_, D>>) -> Result<()> {
        let checked = machine.check(&mut self.visiting().loader())?;
        machine.load(&mut self.visiting().loader(), &checked)
    }
}

fn save_to<D: Device + ?Sized>(
    machine: &mut Machine<'_, Slot<'_, D>>,
    writer: impl Writer,
    scratch: &mut [u8],
    kernels: impl Kernels,
) -> core::result::Result<u64, Report> {
    let encoder = ChunkEncoder::new(writer, kernels, &Settings::default(), scratch)?;
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    let done = machine.save(&mut v).and_then(|()| v.finish());
    let length = v.position();
    done.map(|()| length).map_err(|code| visiting.report_of(code))
}

/// Counts what is written, and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        Ok(bytes.len())
    }
}
