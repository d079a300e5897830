//! A load that can be taken back.

use super::check::Checked;
use super::slot::Registered;
use super::Machine;
use crate::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use crate::error::{Code, Fault, Report, Result};
use crate::io::{Failure, Kernels, Sink, SliceWriter, StreamWriter, Writer};
use crate::visit::{Visiting, Visitor};

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

impl<S: Registered> Machine<'_, S> {
    /// [`load`](Machine::load) into a machine whose present state is still wanted: when the load fails, that
    /// state is put back, and the machine is dirty only if that fails too. All devices are saved before,
    /// and loaded again then, with their hooks.
    ///
    /// # Errors
    /// As [`load`](Machine::load), with its report in the visitor also when the state was put back. Before the
    /// load begins: those of saving the present state; [`Code::NoSpace`] with the size that the image
    /// needs.
    pub fn load_atomic<K: Kernels + Clone>(
        &mut self,
        v: &mut Visitor<'_>,
        checked: &Checked,
        undo: Undo<'_, K>,
    ) -> Result<()> {
        let Undo { image, scratch, kernels } = undo;
        let length = match self.save_image(image, scratch, &kernels) {
            Ok(length) => length,
            Err(report) => {
                return Err(v.fail_with(report.code, report.fault, &report.path.as_str()));
            }
        };
        let done = self.load(v, checked);
        if self.dirty {
            let image = image.get(..length).unwrap_or_default();
            self.dirty = self.put_back(image, kernels).is_err();
        }
        done
    }

    /// Saves the present state, and says how long it is.
    fn save_image<K: Kernels + Clone>(
        &mut self,
        image: &mut [u8],
        scratch: &mut [u8],
        kernels: &K,
    ) -> core::result::Result<usize, Report> {
        let room = image.len();
        let saved = self.save_to(SliceWriter::new(image), scratch, kernels.clone());
        let length = match saved {
            Err(report) if report.code == Code::NoSpace => {
                // It may be the scratch memory that is too small: then this fails in the same way.
                let needed =
                    self.save_to(StreamWriter::new(Nowhere, &mut []), scratch, kernels.clone())?;
                let room = u64::try_from(room).unwrap_or(u64::MAX);
                let fault = Fault { expected: needed, found: room, ..Fault::default() };
                return Err(Report { fault, ..report });
            }
            saved => saved?,
        };
        Ok(usize::try_from(length).unwrap_or(room))
    }

    fn save_to<W: Writer, K: Kernels>(
        &mut self,
        writer: W,
        scratch: &mut [u8],
        kernels: K,
    ) -> core::result::Result<u64, Report> {
        let encoder = ChunkEncoder::new(writer, kernels, &Settings::default(), scratch)?;
        let mut visiting = Visiting::new(encoder);
        let mut v = visiting.saver();
        let done = self.save(&mut v).and_then(|()| v.finish());
        let length = v.position();
        done.map(|()| length).map_err(|code| visiting.report_of(code))
    }

    fn put_back<K: Kernels>(&mut self, image: &[u8], kernels: K) -> Result<()> {
        let store = SliceStore::checked(image, Limits::default(), kernels);
        let mut visiting = Visiting::new(ChunkDecoder::new(store));
        self.fill(&mut visiting.loader(), None)
    }
}

/// Counts what is written, and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        Ok(bytes.len())
    }
}
