//! A tree as the stream of QEMU that it is of.

use std::path::Path;

use migcore::codec::legacy::framing::commands;
use migcore::codec::legacy::SectionEncoder;
use migcore::codec::vmdesc::Vmdesc;
use migcore::compat::opaque;
use migcore::io::{Portable, Sink, StreamWriter};
use migcore::model::{NodeId, Tree, Value};
use migcore::visit::{Extent, Kind};
use migcore::Code;

use super::describe::description;
use super::encode::{self, within, Passed};
use super::load::Origins;
use crate::failure::Failure;
use crate::input::{Input, Pieces, PIECE};
use crate::output::Pipe;
use crate::qemu::visit::{NAME, VERSION};

/// The stream of QEMU in a tree, if there is one.
#[must_use]
pub fn stream(tree: &Tree<'_>) -> Option<NodeId> {
    tree.children(tree.root()).ok()?.find(|node| {
        let is_first = matches!(tree.value(*node),
            Ok(Value::Device { instance: 0, versions, .. }) if versions.current == VERSION);
        is_first && tree.name(*node) == Ok(NAME.as_bytes())
    })
}

/// Makes right what depends on the rest: what was opened, the lengths of packages, the description. Gives that if the
/// stream has none of its own.
///
/// # Errors
/// Why the tree is none of a stream of QEMU any more: a live section was dropped, or a field cannot be closed.
pub fn settle(tree: &mut Tree<'_>, origins: &Origins) -> Result<Option<Vmdesc>, Unsettled> {
    let Some(stream) = stream(tree) else { return Err(Unsettled::Gone) };
    if let Some((_, kept)) = origins.kept.iter().find(|(node, _)| !is_in(tree, **node, stream)) {
        return Err(Unsettled::Dropped(kept.range.start));
    }
    close(tree, stream)?;
    packages(tree, stream, origins)?;
    let text = text(tree, stream);
    if text.is_none() && origins.vmdesc.is_none() {
        return Ok(None);
    }
    let devices = devices(tree, stream);
    let anew = description(tree, &devices, origins);
    let anew = configured(tree, stream, anew);
    let Some(text) = text else { return Ok(Some(anew)) };
    if origins.vmdesc.as_deref() != Some(&anew) {
        let anew = anew.to_string();
        tree.replace(text, Value::Bytes(Extent::Variable, anew.as_bytes()))?;
    }
    Ok(None)
}

/// Why a tree is none of a stream of QEMU.
#[derive(Debug)]
pub enum Unsettled {
    /// The stream is gone.
    Gone,
    /// What stays in the file has no place any more: that at this byte.
    Dropped(u64),
    /// A field that was opened cannot be closed.
    Open(String),
    /// The tree refuses.
    Tree(Code),
}

impl From<Code> for Unsettled {
    fn from(code: Code) -> Self {
        Unsettled::Tree(code)
    }
}

impl std::fmt::Display for Unsettled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unsettled::Gone => f.write_str("the stream is gone"),
            Unsettled::Dropped(at) => {
                write!(f, "what stays in the file cannot be dropped: the payload at byte {at}")
            }
            Unsettled::Open(why) => f.write_str(why),
            Unsettled::Tree(code) => f.write_str(code.text()),
        }
    }
}

/// Closes what was opened: an opaque field has no other form on the wire.
fn close(tree: &mut Tree<'_>, stream: NodeId) -> Result<(), Unsettled> {
    let is_open = |node: &NodeId| matches!(opaque::is_open(tree, *node), Ok(Some(_)));
    let open: Vec<NodeId> = within(tree, stream).filter(is_open).collect();
    for node in open {
        opaque::close(tree, node).map_err(|misfit| {
            let at = tree.path(node).unwrap_or_default();
            Unsettled::Open(format!("{at}: {misfit}"))
        })?;
    }
    Ok(())
}

fn is_in(tree: &Tree<'_>, node: NodeId, stream: NodeId) -> bool {
    let mut at = Some(node);
    while let Some(node) = at {
        if node == stream {
            return true;
        }
        at = tree.parent(node).ok().flatten();
    }
    false
}

/// The text of the description in the stream.
fn text(tree: &Tree<'_>, stream: NodeId) -> Option<NodeId> {
    let description = tree.child_by_name(stream, b"description", 0).ok()??;
    tree.child_by_name(description, b"text", 0).ok()?
}

/// The devices in the records, in order.
fn devices(tree: &Tree<'_>, stream: NodeId) -> Vec<NodeId> {
    let is_device = |node: &NodeId| matches!(tree.value(*node), Ok(Value::Device { .. }));
    within(tree, stream).filter(|node| *node != stream).filter(is_device).collect()
}

/// Tells the commands of packages how long these are.
fn packages(tree: &mut Tree<'_>, stream: NodeId, origins: &Origins) -> migcore::Result<()> {
    let number = Value::Scalar(Kind::U16, commands::PACKAGED.into());
    let commands: Vec<NodeId> = tree
        .children(stream)?
        .filter(|record| tree.name(*record) == Ok(b"command"))
        .filter(|record| {
            let said = tree.child_by_name(*record, b"number", 0).ok().flatten();
            said.is_some_and(|said| tree.value(said) == Ok(number))
        })
        .collect();
    for command in commands {
        let package = tree.child_by_name(command, b"package", 0)?;
        let data = tree.child_by_name(command, b"data", 0)?;
        let (Some(package), Some(data)) = (package, data) else { continue };
        let length = encode::length(tree, package, origins)?;
        let length = u32::try_from(length).map_err(|_| Code::TooLong)?;
        tree.replace(data, Value::Bytes(Extent::Fixed, &length.to_be_bytes()))?;
    }
    Ok(())
}

/// The description with what the configuration now is, where that is described.
fn configured(tree: &Tree<'_>, stream: NodeId, mut anew: Vmdesc) -> Vmdesc {
    let configuration = tree.child_by_name(stream, b"configuration", 0).ok().flatten();
    let Some(configuration) = configuration else {
        anew.configuration = None;
        return anew;
    };
    let Some(described) = &mut anew.configuration else { return anew };
    let machine = tree.child_by_name(configuration, b"machine", 0).ok().flatten();
    if let Some(Ok(Value::Bytes(_, machine))) = machine.map(|machine| tree.value(machine)) {
        let name = described.fields.iter_mut().find(|field| field.name == "name");
        if let Some(name) = name {
            name.size = crate::input::told(machine.len());
        }
    }
    if let Some(subsections) = &mut described.subsections {
        let there = |name: &str| {
            tree.child_by_name(configuration, name.as_bytes(), 0).is_ok_and(|there| there.is_some())
        };
        subsections.retain(|part| there(&part.name));
    }
    anew
}

/// Writes the stream of QEMU in a tree to `output`; private devices beside it are left out.
///
/// # Errors
/// [`Failure`].
pub fn write(
    tree: &Tree<'_>,
    origins: &Origins,
    input: &Input,
    output: &mut dyn std::io::Write,
    to: &Path,
) -> crate::failure::Result<()> {
    let mut sink = Pipe::new(output);
    let done = put(tree, origins, input, Passed::Copied(input.again()), &mut sink);
    match sink.failure {
        Some(error) => Err(Failure::writing(to)(error)),
        None => done,
    }
}

/// The stream of QEMU in a tree, of which nothing is copied that stays in the file.
///
/// # Errors
/// [`Failure`].
pub fn pieces(tree: &Tree<'_>, origins: &Origins, input: &Input) -> crate::failure::Result<Input> {
    let (mut own, mut runs) = (Vec::new(), Vec::new());
    let passed = Passed::Noted(&mut runs);
    put(tree, origins, input, passed, &mut Pipe::new(&mut own))?;
    Ok(Input::of_pieces(Pieces::new(own, &runs, input.again())))
}

/// Gives the bytes of the stream in a tree to `sink`.
fn put(
    tree: &Tree<'_>,
    origins: &Origins,
    input: &Input,
    passed: Passed<'_>,
    sink: &mut dyn Sink,
) -> crate::failure::Result<()> {
    let path = input.path();
    let Some(stream) = stream(tree) else {
        return Err(Failure::Refused(format!("{}: the stream is gone", path.display())));
    };
    let mut buffer = vec![0; PIECE];
    let mut encoder = SectionEncoder::new(StreamWriter::new(sink, &mut buffer), Portable);
    let done = encode::replay(tree, &[stream], origins, passed, &mut encoder);
    done.map_err(|unwritten| unwritten.failure(path))
}
