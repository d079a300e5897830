//! `convert`: a stream in another format.

use std::io::{self, Write};

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::io::{Failure as Stopped, Portable, Sink, StreamWriter};

use super::{not_chunks, told, unknown};
use crate::arguments::{Convert, Target};
use crate::chunks;
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input, PIECE};
use crate::output::Output;

/// Memory for the shapes that a writer remembers, and for a fragment: a reader needs about as much.
const SCRATCH: usize = 1 << 20;

pub(super) fn run(arguments: &Convert) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match (input.format()?, arguments.to) {
        (Format::Chunks, Target::Chunk) => rewrite(arguments, &input),
        (Format::Chunks | Format::Qemu, _) => Err(not_chunks(&arguments.file)),
        (Format::Unknown, _) => Err(unknown(&arguments.file)),
    }
}

/// Chunks anew, of the same state.
fn rewrite(arguments: &Convert, input: &Input) -> Result {
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let machine = chunks::machine(input);
    let settings = Settings { machine: &machine, writer: WRITER, ..Settings::default() };
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; SCRATCH]);
    let mut sink = Pipe::new(&mut output);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let done = ChunkEncoder::new(writer, Portable, &settings, &mut scratch)
        .and_then(|mut encoder| chunks::replay(input, &mut encoder));
    match (done, sink.failure) {
        (_, Some(error)) => Err(Failure::writing(&arguments.output)(error)),
        (Ok(_), None) => output.complete().map(|()| Outcome::Fine),
        (Err(report), None) => told(input, Some(report)),
    }
}

/// The program that writes.
const WRITER: &str = concat!("migcore ", env!("CARGO_PKG_VERSION"));

/// A file as the library writes to it; keeps what the system said.
#[derive(Debug)]
pub struct Pipe<W> {
    to: W,
    /// Why writing failed.
    pub failure: Option<io::Error>,
}

impl<W: Write> Pipe<W> {
    /// Writes to `to`.
    pub fn new(to: W) -> Self {
        Pipe { to, failure: None }
    }
}

impl<W: Write> Sink for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Stopped> {
        match self.to.write_all(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                let cause = error.raw_os_error().unwrap_or(0);
                self.failure = Some(error);
                Err(Stopped::Failed(cause))
            }
        }
    }
}
