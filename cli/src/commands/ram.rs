//! `ram`: a block of guest memory.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use migcore::codec::legacy::framing::commands;

use super::{complain, told_damages, unknown};
use crate::arguments::Ram;
use crate::failure::{Failure, Outcome, Result};
use crate::input::{Format, Input};
use crate::output::Output;
use crate::qemu::item::{Content, Damage, Payload, Section};
use crate::qemu::pages::{Pages, Stopped};
use crate::qemu::ram::{Block, Counts, Summary};
use crate::qemu::scan::Scanner;

pub(super) fn run(arguments: &Ram) -> Result {
    let mut input = Input::open(&arguments.file)?;
    match input.format()? {
        Format::Chunks => {
            let why = "a stream of chunks; `migcore convert --to qemu` may make one of QEMU of it";
            Err(Failure::Refused(format!("{}: {why}", arguments.file.display())))
        }
        Format::Qemu => match (&arguments.block, &arguments.output) {
            (Some(block), Some(output)) => extract(input, block, output, arguments.force),
            _ => list(input),
        },
        Format::Unknown => Err(unknown(&mut input)),
    }
}

/// What of a stream is in the way of knowing its memory.
#[derive(Default)]
struct Seen {
    damages: Vec<Damage>,
    /// Pages that are not read, or not any more true.
    unread: Option<String>,
}

/// Gives each section of pages to `take`, and says what was seen beside them.
fn sections(input: &Input, mut take: impl FnMut(&Section, &Summary) -> Result<()>) -> Result<Seen> {
    let reading = || Failure::reading(input.path());
    let mut scanner = Scanner::new(input.again(), None).map_err(reading())?;
    let mut seen = Seen::default();
    while let Some(item) = scanner.next_item().map_err(reading())? {
        let unread = match item.content {
            Content::Section(section) => match &section.payload {
                Payload::Ram(summary) => {
                    take(&section, summary)?;
                    None
                }
                Payload::Opaque(why) if section.named.name == b"ram" => {
                    Some(format!("pages are not read, since {why}"))
                }
                _ => None,
            },
            Content::Command(head) if head.number == commands::POSTCOPY_RAM_DISCARD => {
                Some("pages are discarded, as in a postcopy migration".to_owned())
            }
            Content::Damage(damage) if seen.damages.len() < TOLD => {
                seen.damages.push(damage);
                None
            }
            _ => None,
        };
        let unread = unread.map(|why| format!("at byte {}, {why}", item.offset));
        seen.unread = seen.unread.or(unread);
    }
    Ok(seen)
}

/// The most damages that are told.
const TOLD: usize = 1000;

/// Prints the blocks.
fn list(input: Input) -> Result {
    let (mut blocks, mut counts) = (Vec::<Block>::new(), BTreeMap::<Vec<u8>, Counts>::new());
    let Seen { damages, unread } = sections(&input, |_, summary| {
        blocks.extend(summary.blocks.iter().cloned());
        for (name, more) in &summary.pages {
            counts.entry(name.clone()).or_default().add(more);
        }
        Ok(())
    })?;
    let mut stdout = BufWriter::new(io::stdout().lock());
    let lines = blocks.iter().try_for_each(|Block { name, length, .. }| {
        let of = counts.get(name).copied().unwrap_or_default();
        let Counts { zero, normal, xbzrle, compressed, .. } = of;
        let name = name.escape_ascii();
        write!(stdout, "{name}: {length} bytes; pages: {normal} whole, {zero} of zeros")?;
        writeln!(stdout, ", {xbzrle} as differences, {compressed} compressed")
    });
    lines.and_then(|()| stdout.flush()).map_err(Failure::printing)?;
    let outcome = told_damages(input.path(), &damages)?;
    let Some(unread) = unread else { return Ok(outcome) };
    complain(&format!("{}: {unread}", input.path().display()));
    Ok(Outcome::Found)
}

/// Writes one block.
fn extract(input: Input, block: &str, path: &Path, force: bool) -> Result {
    let output = Output::create(path, force)?;
    let Some(file) = output.file() else {
        return Err(Failure::Refused(format!("{}: must be a file", path.display())));
    };
    let (mut pages, mut bytes) = (Pages::new(file, block.as_bytes()), input.again());
    let Seen { damages, unread } = sections(&input, |section, summary| {
        pages.take(&mut bytes, section, summary).map_err(|stopped| match stopped {
            Stopped::Reading(error) => Failure::reading(input.path())(error),
            Stopped::Writing(error) => Failure::writing(path)(error),
            Stopped::Refused(why) => {
                Failure::Refused(format!("{}: block {block}: {why}", input.path().display()))
            }
        })
    })?;
    if !damages.is_empty() {
        return told_damages(input.path(), &damages);
    }
    if let Some(unread) = unread {
        return Err(Failure::Refused(format!("{}: {unread}", input.path().display())));
    }
    if pages.length().is_none() {
        let why = format!("{}: no block {block}; --list prints them", input.path().display());
        return Err(Failure::Refused(why));
    }
    let missing = pages.missing();
    output.complete()?;
    if missing == 0 {
        return Ok(Outcome::Fine);
    }
    // The file is what the stream has of it; that is less than the block.
    complain(&format!("{}: {missing} bytes of block {block} never came", input.path().display()));
    Ok(Outcome::Found)
}
