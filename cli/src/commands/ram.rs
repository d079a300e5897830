//! `ram`: a block of guest memory.

use super::unknown;
use crate::arguments::Ram;
use crate::failure::{Failure, Result};
use crate::input::{Format, Input};

pub(super) fn run(arguments: &Ram) -> Result {
    let mut input = Input::open(&arguments.file)?;
    let path = arguments.file.display();
    match input.format()? {
        Format::Chunks => {
            let why = "a stream of chunks: its memory is in its devices, see `migcore inspect`";
            Err(Failure::Refused(format!("{path}: {why}")))
        }
        Format::Qemu => Err(Failure::Refused(format!("{path}: not supported for this stream"))),
        Format::Unknown => Err(unknown(&arguments.file)),
    }
}
