//! Streams of chunks as trees, and back.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::io::{Portable, StreamWriter};
use migcore::model::{Builder, NodeId, Tree};
use migcore::visit::{Track, Visitor};
use migcore::{Code, Report};

use super::encode::{self, Passed};
use super::load::{Origins, Unloaded};
use super::qemu::stream;
use crate::chunks::{self, Latest, Picked};
use crate::failure::{Failure, Result};
use crate::input::{Input, PIECE};
use crate::output::Pipe;

/// Gives the devices of a stream of chunks to the end of the root; with `private`, only those that are the library's own.
/// The report of damage is given.
///
/// # Errors
/// [`Unloaded`].
pub fn load(
    input: &Input,
    tree: &mut Tree<'_>,
    private: bool,
) -> std::result::Result<Option<Report>, Unloaded> {
    let mut builder = Builder::new(tree);
    let done = match private {
        true => chunks::replay_devices(input, &mut Picked::private(&mut builder)),
        false => chunks::replay_devices(input, &mut builder),
    };
    match done {
        Ok(_) => Ok(None),
        // The tree tells how much it needed.
        Err(report) if report.code == Code::NoSpace && tree.fault().expected > 0 => {
            Err(Unloaded::NoSpace)
        }
        Err(report) => Ok(Some(chunks::damage(report, input.path())?)),
    }
}

/// Memory that goes with a state: what is in it, and the stream that it is in.
pub type Memory<'a> = (&'a Latest, &'a Input);

/// Writes all of a tree as chunks, behind the memory: a stream of QEMU first, of which a part stays in `input`.
///
/// # Errors
/// [`Failure`].
pub fn write(
    tree: &Tree<'_>,
    (origins, input): (&Origins, &Input),
    memory: Option<Memory<'_>>,
    settings: &Settings<'_>,
    output: &mut dyn Write,
    to: &Path,
) -> Result<()> {
    let path = input.path();
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; chunks::SCRATCH]);
    let mut sink = Pipe::new(output);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let mut encoder = ChunkEncoder::new(writer, Portable, settings, &mut scratch)
        .map_err(|report| refused(path, report))?;
    let blocks = match memory {
        Some((latest, from)) => chunks::rewrite(latest, from, &mut encoder).map(|_| ()),
        None => Ok(()),
    };
    let nodes = nodes(tree);
    let devices = match &blocks {
        Ok(()) => {
            encode::replay(tree, &nodes, origins, Passed::Copied(input.again()), &mut encoder)
        }
        Err(_) => Ok(()),
    };
    drop(encoder);
    if let Some(error) = sink.failure {
        return Err(Failure::writing(to)(error));
    }
    blocks.map_err(|unwritten| unwritten.failure(path))?;
    devices.map_err(|unwritten| unwritten.failure(path))
}

/// What is in the root, a stream of QEMU first.
fn nodes(tree: &Tree<'_>) -> Vec<NodeId> {
    let first = stream(tree);
    let rest = tree.children(tree.root()).into_iter().flatten();
    first.into_iter().chain(rest.filter(|node| Some(*node) != first)).collect()
}

fn refused(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}

/// One device as a stream of chunks.
///
/// # Errors
/// As [`write()`].
pub fn device(tree: &Tree<'_>, node: NodeId, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; chunks::SCRATCH]);
    let mut sink = Pipe::new(&mut bytes);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let settings = chunks::settings("");
    let mut encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch)
        .map_err(|report| refused(path, report))?;
    let mut track = Track::new();
    let mut visitor = Visitor::saving(&mut encoder, &mut track);
    let done = tree.replay(node, &mut visitor).and_then(|()| visitor.finish());
    drop(encoder);
    done.map_err(|code| refused(path, code.text()))?;
    Ok(bytes)
}

/// Bytes as a file without a name, which is called `path` in messages.
///
/// # Errors
/// [`Failure::Io`].
pub fn spooled(bytes: &[u8], path: &Path) -> Result<Input> {
    let spool = || -> std::io::Result<File> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        file.write_all(bytes)?;
        Ok(file.into_inner()?)
    };
    spool().and_then(|file| Input::of(file, path)).map_err(Failure::reading(path))
}
