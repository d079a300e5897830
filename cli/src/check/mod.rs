//! Whether a receiver loads a stream, told before it is sent.
//!
//! | module | is |
//! |---|---|
//! | [`answer`] | what is found, and what follows from it |
//! | [`chunks`] | streams of devices, against a manifest or a stream of the receiver |
//! | [`qemu`] | streams of QEMU, against what is known of the machine that is to load them |
//! | [`print`](mod@print) | the findings as text and JSON |
//!
//! An answer is never better than what is known: *loads* is said only where nothing is left open.

pub mod answer;
pub mod chunks;
pub mod print;
pub mod qemu;

use std::path::Path;

use answer::Checked;

use crate::failure::{Failure, Result};
use crate::guess::unknown;
use crate::input::{Format, Input};
use crate::qemu::restored;
use qemu::{Knowledge, Stream, Target};

/// Checks a stream against what the receivers say of themselves: a manifest or a stream of the receiver; of a machine
/// of QEMU its stream, a dump of its tables, or both. `same` says that the receiver is the release that wrote the
/// stream.
///
/// # Errors
/// [`Failure`]. A stream that is damaged is none: it is refused.
pub fn check(stream: Input, against: Vec<Input>, same: bool) -> Result<Checked> {
    let Some(stream) = opened(stream)? else { return Ok(Checked::damaged("the stream")) };
    match stream {
        Opened::Chunks(stream) => match <[Input; 1]>::try_from(against) {
            Ok([receiver]) => of_chunks(&stream, receiver),
            Err(_) => Err(Failure::Usage("one --against is enough for a stream of chunks".into())),
        },
        Opened::Qemu(stream) => {
            let mut knowledge = Knowledge::new(same);
            for receiver in against {
                of_receiver(receiver, &mut knowledge)?;
            }
            Ok(qemu::check(&mut Stream::read(stream)?, &mut knowledge))
        }
        Opened::Other(mut input) => Err(unknown(&mut input)),
    }
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

fn of_chunks(stream: &Input, receiver: Input) -> Result<Checked> {
    let path = receiver.path().to_owned();
    match opened(receiver)? {
        Some(Opened::Chunks(receiver)) => chunks::check(stream, &receiver),
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
        Some(Opened::Other(input)) => knowledge.add(crate::schema::read::read(input)?.schema, &path)?,
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
