//! `suggest`: rules that a human would start from.

use std::io::{self, Write};
use std::path::Path;

use super::{complain, describes_itself};
use crate::arguments::Suggest;
use crate::failure::{Failure, Outcome, Result};
use crate::input::{told, Format, Input};
use crate::output::Output;
use crate::qemu::description;
use crate::qemu::restored::restored;
use crate::show::{counted, Document};
use crate::suggest::{read, suggest};

pub(super) fn run(arguments: &Suggest) -> Result {
    let (file, onto) = (&arguments.file, &arguments.onto);
    if file == onto && file == Path::new("-") {
        return Err(Failure::Usage("only one of the two can be the standard input".to_owned()));
    }
    let (mut input, mut other) = (Input::open(file)?, Input::open(onto)?);
    let outputs = arguments.output.as_ref();
    if outputs.is_some_and(|output| input.is_at(output) || other.is_at(output)) {
        let what = "RULES is one of the files that are read, and cannot be written to";
        return Err(Failure::Usage(what.to_owned()));
    }
    let is_chunks = |input: &mut Input| -> Result<bool> {
        Ok(input.format()? == Format::Chunks && restored(input)?.is_none())
    };
    if arguments.vmdesc.is_some() && is_chunks(&mut input)? {
        return Err(describes_itself(file));
    }
    let vmdesc = arguments.vmdesc.as_deref().map(description::from_file).transpose()?;
    let read = [(file, read::stream(&mut input, vmdesc.as_ref())?), (onto, read::any(&mut other)?)];
    for (path, side) in &read {
        for damage in side.as_ref().err().into_iter().flatten() {
            complain(&format!("{}: {damage}", path.display()));
        }
    }
    let [(_, Ok(mine)), (_, Ok(theirs))] = read else { return Ok(Outcome::Found) };
    if theirs.valued && mine.stream.is_some() != theirs.stream.is_some() {
        let what =
            "one is a stream of QEMU, the other of another program: they have nothing in common";
        return Err(Failure::Refused(format!("{}, {}: {what}", file.display(), onto.display())));
    }
    let names = [file, onto].map(|path| path.display().to_string());
    let suggestion = suggest((&names[0], &mine), (&names[1], &theirs));
    let text = match arguments.json {
        true => format!("{:#}\n", Document(&suggestion.json())),
        false => suggestion.toml(),
    };
    match outputs.filter(|output| output.as_path() != Path::new("-")) {
        Some(output) => {
            let mut output = Output::create(output, arguments.force)?;
            output.write_all(text.as_bytes()).map_err(Failure::writing(output.path()))?;
            output.complete()?;
            let steps = counted(told(suggestion.steps()), "step");
            let [lost, left] = suggestion.remarks();
            let heads = [(lost, "LOST"), (left, "NOT DONE")].into_iter();
            let heads: String = heads
                .filter(|(number, _)| *number > 0)
                .map(|(number, head)| format!(", {number} under {head} at the head of the file"))
                .collect();
            // There is nobody else to be told.
            let _ = writeln!(anstream::stderr(), "{steps}{heads}");
        }
        None => io::stdout().write_all(text.as_bytes()).map_err(Failure::printing)?,
    }
    Ok(Outcome::Fine)
}
