//! Whether a receiver loads a stream, told before it is sent.
//!
//! | module | is |
//! |---|---|
//! | [`answer`] | what is found, and what follows from it |
//! | [`chunks`] | streams of devices, against a manifest or a stream of the receiver |
//! | [`qemu`] | streams of QEMU, against what is known of the machine that is to load them |
//! | `rules` | a stream as it is after transforms |
//! | [`print`](mod@print) | the findings as text and JSON |
//!
//! An answer is never better than what is known: *loads* is said only where nothing is left open.

pub mod answer;
pub mod chunks;
pub mod print;
pub mod qemu;
mod rules;

use std::path::{Path, PathBuf};

use answer::Checked;

use crate::failure::{Failure, Result};
use crate::guess::unknown;
use crate::input::{Format, Input};
use crate::qemu::restored;
use qemu::{Knowledge, Stream, Target};
use rules::{Goal, Kind};

/// What a check is made of.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The stream.
    pub stream: Input,
    /// What the receivers say of themselves: a manifest or a stream of the receiver; of a machine of QEMU its stream, a
    /// dump of its tables, or both.
    pub against: Vec<Input>,
    /// The rules by which the stream is transformed before, if there are any.
    pub rules: &'a [PathBuf],
    /// The version of the receiver's machine, if not the one that it says.
    pub to: Option<&'a str>,
    /// Whether the receiver is the release of QEMU that wrote the stream.
    pub same: bool,
}

/// Makes a check.
///
/// # Errors
/// [`Failure`]. A stream that is damaged is none: it is refused.
pub fn check(asked: Asked<'_>) -> Result<Checked> {
    let Asked { stream, against, rules, to, same } = asked;
    let to = to.map(str::to_owned);
    let Some(stream) = opened(stream)? else { return Ok(Checked::damaged("the stream")) };
    let mut checked = Checked::default();
    match stream {
        Opened::Chunks(stream) => {
            let [receiver] = <[Input; 1]>::try_from(against).map_err(|_| {
                Failure::Usage("one --against is enough for a stream of chunks".to_owned())
            })?;
            let receiver = of_receiver_of_chunks(receiver)?;
            let transformed = match rules {
                [] => Some(stream.again()),
                rules => {
                    let mut goal = chunks::goal(&receiver)?;
                    goal.machine = to.or(goal.machine);
                    let source = Kind::Chunks(stream.again());
                    rules::transformed(source, rules, &goal, &mut checked)?
                }
            };
            if let Some(transformed) = transformed {
                chunks::check(&transformed, &receiver, &mut checked)?;
                chunks::memory(&stream, &mut checked)?;
            }
        }
        Opened::Qemu(stream) => {
            let mut knowledge = Knowledge::new(same);
            for receiver in against {
                of_receiver(receiver, &mut knowledge)?;
            }
            let stream = match rules {
                [] => Some(stream),
                rules => {
                    let machine = to.or_else(|| knowledge.machine());
                    let goal = Goal { machine, devices: Vec::new() };
                    rules::transformed(Kind::Qemu(stream), rules, &goal, &mut checked)?
                }
            };
            let mut stream = stream.map(Stream::read).transpose()?;
            stream.iter_mut().for_each(|stream| qemu::check(stream, &mut knowledge, &mut checked));
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
