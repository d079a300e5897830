//! Streams of chunks, read piece by piece.

mod decoder;
mod heads;
mod info;
mod inspect;
mod latest;
mod list;
mod pages;
mod picked;
mod rewrite;
mod settings;
mod sparse;
mod verify;
mod walk;

pub use decoder::{begins_with, machine, replay, replay_devices, Decoder, Workspace, MOST_MEMORY};
pub use heads::{breach, earlier, tally};
pub use info::{info, Info};
pub use inspect::inspect;
pub use latest::{Latest, Span, TooMany};
pub use list::{error, list};
pub use pages::{Content, Layout, Pages, Tally};
pub use picked::Picked;
pub use rewrite::{rewrite, Unwritten};
pub(crate) use settings::WRITER;
pub use settings::{settings, SCRATCH};
pub use sparse::{extract, Stopped};
pub use verify::{verify, Verified};
pub use walk::{Chunk, Step, Walk};

use std::io;
use std::path::Path;

use migcore::{Code, Report};

use crate::failure::Failure;

/// Tells damage, which is given back, from what is a failure of the machine or asks for too much.
///
/// # Errors
/// [`Failure::Io`], [`Failure::Refused`].
pub fn damage(report: Report, path: &Path) -> std::result::Result<Report, Failure> {
    let Report { code, fault, .. } = &report;
    match code {
        Code::ReadFailed => Err(Failure::reading(path)(io::Error::from_raw_os_error(fault.cause))),
        Code::NoSpace => Err(Failure::Refused(format!(
            "{}: reading it takes {} bytes of memory, and at most {MOST_MEMORY} are given",
            path.display(),
            fault.expected
        ))),
        _ => Ok(report),
    }
}
