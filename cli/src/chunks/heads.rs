//! The memory of a stream by the heads of its chunks: what a decoder of devices passes over.

use std::io;

use migcore::Report;

use super::{Step, Tally, Walk};
use crate::input::Input;

/// What is wrong first with the memory of a stream, as far as its heads tell. What a decoder finds in the same chunk or
/// before it is what is wrong.
///
/// # Errors
/// Those of the system.
pub fn breach(input: &Input) -> io::Result<Option<Report>> {
    let mut walk = Walk::heads(input, u64::MAX);
    loop {
        match walk.next()? {
            Step::Chunk(_) => {}
            Step::End => return Ok(None),
            Step::Damaged(report) => return Ok(Some(report)),
        }
    }
}

/// What chunks before `end` say of memory, by their heads, and how far they go.
///
/// # Errors
/// Those of the system.
pub fn tally(input: &Input, end: u64) -> io::Result<(Tally, u64)> {
    let (mut walk, mut tally) = (Walk::heads(input, end), Tally::default());
    while let Step::Chunk(chunk) = walk.next()? {
        tally.take(&chunk);
    }
    Ok((tally, walk.position()))
}

/// The one of two that comes first in the stream; `found` if they are in the same place.
#[must_use]
pub fn earlier(found: Option<Report>, breach: Option<Report>) -> Option<Report> {
    match (found, breach) {
        (Some(found), Some(breach)) if breach.fault.offset < found.fault.offset => Some(breach),
        (Some(found), _) => Some(found),
        (None, breach) => breach,
    }
}
