//! Shows the state that a stream of chunks holds.

use std::io;

use migcore::visit::{Decoder as _, Track, Visitor};
use migcore::{Report, Result};

use super::decoder::report;
use super::{heads, Decoder, Tally, Walk, Workspace};
use crate::blocks::{Block, Counts};
use crate::input::Input;
use crate::show::{Fact, Places, Show};

/// Shows the devices of a stream and what it says of memory, and says what stopped it, if something did. The document
/// is begun here and ended by the caller.
///
/// # Errors
/// Those of the system, where heads are read; a decoder tells them as damage.
pub fn inspect(input: &Input, show: &mut dyn Show, places: &Places) -> io::Result<Option<Report>> {
    let breach = heads::breach(input)?;
    let mut space = Workspace::of(input);
    let (mut decoder, scratch) = space.decoder(input);
    begin(&mut decoder, show);
    let mut track = Track::new();
    let mut visitor = Visitor::saving(show, &mut track);
    let most = breach.as_ref().map_or(u64::MAX, |report| report.fault.offset);
    let mut ahead = Ahead { walk: Walk::heads(input, u64::MAX), places, most };
    let done = devices(&mut decoder, &mut visitor, scratch, &mut ahead);
    let found = done.err().map(|code| report(code, &decoder, &track));
    let damage = heads::earlier(found, breach);
    let right = damage.as_ref().map_or(decoder.position(), |report| report.fault.offset);
    tell(&heads::tally(input, right)?.0, show);
    Ok(damage)
}

fn begin(decoder: &mut Decoder<'_>, show: &mut dyn Show) {
    let format = ("format", Fact::Text("chunks"));
    match decoder.header() {
        Ok(header) => {
            let texts = [("machine", header.machine), ("writer", header.writer)];
            let mut facts = vec![format];
            let told = texts.into_iter().filter(|(_, text)| !text.is_empty());
            facts.extend(told.map(|(name, text)| (name, Fact::Text(text))));
            show.begin_document(&facts, "devices");
        }
        // What is wrong is told by the first device.
        Err(_) => show.begin_document(&[format], "devices"),
    }
}

/// Looks for the next device.
struct Ahead<'p> {
    walk: Walk,
    places: &'p Places,
    /// No device behind this is shown.
    most: u64,
}

fn devices(
    decoder: &mut Decoder<'_>,
    visitor: &mut Visitor<'_>,
    scratch: &mut [u8],
    ahead: &mut Ahead<'_>,
) -> Result<()> {
    loop {
        // A chunk that cannot be read is found again by the decoder.
        if let Ok(Some(offset)) = ahead.walk.device_from(decoder.position()) {
            if offset > ahead.most {
                // What stands before it is checked.
                return decoder.next_device().map(|_| ());
            }
            ahead.places.device(offset);
        }
        // What follows the end chunk is not part of the stream.
        if !decoder.replay_device(visitor, scratch)? {
            return Ok(());
        }
    }
}

/// Shows what is said of memory, in the words for that of QEMU's streams.
fn tell(memory: &Tally, show: &mut dyn Show) {
    let name = |block: &Block| String::from_utf8_lossy(&block.name).into_owned();
    for (block, _) in memory.each() {
        let (name, size) = (name(block), block.page_size.unwrap_or_default());
        let facts = [
            ("name", Fact::Text(&name)),
            ("length", Fact::Number(block.length)),
            ("page_size", Fact::Number(size)),
        ];
        show.note("block", &facts);
    }
    for (block, Counts { zero, normal, bytes, .. }) in memory.each() {
        let name = name(block);
        let facts = [
            ("block", Fact::Text(&name)),
            ("zero", Fact::Number(zero)),
            ("normal", Fact::Number(normal)),
            ("bytes", Fact::Number(bytes)),
        ];
        show.note("pages", &facts);
    }
}
