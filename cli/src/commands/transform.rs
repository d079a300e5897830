//! `transform`: a stream of another version.

use std::io::{self, Write};
use std::path::Path;

use bumpalo::Bump;
use migcore::compat::Version;
use serde_json::{json, Value};

use super::{complain, describes_itself, told, told_damages, unknown};
use crate::arguments::Transform;
use crate::chunks::{self, Latest, TooMany};
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input};
use crate::output::Output;
use crate::qemu::description;
use crate::qemu::restored::restored;
use crate::rules::Rules;
use crate::show::Document;
use crate::transform::effects::Effects;
use crate::transform::losses;
use crate::transform::run::{transform, Source, Stopped, Transformed, Wanted};

pub(super) fn run(arguments: &Transform) -> Result {
    let rules = Rules::read(&arguments.rules)?;
    let arena = Bump::new();
    let made = rules.made(&arena)?;
    let mut input = Input::open(&arguments.file)?;
    check(arguments, &input)?;
    let source = match source(arguments, &mut input)? {
        Ok(source) => source,
        Err(outcome) => return Ok(outcome),
    };
    let devices: Vec<(&str, Version<'_>)> =
        arguments.device.iter().map(|text| device(text)).collect::<Result<_>>()?;
    let restore = arguments.restore.as_deref().map(losses::read).transpose()?;
    let wanted = Wanted {
        made: &made,
        from: arguments.from.as_deref().map(Version::parse),
        to: arguments.to.as_deref().map(Version::parse),
        devices: &devices,
        restore: restore.as_ref(),
        explain: arguments.explain,
        force: arguments.force,
    };
    let create = |path: &std::path::PathBuf| Output::create(path, arguments.force);
    let mut output =
        arguments.output.as_ref().filter(|_| !arguments.dry_run).map(create).transpose()?;
    let lost = arguments.losses.as_ref().filter(|_| !arguments.dry_run).map(create).transpose()?;
    match transform(&source, &wanted, output.as_mut()) {
        Ok(done) => keep(arguments, &input, &done, output, lost),
        Err(Stopped::Failed(failure)) => Err(failure),
        Err(Stopped::Refused(failed, effects)) => {
            refused(arguments, &effects, &effects.because(*failed))
        }
        Err(Stopped::Unfit(why, effects)) => refused(arguments, &effects, &why),
        Err(Stopped::Damaged(damages)) => {
            let outcome = told_damages(input.path(), &damages)?;
            complain("nothing was written, since the stream is damaged; --force transforms the rest of it");
            Ok(outcome)
        }
        Err(Stopped::Broken(report)) => told(&input, Some(report)),
    }
}

/// Says why nothing was written.
fn refused(arguments: &Transform, effects: &Effects<'_>, why: &dyn std::fmt::Display) -> Result {
    say(arguments, false, effects, None, Some(&why.to_string()))?;
    complain(&format!("{}: {why}", arguments.file.display()));
    Ok(Outcome::Found)
}

/// Refuses what makes no sense.
fn check(arguments: &Transform, input: &Input) -> Result<()> {
    let outputs = [&arguments.output, &arguments.losses];
    if outputs.into_iter().flatten().any(|output| input.is_at(output)) {
        let file = arguments.file.display();
        return Err(Failure::Usage(format!("{file} is what is read, and cannot be written to")));
    }
    let says = arguments.json || arguments.explain;
    let is_stdout = arguments.output.as_deref() == Some(Path::new("-")) && !arguments.dry_run;
    if says && is_stdout {
        let what = "the standard output takes the stream or what is said of it, not both";
        return Err(Failure::Usage(what.to_owned()));
    }
    Ok(())
}

/// What is to be transformed, or what is wrong with it, which was told.
fn source(
    arguments: &Transform,
    input: &mut Input,
) -> Result<std::result::Result<Source, Outcome>> {
    match input.format()? {
        Format::Qemu => {
            let vmdesc = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
            Ok(Ok(Source::Qemu { stream: input.again(), vmdesc, chunks: None }))
        }
        Format::Unknown => Err(unknown(input)),
        Format::Chunks => match restored(input)? {
            Some(Ok(stream)) => {
                let vmdesc = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
                Ok(Ok(Source::Qemu { stream, vmdesc, chunks: Some(input.again()) }))
            }
            Some(Err(report)) => told(input, Some(report)).map(Err),
            None if arguments.vmdesc.is_some() => Err(describes_itself(&arguments.file)),
            None => native(input),
        },
    }
}

fn native(input: &Input) -> Result<std::result::Result<Source, Outcome>> {
    let reading = Failure::reading(input.path());
    if let Some(breach) = chunks::breach(input).map_err(reading)? {
        return told(input, Some(breach)).map(Err);
    }
    let memory = Latest::of(input).map_err(Failure::reading(input.path()))?;
    let memory = memory.map_err(|TooMany| {
        Failure::Refused(format!("{}: its memory is in too many pieces", input.path().display()))
    })?;
    Ok(Ok(Source::Native { stream: input.again(), memory: Box::new(memory) }))
}

/// A device and the version that it shall be of.
fn device(text: &str) -> Result<(&str, Version<'_>)> {
    match text.rsplit_once('=') {
        Some((name, version)) if !name.is_empty() => Ok((name, Version::parse(version))),
        _ => Err(Failure::Usage(format!("--device {text}: it is NAME=VERSION"))),
    }
}

/// Gives the files their names, and says what was done.
fn keep(
    arguments: &Transform,
    input: &Input,
    done: &Transformed<'_>,
    output: Option<Output>,
    lost: Option<Output>,
) -> Result {
    if let Some(mut lost) = lost {
        let text = losses::text(done);
        lost.write_all(text.as_bytes()).map_err(Failure::writing(lost.path()))?;
        lost.complete()?;
    }
    let written = output.is_some();
    if let Some(output) = output {
        output.complete()?;
    }
    say(arguments, written, &done.effects, Some(done), None)?;
    told_damages(input.path(), &done.damages)
}

/// Says what was done: as JSON on the standard output, or for people.
fn say(
    arguments: &Transform,
    written: bool,
    effects: &Effects<'_>,
    done: Option<&Transformed<'_>>,
    refused: Option<&str>,
) -> Result<()> {
    if arguments.json {
        let facts = facts(written, effects, done, refused);
        return writeln!(io::stdout(), "{:#}", Document(&facts)).map_err(Failure::printing);
    }
    let text = effects.text();
    if arguments.explain {
        io::stdout().write_all(text.as_bytes()).map_err(Failure::printing)?;
    }
    let mut said = if arguments.explain { String::new() } else { text };
    said.push_str(&effects.losses_text());
    if let Some(done) = done {
        for (count, what) in [
            (done.outcome.restored, "came back of what was lost before"),
            (done.outcome.unrestored, "of what was lost before has no place any more"),
        ] {
            if count > 0 {
                said.push_str(&format!("{count} {what}\n"));
            }
        }
    }
    // There is nobody else to be told.
    let _ = anstream::stderr().write_all(said.as_bytes());
    Ok(())
}

fn facts(
    written: bool,
    effects: &Effects<'_>,
    done: Option<&Transformed<'_>>,
    refused: Option<&str>,
) -> Value {
    let outcome = done.map(|done| done.outcome).unwrap_or_default();
    let damage: Vec<String> =
        done.map_or(&[][..], |done| &done.damages).iter().map(ToString::to_string).collect();
    json!({
        "written": written,
        "refused": refused,
        "steps": effects.json(),
        "losses": effects.losses_json(),
        "touched": outcome.touched,
        "restored": outcome.restored,
        "unrestored": outcome.unrestored,
        "damage": damage,
    })
}
