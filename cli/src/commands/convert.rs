//! `convert`: a stream in another format.

use std::io::{self, Write as _};

use migcore::codec::chunk::{ChunkEncoder, Settings};
use migcore::codec::legacy::SectionEncoder;
use migcore::io::{Portable, StreamWriter};
use migcore::visit::Visiting;
use migcore::{Code, Report};
use serde_json::{json, Value};

use super::{complain, describes_itself, proof, told, told_damages, unknown};
use crate::arguments::{Convert, Target};
use crate::chunks::{self, Latest, Picked, TooMany};
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input, PIECE};
use crate::output::{Output, Pipe};
use crate::qemu::scan::Scanner;
use crate::qemu::tally::Tally;
use crate::qemu::visit::{Stopped, Watch as _};
use crate::qemu::{self, description};
use crate::show::Document;

pub(super) fn run(arguments: &Convert) -> Result {
    let mut input = Input::open(&arguments.file)?;
    if input.is_at(&arguments.output) {
        let file = arguments.file.display();
        return Err(Failure::Usage(format!("{file} is what is read, and cannot be written to")));
    }
    if arguments.json && arguments.output.as_os_str() == "-" {
        let what = "the standard output takes the stream or what is said of it, not both";
        return Err(Failure::Usage(what.to_owned()));
    }
    match (input.format()?, arguments.to) {
        (Format::Chunks, Target::Chunk) if arguments.vmdesc.is_some() => {
            Err(describes_itself(&arguments.file))
        }
        (Format::Chunks, Target::Chunk) => rewrite(arguments, &input),
        (Format::Chunks, Target::Qemu) => to_qemu(arguments, &input),
        (Format::Qemu, Target::Chunk) => to_chunks(arguments, &input),
        (Format::Qemu, Target::Qemu) => copy(arguments, &input),
        (Format::Unknown, _) => Err(unknown(&mut input)),
    }
}

/// Chunks anew, of the same state. The memory of the guest stands before all devices.
fn rewrite(arguments: &Convert, input: &Input) -> Result {
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let breach = chunks::breach(input).map_err(Failure::reading(input.path()))?;
    let latest = Latest::of(input).map_err(Failure::reading(input.path()))?;
    let latest =
        latest.map_err(|TooMany| refused(input.path(), "its memory is in too many pieces"))?;
    let machine = chunks::machine(input);
    let settings = Settings { slots: Settings::default().slots, ..chunks::settings(&machine) };
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; chunks::SCRATCH]);
    let mut sink = Pipe::new(&mut output);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let mut encoder = ChunkEncoder::new(writer, Portable, &settings, &mut scratch)
        .map_err(|report| refused(input.path(), report))?;
    let blocks = chunks::rewrite(&latest, input, &mut encoder);
    let devices = blocks.is_ok().then(|| chunks::replay_devices(input, &mut encoder));
    drop(encoder);
    if let Some(error) = sink.failure {
        return Err(Failure::writing(&arguments.output)(error));
    }
    let blocks = blocks.map_err(|unwritten| unwritten.failure(input.path()))?;
    let devices = devices.unwrap_or(Ok(0));
    let found = devices.as_ref().err().cloned();
    match chunks::earlier(found, breach) {
        Some(report) => told(input, Some(report)),
        None => {
            output.complete()?;
            let facts = json!({ "devices": devices.unwrap_or(0), "blocks": blocks });
            say(arguments, None, facts).map(|()| Outcome::Fine)
        }
    }
}

/// A stream of QEMU as it is.
fn copy(arguments: &Convert, input: &Input) -> Result {
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let copied = input.copy_range(0, input.length(), &mut output);
    copied.map_err(Failure::writing(&arguments.output))?;
    let tally = looked_at(arguments, input)?;
    finish(arguments, input, output, tally.as_ref(), false)
}

/// Chunks of a stream of QEMU: one device, of which all bytes of the stream are items.
fn to_chunks(arguments: &Convert, input: &Input) -> Result {
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let tally = write_chunks(arguments, input, &mut output)?;
    if !arguments.no_check {
        if let Some(why) = proof::differs(&output.written()?, input)? {
            let path = input.path().display();
            let what = "the chunks of it do not give it again, so they were not kept";
            return Err(Failure::Refused(format!("{path}: {what}: {why}")));
        }
    }
    finish(arguments, input, output, Some(&tally), !arguments.no_check)
}

fn write_chunks(arguments: &Convert, input: &Input, output: &mut Output) -> Result<Tally> {
    let path = input.path();
    let machine =
        qemu::configuration::machine(&mut input.again()).map_err(Failure::reading(path))?;
    let settings = chunks::settings(&machine);
    let mut scanner = scanner(arguments, input)?;
    let (mut buffer, mut scratch) = (vec![0; PIECE], vec![0; chunks::SCRATCH]);
    let mut sink = Pipe::new(output);
    let writer = StreamWriter::new(&mut sink, &mut buffer);
    let mut tally = Tally::default();
    let done = match ChunkEncoder::new(writer, Portable, &settings, &mut scratch) {
        Ok(encoder) => {
            let mut visiting = Visiting::new(encoder);
            let visited = qemu::visit::visit(&mut scanner, &mut visiting.saver(), &mut tally);
            let finished = visiting.finish_save();
            visited.map_err(|stopped| match (stopped, &finished) {
                (Stopped::Io(error), _) => Failure::reading(path)(error),
                (Stopped::Visitor(code), Ok(_)) => refused(path, code.text()),
                (Stopped::Visitor(_), Err(report)) => refused(path, report),
            })
        }
        Err(report) => Err(refused(path, report)),
    };
    match sink.failure {
        Some(error) => Err(Failure::writing(&arguments.output)(error)),
        None => done.map(|()| tally),
    }
}

/// The stream of QEMU that chunks were made of.
fn to_qemu(arguments: &Convert, input: &Input) -> Result {
    let path = input.path();
    if !chunks::begins_with(input, qemu::visit::NAME, qemu::visit::VERSION) {
        return Err(refused(path, "these chunks were not made of a stream of QEMU"));
    }
    let mut output = Output::create(&arguments.output, arguments.force)?;
    let mut buffer = vec![0; PIECE];
    let mut sink = Pipe::new(&mut output);
    let mut encoder = SectionEncoder::new(StreamWriter::new(&mut sink, &mut buffer), Portable);
    let mut picked = Picked::public(&mut encoder);
    let done = chunks::replay(input, &mut picked);
    let done = done.map(|_| picked.given());
    match (done, sink.failure) {
        (_, Some(error)) => return Err(Failure::writing(&arguments.output)(error)),
        // The private ones beside it say nothing to QEMU.
        (Ok(1), None) => {}
        (Ok(_), None) => return Err(refused(path, "there are devices beside the stream of QEMU")),
        (Err(Report { code: Code::UnknownMemory, .. }), None) => {
            return Err(refused(path, "there is memory beside the stream of QEMU"));
        }
        (Err(report), None) => return told(input, Some(report)),
    }
    let tally = looked_at(arguments, &output.written()?)?;
    finish(arguments, input, output, tally.as_ref(), false)
}

/// What a stream of QEMU holds, unless it is not to be looked at.
fn looked_at(arguments: &Convert, stream: &Input) -> Result<Option<Tally>> {
    if arguments.no_check {
        return Ok(None);
    }
    let mut scanner = scanner(arguments, stream)?;
    let mut tally = Tally::default();
    while let Some(item) = scanner.next_item().map_err(Failure::reading(stream.path()))? {
        tally.item(&item);
    }
    Ok(Some(tally))
}

fn scanner(arguments: &Convert, stream: &Input) -> Result<Scanner> {
    let given = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    Scanner::new(stream.again(), given).map_err(Failure::reading(stream.path()))
}

/// Keeps what was written, unless the stream of QEMU is damaged, and says what is in it.
fn finish(
    arguments: &Convert,
    input: &Input,
    output: Output,
    tally: Option<&Tally>,
    proved: bool,
) -> Result {
    let damages = tally.map_or(&[][..], |tally| &tally.damages);
    let kept = damages.is_empty() || arguments.force;
    if kept {
        output.complete()?;
    }
    let damage: Vec<String> = damages.iter().map(ToString::to_string).collect();
    let facts = json!({
        "written": kept,
        "proved": proved,
        "bytes": tally.map(Tally::json),
        "damage": damage,
    });
    say(arguments, tally, facts)?;
    let outcome = told_damages(input.path(), damages)?;
    if !kept {
        complain("nothing was written, since the stream is damaged; --force writes it as it is");
    }
    Ok(outcome)
}

/// Says what was converted: as JSON on the standard output, or for people on the standard error.
fn say(arguments: &Convert, tally: Option<&Tally>, facts: Value) -> Result<()> {
    match (arguments.json, tally) {
        (true, _) => writeln!(io::stdout(), "{:#}", Document(&facts)).map_err(Failure::printing),
        (false, Some(tally)) => {
            // There is nobody else to be told.
            let _ = tally.print(&mut anstream::stderr());
            Ok(())
        }
        (false, None) => Ok(()),
    }
}

fn refused(path: &std::path::Path, why: impl std::fmt::Display) -> Failure {
    Failure::Refused(format!("{}: {why}", path.display()))
}
