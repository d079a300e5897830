//! Shows the chunks that a stream is made of.

use std::io::{self, Write};
use std::rc::Rc;

use migcore::ram::Run;
use migcore::Report;
use serde_json::{json, Value};

use super::{Chunk, Content, Layout, Pages, Step, Walk};
use crate::blocks::Block;
use crate::input::Input;
use crate::show::{counted, short, Document};

/// The most runs of a chunk and blocks of a list that are shown to people.
const SHOWN: usize = 8;

/// Prints a line for each chunk, or one JSON document, and says what stopped it, if something did.
///
/// # Errors
/// Those of the system: of the file, or of `to`.
pub fn list(input: &Input, json: bool, to: &mut dyn Write) -> io::Result<Option<Report>> {
    let mut walk = Walk::new(input);
    match json {
        true => to.write_all(b"{\"format\":\"chunks\",\"chunks\":[")?,
        false => writeln!(to, "{:>12} {:>10} type  CRC             properties", "offset", "data")?,
    }
    let (mut first, mut layout) = (true, None);
    let damage = loop {
        match walk.next()? {
            Step::Chunk(chunk) if json => {
                to.write_all(if first { b"\n" } else { b",\n" })?;
                write!(to, "{}", Document(&as_json(&chunk)))?;
                first = false;
            }
            Step::Chunk(chunk) => {
                line(&chunk, to)?;
                memory(&chunk.content, &mut layout, to)?;
            }
            Step::End => break None,
            Step::Damaged(report) => break Some(report),
        }
    };
    if json {
        let end = json!({ "complete": damage.is_none(), "error": damage.as_ref().map(error) });
        // The members of this object become those of the document.
        write!(to, "\n],{}", Document(&end).to_string().trim_start_matches('{'))?;
        to.write_all(b"\n")?;
    }
    Ok(damage)
}

/// An error as an object.
#[must_use]
pub fn error(report: &Report) -> Value {
    json!({
        "offset": report.fault.offset,
        "path": report.path.as_str(),
        "reason": report.code.text(),
        "message": report.to_string(),
    })
}

fn as_json(chunk: &Chunk) -> Value {
    let mut value = json!({
        "type": name(chunk),
        "offset": chunk.offset,
        "length": chunk.length,
        "crc": format!("{:08x}", chunk.crc),
        "crc_right": true,
        "critical": !chunk.kind.is_ancillary(),
        "private": chunk.kind.is_private(),
        "reserved": false,
        "safe_to_copy": chunk.kind.is_safe_to_copy(),
        "known": chunk.kind.is_known(),
    });
    if let Some(members) = value.as_object_mut() {
        let more = match &chunk.content {
            Content::Blocks(layout) => json!({
                "page_size": layout.page.bytes(),
                "blocks": layout.blocks.iter().map(|block| {
                    json!({ "name": String::from_utf8_lossy(&block.name), "length": block.length })
                }).collect::<Vec<_>>(),
            }),
            Content::Pages(pages) => json!({
                "block": pages.block,
                "padding": pages.padding,
                "runs": pages.runs.iter().map(|Run { first, pages, zero }| {
                    json!({ "first": first, "pages": pages, "zero": zero })
                }).collect::<Vec<_>>(),
            }),
            Content::Other => json!({}),
        };
        members.extend(more.as_object().cloned().unwrap_or_default());
    }
    value
}

fn line(chunk: &Chunk, to: &mut dyn Write) -> io::Result<()> {
    let Chunk { kind, offset, length, crc, .. } = chunk;
    let either = |set, yes, no| if set { yes } else { no };
    writeln!(
        to,
        "{offset:>12} {length:>10} {}  {crc:08x} right  {}, {}, reserved bit clear, {}{}",
        name(chunk),
        either(kind.is_ancillary(), "ancillary", "critical"),
        either(kind.is_private(), "private", "public"),
        either(kind.is_safe_to_copy(), "safe to copy", "not safe to copy"),
        either(kind.is_known(), "", ", unknown here"),
    )
}

/// Says what a chunk says of memory, in a line below its own.
fn memory(
    content: &Content,
    layout: &mut Option<Rc<Layout>>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let text = match content {
        Content::Blocks(blocks) => {
            *layout = Some(Rc::clone(blocks));
            blocks_in_words(blocks)
        }
        Content::Pages(pages) => pages_in_words(pages, layout.as_deref()),
        Content::Other => return Ok(()),
    };
    writeln!(to, "{:24}{text}", "")
}

fn blocks_in_words(layout: &Layout) -> String {
    let block = |(number, block): (usize, &Block)| {
        format!("{number} {}, {}", block.name.escape_ascii(), short(block.length))
    };
    let each = listed(layout.blocks.iter().enumerate().map(block));
    format!("in pages of {}: blocks {each}", counted(layout.page.bytes().into(), "byte"))
}

fn pages_in_words(pages: &Pages, layout: Option<&Layout>) -> String {
    let run = |run: &Run| {
        let last = run.first.saturating_add(run.pages.into()).saturating_sub(1);
        let range = match last == run.first {
            true => last.to_string(),
            false => format!("{} to {last}", run.first),
        };
        format!("{range}{}", if run.zero { " zeros" } else { "" })
    };
    let block = layout.and_then(|layout| layout.blocks.get(pages.block));
    let name = block.map(|block| block.name.escape_ascii().to_string()).unwrap_or_default();
    let each = listed(pages.runs.iter().map(run));
    match pages.padding {
        0 => format!("block {} {name}: pages {each}", pages.block),
        padding => format!("block {} {name}: pages {each}; padding {padding}", pages.block),
    }
}

/// As many as are shown, and how many there are more.
fn listed(words: impl ExactSizeIterator<Item = String>) -> String {
    let more = words.len().saturating_sub(SHOWN);
    let shown = words.take(SHOWN).collect::<Vec<_>>().join("; ");
    if more > 0 {
        format!("{shown}; and {more} more")
    } else {
        shown
    }
}

/// The letters of a type.
pub(super) fn name(chunk: &Chunk) -> String {
    chunk.kind.bytes().into_iter().map(char::from).collect()
}
