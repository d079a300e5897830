//! The state of a machine, kept while another one is loaded.

use super::check::Checked;
use super::device::Device;
use super::label::Label;
use super::slot::{Registered, Slot};
use super::Machine;
use crate::codec::chunk::{ChunkDecoder, ChunkEncoder, Limits, Settings, SliceStore};
use crate::error::{Code, Fault, Report};
use crate::io::{told, Failure, Kernels, Sink, SliceWriter, StreamWriter, Writer};
use crate::visit::Visiting;

/// What a step comes to.
type Done<R> = core::result::Result<R, Report>;

/// Memory for the present state of a machine, which is kept as chunks.
#[derive(Debug)]
pub struct Undo<'u, K> {
    /// Holds the state.
    pub image: &'u mut [u8],
    /// Scratch for writing it: see [`scratch_for`](crate::codec::chunk::scratch_for).
    pub scratch: &'u mut [u8],
    /// The loops of this processor.
    pub kernels: K,
    /// Why the state could not be put back, if that was tried and failed. [`Code::Dirty`] with two fingerprints
    /// says that it was put back, and is another one than before.
    pub failure: &'u mut Option<Report>,
}

/// Where a state goes that is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into the image.
    Image,
    /// Nowhere: it is measured only.
    Nowhere,
}

/// How the state of a machine is saved and loaded to undo a load, always in the same way.
pub trait Undoing<S> {
    /// The length of the image at most.
    fn room(&self) -> u64;

    /// Saves the machine, and gives the length and the fingerprint of the stream.
    ///
    /// # Errors
    /// Those of saving.
    fn save(&mut self, machine: &mut Machine<'_, S>, target: Target) -> Done<(u64, u64)>;

    /// Checks the image, of which this is the length.
    ///
    /// # Errors
    /// Those of checking.
    fn check(&mut self, machine: &mut Machine<'_, S>, length: u64) -> Done<Checked>;

    /// Loads it.
    ///
    /// # Errors
    /// Those of loading.
    fn load(&mut self, machine: &mut Machine<'_, S>, length: u64, checked: &Checked) -> Done<()>;

    /// Is told why the state could not be put back.
    fn failed(&mut self, report: Report);
}

/// A state that can be put back.
pub(super) struct Kept {
    length: u64,
    fingerprint: u64,
    checked: Checked,
}

/// Keeps the present state. One that could not be loaded is refused while it is still the present one.
pub(super) fn keep<S: Registered>(
    machine: &mut Machine<'_, S>,
    undoing: &mut impl Undoing<S>,
) -> Done<Kept> {
    let (length, fingerprint) = match undoing.save(machine, Target::Image) {
        Err(report) if report.code == Code::NoSpace => {
            // If it is the scratch memory that is too small, this fails in the same way.
            let (expected, _) = undoing.save(machine, Target::Nowhere)?;
            let fault = Fault { expected, found: undoing.room(), ..Fault::default() };
            return Err(Report { fault, ..report });
        }
        done => done?,
    };
    let checked = undoing.check(machine, length)?;
    Ok(Kept { length, fingerprint, checked })
}

/// Puts it back, and compares: what the failed load brought and the image does not have may have stayed.
pub(super) fn put_back<S: Registered>(
    machine: &mut Machine<'_, S>,
    undoing: &mut impl Undoing<S>,
    kept: &Kept,
) -> Done<()> {
    undoing.load(machine, kept.length, &kept.checked)?;
    let (_, found) = undoing.save(machine, Target::Nowhere)?;
    if found == kept.fingerprint {
        return Ok(());
    }
    let mut report = Label::none().report(Code::Dirty, 0);
    (report.fault.expected, report.fault.found) = (kept.fingerprint, found);
    Err(report)
}

/// The state in memory.
pub(super) struct Image<'u, K> {
    undo: Undo<'u, K>,
}

impl<'u, K: Kernels + Clone> Image<'u, K> {
    pub(super) fn new(undo: Undo<'u, K>) -> Self {
        *undo.failure = None;
        Image { undo }
    }

    fn visiting(&self, length: u64) -> Visiting<ChunkDecoder<'_, SliceStore<'_, K>>> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let image = self.undo.image.get(..length).unwrap_or_default();
        // Nobody else has the image: it is what was written.
        let store = SliceStore::checked(image, Limits::default(), self.undo.kernels.clone());
        Visiting::new(ChunkDecoder::new(store))
    }
}

impl<K: Kernels + Clone, D: Device + ?Sized> Undoing<Slot<'_, D>> for Image<'_, K> {
    fn room(&self) -> u64 {
        told(self.undo.image.len())
    }

    fn save(&mut self, machine: &mut Machine<'_, Slot<'_, D>>, target: Target) -> Done<(u64, u64)> {
        let Undo { image, scratch, kernels, .. } = &mut self.undo;
        let kernels = kernels.clone();
        match target {
            Target::Image => save_to(machine, SliceWriter::new(image), scratch, kernels),
            Target::Nowhere => {
                save_to(machine, StreamWriter::new(Nowhere, &mut []), scratch, kernels)
            }
        }
    }

    fn check(&mut self, machine: &mut Machine<'_, Slot<'_, D>>, length: u64) -> Done<Checked> {
        let mut visiting = self.visiting(length);
        let done = machine.check(&mut visiting.loader());
        done.map_err(|code| visiting.report_of(code))
    }

    fn load(
        &mut self,
        machine: &mut Machine<'_, Slot<'_, D>>,
        length: u64,
        checked: &Checked,
    ) -> Done<()> {
        let mut visiting = self.visiting(length);
        let done = machine.load(&mut visiting.loader(), checked);
        done.map_err(|code| visiting.report_of(code))
    }

    fn failed(&mut self, report: Report) {
        *self.undo.failure = Some(report);
    }
}

fn save_to<D: Device + ?Sized>(
    machine: &mut Machine<'_, Slot<'_, D>>,
    writer: impl Writer,
    scratch: &mut [u8],
    kernels: impl Kernels,
) -> Done<(u64, u64)> {
    let encoder = ChunkEncoder::new(writer, kernels, &Settings::default(), scratch)?;
    let mut visiting = Visiting::new(encoder);
    let mut v = visiting.saver();
    let done = machine.save(&mut v).and_then(|()| v.finish());
    let saved = (v.position(), v.fingerprint());
    done.map(|()| saved).map_err(|code| visiting.report_of(code))
}

/// Counts what is written, and keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> core::result::Result<usize, Failure> {
        Ok(bytes.len())
    }
}
