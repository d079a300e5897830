//! A stream of QEMU that went through chunks, as it was.

use std::fs::File;
use std::io::BufWriter;

use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Portable, StreamWriter};
use migcore::{Code, Report};

use super::visit::{NAME, VERSION};
use crate::chunks::{self, Picked};
use crate::failure::{Failure, Result};
use crate::input::{Format, Input, PIECE};
use crate::output::Pipe;

/// The stream of QEMU that a stream of chunks was made of, in a file without a name; `None` if it was made of
/// something else. What the library noted beside it is left out. Places in it are those of the stream of QEMU.
///
/// # Errors
/// [`Failure`]. Damage of the chunks is none: its report is given.
pub fn restored(input: &Input) -> Result<Option<std::result::Result<Input, Report>>> {
    if !chunks::begins_with(input, NAME, VERSION) {
        return Ok(None);
    }
    let failed = Failure::writing(input.path());
    let mut file = BufWriter::with_capacity(PIECE, tempfile::tempfile().map_err(failed)?);
    if let Err(report) = replay(input, &mut file)? {
        // There is memory beside that in the stream of QEMU.
        if report.code == Code::UnknownMemory {
            return Ok(None);
        }
        return chunks::damage(report, input.path()).map(|report| Some(Err(report)));
    }
    let file = file.into_inner().map_err(|error| error.into_error());
    let file = file.map_err(Failure::writing(input.path()))?;
    let mut restored = Input::of(file, input.path()).map_err(Failure::reading(input.path()))?;
    // Another program may have a device of this name.
    Ok((restored.format()? == Format::Qemu).then_some(Ok(restored)))
}

fn replay(input: &Input, file: &mut BufWriter<File>) -> Result<std::result::Result<u64, Report>> {
    let mut buffer = vec![0; PIECE];
    let mut sink = Pipe::new(file);
    let mut encoder = SectionEncoder::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
    let done = chunks::replay(input, &mut Picked::public(&mut encoder));
    match sink.failure {
        Some(error) => Err(Failure::writing(input.path())(error)),
        None => Ok(done),
    }
}
