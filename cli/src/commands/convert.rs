//! `convert`: a stream in another format.

use std::io::{self, Write};

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Failure as Refused, Portable, Sink, StreamWriter};
use migcore::visit::Visiting;

use super::{told, told_damages, unknown};
use crate::arguments::{Convert, Target};
use crate::chunks;
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input, PIECE};
use crate::output::Output;
use crate::qemu;
use crate::qemu::description;
use crate::qemu::item::{Content, Damage, Item};
use crate::qemu::scan::Scanner;
use crate::qemu::visit::{Stopped, Watch};

/// Memory for the shapes that a writer remembers, and for a fragment: a reader needs about as much.
const SCRATCH: usize = 1 << 20;

pub(super) fn run(arguments: &Convert) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match (input.format()?, arguments.to) {
        (Format::Chunks, Target::Chunk) => rewrite(arguments, &input),
        (Format::Chunks, Target::Qemu) => to_qemu(arguments, &input),
        (Format::Qemu, Target::Chunk) => to_chunks(arguments, input),
        (Format::Qemu, Target::Qemu) => {
            Err(Failure::Refused(format!("{}: is one of QEMU", arguments.file.display())))
        }
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

/// Chunks of a stream of QEMU: one device, of which all bytes of the stream are items.
fn to_chunks(arguments: &Convert, mut input: Input) -> Result {
    let path = input.path().to_owned();
    let machine = qemu::configuration::machine(&mut input).map_err(Failure::reading(&path))?;
    let given = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let mut scanner = Scanner::new(input, given).map_err(Failure::reading(&path))?;
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let settings = Settings { machine: &machine, writer: WRITER, ..Settings::default() };
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; SCRATCH]);
    let mut sink = Pipe::new(&mut output);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let mut damages = Damages::default();
    let done = match ChunkEncoder::new(writer, Portable, &settings, &mut scratch) {
        Ok(encoder) => {
            let mut visiting = Visiting::new(encoder);
            let visited = qemu::visit::visit(&mut scanner, &mut visiting.saver(), &mut damages);
            visited.and_then(|()| visiting.finish_save().map_err(|r| Stopped::Visitor(r.code)))
        }
        Err(report) => Err(Stopped::Visitor(report.code)),
    };
    match (done, sink.failure) {
        (_, Some(error)) => Err(Failure::writing(&arguments.output)(error)),
        (Err(Stopped::Io(error)), None) => Err(Failure::reading(&path)(error)),
        (Err(Stopped::Visitor(code)), None) => {
            Err(Failure::Refused(format!("{}: {}", path.display(), code.text())))
        }
        (Ok(_), None) if damages.0.is_empty() => output.complete().map(|()| Outcome::Fine),
        (Ok(_), None) => told_damages(&path, &damages.0),
    }
}

/// The damage that a visit met, as far as it is told at its end.
#[derive(Debug, Default)]
pub(super) struct Damages(pub(super) Vec<Damage>);

impl Watch for Damages {
    fn item(&mut self, item: &Item) {
        if let Content::Damage(damage) = &item.content {
            if self.0.len() < TOLD {
                self.0.push(damage.clone());
            }
        }
    }
}

/// The most damages that are told.
const TOLD: usize = 1000;

/// The stream of QEMU that chunks were made of.
fn to_qemu(arguments: &Convert, input: &Input) -> Result {
    if !chunks::begins_with(input, qemu::visit::NAME) {
        let what = "these chunks were not made of a stream of QEMU";
        return Err(Failure::Refused(format!("{}: {what}", arguments.file.display())));
    }
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let mut buffer = vec![0; PIECE];
    let mut sink = Pipe::new(&mut output);
    let mut encoder = SectionEncoder::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
    let done = chunks::replay(input, &mut encoder);
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
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Refused> {
        match self.to.write_all(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                let cause = error.raw_os_error().unwrap_or(0);
                self.failure = Some(error);
                Err(Refused::Failed(cause))
            }
        }
    }
}
