//! Nodes as QEMU's bytes.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::path::Path;

use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Failure as Stopped, Portable, Sink, StreamWriter};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Encoder, Scope, ScopeKind, Track, Versions, Visitor};
use migcore::{Code, Report, Result};

use super::around::{Around, Hook};
use super::load::{following, Kept, Origins};
use crate::failure::Failure;
use crate::input::{told, Input, PIECE};
use crate::qemu;

/// Bytes that are held back.
const BUFFER: usize = 1 << 10;

/// What is inside of a node, as QEMU's bytes.
///
/// # Errors
/// Those of the wire.
pub(super) fn inside(tree: &Tree<'_>, node: NodeId) -> Result<Vec<u8>> {
    encoded(|visitor| tree.replay_inside(node, visitor))
}

/// A node as QEMU's bytes.
///
/// # Errors
/// Those of the wire.
pub(super) fn whole(tree: &Tree<'_>, node: NodeId) -> Result<Vec<u8>> {
    encoded(|visitor| tree.replay(node, visitor))
}

fn encoded(replay: impl FnOnce(&mut Visitor<'_>) -> Result<()>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; BUFFER];
    let mut sink = Growing(&mut bytes);
    let mut encoder = SectionEncoder::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
    let mut track = Track::new();
    let mut visitor = Visitor::saving(&mut encoder, &mut track);
    replay(&mut visitor)?;
    visitor.finish()?;
    Ok(bytes)
}

/// Takes all bytes.
struct Growing<'b>(&'b mut Vec<u8>);

impl Sink for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<usize, Stopped> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
}

/// Why nodes were not written.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// What stays in the file cannot be read there.
    Io(io::Error),
    /// The wire refuses.
    Wire(Report),
    /// What must not move in the file would.
    Moved(Range<u64>),
}

impl Unwritten {
    /// The same as a failure of a command that reads `path`.
    pub(super) fn failure(self, path: &Path) -> Failure {
        let refused = |why: String| Failure::Refused(format!("{}: {why}", path.display()));
        match self {
            Unwritten::Io(error) => Failure::reading(path)(error),
            Unwritten::Wire(report) => refused(report.to_string()),
            Unwritten::Moved(range) => refused(format!(
                "the pages at byte {} lie at fixed places of the file, and would move",
                range.start
            )),
        }
    }
}

/// What becomes of what stays in the file.
pub(super) enum Passed<'p> {
    /// It is copied out of this.
    Copied(Input),
    /// Where it belongs is noted: how many bytes of the encoder stand before each.
    Noted(&'p mut Vec<(u64, Range<u64>)>),
}

/// Gives nodes to an encoder, each as a whole, and what stays in the file behind them by way of `passed`.
///
/// # Errors
/// [`Unwritten`].
pub(super) fn replay(
    tree: &Tree<'_>,
    nodes: &[NodeId],
    origins: &Origins,
    passed: Passed<'_>,
    encoder: &mut dyn Encoder,
) -> std::result::Result<(), Unwritten> {
    let waiting = nodes.iter().flat_map(|node| kept_in(tree, *node, origins)).collect();
    let passing = Passing { waiting, passed, beside: 0, stopped: None };
    let mut around = Around { inner: encoder, hook: passing };
    let mut track = Track::new();
    let mut visitor = Visitor::saving(&mut around, &mut track);
    let done = nodes.iter().try_for_each(|node| tree.replay(*node, &mut visitor));
    let done = done.and_then(|()| visitor.finish());
    match (around.hook.stopped, done) {
        (Some(stopped), _) => Err(stopped),
        (None, Ok(())) => Ok(()),
        (None, Err(code)) => {
            let bare = || Report { code, fault: around.inner.fault(), path: Default::default() };
            Err(Unwritten::Wire(track.report().cloned().unwrap_or_else(bare)))
        }
    }
}

/// Of each run of raw bytes in a node, in order, where it lies in the file, if it stays there.
fn kept_in<'o>(
    tree: &'o Tree<'_>,
    top: NodeId,
    origins: &'o Origins,
) -> impl Iterator<Item = Option<Kept>> + 'o {
    within(tree, top)
        .filter(|node| matches!(tree.value(*node), Ok(Value::Raw(_))))
        .map(|node| origins.kept.get(&node).cloned())
}

/// A node and all that is inside of it, in order.
pub(super) fn within<'t>(tree: &'t Tree<'_>, top: NodeId) -> impl Iterator<Item = NodeId> + 't {
    let behind = behind(tree, top);
    std::iter::successors(Some(top), move |node| {
        following(tree, *node).filter(|next| Some(*next) != behind)
    })
}

/// The node that comes behind all that is inside of another one.
fn behind(tree: &Tree<'_>, top: NodeId) -> Option<NodeId> {
    let mut at = Some(top);
    while let Some(node) = at {
        if let Ok(Some(next)) = tree.next_sibling(node) {
            return Some(next);
        }
        at = tree.parent(node).ok().flatten();
    }
    None
}

/// Puts what stays in the file in its place.
struct Passing<'p> {
    /// Of each run of raw bytes that comes.
    waiting: VecDeque<Option<Kept>>,
    passed: Passed<'p>,
    /// How much came that the encoder has not seen.
    beside: u64,
    stopped: Option<Unwritten>,
}

impl Hook for Passing<'_> {
    fn raw(&mut self, inner: &mut dyn Encoder, bytes: &[u8]) -> Result<()> {
        let Some(Kept { range, fixed }) = self.waiting.pop_front().flatten() else {
            return inner.raw(bytes);
        };
        if fixed && inner.position().saturating_add(self.beside) != range.start {
            self.stopped = Some(Unwritten::Moved(range));
            return Err(Code::WriteFailed);
        }
        match &mut self.passed {
            Passed::Noted(runs) => {
                let length = range.end.saturating_sub(range.start);
                self.beside = self.beside.saturating_add(length);
                runs.push((inner.position(), range));
            }
            Passed::Copied(input) => {
                if let Err(stopped) = copied(input, range, inner)? {
                    self.stopped = Some(stopped);
                    return Err(Code::WriteFailed);
                }
            }
        }
        Ok(())
    }
}

/// Copies a run of a file to an encoder.
fn copied(
    input: &mut Input,
    range: Range<u64>,
    inner: &mut dyn Encoder,
) -> Result<std::result::Result<(), Unwritten>> {
    let mut at = range.start;
    while at < range.end {
        let left = usize::try_from(range.end.saturating_sub(at)).unwrap_or(PIECE).min(PIECE);
        let piece = match input.window(at, left) {
            Ok(window) => window.get(..left.min(window.len())).unwrap_or_default(),
            Err(error) => return Ok(Err(Unwritten::Io(error))),
        };
        if piece.is_empty() {
            return Ok(Err(Unwritten::Io(io::ErrorKind::UnexpectedEof.into())));
        }
        inner.raw(piece)?;
        at = at.saturating_add(told(piece.len()));
    }
    Ok(Ok(()))
}

/// How many bytes the records in a node have on QEMU's wire, with what stays in the file.
///
/// # Errors
/// Those of the wire.
pub(super) fn length(tree: &Tree<'_>, node: NodeId, origins: &Origins) -> Result<u64> {
    let kept = kept_in(tree, node, origins).flatten();
    // A byte stands for all of it.
    let kept =
        kept.map(|Kept { range, .. }| range.end.saturating_sub(range.start).saturating_sub(1));
    let kept = kept.fold(0, u64::saturating_add);
    let bytes = encoded(|visitor| {
        let device = Scope::Device { instance: 0, versions: Versions::only(qemu::visit::VERSION) };
        visitor.begin(&qemu::visit::NAME, device)?;
        tree.replay_inside(node, visitor)?;
        visitor.end(ScopeKind::Device)
    })?;
    Ok(told(bytes.len()).saturating_add(kept))
}
