//! `transform`: a stream of another version.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use migcore::compat::{Outcome as Done, Version};
use migcore::Report;
use serde_json::{json, Value};

use super::{complain, describes_itself, devices, told, told_damages, unknown};
use crate::arguments::Transform;
use crate::chunks::{self, Latest, TooMany};
use crate::failure::{Failure, Outcome, Result};
use crate::input::{is_same_file, Format, Input};
use crate::output::{complete_both, is_stdout, Output};
use crate::qemu::description;
use crate::qemu::item::Damage;
use crate::qemu::restored::restored;
use crate::rules::Rules;
use crate::show::Document;
use crate::transform::effects::Effects;
use crate::transform::losses;
use crate::transform::run::{transform, Source, Stopped, Transformed, Wanted};

pub(super) fn run(arguments: &Transform) -> Result {
    transformed(arguments).inspect_err(|failure| {
        if arguments.json && !failure.is_broken_pipe() {
            let why = failure.to_string();
            let facts = facts(&Account { error: Some(&why), ..Account::default() });
            // It is said on the standard error as well.
            let _ = writeln!(io::stdout(), "{:#}", Document(&facts));
        }
    })
}

fn transformed(arguments: &Transform) -> Result {
    check(arguments)?;
    let rules = Rules::read(&arguments.rules)?;
    let arena = Bump::new();
    let made = rules.made(&arena)?;
    let mut input = Input::open(&arguments.file)?;
    let source = match source(arguments, &mut input)? {
        Ok(source) => source,
        Err(report) => return broken(arguments, &input, report),
    };
    let devices = devices(&arguments.device)?;
    let restore = arguments.restore.as_deref().map(losses::read).transpose()?.flatten();
    let wanted = Wanted {
        made: &made,
        from: arguments.from.as_deref().map(Version::parse),
        to: arguments.to.as_deref().map(Version::parse),
        devices: &devices,
        named: devices.len(),
        restore: restore.as_ref(),
        explain: arguments.explain,
        force: arguments.force,
    };
    let [output, lost] = outputs(arguments);
    let mut output = output.map(|path| Output::create(path, arguments.force)).transpose()?;
    let lost = lost.map(|path| Output::create_private(path, arguments.force)).transpose()?;
    match transform(&source, &wanted, output.as_mut()) {
        Ok(done) => keep(arguments, &input, &done, output, lost),
        Err(Stopped::Failed(failure)) => Err(failure),
        Err(Stopped::Refused(why, effects)) => {
            let account =
                Account { effects: Some(&effects), refused: Some(&why), ..Account::default() };
            say(arguments, &account)?;
            complain(&format!("{}: {why}", arguments.file.display()));
            Ok(Outcome::Found)
        }
        Err(Stopped::Damaged(damages)) => {
            say(arguments, &Account { damage: &damages, ..Account::default() })?;
            let outcome = told_damages(input.path(), &damages)?;
            complain("nothing was written, since the stream is damaged; --force transforms the rest of it");
            Ok(outcome)
        }
        Err(Stopped::Broken(report)) => broken(arguments, &input, report),
    }
}

/// Says what is wrong with chunks.
fn broken(arguments: &Transform, input: &Input, report: Report) -> Result {
    let report = chunks::damage(report, input.path())?;
    say(arguments, &Account { broken: Some(&report), ..Account::default() })?;
    told(input, Some(report))
}

/// Where the stream and its losses are written.
fn outputs(arguments: &Transform) -> [Option<&Path>; 2] {
    let outputs = [arguments.output.as_deref(), arguments.losses.as_deref()];
    outputs.map(|output| output.filter(|_| !arguments.dry_run))
}

/// Refuses outputs that are what is read, or each other.
fn check(arguments: &Transform) -> Result<()> {
    let more = [&arguments.restore, &arguments.vmdesc].into_iter().flatten();
    let mut inputs = more.chain(&arguments.rules).chain([&arguments.file]);
    let outputs = outputs(arguments);
    let is_read =
        |input: &&PathBuf| outputs.into_iter().flatten().any(|output| is_same_file(input, output));
    if let Some(read) = inputs.find(is_read) {
        let read = read.display();
        return Err(Failure::Usage(format!("{read} is what is read, and cannot be written to")));
    }
    if let [Some(output), Some(lost)] = outputs {
        if is_same_file(output, lost) {
            let output = output.display();
            return Err(Failure::Usage(format!("{output} cannot take both OUT and LOSSES")));
        }
    }
    let says = arguments.json || arguments.explain;
    let printed = outputs.into_iter().flatten().filter(|output| is_stdout(output)).count();
    if printed.saturating_add(usize::from(says)) > 1 {
        let what =
            "the standard output takes the stream, its losses or what is said of them, not both";
        return Err(Failure::Usage(what.to_owned()));
    }
    Ok(())
}

/// What is to be transformed, or what is wrong with it.
fn source(arguments: &Transform, input: &mut Input) -> Result<std::result::Result<Source, Report>> {
    let vmdesc = || arguments.vmdesc.as_deref().map(description::from_file).transpose();
    match input.format()? {
        Format::Qemu => {
            Ok(Ok(Source::Qemu { stream: input.again(), vmdesc: vmdesc()?, chunks: None }))
        }
        Format::Unknown => Err(unknown(input)),
        Format::Chunks => match restored(input)? {
            Some(Ok(stream)) => {
                Ok(Ok(Source::Qemu { stream, vmdesc: vmdesc()?, chunks: Some(input.again()) }))
            }
            Some(Err(report)) => Ok(Err(report)),
            None if arguments.vmdesc.is_some() => Err(describes_itself(&arguments.file)),
            None => native(input),
        },
    }
}

fn native(input: &Input) -> Result<std::result::Result<Source, Report>> {
    let reading = Failure::reading(input.path());
    if let Some(breach) = chunks::breach(input).map_err(reading)? {
        return Ok(Err(breach));
    }
    let memory = Latest::of(input).map_err(Failure::reading(input.path()))?;
    let memory = memory.map_err(|TooMany| {
        Failure::Refused(format!("{}: its memory is in too many pieces", input.path().display()))
    })?;
    Ok(Ok(Source::Native { stream: input.again(), memory: Box::new(memory) }))
}

/// Gives the files their names, and says what was done.
fn keep(
    arguments: &Transform,
    input: &Input,
    done: &Transformed<'_>,
    mut output: Option<Output>,
    mut lost: Option<Output>,
) -> Result {
    // What can fail comes before the first file has its name.
    if let Some(output) = &mut output {
        output.flush().map_err(Failure::writing(output.path()))?;
    }
    if let Some(lost) = &mut lost {
        let text = losses::text(done);
        let written = lost.write_all(text.as_bytes()).and_then(|()| lost.flush());
        written.map_err(Failure::writing(lost.path()))?;
    }
    let written = output.is_some();
    // Without its losses the stream is not wanted.
    complete_both(output, lost)?;
    let account = Account {
        written,
        effects: Some(&done.effects),
        outcome: done.outcome,
        left: done.left,
        damage: &done.damages,
        ..Account::default()
    };
    say(arguments, &account)?;
    if !arguments.json {
        // There is nobody else to be told.
        let _ = anstream::stderr().write_all(notes(arguments, done, written).as_bytes());
    }
    told_damages(input.path(), &done.damages)
}

/// What there is to say of a transform that went through, beside what it did.
fn notes(arguments: &Transform, done: &Transformed<'_>, written: bool) -> String {
    let mut notes = String::new();
    if done.outcome.legs == 0 && !done.effects.has_touched() {
        notes.push_str("warning: nothing was done: the stream is what the rules lead to, or they are for others\n");
    }
    if written && done.bare {
        let file = arguments.file.display();
        notes.push_str(&format!(
            "OUT has no description, as {file} has none; `migcore check {file} --vmdesc ... --rules ...` checks OUT by that of {file}\n"
        ));
    }
    if arguments.dry_run {
        notes.push_str("no file was written: --dry-run\n");
    }
    notes
}

/// What there is to say.
#[derive(Default)]
struct Account<'s, 'r> {
    written: bool,
    effects: Option<&'s Effects<'r>>,
    outcome: Done,
    left: u64,
    damage: &'s [Damage],
    broken: Option<&'s Report>,
    refused: Option<&'s str>,
    error: Option<&'s str>,
}

/// Says what was done: as JSON on the standard output, or for people.
fn say(arguments: &Transform, account: &Account<'_, '_>) -> Result<()> {
    if arguments.json {
        let facts = facts(account);
        return writeln!(io::stdout(), "{:#}", Document(&facts)).map_err(Failure::printing);
    }
    let Some(effects) = account.effects else { return Ok(()) };
    let text = effects.text();
    if arguments.explain {
        io::stdout().write_all(text.as_bytes()).map_err(Failure::printing)?;
    }
    let mut said = if arguments.explain { String::new() } else { text };
    said.push_str(&effects.losses_text());
    for (count, what) in [
        (account.outcome.restored, "came back of what was lost before"),
        (account.outcome.unrestored, "of what was lost before has no place any more"),
        (account.left, "of what was lost before was lost on another way, and did not come back"),
    ] {
        if count > 0 {
            said.push_str(&format!("{count} {what}\n"));
        }
    }
    // There is nobody else to be told.
    let _ = anstream::stderr().write_all(said.as_bytes());
    Ok(())
}

fn facts(account: &Account<'_, '_>) -> Value {
    let Account { written, effects, outcome, left, damage, broken, refused, error } = account;
    let damage = damage.iter().map(ToString::to_string);
    let damage: Vec<String> = damage.chain(broken.map(ToString::to_string)).collect();
    json!({
        "format": "transform",
        "written": written,
        "refused": refused,
        "error": error,
        "steps": effects.map_or_else(|| json!([]), Effects::json),
        "losses": effects.map_or_else(|| json!([]), Effects::losses_json),
        "touched": outcome.touched,
        "restored": outcome.restored,
        "unrestored": outcome.unrestored,
        "left": left,
        "damage": damage,
    })
}
