//! Whether a receiver loads a stream, told before it is sent.
//!
//! | module | is |
//! |---|---|
//! | [`answer`] | what is found, and what follows from it |
//! | [`chunks`] | streams of devices, against a manifest or a stream of the receiver |
//! | [`qemu`] | streams of QEMU, against what is known of the machine that is to load them |
//! | `memory` | blocks of memory that are not the same on both sides |
//! | `rules` | a stream as it is after transforms |
//! | [`print`](mod@print) | the findings as text and JSON |
//!
//! An answer is never better than what is known: *loads* is said only where nothing is left open.

pub mod answer;
pub mod chunks;
mod memory;
pub mod print;
pub mod qemu;
mod rules;

use std::path::{Path, PathBuf};

use migcore::codec::vmdesc::Vmdesc;
use migcore::compat::Version;

use answer::Checked;

use crate::failure::{Failure, Result};
use crate::guess::{describes_itself, unknown};
use crate::input::{Format, Input};
use crate::qemu::restored;
use crate::transform::run::Source;
use qemu::{Knowledge, Stream, Target};
use rules::Goal;

/// What a check is made of.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The stream.
    pub stream: Input,
    /// The description of it that was given beside it.
    pub vmdesc: Option<Vmdesc>,
    /// What the receivers say of themselves: a manifest or a stream of the receiver; of a machine of QEMU its stream, a
    /// dump of its tables, or both.
    pub against: Vec<Input>,
    /// How the stream is transformed before.
    pub before: Before<'a>,
    /// Whether the receiver is the release of QEMU that wrote the stream.
    pub same: bool,
}

/// How a stream is transformed before it is checked.
#[derive(Debug, Default)]
pub struct Before<'a> {
    /// The rules; without any it is checked as it is.
    pub rules: &'a [PathBuf],
    /// The version that its machine is of, if that is told.
    pub from: Option<Version<'a>>,
    /// The version of the receiver's machine, if not the one that it says.
    pub to: Option<&'a str>,
    /// The versions that devices shall be of, before those that the receiver says.
    pub devices: &'a [(&'a str, Version<'a>)],
    /// What an earlier transform lost.
    pub restore: Option<Input>,
}

/// Makes a check.
///
/// # Errors
/// [`Failure`]. A stream that is damaged is none: it is refused.
pub fn check(asked: Asked<'_>) -> Result<Checked> {
    let Asked { stream, vmdesc, against, before, same } = asked;
    let Some(stream) = opened(stream)? else { return Ok(Checked::damaged("the stream")) };
    let mut checked = Checked::default();
    match stream {
        Opened::Chunks(stream) if vmdesc.is_some() => {
            return Err(describes_itself(stream.path()));
        }
        Opened::Chunks(stream) => {
            let [receiver] = <[Input; 1]>::try_from(against).map_err(|_| {
                Failure::Usage("one --against is enough for a stream of chunks".to_owned())
            })?;
            let receiver = of_receiver_of_chunks(receiver)?;
            let transformed = match before.rules {
                [] => Some((stream.again(), None)),
                _ => {
                    let goal = chunks::goal(&receiver)?;
                    // Transforms change no memory, so none is written.
                    let source = Source::Native { stream: stream.again(), memory: Box::default() };
                    rules::transformed(&source, &before, goal, &mut checked)?
                }
            };
            if let Some((transformed, _)) = transformed {
                chunks::check(&transformed, &receiver, &mut checked)?;
                chunks::beside(&stream, &receiver, &mut checked)?;
            }
        }
        Opened::Qemu(stream) => {
            let mut knowledge = Knowledge::new(same);
            for receiver in against {
                of_receiver(receiver, &mut knowledge)?;
            }
            let stream = match before.rules {
                [] => Some((stream, vmdesc)),
                _ => {
                    let goal = Goal { machine: knowledge.machine(), devices: Vec::new() };
                    let source = Source::Qemu { stream, vmdesc, chunks: None };
                    rules::transformed(&source, &before, goal, &mut checked)?
                }
            };
            if let Some((stream, vmdesc)) = stream {
                let mut stream = Stream::described(stream, vmdesc)?;
                qemu::check(&mut stream, &mut knowledge, &mut checked);
            }
        }
        Opened::Other(mut input) => return Err(unknown(&mut input)),
    }
    Ok(checked)
}

/// A file by what it is.
enum Opened {
    Chunks(Input),
    Qemu(Input),
    Other(Input),
}

/// Finds out what a file is; `None` for chunks of a stream of QEMU that cannot be read.
fn opened(mut input: Input) -> Result<Option<Opened>> {
    Ok(Some(match input.format()? {
        Format::Qemu => Opened::Qemu(input),
        Format::Unknown => Opened::Other(input),
        Format::Chunks => match restored::restored(&input)? {
            None => Opened::Chunks(input),
            Some(Ok(restored)) => Opened::Qemu(restored),
            Some(Err(_)) => return Ok(None),
        },
    }))
}

fn of_receiver_of_chunks(receiver: Input) -> Result<Input> {
    let path = receiver.path().to_owned();
    match opened(receiver)? {
        Some(Opened::Chunks(receiver)) => Ok(receiver),
        Some(Opened::Qemu(_)) => Err(refused(&path, "a stream of QEMU, and the other is not")),
        Some(Opened::Other(mut input)) => Err(unknown(&mut input)),
        None => Err(refused(&path, "a stream that cannot be read")),
    }
}

/// Adds to what is known of a machine of QEMU.
fn of_receiver(receiver: Input, knowledge: &mut Knowledge) -> Result<()> {
    let path = receiver.path().to_owned();
    match opened(receiver)? {
        Some(Opened::Qemu(input)) => match knowledge.target.is_none() {
            true => knowledge.target = Some(Target::of_stream(Stream::read(input)?)?),
            false => return Err(refused(&path, "a second stream of the receiver")),
        },
        Some(Opened::Other(input)) => {
            knowledge.add(crate::schema::read::read(input)?.schema, &path)?
        }
        Some(Opened::Chunks(_)) => {
            return Err(refused(&path, "chunks of another program, and the stream is one of QEMU"));
        }
        None => return Err(refused(&path, "a stream that cannot be read")),
    }
    Ok(())
}

pub(crate) fn refused(path: &Path, why: &str) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}
